"""The pages of the clocks: the list by urgency with its filters, and everything about one incident's."""

import re

import pytest
from sqlalchemy import select

from incident import clock, clocks
from incident.db import db, unit_of_work
from incident.models.incidents import Clock, Incident
from tests import builders
from tests.board.pages import Visitor, text


@pytest.fixture
def zhao(app):
    return Visitor(app, "zhao")


def incident(**given) -> Incident:
    return builders.an_incident(at=clock.now(), received_at=clock.now().isoformat(), **given)


def law(found: Incident, rule: str = "complaint_decision") -> Clock:
    wanted = select(Clock).where(Clock.incident_id == found.id, Clock.rule == rule)
    return db.session.scalars(wanted, execution_options={"populate_existing": True}).one()


def post(who: Visitor, found: Incident, act: str, rule: str = "complaint_decision", **data):
    each = law(found, rule)
    data = {"form": f"{act}-{each.id}", "seen": str(each.version), **data}
    return who.post(f"/incidents/{found.number}/clocks/{each.id}/{act}", data)


def test_all_clocks_stand_by_urgency_and_are_filtered(app, zhao):
    assert "No clock runs." in text(zhao.get("/clocks"))
    leak, fee = incident(complaint_type="privacy_leak"), incident(complaint_type="fee_dispute")
    whole = text(zhao.get("/clocks"))
    assert leak.number in whole and fee.number in whole
    titles = [law(leak, rule).title_en for rule in ("nfra_data_report", "cac_report", "pboc_leak_report")]
    assert [whole.index(each) for each in titles] == sorted(whole.index(each) for each in titles)
    assert 'href="/clocks"' in zhao.get("/").text
    only = text(zhao.get("/clocks?department=DPO"))
    assert titles[1] in only and titles[0] not in only
    assert "No clock matches." in text(zhao.get("/clocks?jurisdiction=uk"))
    assert "Decide a complaint" in text(zhao.get("/clocks?jurisdiction=cn&state=running&mine=1"))
    assert "No clock matches." in text(Visitor(app, "gao").get("/clocks?mine=1"))
    for odd in ("state=odd", "cursor=odd", "cursor=2026-11-03_1", "jurisdiction=xx"):
        assert zhao.get(f"/clocks?{odd}").status_code == 200


def test_a_long_list_goes_on_where_it_ended(zhao, monkeypatch):
    from incident.board import clock_list

    monkeypatch.setattr(clock_list, "PAGE", 4)
    incident(complaint_type="privacy_leak")
    seen, address = [], "/clocks"
    for _ in range(4):
        answer = zhao.get(address)
        seen += re.findall(r"#clock-(\d+)", answer.text)
        more = re.search(r'href="([^"]+)" rel="next"', answer.text)
        if more is None:
            break
        address = more[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 9


def test_the_page_of_an_incident_says_everything_about_each_clock(app, zhao):
    found = incident(complaint_type="privacy_leak", signals=["data_leak"])
    page = text(zhao.get(f"/incidents/{found.number}/clocks"))
    for words in (
        "The complaint is of the type “Privacy leak”.",
        "There is the signal “data leak”.",
        "cac_report",
        "verified",
        "qdubb.cn",
        "4 h",
    ):
        assert words in page, words
    chinese = text(Visitor(app, "zhao", "zh-CN").get(f"/incidents/{found.number}/clocks"))
    assert "投诉类型为“个人信息泄露”。" in chinese
    reader = zhao.get(f"/incidents/{found.number}/clocks").text
    assert (
        "/meet" in reader
        and "/meet" not in Visitor(app, "tang").get(f"/incidents/{found.number}/clocks").text
    )
    assert f'href="/incidents/{found.number}/clocks"' in zhao.get(f"/incidents/{found.number}").text


def test_a_legal_clock_is_met_with_its_proof_and_what_was_typed_stays(zhao):
    found = incident()
    refused = post(zhao, found, "meet", proof="", kind="statement")
    assert refused.status_code == 422 and "met with a proof" in text(refused)
    assert f'id="act-meet-{law(found).id}" open' in refused.text
    assert post(zhao, found, "meet", proof="told by phone", kind="statement").status_code == 303
    assert "told by phone" in text(zhao.get(f"/incidents/{found.number}/clocks"))
    again = post(zhao, found, "meet", proof="again", kind="statement")
    assert again.status_code == 409 and "ended already" in text(again)


def test_an_extension_is_asked_for_and_approved_by_somebody_else(app, zhao):
    found = incident(complaint_type="regulator_transfer")
    yang, li = Visitor(app, "yang"), Visitor(app, "li")
    assert post(zhao, found, "extend", "pboc_reply", reason="many facts").status_code == 303
    assert "waits for approval" in text(zhao.get("/clocks"))
    mine = zhao.get(f"/incidents/{found.number}/clocks").text
    assert "/approve" not in mine and "whoever asked cannot approve" in mine
    assert post(li, found, "approve", "pboc_reply").status_code == 403
    assert "/approve" in yang.get(f"/incidents/{found.number}/clocks").text
    assert post(yang, found, "approve", "pboc_reply").status_code == 303
    page = text(zhao.get(f"/incidents/{found.number}/clocks"))
    assert "approved by 杨帆" in page and "many facts" in page
    assert law(found, "pboc_reply").value == 60


def test_of_two_people_with_the_same_page_the_second_sees_the_present_state(app, zhao):
    found = incident()
    each = law(found)
    stale = {"form": f"void-{each.id}", "seen": str(each.version), "reason": "not a complaint"}
    assert post(zhao, found, "extend", reason="complicated").status_code == 303
    second = Visitor(app, "li").post(f"/incidents/{found.number}/clocks/{each.id}/void", stale)
    assert second.status_code == 409 and "Somebody else changed this clock" in text(second)
    assert "not a complaint" in second.text


def test_a_pause_is_approved_and_the_clock_runs_on(app, zhao):
    found, yang = incident(), Visitor(app, "yang")
    assert post(zhao, found, "pause", reason="appraisal").status_code == 303
    assert post(yang, found, "refuse", reason="").status_code == 422
    assert post(yang, found, "approve").status_code == 303
    assert "stands still since" in text(zhao.get(f"/incidents/{found.number}/clocks"))
    assert post(zhao, found, "resume", reason="it came").status_code == 303
    assert law(found).state == "running"


def test_a_start_is_corrected_and_a_clock_is_voided(zhao):
    found = incident()
    assert post(zhao, found, "correct", started_at="", reason="typo").status_code == 422
    assert post(zhao, found, "correct", started_at="2040-01-01T09:00", reason="x").status_code == 422
    earlier = "2026-01-01T09:00" if clock.now().year == 2026 and clock.now().month > 6 else None
    if earlier:
        assert post(zhao, found, "correct", started_at=earlier, reason="typo").status_code == 303
    assert post(zhao, found, "void", reason="withdrawn").status_code == 303
    assert "withdrawn" in text(zhao.get(f"/incidents/{found.number}/clocks"))


def test_a_clock_is_added_and_an_event_recorded(zhao):
    found = incident(complaint_type="system_batch_failure")
    root = f"/incidents/{found.number}/clocks"
    assert "Choose a rule." in text(zhao.post(root, {"form": "add", "rule": ""}))
    added = {"form": "add", "rule": "eu/dora_initial_latest", "reason": "EU customers"}
    assert zhao.post(root, added).status_code == 303
    assert zhao.post(root, added).status_code == 409
    event = {"form": "event", "event": "classified"}
    assert zhao.post(f"{root}/events", event).status_code == 303
    assert zhao.post(f"{root}/events", event).status_code == 409
    assert "Major ICT incident, initial notification: 4 hours" in text(zhao.get(root))


def test_a_changed_day_lists_the_clocks_that_moved(app):
    found = incident(complaint_type="fee_dispute")
    admin = Visitor(app, "admin")
    day = law(found, "first_contact").due_at.astimezone(builders.house().zone).date().isoformat()
    data = {"jurisdiction": "cn", "day": day, "working": "0", "name": "storm"}
    answer = admin.post("/admin/calendar", data)
    assert answer.status_code == 200 and found.number in text(answer)
    assert "First contact with the customer" in text(answer)
    assert admin.post("/admin/calendar", data).status_code == 303  # nothing moves a second time
    assert law(found, "first_contact").due_at.date().isoformat() > day
    assert "the calendar changed" in text(admin.get(f"/incidents/{found.number}?events=clocks"))


def test_a_missed_clock_is_marked_on_every_page(app, zhao):
    found = incident(complaint_type="privacy_leak")
    with unit_of_work():
        row = db.session.get_one(Clock, law(found, "cac_report").id)
        row.started_at, row.due_at = row.started_at.replace(year=2025), row.due_at.replace(year=2025)
        row.warn_at = row.due_at
    clocks.sweep(at=clock.now(), house=builders.house().calendar)
    assert law(found, "cac_report").state == "missed"
    for path in ("/clocks", f"/incidents/{found.number}/clocks", f"/incidents/{found.number}"):
        assert "overdue" in text(zhao.get(path)), path
    assert "missed" in text(zhao.get("/clocks"))
