"""What calls on change requests of plans read."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from incident.api.asked import Asked, Moment, PageQuery, Words
from incident.api.registry import INTEGER_MOST
from incident.errors import N_
from incident.intake.body import Text
from incident.models.plans import ChangeOrigin, ChangeState
from incident.plan_changes.care import EVERY_MOST
from incident.plan_changes.deciding import NOTE_LONGEST
from incident.playbooks.proposing import TOML_LONGEST
from incident.vocabulary import ComplaintType

Id = Annotated[int, Field(ge=1, le=INTEGER_MOST)]


class From(Asked):
    """What the change comes from: one of them, or nothing."""

    review: Id | None = None
    finding: Id | None = None
    action: Id | None = None
    drill: Id | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set) > 1:
            raise ValueError(N_("Name one of them."))
        return self

    @property
    def origin(self) -> tuple[ChangeOrigin, int | None]:
        """Its kind and id."""
        named = {name: getattr(self, name) for name in self.model_fields_set}
        return next(((ChangeOrigin(name), id_) for name, id_ in named.items()), (ChangeOrigin.FREE, None))


class Draft(Asked):
    """The plan as it should be: whole, as JSON or as TOML; without either, the version in force."""

    content: dict[str, Any] | None = None
    toml: Annotated[str, Field(max_length=TOML_LONGEST)] | None = None

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        if self.content is not None and self.toml is not None:
            raise ValueError(N_("Give the content or the TOML, not both."))
        return self


class ProposeChange(Draft):
    """A change request; with `submit` it waits for approval at once."""

    reason: Words
    origin: From = Field(default_factory=From, alias="from")
    submit: bool = True


class EditChange(Draft):
    """What is to be written on a draft."""

    reason: Words | None = None


class DecideChange(Asked):
    """A note on the decision."""

    note: Annotated[Text, Field(max_length=NOTE_LONGEST)] = ""


class PublishChange(Asked):
    """What this version changes, in a sentence, and from when; without a time, from now."""

    note: Annotated[Text, Field(max_length=NOTE_LONGEST)] = ""
    effective_at: Moment | None = None


class ChangesQuery(PageQuery):
    """Change requests, the newest first."""

    state: ChangeState | None = None
    playbook: ComplaintType | None = None


class Entrust(Asked):
    """Who looks after a plan (by id), by when it is looked through, and how often."""

    owner: Id | None = None
    review_by: date
    every_months: int = Field(12, ge=1, le=EVERY_MOST)


class Reviewed(Asked):
    """What a review of a plan came to."""

    note: Words
