"""The injects of a running drill: laid out, delivered in their second, skipped, repeated, added."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from incident import errors, timeline
from incident.accounts import Actor
from incident.db import db, insert_rows
from incident.drills import cast, telling
from incident.errors import N_, Reason
from incident.models.drills import Drill, DrillState
from incident.models.exercises import DrillInject, InjectState
from incident.models.people import Person
from incident.playbooks.exercises import INJECTS_MOST, Inject, Scenario

TEXT_MOST = 1_500  # characters of an inject that a controller writes: Slack shows 3,000 in both languages


def content(row: DrillInject) -> Inject:
    """The inject as the scenario has it."""
    return Inject.model_validate(row.content)


def lay_out(drill: Drill, script: Scenario, *, at: datetime) -> None:
    """Write the injects with their times, each on a whole second; called once, at the start."""
    start = at.replace(microsecond=0)
    insert_rows(
        DrillInject,
        [
            _row(drill, number, each, due_at=start + each.offset)
            for number, each in enumerate(script.injects, start=1)
        ],
    )


def _row(drill: Drill, number: int, each: Inject, *, due_at: datetime) -> dict[str, Any]:
    return {
        "drill_id": drill.id,
        "number": number,
        "content": each.model_dump(mode="json", exclude_defaults=True),
        "state": InjectState.PENDING,
        "due_at": due_at,
        "times": 0,
        "recipients": [],
    }


def of(drill: Drill) -> list[DrillInject]:
    """The injects of a drill by number."""
    db.session.flush()  # what was just changed is not read back as it was before
    query = select(DrillInject).where(DrillInject.drill_id == drill.id).order_by(DrillInject.number)
    return list(db.session.scalars(query, execution_options={"populate_existing": True}))


def find(drill: Drill, number: int) -> DrillInject:
    """One inject; raises NotFound."""
    db.session.flush()
    found = db.session.scalar(
        select(DrillInject).where(DrillInject.drill_id == drill.id, DrillInject.number == number),
        execution_options={"populate_existing": True},
    )
    if found is None:
        raise errors.NotFound(N_("This drill has no inject %(number)s."), number=number)
    return found


def deliver_due(drill: Drill, *, at: datetime) -> int:
    """Deliver, in the order of their times, what is due in a drill whose row is locked; one whose condition
    does not hold is skipped, one whose condition is still open waits. Returns how many were delivered."""
    rows = of(drill)
    people = cast.players(drill)
    count = 0
    for row in sorted(rows, key=lambda each: (each.due_at, each.number)):
        if row.state != InjectState.PENDING or row.due_at > at:
            continue
        wanted = _wanted(content(row), rows)
        if wanted is None:
            continue
        if wanted:
            deliver(drill, row, people, at=at)
            count += 1
        else:
            row.state = InjectState.SKIPPED
    return count


def _wanted(inject: Inject, rows: list[DrillInject]) -> bool | None:
    """Whether the condition holds; None while nobody can tell yet."""
    if inject.condition is None:
        return True
    earlier = next(row for row in rows if row.number == inject.condition.inject)
    if earlier.state == InjectState.SKIPPED:
        return False
    if earlier.judged_at is None:
        return None
    return earlier.met is (inject.condition.result == "met")


def deliver(drill: Drill, row: DrillInject, people: list[Person], *, at: datetime) -> None:
    """Deliver one inject now, to whom it is for; its time to answer begins."""
    inject = content(row)
    chosen = recipients(inject, people)
    row.state, row.delivered_at, row.times = InjectState.DELIVERED, at, row.times + 1
    row.recipients = [each.id for each in chosen]
    row.answer_by = None if inject.respond == "none" else at + inject.time_to_answer
    row.judged_at, row.met = (at, None) if inject.respond == "none" else (None, None)
    telling.inject(drill, row, inject, chosen, at=at)


def recipients(inject: Inject, people: list[Person]) -> list[Person]:
    """The players of the departments it is for; everybody where it names none, the commander where none of
    them plays."""
    if not inject.to:
        return people
    return [each for each in people if each.department_code in inject.to] or people[:1]


def skip(drill: Drill, number: int, *, by: Actor, at: datetime) -> DrillInject:
    """Leave an inject out that has not been delivered; raises Refused."""
    cast.must_lead(drill, by)
    row = find(drill, number)
    if row.state != InjectState.PENDING:
        raise errors.Refused(N_("Inject %(number)s is not waiting any more."), number=number)
    row.state = InjectState.SKIPPED
    timeline.record(drill.incident_id or 0, "inject_skipped", by=by.label, at=at, number=number)
    return row


def release(drill: Drill, number: int, *, by: Actor, at: datetime) -> DrillInject:
    """Deliver an inject now: before its time, or again, so that the answer is asked for afresh; what was
    answered or scored before stays on record. Raises Refused unless the drill runs."""
    cast.must_lead(drill, by)
    if drill.state != DrillState.RUNNING:
        raise errors.Refused(
            N_("This drill is %(drill_state)s; that is not possible now."), drill_state=str(drill.state)
        )
    row = find(drill, number)
    again = row.state == InjectState.DELIVERED
    answered = row.judged_at is not None and row.met
    deliver(drill, row, cast.players(drill), at=at)
    if again and answered:
        row.judged_at, row.met = at, True  # it was answered; people only see it once more
    timeline.record(drill.incident_id or 0, "inject_released", by=by.label, at=at, number=number)
    return row


def add(
    drill: Drill, text: str, *, to: list[str], within: str, by: Actor, at: datetime, expected: str = ""
) -> DrillInject:
    """An inject of the controller's own, delivered at once; raises Invalid, Refused unless the drill runs."""
    cast.must_lead(drill, by)
    words = text.strip()
    faults = []
    if not words:
        faults.append(Reason(N_("Write what happens."), loc=("text",)))
    if len(words) > TEXT_MOST:
        faults.append(Reason(N_("At most %(most)s characters."), {"most": TEXT_MOST}, ("text",)))
    number = len(of(drill)) + 1
    if number > INJECTS_MOST * 2:
        faults.append(Reason(N_("This drill has too many injects."), loc=("text",)))
    if faults:
        raise errors.Invalid(N_("The inject cannot be sent."), reasons=faults)
    aim = expected.strip() or "–"
    made = Inject.model_validate(
        {
            "at": "0m",
            "channel": "other",
            "to": to,
            "text": {"zh": words, "en": words},
            "expected": {"zh": aim, "en": aim},
            "within": within,
        }
    )
    insert_rows(DrillInject, [_row(drill, number, made, due_at=at)])
    return release(drill, number, by=by, at=at)


def finish(drill: Drill, *, at: datetime) -> None:
    """At the end: what was not delivered is skipped; what nobody answered in time was missed, and what still
    had time counts for nothing."""
    for row in of(drill):
        if row.state == InjectState.PENDING:
            row.state = InjectState.SKIPPED
        elif row.judged_at is None and row.answer_by is not None:
            row.judged_at = at
            row.met, row.points = (False, 0) if row.answer_by <= at + timedelta(seconds=1) else (None, None)
