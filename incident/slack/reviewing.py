"""The buttons under messages about post-mortems and actions: held, take over, done, more time."""

from collections.abc import Callable
from datetime import timedelta

from incident import errors
from incident.db import unit_of_work
from incident.errors import N_, DomainError
from incident.reviews import actions, meeting, rights
from incident.slack import asking, modal, replying
from incident.slack.asking import Ask
from incident.slack.blocks import reviews
from incident.slack.envelopes import BlockActions, ViewSubmission
from incident.slack.modal import Answer

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
    words = do[action.action_id](ask, _id(action.value))
    if words and not replying.mark(press, words):
        replying.tell(ask, press, asking.line(words))


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
    id_ = actions.find(action_id).id
    modal.show(ask, lambda known: reviews.finishing(id_, known.locale))
    return ""


def _ask_time(ask: Ask, action_id: int) -> str:
    action = actions.find(action_id)
    later = max(action.due_at, ask.at) + USUAL_EXTENSION
    day = later.astimezone(ask.house.zone).date()
    modal.show(ask, lambda known: reviews.extending(action.id, day, known.locale))
    return ""


def submit(ask: Ask, sent: ViewSubmission) -> Answer:
    """Finish or extend the action of the form; what is wrong stands at its input."""
    try:
        with unit_of_work():
            _do(ask, sent)
    except DomainError as error:
        return modal.refused(error, ask, sent, {"due_at": reviews.UNTIL})
    return {}


def _do(ask: Ask, sent: ViewSubmission) -> None:
    values = sent.view.state.values
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
