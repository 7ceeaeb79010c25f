"""Calls that read post-mortems and what is scheduled."""

from typing import Any

from sqlalchemy import select

from incident import agenda, errors, i18n
from incident.api import answered_more, asked, paging, views
from incident.api.door import OK
from incident.api.plain import moment
from incident.api.registry import Answer, Ask, call
from incident.db import db
from incident.errors import N_
from incident.models.incidents import Incident
from incident.models.reviews import Review
from incident.permissions import Permission

TAG = N_("Post-mortems and schedule")
NEXT_FIRST = paging.Order("due_at", ((Review.due_at, False), (Review.id, False)))


def _views(rows: list[Review]) -> dict[int, dict[str, Any]]:
    people = views.people(row.owner_id for row in rows)
    wanted = [row.incident_id for row in rows]
    known = {row.id: row for row in db.session.scalars(select(Incident).where(Incident.id.in_(wanted)))}
    return {row.id: _view(row, known[row.incident_id], people) for row in rows}


def _view(row: Review, incident: Incident, people: views.People) -> dict[str, Any]:
    return {
        "id": row.id,
        "incident": incident.number,
        "title": {"zh": incident.title_zh, "en": incident.title_en},
        "state": str(row.state),
        "owner": views.someone(people, row.owner_id),
        "due_at": moment(row.due_at),
        "rule": row.rule,
        "optional": row.optional,
        "remind_at": moment(row.remind_at),
        "reminders": row.reminders,
        "created_at": moment(row.created_at),
    }


@call(
    "GET",
    "/reviews",
    tag=TAG,
    summary=N_("List post-mortems, the next meeting first"),
    needs=Permission.REVIEWS_READ,
    query=asked.ReviewsQuery,
    answers={OK: answered_more.ReviewPage},
)
def list_reviews(ask: Ask) -> Answer:
    """One page."""
    wanted: asked.ReviewsQuery = ask.query
    query = select(Review)
    if wanted.state:
        query = query.where(Review.state == wanted.state)
    rows = paging.found(query, NEXT_FIRST, limit=wanted.limit, cursor=wanted.cursor)
    known = _views(rows)
    return Answer(OK, paging.shown(rows, NEXT_FIRST, limit=wanted.limit, view=lambda row: known[row.id]))


@call(
    "GET",
    "/reviews/{id}",
    tag=TAG,
    summary=N_("Read a post-mortem"),
    needs=Permission.REVIEWS_READ,
    answers={OK: answered_more.Review},
)
def show_review(ask: Ask, *, id: int) -> Answer:
    """One post-mortem."""
    found = db.session.get(Review, id)
    if found is None:
        raise errors.NotFound(N_("There is no such post-mortem."))
    return Answer(OK, _views([found])[found.id])


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
