"""The Bolt application: the command, the buttons and the modal, each handled in the request's own thread."""

import logging
import re
from collections.abc import Callable

import flask
from slack_bolt import Ack, App, BoltResponse
from slack_bolt.authorization import AuthorizeResult

from incident import clock, i18n
from incident.db import unit_of_work
from incident.errors import DomainError
from incident.intake import receive
from incident.lifecycle.common import House
from incident.settings import Settings
from incident.slack import (
    approving,
    asking,
    deciding,
    drilling,
    people,
    plan_reading,
    pressing,
    putting_off,
    reviewing,
    spoken,
    spoken_lines,
    words,
)
from incident.slack import contact_word as contact_word  # its word registers itself
from incident.slack import spoken_tasks as spoken_tasks  # and so does this one
from incident.slack import spoken_updates as spoken_updates  # and this one
from incident.slack.asking import Ask
from incident.slack.blocks import (
    declare,
    drills,
    groups,
    lines,
    menu,
    reminders,
    requests,
    reviews,
    texts,
    todo,
)
from incident.slack.client import SlackCalls
from incident.slack.envelopes import BlockActions, Command, ViewSubmission

__all__ = ["Desk", "build", "spoken_lines", "spoken_tasks"]
ANSWER_SECONDS = 2.0  # for calls made while somebody waits: Slack itself gives up after 3 s
COMMAND = "/incident"
log = logging.getLogger(__name__)


class Desk:
    """What every handler needs: who asks, in which language, and with what."""

    def __init__(self, settings: Settings, house: House) -> None:
        self._settings, self._house = settings, house
        self._slack = SlackCalls(settings, timeout=min(ANSWER_SECONDS, settings.slack_timeout_seconds))
        self.locales = people.Locales(self._slack, settings.default_locale)

    def ask(self, slack_id: str, *, trigger_id: str, rest: str = "", channel_id: str = "") -> Ask | None:
        """An Ask of the person linked to a Slack account; None where there is none."""
        person = people.by_slack_id(slack_id)
        if person is None:
            return None
        return Ask(
            person=person,
            locale=self.locales.of(slack_id, person),
            rest=rest,
            channel_id=channel_id,
            trigger_id=trigger_id,
            at=clock.now(),
            house=self._house,
            settings=self._settings,
            slack=self._slack,
        )


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
        (bolt.command(COMMAND), _command),
        (bolt.action(texts.ACKNOWLEDGE), _acknowledge),
        (bolt.action(lines.ACCEPT), _accept),
        (bolt.action(requests.APPROVE), _pressed(approving.approve)),
        (bolt.action(requests.REFUSE), _pressed(approving.ask_why)),
        (bolt.view(requests.CALLBACK), _submitted(approving.refuse, requests.REASON)),
        *((bolt.action(each), _pressed(putting_off.press)) for each in todo.BUTTONS),
        *((bolt.action(each), _pressed(reviewing.press)) for each in reviews.BUTTONS),
        *((bolt.view(each), _noted) for each in (reviews.FINISHED, reviews.EXTENDED)),
        (bolt.action(reminders.PLAN_READ), _pressed(plan_reading.confirm)),
        (bolt.action(re.compile(rf"{drills.CHOOSE}_\d")), _pressed(drilling.choose)),
        (bolt.action(drills.ANSWER), _pressed(drilling.ask_words)),
        (bolt.view(drills.CALLBACK), _submitted(drilling.answer, drills.WORDS)),
        (bolt.action(drills.SUSPEND), _pressed(drilling.suspend)),
        (bolt.action(menu.DECLARE), _declare),
        (bolt.action(groups.CONFIRM), _group),
        (bolt.action(groups.DISMISS), _group),
        (bolt.view(declare.CALLBACK), _submit),
        (bolt.action(texts.OPEN_ON_BOARD), _taken),
        (bolt.event(re.compile(".+")), _taken),
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
    answer = words.answer(ask, asked.text) if ask else asking.unlinked(asked.user_id)
    if answer is None:
        ack()
    else:
        ack(text=answer.text, blocks=answer.blocks, response_type="ephemeral")


def _acknowledge(desk: Desk, ack: Ack) -> None:
    press: BlockActions = flask.g.slack
    ask = _presser(desk, press)
    ack()
    if ask is not None:
        pressing.acknowledge(ask, press)


def _accept(desk: Desk, ack: Ack) -> None:
    press: BlockActions = flask.g.slack
    ask = _presser(desk, press)
    ack()
    if ask is not None:
        pressing.accept(ask, press)


def _group(desk: Desk, ack: Ack) -> None:
    press: BlockActions = flask.g.slack
    ask = _presser(desk, press)
    ack()
    if ask is not None:
        deciding.group(ask, press)


def _declare(desk: Desk, ack: Ack) -> None:
    press: BlockActions = flask.g.slack
    ask = _presser(desk, press)
    ack()
    answer = words.answer(ask, "open") if ask else None
    if answer is not None:
        pressing.whisper(press, answer)


def _pressed(act: Callable[[Ask, BlockActions], None]) -> Callable[[Desk, Ack], None]:
    """A button whose act needs to know who pressed."""

    def handle(desk: Desk, ack: Ack) -> None:
        press: BlockActions = flask.g.slack
        ask = _presser(desk, press)
        ack()
        if ask is not None:
            act(ask, press)

    return handle


def _submitted(act: Callable[[Ask, ViewSubmission], None], place: str) -> Callable[[Desk, Ack], None]:
    """A modal with one input that matters; what is wrong stands at it."""

    def handle(desk: Desk, ack: Ack) -> None:
        sent: ViewSubmission = flask.g.slack
        ask = desk.ask(sent.user.id, trigger_id=sent.trigger_id)
        if ask is None:
            ack(response_action="errors", errors={place: asking.unlinked(sent.user.id).text})
            return
        try:
            act(ask, sent)
        except DomainError as error:
            reason = error.reasons[0] if error.reasons else error.reason
            ack(response_action="errors", errors={place: i18n.say(reason, ask.locale)})
            return
        ack()

    return handle


def _noted(desk: Desk, ack: Ack) -> None:
    """Finish or extend an action by its form; what is wrong stands at its input."""
    sent: ViewSubmission = flask.g.slack
    ask, first = desk.ask(sent.user.id, trigger_id=sent.trigger_id), reviewing.first_input(sent)
    if ask is None:
        ack(response_action="errors", errors={first: asking.unlinked(sent.user.id).text})
        return
    try:
        reviewing.submit(ask, sent)
    except DomainError as error:
        ack(response_action="errors", errors=reviewing.places(error, sent, ask.locale))
        return
    ack()


def _presser(desk: Desk, press: BlockActions) -> Ask | None:
    """Who pressed; somebody not linked to a person is told so."""
    ask = desk.ask(press.user.id, trigger_id=press.trigger_id, channel_id=press.container.channel_id)
    if ask is None:
        pressing.whisper(press, asking.unlinked(press.user.id))
    return ask


def _submit(desk: Desk, ack: Ack) -> None:
    """Declare the incident; what is wrong stands at its input."""
    sent: ViewSubmission = flask.g.slack
    ask = desk.ask(sent.user.id, trigger_id=sent.trigger_id)
    if ask is None:
        ack(response_action="errors", errors={"summary": asking.unlinked(sent.user.id).text})
        return
    given = declare.read(sent.view.state.values)
    try:
        with unit_of_work():
            incident = receive.declare_by_hand(**given, by=ask.by, at=ask.at, house=ask.house)
    except DomainError as error:
        ack(response_action="errors", errors=_at_inputs(error, ask.locale))
        return
    ack(response_action="update", view=declare.done(spoken.snapshot(ask, incident), ask.locale))


def _at_inputs(error: DomainError, locale: str) -> dict[str, str]:
    """Each reason at the input it belongs to; what belongs to none stands at the summary."""
    found = {str(each.loc[0]): i18n.say(each, locale) for each in error.reasons if each.loc}
    known = {block: words for block, words in found.items() if block in declare.INPUTS}
    return known or {"summary": i18n.say(error.reason, locale)}
