"""The resolution page: options written, compared, approved, offered and answered without JavaScript."""

import pytest
import time_machine

from incident.coordination import options, proxy_label
from incident.db import db, unit_of_work
from incident.models.complaints import Complaint
from tests import builders
from tests.board.incident_pages import SOON
from tests.board.pages import Visitor, text
from tests.resolving import an_option

FORM = {
    "form": "write",
    "kind": "waiver",
    "amount": "1,300.00",
    "currency": "cny",
    "terms": "Two late fees are waived",
    "basis": "Contract, clause 12",
    "technical": "3",
    "economic": "2",
    "legal": "3",
    "legal_remark": "within the rule",
}


@pytest.fixture
def incident(app):
    return builders.an_incident(stage="resolve")


@pytest.fixture
def page(incident):
    return f"/incidents/{incident.number}/resolution"


@pytest.fixture
def li(app):
    with time_machine.travel(SOON, tick=False):
        yield Visitor(app, "li")


def test_an_empty_page_says_what_an_option_is(li, page):
    shown = text(li.get(page))
    assert "No option yet." in shown and "Write an option" in shown


def test_an_option_is_written_approved_offered_and_accepted(app, li, page, incident):
    answer = li.post(f"{page}/options", FORM)
    assert answer.status_code == 303 and answer.headers["Location"] == f"{page}#options"
    [option] = options.of(incident.id)
    shown = text(li.get(page))
    assert "1,300.00 CNY" in shown and "waiting for approval" in shown and "8 /9" in shown
    assert "May approve now:" in shown and "王磊" in shown
    assert f"options/{option.id}/approve" not in li.get(page).text, "the proposer has no button for it"
    wang, path = Visitor(app, "wang"), f"{page}/options/{option.id}"
    assert f"options/{option.id}/approve" in wang.get(page).text
    assert wang.post(f"{path}/approve").headers["Location"] == f"{page}#option-{option.id}"
    assert li.post(f"{path}/offer", {"valid_until": "2026-11-20"}).status_code == 303
    assert li.post(f"{path}/counter", {"terms": "2000 or court", "amount": "2000"}).status_code == 303
    assert "2000 or court" in text(li.get(page)) and "2,000.00 CNY" in text(li.get(page))
    assert li.post(f"{path}/accept").status_code == 303
    assert "accepted by the customer" in text(li.get(page))


def test_what_was_typed_stays_with_the_fault_beside_its_field(li, page):
    answer = li.post(f"{page}/options", {**FORM, "amount": "much", "terms": "as agreed by telephone"})
    assert answer.status_code == 422
    assert 'value="much"' in answer.text and "as agreed by telephone" in answer.text
    assert 'id="field-amount-fault"' in answer.text and "Write an amount like 12345.60." in answer.text
    answer = li.post(f"{page}/options", {**FORM, "kind": "instalments", "periods": "61"})
    assert answer.status_code == 422 and "Use 1 to 60 periods." in text(answer)
    assert 'id="field-first_due-fault"' in answer.text


def test_a_refused_act_says_why_and_who_may(app, incident, page):
    option = an_option(incident, by="zhao", kind="compensation")
    zhao = Visitor(app, "zhao")
    answer = zhao.post(f"{page}/options/{option.id}/approve")
    assert answer.status_code == 403
    assert "Whoever proposes an option cannot approve" in text(answer) and "王磊" in text(answer)


def test_the_new_version_starts_from_the_old_without_personal_data(li, incident, page):
    option = an_option(incident, state="offered", terms="致电 13800138000 后减免")
    assert li.post(f"{page}/options/{option.id}/decline", {"reason": "too little"}).status_code == 303
    shown = li.get(f"{page}?revise={option.id}")
    assert "138****8000" in shown.text and "13800138000" not in shown.text
    answer = li.post(f"{page}/options", {**FORM, "previous": str(option.id), "then": "draft"})
    assert answer.status_code == 303
    newest = options.of(incident.id)[0]
    assert (newest.previous_id, newest.revision, newest.state) == (option.id, 2, "draft")
    shown = text(li.get(page))
    assert "Ended and earlier versions (1)" in shown and "version 2" in shown


def test_the_best_is_marked_with_the_rule_beside_it(li, incident, page):
    an_option(incident, scores={"technical": 3, "economic": 3, "legal": 0})
    middling = an_option(incident, scores={"technical": 2, "economic": 2, "legal": 2})
    good = an_option(incident, scores={"technical": 2, "economic": 1, "legal": 3}, kind="explain")
    an_option(incident, scores={"technical": 3, "economic": 3, "legal": None})
    shown = li.get(page).text
    assert "Best: the highest sum" in shown
    from incident.coordination import comparing

    assert comparing.best(options.of(incident.id)) == {good.id}
    with db.session.no_autoflush:
        assert middling.id not in comparing.best(options.of(incident.id))


def test_readers_see_no_buttons_and_a_stranger_to_the_incident_gets_404(app, incident, page):
    option = an_option(incident)
    tang = Visitor(app, "tang")
    shown = tang.get(page)
    assert shown.status_code == 200 and 'action="/incidents' not in shown.text
    assert tang.post(f"{page}/options/{option.id}/approve").status_code == 403
    other = builders.an_incident()
    zhao = Visitor(app, "zhao")
    assert zhao.post(f"/incidents/{other.number}/resolution/options/{option.id}/approve").status_code == 404
    assert zhao.post(f"{page}/options/{option.id}/bless").status_code == 404


def test_in_chinese_the_page_speaks_chinese(app, incident, page):
    an_option(incident)
    shown = text(Visitor(app, "zhao", language="zh").get(page))
    assert "方案对比" in shown and "待审批" in shown and "减免费用" in shown


def test_the_assessment_raises_at_once_and_the_commander_decides_on_a_lower_level(app, li, page, incident):
    first = {"form": "assess", "affected_customers": "25", "potential_loss": "1,000", "reputation": "2"}
    assert li.post(f"{page}/assessment", first).headers["Location"] == f"{page}#assessment"
    shown = text(li.get(page))
    assert "Reputation 2 /3" in shown and "25 people: at least level Ⅱ" in shown and "raised" in shown
    assert li.post(f"{page}/assessment", {**first, "affected_customers": "1"}).status_code == 303
    assert "Only the commander lowers it." in text(li.get(page))
    assert "assessment/decide" not in li.get(page).text
    yang = Visitor(app, "yang")
    answer = yang.post(f"{page}/assessment/decide", {"form": "decide", "then": "lower", "reason": ""})
    assert answer.status_code == 422 and 'id="decide-reason-fault"' in answer.text
    assert yang.post(f"{page}/assessment/decide", {"then": "lower", "reason": "one only"}).status_code == 303
    assert "lowered by the commander" in text(yang.get(page))
    answer = li.post(f"{page}/assessment", {**first, "affected_customers": "many"})
    assert answer.status_code == 422 and 'value="many"' in answer.text


def test_the_label_is_proposed_approved_by_two_and_lifted(app, li, page, incident):
    assert li.post(f"{page}/labels", {"complaint": "x", "grounds": "g"}).status_code == 422
    complaint = li.get(page).text.partition('name="complaint" value="')[2].partition('"')[0]
    assert li.post(f"{page}/labels", {"complaint": complaint, "grounds": "same words"}).status_code == 303
    label = proxy_label.of(incident.id)[0].id
    assert f"labels/{label}/approve" not in li.get(page).text
    for who in ("zhao", "wang"):
        visitor = Visitor(app, who)
        assert f"labels/{label}/approve" in visitor.get(page).text
        assert visitor.post(f"{page}/labels/{label}/approve").status_code == 303
    assert "in force" in text(li.get(page)) and f"labels/{label}/lift" not in li.get(page).text
    zhao = Visitor(app, "zhao")
    refused = zhao.post(f"{page}/labels/{label}/lift", {"form": f"lift-label-{label}", "reason": ""})
    assert refused.status_code == 422 and f'id="lift-label-{label}-fault"' in refused.text
    assert zhao.post(f"{page}/labels/{label}/lift", {"reason": "it was the customer"}).status_code == 303
    assert "lifted" in text(zhao.get(page)) and zhao.post(f"{page}/labels/99/lift").status_code == 404


def test_the_label_is_for_those_who_act_and_for_audit_only(app, page, incident):
    with unit_of_work():
        complaint = db.session.query(Complaint).one()
        proxy_label.propose(
            incident, complaint, grounds="same words", by=builders.acting("li"), at=builders.NOW
        )
    tang = text(Visitor(app, "tang").get(page))
    assert "same words" in tang and "Propose the label" not in tang
    assert "malicious proxy" not in text(Visitor(app, "tang").get(f"/complaints/{complaint.id}")).lower()
