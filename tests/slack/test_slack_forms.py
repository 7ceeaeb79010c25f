"""The forms on an incident: opened by a word, filled in by people in the sandbox, in both languages."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from incident import accounts, clock
from incident.coordination import options
from incident.coordination.option_words import Wanted
from incident.db import db, unit_of_work
from incident.lifecycle import acts, informing
from incident.models.incidents import Task
from incident.models.people import Person
from incident.slack.forms import FORMS
from tests.slack.world import english_in, words_of

ADA, LI = "U0ADA", "U0LINA"


def opened(world, text, *, user=ADA, **where):
    """The form that a word opens."""
    answer = world.command(text, user=user, **where)
    assert (answer["sent"], answer["status"], answer["shown"]) == (True, 200, None), answer
    return world.slack()["views"][-1]


def submit(world, view, *, user=ADA, **values):
    given = {name: {"value": value} for name, value in values.items()}
    answer = world.control("submit", {"user": user, "view_id": view["id"], "values": given})
    assert answer["sent"] and answer["status"] == 200, answer
    return answer["outcome"], world.slack()["views"][-1]


def option(world, number):
    """An option that Bo proposed; returns its id."""
    with world.app.app_context(), unit_of_work():
        bo = accounts.actor(db.session.scalar(select(Person).where(Person.name == "Bo")))
        wanted = Wanted(kind="waiver", amount=Decimal("300.00"), currency="CNY", terms="two fees")
        row = world.row(number)
        given = {"by": bo, "at": clock.now()}
        found = options.write(row, wanted, calendar=world.house.calendar, **given)
        options.propose(row, found, **given)
        return found.id


# word in English, in Chinese → what is put in, and the event on the timeline that it leads to
SCENES = {
    "form_update": ("update {n} form", "进展 {n} 填写", {"situation": "calm 平静"}, "update_given"),
    "form_task": (
        "task {n} add",
        "任务 {n} 添加",
        {"title": "call back 回电", "assignee": "U0BO"},
        "task_added",
    ),
    "form_block": ("task {n} block 1", "任务 {n} 受阻 1", {"note": "no access 无权限"}, "task_changed"),
    "form_level": ("level {n}", "级别 {n}", {"level": "1", "reason": "press 媒体"}, "level_changed"),
    "form_hand_over": ("role {n} give", "角色 {n} 移交", {"role": "scribe", "to": "U0BO"}, "role_offered"),
    "form_call_out": ("dept {n} call", "部门 {n} 通知", {"department": "COM"}, "department_called_out"),
    "form_contact": (
        "contact {n} form",
        "联系 {n} 填写",
        {"kind": "attempt", "outcome": "no_answer", "breach_reason": "late"},
        ("contact_attempted", "contact_breach"),
    ),
}


@pytest.mark.parametrize("callback", sorted(SCENES))
def test_each_form_does_its_act_in_both_languages(world, callback):
    english, chinese, values, kinds = SCENES[callback]
    for text, user in ((english, ADA), (chinese, LI)):
        number = world.incident()
        view = opened(world, text.format(n=number), user=user)
        assert view["callback_id"] == callback
        assert user == ADA or not english_in(words_of(view)), words_of(view)
        outcome, after = submit(world, view, user=user, **values)
        assert outcome == "update" and number in words_of(after), words_of(after)
        happened = {kind for kind, _data in world.told(number)}
        assert happened & ({kinds} if isinstance(kinds, str) else set(kinds)), happened


def test_closing_lists_what_is_missing_keeps_what_was_typed_and_closes(world):
    number = world.incident()
    view = opened(world, f"close {number}")
    assert "Still missing" in words_of(view) and "acknowledged the incident yet" in words_of(view)
    outcome, after = submit(world, view, summary="settled")
    assert outcome == "errors" and "cannot be closed yet" in after["errors"]["summary"]["text"]
    world.finish(number)
    outcome, after = submit(world, view, summary="settled")
    assert outcome == "update" and "is closed" in words_of(after)
    assert world.facts(number)["status"] == "closed"
    assert "nothing can be changed" in words_of(world.command(f"level {number}")["shown"])


def test_an_option_is_decided_in_the_form_and_the_proposer_is_refused_in_it(world):
    number = world.incident()
    chosen = option(world, number)
    view = opened(world, f"approve {number}", user="U0BO")
    values = {"option": str(chosen), "verdict": "approve"}
    outcome, after = submit(world, view, user="U0BO", **values)
    assert outcome == "errors" and "cannot approve" in after["errors"]["option"]["text"]
    view = opened(world, f"审批 {number}")
    outcome, after = submit(world, view, option=str(chosen), verdict="refuse")
    assert outcome == "errors" and set(after["errors"]) == {"reason"}
    outcome, _after = submit(world, view, option=str(chosen), verdict="refuse", reason="too much")
    assert outcome == "update" and any(kind == "option_refused" for kind, _ in world.told(number))
    assert "No option waits" in words_of(world.command(f"approve {number}")["shown"])


def test_a_role_is_declined_with_a_reason(world):
    number = world.incident()
    world.command(f"role {number} give scribe @u0lina")
    view = opened(world, f"角色 {number} 拒绝", user=LI)
    outcome, _view = submit(world, view, user=LI, reason="外出")
    assert outcome == "update" and any(kind == "role_declined" for kind, _ in world.told(number))


def test_what_is_wrong_stands_at_its_input_and_nothing_is_lost(world):
    number = world.incident()
    world.control("people", {"people": [{"id": "U0NEW", "name": "n", "real_name": "N", "email": "n@x.test"}]})
    view = opened(world, f"task {number} add")
    past = int((clock.now() - timedelta(hours=1)).timestamp())
    outcome, after = submit(world, view, title="look", due_at=str(past))
    assert (outcome, set(after["errors"])) == ("errors", {"due_at"})
    soon = int((clock.now() + timedelta(hours=3)).timestamp())
    outcome, after = submit(world, view, title="look", due_at=str(soon), assignee="U0NEW")
    assert (outcome, set(after["errors"])) == ("errors", {"assignee"})
    outcome, after = submit(world, view, title="look", due_at=str(soon), assignee="U0BO")
    assert outcome == "update"
    with world.app.app_context():
        task = db.session.scalars(select(Task).where(Task.title_en == "look")).one()
        assert int(task.due_at.timestamp()) == soon


def test_a_stale_form_says_what_changed_keeps_the_words_and_counts_when_sent_again(world):
    number = world.incident()
    view = opened(world, f"level {number}")
    world.act(number, acts.change_level, who="李娜", level=2, reason="press", house=world.house)
    outcome, after = submit(world, view, level="1", reason="television too")
    assert outcome == "update" and world.facts(number)["level"] == 2
    told = words_of(after)
    assert "something changed" in told and "李娜" in told and "press" in told and "television too" in told
    outcome, after = submit(world, after, level="1", reason="television too")
    assert outcome == "update" and world.facts(number)["level"] == 1
    assert after["callback_id"] == ""  # the end of it


def test_what_somebody_does_themselves_makes_no_form_of_theirs_stale(world):
    number = world.incident()
    world.act(number, acts.acknowledge)
    view = opened(world, f"update {number} form")
    given = {"situation": "a", "actions": "", "needs": "", "house": world.house}
    world.act(number, informing.update, who="Ada", **given)
    assert submit(world, view, situation="b")[0] == "update"
    assert len([1 for kind, _ in world.told(number) if kind == "update_given"]) == 2


def test_how_it_stands_is_laid_over_a_form_that_loses_nothing(world):
    number = world.incident()
    view = opened(world, f"update {number} form")
    press = {
        "user": ADA,
        "view_id": view["id"],
        "action_id": "form_situation",
        "values": {"situation": {"value": "half a sentence"}},
    }
    assert world.control("press", press)["status"] == 200
    above = world.slack()["views"][-1]
    assert above["previous_view_id"] == view["id"] and "Service attitude" in words_of(above)
    world.control("close", {"user": ADA, "view_id": above["id"]})
    [below] = [each for each in world.slack()["views"] if each["id"] == view["id"]]
    assert below["state"]["values"]["situation"]["value"]["value"] == "half a sentence"
    assert submit(world, below)[0] == "update"
    assert any("half a sentence" in str(data) for _kind, data in world.told(number))


def test_a_reader_whose_language_is_unknown_first_gets_a_loading_view(world):
    world.person(name="周", slack_id="U0ZHOU", locale=None)
    persona = {"id": "U0ZHOU", "name": "zhou", "real_name": "周", "email": "z@x.test", "locale": "zh-CN"}
    world.control("people", {"people": [persona]})
    number = world.incident()
    view = opened(world, f"level {number}", user="U0ZHOU")
    assert "调整级别" in words_of(view)
    used = [call["method"] for call in world.slack()["calls"]][-3:]
    assert used == ["views.open", "users.info", "views.update"]  # the window is there before Slack is asked


def test_a_form_and_a_button_of_another_version_are_not_silent(world):
    number = world.incident()
    payload = {
        "type": "view_submission",
        "user": {"id": ADA},
        "team": {"id": "T1"},
        "view": {
            "type": "modal",
            "id": "V1",
            "callback_id": "form_of_old",
            "state": {"values": {}},
            "blocks": [],
        },
        "trigger_id": "T.1",
    }
    answer = world.signed({"payload": json.dumps(payload)})
    assert answer.status_code == 200 and "older version" in json.dumps(answer.json)
    view = opened(world, f"level {number}")
    payload["view"] = {**view, "private_metadata": "not ours"}
    answer = world.signed({"payload": json.dumps({**payload, "trigger_id": "T.2"})})
    assert answer.status_code == 200 and "older version" in json.dumps(answer.json)


def test_every_form_has_a_scenario():
    elsewhere = {"form_close", "form_decide", "form_decline", "form_note", "form_evidence"}
    assert set(FORMS) == set(SCENES) | elsewhere
