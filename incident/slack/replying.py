"""How an answer reaches whoever pressed: by the response_url, or as a modal where there is none."""

import http.client
import logging

from slack_sdk.webhook import WebhookClient

from incident.alerting.channels import Trouble
from incident.errors import N_
from incident.slack.asking import Ask
from incident.slack.blocks import inputs, texts
from incident.slack.blocks.texts import Block, Message
from incident.slack.envelopes import BlockActions, Shortcut

log = logging.getLogger(__name__)
REPLY_SECONDS = 2  # the response_url is called while Slack waits 3 s for the answer
Pressed = BlockActions | Shortcut


def replace(press: Pressed, message: Message) -> None:
    """Put another message in place of the one that was pressed."""
    _send(press, message, replace_original=True)


def whisper(press: Pressed, message: Message) -> None:
    """Say something to the one who pressed in a message, and to nobody else."""
    _send(press, message, replace_original=False)


def tell(ask: Ask, press: Pressed, message: Message) -> None:
    """Say something to the one who pressed, wherever that was: in a view there is only another view."""
    if _answerable(press):
        whisper(press, message)
        return
    laid = isinstance(press, BlockActions) and press.view is not None and press.view.type == "modal"
    window = inputs.window(N_("Answer"), message.blocks, ask.locale)
    try:
        ask.slack.call("views.push" if laid else "views.open", trigger_id=press.trigger_id, view=window)
    except Trouble as trouble:
        log.warning("Slack did not take the answer to a button: %s", trouble)


def mark(press: BlockActions, words: str) -> bool:
    """Write what was done in place of the buttons that were pressed, in the message they stood on; False
    where Slack sent no message along, as for one that only the presser sees."""
    blocks = press.message.blocks if press.message else None
    place = press.actions[0].block_id
    if not blocks or not place or all(each.get("block_id") != place for each in blocks):
        return False
    drawn: list[Block] = [texts.context(words) if each.get("block_id") == place else each for each in blocks]
    replace(press, Message((press.message.text if press.message else "") or words, drawn))
    return True


def _answerable(press: Pressed) -> bool:
    return press.response_url.startswith(("http://", "https://"))


def _send(press: Pressed, message: Message, *, replace_original: bool) -> None:
    """Answer by the response_url; the act is done, and the outbox redraws what could not be redrawn here."""
    if not _answerable(press):
        return
    webhook = WebhookClient(press.response_url, timeout=REPLY_SECONDS, retry_handlers=[])
    try:
        webhook.send(
            text=message.text,
            blocks=message.blocks,
            replace_original=replace_original,
            unfurl_links=False,
            unfurl_media=False,
        )
    except (OSError, http.client.HTTPException) as lost:
        log.warning("Slack did not take the answer to a button: %s", lost)
