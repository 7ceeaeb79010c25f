"""The numbers behind the insight pages: over live incidents of a span, in groups, and what comes again."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from incident.db import db, unit_of_work
from incident.insights import measures, periods
from incident.models.incidents import Incident
from tests import reviewing
from tests.api.calling import places, problem


@pytest.fixture
def worked(api):
    """Three closed incidents of one kind, one of them a drill, each with the same cause found."""
    numbers = []
    for hours in (0, 24, 48):
        at = reviewing.CLOSED + timedelta(hours=hours)
        with time_machine.travel(at):
            review = reviewing.a_review(at=at, received_at=(at - timedelta(hours=3)).isoformat())
            reviewing.a_cause(review, step="freeze_contact")
            numbers.append(reviewing.rights.incident_of(review).number)
    with unit_of_work():
        db.session.query(Incident).filter_by(number=numbers[2]).one().drill = True
    return numbers


def test_the_summary_counts_live_incidents_and_leaves_drills_out(api, worked):
    with time_machine.travel(reviewing.CLOSED + timedelta(days=5)):
        found = api.get("/metrics/summary?group=week", as_="tang").get_json()
    total = found["total"]
    assert total["incidents"] == 2 and total["levels"] == {"1": 0, "2": 0, "3": 2, "4": 0}
    assert total["acknowledge"] == {"count": 2, "mean": 1, "p50": 1, "p90": 1}
    assert total["resolve"]["p50"] == 180 and total["clock_compliance"] is None
    assert sum(each["numbers"]["incidents"] for each in found["groups"]) == 2
    weeks = [each["key"] for each in found["groups"]]
    assert weeks[-1] == "2026-W45" and len(weeks) == 14  # weeks without any are there too
    learning = found["improvement"]
    (again,) = learning["recurring"]
    assert (again["category"], again["step"], again["incidents"]) == ("process", "freeze_contact", 2)
    assert learning["patterns"] == []  # two are too few to speak of always
    assert found["waiting"]["departments"]["COL"]["count"] == 2


def test_groups_are_named_in_both_languages_and_spans_are_checked(api, worked):
    with time_machine.travel(reviewing.CLOSED + timedelta(days=5)):
        kinds = api.get("/metrics/summary?group=type").get_json()["groups"]
        assert [(each["key"], each["label"]["zh"]) for each in kinds] == [
            ("improper_collection", "催收方式不当")
        ]
        agencies = api.get("/metrics/summary?group=agency").get_json()["groups"]
        assert agencies[0]["label"]["en"] == "not said"
        wrong = api.get("/metrics/summary?from=2026-11-05T00:00:00Z&to=2026-11-01T00:00:00Z")
    assert places(problem(wrong, 422)) == [("from",)]
    problem(api.get("/metrics/summary?group=moon"), 422)
    problem(api.get("/metrics/summary", as_="drills:write"), 403)


def test_lengths_take_the_nearest_rank_and_months_are_those_of_the_house():
    assert measures.lengths([5, None, 1, 9, 3]) == {"count": 4, "mean": 4, "p50": 3, "p90": 9}
    assert measures.lengths(range(1, 11)) == {"count": 10, "mean": 6, "p50": 5, "p90": 9}
    assert measures.lengths([None])["p90"] is None
    span = periods.span(None, reviewing.CLOSED, at=reviewing.CLOSED, zone=ZoneInfo("Asia/Shanghai"))
    assert span.key(reviewing.CLOSED.replace(day=30, hour=17), "month") == "2026-12"  # already December there
    assert span.keys("month") == ["2026-08", "2026-09", "2026-10", "2026-11"]
