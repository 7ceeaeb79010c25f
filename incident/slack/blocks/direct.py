"""Direct messages to one person: the alert, a department's line, a request for approval."""

from zoneinfo import ZoneInfo

from incident.alerting.channels import Order
from incident.alerting.facts import IncidentFacts
from incident.slack.blocks import lines, page, requests
from incident.slack.blocks.texts import Message


def build(order: Order, incident: IncidentFacts, locale: str, zone: ZoneInfo) -> Message:
    """The message of a step, in the person's language."""
    if order.step == "line":
        return lines.build(incident, order.payload, locale, zone)
    if order.step in ("approval", "update_approval"):
        return requests.build(incident, order.payload, locale)
    said = order.payload
    return page.build(
        incident, locale, zone, raised=said.get("raised"), asked_by=str(said.get("asked_by") or "")
    )
