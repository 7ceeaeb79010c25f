"""The level: points, thresholds, trumps, and that no signal ever makes a complaint look lighter."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.triage import scoring
from incident.vocabulary import Channel, ComplaintType, Signal
from tests.unit.triage_builders import LEVELS, VOCABULARY, assessed, some_facts

SIGNALS = st.frozensets(st.sampled_from([str(each) for each in Signal]))
TEXTS = st.sampled_from(
    [
        "They call my mother every day.",
        "The fee is wrong and I am not suicidal.",
        "每天轰炸我的通讯录。",
        "我没有自杀的想法，利息太高了。",
        "……",
    ]
)


@pytest.mark.parametrize("signal", ["self_harm_threat", "violence_threat"])
def test_a_threat_to_a_person_is_always_level_one(signal: str) -> None:
    assert assessed(declared_signals=frozenset({signal})).level == 1


@pytest.mark.parametrize(("people", "level"), [(4, 4), (5, 3), (19, 3), (20, 2), (99, 2), (100, 1)])
def test_a_joint_complaint_rises_with_the_number_who_join(people: int, level: int) -> None:
    found = assessed(declared_signals=frozenset({"joint_complaint"}), affected_customers=people)
    assert found.level == level


def test_twenty_affected_customers_make_level_two_even_without_joining() -> None:
    assert assessed(affected_customers=19).level == 4
    assert assessed(affected_customers=20).level == 2


def test_a_regulator_makes_level_three_at_least() -> None:
    assert assessed(declared_signals=frozenset({"regulator_transfer"})).level == 3


def test_a_vulnerable_customer_raises_what_else_was_found_by_one() -> None:
    both = frozenset({"regulator_transfer", "vulnerable"})
    assert assessed(declared_signals=frozenset({"vulnerable"})).level == 3
    assert assessed(declared_signals=both).level == 2


@pytest.mark.parametrize(("total", "level"), [(4, 4), (5, 3), (8, 3), (9, 2), (13, 2), (14, 1)])
def test_points_alone_decide_by_the_thresholds(total: int, level: int) -> None:
    axes = [axis.key for axis in LEVELS.scoring.axes if axis.key != "safety"]
    score = dict.fromkeys(["safety", *axes], 0)
    for point in range(total):
        score[axes[point % len(axes)]] += 1
    found, reasons = scoring.level(score, some_facts(), [], vocabulary=VOCABULARY, levels=LEVELS)
    assert found == level
    assert str(total) in reasons[0]["zh"] and str(total) in reasons[0]["en"]


def test_loss_gives_points_by_its_size() -> None:
    assert assessed(potential_loss=Decimal("9999.99")).score["amount"] == 0
    assert assessed(potential_loss=Decimal("10000")).score["amount"] == 1
    assert assessed(potential_loss=Decimal("1000000")).score["amount"] == 3


def test_each_trump_that_raised_the_level_is_a_reason_in_both_languages() -> None:
    found = assessed(declared_signals=frozenset({"regulator_transfer", "self_harm_threat"}))
    assert len(found.level_reasons) >= 2
    assert all(set(reason) == {"zh", "en"} and all(reason.values()) for reason in found.level_reasons)


@given(narrative=TEXTS, some=SIGNALS, more=SIGNALS, people=st.integers(1, 500))
def test_more_signals_never_lower_the_level(
    narrative: str, some: frozenset[str], more: frozenset[str], people: int
) -> None:
    less = assessed(narrative, declared_signals=some, affected_customers=people)
    full = assessed(narrative, declared_signals=some | more, affected_customers=people)
    assert full.level <= less.level
    assert full.opens_incident >= less.opens_incident


@given(
    narrative=st.text(max_size=300),
    channel=st.sampled_from([str(each) for each in Channel]),
    kind=st.none() | st.sampled_from([str(each) for each in ComplaintType]),
    people=st.integers(1, 10**6),
)
def test_any_text_gets_a_level_a_type_and_points_in_range(
    narrative: str, channel: str, kind: str | None, people: int
) -> None:
    found = assessed(narrative, channel=channel, complaint_type=kind, affected_customers=people)
    assert 1 <= found.level <= 4
    assert found.complaint_type in set(ComplaintType)
    assert found.proposed is (kind is None)
    assert all(0 <= value <= 3 for value in found.score.values())
    assert len(found.types) <= 3
