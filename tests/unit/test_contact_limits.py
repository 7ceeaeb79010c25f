"""The limits on contact: examples of each rule, and the whole against a slow and obvious reference."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from incident.coordination import contact_limits, contact_times
from incident.coordination.contact_facts import Facts, Past, Preferences, Wanted
from incident.models.contacts import ContactChannel, ContactKind, ContactParty, HoldScope
from incident.playbooks import files
from incident.settings import ROOT
from tests.unit import contact_reference as reference

DOCUMENTS = files.read(ROOT / "playbooks").documents
RULES = {code: DOCUMENTS[f"@rules/{code}"].rules for code in ("cn", "us", "uk", "eu")}  # type: ignore[attr-defined]
SHANGHAI, NEW_YORK = reference.SHANGHAI, reference.NEW_YORK
DAY = datetime(2026, 11, 3, 10, 0, tzinfo=SHANGHAI)  # a Tuesday


def call(at: datetime, *, reached: bool = False, **more: object) -> Past:
    kind = ContactKind.CONVERSATION if reached else ContactKind.ATTEMPT
    return Past(at=at, kind=kind, **more)  # type: ignore[arg-type]


def broken(facts: Facts, rules: str = "cn") -> list[str]:
    return [each.rule for each in contact_limits.check(facts, RULES[rules])]


def wanted(at: datetime = DAY, **more: object) -> Facts:
    facts = {"zone": SHANGHAI} | {
        name: more.pop(name) for name in ("past", "preferences", "hold", "zone") if name in more
    }
    return Facts(Wanted(at=at, **more), **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hour", "minute", "rule"),
    [
        (7, 59, "quiet_hours_until"),
        (8, 0, None),
        (21, 59, None),
        (22, 0, "quiet_hours_from"),
        (0, 0, "quiet_hours_until"),
    ],
)
def test_china_has_quiet_hours_from_ten_at_night_to_eight(hour: int, minute: int, rule: str | None) -> None:
    at = DAY.replace(hour=hour, minute=minute)
    assert broken(wanted(at)) == ([rule] if rule else [])


def test_the_hour_is_the_customers_not_ours() -> None:
    at = datetime(2026, 11, 3, 22, 30, tzinfo=SHANGHAI)  # half past nine in the morning in New York
    assert broken(wanted(at)) == ["quiet_hours_from"]
    assert broken(wanted(at, zone=NEW_YORK)) == []
    assert broken(wanted(DAY, zone=NEW_YORK)) == []  # nine in the evening there; China's limit is ten
    assert broken(wanted(DAY, zone=NEW_YORK), "us") == ["quiet_hours_from"]


def test_a_rule_counts_from_its_first_day_and_its_version_is_named() -> None:
    night = datetime(2025, 6, 1, 23, 0, tzinfo=SHANGHAI)
    [found] = contact_limits.check(wanted(night), RULES["cn"])
    assert (found.rule, found.version) == ("quiet_hours_from", "gbt-45251-2025")
    assert broken(wanted(datetime(2024, 6, 1, 23, 0, tzinfo=SHANGHAI))) == []
    assert "gbt-45251-2025" in str(found.reason) and "Hainan Daily" in str(found.reason)


def test_what_the_customer_asked_for_may_be_at_night_but_not_too_often() -> None:
    night = DAY.replace(hour=23)
    assert broken(wanted(night, agreed=True)) == []
    talks = [call(DAY.replace(hour=hour), reached=True) for hour in (9, 10, 11)]
    assert broken(wanted(night, agreed=True, past=talks)) == ["effective_calls_per_day"]


def test_three_effective_calls_and_six_unanswered_attempts_are_the_most_of_a_day() -> None:
    talks = [call(DAY.replace(hour=hour), reached=True) for hour in (9, 10, 11)]
    assert broken(wanted(DAY.replace(hour=12), past=talks[:2])) == []
    assert broken(wanted(DAY.replace(hour=12), past=talks)) == ["effective_calls_per_day"]
    assert broken(wanted(DAY + timedelta(days=1), past=talks)) == []
    tries = [call(DAY + timedelta(minutes=n)) for n in range(6)]
    late = DAY.replace(hour=12)
    assert broken(wanted(late, past=tries[:5])) == []
    assert broken(wanted(late, past=tries)) == ["unanswered_attempts_per_day"]
    assert broken(wanted(late, past=tries, point="another number")) == []
    assert broken(wanted(late, past=tries, kind=ContactKind.CONVERSATION)) == []
    assert broken(wanted(late, past=tries, channel=ContactChannel.SMS)) == []


def test_america_allows_seven_calls_in_seven_days_and_none_for_seven_days_after_a_talk() -> None:
    at = datetime(2026, 11, 3, 12, 0, tzinfo=NEW_YORK)
    tries = [call(at - timedelta(days=n)) for n in range(7)]
    assert broken(wanted(at, zone=NEW_YORK, past=tries[:6]), "us") == []
    assert broken(wanted(at, zone=NEW_YORK, past=tries), "us") == ["call_attempts_7_days"]
    talk = [call(at, reached=True)]
    for days, rules in ((6, ["days_after_conversation"]), (7, [])):
        then = at + timedelta(days=days)
        assert broken(wanted(then, zone=NEW_YORK, past=talk), "us") == rules
        assert broken(wanted(then, zone=NEW_YORK, past=talk, agreed=True), "us") == []


def test_a_call_found_out_late_counts_in_every_week_it_belongs_to() -> None:
    at = datetime(2026, 11, 3, 12, 0, tzinfo=NEW_YORK)
    later = [call(at + timedelta(days=n)) for n in range(7)]
    assert broken(wanted(at, zone=NEW_YORK, past=later, kind=ContactKind.ATTEMPT), "us") == [
        "call_attempts_7_days"
    ]


def test_a_third_person_is_asked_for_a_reason_once_and_never_about_the_debt() -> None:
    third = ContactParty.THIRD_PERSON
    assert broken(wanted(party=third)) == ["third_person_contact"]
    assert broken(wanted(party=third, basis="unreachable")) == []
    assert broken(wanted(party=third, basis="unreachable", purpose="collection")) == ["third_person_contact"]
    no = [call(DAY, party=third, outcome="declined", point="uncle")]
    assert broken(wanted(party=third, basis="unreachable", point="uncle", past=no)) == [
        "third_person_contact"
    ]
    assert broken(wanted(party=third, basis="unreachable", point="aunt", past=no)) == []


def test_somebody_who_speaks_for_the_customer_is_named_by_the_customer() -> None:
    party = ContactParty.REPRESENTATIVE
    assert broken(wanted(party=party)) == ["third_person_contact"]
    assert broken(wanted(party=party, preferences=Preferences(represented=True))) == []


def test_the_customers_wishes_are_kept() -> None:
    wishes = Preferences(time(18), time(20), frozenset({2}), True, frozenset({"sms"}))
    at = DAY.replace(hour=19)
    assert broken(wanted(at, preferences=wishes)) == []
    for more in ({"place": "work"}, {"channel": ContactChannel.SMS}):
        assert broken(wanted(at, preferences=wishes, **more)) == ["contact_preference"]
    for other in (at.replace(hour=17, minute=59), at.replace(hour=20), at + timedelta(days=1)):
        assert broken(wanted(other, preferences=wishes)) == ["contact_preference"]
    assert broken(wanted(at.replace(hour=20), preferences=wishes, agreed=True)) == []


def test_a_hold_stops_collecting_and_after_self_harm_machines_too() -> None:
    for hold, purpose, rules in (
        (HoldScope.COLLECTION, "case", []),
        (HoldScope.COLLECTION, "collection", ["contact_hold"]),
        (HoldScope.COLLECTION, "automatic", []),
        (HoldScope.EVERYTHING, "automatic", ["contact_hold"]),
        (HoldScope.EVERYTHING, "case", []),
        (None, "collection", []),
    ):
        assert broken(wanted(hold=hold, purpose=purpose)) == rules
    [found] = contact_limits.check(wanted(hold=HoldScope.COLLECTION, purpose="collection"), RULES["cn"])
    assert not found.yields, "collecting saves nobody's life"


def test_what_the_customer_did_is_never_forbidden_and_a_letter_knows_no_hour() -> None:
    night = DAY.replace(hour=23)
    assert broken(wanted(night, inbound=True)) == []
    assert broken(wanted(night, channel=ContactChannel.LETTER)) == []
    assert broken(wanted(night, channel=ContactChannel.SMS)) == ["quiet_hours_from"]


def test_the_next_time_is_the_morning_or_never() -> None:
    rules = RULES["cn"]
    assert contact_times.next_allowed(wanted(DAY), rules) == DAY
    night = wanted(DAY.replace(hour=23))
    assert contact_times.next_allowed(night, rules) == DAY.replace(day=4, hour=8)
    assert contact_times.next_allowed(wanted(party=ContactParty.THIRD_PERSON), rules) is None
    weekly = wanted(DAY, preferences=Preferences(earliest=time(18), days=frozenset({1})))
    assert contact_times.next_allowed(weekly, rules) == DAY.replace(day=9, hour=18)


VALUES = {
    code: {
        rule.code: rule.value
        for rule in rules
        if rule.code in contact_limits.CHECKS and rule.effective_to is None
    }
    for code, rules in RULES.items()
}


@pytest.mark.parametrize("rules", ["cn", "us"])
@settings(max_examples=120, deadline=None)
@given(facts=reference.cases())
def test_what_is_forbidden_is_what_the_reference_forbids(rules: str, facts: Facts) -> None:
    assert set(broken(facts, rules)) == reference.forbids(facts, VALUES[rules])


@pytest.mark.parametrize("rules", ["cn", "us"])
@settings(max_examples=40, deadline=None)
@given(facts=reference.cases())
def test_the_next_allowed_time_is_the_first_that_the_reference_allows(rules: str, facts: Facts) -> None:
    found = contact_times.next_allowed(facts, RULES[rules])

    def free(at: datetime) -> bool:
        return not reference.forbids(replace(facts, wanted=replace(facts.wanted, at=at)), VALUES[rules])

    start = facts.wanted.at  # every limit begins and ends at a full or a half hour, there as in UTC
    half = start.replace(minute=start.minute // 30 * 30)
    hours = [start, *(half + timedelta(minutes=30 * n) for n in range(1, 2 * 24 * 5))]
    first = next((each for each in hours if free(each)), None)
    if first is not None:
        assert found == first
    else:
        assert found is None or found >= facts.wanted.at + timedelta(days=4)
        assert found is None or free(found)


@pytest.mark.parametrize(
    ("at", "zone", "quiet_until", "expected"),
    [  # the night the clocks go forward has no 02:30; the night they go back has 01:30 twice
        ("2026-03-08T06:30:00+00:00", NEW_YORK, 2.5, "2026-03-08T07:00:00+00:00"),
        ("2026-11-01T04:30:00+00:00", NEW_YORK, 1.5, "2026-11-01T05:30:00+00:00"),
        ("2026-11-01T06:10:00+00:00", NEW_YORK, 1.5, "2026-11-01T06:30:00+00:00"),
    ],
)
def test_quiet_hours_that_end_where_the_clocks_change(
    at: str, zone: ZoneInfo, quiet_until: float, expected: str
) -> None:
    [rule] = [each for each in RULES["us"] if each.code == "quiet_hours_until"]
    rules = [rule.model_copy(update={"value": quiet_until})]
    facts = Facts(Wanted(at=datetime.fromisoformat(at)), zone)
    assert contact_times.next_allowed(facts, rules) == datetime.fromisoformat(expected)
