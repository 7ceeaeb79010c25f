"""The App Home: what is somebody's own, and the quick ways in; drawn afresh whenever it is opened."""

from collections.abc import Sequence
from dataclasses import dataclass

from incident import i18n
from incident.errors import N_
from incident.slack.blocks import menu, texts
from incident.slack.blocks.texts import Block

BLOCKS_MOST = 100  # docs.slack.dev/reference/views
NOTHING = N_("Nothing at the moment.")
QUICK: tuple[tuple[str, str], ...] = (
    ("open", N_("Report an emergency")),
    ("list", N_("Open incidents")),
    ("duty", N_("Who is on duty")),
    ("review", N_("Post-mortems")),
    ("help", N_("All words")),
)


@dataclass(frozen=True)
class Row:
    """A line with what can be done about it."""

    text: str
    buttons: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Part:
    """A heading with its lines."""

    title: str
    rows: Sequence[Row]


def build(name: str, parts: Sequence[Part], *, url: str, locale: str) -> Block:
    """The view: a greeting, the quick ways in, and each part; Slack takes a hundred blocks."""
    quick = [
        menu.saying(place, i18n.say(words, locale), typed, style="danger" if typed == "open" else "")
        for place, (typed, words) in enumerate(QUICK)
    ]
    board = texts.button(texts.OPEN_ON_BOARD, i18n.say(N_("Open the board"), locale), url=url)
    blocks: list[Block] = [
        texts.header(i18n.say(N_("Hello, %(name)s"), locale, name=name)),
        *texts.rows([*quick, board]),
    ]
    for part in parts:
        blocks += [{"type": "divider"}, texts.section(f"*{i18n.say(part.title, locale)}*")]
        for row in part.rows:
            blocks.append(texts.section(row.text))
            blocks += texts.rows(list(row.buttons))
        if not part.rows:
            blocks.append(texts.context(i18n.say(NOTHING, locale)))
    return {"type": "home", "blocks": blocks[:BLOCKS_MOST]}


def stranger(message_blocks: list[Block]) -> Block:
    """The App Home of somebody whose account nobody has linked."""
    return {"type": "home", "blocks": message_blocks}
