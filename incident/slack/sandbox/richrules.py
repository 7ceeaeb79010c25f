"""The shape of rich_text blocks. docs.slack.dev/reference/block-kit/blocks/rich-text-block"""

from typing import Any

from incident.slack.sandbox import checks

_WORD = checks.string(255)
_STYLE = checks.record(
    {}, {name: checks.boolean for name in ("bold", "italic", "strike", "code", "underline")}
)
_STYLED: dict[str, checks.Check] = {"style": _STYLE}
_T: dict[str, checks.Check] = {"type": checks.string(40)}


def _text(report: checks.Report, value: Any, place: str) -> None:
    checks.string(3000)(report, value, place)
    if isinstance(value, str):
        report.characters += len(value)


_LEAVES: dict[str, checks.Check] = {
    "text": checks.record({**_T, "text": _text}, _STYLED),
    "link": checks.record(
        {**_T, "url": checks.string(3000)}, {**_STYLED, "text": _text, "unsafe": checks.boolean}
    ),
    "emoji": checks.record(
        {**_T, "name": _WORD}, {**_STYLED, "unicode": _WORD, "skin_tone": checks.anything}
    ),
    "user": checks.record({**_T, "user_id": _WORD}, _STYLED),
    "channel": checks.record({**_T, "channel_id": _WORD}, _STYLED),
    "usergroup": checks.record({**_T, "usergroup_id": _WORD}, _STYLED),
    "broadcast": checks.record({**_T, "range": checks.word("here", "channel", "everyone")}, _STYLED),
    "date": checks.record(
        {**_T, "timestamp": checks.integer(0, 1 << 40), "format": _WORD},
        {**_STYLED, "url": checks.string(3000), "fallback": _WORD},
    ),
}
_INLINE = checks.items(checks.kinds(_LEAVES), 1000, least=0)
_SECTION = checks.record({**_T, "elements": _INLINE}, {})
_BOXED = checks.record({**_T, "elements": _INLINE}, {"border": checks.integer(0, 1)})
_LIST = checks.record(
    {
        **_T,
        "style": checks.word("bullet", "ordered"),
        "elements": checks.items(checks.kinds({"rich_text_section": _SECTION}), 1000),
    },
    {"indent": checks.integer(0, 8), "offset": checks.integer(0, 1000), "border": checks.integer(0, 1)},
)
ELEMENTS = checks.items(
    checks.kinds(
        {
            "rich_text_section": _SECTION,
            "rich_text_list": _LIST,
            "rich_text_quote": _BOXED,
            "rich_text_preformatted": _BOXED,
        }
    ),
    1000,
)
