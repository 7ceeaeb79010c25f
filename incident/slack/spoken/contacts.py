"""The word `contact`: may one call now, plan a contact, write one down; a refusal names the rule."""

from datetime import timedelta

from incident.alerting.facts import IncidentFacts
from incident.coordination import contacts
from incident.coordination.contact_entry import Entry
from incident.coordination.contact_facts import Wanted
from incident.errors import N_
from incident.lifecycle import common
from incident.models.contacts import ContactChannel, ContactKind
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.slack import acting, asking, finding, meant, modal
from incident.slack.asking import Ask
from incident.slack.blocks import menu, texts
from incident.slack.blocks.texts import Message
from incident.slack.forms import contact as forms
from incident.slack.words import word
from incident.wordings import contact as wordings

FORM = ("form", "new", "填写", "表单")  # what opens the form
MAY, PLAN, LOG = "may", "plan", "log"
VERBS = {
    "may": MAY,
    "可否": MAY,
    "能否": MAY,
    "plan": PLAN,
    "计划": PLAN,
    "log": LOG,
    "登记": LOG,
    "记录": LOG,
}
# how a way of contact is typed, beside its code
WAYS = {
    "电话": "phone",
    "call": "phone",
    "短信": "sms",
    "邮件": "email",
    "信函": "letter",
    "上门": "visit",
    "网点": "branch",
    "应用": "app",
}
UNREACHED = frozenset({"no_answer", "busy", "voicemail", "wrong_number"})
OUTCOMES = {
    "无人接听": "no_answer",
    "未接": "no_answer",
    "占线": "busy",
    "留言": "voicemail",
    "空号": "wrong_number",
}
USUAL_DUE = timedelta(hours=1)


@word("contact")
def contact(ask: Ask) -> Message | None:
    """May one call now, plan a contact, or write one down; `form` opens the form."""
    number, rest = finding.target(ask)
    first, more = finding.halves(rest)
    if meant.simple(first) in FORM:
        modal.incident(ask, number, forms.CONTACT)
        return None
    verb = VERBS.get(meant.simple(first), "")
    if not verb:
        verb, more = MAY, rest
    way, more = _way(more)
    if verb == MAY:
        return _may(ask, number, way)
    if verb == PLAN:
        return _plan(ask, number, way, more)
    return _log(ask, number, way, more)


def _way(text: str) -> tuple[ContactChannel, str]:
    first, rest = finding.halves(text)
    code = WAYS.get(first, meant.simple(first))
    return (ContactChannel(code), rest) if code in set(ContactChannel) else (ContactChannel.PHONE, text)


def _may(ask: Ask, number: str, way: ContactChannel) -> Message:
    ask.by.must(Permission.INCIDENTS_READ)
    incident = common.by_number(number)
    found = contacts.may(incident, Wanted(at=ask.at, channel=way), jurisdiction=ask.house.rule_set)
    write = [(ask.say(N_("Write a contact down")), f"contact {incident.number} form")]
    if found.allowed:
        sentence = N_("✅ The customer of %(number)s may be contacted now (%(contact_channel)s).")
        return menu.offer(ask.say(sentence, number=incident.number, contact_channel=str(way)), write)
    head = ask.say(N_("The customer of %(number)s may not be contacted now."), number=incident.number)
    lines = [f"🚫 {head}", *(f"• {texts.say(each.reason, ask.locale)}" for each in found.violations)]
    if found.at is not None:
        lines.append(f"{ask.say(N_('Allowed from:'))} {texts.date(found.at, ask.zone)}")
    return menu.offer("\n".join(lines), write)


def _plan(ask: Ask, number: str, way: ContactChannel, more: str) -> Message:
    at = meant.moment(ask, more) if more else ask.at + USUAL_DUE
    entry = Entry(kind=ContactKind.PLANNED, channel=way, at=at)
    incident = _record(ask, number, entry)
    sentence = N_("📞 Planned for %(number)s (%(contact_channel)s):")
    said = ask.say(sentence, number=incident.number, contact_channel=str(way))
    return asking.line(f"{said} {texts.date(at, ask.zone)}")


def _log(ask: Ask, number: str, way: ContactChannel, more: str) -> Message:
    first, rest = finding.halves(more)
    code = OUTCOMES.get(first, meant.simple(first))
    known = code in wordings.WORDS["contact_outcome"]
    outcome, summary = (code, rest) if known else ("", more)
    asking.needs(outcome or summary, N_("Say what came of it: no_answer, or what was said."))
    kind = ContactKind.ATTEMPT if outcome in UNREACHED else ContactKind.CONVERSATION
    entry = Entry(kind=kind, channel=way, at=ask.at, outcome=outcome, summary=meant.words(summary))
    incident = _record(ask, number, entry)
    return asking.line(
        f"📝 {ask.say(N_('Written in the contact log of %(number)s.'), number=incident.number)}"
    )


def _record(ask: Ask, number: str, entry: Entry) -> IncidentFacts:
    def act(incident: Incident) -> object:
        return contacts.log(incident, entry, by=ask.by, at=ask.at, jurisdiction=ask.house.rule_set)

    return acting.change(ask, number, act)
