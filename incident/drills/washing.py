"""The hot wash: what those who took part think right after a drill, by name or without one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import mean
from zoneinfo import ZoneInfo

from sqlalchemy import select

from incident import errors, privacy
from incident.accounts import Actor
from incident.db import db
from incident.drills import cast
from incident.errors import N_, Reason
from incident.models.drills import Drill, DrillState
from incident.models.exercises import HotWash
from incident.models.people import Person

WORDS_MOST = 2_000  # characters
# key → the question; those of SCALES are answered from 1 (not at all) to 5 (fully)
SCALES: dict[str, str] = {
    "plan_clear": N_("The plan told me what to do."),
    "roles_clear": N_("I knew who decides and who does what."),
    "channels_clear": N_("Messages reached me in time and were clear."),
    "realistic": N_("It felt like a real emergency."),
}
WORDS: dict[str, str] = {
    "well": N_("What went well?"),
    "badly": N_("What went badly, or was missing?"),
    "change": N_("What should change in the plan?"),
}


@dataclass(frozen=True)
class Summary:
    """How many answered; the mean of each scale (None without answers); the words by question, with a name or
    None."""

    count: int
    scales: dict[str, float | None]
    words: dict[str, list[tuple[str | None, str]]]


def may(drill: Drill, by: Actor) -> bool:
    """Whether somebody took part, and the drill is over."""
    return drill.state == DrillState.ENDED and bool(cast.roles_of(drill, by))


def answer(
    drill: Drill, given: Mapping[str, str], *, anonymous: bool, by: Actor, at: datetime, zone: ZoneInfo
) -> HotWash:
    """Keep somebody's answers, once, of a drill whose row is locked; an anonymous one names nobody and no
    hour. Raises Forbidden for whoever took no part, Invalid, Refused the second time."""
    if not cast.roles_of(drill, by) or by.id is None:
        raise errors.Forbidden(N_("The hot wash is for those who took part in the drill."))
    if drill.state != DrillState.ENDED:
        raise errors.Refused(N_("The hot wash begins when the drill has ended."))
    if by.id in drill.hot_washed:
        raise errors.Refused(N_("You have answered already; thank you."))
    answers = _checked(given)
    row = HotWash(
        drill_id=drill.id,
        person_id=None if anonymous else by.id,
        day=at.astimezone(zone).date(),
        answers=answers,
    )
    db.session.add(row)
    drill.hot_washed = sorted({*drill.hot_washed, by.id})
    db.session.flush()
    return row


def _checked(given: Mapping[str, str]) -> dict[str, str | int]:
    typed = {key: given.get(key, "").strip() for key in (*SCALES, *WORDS)}
    faults = [
        Reason(N_("From 1 to 5."), loc=(key,))
        for key in SCALES
        if typed[key] not in ("", "1", "2", "3", "4", "5")
    ]
    faults += [
        Reason(N_("At most %(most)s characters."), {"most": WORDS_MOST}, (key,))
        for key in WORDS
        if len(typed[key]) > WORDS_MOST
    ]
    if not any(typed.values()):
        faults.append(Reason(N_("Answer at least one question."), loc=("well",)))
    if faults:
        raise errors.Invalid(N_("The answers cannot be taken."), reasons=faults)
    return {key: int(text) if key in SCALES else privacy.redact(text) for key, text in typed.items() if text}


def summary(drill: Drill) -> Summary:
    """Everything that was answered, in an order that does not tell who answered when."""
    rows = db.session.execute(
        select(HotWash, Person.name)
        .outerjoin(Person, Person.id == HotWash.person_id)
        .where(HotWash.drill_id == drill.id)
    ).all()
    scales = {key: [row.answers[key] for row, _name in rows if key in row.answers] for key in SCALES}
    words: dict[str, list[tuple[str | None, str]]] = {
        key: sorted(
            ((name, str(row.answers[key])) for row, name in rows if key in row.answers),
            key=lambda pair: (pair[0] is None, pair[0] or "", pair[1]),
        )
        for key in WORDS
    }
    means = {key: round(mean(found), 1) if found else None for key, found in scales.items()}
    return Summary(len(rows), means, words)
