"""The incident card, pinned in the incident's channel and kept up to date in place."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from incident import i18n
from incident.alerting.facts import ClockFacts, IncidentFacts, LineFacts
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Block, Message

CHIPS = {
    "blocked": "⛔",
    "called": "○",
    "accepted": "◔",
    "working": "◐",
    "signed_off": "●",
    "stood_down": "◌",
}
ENDED = ("signed_off", "stood_down")
LINES_TOGETHER = 8  # lines in a block: the longest of them stay below what a block may hold


def build(incident: IncidentFacts, locale: str, zone: ZoneInfo) -> Message:
    """The card for everybody in the channel."""
    head = f"{texts.drill_mark(incident, locale)}{texts.level(incident, locale)} · {incident.number}"
    title = texts.escape(incident.title[locale])
    blocks = [
        *texts.banner(incident),
        texts.header(head),
        texts.section(f"*{title}*"),
        texts.fields(_fields(incident, locale, zone)),
        *_roles(incident, locale),
        *_lines(incident.lines, locale, zone),
        *_clocks(incident.clocks, locale, zone),
        texts.context(texts.answered(incident, locale, zone)),
        texts.buttons(incident, locale),
    ]
    return Message(f"{head} {title}", blocks)


def _fields(incident: IncidentFacts, locale: str, zone: ZoneInfo) -> list[tuple[str, str]]:
    nobody = i18n.say(N_("nobody"), locale)
    commander = texts.escape(incident.commander.name) if incident.commander else f"⚠️ {nobody}"
    state = i18n.words("stage", incident.stage, locale)
    if not incident.is_open:
        state = i18n.words("status", incident.status, locale)
    due = _clock(incident.clocks[0], locale, zone) if incident.clocks else "—"
    return [
        (i18n.say(N_("Stage"), locale), state),
        (i18n.say(N_("Commander"), locale), commander),
        (i18n.say(N_("Next clock"), locale), due),
        (i18n.say(N_("Tasks"), locale), f"{incident.tasks_done} / {incident.tasks_all}"),
    ]


def _roles(incident: IncidentFacts, locale: str) -> Iterator[Block]:
    """Who holds which role; the commander stands above."""
    held = [f"{i18n.words('role', each.role, locale)}: {texts.escape(each.name)}" for each in incident.roles]
    if held:
        yield texts.context(f"👥 {' · '.join(held)}")


def _lines(lines: Sequence[LineFacts], locale: str, zone: ZoneInfo) -> Iterator[Block]:
    """A line for each department that works: state, lead, and what is due of it; the others by name."""
    at_work = [each for each in lines if each.state not in ENDED]
    for start in range(0, len(at_work), LINES_TOGETHER):
        some = at_work[start : start + LINES_TOGETHER]
        yield texts.section("\n".join(_line(each, locale, zone) for each in some))
    for state in ENDED:
        names = [_name(each, locale) for each in lines if each.state == state]
        if names:
            yield texts.context(
                f"{CHIPS[state]} {i18n.words('department_state', state, locale)}: {' · '.join(names)}"
            )


def _line(line: LineFacts, locale: str, zone: ZoneInfo) -> str:
    lead = texts.escape(line.lead) if line.lead else f"⚠️ {i18n.say(N_('nobody'), locale)}"
    parts = [
        f"{CHIPS[line.state]} {_name(line, locale)}",
        i18n.words("department_state", line.state, locale),
        lead,
    ]
    if line.due_at is not None:
        about = N_("accept by") if line.state == "called" else N_("next update")
        parts.append(f"{i18n.say(about, locale)} {texts.date(line.due_at, zone)}")
    return " · ".join(parts)


def _name(line: LineFacts, locale: str) -> str:
    name = texts.escape(line.department[locale])
    return f"*{name}*" if line.responsible else name


def _clocks(clocks: Sequence[ClockFacts], locale: str, zone: ZoneInfo) -> Iterator[Block]:
    """Every clock that presses, where there is more than the one above."""
    if len(clocks) > 1:
        yield texts.section("\n".join(f"⏱ {_clock(each, locale, zone)}" for each in clocks))


def _clock(clock: ClockFacts, locale: str, zone: ZoneInfo) -> str:
    late = f"‼️ {i18n.say(N_('missed'), locale)} " if clock.missed else ""
    return f"{late}{texts.escape(clock.title[locale])} {texts.date(clock.due_at, zone)}"
