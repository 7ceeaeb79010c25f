"""What the words share: one act on an incident in one unit of work, and how it stands afterwards."""

from collections.abc import Callable

from incident.alerting import facts
from incident.alerting.facts import IncidentFacts
from incident.db import unit_of_work
from incident.lifecycle import common
from incident.models.incidents import Incident
from incident.slack.asking import Ask


def change(ask: Ask, number: str, verb: Callable[[Incident], object]) -> IncidentFacts:
    """Do one act on an incident in one unit of work, and say how it stands afterwards."""
    with unit_of_work():
        incident = common.by_number(number, lock=True)
        verb(incident)
    return snapshot(ask, incident)


def snapshot(ask: Ask, incident: Incident) -> IncidentFacts:
    """The facts of an incident for a message."""
    return facts.of(incident, base_url=ask.settings.url)
