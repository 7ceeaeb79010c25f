"""The last message in an incident's channel, before it is put away: how it went, and where it all stands."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from incident import i18n
from incident.alerting.facts import IncidentFacts
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Message


def build(incident: IncidentFacts, payload: dict[str, Any], locale: str, zone: ZoneInfo) -> Message:
    """Opened, answered, ended, who led it, what was done; nothing that anybody typed."""
    head = f"{texts.drill_mark(incident, locale)}{texts.level(incident, locale)} · {incident.number}"
    status = i18n.words("status", incident.status, locale)
    ended = texts.date(datetime.fromisoformat(payload["ended_at"]), zone)
    leader = texts.escape(incident.commander.name) if incident.commander else i18n.say(N_("nobody"), locale)
    departments = " · ".join(texts.escape(each.department[locale]) for each in incident.lines)
    rows = [
        (i18n.say(N_("Opened"), locale), texts.date(incident.opened_at, zone)),
        (status, ended),
        (i18n.say(N_("Commander"), locale), leader),
        (i18n.say(N_("Tasks"), locale), f"{incident.tasks_done} / {incident.tasks_all}"),
    ]
    said = i18n.say(N_("This channel is put away now. Everything stays on the board."), locale)
    blocks = [
        *texts.banner(incident),
        texts.header(head),
        texts.section(f"*{texts.escape(incident.title[locale])}*"),
        texts.fields(rows),
        texts.context(texts.answered(incident, locale, zone)),
        *([texts.context(departments)] if departments else []),
        texts.section(f"🗄 {said}"),
        texts.buttons(incident, locale),
    ]
    return Message(f"{head} {status}", blocks)
