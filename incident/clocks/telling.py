"""Who hears of a clock, and the one message that each of them gets about all of theirs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident.alerting import outbox
from incident.db import db
from incident.models.clocks import Clock
from incident.models.incidents import Incident, IncidentDepartment
from incident.models.people import Department, Person

MISSED = "missed"
COMPLIANCE = "COM"  # the department that hears of every legal clock that was missed
ITEMS_MOST = 20  # clocks in one message; a person with more reads them on the page


@dataclass(frozen=True)
class Word:
    """One thing to say: which clock, and at which mark (`50`, `75`, `90`, `3wd`, `1wd`, `missed`)."""

    clock: Clock
    incident: Incident
    mark: str
    say_at: datetime


def messages(words: Sequence[Word], *, at: datetime) -> list[dict[str, Any]]:
    """Rows of the outbox: for each person, moment and drill or not, one message with all their clocks."""
    house = _House({word.incident.id for word in words})
    groups: dict[tuple[int, datetime, bool], list[Word]] = {}
    for word in words:
        for person_id in house.audience(word):
            groups.setdefault((person_id, word.say_at, word.incident.drill), []).append(word)
    return [
        outbox.row(
            None,
            "remind",
            at=say_at,
            key=f"clocks-{person_id}-{at.timestamp():.0f}-{mine[0].clock.id}-{mine[0].mark}",
            person_id=person_id,
            about="clocks",
            drill=drill,
            items=[_item(word) for word in mine[:ITEMS_MOST]],
            more=max(0, len(mine) - ITEMS_MOST),
        )
        for (person_id, say_at, drill), mine in groups.items()
    ]


def _item(word: Word) -> dict[str, Any]:
    return {
        "clock_id": word.clock.id,
        "number": word.incident.number,
        "title": word.clock.titles,
        "due_at": word.clock.due_at.isoformat(),
        "mark": word.mark,
    }


class _House:
    """The lines of some incidents, and the heads, read at once."""

    def __init__(self, incidents: Iterable[int]) -> None:
        rows = db.session.execute(
            select(
                IncidentDepartment.incident_id,
                IncidentDepartment.code,
                IncidentDepartment.part,
                IncidentDepartment.lead_id,
            ).where(IncidentDepartment.incident_id.in_(list(incidents)))
        )
        self._lines: dict[int, list[tuple[str, str, int | None]]] = {}
        for incident_id, code, part, lead_id in rows:
            self._lines.setdefault(incident_id, []).append((code, part, lead_id))
        self._active = set(db.session.scalars(select(Person.id).where(Person.active)))
        heads = select(Department.code, Department.head_id, Department.deputy_id)
        self._heads: dict[str, list[int]] = {
            code: [each for each in (head, deputy) if each in self._active][:1]
            for code, head, deputy in db.session.execute(heads)
        }

    def audience(self, word: Word) -> list[int]:
        """The lead of the department whose clock it is and the commander; of a legal clock that was missed
        its head and compliance too. Of a drill nobody outside hears."""
        clock, incident = word.clock, word.incident
        lines = self._lines.get(incident.id, [])
        mine = [line for line in lines if line[0] == clock.department_code] or [
            line for line in lines if line[1] == "responsible"
        ]
        people = [incident.commander_id, *(lead for _code, _part, lead in mine)]
        if word.mark == MISSED and clock.kind == "statutory" and not incident.drill:
            codes = [clock.department_code or "", *(code for code, _part, _lead in mine), COMPLIANCE]
            people += [head for code in codes for head in self._heads.get(code, [])]
            people += [lead for code, _part, lead in lines if code == COMPLIANCE]
        return [each for each in dict.fromkeys(people) if each in self._active]
