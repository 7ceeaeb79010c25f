"""Many complaints in one request: each line stands for itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from incident import errors
from incident.accounts import Actor
from incident.api import problems, strictjson
from incident.api.registry import MIB
from incident.db import db, unit_of_work
from incident.errors import N_, DomainError
from incident.intake import body, receive
from incident.intake.receive import Prepared
from incident.lifecycle.common import House

LINES_MOST = 1000
TOGETHER = 20  # lines in one transaction: one disk sync for all, and other writers wait a tenth of a second


@dataclass
class Report:
    """What became of the lines."""

    received: int = 0
    created: int = 0
    duplicates: int = 0
    incidents: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, line: int, fault: DomainError, language: str) -> None:
        """Enter a line that was not taken."""
        reasons = fault.reasons or [fault.reason]
        found = [problems.entry(reason, language) for reason in reasons]
        self.rejected.append({"line": line, "errors": found})

    def as_dict(self) -> dict[str, Any]:
        """The answer; refused lines in their order."""
        return {**vars(self), "rejected": sorted(self.rejected, key=lambda each: each["line"])}


def take(raw: bytes, *, by: Actor, at: datetime, house: House) -> dict[str, Any]:
    """Record every sound line; raises TooLarge for more than a thousand."""
    lines = [(number, line) for number, line in enumerate(raw.split(b"\n"), start=1) if line.strip()]
    if len(lines) > LINES_MOST:
        raise errors.TooLarge(
            N_("At most %(most)s lines; there are %(count)s."), most=LINES_MOST, count=len(lines)
        )
    report, language = Report(received=len(lines)), problems.locale()
    for start in range(0, len(lines), TOGETHER):
        sound = list(_sound(lines[start : start + TOGETHER], report, at, language))
        with unit_of_work():
            for number, prepared in sound:
                _receive(number, prepared, report, language, by=by, at=at, house=house)
    return report.as_dict()


def _sound(
    group: list[tuple[int, bytes]], report: Report, at: datetime, language: str
) -> Iterator[tuple[int, Prepared]]:
    for number, line in group:
        try:
            if len(line) > MIB:
                raise errors.TooLarge(N_("The line is larger than 1 MiB."))
            yield number, receive.prepare(body.read(strictjson.read(line), at=at))
        except DomainError as fault:
            report.refuse(number, fault, language)


def _receive(
    number: int,
    prepared: Prepared,
    report: Report,
    language: str,
    *,
    by: Actor,
    at: datetime,
    house: House,
) -> None:
    try:
        with db.session.begin_nested():
            found = receive.receive(prepared, by=by, at=at, house=house)
    except DomainError as fault:
        report.refuse(number, fault, language)
        return
    report.duplicates += found.duplicate
    report.created += not found.duplicate
    report.incidents += found.opened
