"""Alerting somebody by hand: at once, beside the ladder, also when the incident was acknowledged already."""

from collections.abc import Sequence
from datetime import datetime

from incident import errors, recusal, timeline
from incident.accounts import Actor
from incident.alerting import escalation, outbox
from incident.errors import N_
from incident.lifecycle import common
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission

MOST = 20  # people alerted by one act; more is what departments are for


def page(incident: Incident, people: Sequence[Person], *, by: Actor, at: datetime) -> list[Person]:
    """Alert some people by direct message; returns them. Raises Refused for somebody inactive or outside the
    drill, Forbidden for whoever must stand aside."""
    by.must(Permission.INCIDENTS_ACT)
    common.must_be_open(incident)
    called = escalation.each_once(people)
    if not 0 < len(called) <= MOST:
        raise errors.Invalid(N_("Name 1 to %(most)s people."), most=MOST)
    for each in called:
        _must_be_able(incident, each)
    rows = escalation.page_rows(incident.id, incident.rung, called, at=at)
    for row in rows:
        row["payload"] = {**row["payload"], "asked_by": by.name}
        row["key"] += f":asked-{at.timestamp():.6f}"
    outbox.enqueue_rows(rows)
    names = "、".join(each.name for each in called)
    timeline.record(incident.id, "paged_by_hand", by=by.label, at=at, people=names)
    incident.last_activity_at = at
    outbox.enqueue(incident.id, "invite", at=at)
    return called


def _must_be_able(incident: Incident, person: Person) -> None:
    if not person.active:
        raise errors.Refused(N_("%(name)s is no longer active."), name=person.name)
    if incident.drill and person.id not in {each.id for each in escalation.drill_participants(incident.id)}:
        raise errors.Refused(N_("%(name)s does not take part in the drill."), name=person.name)
    recusal.must_not_be(incident, person)
