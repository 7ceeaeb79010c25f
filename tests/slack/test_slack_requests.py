"""The address that Slack calls: what is refused, what is taken, and that each request is taken once."""

import hashlib
import hmac
import json
import urllib.parse

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incident import clock
from incident.db import db
from incident.models.incidents import Incident

FORM = "application/x-www-form-urlencoded"
SECRET = "sandbox-signing-secret"


def post(world, body, *, form=True, at=None, secret=SECRET, headers=None):
    """A request as Slack signs it, straight to the application."""
    raw = body if isinstance(body, bytes) else body.encode()
    stamp = str(int(clock.now().timestamp()) if at is None else at)
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
    signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}
    kind = FORM if form else "application/json"
    return world.app.test_client().post(
        "/slack/events", data=raw, content_type=kind, headers={**signed, **(headers or {})}
    )


def command(text="list", *, trigger="T.1", **more):
    fields = {
        "command": "/incident",
        "text": text,
        "user_id": "U0ADA",
        "team_id": "T1",
        "channel_id": "C0GENERAL",
        "trigger_id": trigger,
        "response_url": "",
    }
    return urllib.parse.urlencode({**fields, **more})


def event(**more):
    return json.dumps(
        {"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": {"type": "message"}} | more
    )


def test_a_signed_command_is_answered(world):
    answer = post(world, command())
    assert answer.status_code == 200
    assert "No incident is open." in answer.text


@pytest.mark.parametrize("age", [-301, 301])
def test_a_request_from_another_time_is_refused(world, age):
    now = int(clock.now().timestamp())
    assert post(world, command(), at=now + age).status_code == 401


def test_another_secret_a_changed_body_and_no_signature_are_refused(world):
    assert post(world, command(), secret="other").status_code == 401
    assert post(world, command(), headers={"X-Slack-Signature": "v0=00"}).status_code == 401
    assert post(world, command(), headers={"X-Slack-Signature": "v0=é"}).status_code == 401
    bare = world.app.test_client().post("/slack/events", data=command(), content_type=FORM)
    assert bare.status_code == 401


@pytest.mark.parametrize("stamp", ["soon", "12e3", "-5", "1" * 40, "１２３"])
def test_a_timestamp_that_is_no_number_is_malformed(world, stamp):
    headers = {"X-Slack-Request-Timestamp": stamp.encode().decode("latin-1")}
    assert post(world, command(), headers=headers).status_code == 400


@pytest.mark.parametrize(
    ("body", "form"),
    [
        ("{broken", False),
        ("[]", False),
        ("{}", False),
        ('{"type": 5}', False),
        ('{"type": "event_callback", "event": []}', False),
        ("[" * 100_000, False),
        (b"\xff\xfe", False),
        ("", True),
        ("payload=", True),
        ("payload=%7Bbroken", True),
        ("payload=[]", True),
        ("command=/incident", True),
        ("payload=" + urllib.parse.quote('{"type": "block_actions", "actions": "x"}'), True),
        ("payload=" + urllib.parse.quote('{"type": "view_submission", "view": {"id": []}}'), True),
        (command("note 1 \x00"), True),
        ('{"type": "event_callback", "event_id": "\\ud800", "event": {"type": "x"}}', False),
    ],
)
def test_a_body_that_slack_does_not_send_is_answered_400_signed_or_not(world, body, form):
    assert post(world, body, form=form).status_code == 400
    kind = FORM if form else "application/json"
    assert world.app.test_client().post("/slack/events", data=body, content_type=kind).status_code == 400


def test_a_body_of_more_than_a_mebibyte_is_refused_unread(world):
    assert post(world, "x" * (1_048_576 + 1)).status_code == 413


def test_slacks_question_whether_anybody_lives_here_is_answered(world):
    answer = post(world, '{"type": "url_verification", "challenge": "abc"}', form=False)
    assert (answer.status_code, answer.get_json()) == (200, {"challenge": "abc"})
    assert post(world, "ssl_check=1&token=x").status_code == 200


def test_a_repeated_command_does_nothing_and_is_answered_empty(world):
    number = world.incident()
    first = post(world, command(f"note {number} once", trigger="T.7"))
    again = post(world, command(f"note {number} once", trigger="T.7"))
    assert (first.status_code, again.status_code, again.text) == (200, 200, "")
    assert [kind for kind, _data in world.told(number)].count("note") == 1


def test_a_repeated_event_is_taken_once_by_whichever_process(world):
    headers = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    assert post(world, event(), form=False).status_code == 200
    assert post(world, event(), form=False, headers=headers).status_code == 200
    with world.app.app_context():
        assert db.session.connection().exec_driver_sql("SELECT key FROM slack_receipts").all() == [
            ("event:Ev1",)
        ]


def test_a_request_that_failed_here_may_be_repeated(world):
    with world.app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE people RENAME TO people_gone")
    assert post(world, command()).status_code == 500
    with world.app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE people_gone RENAME TO people")
    answer = post(world, command())
    assert answer.status_code == 200 and answer.text


def test_a_kind_of_request_without_use_is_not_found(world):
    payload = json.dumps({"type": "block_suggestion", "callback_id": "x"})
    assert post(world, urllib.parse.urlencode({"payload": payload})).status_code == 404


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "user",
    "team",
    "actions",
    "view",
    "container",
    "trigger_id",
    "event",
    "event_id",
    "channel",
    "message",
)
FIELDS += (
    "authorizations",
    "enterprise",
    "state",
    "response_url",
    "is_enterprise_install",
    "team_id",
    "user_id",
)
payloads = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["block_actions", "view_submission", "view_closed", "event_callback", "shortcut"]
        )
    },
    optional={name: json_values for name in FIELDS},
)
valid = {
    "type": "block_actions",
    "user": {"id": "U0ADA"},
    "team": {"id": "T1"},
    "actions": [
        {"action_id": "incident_acknowledge", "block_id": "b", "type": "button", "value": "INC-2026-000001"}
    ],
    "container": {"channel_id": "C1", "message_ts": "1.2"},
}
almost = st.builds(
    lambda name, value, trigger: {**valid, "trigger_id": trigger, name: value},
    st.sampled_from([*valid, *FIELDS]),
    json_values,
    st.text(min_size=1, max_size=30),
)


def test_no_body_whatever_makes_the_address_fail(world):
    fuzzing = settings(
        max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )

    @fuzzing
    @given(payload=payloads | almost)
    def interactions(payload):
        text = json.dumps(payload)
        assert post(world, urllib.parse.urlencode({"payload": text})).status_code < 500
        assert post(world, text, form=False).status_code < 500

    @fuzzing
    @given(body=st.binary(max_size=200), form=st.booleans())
    def bytes_(body, form):
        assert post(world, body, form=form).status_code < 500

    @fuzzing
    @given(text=st.text(max_size=60), trigger=st.text(min_size=1, max_size=40), channel=st.text(max_size=10))
    def commands(text, trigger, channel):
        sent = command(text, trigger=trigger, channel_id=channel)
        assert post(world, sent.encode("utf-8", "surrogatepass")).status_code < 500

    interactions()
    bytes_()
    commands()
    with world.app.app_context():
        assert db.session.query(Incident).count() == 0
