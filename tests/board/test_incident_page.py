"""The incident page: acts without a script, refusals that say what is missing, two people at once."""

import html
import re

import time_machine
from sqlalchemy import update

from incident.db import db, unit_of_work
from incident.lifecycle import acts
from incident.models.incidents import IncidentDepartment, Task
from tests import builders, closing
from tests.board.incident_pages import SOON, form, main, now
from tests.board.pages import Visitor, text


def test_the_page_shows_everything_that_belongs_to_the_incident(zhao):
    incident = builders.an_incident()
    page = zhao.get(f"/incidents/{incident.number}")
    said = text(page)
    for words in (
        incident.number,
        "Significant",
        "Improper collection",
        "Clocks",
        "Timeline",
        "Departments and tasks",
    ):
        assert words in said
    for words in (
        "Intake",
        "Verify",
        "Negotiate",
        "Resolve",
        "Feedback",
        "Follow-up",
        "Key points",
        "Never",
        "Slack",
    ):
        assert words in said
    assert "王**" in said and "王小明" not in page.text and "13800138000" not in page.text
    assert 'aria-current="step"' in page.text


def test_a_number_in_lower_case_leads_to_the_page(zhao):
    incident = builders.an_incident()
    assert (
        zhao.get(f"/incidents/{incident.number.lower()}").headers["Location"]
        == f"/incidents/{incident.number}"
    )
    assert zhao.get("/incidents/INC-2026-999999").status_code == 404


def test_acknowledging_makes_the_next_step_the_main_act(zhao):
    incident = builders.an_incident()
    address = f"/incidents/{incident.number}"
    given = form(zhao.get(address), "acknowledge")
    answer = zhao.post(f"{address}/acknowledge", given)
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    assert "Move to Verify" in text(zhao.get(address))
    assert now(incident).acknowledged_by_id == builders.person("zhao").id


def test_the_second_to_acknowledge_reads_who_was_first(app, zhao):
    incident = builders.an_incident()
    zhao.post(f"/incidents/{incident.number}/acknowledge")
    other = Visitor(app, "chen")
    answer = other.post(f"/incidents/{incident.number}/acknowledge")
    assert answer.status_code == 409
    assert "Somebody was faster" in text(answer) and builders.person("zhao").name in text(answer)
    assert "2026-11-03 09:35 CST" in text(answer)
    assert "Move to Verify" in text(answer)  # the present state


def test_of_two_who_move_at_once_the_second_sees_the_present_state_and_nothing_is_overwritten(app, zhao):
    incident = builders.an_incident(stage="verify")
    address = f"/incidents/{incident.number}"
    other = Visitor(app, "chen")
    mine, theirs = form(zhao.get(address), "move"), form(other.get(address), "back")
    assert zhao.post(f"{address}/move", {**mine, "to": "negotiate"}).status_code == 303
    answer = other.post(f"{address}/move", {**theirs, "to": "intake", "reason": "the finding is not clear"})
    assert answer.status_code == 409
    assert "Now: level Ⅲ, step Negotiate" in text(answer)
    assert "the finding is not clear" in answer.text  # what was typed stays
    assert now(incident).stage == "negotiate"


def test_a_note_by_somebody_else_is_no_reason_to_refuse_a_move(zhao):
    incident = builders.an_incident(stage="verify")
    given = form(zhao.get(f"/incidents/{incident.number}"), "move")
    with unit_of_work():
        acts.note(now(incident), "meanwhile", by=builders.acting("chen"), at=SOON)
    answer = zhao.post(f"/incidents/{incident.number}/move", {**given, "to": "negotiate"})
    assert answer.status_code == 303 and now(incident).stage == "negotiate"


def test_a_step_cannot_be_left_out(zhao):
    incident = builders.an_incident(stage="verify")
    answer = zhao.post(f"/incidents/{incident.number}/move", {"to": "feedback"})
    assert answer.status_code == 409 and "the next step is Negotiate" in text(answer)


def test_anybody_raises_the_level_and_only_the_commander_lowers_it(app):
    with time_machine.travel(SOON, tick=False):
        incident = builders.an_incident(stage="verify")
        address = f"/incidents/{incident.number}"
        li = Visitor(app, "li")
        assert "lower" not in "".join(re.findall(r"<option[^>]*>[^<]*", li.get(address).text))
        assert li.post(f"{address}/level", {"level": "2", "reason": "joint complaint"}).status_code == 303
        assert now(incident).level == 2
        answer = li.post(f"{address}/level", {"form": "level", "level": "4", "reason": "it is calm now"})
        assert answer.status_code == 403 and "it is calm now" in answer.text
        zhao = Visitor(app, "zhao")
        assert zhao.post(f"{address}/level", {"level": "4", "reason": "it is calm now"}).status_code == 303


def test_a_level_without_a_reason_is_refused_beside_the_field(zhao):
    incident = builders.an_incident(stage="verify")
    given = form(zhao.get(f"/incidents/{incident.number}"), "level")
    answer = zhao.post(f"/incidents/{incident.number}/level", {**given, "level": "2", "reason": " "})
    assert answer.status_code == 422
    assert 'id="level-reason-fault"' in answer.text and 'id="act-level" open' in answer.text


def test_a_note_stands_on_the_timeline_with_numbers_masked(zhao):
    incident = builders.an_incident()
    answer = zhao.post(f"/incidents/{incident.number}/notes", {"text": "回电 13800138000，已道歉 <b>"})
    assert answer.headers["Location"].endswith("#timeline")
    page = zhao.get(f"/incidents/{incident.number}")
    assert "138****8000" in page.text and "13800138000" not in page.text and "&lt;b&gt;" in page.text


def test_the_timeline_can_be_narrowed(zhao):
    incident = builders.an_incident(stage="verify")
    zhao.post(f"/incidents/{incident.number}/notes", {"text": "called the customer"})
    notes = re.findall(
        r'class="event event-(\w+)"', zhao.get(f"/incidents/{incident.number}?events=notes").text
    )
    everything = re.findall(r'class="event event-(\w+)"', zhao.get(f"/incidents/{incident.number}").text)
    assert notes == ["note"] and {"opened", "note", "moved"} <= set(everything)


def test_closing_is_refused_with_the_list_of_what_is_missing_each_a_link(zhao):
    incident = builders.an_incident(stage="verify")
    given = form(zhao.get(f"/incidents/{incident.number}"), "close")
    answer = zhao.post(
        f"/incidents/{incident.number}/close", {**given, "summary": "settled with the customer"}
    )
    assert answer.status_code == 409
    refusal = answer.text.partition('id="refusal"')[2].partition('id="live"')[0]
    said = html.unescape(refusal)
    assert "has not been sent the decision." in said
    assert "must be done first" in said and "has not signed off" in said
    targets = re.findall(r'href="#([\w-]+)"', refusal)
    assert len(targets) > 5
    for target in targets:
        assert f'id="{target}"' in answer.text
    assert "settled with the customer" in answer.text
    assert now(incident).is_open


def test_an_incident_with_nothing_missing_closes_and_then_takes_no_more(zhao):
    incident = builders.an_incident(stage="follow_up")
    builders.a_finding(incident)
    builders.told(incident)
    with unit_of_work():
        ended = {"status": "done", "done_at": SOON, "done_by": "test"}
        db.session.execute(update(Task).where(Task.incident_id == incident.id).values(**ended))
        signed = {"state": "signed_off", "signed_off_at": SOON, "statement": "done"}
        db.session.execute(update(IncidentDepartment).values(**signed))
    builders.lift_hold(incident)
    closing.satisfy(incident.number, at=SOON)
    assert zhao.post(f"/incidents/{incident.number}/close", {"summary": "settled"}).status_code == 303
    page = zhao.get(f"/incidents/{incident.number}")
    assert now(incident).status == "closed" and "/notes" not in main(page)
    late = zhao.post(f"/incidents/{incident.number}/notes", {"text": "one more"})
    assert late.status_code == 303 and "one more" in text(zhao.get(f"/incidents/{incident.number}"))
