"""Calls on training and readiness: courses, certificates, and how ready the organisation is."""

from typing import Any

from sqlalchemy import select

from incident import i18n
from incident.api import answered_training, asked, views
from incident.api import paging as pages
from incident.api.door import OK
from incident.api.plain import Json, moment
from incident.api.registry import Answer, Ask, call
from incident.errors import N_
from incident.models.training import Certificate, Course
from incident.permissions import Permission
from incident.readiness import history, score
from incident.readiness.matrix import Cell, PlanRow, Share
from incident.training import certificates, courses

TAG = N_("Training and readiness")
NEWEST_FIRST = pages.Order("-id", ((Certificate.id, True),))


@call(
    "GET",
    "/courses",
    tag=TAG,
    summary=N_("List the courses, with how many are in date"),
    needs=Permission.DRILLS_READ,
    answers={OK: answered_training.CoursePage},
)
def list_courses(ask: Ask) -> Answer:
    """Those that are held."""
    rows, today = courses.running(), ask.at.astimezone(ask.house.zone).date()
    valid = certificates.valid([each.id for each in rows], on=today)
    return Answer(OK, {"items": [_course(each, valid[each.id]) for each in rows], "next_cursor": None})


def _course(row: Course, valid: set[int]) -> Json:
    ids = {each.id for each in courses.audience(row)}
    return {
        "id": row.id,
        "code": row.code,
        "title": row.titles,
        "subject": str(row.subject),
        "playbooks": row.plan_keys,
        "departments": row.audience,
        "by_test": row.by_test,
        "pass_percent": row.pass_percent,
        "valid_months": row.valid_months,
        "people": len(ids),
        "in_date": len(ids & valid),
    }


@call(
    "GET",
    "/certificates",
    tag=TAG,
    summary=N_("List certificates, the newest first"),
    needs=Permission.DRILLS_READ,
    query=asked.PageQuery,
    answers={OK: answered_training.CertificatePage},
)
def list_certificates(ask: Ask) -> Answer:
    """One page."""
    wanted: asked.PageQuery = ask.query
    rows = pages.found(select(Certificate), NEWEST_FIRST, limit=wanted.limit, cursor=wanted.cursor)
    people = views.people(row.person_id for row in rows)

    def view(row: Certificate) -> Json:
        return {
            "id": row.id,
            "course": row.course_id,
            "person": views.someone(people, row.person_id),
            "got_on": row.got_on.isoformat(),
            "valid_until": row.valid_until.isoformat(),
            "source": str(row.source),
            "score": row.score,
        }

    return Answer(OK, pages.shown(rows, NEWEST_FIRST, limit=wanted.limit, view=view))


@call(
    "GET",
    "/readiness",
    tag=TAG,
    summary=N_("Read how ready the organisation is, with its parts and history"),
    needs=Permission.REPORTS_READ,
    answers={OK: answered_training.Readiness},
)
def show_readiness(ask: Ask) -> Answer:
    """Score, parts, plan by department, what to do next, and the score of each day."""
    found = score.now(at=ask.at, house=ask.house)
    past = history.since(ask.at.astimezone(ask.house.zone).date() - history.SHOWN)
    return Answer(
        OK,
        {
            "score": found.score,
            "at": moment(ask.at),
            "parts": [{"name": name, **part} for name, part in found.as_parts().items()],
            "plans": [_plan(row) for row in found.rows],
            "next": [
                {
                    "sentence": {lang: i18n.say(each.sentence, lang) for lang in ("zh", "en")},
                    "playbook": each.plan_key,
                    "url": ask.url + each.href,
                }
                for each in found.advice
            ],
            "history": [{"day": each.day.isoformat(), "score": each.score} for each in past],
        },
    )


def _plan(row: PlanRow) -> Json:
    return {
        "playbook": row.key,
        "version": row.version,
        "days_since_drill": row.days,
        "limit_days": row.limit,
        "rating": row.rating,
        "next_drill_at": moment(row.next_at),
        "departments": [_cell(each) for each in row.cells.values()],
    }


def _cell(cell: Cell) -> Json:
    shares: dict[str, Share] = {"trained": cell.trained, "on_duty": cell.duty, "contacts": cell.contacts}
    percents: dict[str, Any] = {name: share.percent for name, share in shares.items()}
    return {"department": cell.department, "days_since_drill": cell.days, "percent": cell.percent, **percents}
