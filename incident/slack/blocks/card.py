"""The incident card, pinned in the incident's channel and kept up to date in place."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from incident import i18n
from incident.alerting.facts import DepartmentFacts, IncidentFacts
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Message

CHIPS = {
    "blocked": "⛔",
    "called": "○",
    "accepted": "◔",
    "working": "◐",
    "signed_off": "●",
    "stood_down": "◌",
}


def build(incident: IncidentFacts, locale: str, zone: ZoneInfo) -> Message:
    """The card for everybody in the channel."""
    head = f"{texts.drill_mark(incident, locale)}{texts.level(incident, locale)} · {incident.number}"
    title = texts.escape(incident.title[locale])
    blocks = [texts.header(head), texts.section(f"*{title}*"), texts.fields(_fields(incident, locale, zone))]
    if incident.departments:
        blocks.append(texts.context(_departments(incident.departments, locale)))
    blocks.append(texts.context(texts.answered(incident, locale, zone)))
    blocks.append(texts.buttons(incident, locale))
    return Message(f"{head} {title}", blocks)


def _fields(incident: IncidentFacts, locale: str, zone: ZoneInfo) -> list[tuple[str, str]]:
    nobody = i18n.say(N_("nobody"), locale)
    commander = texts.escape(incident.commander.name) if incident.commander else f"⚠️ {nobody}"
    state = i18n.words("stage", incident.stage, locale)
    if not incident.is_open:
        state = i18n.words("status", incident.status, locale)
    clock = incident.next_clock
    due = f"{texts.escape(clock.title[locale])} {texts.date(clock.due_at, zone)}" if clock else "—"
    return [
        (i18n.say(N_("Stage"), locale), state),
        (i18n.say(N_("Commander"), locale), commander),
        (i18n.say(N_("Next clock"), locale), due),
        (i18n.say(N_("Tasks"), locale), f"{incident.tasks_done} / {incident.tasks_all}"),
    ]


def _departments(departments: Sequence[DepartmentFacts], locale: str) -> str:
    """A line for each state: who is in it, the responsible ones in bold."""
    lines = []
    for state, sign in CHIPS.items():
        names = [_name(each, locale) for each in departments if each.state == state]
        if names:
            lines.append(f"{sign} {i18n.words('department_state', state, locale)}: {' · '.join(names)}")
    return "\n".join(lines)


def _name(department: DepartmentFacts, locale: str) -> str:
    name = texts.escape(department.name[locale])
    return f"*{name}*" if department.responsible else name
