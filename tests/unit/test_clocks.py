"""Which rules start a clock, on which day they are in force, and what presses most."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from incident import clocks, levels
from incident.calendars import WorkingCalendar
from incident.playbooks.schema import Applies, Rule, RuleSet
from incident.settings import ROOT

NOON = datetime(2026, 11, 3, 4, 0, tzinfo=UTC)
SHANGHAI = WorkingCalendar(ZoneInfo("Asia/Shanghai"), {})
MATRIX = levels.load(ROOT / "playbooks/levels.toml")


def facts(**given: Any) -> clocks.Facts:
    plain: dict[str, Any] = {
        "complaint_type": "fee_dispute",
        "signals": frozenset({"repeat"}),
        "channel": "hotline",
        "level": 3,
        "received_at": NOON,
        "opened_at": NOON,
    }
    return clocks.Facts(**plain | given)


def rule(**given: Any) -> Rule:
    plain: dict[str, Any] = {
        "code": "answer_in_time",
        "version": "2026",
        "title": {"zh": "答复", "en": "Answer"},
        "kind": "statutory",
        "value": 15,
        "unit": "calendar_days",
        "start_event": "received",
        "clock": True,
        "applies": {"always": True},
        "legal_reference": {"zh": "法", "en": "Law"},
        "source": "x",
        "confidence": "V",
        "effective_from": "2026-03-01",
    }
    return Rule.model_validate(plain | given)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"always": True}, True),
        ({}, False),
        ({"types": ["fee_dispute"]}, True),
        ({"types": ["privacy_leak"]}, False),
        ({"signals": ["repeat", "data_leak"]}, True),
        ({"channels": ["regulator"]}, False),
        ({"levels": [3]}, True),
        ({"levels": [1, 2], "channels": ["hotline"]}, True),
    ],
)
def test_a_rule_applies_as_soon_as_one_of_its_lists_matches(condition: dict[str, Any], holds: bool) -> None:
    assert clocks.applies(Applies.model_validate(condition), facts()) is holds


def test_a_rule_is_in_force_from_its_first_to_its_last_day() -> None:
    dated = rule(effective_to="2026-12-31")
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [bool(clocks.in_force([dated], day)) for day in days] == [False, True, True, False]


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_the_targets_of_a_level_are_after_the_start_and_end_in_order(level: int) -> None:
    rows = clocks.internal(level, MATRIX[level], start=NOON, calendar=SHANGHAI)
    due = {row["rule"]: row["due_at"] for row in rows}
    assert NOON < due["acknowledge"] <= due["first_contact"] <= due["decision"]
    assert {row["rule_version"] for row in rows} == {f"level-{level}"}


@pytest.mark.parametrize("unit", ["m", "h", "d", "w", "wd", "cd"])
def test_a_target_may_be_written_in_any_unit(unit: str) -> None:
    matrix = MATRIX[2].model_dump(mode="json") | {"decision": f"2{unit}"}
    rows = clocks.internal(2, levels.LevelRule.model_validate(matrix), start=NOON, calendar=SHANGHAI)
    assert all(row["due_at"] > NOON for row in rows)


def test_the_clock_that_presses_most_is_the_one_due_first() -> None:
    long, short = (NOON, NOON + timedelta(days=8)), (NOON, NOON + timedelta(hours=4))
    due, risk = clocks.pressing([long, short])
    assert due == NOON + timedelta(hours=4) and risk == NOON + timedelta(hours=3)
    assert clocks.pressing([]) == (None, None)


def test_the_same_rule_and_version_twice_is_a_fault_of_the_file() -> None:
    one = rule().model_dump(mode="json")
    text = {"zh": "中国", "en": "China"}
    with pytest.raises(ValueError, match="answer_in_time 2026"):
        RuleSet.model_validate(
            {"jurisdiction": "cn", "name": text, "time_zone": "Asia/Shanghai", "rules": [one, one]}
        )
