"""What a developer expects beside the methods the product calls: people's profiles, bots, groups, marks,
lists of reactions, a check of blocks."""

import json
from typing import Any

from incident.slack.sandbox import (
    blockcheck,
    calls,
    channels,
    emoji,
    identity,
    messages,
    paging,
    personas,
    refusals,
    stamps,
)

_ME = identity.BOT_USER


@calls.answers("bots.info")
def bots_info(call: calls.Call) -> dict[str, Any]:
    """The app's own bot."""
    if call.text("bot") not in {"", identity.BOT}:
        raise refusals.Refusal("bot_not_found")
    bot = {"id": identity.BOT, "deleted": False, "name": "Incident", "updated": 0, "app_id": identity.APP}
    return {"bot": {**bot, "user_id": _ME, "icons": {}}}


@calls.answers("users.profile.get")
def users_profile_get(call: calls.Call) -> dict[str, Any]:
    """One person's profile; the app's own without `user`."""
    row = personas.find(call.db, call.text("user") or _ME)
    if row is None:
        raise refusals.Refusal("user_not_found")
    profile = personas.describe(row)["profile"]
    if "users:read.email" not in call.workspace.scopes:
        profile.pop("email", None)
    return {"profile": profile}


@calls.answers("users.getPresence")
def users_get_presence(call: calls.Call) -> dict[str, Any]:
    """Everybody who is not deactivated is active: nobody sleeps here."""
    row = personas.find(call.db, call.text("user") or _ME)
    if row is None:
        raise refusals.Refusal("user_not_found")
    return {"presence": "away" if row["deleted"] else "active"}


@calls.answers("usergroups.users.list")
def usergroups_users_list(call: calls.Call) -> dict[str, Any]:
    """Ids of a group's people."""
    row = call.db.execute("SELECT people FROM usergroups WHERE id = ?", (call.text("usergroup"),)).fetchone()
    if row is None:
        raise refusals.Refusal("no_such_subteam")
    return {"users": json.loads(row["people"])}


@calls.answers("conversations.mark")
def conversations_mark(call: calls.Call) -> dict[str, Any]:
    """How far the app has read."""
    row = channels.find(call.db, call.text("channel"), viewer=_ME)
    call.must_cover(row["kind"])
    channels.must_be_member(call.db, row, _ME)
    at = stamps.parse(call.text("ts"))
    if at is None:
        raise refusals.Refusal("invalid_timestamp")
    call.db.execute("UPDATE members SET read_at = ? WHERE channel = ? AND person = ?", (at, row["id"], _ME))
    return {}


@calls.answers("conversations.close")
def conversations_close(call: calls.Call) -> dict[str, Any]:
    """Puts a direct message out of the app's sight; nothing is lost."""
    row = channels.find(call.db, call.text("channel"), viewer=_ME)
    if row["kind"] not in {"im", "mpim"}:
        raise refusals.Refusal("method_not_supported_for_channel_type")
    call.must_cover(row["kind"])
    return {}


@calls.answers("reactions.list")
def reactions_list(call: calls.Call) -> dict[str, Any]:
    """The messages somebody reacted to, the newest first, where the app may look."""
    person = call.text("user") or _ME
    rows = call.db.execute(
        "SELECT DISTINCT m.* FROM reactions r JOIN messages m ON m.channel = r.channel AND m.at = r.at"
        " WHERE r.person = ? AND m.channel IN (SELECT channel FROM members WHERE person = ?)"
        " ORDER BY m.at DESC",
        (person, _ME),
    ).fetchall()
    limit = call.number("limit", default=100, highest=1000)
    some, rest = paging.page(rows, cursor=call.text("cursor"), limit=limit)
    items = [
        {
            "type": "message",
            "channel": row["channel"],
            "message": messages.decorate(call.db, row["channel"], [row], with_metadata=False)[0],
        }
        for row in some
    ]
    return {"items": items, "response_metadata": rest}


@calls.answers("emoji.list")
def emoji_list(call: calls.Call) -> dict[str, Any]:
    """The workspace's own emoji: none."""
    return {"emoji": {}, "cache_ts": str(len(emoji.names()))}


@calls.answers("blocks.validate")
def blocks_validate(call: calls.Call) -> dict[str, Any]:
    """Whether blocks, a message or a view would be taken."""
    given = [name for name in ("blocks", "view", "message") if name in call.args]
    if len(given) != 1:
        told = "must provide exactly one of `blocks`, `view`, or `message`"
        raise refusals.Refusal("invalid_arguments", messages=[told])
    value, name = call.args[given[0]], given[0]
    try:
        if name == "view":
            blockcheck.check_view(value, kinds=("modal", "home"))
        else:
            blockcheck.check_message(value.get("blocks") if name == "message" else value)
    except (refusals.Refusal, AttributeError) as refusal:
        found = refusal.messages if isinstance(refusal, refusals.Refusal) else []
        raise refusals.Refusal(f"invalid_{name}", errors=[_issue(one) for one in found]) from None
    return {}


def _issue(message: str) -> dict[str, str]:
    text, _, pointer = message.removeprefix("[ERROR] ").rpartition(" [json-pointer:")
    return {"code": "failed_constraint", "message": text, "pointer": pointer.rstrip("]")}
