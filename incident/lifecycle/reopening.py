"""Opening a closed incident again: the same number and channel, a new round of letters, a forced review."""

from datetime import datetime

from incident import clocks, duty, errors, recusal, timeline
from incident.accounts import Actor
from incident.alerting import effects, outbox
from incident.coordination import feedback, holds, telling
from incident.db import db
from incident.errors import N_, Reason
from incident.lifecycle import common
from incident.lifecycle.common import House
from incident.models.contacts import HoldScope
from incident.models.decisions import Reopening
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission
from incident.reviews import schedule as reviews
from incident.vocabulary import Stage, Status

# A case that is worked again is not opened at its end.
STAGES = (Stage.INTAKE, Stage.VERIFY, Stage.NEGOTIATE, Stage.RESOLVE)


def reopen(
    incident: Incident,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    house: House,
    stage: str = Stage.RESOLVE,
    new_facts: bool = False,
) -> Incident:
    """Open a closed incident again; raises Conflict for one that is not closed.

    Its customers must be told again and collection stops again. The target of the decision starts anew; the
    periods of law that run from receipt do so where new facts or reasons were brought (facts C6). The
    post-mortem is no longer optional.
    """
    by.must(Permission.INCIDENTS_COMMAND)
    recusal.must_not_be(incident, by)
    words = common.clean_text(reason, "reason", N_("Say why it is opened again."))
    if stage not in STAGES:
        said, values = N_("Use one of %(stages)s."), {"stages": ", ".join(STAGES)}
        raise errors.Invalid(said, reasons=[Reason(said, values, ("stage",))], **values)
    if incident.status != Status.CLOSED or incident.closed_at is None:
        raise errors.Conflict(
            N_("%(number)s is %(status)s; only a closed incident is opened again."),
            number=incident.number,
            status=str(incident.status),
        )
    _note(incident, words, stage, closed_at=incident.closed_at, new_facts=new_facts, by=by, at=at)
    feedback.owed_again(incident, by=by, at=at)
    clocks.reopened(incident, new_facts=new_facts, by=by, at=at, calendar=house.calendar)
    _hold_again(incident, words, by=by, at=at)
    reviews.force(incident)
    _alert(incident, stage, by=by, at=at)
    return incident


def _note(
    incident: Incident,
    words: str,
    stage: str,
    *,
    closed_at: datetime,
    new_facts: bool,
    by: Actor,
    at: datetime,
) -> None:
    row = Reopening(
        incident_id=incident.id,
        round=telling.round_of(incident.id) + 1,
        reason=words,
        new_facts=new_facts,
        stage=stage,
        closed_at=closed_at,
        at=at,
        by=by.label,
    )
    db.session.add(row)
    incident.status, incident.stage = Status.OPEN, Stage(stage)
    incident.closed_at = incident.resolved_at = None
    incident.data_reviewed_at = incident.data_reviewed_by = None  # more will be gathered
    incident.erased_at = None
    incident.update_due_at, incident.nag_at = None, at  # the cadence begins anew
    incident.last_activity_at = at
    db.session.flush()
    timeline.record(incident.id, "reopened", by=by.label, at=at, stage=str(stage), reason=words)


def _hold_again(incident: Incident, reason: str, *, by: Actor, at: datetime) -> None:
    """Collection stops again, as far as it did before, where no hold is in force (facts §5)."""
    before = holds.of(incident.id)
    if not incident.drill and holds.strictest(before) is None:
        everything = any(each.scope == HoldScope.EVERYTHING for each in before)
        holds.place(incident, everything=everything, reason=reason, by=by, at=at)


def _alert(incident: Incident, stage: str, *, by: Actor, at: datetime) -> None:
    """Whoever commands is told at once, or the heads of the group; the channel lives again, or is made."""
    commander = db.session.get(Person, incident.commander_id) if incident.commander_id else None
    able = commander is not None and commander.active and not recusal.bar(incident, commander)
    chiefs = [] if incident.drill else duty.group_heads()
    heads = [each for each in chiefs if recusal.bar(incident, each) is None]
    for person in [commander] if commander is not None and able else heads:
        outbox.enqueue(incident.id, "remind", at=at, person_id=person.id, about="reopened")
    effects.channel_again(incident.id, at=at)
    common.show(incident, at=at, said="reopened", stage=str(stage), name=by.name)
    outbox.enqueue(incident.id, "set_topic", at=at)
    outbox.enqueue(incident.id, "invite", at=at)
