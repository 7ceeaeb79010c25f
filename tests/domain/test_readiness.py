"""Readiness: what counts, what presses, and a score that rises when something is done."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from incident import accounts, drills, errors
from incident.db import db, unit_of_work
from incident.models.drills import Drill, DrillState
from incident.models.training import CertificateSource, ReadinessSnapshot
from incident.readiness import history, nextdrill, score
from incident.training import certificates, courses
from tests import builders

KEY = "privacy_leak"


def now(at=builders.NOW):
    return score.now(at=at, house=builders.house())


def part(found, name):
    return next(each for each in found.parts if each.name == name)


def row(found, key=KEY):
    return next(each for each in found.rows if each.key == key)


def drilled(*, days_ago, people=("sun", "wang")):
    at = builders.NOW - timedelta(days=days_ago)
    with unit_of_work() as session:
        session.add(
            Drill(
                plan_key=KEY,
                planned_for=at,
                starts_at=at,
                announced=True,
                participants=[f"{name}@demo.example" for name in people],
                state=DrillState.ENDED,
                created_at=at,
                created_by="test",
                started_at=at,
                ended_at=at,
            )
        )


def test_a_drill_counts_for_the_departments_that_took_part_until_its_limit(app):
    before = now()
    assert row(before).days is None and not any(cell.drilled for cell in row(before).cells.values())
    drilled(days_ago=100)
    found = row(now())
    assert (found.days, found.limit, found.overdue) == (100, 183, False)  # a plan of level Ⅱ
    assert {code for code, cell in found.cells.items() if cell.drilled} == {"DPO", "COM"}
    assert part(now(), "drilled").have == 2 and now().score > before.score
    later = row(now(builders.NOW + timedelta(days=84)))
    assert later.overdue and not later.cells["DPO"].drilled


def test_people_duty_and_contacts_are_counted_by_department(app):
    cell = row(now()).cells["DPO"]
    assert (cell.trained.percent, cell.duty.percent, cell.contacts.percent) == (0, 100, 100)
    calendar, sun = builders.house().calendar, builders.person("sun")
    with unit_of_work():
        for course in courses.covering(KEY, courses.running()):
            certificates.grant(
                course,
                sun.id,
                got_on=date(2026, 11, 1),
                source=CertificateSource.TEST,
                by=builders.BY,
                calendar=calendar,
            )
    assert row(now()).cells["DPO"].trained.percent == 100
    stale = builders.NOW + timedelta(days=100)
    assert row(now(stale)).cells["DPO"].contacts.percent == 0
    with unit_of_work():
        accounts.confirm_contact(builders.person("sun"), by=builders.acting("sun"), at=stale)
    assert row(now(stale)).cells["DPO"].contacts.percent == 100


def test_a_part_with_nothing_to_count_weighs_nothing(app):
    found = now()
    assert part(found, "rating").percent is None
    counted = [each for each in found.parts if each.percent is not None]
    weights = sum(each.weight for each in counted)
    assert weights == 85
    assert found.score == round(sum(each.weight * each.percent for each in counted) / weights)


def test_one_press_schedules_the_drill_that_presses_most(app):
    drilled(days_ago=330)
    sentences = [str(each.sentence) for each in now().advice]
    assert any("was not drilled for 330 days" in each for each in sentences) or len(sentences) == 8
    by, house = builders.acting("lin"), builders.house()
    with unit_of_work():
        made = nextdrill.schedule(KEY, by=by, at=builders.NOW, house=house)
    assert made.staff == {"director": ["lin@demo.example"], "evaluator": ["tang@demo.example"]}
    assert (
        "lin@demo.example"
        not in nextdrill.suggest(
            "improper_collection", by=by, at=builders.NOW, house=house
        ).wanted.participants
    )  # on duty for training, and knows what is to come
    assert row(now()).next_at == made.starts_at
    assert not any(each.plan_key == KEY for each in now().advice)  # it is on the calendar
    with unit_of_work():
        made.announced = False
    assert row(now()).next_at is None  # a drill that nobody knows of is not given away
    with unit_of_work():
        made.announced = True
    assert made.starts_at.astimezone(house.zone).isoformat() == "2026-11-10T10:00:00+08:00"
    assert made.participants[0] == "sun@demo.example" and made.scenario == "list_in_chat_group"
    with pytest.raises(errors.Refused), unit_of_work():
        nextdrill.schedule(KEY, by=by, at=builders.NOW, house=house)
    with unit_of_work():
        other = nextdrill.schedule("media_exposure", by=by, at=builders.NOW, house=house)
    assert other.starts_at.date() == date(2026, 11, 11)  # not two on one morning
    with pytest.raises(errors.Forbidden), unit_of_work():
        nextdrill.schedule("other", by=builders.acting("li"), at=builders.NOW, house=house)
    assert drills.find(made.id, by=by).announced


def test_the_score_is_kept_once_a_day(app):
    house = builders.house()
    assert [history.take(at=builders.NOW + timedelta(hours=h), house=house) for h in (0, 1, 24)] == [1, 0, 1]
    rows = db.session.scalars(select(ReadinessSnapshot)).all()
    assert {each.day for each in rows} == {date(2026, 11, 3), date(2026, 11, 4)}
    assert rows[0].parts["duty"]["percent"] == part(now(), "duty").percent
    assert [each.day for each in history.since(date(2026, 11, 4))] == [date(2026, 11, 4)]
