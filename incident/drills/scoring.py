"""Points: given by themselves when an inject is answered or its time is over, and changed by an evaluator."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from incident import errors, privacy, timeline
from incident.accounts import Actor
from incident.db import db
from incident.drills import cast, playing, telling
from incident.errors import N_, Reason
from incident.models.drills import Drill, DrillKind
from incident.models.exercises import DrillInject, DrillResponse, InjectState
from incident.playbooks.exercises import Inject

NOTE_MOST = 2_000  # characters


@dataclass(frozen=True)
class Total:
    """What a drill has got of what it could: both in points, and the share in per cent."""

    got: int
    most: int

    @property
    def percent(self) -> int | None:
        """Rounded; None where nothing was to be scored."""
        return round(100 * self.got / self.most) if self.most else None


def settle(drill: Drill, row: DrillInject, *, at: datetime) -> None:
    """Give an inject its points after an answer. The first right answer in time meets it; after a wrong one,
    or late, a right one is worth half. In a call-tree test everybody has to answer."""
    db.session.flush()
    inject = playing.content(row)
    answers = list(
        db.session.scalars(
            select(DrillResponse)
            .where(DrillResponse.inject_id == row.id)
            .order_by(DrillResponse.at, DrillResponse.id)
        )
    )
    if drill.kind == DrillKind.CALL_TREE and inject.respond == "answer":
        _settle_everybody(row, inject, answers, at=at)
    else:
        _settle_first(row, inject, answers, at=at)
    if row.judged_at is not None:
        telling.answered(drill, row, at=at)


def right(inject: Inject, answer: DrillResponse) -> bool:
    """Whether an answer is a right one; words are taken as right until an evaluator says otherwise."""
    return answer.choice is None or answer.choice + 1 == inject.right


def _settle_first(row: DrillInject, inject: Inject, answers: list[DrillResponse], *, at: datetime) -> None:
    place = next((n for n, each in enumerate(answers) if right(inject, each)), None)
    if place is None:
        if len(answers) >= len(row.recipients) and row.judged_at is None:
            row.judged_at, row.met, row.points = at, False, 0  # nobody is left who could
        return
    full = place == 0 and answers[0].in_time
    row.points = inject.points if full else inject.points // 2
    if row.judged_at is None:
        row.judged_at, row.met = at, answers[place].in_time


def _settle_everybody(
    row: DrillInject, inject: Inject, answers: list[DrillResponse], *, at: datetime
) -> None:
    in_time = sum(each.in_time for each in answers)
    row.points = round(inject.points * in_time / len(row.recipients)) if row.recipients else 0
    if row.judged_at is None and in_time >= len(row.recipients):
        row.judged_at, row.met = at, True


def judge_due(drill: Drill, *, at: datetime) -> int:
    """End the time of what was not answered, in a drill whose row is locked; returns how many."""
    rows = [
        row
        for row in playing.of(drill)
        if row.state == InjectState.DELIVERED
        and row.judged_at is None
        and row.answer_by is not None
        and row.answer_by < at
    ]
    for row in rows:
        row.judged_at, row.met = row.answer_by, False
        row.points = row.points or 0
        telling.answered(drill, row, at=at)
    return len(rows)


def score(
    drill: Drill, number: int, *, points: int | None, note: str, by: Actor, at: datetime
) -> DrillInject:
    """An evaluator's points and note for a delivered inject; None keeps the automatic ones."""
    cast.must_judge(drill, by)
    row = playing.find(drill, number)
    if row.state != InjectState.DELIVERED:
        raise errors.Refused(N_("Inject %(number)s was not delivered."), number=number)
    most = playing.content(row).points
    faults = []
    if points is not None and not 0 <= points <= most:
        faults.append(Reason(N_("From 0 to %(most)s points."), {"most": most}, ("score",)))
    if len(note) > NOTE_MOST:
        faults.append(Reason(N_("At most %(most)s characters."), {"most": NOTE_MOST}, ("note",)))
    if faults:
        raise errors.Invalid(N_("The score cannot be taken."), reasons=faults)
    row.score, row.note, row.scored_by = points, privacy.redact(note.strip()) or None, by.label
    timeline.record(drill.incident_id or 0, "inject_scored", by=by.label, at=at, number=number)
    db.session.flush()
    return row


def given(row: DrillInject) -> int | None:
    """The points that count: the evaluator's, else the automatic ones."""
    return row.score if row.score is not None else row.points


def total(rows: list[DrillInject]) -> Total:
    """Over what was delivered and judged."""
    counted = [
        (given(row), playing.content(row).points)
        for row in rows
        if row.state == InjectState.DELIVERED and (row.met is not None or row.score is not None)
    ]
    return Total(sum(points or 0 for points, _most in counted), sum(most for _points, most in counted))
