"""What people do with a clock: add, correct, meet with a proof, void, pause, extend with an approver."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from incident import clocks, errors, timeline
from incident.coordination import clock_approval, standing_aside
from incident.db import db, unit_of_work
from incident.lifecycle import acts
from incident.models.incidents import Clock, Incident, Task
from tests import builders
from tests.builders import NOW

WHY = "the facts are complicated"


def clock(incident: Incident, rule: str) -> Clock:
    found = select(Clock).where(Clock.incident_id == incident.id, Clock.rule == rule)
    return db.session.scalars(found, execution_options={"populate_existing": True}).one()


def kinds(incident: Incident) -> list[str]:
    return [event.kind for event in timeline.of(incident.id)]


def do(verb: Any, incident: Incident, found: Clock | str, *, by: str = "zhao", **given: Any) -> Clock:
    what = found if isinstance(found, str) else found.id
    with unit_of_work():
        return verb(incident, what, by=builders.acting(by), **{"at": NOW + timedelta(hours=1), **given})


def test_a_clock_says_why_it_runs(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="privacy_leak", signals=["data_leak"])
    assert clock(incident, "complaint_decision").reasons == ["always"]
    assert clock(incident, "cac_report").reasons == ["type:privacy_leak", "signal:data_leak"]
    assert clock(incident, "acknowledge").reasons == [f"target:{int(incident.level)}"]
    for each in clocks.of(incident.id):
        assert each.reasons and all(str(clocks.sentence(code)) for code in each.reasons)


def test_a_rule_of_another_set_is_added_by_hand_and_counts_by_its_own_calendar(app: Flask) -> None:
    incident = builders.an_incident()
    found = do(clocks.add, incident, "disp_final_response", house="cn", jurisdiction="uk", reason="UK branch")
    assert (found.jurisdiction, found.calendar) == ("uk", "uk")
    assert found.due_at.isoformat() == "2026-12-29T23:59:59+00:00"  # eight weeks, the end of a London day
    assert "clock_added" in kinds(incident)
    gdpr = do(clocks.add, incident, "gdpr_authority", house="cn", started_at=NOW)
    assert gdpr.jurisdiction == "eu" and gdpr.due_at == NOW + timedelta(hours=72)
    with pytest.raises(errors.Conflict):
        do(clocks.add, incident, "gdpr_authority", house="cn")
    with pytest.raises(errors.Invalid):
        do(clocks.add, incident, "no_such_rule", house="cn")
    with pytest.raises(errors.Invalid):
        do(clocks.add, incident, "complaint_recusal", house="cn")
    with pytest.raises(errors.Invalid):
        do(clocks.add, incident, "gdpr_authority", house="cn", jurisdiction="fr")
    with pytest.raises(errors.Invalid):
        do(clocks.add, incident, "cac_report", house="cn", started_at=NOW + timedelta(days=1))
    with pytest.raises(errors.Forbidden):
        do(clocks.add, incident, "cac_report", house="cn", by="tang")


def test_a_voided_clock_wants_a_reason_and_may_be_added_again(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="privacy_leak")
    report = clock(incident, "cac_report")
    with pytest.raises(errors.Invalid):
        do(clocks.void, incident, report, reason=" ")
    assert do(clocks.void, incident, report, reason="below significant; 13800138000").state == "void"
    assert "13800138000" not in str(clock(incident, "cac_report").void_reason)
    with pytest.raises(errors.Conflict):
        do(clocks.void, incident, report, reason="again")
    again = do(clocks.add, incident, "cac_report", house="cn")
    assert again.id == report.id and again.state == "running" and again.void_reason is None


def test_a_corrected_start_moves_the_due_time_and_unmisses_what_was_missed_by_it(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="privacy_leak")
    report = clock(incident, "cac_report")
    clocks.sweep(at=NOW + timedelta(hours=5), house=builders.house().calendar)
    assert clock(incident, "cac_report").state == "missed"
    given = {"started_at": NOW + timedelta(hours=2), "reason": WHY, "calendar": builders.house().calendar}
    found = do(clocks.correct, incident, report, at=NOW + timedelta(hours=5), **given)
    assert found.state == "running" and found.due_at == NOW + timedelta(hours=6)
    assert found.missed_at is None
    with pytest.raises(errors.Invalid):
        do(clocks.correct, incident, report, **{**given, "started_at": NOW - timedelta(days=500)})


def test_a_legal_clock_is_met_with_the_proof_its_rule_wants(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="privacy_leak")
    report = clock(incident, "cac_report")
    for proof, kind in (("", "filing"), ("we told them", "statement"), ("99", "document")):
        with pytest.raises(errors.Invalid):
            do(clocks.meet, incident, report, proof=proof, kind=kind)
    found = do(clocks.meet, incident, report, proof="CAC-20261103-1380013800", kind="filing")
    assert found.state == "met" and not found.met_late
    assert found.proof == {"kind": "filing", "value": "CAC-20261103-1380013800"}
    with pytest.raises(errors.Conflict, match="赵敏"):
        do(clocks.meet, incident, report, proof="again", kind="filing", by="li")


def test_what_is_met_after_its_time_is_met_late_and_makes_the_review_a_duty(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="fee_dispute")
    assert incident.level == 4
    law = clock(incident, "complaint_decision")
    found = do(clocks.meet, incident, law, proof="letter sent", at=NOW + timedelta(days=16))
    assert found.met_late and found.missed_at == law.due_at
    assert clocks.any_missed(incident.id) and "clock_met_late" in kinds(incident)


def test_meeting_one_report_starts_the_one_that_follows_it(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="system_batch_failure")
    initial = do(clocks.add, incident, "dora_initial", house="cn", jurisdiction="eu", started_at=NOW)
    do(clocks.meet, incident, initial, proof="F-1", kind="filing")
    second = clock(incident, "dora_intermediate")
    assert second.state == "running" and second.reasons[0] == "after:dora_initial"
    assert second.due_at == NOW + timedelta(hours=73)


def test_an_event_starts_the_clocks_that_wait_for_it_once(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="system_batch_failure")
    do(clocks.add, incident, "dora_initial_latest", house="cn", jurisdiction="eu")
    given = {"jurisdiction": "cn", "happened_at": NOW}
    begun = do(clocks.record, incident, "classified", **given)
    assert [each.rule for each in begun] == ["dora_initial"]  # type: ignore[attr-defined]
    assert begun[0].due_at == NOW + timedelta(hours=4)  # type: ignore[index]
    for event, fault in (("classified", errors.Refused), ("eclipse", errors.Invalid)):
        with pytest.raises(fault):
            do(clocks.record, incident, event, **given)
    withdrawn = do(clocks.record, incident, "withdrawn", **given)
    assert withdrawn[0].rule == "complaint_withdrawal"  # type: ignore[index]
    assert withdrawn[0].due_at.isoformat() == "2026-11-03T15:59:59+00:00"  # type: ignore[index]


def test_a_decision_that_is_told_with_proof_meets_the_legal_clock_and_opens_the_time_for_a_review(
    app: Flask,
) -> None:
    incident = builders.an_incident()
    with unit_of_work():
        proof = {"kind": "document", "value": "receipt"}
        clocks.happened(incident, "answered", by=builders.acting("zhao"), at=NOW, proof=proof)
    assert clock(incident, "complaint_decision").state == clock(incident, "decision").state == "met"
    window = clock(incident, "complaint_review_application")
    assert window.kind == "window" and window.id not in {each.id for each in clocks.running(incident.id)}
    clocks.sweep(at=window.due_at + timedelta(minutes=1), house=builders.house().calendar)
    assert clock(incident, "complaint_review_application").state == "void"
    assert "clock_lapsed" in kinds(incident)


def test_the_first_extension_is_done_by_whoever_handles_it_and_the_complainant_is_told(app: Flask) -> None:
    incident = builders.an_incident()
    law = clock(incident, "complaint_decision")
    found = do(clocks.extend, incident, law, reason=WHY, by="li")
    assert found.due_at.date().isoformat() == "2026-12-03" and found.value == 30
    assert found.rule == "complaint_decision" and found.extended_by == "complaint_decision_complex"
    task = db.session.scalars(select(Task).where(Task.key.startswith("clock_notice"))).one()
    assert task.must and "30" in task.title_en and task.due_at <= NOW + timedelta(days=2)
    assert incident.next_clock_at is not None


def test_the_last_extension_waits_for_an_approver_who_did_not_ask(app: Flask) -> None:
    incident = builders.an_incident()
    law = clock(incident, "complaint_decision")
    do(clocks.extend, incident, law, reason=WHY)
    before = clock(incident, "complaint_decision").due_at
    asked = do(clocks.extend, incident, law, reason="exceptional", by="yang")
    assert asked.due_at == before and asked.request is not None and asked.request["act"] == "extend"
    with pytest.raises(errors.Conflict, match="杨帆"):
        do(clocks.extend, incident, law, reason="me too")
    for who in ("zhao", "yang", "tang"):  # no approver; whoever asked; no permission
        with pytest.raises(errors.Forbidden):
            do(clock_approval.approve, incident, law, by=who)
        assert not clock_approval.may(incident, law, builders.acting(who), at=NOW)
    with unit_of_work():
        builders.person("chen").department_code = "EXE"
    assert clock_approval.may(incident, law, builders.acting("chen"), at=NOW)
    found = do(clock_approval.approve, incident, law, by="chen")
    assert found.due_at.date().isoformat() == "2027-01-02" and found.request is None
    assert found.extensions[-1]["approved_by"].endswith("陈刚")
    do(clocks.pause, incident, law, reason="appraisal")  # in the same second, with a notice of its own
    assert do(clock_approval.approve, incident, law, by="yang").state == "paused"
    do(clocks.resume, incident, law, reason="back", calendar=builders.house().calendar)
    with pytest.raises(errors.Conflict):
        do(clock_approval.approve, incident, law, by="chen")
    with pytest.raises(errors.Refused, match="further"):
        do(clocks.extend, incident, law, reason="more")


def test_whoever_must_stand_aside_approves_no_clock(app: Flask) -> None:
    incident = builders.an_incident()
    law = clock(incident, "complaint_decision")
    do(clocks.pause, incident, law, reason="outside appraisal")
    by = builders.acting("zhao")
    with unit_of_work():
        standing_aside.name_person(incident, builders.person("yang"), reason="he called", by=by, at=NOW)
    for verb, more in ((clock_approval.approve, {}), (clock_approval.refuse, {"reason": "no"})):
        with pytest.raises(errors.Forbidden, match="stands aside"):
            do(verb, incident, law, by="yang", **more)


def test_a_pause_is_approved_and_what_was_left_is_left_again(app: Flask) -> None:
    incident = builders.an_incident()
    law = clock(incident, "complaint_decision")
    due = law.due_at
    with pytest.raises(errors.Refused):
        do(clocks.pause, incident, clock(incident, "decision"), reason="no rule for it")
    assert do(clocks.pause, incident, law, reason="outside appraisal").state == "running"
    paused = do(clock_approval.approve, incident, law, by="yang")
    assert paused.state == "paused" and paused.paused_at == NOW + timedelta(hours=1)
    clocks.sweep(at=due + timedelta(days=1), house=builders.house().calendar)
    assert clock(incident, "complaint_decision").state == "paused"
    with pytest.raises(errors.Conflict):
        do(clocks.extend, incident, law, reason=WHY)
    given = {"reason": "report came", "calendar": builders.house().calendar}
    found = do(clocks.resume, incident, law, at=NOW + timedelta(days=10), **given)
    assert found.state == "running" and found.due_at - due == timedelta(days=10)
    assert incident.next_clock_at is not None
    with pytest.raises(errors.Conflict):
        do(clocks.resume, incident, law, **given)


def test_a_request_is_refused_with_a_reason_and_the_clock_runs_on(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="regulator_transfer")
    law = clock(incident, "pboc_reply")
    due = law.due_at
    assert do(clocks.extend, incident, law, reason=WHY).request is not None
    with pytest.raises(errors.Invalid):
        do(clock_approval.refuse, incident, law, reason="", by="yang")
    found = do(clock_approval.refuse, incident, law, reason="not complicated", by="yang")
    assert found.request is None and found.due_at == due and "clock_request_refused" in kinds(incident)


def test_a_form_that_shows_an_older_clock_is_told_the_present_state(app: Flask) -> None:
    incident = builders.an_incident()
    law = clock(incident, "complaint_decision")
    seen = law.version
    do(clocks.extend, incident, law, reason=WHY)
    with pytest.raises(errors.Conflict, match="Somebody else"):
        do(clocks.void, incident, law, reason="late", seen=seen)


def test_nothing_is_done_to_the_clocks_of_an_incident_that_ended(app: Flask) -> None:
    incident = builders.an_incident()
    law = clock(incident, "complaint_decision")
    with unit_of_work():
        acts.cancel(incident, reason="mistake", by=builders.acting("yang"), at=NOW)
    calendar = builders.house().calendar
    for verb, given in (
        (clocks.meet, {"proof": "x"}),
        (clocks.void, {"reason": "x"}),
        (clocks.pause, {"reason": "x"}),
        (clocks.extend, {"reason": "x"}),
        (clocks.resume, {"reason": "x", "calendar": calendar}),
        (clocks.correct, {"reason": "x", "started_at": NOW, "calendar": calendar}),
        (clock_approval.approve, {}),
        (clock_approval.refuse, {"reason": "x"}),
    ):
        with pytest.raises(errors.Refused):
            do(verb, incident, law, **given)
    with pytest.raises(errors.Refused):
        do(clocks.add, incident, "cac_report", house="cn")
    with pytest.raises(errors.Refused):
        do(clocks.record, incident, "aware", jurisdiction="cn", happened_at=NOW)


def test_what_is_unsettled_names_each_legal_clock_and_where_it_is_settled(app: Flask) -> None:
    incident = builders.an_incident()
    [reason] = clocks.unsettled(incident)
    assert reason.href is not None and reason.href.startswith(f"/incidents/{incident.number}/clocks#clock-")
    do(clocks.void, incident, clock(incident, "complaint_decision"), reason="withdrawn")
    assert clocks.unsettled(incident) == []
