"""Whether somebody may be contacted: facts in, violations out, each with the rule that forbids it.

The numbers are rules of conduct in `playbooks/rules/*.toml`; here stands only what each code of a rule asks.
A day is the customer's day, in the customer's own time zone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from incident import i18n
from incident.coordination.contact_facts import Facts
from incident.errors import N_, Reason
from incident.models.contacts import (
    CALLS,
    ContactChannel,
    ContactKind,
    ContactParty,
    ContactPlace,
    ContactPurpose,
    HoldScope,
)
from incident.playbooks.schema import Rule

WEEK = 7  # days, as the code of the rule says (Regulation F, 12 CFR §1006.14(b)(2)(i)(A))
# A letter is read when it is read, and to a branch the customer comes: no hour of the day is quiet for them.
AT_ANY_HOUR = frozenset({ContactChannel.LETTER, ContactChannel.BRANCH})
DECLINED = "declined"  # the outcome of a contact whose person wants no more of it


@dataclass(frozen=True)
class Broken:
    """What a rule finds: why, at which field; `lasting` where waiting does not help."""

    why: str
    values: dict[str, object] = field(default_factory=dict)
    place: str = "at"
    lasting: bool = False


@dataclass(frozen=True)
class Violation:
    """A limit that forbids the contact, with the rule's words and where they come from.

    `yields`: whether a safety reason overrides it. `lasting`: whether waiting does not help.
    """

    rule: str
    version: str
    title: dict[str, str]
    source: str
    confidence: str
    broken: Broken
    yields: bool = True

    @property
    def reason(self) -> Reason:
        """The sentence people read: the rule, why it applies, its code and its source."""
        values = {"title": self.title, "rule": self.rule, "version": self.version, "source": self.source}
        told = Reason(self.broken.why, dict(self.broken.values))
        why = {"zh": i18n.say(told, "zh_CN"), "en": i18n.say(told, "en")}
        message = N_("%(title)s: %(why)s (rule %(rule)s, version %(version)s; source: %(source)s)")
        return Reason(message, {**values, "why": why}, loc=(self.broken.place,))

    def kept(self) -> dict[str, object]:
        """What the log keeps of it."""
        return {
            "rule": self.rule,
            "version": self.version,
            "title": self.title,
            "source": self.source,
            "confidence": self.confidence,
        }


def time_of_day(value: float) -> time:
    """An hour such as 21.5 as a time of day."""
    minutes = round(value * 60)
    return time(minutes // 60 % 24, minutes % 60)


def _local(facts: Facts) -> dict[str, object]:
    return {"clock": f"{facts.hour:%H:%M}", "zone": str(facts.zone)}


THERE = N_("it is %(clock)s where the customer is (%(zone)s)")


def _quiet_from(facts: Facts, rule: Rule) -> Broken | None:
    wanted = facts.wanted
    if (
        wanted.agreed
        or wanted.channel in AT_ANY_HOUR
        or rule.value >= 24
        or facts.hour < time_of_day(rule.value)
    ):
        return None
    return Broken(THERE, _local(facts))


def _quiet_until(facts: Facts, rule: Rule) -> Broken | None:
    wanted = facts.wanted
    if wanted.agreed or wanted.channel in AT_ANY_HOUR or facts.hour >= time_of_day(rule.value):
        return None
    return Broken(THERE, _local(facts))


def _counted(facts: Facts) -> bool:
    """Whether the limits on the number of calls concern this contact."""
    return facts.wanted.channel in CALLS and facts.wanted.party != ContactParty.THIRD_PERSON


def _effective_calls(facts: Facts, rule: Rule) -> Broken | None:
    today = [
        each
        for each in facts.calls()
        if each.kind == ContactKind.CONVERSATION and facts.day(each.at) == facts.day()
    ]
    if not _counted(facts) or len(today) < rule.value:
        return None
    return Broken(N_("%(count)s effective calls were made that day"), {"count": len(today)})


def _unanswered(facts: Facts, rule: Rule) -> Broken | None:
    if not _counted(facts) or facts.wanted.kind == ContactKind.CONVERSATION:
        return None
    today = [
        each
        for each in facts.calls()
        if each.kind == ContactKind.ATTEMPT
        and each.point == facts.wanted.point
        and facts.day(each.at) == facts.day()
    ]
    if len(today) < rule.value:
        return None
    return Broken(N_("%(count)s attempts to reach them went unanswered that day"), {"count": len(today)})


def _attempts_in_a_week(facts: Facts, rule: Rule) -> Broken | None:
    """At most so many calls in any seven consecutive days that the contact's day is one of."""
    if not _counted(facts) or facts.wanted.agreed:
        return None
    day, days = facts.day(), [facts.day(each.at) for each in facts.calls()]
    most = max(
        sum(first <= each < first + timedelta(days=WEEK) for each in days)
        for first in (day - timedelta(days=back) for back in range(WEEK))
    )
    if most < rule.value:
        return None
    return Broken(N_("%(count)s calls were made within seven days"), {"count": most})


def _after_conversation(facts: Facts, rule: Rule) -> Broken | None:
    """The day of the conversation is the first of the days (12 CFR §1006.14(b)(2)(i)(B))."""
    if not _counted(facts) or facts.wanted.agreed:
        return None
    spoken = [
        facts.day(each.at)
        for each in facts.past
        if each.call and each.kind == ContactKind.CONVERSATION and each.at <= facts.wanted.at
    ]
    if not spoken or (facts.day() - max(spoken)).days >= rule.value:
        return None
    return Broken(N_("the last conversation was on %(day)s"), {"day": max(spoken).isoformat()})


def _third_person(facts: Facts, _rule: Rule) -> Broken | None:
    wanted = facts.wanted
    if wanted.party == ContactParty.REPRESENTATIVE and not facts.preferences.represented:
        return Broken(N_("the customer has named no representative"), place="party", lasting=True)
    if wanted.party != ContactParty.THIRD_PERSON:
        return None
    if wanted.purpose != ContactPurpose.CASE or wanted.basis is None:
        why = N_("a third person is only asked to relay, or for contact details, and for a reason")
        return Broken(why, place="basis", lasting=True)
    refused = any(
        each.party == wanted.party and each.point == wanted.point and each.outcome == DECLINED
        for each in facts.past
    )
    return Broken(N_("this person wants no contact"), place="party", lasting=True) if refused else None


def _preference(facts: Facts, _rule: Rule) -> Broken | None:
    wanted, wishes = facts.wanted, facts.preferences
    if wanted.agreed or wanted.party == ContactParty.THIRD_PERSON:
        return None
    if wanted.channel in wishes.refused:
        return Broken(N_("the customer does not want this way"), place="channel", lasting=True)
    if wishes.not_at_work and wanted.place == ContactPlace.WORK:
        return Broken(N_("the customer does not want it at work"), place="place", lasting=True)
    if wanted.channel in AT_ANY_HOUR or _convenient(facts):
        return None
    return Broken(N_("the customer does not want it at this time (%(clock)s, %(zone)s)"), _local(facts))


def _convenient(facts: Facts) -> bool:
    wishes = facts.preferences
    return (
        (not wishes.days or facts.day().isoweekday() in wishes.days)
        and (wishes.earliest is None or facts.hour >= wishes.earliest)
        and (wishes.latest is None or facts.hour < wishes.latest)
    )


def _on_hold(facts: Facts, _rule: Rule) -> Broken | None:
    purpose, hold = facts.wanted.purpose, facts.hold
    stopped = purpose == ContactPurpose.COLLECTION or (
        purpose == ContactPurpose.AUTOMATIC and hold == HoldScope.EVERYTHING
    )
    if hold is None or not stopped:
        return None
    return Broken(N_("the contact hold of this account is in force"), place="purpose", lasting=True)


HOLD = "contact_hold"
# the code of a rule of conduct → what it asks of a contact
CHECKS: dict[str, Callable[[Facts, Rule], Broken | None]] = {
    "quiet_hours_from": _quiet_from,
    "quiet_hours_until": _quiet_until,
    "effective_calls_per_day": _effective_calls,
    "unanswered_attempts_per_day": _unanswered,
    "call_attempts_7_days": _attempts_in_a_week,
    "days_after_conversation": _after_conversation,
    "third_person_contact": _third_person,
    "contact_preference": _preference,
    HOLD: _on_hold,
}


def in_force(rules: Iterable[Rule], day: date) -> list[Rule]:
    """The rules that limit contact on a day."""
    return [
        rule
        for rule in rules
        if rule.code in CHECKS
        and rule.effective_from <= day
        and (rule.effective_to is None or day <= rule.effective_to)
    ]


def check(facts: Facts, rules: Iterable[Rule]) -> list[Violation]:
    """Every limit that forbids the contact, in the rules' order; a contact the customer made is free."""
    if facts.wanted.inbound:
        return []
    found = []
    for rule in in_force(rules, facts.day()):
        broken = CHECKS[rule.code](facts, rule)
        if broken is not None:
            title = {"zh": rule.title.zh, "en": rule.title.en}
            yields = rule.code != HOLD  # collecting saves nobody's life
            found.append(
                Violation(rule.code, rule.version, title, rule.source, rule.confidence, broken, yields)
            )
    return found
