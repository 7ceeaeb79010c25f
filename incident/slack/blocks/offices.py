"""The roles of an incident with their holders, the buttons to take or hand over, and offers to answer."""

from dataclasses import dataclass

from incident import i18n
from incident.alerting.facts import IncidentFacts
from incident.errors import N_
from incident.slack.blocks import menu, texts
from incident.slack.blocks.texts import Message

FREE_MOST = 3  # buttons to take a free role; the others are taken by their name
ANSWERED_MOST = 4


@dataclass(frozen=True)
class Office:
    """A role and who holds it."""

    role: str
    holder: str | None


def build(
    incident: IncidentFacts, offices: list[Office], offered: list[tuple[str, int]], locale: str
) -> Message:
    """A line for each role; `offered` are the roles that wait for the reader's answer."""
    head = f"{texts.drill_mark(incident, locale)}{incident.number} · {i18n.say(N_('Roles'), locale)}"
    lines = [_line(each, locale) for each in offices]
    buttons = []
    if incident.is_open:
        for place, (role, _id) in enumerate(offered[:ANSWERED_MOST]):
            named = i18n.words("role", role, locale)
            yes = texts.say(N_("Accept: %(role)s"), locale, role=named)
            no = texts.say(N_("Decline: %(role)s"), locale, role=named)
            buttons.append(
                menu.saying(2 * place, yes, f"role {incident.number} accept {role}", style="primary")
            )
            buttons.append(menu.saying(2 * place + 1, no, f"role {incident.number} decline {role}"))
        free = [each.role for each in offices if each.holder is None][:FREE_MOST]
        for place, role in enumerate(free):
            words = texts.say(N_("Take: %(role)s"), locale, role=i18n.words("role", role, locale))
            buttons.append(menu.saying(20 + place, words, f"role {incident.number} take {role}"))
        hand = i18n.say(N_("Hand a role over"), locale)
        buttons.append(menu.saying(30, hand, f"role {incident.number} give"))
    blocks = [
        *texts.paragraphs([f"*{head}*", *lines]),
        *texts.rows([*buttons, texts.board_button(incident, locale)]),
    ]
    return Message(head, blocks)


def _line(each: Office, locale: str) -> str:
    holder = texts.escape(each.holder) if each.holder else f"⚠️ {i18n.say(N_('nobody'), locale)}"
    return f"• {i18n.words('role', each.role, locale)}: {holder}"
