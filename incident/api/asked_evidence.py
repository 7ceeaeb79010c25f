"""What calls on evidence, findings and recusal read."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from incident.api.asked import Asked, Who
from incident.api.registry import INTEGER_MOST
from incident.coordination import evidence, finding, standing_aside
from incident.errors import N_
from incident.intake.body import Text
from incident.models.evidence import FindingResult

CODES_MOST = finding.MANY_MOST
Code = Annotated[Text, Field(min_length=1, max_length=50)]
Binary = Annotated[str, WithJsonSchema({"type": "string", "format": "binary"})]


def _number(value: Any) -> Any:
    """A field of a form is text; what is no number stays to be refused."""
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) <= 10 else value


def _long(most: int) -> Any:
    return Field(max_length=most)


class AddEvidence(Asked):
    """One piece of evidence as a form in parts: a `file`, or a `url`, or a `text`, and what is said of it."""

    file: Binary | None = None
    url: Annotated[Text, _long(evidence.URL_LONGEST)] | None = None
    text: Annotated[Text, _long(evidence.STATEMENT_LONGEST)] | None = None
    description: Annotated[Text, _long(evidence.DESCRIPTION_LONGEST)] = ""
    source: Annotated[Text, _long(evidence.SOURCE_LONGEST)] = ""
    task_id: Annotated[int, BeforeValidator(_number), Field(ge=1, le=INTEGER_MOST)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(each is not None for each in (self.file, self.url, self.text)) != 1:
            raise ValueError(N_("Send exactly one of file, url and text."))
        return self


class EvidenceReason(Asked):
    """Why a piece is withdrawn, or a naming taken back."""

    reason: Annotated[Text, Field(min_length=1, max_length=evidence.REASON_LONGEST)]


class RecordFinding(Asked):
    """What was found: `violations` are codes of violations.toml, `rules` codes of the house's rule set.

    With `seen`, the id of the finding before it (0 for none), a finding that came meanwhile is a conflict.
    """

    result: FindingResult
    reasons: Annotated[Text, Field(min_length=1, max_length=finding.REASONS_LONGEST)]
    violations: list[Code] = Field(default_factory=list, max_length=CODES_MOST)
    rules: list[Code] = Field(default_factory=list, max_length=CODES_MOST)
    reference: Annotated[Text, _long(finding.REFERENCE_LONGEST)] = ""
    seen: int | None = Field(None, ge=0, le=INTEGER_MOST)


class NameRecusal(Asked):
    """Whom the complaint is about: a `person` with an account, somebody `outsider`, or an `agency`; with
    `own` the caller declares an interest of their own."""

    person: Who = None
    outsider: Annotated[Text, Field(min_length=1, max_length=standing_aside.NAME_LONGEST)] | None = None
    agency: Annotated[Text, Field(min_length=1, max_length=standing_aside.NAME_LONGEST)] | None = None
    own: bool = False
    reason: Annotated[Text, _long(standing_aside.REASON_LONGEST)] = ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = (self.person is not None, bool(self.outsider), bool(self.agency), self.own)
        if sum(given) != 1:
            raise ValueError(N_("Send exactly one of person, outsider, agency and own."))
        return self
