"""Several incidents in one message, when more open at once than anybody could read one by one."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from incident import i18n
from incident.alerting.facts import IncidentFacts
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Block, Message

TITLE_LONGEST = 80  # characters; twenty of them stay below what Slack takes as one message


def build(incidents: Sequence[IncidentFacts], locale: str, zone: ZoneInfo, *, alerted: bool) -> Message:
    """A line for each with its own button; `alerted` says that the reader is asked to answer, else it is
    the announcement, which tells nothing of a sensitive one."""
    first = incidents[0]
    said = (
        N_("%(count)s incidents of level %(level)s: you are alerted to each.")
        if alerted
        else N_("%(count)s incidents of level %(level)s were opened.")
    )
    level = f"{first.level.numeral} {i18n.words('level', str(int(first.level)), locale)}"
    head = i18n.say(said, locale, count=len(incidents), level=level)
    rows = [_row(each, locale, zone, alerted=alerted) for each in incidents]
    return Message(head, [texts.section(f"*{texts.SIGNS[int(first.level)]} {head}*"), *rows])


def _row(incident: IncidentFacts, locale: str, zone: ZoneInfo, *, alerted: bool) -> Block:
    title = texts.escape(incident.title[locale][:TITLE_LONGEST])
    state = texts.answered(incident, locale, zone) if incident.acknowledged_at is not None else ""
    if incident.sensitive and not alerted:
        title = i18n.say(N_("Sensitive incident: details only in its private channel"), locale)
        state = i18n.say(N_("Acknowledged"), locale) if incident.acknowledged_at is not None else ""
    if not incident.is_open:
        state = i18n.words("status", incident.status, locale)
    room = f"<#{incident.channel_id}>" if incident.channel_id else ""
    line = " · ".join(part for part in (f"*{incident.number}* {title}", state, room) if part)
    wanted = incident.acknowledged_at is None and incident.is_open
    make = texts.acknowledge_button if wanted else texts.board_button
    return {**texts.section(line), "accessory": make(incident, locale)}
