"""Answers to injects: words and choices of players, and the ordinary acts that the timeline tells of."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident import errors, privacy
from incident.accounts import Actor
from incident.db import db, insert_one
from incident.drills import playing, scoring
from incident.errors import N_, Reason
from incident.models.drills import PLAYED, Drill, DrillState
from incident.models.exercises import DrillInject, DrillResponse, InjectState
from incident.models.incidents import Task
from incident.models.records import TimelineEvent
from incident.playbooks.exercises import Inject
from incident.vocabulary import Level

WORDS_MOST = 2_000  # characters of an answer
BAD = N_("The answer cannot be taken.")
SPOKEN = ("answer", "choose")
# what an inject expects → the kind of event that tells of it
ACTS = {
    "acknowledge": "acknowledged",
    "accept": "department_accepted",
    "call_out": "department_called_out",
    "raise_level": "level_changed",
    "finish_task": "task_changed",
    "give_update": "update_given",
}
EXPECTED = frozenset(ACTS)


def respond(
    drill: Drill,
    number: int,
    *,
    by: Actor,
    at: datetime,
    words: str = "",
    choice: int | None = None,
    via: str = "web",
) -> DrillResponse:
    """Answer an inject of a drill whose row is locked; raises Invalid, Forbidden for whoever it is not for,
    and Refused where it was not delivered, was answered by them, or expects an act on the incident."""
    row = playing.find(drill, number)
    if row.state != InjectState.DELIVERED or row.delivered_at is None:
        raise errors.NotFound(N_("This drill has no inject %(number)s."), number=number)
    if by.kind != "person" or by.id not in row.recipients:
        raise errors.Forbidden(N_("This inject is for other players."))
    if drill.state not in PLAYED:
        raise errors.Refused(N_("The drill is over."))
    inject = playing.content(row)
    if inject.respond not in SPOKEN:
        raise errors.Refused(N_("This inject is answered by what you do on the incident."))
    said = _said(inject, words, choice)
    now = _played_time(drill, at)
    made = insert_one(
        DrillResponse,
        {
            "inject_id": row.id,
            "person_id": by.id,
            "by": by.label,
            "at": now,
            "in_time": row.answer_by is not None and now <= row.answer_by,
            "via": via,
            **said,
        },
        unless=("inject_id", "person_id"),
    )
    if made is None:
        raise errors.Refused(N_("You have answered this inject already."))
    scoring.settle(drill, row, at=now)
    return made


def _played_time(drill: Drill, at: datetime) -> datetime:
    """In a pause the time of the drill stands still."""
    return drill.paused_at if drill.state == DrillState.PAUSED and drill.paused_at else at


def _said(inject: Inject, words: str, choice: int | None) -> dict[str, Any]:
    text = privacy.redact(words.strip())
    if inject.respond == "choose":
        if choice is None or not 0 <= choice < len(inject.choices):
            raise errors.Invalid(BAD, reasons=[Reason(N_("Choose one of the answers."), loc=("choice",))])
        return {"choice": choice, "words": text or None}
    if not text:
        raise errors.Invalid(BAD, reasons=[Reason(N_("Write what you do."), loc=("words",))])
    if len(text) > WORDS_MOST:
        reason = Reason(N_("At most %(most)s characters."), {"most": WORDS_MOST}, ("words",))
        raise errors.Invalid(BAD, reasons=[reason])
    return {"choice": None, "words": text}


def awaited(drill: Drill) -> list[tuple[DrillInject, Inject]]:
    """The delivered injects that wait for an act on the incident."""
    rows = db.session.scalars(
        select(DrillInject).where(
            DrillInject.drill_id == drill.id,
            DrillInject.state == InjectState.DELIVERED,
            DrillInject.met.is_not(True),
        )
    )
    # looked at before it is read whole: most injects wait for no act
    acts = [row for row in rows if row.content.get("respond") in EXPECTED]
    return [(row, playing.content(row)) for row in acts]


def acts_found(drill: Drill) -> list[tuple[DrillInject, TimelineEvent]]:
    """What somebody has done that an inject waits for and that is not written down yet; a look, no lock."""
    waiting = awaited(drill)
    if not waiting:
        return []
    known = set(
        db.session.scalars(
            select(DrillResponse.inject_id).where(
                DrillResponse.inject_id.in_([row.id for row, _inject in waiting])
            )
        )
    )
    kinds = {ACTS[inject.respond] for _row, inject in waiting}
    events = list(
        db.session.scalars(
            select(TimelineEvent)
            .where(TimelineEvent.incident_id == drill.incident_id, TimelineEvent.kind.in_(kinds))
            .order_by(TimelineEvent.id)
        )
    )
    tasks = _tasks(drill) if any(inject.respond == "finish_task" for _row, inject in waiting) else {}
    pairs = ((row, _first(inject, events, tasks)) for row, inject in waiting if row.id not in known)
    return [(row, event) for row, event in pairs if event is not None]


def _tasks(drill: Drill) -> dict[int, str]:
    rows = db.session.execute(select(Task.id, Task.key).where(Task.incident_id == drill.incident_id))
    return {id_: key for id_, key in rows}


def _first(inject: Inject, events: Iterable[TimelineEvent], tasks: dict[int, str]) -> TimelineEvent | None:
    wanted = ACTS[inject.respond]
    return next((each for each in events if each.kind == wanted and _fits(inject, each.data, tasks)), None)


def _fits(inject: Inject, data: dict[str, Any], tasks: dict[int, str]) -> bool:
    match inject.respond:
        case "accept" | "call_out":
            return bool(data.get("department") == inject.target)
        case "raise_level":
            numerals = [level.numeral for level in Level if level <= int(inject.target or 4)]
            return data.get("to") in numerals
        case "finish_task":
            return data.get("status") == "done" and tasks.get(data.get("task_id", 0)) == inject.target
    return True


def observe(drill: Drill, *, at: datetime) -> int:
    """Write down the acts that answer an inject, in a drill whose row is locked; returns how many."""
    db.session.flush()
    found = acts_found(drill)
    for row, event in found:
        assert row.delivered_at is not None  # only delivered ones are waited for
        when = max(event.at, row.delivered_at)  # done before it was asked for: at once
        insert_one(
            DrillResponse,
            {
                "inject_id": row.id,
                "person_id": person_of(event.actor),
                "by": event.actor,
                "at": when,
                "in_time": row.answer_by is not None and when <= row.answer_by,
                "choice": None,
                "words": None,
                "via": "act",
            },
            unless=("inject_id", "person_id"),
        )
        scoring.settle(drill, row, at=when)
    return len(found)


def person_of(label: str) -> int | None:
    """The id of the person that a record names; None for a service or the service itself."""
    kind, _, rest = label.partition("/")
    number = rest.partition("/")[0]
    return int(number) if kind == "person" and number.isdecimal() else None


def to_inject(inject_id: int) -> list[DrillResponse]:
    """The answers to an inject, the first one first."""
    query = select(DrillResponse).where(DrillResponse.inject_id == inject_id)
    return list(db.session.scalars(query.order_by(DrillResponse.at, DrillResponse.id)))


def of(drill: Drill) -> dict[int, list[DrillResponse]]:
    """The answers of a drill by the inject's id, the first one first."""
    query = (
        select(DrillResponse)
        .join(DrillInject, DrillInject.id == DrillResponse.inject_id)
        .where(DrillInject.drill_id == drill.id)
        .order_by(DrillResponse.at, DrillResponse.id)
    )
    found: dict[int, list[DrillResponse]] = {}
    for each in db.session.scalars(query):
        found.setdefault(each.inject_id, []).append(each)
    return found
