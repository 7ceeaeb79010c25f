"""The form that plans a contact with the customer or writes one down; a refusal names the rule."""

from collections.abc import Mapping
from datetime import timedelta

from incident import i18n
from incident.alerting.facts import IncidentFacts
from incident.coordination import contact_entry, contacts
from incident.coordination.contact_entry import Entry
from incident.coordination.contact_facts import Wanted
from incident.errors import N_
from incident.models.contacts import ContactChannel, ContactKind
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.slack.asking import Ask
from incident.slack.blocks import inputs, texts
from incident.slack.blocks.inputs import Given, Option
from incident.slack.blocks.texts import Block
from incident.slack.forms.form import Form, required
from incident.wordings import contact as wordings

More = Mapping[str, str]
KINDS = (ContactKind.CONVERSATION, ContactKind.ATTEMPT, ContactKind.PLANNED)
USUAL_WAIT = timedelta(hours=1)  # until a planned contact, unless somebody says otherwise


def _options(kind: str, codes: list[str], locale: str) -> list[Option]:
    return [(code, i18n.words(kind, code, locale)) for code in codes]


def _may(ask: Ask, incident: Incident) -> str:
    """Whether one may call now, which stands above the inputs."""
    wanted = Wanted(at=ask.at, channel=ContactChannel.PHONE)
    found = contacts.may(incident, wanted, jurisdiction=ask.house.rule_set)
    if found.allowed:
        return f"✅ {ask.say(N_('The customer may be called now.'))}"
    lines = [f"🚫 {ask.say(N_('The customer may not be called now:'))}"]
    lines += [f"• {texts.say(each.reason, ask.locale)}" for each in found.violations]
    if found.at is not None:
        lines.append(f"{ask.say(N_('Allowed from:'))} {texts.date(found.at, ask.zone)}")
    return "\n".join(lines)


def _inputs(ask: Ask, incident: Incident, given: Given, _more: More) -> list[Block]:
    kinds = _options("contact_kind", [str(each) for each in KINDS], ask.locale)
    ways = _options("contact_channel", [str(each) for each in ContactChannel], ask.locale)
    outcomes = _options("contact_outcome", list(wordings.WORDS["contact_outcome"]), ask.locale)
    typed = {name: given.text(name) for name in ("summary", "safety_reason", "breach_reason")}
    most, why = contact_entry.TEXT_LONGEST, contact_entry.REASON_LONGEST
    put, locale, chosen = inputs.put, ask.locale, given.chosen
    hint = N_("Words said here are kept encrypted and never shown in Slack.")
    return [
        texts.section(_may(ask, incident)),
        put(
            "kind",
            N_("What it is"),
            inputs.select(kinds, chosen=chosen("kind") or kinds[0][0], radio=True),
            locale,
        ),
        put("channel", N_("Way"), inputs.select(ways, chosen=chosen("channel") or "phone"), locale),
        put("at", N_("When"), inputs.moment(chosen=given.moment("at") or ask.at), locale),
        put(
            "outcome", N_("Outcome"), inputs.select(outcomes, chosen=chosen("outcome")), locale, optional=True
        ),
        put(
            "summary",
            N_("What was said"),
            inputs.lines(most, typed=typed["summary"]),
            locale,
            optional=True,
            hint=hint,
        ),
        put(
            "safety_reason",
            N_("Safety reason, where life is at risk"),
            inputs.lines(why, typed=typed["safety_reason"]),
            locale,
            optional=True,
        ),
        put(
            "breach_reason",
            N_("Why it happened outside the limits"),
            inputs.lines(why, typed=typed["breach_reason"]),
            locale,
            optional=True,
        ),
    ]


def _act(ask: Ask, incident: Incident, given: Given, _more: More) -> object:
    kind, channel, at = given.chosen("kind"), given.chosen("channel"), given.moment("at")
    required(kind in set(ContactKind), "kind", N_("Choose what it is."))
    required(channel in set(ContactChannel), "channel", N_("Choose the way."))
    required(at, "at", N_("Give a date and a time."))
    outcome = given.chosen("outcome")
    told = kind == ContactKind.PLANNED or outcome or given.text("summary")
    required(told, "summary", N_("Say what came of it: an outcome, or what was said."))
    entry = Entry(
        kind=kind,
        channel=channel,
        at=at or ask.at,
        outcome="" if kind == ContactKind.PLANNED else outcome,
        summary=given.text("summary"),
        safety_reason=given.text("safety_reason"),
        breach_reason=given.text("breach_reason"),
    )
    return contacts.log(incident, entry, by=ask.by, at=ask.at, jurisdiction=ask.house.rule_set)


def _done(ask: Ask, incident: IncidentFacts) -> str:
    return f"📝 {ask.say(N_('Written in the contact log of %(number)s.'), number=incident.number)}"


CONTACT = Form(
    "form_contact",
    N_("Contact log"),
    N_("Write down"),
    Permission.INCIDENTS_ACT,
    _inputs,
    _act,
    _done,
    stale=frozenset(
        {
            "contact_attempted",
            "contact_hold_lifted",
            "contact_hold_placed",
            "contact_hold_placed_by_hand",
            "contact_made",
            "contact_planned",
        }
    ),
)
