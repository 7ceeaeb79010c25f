"""Rate limits, faults to order, and who may order them."""

import http.client
import time
import urllib.request

import pytest
from slack_sdk import errors


def a_429(town, method, **args):
    """The Retry-After of a call that must be limited, in seconds."""
    with pytest.raises(errors.SlackApiError) as limited:
        town.client().api_call(method, params=args)
    assert limited.value.response.status_code == 429
    assert limited.value.response["error"] == "ratelimited"
    return int(limited.value.response.headers["Retry-After"])


def test_a_tier_two_method_takes_twenty_calls_and_then_asks_to_wait(build):
    town = build(rate_limits=True)
    for number in range(20):
        town.client().conversations_create(name=f"inc-{number}")
    assert 1 <= a_429(town, "conversations.create", name="inc-20") <= 3
    assert "inc-20" not in [one["name"] for one in town.state()["channels"]]


def test_posting_is_limited_by_channel(build):
    town = build(rate_limits=True)
    one, other = town.incident_channel("inc-1"), town.incident_channel("inc-2")
    for number in range(5):
        town.client().chat_postMessage(channel=one, text=str(number))
    assert a_429(town, "chat.postMessage", channel=one, text="more") == 1
    assert town.client().chat_postMessage(channel=other, text="x")["ok"]


def test_a_limited_channel_opens_again_after_the_time_it_named(build):
    town = build(rate_limits=True)
    channel = town.incident_channel()
    for number in range(5):
        town.client().chat_postMessage(channel=channel, text=str(number))
    wait = a_429(town, "chat.postMessage", channel=channel, text="more")
    with town.app.extensions["sandbox"].store.writing() as db:
        db.execute("UPDATE buckets SET at = at - ?", (wait * 1_000_000,))
    assert town.client().chat_postMessage(channel=channel, text="more")["ok"]


def test_limits_can_be_switched_off_for_a_bench(build):
    town = build(rate_limits=True)
    town.control("rate_limits", {"on": False})
    for number in range(25):
        assert town.client().conversations_create(name=f"inc-{number}")["ok"]


def test_an_ordered_error_comes_as_often_as_ordered_and_only_there(town):
    town.control("faults", {"method": "chat.postMessage", "kind": "error:channel_not_found", "times": 2})
    assert town.client().auth_test()["ok"]
    for _ in range(2):
        assert town.refusal("chat.postMessage", channel="C0GENERAL", text="x")["error"] == "channel_not_found"
    assert town.client().chat_postMessage(channel="C0GENERAL", text="x")["ok"]


def test_a_family_of_methods_can_be_limited(town):
    town.control("faults", {"method": "chat.*", "kind": "429:7", "times": 1})
    assert a_429(town, "chat.postMessage", channel="C0GENERAL", text="x") == 7


def test_a_server_error_is_html_with_status_500(town):
    town.control("faults", {"method": "*", "kind": "500", "times": 1})
    with pytest.raises(errors.SlackApiError) as failed:
        town.client().auth_test()
    assert failed.value.response.status_code == 500


@pytest.mark.parametrize(("kind", "stored"), [("drop_before", []), ("drop_after", ["x"])])
def test_a_dropped_connection_is_an_error_whether_or_not_the_message_was_stored(town, kind, stored):
    town.control("faults", {"method": "chat.postMessage", "kind": kind, "times": 1})
    with pytest.raises((OSError, http.client.HTTPException)):
        town.client().chat_postMessage(channel="C0GENERAL", text="x")
    assert [one["text"] for one in town.channel("C0GENERAL")["messages"]] == stored


def test_offline_lasts_until_cleared(town):
    town.control("faults", {"kind": "offline"})
    for _ in range(3):
        with pytest.raises((OSError, http.client.HTTPException)):
            town.client().auth_test()
    town.control("faults", method="DELETE")
    assert town.client().auth_test()["ok"]


@pytest.mark.parametrize(
    ("kind", "error"), [("revoked", "token_revoked"), ("account_inactive", "account_inactive")]
)
def test_a_dead_token_is_refused_everywhere(town, kind, error):
    town.control("faults", {"kind": kind})
    assert town.refusal("auth.test")["error"] == error


def test_a_slow_call_is_slow_and_then_done(town):
    town.control("faults", {"method": "auth.test", "kind": "slow:0.3", "times": 1})
    started = time.monotonic()
    assert town.client().auth_test()["ok"]
    assert time.monotonic() - started >= 0.3


def test_an_unknown_fault_is_refused(town):
    assert town.control("faults", {"kind": "earthquake"})["error"] == "invalid_request"


def test_every_call_is_logged_with_its_outcome(town):
    town.client().chat_postMessage(channel="C0GENERAL", text="x")
    town.refusal("chat.postMessage", channel="C0NOWHERE", text="x")
    state = town.state()
    assert state["counts"]["chat.postMessage"] == {"ok": 1, "channel_not_found": 1}
    assert [(one["ok"], one["args"]["text"]) for one in state["calls"]] == [(True, "x"), (False, "x")]
    assert state["calls"][0]["digest"] != state["calls"][1]["digest"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"X-Forwarded-For": "203.0.113.9"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_the_control_api_is_closed_to_other_sites_and_machines(town, headers):
    request = urllib.request.Request(f"{town.url}/control/faults", method="DELETE", headers=headers)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    with refused.value:
        assert refused.value.code == 403


def test_people_can_be_added_while_it_runs(town):
    person = {"id": "U0NEW", "name": "new", "real_name": "New Person", "email": "new@demo.example"}
    assert town.control("people", {"people": [person]})["people"] == ["U0NEW"]
    assert town.client().users_info(user="U0NEW")["user"]["real_name"] == "New Person"
    assert "U0NEW" in town.channel("C0GENERAL")["members"]


def test_user_groups_are_listed_with_their_people(town):
    town.control("usergroups", {"handle": "legal", "name": "Legal", "people": ["U0LI"]})
    [group] = town.client().usergroups_list(include_users=True)["usergroups"]
    assert (group["handle"], group["users"]) == ("legal", ["U0LI"])


def test_a_fault_is_ordered_seen_and_cleared_on_the_page(town, browser):
    form = {"kind": "429", "method": "chat.*", "seconds": "7", "times": "1"}
    assert browser.post("/faults/", data=form).status_code == 303
    assert "Too many calls (429) · 7 s" in browser.get("/faults/").text
    with pytest.raises(errors.SlackApiError) as limited:
        town.client().chat_postMessage(channel="C0GENERAL", text="x")
    assert (limited.value.response.status_code, limited.value.response.headers["Retry-After"]) == (429, "7")
    assert "429) · 7 s" not in browser.get("/faults/").text
    browser.post("/faults/", data={"kind": "offline"})
    browser.post("/faults/clear", data={})
    assert town.client().chat_postMessage(channel="C0GENERAL", text="y")["ok"]
    page = browser.get("/faults/?lang=zh").text
    assert "chat.postMessage" in page and "应用最近的调用" in page
    assert browser.post("/faults/", data={"kind": "nonsense"}).status_code == 400


def test_the_page_of_faults_is_for_this_machine_and_this_site(town, browser):
    assert browser.get("/faults/", headers={"X-Forwarded-For": "10.0.0.1"}).status_code == 403
    other = {"Origin": "https://evil.example"}
    assert browser.post("/faults/", data={"kind": "offline"}, headers=other).status_code == 403
    assert town.state()["faults"] == []


def test_rate_limits_are_turned_off_and_on_on_the_page(build):
    town = build(rate_limits=True)
    browser = town.app.test_client()
    browser.post("/faults/limits", data={"on": "0"})
    assert "Slack&#39;s rate limits are off." in browser.get("/faults/").text
    for number in range(8):
        town.client().chat_postMessage(channel="C0GENERAL", text=str(number))
    browser.post("/faults/limits", data={"on": "1"})
    with pytest.raises(errors.SlackApiError):
        for number in range(8):
            town.client().chat_postMessage(channel="C0GENERAL", text=str(number))
