"""The bricks of forms: inputs with what they are called, and what was put into them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from incident import i18n
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Block

VALUE = "value"  # the action id in every input block; the block id says which input it is
TITLE_LONGEST, OPTION_LONGEST, OPTIONS_MOST = 24, 75, 100  # docs.slack.dev/reference/block-kit
TEXT_LONGEST, ANSWER_LONGEST = 3_000, 2_000  # characters of an input, and of what is wrong with it
Option = tuple[str, str]  # code, words


@dataclass(frozen=True)
class Given:
    """What stands in the inputs of a form, by block id; whatever is missing or odd counts as empty."""

    values: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)

    def _of(self, block: str) -> Mapping[str, Any]:
        found = next(iter(self.values.get(block, {}).values()), None)
        return found if isinstance(found, Mapping) else {}

    def text(self, block: str) -> str:
        """Typed words, storable: no NUL, no half of a surrogate pair."""
        found = self._of(block).get("value")
        words = found if isinstance(found, str) else ""
        return words.encode("utf-8", "replace").decode().replace("\x00", "").strip()

    def chosen(self, block: str) -> str:
        """The code of the chosen option."""
        found = self._of(block).get("selected_option")
        code = found.get("value") if isinstance(found, Mapping) else None
        return code if isinstance(code, str) else ""

    def many(self, block: str) -> list[str]:
        """The codes of the chosen options."""
        found = self._of(block).get("selected_options")
        rows = found if isinstance(found, list) else []
        codes = [each.get("value") for each in rows if isinstance(each, Mapping)]
        return [code for code in codes if isinstance(code, str)]

    def user(self, block: str) -> str:
        """The Slack id of the chosen person."""
        found = self._of(block).get("selected_user")
        return found if isinstance(found, str) else ""

    def number(self, block: str) -> int | None:
        """A whole number."""
        text = self.text(block)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    def moment(self, block: str) -> datetime | None:
        """The chosen date and time."""
        found = self._of(block).get("selected_date_time")
        if not isinstance(found, int) or isinstance(found, bool) or not 0 < found < 10**10:
            return None
        return datetime.fromtimestamp(found, UTC)


def form(callback: str, title: str, submit: str, blocks: list[Block], locale: str, *, kept: str) -> Block:
    """A modal with inputs; `kept` comes back with what was put into it."""
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": kept,
        "title": texts.plain(i18n.say(title, locale), TITLE_LONGEST),
        "submit": texts.plain(i18n.say(submit, locale), TITLE_LONGEST),
        "close": texts.plain(i18n.say(N_("Cancel"), locale), TITLE_LONGEST),
        "blocks": blocks,
    }


def window(title: str, blocks: list[Block], locale: str) -> Block:
    """A modal that only shows something."""
    return {
        "type": "modal",
        "title": texts.plain(i18n.say(title, locale), TITLE_LONGEST),
        "close": texts.plain(i18n.say(N_("Close the window"), locale), TITLE_LONGEST),
        "blocks": blocks,
    }


def loading(locale: str) -> Block:
    """What stands in a modal until what it shows is there."""
    words = i18n.say(N_("One moment…"), locale)
    return window(N_("One moment…"), [texts.section(f"⏳ {words}")], locale)


def put(
    block: str, label: str, element: Block, locale: str, *, optional: bool = False, hint: str = ""
) -> Block:
    """An input with its name."""
    more = {"hint": texts.plain(i18n.say(hint, locale))} if hint else {}
    return {
        "type": "input",
        "block_id": block,
        "optional": optional,
        "label": texts.plain(i18n.say(label, locale)),
        "element": {"action_id": VALUE, **element},
        **more,
    }


def lines(longest: int, *, typed: str = "", one: bool = False) -> Block:
    """A field for words, of several lines unless it is `one`."""
    most = min(longest, TEXT_LONGEST)
    more = {"initial_value": typed[:most]} if typed else {}
    return {"type": "plain_text_input", "multiline": not one, "max_length": most, **more}


def whole_number(*, least: int = 1, typed: int | None = None) -> Block:
    """A field for a whole number."""
    more = {"initial_value": str(typed)} if typed is not None else {}
    return {"type": "number_input", "is_decimal_allowed": False, "min_value": str(least), **more}


def select(options: Sequence[Option], *, chosen: str = "", radio: bool = False) -> Block:
    """One of some options; radio buttons where there are few."""
    offered = [_option(code, words) for code, words in options[:OPTIONS_MOST]]
    first = next((each for each in offered if each["value"] == chosen), None)
    more = {"initial_option": first} if first else {}
    return {"type": "radio_buttons" if radio else "static_select", "options": offered, **more}


def several(options: Sequence[Option], *, chosen: Sequence[str] = ()) -> Block:
    """Any of some options."""
    offered = [_option(code, words) for code, words in options[:OPTIONS_MOST]]
    first = [each for each in offered if each["value"] in chosen]
    more = {"initial_options": first} if first else {}
    return {"type": "multi_static_select", "options": offered, **more}


def person(*, chosen: str = "") -> Block:
    """Somebody of the workspace."""
    return {"type": "users_select", **({"initial_user": chosen} if chosen else {})}


def moment(*, chosen: datetime | None = None) -> Block:
    """A date with a time, which Slack shows in the reader's zone."""
    more = {"initial_date_time": int(chosen.timestamp())} if chosen else {}
    return {"type": "datetimepicker", **more}


def _option(code: str, words: str) -> Block:
    return {"text": texts.plain(words or "–", OPTION_LONGEST), "value": code}
