"""Nobody on duty is itself an alarm: the group head hears of it before an incident finds out."""

from datetime import datetime

from sqlalchemy import select

from incident import duty, notices
from incident.alerting import outbox
from incident.db import db, unit_of_work
from incident.errors import N_
from incident.lifecycle.common import House
from incident.models.alerts import Delivery
from incident.models.people import DutyShift

NOTICE = "duty"


def uncovered(*, at: datetime, house: House) -> list[str]:
    """Departments that keep a roster and have nobody on duty now."""
    codes = list(db.session.scalars(select(DutyShift.department_code).distinct()))
    return sorted(
        code for code, found in duty.roster(codes, at=at, zone=house.zone).items() if not found.people
    )


def sweep(*, at: datetime, house: House) -> int:
    """Show the gaps on the board and tell the group heads once a day for each; returns how many."""
    gaps = uncovered(at=at, house=house)
    day = at.astimezone(house.zone).date().isoformat()
    told = 0
    with unit_of_work():
        if not gaps:
            notices.clear(NOTICE)
            return 0
        notices.put(NOTICE, N_("Nobody is on duty for %(departments)s."), at=at, departments=gaps)
        for code in gaps:
            for head in duty.group_heads():
                told += _tell(f"duty-{code}-{day}-{head.id}", head.id, code, at=at)
    return told


def _tell(key: str, person_id: int, code: str, *, at: datetime) -> int:
    if db.session.scalar(select(Delivery.id).where(Delivery.key == f"0:remind:{key}")) is not None:
        return 0
    outbox.enqueue(None, "remind", at=at, key=key, person_id=person_id, about="duty", department=code)
    return 1
