"""conversations.*: who is in a channel, and direct messages."""

import sqlite3
from typing import Any

from incident.slack.sandbox import calls, channels, governing, identity, paging, personas, refusals

_ME = identity.BOT_USER
INVITE_LIMIT = 100
DIRECT_LIMIT = 8


@calls.answers("conversations.members")
def members(call: calls.Call) -> dict[str, Any]:
    """Ids of a conversation's members."""
    row = channels.find(call.db, call.text("channel"), viewer=_ME)
    call.must_cover(row["kind"])
    everyone = channels.members(call.db, row["id"])
    limit = call.number("limit", default=100, highest=1000)
    some, rest = paging.page(everyone, cursor=call.text("cursor"), limit=limit)
    return {"members": some, "response_metadata": rest}


@calls.answers("conversations.invite")
def invite(call: calls.Call) -> dict[str, Any]:
    """Adds up to 100 people; without `force` one that cannot be added stops all."""
    row = _mine(call)
    wanted = list(dict.fromkeys(word.strip() for word in call.text("users").split(",") if word.strip()))
    if not wanted:
        raise refusals.Refusal("no_user")
    if len(wanted) > INVITE_LIMIT:
        raise refusals.Refusal(
            "invalid_arguments", messages=["[ERROR] no more than 100 users [json-pointer:/users]"]
        )
    faults = [
        {"user": user, "ok": False, "error": error}
        for user in wanted
        if (error := _why_not(call.db, row, user))
    ]
    if faults and (not call.flag("force") or len(faults) == len(wanted)):
        raise refusals.Refusal(str(faults[0]["error"]), errors=faults)
    bad = {fault["user"] for fault in faults}
    for user in wanted:
        if user not in bad:
            governing.add(call.db, call.workspace, row, user, by=_ME)
    described = channels.describe(call.db, row, viewer=_ME)
    return {"channel": described, **({"errors": faults} if faults else {})}


@calls.answers("conversations.kick")
def kick(call: calls.Call) -> dict[str, Any]:
    """Removes one person."""
    row, user = _mine(call), call.text("user")
    if user == _ME:
        raise refusals.Refusal("cant_kick_self")
    if row["id"] == identity.GENERAL:
        raise refusals.Refusal("cant_kick_from_general")
    if personas.find(call.db, user) is None:
        raise refusals.Refusal("user_not_found")
    if not governing.remove(call.db, call.workspace, row, user, by=_ME):
        raise refusals.Refusal("not_in_channel")
    return {"errors": {}}


@calls.answers("conversations.join")
def join(call: calls.Call) -> dict[str, Any]:
    """The app joins a public channel by itself."""
    row = channels.find(call.db, call.text("channel"), viewer=_ME)
    if row["kind"] != "public":
        raise refusals.Refusal("method_not_supported_for_channel_type")
    channels.must_be_open(row)
    if not governing.add(call.db, call.workspace, row, _ME, by=_ME):
        call.warnings.append("already_in_channel")
    return {"channel": channels.describe(call.db, row, viewer=_ME)}


@calls.answers("conversations.leave")
def leave(call: calls.Call) -> dict[str, Any]:
    """The app leaves a channel."""
    row = channels.find(call.db, call.text("channel"), viewer=_ME)
    channels.must_be_named(row)
    call.must_cover(row["kind"])
    channels.must_be_open(row)
    if row["id"] == identity.GENERAL:
        raise refusals.Refusal("cant_leave_general")
    if not governing.remove(call.db, call.workspace, row, _ME, by=_ME):
        return {"not_in_channel": True}
    return {}


@calls.answers("conversations.open")
def open_(call: calls.Call) -> dict[str, Any]:
    """The direct message with one to eight people, made when it is not there yet."""
    if channel := call.text("channel"):
        row = channels.find(call.db, channel, viewer=_ME)
        if row["kind"] not in {"im", "mpim"}:
            raise refusals.Refusal("method_not_supported_for_channel_type")
        return _opened(call, channel, there=True)
    people = _partners(call)
    kind = "im" if len(people) == 1 else "mpim"
    call.must_cover(kind)
    if call.flag("prevent_creation") and not _exists(call.db, [_ME, *people]):
        raise refusals.Refusal("channel_not_found")
    return _opened(call, *channels.open_direct(call.db, [_ME, *people], creator=_ME))


def _opened(call: calls.Call, channel: str, there: bool) -> dict[str, Any]:
    described: dict[str, Any] = {"id": channel}
    if call.flag("return_im"):
        described = channels.describe(call.db, channels.find(call.db, channel, viewer=_ME), viewer=_ME)
    return {"channel": described, **({"no_op": True, "already_open": True} if there else {})}


def _partners(call: calls.Call) -> list[str]:
    if not call.text("users"):
        raise refusals.Refusal("users_list_not_supplied")
    people = list(dict.fromkeys(word.strip() for word in call.text("users").split(",") if word.strip()))
    if len(people) > DIRECT_LIMIT:
        raise refusals.Refusal("too_many_users")
    for person in people:
        row = personas.find(call.db, person)
        if row is None:
            raise refusals.Refusal("user_not_found")
        if row["deleted"]:
            raise refusals.Refusal("user_disabled")
    return people


def _exists(db: sqlite3.Connection, people: list[str]) -> bool:
    pair = ",".join(sorted(set(people)))
    return db.execute("SELECT 1 FROM channels WHERE pair = ?", (pair,)).fetchone() is not None


def _mine(call: calls.Call) -> sqlite3.Row:
    row = channels.find(call.db, call.text("channel"), viewer=_ME)
    channels.must_be_named(row)
    call.must_cover(row["kind"])
    channels.must_be_open(row)
    channels.must_be_member(call.db, row, _ME)
    return row


def _why_not(db: sqlite3.Connection, channel: sqlite3.Row, user: str) -> str | None:
    """Slack's reason for not adding this person, or None."""
    if user == _ME:
        return "cant_invite_self"
    person = personas.find(db, user)
    if person is None:
        return "user_not_found"
    if person["deleted"]:
        return "user_disabled"
    if person["is_bot"]:
        return "cant_invite"
    if person["team"] != identity.TEAM:
        return "no_external_invite_permission"
    if channels.is_member(db, channel["id"], user):
        return "already_in_channel"
    return None
