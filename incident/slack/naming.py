"""Names in Slack: channel names are ASCII, what people read in them is the topic."""

import re
from zoneinfo import ZoneInfo

from incident import i18n
from incident.alerting.facts import IncidentFacts
from incident.errors import N_

TOPIC_LONGEST = 250  # characters; docs.slack.dev/reference/methods/conversations.setTopic
_ID = re.compile(r"[CG][A-Z0-9]{8,}")


def is_id(wanted: str) -> bool:
    """Whether a setting names a channel by its id; names are never in capitals."""
    return _ID.fullmatch(wanted) is not None


def channel_name(incident: IncidentFacts, zone: ZoneInfo) -> str:
    """`inc-20261122-000042`, of a drill `drl-…`: the day it opened and the serial of its number."""
    series, _year, serial = incident.number.lower().split("-")
    return f"{series}-{incident.opened_at.astimezone(zone):%Y%m%d}-{serial}"


def topic(incident: IncidentFacts, locale: str) -> str:
    """Number, level and title in both languages, as far as the topic reaches."""
    drill = f"{i18n.say(N_('DRILL'), locale)} · " if incident.drill else ""
    level = f"{incident.level.numeral} {i18n.words('level', str(int(incident.level)), locale)}"
    words = f"{drill}{incident.number} · {level} · {incident.title.zh} / {incident.title.en}"
    return words if len(words) <= TOPIC_LONGEST else words[: TOPIC_LONGEST - 1] + "…"


def bookmark_title(incident: IncidentFacts, locale: str) -> str:
    """What the link to the board is called."""
    return i18n.say(N_("%(number)s on the board"), locale, number=incident.number)
