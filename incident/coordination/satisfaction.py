"""How satisfied a customer is with what was done: asked once in a round, 1 to 5, with a comment."""

from datetime import datetime

from sqlalchemy import select

from incident import errors, privacy, timeline
from incident.accounts import Actor
from incident.coordination.telling import Case
from incident.db import db
from incident.errors import N_, Reason
from incident.models.decisions import Satisfaction
from incident.models.incidents import Incident
from incident.permissions import Permission

COMMENT_LONGEST = 2_000  # characters


def rate(
    incident: Incident, case: Case, score: int, *, comment: str = "", by: Actor, at: datetime
) -> Satisfaction:
    """Keep how satisfied the customer is, 1 to 5; raises Conflict where this round has a score already."""
    by.must(Permission.INCIDENTS_ACT)
    if score not in range(1, 6):
        said = N_("The score is 1, 2, 3, 4 or 5.")
        raise errors.Invalid(said, reasons=[Reason(said, loc=("score",))])
    known = rating(incident, case)
    if known is not None:
        raise errors.Conflict(
            N_("%(name)s has written the customer's score down already: %(score)s."),
            name=known.by.rsplit("/", 1)[-1],
            score=known.score,
        )
    row = Satisfaction(
        incident_id=incident.id,
        complaint_id=case.complaint.id if case.complaint else None,
        round=case.round,
        score=score,
        content={"comment": comment.strip()[:COMMENT_LONGEST]},
        at=at,
        by=by.label,
    )
    db.session.add(row)
    db.session.flush()
    timeline.record(
        incident.id,
        "satisfaction_asked",
        by=by.label,
        at=at,
        complaint=case.name(incident),
        score=score,
        comment=privacy.redact(comment.strip()[:COMMENT_LONGEST]) or "–",
    )
    return row


def rating(incident: Incident, case: Case) -> Satisfaction | None:
    """The customer's score of the present round, if it was asked."""
    whose = (
        Satisfaction.complaint_id == case.complaint.id
        if case.complaint
        else (Satisfaction.incident_id == incident.id) & Satisfaction.complaint_id.is_(None)
    )
    query = select(Satisfaction).where(whose, Satisfaction.round == case.round)
    return db.session.scalars(query).one_or_none()
