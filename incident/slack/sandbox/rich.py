"""rich_text blocks as safe HTML: what Slack's own composer and newer apps write."""

from typing import Any

import markupsafe

from incident.slack.sandbox import emoji, mrkdwn
from incident.slack.sandbox import viewer as eyes

_STYLES = (("bold", "strong"), ("italic", "em"), ("strike", "s"), ("code", "code"))


def render(block: dict[str, Any], viewer: eyes.Viewer) -> markupsafe.Markup:
    """A rich_text block → HTML for one reader."""
    html = "".join(_part(part, viewer) for part in block["elements"])
    # Every leaf went through escape(); only this file wrote the markup.
    return markupsafe.Markup(html)  # noqa: S704


def _part(part: dict[str, Any], viewer: eyes.Viewer) -> str:
    kind, inner = part["type"], part["elements"]
    if kind == "rich_text_list":
        tag = "ol" if part["style"] == "ordered" else "ul"
        indent = min(int(part.get("indent", 0)), 8)
        items = "".join(f"<li>{_leaves(item['elements'], viewer)}</li>" for item in inner)
        return f'<{tag} class="rich indent{indent}">{items}</{tag}>'
    text = _leaves(inner, viewer)
    if kind == "rich_text_preformatted":
        return f"<pre>{text}</pre>"
    text = text.replace("\n", "<br>")
    return f"<blockquote>{text}</blockquote>" if kind == "rich_text_quote" else f"<p>{text}</p>"


def _leaves(leaves: list[dict[str, Any]], viewer: eyes.Viewer) -> str:
    return "".join(_leaf(leaf, viewer) for leaf in leaves)


def _leaf(leaf: dict[str, Any], viewer: eyes.Viewer) -> str:
    kind = leaf["type"]
    if kind == "text":
        html = str(markupsafe.escape(leaf["text"]))
    elif kind == "emoji":
        html = str(markupsafe.escape(emoji.one(leaf["name"])))
    else:
        html = str(mrkdwn.render(_reference(leaf), viewer))
    for name, tag in _STYLES:
        if leaf.get("style", {}).get(name):
            html = f"<{tag}>{html}</{tag}>"
    return html


def _reference(leaf: dict[str, Any]) -> str:
    """A leaf that mrkdwn can say too."""
    kind = leaf["type"]
    if kind == "link":
        label = str(leaf.get("text", "")).replace("|", " ").replace(">", " ")
        return f"<{leaf['url']}|{label}>" if label else f"<{leaf['url']}>"
    if kind == "date":
        return f"<!date^{leaf['timestamp']}^{leaf['format']}|{leaf.get('fallback') or leaf['timestamp']}>"
    if kind == "user":
        return f"<@{leaf['user_id']}>"
    if kind == "channel":
        return f"<#{leaf['channel_id']}>"
    if kind == "usergroup":
        return f"<!subteam^{leaf['usergroup_id']}>"
    return f"<!{leaf['range']}>"
