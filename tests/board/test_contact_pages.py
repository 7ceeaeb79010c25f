"""The page of customer contact, the hold beside the case and the complaint, and the webhooks of the house."""

import html
import re

import pytest
import time_machine
from sqlalchemy import select

from incident.coordination import contacts, holds
from incident.db import db
from incident.models.contacts import ContactPreference
from incident.models.webhooks import WebhookEndpoint, WebhookMessage
from incident.webhooks import endpoints
from tests import builders
from tests.board.pages import Visitor, text

NIGHT = builders.NOW.replace(hour=15)  # 23:30 in Shanghai
CUSTOMER = {"name": "王小明", "phone": "13800138000", "account_ref": "6222020000001234"}


@pytest.fixture
def li(app):
    with time_machine.travel(builders.NOW, tick=True):
        yield Visitor(app, "li")


def case(**given):
    return builders.an_incident(customer=CUSTOMER, **given)


def test_the_page_says_whether_one_may_call_before_one_calls(li) -> None:
    incident = case()
    page = text(li.get(f"/incidents/{incident.number}/contacts"))
    assert "May one contact the customer now?" in page and "phone call allowed" in page
    assert "Nobody has contacted the customer yet." in page and "no collecting" in page
    assert "13800138000" not in li.get(f"/incidents/{incident.number}/contacts").text
    asked = text(li.get(f"/incidents/{incident.number}/contacts?channel=phone&when=2026-11-03T22:30"))
    assert "not allowed from 2026-11-04 08:00 on" in asked and "cba-2026" in asked


def test_a_conversation_is_written_down(li) -> None:
    incident = case()
    path = f"/incidents/{incident.number}/contacts"
    form = {"form": "log", "kind": "conversation", "channel": "phone", "outcome": "agreed"}
    answer = li.post(path, {**form, "summary": "同意分期，回拨 13800138000", "demand": "免息"})
    assert answer.status_code == 303 and answer.location.endswith("#log")
    page = text(li.get(path))
    assert "came to an agreement" in page and "同意分期" in page and "免息" in page
    assert "13800138000" not in page


def test_a_forbidden_one_is_refused_with_the_rule_and_what_was_typed_stays(li) -> None:
    incident = case()
    path = f"/incidents/{incident.number}/contacts"
    form = {"form": "log", "kind": "planned", "channel": "phone", "at": "2026-11-03T23:30"}
    answer = li.post(path, {**form, "summary": "请保留这句话"})
    assert answer.status_code == 409
    page = text(answer)
    assert "quiet_hours_from" in page and "chinanews" in page and "请保留这句话" in answer.text
    assert contacts.of(incident.id) == []
    wrong = li.post(path, {"form": "log", "kind": "planned", "channel": "pigeon"})
    assert wrong.status_code == 422 and "Choose one of the list." in text(wrong)


def test_at_night_a_breach_is_recorded_and_marked(app) -> None:
    with time_machine.travel(NIGHT, tick=True):
        incident, li = case(at=NIGHT), Visitor(app, "li")
        path = f"/incidents/{incident.number}/contacts"
        form = {"form": "log", "kind": "attempt", "channel": "phone"}
        assert li.post(path, form).status_code == 409
        assert li.post(path, {**form, "breach_reason": "误拨"}).status_code == 303
        page = text(li.get(path))
        assert "breach" in page and "quiet_hours_from" in page and "误拨" in page


def test_a_plan_is_carried_out_from_its_line_or_dropped(li) -> None:
    incident = case()
    path = f"/incidents/{incident.number}/contacts"
    li.post(path, {"form": "log", "kind": "planned", "channel": "visit", "at": "2026-11-03T15:00"})
    [planned] = contacts.of(incident.id)
    page = li.get(f"{path}?planned={planned.id}")
    assert f'name="planned" value="{planned.id}"' in page.text
    assert li.post(f"{path}/{planned.id}/drop", {"form": "drop"}).status_code == 303
    assert "no longer planned" in text(li.get(path))


def test_wishes_are_noted_and_kept(li) -> None:
    incident = case()
    path = f"/incidents/{incident.number}/contacts"
    form = {"form": "preferences", "version": "0", "time_zone": "America/New_York", "not_at_work": "1"}
    noted = li.post(f"{path}/preferences", {**form, "days": ["1", "2"], "refused_channels": ["sms"]})
    assert noted.status_code == 303
    row = db.session.scalars(select(ContactPreference)).one()
    assert (row.days, row.refused_channels, row.not_at_work) == ([1, 2], ["sms"], True)
    page = text(li.get(path))
    assert "America/New_York" in page and "not at work" in page and "Mon Tue" in page
    stale = li.post(f"{path}/preferences", form)
    assert stale.status_code == 409


def test_the_hold_stands_beside_the_case_and_the_complaint_and_is_lifted_by_name(li) -> None:
    incident = case()
    overview, complaint = f"/incidents/{incident.number}", "/complaints/1"
    for path in (overview, complaint):
        assert "on hold no collecting" in text(li.get(path))
    lifted = li.post(f"{overview}/hold/lift", {"form": "lift", "reason": "客户同意"})
    assert lifted.status_code == 303 and lifted.location.endswith("#hold")
    assert "lifted by 李娜" in text(li.get(f"{overview}/contacts"))
    for path in (overview, complaint):
        assert "Collecting is allowed again." in text(li.get(path))
    assert (
        li.post(f"{overview}/hold", {"form": "place", "reason": "又被催", "everything": "1"}).status_code
        == 303
    )
    keep = {"form": "assign", "keeper": str(builders.person("li").id), "review_at": "2026-11-20T10:00"}
    assert li.post(f"{overview}/hold/assign", keep).status_code == 303
    assert "kept by 李娜" in text(li.get(f"{overview}/contacts"))
    nobody = li.post(f"{overview}/hold/assign", {**keep, "keeper": "0"})
    assert nobody.status_code == 422


def test_after_self_harm_a_responder_sees_who_lifts_it_and_no_button(li) -> None:
    incident = case(signals=["self_harm_threat"])
    page = text(li.get(f"/incidents/{incident.number}/contacts"))
    assert "no collecting and no automatic messages" in page
    assert "only the commander lifts the hold" in page and "Why it is lifted" not in page
    assert li.post(f"/incidents/{incident.number}/hold/lift", {"reason": "x"}).status_code == 403
    assert holds.strictest(holds.of(incident.id)) == "everything"


def test_a_reader_without_the_right_sees_no_form(app) -> None:
    incident = case()
    page = Visitor(app, "tang").get(f"/incidents/{incident.number}/contacts")
    assert page.status_code == 200 and "Check and record" not in page.text
    assert 'method="post" action="/incidents/' not in page.text


def test_in_chinese_the_page_has_the_fields_words(app) -> None:
    with time_machine.travel(builders.NOW, tick=True):
        page = text(Visitor(app, "li", language="zh-CN").get(f"/incidents/{case().number}/contacts"))
    assert "现在可以联系客户吗？" in page and "停止催收" in page and "联系偏好" in page


def test_an_endpoint_is_added_its_secret_shown_once_and_a_test_sent(app) -> None:
    admin = Visitor(app, "admin")
    assert "No other system is told of anything yet." in text(admin.get("/admin/webhooks"))
    form = {
        "url": "https://collection.example/hooks",
        "events": ["contact_hold.placed", "contact_hold.lifted"],
    }
    added = admin.post("/admin/webhooks", form)
    [secret] = re.findall(r"whsec_[\w+/=]+", html.unescape(added.text))
    assert secret not in html.unescape(admin.get("/admin/webhooks").text)
    endpoint = db.session.scalars(select(WebhookEndpoint)).one()
    assert endpoint.secret["secret"] == secret
    assert admin.post(f"/admin/webhooks/{endpoint.id}/test").status_code == 303
    page = text(admin.get("/admin/webhooks"))
    assert "webhook.test" in page and "to be sent" in page
    message = db.session.scalars(select(WebhookMessage)).one()
    assert admin.post(f"/admin/webhooks/messages/{message.id}/resend").status_code == 303
    off = admin.post(f"/admin/webhooks/{endpoint.id}", {"events": ["contact_hold.placed"]})
    assert off.status_code == 303
    db.session.expire_all()
    assert not endpoints.find(endpoint.id).active
    assert "switched off" in text(admin.get("/admin/webhooks?state=failed"))
    assert admin.post(f"/admin/webhooks/messages/{message.id}/resend").status_code == 409


def test_a_wrong_address_is_refused_beside_its_field_and_only_administrators_come_in(app) -> None:
    admin = Visitor(app, "admin")
    refused = admin.post("/admin/webhooks", {"url": "nonsense", "events": []})
    assert refused.status_code == 422
    assert "Write an address like" in text(refused) and "Choose at least one event." in text(refused)
    assert Visitor(app, "zhao").get("/admin/webhooks").status_code == 403
