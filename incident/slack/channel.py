"""Slack as a way out for alerts: one small method for each step of the outbox.

A step whose outcome is unknown is looked up before it is taken again: a message by the key in its
metadata, a channel by its name and maker, a bookmark by its link, a topic by its text.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from incident.alerting.channels import Order, Trouble
from incident.alerting.facts import IncidentFacts, PersonFacts
from incident.settings import Settings
from incident.slack import calling, posting, rooms
from incident.slack.blocks import announcement, card, digest, direct, drills, groups, lines, posts, reminders
from incident.slack.blocks.texts import Message
from incident.slack.client import SlackCalls
from incident.slack.keeping import Keeper
from incident.slack.response import ResponseChannel


class SlackChannel:
    """Takes the steps of the outbox in one Slack workspace."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._zone = settings, settings.zone
        self.slack = SlackCalls(settings)
        self._response = ResponseChannel(settings.slack_response_channel, self.slack)
        self._direct: dict[str, str] = {}
        self._steps: dict[str, Callable[[Order, IncidentFacts], dict[str, Any]]] = {
            "announce": self._announce,
            "post_card": self._post_card,
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
        if order.step in rooms.STEPS:
            return rooms.STEPS[order.step](self.slack, order, order.incident, self._zone)
        return self._steps[order.step](order, order.incident)

    def _post_card(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        where, message = posting.room(incident), card.build(incident, order.locale, self._zone)
        return posting.say_or_change(self.slack, order, where, incident.card_ts, message)

    def _announce(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        channel = self._response.id()
        try:
            message = self._announcement(order, incident)
            return posting.say_or_change(self.slack, order, channel, incident.announcement_ts, message)
        except Trouble as trouble:
            if trouble.kind == "channel_gone":
                self._response.forget()
            raise

    def _propose(self, order: Order) -> dict[str, Any]:
        """A group that people should confirm, in the response channel; edited once somebody has decided."""
        message = groups.build(order.payload, order.locale, self._settings.url)
        if order.step == "update_proposal":
            return posting.change(self.slack, order.payload["channel"], order.payload["ts"], message)
        return posting.say(self.slack, order, self._response.id(), message)

    def _post(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        return posting.say(
            self.slack, order, posting.room(incident), posts.build(incident, order.payload, order.locale)
        )

    def _page(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        """A direct message in the person's own language, with the buttons for what it asks."""
        person = _person(order)
        message = self._alert(order, incident, person.locale or order.locale)
        try:
            return posting.say(self.slack, order, self._direct_with(person), message)
        except Trouble as trouble:
            if trouble.kind == "channel_gone":
                self._direct.pop(str(person.slack_id), None)  # opened afresh when somebody presses retry
            raise

    def _alert(self, order: Order, incident: IncidentFacts, locale: str) -> Message:
        if order.others:
            return digest.build(order.incidents, locale, self._zone, alerted=True)
        return direct.build(order, incident, locale, self._zone)

    def _call_leads(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        """A direct message to each lead; those who cannot be reached keep nobody else from being called."""
        return calling.each(order, lambda person: self._call(order, incident, person))

    def _call(self, order: Order, incident: IncidentFacts, person: PersonFacts) -> None:
        theirs = [line for line in order.lines if line.lead_id == person.id]
        message = lines.calls(incident, theirs, person.locale or order.locale, self._zone)
        own = replace(order, key=f"{order.key}:{person.id}")
        posting.say(self.slack, own, self._direct_with(person), message)

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
        return posting.say(self.slack, order, where, build(order, locale, self._zone, self._settings.url))

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
        return posting.change(
            self.slack,
            posting.room(incident),
            str(incident.card_ts),
            card.build(incident, order.locale, self._zone),
        )

    def _update_announcement(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        where, ts = str(incident.announcement_channel), str(incident.announcement_ts)
        return posting.change(self.slack, where, ts, self._announcement(order, incident))

    def _announcement(self, order: Order, incident: IncidentFacts) -> Message:
        if order.others:
            return digest.build(order.incidents, order.locale, self._zone, alerted=False)
        return announcement.build(incident, order.locale, self._zone)

    def _update_page(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        locale = (order.people[0].locale if order.people else None) or order.locale
        message = self._alert(order, incident, locale)
        return posting.change(self.slack, order.payload["channel"], order.payload["ts"], message)


def _person(order: Order) -> PersonFacts:
    if not order.people:
        raise Trouble("user_gone", name="-")
    return order.people[0]
