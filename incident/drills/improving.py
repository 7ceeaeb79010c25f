"""The improvement plan that follows from a drill's record: what was found, what to do, who, and by when."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from incident.drills import measures, rating
from incident.drills.seeing import Seen
from incident.errors import N_, Reason
from incident.models.drills import Drill
from incident.models.exercises import Rating
from incident.playbooks.library import Version

SOON, LATER = timedelta(days=15), timedelta(days=30)  # facts §7: actions due in 15 or 30 days


@dataclass(frozen=True)
class Improvement:
    """One line: the finding, the proposed measure, its kind, the departments that answer for it, the day."""

    finding: Reason
    measure: Reason
    kind: str
    departments: list[str]
    due_on: date


def of(
    drill: Drill, found: list[Seen], rated: list[rating.Rated], measured: measures.Measures, version: Version,
    zone: ZoneInfo,
) -> list[Improvement]:  # fmt: skip
    """The plan, gravest first: objectives rated U and M, missed injects, steps left undone, people absent."""
    assert drill.ended_at is not None  # a report is of a drill that has ended
    end = drill.ended_at.astimezone(zone).date()
    first = next(each.code for each in version.plan.departments if each.part == "responsible")
    return [
        *_objectives(rated, first, end),
        *_missed(found, first, end),
        *_undone(measured, end),
        *_absent(measured, end),
    ]


def _objectives(rated: list[rating.Rated], first: str, end: date) -> list[Improvement]:
    order = [Rating.U, Rating.M]
    weak = [each for each in rated if each.rating is not None and each.rating.rating in order]
    weak.sort(key=lambda each: order.index(Rating(each.rating.rating)) if each.rating else 0)
    return [
        Improvement(
            Reason(
                N_("Objective “%(goal)s” was rated %(rating)s: %(note)s"),
                {
                    "goal": {"zh": each.goal.zh, "en": each.goal.en},
                    "rating": str(each.rating.rating),
                    "note": each.rating.note,
                },
            ),
            Reason(N_("Change the plan where it failed, and drill this objective again.")),
            "improve",
            [first],
            end + (SOON if each.rating.rating == Rating.U else LATER),
        )
        for each in weak
        if each.rating is not None
    ]


def _missed(found: list[Seen], first: str, end: date) -> list[Improvement]:
    return [
        Improvement(
            Reason(
                N_("Inject %(number)s was missed; expected: %(expected)s"),
                {"number": each.row.number, "expected": each.inject.expected.model_dump()},
            ),
            Reason(N_("Go through the step with those it is for, and put it on their checklist.")),
            "train",
            list(each.inject.to) or [first],
            end + LATER,
        )
        for each in sorted(found, key=lambda each: each.row.number)
        if each.result == "missed"
    ]


def _undone(measured: measures.Measures, end: date) -> list[Improvement]:
    return [
        Improvement(
            Reason(N_("The step “%(task)s” was asked for and not done."), {"task": task.titles}),
            Reason(N_("Find out what held it up: people, time, access or the plan; mend that.")),
            "prevent",
            [task.department_code],
            end + LATER,
        )
        for task in measured.undone
    ]


def _absent(measured: measures.Measures, end: date) -> list[Improvement]:
    if not measured.absent:
        return []
    return [
        Improvement(
            Reason(N_("Called and not heard of: %(names)s"), {"names": measured.absent}),
            Reason(N_("Check how they are reached, name a deputy, and repeat the call-tree test.")),
            "prevent",
            ["TRN"],
            end + SOON,
        )
    ]
