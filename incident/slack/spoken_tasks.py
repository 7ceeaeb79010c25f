"""The word `task` of `/incident`: the tasks of an incident listed, moved on, blocked and added."""

import re
from collections.abc import Callable

from sqlalchemy import select

from incident import errors
from incident.coordination import departments, dependencies, tasks
from incident.coordination.dependencies import Order
from incident.db import db, unit_of_work
from incident.errors import N_
from incident.lifecycle import common
from incident.models.incidents import Incident, Task
from incident.models.people import Person
from incident.permissions import Permission
from incident.slack import asking, finding, people, spoken
from incident.slack.asking import Ask
from incident.slack.blocks import texts, todo
from incident.slack.blocks.texts import Message
from incident.slack.words import word
from incident.vocabulary import TaskStatus

MENTION = re.compile(r"<@(\w+)(?:\|([^>]*))?>")  # how Slack writes @somebody in a command
Part = Callable[[Ask, str, str], Message]


@word("task", zh=("任务", "待办"), example="[42] done 3", zh_example="[42] 完成 3")
def task(ask: Ask) -> Message:
    """The tasks of an incident: `list`, `doing N`, `done N`, `block N reason`, `add title`."""
    number, rest = finding.target(ask)
    first, _, more = rest.partition(" ")
    part = PARTS.get(first.casefold())
    glued = re.fullmatch(r"([^\x00-\x7f]+)(\d+)", first)
    if part is None and glued:  # 完成3, as a Chinese word needs no space before a number
        part, more = PARTS.get(glued[1]), f"{glued[2]} {more}"
    asking.needs(not first or part, N_("After `task` comes list, doing, done, block or add."))
    return (part or _list)(ask, number, more.strip())


def _list(ask: Ask, number: str, _rest: str) -> Message:
    ask.by.must(Permission.INCIDENTS_READ)
    incident = common.by_number(number)
    found = tasks.of(incident.id)
    order = dependencies.order(found)
    ids = {each.assignee_id for each in found if each.assignee_id}
    names = {each.id: each.name for each in db.session.scalars(select(Person).where(Person.id.in_(ids)))}
    lines = [_line(each, order, names) for each in found]
    head = f"{incident.number} · {incident.title(ask.locale)}"
    mark = texts.drill_mark(spoken.snapshot(ask, incident), ask.locale)
    return todo.listing(f"{mark}{texts.escape(head)}", lines, ask.locale, ask.house.zone)


def _line(each: Task, order: Order, names: dict[int, str]) -> todo.Line:
    waits = bool(order.waits_for(each)) and each.status == TaskStatus.TODO
    return todo.Line(each.titles, str(each.status), waits, names.get(each.assignee_id or 0), each.due_at)


def _move(status: TaskStatus) -> Part:
    def move(ask: Ask, number: str, rest: str) -> Message:
        return _change(ask, number, rest, status)

    return move


def _block(ask: Ask, number: str, rest: str) -> Message:
    """`block N reason`; somebody mentioned in the reason can unblock it and is told."""
    mentioned = MENTION.search(rest)
    unblocker = people.by_slack_id(mentioned[1]) if mentioned else None
    words = MENTION.sub(lambda found: unblocker.name if unblocker else found[2] or found[1], rest)
    return _change(ask, number, words, TaskStatus.BLOCKED, unblocker)


def _change(ask: Ask, number: str, rest: str, status: TaskStatus, unblocker: Person | None = None) -> Message:
    position, _, note = rest.partition(" ")
    with unit_of_work():
        incident = common.by_number(number, lock=True)
        found = _at(incident, position)
        tasks.change(
            found,
            incident,
            by=ask.by,
            at=ask.at,
            status=status,
            note=note.strip() or None,
            unblocker=unblocker,
        )
    said = ask.say(N_("“%(task)s” is now %(status)s."), task=found.titles, status=str(found.status))
    return asking.line(f"🗒️ {incident.number} · {said}")


def _at(incident: Incident, position: str) -> Task:
    """The task with a number of the list; raises Invalid."""
    found = tasks.of(incident.id)
    digits = position.lstrip("#")
    place = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 5 else 0
    if not 1 <= place <= len(found):
        raise errors.Invalid(
            N_("Say which task by its number in the list: 1 to %(count)s."), count=len(found)
        )
    return found[place - 1]


def _add(ask: Ask, number: str, rest: str) -> Message:
    """For the asker's own department, where it was called out; else for the first that is responsible."""
    with unit_of_work():
        incident = common.by_number(number, lock=True)
        called = [each.code for each in departments.lines(incident.id)]
        own = ask.person.department_code
        found = tasks.add(
            incident,
            title=rest,
            department=own if own in called and own else next(iter(called), ""),
            due_at=ask.at + tasks.USUAL_DUE,
            assignee=ask.person if own in called else None,
            zone=ask.house.zone,
            by=ask.by,
            at=ask.at,
        )
    said = ask.say(
        N_("Added “%(task)s” for %(department)s, due in 2 h."),
        task=found.titles,
        department=found.department_code,
    )
    return asking.line(f"🗒️ {incident.number} · {said}")


PARTS: dict[str, Part] = {
    **dict.fromkeys(("list", "列表", "清单", "查看"), _list),
    **dict.fromkeys(("doing", "start", "开始", "处理", "在办"), _move(TaskStatus.DOING)),
    **dict.fromkeys(("done", "完成", "办结"), _move(TaskStatus.DONE)),
    **dict.fromkeys(("block", "阻塞", "受阻"), _block),
    **dict.fromkeys(("add", "添加", "新增", "加"), _add),
}
