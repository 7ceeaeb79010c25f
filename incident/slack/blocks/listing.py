"""The list of open incidents."""

from incident import i18n
from incident.alerting.facts import IncidentFacts
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Block, Message


def build(incidents: list[IncidentFacts], *, total: int, board: str, locale: str) -> Message:
    """One line for each, gravest first, and how many more the board shows."""
    if not incidents:
        text = i18n.say(N_("No incident is open."), locale)
        return Message(text, [texts.section(text)])
    head = i18n.say(N_("%(count)s open incidents"), locale, count=total)
    blocks = [texts.section(f"*{head}*"), *(_line(each, locale) for each in incidents)]
    if total > len(incidents):
        words = i18n.say(N_("All of them on the board"), locale)
        blocks.append(texts.context(f"<{board}/|{words}>"))
    return Message(head, blocks)


def _line(incident: IncidentFacts, locale: str) -> Block:
    mark = texts.drill_mark(incident, locale)
    stage = i18n.words("stage", incident.stage, locale)
    first = incident.acknowledged_by
    who = texts.escape(first.name) if first else f"⚠️ {i18n.say(N_('not acknowledged'), locale)}"
    head = f"{mark}{texts.level(incident, locale)} · <{incident.url}|{incident.number}>"
    return texts.section(f"{head}\n{texts.escape(incident.title[locale])} · {stage} · {who}")
