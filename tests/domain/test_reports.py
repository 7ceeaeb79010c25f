"""The executive report: what it counts, what it leaves out, when it is sent, and that it is sent once."""

import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pypdf
import pytest
from flask import Flask
from sqlalchemy import select

from incident import papers
from incident.db import db
from incident.models.alerts import Delivery
from incident.models.updates import ExecutiveReport
from incident.reports import facts, paper, sending
from tests import builders
from tests.conftest import dispose

ZONE = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 11, 3, 8, 31, tzinfo=ZONE)  # a Tuesday


def send(at, *, mailed=False):
    house = builders.house()
    return sending.send_due(at=at, calendar=house.calendar, url="http://x", mailed=mailed)


def test_it_counts_what_is_grave_late_and_silent_and_leaves_drills_out(app: Flask) -> None:
    grave = builders.an_incident(signals=["self_harm_threat"])
    builders.an_incident()
    later = builders.NOW + timedelta(hours=5)
    found = facts.gather(at=later)
    assert [row["number"] for row in found["grave"]] == [grave.number]
    assert found["open"]["1"] == 1 and found["open"]["3"] == 1 and found["unanswered"] == 2
    assert found["tasks_count"] > 0 and found["silent_count"] > 0 and found["clocks_count"] > 0
    assert found["tasks_count"] == len(found["tasks"]) or len(found["tasks"]) == facts.LISTED
    line = paper.summary(found, "en")
    assert line.startswith("1 grave and 1 other incidents open, 2 unanswered")


def test_it_holds_no_personal_data(app: Flask) -> None:
    builders.an_incident(signals=["self_harm_threat"])
    found = facts.gather(at=builders.NOW + timedelta(hours=5))
    assert "王小明" not in str(found) and "13800138000" not in str(found)


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_it_stands_on_paper_in_both_languages(app: Flask, locale: str) -> None:
    number = builders.an_incident(signals=["self_harm_threat"]).number
    made = paper.build(facts.gather(at=builders.NOW + timedelta(hours=5)), locale, ZONE)
    pages = pypdf.PdfReader(io.BytesIO(papers.as_pdf(made))).pages
    words = "".join(page.extract_text() for page in pages)
    assert number in words
    assert ("管理层报告" if locale == "zh_CN" else "Executive report") in words
    assert number in papers.as_text(made)


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (datetime(2026, 11, 3, 8, 29, tzinfo=ZONE), None),
        (datetime(2026, 11, 3, 8, 30, tzinfo=ZONE), (8, 30)),
        (datetime(2026, 11, 3, 11, 29, tzinfo=ZONE), (8, 30)),
        (datetime(2026, 11, 3, 11, 31, tzinfo=ZONE), None),  # a service that was down all morning
        (datetime(2026, 11, 3, 18, 5, tzinfo=ZONE), (18, 0)),
        (datetime(2026, 11, 7, 8, 35, tzinfo=ZONE), None),  # a Saturday
        (datetime(2026, 10, 10, 8, 35, tzinfo=ZONE), (8, 30)),  # a Saturday that makes up for the holiday
        (datetime(2026, 10, 1, 8, 35, tzinfo=ZONE), None),  # National Day
    ],
)
def test_it_is_due_at_its_hours_on_working_days(app: Flask, at, due) -> None:
    found = sending.slot(at, builders.house().calendar)
    assert (found and (found.hour, found.minute)) == due


def test_a_slot_is_sent_once_to_managers_and_heads_and_by_mail(app: Flask) -> None:
    builders.an_incident()
    assert send(MORNING, mailed=True) == 1
    assert send(MORNING + timedelta(minutes=1), mailed=True) == 0
    rows = list(db.session.scalars(select(Delivery).where(Delivery.incident_id.is_(None))))
    told = {row.payload["person_id"] for row in rows if row.step == "remind"}
    assert told == {builders.person(name).id for name in ("yang", "qin", "shen", "zhao")}
    [mail] = [row for row in rows if row.step == "report"]
    assert "管理层报告 / Executive report" in mail.payload["title"]
    assert "http://x/report" in mail.payload["body"]
    [kept] = db.session.scalars(select(ExecutiveReport))
    assert kept.facts["open"]["3"] == 1


def test_without_addresses_no_mail_is_written(app: Flask) -> None:
    assert send(MORNING) == 1
    assert not list(db.session.scalars(select(Delivery).where(Delivery.step == "report")))


def test_two_schedulers_at_once_send_it_once(make_app) -> None:
    from tests.domain.test_acts import at_once

    app = make_app()
    with app.app_context():
        builders.standard_people()
        results = at_once(app, [lambda: send(MORNING), lambda: send(MORNING)])
        assert sorted(results) == [0, 1]
    dispose(app)
