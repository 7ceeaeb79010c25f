"""Shortcuts, reactions and the App Home, as people use them in the sandbox."""

import hashlib
import json

import pytest
from sqlalchemy import select

from incident.db import db
from incident.models.evidence import Evidence
from tests.slack.test_slack_forms import ADA, LI, option, submit, words_of


@pytest.fixture
def talk(world):
    """(number, channel) of an incident in whose channel people talk."""
    number = world.incident()
    world.settle()
    return number, world.facts(number)["channel_id"]


def say(world, channel, text, user=ADA):
    return world.control("say", {"user": user, "channel": channel, "text": text})["message"]["ts"]


def use(world, callback, *, user=ADA, **where):
    answer = world.control("shortcut", {"user": user, "callback_id": callback, **where})
    assert answer["status"] == 200
    return world.slack()["views"][-1]


def whispers(world, channel):
    return json.dumps(world.room(channel)["ephemeral"], ensure_ascii=False)


def heard(world):
    assert world.control("wait", {"seconds": 20})["quiet"]


def evidence_of(world, number):
    with world.app.app_context():
        rows = db.session.scalars(select(Evidence).where(Evidence.incident_id == world.row(number).id))
        return [(str(row.kind), row.sha256, dict(row.private)) for row in rows]


def test_an_emergency_is_reported_from_anywhere_in_ones_own_language(world):
    assert "Declare an incident" in words_of(use(world, "report_emergency"))
    assert "催收方式不当" in words_of(use(world, "report_emergency", user=LI))
    world.control("people", {"people": [{"id": "U0NEW", "name": "n", "real_name": "N", "email": "n@x.test"}]})
    assert "U0NEW" in words_of(use(world, "report_emergency", user="U0NEW"))  # told how to be linked


def test_a_message_goes_to_the_timeline_or_becomes_a_task(world, talk):
    number, channel = talk
    ts = say(world, channel, "the customer <called> & cried @u0bo", user=LI)
    view = use(world, "message_to_timeline", channel=channel, ts=ts)
    assert submit(world, view)[0] == "update"
    assert ("note", {"text": "李娜: the customer <called> & cried Bo"}) in world.told(number)
    view = use(world, "message_to_task", user=LI, channel=channel, ts=ts)
    assert "要做什么" in words_of(view) or "任务" in words_of(view)
    assert submit(world, view, user=LI)[0] == "update"
    assert any(kind == "task_added" for kind, _ in world.told(number))


def test_outside_an_incidents_channel_the_incident_is_asked_for(world, talk):
    number, _channel = talk
    ts = say(world, "C0GENERAL", "seen on television")
    view = use(world, "message_to_timeline", channel="C0GENERAL", ts=ts)
    outcome, form = submit(world, view, incident=number)
    assert outcome == "update" and form["callback_id"] == "form_note"
    assert submit(world, form)[0] == "update"
    assert ("note", {"text": "Ada: seen on television"}) in world.told(number)


def test_a_message_and_its_file_are_kept_as_evidence_with_their_hash(world, talk):
    number, channel = talk
    content = "call 13 recorded, no threat"
    shared = {
        "user": ADA,
        "channel": channel,
        "name": "call.txt",
        "content": content,
        "text": "the recording",
    }
    ts = world.control("share", shared)["message"]["ts"]
    view = use(world, "message_to_evidence", user=LI, channel=channel, ts=ts)
    assert submit(world, view, user=LI, description="录音文字")[0] == "update"
    assert evidence_of(world, number) == []  # the file is fetched by the outbox
    assert "录音文字" not in str(
        world.steps(number, "keep_message")
    )  # what is said of it is sealed meanwhile
    world.fault("500", "files.download", times=1)
    world.settle()
    (kind, _sha, told), (file, sha, named) = evidence_of(world, number)
    assert (kind, told["text"]) == ("statement", "the recording")
    assert (file, sha) == ("file", hashlib.sha256(content.encode()).hexdigest())
    assert named["name"] == "call.txt" and named["description"] == "录音文字"
    assert world.app.extensions["vault"].state(sha) == "sound"
    assert any("kept a message as evidence" in each["text"] for each in world.said(channel))
    view = use(world, "message_to_evidence", channel=channel, ts=ts)
    outcome, after = submit(world, view)
    assert outcome == "errors" and "already" in words_of(after["errors"])


def test_a_message_of_another_channel_is_kept_as_the_shortcut_saw_it(world, talk):
    number, _channel = talk
    world.control("create", {"user": ADA, "name": "collections", "private": True})
    elsewhere = world.room("collections")["id"]  # the app is not in it
    ts = say(world, elsewhere, "seen & heard")
    view = use(world, "message_to_evidence", channel=elsewhere, ts=ts)
    _outcome, form = submit(world, view, incident=number)
    submit(world, form)
    world.settle()
    [(kind, _sha, told)] = evidence_of(world, number)
    assert (kind, told["text"]) == ("statement", "seen & heard") and told["source"].startswith("Slack · Ada")


def test_a_program_is_not_kept_and_the_step_says_why(world, talk):
    number, channel = talk
    shared = {"user": ADA, "channel": channel, "name": "a.exe", "content": "MZ" + "\x00" * 80, "text": ""}
    ts = world.control("share", shared)["message"]["ts"]
    submit(world, use(world, "message_to_evidence", channel=channel, ts=ts))
    world.settle()
    [step] = world.steps(number, "keep_message")
    assert step["state"] == "failed" and step["error_kind"] == "not_kept"
    assert evidence_of(world, number) == []


def test_reactions_do_what_the_setting_says_once_and_tell_whoever_reacted(make_world):
    world = make_world(slack_reactions="pushpin=timeline,white_check_mark=task,lock=evidence")
    world.crew()
    number = world.incident()
    world.settle()
    channel = world.facts(number)["channel_id"]
    ts = say(world, channel, "the agency confirmed 13812345678", user=LI)
    for name in ("pushpin", "white_check_mark", "lock", "tada"):
        world.control("react", {"user": ADA, "channel": channel, "ts": ts, "name": name})
    heard(world)
    world.control("react", {"user": LI, "channel": channel, "ts": ts, "name": "pushpin"})
    heard(world)
    world.settle()
    told = world.told(number)
    notes = [data["text"] for kind, data in told if kind == "note"]
    assert len(notes) == 1 and notes[0].startswith("李娜: the agency") and "13812345678" not in notes[0]
    assert sum(kind == "task_added" for kind, _ in told) == 1
    assert [kind for kind, *_ in evidence_of(world, number)] == ["statement"]
    shown = whispers(world, channel)
    assert "Noted on the timeline" in shown and "Made a task of it" in shown and "已有人先行办理" in shown


def test_a_reaction_elsewhere_or_on_the_apps_own_message_does_nothing(world, talk):
    number, channel = talk
    before = world.told(number)
    ts = say(world, "C0GENERAL", "hello")
    world.control("react", {"user": ADA, "channel": "C0GENERAL", "ts": ts, "name": "pushpin"})
    card = world.facts(number)["card_ts"]
    world.control("react", {"user": ADA, "channel": channel, "ts": card, "name": "pushpin"})
    heard(world)
    assert world.told(number) == before and world.room("C0GENERAL")["ephemeral"] == []


def home_of(world, user, name):
    world.control("home", {"user": user})
    heard(world)
    return next(each for each in world.slack()["views"] if each["type"] == "home" and name in words_of(each))


def test_the_home_shows_what_is_mine_and_is_drawn_afresh_by_what_i_press(world, talk):
    number, _channel = talk
    chosen = option(world, number)
    world.command(f"role {number} give scribe @u0ada", user="U0BO")
    shown = home_of(world, ADA, "Hello, Ada")
    words = words_of(shown)
    for part in (
        "Waiting for my answer",
        "My incidents",
        "My tasks",
        "My duty",
        "Drills ahead",
        "Hello, Ada",
    ):
        assert part in words
    assert number in words and f'"value": "{chosen}"' in words and "Accept" in words
    press = {"user": ADA, "view_id": shown["id"], "action_id": "option_approve"}
    assert world.control("press", press)["status"] == 200
    assert any(kind == "option_approved" for kind, _ in world.told(number))
    [again] = [each for each in world.slack()["views"] if each["type"] == "home"]
    assert f'"value": "{chosen}"' not in words_of(again)
    assert "我的任务" in words_of(home_of(world, LI, "李娜，您好"))


def test_the_home_of_somebody_unknown_says_how_to_be_linked(world):
    world.control("people", {"people": [{"id": "U0NEW", "name": "n", "real_name": "N", "email": "n@x.test"}]})
    assert "U0NEW" in words_of(home_of(world, "U0NEW", "not linked"))
