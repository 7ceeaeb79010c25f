"""Post-mortems and their actions in direct messages: invitations and reminders with their buttons."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from incident import i18n
from incident.alerting.channels import Order
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Block, Message

HELD, TAKE_OVER = "review_held", "review_take_over"
FINISH, EXTEND = "action_finish", "action_extend"
FINISHED, EXTENDED = "action_finish_form", "action_extend_form"  # the modals
WORDS_LONGEST = 2_000  # characters; what the verbs take
# about → (the sentence, the buttons beside the link)
ABOUT: dict[str, tuple[str, tuple[str, ...]]] = {
    "review": (N_("⏰ The post-mortem of %(number)s meets at %(due)s."), (HELD,)),
    "review_invited": (N_("📅 You are invited to the post-mortem of %(number)s at %(due)s. %(place)s"), ()),
    "review_publish": (
        N_("⏰ The post-mortem of %(number)s was held; write it, let it be signed and publish it."),
        (),
    ),
    "review_owner": (N_("🤝 You lead the post-mortem of %(number)s from now on; it meets at %(due)s."), ()),
    "review_late": (
        N_("⚠️ The post-mortem of %(number)s, led by %(name)s, is late; it was due at %(due)s."),
        (TAKE_OVER,),
    ),
    "action": (N_("⏰ Your action “%(title)s” from %(number)s is due at %(due)s."), (FINISH, EXTEND)),
    "action_done": (N_("🔎 The action “%(title)s” from %(number)s is done; look whether it holds."), ()),
    "action_overdue": (
        N_("⚠️ The action “%(title)s” from %(number)s was due at %(due)s."),
        (FINISH, EXTEND),
    ),
}
BUTTONS: dict[str, str] = {
    HELD: N_("The meeting was held"),
    TAKE_OVER: N_("I take it over"),
    FINISH: N_("Done …"),
    EXTEND: N_("More time …"),
}
PROOF, REASON, UNTIL = "proof", "reason", "due_on"  # the inputs of the modals


def build(order: Order, locale: str, zone: ZoneInfo, base_url: str) -> Message:
    """The message with its buttons and the link; raises KeyError for something without a sentence."""
    said = order.payload
    sentence, acts = ABOUT[said["about"]]
    number = order.incident.number if order.incident else str(said.get("number", ""))
    typed_words = {name: texts.escape(str(said.get(name, ""))) for name in ("name", "title", "place")}
    due = texts.date(datetime.fromisoformat(said["due_at"]), zone)
    words = i18n.say(sentence, locale, number=number, due=due, **typed_words)
    mark = texts.drill_mark(order.incident, locale) if order.incident else ""
    text = f"{mark}{words}".strip()
    id_ = said["action_id"] if "action_id" in said else said["review_id"]
    buttons = [_button(act, str(id_), locale) for act in acts]
    blocks = [texts.section(text), {"type": "actions", "elements": [*buttons, _link(said, base_url, locale)]}]
    return Message(text, blocks)


def _button(act: str, id_: str, locale: str) -> Block:
    return {
        "type": "button",
        "action_id": act,
        "value": id_,
        "text": texts.plain(i18n.say(BUTTONS[act], locale)),
    }


def _link(said: dict[str, Any], base_url: str, locale: str) -> Block:
    there = f"/reviews/{said['review_id']}"
    if "action_id" in said:
        there = f"/actions?show=all#action-{said['action_id']}"
    return {
        "type": "button",
        "action_id": texts.OPEN_ON_BOARD,
        "url": f"{base_url}{there}",
        "text": texts.plain(i18n.say(N_("Open on the board"), locale)),
    }


def finishing(action_id: int, locale: str) -> Block:
    """The modal that asks how one sees that an action is done."""
    proof = _input(PROOF, N_("How one sees that it is done"), _typed(), locale)
    return _modal(FINISHED, action_id, N_("Action done"), [proof], locale)


def extending(action_id: int, due_on: date, locale: str) -> Block:
    """The modal that asks until when and why."""
    picker = {"type": "datepicker", "action_id": "value", "initial_date": due_on.isoformat()}
    asked = [
        _input(UNTIL, N_("New due date"), picker, locale),
        _input(REASON, N_("Why it needs more time"), _typed(), locale),
    ]
    return _modal(EXTENDED, action_id, N_("More time"), asked, locale)


def _typed() -> Block:
    return {
        "type": "plain_text_input",
        "multiline": True,
        "max_length": WORDS_LONGEST,
        "action_id": "value",
    }


def _input(block: str, label: str, element: Block, locale: str) -> Block:
    words = texts.plain(i18n.say(label, locale))
    return {"type": "input", "block_id": block, "label": words, "element": element}


def _modal(callback: str, action_id: int, title: str, blocks: list[Block], locale: str) -> Block:
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": str(action_id),
        "title": texts.plain(i18n.say(title, locale)),
        "submit": texts.plain(i18n.say(N_("Save"), locale)),
        "close": texts.plain(i18n.say(N_("Cancel"), locale)),
        "blocks": blocks,
    }


def typed(values: dict[str, dict[str, dict[str, Any]]], block: str) -> str:
    """What was typed into an input."""
    text = next(iter(values.get(block, {}).values()), {}).get("value") or ""
    return str(text).encode("utf-8", "replace").decode().replace("\x00", "")


def until(values: dict[str, dict[str, dict[str, Any]]], zone: ZoneInfo) -> datetime | None:
    """The end of the day that was picked."""
    text = next(iter(values.get(UNTIL, {}).values()), {}).get("selected_date") or ""
    try:
        day = date.fromisoformat(str(text))
    except ValueError:
        return None
    return datetime.combine(day, time(23, 59, 59), tzinfo=zone)
