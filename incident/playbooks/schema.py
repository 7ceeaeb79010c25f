"""What plan, department and rule files must look like; every text stands in zh and en at the same place."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from incident.permissions import Role
from incident.playbooks.exercises import Scenario as Scenario
from incident.playbooks.texts import Confidence as Confidence
from incident.playbooks.texts import DepartmentCode as DepartmentCode
from incident.playbooks.texts import DurationText as DurationText
from incident.playbooks.texts import Jurisdiction as Jurisdiction
from incident.playbooks.texts import Key as Key
from incident.playbooks.texts import Proof as Proof
from incident.playbooks.texts import Strict as Strict
from incident.playbooks.texts import Text as Text
from incident.vocabulary import ComplaintType, IncidentRole, Level, Signal, Stage


class RaisingCondition(Strict):
    """When the default level is not enough."""

    level: Level
    when: Text
    signals: list[Signal] = []
    affected_at_least: int | None = Field(None, ge=1)


class CalledDepartment(Strict):
    """A department the plan calls out, and what for."""

    code: DepartmentCode
    part: Literal["responsible", "support"]
    task: Text


class PlannedRole(Strict):
    """A role of the emergency group and where its holder comes from."""

    role: IncidentRole
    department: DepartmentCode
    duty: Text


class Step(Strict):
    """One step: who does it, by when (from activation), with what proof."""

    key: Key
    stage: Stage
    department: DepartmentCode
    title: Text
    detail: Text
    due: DurationText
    must: bool = Field(description="Must be done before the incident can be closed.")
    evidence: list[Text] = []
    after: list[Key] = []


class Forbidden(Strict):
    """Conduct that is never allowed, with the violation code it would be (facts K11)."""

    code: Key
    text: Text


class Drafts(Strict):
    """Messages a person edits and approves; nothing is sent by itself."""

    receipt: Text
    holding_statement: Text
    decision_letter: Text


class LegalBasis(Strict):
    """A rule the plan rests on."""

    reference: Text
    says: Text
    source: str
    confidence: Confidence


class Plan(Strict):
    """One emergency plan, complete in both languages."""

    key: ComplaintType
    title: Text
    purpose: Text
    applies_when: list[Text] = Field(min_length=1)
    default_level: Level
    sensitive: bool = Field(description="Life, privacy or violence: details never leave the private channel.")
    raises: list[RaisingCondition] = []
    departments: list[CalledDepartment] = Field(min_length=1)
    roles: list[PlannedRole] = Field(min_length=1)
    steps: list[Step] = Field(min_length=3)
    key_points: list[Text] = Field(min_length=2)
    forbidden: list[Forbidden] = Field(min_length=1)
    standard_solutions: list[Text] = Field(min_length=1)
    drafts: Drafts
    closing_criteria: list[Text] = Field(min_length=1)
    legal_basis: list[LegalBasis] = Field(min_length=1)
    scenarios: list[Scenario] = Field(min_length=1)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        faults = [*self._repeats(), *self._strangers()]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _repeats(self) -> list[str]:
        lists: dict[str, list[str]] = {
            "steps": [step.key for step in self.steps],
            "departments": [each.code for each in self.departments],
            "roles": [str(each.role) for each in self.roles],
            "forbidden": [each.code for each in self.forbidden],
            "scenarios": [each.key for each in self.scenarios],
        }
        return [
            f"{name}: duplicate key {key!r}; each must occur once"
            for name, keys in lists.items()
            for key in sorted({key for key in keys if keys.count(key) > 1})
        ]

    def _strangers(self) -> list[str]:
        codes = {each.code for each in self.departments}
        earlier: set[str] = set()
        faults = []
        if not any(each.part == "responsible" for each in self.departments):
            faults.append("departments: none is responsible; name at least one")
        for step in self.steps:
            if step.department not in codes:
                faults.append(
                    f"steps.{step.key}: department {step.department!r} is not called out by this plan"
                )
            if missing := [key for key in step.after if key not in earlier]:
                faults.append(f"steps.{step.key}.after: {', '.join(missing)} is no earlier step")
            earlier.add(step.key)
        return [*faults, *(fault for each in self.scenarios for fault in each.strangers(earlier))]


class Department(Strict):
    """One of the institution's departments."""

    code: DepartmentCode
    name: Text
    does: Text


class Departments(Strict):
    """departments.toml."""

    departments: list[Department] = Field(min_length=1)


class Applies(Strict):
    """When a rule is proposed for an incident: `always`, or as soon as any of the lists matches."""

    always: bool = False
    types: list[ComplaintType] = []
    signals: list[Signal] = []
    channels: list[str] = []
    levels: list[Level] = []


class Approvers(Strict):
    """Who may approve: anybody of a role, and anybody of a department; never whoever asked."""

    roles: list[Role] = []
    departments: list[DepartmentCode] = []


class Rule(Strict):
    """A dated rule of law or of the house; `start_event` says what sets its clock going.

    A rule may bear on another one's clock: `extension_of` lengthens it to this rule's value, `pause_of` lets
    it stand still; both may need `approvers`, and `notice` is the task of telling the complainant.
    """

    code: Key
    version: str
    title: Text
    kind: Literal["statutory", "internal", "conduct", "retention"]
    value: float = Field(ge=0)
    unit: Literal[
        "minutes", "hours", "calendar_days", "working_days", "weeks", "months", "count", "time_of_day", "none"
    ]
    start_event: Literal[
        "received", "opened", "aware", "classified", "decided", "withdrawn", "closed", "contact", "any"
    ]
    clock: bool = Field(description="Whether an incident it applies to gets a clock.")
    applies: Applies
    legal_reference: Text
    note: Text | None = None
    source: str
    confidence: Confidence
    effective_from: date
    effective_to: date | None = None
    letter: Text | None = Field(None, description="How a decision letter says it; {value} is the rule's.")
    department: DepartmentCode | None = Field(None, description="Whose duty; none: the responsible ones.")
    calendar: Jurisdiction | None = Field(None, description="Whose calendar counts; none: its own.")
    window: bool = Field(False, description="Time that somebody else has: it lapses and is never missed.")
    after: Key | None = Field(None, description="The rule whose clock, once met, starts this one.")
    met_by: Literal["answered"] | None = Field(None, description="The act that meets it, given a proof.")
    proof: list[Proof] = Field([], description="What proves that it was met; none: any of them.")
    extension_of: Key | None = None
    pause_of: list[Key] = []
    approvers: Approvers | None = None
    notice: Text | None = None


class Remedy(Strict):
    """A way open to a complainant who disagrees, as a decision letter says it."""

    text: Text
    source: str
    confidence: Confidence


class RuleSet(Strict):
    """rules/<jurisdiction>.toml."""

    jurisdiction: Jurisdiction
    name: Text
    time_zone: str
    rules: list[Rule] = Field(min_length=1)
    remedies: list[Remedy] = []

    @model_validator(mode="after")
    def _no_strangers(self) -> Self:
        codes = {rule.code for rule in self.rules}
        strangers = sorted(
            f"{rule.code}: {named}"
            for rule in self.rules
            for named in filter(None, (rule.after, rule.extension_of, *rule.pause_of))
            if named not in codes
        )
        if strangers:
            raise ValueError(f"no such rule in this set: {', '.join(strangers)}")
        return self

    @model_validator(mode="after")
    def _no_repeats(self) -> Self:
        seen = [(rule.code, rule.version) for rule in self.rules]
        twice = sorted({f"{code} {version}" for code, version in seen if seen.count((code, version)) > 1})
        if twice:
            raise ValueError(f"duplicate rule and version: {', '.join(twice)}")
        return self
