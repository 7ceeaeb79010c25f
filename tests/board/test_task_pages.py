"""My tasks and one task's page: what stands first, and every act with its refusal."""

from datetime import timedelta

from incident.coordination import dependencies, tasks
from incident.db import db, unit_of_work
from tests import builders
from tests.board.incident_pages import SCRIPT, SOON
from tests.board.pages import Visitor, text


def first(incident):
    return next(task for task in tasks.of(incident.id) if not task.after)


def given(who="zhao", **more):
    """A task of an incident under way, given to somebody."""
    incident = builders.an_incident(stage="verify", **more)
    task = first(incident)
    with unit_of_work():
        for each in tasks.of(incident.id):
            each.assignee_id = builders.person("li").id
        task.assignee_id = builders.person(who).id
    return incident, task


def now(task):
    db.session.refresh(task)
    return task


def test_mine_are_listed_overdue_first_over_all_incidents(zhao):
    (one, calm), (two, late) = given(), given()
    with unit_of_work():
        calm.due_at, late.due_at = SOON + timedelta(hours=5), SOON - timedelta(hours=1)
    page = zhao.get("/tasks")
    assert page.status_code == 200
    assert page.text.index(two.number) < page.text.index(one.number) and "Overdue" in text(page)
    assert page.text.count('<li id="task-') == 2


def test_the_whole_department_is_one_choice_away_and_shows_who_has_what(app):
    _incident, task = given("wu")
    with unit_of_work():
        task.assignee_id, task.department_code = None, builders.person("li").department_code
    page = Visitor(app, "li").get("/tasks?show=department")
    assert f'id="task-{task.id}"' in page.text and "nobody" in text(page)


def test_a_task_is_taken_up_put_off_stopped_and_done_in_one_press_each(zhao):
    _incident, task = given()
    assert zhao.post(f"/tasks/{task.id}/move", {"status": "doing"}).headers["Location"] == "/tasks"
    assert now(task).status == "doing"
    zhao.post(f"/tasks/{task.id}/snooze", {"until": "hour"})
    assert now(task).remind_at == SOON + timedelta(hours=1)
    zhao.post(f"/tasks/{task.id}/snooze", {"until": "morning"})
    assert now(task).remind_at.isoformat() == "2026-11-04T01:00:00+00:00"
    zhao.post(f"/tasks/{task.id}/stop")
    assert now(task).reminders_stopped
    again = zhao.post(f"/tasks/{task.id}/stop")
    assert again.status_code == 409 and "stopped already" in text(again)
    zhao.post(f"/tasks/{task.id}/move", {"status": "done"})
    assert now(task).status == "done"
    late = zhao.post(f"/tasks/{task.id}/snooze", {"until": "hour"}, headers=SCRIPT)
    assert late.status_code == 409 and "nobody is reminded" in late.text


def test_what_somebody_else_is_reminded_of_nobody_else_puts_off(zhao):
    _incident, task = given("wu")
    refused = zhao.post(f"/tasks/{task.id}/stop", {"next": "task"})
    assert refused.status_code == 403 and builders.person("wu").name in text(refused)


def test_a_waiting_task_is_refused_with_links_on_the_list(zhao):
    incident, _task = given()
    order = dependencies.of(incident.id)
    waiting = next(task for task in order.by_key.values() if order.waits_for(task))
    with unit_of_work():
        waiting.assignee_id = builders.person("zhao").id
    page = zhao.get("/tasks").text
    part = page.partition(f'<li id="task-{waiting.id}"')[2].partition("</li>")[0]
    assert "Waits for" in part and f"/tasks/{waiting.id}/move" not in part
    refused = zhao.post(f"/tasks/{waiting.id}/move", {"status": "doing"})
    left = order.waits_for(waiting)[0]
    assert refused.status_code == 409
    assert f'href="/incidents/{incident.number}#task-{left.id}"' in refused.text


def test_one_tasks_page_changes_its_order_its_list_and_its_block(zhao):
    incident, task = given()
    other = next(each for each in tasks.of(incident.id) if not each.after and each.id != task.id)
    address = f"/tasks/{task.id}"
    assert zhao.post(f"{address}/order", {"after": str(other.id)}).headers["Location"] == "/tasks"
    here = {"next": "task"}
    assert zhao.post(f"{address}/order", {**here, "after": str(other.id)}).headers["Location"] == address
    assert other.title_en in text(zhao.get(address)) and now(task).after == [other.key]
    circle = zhao.post(f"/tasks/{other.id}/order", {**here, "form": "order", "after": str(task.id)})
    assert circle.status_code == 422 and "→" in text(circle) and "<details open>" in circle.text
    zhao.post(f"{address}/order", here)
    zhao.post(f"{address}/items", {**here, "items": "one\ntwo", "must": "1"})
    ids = [item["id"] for item in now(task).checklist]
    zhao.post(f"{address}/items/{ids[0]}", {**here, "act": "tick"})
    twice = zhao.post(f"{address}/items/{ids[0]}", {**here, "act": "tick"})
    assert twice.status_code == 409 and "a moment ago" in text(twice)
    zhao.post(f"{address}/items/{ids[1]}", {**here, "act": "remove"})
    assert [(item["text"], bool(item["done_at"])) for item in now(task).checklist] == [("one", True)]
    empty = zhao.post(f"{address}/items", {**here, "form": "items", "items": " "})
    assert empty.status_code == 422
    body = {**here, "form": "block", "unblocker": str(builders.person("wu").id)}
    bare = zhao.post(f"{address}/block", body)
    assert bare.status_code == 422 and 'id="block-note-fault"' in bare.text
    zhao.post(f"{address}/block", {**body, "note": "no access"})
    assert f"{builders.person('wu').name} can unblock it" in text(zhao.get(address))


def test_of_two_who_block_or_order_a_task_from_its_page_the_second_reads_how_it_stands(app, zhao):
    _incident, task = given()
    other, address = Visitor(app, "chen"), f"/tasks/{task.id}"
    seen = {"next": "task", "form": "block", "version": str(task.version)}
    zhao.post(f"{address}/block", {**seen, "note": "no access"})
    late = other.post(f"{address}/block", {**seen, "note": "no time"})
    assert late.status_code == 409 and "it is blocked" in text(late) and "no time" in late.text
    assert other.post(f"{address}/order", {**seen, "form": "order"}).status_code == 409
    assert now(task).note == "no access"


def test_nothing_to_do_is_said_calmly_and_a_reader_gets_no_buttons(app):
    _incident, task = given()
    reader = Visitor(app, "tang")
    assert "Nothing is waiting for you." in text(reader.get("/tasks"))
    page = reader.get(f"/tasks/{task.id}")
    assert page.status_code == 200 and f'action="/tasks/{task.id}' not in page.text
    assert reader.post(f"/tasks/{task.id}/move", {"status": "done"}).status_code == 403
    assert reader.get("/tasks/999999").status_code == 404
