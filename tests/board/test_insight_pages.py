"""Insights as plots with their table and CSV, and the wall that nobody can press."""

import csv
import io
import re

import pytest
import time_machine

from tests import builders, reviewing
from tests.board.pages import Visitor, text


@pytest.fixture
def worked(app):
    """One incident that was worked; the clock stands at its closing."""
    with time_machine.travel(reviewing.CLOSED, tick=False):
        reviewing.a_closed_incident()
        yield app


def test_insights_show_figures_plots_and_the_table_behind_them(worked):
    page = Visitor(worked, "yang").get("/insights")
    assert "Acknowledged, p50 / p90 1 min / 1 min" in text(page)
    assert page.text.count("<svg viewBox") == 4 and "style=" not in page.text
    assert text(page).count("Nothing was counted in this span.") == 3
    assert re.search(r'<rect class="plot-level-3"[^>]*><title>W45 Ⅲ: 1</title>', page.text)
    assert "Clock compliance, %" in text(page) and "%%" not in page.text
    assert Visitor(worked, "yang").get("/insights?from=2026-13-01").status_code == 422
    chinese = text(Visitor(worked, "yang", language="zh").get("/insights?group=type"))
    assert "催收方式不当" in chinese


def test_the_numbers_leave_as_csv_in_the_readers_words(worked):
    answer = Visitor(worked, "yang", language="zh").get("/insights.csv?group=type")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["type"], row["incidents"], row["acknowledge_p50"]) for row in rows] == [
        ("催收方式不当", "1", "1")
    ]


def test_the_wall_shows_what_is_on_fire_and_has_nothing_to_press(app):
    visitor = Visitor(app)
    assert "Nothing is open." in visitor.get("/wall").text
    incident = builders.an_incident()
    live = visitor.get("/wall/live")
    assert incident.number in live.text and "Nobody has answered" in live.text
    whole = visitor.get("/wall").text
    assert "<form" not in whole and "<button" not in whole and "<a " not in whole
    again = visitor.get("/wall/live", headers={"If-None-Match": live.headers["ETag"]})
    assert again.status_code in (200, 304)
