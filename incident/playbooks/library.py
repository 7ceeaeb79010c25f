"""Plans and rules in force, and the versions that went before them."""

from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import select

from incident import errors, levels
from incident.db import copied, db, remembered
from incident.errors import N_
from incident.models.people import Department
from incident.models.plans import PlanVersion
from incident.playbooks import files
from incident.playbooks.authority import Authority
from incident.playbooks.schema import Departments, Plan, RuleSet
from incident.playbooks.surge import SurgeRules
from incident.playbooks.violations import Violation, Violations
from incident.triage import vocabulary

FOREVER = 3600.0  # a version never changes; this only lets the memory go in the end
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Version:
    """A plan as it stood in one version."""

    id: int
    number: int
    content_hash: str
    plan: Plan
    note: str | None = None


def _numbers() -> dict[str, tuple[int, int]]:
    """The latest (id, version) of each key."""

    def read() -> dict[str, tuple[int, int]]:
        rows = db.session.execute(select(PlanVersion.key, PlanVersion.id, PlanVersion.version))
        found: dict[str, tuple[int, int]] = {}
        for key, id_, version in rows:
            if version > found.get(key, (0, 0))[1]:
                found[key] = (id_, version)
        return found

    return remembered("plans/numbers", read)


def _document(version_id: int, model: type[M]) -> tuple[PlanVersion, M]:
    def read() -> tuple[PlanVersion, M]:
        row = copied(db.session.get_one(PlanVersion, version_id))
        return row, model.model_validate(row.content)

    return remembered(f"version/{version_id}", read, seconds=FOREVER)


def version(version_id: int) -> Version:
    """A plan version by its id, as incidents keep it."""
    row, plan = _document(version_id, Plan)
    return Version(row.id, row.version, row.content_hash, plan, row.note)


def current(key: str) -> Version:
    """The plan in force for a complaint type; raises NotFound where none was ever loaded."""
    found = _numbers().get(key)
    if found is None or key.startswith("@"):
        raise errors.NotFound(N_("There is no plan “%(key)s”; `flask playbooks load` loads them."), key=key)
    return version(found[0])


def all_current() -> list[Version]:
    """Every plan in force, gravest default level first."""
    found = [version(id_) for key, (id_, _number) in _numbers().items() if not key.startswith("@")]
    return sorted(found, key=lambda each: (each.plan.default_level, each.plan.key))


def numbered(key: str, number: int) -> Version:
    """One version of a plan; raises NotFound."""
    id_ = db.session.scalar(
        select(PlanVersion.id).where(PlanVersion.key == key, PlanVersion.version == number)
    )
    if id_ is None or key.startswith("@"):
        raise errors.NotFound(
            N_("There is no version %(number)s of the plan “%(key)s”."), key=key, number=number
        )
    return version(id_)


def history(key: str) -> list[PlanVersion]:
    """The versions of a plan, newest first."""
    return list(
        db.session.scalars(
            select(PlanVersion).where(PlanVersion.key == key).order_by(PlanVersion.version.desc())
        )
    )


def _ground(key: str, model: type[M]) -> M:
    found = _numbers().get(key)
    if found is None:
        raise errors.NotFound(N_("There is no “%(key)s” yet; `flask playbooks load` loads it."), key=key)
    return _document(found[0], model)[1]


def the_levels() -> levels.Levels:
    """The level matrix in force."""
    return _ground("@levels", levels.Levels)


def the_vocabulary() -> vocabulary.Vocabulary:
    """The triage vocabulary in force."""
    return _ground("@triage", vocabulary.Vocabulary)


def the_authority() -> Authority:
    """The authority table in force: who may approve which option up to which amount."""
    return _ground("@authority", Authority)


def the_surges() -> SurgeRules:
    """The rules in force for many complaints of one cause."""
    return _ground("@surge", SurgeRules)


def rules(jurisdiction: str) -> RuleSet:
    """The rule set of a jurisdiction in force."""
    return _ground(f"@rules/{jurisdiction}", RuleSet)


def violations() -> dict[str, Violation]:
    """The codes of conduct that a finding may name, in the file's order."""
    return {each.code: each for each in _ground("@violations", Violations).violations}


def departments() -> dict[str, Department]:
    """The departments by code, in the file's order; last those it dropped, which incidents still name."""

    def read() -> dict[str, Department]:
        order = [each.code for each in _ground("@departments", Departments).departments]
        rows = {row.code: copied(row) for row in db.session.scalars(select(Department))}
        return {code: rows[code] for code in [*order, *sorted(rows)] if code in rows}

    return remembered("plans/departments", read)


def contents() -> dict[str, dict[str, Any]]:
    """What every document in force says, by the key it is kept under, in the order of the files."""
    ids = _numbers()
    return {
        key: db.session.get_one(PlanVersion, ids[key][0]).content for key in files.DOCUMENTS if key in ids
    }
