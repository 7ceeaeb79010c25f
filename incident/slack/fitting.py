"""What the command without a word shows: the acts that fit the place where it was typed."""

from incident.alerting import facts
from incident.alerting.facts import IncidentFacts
from incident.errors import N_
from incident.lifecycle import common
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.slack import finding
from incident.slack.asking import Ask
from incident.slack.blocks import menu as menus
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Block, Message

# what is typed after the command → the words on its button
HERE: tuple[tuple[str, str], ...] = (
    ("update", N_("Update")),
    ("task", N_("Tasks")),
    ("dept", N_("Departments")),
    ("role", N_("Roles")),
    ("contact", N_("Contact the customer?")),
    ("level", N_("Change the level")),
    ("approve", N_("Approvals")),
    ("close", N_("Close")),
    ("plan", N_("Plan")),
    ("evidence", N_("Evidence")),
    ("help", N_("All words")),
)
ANYWHERE: tuple[tuple[str, str], ...] = (
    ("open", N_("Report an emergency")),
    ("list", N_("Open incidents")),
    ("list mine", N_("My incidents")),
    ("duty", N_("Who is on duty")),
    ("duty mine", N_("My duty")),
    ("drill", N_("Drills")),
    ("help", N_("All words")),
)


def menu(ask: Ask) -> Message:
    """In an incident's channel its acts; elsewhere reporting one, what is mine, and who is on duty."""
    ask.by.must(Permission.INCIDENTS_READ)
    number = finding.in_channel(ask.channel_id)
    if number is None:
        head = ask.say(N_("What can I do for you?"))
        hint = ask.say(N_("In an incident's channel this menu shows its acts."))
        buttons = [
            menus.saying(place, ask.say(words), typed, style="danger" if typed == "open" else "")
            for place, (typed, words) in enumerate(ANYWHERE)
        ]
        return menus.build(head, [hint], buttons)
    incident = common.by_number(number)
    shown = facts.of(incident, base_url=ask.settings.url, whole=False)
    return menus.build(_head(ask, shown), [_state(ask, shown)], _acts(ask, incident, shown))


def _head(ask: Ask, shown: IncidentFacts) -> str:
    mark = texts.drill_mark(shown, ask.locale)
    return f"{mark}{texts.level(shown, ask.locale)} · {shown.number}"


def _state(ask: Ask, shown: IncidentFacts) -> str:
    return f"{texts.escape(shown.title[ask.locale])}\n{texts.answered(shown, ask.locale, ask.zone)}"


def _acts(ask: Ask, incident: Incident, shown: IncidentFacts) -> list[Block]:
    buttons = []
    if incident.acknowledged_at is None and incident.is_open:
        acknowledge = ask.say(N_("Acknowledge"))
        buttons.append(menus.saying(99, acknowledge, f"ack {shown.number}", style="primary"))
    for place, (typed, words) in enumerate(HERE):
        said = typed if typed == "help" else f"{typed} {shown.number}"
        buttons.append(menus.saying(place, ask.say(words), said))
    return [*buttons, texts.board_button(shown, ask.locale)]
