"""The register of agencies: matched in any spelling, counted, suspended; and customers' files."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from incident import agency_names, customers, errors, rekeying, timeline
from incident.agencies import figures, register
from incident.db import db, forget, unit_of_work
from incident.models.agencies import AgencyState
from incident.models.alerts import Delivery
from incident.models.complaints import Complaint
from tests import builders

NOW = builders.NOW


def agency(name: str = "宏达催收有限公司", **given):
    house, by = builders.house(), builders.acting("admin")
    with unit_of_work():
        return register.add(
            name=name,
            code=given.pop("code", "HD-01"),
            department="OUT",
            by=by,
            at=NOW,
            zone=house.zone,
            **given,
        )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("宏达催收有限公司", "宏达催收（有限公司）"),
        ("ＡＢＣ Recovery Ltd.", "abc recovery"),
        ("鼎信资产管理股份有限公司", "鼎信资产管理"),
        ("Smith & Co", "smith co"),
    ],
)
def test_names_are_the_same_in_any_spelling(one, other):
    assert agency_names.normal(one) == agency_names.normal(other)
    assert agency_names.normal("宏达") != agency_names.normal("宏远")


def test_complaints_are_counted_by_agency_and_month_and_by_finding(app: Flask) -> None:
    row = agency()
    for days, name in ((0, "宏达催收"), (10, "宏达催收（有限公司）"), (200, "宏达催收有限公司")):
        received = (NOW - timedelta(days=days)).isoformat()
        builders.a_complaint(agency=name, received_at=received, escalated=False)
    builders.a_complaint(agency="无名机构", escalated=False)
    found = figures.of([row.key], at=NOW)[row.key]
    assert (found.all, found.recent, found.share) == (3, 2, None)
    months = figures.by_month(row.key, at=NOW)
    assert len(months) == 12 and sum(months.values()) == 3 and list(months)[-1] == "2026-11"
    assert figures.strangers() == [("无名机构", 1)]
    assert register.named("宏达催收（有限公司）").id == row.id


def test_an_agency_is_suspended_on_the_incident_it_comes_from_and_let_in_again(app: Flask) -> None:
    row, incident = agency(), builders.an_incident()
    by = builders.acting("zhao")
    with pytest.raises(errors.Forbidden), unit_of_work():
        register.suspend(row, reason="x", by=builders.acting("tang"), at=NOW)
    manager = builders.acting("admin")
    with unit_of_work():
        register.suspend(register.find(row.id), reason="恐吓客户", incident=incident, by=manager, at=NOW)
    again = register.find(row.id)
    assert (again.state, again.state_reason) == (AgencyState.SUSPENDED, "恐吓客户")
    with pytest.raises(errors.Refused), unit_of_work():
        register.suspend(register.find(row.id), reason="再次", by=manager, at=NOW)
    with unit_of_work():
        register.resume(register.find(row.id), reason="整改完成", by=manager, at=NOW)
    kinds = [each.kind for each in timeline.of(incident.id)]
    assert kinds[-2:] == ["agency_suspended", "agency_resumed"]
    assert by.name


def test_the_department_is_reminded_of_an_evaluation_until_it_is_done(app: Flask) -> None:
    row = agency(evaluate_on=date(2026, 12, 1))
    assert register.remind(at=NOW - timedelta(days=5)) == 0
    assert register.remind(at=NOW) == 1 and register.remind(at=NOW) == 0
    told = db.session.scalars(select(Delivery).where(Delivery.step == "remind")).all()
    assert [each.payload["agency"] for each in told] == ["宏达催收有限公司"]
    with unit_of_work():
        register.evaluated(
            register.find(row.id, lock=True), on=date(2026, 11, 20), next_on=date(2027, 11, 20),
            by=builders.acting("admin"), at=NOW, zone=builders.house().zone,
        )  # fmt: skip
    assert register.remind(at=NOW + timedelta(days=40)) == 0


def test_the_same_name_is_not_registered_twice(app: Flask) -> None:
    agency()
    with pytest.raises(errors.Refused):
        agency("宏达催收", code="HD-02")
    with pytest.raises(errors.Invalid) as fault:
        agency("", code="不行")
    assert [each.loc for each in fault.value.reasons] == [("name",), ("code",)]


def test_a_customer_is_known_again_after_the_data_keys_changed(app: Flask) -> None:
    from cryptography.fernet import Fernet

    from incident import privacy

    first = builders.a_complaint(customer={"phone": "13911112222"}, escalated=False).complaint
    assert first.person_key is not None
    settings = app.extensions["settings"]
    fresh = Fernet.generate_key().decode()
    privacy.use_keys([fresh, *settings.personal_data_keys])
    try:
        rekeying.rotate(fresh, by=builders.BY)
        privacy.use_keys([fresh])
        forget("customers/")
        again = builders.a_complaint(customer={"phone": "+86 139 1111 2222"}, escalated=False).complaint
    finally:
        privacy.use_keys(settings.personal_data_keys)
    assert again.person_key == first.person_key and again.repeat


def test_the_blind_index_holds_nothing_that_can_be_read(app: Flask) -> None:
    builders.a_complaint(
        customer={"phone": "13911112222", "id_number": "11010519900307123x", "email": "A@b.example"}
    )
    row = db.session.execute(text("SELECT * FROM complaints")).mappings().one()
    raw = " ".join(str(value) for key, value in row.items() if key != "personal")
    for plain in ("13911112222", "110105", "a@b.example", "A@b"):
        assert plain not in raw


def test_the_file_of_a_customer_joins_what_shares_any_key(app: Flask) -> None:
    one = builders.a_complaint(customer={"phone": "13911112222", "name": "王一"}).complaint
    two = builders.a_complaint(customer={"phone": "13911112222", "account_ref": "6222-01"}).complaint
    three = builders.a_complaint(customer={"account_ref": "622201"}).complaint
    builders.a_complaint(customer={"phone": "13900000000"})
    found = customers.file_of(customers.written(one.person_key))
    assert [each.id for each in found.complaints] == [three.id, two.id, one.id]
    with pytest.raises(errors.NotFound):
        customers.file_of("zz")
    with pytest.raises(errors.NotFound):
        customers.file_of("0" * 16)


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("phone", "+86 139-1111-2222", "13911112222"),
        ("phone", "008613911112222", "139 1111 2222"),
        ("id_number", "11010519900307123x", "110105 19900307 123X"),
        ("email", "Li@Example.COM ", "li@example.com"),
        ("account_ref", "62-22 01", "622201"),
    ],
)
def test_values_are_the_same_in_any_writing(field, one, other):
    assert customers.normal(field, one) == customers.normal(field, other) is not None


@pytest.mark.parametrize(("field", "value"), [("phone", "138****5678"), ("phone", "12"), ("email", "nobody")])
def test_what_names_nobody_is_not_indexed(field, value):
    assert customers.normal(field, value) is None


def test_no_complaint_without_a_name_is_a_repeat(app: Flask) -> None:
    builders.a_complaint(customer={})
    again = builders.a_complaint(customer={}).complaint
    assert again.person_key is None and not again.repeat
    assert db.session.query(Complaint).count() == 2
