"""How an incident's clocks stand: what runs, what presses, what was missed; ending what still runs."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from incident import errors
from incident.alerting import outbox
from incident.clocks import reckoning, rules
from incident.db import db
from incident.errors import N_, Reason
from incident.models.clocks import LIVE, Clock, ClockState
from incident.models.incidents import Incident
from incident.models.records import TimelineEvent

PRESSING = (ClockState.RUNNING, ClockState.MISSED)


def of(incident_id: int) -> list[Clock]:
    """An incident's clocks: what presses first, then what ended."""
    rows = db.session.scalars(
        select(Clock).where(Clock.incident_id == incident_id).order_by(Clock.due_at, Clock.id)
    )
    return sorted(rows, key=lambda each: (not each.live, each.kind == rules.WINDOW))


def first_contacts(ids: Any) -> dict[int, datetime]:
    """When the customer was first spoken with, by incident (ids, or a query of them): the first conversation
    that was noted, or whatever met the clock of the first contact before it."""
    noted = select(TimelineEvent.incident_id, func.min(TimelineEvent.at)).where(
        TimelineEvent.kind == "contact_made", TimelineEvent.incident_id.in_(ids)
    )
    met = select(Clock.incident_id, func.min(Clock.ended_at)).where(
        Clock.jurisdiction == rules.INTERNAL,
        Clock.rule == "first_contact",
        Clock.state == ClockState.MET,
        Clock.incident_id.in_(ids),
    )
    found: dict[int, datetime] = {}
    rows = [
        *db.session.execute(noted.group_by(TimelineEvent.incident_id)),
        *db.session.execute(met.group_by(Clock.incident_id)),
    ]
    for incident_id, at in rows:
        if at is not None:
            found[incident_id] = min(at, found.get(incident_id, at))
    return found


def running(incident_id: int) -> list[Clock]:
    """An incident's running clocks, soonest first, without the time that others have."""
    return _standing(incident_id, (ClockState.RUNNING,))


def _standing(incident_id: int, states: tuple[ClockState, ...]) -> list[Clock]:
    return list(
        db.session.scalars(
            select(Clock)
            .where(Clock.incident_id == incident_id, Clock.state.in_(states), Clock.kind != rules.WINDOW)
            .order_by(Clock.due_at)
        )
    )


def locked(incident: Incident, clock_id: int) -> Clock:
    """A clock of an incident, as it stands now and held until the commit; raises NotFound."""
    found = db.session.get(Clock, clock_id, with_for_update=True, populate_existing=True)
    if found is None or found.incident_id != incident.id:
        raise errors.NotFound(N_("There is no such clock on this incident."))
    return found


def bring_up_to_date(incident: Incident) -> None:
    """Set what the board sorts by from the clocks that still press: a missed one does until it is met."""
    db.session.flush()
    left = _standing(incident.id, PRESSING)
    pairs = ((each.started_at, each.due_at) for each in left)
    incident.next_clock_at, incident.risk_at = reckoning.pressing(pairs)


def changed(incident: Incident, *, at: datetime) -> None:
    """A clock began, ended or moved: the board sorts by it, and the card in Slack shows it."""
    bring_up_to_date(incident)
    outbox.enqueue(incident.id, "update_card", at=at)


def void_all(incident: Incident, *, at: datetime, kinds: tuple[str, ...] = ("internal", "statutory")) -> None:
    """End what still runs, without having met it: the level changed, or the incident closed.

    What was missed stays missed, and the time that others have goes on.
    """
    db.session.execute(
        update(Clock)
        .where(
            Clock.incident_id == incident.id,
            Clock.state.in_([ClockState.RUNNING, ClockState.PAUSED]),
            Clock.kind.in_(kinds),
        )
        .values(
            state=ClockState.VOID,
            ended_at=at,
            warn_at=None,
            paused_at=None,
            request=None,
            version=Clock.version + 1,
        ),
        execution_options={"synchronize_session": "fetch"},
    )


def late(clock: Clock, at: datetime) -> timedelta:
    """How far past its due time a clock is; negative while there is time left."""
    return at - clock.due_at


def any_missed(incident_id: int) -> bool:
    """Whether a legal clock was missed, though it may have been met later, or have begun anew since
    (facts §7: a review is due)."""
    legal = select(Clock).where(Clock.incident_id == incident_id, Clock.kind == "statutory")
    return any(each.ever_missed for each in db.session.scalars(legal))


def unsettled(incident: Incident) -> list[Reason]:
    """The legal clocks that are neither met nor voided, each with the place where that is done."""
    rows = db.session.scalars(
        select(Clock)
        .where(Clock.incident_id == incident.id, Clock.kind == "statutory", Clock.state.in_(LIVE))
        .order_by(Clock.due_at)
    )
    return [
        Reason(
            N_("The clock “%(clock)s” is %(clock_state)s: meet it with a proof, or void it with a reason."),
            {"clock": each.titles, "clock_state": str(each.state)},
            loc=("clocks", each.id),
            href=f"/incidents/{incident.number}/clocks#clock-{each.id}",
        )
        for each in rows
    ]


def note(clock: Clock, **data: Any) -> dict[str, Any]:
    """What every event about a clock says: its title and its id."""
    return {"clock": clock.titles, "clock_id": clock.id, **data}
