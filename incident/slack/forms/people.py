"""Forms about who does what: handing a role over, saying no to one, calling out a department."""

from collections.abc import Mapping

from incident import i18n
from incident.alerting.facts import IncidentFacts
from incident.coordination import departments, handovers, roles
from incident.coordination.departments.acts import PARTS
from incident.errors import N_
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.playbooks import library
from incident.slack.asking import Ask
from incident.slack.blocks import inputs, texts
from incident.slack.blocks.inputs import Given, Option
from incident.slack.blocks.texts import Block
from incident.slack.forms.form import Form, required, somebody
from incident.vocabulary import IncidentRole

More = Mapping[str, str]


def _roles(incident: Incident, locale: str) -> list[Option]:
    """The roles of the plan first, then every other."""
    planned = [str(each.role) for each in roles.of(incident.id)]
    rest = [str(each) for each in IncidentRole if str(each) not in planned]
    return [(code, i18n.words("role", code, locale)) for code in (*planned, *rest)]


def _hand_over_inputs(ask: Ask, incident: Incident, given: Given, more: More) -> list[Block]:
    mine = next((str(each.role) for each in roles.of(incident.id) if each.person_id == ask.person.id), "")
    role = given.chosen("role") or more.get("role", "") or mine
    put, locale = inputs.put, ask.locale
    note = inputs.lines(handovers.NOTE_LONGEST, typed=given.text("note"))
    hint = N_("They get a briefing of how it stands, and hold the role once they accept.")
    return [
        put("role", N_("Role"), inputs.select(_roles(incident, locale), chosen=role), locale),
        put("to", N_("To whom"), inputs.person(chosen=given.user("to")), locale, hint=hint),
        put("note", N_("What they must know"), note, locale, optional=True),
    ]


def _hand_over(ask: Ask, incident: Incident, given: Given, _more: More) -> object:
    to = somebody(given, "to")
    required(to, "to", N_("Choose somebody."))
    assert to is not None
    return handovers.offer(incident, given.chosen("role"), to, note=given.text("note"), by=ask.by, at=ask.at)


def _offered(ask: Ask, incident: IncidentFacts) -> str:
    said = N_("The role of %(number)s is offered, with a briefing; you hold it until it is accepted.")
    return f"🤝 {ask.say(said, number=incident.number)}"


HAND_OVER = Form(
    "form_hand_over",
    N_("Hand a role over"),
    N_("Offer"),
    Permission.INCIDENTS_ACT,
    _hand_over_inputs,
    _hand_over,
    _offered,
    stale=frozenset({"role_taken", "role_offered", "role_vacated"}),
)


def _call_inputs(ask: Ask, incident: Incident, given: Given, _more: More) -> list[Block]:
    working = {each.code for each in departments.lines(incident.id) if each.state not in departments.ENDED}
    listed = [
        (code, f"{code} {each.name(ask.locale)}")
        for code, each in library.departments().items()
        if code not in working
    ]
    if not listed:
        return [texts.section(ask.say(N_("Every department is called out already.")))]
    parts = [(each, i18n.words("part", each, ask.locale)) for each in PARTS]
    put, locale = inputs.put, ask.locale
    hint = N_("Left empty: whoever is on duty there.")
    return [
        put("department", N_("Department"), inputs.select(listed, chosen=given.chosen("department")), locale),
        put(
            "part",
            N_("Its part"),
            inputs.select(parts, chosen=given.chosen("part") or "support", radio=True),
            locale,
        ),
        put(
            "lead",
            N_("Who leads it"),
            inputs.person(chosen=given.user("lead")),
            locale,
            optional=True,
            hint=hint,
        ),
    ]


def _call(ask: Ask, incident: Incident, given: Given, _more: More) -> object:
    return departments.call_out(
        incident,
        given.chosen("department"),
        part=given.chosen("part") or "support",
        lead=somebody(given, "lead"),
        by=ask.by,
        at=ask.at,
        calendar=ask.house.calendar,
    )


def _called(ask: Ask, incident: IncidentFacts) -> str:
    return f"📣 {ask.say(N_('The department is called out for %(number)s.'), number=incident.number)}"


CALL_OUT = Form(
    "form_call_out",
    N_("Call out a department"),
    N_("Call out"),
    Permission.INCIDENTS_ACT,
    _call_inputs,
    _call,
    _called,
    stale=frozenset({"department_called_out", "department_stood_down", "level_changed"}),
)


def _decline_inputs(ask: Ask, _incident: Incident, given: Given, _more: More) -> list[Block]:
    reason = inputs.lines(handovers.NOTE_LONGEST, typed=given.text("reason"))
    return [inputs.put("reason", N_("Reason"), reason, ask.locale)]


def _decline(ask: Ask, incident: Incident, given: Given, more: More) -> object:
    id_ = more.get("hand_over", "")
    number = int(id_) if id_.isascii() and id_.isdigit() and len(id_) < 10 else 0
    row = handovers.find(number, incident)
    return handovers.decline(row, incident, reason=given.text("reason"), by=ask.by, at=ask.at)


def _declined(ask: Ask, incident: IncidentFacts) -> str:
    return ask.say(
        N_("You declined the role on %(number)s; whoever offered it is told."), number=incident.number
    )


DECLINE = Form(
    "form_decline",
    N_("Decline the role"),
    N_("Decline"),
    Permission.INCIDENTS_ACT,
    _decline_inputs,
    _decline,
    _declined,
)
