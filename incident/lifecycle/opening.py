"""Opening an incident: one transaction with everything that belongs to it."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm.attributes import set_committed_value

from incident import clocks, duty, labels, privacy, recusal, timeline
from incident.accounts import Actor
from incident.alerting import escalation, outbox
from incident.coordination import departments, holds, planning, roles
from incident.db import db, insert_one, insert_rows
from incident.lifecycle.common import House
from incident.models.ground import Counter
from incident.models.incidents import (
    Clock,
    Incident,
    IncidentDepartment,
    IncidentRoleHolder,
    Task,
)
from incident.models.people import Person
from incident.models.records import TimelineEvent
from incident.permissions import Permission
from incident.playbooks import library
from incident.playbooks.library import Version
from incident.vocabulary import Level, Signal, Stage, Status
from incident.webhooks import events

_COUNTERS = cast("Table", Counter.__table__)
_INCIDENTS = cast("Table", Incident.__table__)
_NUMBERING = (
    update(_INCIDENTS)
    .where(_INCIDENTS.c.id == bindparam("this"))
    .values(number=bindparam("number"), search_text=bindparam("search_text"))
)


@dataclass(frozen=True)
class Opening:
    """What an incident is opened on; a complaint, a hand-made declaration and a drill all give one.

    `agencies` are those complained about, as `recusal.alike` gives them: who works for one is not called.
    """

    complaint_type: str
    type_proposed: bool
    level: int
    level_reasons: list[dict[str, str]]
    channel: str
    received_at: datetime
    signals: frozenset[str] = frozenset()
    product: str | None = None
    affected_customers: int = 1
    complaint_ref: str | None = None
    held: holds.Held | None = None
    agencies: frozenset[str] = frozenset()
    drill: bool = False
    participants: list[Person] = field(default_factory=list)


def graded(opening: Opening, version: Version) -> tuple[Level, list[dict[str, str]]]:
    """The level an incident opens at: the gravest of what triage found, what the plan starts from and the
    plan's raising conditions that hold. "If unsure, take the higher level" (facts §3.1)."""
    plan = version.plan
    level, reasons = opening.level, list(opening.level_reasons)
    if plan.default_level < level:
        level = plan.default_level
        reasons.append(labels.plan_default(plan.key, level))
    for each in plan.raises:
        by_signal = bool(opening.signals.intersection(each.signals))
        by_number = (
            each.affected_at_least is not None and opening.affected_customers >= each.affected_at_least
        )
        if (by_signal or by_number) and each.level < level:
            level = each.level
            reasons.append({"zh": each.when.zh, "en": each.when.en})
    return Level(level), reasons


def declare(opening: Opening, *, by: Actor, at: datetime, house: House) -> Incident:
    """Open an incident with everything that belongs to it, in the present transaction.

    Incident, plan version, commander and roles from the roster, departments, tasks with due times, clocks,
    timeline and the outbox rows of the Slack steps. Raises NotFound where no plan is loaded for the type.
    """
    by.must(Permission.DRILLS_MANAGE if opening.drill else Permission.COMPLAINTS_WRITE)
    version = library.current(opening.complaint_type)
    level, reasons = graded(opening, version)
    responsible = [each.code for each in version.plan.departments if each.part == "responsible"]
    commander_department = escalation.commander_department(level, version.plan)
    group, on_duty, aside = _group(opening, version, commander_department, responsible, at=at, house=house)
    commander = next(iter(escalation.rungs(group)[0]), None)
    rows = _clock_rows(opening, level, at=at, house=house)
    next_clock_at, risk_at = clocks.pressing((row["started_at"], row["due_at"]) for row in rows)
    incident = insert_one(
        Incident,
        {
            **_facts(opening, version, level, reasons, by=by, at=at),
            "commander_id": commander.id if commander else None,
            "escalate_at": escalation.next_rung_at(library.the_levels()[level], 0, at, house.calendar),
            "next_clock_at": next_clock_at,
            "risk_at": risk_at,
        },
    )
    assert incident is not None  # there is nothing it could collide with
    lines = _write_children(incident, version, on_duty, commander, rows, at=at, house=house)
    _alert(incident, opening, group, commander_department, version, lines, by=by, at=at)
    if aside:
        names = "、".join(each.name for each in aside)
        timeline.record(incident.id, "stood_aside", by=recusal.ACTOR, at=at, people=names)
    events.tell_of(incident, "opened", at=at)
    _number(incident, opening, version, at=at, house=house)
    return incident


def _group(
    opening: Opening,
    version: Version,
    commander_department: str,
    responsible: list[str],
    *,
    at: datetime,
    house: House,
) -> tuple[escalation.Group, dict[str, duty.OnDuty], list[Person]]:
    """Whom the alerts reach, who is on duty, and who would be but stands aside."""
    codes = [each.code for each in version.plan.departments]
    if opening.drill:
        people = opening.participants
        by_department = {
            code: duty.OnDuty(next((p for p in people if p.department_code == code), None), None)
            for code in codes
        }
        return escalation.drill_group(people), by_department, []
    wanted = list(
        dict.fromkeys([commander_department, *codes, *(each.department for each in version.plan.roles)])
    )
    found = duty.roster(wanted, at=at, zone=house.zone)
    heads = duty.heads([commander_department, *responsible])
    chiefs = duty.group_heads()
    group = escalation.Group(
        commander=found[commander_department].people,
        responsible=[person for code in responsible for person in found[code].people],
        heads=[*heads.values(), *chiefs],
        everyone=[*(person for code in codes for person in found[code].people), *chiefs],
    )
    called = [*group.heads, *(person for each in found.values() for person in each.people)]
    aside = escalation.each_once(each for each in called if recusal.works_for(each, opening.agencies))
    gone = {each.id for each in aside}
    return group.without(aside), {code: each.without(gone) for code, each in found.items()}, aside


def _facts(
    opening: Opening,
    version: Version,
    level: Level,
    reasons: list[dict[str, str]],
    *,
    by: Actor,
    at: datetime,
) -> dict[str, Any]:
    plan = version.plan
    title = labels.title(opening.complaint_type, opening.channel, privacy.redact(opening.product or ""))
    grave = bool(opening.signals & {Signal.SELF_HARM_THREAT, Signal.VIOLENCE_THREAT, Signal.DATA_LEAK})
    return {
        "number": f"opening-{labels.nonce()}",
        "drill": opening.drill,
        "level": level,
        "level_reasons": reasons,
        "status": Status.OPEN,
        "stage": Stage.INTAKE,
        "complaint_type": opening.complaint_type,
        "type_proposed": opening.type_proposed,
        "title_zh": title["zh"],
        "title_en": title["en"],
        "search_text": "",
        "sensitive": plan.sensitive or grave,
        "plan_version_id": version.id,
        "plan_key": plan.key,
        "plan_number": version.number,
        "affected_customers": opening.affected_customers,
        "opened_at": at,
        "opened_by": by.label,
        "last_activity_at": at,
    }


def _clock_rows(opening: Opening, level: Level, *, at: datetime, house: House) -> list[dict[str, Any]]:
    targets = clocks.internal(level, library.the_levels()[level], start=at, calendar=house.calendar)
    if opening.drill:
        return targets
    facts = clocks.Facts(
        opening.complaint_type, opening.signals, opening.channel, level, opening.received_at, at
    )
    return [*targets, *clocks.statutory(facts, jurisdiction=house.rule_set)]


def _write_children(
    incident: Incident,
    version: Version,
    on_duty: dict[str, duty.OnDuty],
    commander: Person | None,
    clock_rows: list[dict[str, Any]],
    *,
    at: datetime,
    house: House,
) -> list[dict[str, Any]]:
    """Everything below the incident; returns the rows of its department lines."""
    plan, calendar = version.plan, house.calendar
    lines = departments.called_out(plan, on_duty, level=incident.level, at=at, calendar=calendar)
    for model, rows in (
        (IncidentDepartment, lines),
        (IncidentRoleHolder, roles.from_roster(plan, on_duty, commander, at=at)),
        (Task, planning.planned(plan, on_duty, at=at, calendar=calendar)),
        (Clock, clock_rows),
    ):
        insert_rows(model, [{"incident_id": incident.id, **row} for row in rows])
    return lines


def _alert(
    incident: Incident,
    opening: Opening,
    group: escalation.Group,
    department: str,
    version: Version,
    lines: list[dict[str, Any]],
    *,
    by: Actor,
    at: datetime,
) -> None:
    """The first alert, the call to each department's lead, the Slack steps, and what the timeline says of
    them. Where nobody is on duty who should command, the heads of the group are told besides whoever is
    alerted instead."""
    people, commanders = escalation.rungs(group)[0], group.commander
    said = [
        timeline.row(
            incident.id,
            "opened",
            by=by.label,
            at=at,
            level=incident.level.numeral,
            plan=version.plan.key,
            version=version.number,
        )
    ]
    steps = [step for step in outbox.OPENING if not (incident.drill and step == "announce")]
    deliveries = [outbox.row(incident.id, step, at=at, urgency=incident.level) for step in steps]
    uncovered = not incident.drill and not commanders
    chiefs = [each for each in duty.group_heads() if not recusal.works_for(each, opening.agencies)]
    told = escalation.each_once([*people, *chiefs]) if uncovered else people
    if uncovered:
        said.append(timeline.row(incident.id, "nobody_on_duty", by=by.label, at=at, department=department))
    if told:
        names = "、".join(person.name for person in told)
        said.append(timeline.row(incident.id, "paged", by=by.label, at=at, people=names, rung=1))
    if opening.complaint_ref is not None:
        ref = opening.complaint_ref
        said.append(timeline.row(incident.id, "complaint_attached", by=by.label, at=at, complaint=ref))
    said += holds.at_opening(incident, opening.held, opening.signals, by=by, at=at)
    deliveries += escalation.page_rows(incident.id, 0, told, at=at, level=incident.level)
    deliveries += departments.calls(incident.id, lines, {person.id for person in told}, at=at)
    insert_rows(TimelineEvent, said)
    outbox.enqueue_rows(deliveries)


def _number(incident: Incident, opening: Opening, version: Version, *, at: datetime, house: House) -> None:
    """Give the number last: the series is one row, locked until the commit, and a gap would look like a
    deleted incident."""
    series = f"{'DRL' if opening.drill else 'INC'}-{at.astimezone(house.zone).year}"
    value = db.session.execute(_counting(db.engine.dialect.name), {"series": series, "value": 1}).scalar_one()
    number = f"{series}-{value:06d}"
    words = labels.search_text(number, incident.title_zh, incident.title_en, opening.complaint_type)
    db.session.execute(_NUMBERING, {"this": incident.id, "number": number, "search_text": words})
    set_committed_value(incident, "number", number)
    set_committed_value(incident, "search_text", words)


@lru_cache(maxsize=2)
def _counting(dialect: str) -> Any:
    made: Any = (sqlite if dialect == "sqlite" else postgresql).insert(_COUNTERS)
    counted = made.on_conflict_do_update(index_elements=["series"], set_={"value": _COUNTERS.c.value + 1})
    return counted.returning(_COUNTERS.c.value)
