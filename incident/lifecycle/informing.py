"""Updates in an incident's cadence, and its personal data looked through before it closes."""

from datetime import datetime

from incident import timeline
from incident.accounts import Actor
from incident.coordination import updates
from incident.errors import N_, Reason
from incident.lifecycle import common
from incident.lifecycle.common import House
from incident.models.incidents import Incident
from incident.models.updates import IncidentUpdate
from incident.permissions import Permission


def update(
    incident: Incident, *, situation: str, actions: str, needs: str, by: Actor, at: datetime, house: House
) -> IncidentUpdate:
    """A structured update; the next one is due by the level's interval. Raises Refused and Invalid."""
    return updates.give(
        incident,
        situation=situation,
        actions=actions,
        needs=needs,
        by=by,
        at=at,
        calendar=house.calendar,
    )


def review_data(incident: Incident, *, note: str, by: Actor, at: datetime) -> Incident:
    """Somebody has looked through what personal data the incident still holds (facts §9.4), and says so."""
    by.must(Permission.INCIDENTS_ACT)
    common.must_be_open(incident)
    words = common.clean_text(note, "note", N_("Say what you looked at and what was removed."))
    incident.data_reviewed_at, incident.data_reviewed_by = at, by.label
    incident.last_activity_at = at
    timeline.record(incident.id, "data_reviewed", by=by.label, at=at, note=words)
    return incident


def unreviewed(incident: Incident) -> list[Reason]:
    """What the closing gate asks of personal data."""
    if incident.drill or incident.data_reviewed_at is not None:
        return []
    return [
        Reason(
            N_("Nobody has looked through the personal data it holds."),
            loc=("personal_data",),
            href=f"/incidents/{incident.number}/updates#personal-data",
        )
    ]
