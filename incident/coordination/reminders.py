"""Reminders of tasks: when the next is due, at which hours they may come, snoozing and stopping them.

A task reminds whoever has to move: its owner, or whoever can unblock it. `remind_at` is the only state; the
sweep (`incident.watches.task_watch`) gathers what is due into one message for each person.
"""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from incident import errors, timeline
from incident.accounts import Actor
from incident.calendars import WorkingCalendar
from incident.db import db
from incident.errors import N_, Reason
from incident.models.incidents import Incident, Task
from incident.models.people import Person
from incident.permissions import Permission
from incident.vocabulary import Level, TaskStatus

BEFORE = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=10))  # before a task is due
# how often after it was due, by level
AFTER = {
    Level.CRITICAL: timedelta(hours=1),
    Level.MAJOR: timedelta(hours=2),
    Level.SIGNIFICANT: timedelta(days=1),
    Level.GENERAL: timedelta(days=1),
}
AT_ANY_HOUR = (Level.CRITICAL, Level.MAJOR)
MORNING, EVENING = time(9, 0), time(20, 0)  # the hours of the others, on working days in the reader's zone
HOUR = timedelta(hours=1)
SNOOZE_MOST = timedelta(days=14)  # a later reminder would be none
NOT_OPEN = N_("The incident is no longer open.")


def first(due_at: datetime, *, at: datetime) -> datetime:
    """When a task that is given out at a moment first reminds: the earliest of BEFORE still ahead."""
    return next((due_at - each for each in BEFORE if due_at - each > at), due_at)


def following(due_at: datetime, level: Level, *, after: datetime) -> datetime:
    """The next reminder after a moment: before it is due, when it is due, then every so often."""
    ahead = first(due_at, at=after)
    if ahead > after:
        return ahead
    every = AFTER[level]
    return due_at + every * ((after - due_at) // every + 1)


def own(calendar: WorkingCalendar, person: Person) -> WorkingCalendar:
    """The working calendar in a person's own zone, where they have one."""
    return replace(calendar, zone=ZoneInfo(person.timezone)) if person.timezone else calendar


def allowed_from(moment: datetime, level: Level, calendar: WorkingCalendar) -> datetime:
    """The moment itself where a reminder of a level may come then, else the next morning it may: Ⅰ and Ⅱ at
    any hour, Ⅲ and Ⅳ on working days by day."""
    if level in AT_ANY_HOUR:
        return moment
    there = moment.astimezone(calendar.zone)
    if calendar.is_working(there.date()) and MORNING <= there.time() < EVENING:
        return moment
    day = there.date() + timedelta(days=there.time() >= EVENING)
    return datetime.combine(calendar.next_working(day), MORNING, tzinfo=calendar.zone)


def next_morning(moment: datetime, zone: ZoneInfo) -> datetime:
    """Tomorrow at nine."""
    day = moment.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, MORNING, tzinfo=zone)


def restart(task: Task, *, at: datetime, by: Actor | None = None) -> None:
    """Remind afresh: the owner, the due time or the state changed. Whoever did it to themselves is told in
    the usual course, anybody else at once."""
    if task.finished:
        task.remind_at = None
        return
    task.reminders_stopped = False
    told = by is None or task.reminded_id in (None, by.id)
    task.remind_at = first(task.due_at, at=at) if told else at


def opened(task: Task, *, by: Actor, at: datetime) -> None:
    """Nothing that the task waits for is left: its owner is told, unless they stopped its reminders."""
    if not task.reminders_stopped:
        restart(task, at=at, by=by)


def snooze(task: Task, incident: Incident, *, until: datetime, by: Actor, at: datetime) -> Task:
    """Be reminded later; only for whoever is reminded. Raises Invalid, Refused or Forbidden."""
    _must_be_mine(task, incident, by)
    if not at < until <= at + SNOOZE_MOST:
        raise errors.Invalid(
            N_("A reminder can wait for at most 14 days."),
            reasons=[Reason(N_("Name a time within the next 14 days."), loc=("snooze_until",))],
        )
    task.remind_at, task.reminders_stopped = until, False
    timeline.record(
        incident.id,
        "reminder_snoozed",
        by=by.label,
        at=at,
        task=task.titles,
        until=until.isoformat(),
        task_id=task.id,
    )
    return task


def stop(task: Task, incident: Incident, *, by: Actor, at: datetime) -> Task:
    """Be reminded of a task no more, until its owner or due time changes. Raises Refused or Forbidden."""
    _must_be_mine(task, incident, by)
    if task.reminders_stopped:
        raise errors.Refused(N_("The reminders of this task have been stopped already."))
    task.remind_at, task.reminders_stopped = None, True
    timeline.record(incident.id, "reminders_stopped", by=by.label, at=at, task=task.titles, task_id=task.id)
    return task


def _must_be_mine(task: Task, incident: Incident, by: Actor) -> None:
    by.must(Permission.INCIDENTS_ACT)
    if not incident.is_open:
        raise errors.Refused(NOT_OPEN)
    if task.finished:
        raise errors.Refused(
            N_("The task is %(status)s; nobody is reminded of it."), status=str(TaskStatus(task.status))
        )
    if task.reminded_id is None:
        raise errors.Refused(N_("The task has no owner; nobody's reminders can be put off."))
    if task.reminded_id != by.id:
        other = db.session.get_one(Person, task.reminded_id)
        raise errors.Forbidden(
            N_("%(name)s is reminded of this task; nobody else can put that off."), name=other.name
        )
