"""The word `task` of `/incident`: the tasks of an incident listed, moved on, blocked and added."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
from incident.slack import acting, asking, finding, meant, modal, people, when
from incident.slack.asking import Ask
from incident.slack.blocks import texts, todo
from incident.slack.blocks.texts import Message
from incident.slack.forms import work
from incident.slack.words import word
from incident.vocabulary import TaskStatus

Part = Callable[[Ask, str, str], Message | None]


@word("task")
def task(ask: Ask) -> Message | None:
    """The tasks of an incident listed, or an act on one."""
    number, rest = finding.target(ask)
    first, more = finding.halves(rest)
    part = PARTS.get(meant.simple(first))
    glued = re.fullmatch(r"([^\x00-\x7f]+)(\d+)", unicodedata.normalize("NFKC", first))
    if part is None and glued:  # 完成3, as a Chinese word needs no space before a number
        part, more = PARTS.get(glued[1]), f"{glued[2]} {more}"
    if first and part is None:
        said = N_("After `task` comes list, doing, done, block, drop, give, due or add.")
        raise meant.act_of(first, PARTS, said)
    return (part or _list)(ask, number, more.strip())


def _list(ask: Ask, number: str, _rest: str) -> Message:
    ask.by.must(Permission.INCIDENTS_READ)
    return listing(ask, common.by_number(number))


def listing(ask: Ask, incident: Incident) -> Message:
    """Every task with its state and owner; the reader's own with buttons."""
    found = tasks.of(incident.id)
    order = dependencies.order(found)
    ids = {each.assignee_id for each in found if each.assignee_id}
    names = {each.id: each.name for each in db.session.scalars(select(Person).where(Person.id.in_(ids)))}
    lines = [_line(each, order, names) for each in found]
    head = f"{incident.number} · {incident.title(ask.locale)}"
    mark = texts.drill_mark(acting.snapshot(ask, incident), ask.locale)
    mine = [n for n, each in enumerate(found, start=1) if _is_next(each, order, ask.person.id)]
    acts = [(n, found[n - 1].id) for n in mine] if incident.is_open else []
    return todo.listing(
        f"{mark}{texts.escape(head)}", lines, ask.locale, ask.zone, acts=acts, number=incident.number
    )


def _is_next(each: Task, order: Order, person_id: int) -> bool:
    return each.assignee_id == person_id and not each.finished and not order.waits_for(each)


def _line(each: Task, order: Order, names: dict[int, str]) -> todo.Line:
    waits = bool(order.waits_for(each)) and each.status == TaskStatus.TODO
    return todo.Line(each.titles, str(each.status), waits, names.get(each.assignee_id or 0), each.due_at)


def _move(status: TaskStatus) -> Part:
    def move(ask: Ask, number: str, rest: str) -> Message:
        return _change(ask, number, rest, status=status)

    return move


def _block(ask: Ask, number: str, rest: str) -> Message | None:
    """`block N reason`; somebody mentioned in the reason can unblock it and is told; without one, a form."""
    position, reason = finding.halves(rest)
    if position and not reason:
        found = _at(common.by_number(number), position)
        modal.incident(ask, number, work.BLOCK, task=str(found.id))
        return None
    mentioned = meant.MENTION.search(rest)
    unblocker = people.by_slack_id(mentioned[1]) if mentioned else None
    return _change(ask, number, rest, status=TaskStatus.BLOCKED, unblocker=unblocker)


def _give(ask: Ask, number: str, rest: str) -> Message:
    """`give N @who`."""
    position, who = finding.halves(rest)
    asking.needs(who, N_("Say to whom: @somebody, a name or an e-mail address."))
    return _change(ask, number, position, assignee=meant.person(ask, who))


def _due(ask: Ask, number: str, rest: str) -> Message:
    """`due N tomorrow 9:00`."""
    position, moment = finding.halves(rest)
    asking.needs(moment, N_("Say when: 2h, tomorrow 9:00 or 2026-11-30 17:00."))
    return _change(ask, number, position, due_at=meant.moment(ask, moment))


def _change(ask: Ask, number: str, rest: str, **given: Any) -> Message:
    position, note = finding.halves(rest)
    with unit_of_work():
        incident = common.by_number(number, lock=True)
        found = _at(incident, position)
        words = meant.words(note) or None
        tasks.change(found, incident, by=ask.by, at=ask.at, note=words, **given)
    owner = db.session.get(Person, found.assignee_id) if found.assignee_id else None
    said = ask.say(
        N_("“%(task)s” is %(status)s, with %(owner)s, due"),
        task=found.titles,
        status=str(found.status),
        owner=owner.name if owner else {"zh": "无人", "en": "nobody"},
    )
    return asking.line(f"🗒️ {incident.number} · {said} {texts.date(found.due_at, ask.zone)}")


def _at(incident: Incident, position: str) -> Task:
    """The task with a number of the list; raises Invalid."""
    found = tasks.of(incident.id)
    digits = unicodedata.normalize("NFKC", position).lstrip("#").rstrip(".、")
    place = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 5 else 0
    if not 1 <= place <= len(found):
        raise errors.Invalid(
            N_("Say which task by its number in the list: 1 to %(count)s."), count=len(found)
        )
    return found[place - 1]


def _add(ask: Ask, number: str, rest: str) -> Message | None:
    """`add title | @who | 2h | COM`; without a title, the form. Unless somebody else is named it is for the
    asker's own department, where that was called out, else for the first that is responsible."""
    if not rest:
        modal.incident(ask, number, work.TASK)
        return None
    title, *parts = meant.parts(rest)
    wanted = _parts(ask, parts)
    with unit_of_work():
        incident = common.by_number(number, lock=True)
        called = [each.code for each in departments.lines(incident.id)]
        own = ask.person.department_code
        usual = own if own in called else next(iter(called), "")
        mine = own in called and wanted.department is None
        found = tasks.add(
            incident,
            title=meant.words(title),
            department=wanted.department or usual,
            due_at=wanted.due_at or ask.at + tasks.USUAL_DUE,
            assignee=wanted.assignee or (db.session.get_one(Person, ask.person.id) if mine else None),
            zone=ask.house.zone,
            by=ask.by,
            at=ask.at,
        )
    said = ask.say(
        N_("Added “%(task)s” for %(department)s, due"), task=found.titles, department=found.department_code
    )
    return asking.line(f"🗒️ {incident.number} · {said} {texts.date(found.due_at, ask.zone)}")


@dataclass
class _Wanted:
    assignee: Person | None = None
    due_at: datetime | None = None
    department: str | None = None


def _parts(ask: Ask, parts: list[str]) -> _Wanted:
    """Who, when and which department, in whatever order they were typed; raises Invalid."""
    wanted = _Wanted()
    for part in filter(None, parts):
        if code := meant.department(meant.words(part)):
            wanted.department = code
        elif when.read(meant.words(part), at=ask.at, zone=ask.zone):
            wanted.due_at = meant.moment(ask, part)
        else:
            wanted.assignee = meant.person(ask, part)
    return wanted


PARTS: dict[str, Part] = {
    **dict.fromkeys(("list", "列表", "清单", "查看"), _list),
    **dict.fromkeys(("doing", "start", "开始", "处理", "在办"), _move(TaskStatus.DOING)),
    **dict.fromkeys(("done", "finish", "finished", "完成", "办结"), _move(TaskStatus.DONE)),
    **dict.fromkeys(("drop", "dropped", "取消", "作废"), _move(TaskStatus.DROPPED)),
    **dict.fromkeys(("block", "blocked", "阻塞", "受阻"), _block),
    **dict.fromkeys(("give", "assign", "交给", "指派", "分派"), _give),
    **dict.fromkeys(("due", "until", "期限", "改期", "截止"), _due),
    **dict.fromkeys(("add", "new", "添加", "新增", "加"), _add),
}
