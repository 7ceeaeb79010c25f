"""The private channel of an incident in Slack: made, named, filled and emptied of people, and put away."""

import html
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from incident.alerting.channels import Order, Trouble
from incident.alerting.facts import IncidentFacts
from incident.slack import client, naming, posting
from incident.slack.blocks import summary
from incident.slack.blocks import welcome as hello
from incident.slack.client import SlackCalls

INVITE_MOST = 100  # people a call takes; docs.slack.dev/reference/methods/conversations.invite
SUFFIX_MOST = 9  # names tried: inc-…, inc-…-2 up to -9
ALREADY_THERE = ("already_in_channel", "cant_invite_self")
Result = dict[str, Any]


def create(slack: SlackCalls, order: Order, incident: IncidentFacts, zone: ZoneInfo) -> Result:
    """A private channel, always: what a channel says must not be retried in the open."""
    if order.uncertain and incident.channel_id and _stands(slack, incident.channel_id):
        return {"channel": incident.channel_id, "name": incident.channel_name}
    base = naming.channel_name(incident, zone)
    for name in (base, *(f"{base}-{number}" for number in range(2, SUFFIX_MOST + 1))):
        try:
            made = slack.call("conversations.create", name=name, is_private=True)["channel"]
        except Trouble as trouble:
            if trouble.kind != "name_taken":
                raise
            made = _made_before(slack, name, order)
        if made is not None:
            return {"channel": made["id"], "name": made["name"]}
    raise Trouble("name_taken", name=base)


def _stands(slack: SlackCalls, channel: str) -> bool:
    """Whether a channel is still there to be written to."""
    try:
        found = slack.call("conversations.info", channel=channel)["channel"]
    except Trouble as trouble:
        if trouble.kind != "channel_gone":
            raise
        return False
    return not found.get("is_archived")


def _made_before(slack: SlackCalls, name: str, order: Order) -> dict[str, Any] | None:
    """The channel that an earlier attempt at this very step made, if it did."""
    since = (order.created_at - posting.LOOK_BACK).timestamp()
    gone = order.payload.get("gone", [])
    kinds = {"types": "private_channel", "exclude_archived": True}
    for each in posting.pages(slack, "users.conversations", "channels", **kinds):
        ours = each["name"] == name and each["creator"] == slack.me() and each["id"] not in gone
        if ours and each["created"] >= since:
            return each
    return None


def set_topic(slack: SlackCalls, order: Order, incident: IncidentFacts, _zone: ZoneInfo) -> Result:
    """Number, level and title in both languages."""
    channel, topic = posting.room(incident), naming.topic(incident, order.locale)
    if order.uncertain:
        present = slack.call("conversations.info", channel=channel)["channel"]["topic"]["value"]
        if html.unescape(present) == topic:
            return {}
    slack.call("conversations.setTopic", channel=channel, topic=topic)
    return {}


def invite(slack: SlackCalls, order: Order, incident: IncidentFacts, _zone: ZoneInfo) -> Result:
    """Everybody who can be; those who cannot are named with the reason, and the rest get in. Whom an earlier
    step brought in and nothing keeps there any more is let go; who came otherwise stays."""
    channel = posting.room(incident)
    known = {each.slack_id: each for each in order.people if each.slack_id}
    refused = [(each, "no_slack_account") for each in order.people if not each.slack_id]
    brought: list[int] = []
    ids = list(known)
    for start in range(0, len(ids), INVITE_MOST):
        batch = ids[start : start + INVITE_MOST]
        faults = _invite_batch(slack, channel, batch)
        refused += [
            (known[id_], client.KINDS.get(why, "invalid"))
            for id_, why in faults.items()
            if why not in ALREADY_THERE
        ]
        brought += [known[id_].id for id_ in batch if id_ not in faults]
    for each in order.leaving:
        if each.slack_id:
            idempotent(slack, "conversations.kick", "not_in_channel", channel=channel, user=each.slack_id)
    return {
        "invited": len(order.people) - len(refused),
        "not_invited": [{"person": each.name, "kind": why} for each, why in refused],
        "brought": brought,
        "left": [each.id for each in order.leaving],
    }


def _invite_batch(slack: SlackCalls, channel: str, ids: list[str]) -> dict[str, str]:
    """Slack's word for each who was not brought in; with `force` one of them stops nobody else."""
    try:
        answer = slack.call("conversations.invite", channel=channel, users=",".join(ids), force=True)
        faults = answer.get("errors", [])
    except Trouble as trouble:
        if not trouble.details:
            raise
        faults = trouble.details
    return {str(fault["user"]): str(fault["error"]) for fault in faults if "user" in fault}


def remove(slack: SlackCalls, order: Order, incident: IncidentFacts, _zone: ZoneInfo) -> Result:
    """Whoever must stand aside leaves the channel, also where somebody else let them in."""
    user = order.people[0].slack_id if order.people else None
    if user:
        channel = posting.room(incident)
        idempotent(slack, "conversations.kick", "not_in_channel", channel=channel, user=user)
    return {}


def pin(slack: SlackCalls, _order: Order, incident: IncidentFacts, _zone: ZoneInfo) -> Result:
    """The card at the top."""
    channel = posting.room(incident)
    idempotent(slack, "pins.add", "already_pinned", channel=channel, timestamp=str(incident.card_ts))
    return {}


def bookmark(slack: SlackCalls, order: Order, incident: IncidentFacts, _zone: ZoneInfo) -> Result:
    """The link to the board."""
    channel = posting.room(incident)
    if order.uncertain:
        listed = slack.call("bookmarks.list", channel_id=channel)["bookmarks"]
        if any(each["link"] == incident.url for each in listed):
            return {}
    title = naming.bookmark_title(incident, order.locale)
    slack.call("bookmarks.add", channel_id=channel, title=title, type="link", link=incident.url)
    return {}


def welcome(slack: SlackCalls, order: Order, incident: IncidentFacts, zone: ZoneInfo) -> Result:
    """To whoever joined, and seen by nobody else; one that may have arrived is not sent again."""
    if order.uncertain:
        return {}
    person = order.people[0] if order.people else None
    locale = (person.locale if person else None) or order.locale
    message = hello.build(incident, person, order.payload, locale, zone)
    slack.call(
        "chat.postEphemeral",
        channel=posting.room(incident),
        user=order.payload["user"],
        text=message.text,
        blocks=message.blocks,
    )
    return {}


def archive(slack: SlackCalls, order: Order, incident: IncidentFacts, zone: ZoneInfo) -> Result:
    """Say how it ended and put the channel away; one that somebody put away before stays as it is."""
    channel = str(order.payload["channel"])
    try:
        posting.say(slack, order, channel, summary.build(incident, order.payload, order.locale, zone))
        idempotent(slack, "conversations.archive", "already_archived", channel=channel)
    except Trouble as trouble:
        if trouble.kind != "channel_gone":
            raise
    return {"channel": channel}


def idempotent(slack: SlackCalls, method: str, already: str, **arguments: Any) -> None:
    """Call a method whose refusal with this word says that it was done before."""
    try:
        slack.call(method, **arguments)
    except Trouble as trouble:
        if trouble.code != already:
            raise


STEPS: dict[str, Callable[[SlackCalls, Order, IncidentFacts, ZoneInfo], Result]] = {
    "create_channel": create,
    "set_topic": set_topic,
    "invite": invite,
    "remove": remove,
    "pin": pin,
    "bookmark": bookmark,
    "welcome": welcome,
    "archive": archive,
}
