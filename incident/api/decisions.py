"""Calls about what the customer is told and what becomes of it: letters, withdrawals, follow-ups, scores."""

from typing import Any

from incident.api import answered_decisions as answered
from incident.api import asked_decisions as asked
from incident.api.acts import changed, person
from incident.api.answered import Incident as Incident_
from incident.api.door import CREATED, OK
from incident.api.registry import Answer, Ask, call
from incident.coordination import (
    decisions,
    drafting,
    follow_ups,
    letters,
    satisfaction,
    sending,
    telling,
)
from incident.errors import N_
from incident.lifecycle import common, reopening
from incident.models.decisions import Letter
from incident.models.incidents import Incident
from incident.permissions import Permission

TAG = N_("Decisions and follow-up")
ACT: dict[str, Any] = {"tag": TAG, "needs": Permission.INCIDENTS_ACT}
LETTER: dict[str, Any] = {**ACT, "answers": {OK: answered.Decision}}


def _letter(row: Letter, incident: Incident, status: int = OK) -> Answer:
    return Answer(status, lambda: answered.letter(row, incident))


@call(
    "GET",
    "/incidents/{number}/decision",
    tag=TAG,
    summary=N_("Read the letters of an incident, every version"),
    needs=Permission.INCIDENTS_READ,
    answers={OK: answered.Decisions},
)
def list_decisions(ask: Ask, *, number: str) -> Answer:
    """Oldest first."""
    incident = common.by_number(number)
    found = telling.cases(incident.id)
    rows = [answered.letter(row, incident) for each in found for row in each.letters]
    untold = [each.complaint.id for each in found if each.complaint and not each.told]
    return Answer(OK, {"items": rows, "untold": untold})


@call(
    "POST",
    "/incidents/{number}/decision",
    summary=N_("Draft or write the decision letter, and submit it"),
    body=asked.WriteDecision,
    answers={CREATED: answered.Decision},
    **ACT,
)
def write_decision(ask: Ask, *, number: str) -> Answer:
    """A version with places left to fill in stays a draft; `places` names them."""
    wanted: asked.WriteDecision = ask.body
    incident = common.by_number(number, lock=True)
    case = decisions.case_of(incident, wanted.complaint)
    locale = wanted.locale or drafting.language(case, "zh_CN")
    text = wanted.text or drafting.draft(
        incident,
        case,
        locale=locale,
        rule_set=ask.house.rule_set,
        zone=ask.house.zone,
        by=ask.by,
        at=ask.at,
    )
    row = decisions.write(
        incident,
        case,
        text,
        locale=locale,
        drafted=wanted.text is None,
        seen=wanted.seen,
        by=ask.by,
        at=ask.at,
    )
    if wanted.submit and not letters.places(row.body):
        decisions.submit(incident, decisions.case_of(incident, wanted.complaint), by=ask.by, at=ask.at)
    return _letter(row, incident, CREATED)


@call(
    "POST",
    "/incidents/{number}/decision/submit",
    summary=N_("Submit the present version for approval"),
    body=asked.About,
    **LETTER,
)
def submit_decision(ask: Ask, *, number: str) -> Answer:
    """Refused while a place is left to fill in."""
    incident = common.by_number(number, lock=True)
    case = decisions.case_of(incident, ask.body.complaint)
    return _letter(decisions.submit(incident, case, by=ask.by, at=ask.at), incident)


@call(
    "POST",
    "/incidents/{number}/decision/approve",
    summary=N_("Approve the submitted letter, as somebody else than its writer"),
    body=asked.Approve,
    **LETTER,
)
def approve_decision(ask: Ask, *, number: str) -> Answer:
    """The text is frozen with it."""
    incident = common.by_number(number, lock=True)
    case = decisions.case_of(incident, ask.body.complaint)
    return _letter(decisions.approve(incident, case, note=ask.body.note, by=ask.by, at=ask.at), incident)


@call(
    "POST",
    "/incidents/{number}/decision/return",
    summary=N_("Return the submitted letter to its writer"),
    body=asked.SendBack,
    **LETTER,
)
def return_decision(ask: Ask, *, number: str) -> Answer:
    """With what is to be changed."""
    incident = common.by_number(number, lock=True)
    case = decisions.case_of(incident, ask.body.complaint)
    row = decisions.send_back(incident, case, reason=ask.body.reason, by=ask.by, at=ask.at)
    return _letter(row, incident)


@call(
    "POST",
    "/incidents/{number}/decision/sent",
    summary=N_("Note that the approved letter was sent, with its proof"),
    body=asked.Sent,
    **LETTER,
)
def decision_sent(ask: Ask, *, number: str) -> Answer:
    """Nothing is sent from here: a person did."""
    wanted: asked.Sent = ask.body
    incident = common.by_number(number, lock=True)
    case = decisions.case_of(incident, wanted.complaint)
    how = sending.Sending(wanted.channel, wanted.proof, wanted.at or ask.at, wanted.evidence)
    row = sending.sent(incident, case, how, by=ask.by, at=ask.at, calendar=ask.house.calendar)
    return _letter(row, incident)


@call(
    "POST",
    "/incidents/{number}/decision/withdraw",
    summary=N_("Note that the customer withdrew the complaint, with its proof"),
    body=asked.Withdraw,
    answers={CREATED: answered.WithdrawalAnswer},
    **ACT,
)
def withdraw_complaint(ask: Ask, *, number: str) -> Answer:
    """Its procedure ends the day it is received."""
    wanted: asked.Withdraw = ask.body
    incident = common.by_number(number, lock=True)
    case = decisions.case_of(incident, wanted.complaint)
    received = wanted.received_at or ask.at
    row = sending.withdraw(incident, case, proof=wanted.proof, received_at=received, by=ask.by, at=ask.at)
    return Answer(CREATED, lambda: answered.withdrawal(row, incident))


@call(
    "POST",
    "/incidents/{number}/satisfaction",
    summary=N_("Note how satisfied the customer is"),
    body=asked.Score,
    answers={CREATED: answered.Rating},
    **ACT,
)
def rate_incident(ask: Ask, *, number: str) -> Answer:
    """Once for each time the case was worked; also after closing."""
    wanted: asked.Score = ask.body
    incident = common.by_number(number, lock=True)
    case = decisions.case_of(incident, wanted.complaint)
    row = satisfaction.rate(incident, case, wanted.score, comment=wanted.comment, by=ask.by, at=ask.at)
    return Answer(CREATED, lambda: answered.rating(row, incident))


@call(
    "POST",
    "/incidents/{number}/reopen",
    summary=N_("Open a closed incident again"),
    body=asked.Reopen,
    tag=TAG,
    needs=Permission.INCIDENTS_COMMAND,
    answers={OK: Incident_},
)
def reopen_incident(ask: Ask, *, number: str) -> Answer:
    """It keeps its number and channel; its customers must be told again."""
    wanted: asked.Reopen = ask.body
    incident = common.by_number(number, lock=True)
    reopening.reopen(
        incident,
        reason=wanted.reason,
        stage=wanted.stage,
        new_facts=wanted.new_facts,
        by=ask.by,
        at=ask.at,
        house=ask.house,
    )
    return changed(incident, ask)


@call(
    "GET",
    "/incidents/{number}/follow_ups",
    tag=TAG,
    summary=N_("List the follow-ups of an incident"),
    needs=Permission.INCIDENTS_READ,
    answers={OK: answered.FollowUps},
)
def list_follow_ups(ask: Ask, *, number: str) -> Answer:
    """Soonest first."""
    incident = common.by_number(number)
    return Answer(OK, {"items": [answered.follow_up(each, incident) for each in follow_ups.of(incident.id)]})


@call(
    "POST",
    "/incidents/{number}/follow_ups",
    summary=N_("Plan a follow-up"),
    body=asked.PlanFollowUp,
    answers={CREATED: answered.FollowUpAnswer},
    **ACT,
)
def plan_follow_up(ask: Ask, *, number: str) -> Answer:
    """A call-back within three working days unless the body says otherwise; also after closing."""
    wanted: asked.PlanFollowUp = ask.body
    incident = common.by_number(number, lock=True)
    case = decisions.case_of(incident, wanted.complaint) if wanted.complaint else None
    only = telling.cases(incident.id)
    about = case or (only[0] if len(only) == 1 else None)
    row = follow_ups.add(
        incident,
        title=wanted.title or "",
        kind=wanted.kind,
        due_at=wanted.due_at or follow_ups.usual_due(ask.at, ask.house.calendar),
        owner=person(wanted.owner, "owner") if wanted.owner is not None else None,
        complaint_id=about.complaint.id if about and about.complaint else None,
        by=ask.by,
        at=ask.at,
        calendar=ask.house.calendar,
    )
    return Answer(CREATED, lambda: answered.follow_up(row, incident))


@call(
    "POST",
    "/incidents/{number}/follow_ups/{id}",
    summary=N_("Write down what came of a follow-up"),
    body=asked.RecordFollowUp,
    answers={OK: answered.FollowUpAnswer},
    **ACT,
)
def record_follow_up(ask: Ask, *, number: str, id: int) -> Answer:
    """Also after closing; an effect check says whether it has helped."""
    wanted: asked.RecordFollowUp = ask.body
    incident = common.by_number(number, lock=True)
    row = follow_ups.record(
        incident,
        follow_ups.find(incident, id),
        note=wanted.note,
        effective=wanted.effective,
        dropped=wanted.dropped,
        by=ask.by,
        at=ask.at,
    )
    return Answer(OK, lambda: answered.follow_up(row, incident))
