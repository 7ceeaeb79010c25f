"""views.*: opening, stacking, changing modals and publishing App Home."""

import sqlite3
from typing import Any

from incident.slack.sandbox import blockcheck, calls, personas, refusals, surfaces


@calls.answers("views.open")
def open_(call: calls.Call) -> dict[str, Any]:
    """A modal for whoever made the trigger."""
    view = blockcheck.check_view(call.args["view"], kinds=("modal",))
    trigger = _trigger(call)
    return {"view": surfaces.describe(surfaces.show(call.db, view, person=trigger["person"]))}


@calls.answers("views.push")
def push(call: calls.Call) -> dict[str, Any]:
    """A modal on top of the one the trigger came from; three at most."""
    view = blockcheck.check_view(call.args["view"], kinds=("modal",))
    trigger = _trigger(call)
    if trigger["view"] is None:
        raise refusals.Refusal("invalid_trigger_id")
    below = surfaces.find(call.db, trigger["view"])
    if surfaces.depth(call.db, below["root"]) >= surfaces.STACK:
        raise refusals.Refusal("push_limit_reached")
    return {"view": surfaces.describe(surfaces.show(call.db, view, person=trigger["person"], below=below))}


@calls.answers("views.update")
def update(call: calls.Call) -> dict[str, Any]:
    """New content for an open view, found by its id or the app's own `external_id`."""
    row = _updated(call)
    view = blockcheck.check_view(call.args["view"], kinds=(row["type"],))
    _must_match(call, row)
    return {"view": surfaces.describe(surfaces.replace(call.db, row, view))}


@calls.answers("views.publish")
def publish(call: calls.Call) -> dict[str, Any]:
    """The App Home of one person."""
    view = blockcheck.check_view(call.args["view"], kinds=("home",))
    person = call.text("user_id")
    if personas.find(call.db, person) is None:
        raise refusals.Refusal("user_not_found")
    row = surfaces.home(call.db, person)
    if row is None:
        return {"view": surfaces.describe(surfaces.show(call.db, view, person=person))}
    _must_match(call, row)
    return {"view": surfaces.describe(surfaces.replace(call.db, row, view))}


def _trigger(call: calls.Call) -> sqlite3.Row:
    if not call.text("trigger_id"):
        raise refusals.Refusal("invalid_arguments", messages=["[ERROR] missing required field: trigger_id"])
    return surfaces.exchange(call.db, call.text("trigger_id"))


def _updated(call: calls.Call) -> sqlite3.Row:
    if view_id := call.text("view_id"):
        return surfaces.find(call.db, view_id)
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM views WHERE external_id = ? AND open = 1", (call.text("external_id"),)
    ).fetchone()
    if row is None:
        raise refusals.Refusal("not_found")
    return row


def _must_match(call: calls.Call, row: sqlite3.Row) -> None:
    if call.text("hash") not in {"", row["hash"]}:
        raise refusals.Refusal("hash_conflict")
