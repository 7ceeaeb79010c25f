"""users.*: the people of the workspace and the conversations they are in."""

from typing import Any

from incident.slack.sandbox import calls, channels, identity, paging, personas, refusals

_KINDS = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}


@calls.answers("users.info")
def users_info(call: calls.Call) -> dict[str, Any]:
    """One person."""
    row = personas.find(call.db, call.text("user"))
    if row is None:
        raise refusals.Refusal("user_not_found")
    return {"user": _seen(call, personas.describe(row, with_locale=call.flag("include_locale")))}


@calls.answers("users.list")
def users_list(call: calls.Call) -> dict[str, Any]:
    """Everybody, bots and deactivated people too."""
    rows = call.db.execute("SELECT * FROM people ORDER BY id").fetchall()
    some, rest = paging.page(
        rows, cursor=call.text("cursor"), limit=call.number("limit", default=1000, highest=1000)
    )
    locale = call.flag("include_locale")
    people = [_seen(call, personas.describe(row, with_locale=locale)) for row in some]
    return {"members": people, "response_metadata": rest}


@calls.answers("users.lookupByEmail")
def users_lookup_by_email(call: calls.Call) -> dict[str, Any]:
    """The active person with an e-mail address."""
    row = call.db.execute(
        "SELECT * FROM people WHERE lower(email) = lower(?) AND deleted = 0 AND is_bot = 0",
        (call.text("email"),),
    ).fetchone()
    if row is None:
        raise refusals.Refusal("users_not_found")
    return {"user": personas.describe(row)}


@calls.answers("users.conversations")
def users_conversations(call: calls.Call) -> dict[str, Any]:
    """The conversations a person is in that the app may see; the app's own without `user`."""
    person = call.text("user") or identity.BOT_USER
    rows = call.db.execute(
        "SELECT c.* FROM channels c JOIN members m ON m.channel = c.id WHERE m.person = ? ORDER BY c.rowid",
        (person,),
    ).fetchall()
    return listing(call, [row for row in rows if _visible(call, row["id"], row["kind"])])


def listing(call: calls.Call, rows: list[Any]) -> dict[str, Any]:
    """A page of conversations by `types` (each needs its own scope), `exclude_archived`, `limit` and
    `cursor`."""
    kinds = _wanted_kinds(call)
    wanted = [
        row
        for row in rows
        if row["kind"] in kinds and not (row["archived"] and call.flag("exclude_archived"))
    ]
    some, rest = paging.page(
        wanted, cursor=call.text("cursor"), limit=call.number("limit", default=100, highest=1000)
    )
    described = [channels.describe(call.db, row, viewer=identity.BOT_USER) for row in some]
    return {"channels": described, "response_metadata": rest}


def _wanted_kinds(call: calls.Call) -> set[str]:
    words = [word.strip() for word in (call.text("types") or "public_channel").split(",")]
    if not set(words) <= set(_KINDS):
        raise refusals.Refusal("invalid_types")
    for word in words:
        call.must_cover(_KINDS[word])
    return {_KINDS[word] for word in words}


def _visible(call: calls.Call, channel: str, kind: str) -> bool:
    return kind == "public" or channels.is_member(call.db, channel, identity.BOT_USER)


def _seen(call: calls.Call, user: dict[str, Any]) -> dict[str, Any]:
    """Without `users:read.email` the address is left out, as in Slack."""
    if "users:read.email" not in call.workspace.scopes:
        user["profile"].pop("email", None)
    return user
