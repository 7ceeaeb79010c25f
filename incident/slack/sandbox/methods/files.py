"""files.*: uploading in three steps, looking at files, taking them back."""

from typing import Any

import flask

from incident.slack.sandbox import (
    blockcheck,
    calls,
    channels,
    events,
    files,
    identity,
    messages,
    personas,
    refusals,
)

_ME = identity.BOT_USER
CHANNEL_LIMIT = 100
ALT_LENGTH = 1000
SNIPPET_BYTES = 1_000_000


@calls.answers("files.getUploadURLExternal")
def get_upload_url_external(call: calls.Call) -> dict[str, Any]:
    """The first step: an address for so many bytes."""
    length = int(call.args.get("length") or 0)
    if length < 1:
        raise refusals.Refusal("missing_argument")
    if length > files.LARGEST:
        raise refusals.Refusal("file_upload_size_restricted")
    if call.text("snippet_type") and length > SNIPPET_BYTES:
        raise refusals.Refusal("snippet_too_large")
    if len(call.text("alt_txt")) > ALT_LENGTH:
        raise refusals.Refusal("alt_txt_too_large")
    file, ticket = files.reserve(
        call.db, owner=_ME, name=call.text("filename"), size=length, alt=call.text("alt_txt")
    )
    return {"upload_url": f"{flask.request.url_root}upload/v1/{ticket}", "file_id": file}


@calls.answers("files.completeUploadExternal")
def complete_upload_external(call: calls.Call) -> dict[str, Any]:
    """The last step: the uploaded files are there, and shared where they were asked for, in one message each
    place."""
    given = call.args["files"]
    if not isinstance(given, list) or not given or not all(_named(one) for one in given):
        raise refusals.Refusal(
            "invalid_arguments", messages=["[ERROR] files must be a list of objects with id"]
        )
    for one in given:
        files.finish(call.db, one["id"], owner=_ME, title=str(one.get("title") or ""))
    ids = [str(one["id"]) for one in given]
    for place in _places(call):
        _share(call, place, ids)
    rows = [files.find(call.db, file, viewer=_ME) for file in ids]
    return {"files": [files.describe(call.db, row) for row in rows]}


@calls.answers("files.info")
def info(call: calls.Call) -> dict[str, Any]:
    """One file."""
    row = files.find(call.db, call.text("file"), viewer=_ME)
    return {"file": files.describe(call.db, row), "comments": [], "response_metadata": {"next_cursor": ""}}


@calls.answers("files.list")
def list_(call: calls.Call) -> dict[str, Any]:
    """The files the app may see, the newest first, in numbered pages."""
    rows = [files.describe(call.db, row) for row in files.listed(call.db, viewer=_ME)]
    if channel := call.text("channel"):
        rows = [one for one in rows if channel in one["channels"] + one["groups"] + one["ims"]]
    if user := call.text("user"):
        rows = [one for one in rows if one["user"] == user]
    count = call.number("count", default=100, highest=1000)
    page = call.number("page", default=1, highest=1_000_000)
    pages = max(1, -(-len(rows) // count))
    paging = {"count": count, "total": len(rows), "page": page, "pages": pages}
    return {"files": rows[(page - 1) * count : page * count], "paging": paging}


@calls.answers("files.delete")
def delete(call: calls.Call) -> dict[str, Any]:
    """Takes back one of the app's own files."""
    row = files.find(call.db, call.text("file"), viewer=_ME)
    if row["owner"] != _ME:
        raise refusals.Refusal("cant_delete_file")
    files.delete(call.db, row)
    return {}


def _named(one: Any) -> bool:
    return isinstance(one, dict) and isinstance(one.get("id"), str)


def _places(call: calls.Call) -> list[str]:
    wanted = [call.text("channel_id"), *call.text("channels").split(",")]
    places = list(dict.fromkeys(word.strip() for word in wanted if word.strip()))
    if len(places) > CHANNEL_LIMIT:
        raise refusals.Refusal("channels_limit_exceeded")
    return places


def _share(call: calls.Call, place: str, ids: list[str]) -> None:
    if place.startswith("U") and personas.find(call.db, place) is not None:
        place, _ = channels.open_direct(call.db, [_ME, place], creator=_ME)
    row = channels.find(call.db, place, viewer=_ME)
    channels.must_be_open(row, error="posting_to_channel_denied")
    channels.must_be_member(call.db, row, _ME)
    body: dict[str, Any] = {
        "user": _ME,
        "bot_id": identity.BOT,
        "app_id": identity.APP,
        "team": identity.TEAM,
        "text": call.text("initial_comment"),
        "files": [{"id": file} for file in ids],
        "upload": True,
    }
    if "blocks" in call.args and not body["text"]:
        body["blocks"] = blockcheck.check_message(call.args["blocks"])
    thread = None
    if ts := call.text("thread_ts"):
        parent = messages.find(call.db, row["id"], ts, error="thread_not_found")
        thread = int(parent["thread"] or parent["at"])
    stored = messages.write(call.db, row["id"], body, author=_ME, thread=thread)
    for file in ids:
        files.note_share(call.db, file, row["id"], stored["ts"])
        told = {"file_id": file, "file": {"id": file}, "user_id": _ME, "channel_id": row["id"]}
        events.emit(call.db, call.workspace, {"type": "file_shared", **told}, within=row["id"])
    events.say(call.db, call.workspace, row, files.fill(call.db, stored))
