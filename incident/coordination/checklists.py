"""The list of small things within a task: added, ticked and taken off, each with who and when."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incident import accounts, errors, privacy, recusal, timeline
from incident.accounts import Actor
from incident.errors import N_, Reason
from incident.models.incidents import Incident, Task
from incident.permissions import Permission

ITEM_LONGEST = 200  # characters
ITEMS_MOST = 50
Item = dict[str, Any]  # id, text, must, done_at and done_by (a label), both nothing until it is ticked


@dataclass(frozen=True)
class Wanted:
    """A new item, or a change of one: without `id` it is added; what is not said stays."""

    id: str | None = None
    text: str | None = None
    must: bool | None = None
    done: bool | None = None
    removed: bool = False


def done(task: Task) -> int:
    """How many items are ticked."""
    return sum(item["done_at"] is not None for item in task.checklist)


def made(wanted: Sequence[Wanted], *, at: datetime, by: Actor) -> list[Item]:
    """The items of a new task; raises Invalid."""
    items = [_item(each) for each in wanted]
    _must_fit(len(items))
    for item, each in zip(items, wanted, strict=True):
        if each.done:
            item["done_at"], item["done_by"] = at.isoformat(), by.label
    return items


def change(task: Task, incident: Incident, wanted: Sequence[Wanted], *, by: Actor, at: datetime) -> Task:
    """Add, tick, untick, reword and take off items; those not named stay as they are."""
    for each in wanted:
        if each.id is None:
            found = add(task, incident, each.text or "", must=bool(each.must), by=by, at=at)
            if each.done:
                tick(task, incident, found["id"], done=True, by=by, at=at)
        elif each.removed:
            remove(task, incident, each.id, by=by, at=at)
        else:
            _reword(task, incident, each, by=by)
            if each.done is not None and each.done != (_find(task, each.id)["done_at"] is not None):
                tick(task, incident, each.id, done=each.done, by=by, at=at)
    return task


def add(task: Task, incident: Incident, text: str, *, by: Actor, at: datetime, must: bool = False) -> Item:
    """Add an item; raises Invalid for an empty or too long one, or one too many."""
    _must_be_workable(task, incident, by)
    _must_fit(len(task.checklist) + 1)
    item = _item(Wanted(text=text, must=must))
    task.checklist = [*task.checklist, item]
    incident.last_activity_at = at
    timeline.record(incident.id, "checklist_added", by=by.label, at=at, **_facts(task, item))
    return item


def tick(task: Task, incident: Incident, item_id: str, *, done: bool, by: Actor, at: datetime) -> Item:
    """Tick an item off, or take the tick back; raises Conflict naming who was first."""
    _must_be_workable(task, incident, by)
    item = _find(task, item_id)
    if (item["done_at"] is not None) == done:
        raise errors.Conflict(
            N_("%(name)s ticked “%(item)s” a moment ago.")
            if done
            else N_("Somebody took the tick of “%(item)s” back a moment ago."),
            name=accounts.display(item["done_by"] or ""),
            item=item["text"],
        )
    fresh = {**item, "done_at": at.isoformat() if done else None, "done_by": by.label if done else None}
    _put(task, fresh)
    incident.last_activity_at = at
    if task.assignee_id is None and by.id is not None:
        recusal.must_not_be(incident, by)
        task.assignee_id = by.id  # whoever works on it owns it
    timeline.record(
        incident.id,
        "checklist_ticked" if done else "checklist_unticked",
        by=by.label,
        at=at,
        **_facts(task, item),
    )
    return fresh


def remove(task: Task, incident: Incident, item_id: str, *, by: Actor, at: datetime) -> Task:
    """Take an item off the list; raises NotFound where somebody did already."""
    _must_be_workable(task, incident, by)
    item = _find(task, item_id)
    task.checklist = [each for each in task.checklist if each["id"] != item_id]
    incident.last_activity_at = at
    timeline.record(incident.id, "checklist_removed", by=by.label, at=at, **_facts(task, item))
    return task


def must_be_ticked(task: Task, incident: Incident) -> None:
    """Raise Refused where an item that must be done is not ticked."""
    left = [item for item in task.checklist if item["must"] and item["done_at"] is None]
    if left:
        raise errors.Refused(
            N_("Items of the list must be ticked first: %(count)s."),
            count=len(left),
            reasons=[
                Reason(
                    N_("“%(item)s” is not ticked."),
                    {"item": item["text"]},
                    loc=("checklist", item["id"]),
                    href=f"/incidents/{incident.number}#task-{task.id}",
                )
                for item in left
            ],
        )


def _reword(task: Task, incident: Incident, wanted: Wanted, *, by: Actor) -> None:
    _must_be_workable(task, incident, by)
    item = _find(task, wanted.id or "")
    text = _words(wanted.text) if wanted.text is not None else item["text"]
    must = item["must"] if wanted.must is None else wanted.must
    if (text, must) != (item["text"], item["must"]):
        _put(task, {**item, "text": text, "must": must})


def _put(task: Task, item: Item) -> None:
    task.checklist = [item if each["id"] == item["id"] else each for each in task.checklist]


def _find(task: Task, item_id: str) -> Item:
    found: Item | None = next((item for item in task.checklist if item["id"] == item_id), None)
    if found is None:
        raise errors.NotFound(N_("There is no such item on the list; somebody may have taken it off."))
    return found


def _item(wanted: Wanted) -> Item:
    text = _words(wanted.text or "")
    return {
        "id": secrets.token_hex(4),
        "text": text,
        "must": bool(wanted.must),
        "done_at": None,
        "done_by": None,
    }


def _words(text: str) -> str:
    words = " ".join(privacy.redact(text.strip()).split())
    if not words or len(words) > ITEM_LONGEST:
        raise errors.Invalid(
            N_("The item cannot be put on the list."),
            reasons=[Reason(N_("Write 1 to 200 characters."), loc=("checklist",))],
        )
    return words


def _must_fit(count: int) -> None:
    if count > ITEMS_MOST:
        raise errors.Invalid(
            N_("The list is full."),
            reasons=[Reason(N_("At most %(most)s items."), {"most": ITEMS_MOST}, loc=("checklist",))],
        )


def _must_be_workable(task: Task, incident: Incident, by: Actor) -> None:
    by.must(Permission.INCIDENTS_ACT)
    if not incident.is_open:
        raise errors.Refused(N_("The incident is no longer open."))
    if task.finished:
        raise errors.Refused(N_("The task is %(status)s; its list stays as it is."), status=str(task.status))


def _facts(task: Task, item: Item) -> dict[str, Any]:
    return {"task": task.titles, "item": item["text"], "task_id": task.id}
