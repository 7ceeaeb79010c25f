"""Assessing how far an incident reaches: a graver level is set, a lower one waits for the commander."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from incident import errors, privacy, recusal, timeline
from incident.accounts import Actor
from incident.db import db
from incident.errors import N_, Reason
from incident.lifecycle import acts, common, reach
from incident.lifecycle.common import House
from incident.lifecycle.reach import Reach
from incident.models.incidents import Incident
from incident.models.resolutions import IMPACTS, Assessment, AssessmentOutcome
from incident.permissions import Permission
from incident.playbooks import library
from incident.vocabulary import Level

MOST = 3
CUSTOMERS_MOST = 100_000_000
LOSS_MOST = Decimal("999999999999.99")
NOTE_LONGEST = 2_000  # characters


def of(incident_id: int) -> list[Assessment]:
    """The assessments of an incident, the newest first."""
    query = select(Assessment).where(Assessment.incident_id == incident_id)
    return list(db.session.scalars(query.order_by(Assessment.id.desc())))


def latest(incident_id: int) -> Assessment | None:
    """The one in force."""
    return next(iter(of(incident_id)), None)


def known(incident: Incident) -> Reach:
    """What is known of the reach: the latest assessment, or what the opening said."""
    last = latest(incident.id)
    if last is None:
        return Reach(affected_customers=incident.affected_customers, potential_loss=None, impacts={})
    return Reach(
        affected_customers=max(last.affected_customers, 1),
        potential_loss=last.potential_loss,
        impacts={name: last.impact(name) for name in IMPACTS},
    )


def assess(
    incident: Incident, wanted: Reach, *, by: Actor, at: datetime, house: House, note: str = ""
) -> Assessment:
    """Keep an assessment and score the level again; raises Invalid naming every fault.

    Graver: set at once, with the reasons (anybody may raise, facts §3.2). Less grave: only proposed.
    """
    by.must(Permission.INCIDENTS_ACT)
    common.must_be_open(incident)
    _check(wanted, note)
    found, before = reach.graded(incident, wanted), incident.level
    outcome = (
        AssessmentOutcome.RAISED
        if found.level < before
        else AssessmentOutcome.LOWER_PROPOSED
        if found.level > before
        else AssessmentOutcome.SAME
    )
    row = Assessment(
        incident_id=incident.id,
        at=at,
        by=by.label,
        affected_customers=wanted.affected_customers,
        potential_loss=wanted.potential_loss,
        currency=library.the_authority().currency,
        **{f"impact_{name}": wanted.impacts.get(name, 0) for name in IMPACTS},
        note=privacy.redact(note.strip()),
        level_before=int(before),
        level=int(found.level),
        score=found.score,
        reasons=found.reasons,
        outcome=outcome,
    )
    db.session.add(row)
    db.session.flush()
    incident.affected_customers, incident.last_activity_at = wanted.affected_customers, at
    _tell(incident, row, by=by, at=at)
    if outcome == AssessmentOutcome.RAISED:
        incident.level_reasons = found.reasons
        acts.regrade(incident, found.level, reason=_why(found.reasons), by=by, at=at, house=house)
    return row


def _check(wanted: Reach, note: str) -> None:
    faults = []
    if not 1 <= wanted.affected_customers <= CUSTOMERS_MOST:
        faults.append(Reason(N_("Write a whole number of at least 1."), loc=("affected_customers",)))
    loss = wanted.potential_loss
    if loss is not None and not (loss.is_finite() and 0 <= loss <= LOSS_MOST and loss * 100 % 1 == 0):
        faults.append(Reason(N_("Write an amount like 12345.60."), loc=("potential_loss",)))
    for name in IMPACTS:
        if not 0 <= wanted.impacts.get(name, 0) <= MOST:
            faults.append(Reason(N_("Use a number from 0 to 3."), loc=("impact", name)))
    if len(note) > NOTE_LONGEST:
        faults.append(Reason(N_("At most %(most)s characters."), {"most": NOTE_LONGEST}, ("note",)))
    if faults:
        raise errors.Invalid(N_("The assessment cannot be taken like this."), reasons=faults)


def _why(reasons: list[dict[str, str]]) -> dict[str, str]:
    return {
        "zh": "；".join(each["zh"] for each in reasons),
        "en": "; ".join(each["en"] for each in reasons),
    }


def _tell(incident: Incident, row: Assessment, *, by: Actor, at: datetime) -> None:
    facts = {
        "customers": row.affected_customers,
        "loss": f"{row.potential_loss:,.2f} {row.currency}"
        if row.potential_loss is not None
        else {"zh": "未知", "en": "not known"},
        "level": row.found.numeral,
        "before": Level(row.level_before).numeral,
        "why": _why(row.reasons),
    }
    timeline.record(
        incident.id,
        "lower_level_proposed" if row.outcome == AssessmentOutcome.LOWER_PROPOSED else "assessed",
        by=by.label,
        at=at,
        **facts,
    )


def decide(
    incident: Incident, *, lower: bool, reason: str, by: Actor, at: datetime, house: House
) -> Assessment:
    """The commander follows the proposal of a lower level, or keeps the level, with a reason.

    Raises Forbidden for anybody else, Refused where nothing is proposed, Conflict where the level was
    changed since.
    """
    if by.id is None or by.id != incident.commander_id:
        by.must(Permission.INCIDENTS_COMMAND)
    common.must_be_open(incident)
    recusal.must_not_be(incident, by)
    row = latest(incident.id)
    if row is None or row.outcome != AssessmentOutcome.LOWER_PROPOSED:
        raise errors.Refused(N_("No lower level is proposed."))
    if row.level_before != incident.level:
        raise errors.Conflict(
            N_("The level was changed to %(level)s since; assess again."), level=incident.level.numeral
        )
    words = common.clean_text(reason, "reason", N_("Say why the level changes or stays."))
    row.decided_at, row.decided_by = at, by.label
    row.outcome = AssessmentOutcome.LOWERED if lower else AssessmentOutcome.KEPT
    if lower:
        incident.level_reasons = row.reasons
        acts.change_level(incident, row.level, reason=words, by=by, at=at, house=house)
    else:
        incident.last_activity_at = at
        timeline.record(
            incident.id, "level_kept", by=by.label, at=at, level=incident.level.numeral, reason=words
        )
    return row
