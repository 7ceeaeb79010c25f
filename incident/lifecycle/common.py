"""What the acts on an incident share: the house's settings, finding one, checking texts, showing changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from incident import calendars, errors, privacy
from incident.alerting import outbox
from incident.calendars import WorkingCalendar
from incident.db import db
from incident.errors import N_, Reason
from incident.models.incidents import Incident

TEXT_LONGEST = 4_000  # characters of a note, a reason or a closing summary


@dataclass(frozen=True)
class House:
    """What the institution's settings say to the verbs: its zone and whose rules it keeps."""

    zone: ZoneInfo
    rule_set: str

    @property
    def calendar(self) -> WorkingCalendar:
        """The working calendar of the house."""
        return calendars.load(self.rule_set, str(self.zone))


def by_number(number: str, *, lock: bool = False) -> Incident:
    """An incident by its number, in any case; raises NotFound."""
    query = select(Incident).where(Incident.number == number.strip().upper())
    if lock:
        query = query.with_for_update()
    found = db.session.scalar(query, execution_options={"populate_existing": lock})
    if found is None:
        raise errors.NotFound(N_("There is no incident %(number)s."), number=number)
    return found


def must_be_open(incident: Incident) -> None:
    """Raise Refused for an incident that has ended."""
    if incident.merged_into_id is not None:
        target = db.session.get_one(Incident, incident.merged_into_id)
        raise errors.Refused(
            N_("%(number)s was merged into %(target)s; go on there."),
            number=incident.number,
            target=target.number,
            reasons=[
                Reason(N_("Open %(number)s."), {"number": target.number}, href=f"/incidents/{target.number}")
            ],
        )
    if not incident.is_open:
        raise errors.Refused(
            N_("%(number)s is %(status)s; nothing can be changed."),
            number=incident.number,
            status=str(incident.status),
        )


def at_place(place: str, message: str) -> Reason:
    """A reason that belongs to one field."""
    return Reason(message, loc=(place,))


def clean_text(text: str, place: str, empty: str) -> str:
    """A text that people give, redacted; raises Invalid where it is empty or too long."""
    words = privacy.redact(text.strip())
    if not words:
        raise errors.Invalid(empty, reasons=[at_place(place, empty)])
    if len(words) > TEXT_LONGEST:
        raise errors.Invalid(
            N_("The text is too long."),
            reasons=[Reason(N_("At most %(most)s characters."), {"most": TEXT_LONGEST}, (place,))],
        )
    return words


def show(incident: Incident, *, at: datetime, said: str, **facts: Any) -> None:
    """Bring the card and the announcement up to date, and say it in the channel."""
    outbox.enqueue(incident.id, "update_card", at=at)
    if not incident.drill:
        outbox.enqueue(incident.id, "update_announcement", at=at)
    outbox.enqueue(incident.id, "post", at=at, said=said, **facts)
