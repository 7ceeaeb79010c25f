"""The buttons under messages about post-mortems and actions: held, take over, done, more time."""

from collections.abc import Callable
from datetime import timedelta

from incident import errors, i18n
from incident.alerting.channels import Trouble
from incident.db import unit_of_work
from incident.errors import N_, DomainError
from incident.reviews import actions, meeting, rights
from incident.slack import asking, pressing
from incident.slack.asking import Ask
from incident.slack.blocks import reviews
from incident.slack.blocks.texts import Block
from incident.slack.envelopes import BlockActions, ViewSubmission

USUAL_EXTENSION = timedelta(days=14)  # what the form offers first


def press(ask: Ask, press: BlockActions) -> None:
    """Do what the button says, and say so to whoever pressed."""
    action = press.actions[0]
    do: dict[str, Callable[[Ask, int], str]] = {
        reviews.HELD: _held,
        reviews.TAKE_OVER: _take_over,
        reviews.FINISH: _ask_proof,
        reviews.EXTEND: _ask_time,
    }
    try:
        words = do[action.action_id](ask, _id(action.value))
    except DomainError as error:
        pressing.whisper(press, asking.refusal(error, ask.locale, ask.house))
        return
    if words:
        pressing.whisper(press, asking.line(words))


def _id(value: str | None) -> int:
    if not (value and value.isascii() and value.isdigit() and len(value) < 10):
        raise errors.Invalid(N_("This button names nothing."))
    return int(value)


def _held(ask: Ask, review_id: int) -> str:
    with unit_of_work():
        review = rights.find(review_id, lock=True)
        meeting.held(review, by=ask.by, at=ask.at, calendar=ask.house.calendar)
        number = rights.incident_of(review).number
    return ask.say(N_("✅ Noted: the post-mortem of %(number)s was held."), number=number)


def _take_over(ask: Ask, review_id: int) -> str:
    with unit_of_work():
        review = rights.find(review_id, lock=True)
        meeting.hand_over(review, ask.person, by=ask.by, at=ask.at)
        number = rights.incident_of(review).number
    return ask.say(N_("🤝 You lead the post-mortem of %(number)s now."), number=number)


def _ask_proof(ask: Ask, action_id: int) -> str:
    return _open(ask, reviews.finishing(actions.find(action_id).id, ask.locale))


def _ask_time(ask: Ask, action_id: int) -> str:
    action = actions.find(action_id)
    later = max(action.due_at, ask.at) + USUAL_EXTENSION
    return _open(ask, reviews.extending(action.id, later.astimezone(ask.house.zone).date(), ask.locale))


def _open(ask: Ask, view: Block) -> str:
    try:
        ask.slack.call("views.open", trigger_id=ask.trigger_id, view=view)
    except Trouble as trouble:
        raise errors.Refused(
            N_("The form could not be opened; try again, or do it on the board."), reasons=[trouble.reason]
        ) from trouble
    return ""


def submit(ask: Ask, sent: ViewSubmission) -> None:
    """Finish or extend the action of the form; raises DomainError."""
    values = sent.view.state.values
    with unit_of_work():
        row = actions.find(_id(sent.view.private_metadata), lock=True)
        if sent.view.callback_id == reviews.FINISHED:
            actions.finish(row, proof=reviews.typed(values, reviews.PROOF), by=ask.by, at=ask.at)
            return
        actions.extend(
            row,
            to=reviews.until(values, ask.house.zone) or row.due_at,
            reason=reviews.typed(values, reviews.REASON),
            by=ask.by,
            at=ask.at,
            calendar=ask.house.calendar,
        )


def places(error: DomainError, sent: ViewSubmission, locale: str) -> dict[str, str]:
    """Each reason at the input it belongs to, the rest at the first."""
    names = {"due_at": reviews.UNTIL}
    found = {
        names.get(str(each.loc[0]), str(each.loc[0])): i18n.say(each, locale)
        for each in error.reasons
        if each.loc
    }
    known = {block: words for block, words in found.items() if block in sent.view.state.values}
    return known or {first_input(sent): i18n.say(error.reason, locale)}


def first_input(sent: ViewSubmission) -> str:
    """Where a refusal that belongs to no input is shown."""
    return reviews.PROOF if sent.view.callback_id == reviews.FINISHED else reviews.REASON
