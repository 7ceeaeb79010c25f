"""The word `dept` and the button Accept, in English and in Chinese, typed and pressed in the sandbox."""

import json

import pytest

from incident.coordination import departments
from incident.db import unit_of_work
from incident.models.incidents import DepartmentState
from tests.slack import world as worlds

ACCEPT = "incident_line_accept"


CAI = {"name": "Cai", "slack_id": "U0CAI", "role": "responder", "locale": "zh_CN", "department": "COL"}


@pytest.fixture
def staffed(world):
    """Cai is on duty for collections; Dee, for compliance, is the one whom the alert reaches."""
    world.person(**CAI, on_duty="COL")
    world.person(name="Dee", slack_id="U0DEE", role="commander", locale="en", on_duty="COM")
    return world


@pytest.fixture
def scene(staffed):
    """An incident in which Cai is called to accept for collections."""
    world = staffed
    number = world.incident("improper_collection")
    world.settle()
    return world, number


def told(world, text, **where):
    answer = world.command(text, **where)
    assert (answer["sent"], answer["status"]) == (True, 200)
    return json.dumps(answer["shown"], ensure_ascii=False)


def state(world, number, code="COL"):
    with world.app.app_context():
        return departments.line(world.row(number), code).state


def call_of(world, user):
    """(channel, message) with the button to accept."""
    for room in world.slack()["channels"]:
        if room["kind"] == "im" and user in room["members"]:
            for message in room["messages"]:
                if ACCEPT in worlds.words_of(message):
                    return room["id"], message
    return None


def test_the_lead_is_called_and_accepts_by_the_button(scene):
    world, number = scene
    channel, message = call_of(world, "U0CAI")
    assert "签收" in worlds.words_of(message) and number in worlds.words_of(message)
    pressed = {"user": "U0CAI", "channel": channel, "ts": message["ts"], "action_id": ACCEPT}
    assert world.control("press", pressed)["status"] == 200
    assert state(world, number) == DepartmentState.ACCEPTED
    assert call_of(world, "U0CAI") is None
    assert "department_accepted" in dict(world.told(number))


def test_whoever_presses_second_is_told_who_was_first(scene):
    world, number = scene
    told(world, f"dept {number} COL accept")
    channel, message = call_of(world, "U0CAI")
    world.control("press", {"user": "U0CAI", "channel": channel, "ts": message["ts"], "action_id": ACCEPT})
    assert "Ada" in json.dumps(world.room(channel)["ephemeral"], ensure_ascii=False)


def test_a_call_that_was_answered_meanwhile_is_not_sent(staffed):
    world = staffed
    number = world.incident("improper_collection")
    told(world, f"dept {number} COL accept")
    world.settle()
    assert call_of(world, "U0CAI") is None
    (call,) = world.steps(number, "call_leads")
    assert call["state"] == "done" and call_of(world, "U0ADA") is not None


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("dept {n} COL accept", DepartmentState.ACCEPTED),
        ("部门 {n} 签收", DepartmentState.ACCEPTED),
        ("dept {n} col block no recording", DepartmentState.BLOCKED),
        ("部门 {n} 受阻 录音缺失", DepartmentState.BLOCKED),
        ("dept {n} COL report half of it is read", DepartmentState.WORKING),
        ("部门 {n} 撤出 不再需要", DepartmentState.STOOD_DOWN),
    ],
)
def test_the_word_does_each_act_on_the_named_or_on_ones_own_department(scene, typed, wanted):
    world, number = scene
    told(world, typed.format(n=number), user="U0CAI" if "部门" in typed else "U0ADA")
    assert state(world, number) == wanted


def test_signing_off_says_what_is_missing(scene):
    world, number = scene
    answer = told(world, f"dept {number} COL sign-off all done")
    assert "must be done" in answer and state(world, number) == DepartmentState.CALLED


def test_the_list_and_calling_out_another_department(scene):
    world, number = scene
    assert "Cai" in told(world, f"dept {number} list") and "COL" in told(world, f"dept {number}")
    assert "`PR`" not in told(world, f"dept {number}")  # the ids of blocks are letters at random
    told(world, f"dept {number} call PR")
    assert "`PR`" in told(world, f"dept {number}")
    assert state(world, number, "PR") == DepartmentState.CALLED
    assert "already" in told(world, f"部门 {number} 通知 PR")


def test_what_cannot_be_understood_is_explained(scene):
    world, number = scene
    assert "no act" in told(world, f"dept {number} COL dance")
    assert "Say which department" in told(world, f"dept {number} accept", user="U0BO")
    assert "no such department" in told(world, f"dept {number} call NOWHERE")


def test_the_head_and_the_commander_are_told_in_slack_that_a_department_is_silent(scene):
    from datetime import timedelta

    from incident import duty
    from incident.models.people import Department, Person
    from incident.watches import line_watch

    world, number = scene
    with world.app.app_context(), unit_of_work() as session:
        incident = world.row(number)
        head = session.query(Person).filter_by(name="Bo").one()
        session.get_one(Department, "COL").head_id = head.id
        line = departments.line(incident, "COL")
        for each in departments.lines(incident.id):
            if each.code != "COL":
                each.escalate_at = None
        at = line.accept_by + timedelta(seconds=1)
    with world.app.app_context():
        duty.changed()
        assert line_watch.sweep(at=at, house=world.house) == 1
    world.settle()
    _channel, message = call_of(world, "U0BO")
    assert "has not" in worlds.words_of(message)
