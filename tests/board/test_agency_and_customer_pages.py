"""The pages of the agencies' register and of a customer's file."""

from incident import customers
from incident.db import db
from incident.models.agencies import Agency
from incident.models.complaints import Complaint
from tests import builders
from tests.board.pages import Visitor, text

NEW = {"name": "宏达催收有限公司", "code": "hd-01", "department": "OUT", "evaluate_on": "2026-12-01"}


def test_an_agency_is_registered_looked_at_suspended_and_evaluated(app, zhao):
    admin = Visitor(app, "admin")
    assert "No agency is registered yet." in text(admin.get("/agencies"))
    incident = builders.an_incident(agency="宏达催收")
    assert "Named in complaints, not registered" in text(admin.get("/agencies"))
    wrong = admin.post("/agencies", {**NEW, "code": "?"})
    assert wrong.status_code == 422 and "宏达催收有限公司" in wrong.text
    page = admin.post("/agencies", NEW).location
    shown = text(admin.get(page))
    assert "1 in 90 days" in shown and "2026-12-01" in shown
    bad = admin.post(f"{page}/suspend", {"reason": "恐吓", "incident": "INC-9"})
    assert bad.status_code == 422
    assert admin.post(f"{page}/suspend", {"reason": "恐吓", "incident": incident.number}).status_code == 303
    assert "suspended" in text(admin.get(page)) and incident.number in text(admin.get(page))
    complaint = text(admin.get("/complaints/1"))
    assert "suspended" in complaint
    assert admin.post(f"{page}/resume", {"reason": "已整改"}).status_code == 303
    assert admin.post(f"{page}/evaluated", {"on": "2026-11-03", "next_on": "2027-11-03"}).status_code == 303
    assert (
        admin.post(page, {"department": "OUT", "evaluate_on": "2027-10-01", "notes": "复核"}).status_code
        == 303
    )
    row = db.session.query(Agency).one()
    db.session.refresh(row)
    assert (str(row.evaluated_on), str(row.evaluate_on), row.notes) == ("2026-11-03", "2027-10-01", "复核")


def test_a_reader_sees_the_register_without_its_forms(app, zhao):
    page = Visitor(app, "tang").get("/agencies")
    assert page.status_code == 200 and 'action="/agencies"' not in page.text


def test_the_file_of_a_customer_is_masked_and_linked_from_the_complaint(app, zhao):
    first = builders.a_complaint(customer={"name": "王一", "phone": "13911112222"}).complaint
    again = builders.a_complaint(customer={"phone": "13911112222"}).complaint
    page = zhao.get(f"/complaints/{again.id}")
    address = f"/customers/{customers.written(again.person_key)}"
    assert address in page.text and "repeated" in text(page)
    assert "found: complained before within 90 days" in text(page)
    shown = zhao.get(address)
    assert shown.status_code == 200 and "13911112222" not in shown.text and "139****2222" in shown.text
    assert first.source_ref in text(shown) and again.source_ref in text(shown)
    assert zhao.get("/customers/nobody").status_code == 404


def test_the_file_shows_what_is_on_hold_and_what_was_lifted(app, zhao):
    customer = {"phone": "13911112222", "account_ref": "6222-9"}
    first = builders.an_incident(customer=customer)
    again = builders.an_incident(customer=customer)
    address = f"/customers/{customers.written(db.session.query(Complaint).first().person_key)}"
    assert "Collecting is allowed again." not in text(zhao.get(address))
    builders.lift_hold(first)
    shown = text(zhao.get(address))
    assert "客户同意恢复联系" in shown and shown.index(again.number) < shown.index("客户同意恢复联系")
    assert f"/incidents/{first.number}/contacts#hold" in zhao.get(address).text
    builders.lift_hold(again)
    assert "Collecting is allowed again." in text(zhao.get(address))
