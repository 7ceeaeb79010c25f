"""Socket Mode: the real client connects, hears, answers, and comes back when Slack ends a connection."""

import threading
import time

import pytest
import slack_sdk
from slack_sdk import errors
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse


def until(condition):
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


@pytest.fixture
def linked(build):
    """A town, its hub, and a client whose answers the test gives."""
    town = build(subscriptions=["app_home_opened"])
    hub = town.app.extensions["sandbox"].hub
    web = slack_sdk.WebClient(base_url=f"{town.url}/api/", retry_handlers=[])
    client = SocketModeClient(app_token="xapp-sandbox", web_client=web, ping_interval=0.2)
    heard = []

    def take(_client, request):
        heard.append(request)
        answer = {"text": "over the wire"} if request.type == "slash_commands" else None
        client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id, payload=answer))

    client.socket_mode_request_listeners.append(take)
    client.connect()
    until(lambda: hub.connected == 1)
    yield town, hub, heard
    client.close()
    hub.close()
    until(lambda: hub.connected == 0)


def test_commands_events_and_answers_go_over_the_connection_and_nothing_over_http(linked):
    town, hub, heard = linked
    told = town.control("command", {"user": "U0LI", "channel": "C0GENERAL", "text": "/incident list"})
    town.control("home", {"user": "U0LI"})
    assert town.control("wait", {"seconds": 5})["quiet"]
    assert told["shown"]["text"] == "over the wire"
    assert [one.type for one in heard] == ["slash_commands", "events_api"]
    assert (heard[0].payload["text"], heard[1].payload["event"]["type"]) == ("list", "app_home_opened")
    assert town.stand_in.received == []
    town.control("disconnect", {"reason": "refresh_requested"})
    until(lambda: hub.connected == 1)
    town.control("command", {"user": "U0LI", "channel": "C0GENERAL", "text": "/incident show"})
    assert heard[-1].payload["text"] == "show"


def test_each_token_opens_its_own_methods(town):
    for token, method in (("xoxb-sandbox", "apps.connections.open"), ("xapp-sandbox", "auth.test")):
        with pytest.raises(errors.SlackApiError) as refused:
            town.client(token).api_call(method)
        assert refused.value.response["error"] == "not_allowed_token_type"
