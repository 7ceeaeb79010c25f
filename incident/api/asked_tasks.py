"""What calls on tasks read: a new task, a change of one, and the items of its list."""

from typing import Annotated, Any

from pydantic import Field, model_validator

from incident.api.asked import Asked, Moment, Who
from incident.api.registry import INTEGER_MOST
from incident.coordination import checklists, dependencies
from incident.errors import N_
from incident.intake.body import Text
from incident.vocabulary import TaskStatus

UNSAID: Any = Field(default=None, validate_default=False)  # what is left out stays
ItemText = Annotated[Text, Field(min_length=1, max_length=checklists.ITEM_LONGEST)]
TaskId = Annotated[int, Field(ge=1, le=INTEGER_MOST)]
TaskIds = Annotated[list[TaskId], Field(max_length=dependencies.MOST)]


class NewItem(Asked):
    """An item of a new task's list."""

    text: ItemText
    must: bool = False
    done: bool = False

    def wanted(self) -> checklists.Wanted:
        """As the verbs take it."""
        return checklists.Wanted(text=self.text, must=self.must, done=self.done)


class ChangeItem(Asked):
    """A change of the list: without `id` an item is added, with it changed or, with `removed`, taken off."""

    id: Annotated[str, Field(max_length=20)] | None = None
    text: ItemText | None = None
    must: bool | None = None
    done: bool | None = None
    removed: bool = False

    @model_validator(mode="after")
    def _new_ones_say_something(self) -> "ChangeItem":
        if self.id is None and self.text is None:
            raise ValueError(N_("A new item needs a text."))
        return self

    def wanted(self) -> checklists.Wanted:
        """As the verbs take it."""
        return checklists.Wanted(self.id, self.text, self.must, self.done, self.removed)


Changes = Annotated[list[ChangeItem], Field(min_length=1, max_length=checklists.ITEMS_MOST)]


class AddTask(Asked):
    """A task added by hand, for a department that was called out; it may wait for others."""

    title: Annotated[Text, Field(min_length=1, max_length=200)]
    department: Annotated[Text, Field(min_length=1, max_length=10)]
    due_at: Moment
    must: bool = False
    assignee: Who | None = None
    after: TaskIds = Field(default_factory=list)
    checklist: list[NewItem] = Field(default_factory=list, max_length=checklists.ITEMS_MOST)


class ChangeTask(Asked):
    """What changes on a task; what is left out stays. `checklist` names only the items that change."""

    status: TaskStatus = UNSAID
    assignee: Who = None
    due_at: Moment = UNSAID
    note: Annotated[Text, Field(min_length=1, max_length=2_000)] = UNSAID
    blocked_by_person: Who = None
    after: TaskIds = UNSAID
    checklist: Changes = UNSAID
    snooze_until: Moment = UNSAID
    stop_reminders: bool = False

    @model_validator(mode="after")
    def _something(self) -> "ChangeTask":
        if not self.model_fields_set:
            raise ValueError(N_("Name at least one of status, assignee, due_at and note."))
        return self
