"""Slack as a way out for alerts: one small method for each step of the outbox.

A step whose outcome is unknown is looked up before it is taken again: a message by its metadata, a channel
by its name and maker, a bookmark by its link, a topic by its text.
"""

import html
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from incident.alerting.channels import Order, Trouble
from incident.alerting.facts import IncidentFacts, PersonFacts
from incident.settings import Settings
from incident.slack import calling, client, naming
from incident.slack.blocks import announcement, card, direct, drills, groups, lines, posts, reminders
from incident.slack.blocks.texts import Message
from incident.slack.client import SlackCalls
from incident.slack.keeping import Keeper
from incident.slack.response import ResponseChannel

EVENT_TYPE = "incident_step"
INVITE_MOST = 100  # people a call takes; docs.slack.dev/reference/methods/conversations.invite
SUFFIX_MOST, LOOK_PAGES, PAGE_SIZE = 9, 10, 200  # names tried: inc-…, inc-…-2 up to -9
LOOK_BACK = timedelta(seconds=60)  # Slack's clock and ours may differ by so much
ALREADY_THERE = ("already_in_channel", "cant_invite_self")


class SlackChannel:
    """Takes the steps of the outbox in one Slack workspace."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._zone = settings, settings.zone
        self.slack = SlackCalls(settings)
        self._response = ResponseChannel(settings.slack_response_channel, self.slack, self._pages)
        self._bot: str | None = None
        self._direct: dict[str, str] = {}
        self._steps: dict[str, Callable[[Order, IncidentFacts], dict[str, Any]]] = {
            "announce": self._announce,
            "create_channel": self._create_channel,
            "post_card": self._post_card,
            "invite": self._invite,
            "remove": self._remove,
            "set_topic": self._set_topic,
            "pin": self._pin,
            "bookmark": self._bookmark,
            "post": self._post,
            "page": self._page,
            "line": self._page,
            "call_leads": self._call_leads,
            "approval": self._page,
            "update_card": self._update_card,
            "update_announcement": self._update_announcement,
            "update_page": self._update_page,
            "update_approval": self._update_page,
            "keep_message": Keeper(settings, self.slack).keep,
        }

    def deliver(self, order: Order) -> dict[str, Any]:
        """Take one step; raises Trouble by kind."""
        if order.step in ("remind", "drill_tell", "drill_post"):
            return self._remind(order)
        if order.step in ("propose_group", "update_proposal"):
            return self._propose(order)
        if order.incident is None:
            raise Trouble("invalid", word="no_incident")
        return self._steps[order.step](order, order.incident)

    def _create_channel(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        """A private channel, always: what a channel says must not be retried in the open."""
        base = naming.channel_name(incident, self._settings.zone)
        for name in (base, *(f"{base}-{number}" for number in range(2, SUFFIX_MOST + 1))):
            try:
                made = self.slack.call("conversations.create", name=name, is_private=True)["channel"]
            except Trouble as trouble:
                if trouble.kind != "name_taken":
                    raise
                made = self._made_before(name, order)
            if made is not None:
                return {"channel": made["id"], "name": made["name"]}
        raise Trouble("name_taken", name=base)

    def _made_before(self, name: str, order: Order) -> dict[str, Any] | None:
        """The channel that an earlier attempt at this very step made, if it did."""
        since = (order.created_at - LOOK_BACK).timestamp()
        gone = order.payload.get("gone", [])
        listed = self._pages(
            "users.conversations", "channels", types="private_channel", exclude_archived=True
        )
        for each in listed:
            ours = each["name"] == name and each["creator"] == self._me() and each["id"] not in gone
            if ours and each["created"] >= since:
                return each
        return None

    def _me(self) -> str:
        if self._bot is None:
            self._bot = str(self.slack.call("auth.test")["user_id"])
        return self._bot

    def _set_topic(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        channel, topic = _channel(incident), naming.topic(incident, order.locale)
        if order.uncertain:
            present = self.slack.call("conversations.info", channel=channel)["channel"]["topic"]["value"]
            if html.unescape(present) == topic:
                return {}
        self.slack.call("conversations.setTopic", channel=channel, topic=topic)
        return {}

    def _invite(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        """Everybody who can be; those who cannot are named with the reason, and the rest get in."""
        known = {each.slack_id: each for each in order.people if each.slack_id}
        refused = [(each, "no_slack_account") for each in order.people if not each.slack_id]
        ids = list(known)
        for start in range(0, len(ids), INVITE_MOST):
            batch = ids[start : start + INVITE_MOST]
            refused += [(known[id_], why) for id_, why in self._invite_batch(_channel(incident), batch)]
        left = [{"person": each.name, "kind": why} for each, why in refused]
        return {"invited": len(order.people) - len(left), "not_invited": left}

    def _invite_batch(self, channel: str, ids: list[str]) -> list[tuple[str, str]]:
        """(id, kind of trouble) of those who did not get in; with `force` one of them stops nobody else."""
        try:
            answer = self.slack.call("conversations.invite", channel=channel, users=",".join(ids), force=True)
            faults = answer.get("errors", [])
        except Trouble as trouble:
            if not trouble.details:
                raise
            faults = trouble.details
        return [
            (fault["user"], client.KINDS.get(fault["error"], "invalid"))
            for fault in faults
            if fault["error"] not in ALREADY_THERE and "user" in fault
        ]

    def _remove(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        """Whoever must stand aside leaves the channel, also where somebody else let them in."""
        user = order.people[0].slack_id if order.people else None
        if user:
            self._idempotent("conversations.kick", "not_in_channel", channel=_channel(incident), user=user)
        return {}

    def _post_card(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        return self._say(order, _channel(incident), card.build(incident, order.locale, self._zone))

    def _pin(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        self._idempotent(
            "pins.add", "already_pinned", channel=_channel(incident), timestamp=str(incident.card_ts)
        )
        return {}

    def _idempotent(self, method: str, already: str, **arguments: Any) -> None:
        try:
            self.slack.call(method, **arguments)
        except Trouble as trouble:
            if trouble.code != already:
                raise

    def _bookmark(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        channel = _channel(incident)
        if order.uncertain:
            listed = self.slack.call("bookmarks.list", channel_id=channel)["bookmarks"]
            if any(each["link"] == incident.url for each in listed):
                return {}
        title = naming.bookmark_title(incident, order.locale)
        self.slack.call("bookmarks.add", channel_id=channel, title=title, type="link", link=incident.url)
        return {}

    def _announce(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        channel = self._response.id()
        try:
            return self._say(order, channel, announcement.build(incident, order.locale, self._zone))
        except Trouble as trouble:
            if trouble.kind == "channel_gone":
                self._response.forget()
            raise

    def _propose(self, order: Order) -> dict[str, Any]:
        """A group that people should confirm, in the response channel; edited once somebody has decided."""
        message = groups.build(order.payload, order.locale, self._settings.url)
        if order.step == "update_proposal":
            return self._change(order.payload["channel"], order.payload["ts"], message)
        return self._say(order, self._response.id(), message)

    def _post(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        return self._say(order, _channel(incident), posts.build(incident, order.payload, order.locale))

    def _page(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        """A direct message in the person's own language, with the buttons for what it asks."""
        person = _person(order)
        message = direct.build(order, incident, person.locale or order.locale, self._zone)
        try:
            return self._say(order, self._direct_with(person), message)
        except Trouble as trouble:
            if trouble.kind == "channel_gone":
                self._direct.pop(str(person.slack_id), None)  # opened afresh when somebody presses retry
            raise

    def _call_leads(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        """A direct message to each lead; those who cannot be reached keep nobody else from being called."""
        return calling.each(order, lambda person: self._call(order, incident, person))

    def _call(self, order: Order, incident: IncidentFacts, person: PersonFacts) -> None:
        theirs = [line for line in order.lines if line.lead_id == person.id]
        message = lines.calls(incident, theirs, person.locale or order.locale, self._zone)
        self._say(replace(order, key=f"{order.key}:{person.id}"), self._direct_with(person), message)

    def _remind(self, order: Order) -> dict[str, Any]:
        """To whoever must act; to the incident's channel where nobody with a Slack account is named, unless
        it is for one player of a drill alone."""
        person = next((each for each in order.people if each.slack_id), None)
        channel = order.incident.channel_id if order.incident and order.step != "drill_tell" else None
        if person is None and channel is None:
            raise Trouble("no_slack_account", name=order.people[0].name if order.people else "-")
        locale = (person.locale if person else None) or order.locale
        where = self._direct_with(person) if person else str(channel)
        build = reminders.build if order.step == "remind" else drills.build
        return self._say(order, where, build(order, locale, self._zone, self._settings.url))

    def _direct_with(self, person: PersonFacts) -> str:
        if not person.slack_id:
            raise Trouble("no_slack_account", name=person.name)
        if person.slack_id not in self._direct:
            try:
                opened = self.slack.call("conversations.open", users=person.slack_id)
            except Trouble as trouble:
                if trouble.kind == "user_gone":
                    raise Trouble("user_gone", code=trouble.code, name=person.name) from trouble
                raise
            self._direct[person.slack_id] = str(opened["channel"]["id"])
        return self._direct[person.slack_id]

    def _update_card(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        return self._change(
            _channel(incident), str(incident.card_ts), card.build(incident, order.locale, self._zone)
        )

    def _update_announcement(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        where, ts = str(incident.announcement_channel), str(incident.announcement_ts)
        return self._change(where, ts, announcement.build(incident, order.locale, self._zone))

    def _update_page(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        locale = (order.people[0].locale if order.people else None) or order.locale
        message = direct.build(order, incident, locale, self._zone)
        return self._change(order.payload["channel"], order.payload["ts"], message)

    def _say(self, order: Order, channel: str, message: Message) -> dict[str, Any]:
        """Post a message once: where an earlier attempt may have arrived, it is looked for first."""
        ts = self._said_before(order, channel) if order.uncertain else None
        if ts is None:
            said = self.slack.call(
                "chat.postMessage",
                channel=channel,
                text=message.text,
                blocks=message.blocks,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"key": self._key(order)}},
                unfurl_links=False,
                unfurl_media=False,
            )
            ts = str(said["ts"])
        return {"channel": channel, "ts": ts}

    def _key(self, order: Order) -> str:
        """Names the step among all messages; in a channel that replaced another it is a new message."""
        return f"{order.key}@{order.created_at.timestamp():.0f}"

    def _said_before(self, order: Order, channel: str) -> str | None:
        oldest = f"{(order.created_at - LOOK_BACK).timestamp():.6f}"
        history = self._pages(
            "conversations.history", "messages", channel=channel, oldest=oldest, include_all_metadata=True
        )
        for each in history:
            if each.get("metadata", {}).get("event_payload", {}).get("key") == self._key(order):
                return str(each["ts"])
        return None

    def _change(self, channel: str, ts: str, message: Message) -> dict[str, Any]:
        self.slack.call("chat.update", channel=channel, ts=ts, text=message.text, blocks=message.blocks)
        return {"channel": channel, "ts": ts}

    def _pages(self, method: str, field: str, **arguments: Any) -> Iterator[dict[str, Any]]:
        cursor = ""
        for _page in range(LOOK_PAGES):
            more = {"cursor": cursor} if cursor else {}
            answer = self.slack.call(method, limit=PAGE_SIZE, **arguments, **more)
            yield from answer[field]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return


def _channel(incident: IncidentFacts) -> str:
    return str(incident.channel_id)


def _person(order: Order) -> PersonFacts:
    if not order.people:
        raise Trouble("user_gone", name="-")
    return order.people[0]
