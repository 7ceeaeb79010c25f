"""A message read back from Slack, by its channel and time."""

from typing import Any

from incident.alerting.channels import Trouble
from incident.slack.client import SlackCalls

OUT_OF_REACH = ("channel_gone", "message_gone", "missing_scope")


def message(slack: SlackCalls, channel: str, ts: str) -> dict[str, Any] | None:
    """A message, also one in a thread; None where the app cannot read it. Raises Trouble for the rest."""
    try:
        answer = slack.call(
            "conversations.replies", channel=channel, ts=ts, oldest=ts, latest=ts, inclusive=True, limit=2
        )
    except Trouble as trouble:
        if trouble.kind in OUT_OF_REACH or trouble.code == "thread_not_found":
            return None
        raise
    found: list[dict[str, Any]] = answer.get("messages", [])
    return next((each for each in found if each.get("ts") == ts), None)
