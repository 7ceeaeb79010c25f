"""Refusing blocks and views that Slack would refuse, and giving ids to those that came without."""

import json
import secrets
from typing import Any

from incident.slack.sandbox import blockrules, checks, refusals

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_BYTES = 250_000
# All text of a message's blocks together: undocumented, and reports vary (bolt-js #2867 was refused between
# 9,600 and 11,300 characters). This is the generous figure: stay well below it.
BLOCK_CHARACTERS = 13_200

_MESSAGE = checks.items(checks.kinds(blockrules.BLOCKS), MESSAGE_BLOCKS, least=0)
_VIEW_BLOCKS = checks.items(checks.kinds(blockrules.BLOCKS), VIEW_BLOCKS, least=0)
_COMMON: dict[str, checks.Check] = {
    "private_metadata": checks.string(3000, shortest=0),
    "callback_id": checks.string(255, shortest=0),
    "external_id": checks.string(255, shortest=0),
}
_VIEWS: dict[str, checks.Check] = {
    "modal": checks.record(
        {"type": checks.word("modal"), "title": checks.text(24), "blocks": _VIEW_BLOCKS},
        {
            **_COMMON,
            "close": checks.text(24),
            "submit": checks.text(24),
            "clear_on_close": checks.boolean,
            "notify_on_close": checks.boolean,
            "submit_disabled": checks.boolean,
        },
    ),
    "home": checks.record({"type": checks.word("home"), "blocks": _VIEW_BLOCKS}, _COMMON),
}


def check_message(blocks: Any) -> list[dict[str, Any]]:
    """The blocks of a message with every id filled in. Refuses `invalid_blocks_format`, `invalid_blocks`
    with the
    faults and their places, `msg_blocks_too_long`."""
    if not isinstance(blocks, list):
        raise refusals.Refusal("invalid_blocks_format")
    report = checks.Report()
    _MESSAGE(report, blocks, "/blocks")
    if not report.faults:
        _check_ids(report, blocks, "/blocks")
    if report.faults:
        raise refusals.Refusal("invalid_blocks", messages=report.faults)
    if report.characters > BLOCK_CHARACTERS:
        raise refusals.Refusal("msg_blocks_too_long")
    return with_ids(blocks)


def check_view(view: Any, *, kinds: tuple[str, ...]) -> dict[str, Any]:
    """A view with every id filled in. Refuses `view_too_large`, and `invalid_arguments` with the faults."""
    if not isinstance(view, dict):
        raise refusals.Refusal(
            "invalid_arguments", messages=["[ERROR] must provide an object [json-pointer:/view]"]
        )
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES:
        raise refusals.Refusal("view_too_large")
    report = checks.Report()
    checks.kinds(_VIEWS, allowed=kinds)(report, view, "/view")
    if not report.faults:
        _check_ids(report, view["blocks"], "/view/blocks")
        _check_submit(report, view)
    if report.faults:
        raise refusals.Refusal("invalid_arguments", messages=report.faults)
    return {**view, "blocks": with_ids(view["blocks"])}


def elements(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The interactive elements of a block, in order."""
    found = [block[name] for name in ("accessory", "element") if name in block]
    if block["type"] == "actions":
        found += block["elements"]
    return [
        element for element in found if element["type"] in blockrules.ELEMENTS and element["type"] != "image"
    ]


def with_ids(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The blocks as Slack keeps them: each block and each element has an id. Does not change what it was
    given."""
    kept: list[dict[str, Any]] = json.loads(json.dumps(blocks))
    for block in kept:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
        for element in elements(block):
            element.setdefault("action_id", secrets.token_urlsafe(4)[:5])
    return kept


def _check_ids(report: checks.Report, blocks: list[dict[str, Any]], place: str) -> None:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        if block.get("block_id") in seen:
            report.fault(f"`block_id` already in use: {block['block_id']}", f"{place}/{index}/block_id")
        seen |= {block["block_id"]} if "block_id" in block else set()
        actions = [element["action_id"] for element in elements(block) if "action_id" in element]
        if len(actions) != len(set(actions)):
            report.fault("`action_id` must be unique within its block", f"{place}/{index}")


def _check_submit(report: checks.Report, view: dict[str, Any]) -> None:
    inputs = any(block["type"] == "input" for block in view["blocks"])
    if view["type"] == "modal" and inputs and "submit" not in view:
        report.fault("must define `submit` to use an `input` block in modals", "/view")
