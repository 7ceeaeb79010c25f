"""The word `contact`: may one call now, plan a contact, write one down; a refusal names the rule."""

from datetime import timedelta

from incident import errors
from incident.coordination import contacts
from incident.coordination.contact_entry import Entry
from incident.coordination.contact_facts import Wanted
from incident.durations import parse
from incident.errors import N_
from incident.lifecycle import common
from incident.models.contacts import ContactChannel, ContactKind
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.slack import asking, finding, spoken
from incident.slack.asking import Ask
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Message
from incident.slack.words import word
from incident.wordings import contact as wordings

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


@word("contact", zh=("联系",), example="[42] may|plan|log […]", zh_example="[42] 可否|计划|登记 […]")
def contact(ask: Ask) -> Message:
    """Contact with the customer: `may [way]` says whether one may call now, `plan [way] [2h]` plans it, `log
    [way] [no_answer] text` writes it down."""
    number, rest = finding.target(ask)
    first, _, more = rest.partition(" ")
    verb = VERBS.get(first.casefold(), "")
    if not verb:
        verb, more = MAY, rest
    way, more = _way(more.strip())
    if verb == MAY:
        return _may(ask, number, way)
    if verb == PLAN:
        return _plan(ask, number, way, more)
    return _log(ask, number, way, more)


def _way(text: str) -> tuple[ContactChannel, str]:
    first, _, rest = text.partition(" ")
    code = WAYS.get(first, first.casefold())
    return (
        (ContactChannel(code), rest.strip()) if code in set(ContactChannel) else (ContactChannel.PHONE, text)
    )


def _may(ask: Ask, number: str, way: ContactChannel) -> Message:
    ask.by.must(Permission.INCIDENTS_READ)
    incident = common.by_number(number)
    found = contacts.may(incident, Wanted(at=ask.at, channel=way), jurisdiction=ask.house.rule_set)
    if found.allowed:
        sentence = N_("✅ The customer of %(number)s may be contacted now (%(contact_channel)s).")
        return asking.line(ask.say(sentence, number=number, contact_channel=str(way)))
    lines = [f"🚫 {ask.say(N_('The customer of %(number)s may not be contacted now.'), number=number)}"]
    lines += [f"• {texts.say(each.reason, ask.locale)}" for each in found.violations]
    if found.at is not None:
        lines.append(f"{ask.say(N_('Allowed from:'))} {texts.date(found.at, ask.house.zone)}")
    return asking.line("\n".join(lines))


def _plan(ask: Ask, number: str, way: ContactChannel, more: str) -> Message:
    at = ask.at + (_after(more) or USUAL_DUE)
    entry = Entry(kind=ContactKind.PLANNED, channel=way, at=at)
    _record(ask, number, entry)
    sentence = N_("📞 Planned for %(number)s (%(contact_channel)s):")
    said = ask.say(sentence, number=number, contact_channel=str(way))
    return asking.line(f"{said} {texts.date(at, ask.house.zone)}")


def _after(text: str) -> timedelta | None:
    """`30m` or `2h` after now; raises Invalid for what is no span of time."""
    if not text:
        return None
    try:
        return parse(text.split()[0]).timedelta
    except ValueError as fault:
        raise errors.Invalid(N_("Say in how long: 30m or 2h.")) from fault


def _log(ask: Ask, number: str, way: ContactChannel, more: str) -> Message:
    first, _, rest = more.partition(" ")
    code = OUTCOMES.get(first, first.casefold())
    known = code in wordings.WORDS["contact_outcome"]
    outcome, summary = (code, rest) if known else ("", more)
    asking.needs(outcome or summary, N_("Say what came of it: no_answer, or what was said."))
    kind = ContactKind.ATTEMPT if outcome in UNREACHED else ContactKind.CONVERSATION
    entry = Entry(kind=kind, channel=way, at=ask.at, outcome=outcome, summary=summary)
    _record(ask, number, entry)
    return asking.line(f"📝 {ask.say(N_('Written in the contact log of %(number)s.'), number=number)}")


def _record(ask: Ask, number: str, entry: Entry) -> None:
    def act(incident: Incident) -> object:
        return contacts.log(incident, entry, by=ask.by, at=ask.at, jurisdiction=ask.house.rule_set)

    spoken.change(ask, number, act)
