"""What somebody who joins an incident's channel is told, seen by nobody else: the situation, their part."""

from typing import Any
from zoneinfo import ZoneInfo

from incident import i18n
from incident.alerting.facts import IncidentFacts, PersonFacts
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Message


def build(
    incident: IncidentFacts, person: PersonFacts | None, payload: dict[str, Any], locale: str, zone: ZoneInfo
) -> Message:
    """Ten lines at most: what it is, how it stands, who leads it, what presses, what is wanted of them."""
    head = f"{texts.drill_mark(incident, locale)}{texts.level(incident, locale)} · {incident.number}"
    state = i18n.words("stage", incident.stage, locale)
    if not incident.is_open:
        state = i18n.words("status", incident.status, locale)
    leader = texts.escape(incident.commander.name) if incident.commander else i18n.say(N_("nobody"), locale)
    lines = [
        f"*{head}*",
        texts.escape(incident.title[locale]),
        f"{i18n.say(N_('Stage'), locale)}: {state} · {i18n.say(N_('Commander'), locale)}: {leader}",
        texts.answered(incident, locale, zone),
        f"{i18n.say(N_('Tasks'), locale)}: {incident.tasks_done} / {incident.tasks_all}",
        *(
            f"⏱ {texts.escape(each.title[locale])} {texts.date(each.due_at, zone)}"
            for each in incident.clocks[:1]
        ),
        *_wanted(incident, person, payload, locale),
    ]
    blocks = [*texts.banner(incident), texts.section("\n".join(lines)), texts.buttons(incident, locale)]
    return Message(head, blocks)


def _wanted(
    incident: IncidentFacts, person: PersonFacts | None, payload: dict[str, Any], locale: str
) -> list[str]:
    """Their roles, the departments they lead and their unfinished tasks; else whom to ask."""
    if person is None:
        return [i18n.say(N_("Your account is not linked yet: `/incident help` says how."), locale)]
    roles = [i18n.words("role", each.role, locale) for each in incident.roles if each.person_id == person.id]
    leads = [texts.escape(each.department[locale]) for each in incident.lines if each.lead_id == person.id]
    found = []
    if roles:
        found.append(texts.say(N_("👉 You are: %(roles)s."), locale, roles=" · ".join(roles)))
    if leads:
        found.append(i18n.say(N_("👉 You lead: %(departments)s."), locale, departments=" · ".join(leads)))
    if payload.get("tasks"):
        said = N_("👉 Your unfinished tasks here: %(count)s. `/incident task` lists them.")
        found.append(i18n.say(said, locale, count=payload["tasks"]))
    return found or [
        i18n.say(N_("👉 You have no part in it yet: ask the commander, or take a task."), locale)
    ]
