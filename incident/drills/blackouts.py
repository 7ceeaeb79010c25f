"""Days on which recurring drills do not start: days off, and the windows that the house closes to them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from incident import audit, errors
from incident.accounts import Actor
from incident.calendars import WorkingCalendar
from incident.db import db
from incident.errors import N_, Reason
from incident.models.drills import DrillBlackout
from incident.permissions import Permission

LONGEST = 92  # days of one window: a drill must find a day within the quarter


@dataclass(frozen=True)
class DrillDays:
    """The working calendar without the closed windows; what a recurrence moves by."""

    calendar: WorkingCalendar
    closed: tuple[tuple[date, date], ...] = ()

    @classmethod
    def of(cls, calendar: WorkingCalendar) -> "DrillDays":
        """The days as they stand now."""
        rows = db.session.execute(select(DrillBlackout.first_day, DrillBlackout.last_day)).all()
        return cls(calendar, tuple((first, last) for first, last in rows))

    @property
    def zone(self) -> ZoneInfo:
        """The house's zone."""
        return self.calendar.zone

    def next_working(self, day: date) -> date:
        """The first day at or after `day` on which a drill may start."""
        while True:
            day = self.calendar.next_working(day)
            until = max((last for first, last in self.closed if first <= day <= last), default=None)
            if until is None:
                return day
            day = until + timedelta(days=1)


def close(first: date | None, last: date | None, reason: str, *, by: Actor, at: datetime) -> DrillBlackout:
    """Close some days to recurring drills that are put on the calendar from now on; raises Invalid."""
    by.must(Permission.DRILLS_MANAGE)
    faults = []
    if first is None or last is None:
        faults.append(Reason(N_("Give the first and the last day."), loc=("first_day",)))
    elif not 0 <= (last - first).days < LONGEST:
        faults.append(
            Reason(
                N_("The last day comes after the first, within %(days)s days."),
                {"days": LONGEST},
                ("last_day",),
            )
        )
    if not reason.strip():
        faults.append(Reason(N_("Say why."), loc=("reason",)))
    if faults or first is None or last is None:
        raise errors.Invalid(N_("The days cannot be closed."), reasons=faults)
    row = DrillBlackout(first_day=first, last_day=last, reason=reason.strip()[:200], created_by=by.label)
    db.session.add(row)
    db.session.flush()
    audit.record("drills.days_closed", f"blackout/{row.id}", by=by.label, at=at, days=f"{first}–{last}")
    return row


def open_again(blackout_id: int, *, by: Actor, at: datetime) -> None:
    """Take a window away; raises NotFound."""
    by.must(Permission.DRILLS_MANAGE)
    row = db.session.get(DrillBlackout, blackout_id)
    if row is None:
        raise errors.NotFound(N_("There is no such window."))
    db.session.delete(row)
    audit.record("drills.days_opened", f"blackout/{blackout_id}", by=by.label, at=at)


def ahead(*, today: date) -> list[DrillBlackout]:
    """The windows that have not ended."""
    query = select(DrillBlackout).where(DrillBlackout.last_day >= today).order_by(DrillBlackout.first_day)
    return list(db.session.scalars(query))
