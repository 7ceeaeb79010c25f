"""Calls that read plans and departments."""

from typing import Any

from incident import duty
from incident.accounts import Actor
from incident.api import answered_more, views
from incident.api.door import OK
from incident.api.plain import moment
from incident.api.registry import Answer, Ask, call
from incident.errors import N_
from incident.models.people import Department
from incident.models.plans import PlanVersion
from incident.permissions import Permission
from incident.playbooks import library, secrecy
from incident.playbooks.library import Version

TAG = N_("Plans and departments")


@call(
    "GET",
    "/playbooks",
    tag=TAG,
    summary=N_("List the plans in force, gravest first"),
    needs=Permission.PLAYBOOKS_READ,
    answers={OK: answered_more.PlaybookPage},
)
def list_playbooks(ask: Ask) -> Answer:
    """All of them; there are not many."""
    return Answer(OK, {"items": [_summary(each) for each in library.all_current()], "next_cursor": None})


def _summary(found: Version) -> dict[str, Any]:
    plan = found.plan
    return {
        "key": str(plan.key),
        "version": found.number,
        "title": plan.title.model_dump(),
        "purpose": plan.purpose.model_dump(),
        "default_level": int(plan.default_level),
        "sensitive": plan.sensitive,
        "departments": [each.code for each in plan.departments],
        "content_hash": found.content_hash,
    }


@call(
    "GET",
    "/playbooks/{key}",
    tag=TAG,
    summary=N_("Read the plan in force, with its history"),
    needs=Permission.PLAYBOOKS_READ,
    answers={OK: answered_more.Playbook},
)
def show_playbook(ask: Ask, *, key: str) -> Answer:
    """The plan whole, and its versions, newest first."""
    found = library.current(key)
    history = library.history(key)
    row = next(each for each in history if each.id == found.id)
    return Answer(OK, {**_whole(found, row, ask.by), "versions": [_reference(each) for each in history]})


@call(
    "GET",
    "/playbooks/{key}/versions/{version}",
    tag=TAG,
    summary=N_("Read one version of a plan"),
    needs=Permission.PLAYBOOKS_READ,
    answers={OK: answered_more.PlaybookVersion},
)
def show_playbook_version(ask: Ask, *, key: str, version: int) -> Answer:
    """The plan as it stood."""
    found = library.numbered(key, version)
    row = next(each for each in library.history(key) if each.id == found.id)
    return Answer(OK, _whole(found, row, ask.by))


def _reference(row: PlanVersion) -> dict[str, Any]:
    return {
        "version": row.version,
        "content_hash": row.content_hash,
        "loaded_at": moment(row.loaded_at),
        "loaded_by": row.loaded_by,
        "note": row.note,
    }


def _whole(found: Version, row: PlanVersion, by: Actor) -> dict[str, Any]:
    plan = secrecy.hidden(found.plan.model_dump(mode="json"), by)
    return {"key": str(found.plan.key), **_reference(row), "plan": plan}


@call(
    "GET",
    "/departments",
    tag=TAG,
    summary=N_("List the departments and who is on duty now"),
    needs=Permission.INCIDENTS_READ,
    answers={OK: answered_more.DepartmentPage},
)
def list_departments(ask: Ask) -> Answer:
    """In the order of the file."""
    known = library.departments()
    roster = duty.roster(list(known), at=ask.at, zone=ask.house.zone)
    items = [_department(row, roster[code]) for code, row in known.items()]
    return Answer(OK, {"items": items, "next_cursor": None})


def _department(row: Department, on_duty: duty.OnDuty) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": {"zh": row.name_zh, "en": row.name_en},
        "does": {"zh": row.does_zh, "en": row.does_en},
        "primary": views.person(on_duty.primary) if on_duty.primary else None,
        "backup": views.person(on_duty.backup) if on_duty.backup else None,
    }
