"""The alert to one person, in a direct message."""

from zoneinfo import ZoneInfo

from incident import i18n
from incident.alerting.facts import IncidentFacts
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Message
from incident.vocabulary import Level


def build(
    incident: IncidentFacts, locale: str, zone: ZoneInfo, *, raised: int | None = None, asked_by: str = ""
) -> Message:
    """What happened, the channel to go to and the button; without the button once somebody answered.

    `raised` is the level it was raised to, for whoever is on duty to command there; `asked_by` is whoever
    alerted this person by hand.
    """
    head = f"{texts.drill_mark(incident, locale)}{texts.level(incident, locale)} · {incident.number}"
    title = texts.escape(incident.title[locale])
    lines = [f"*{head}*", title]
    if raised is not None and incident.is_open:
        numeral = Level(raised).numeral
        lines.append(
            texts.say(
                N_("Raised to level %(level)s, which you are on duty to command."), locale, level=numeral
            )
        )
    if asked_by and incident.is_open:
        lines.append(texts.say(N_("%(name)s asks you to join."), locale, name=asked_by))
    if incident.acknowledged_at is not None:
        lines.append(texts.answered(incident, locale, zone))
    elif not incident.is_open:
        lines.append(i18n.words("status", incident.status, locale))
    else:
        lines.append(i18n.say(N_("You are alerted. Acknowledge to take it on."), locale))
    if incident.channel_id:
        lines.append(f"<#{incident.channel_id}>")
    blocks = [*texts.banner(incident), texts.section("\n".join(lines)), texts.buttons(incident, locale)]
    return Message(f"{head} {title}", blocks)
