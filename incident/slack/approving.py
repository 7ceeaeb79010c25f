"""The buttons of a request for approval: a yes at once, a no with its reason in a modal."""

from incident.coordination import approvals, option_moves, options
from incident.db import unit_of_work
from incident.errors import N_, DomainError, Invalid
from incident.models.incidents import Incident
from incident.models.resolutions import OptionState, ResolutionOption
from incident.slack import acting, modal, replying
from incident.slack.asking import Ask
from incident.slack.blocks import requests
from incident.slack.blocks.texts import Message
from incident.slack.envelopes import BlockActions, ViewSubmission
from incident.slack.modal import Answer


def approve(ask: Ask, press: BlockActions) -> None:
    """Approve the option of the button; a refusal says why and who may."""
    with unit_of_work():
        incident, option = options.locked(_option_id(press.actions[0].value))
        approvals.approve(incident, option, by=ask.by, at=ask.at)
    replying.replace(press, _redrawn(ask, incident, option))


def _redrawn(ask: Ask, incident: Incident, option: ResolutionOption) -> Message:
    """The request without its buttons for the one who pressed, also while a second yes is awaited."""
    payload = {**option_moves.named(option), "option_id": option.id, "ended": "approved"}
    if option.state == OptionState.PROPOSED:
        payload["ended"] = "first"
    return requests.build(acting.snapshot(ask, incident), payload, ask.locale)


def ask_why(ask: Ask, press: BlockActions) -> None:
    """Open the modal that asks for the reason."""
    option_id = _option_id(press.actions[0].value)
    modal.show(ask, lambda known: requests.reason(str(option_id), known.locale))


def refuse(ask: Ask, sent: ViewSubmission) -> Answer:
    """Refuse the option of the modal with the reason that was typed; what is wrong stands at its input."""
    try:
        with unit_of_work():
            incident, option = options.locked(_option_id(sent.view.private_metadata))
            reason = requests.given(sent.view.state.values)
            approvals.refuse(incident, option, reason=reason, by=ask.by, at=ask.at)
    except DomainError as error:
        return modal.refused(error, ask, sent, {})
    return {}


def _option_id(value: str | None) -> int:
    if not (value and value.isascii() and value.isdigit() and len(value) < 10):
        raise Invalid(N_("This button names no option."))
    return int(value)
