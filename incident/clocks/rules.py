"""Which rules start a clock for an incident, and why: rules of law as dated data, and house targets."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from incident import calendars, errors
from incident.calendars import WorkingCalendar
from incident.clocks import reckoning
from incident.db import db
from incident.errors import N_, Reason
from incident.levels import LevelRule
from incident.models.clocks import Clock, ClockState
from incident.models.complaints import Complaint
from incident.models.incidents import Incident
from incident.playbooks import library
from incident.playbooks.files import JURISDICTIONS
from incident.playbooks.schema import Applies, Rule

INTERNAL = "house"  # the jurisdiction of the level's own targets
LADDER = "acknowledge"  # the target whose alarm is the ladder of alerts: it gives no warnings of its own
WINDOW = "window"  # the kind of a clock that is somebody else's time: it presses nobody and is never missed
# kind of reason → the sentence that says why a rule applies; its value is a code
WHY: dict[str, str] = {
    "always": N_("It applies to every complaint."),
    "type": N_("The complaint is of the type “%(complaint_type)s”."),
    "signal": N_("There is the signal “%(signal)s”."),
    "channel": N_("It came through the channel “%(channel)s”."),
    "level": N_("The incident has level %(level)s."),
    "target": N_("It is a target of level %(level)s."),
    "hand": N_("Somebody added it by hand."),
    "event": N_("It begins with the event “%(event)s”."),
    "after": N_("It follows once “%(rule)s” is met."),
}
_VALUES = {"type": "complaint_type", "after": "rule", "target": "level"}


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
    return bool(why(condition, facts))


def why(condition: Applies, facts: Facts) -> list[str]:
    """The reasons for proposing a rule, as codes such as `type:privacy_leak`; none where it is not."""
    found = ["always"] if condition.always else []
    if facts.complaint_type in condition.types:
        found.append(f"type:{facts.complaint_type}")
    found += [f"signal:{each}" for each in condition.signals if each in facts.signals]
    if facts.channel in condition.channels:
        found.append(f"channel:{facts.channel}")
    if facts.level in condition.levels:
        found.append(f"level:{int(facts.level)}")
    return found


def sentence(code: str) -> Reason:
    """A reason as a translatable sentence."""
    kind, _, value = code.partition(":")
    shown = "ⅠⅡⅢⅣ"[int(value) - 1] if kind in ("level", "target") else value
    return Reason(WHY[kind], {_VALUES.get(kind, kind): shown} if value else {})


def in_force(rules: Iterable[Rule], day: date) -> list[Rule]:
    """The rules in force on a day of their jurisdiction."""
    return [
        rule
        for rule in rules
        if rule.effective_from <= day and (rule.effective_to is None or day <= rule.effective_to)
    ]


def today(jurisdiction: str, at: datetime) -> list[Rule]:
    """The rules of a set that are in force at a moment, by the day of its zone."""
    rule_set = library.rules(jurisdiction)
    calendar = calendars.load(jurisdiction, rule_set.time_zone)
    return in_force(rule_set.rules, at.astimezone(calendar.zone).date())


def named(code: str, jurisdiction: str | None, *, at: datetime, house: str) -> tuple[str, Rule]:
    """A rule by its code: of the set that is named, else of the house's own, else of any other.

    Raises Invalid where no set has one in force; of several versions the newest counts.
    """
    wanted = [jurisdiction] if jurisdiction else list(dict.fromkeys([house, *JURISDICTIONS]))
    for each in wanted:
        if each not in JURISDICTIONS:
            raise errors.Invalid(
                N_("There is no rule set “%(jurisdiction)s”."),
                jurisdiction=each,
                reasons=[Reason(N_("There is no such rule set."), loc=("jurisdiction",))],
            )
        found = [rule for rule in today(each, at) if rule.code == code]
        if found:
            return each, max(found, key=lambda rule: rule.effective_from)
    raise errors.Invalid(
        N_("There is no rule “%(rule)s” in force."),
        rule=code,
        reasons=[Reason(N_("There is no such rule."), loc=("rule",))],
    )


def of(clock: Clock) -> Rule | None:
    """The rule a clock runs under, as it stands in the present file; None for a target of the house."""
    if clock.jurisdiction == INTERNAL:
        return None
    rules = library.rules(clock.jurisdiction).rules
    return next((r for r in rules if (r.code, r.version) == (clock.rule, clock.rule_version)), None)


def take(clock: Clock, rule: Rule) -> None:
    """Give a clock the length of a rule, and the rule's words for it."""
    clock.value, clock.unit = rule.value, rule.unit
    clock.title_zh, clock.title_en = rule.title.zh, rule.title.en
    clock.source, clock.confidence = rule.source, rule.confidence


def calendar_of(clock: Clock, house: WorkingCalendar | None) -> WorkingCalendar:
    """The calendar a clock counts by; targets of the house count by the house's."""
    if clock.calendar is None:
        assert house is not None  # only clocks of a rule set come here without one
        return house
    return calendars.load(clock.calendar, library.rules(clock.calendar).time_zone)


def statutory(facts: Facts, *, jurisdiction: str) -> list[dict[str, Any]]:
    """Rows for the clocks that the rule set starts at opening.

    Rules whose start event comes later (a decision, a withdrawal, closing) start then, and not here.
    """
    starts = {"received": facts.received_at, "opened": facts.opened_at, "aware": facts.opened_at}
    calendar = calendars.load(jurisdiction, library.rules(jurisdiction).time_zone)
    return [
        row(rule, jurisdiction, started_at=starts[rule.start_event], reasons=reasons, calendar=calendar)
        for rule in today(jurisdiction, facts.opened_at)
        if rule.clock and rule.start_event in starts and (reasons := why(rule.applies, facts))
    ]


def row(
    rule: Rule,
    jurisdiction: str,
    *,
    started_at: datetime,
    reasons: list[str],
    calendar: WorkingCalendar | None = None,
) -> dict[str, Any]:
    """A clock under a rule, as a row; `calendar` is the jurisdiction's, where it is at hand."""
    counts = rule.calendar or jurisdiction
    if calendar is None or rule.calendar is not None:
        calendar = calendars.load(counts, library.rules(counts).time_zone)
    return _row(
        kind=WINDOW if rule.window else rule.kind,
        rule=rule.code,
        rule_version=rule.version,
        jurisdiction=jurisdiction,
        calendar=counts,
        department_code=rule.department,
        title=(rule.title.zh, rule.title.en),
        value=rule.value,
        unit=rule.unit,
        started_at=started_at,
        due_at=(due := reckoning.due(started_at, rule.value, rule.unit, calendar)),
        warn_at=due if rule.window else reckoning.first_mark(started_at, due, calendar),
        source=rule.source,
        confidence=rule.confidence,
        reasons=reasons,
    )


def internal(
    level: int, rule: LevelRule, *, start: datetime, calendar: WorkingCalendar
) -> list[dict[str, Any]]:
    """Rows for the targets of a level (facts §3.2): acknowledge, first contact, decision."""
    targets = {
        LADDER: ("响应", "Acknowledge", rule.acknowledge),
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
        due = reckoning.due(start, target.value, unit, calendar, working_time=rule.working_hours_only)
        rows.append(
            _row(
                kind="internal",
                rule=code,
                rule_version=f"level-{level}",
                jurisdiction=INTERNAL,
                calendar=None,
                department_code=None,
                title=(zh, en),
                value=target.value,
                unit=unit,
                started_at=start,
                due_at=due,
                warn_at=due if code == LADDER else reckoning.first_mark(start, due, calendar),
                source="levels.toml",
                confidence="P",
                reasons=[f"target:{int(level)}"],
            )
        )
    return rows


def _row(*, title: tuple[str, str], **values: Any) -> dict[str, Any]:
    return {"title_zh": title[0], "title_en": title[1], "state": ClockState.RUNNING, **values}


def facts_of(incident: Incident) -> list[Facts]:
    """What rules ask about an incident as it stands now, once for each of its complaints."""
    complaints = db.session.execute(
        select(Complaint.channel, Complaint.signals, Complaint.received_at).where(
            Complaint.incident_id == incident.id
        )
    ).all()
    signals = frozenset(each for _channel, found, _at in complaints for each in found)
    first = min((received for _channel, _signals, received in complaints), default=incident.opened_at)
    channels = dict.fromkeys([channel for channel, _signals, _at in complaints]) or {"other": None}
    return [
        Facts(incident.complaint_type, signals, channel, incident.level, first, incident.opened_at)
        for channel in channels
    ]
