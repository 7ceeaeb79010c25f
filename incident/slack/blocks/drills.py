"""Messages of a drill: an inject with its buttons, the form of an answer, and what its staff are told."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from incident import i18n
from incident.alerting.channels import Order
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Block, Message

ANSWER, CHOOSE, SUSPEND = "drill_answer", "drill_choose", "drill_suspend"
CALLBACK, WORDS = "drill_answer_words", "words"  # the modal, and its one input
ANSWER_LONGEST = 2_000  # characters
LETTERS = "ABCDE"
# what an inject expects → what stands in place of a button
ACTS: dict[str, str] = {
    "acknowledge": N_("Answer it by acknowledging the incident."),
    "accept": N_("Answer it on the incident: the department accepts."),
    "call_out": N_("Answer it on the incident: call out whoever is needed."),
    "raise_level": N_("Answer it on the incident: is the level still right?"),
    "finish_task": N_("Answer it on the incident: do the step of the plan, and set it done."),
    "give_update": N_("Answer it on the incident: give an update."),
    "none": N_("No answer is expected."),
}
# about → (the sentence, the page below /drills/<id>); the values come from the delivery's payload
ABOUT: dict[str, tuple[str, str]] = {
    "missed": (
        N_(
            "⚠️ The drill of “%(plan)s” of %(when)s was missed, since the service was down. Schedule it again."
        ),
        "",
    ),
    "held_up": (
        N_("⏸️ The service was down during the drill of “%(plan)s”; it is paused as from %(when)s. Go on."),
        "/control",
    ),
    "interrupted": (
        N_("🚨 A real emergency of level %(numeral)s has come: %(real)s. Suspend the drill of “%(plan)s”?"),
        "/control",
    ),
    "hot_wash": (
        N_(
            "📝 The drill of “%(plan)s” has ended. Say what you think of it while it is fresh; three minutes."
        ),
        "/hot-wash",
    ),
}


def build(order: Order, locale: str, zone: ZoneInfo, base_url: str) -> Message:
    """The message of a `drill_tell` or `drill_post` step, marked as a drill; raises KeyError for something
    without a sentence."""
    payload, url = order.payload, f"{base_url}/drills/{order.payload['drill_id']}"
    if payload["about"] == "inject":
        return inject(payload, locale, zone, url)
    sentence, path = ABOUT[payload["about"]]
    when = payload.get("when")
    words = texts.say(
        sentence,
        locale,
        plan=payload["plan"],
        real=payload.get("real", ""),
        numeral="ⅠⅡⅢⅣ"[payload.get("level", 1) - 1],
        when=datetime.fromisoformat(when).astimezone(zone).strftime("%Y-%m-%d %H:%M") if when else "",
    )
    text = f"{mark(locale)}{words}"
    buttons = [_link(f"{url}{path}", locale)]
    if payload["about"] == "interrupted":
        buttons.insert(
            0, _button(SUSPEND, str(payload["drill_id"]), N_("Suspend the drill"), locale, "danger")
        )
    return Message(text, [texts.section(text), {"type": "actions", "elements": buttons}])


def mark(locale: str) -> str:
    """What stands before everything said in a drill."""
    return f"【{i18n.say(N_('DRILL'), locale)}】"


def inject(payload: dict[str, Any], locale: str, zone: ZoneInfo, url: str) -> Message:
    """The inject as a player gets it: from whom, how it came, what happens, until when to answer."""
    language = i18n.short(locale)
    sender = payload["sender"][language] if payload["sender"] else ""
    came = i18n.words("inject_channel", payload["channel"], locale)
    number = texts.say(N_("Inject %(number)s"), locale, number=payload["number"])
    head = f"{mark(locale)}{number} · {came}{f' · {texts.escape(sender)}' if sender else ''}"
    lines = [f"*{head}*", texts.escape(payload["text"][language])]
    lines += [
        f"*{LETTERS[place]}* {texts.escape(choice[language])}"
        for place, choice in enumerate(payload["choices"])
    ]
    small = [_until(payload, locale, zone)] if payload["answer_by"] else []
    if payload["respond"] in ACTS:
        small.append(i18n.say(ACTS[payload["respond"]], locale))
    blocks = [texts.section("\n".join(lines)), *([texts.context(*small)] if small else [])]
    elements = [*_answers(payload, locale), _link(f"{url}/play", locale)]
    return Message(
        f"{head} {texts.escape(payload['text'][language])}",
        [*blocks, {"type": "actions", "elements": elements}],
    )


def _until(payload: dict[str, Any], locale: str, zone: ZoneInfo) -> str:
    when = texts.date(datetime.fromisoformat(payload["answer_by"]), zone)
    return i18n.say(N_("Answer by %(when)s"), locale, when=when)


def _answers(payload: dict[str, Any], locale: str) -> list[Block]:
    value = f"{payload['drill_id']}:{payload['number']}"
    if payload["respond"] == "choose":
        return [
            {
                "type": "button",
                "action_id": f"{CHOOSE}_{place}",
                "value": f"{value}:{place}",
                "text": texts.plain(LETTERS[place]),
            }
            for place in range(len(payload["choices"]))
        ]
    if payload["respond"] == "answer":
        return [_button(ANSWER, value, N_("Answer"), locale, "primary")]
    return []


def _button(action: str, value: str, words: str, locale: str, style: str) -> Block:
    return {
        "type": "button",
        "action_id": action,
        "value": value,
        "style": style,
        "text": texts.plain(i18n.say(words, locale)),
    }


def _link(url: str, locale: str) -> Block:
    return {
        "type": "button",
        "action_id": texts.OPEN_ON_BOARD,
        "url": url,
        "text": texts.plain(i18n.say(N_("Open on the board"), locale)),
    }


def form(value: str, text: str, locale: str) -> Block:
    """The modal that asks what somebody does; `text` is the inject, so that it can be read while writing."""
    element = {
        "type": "plain_text_input",
        "multiline": True,
        "max_length": ANSWER_LONGEST,
        "action_id": "value",
    }
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": value,
        "title": texts.plain(i18n.say(N_("Answer the inject"), locale)),
        "submit": texts.plain(i18n.say(N_("Answer"), locale)),
        "close": texts.plain(i18n.say(N_("Cancel"), locale)),
        "blocks": [
            texts.section(f"{mark(locale)}{texts.escape(text)}"),
            {
                "type": "input",
                "block_id": WORDS,
                "label": texts.plain(i18n.say(N_("What do you do?"), locale)),
                "element": element,
            },
        ],
    }


def given(values: dict[str, dict[str, dict[str, Any]]]) -> str:
    """The words that were typed."""
    text = next(iter(values.get(WORDS, {}).values()), {}).get("value") or ""
    return str(text).encode("utf-8", "replace").decode().replace("\x00", "")


def taken(number: int, words: str, locale: str) -> Message:
    """What stands in place of the buttons once somebody has answered."""
    said = texts.say(N_("✅ Your answer to inject %(number)s: %(words)s"), locale, number=number, words=words)
    text = f"{mark(locale)}{said}"
    return Message(text, [texts.section(text)])
