"""The shortcuts: reporting an emergency from anywhere, and keeping what a message says."""

import logging
from collections.abc import Callable

from incident.alerting.channels import Trouble
from incident.errors import N_, DomainError
from incident.slack import asking, finding, meant, modal, reacting, replying, words
from incident.slack.asking import Ask
from incident.slack.blocks import inputs
from incident.slack.desk import Desk
from incident.slack.envelopes import Shortcut
from incident.slack.forms import proof, work

log = logging.getLogger(__name__)
Take = Callable[[Ask, Shortcut], None]


def take(desk: Desk, ask: Ask | None, sent: Shortcut) -> None:
    """What a shortcut does; a refusal, also of somebody who is not linked, opens as a window."""
    if ask is None:
        window = inputs.window(N_("Not possible"), desk.refused(sent.user.id).blocks, "en")
        try:
            desk.slack.call("views.open", trigger_id=sent.trigger_id, view=window)
        except Trouble as trouble:
            log.warning("Slack did not show the answer to a shortcut: %s", trouble)
        return
    try:
        SHORTCUTS.get(sent.callback_id, _outdated)(ask, sent)
    except DomainError as error:
        replying.tell(ask, sent, asking.refusal(error, ask))


def _report(ask: Ask, sent: Shortcut) -> None:
    answer = words.answer(ask, "open")
    if answer is not None:
        replying.tell(ask, sent, answer)


def _said(ask: Ask, sent: Shortcut) -> str:
    """What the message says, in plain words."""
    text = meant.words((sent.message.text if sent.message else "") or "")
    asking.needs(text, N_("This message has no text."))
    return text


def _timeline(ask: Ask, sent: Shortcut) -> None:
    author = reacting.author_of((sent.message.user if sent.message else "") or "")
    modal.pick(ask, work.NOTE, text=f"{author}: {_said(ask, sent)}")


def _task(ask: Ask, sent: Shortcut) -> None:
    modal.pick(ask, work.TASK, text=_said(ask, sent).splitlines()[0])


def _evidence(ask: Ask, sent: Shortcut) -> None:
    message, channel = sent.message, sent.channel
    asking.needs(message and channel, N_("This message names no place in Slack."))
    assert message is not None and channel is not None
    modal.pick(
        ask,
        proof.EVIDENCE,
        channel=channel.id,
        ts=message.ts,
        author=reacting.author_of(message.user or ""),
        files=str(len(message.files or [])),
        text="" if finding.in_channel(channel.id) else meant.words(message.text or ""),
    )


def _outdated(ask: Ask, sent: Shortcut) -> None:
    said = ask.say(N_("This shortcut is of an older version; say `/incident` for what can be done."))
    replying.tell(ask, sent, asking.line(f"🚫 {said}"))


SHORTCUTS: dict[str, Take] = {
    "report_emergency": _report,
    "message_to_timeline": _timeline,
    "message_to_task": _task,
    "message_to_evidence": _evidence,
}
