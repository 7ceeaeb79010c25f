"""The form that declares an incident, submitted: what is wrong stands at its input."""

from incident.db import unit_of_work
from incident.errors import DomainError
from incident.intake import receive
from incident.slack import acting, modal
from incident.slack.asking import Ask
from incident.slack.blocks import declare
from incident.slack.envelopes import ViewSubmission
from incident.slack.modal import Answer


def submit(ask: Ask, sent: ViewSubmission) -> Answer:
    """Declare the incident; the modal then says its number."""
    given = declare.read(sent.view.state.values)
    try:
        with unit_of_work():
            incident = receive.declare_by_hand(**given, by=ask.by, at=ask.at, house=ask.house)
    except DomainError as error:
        return modal.refused(error, ask, sent, {}, usual="summary")
    return {"response_action": "update", "view": declare.done(acting.snapshot(ask, incident), ask.locale)}
