"""What the tests of department lines share: acts as somebody, the watch, and who was told what."""

from datetime import timedelta

from sqlalchemy import select

from incident import timeline
from incident.coordination import departments
from incident.db import db, unit_of_work
from incident.models.alerts import Delivery
from incident.models.incidents import DepartmentState, Incident, IncidentDepartment
from incident.models.people import Department, Person
from incident.watches import line_watch
from tests import builders

LATER = builders.NOW + timedelta(minutes=10)
S = DepartmentState


def calendar():
    return builders.house().calendar


def do(incident: Incident, act: str, code: str, *, who: str = "li", at=LATER, **given):
    """One act in a unit of work, as somebody."""
    needs = {"accept", "report", "block", "unblock", "call_out"}
    usual = {
        "report": {"text": "已联系"},
        "block": {"reason": "等待录音"},
        "sign_off": {"statement": "已完成"},
        "stand_down": {"reason": "不再需要"},
        "hand_over_lead": {"reason": "换班"},
    }
    more = {**usual.get(act, {}), **({"calendar": calendar()} if act in needs else {}), **given}
    with unit_of_work():
        return getattr(departments, act)(incident, code, by=builders.acting(who), at=at, **more)


def sweep(at):
    return line_watch.sweep(at=at, house=builders.house())


def now(incident: Incident, code: str) -> IncidentDepartment:
    db.session.expire_all()
    return departments.line(incident, code)


def told(incident: Incident, about: str) -> list[str]:
    """Who was told, by name, in the order of the messages; of an opening, those called with its one step."""
    rows = db.session.scalars(
        select(Delivery)
        .where(Delivery.incident_id == incident.id, Delivery.step.in_(["call_leads", "line"]))
        .order_by(Delivery.id)
    )
    ids: list[int] = []
    for row in rows:
        if row.step == "line" and row.payload["about"] == about:
            ids.append(row.payload["person_id"])
        elif row.step == "call_leads" and about == "called":
            ids += row.payload["leads"].values()
    return [db.session.get_one(Person, id_).name for id_ in ids]


def kinds(incident: Incident) -> list[str]:
    return [each.kind for each in timeline.of(incident.id)]


def set_head(code: str, who: str) -> None:
    with unit_of_work():
        db.session.get_one(Department, code).head_id = builders.person(who).id
