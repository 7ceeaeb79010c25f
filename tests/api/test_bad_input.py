"""Whatever is sent, the answer is a problem document that names the place, and nothing changes."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incident.models.complaints import Complaint
from tests import builders
from tests.api.calling import count, places, problem


def nothing_taken():
    return count(Complaint) == 0


# what is put into a sound body → where the fault must be named
WRONG = {
    "an unknown field": ({"colour": "red"}, ("colour",)),
    "an unknown field below": ({"customer": {"nickname": "x"}}, ("customer", "nickname")),
    "a very long unknown field": ({"x" * 5000: 1}, ("x" * 80,)),
    "a wrong channel": ({"channel": "fax"}, ("channel",)),
    "a wrong type": ({"complaint_type": "gossip"}, ("complaint_type",)),
    "a wrong signal": ({"signals": ["repeat", "boredom"]}, ("signals", 1)),
    "a naive time": ({"received_at": "2026-11-03T09:12:00"}, ("received_at",)),
    "a time in the future": ({"received_at": "2026-11-03T11:00:00+08:00"}, ("received_at",)),
    "a time long ago": ({"received_at": "1899-01-01T00:00:00Z"}, ("received_at",)),
    "the first moment": ({"received_at": "0001-01-01T00:00:00+14:00"}, ("received_at",)),
    "the last moment": ({"received_at": "9999-12-31T23:59:59-14:00"}, ("received_at",)),
    "a thirteenth month": ({"received_at": "2026-13-03T09:12:00Z"}, ("received_at",)),
    "a time as a number": ({"received_at": 1793669520}, ("received_at",)),
    "a time as digits": ({"received_at": "1793669520"}, ("received_at",)),
    "negative money": ({"potential_loss": "-0.01"}, ("potential_loss",)),
    "money as a float": ({"potential_loss": 12.5}, ("potential_loss",)),
    "money in words": ({"account": {"amount_overdue": "much"}}, ("account", "amount_overdue")),
    "money without end": ({"potential_loss": "Infinity"}, ("potential_loss",)),
    "money that is no number": ({"potential_loss": "NaN"}, ("potential_loss",)),
    "money with three places": ({"potential_loss": "1.234"}, ("potential_loss",)),
    "money of too many digits": ({"potential_loss": "9" * 30}, ("potential_loss",)),
    "money by exponent": ({"potential_loss": "1e400"}, ("potential_loss",)),
    "an oversized narrative": ({"narrative": "长" * 20_001}, ("narrative",)),
    "an oversized summary": ({"summary": "x" * 301}, ("summary",)),
    "an empty narrative": ({"narrative": "  "}, ("narrative",)),
    "no narrative": ({"narrative": None}, ("narrative",)),
    "a NUL": ({"narrative": "a\x00b"}, ("narrative",)),
    "a NUL in a name": ({"customer": {"name": "a\x00b"}}, ("customer", "name")),
    "half a character": ({"narrative": "a\ud800b"}, ("narrative",)),
    "half a character in a currency": ({"account": {"currency": "\ud800AB"}}, ("account", "currency")),
    "a list for a text": ({"narrative": ["x"]}, ("narrative",)),
    "a text for an object": ({"customer": "王小明"}, ("customer",)),
    "nobody affected": ({"affected_customers": 0}, ("affected_customers",)),
    "everybody and more": ({"affected_customers": 10**30}, ("affected_customers",)),
    "half a customer": ({"affected_customers": 1.5}, ("affected_customers",)),
    "perhaps escalated": ({"escalated": "perhaps"}, ("escalated",)),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_field_is_named_by_its_place(still, what):
    change, place = WRONG[what]
    body = builders.complaint_body(**change)
    for language in ("en", "zh-CN"):
        response = still.post("/complaints", body, headers={"Accept-Language": language})
        found = problem(response, 422)
        assert place in places(found)
        assert all(each["msg"] and "%(" not in each["msg"] for each in found["errors"])
        assert response.headers["Content-Language"] == language
    assert nothing_taken()


def test_every_missing_field_is_named(still):
    found = problem(still.post("/complaints", {}), 422)
    required = {("source",), ("source_ref",), ("received_at",), ("channel",), ("narrative",)}
    assert set(places(found)) == required
    assert {each["msg"] for each in found["errors"]} == {"This field is required."}


def test_what_was_sent_is_never_repeated(still):
    body = builders.complaint_body(channel="13800138000", customer={"phone": ["13900139000"]})
    text = still.post("/complaints", body).get_data(as_text=True)
    assert "13800138000" not in text
    assert "13900139000" not in text


UNREADABLE = {
    "nothing": (b"", None),
    "truncated": (b'{"source": "hotline", "narr', "line 1"),
    "broken on the third line": (b'{"source": "a",\n"source_ref": "b",\n"channel" "web"}', "line 3"),
    "two documents": (b"{} {}", "line 1"),
    "words": (b"a complaint", "line 1"),
    "invalid UTF-8": (b'{"source": "\xff\xfe"}', "byte 13"),
    "UTF-16": ('{"source": "x"}'.encode("utf-16"), "byte 1"),
    "the same field twice": (b'{"source": "a", "source": "b"}', None),
    "NaN": (b'{"potential_loss": NaN}', None),
    "Infinity": (b'{"potential_loss": -Infinity}', None),
    "endless lists": (b"[" * 100_000, "nested"),
    "endless objects": (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "nested"),
    "endless digits": (b'{"affected_customers": ' + b"9" * 5_000 + b"}", "digits"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_an_unreadable_body_is_refused_with_its_place(still, what):
    raw, place = UNREADABLE[what]
    response = still.call("POST", "/complaints", data=raw, content_type="application/json")
    found = problem(response, 400)
    assert place is None or place in found["detail"]
    assert nothing_taken()


@pytest.mark.parametrize("raw", [b"[]", b"null", b"1", b'"text"', b"true"])
def test_a_body_that_is_no_object_is_refused(still, raw):
    found = problem(still.call("POST", "/complaints", data=raw, content_type="application/json"), 422)
    assert found["errors"] == [{"loc": [], "msg": "This must be a JSON object."}]


def test_brackets_in_a_text_are_no_depth(api):
    assert api.complaint(narrative="[" * 500 + '\\"{')["complaint"]["narrative"].startswith("[[[")


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=gbk",
        "application/xml",
    ],
)
def test_a_wrong_content_type_is_refused(still, content_type):
    raw = json.dumps(builders.complaint_body()).encode()
    found = problem(still.call("POST", "/complaints", data=raw, content_type=content_type), 415)
    assert places(found) == [("header", "Content-Type")]
    assert nothing_taken()


@pytest.mark.parametrize("size", [1024 * 1024 + 1, 10 * 1024 * 1024])
def test_a_body_over_a_mebibyte_is_refused(still, size):
    raw = json.dumps(builders.complaint_body(narrative="x")).encode().ljust(size)
    found = problem(still.call("POST", "/complaints", data=raw, content_type="application/json"), 413)
    assert "1 MiB" in found["detail"]


def test_a_body_of_just_a_mebibyte_is_read(api):
    raw = json.dumps(builders.complaint_body()).encode().ljust(1024 * 1024)
    assert api.call("POST", "/complaints", data=raw, content_type="application/json").status_code == 201


def test_bulk_over_sixteen_mebibytes_is_refused(still):
    raw = b" " * (16 * 1024 * 1024 + 1)
    problem(still.call("POST", "/complaints/bulk", data=raw, content_type="application/x-ndjson"), 413)


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("cursor=nonsense", "cursor"),
        ("cursor=%FF%00", "cursor"),
        ("cursor=WyItb3BlbmVkX2F0IiwgIngiLCAxXQ", "cursor"),
        ("cursor=WyItb3BlbmVkX2F0IiwgMSwgMV0", "cursor"),
        ("status=asleep", "status"),
        ("level=0", "level"),
        ("level=x", "level"),
        ("level=²", "level"),
        ("type=gossip", "type"),
        ("drill=perhaps", "drill"),
        ("opened_from=yesterday", "opened_from"),
        ("opened_from=2026-11-03", "opened_from"),
        ("opened_from=2026-11-03T00:00:00", "opened_from"),
        ("opened_to=0001-01-01T00:00:00%2B14:00", "opened_to"),
        ("sort=colour", "sort"),
        ("q=%00", "q"),
        ("department=%00", "department"),
        ("colour=red", "colour"),
        ("limit=1&limit=2", "limit"),
    ],
)
def test_a_wrong_filter_is_named(still, query, place):
    found = problem(still.get(f"/incidents?{query}"), 422)
    assert any(each[:2] == ("query", place) for each in places(found))


def test_a_cursor_of_another_order_is_refused(api):
    for _ in range(2):
        api.complaint()
    cursor = api.get("/incidents?limit=1").get_json()["next_cursor"]
    assert api.get(f"/incidents?limit=1&cursor={cursor}").status_code == 200
    problem(api.get(f"/incidents?limit=1&sort=level&cursor={cursor}"), 422)


@pytest.mark.parametrize(
    "path", ["/incidents/%00", "/incidents/%0A", "/playbooks/%00", "/incidents/" + "9" * 500]
)
def test_a_path_that_names_nothing_is_not_found(still, path):
    problem(still.get(path), 404)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
KNOWN = sorted(builders.complaint_body())
CALLS = [
    "/complaints",
    "/complaints/1/escalate",
    "/incidents",
    "/incidents/INC-2026-000001/move",
    "/incidents/INC-2026-000001/level",
    "/incidents/INC-2026-000001/notes",
    "/incidents/INC-2026-000001/tasks",
    "/incidents/INC-2026-000001/roles",
    "/incidents/INC-2026-000001/close",
    "/incidents/INC-2026-000001/departments/COL/sign_off",
    "/drills",
    "/drills/1/stop",
]
FIELDS = [*KNOWN, "reason", "to", "level", "text", "title", "department", "due_at", "role", "person", "note"]
FIELDS += ["playbook", "participants", "starts_at", "recurrence", "assignee", "status"]


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    path=st.sampled_from(CALLS),
    body=anything | st.dictionaries(st.sampled_from(FIELDS), anything, max_size=8),
)
def test_no_json_whatever_breaks_the_service(api, path, body):
    response = api.call("POST", path, data=json.dumps(body), content_type="application/json")
    assert response.status_code < 500
    if response.status_code >= 400:
        problem(response, response.status_code)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=200))
def test_no_bytes_whatever_break_the_service(still, raw):
    response = still.call("POST", "/complaints", data=raw, content_type="application/json")
    problem(response, response.status_code)
    assert response.status_code in (400, 422)
