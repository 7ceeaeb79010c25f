"""Forms of the work itself: an update, a task, why a task is blocked, a note from a message."""

from collections.abc import Mapping
from datetime import timedelta

from incident import errors, i18n
from incident.alerting.facts import IncidentFacts
from incident.coordination import departments, tasks, updates
from incident.db import db
from incident.errors import N_
from incident.lifecycle import acts, informing
from incident.models.incidents import Incident, Task
from incident.permissions import Permission
from incident.slack.asking import Ask
from incident.slack.blocks import inputs
from incident.slack.blocks.inputs import Given, Option
from incident.slack.blocks.texts import Block
from incident.slack.forms.form import Form, required, somebody
from incident.vocabulary import TaskStatus

More = Mapping[str, str]
PRIVATE = N_("No customer's name, number or address: everybody in the channel reads this.")


def _update_inputs(ask: Ask, incident: Incident, given: Given, _more: More) -> list[Block]:
    last = updates.latest(incident.id)
    typed = {name: given.text(name) for name in ("situation", "actions", "needs")}
    if last is not None and not any(typed.values()):
        typed["needs"] = last.needs  # what was needed is needed until somebody says otherwise
    longest = inputs.TEXT_LONGEST
    put, locale = inputs.put, ask.locale
    return [
        put(
            "situation",
            N_("Situation"),
            inputs.lines(longest, typed=typed["situation"]),
            locale,
            hint=PRIVATE,
        ),
        put("actions", N_("Actions"), inputs.lines(longest, typed=typed["actions"]), locale, optional=True),
        put("needs", N_("Needs"), inputs.lines(longest, typed=typed["needs"]), locale, optional=True),
    ]


def _update(ask: Ask, incident: Incident, given: Given, _more: More) -> object:
    parts = {name: given.text(name) for name in ("situation", "actions", "needs")}
    return informing.update(incident, **parts, by=ask.by, at=ask.at, house=ask.house)


def _updated(ask: Ask, incident: IncidentFacts) -> str:
    return f"📝 {ask.say(N_('The update of %(number)s is given.'), number=incident.number)}"


UPDATE = Form(
    "form_update",
    N_("Give an update"),
    N_("Give"),
    Permission.INCIDENTS_ACT,
    _update_inputs,
    _update,
    _updated,
    stale=frozenset({"update_given", "moved", "level_changed", "closed"}),
)


def _departments(incident: Incident, locale: str) -> list[Option]:
    return [
        (each.code, f"{each.code} {i18n.words('department', each.code, locale)}")
        for each in departments.lines(incident.id)
    ]


def _task_inputs(ask: Ask, incident: Incident, given: Given, more: More) -> list[Block]:
    listed = _departments(incident, ask.locale)
    codes = [code for code, _words in listed]
    own = ask.person.department_code
    usual = own if own in codes else next(iter(codes), "")
    title = given.text("title") or more.get("text", "")
    due = given.moment("due_at") or ask.at + tasks.USUAL_DUE
    put, locale = inputs.put, ask.locale
    return [
        put(
            "title",
            N_("What is to be done"),
            inputs.lines(tasks.TITLE_LONGEST, typed=title),
            locale,
            hint=PRIVATE,
        ),
        put(
            "department",
            N_("Department"),
            inputs.select(listed, chosen=given.chosen("department") or str(usual)),
            locale,
        ),
        put("assignee", N_("Owner"), inputs.person(chosen=given.user("assignee")), locale, optional=True),
        put("due_at", N_("Due"), inputs.moment(chosen=due), locale),
    ]


def _task(ask: Ask, incident: Incident, given: Given, _more: More) -> object:
    due = given.moment("due_at")
    required(
        due and due > ask.at - timedelta(minutes=1), "due_at", N_("That time has passed; name one ahead.")
    )
    return tasks.add(
        incident,
        title=given.text("title"),
        department=given.chosen("department"),
        due_at=due or ask.at,
        assignee=somebody(given, "assignee"),
        zone=ask.house.zone,
        by=ask.by,
        at=ask.at,
    )


def _added(ask: Ask, incident: IncidentFacts) -> str:
    return f"🗒️ {ask.say(N_('The task is on the list of %(number)s.'), number=incident.number)}"


TASK = Form(
    "form_task",
    N_("Add a task"),
    N_("Add"),
    Permission.INCIDENTS_ACT,
    _task_inputs,
    _task,
    _added,
)


def _block_inputs(ask: Ask, _incident: Incident, given: Given, more: More) -> list[Block]:
    task = _known(more)
    reason = inputs.lines(tasks.NOTE_LONGEST, typed=given.text("note"))
    who = inputs.person(chosen=given.user("unblocker"))
    label = task.title(ask.locale)
    return [
        {"type": "context", "elements": [{"type": "plain_text", "text": label, "emoji": True}]},
        inputs.put("note", N_("What blocks it"), reason, ask.locale, hint=PRIVATE),
        inputs.put("unblocker", N_("Who can end that"), who, ask.locale, optional=True),
    ]


def _known(more: More) -> Task:
    id_ = more.get("task", "")
    found = db.session.get(Task, int(id_)) if id_.isascii() and id_.isdigit() and len(id_) < 10 else None
    if found is None:
        raise errors.NotFound(N_("There is no such task."))
    return found


def _block(ask: Ask, incident: Incident, given: Given, more: More) -> object:
    task = _known(more)
    required(given.text("note"), "note", N_("Say what blocks it."))
    return tasks.change(
        task,
        incident,
        by=ask.by,
        at=ask.at,
        status=TaskStatus.BLOCKED,
        note=given.text("note"),
        unblocker=somebody(given, "unblocker"),
    )


def _blocked(ask: Ask, incident: IncidentFacts) -> str:
    said = N_("The task of %(number)s is blocked; whoever can end that is told.")
    return f"⛔ {ask.say(said, number=incident.number)}"


BLOCK = Form(
    "form_block",
    N_("A task is blocked"),
    N_("Say so"),
    Permission.INCIDENTS_ACT,
    _block_inputs,
    _block,
    _blocked,
    stale=frozenset({"task_reassigned"}),
)


def _note_inputs(ask: Ask, _incident: Incident, given: Given, more: More) -> list[Block]:
    typed = given.text("text") or more.get("text", "")
    return [
        inputs.put(
            "text",
            N_("Note for the timeline"),
            inputs.lines(inputs.TEXT_LONGEST, typed=typed),
            ask.locale,
            hint=PRIVATE,
        )
    ]


def _note(ask: Ask, incident: Incident, given: Given, _more: More) -> object:
    return acts.note(incident, given.text("text"), by=ask.by, at=ask.at)


def _noted(ask: Ask, incident: IncidentFacts) -> str:
    return f"📝 {ask.say(N_('Noted on the timeline of %(number)s.'), number=incident.number)}"


NOTE = Form(
    "form_note",
    N_("Add to the timeline"),
    N_("Add"),
    Permission.INCIDENTS_ACT,
    _note_inputs,
    _note,
    _noted,
)
