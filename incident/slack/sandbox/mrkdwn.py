"""Slack's mrkdwn as safe HTML: everything is escaped first, and only what this file writes is markup."""

import re
import urllib.parse

import markupsafe

from incident.slack.sandbox import emoji
from incident.slack.sandbox import viewer as eyes

_SPECIAL = re.compile(r"```(?P<fence>.+?)```|`(?P<code>[^`\n]+)`|<(?P<ref>[^<>\n]+)>", re.DOTALL)
_KEPT = re.compile(r"\x00(\d+)\x00")
# A mark counts at the edge of a word only: 3*4*5 and snake_case_names stay as they are.
_STYLES = (
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), "strong"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"), "em"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"), "s"),
)
_QUOTE = re.compile(r"(?m)(?:^&gt;[ ]?.*(?:\n|$))+")
_DATE = re.compile(r"!date\^(-?\d+)\^([^|^]*)(?:\^([^|]*))?\|(.*)")
_TOKEN = re.compile(r"\{(date(?:_num|_short|_long)?(?:_pretty)?|time|time_secs|ago)\}")
_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def render(text: str, viewer: eyes.Viewer) -> markupsafe.Markup:
    """mrkdwn → HTML for one reader."""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(_special(match, viewer))
        return f"\x00{len(kept) - 1}\x00"

    bare = _SPECIAL.sub(keep, text.replace("\x00", ""))
    html = _safe(emoji.show(_plain(bare)))
    for pattern, tag in _STYLES:
        html = pattern.sub(rf"<{tag}>\1</{tag}>", html)
    html = _KEPT.sub(lambda match: kept[int(match[1])], _QUOTE.sub(_quote, html))
    # Only this file wrote the markup; all else went through escape().
    return markupsafe.Markup(_lines(html))  # noqa: S704


def plain(text: str) -> markupsafe.Markup:
    """A plain_text object → HTML: emoji and line ends, nothing else."""
    return markupsafe.Markup(_safe(emoji.show(text)).replace("\n", "<br>"))  # noqa: S704


def _lines(html: str) -> str:
    """Line ends as breaks, except within code and beside what stands on lines of its own."""
    parts = re.split(r"\n?(<pre>.*?</pre>|<blockquote>.*?</blockquote>)\n?", html, flags=re.DOTALL)
    return "".join(part if index % 2 else part.replace("\n", "<br>") for index, part in enumerate(parts))


def _special(match: re.Match[str], viewer: eyes.Viewer) -> str:
    if match["fence"] is not None:
        return f"<pre>{_safe(_plain(match['fence']).strip())}</pre>"
    if match["code"] is not None:
        return f"<code>{_safe(_plain(match['code']))}</code>"
    return _reference(match["ref"], viewer)


def _reference(reference: str, viewer: eyes.Viewer) -> str:
    target, _, label = reference.partition("|")
    sign, name = target[0], target[1:]
    if sign == "@":
        return _mention("@" + (viewer.people.get(name) or label or name), me=name == viewer.id)
    if sign == "#":
        return _mention("#" + (viewer.channels.get(name) or viewer.say("hidden_channel")))
    if sign == "!":
        return _command(reference, name, label, viewer)
    if urllib.parse.urlsplit(_plain(target)).scheme in _SCHEMES:
        shown = _plain(label or target.removeprefix("mailto:"))
        return _link(target, _safe(shown))
    return _safe(f"<{_plain(reference)}>")


def _command(reference: str, name: str, label: str, viewer: eyes.Viewer) -> str:
    if date := _DATE.fullmatch(reference):
        return _date(date, viewer)
    word = name.partition("^")
    if word[0] in {"here", "channel", "everyone"}:
        return _mention("@" + word[0], me=True)
    return _mention(_plain(label or "@" + (word[2] or name)))


def _date(match: re.Match[str], viewer: eyes.Viewer) -> str:
    try:
        moment = viewer.moment(int(match[1]) * 1_000_000)
    except (ValueError, OverflowError, OSError):
        return _safe(_plain(match[4]))

    def token(found: re.Match[str]) -> str:
        if found[1].startswith("date"):
            return viewer.date(moment, style=found[1])
        return viewer.clock(moment, seconds=found[1] == "time_secs")

    shown = _TOKEN.sub(token, _plain(match[2]))
    stamp = f'<time datetime="{moment.isoformat()}" title="{_safe(_plain(match[4]))}">{_safe(shown)}</time>'
    if match[3] and urllib.parse.urlsplit(_plain(match[3])).scheme in _SCHEMES:
        return _link(match[3], stamp)
    return stamp


def _link(target: str, inner: str) -> str:
    address = _safe(_plain(target))
    return f'<a href="{address}" rel="noopener noreferrer" target="_blank">{inner}</a>'


def _mention(text: str, *, me: bool = False) -> str:
    return f'<span class="mention{" me" if me else ""}">{_safe(text)}</span>'


def _quote(match: re.Match[str]) -> str:
    lines = [line.removeprefix("&gt;").strip() for line in match[0].rstrip("\n").split("\n")]
    return "<blockquote>" + "<br>".join(lines) + "</blockquote>"


def _plain(text: str) -> str:
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def _safe(text: str) -> str:
    return str(markupsafe.escape(text))
