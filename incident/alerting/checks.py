"""The look just before sending: is the step still wanted, and for whom?"""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from incident import recusal
from incident.alerting import escalation, facts, membership, task_facts
from incident.alerting.facts import LineFacts, PersonFacts, TaskFacts
from incident.db import db
from incident.errors import N_
from incident.models.actions import ActionState, ReviewAction
from incident.models.alerts import Delivery, DeliveryState
from incident.models.clocks import Clock, ClockState
from incident.models.incidents import DepartmentState, Incident, IncidentDepartment
from incident.models.people import Person
from incident.models.plans import PlanReading, PlanVersion
from incident.models.resolutions import OptionState, ResolutionOption
from incident.models.reviews import Review, ReviewState

Check = Callable[[Delivery, Incident], str | None]


def _open(_delivery: Delivery, incident: Incident) -> str | None:
    return None if incident.is_open else N_("The incident is no longer open.")


def _unanswered(delivery: Delivery, incident: Incident) -> str | None:
    wanted_anyway = delivery.payload.get("raised") or delivery.payload.get("asked_by")
    if incident.acknowledged_at is not None and not wanted_anyway:
        return N_("The incident was acknowledged before the alert went out.")
    return _open(delivery, incident)


def _live(_delivery: Delivery, incident: Incident) -> str | None:
    return N_("A drill is not told to anybody outside it.") if incident.drill else None


def _participant(delivery: Delivery, incident: Incident) -> str | None:
    """Messages of a drill go to its participants and nobody else; its post-mortem to those who work on it."""
    said = delivery.payload
    if not incident.drill or said.get("person_id") is None or said.get("review_id") is not None:
        return None
    known = {each.id for each in escalation.drill_participants(incident.id)}
    return (
        None if delivery.payload["person_id"] in known else N_("This person does not take part in the drill.")
    )


def _takes_part(delivery: Delivery, incident: Incident) -> str | None:
    """What is said of a drill to one person goes to its players and its staff."""
    person = db.session.get(Person, delivery.payload.get("person_id") or 0)
    known = escalation.drill_addresses(incident.id)
    return None if person and person.email in known else N_("This person does not take part in the drill.")


def _runs_on(_delivery: Delivery, incident: Incident) -> str | None:
    """Nobody is alerted or reminded in a drill that stands still."""
    paused = incident.drill and escalation.drill_stands_still(incident.id)
    return N_("The drill is paused.") if paused else None


def _active(delivery: Delivery, _incident: Incident) -> str | None:
    person = db.session.get(Person, delivery.payload.get("person_id") or 0)
    return None if person and person.active else N_("The person is no longer active.")


def _line(delivery: Delivery, incident: Incident) -> str | None:
    """Whether what a message says of a department's line still holds."""
    said = delivery.payload
    line = db.session.scalar(
        select(IncidentDepartment).where(
            IncidentDepartment.incident_id == incident.id, IncidentDepartment.code == said["code"]
        ),
        execution_options={"populate_existing": True},
    )
    holds = line is not None and {
        "called": line.state == DepartmentState.CALLED and line.lead_id == said["person_id"],
        "unaccepted": line.state == DepartmentState.CALLED,
        "silent": line.next_update_at is not None and line.next_update_at.isoformat() == said.get("due_at"),
        "lead": line.lead_id == said["person_id"],
        "blocked": line.state == DepartmentState.BLOCKED,
    }.get(said["about"], False)
    return None if holds else N_("The department's line has moved on since.")


def _called(delivery: Delivery, incident: Incident) -> str | None:
    return None if called_people(delivery, incident) else N_("The department's line has moved on since.")


def _proposed(delivery: Delivery, _incident: Incident) -> str | None:
    option = db.session.get(ResolutionOption, delivery.payload["option_id"], populate_existing=True)
    waits = option is not None and option.state == OptionState.PROPOSED
    return None if waits else N_("The option was decided before the request went out.")


def _has_card(_delivery: Delivery, incident: Incident) -> str | None:
    return None if incident.card_ts else N_("There is no card to update.")


def _has_announcement(_delivery: Delivery, incident: Incident) -> str | None:
    return None if incident.announcement_ts else N_("There is no announcement to update.")


def _has_channel(_delivery: Delivery, incident: Incident) -> str | None:
    return None if incident.channel_id else N_("The incident has no channel.")


def _nothing_left(delivery: Delivery) -> str | None:
    """A message about clocks is needless once every one of them was met, voided or paused."""
    ids = [item["clock_id"] for item in delivery.payload["items"]]
    wanted = select(Clock.id).where(
        Clock.id.in_(ids), Clock.state.in_([ClockState.RUNNING, ClockState.MISSED])
    )
    return None if db.session.scalar(wanted.limit(1)) else N_("These clocks have ended meanwhile.")


def _over(_delivery: Delivery, incident: Incident) -> str | None:
    return N_("The incident was opened again.") if incident.is_open else None


def _read_already(delivery: Delivery) -> str | None:
    """A reminder to read a version is needless once its reader confirmed it."""
    said = delivery.payload
    read = (
        select(PlanReading.id)
        .join(PlanVersion, PlanVersion.id == PlanReading.version_id)
        .where(
            PlanVersion.key == said["key_of_plan"],
            PlanVersion.version == int(said["number_of_version"]),
            PlanReading.person_id == said["person_id"],
            PlanReading.read_at.is_not(None),
        )
    )
    return N_("The new version was read before the message went out.") if db.session.scalar(read) else None


def _stands_aside(delivery: Delivery, incident: Incident) -> str | None:
    person = db.session.get_one(Person, delivery.payload["person_id"])
    return None if recusal.bar(incident, person) else N_("This person need not stand aside any more.")


def _overtaken(delivery: Delivery, incident: Incident) -> str | None:
    """Two levels given one after the other are one message: the channel may hear one a second."""
    said = delivery.payload.get("said")
    if said != "level_changed":
        return None
    later = db.session.scalars(
        select(Delivery.payload).where(
            Delivery.incident_id == incident.id,
            Delivery.step == "post",
            Delivery.id > delivery.id,
            Delivery.state.in_([DeliveryState.PENDING, DeliveryState.WAITING]),
        )
    )
    return N_("A newer message says it.") if any(each.get("said") == said for each in later) else None


def _review(delivery: Delivery, _incident: Incident) -> str | None:
    """Whether a meeting is still ahead, or an action still to be done."""
    said = delivery.payload
    if said.get("about") in ("review", "review_invited"):
        review = db.session.get(Review, said["review_id"], populate_existing=True)
        ahead = review is not None and review.state == ReviewState.SCHEDULED
        same = ahead and review is not None and review.meets_at.isoformat() == said["due_at"]
        return None if same else N_("The meeting was held or moved meanwhile.")
    if said.get("action_id") is not None:
        action = db.session.get(ReviewAction, said["action_id"], populate_existing=True)
        wanted = ActionState.DONE if said.get("about") == "action_done" else ActionState.OPEN
        still = action is not None and action.state == wanted
        return None if still else N_("The action has moved on since.")
    return None


CHECKS: dict[str, tuple[Check, ...]] = {
    "page": (_unanswered, _active, _participant, _runs_on),
    "fallback": (_unanswered, _live),
    "announce": (_live, _open),
    "create_channel": (_open,),
    "post_card": (_has_channel,),
    "invite": (_has_channel,),
    "remove": (_has_channel, _stands_aside),
    "archive": (_over,),
    "set_topic": (_has_channel,),
    "pin": (_has_card,),
    "bookmark": (_has_channel,),
    "post": (_has_channel, _overtaken),
    "update_card": (_has_card,),
    "update_announcement": (_live, _has_announcement),
    "call_leads": (_open, _called, _runs_on),
    "line": (_open, _active, _participant, _line, _runs_on),
    "approval": (_open, _active, _participant, _proposed),
    "remind": (_participant, _runs_on, _review),
    "mail": (_active, _review),
    "drill_tell": (_active, _takes_part),
    "drill_post": (_has_channel,),
    "propose_group": (),
    "update_proposal": (),
    "report": (),
    "alarm": (),
    "keep_message": (_open, _active),
    "welcome": (_has_channel,),
    "update_page": (),
    "update_approval": (),
}


def needless(delivery: Delivery, incident: Incident | None) -> str | None:
    """Why a step need not be taken any more, as a message id; None where it must be taken."""
    if delivery.payload.get("about") == "tasks":
        return (
            None
            if tasks(delivery, at=delivery.next_at)
            else N_("Nothing is left of what was to be reminded of.")
        )
    if delivery.payload.get("about") == "plan_changed":
        return _read_already(delivery)
    if incident is None:
        return _nothing_left(delivery) if delivery.payload.get("about") == "clocks" else None
    return next((why for check in CHECKS[delivery.step] if (why := check(delivery, incident))), None)


def tasks(delivery: Delivery, *, at: datetime) -> tuple[TaskFacts, ...]:
    """What a reminder of tasks is still about."""
    if delivery.payload.get("about") != "tasks":
        return ()
    return task_facts.still(delivery.payload["tasks"], delivery.payload["person_id"], at=at)


def called_lines(delivery: Delivery, incident: Incident | None) -> tuple[LineFacts, ...]:
    """The department lines that a call is still about: nobody accepted, and the same person leads."""
    if delivery.step != "call_leads" or incident is None:
        return ()
    leads = delivery.payload["leads"]
    return tuple(
        line
        for line in facts.department_lines(incident.id)
        if line.state == DepartmentState.CALLED
        and line.lead_id is not None
        and line.lead_id == leads.get(line.code)
    )


def called_people(delivery: Delivery, incident: Incident) -> tuple[PersonFacts, ...]:
    """Whom a call is for: the leads of its lines; of a drill, its participants and nobody else."""
    ids = {line.lead_id for line in called_lines(delivery, incident) if line.lead_id is not None}
    if incident.drill:
        ids &= {each.id for each in escalation.drill_participants(incident.id)}
    return facts.people(ids)


def audience(
    delivery: Delivery, incident: Incident | None, *, at: datetime, zone: ZoneInfo
) -> tuple[PersonFacts, ...]:
    """Whom the step is for, as things are now."""
    if delivery.step == "invite" and incident is not None:
        return membership.responders(incident, at=at, zone=zone)
    if delivery.step == "call_leads" and incident is not None:
        return called_people(delivery, incident)
    person_id = delivery.payload.get("person_id")
    return facts.people([person_id]) if person_id is not None else ()


def leaving(
    delivery: Delivery, incident: Incident | None, *, at: datetime, zone: ZoneInfo
) -> tuple[PersonFacts, ...]:
    """Whom the step takes out of the channel, as things are now."""
    if delivery.step != "invite" or incident is None:
        return ()
    return membership.leaving(incident, at=at, zone=zone)
