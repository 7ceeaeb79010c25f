"""The announcement in the response channel, which anybody may be able to read."""

from zoneinfo import ZoneInfo

from incident import i18n
from incident.alerting.facts import IncidentFacts
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Message


def build(incident: IncidentFacts, locale: str, zone: ZoneInfo) -> Message:
    """Level, title, state and the channel; of a sensitive incident neither title nor people."""
    head = f"{texts.drill_mark(incident, locale)}{texts.level(incident, locale)} · {incident.number}"
    title = texts.escape(incident.title[locale])
    lines = [texts.answered(incident, locale, zone)]
    if incident.sensitive:
        title = i18n.say(N_("Sensitive incident: details only in its private channel"), locale)
        lines = [i18n.say(N_("Acknowledged"), locale)] if incident.acknowledged_at else lines
    if not incident.is_open:
        lines.append(i18n.words("status", incident.status, locale))
    if incident.channel_id:
        lines.append(f"<#{incident.channel_id}>")
    blocks = [
        texts.section(f"*{head}*\n{title}"),
        texts.context(*lines),
        texts.buttons(incident, locale),
    ]
    return Message(f"{head} {title}", blocks)
