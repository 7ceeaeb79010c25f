"""Tasks on the incident page and the board: order, lists, blocks, and nobody as an alarm."""

from sqlalchemy import select, text

from incident.board import figures
from incident.coordination import checklists, dependencies, tasks
from incident.db import db, forget, unit_of_work
from incident.models.incidents import Task
from tests import builders
from tests.board.incident_pages import SCRIPT, SOON, form
from tests.board.pages import Visitor
from tests.board.pages import text as read


def waiting(incident):
    order = dependencies.of(incident.id)
    task = next(each for each in order.by_key.values() if order.waits_for(each))
    return task, order.waits_for(task)


def first(incident):
    return next(task for task in tasks.of(incident.id) if not task.after)


def test_a_waiting_task_names_what_it_waits_for_and_has_no_done_button(zhao):
    incident = builders.an_incident(stage="verify")
    task, left = waiting(incident)
    page = zhao.get(f"/incidents/{incident.number}")
    part = page.text.partition(f'<li id="task-{task.id}"')[2].partition("</li>\n")[0]
    assert "Waits for" in part and all(f'href="#task-{each.id}"' in part for each in left)
    assert 'value="done"' not in part and 'value="doing"' not in part and "Evidence wanted" in page.text
    refused = zhao.post(f"/tasks/{task.id}", {**form(page, f"task-{task.id}"), "status": "done"})
    assert refused.status_code == 409 and f"#task-{left[0].id}" in refused.text


def test_an_item_is_added_and_ticked_with_and_without_a_script(zhao):
    incident = builders.an_incident(stage="verify")
    task, page = first(incident), f"/incidents/{incident.number}"
    zhao.post(f"/tasks/{task.id}", {**form(zhao.get(page), f"task-{task.id}"), "item": "ask twice"})
    db.session.expire_all()
    item = task.checklist[0]["id"]
    shown = zhao.get(page)
    assert 'aria-pressed="false"' in shown.text and "ask twice" in read(shown)
    answer = zhao.post(f"/tasks/{task.id}/checklist/{item}", {"done": "1"})
    assert answer.headers["Location"] == f"{page}#task-{task.id}"
    assert 'aria-pressed="true"' in zhao.get(page).text
    again = zhao.post(f"/tasks/{task.id}/checklist/{item}", {"done": "1"}, headers=SCRIPT)
    assert again.status_code == 409 and "a moment ago" in again.text
    assert zhao.post(f"/tasks/{task.id}/checklist/{item}", {"done": "0"}, headers=SCRIPT).status_code == 204
    db.session.expire_all()
    assert checklists.done(task) == 0


def test_a_blocked_task_says_why_and_who_can_unblock_it(zhao):
    incident = builders.an_incident(stage="verify")
    task, page = first(incident), f"/incidents/{incident.number}"
    body = {"status": "blocked", "note": "no access yet", "unblocker": str(builders.person("wu").id)}
    zhao.post(f"/tasks/{task.id}", {**form(zhao.get(page), f"task-{task.id}"), **body})
    shown = read(zhao.get(page))
    assert "no access yet" in shown and f"{builders.person('wu').name} can unblock it" in shown


def test_a_task_is_added_with_owner_order_and_list(zhao):
    incident = builders.an_incident(stage="verify")
    before, wu = first(incident), builders.person("wu")
    body = {
        "title": "Ask the agency", "department": before.department_code, "assignee": str(wu.id),
        "after": str(before.id), "checklist": "one\n\ntwo\n",
    }  # fmt: skip
    assert zhao.post(f"/incidents/{incident.number}/tasks", body).status_code == 303
    task = db.session.scalars(select(Task).where(Task.title_en == "Ask the agency")).one()
    assert (task.assignee_id, task.after) == (wu.id, [before.key])
    assert [item["text"] for item in task.checklist] == ["one", "two"]


def test_a_task_without_an_owner_is_an_alarm_on_the_page_and_on_the_board(app, zhao):
    incident = builders.an_incident(stage="verify")
    other, page = builders.an_incident(stage="verify"), f"/incidents/{incident.number}"
    with unit_of_work():
        for task in [*tasks.of(incident.id), *tasks.of(other.id)]:
            task.assignee_id = builders.person("li").id
    forget("board/")
    assert 'id="unowned"' not in zhao.get(page).text and "tasks without owner" not in zhao.get("/").text
    task = first(incident)
    with unit_of_work():
        task.assignee_id = None
    forget("board/")
    assert 'id="unowned"' in zhao.get(page).text
    assert figures.current().unowned == 1 and "tasks without owner" in zhao.get("/").text
    found = zhao.get("/?need=unowned").text
    assert incident.number in found and other.number not in found
    plan = db.session.execute(
        text("EXPLAIN QUERY PLAN SELECT incident_id FROM tasks WHERE tasks.assignee_id IS NULL"
             " AND tasks.status IN ('todo', 'doing', 'blocked')")
    ).all()  # fmt: skip
    assert "ix_tasks_assignee_id_status" in str(plan)


def test_a_reader_sees_the_list_and_no_button(app):
    incident = builders.an_incident(stage="verify")
    task = first(incident)
    with unit_of_work():
        checklists.add(task, incident, "ask twice", by=builders.acting("li"), at=SOON)
    page = Visitor(app, "tang").get(f"/incidents/{incident.number}").text
    assert "ask twice" in page and f"/tasks/{task.id}/checklist/" not in page
