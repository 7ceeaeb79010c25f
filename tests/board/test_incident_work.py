"""Work on the incident page: tasks, departments, clocks, roles, Slack steps, and what each reader may see."""

import re

from sqlalchemy import select, update

from incident.alerting import outbox
from incident.db import db, unit_of_work
from incident.models.alerts import Delivery
from incident.models.incidents import Clock, Incident, IncidentRoleHolder, Task
from tests import builders
from tests.board.incident_pages import SCRIPT, SOON, events, form, main, now
from tests.board.pages import Visitor, text


def a_task(incident: Incident) -> Task:
    return db.session.scalars(
        select(Task).where(Task.incident_id == incident.id).order_by(Task.position)
    ).first()


def test_a_task_is_done_blocked_with_a_reason_and_given_to_somebody_else(zhao):
    incident = builders.an_incident(stage="verify")
    task = a_task(incident)
    address, page = f"/tasks/{task.id}", f"/incidents/{incident.number}"
    refused = zhao.post(address, {**form(zhao.get(page), f"task-{task.id}"), "status": "blocked"})
    assert refused.status_code == 422 and "A note is needed for this." in text(refused)
    given = form(zhao.get(page), f"task-{task.id}")
    chen = builders.person("chen").id
    answer = zhao.post(
        address, {**given, "status": "blocked", "note": "no recording yet", "assignee": str(chen)}
    )
    assert answer.headers["Location"] == f"{page}#task-{task.id}"
    db.session.expire_all()
    assert (task.status, task.note, task.assignee_id) == ("blocked", "no recording yet", chen)
    zhao.post(address, {**form(zhao.get(page), f"task-{task.id}"), "status": "done"})
    db.session.expire_all()
    assert task.status == "done" and task.done_by == builders.acting("zhao").label


def test_of_two_who_change_a_task_the_second_reads_how_it_stands(app, zhao):
    incident = builders.an_incident(stage="verify")
    task, page = a_task(incident), f"/incidents/{incident.number}"
    other = Visitor(app, "chen")
    theirs = form(other.get(page), f"task-{task.id}")
    zhao.post(f"/tasks/{task.id}", {**form(zhao.get(page), f"task-{task.id}"), "status": "done"})
    answer = other.post(f"/tasks/{task.id}", {**theirs, "status": "dropped", "note": "not needed after all"})
    assert answer.status_code == 409 and "it is done" in text(answer)
    assert "not needed after all" in answer.text
    db.session.expire_all()
    assert task.status == "done"


def test_sending_a_task_back_unchanged_moves_no_due_time(zhao):
    incident = builders.an_incident(stage="verify")
    task = a_task(incident)
    due = task.due_at
    page = zhao.get(f"/incidents/{incident.number}").text
    shown = re.search(rf'id="task-{task.id}-due" name="due_at" type="datetime-local" value="([^"]+)"', page)
    zhao.post(f"/tasks/{task.id}", {"due_at": shown[1], "note": "as before"})
    db.session.expire_all()
    assert task.due_at == due and "task_moved" not in events(incident)


def test_a_task_is_added_with_its_due_time_in_the_readers_zone(zhao):
    incident = builders.an_incident(stage="verify")
    given = {
        "title": "Ask the agency for the log",
        "department": "OUT",
        "due_at": "2026-11-03T18:00",
        "must": "1",
    }
    assert zhao.post(f"/incidents/{incident.number}/tasks", given).status_code == 303
    task = db.session.scalars(select(Task).where(Task.title_en == "Ask the agency for the log")).one()
    assert task.due_at.isoformat() == "2026-11-03T10:00:00+00:00" and task.must
    bad = zhao.post(
        f"/incidents/{incident.number}/tasks", {**given, "form": "add-task", "due_at": "tomorrow"}
    )
    assert bad.status_code == 422 and 'id="add-due-fault"' in bad.text


def test_a_department_signs_off_once_its_tasks_are_done(zhao):
    incident = builders.an_incident(stage="verify")
    address = f"/incidents/{incident.number}/departments/COL/sign-off"
    refused = zhao.post(address, {"form": "sign-off-COL", "statement": "we have stopped"})
    assert refused.status_code == 409 and "we have stopped" in refused.text
    with unit_of_work():
        done = {"status": "done", "done_at": SOON, "done_by": "test"}
        db.session.execute(update(Task).where(Task.department_code == "COL").values(**done))
    assert zhao.post(address, {"statement": "we have stopped"}).status_code == 303
    assert "we have stopped" in text(zhao.get(f"/incidents/{incident.number}"))


def test_a_clock_is_met_once(zhao):
    incident = builders.an_incident(stage="verify")
    clock = db.session.scalars(
        select(Clock).where(Clock.incident_id == incident.id, Clock.state == "running").order_by(Clock.due_at)
    ).first()
    assert clock.kind == "internal"
    address = f"/incidents/{incident.number}/clocks/{clock.id}/meet"
    assert zhao.post(address, {"form": "clock"}).status_code == 303
    again = zhao.post(address)
    assert again.status_code == 409 and "ended already" in text(again)


def test_a_role_is_handed_on(zhao):
    incident = builders.an_incident(stage="verify")
    person = builders.person("li")
    given = {
        **form(zhao.get(f"/incidents/{incident.number}"), "role"),
        "role": "scribe",
        "person": str(person.id),
    }
    assert zhao.post(f"/incidents/{incident.number}/roles", given).status_code == 303
    holder = select(IncidentRoleHolder.person_id).where(
        IncidentRoleHolder.incident_id == incident.id, IncidentRoleHolder.role == "scribe"
    )
    assert db.session.scalar(holder) == person.id
    nobody = zhao.post(
        f"/incidents/{incident.number}/roles", {"form": "role", "role": "scribe", "person": "0"}
    )
    assert nobody.status_code == 422 and "There is no such person." in text(nobody)


def a_failed_step(incident: Incident) -> Delivery:
    step = db.session.scalars(select(Delivery).where(Delivery.incident_id == incident.id)).first()
    with unit_of_work():
        failed = {
            "state": "failed",
            "attempts": 3,
            "error": "Slack cannot be reached.",
            "error_kind": "offline",
        }
        db.session.execute(update(Delivery).where(Delivery.id == step.id).values(**failed))
    return step


def test_a_failed_slack_step_shows_why_and_is_tried_again(zhao):
    incident = builders.an_incident()
    step = a_failed_step(incident)
    page = zhao.get(f"/incidents/{incident.number}")
    assert "Slack cannot be reached." in text(page) and "Try again now" in text(page)
    answer = zhao.post(f"/incidents/{incident.number}/deliveries/{step.id}/retry")
    assert answer.headers["Location"].endswith("#slack")
    db.session.expire_all()
    assert step.state == "pending" and events(incident)[-1] == "slack_step_retried"


def test_a_step_of_another_incident_is_not_retried_here(zhao):
    incident, other = builders.an_incident(), builders.an_incident()
    step = a_failed_step(other)
    assert zhao.post(f"/incidents/{incident.number}/deliveries/{step.id}/retry").status_code == 404
    assert outbox.of(other.id)[0].state == "failed"


def test_the_script_gets_no_content_for_an_act_and_a_fragment_for_a_refusal(zhao):
    incident = builders.an_incident()
    done = zhao.post(f"/incidents/{incident.number}/acknowledge", headers=SCRIPT)
    assert (done.status_code, done.text) == (204, "")
    refused = zhao.post(f"/incidents/{incident.number}/close", {"summary": "x"}, headers=SCRIPT)
    assert refused.status_code == 409
    assert 'id="refusal-text"' in refused.text and "<html" not in refused.text
    assert f'data-version="{now(incident).version}"' in refused.text


def test_news_are_asked_for_cheaply_and_come_with_slack_steps_too(zhao):
    incident = builders.an_incident()
    page = f"/incidents/{incident.number}"
    tag = re.search(r'data-etag="([^"]+)"', zhao.get(page).text)[1]
    ask = {"If-None-Match": f'"{tag}"'}
    assert zhao.get(f"{page}/live", headers=ask).status_code == 304
    a_failed_step(incident)
    news = zhao.get(f"{page}/live", headers=ask)
    assert news.status_code == 200 and "Slack cannot be reached." in news.text and "<html" not in news.text


def test_an_auditor_sees_everything_and_can_do_nothing(app):
    from incident.models.people import Person

    incident = builders.an_incident()
    auditor = db.session.scalars(select(Person.email).where(Person.role == "auditor")).first()
    visitor = Visitor(app, auditor)
    page = visitor.get(f"/incidents/{incident.number}")
    assert page.status_code == 200 and "<form" not in main(page)
    refused = visitor.post(f"/incidents/{incident.number}/acknowledge")
    assert refused.status_code == 403 and now(incident).acknowledged_at is None


def test_a_drill_says_so_on_its_page(zhao):
    incident = builders.an_incident()
    with unit_of_work():
        db.session.execute(update(Incident).values(drill=True))
    page = zhao.get(f"/incidents/{incident.number}")
    assert '<body class="drilling">' in page.text and "DRILL" in text(page)


def test_the_page_has_no_inline_code_and_every_field_a_label(zhao):
    incident = builders.an_incident(stage="negotiate")
    page = zhao.get(f"/incidents/{incident.number}").text
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|javascript:", page)
    labels = set(re.findall(r'<label[^>]*for="([^"]+)"', page))
    fields = re.findall(r'<(?:input|select|textarea)[^>]*\bid="([^"]+)"', page)
    assert fields and set(fields) <= labels
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
