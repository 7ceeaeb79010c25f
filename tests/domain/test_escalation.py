"""The ladder: climbed once a rung, through empty rungs, across re-grading and a change of guard."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from incident import duty, timeline
from incident.alerting import checks, escalation, outbox
from incident.calendars import WorkingCalendar
from incident.coordination import roles
from incident.db import db, unit_of_work
from incident.levels import LevelRule
from incident.lifecycle import acts
from incident.models.alerts import Delivery
from incident.models.incidents import Incident
from incident.models.people import Department, DutyShift, Person
from incident.playbooks import library
from tests import builders

LONG = timedelta(days=40)


def sweep(at: datetime) -> int:
    house = builders.house()
    return escalation.sweep(at=at, zone=house.zone, rule_set=house.rule_set)


def fresh(incident: Incident) -> Incident:
    db.session.rollback()
    return db.session.get_one(Incident, incident.id, populate_existing=True)


def pages(incident: Incident) -> dict[int, list[int]]:
    """Rung → the people alerted there."""
    found: dict[int, list[int]] = {}
    for row in outbox.of(incident.id):
        if row.step == "page":
            found.setdefault(row.payload["rung"], []).append(row.payload["person_id"])
    return found


def climb(incident: Incident, at: datetime = builders.NOW) -> list[datetime]:
    """Sweep whenever the next rung is due until the ladder ends; the times."""
    times = []
    for _ in range(10):
        due = fresh(incident).escalate_at
        if due is None:
            break
        times.append(due)
        assert sweep(due) >= 1
    return times


def people(*ids: int) -> list[Person]:
    return [Person(id=each, name=str(each)) for each in ids]


def test_copies_of_one_person_are_one_on_every_rung() -> None:
    group = escalation.Group(people(1, 2), people(1, 2, 3), people(4, 4), people(1, 1, 2, 3, 4, 2))
    assert [[each.id for each in rung] for rung in escalation.rungs(group)] == [
        [1],
        [2, 3],
        [4],
        [1, 2, 3, 4],
    ]


@pytest.mark.parametrize(
    ("group", "first"),
    [
        (([], [5], [6], [5, 6]), [5]),
        (([], [], [6], [6]), [6]),
        (([], [], [], []), []),
    ],
)
def test_the_first_alert_goes_to_whoever_can_be_reached(group: Any, first: list[int]) -> None:
    ladder = escalation.rungs(escalation.Group(*(people(*ids) for ids in group)))
    assert [each.id for each in ladder[0]] == first and len(ladder) == escalation.TOP + 1


def test_an_unanswered_alert_climbs_to_the_top_and_stops(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="privacy_leak", affected_customers=20_000)
    assert incident.level == 1
    times = climb(incident)
    assert [(each - builders.NOW).total_seconds() for each in times] == [300, 600, 900]
    assert sorted(pages(incident)) == [0, 1, 2, 3] or 2 not in pages(incident)
    for rung in pages(incident).values():
        assert len(rung) == len(set(rung))
    below = [person for rung, found in pages(incident).items() if rung < 3 for person in found]
    assert len(below) == len(set(below)), "somebody was alerted twice before the top"
    assert [event.kind for event in timeline.of(incident.id)].count("ladder_ended") == 1
    assert sweep(builders.NOW + LONG) == 0


def test_every_type_of_complaint_climbs_its_ladder_to_the_end(app: Flask) -> None:
    from incident.vocabulary import ComplaintType

    opened = [builders.an_incident(complaint_type=str(kind)) for kind in ComplaintType]
    for incident in opened:
        climb(incident)
        assert fresh(incident).rung == escalation.TOP


def test_answering_ends_the_ladder(app: Flask) -> None:
    incident = builders.an_incident(acknowledged_by="li")
    assert sweep(builders.NOW + LONG) == 0
    assert list(pages(incident)) == [0]


def test_sweeping_twice_at_the_same_moment_climbs_once(app: Flask) -> None:
    incident = builders.an_incident()
    due = incident.escalate_at
    assert due is not None
    assert [sweep(due), sweep(due)] == [1, 0]
    assert fresh(incident).rung == 1


def test_before_its_time_nothing_climbs(app: Flask) -> None:
    incident = builders.an_incident()
    assert incident.escalate_at is not None
    assert sweep(incident.escalate_at - timedelta(seconds=1)) == 0


def test_a_long_stop_of_the_service_is_caught_up_rung_by_rung(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="privacy_leak", affected_customers=20_000)
    late = builders.NOW + timedelta(hours=6)
    assert sweep(late) == 1
    assert fresh(incident).escalate_at == late + timedelta(minutes=5)


def test_two_sweeps_at_once_climb_once(app: Flask) -> None:
    incident = builders.an_incident()
    due = incident.escalate_at
    assert due is not None
    start, moved = threading.Barrier(2), []

    def run() -> None:
        with app.app_context():
            start.wait(10)
            moved.append(sweep(due))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert sorted(moved) == [0, 1]


def test_an_incident_that_cannot_climb_does_not_keep_the_others_silent(app: Flask) -> None:
    stuck, sound = builders.an_incident(), builders.an_incident()
    assert stuck.escalate_at is not None and sound.escalate_at is not None
    with unit_of_work():  # the keys of its next alerts are taken
        outbox.enqueue_rows(
            [
                {**row, "step": "remind"}
                for row in escalation.page_rows(
                    stuck.id, 1, db.session.scalars(select(Person)), at=builders.NOW
                )
            ]
        )
    with pytest.raises(ExceptionGroup):
        sweep(max(stuck.escalate_at, sound.escalate_at))
    assert (fresh(stuck).rung, fresh(sound).rung) == (0, 1)


def test_with_nobody_on_duty_the_empty_rungs_are_passed_at_once(app: Flask) -> None:
    with unit_of_work() as session:
        session.execute(delete(DutyShift))
        for department in session.scalars(select(Department)):
            department.head_id = None
        duty.changed()
    incident = builders.an_incident(complaint_type="privacy_leak", affected_customers=20_000)
    assert incident.commander_id in {head.id for head in duty.group_heads()}
    times = climb(incident)
    assert times[-1] - builders.NOW <= timedelta(minutes=10)
    assert set(pages(incident)[3]) == {head.id for head in duty.group_heads()}


def test_with_everybody_inactive_the_ladder_ends_without_a_fault(app: Flask) -> None:
    with unit_of_work() as session:
        for person in session.scalars(select(Person)):
            person.active = False
        duty.changed()
    incident = builders.an_incident()
    climb(incident)
    assert pages(incident) == {} and fresh(incident).escalate_at is None


def test_whoever_takes_over_the_duty_is_alerted_at_the_next_rung(app: Flask) -> None:
    incident = builders.an_incident()
    due = incident.escalate_at
    assert due is not None
    holder = next(each for each in roles.of(incident.id) if each.role == "commander")
    with unit_of_work():
        duty.add_shift(
            department=holder.department_code,
            person=builders.person("lin"),
            starts_at=due - timedelta(minutes=1),
            ends_at=due + timedelta(hours=8),
            repeats="daily",
            override=True,
            by=builders.BY,
            at=builders.NOW,
        )
    sweep(due)
    assert builders.person("lin").id in pages(incident)[1]


def test_raising_an_unanswered_incident_quickens_its_ladder_and_reaches_the_new_commander(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="service_attitude")
    before = incident.escalate_at
    assert before is not None and incident.level > 1
    at = builders.NOW + timedelta(minutes=1)
    with unit_of_work():
        acts.change_level(
            incident, 1, reason="现场聚集", by=builders.acting("li"), at=at, house=builders.house()
        )
    after = fresh(incident).escalate_at
    assert after is not None and after == min(before, at + timedelta(minutes=5))
    sweep(after)
    executive = duty.roster(["EXE"], at=at, zone=builders.house().zone)["EXE"].first
    assert executive is not None
    assert executive.id in {person for found in pages(incident).values() for person in found}


def test_raising_an_answered_incident_alerts_whoever_commands_at_the_new_level_once(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="service_attitude", acknowledged_by="li", stage="verify")
    before = {person for found in pages(incident).values() for person in found}
    executive = duty.roster(["EXE"], at=builders.NOW, zone=builders.house().zone)["EXE"].first
    assert executive is not None and executive.id not in before
    at = builders.NOW + timedelta(minutes=10)
    by, house = builders.acting("zhao"), builders.house()
    for level in (1, 3, 1):
        with unit_of_work():
            acts.change_level(incident, level, reason="现场聚集", by=by, at=at, house=house)
    alerts = [
        row
        for row in db.session.scalars(select(Delivery).where(Delivery.incident_id == incident.id))
        if row.step == "page" and row.payload["person_id"] == executive.id
    ]
    assert [row.payload["raised"] for row in alerts] == [1]
    assert checks.needless(alerts[0], fresh(incident)) is None, "an answer below does not make it needless"
    assert [e.data["level"] for e in timeline.of(incident.id) if e.kind == "raised_to"] == ["Ⅰ"]


def rule(**given: Any) -> LevelRule:
    plain = library.the_levels()[1].model_dump(mode="json")
    return LevelRule.model_validate({**plain, **given})


def test_a_level_with_one_wait_still_climbs_to_the_top(app: Flask) -> None:
    one = rule(escalate_after=["7m"])
    calendar = WorkingCalendar(builders.house().zone, {})
    waits = [escalation.next_rung_at(one, rung, builders.NOW, calendar) for rung in range(4)]
    assert waits == [builders.NOW + timedelta(minutes=7)] * 3 + [None]


def test_waits_that_need_a_calendar_are_a_fault_of_the_file_and_not_of_the_opening(app: Flask) -> None:
    with pytest.raises(ValueError, match="1wd"):
        rule(escalate_after=["4h", "1wd"])


def test_a_level_that_keeps_working_time_waits_for_the_morning(app: Flask) -> None:
    quiet = rule(working_hours_only=True, escalate_after=["4h"])
    zone = builders.house().zone
    evening = datetime(2026, 11, 6, 17, 0, tzinfo=zone)  # a Friday
    due = escalation.next_rung_at(quiet, 0, evening, WorkingCalendar(zone, {}))
    assert due == datetime(2026, 11, 9, 12, 0, tzinfo=zone)


def test_a_drill_climbs_among_its_participants_only(app: Flask) -> None:
    from incident import drills

    names = ["zhao", "li", "chen", "sun", "wu"]
    by = builders.acting("admin")
    with unit_of_work():
        (drill,) = drills.schedule(
            drills.Wanted("privacy_leak", [f"{name}@demo.example" for name in names]),
            starts_at=builders.NOW + timedelta(minutes=5),
            by=by,
            at=builders.NOW,
            house=builders.house(),
        )
    assert drills.start_due(at=builders.NOW + timedelta(minutes=6), house=builders.house()) == 1
    incident = db.session.get_one(Incident, drill.incident_id)
    climb(incident)
    reached = {person for found in pages(incident).values() for person in found}
    assert reached == {builders.person(name).id for name in names}
