"""Updates in their cadence, hand-overs with a briefing, absent commanders, personal data before closing."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from incident import errors, timeline
from incident.coordination import absence, handovers
from incident.db import db, unit_of_work
from incident.lifecycle import acts, informing
from incident.models.alerts import Delivery
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.updates import HandOver, HandOverState
from incident.permissions import Permission
from incident.watches import nagging
from tests import builders
from tests.domain.test_acts import at_once

NOW = builders.NOW


def calendar():
    return builders.house().calendar


def nag(at):
    return nagging.late_updates(at=at, calendar=calendar())


def reminded(incident, about):
    rows = db.session.scalars(
        select(Delivery).where(Delivery.incident_id == incident.id, Delivery.step == "remind")
    )
    return [row.payload["person_id"] for row in rows if row.payload["about"] == about]


def fresh(incident) -> Incident:
    return db.session.get_one(Incident, incident.id, populate_existing=True)


def grave(**given):
    """A level Ⅰ incident that its commander has acknowledged a minute after the opening."""
    incident = builders.an_incident(signals=["self_harm_threat"], **given)
    with unit_of_work():
        acts.acknowledge(incident, by=builders.acting("yang"), at=NOW + timedelta(minutes=1))
    nag(NOW + timedelta(minutes=1, seconds=5))
    return fresh(incident)


def give(incident, at, **given):
    facts = {"situation": "客户已安全", "actions": "已联系家属", "needs": "", **given}
    with unit_of_work():
        return informing.update(incident, by=builders.acting("yang"), at=at, house=builders.house(), **facts)


def test_the_first_update_is_due_by_the_level_from_the_answer(app: Flask) -> None:
    incident = grave()
    assert incident.update_due_at == NOW + timedelta(minutes=31)
    assert not reminded(incident, "update")


def test_an_update_goes_to_the_channel_masked_and_counts_anew(app: Flask) -> None:
    incident = grave()
    at = NOW + timedelta(minutes=20)
    row = give(incident, at, situation="客户 13800138000 已安全")
    assert "13800138000" not in row.situation
    assert fresh(incident).update_due_at == at + timedelta(minutes=30)
    [post] = [
        each
        for each in db.session.scalars(select(Delivery).where(Delivery.step == "post"))
        if each.payload["said"] == "update"
    ]
    assert post.payload["actions"] == "已联系家属"
    assert [e.kind for e in timeline.of(incident.id)][-1] == "update_given"


@pytest.mark.parametrize(
    ("given", "place"), [({"situation": "  "}, "situation"), ({"needs": "长" * 1001}, "needs")]
)
def test_an_update_without_a_situation_or_too_long_names_the_place(app: Flask, given, place) -> None:
    incident = grave()
    with pytest.raises(errors.Invalid) as refused:
        give(incident, NOW, **given)
    assert [reason.loc for reason in refused.value.reasons] == [(place,)]


def test_a_late_update_is_told_to_the_commander_then_to_those_behind(app: Flask) -> None:
    incident = grave()
    commander = builders.person("yang").id
    at = NOW + timedelta(minutes=32)
    assert nag(at) == 1 and nag(at) == 0
    assert reminded(incident, "update") == [commander]
    assert nag(at + timedelta(minutes=30)) == 1
    later = reminded(incident, "update")[1:]
    assert commander in later and builders.person("zhao").id in later
    kinds = [e.kind for e in timeline.of(incident.id)]
    assert kinds.count("update_late") == 2


def test_after_a_stop_a_late_update_is_told_once(app: Flask) -> None:
    incident = grave()
    assert nag(NOW + timedelta(hours=9)) == 1
    assert len(reminded(incident, "update")) == 1


def test_nobody_is_woken_for_a_late_update_at_level_three(app: Flask) -> None:
    incident = builders.an_incident()
    assert incident.level == 3
    evening = NOW.replace(hour=8, minute=30)  # 16:30 in Shanghai, a Tuesday
    with unit_of_work():
        acts.acknowledge(incident, by=builders.acting("zhao"), at=evening)
    nag(evening + timedelta(seconds=5))
    due = fresh(incident).update_due_at.astimezone(builders.house().zone)
    assert (due.day, due.hour, due.minute) == (4, 11, 30), "four hours of working time"
    assert nag(evening + timedelta(hours=8)) == 0


def offer(incident, to="zhao", role="commander", at=NOW, by="yang"):
    with unit_of_work():
        return handovers.offer(
            incident, role, builders.person(to), note="夜班", by=builders.acting(by), at=at
        )


def test_a_role_moves_when_it_is_accepted_and_not_before(app: Flask) -> None:
    incident = grave()
    give(incident, NOW + timedelta(minutes=5))
    row = offer(incident)
    assert incident.commander_id == builders.person("yang").id
    assert row.briefing["update"]["situation"] == "客户已安全"
    assert row.briefing["open_tasks"] > 0 and row.briefing["clocks"] and row.briefing["departments"]
    assert reminded(incident, "hand_over") == [builders.person("zhao").id]
    with pytest.raises(errors.Forbidden, match="Only 赵敏"), unit_of_work():
        handovers.accept(row, incident, by=builders.acting("li"), at=NOW)
    with unit_of_work():
        handovers.accept(row, incident, by=builders.acting("zhao"), at=NOW)
    assert fresh(incident).commander_id == builders.person("zhao").id
    with pytest.raises(errors.Conflict), unit_of_work():
        handovers.accept(row, incident, by=builders.acting("zhao"), at=NOW)


def test_a_role_is_offered_to_one_at_a_time_and_not_to_its_holder(app: Flask) -> None:
    incident = grave()
    offer(incident)
    with pytest.raises(errors.Conflict, match="withdraw"):
        offer(incident, to="wang")
    with pytest.raises(errors.Refused, match="already"):
        offer(incident, to="yang")
    with pytest.raises(errors.Invalid):
        offer(incident, role="king")


def test_a_declined_offer_needs_a_reason_and_tells_whoever_had_the_role(app: Flask) -> None:
    incident = grave()
    row = offer(incident)
    with pytest.raises(errors.Invalid), unit_of_work():
        handovers.decline(row, incident, reason=" ", by=builders.acting("zhao"), at=NOW)
    with unit_of_work():
        handovers.decline(row, incident, reason="我在外地", by=builders.acting("zhao"), at=NOW)
    assert reminded(incident, "hand_over_declined") == [builders.person("yang").id]
    offer(incident, to="wang")


def test_an_unanswered_offer_is_asked_again_and_goes_back_in_the_end(app: Flask) -> None:
    incident = grave()
    row = offer(incident)
    at = NOW
    for _ in range(handovers.REMINDERS_MOST):
        at += timedelta(minutes=11)
        assert nagging.unanswered_offers(at=at) == 1 and nagging.unanswered_offers(at=at) == 0
    assert nagging.unanswered_offers(at=at + timedelta(minutes=11)) == 1
    found = db.session.get_one(HandOver, row.id, populate_existing=True)
    assert found.state == HandOverState.WITHDRAWN
    assert len(reminded(incident, "hand_over")) == 1 + handovers.REMINDERS_MOST


def test_of_two_who_accept_and_withdraw_at_once_one_wins(app: Flask) -> None:
    incident = grave()
    row = offer(incident)

    def accept():
        with unit_of_work():
            found = acts.common.by_number(incident.number, lock=True)
            return handovers.accept(
                handovers.find(row.id, found), found, by=builders.acting("zhao"), at=NOW
            ).state

    def withdraw():
        with unit_of_work():
            found = acts.common.by_number(incident.number, lock=True)
            return handovers.withdraw(
                handovers.find(row.id, found), found, by=builders.acting("yang"), at=NOW
            ).state

    results = at_once(app, [accept, withdraw])
    assert sum(isinstance(each, errors.Conflict) for each in results) == 1


def test_an_absent_commander_is_noticed_once_and_the_command_offered(app: Flask) -> None:
    incident = grave()
    yang = db.session.get_one(Person, builders.person("yang").id)
    with unit_of_work():
        absence.say_away(yang, NOW + timedelta(hours=5), by=builders.acting("yang"), at=NOW)
    at = NOW + timedelta(minutes=2)
    assert nagging.absent_commanders(at=at, calendar=calendar()) == 1
    assert nagging.absent_commanders(at=at, calendar=calendar()) == 0
    [row] = handovers.of(incident.id)
    assert row.to_id == builders.person("zhao").id and row.role == "commander"
    assert [e.kind for e in timeline.of(incident.id)].count("commander_absent") == 1
    later = NOW + timedelta(hours=5, minutes=1)
    assert nagging.absent_commanders(at=later, calendar=calendar()) == 1
    assert fresh(incident).absent_since is None


def test_only_oneself_says_to_be_away_and_not_in_the_past(app: Flask) -> None:
    yang = builders.person("yang")
    with pytest.raises(errors.Forbidden):
        absence.say_away(yang, NOW, by=builders.acting("li"), at=NOW)
    with pytest.raises(errors.Invalid):
        absence.say_away(yang, NOW - timedelta(minutes=1), by=builders.acting("yang"), at=NOW)


def test_closing_asks_for_a_look_through_the_personal_data(app: Flask) -> None:
    incident = grave()
    place = [reason.loc for reason in acts.missing_for_close(incident)]
    assert ("personal_data",) in place
    with pytest.raises(errors.Invalid), unit_of_work():
        informing.review_data(incident, note="", by=builders.acting("yang"), at=NOW)
    with unit_of_work():
        informing.review_data(incident, note="已删除身份证影像", by=builders.acting("yang"), at=NOW)
    assert ("personal_data",) not in [reason.loc for reason in acts.missing_for_close(incident)]


def test_somebody_who_only_reads_gives_no_update_and_hands_nothing_over(app: Flask) -> None:
    incident = grave()
    reader = builders.acting("tang")
    assert not reader.can(Permission.INCIDENTS_ACT)
    with pytest.raises(errors.Forbidden):
        informing.update(
            incident, situation="x", actions="", needs="", by=reader, at=NOW, house=builders.house()
        )
    with pytest.raises(errors.Forbidden):
        handovers.offer(incident, "commander", builders.person("zhao"), by=reader, at=NOW)
