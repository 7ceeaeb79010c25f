"""Which clocks an incident runs and when they are due: rules of law as dated data, and house targets."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from incident import calendars, errors, timeline
from incident.accounts import Actor
from incident.calendars import WorkingCalendar
from incident.db import db
from incident.errors import N_
from incident.levels import LevelRule
from incident.models.incidents import Clock, ClockState, Incident
from incident.permissions import Permission
from incident.playbooks import library
from incident.playbooks.schema import Applies, Rule

RISK_SHARE = 0.75  # of its time gone, a clock is "at risk" (facts §5.10: alarms at 50, 75 and 90 %)
INTERNAL = "house"  # the jurisdiction of the level's own targets
# What ends a clock without anybody pressing: the act, and the house targets it meets.
MEETS = {"acknowledged": ("acknowledge",), "contacted": ("first_contact",), "answered": ("decision",)}


@dataclass(frozen=True)
class Facts:
    """What rules ask about an incident."""

    complaint_type: str
    signals: frozenset[str]
    channel: str
    level: int
    received_at: datetime
    opened_at: datetime


def applies(condition: Applies, facts: Facts) -> bool:
    """Whether a rule is proposed: always, or any of its lists matches."""
    return (
        condition.always
        or facts.complaint_type in condition.types
        or bool(facts.signals.intersection(condition.signals))
        or facts.channel in condition.channels
        or facts.level in condition.levels
    )


def in_force(rules: Iterable[Rule], day: date) -> list[Rule]:
    """The rules in force on a day of their jurisdiction."""
    return [
        rule
        for rule in rules
        if rule.effective_from <= day and (rule.effective_to is None or day <= rule.effective_to)
    ]


def statutory(facts: Facts, *, jurisdiction: str) -> list[dict[str, Any]]:
    """Rows for the clocks that the rule set starts at opening.

    Rules whose start event comes later (a decision, a withdrawal, closing) start then, and not here.
    """
    rule_set = library.rules(jurisdiction)
    calendar = calendars.load(jurisdiction, rule_set.time_zone)
    today = facts.opened_at.astimezone(calendar.zone).date()
    starts = {"received": facts.received_at, "opened": facts.opened_at, "aware": facts.opened_at}
    return [
        _row(
            kind=rule.kind,
            rule=rule.code,
            rule_version=rule.version,
            jurisdiction=jurisdiction,
            title=(rule.title.zh, rule.title.en),
            value=rule.value,
            unit=rule.unit,
            started_at=starts[rule.start_event],
            due_at=calendar.add(starts[rule.start_event], rule.value, rule.unit),
            source=rule.source,
            confidence=rule.confidence,
        )
        for rule in in_force(rule_set.rules, today)
        if rule.clock and rule.start_event in starts and applies(rule.applies, facts)
    ]


def internal(
    level: int, rule: LevelRule, *, start: datetime, calendar: WorkingCalendar
) -> list[dict[str, Any]]:
    """Rows for the targets of a level (facts §3.2): acknowledge, first contact, decision."""
    targets = {
        "acknowledge": ("响应", "Acknowledge", rule.acknowledge),
        "first_contact": ("首次联系客户", "First contact with the customer", rule.first_contact),
        "decision": ("作出处理决定", "Decision", rule.decision),
    }
    units = {
        "m": "minutes",
        "h": "hours",
        "d": "calendar_days",
        "cd": "calendar_days",
        "wd": "working_days",
        "w": "weeks",
    }
    rows = []
    for code, (zh, en, target) in targets.items():
        unit = units[target.unit]
        by_clock = target.unit in "mh"
        due = (
            calendar.add_working_time(start, target.timedelta)
            if rule.working_hours_only and by_clock
            else calendar.add(start, target.value, unit)
        )
        rows.append(
            _row(
                kind="internal",
                rule=code,
                rule_version=f"level-{level}",
                jurisdiction=INTERNAL,
                title=(zh, en),
                value=target.value,
                unit=unit,
                started_at=start,
                due_at=due,
                source="levels.toml",
                confidence="P",
            )
        )
    return rows


def _row(*, title: tuple[str, str], **values: Any) -> dict[str, Any]:
    return {"title_zh": title[0], "title_en": title[1], "state": ClockState.RUNNING, **values}


def at_risk_from(started_at: datetime, due_at: datetime) -> datetime:
    """When a clock comes to be at risk."""
    return started_at + (due_at - started_at) * RISK_SHARE


def pressing(clocks: Iterable[tuple[datetime, datetime]]) -> tuple[datetime | None, datetime | None]:
    """(next due, at risk from) over running clocks given as (started, due); what the board sorts by."""
    running = list(clocks)
    if not running:
        return None, None
    return min(due for _start, due in running), min(at_risk_from(*pair) for pair in running)


def running(incident_id: int) -> list[Clock]:
    """An incident's running clocks, soonest first."""
    return list(
        db.session.scalars(
            select(Clock)
            .where(Clock.incident_id == incident_id, Clock.state == ClockState.RUNNING)
            .order_by(Clock.due_at)
        )
    )


def bring_up_to_date(incident: Incident) -> None:
    """Set what the board sorts by from the clocks that still run."""
    db.session.flush()
    left = running(incident.id)
    incident.next_clock_at, incident.risk_at = pressing((each.started_at, each.due_at) for each in left)


def happened(incident: Incident, event: str, *, by: Actor, at: datetime) -> None:
    """End the house targets that an act meets."""
    for each in running(incident.id):
        if each.jurisdiction == INTERNAL and each.rule in MEETS[event]:
            _meet(incident, each, by=by, at=at)
    bring_up_to_date(incident)


def meet(incident: Incident, clock_id: int, *, by: Actor, at: datetime) -> Clock:
    """Say that a clock's duty is done; raises NotFound, or Refused where it no longer runs."""
    by.must(Permission.INCIDENTS_ACT)
    found = db.session.get(Clock, clock_id)
    if found is None or found.incident_id != incident.id:
        raise errors.NotFound(N_("There is no such clock on this incident."))
    if found.state != ClockState.RUNNING:
        raise errors.Refused(N_("This clock has ended already."))
    _meet(incident, found, by=by, at=at)
    bring_up_to_date(incident)
    return found


def _meet(incident: Incident, found: Clock, *, by: Actor, at: datetime) -> None:
    found.state, found.ended_at = ClockState.MET, at
    timeline.record(
        incident.id, "clock_met", by=by.label, at=at, clock={"zh": found.title_zh, "en": found.title_en}
    )


def void_all(incident: Incident, *, at: datetime, kinds: tuple[str, ...] = ("internal", "statutory")) -> None:
    """End what still runs, without having met it: the level changed, or the incident closed."""
    db.session.execute(
        update(Clock)
        .where(Clock.incident_id == incident.id, Clock.state == ClockState.RUNNING, Clock.kind.in_(kinds))
        .values(state=ClockState.VOID, ended_at=at)
    )


def late(clock: Clock, at: datetime) -> timedelta:
    """How far past its due time a running clock is; negative while there is time left."""
    return at - clock.due_at
