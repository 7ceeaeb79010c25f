"""The buttons of a drill: answering an inject by a choice or in words, and suspending it for an emergency."""

from incident import drills, i18n
from incident.db import unit_of_work
from incident.drills import answering, playing
from incident.errors import N_, DomainError, Invalid, Refused
from incident.models.exercises import InjectState
from incident.slack import asking, modal, replying
from incident.slack.asking import Ask
from incident.slack.blocks import drills as blocks
from incident.slack.envelopes import BlockActions, ViewSubmission
from incident.slack.modal import Answer


def choose(ask: Ask, press: BlockActions) -> None:
    """Answer with the choice of the button."""
    drill_id, number, place = _read(press.actions[0].value, parts=3)
    with unit_of_work():
        answering.respond(drills.locked(drill_id), number, choice=place, by=ask.by, at=ask.at, via="slack")
    _answered(ask, press, number, blocks.LETTERS[place])


def _answered(ask: Ask, press: BlockActions, number: int, words: str) -> None:
    """In a direct message the answer takes the place of the buttons; in the channel others still answer."""
    message = blocks.taken(number, words, ask.locale)
    alone = press.container.channel_id.startswith("D")
    (replying.replace if alone else replying.whisper)(press, message)


def ask_words(ask: Ask, press: BlockActions) -> None:
    """Open the form for an answer in words."""
    value = press.actions[0].value
    drill_id, number = _read(value, parts=2)
    drill = drills.find(drill_id, by=ask.by)
    row = playing.find(drill, number)
    if row.state != InjectState.DELIVERED or ask.by.id not in row.recipients:
        raise Refused(N_("This inject is for other players."))
    text = playing.content(row).text
    modal.show(ask, lambda known: blocks.form(str(value), text[known.locale], known.locale))


def answer(ask: Ask, sent: ViewSubmission) -> Answer:
    """Answer with the words of the form; what is wrong stands at the input."""
    try:
        drill_id, number = _read(sent.view.private_metadata, parts=2)
        words = blocks.given(sent.view.state.values)
        with unit_of_work():
            answering.respond(drills.locked(drill_id), number, words=words, by=ask.by, at=ask.at, via="slack")
    except DomainError as error:
        return modal.refused(error, ask, sent, {})
    return {}


def suspend(ask: Ask, press: BlockActions) -> None:
    """Pause the drill for the real emergency: one press."""
    (drill_id,) = _read(press.actions[0].value, parts=1)
    with unit_of_work():
        drills.suspend(drill_id, by=ask.by, at=ask.at)
    words = i18n.say(N_("⏸️ The drill is suspended. Everybody to the real emergency."), ask.locale)
    replying.replace(press, asking.line(f"{blocks.mark(ask.locale)}{words}"))


def _read(value: str | None, *, parts: int) -> list[int]:
    given = (value or "").split(":")
    if len(given) != parts or not all(each.isascii() and each.isdigit() and len(each) < 10 for each in given):
        raise Invalid(N_("This button names no inject."))
    return [int(each) for each in given]
