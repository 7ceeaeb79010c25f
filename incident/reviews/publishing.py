"""Publishing a post-mortem as an edition that stays, and amending it with a reason."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from incident import errors, timeline
from incident.accounts import Actor
from incident.db import db
from incident.errors import N_, Reason
from incident.models.actions import ReviewAction
from incident.models.incidents import Incident
from incident.models.reviews import Review, ReviewEdition, ReviewState
from incident.reviews import blameless, draft, findings, key_events, record, rights, sections, signing
from incident.webhooks import events

REASON_LONGEST = 500  # characters


def missing(review: Review) -> list[Reason]:
    """What keeps it from being published, each with the place where it is done."""
    incident, root = rights.incident_of(review), f"/reviews/{review.id}"
    found = []
    if review.state == ReviewState.SCHEDULED:
        found.append(Reason(N_("The meeting has not been held."), href=f"{root}#meeting"))
    if not findings.causes(review):
        found.append(Reason(N_("No cause is named; give an answer a category."), href=f"{root}#causes"))
    actions = select(func.count()).where(ReviewAction.review_id == review.id, ReviewAction.state != "dropped")
    if not db.session.scalar(actions):
        found.append(Reason(N_("No action follows from it."), href=f"{root}#actions"))
    there = signing.signed(review)
    found += [
        Reason(N_("The signature is missing: %(signer)s."), {"signer": str(role)}, href=f"{root}#signatures")
        for role in signing.needed(incident)
        if role not in there
    ]
    return found


def publish(review: Review, *, by: Actor, at: datetime, zone: ZoneInfo) -> ReviewEdition:
    """Publish the present text as the next edition; raises Refused with what is missing.

    `review` is held by the caller (`rights.find(…, lock=True)`).
    """
    rights.must_lead(review, by)
    if review.state == ReviewState.COMPLETED:
        raise errors.Conflict(N_("This post-mortem is published already."))
    faults = missing(review)
    if faults:
        raise errors.Refused(
            N_("The post-mortem cannot be published yet; %(count)s things are missing."),
            count=len(faults),
            reasons=faults,
        )
    incident = rights.incident_of(review)
    edition = ReviewEdition(
        review_id=review.id,
        number=review.edition + 1,
        at=at,
        by=by.label,
        reason=review.amendment,
        content=content(review, incident, zone=zone),
    )
    db.session.add(edition)
    review.state, review.edition = ReviewState.COMPLETED, edition.number
    review.published_at = review.published_at or at
    review.amendment = review.remind_at = review.invite_at = None
    db.session.flush()
    timeline.record(
        incident.id, "review_published", by=by.label, at=at, number=edition.number, review_id=review.id
    )
    event = "drill.review_completed" if incident.drill else "review.completed"
    events.tell(
        event, at=at, incident_id=incident.id, incident=events.facts(incident), review=_told(review, edition)
    )
    return edition


def _told(review: Review, edition: ReviewEdition) -> dict[str, Any]:
    return {
        "id": review.id,
        "edition": edition.number,
        "triggers": review.triggers,
        "due_at": events.moment(review.due_at),
        "published_at": events.moment(edition.at),
        "findings": [
            {"id": each.id, "category": each.category, "step": each.step} for each in findings.causes(review)
        ],
    }


def amend(review: Review, *, reason: str, by: Actor, at: datetime) -> Review:
    """Open a published one again; the edition that is out stays readable until the next one."""
    rights.must_lead(review, by)
    words = reason.strip()
    if not 1 <= len(words) <= REASON_LONGEST:
        said = N_("Say why it is amended.")
        raise errors.Invalid(said, reasons=[Reason(said, loc=("reason",))])
    if review.state != ReviewState.COMPLETED:
        raise errors.Conflict(N_("Only a published post-mortem is amended; this one is still being written."))
    review.state, review.amendment = ReviewState.HELD, words
    review.revision += 1
    db.session.flush()
    timeline.record(
        review.incident_id, "review_amended", by=by.label, at=at, reason=words, review_id=review.id
    )
    return review


def content(review: Review, incident: Incident, *, zone: ZoneInfo) -> dict[str, Any]:
    """Everything that a reader of the paper sees, in both languages; no names but those left in knowingly."""
    facts = record.gather(incident)
    cast = blameless.cast(incident, owner_id=review.owner_id)
    written = sections.of(review, facts, locale="en", zone=zone)
    return {
        "facts": facts,
        "sections": {
            str(name): {"version": each.version, **_texts(each, facts, zone)}
            for name, each in written.items()
        },
        "events": key_events.of(review, incident, cast),
        "findings": [
            {
                "id": each.id,
                "parent": each.parent_id,
                "text": each.text,
                "category": each.category,
                "step": each.step,
            }
            for each in findings.of(review)
        ],
        "signers": [str(role) for role in signing.signed(review)],
        "triggers": review.triggers,
    }


def _texts(written: sections.Written, facts: record.Facts, zone: ZoneInfo) -> dict[str, str]:
    if not written.drafted:
        return {"zh": written.text, "en": written.text}
    return {
        short: draft.text(written.name, facts, locale, zone)
        for short, locale in (("zh", "zh_CN"), ("en", "en"))
    }


def editions(review: Review) -> list[ReviewEdition]:
    """What was published, the newest first."""
    return list(
        db.session.scalars(
            select(ReviewEdition)
            .where(ReviewEdition.review_id == review.id)
            .order_by(ReviewEdition.number.desc())
        )
    )
