"""The timeline of a post-mortem: the events of the record that count, by their kind or by choice."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, select

from incident import timeline
from incident.accounts import Actor
from incident.db import db, insert_rows
from incident.models.incidents import Incident
from incident.models.records import TimelineEvent
from incident.models.reviews import Review, ReviewEvent
from incident.reviews import blameless, rights
from incident.reviews.blameless import Cast

# kinds that are key events unless somebody says otherwise
KEY = frozenset({
    "opened", "acknowledged", "moved", "level_changed", "ladder_ended", "nobody_on_duty", "clock_missed",
    "clock_met_late", "clock_extended", "department_blocked", "department_unaccepted", "finding_recorded",
    "finding_changed", "contact_made", "contact_breach", "contact_hold_placed", "contact_hold_lifted",
    "option_accepted", "decision_sent", "reopened", "closed", "cancelled",
})  # fmt: skip


def of(review: Review, incident: Incident, cast: Cast, *, everything: bool = False) -> list[dict[str, Any]]:
    """Key events, oldest first, without names: {id, at, kind, key, who{zh,en}, sentence{zh,en}}.

    With `everything` every event of the record, each saying whether it is a key event.
    """
    said = _said(review)
    rows = timeline.of(incident.id)
    return [_line(row, key, cast) for row in rows if (key := said.get(row.id, row.kind in KEY)) or everything]


def _said(review: Review) -> dict[int, bool]:
    rows = db.session.execute(
        select(ReviewEvent.event_id, ReviewEvent.chosen).where(ReviewEvent.review_id == review.id)
    )
    return {event_id: chosen for event_id, chosen in rows}


def _line(row: TimelineEvent, key: bool, cast: Cast) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": row.at.isoformat(),
        "kind": row.kind,
        "key": key,
        "who": {"zh": cast.who(row.actor, "zh_CN"), "en": cast.who(row.actor, "en")},
        "sentence": blameless.sentence(row, cast),
    }


def choose(review: Review, *, shown: Iterable[int], chosen: Iterable[int], by: Actor) -> int:
    """Say of the events that were shown which are key events; returns how many changed.

    What others chose meanwhile among events that were not shown stays.
    """
    rows = db.session.execute(
        select(TimelineEvent.id, TimelineEvent.kind).where(
            TimelineEvent.incident_id == review.incident_id, TimelineEvent.id.in_(set(shown))
        )
    )
    kinds = {id_: kind for id_, kind in rows}
    wanted, said = set(chosen), _said(review)
    changed = {
        id_: id_ in wanted for id_, kind in kinds.items() if said.get(id_, kind in KEY) != (id_ in wanted)
    }
    rights.touch(review, by=by)
    db.session.execute(
        delete(ReviewEvent).where(ReviewEvent.review_id == review.id, ReviewEvent.event_id.in_(changed))
    )
    insert_rows(
        ReviewEvent,
        [{"review_id": review.id, "event_id": id_, "chosen": key} for id_, key in changed.items()],
    )
    return len(changed)
