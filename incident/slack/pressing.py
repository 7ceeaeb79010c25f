"""A pressed button, Acknowledge or Accept: the act, and its message brought up to date at once."""

import http.client
import logging

from slack_sdk.webhook import WebhookClient
from sqlalchemy import select

from incident import errors
from incident.alerting import bundles, facts
from incident.alerting.facts import IncidentFacts
from incident.coordination import departments
from incident.db import db
from incident.errors import N_, DomainError
from incident.lifecycle import acts
from incident.models.incidents import Incident
from incident.slack import asking, spoken
from incident.slack.asking import Ask
from incident.slack.blocks import announcement, card, digest, lines, page
from incident.slack.blocks.texts import Message
from incident.slack.envelopes import BlockActions

log = logging.getLogger(__name__)
REPLY_SECONDS = 2  # the response_url is called while Slack waits 3 s for the answer


def acknowledge(ask: Ask, press: BlockActions) -> None:
    """Acknowledge the incident of the button; whoever comes second is told who was first."""
    number = press.actions[0].value or ""
    try:
        if not number:
            raise errors.Invalid(N_("This button names no incident."))
        incident = spoken.change(ask, number, lambda found: acts.acknowledge(found, by=ask.by, at=ask.at))
    except DomainError as error:
        whisper(press, asking.refusal(error, ask.locale, ask.house))
        return
    _reply(press, _redrawn(ask, press, incident), replace_original=True)
    whisper(press, asking.line(spoken.acknowledged(ask, incident)))


def accept(ask: Ask, press: BlockActions) -> None:
    """Accept for the department of the button; whoever comes second is told who was first."""
    number, _, codes = (press.actions[0].value or "").partition(" ")
    code, *others = codes.split() or [""]
    try:
        if not code:
            raise errors.Invalid(N_("This button names no department."))
        incident = spoken.change(
            ask,
            number,
            lambda found: departments.accept(found, code, by=ask.by, at=ask.at, calendar=ask.house.calendar),
        )
    except DomainError as error:
        whisper(press, asking.refusal(error, ask.locale, ask.house))
        return
    _reply(press, _accepted(ask, incident, code, others), replace_original=True)


def _accepted(ask: Ask, incident: IncidentFacts, code: str, others: list[str]) -> Message:
    """The message without the button; a call to several departments keeps those of the others."""
    if not others:
        return lines.accepted(incident, code, ask.by.name, ask.locale)
    theirs = [each for each in facts.department_lines(incident.id) if each.code in (code, *others)]
    return lines.calls(incident, theirs, ask.locale, ask.house.zone, just=(code, ask.by.name))


def _redrawn(ask: Ask, press: BlockActions, incident: IncidentFacts) -> Message:
    """The message the button stood on, without it: the announcement, an alert, or the card."""
    where, zone = press.container, ask.house.zone
    together = _together(ask, press, incident)
    if len(together) > 1:
        personal = where.channel_id.startswith("D")
        locale = ask.locale if personal else ask.settings.default_locale
        return digest.build(together, locale, zone, alerted=personal)
    if where.message_ts == incident.announcement_ts and where.channel_id == incident.announcement_channel:
        return announcement.build(incident, ask.settings.default_locale, zone)
    if where.message_ts == incident.card_ts:
        return card.build(incident, ask.settings.default_locale, zone)
    if where.channel_id.startswith("D"):
        return page.build(incident, ask.locale, zone)
    return card.build(incident, ask.locale, zone)


def _together(ask: Ask, press: BlockActions, incident: IncidentFacts) -> list[IncidentFacts]:
    """The incidents of the message, where it tells of several."""
    where = press.container
    ids = bundles.told_with(incident.id, where.channel_id, where.message_ts)
    rows = db.session.scalars(select(Incident).where(Incident.id.in_(ids)).order_by(Incident.id))
    return [spoken.snapshot(ask, row) for row in rows] if len(ids) > 1 else []


def replace(press: BlockActions, message: Message) -> None:
    """Put another message in place of the one that was pressed."""
    _reply(press, message, replace_original=True)


def whisper(press: BlockActions, message: Message) -> None:
    """Say something to the one who pressed, and to nobody else."""
    _reply(press, message, replace_original=False)


def _reply(press: BlockActions, message: Message, *, replace_original: bool) -> None:
    """Answer by the response_url; the act is done, and the outbox redraws what could not be redrawn here."""
    if not press.response_url.startswith(("http://", "https://")):
        return
    webhook = WebhookClient(press.response_url, timeout=REPLY_SECONDS, retry_handlers=[])
    try:
        webhook.send(text=message.text, blocks=message.blocks, replace_original=replace_original)
    except (OSError, http.client.HTTPException) as lost:
        log.warning("Slack did not take the answer to a button: %s", lost)
