"""The contact hold: in the opening's transaction, found by account, lifted by a name, kept beyond the end."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import event, select

from incident import accounts, errors, privacy, rekeying, timeline
from incident.coordination import contacts, holds
from incident.coordination.contact_entry import Entry
from incident.db import db, unit_of_work
from incident.intake import receive
from incident.lifecycle import acts, opening
from incident.models.alerts import Delivery
from incident.models.complaints import Complaint
from incident.models.contacts import ContactHold, HoldScope
from incident.models.incidents import Incident
from incident.watches import hold_watch
from tests import builders

NOW = builders.NOW
ACCOUNT = {"name": "王小明", "account_ref": "6222 0200 0000 1234"}


def scopes(*accounts: str) -> list[HoldScope | None]:
    return [scope for _ref, scope in holds.on_accounts(accounts)]


def test_an_opening_holds_the_account_and_keeps_it_unreadable(app: Flask) -> None:
    incident = builders.an_incident(customer=ACCOUNT)
    [hold] = holds.of(incident.id)
    assert (hold.scope, hold.in_force) == (HoldScope.COLLECTION, True)
    assert hold.account_key and "6222" not in hold.account_key
    assert scopes("6222020000001234", "6222-0200-0000-1234", "other") == ["collection", "collection", None]
    assert "contact_hold_placed" in [each.kind for each in timeline.of(incident.id)]


def test_a_threat_of_self_harm_stops_machines_too_in_the_same_transaction(app: Flask) -> None:
    seen: list[str] = []
    listener = lambda *given: seen.append(given[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)
    event.listen(db.engine, "commit", lambda _connection: seen.append("COMMIT"))
    incident = builders.a_complaint(customer=ACCOUNT, signals=["self_harm_threat"]).incident
    event.remove(db.engine, "before_cursor_execute", listener)
    assert incident is not None and scopes(ACCOUNT["account_ref"]) == [HoldScope.EVERYTHING]
    written = [each for each in seen if each == "COMMIT" or each.startswith("INSERT INTO contact_holds")]
    assert written[-2:] == ["INSERT INTO contact_holds" + written[-2][25:], "COMMIT"]


def test_an_opening_costs_one_statement_for_the_hold_and_none_for_webhooks(app: Flask) -> None:
    builders.an_incident(customer=ACCOUNT)  # what is remembered is read now
    seen: list[str] = []
    listener = lambda *given: seen.append(given[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)
    builders.an_incident(customer=ACCOUNT)
    event.remove(db.engine, "before_cursor_execute", listener)
    assert sum("contact_holds" in each for each in seen) == 1
    assert not [each for each in seen if "webhook" in each]


def test_by_hand_only_a_threat_of_self_harm_is_held_and_a_drill_never(app: Flask) -> None:
    given = {"summary": "客户来电", "by": builders.BY, "at": NOW, "house": builders.house()}
    with unit_of_work():
        plain = receive.declare_by_hand(complaint_type="fee_dispute", **given)
        grave = receive.declare_by_hand(complaint_type="self_harm_threat", **given)
        facts = ("self_harm_threat", False, 1, [], "other", NOW)
        drill = opening.declare(
            opening.Opening(*facts, drill=True), by=builders.BY, at=NOW, house=builders.house()
        )
    assert holds.of(plain.id) == [] == holds.of(drill.id)
    [hold] = holds.of(grave.id)
    assert (hold.scope, hold.account_key) == (HoldScope.EVERYTHING, None)


def test_only_a_named_person_with_a_reason_lifts_it(app: Flask) -> None:
    incident = builders.an_incident(customer=ACCOUNT)
    service = accounts.Actor("service", "crm", builders.acting("zhao").permissions)
    for by, reason, fault in (
        (service, "ok", errors.Forbidden),
        (builders.acting("tang"), "ok", errors.Forbidden),
        (builders.acting("li"), "  ", errors.Invalid),
    ):
        with pytest.raises(fault), unit_of_work():
            holds.lift(incident, reason=reason, by=by, at=NOW)
    builders.lift_hold(incident, who="li")
    assert scopes(ACCOUNT["account_ref"]) == [None]
    with pytest.raises(errors.Refused):
        builders.lift_hold(incident, who="li")


def test_after_self_harm_only_who_commands_lifts_it(app: Flask) -> None:
    incident = builders.an_incident(customer=ACCOUNT, signals=["self_harm_threat"])
    incident.commander_id = builders.person("zhao").id
    with pytest.raises(errors.Forbidden):
        builders.lift_hold(incident, who="li")
    builders.lift_hold(incident, who="zhao")
    assert holds.strictest(holds.of(incident.id)) is None


def test_two_incidents_of_one_account_hold_it_until_both_are_lifted(app: Flask) -> None:
    first, second = builders.an_incident(customer=ACCOUNT), builders.an_incident(customer=ACCOUNT)
    builders.lift_hold(first)
    assert scopes(ACCOUNT["account_ref"]) == [HoldScope.COLLECTION]
    builders.lift_hold(second)
    assert scopes(ACCOUNT["account_ref"]) == [None]


def test_a_hold_is_widened_and_placed_again_by_hand(app: Flask) -> None:
    incident = builders.an_incident(customer=ACCOUNT)
    by = builders.acting("li")
    with pytest.raises(errors.Refused), unit_of_work():
        holds.place(incident, everything=False, reason="x", by=by, at=NOW)
    with unit_of_work():
        holds.place(incident, everything=True, reason="客户情绪危急", by=by, at=NOW)
    assert scopes(ACCOUNT["account_ref"]) == [HoldScope.EVERYTHING]
    builders.lift_hold(incident)
    with unit_of_work():
        holds.place(incident, everything=False, reason="又被催收", by=by, at=NOW)
    assert scopes(ACCOUNT["account_ref"]) == [HoldScope.COLLECTION]


def test_an_incident_closes_with_its_hold_lifted_or_in_somebodys_keeping(app: Flask) -> None:
    incident = builders.an_incident(customer=ACCOUNT)
    assert ("hold",) in [each.loc for each in acts.missing_for_close(incident)]
    by, keeper = builders.acting("zhao"), builders.person("li")
    with pytest.raises(errors.Invalid), unit_of_work():
        holds.assign(incident, keeper, review_at=NOW, by=by, at=NOW)
    with unit_of_work():
        holds.assign(incident, keeper, review_at=NOW + timedelta(days=7), by=by, at=NOW)
    assert ("hold",) not in [each.loc for each in acts.missing_for_close(incident)]


def test_whoever_keeps_a_hold_is_reminded_once_a_day_from_its_day_on(app: Flask) -> None:
    incident = builders.an_incident(customer=ACCOUNT)
    keeper = builders.person("li")
    day = NOW + timedelta(days=7)
    with unit_of_work():
        holds.assign(incident, keeper, review_at=day, by=builders.acting("zhao"), at=NOW)

    def told() -> list[int]:
        rows = db.session.scalars(select(Delivery).where(Delivery.step == "remind"))
        return [row.payload["person_id"] for row in rows if row.payload["about"] == "hold"]

    assert hold_watch.remind(at=NOW) == 0
    assert hold_watch.remind(at=day) == 1 and hold_watch.remind(at=day) == 0
    assert hold_watch.remind(at=day + timedelta(days=3)) == 1, "a stop of the service loses nothing"
    assert told() == [keeper.id] * 2
    builders.lift_hold(incident)
    assert hold_watch.remind(at=day + timedelta(days=9)) == 0


def test_a_changed_data_key_still_finds_the_account(app: Flask) -> None:
    builders.an_incident(customer=ACCOUNT)
    settings = app.extensions["settings"]
    privacy.use_keys([Fernet.generate_key().decode(), *settings.personal_data_keys])
    try:
        assert scopes(ACCOUNT["account_ref"]) == [HoldScope.COLLECTION]
    finally:
        privacy.use_keys(settings.personal_data_keys)


def test_rotating_the_keys_renews_what_accounts_and_customers_are_found_by(app: Flask) -> None:
    incident = builders.an_incident(customer=ACCOUNT)
    entry = Entry(kind="attempt", channel="phone", at=NOW, point="400-820-8820")
    with unit_of_work():
        contacts.log(incident, entry, by=builders.acting("li"), at=NOW, jurisdiction="cn")
    settings = app.extensions["settings"]
    fresh = Fernet.generate_key().decode()
    privacy.use_keys([fresh, *settings.personal_data_keys])
    rekeying.rotate(fresh, by=builders.BY)
    privacy.use_keys([fresh])  # the old key is gone
    try:
        db.session.expire_all()
        assert scopes(ACCOUNT["account_ref"]) == [HoldScope.COLLECTION]
        row = contacts.of(incident.id)[0]
        assert row.subject == privacy.blind_index("account", ACCOUNT["account_ref"])
        assert row.point == privacy.blind_index("point", "400-820-8820")
        assert db.session.scalars(select(Complaint.account_key)).one() == row.subject
    finally:
        privacy.use_keys(settings.personal_data_keys)


def test_a_complaint_from_before_holds_gets_its_key_when_it_is_held(app: Flask) -> None:
    incident = builders.an_incident(customer=ACCOUNT)
    builders.lift_hold(incident)
    with unit_of_work() as session:
        complaint = session.scalars(select(Complaint)).one()
        complaint.account_key = None
        holds.place(incident, everything=False, reason="补设", by=builders.acting("li"), at=NOW)
    assert scopes(ACCOUNT["account_ref"]) == [HoldScope.COLLECTION]
    assert db.session.scalars(select(ContactHold).where(ContactHold.lifted_at.is_(None))).one().account_key


def test_the_board_of_one_incident_tells_both_kinds_apart(app: Flask) -> None:
    incident: Incident = builders.an_incident(customer=ACCOUNT, signals=["self_harm_threat"])
    data = [each.data for each in timeline.of(incident.id) if each.kind == "contact_hold_placed"]
    assert data == [{"hold_scope": "everything"}]
