"""The request to approve an option: incident number, kind and amount, and nothing of the customer."""

from typing import Any

from incident import i18n
from incident.alerting.facts import IncidentFacts
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Block, Message

APPROVE, REFUSE = "option_approve", "option_refuse"
CALLBACK, REASON = "option_refuse_reason", "reason"  # the modal, and its one input
REASON_LONGEST = 2_000  # characters
# what has become of it → the sentence that stands in place of the buttons
ENDED: dict[str, str] = {
    "first": N_("✅ You approved; a second, different person must too."),
    "approved": N_("✅ Approved."),
    "refused": N_("⛔ Refused."),
    "replaced": N_("↩️ Replaced by a newer version."),
}


def build(incident: IncidentFacts, payload: dict[str, Any], locale: str) -> Message:
    """The request with its buttons; once it was decided, what came of it."""
    ended = payload.get("ended")
    asked = texts.say(
        N_("Approval is asked: %(option_kind)s (%(money)s)."),
        locale,
        option_kind=payload["option_kind"],
        money=payload["money"],
    )
    mark = texts.drill_mark(incident, locale)
    head = f"{mark}{texts.level(incident, locale)} · {incident.number}"
    lines = [f"*{head}*", asked, *([i18n.say(ENDED[ended], locale)] if ended else [])]
    buttons = [] if ended else [_button(APPROVE, payload, locale), _button(REFUSE, payload, locale)]
    page = {**texts.board_button(incident, locale), "url": f"{incident.url}/resolution"}
    blocks = [texts.section("\n".join(lines)), {"type": "actions", "elements": [*buttons, page]}]
    return Message(f"{head} {asked}", blocks)


def _button(action: str, payload: dict[str, Any], locale: str) -> Block:
    style = {"style": "primary"} if action == APPROVE else {}
    words = i18n.say(N_("Approve") if action == APPROVE else N_("Refuse"), locale)
    value = str(payload["option_id"])
    return {"type": "button", "action_id": action, "value": value, "text": texts.plain(words), **style}


def reason(option_id: str, locale: str) -> Block:
    """The modal that asks why it is refused."""
    hint = i18n.say(N_("No customer's name, number or address."), locale)
    element = {
        "type": "plain_text_input",
        "multiline": True,
        "max_length": REASON_LONGEST,
        "action_id": "value",
    }
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": option_id,
        "title": texts.plain(i18n.say(N_("Refuse the option"), locale)),
        "submit": texts.plain(i18n.say(N_("Refuse"), locale)),
        "close": texts.plain(i18n.say(N_("Cancel"), locale)),
        "blocks": [
            {
                "type": "input",
                "block_id": REASON,
                "label": texts.plain(i18n.say(N_("Reason"), locale)),
                "element": element,
                "hint": texts.plain(hint),
            }
        ],
    }


def given(values: dict[str, dict[str, dict[str, Any]]]) -> str:
    """The reason that was typed."""
    text = next(iter(values.get(REASON, {}).values()), {}).get("value") or ""
    return str(text).encode("utf-8", "replace").decode().replace("\x00", "")
