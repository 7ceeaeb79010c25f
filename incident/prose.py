"""Markdown that people write, made into safe markup or into plain blocks; HTML in it stays text.

Two walls: the parser takes no HTML and no images, and what it makes passes a cleaner that knows few elements.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

ELEMENTS = {
    "p", "br", "strong", "em", "s", "ul", "ol", "li", "h3", "h4", "h5", "blockquote", "code", "pre", "a",
    "hr", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h5", "h5": "h5", "h6": "h5"}  # below the section's own


@dataclass(frozen=True)
class Piece:
    """A plain block: kind is `paragraph`, `heading` or `bullet`."""

    kind: str
    text: str


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    found = MarkdownIt("commonmark", {"html": False, "breaks": True})
    return found.enable(["table", "strikethrough"]).disable(["image", "html_block", "html_inline"])


def as_html(text: str) -> str:
    """Safe markup; links only to http, https and pages of this service, and none carries the reader's page
    along."""
    parser = _parser()
    tokens = parser.parse(text)
    for token in tokens:
        token.tag = HEADINGS.get(token.tag, token.tag)
    made = parser.renderer.render(tokens, parser.options, {})
    return nh3.clean(
        made,
        tags=ELEMENTS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
    )


def pieces(text: str) -> Iterator[Piece]:
    """The text as plain blocks, for a paper; marks are left out, links keep their words."""
    kind, depth = "paragraph", 0
    for token in _parser().parse(text):
        if token.type == "list_item_open":
            depth += 1
        elif token.type == "list_item_close":
            depth -= 1
        elif token.type == "heading_open":
            kind = "heading"
        elif token.type == "heading_close":
            kind = "paragraph"
        elif token.type in ("fence", "code_block"):
            yield Piece("paragraph", token.content.rstrip())
        elif token.type == "inline":
            yield Piece("bullet" if depth else kind, _plain(token))


def _plain(token: Token) -> str:
    parts = []
    for each in token.children or []:
        if each.type in ("text", "code_inline"):
            parts.append(each.content)
        elif each.type in ("softbreak", "hardbreak"):
            parts.append("\n")
    return "".join(parts)
