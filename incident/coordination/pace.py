"""How fast a department line is to accept and to be heard of: the pace of its incident's level."""

from datetime import datetime, timedelta

from incident.calendars import WorkingCalendar
from incident.durations import Duration
from incident.levels import LevelRule
from incident.vocabulary import Level

QUIET_FROM = Level.SIGNIFICANT  # at Ⅲ and Ⅳ nobody is reminded at night or on a day off


def accept_by(rule: LevelRule, start: datetime, calendar: WorkingCalendar) -> datetime:
    """When a department called out at `start` is to have accepted: as fast as an alert is answered."""
    return _after(rule.acknowledge, rule, start, calendar)


def next_update(rule: LevelRule, start: datetime, calendar: WorkingCalendar) -> datetime:
    """When a department last heard of at `start` is to be heard of again (facts §3.2, update interval)."""
    return _after(rule.update_interval, rule, start, calendar)


def awake(level: int, moment: datetime, calendar: WorkingCalendar) -> datetime:
    """The first moment from this one on at which people may be reminded at a level."""
    return calendar.add_working_time(moment, timedelta()) if level >= QUIET_FROM else moment


def _after(span: Duration, rule: LevelRule, start: datetime, calendar: WorkingCalendar) -> datetime:
    if span.unit in ("wd", "cd"):
        return calendar.add(start, span.value, "working_days" if span.unit == "wd" else "calendar_days")
    if rule.working_hours_only:
        return calendar.add_working_time(start, span.timedelta)
    return start + span.timedelta
