"""What a person types, as Slack sends it on: escaped, with @names and #channels turned into references."""

import re
import sqlite3

from incident.slack.sandbox import viewer as eyes

_PERSON = re.compile(r"(?<![\w@])@([\w.-]*[\w-])")
_CHANNEL = re.compile(r"(?<![\w#&])#([a-z0-9_-]+)")


def escape(text: str) -> str:
    """The three characters Slack's mrkdwn escapes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def encode(db: sqlite3.Connection, typed: str, *, labels: bool) -> str:
    """Escaped text with references; with `labels` as commands get them (<@U…|name>), without as messages
    (<@U…>)."""

    def person(match: re.Match[str]) -> str:
        row = db.execute("SELECT id, name FROM people WHERE name = ?", (match[1],)).fetchone()
        return match[0] if row is None else _reference("@", row, labels=labels)

    def channel(match: re.Match[str]) -> str:
        row = db.execute(
            "SELECT id, name FROM channels WHERE name = ? AND kind = 'public'", (match[1],)
        ).fetchone()
        return match[0] if row is None else _reference("#", row, labels=labels)

    return _CHANNEL.sub(channel, _PERSON.sub(person, escape(typed)))


def decode(text: str, viewer: eyes.Viewer) -> str:
    """The reverse, for somebody who edits what they said."""

    def name(match: re.Match[str]) -> str:
        known = viewer.handles if match[1] == "@" else viewer.channels
        return match[1] + known.get(match[2], match[2])

    plain = re.sub(r"<([@#])(\w+)(?:\|[^<>]*)?>", name, text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _reference(sign: str, row: sqlite3.Row, *, labels: bool) -> str:
    return f"<{sign}{row['id']}|{row['name']}>" if labels else f"<{sign}{row['id']}>"
