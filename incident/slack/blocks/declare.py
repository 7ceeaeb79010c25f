"""The modal to declare an incident by hand."""

from typing import Any

from incident import i18n
from incident.alerting.facts import IncidentFacts
from incident.errors import N_
from incident.slack.blocks import inputs, texts
from incident.slack.blocks.inputs import Given, Option
from incident.slack.blocks.texts import Block
from incident.vocabulary import ComplaintType, Level, Signal

CALLBACK = "incident_declare"
SUMMARY_LONGEST = 2_000  # characters


def build(locale: str, *, summary: str = "") -> Block:
    """Type, level if it is known, what happened, how many customers, signals."""
    types = [(str(each), i18n.words("type", each, locale)) for each in ComplaintType]
    signals = [(str(each), i18n.words("signal", each, locale)) for each in Signal]
    what = inputs.lines(SUMMARY_LONGEST, typed=summary)
    hint = N_("No customer's name, number or address: everybody in the channel reads this.")
    put = inputs.put
    blocks = [
        put("complaint_type", N_("Kind of complaint"), inputs.select(types), locale),
        put("level", N_("Level, if you know it"), inputs.select(levels(locale)), locale, optional=True),
        put("summary", N_("What happened"), what, locale, hint=hint),
        put("affected_customers", N_("Customers affected"), inputs.whole_number(), locale, optional=True),
        put("signals", N_("Signals"), inputs.several(signals), locale, optional=True),
    ]
    return inputs.form(CALLBACK, N_("Declare an incident"), N_("Declare"), blocks, locale, kept="")


def levels(locale: str) -> list[Option]:
    """The levels as options, gravest first."""
    return [(str(int(each)), _level(each, locale)) for each in Level]


def _level(level: Level, locale: str) -> str:
    return f"{texts.SIGNS[int(level)]} {level.numeral} {i18n.words('level', str(int(level)), locale)}"


def done(incident: IncidentFacts, locale: str) -> Block:
    """What stands in the modal once the incident is open."""
    words = texts.say(
        N_("%(number)s is open at level %(level)s. People are being alerted."),
        locale,
        number=incident.number,
        level=incident.level.numeral,
    )
    button = {"type": "actions", "elements": [texts.board_button(incident, locale)]}
    return inputs.window(N_("Incident declared"), [texts.section(words), button], locale)


def read(values: dict[str, dict[str, dict[str, Any]]]) -> dict[str, Any]:
    """What was filled in, as the arguments of a declaration; fields left empty are absent."""
    given = Given(values)
    level, affected = given.chosen("level"), given.number("affected_customers")
    return {
        "complaint_type": given.chosen("complaint_type"),
        "summary": given.text("summary"),
        "signals": frozenset(given.many("signals")),
        **({"level": int(level)} if level.isascii() and level.isdigit() and len(level) < 10 else {}),
        **({"affected_customers": affected} if affected is not None else {}),
    }
