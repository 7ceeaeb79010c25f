"""Post-mortems: held within the limit over holidays and month ends, and reminded of until then."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from incident import clocks, drills
from incident.calendars import WorkingCalendar
from incident.db import db, unit_of_work
from incident.drills import learning, rating, seeing
from incident.levels import PostMortem
from incident.models.alerts import Delivery
from incident.models.reviews import Review, Trigger
from incident.reviews import action_register, actions, meeting, record, recurrence, reminding, schedule
from tests import builders, reviewing
from tests.domain import test_drill_play

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOLIDAYS = WorkingCalendar(
    SHANGHAI, {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True}
)
WORKDAYS = WorkingCalendar(SHANGHAI, {})
THREE_DAYS = PostMortem(value=3, unit="calendar_days")
FIVE_WORKING = PostMortem(value=5, unit="working_days")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("closed", "rule", "meets"),
    [
        ("2026-11-03T12:00", THREE_DAYS, "2026-11-06T10:00"),
        ("2026-11-05T12:00", THREE_DAYS, "2026-11-06T10:00"),  # the limit is a Sunday: Friday before
        ("2026-10-01T12:00", THREE_DAYS, "2026-10-04T10:00"),  # nobody works: the limit itself
        ("2026-09-29T12:00", FIVE_WORKING, "2026-10-12T10:00"),  # 30th, 8th, 9th, Saturday 10th, 12th
        ("2026-11-30T23:59", FIVE_WORKING, "2026-12-07T10:00"),
    ],
)
def test_the_meeting_keeps_the_limit_and_falls_on_a_working_day(
    closed: str, rule: PostMortem, meets: str
) -> None:
    assert meeting.meeting_at(at(closed), rule, HOLIDAYS) == at(meets)


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 1)), st.integers(1, 10))
def test_no_meeting_is_later_than_its_limit_or_before_the_closing(closed: datetime, days: int) -> None:
    moment = closed.replace(tzinfo=SHANGHAI)
    meets = meeting.meeting_at(moment, PostMortem(value=days, unit="calendar_days"), HOLIDAYS)
    assert moment.date() < meets.date() <= moment.date() + timedelta(days=days)


def a_review(due: datetime, *, remind_at: datetime) -> Review:
    incident = builders.an_incident()
    with unit_of_work() as session:
        review = Review(
            incident_id=incident.id,
            owner_id=builders.person("zhao").id,
            due_at=due,
            meets_at=due,
            rule="5 working_days",
            remind_at=remind_at,
            created_at=builders.NOW,
        )
        session.add(review)
    return review


def reminders() -> int:
    return len(list(db.session.scalars(select(Delivery.id).where(Delivery.step == "remind"))))


def test_the_owner_is_reminded_once_a_working_morning_until_it_is_held(app: Flask) -> None:
    calendar = WorkingCalendar(SHANGHAI, {})
    due = at("2026-11-09T10:00")
    first = meeting.first_reminder(due, calendar, at=builders.NOW)
    assert first == at("2026-11-09T09:10")  # two days before is a Saturday
    review = a_review(due, remind_at=at("2026-11-06T09:10"))
    assert reminding.remind(at=at("2026-11-06T09:00"), calendar=calendar) == 0
    assert [reminding.remind(at=at("2026-11-06T09:11"), calendar=calendar) for _ in range(3)] == [1, 0, 0]
    db.session.refresh(review)
    assert review.remind_at == at("2026-11-09T09:10")
    assert reminding.remind(at=at("2026-11-09T09:10"), calendar=calendar) == 1
    assert reminders() == 2


def test_a_long_stop_is_made_up_for_with_one_reminder(app: Flask) -> None:
    calendar = WorkingCalendar(SHANGHAI, {})
    a_review(at("2026-11-09T10:00"), remind_at=at("2026-11-06T09:10"))
    late = at("2026-12-24T15:00")
    assert [reminding.remind(at=late, calendar=calendar) for _ in range(2)] == [1, 0]
    told = [each.payload for each in db.session.scalars(select(Delivery).where(Delivery.step == "remind"))]
    assert [(each["about"], each["person_id"]) for each in told] == [
        ("review", builders.person("zhao").id),
        ("review_late", builders.person("yang").id),  # 赵敏 heads her department herself
    ]


def test_a_review_that_was_held_reminds_nobody(app: Flask) -> None:
    review = a_review(at("2026-11-09T10:00"), remind_at=at("2026-11-06T09:10"))
    with unit_of_work():
        review.state = "completed"
    assert reminding.remind(at=at("2026-11-10T09:10"), calendar=WorkingCalendar(SHANGHAI, {})) == 0


def test_the_third_of_one_cause_in_thirty_days_is_a_duty_at_every_level(app: Flask) -> None:
    """Level Ⅳ asks for none; the same violation of the same kind of complaint, upheld, does."""
    upheld = [builders.an_incident(complaint_type="other") for _ in range(3)]
    for each in upheld[:2]:
        builders.a_finding(each)
    assert not recurrence.returns(upheld[2], at=builders.NOW)
    builders.a_finding(upheld[2])
    assert recurrence.returns(upheld[2], at=builders.NOW)
    assert not recurrence.returns(upheld[2], at=builders.NOW + timedelta(days=31))
    other = builders.an_incident(complaint_type="other")
    builders.a_finding(other, violations=["violence"])
    assert not recurrence.returns(other, at=builders.NOW)
    with unit_of_work():
        review = schedule.schedule(upheld[2], builders.house().calendar, by=builders.BY, at=builders.NOW)
    assert "same_cause" in review.triggers and not review.optional


def test_a_drill_rated_m_is_reviewed_by_whoever_rated_it_and_meetings_do_not_collide(app: Flask) -> None:
    first, second = builders.an_incident(complaint_type="other"), builders.an_incident(complaint_type="other")
    given = {"by": builders.acting("lin"), "at": builders.NOW, "calendar": builders.house().calendar}
    with unit_of_work():
        first.drill = second.drill = True
        one = schedule.required(first, "drill_rating", **given)
        two = schedule.required(second, Trigger.DRILL_RATING, **given)
        assert schedule.required(first, "asked", **given) is one
    lin = builders.person("lin").id
    assert (one.owner_id, one.triggers, one.optional) == (lin, ["drill_rating", "asked"], False)
    assert two.meets_at - one.meets_at == timedelta(hours=1) and two.due_at == one.due_at
    assert one.invite_at is not None and one.invite_at.astimezone(SHANGHAI).hour >= 9


def test_actions_remind_two_days_before_and_after_and_tell_the_head_once_overdue(app: Flask) -> None:
    review = reviewing.a_review()
    with unit_of_work():
        wanted = actions.Wanted("fix", "更新名单", owner=builders.person("smith"))
        given = {"by": builders.acting("zhao"), "at": reviewing.CLOSED, "calendar": WORKDAYS}
        row = actions.add(review, wanted, **given)
    assert row.due_at.astimezone(SHANGHAI).date() == date(2027, 1, 2)  # level Ⅲ: 60 days, a Saturday
    told: list[tuple[str, str, str]] = []
    for day in (date(2026, 12, 30) + timedelta(days=n) for n in range(16)):
        moment = datetime.combine(day, meeting.REMIND_AT, tzinfo=SHANGHAI)
        before = reminders()
        assert action_register.remind(at=moment, calendar=WORKDAYS) in (0, 1)
        for each in db.session.scalars(
            select(Delivery).order_by(Delivery.id.desc()).limit(reminders() - before)
        ):
            told.append((f"{day:%m-%d}", each.payload["about"], str(each.payload["person_id"])))
    smith, wang = str(builders.person("smith").id), str(builders.person("wang").id)
    assert sorted(told) == [
        ("01-04", "action_overdue", wang),
        ("01-04", "action_overdue", smith),
        ("01-11", "action_overdue", wang),
        ("01-11", "action_overdue", smith),
        ("12-31", "action", smith),
    ]


def test_a_drill_with_a_weak_rating_is_followed_by_a_post_mortem_of_its_director(app: Flask) -> None:
    drill = test_drill_play.begun()
    script = seeing.script(drill)
    assert script is not None
    goal, moment = next(iter(script.goals)), builders.NOW + timedelta(minutes=30)
    given, house = {"by": builders.acting("tang"), "at": moment}, builders.house()
    with unit_of_work():
        rating.rate(drills.locked(drill.id), goal, "U", note="没有人接", **given)
    assert learning.review_due(at=moment, house=house) == 0  # it still runs, and ratings are changed
    with unit_of_work():
        drills.stop(drill.id, by=builders.acting("lin"), at=moment)
    assert [learning.review_due(at=moment, house=house) for _ in range(2)] == [1, 0]
    (review,) = db.session.scalars(select(Review))
    assert (review.triggers, review.owner_id) == (["drill_rating"], builders.person("lin").id)


def test_the_first_contact_is_when_its_clock_was_met_where_no_conversation_was_noted(app: Flask) -> None:
    found = reviewing.a_closed_incident()
    with unit_of_work():
        clocks.happened(found, "contacted", by=builders.BY, at=found.opened_at + timedelta(minutes=50))
    facts = record.gather(found)
    assert facts["figures"]["first_contact"] == 50
