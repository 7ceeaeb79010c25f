"""Opening an incident: everything that belongs to it is there, once, in one transaction."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from incident import accounts, duty, errors, timeline
from incident.alerting import outbox
from incident.coordination import departments, roles, tasks
from incident.db import db, unit_of_work
from incident.intake import body, receive
from incident.models.complaints import Complaint
from incident.models.incidents import Clock, Incident
from incident.models.people import DutyShift
from incident.models.records import TimelineEvent
from incident.playbooks import library, loading
from tests import builders


def kinds(incident: Incident) -> list[str]:
    return [event.kind for event in timeline.of(incident.id)]


def test_an_escalated_complaint_opens_an_incident_with_all_that_belongs_to_it(app: Flask) -> None:
    incident = builders.an_incident()
    plan = library.version(incident.plan_version_id).plan
    assert [line.code for line in departments.lines(incident.id)] and {
        line.code for line in departments.lines(incident.id)
    } == {each.code for each in plan.departments}
    assert [task.key for task in tasks.of(incident.id)] == [step.key for step in plan.steps]
    assert [str(role.role) for role in roles.of(incident.id)] == [str(each.role) for each in plan.roles]
    steps = [delivery.step for delivery in outbox.of(incident.id)]
    assert set(outbox.OPENING) <= set(steps) and "page" in steps
    assert kinds(incident) == ["opened", "paged", "complaint_attached", "contact_hold_placed"]
    assert all(task.due_at > incident.opened_at for task in tasks.of(incident.id))


def test_every_line_task_and_role_is_held_by_whoever_is_on_duty(app: Flask) -> None:
    incident = builders.an_incident()
    on_duty = duty.roster(
        [line.code for line in departments.lines(incident.id)], at=builders.NOW, zone=builders.house().zone
    )
    for line in departments.lines(incident.id):
        first = on_duty[line.code].first
        assert line.lead_id == (first.id if first else None)
    for task in tasks.of(incident.id):
        first = on_duty[task.department_code].first
        assert task.assignee_id == (first.id if first else None)


def test_where_only_the_backup_is_on_duty_the_backup_leads(app: Flask) -> None:
    with unit_of_work() as session:
        zhao = builders.person("chen")
        shift = session.scalars(
            select(DutyShift).where(DutyShift.department_code == "COL", DutyShift.person_id == zhao.id)
        ).one()
        shift.rank = 2
        duty.changed()
    incident = builders.an_incident()
    line = departments.line(incident, "COL")
    assert line.lead_id == builders.person("chen").id


def test_a_commander_department_without_anybody_on_duty_is_said_and_the_heads_are_told(app: Flask) -> None:
    first = builders.an_incident()
    commander = first.commander_id
    with unit_of_work() as session:
        for shift in session.scalars(select(DutyShift)):
            session.delete(shift)
        duty.changed()
    incident = builders.an_incident()
    assert "nobody_on_duty" in kinds(incident)
    paged = {row.payload["person_id"] for row in outbox.of(incident.id) if row.step == "page"}
    assert paged >= {head.id for head in duty.group_heads()}
    assert incident.commander_id is not None and commander is not None
    assert all(task.assignee_id is None for task in tasks.of(incident.id))


def test_with_nobody_active_at_all_the_incident_still_opens_and_says_so(app: Flask) -> None:
    with unit_of_work():
        from incident.models.people import Person

        for person in db.session.scalars(select(Person)):
            person.active = False
        duty.changed()
    incident = builders.an_incident()
    assert incident.commander_id is None
    assert "nobody_on_duty" in kinds(incident) and "paged" not in kinds(incident)


def test_a_person_on_duty_twice_is_alerted_once(app: Flask) -> None:
    with unit_of_work():
        for rank in (1, 2):
            duty.add_shift(
                department="CPO",
                person=builders.person("zhao"),
                rank=rank,
                starts_at=builders.NOW,
                ends_at=builders.NOW + timedelta(days=1),
                repeats="daily",
                override=True,
                by=builders.BY,
                at=builders.NOW,
            )
    incident = builders.an_incident()
    pages = [row.payload["person_id"] for row in outbox.of(incident.id) if row.step == "page"]
    assert len(pages) == len(set(pages))


def test_the_same_complaint_again_gives_what_the_first_gave(app: Flask) -> None:
    facts = {"source": "crm", "source_ref": "A-1"}
    first = builders.a_complaint(**facts)
    again = builders.a_complaint(**facts)
    assert again.duplicate and again.complaint.id == first.complaint.id
    assert again.incident is not None and first.incident is not None
    assert again.incident.number == first.incident.number
    assert db.session.scalar(select(func.count()).select_from(Incident)) == 1


def test_the_same_reference_with_other_content_is_refused_and_changes_nothing(app: Flask) -> None:
    builders.a_complaint(source="crm", source_ref="A-1")
    with pytest.raises(errors.Conflict) as refused:
        builders.a_complaint(source="crm", source_ref="A-1", narrative="别的内容。")
    assert refused.value.reasons[0].loc == ("source_ref",)
    assert db.session.scalar(select(func.count()).select_from(Complaint)) == 1


def test_the_same_moment_in_another_zone_is_the_same_content(app: Flask) -> None:
    builders.a_complaint(source="crm", source_ref="A-1", received_at="2026-11-03T09:12:00+08:00")
    again = builders.a_complaint(source="crm", source_ref="A-1", received_at="2026-11-03T01:12:00Z")
    assert again.duplicate


def test_a_plain_complaint_is_recorded_and_escalated_later_once(app: Flask) -> None:
    quiet = {"escalated": False, "escalation_reason": None, "narrative": "想了解一下账单的还款日期。"}
    received = builders.a_complaint(complaint_type="business_processing", **quiet)
    assert received.incident is None
    by = builders.acting("li")
    with unit_of_work():
        found = receive.find(received.complaint.id, lock=True)
        incident = receive.escalate(
            found, reason="客户再次来电", by=by, at=builders.NOW, house=builders.house()
        )
    assert incident.number.startswith("INC-2026-")
    with unit_of_work(), pytest.raises(errors.Refused) as refused:
        found = receive.find(received.complaint.id, lock=True)
        receive.escalate(found, reason="再一次", by=by, at=builders.NOW, house=builders.house())
    assert incident.number in str(refused.value)


def test_numbers_follow_each_other_without_a_gap_also_after_a_failed_opening(app: Flask) -> None:
    first = builders.an_incident()
    prepared = receive.prepare(body.read(builders.complaint_body(), at=builders.NOW))
    with pytest.raises(RuntimeError), unit_of_work():
        receive.receive(prepared, by=builders.BY, at=builders.NOW, house=builders.house())
        raise RuntimeError("the process dies here")
    second = builders.an_incident()
    assert [first.number, second.number] == ["INC-2026-000001", "INC-2026-000002"]


def test_the_year_of_a_number_is_the_year_of_the_house(app: Flask) -> None:
    new_year = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)  # half past midnight in Shanghai
    before = builders.an_incident(at=new_year - timedelta(hours=1), received_at=builders.NOW.isoformat())
    after = builders.an_incident(at=new_year, received_at=builders.NOW.isoformat())
    assert before.number == "INC-2026-000001"
    assert after.number == "INC-2027-000001"


def test_an_opening_that_fails_leaves_nothing_behind(app: Flask) -> None:
    counted = {model: 0 for model in (Complaint, Incident, TimelineEvent, Clock)}
    prepared = receive.prepare(body.read(builders.complaint_body(), at=builders.NOW))
    with pytest.raises(RuntimeError), unit_of_work():
        receive.receive(prepared, by=builders.BY, at=builders.NOW, house=builders.house())
        raise RuntimeError("the process dies here")
    assert {model: db.session.scalar(select(func.count()).select_from(model)) for model in counted} == counted


def test_who_may_not_write_complaints_opens_nothing(app: Flask) -> None:
    with pytest.raises(errors.Forbidden):
        builders.a_complaint(by=builders.acting("tang"))
    assert db.session.scalar(select(func.count()).select_from(Complaint)) == 0


def test_a_raising_condition_with_enough_customers_makes_the_level_graver(app: Flask) -> None:
    quiet = builders.an_incident(complaint_type="privacy_leak", affected_customers=1)
    many = builders.an_incident(complaint_type="privacy_leak", affected_customers=50_000)
    assert many.level <= quiet.level and many.level == 1
    assert many.level_reasons


def test_a_card_number_given_as_product_reaches_no_title(app: Flask) -> None:
    incident = builders.an_incident(product="信用卡 6222021234567890123")
    assert "6222021234567890123" not in incident.title_zh + incident.title_en + incident.search_text


def test_the_clocks_of_the_law_start_from_receipt_and_the_house_targets_from_opening(app: Flask) -> None:
    received = builders.NOW - timedelta(days=2)
    incident = builders.an_incident(received_at=received.isoformat())
    found = list(db.session.scalars(select(Clock).where(Clock.incident_id == incident.id)))
    house = {each.rule: each for each in found if each.jurisdiction == "house"}
    law = [each for each in found if each.jurisdiction == "cn"]
    assert set(house) == {"acknowledge", "first_contact", "decision"} and law
    assert all(each.started_at == builders.NOW for each in house.values())
    assert any(each.started_at == received for each in law)
    assert incident.next_clock_at == min(each.due_at for each in found)


def test_a_running_incident_keeps_its_version_when_the_plan_changes(
    make_app: Callable[..., Flask], tmp_path_factory: pytest.TempPathFactory
) -> None:
    import shutil

    from incident.settings import ROOT

    folder = tmp_path_factory.mktemp("edited") / "playbooks"
    shutil.copytree(ROOT / "playbooks", folder)
    app = make_app(playbooks_dir=folder)
    with app.app_context():
        builders.standard_people()
        old = builders.an_incident()
        path = folder / "plans" / "improper_collection.toml"
        path.write_text(path.read_text("utf-8").replace('zh = "', 'zh = "新', 1), "utf-8")
        with unit_of_work():
            report = loading.load(folder, by="test", at=builders.NOW)
        assert report.loaded == {"improper_collection": 2} and not report.faults
        new = builders.an_incident()
        assert (old.plan_number, new.plan_number) == (1, 2)
        assert library.version(old.plan_version_id).number == 1
        assert library.current("improper_collection").number == 2


def test_a_service_with_a_narrow_scope_cannot_command(app: Flask) -> None:
    narrow = accounts.Actor("service", "crm", accounts.SCOPES["complaints:write"])
    assert builders.a_complaint(by=narrow).incident is not None
    with pytest.raises(errors.Forbidden):
        narrow.must(accounts.Permission.INCIDENTS_CLOSE)
