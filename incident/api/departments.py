"""Calls on the department lines of an incident; each answers with the incident and the line that changed."""

from collections.abc import Callable
from typing import Any

from incident.api import acts, answered, asked_departments, views
from incident.api.door import OK
from incident.api.registry import Answer, Ask, call
from incident.coordination import departments
from incident.errors import N_
from incident.lifecycle import common
from incident.models.incidents import Incident, IncidentDepartment
from incident.permissions import Permission

TAG = N_("Department lines")
LINE: dict[str, Any] = {
    "tag": TAG,
    "needs": Permission.INCIDENTS_ACT,
    "answers": {OK: answered.IncidentWithLine},
}
PATH = "/incidents/{number}/departments"


def _on(ask: Ask, number: str, code: str, verb: Callable[..., IncidentDepartment], **said: Any) -> Answer:
    """One act on a line, with what was said."""
    incident = common.by_number(number, lock=True)
    return _changed(incident, verb(incident, code.upper(), by=ask.by, at=ask.at, **said), ask)


def _changed(incident: Incident, line: IncidentDepartment, ask: Ask) -> Answer:
    def body() -> dict[str, Any]:
        whole = views.incident(incident, ask.url)
        mine = next(each for each in whole["departments"] if each["department"] == line.code)
        return {**whole, **mine}

    return Answer(OK, body)


@call("POST", PATH, summary=N_("Call out another department"), body=asked_departments.CallOut, **LINE)
def call_out_department(ask: Ask, *, number: str) -> Answer:
    """Led by whoever is on duty unless somebody is named."""
    wanted: asked_departments.CallOut = ask.body
    incident = common.by_number(number, lock=True)
    lead = acts.person(wanted.lead, "lead") if wanted.lead is not None else None
    line = departments.call_out(
        incident,
        wanted.department.upper(),
        lead=lead,
        part=wanted.part,
        by=ask.by,
        at=ask.at,
        calendar=ask.house.calendar,
    )
    return _changed(incident, line, ask)


@call(
    "POST",
    f"{PATH}/{{code}}/accept",
    summary=N_("Accept for a department"),
    body=asked_departments.Remark,
    **LINE,
)
def accept_line(ask: Ask, *, number: str, code: str) -> Answer:
    """Whoever is second is told who was first."""
    return _on(ask, number, code, departments.accept, note=ask.body.note, calendar=ask.house.calendar)


@call(
    "POST",
    f"{PATH}/{{code}}/report",
    summary=N_("Say how far a department is"),
    body=asked_departments.Why,
    **LINE,
)
def report_line(ask: Ask, *, number: str, code: str) -> Answer:
    """The next update is due an interval later."""
    return _on(ask, number, code, departments.report, text=ask.body.note, calendar=ask.house.calendar)


@call(
    "POST",
    f"{PATH}/{{code}}/block",
    summary=N_("Say that a department is blocked"),
    body=asked_departments.Why,
    **LINE,
)
def block_line(ask: Ask, *, number: str, code: str) -> Answer:
    """The commander is told."""
    return _on(ask, number, code, departments.block, reason=ask.body.note, calendar=ask.house.calendar)


@call(
    "POST",
    f"{PATH}/{{code}}/unblock",
    summary=N_("Say that a department goes on"),
    body=asked_departments.Remark,
    **LINE,
)
def unblock_line(ask: Ask, *, number: str, code: str) -> Answer:
    """It works again."""
    return _on(ask, number, code, departments.unblock, note=ask.body.note, calendar=ask.house.calendar)


@call(
    "POST",
    f"{PATH}/{{code}}/sign_off",
    summary=N_("Sign off for a department"),
    body=asked_departments.SignOff,
    **LINE,
)
def sign_off(ask: Ask, *, number: str, code: str) -> Answer:
    """Refused while the department's tasks are not done."""
    return _on(ask, number, code, departments.sign_off, statement=ask.body.note)


@call(
    "POST",
    f"{PATH}/{{code}}/stand_down",
    summary=N_("Stand a department down"),
    body=asked_departments.Why,
    **LINE,
)
def stand_down_line(ask: Ask, *, number: str, code: str) -> Answer:
    """It no longer keeps the incident from closing; its must-do tasks do."""
    return _on(ask, number, code, departments.stand_down, reason=ask.body.note)


@call(
    "POST",
    f"{PATH}/{{code}}/hand_over",
    summary=N_("Hand the lead of a department's line over"),
    body=asked_departments.HandOver,
    **LINE,
)
def hand_over_line(ask: Ask, *, number: str, code: str) -> Answer:
    """The new lead is told and invited; whoever is second is told who leads the line now."""
    wanted: asked_departments.HandOver = ask.body
    seen = acts.person(wanted.from_, "from").id if wanted.from_ is not None else 0
    to = acts.person(wanted.lead, "lead")
    return _on(ask, number, code, departments.hand_over_lead, to=to, seen=seen, reason=wanted.note)
