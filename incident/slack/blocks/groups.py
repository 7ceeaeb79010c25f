"""The proposal of a group in the response channel: what the complaints share, and the buttons to decide."""

from typing import Any

from incident import i18n
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Block, Message

CONFIRM, DISMISS = "group_confirm", "group_dismiss"


def build(payload: dict[str, Any], locale: str, base_url: str) -> Message:
    """A line with the cause and how many customers; buttons until somebody has decided."""
    cause = payload["cause"]["zh" if locale.startswith("zh") else "en"]
    head = texts.say(
        N_("%(customers)s customers seem to complain of one cause: %(cause)s"),
        locale,
        customers=payload["customers"],
        cause=cause,
    )
    state = payload.get("state", "proposed")
    if state == "proposed":
        hint = i18n.say(
            N_("Confirmed, they become one incident with one alert; each customer keeps an own record."),
            locale,
        )
        return Message(head, [texts.section(f"🧩 *{head}*\n{hint}"), _buttons(payload, locale, base_url)])
    number = payload.get("number", "")
    outcome = (
        texts.say(N_("Grouped as %(number)s."), locale, number=number)
        if number
        else i18n.say(N_("Dismissed: not one cause."), locale)
    )
    link = f" <{base_url}/incidents/{number}/group|{number}>" if number else ""
    return Message(f"{head} {outcome}", [texts.section(f"🧩 {head}\n*{outcome}*{link}")])


def _buttons(payload: dict[str, Any], locale: str, base_url: str) -> Block:
    value = str(payload["surge_id"])
    confirm = {
        "type": "button",
        "action_id": CONFIRM,
        "style": "primary",
        "value": value,
        "text": texts.plain(i18n.say(N_("Confirm the group"), locale)),
    }
    dismiss = {
        "type": "button",
        "action_id": DISMISS,
        "value": value,
        "text": texts.plain(i18n.say(N_("Not one cause"), locale)),
    }
    board = {
        "type": "button",
        "action_id": texts.OPEN_ON_BOARD,
        "url": f"{base_url}/groups",
        "text": texts.plain(i18n.say(N_("Open on the board"), locale)),
    }
    return {"type": "actions", "elements": [confirm, dismiss, board]}
