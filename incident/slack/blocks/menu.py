"""Menus: what fits the place, a word offered for a mistyped one, and the list of all words."""

from incident import i18n
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Block, Message

SAY = "say_"  # buttons that say a word: the value is what would be typed after the command
DECLARE = "incident_declare_open"  # of messages from before there were buttons that say a word


def saying(place: int, words: str, typed: str, *, style: str = "") -> Block:
    """A button that says what could be typed; `place` makes its id unique among its neighbours."""
    return texts.button(f"{SAY}{place}", words, value=typed, style=style)


def offer(said: str, offered: list[tuple[str, str]]) -> Message:
    """A sentence with buttons, each a word and what it would say."""
    buttons = [saying(place, words, typed) for place, (words, typed) in enumerate(offered)]
    return Message(said, [*texts.paragraphs(said.splitlines()), *texts.rows(buttons)])


def build(head: str, lines: list[str], buttons: list[Block]) -> Message:
    """The menu of a place: what it is about, and what can be done here."""
    return Message(head, [*texts.paragraphs([f"*{head}*", *lines]), *texts.rows(buttons)])


def listing(lines: list[str], locale: str) -> Message:
    """The words with what they do, and a button to declare an incident."""
    title = i18n.say(N_("What `/incident` can do"), locale)
    button = saying(0, i18n.say(N_("Declare an incident"), locale), "open")
    body = "\n".join(lines)
    return Message(
        f"{title}\n{body}",
        [texts.section(f"*{title}*"), *texts.paragraphs(lines), *texts.rows([button])],
    )
