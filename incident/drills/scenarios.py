"""The scenarios one can drill: those in the plan's file and the house's own, which an editor writes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select

from incident import audit, errors, faults
from incident.accounts import Actor
from incident.db import db, insert_one
from incident.errors import N_, Reason
from incident.models.exercises import DrillScenario
from incident.permissions import Permission
from incident.playbooks import library
from incident.playbooks.exercises import Scenario

PLAYED_MOST = timedelta(hours=8)  # a working day: what takes longer is told as story time
BAD = N_("The scenario cannot be kept.")
CALL_TREE = "call_tree_test"  # the key of the script that a call-tree test plays where none was chosen


@dataclass(frozen=True)
class Found:
    """A scenario and where it stands: `own` is the row of one of the house's own."""

    scenario: Scenario
    own: DrillScenario | None = None


def of_plan(plan_key: str) -> list[Found]:
    """Every scenario of a plan in use, those of its file first."""
    theirs = [Found(each) for each in library.current(plan_key).plan.scenarios]
    taken = {each.scenario.key for each in theirs}
    rows = db.session.scalars(
        select(DrillScenario)
        .where(DrillScenario.plan_key == plan_key, DrillScenario.retired_at.is_(None))
        .order_by(DrillScenario.key)
    )
    own = [Found(Scenario.model_validate(row.content), row) for row in rows if row.key not in taken]
    return theirs + own


def find(plan_key: str, key: str) -> Found | None:
    """One scenario of a plan."""
    return next((each for each in of_plan(plan_key) if each.scenario.key == key), None)


def own(scenario_id: int) -> DrillScenario:
    """One of the house's own, also a retired one; raises NotFound."""
    row = db.session.get(DrillScenario, scenario_id, populate_existing=True)
    if row is None:
        raise errors.NotFound(N_("There is no such scenario."))
    return row


def checked(plan_key: str, content: dict[str, Any]) -> Scenario:
    """A scenario as it was written, whole; raises Invalid with every fault at its place."""
    plan = library.current(plan_key).plan
    try:
        found = Scenario.model_validate(content)
    except ValidationError as fault:
        raise errors.Invalid(BAD, reasons=[_plain(each) for each in faults.reasons(fault)]) from None
    said = [
        Reason(N_("%(target)s is no step of the plan."), {"target": each.target}, ("injects", at, "target"))
        for at, each in enumerate(found.injects)
        if each.respond == "finish_task" and each.target not in {step.key for step in plan.steps}
    ]
    known = set(library.departments())
    for at, each in enumerate(found.injects):
        named = [*each.to, *([each.target] if each.respond in ("accept", "call_out") and each.target else [])]
        said += [
            Reason(N_("There is no department %(code)s."), {"code": code}, ("injects", at, "to"))
            for code in named
            if code not in known
        ]
    if found.length > PLAYED_MOST:
        said.append(
            Reason(N_("It is played for more than 8 hours; tell the rest as story time."), loc=("injects",))
        )
    if said:
        raise errors.Invalid(BAD, reasons=said)
    return found


def _plain(reason: Reason) -> Reason:
    """A fault of the whole has its own sentence; it is shown as it is, since a checker wrote it."""
    return reason


def save(
    plan_key: str,
    content: dict[str, Any],
    *,
    by: Actor,
    at: datetime,
    row: DrillScenario | None = None,
    version: int | None = None,
) -> DrillScenario:
    """Keep a new scenario, or the next version of `row`; raises Invalid, or Conflict where `version` is not
    the present one. Drills that are being played keep what they began with."""
    by.must(Permission.DRILLS_MANAGE)
    scenario = checked(plan_key, content)
    facts: dict[str, Any] = {"content": scenario.model_dump(mode="json", exclude_defaults=True)}
    facts |= {"changed_by": by.label, "changed_at": at, "retired_at": None}
    if row is None:
        taken = find(plan_key, scenario.key) is not None
        made = (
            None
            if taken
            else insert_one(
                DrillScenario,
                {"plan_key": plan_key, "key": scenario.key, "created_by": by.label, "version": 1, **facts},
                unless=("plan_key", "key"),
            )
        )
        if made is None:
            message = N_("The plan has a scenario of this key already.")
            raise errors.Invalid(BAD, reasons=[Reason(message, loc=("key",))])
        row = made
    else:
        _must_be(row, scenario, version)
        for name, value in facts.items():
            setattr(row, name, value)
    audit.record("drills.scenario_saved", f"scenario/{plan_key}/{scenario.key}", by=by.label, at=at)
    return row


def _must_be(row: DrillScenario, scenario: Scenario, version: int | None) -> None:
    if version is not None and row.version != version:
        raise errors.Conflict(
            N_("Somebody else changed this a moment ago; look at the present state and try again.")
        )
    if row.key != scenario.key:
        message = N_("The key of a scenario stays; make a copy for another.")
        raise errors.Invalid(BAD, reasons=[Reason(message, loc=("key",))])


def retire(row: DrillScenario, *, by: Actor, at: datetime) -> None:
    """Take a scenario out of use; drills that have it on the calendar are then led freely."""
    by.must(Permission.DRILLS_MANAGE)
    row.retired_at, row.changed_by, row.changed_at = at, by.label, at
    audit.record("drills.scenario_retired", f"scenario/{row.plan_key}/{row.key}", by=by.label, at=at)


def call_tree() -> Scenario:
    """What a call-tree test plays by itself: everybody answers that they were reached."""
    return Scenario.model_validate(
        {
            "key": CALL_TREE,
            "title": {"zh": "通讯录呼叫测试", "en": "Call-tree test"},
            "kind": "call_tree",
            "situation": {
                "zh": "不预设事件。检验应急通讯录：每个人是否收得到、多久答复。",
                "en": "No emergency is assumed. Does the call reach everybody, and how soon do they answer?",
            },
            "objectives": [
                {"zh": "所有人在十五分钟内答复。", "en": "Everybody answers within fifteen minutes."}
            ],
            "injects": [
                {
                    "at": "0m",
                    "channel": "slack",
                    "text": {
                        "zh": "呼叫测试：收到请答复，并写明十五分钟内能否到岗。",
                        "en": "Call test: answer, and say whether you could be at your post in 15 minutes.",
                    },
                    "expected": {"zh": "每个人亲自答复。", "en": "Everybody answers in person."},
                    "within": "15m",
                    "points": 10,
                    "objective": "o1",
                }
            ],
        }
    )
