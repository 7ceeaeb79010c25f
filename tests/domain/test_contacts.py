"""The contact log: the hard stop, safety, breaches told truly, the first contact, wishes that are kept."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from incident import clocks, errors, i18n, timeline
from incident.coordination import contact_preferences, contacts
from incident.coordination.contact_entry import Entry
from incident.coordination.contact_facts import Wanted
from incident.coordination.contact_preferences import Wishes
from incident.db import db, unit_of_work
from incident.models.alerts import Delivery
from incident.models.contacts import Contact, ContactChannel
from incident.models.incidents import Incident
from incident.models.records import AuditEntry
from tests import builders

NOW = builders.NOW  # 09:30 in Shanghai
NIGHT = NOW.replace(hour=15)  # 23:30 in Shanghai


def log(
    incident: Incident,
    kind: str,
    at: datetime = NOW,
    *,
    who: str = "li",
    now: datetime | None = None,
    **given: Any,
) -> Contact:
    entry = Entry(**{"kind": kind, "channel": "phone", "at": at, **given})
    with unit_of_work():
        return contacts.log(incident, entry, by=builders.acting(who), at=now or at, jurisdiction="cn")


def refused(incident: Incident, kind: str, at: datetime, **given: Any) -> list[str]:
    """The refusal's sentences in English."""
    with pytest.raises(errors.Refused) as fault:
        log(incident, kind, at, **given)
    return [i18n.say(fault.value.reason, "en"), *(i18n.say(each, "en") for each in fault.value.reasons)]


def kinds(incident: Incident) -> list[str]:
    return [event.kind for event in timeline.of(incident.id)]


def test_a_conversation_meets_the_clock_of_the_first_contact_and_an_attempt_does_not(app: Flask) -> None:
    incident = builders.an_incident()
    log(incident, "attempt", outcome="no_answer")
    assert "first_contact" in {each.rule for each in clocks.running(incident.id)}
    assert clocks.first_contacts([incident.id]) == {}
    row = log(incident, "conversation", NOW + timedelta(minutes=5), outcome="informed", summary="已道歉")
    assert "first_contact" not in {each.rule for each in clocks.running(incident.id)}
    assert clocks.first_contacts([incident.id]) == {incident.id: NOW + timedelta(minutes=5)}
    assert row.person_id == builders.person("li").id
    assert {"contact_attempted", "contact_made", "clock_met"} <= set(kinds(incident))


def test_at_night_a_contact_is_refused_with_rule_version_and_source(app: Flask) -> None:
    incident = builders.an_incident()
    for kind, at in (("attempt", NIGHT), ("conversation", NIGHT), ("planned", NIGHT)):
        said = refused(incident, kind, at)
        assert "quiet_hours_from" in said[0] and "chinanews" in said[0]
        assert "cba-2026" in said[1] and "23:30" in said[1]
        assert "2026-11-04T00:00:00+00:00" in said[2], "the next morning at eight"
    assert contacts.of(incident.id) == []


def test_a_safety_reason_overrides_and_is_kept_on_log_timeline_and_audit(app: Flask) -> None:
    incident = builders.an_incident()
    row = log(incident, "conversation", NIGHT, safety_reason="客户称要跳楼，电话 13800138000")
    assert row.safety and not row.breach and "13800138000" not in str(row.reason)
    assert [each["rule"] for each in row.violations] == ["quiet_hours_from"]
    assert "contact_safety" in kinds(incident)
    [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "contacts.safety_override"))
    assert entry.data["rules"] == ["quiet_hours_from"]
    assert not log(incident, "attempt", safety_reason="无须越限").safety, "nothing stood against it"


def test_collecting_under_a_hold_is_no_matter_of_safety(app: Flask) -> None:
    incident = builders.an_incident()
    for more in ({}, {"safety_reason": "x"}):
        said = refused(incident, "attempt", NOW, purpose="collection", **more)
        assert "contact_hold" in said[0]
    builders.lift_hold(incident)
    assert not log(incident, "attempt", purpose="collection").violations


def test_what_happened_against_a_limit_is_told_as_a_breach_and_compliance_hears_of_it(app: Flask) -> None:
    incident = builders.an_incident()
    row = log(incident, "conversation", NIGHT, breach_reason="值班员误拨")
    assert row.breach and row.reason == "值班员误拨" and row.violations
    assert "contact_breach" in kinds(incident)
    [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "contacts.breach"))
    assert entry.data["contact"] == row.id
    told = db.session.scalars(select(Delivery).where(Delivery.step == "remind")).all()
    assert [each.payload["about"] for each in told] == ["contact_breach"]
    with pytest.raises(errors.Invalid):
        log(incident, "planned", NIGHT, breach_reason="明知故犯")
    assert not log(incident, "attempt", NOW + timedelta(days=1), breach_reason="x").breach


def test_the_limits_count_one_customer_over_all_incidents(app: Flask) -> None:
    customer = {"name": "王小明", "account_ref": "6222 0200 0000 1234"}
    first = builders.an_incident(customer=customer)
    second = builders.an_incident(customer={**customer, "account_ref": "6222020000001234"})
    other = builders.an_incident(customer={**customer, "account_ref": "6222020000009999"})
    for hour in (1, 2, 3):
        log(first, "conversation", NOW.replace(hour=hour))
    assert "effective_calls_per_day" in refused(second, "conversation", NOW.replace(hour=4))[0]
    log(other, "conversation", NOW.replace(hour=4))


def test_the_seventh_unanswered_attempt_of_a_day_is_refused(app: Flask) -> None:
    incident = builders.an_incident()
    for minute in range(6):
        log(incident, "attempt", NOW + timedelta(minutes=minute), outcome="no_answer")
    assert "unanswered_attempts_per_day" in refused(incident, "attempt", NOW + timedelta(minutes=9))[0]
    log(incident, "attempt", NOW + timedelta(minutes=9), point="400-820-8820")


def test_wishes_are_kept_for_the_customer_and_in_the_customers_zone(app: Flask) -> None:
    incident = builders.an_incident()
    wishes = Wishes(time_zone="America/New_York", not_at_work=True, representative="李律师 13900139000")
    with unit_of_work():
        row = contact_preferences.note(incident, wishes, by=builders.acting("li"), at=NOW)
    assert "13900139000" not in row.said("representative")
    late = NOW + timedelta(hours=1)  # half past nine in the evening there
    answer = contacts.may(incident, Wanted(at=late, channel=ContactChannel.PHONE), jurisdiction="us")
    assert [each.rule for each in answer.violations] == ["quiet_hours_from"]


def test_a_masked_text_sent_back_by_the_form_changes_nothing(app: Flask) -> None:
    incident = builders.an_incident()
    by = builders.acting("li")
    with unit_of_work():
        contact_preferences.note(incident, Wishes(note="回拨 13900139000"), by=by, at=NOW)
    row = contact_preferences.found(
        contact_preferences.subjects(incident, contact_preferences.complaint(incident, None))
    )
    assert row is not None
    with unit_of_work():
        contact_preferences.note(
            incident, Wishes(note=row.said("note")), by=by, at=NIGHT, version=row.version
        )
    assert row.personal["note"] == "回拨 13900139000"
    with pytest.raises(errors.Conflict), unit_of_work():
        contact_preferences.note(incident, Wishes(), by=by, at=NOW, version=1)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"earliest": "25:00"}, "earliest"),
        ({"earliest": "18:00", "latest": "09:00"}, "latest"),
        ({"days": [8]}, "days"),
        ({"refused_channels": ["pigeon"]}, "refused_channels"),
        ({"complaint": 999}, "complaint"),
    ],
)
def test_wishes_that_make_no_sense_are_refused_at_their_place(
    app: Flask, wrong: dict[str, Any], place: str
) -> None:
    incident = builders.an_incident()
    with pytest.raises(errors.Invalid) as fault, unit_of_work():
        contact_preferences.note(incident, Wishes(**wrong), by=builders.acting("li"), at=NOW)
    assert [each.loc for each in fault.value.reasons] == [(place,)]


@pytest.mark.parametrize(
    ("kind", "shift", "more"),
    [
        ("planned", -60, {}),
        ("attempt", 60, {}),
        ("conversation", -60 * 24 * 400, {}),
        ("planned", 60, {"inbound": True}),
    ],
)
def test_a_line_that_makes_no_sense_is_not_recorded(
    app: Flask, kind: str, shift: int, more: dict[str, Any]
) -> None:
    incident = builders.an_incident()
    with pytest.raises(errors.Invalid):
        log(incident, kind, NOW + timedelta(minutes=shift), now=NOW, **more)


def test_a_plan_is_carried_out_or_dropped_once(app: Flask) -> None:
    incident = builders.an_incident()
    first = log(incident, "planned", NOW + timedelta(hours=1), now=NOW)
    log(incident, "conversation", NOW + timedelta(hours=1), planned=first.id)
    assert first.state == "done"
    second = log(incident, "planned", NOW + timedelta(hours=3), now=NOW)
    by = builders.acting("li")
    with unit_of_work():
        contacts.drop(incident, second.id, by=by, at=NOW)
    for gone in (first, second):
        with pytest.raises(errors.Refused), unit_of_work():
            contacts.drop(incident, gone.id, by=by, at=NOW)


def test_no_word_that_was_said_reaches_the_timeline_or_stands_readable_in_the_database(app: Flask) -> None:
    incident = builders.an_incident()
    row = log(incident, "conversation", summary="母亲住院 13800138000", demand="免息", next_step="周五回电")
    told = str([event.data for event in timeline.of(incident.id)])
    assert all(word not in told for word in ("母亲", "免息", "周五"))
    raw = db.session.connection().exec_driver_sql("SELECT personal FROM contacts").scalar()
    assert "母亲".encode() not in bytes(raw)
    assert "13800138000" not in row.said("summary") and "母亲" in row.said("summary")


def test_who_may_not_act_may_not_log_and_a_closed_case_is_over(app: Flask) -> None:
    incident = builders.an_incident()
    with pytest.raises(errors.Forbidden):
        log(incident, "attempt", who="tang")
    incident.status = "merged"
    with pytest.raises(errors.Refused):
        log(incident, "attempt")
