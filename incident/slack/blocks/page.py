"""The alert to one person, in a direct message."""

from zoneinfo import ZoneInfo

from incident import i18n
from incident.alerting.facts import IncidentFacts
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Message


def build(incident: IncidentFacts, locale: str, zone: ZoneInfo) -> Message:
    """What happened, the channel to go to and the button; without the button once somebody answered."""
    head = f"{texts.drill_mark(incident, locale)}{texts.level(incident, locale)} · {incident.number}"
    title = texts.escape(incident.title[locale])
    lines = [f"*{head}*", title]
    if incident.acknowledged_at is not None:
        lines.append(texts.answered(incident, locale, zone))
    elif not incident.is_open:
        lines.append(i18n.words("status", incident.status, locale))
    else:
        lines.append(i18n.say(N_("You are alerted. Acknowledge to take it on."), locale))
    if incident.channel_id:
        lines.append(f"<#{incident.channel_id}>")
    return Message(f"{head} {title}", [texts.section("\n".join(lines)), texts.buttons(incident, locale)])
