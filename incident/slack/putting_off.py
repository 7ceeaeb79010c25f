"""The buttons of a reminder: in an hour, tomorrow at nine, or no more; told to whoever pressed."""

from incident import errors
from incident.coordination import reminders
from incident.db import db, unit_of_work
from incident.errors import N_
from incident.models.incidents import Incident, Task
from incident.slack import asking, replying
from incident.slack.asking import Ask
from incident.slack.blocks import texts, todo
from incident.slack.envelopes import Action, BlockActions


def press(ask: Ask, press: BlockActions) -> None:
    """Put the task of the button off, for the one who pressed it and is reminded of it."""
    action = press.actions[0]
    with unit_of_work():
        words = _put_off(ask, action)
    if not replying.mark(press, words):
        replying.tell(ask, press, asking.line(words))


def _put_off(ask: Ask, action: Action) -> str:
    value = action.value or ""
    id_ = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
    found = db.session.get(Task, id_)
    if found is None:
        raise errors.NotFound(N_("There is no such task."))
    incident = db.session.get_one(Incident, found.incident_id, with_for_update=True, populate_existing=True)
    task = db.session.get_one(Task, id_, populate_existing=True)
    if action.action_id == todo.STOP:
        reminders.stop(task, incident, by=ask.by, at=ask.at)
        return ask.say(N_("🔕 You are reminded of “%(task)s” no more."), task=task.titles)
    zone = reminders.own(ask.house.calendar, ask.person).zone
    hour = action.action_id == todo.HOUR
    until = ask.at + reminders.HOUR if hour else reminders.next_morning(ask.at, zone)
    reminders.snooze(task, incident, until=until, by=ask.by, at=ask.at)
    said = ask.say(N_("⏰ You are reminded of “%(task)s” again:"), task=task.titles)
    return f"{said} {texts.date(until, zone)}"
