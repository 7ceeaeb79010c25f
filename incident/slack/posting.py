"""Saying something in Slack once, changing what was said, and going through what Slack lists page by page."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from incident.alerting.channels import Order, Trouble
from incident.alerting.facts import IncidentFacts
from incident.slack.blocks.texts import Message
from incident.slack.client import SlackCalls

EVENT_TYPE = "incident_step"
LOOK_BACK = timedelta(seconds=60)  # Slack's clock and ours may differ by so much
LOOK_PAGES, PAGE_SIZE = 10, 200


def say(slack: SlackCalls, order: Order, channel: str, message: Message) -> dict[str, Any]:
    """Post a message once: where an earlier attempt may have arrived, it is looked for first."""
    before = _said_before(slack, order, channel) if order.uncertain else None
    if before is not None:
        return {"channel": channel, **before}
    names = {"key": order.mark, **({"others": " ".join(order.marks)} if order.marks else {})}
    said = slack.call(
        "chat.postMessage",
        channel=channel,
        text=message.text,
        blocks=message.blocks,
        metadata={"event_type": EVENT_TYPE, "event_payload": names},
        unfurl_links=False,
        unfurl_media=False,
    )
    bundle = {"bundle": [each.id for each in order.incidents]} if order.others else {}
    return {"channel": channel, "ts": str(said["ts"]), **bundle}


def say_or_change(
    slack: SlackCalls, order: Order, channel: str, ts: str | None, message: Message
) -> dict[str, Any]:
    """Bring a message up to date that is to stand in a channel; say it where it is not there any more."""
    if order.uncertain and ts:
        try:
            return change(slack, channel, ts, message)
        except Trouble as trouble:
            if trouble.kind not in ("message_gone", "channel_gone"):
                raise
    return say(slack, order, channel, message)


def _said_before(slack: SlackCalls, order: Order, channel: str) -> dict[str, Any] | None:
    """The message that says it already, alone or with others; incidents stand first in their keys."""
    oldest = f"{(order.created_at - LOOK_BACK).timestamp():.6f}"
    history = pages(
        slack,
        "conversations.history",
        "messages",
        channel=channel,
        oldest=oldest,
        include_all_metadata=True,
    )
    for each in history:
        names = each.get("metadata", {}).get("event_payload", {})
        marks = [names.get("key", ""), *names.get("others", "").split()]
        if order.mark in marks:
            bundle = {"bundle": [int(mark.partition(":")[0]) for mark in marks]}
            return {"ts": str(each["ts"]), **(bundle if len(marks) > 1 else {})}
    return None


def room(incident: IncidentFacts) -> str:
    """The incident's channel; the steps in it are taken once there is one."""
    return str(incident.channel_id)


def change(slack: SlackCalls, channel: str, ts: str, message: Message) -> dict[str, Any]:
    """Put other words in the place of a message."""
    slack.call("chat.update", channel=channel, ts=ts, text=message.text, blocks=message.blocks)
    return {"channel": channel, "ts": ts}


def pages(slack: SlackCalls, method: str, field: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    """What a method lists, page by page."""
    cursor = ""
    for _page in range(LOOK_PAGES):
        more = {"cursor": cursor} if cursor else {}
        answer = slack.call(method, limit=PAGE_SIZE, **arguments, **more)
        yield from answer[field]
        cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
        if not cursor:
            return
