"""Calls that read post-mortems and what is scheduled."""

from sqlalchemy import select

from incident import agenda, i18n
from incident.api import answered_more, answered_reviews, asked, paging, review_lines
from incident.api.door import OK
from incident.api.plain import moment
from incident.api.registry import Answer, Ask, call
from incident.errors import N_
from incident.models.reviews import Review
from incident.permissions import Permission
from incident.reviews import findings, rights

TAG = N_("Post-mortems and schedule")
NEXT_FIRST = paging.Order("meets_at", ((Review.meets_at, False), (Review.id, False)))


@call(
    "GET",
    "/reviews",
    tag=TAG,
    summary=N_("List post-mortems, the next meeting first"),
    needs=Permission.REVIEWS_READ,
    query=asked.ReviewsQuery,
    answers={OK: answered_reviews.ReviewPage},
)
def list_reviews(ask: Ask) -> Answer:
    """One page."""
    wanted: asked.ReviewsQuery = ask.query
    query = select(Review)
    if wanted.state:
        query = query.where(Review.state == wanted.state)
    rows = paging.found(query, NEXT_FIRST, limit=wanted.limit, cursor=wanted.cursor)
    known = review_lines.summaries(rows, ask.url)
    return Answer(OK, paging.shown(rows, NEXT_FIRST, limit=wanted.limit, view=lambda row: known[row.id]))


@call(
    "GET",
    "/reviews/{id}",
    tag=TAG,
    summary=N_("Read a post-mortem with its text, findings and actions"),
    needs=Permission.REVIEWS_READ,
    answers={OK: answered_reviews.Review},
)
def show_review(ask: Ask, *, id: int) -> Answer:
    """Drafts are in the language that was asked for."""
    return Answer(OK, review_lines.whole(rights.find(id), ask))


@call(
    "GET",
    "/findings/{id}",
    tag=TAG,
    summary=N_("Read a finding of a post-mortem"),
    needs=Permission.REVIEWS_READ,
    answers={OK: answered_reviews.ReviewFinding},
)
def show_review_finding(ask: Ask, *, id: int) -> Answer:
    """Also one that was withdrawn."""
    return Answer(OK, review_lines.finding(findings.find(id)))


@call(
    "GET",
    "/schedule",
    tag=TAG,
    summary=N_("List what will happen by itself, soonest first"),
    needs=Permission.INCIDENTS_READ,
    answers={OK: answered_more.SchedulePage},
)
def show_schedule(ask: Ask) -> Answer:
    """Drills, meetings, reminders, the next alerts and the ends of shifts."""
    items = [
        {
            "at": moment(each.at),
            "what": each.kind,
            "about": each.about,
            "sentence": {"zh": i18n.say(each.subject, "zh_CN"), "en": i18n.say(each.subject, "en")},
            "url": ask.url + each.href,
        }
        for each in agenda.ahead(by=ask.by, at=ask.at, house=ask.house)
    ]
    return Answer(OK, {"items": items, "next_cursor": None})
