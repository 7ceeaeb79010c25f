"""The pages of groups, links and merges."""

import time_machine
from sqlalchemy import select

from incident.db import db, forget
from incident.models.groups import Surge
from incident.models.incidents import Incident
from tests import builders, crowds
from tests.board.incident_pages import SOON
from tests.board.pages import Visitor, text


def only() -> Surge:
    db.session.expire_all()
    return db.session.scalars(select(Surge)).one()


def test_a_proposal_stands_on_the_strip_and_is_confirmed_on_its_page(app, zhao):
    assert "Nothing waits for a decision." in text(zhao.get("/groups"))
    crowds.arrive(3)
    forget("board/")  # the strip is read every two seconds
    db.session.expire_all()
    page = zhao.get("/groups")
    assert "3 customers" in text(page) and "near-equal wording" in text(page)
    assert 'href="/groups"' in page.text and "seem to complain of one cause" in page.text
    answer = zhao.post(f"/groups/{only().id}/confirm")
    assert answer.status_code == 303 and answer.location.endswith("/group")
    shown = text(zhao.get(answer.location))
    assert "3 customers" in shown and "HL-" in shown
    late = zhao.post(f"/groups/{only().id}/dismiss")
    assert late.status_code == 409 and "Somebody has decided already" in late.text


def test_a_reader_sees_the_group_without_buttons(app, zhao):
    crowds.arrive(6)
    number = db.session.get_one(Incident, only().incident_id).number
    with time_machine.travel(SOON, tick=False):
        auditor = Visitor(app, "tang")
        page = auditor.get(f"/incidents/{number}/group")
        assert "6 customers" in text(page) and "Take out" not in page.text
        assert 'action="/groups/' not in auditor.get("/groups").text


def test_a_merged_incident_leads_to_where_it_goes_on_and_comes_back(app, zhao):
    one, two = builders.an_incident(), builders.an_incident(complaint_type="fee_dispute")
    refused = zhao.post(f"/incidents/{one.number}/merge", {"into": "INC-9", "reason": "同一件事"})
    assert refused.status_code == 422 and "INC-9" in refused.text
    admin = Visitor(app, "admin")
    done = admin.post(f"/incidents/{one.number}/merge", {"into": two.number, "reason": "同一件事"})
    assert done.status_code == 303
    assert two.number in text(zhao.get(f"/incidents/{one.number}"))
    assert one.number in text(zhao.get(f"/incidents/{two.number}/group"))
    back = admin.post(f"/incidents/{one.number}/unmerge", {"reason": "弄错了"})
    assert back.status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Incident, one.id).is_open


def test_links_and_members_are_made_and_taken_away_by_forms(app, zhao):
    one, two = builders.an_incident(), builders.an_incident(complaint_type="fee_dispute")
    other = builders.a_complaint(escalated=False, customer={"phone": "13700001111"}).complaint
    zhao.post(f"/incidents/{one.number}/link", {"other": two.number, "reason": "同一客户"})
    page = zhao.get(f"/incidents/{two.number}/group")
    assert one.number in text(page) and "同一客户" in text(page)
    link = page.text.partition("/links/")[2].partition("/")[0]
    assert zhao.post(f"/incidents/{two.number}/links/{link}/remove").status_code == 303
    assert "No incident is linked" in text(zhao.get(f"/incidents/{one.number}/group"))
    wrong = zhao.post(f"/incidents/{one.number}/members", {"complaint": "nobody", "reason": "x"})
    assert wrong.status_code == 422
    zhao.post(f"/incidents/{one.number}/members", {"complaint": other.source_ref, "reason": "同一批"})
    assert other.source_ref in text(zhao.get(f"/incidents/{one.number}/group"))
    gone = zhao.post(f"/incidents/{one.number}/members/{other.id}/remove", {"reason": "不是"})
    assert gone.status_code == 303
    admin = Visitor(app, "admin")
    assert admin.post(f"/incidents/{one.number}/ungroup", {"reason": "不是一组"}).status_code == 303
    assert "stands for no group" in text(zhao.get(f"/incidents/{one.number}/group"))
