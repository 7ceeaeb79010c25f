"""Whatever anybody types, presses or fills in: never a fault of ours, never a silent nothing."""

import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incident.slack import registry, words
from incident.slack.blocks import (
    declare,
    drills,
    groups,
    lines,
    menu,
    reminders,
    requests,
    reviews,
    texts,
    todo,
)
from incident.slack.forms import FORMS
from incident.slack.forms.form import Kept

COUNTER = itertools.count(1)
MANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
storable = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
ACTS = (
    *("list", "mine", "add", "done", "block", "give", "take", "accept", "decline", "call", "sign-off"),
    *("may", "plan", "log", "form", "verify", "反馈", "完成1", "@u0bo", "<@U0BO|bo>", "<!channel>", "COM"),
    *(
        "1",
        "2",
        "99999999",
        "Ⅱ",
        "二级",
        "scribe",
        "记录员",
        "upheld",
        "不属实",
        "2h",
        "明天9点",
        "2026-13-99",
    ),
    *("|", "｜", "https://x.test/<>"),
)
BUTTONS = (
    *(texts.ACKNOWLEDGE, lines.ACCEPT, requests.APPROVE, requests.REFUSE, todo.DONE, todo.BLOCKED),
    *(*todo.BUTTONS, f"{menu.SAY}0", menu.DECLARE, groups.CONFIRM, groups.DISMISS, reminders.PLAN_READ),
    *(*reviews.BUTTONS, drills.ANSWER, drills.SUSPEND, f"{drills.CHOOSE}_1"),
    *("form_situation", "gone_long_ago"),
)
INPUTS = (
    *("situation", "title", "department", "assignee", "due_at", "note", "text", "role", "to", "level"),
    *("reason", "option", "verdict", "kind", "channel", "at", "outcome", "summary", "incident"),
    *("complaint_type", "signals"),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | storable,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["value", "x"]), inner),
    max_leaves=4,
)
FIELDS = ("value", "selected_option", "selected_options", "selected_user", "selected_date_time")
elements = st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=3)


@pytest.fixture
def heard():
    """(address, what was answered there): the response_url of whatever is pressed."""
    taken = []

    class Recorder(BaseHTTPRequestHandler):
        def do_POST(self):
            taken.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_args):
            return

    server = HTTPServer(("127.0.0.1", 0), Recorder)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/answer", taken
    server.shutdown()
    server.server_close()


def calls(world):
    return len([each for each in world.slack()["calls"] if each["method"].startswith("views.")])


def interact(world, payload):
    given = {"user": {"id": "U0ADA"}, "team": {"id": "T1"}, "trigger_id": f"T.{next(COUNTER)}", **payload}
    return world.signed({"payload": json.dumps(given)})


def test_any_command_is_answered(world):
    number = world.incident()
    part = st.sampled_from((*ACTS, number)) | storable
    first = st.sampled_from(sorted(words.ALIASES)) | storable

    @MANY
    @given(first=first, rest=st.lists(part, max_size=5))
    def run(first, rest):
        before = calls(world)
        fields = {
            "command": "/incident",
            "user_id": "U0ADA",
            "channel_id": "C0GENERAL",
            "text": " ".join([first, *rest]),
            "trigger_id": f"T.{next(COUNTER)}",
        }
        answer = world.signed(fields)
        assert answer.status_code == 200, (fields, answer.data)
        said = (answer.json or {}).get("text") if answer.data else ""
        assert said or calls(world) > before, fields  # a form that Slack did not open is said not to open

    run()


def test_any_button_is_answered(world, heard):
    url, taken = heard
    number = world.incident()
    values = (
        st.sampled_from((number, f"{number} CS", "1", "2", "9999999999", f"ack {number}", "open", ""))
        | storable
    )

    @MANY
    @given(action=st.sampled_from(BUTTONS) | storable.filter(bool), value=values | st.none())
    def run(action, value):
        before = len(taken) + calls(world)
        pressed = {"type": "button", "action_id": action, "block_id": "b"}
        answer = interact(
            world,
            {
                "type": "block_actions",
                "actions": [pressed if value is None else {**pressed, "value": value}],
                "container": {"type": "message", "channel_id": "C0GENERAL", "message_ts": "1.2"},
                "response_url": url,
            },
        )
        assert answer.status_code == 200, (action, value)
        assert len(taken) + calls(world) > before or action == texts.OPEN_ON_BOARD, (action, value)

    run()


def test_any_form_is_answered(world):
    number = world.incident()
    good = Kept(number, 0, {"task": "1", "hand_over": "1", "channel": "C1", "ts": "1.2"}).text()
    known = (*FORMS, declare.CALLBACK, requests.CALLBACK, drills.CALLBACK, reviews.FINISHED, "form_pick")

    @MANY
    @given(
        callback=st.sampled_from(known) | storable,
        kept=st.sampled_from((good, "[]", "{}", "1", "")) | storable,
        values=st.dictionaries(
            st.sampled_from(INPUTS), st.dictionaries(st.just("value"), elements), max_size=6
        ),
        shown=st.booleans(),
    )
    def run(callback, kept, values, shown):
        drawn = [{"type": "input", "block_id": each} for each in INPUTS] if shown else []
        view = {
            "type": "modal",
            "id": f"V{next(COUNTER)}",
            "callback_id": callback,
            "private_metadata": kept,
            "state": {"values": values},
            "blocks": drawn,
        }
        answer = interact(world, {"type": "view_submission", "view": view})
        assert answer.status_code == 200, (callback, kept, values)
        told = answer.json or {}
        assert told.get("response_action") in ("errors", "update"), (callback, kept, values)
        assert set(told.get("errors", {})) <= {each["block_id"] for each in drawn}

    run()


def test_any_shortcut_and_event_is_taken(world, heard):
    url, taken = heard
    number = world.incident()
    world.settle()
    channel = world.facts(number)["channel_id"]
    message = st.fixed_dictionaries(
        {}, optional={"ts": storable, "text": storable | st.none(), "user": storable | st.none()}
    )

    @settings(MANY, max_examples=20)
    @given(
        callback=st.sampled_from(sorted(registry.SHORTCUTS)) | storable.filter(bool),
        message=st.none() | message,
        place=st.sampled_from([channel, "C0GENERAL", "C0NOWHERE"]) | st.none(),
        event=st.dictionaries(st.sampled_from(["reaction", "user", "item", "tab", "channel"]), json_values),
        kind=st.sampled_from([*registry.EVENTS, "message"]),
    )
    def run(callback, message, place, event, kind):
        before = len(taken) + calls(world)
        payload = {"type": "message_action" if message else "shortcut", "callback_id": callback}
        payload |= {"message": message} if message is not None else {}
        payload |= {"channel": {"id": place}} if place else {}
        answer = interact(world, {**payload, "response_url": url})
        assert answer.status_code == 200, payload
        assert len(taken) + calls(world) > before, payload
        body = {"type": "event_callback", "event_id": f"E{next(COUNTER)}", "event": {**event, "type": kind}}
        assert world.signed_event(body).status_code < 500, body

    run()
