"""The channels of incidents follow duty, and are put away some days after the end."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from incident import duty
from incident.alerting import outbox
from incident.db import db, unit_of_work
from incident.lifecycle.common import House
from incident.models.alerts import Delivery
from incident.models.incidents import DepartmentState, Incident, IncidentDepartment
from incident.models.people import DutySeen, DutyShift
from incident.vocabulary import Status

AT_ONCE = 50  # channels one sweep puts away; Slack takes twenty a minute
LOOK_BACK = timedelta(days=60)  # what ended longer ago than this was put away long ago, or never will be
OVER = (DepartmentState.SIGNED_OFF, DepartmentState.STOOD_DOWN)


def sweep(*, at: datetime, house: House, after_days: int) -> int:
    """Both; returns of how many incidents something is done."""
    return follow_duty(at=at, house=house) + put_away(at=at, after_days=after_days)


def follow_duty(*, at: datetime, house: House) -> int:
    """Bring the members of open incidents' channels up to date where the people on duty changed; returns of
    how many incidents. What was seen last is kept, so that no change of guard is missed by a stop."""
    codes = list(db.session.scalars(select(DutyShift.department_code).distinct()))
    found = duty.roster(codes, at=at, zone=house.zone)
    seen = {row.department_code: row.people for row in db.session.scalars(select(DutySeen))}
    present = {code: sorted(person.id for person in found[code].people) for code in codes}
    changed = [code for code in codes if seen.get(code) != present[code]]
    if not changed:
        return 0
    with unit_of_work() as session:
        for code in changed:
            session.merge(DutySeen(department_code=code, people=present[code]))
        new = [code for code in changed if code in seen]  # at the first look nothing has changed yet
        ids = _incidents_of(new)
        for incident_id in ids:
            outbox.enqueue(incident_id, "invite", at=at)
    return len(ids)


def _incidents_of(codes: list[str]) -> list[int]:
    query = (
        select(Incident.id)
        .join(IncidentDepartment, IncidentDepartment.incident_id == Incident.id)
        .where(
            Incident.status == Status.OPEN,
            Incident.drill.is_(False),
            Incident.channel_id.is_not(None),
            IncidentDepartment.code.in_(codes),
            IncidentDepartment.state.not_in(OVER),
        )
        .distinct()
    )
    return list(db.session.scalars(query)) if codes else []


def put_away(*, at: datetime, after_days: int) -> int:
    """Ask for the archiving of channels whose incident ended so many days ago; 0 days means never. Returns
    how many."""
    if not after_days:
        return 0
    until = at - timedelta(days=after_days)
    rows = db.session.execute(
        select(Incident.id, Incident.channel_id, Incident.last_activity_at)
        .where(
            Incident.status != Status.OPEN,
            Incident.channel_id.is_not(None),
            Incident.last_activity_at.between(until - LOOK_BACK, until),
        )
        .order_by(Incident.last_activity_at)
    ).all()
    wanted = {f"{id_}:archive:{channel}": (id_, str(channel), ended) for id_, channel, ended in rows}
    known = set(
        db.session.scalars(select(Delivery.key).where(Delivery.step == "archive", Delivery.key.in_(wanted)))
    )
    fresh = [facts for key, facts in wanted.items() if key not in known][:AT_ONCE]
    if fresh:
        with unit_of_work():
            outbox.enqueue_rows(
                [
                    outbox.row(
                        id_, "archive", at=at, key=channel, channel=channel, ended_at=ended.isoformat()
                    )
                    for id_, channel, ended in fresh
                ]
            )
    return len(fresh)


def _archiving(incident_id: int, channel: str, ended: datetime, *, at: datetime) -> dict[str, Any]:
    return outbox.row(incident_id, "archive", at=at, key=channel, channel=channel, ended_at=ended.isoformat())
