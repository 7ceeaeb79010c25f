"""The Bolt application: commands, buttons, modals, shortcuts and events, each handled in the request's own
thread."""

import logging
import re
from collections.abc import Callable

import flask
from slack_bolt import Ack, App, BoltResponse
from slack_bolt.authorization import AuthorizeResult

from incident.errors import N_
from incident.lifecycle.common import House
from incident.settings import Settings
from incident.slack import (
    approving,
    deciding,
    declaring,
    drilling,
    happening,
    modal,
    plan_reading,
    pressing,
    putting_off,
    registry,
    replying,
    reviewing,
    shortcuts,
    spoken,
    words,
)
from incident.slack.asking import Ask
from incident.slack.blocks import (
    declare,
    drills,
    groups,
    inputs,
    lines,
    menu,
    reminders,
    requests,
    reviews,
    texts,
    todo,
)
from incident.slack.desk import Desk
from incident.slack.envelopes import BlockActions, Command, EventCallback, Shortcut, ViewSubmission
from incident.slack.forms import FORMS

__all__ = ["Desk", "build", "spoken"]
log = logging.getLogger(__name__)
Press = Callable[[Ask, BlockActions], None]
Submit = Callable[[Ask, ViewSubmission], modal.Answer]
ANY = re.compile(".*", re.DOTALL)  # after all others: what we no longer have

# the action of a button → what a press does; the first that fits
PRESSES: tuple[tuple[str | re.Pattern[str], Press], ...] = (
    (texts.ACKNOWLEDGE, pressing.acknowledge),
    (lines.ACCEPT, pressing.accept),
    (requests.APPROVE, approving.approve),
    (requests.REFUSE, approving.ask_why),
    (todo.DONE, pressing.done),
    (todo.BLOCKED, pressing.blocked),
    *((each, putting_off.press) for each in todo.BUTTONS),
    (re.compile(f"{menu.SAY}\\d+"), pressing.say),
    (reminders.PLAN_READ, plan_reading.confirm),
    (re.compile(rf"{drills.CHOOSE}_\d"), drilling.choose),
    (drills.ANSWER, drilling.ask_words),
    (drills.SUSPEND, drilling.suspend),
    *((each, reviewing.press) for each in reviews.BUTTONS),
    (menu.DECLARE, pressing.declare),
    (groups.CONFIRM, deciding.group),
    (groups.DISMISS, deciding.group),
    (modal.SITUATION, pressing.situation),
    (ANY, pressing.outdated),
)
# the callback of a modal → what submitting it does
SUBMISSIONS: dict[str, Submit] = {
    declare.CALLBACK: declaring.submit,
    requests.CALLBACK: approving.refuse,
    drills.CALLBACK: drilling.answer,
    **dict.fromkeys((reviews.FINISHED, reviews.EXTENDED), reviewing.submit),
    modal.PICK: modal.picked,
    **dict.fromkeys(FORMS, modal.submit),
}


def build(settings: Settings, house: House) -> App:
    """The application; it calls nobody while it is built, so that the service starts while Slack is down."""
    # before the response: the handlers only touch the database, and there is no Flask context elsewhere
    bolt = App(
        name="incident",  # without a name Bolt reads the source of every frame of the stack
        signing_secret=settings.signing_secret,
        process_before_response=True,
        token_verification_enabled=False,
        authorize=lambda enterprise_id, team_id: AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_token=settings.slack_token
        ),
    )
    desk = Desk(settings, house)
    for register, handler in (
        (bolt.command(registry.COMMAND), _command),
        (bolt.action(texts.OPEN_ON_BOARD), _taken),
        *((bolt.action(each), _pressed(act)) for each, act in PRESSES),
        (bolt.view(ANY), _submitted),
        (bolt.shortcut(ANY), _shortcut),
        (bolt.event(ANY), _event),
    ):
        register(_listener(desk, handler))
    bolt.error(_failed)
    return bolt


def _listener(desk: Desk, handler: Callable[[Desk, Ack], None]) -> Callable[[Ack], None]:
    def listen(ack: Ack) -> None:
        flask.g.slack_reached = True
        handler(desk, ack)

    return listen


def _failed(error: Exception) -> BoltResponse:
    """A fault of ours is 500, and Slack comes again; what stops Bolt before it reaches a handler of ours is
    a field of the body that is not what Slack sends. The body itself is never logged."""
    reached = flask.g.get("slack_reached", False)
    log.error("a request from Slack failed%s", "" if reached else " before it was read", exc_info=error)
    return BoltResponse(status=500 if reached else 400, body="")


def _taken(_desk: Desk, ack: Ack) -> None:
    """Nothing to do but to say that it arrived."""
    ack()


def _command(desk: Desk, ack: Ack) -> None:
    asked: Command = flask.g.slack
    ask = desk.ask(asked.user_id, trigger_id=asked.trigger_id, channel_id=asked.channel_id)
    answer = words.answer(ask, asked.text) if ask else desk.refused(asked.user_id)
    if answer is None:
        ack()
    else:
        ack(
            text=answer.text,
            blocks=answer.blocks,
            response_type="ephemeral",
            unfurl_links=False,
            unfurl_media=False,
        )


def _pressed(act: Press) -> Callable[[Desk, Ack], None]:
    """A button whose act needs to know who pressed; a refusal, and that somebody is not linked, is told."""

    def handle(desk: Desk, ack: Ack) -> None:
        press: BlockActions = flask.g.slack
        ask = desk.ask(press.user.id, trigger_id=press.trigger_id, channel_id=press.container.channel_id)
        ack()
        if ask is None:
            replying.whisper(press, desk.refused(press.user.id))
        else:
            pressing.carefully(act)(ask, press)
            pressing.afterwards(ask, press)

    return handle


def _submitted(desk: Desk, ack: Ack) -> None:
    """A modal; what is wrong stands at its input, and one that we no longer have is not silent."""
    sent: ViewSubmission = flask.g.slack
    ask = desk.ask(sent.user.id, trigger_id=sent.trigger_id)
    if ask is None:
        ack(**_stranger(desk, sent))
        return
    ack(**SUBMISSIONS.get(sent.view.callback_id, modal.outdated)(ask, sent))


def _stranger(desk: Desk, sent: ViewSubmission) -> modal.Answer:
    """To somebody whose account nobody has linked."""
    message = desk.refused(sent.user.id)
    present = sent.view.input_ids
    if present:
        return {"response_action": "errors", "errors": {present[0]: message.text}}
    window = inputs.window(N_("Not possible"), message.blocks, "en")
    return {"response_action": "update", "view": window}


def _shortcut(desk: Desk, ack: Ack) -> None:
    sent: Shortcut = flask.g.slack
    channel_id = sent.channel.id if sent.channel else ""
    ask = desk.ask(sent.user.id, trigger_id=sent.trigger_id, channel_id=channel_id)
    ack()
    shortcuts.take(desk, ask, sent)


def _event(desk: Desk, ack: Ack) -> None:
    sent: EventCallback = flask.g.slack
    ack()
    happening.take(desk, sent.event)
