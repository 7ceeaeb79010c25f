"""Calls that keep people informed: structured updates, hand-overs of roles, personal data looked through."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from incident.api import acts, answered, views
from incident.api.asked import Asked, Who, Words
from incident.api.door import CREATED, OK
from incident.api.plain import Json, by, moment
from incident.api.registry import Answer, Ask, call
from incident.coordination import handovers, updates
from incident.errors import N_
from incident.intake.body import Text
from incident.lifecycle import common, informing
from incident.models.updates import HandOver, HandOverState, IncidentUpdate
from incident.permissions import Permission
from incident.vocabulary import IncidentRole, Stage

TAG = N_("Updates and hand-over")
Part = Annotated[Text, Field(max_length=updates.LONGEST)]


class GiveUpdate(Asked):
    """How it stands; what was done and what is needed may be empty."""

    situation: Annotated[Text, Field(min_length=1, max_length=updates.LONGEST)]
    actions: Part = ""
    needs: Part = ""


class OfferRole(Asked):
    """A role and whom it is offered to, by id or e-mail address."""

    role: IncidentRole
    to: Who
    note: Annotated[Text, Field(max_length=handovers.NOTE_LONGEST)] = ""


class AnswerOffer(Asked):
    """Take it on, say no with a reason, or take the offer back."""

    answer: Literal["accept", "decline", "withdraw"]
    reason: Annotated[Text, Field(max_length=handovers.NOTE_LONGEST)] = ""


class ReviewData(Asked):
    """What was looked at and what was removed."""

    note: Words


class Update(BaseModel):
    """One update."""

    id: int
    at: datetime
    by: answered.By
    level: int
    stage: Stage
    situation: str
    actions: str
    needs: str


class Updates(BaseModel):
    """An incident's updates, the newest first, and when the next is due."""

    items: list[Update]
    update_due_at: datetime | None


class Offer(BaseModel):
    """A role that was offered, with its briefing."""

    id: int
    incident: str
    role: IncidentRole
    from_: Annotated[answered.Someone | None, Field(alias="from")]
    to: answered.Someone | None
    note: str
    state: HandOverState
    briefing: dict[str, Any]
    offered_at: datetime
    offered_by: answered.By
    ended_at: datetime | None
    reason: str | None


def _update(row: IncidentUpdate) -> Json:
    return {
        "id": row.id,
        "at": moment(row.at),
        "by": by(row.by),
        "level": row.level,
        "stage": str(row.stage),
        "situation": row.situation,
        "actions": row.actions,
        "needs": row.needs,
    }


def _offer(row: HandOver, number: str) -> Json:
    who = views.people([row.from_id, row.to_id])
    return {
        "id": row.id,
        "incident": number,
        "role": str(row.role),
        "from": views.someone(who, row.from_id),
        "to": views.someone(who, row.to_id),
        "note": row.note,
        "state": str(row.state),
        "briefing": row.briefing,
        "offered_at": moment(row.offered_at),
        "offered_by": by(row.offered_by),
        "ended_at": moment(row.ended_at),
        "reason": row.reason,
    }


@call(
    "GET",
    "/incidents/{number}/updates",
    tag=TAG,
    summary=N_("Read the structured updates of an incident"),
    needs=Permission.INCIDENTS_READ,
    answers={OK: Updates},
)
def list_updates(ask: Ask, *, number: str) -> Answer:
    """The newest first."""
    incident = common.by_number(number)
    rows = [_update(row) for row in updates.of(incident.id)]
    return Answer(OK, {"items": rows, "update_due_at": moment(incident.update_due_at)})


@call(
    "POST",
    "/incidents/{number}/updates",
    tag=TAG,
    summary=N_("Give a structured update: situation, actions, needs"),
    needs=Permission.INCIDENTS_ACT,
    body=GiveUpdate,
    answers={OK: answered.Incident},
)
def give_update(ask: Ask, *, number: str) -> Answer:
    """The changed incident; the next update is due by its level."""
    wanted: GiveUpdate = ask.body
    incident = common.by_number(number, lock=True)
    informing.update(
        incident,
        situation=wanted.situation,
        actions=wanted.actions,
        needs=wanted.needs,
        by=ask.by,
        at=ask.at,
        house=ask.house,
    )
    return Answer(OK, lambda: views.incident(incident, ask.url))


@call(
    "POST",
    "/incidents/{number}/hand_overs",
    tag=TAG,
    summary=N_("Offer a role to somebody, with a briefing"),
    needs=Permission.INCIDENTS_ACT,
    body=OfferRole,
    answers={CREATED: Offer},
)
def offer_role(ask: Ask, *, number: str) -> Answer:
    """They hold it once they accept."""
    wanted: OfferRole = ask.body
    incident = common.by_number(number, lock=True)
    to = acts.person(wanted.to, "to")
    row = handovers.offer(incident, str(wanted.role), to, note=wanted.note, by=ask.by, at=ask.at)
    return Answer(CREATED, lambda: _offer(row, incident.number))


@call(
    "POST",
    "/incidents/{number}/hand_overs/{id}",
    tag=TAG,
    summary=N_("Accept, decline or withdraw an offered role"),
    needs=Permission.INCIDENTS_ACT,
    body=AnswerOffer,
    answers={OK: Offer},
)
def answer_offer(ask: Ask, *, number: str, id: int) -> Answer:
    """Only the one it was offered to accepts or declines."""
    wanted: AnswerOffer = ask.body
    incident = common.by_number(number, lock=True)
    row = handovers.find(id, incident)
    match wanted.answer:
        case "accept":
            handovers.accept(row, incident, by=ask.by, at=ask.at)
        case "decline":
            handovers.decline(row, incident, reason=wanted.reason, by=ask.by, at=ask.at)
        case "withdraw":
            handovers.withdraw(row, incident, by=ask.by, at=ask.at)
    return Answer(OK, lambda: _offer(row, incident.number))


@call(
    "POST",
    "/incidents/{number}/personal_data",
    tag=TAG,
    summary=N_("Say that the personal data it holds was looked through"),
    needs=Permission.INCIDENTS_ACT,
    body=ReviewData,
    answers={OK: answered.Incident},
)
def review_personal_data(ask: Ask, *, number: str) -> Answer:
    """Asked for before closing."""
    wanted: ReviewData = ask.body
    incident = common.by_number(number, lock=True)
    informing.review_data(incident, note=wanted.note, by=ask.by, at=ask.at)
    return Answer(OK, lambda: views.incident(incident, ask.url))
