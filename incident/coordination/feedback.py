"""The step of every plan that tells the customer the result: it follows the letters, and nobody ticks it."""

from datetime import datetime

from incident import clocks, privacy
from incident.accounts import Actor
from incident.coordination import tasks
from incident.models.incidents import Incident
from incident.vocabulary import TaskStatus

PROOF_LONGEST = 500  # characters that a clock keeps


def owed_again(incident: Incident, *, by: Actor, at: datetime) -> None:
    """The incident is worked again: the step of telling the customer is to be done once more."""
    step = tasks.keyed(incident.id, tasks.FEEDBACK)
    if step is not None and step.status == TaskStatus.DONE:
        tasks.turn(step, incident, TaskStatus.TODO, None, by=by, at=at)


def told(incident: Incident, *, proof: str, by: Actor, at: datetime) -> None:
    """Every customer has been told: the step is done, whatever it waited for, and the clocks end with what
    proves the last delivery."""
    given = {"kind": "document", "value": privacy.redact(proof)[:PROOF_LONGEST]}
    clocks.happened(incident, "answered", by=by, at=at, proof=given)
    _done(incident, by=by, at=at)


def withdrawn(incident: Incident, *, reason: str, by: Actor, at: datetime) -> None:
    """Every customer withdrew: nothing is owed, and the clocks of an answer are void."""
    clocks.nothing_owed(incident, reason=reason, by=by, at=at)
    _done(incident, by=by, at=at)


def _done(incident: Incident, *, by: Actor, at: datetime) -> None:
    step = tasks.keyed(incident.id, tasks.FEEDBACK)
    if step is not None and not step.finished:
        tasks.turn(step, incident, TaskStatus.DONE, None, by=by, at=at)


def given(incident_id: int) -> bool:
    """Whether the step of telling the customer is done."""
    found = tasks.keyed(incident_id, tasks.FEEDBACK)
    return found is None or found.status == TaskStatus.DONE
