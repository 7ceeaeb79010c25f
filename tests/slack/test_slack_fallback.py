"""When Slack does not deliver: the alert goes out by mail and webhook, and the board says so."""

import http.server
import json
import socket
import threading
from datetime import datetime
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller

from incident import notices
from incident.lifecycle import acts
from incident.reports import sending
from tests.slack import world as worlds


class Mailbox:
    """A real SMTP server that keeps what it gets."""

    def __init__(self):
        self.mails = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def stop(self):
        self._controller.stop()


class Hook:
    """A webhook on this machine; answers 503 while it is down."""

    def __init__(self):
        self.bodies, self.down = [], False
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not hook.down:
                    hook.bodies.append(json.loads(body))
                self.send_response(503 if hook.down else 200)
                self.end_headers()

            def log_message(self, *_ignored):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def mailbox():
    found = Mailbox()
    yield found
    found.stop()


@pytest.fixture
def hook():
    found = Hook()
    yield found
    found.stop()


@pytest.fixture
def down(make_world, mailbox, hook):
    """A world whose Slack is down, with a mailbox and a webhook to fall back on."""
    mail = f"mailto://127.0.0.1:{mailbox.port}?from=incident@example.test&to=duty@example.test&secure=no"
    world = make_world(fallback_urls=f"{mail},json://127.0.0.1:{hook.port}/")
    world.crew()
    world.fault("offline")
    return world


def fall_back(world):
    """Try Slack, let the set time pass, look, and send what that gives."""
    for _ in range(2):
        world.hurry()
        world.sender.run_until_quiet()
    world.sender.tidy()
    assert not any(step["step"] == "fallback" for step in world.steps(world.numbers()[-1]))
    world.age(31)
    world.sender.tidy()
    world.hurry()
    world.sender.run_until_quiet()


def shown(world):
    with world.app.app_context():
        return {each.key: each for each in notices.current()}


def test_an_alert_that_slack_does_not_deliver_goes_out_by_mail_and_webhook(down, mailbox, hook):
    number = down.incident()
    fall_back(down)
    [mail], [body] = mailbox.mails, hook.bodies
    for words in (mail["subject"] + mail.get_body(("plain", "html")).get_content(), json.dumps(body)):
        assert number in words and "Service attitude" in words and f"/incidents/{number}" in words
    assert "服务态度" in mail["subject"] and "服务态度" in body["title"]
    [step] = down.steps(number, "fallback")
    assert (step["state"], step["result"]) == ("done", {"sent": [0, 1]})
    assert [kind for kind, _data in down.told(number)].count("fallback_sent") == 1


def test_each_rung_of_the_ladder_falls_back_once(down, mailbox):
    number = down.incident()
    fall_back(down)
    down.sender.tidy()
    down.hurry()
    down.sender.run_until_quiet()
    assert len(mailbox.mails) == 1
    down.page_next(number, rung=1)
    down.age(31)
    down.sender.tidy()
    down.hurry()
    down.sender.run_until_quiet()
    alerts = [mail for mail in mailbox.mails if number in mail["subject"]]  # beside the alarm
    assert len(alerts) == 2
    assert sorted(step["key"][-1] for step in down.steps(number, "fallback")) == ["0", "1"]


def test_an_alert_that_failed_for_good_does_not_wait_for_the_set_time(make_world, mailbox):
    mail = f"mailto://127.0.0.1:{mailbox.port}?from=incident@example.test&to=duty@example.test&secure=no"
    world = make_world(fallback_urls=mail)
    world.person(name="Nolink", on_duty="CS")
    number = world.incident()
    world.settle()
    assert world.steps(number, "page")[0]["error_kind"] == "no_slack_account"
    world.sender.tidy()
    world.settle()
    assert len(mailbox.mails) == 1


def test_an_address_that_took_the_alert_is_not_asked_again_for_the_sake_of_another(down, mailbox, hook):
    number = down.incident()
    hook.down = True
    fall_back(down)
    [step] = down.steps(number, "fallback")
    assert (step["state"], step["error_kind"], step["result"]["sent"]) == ("pending", "fallback_failed", [0])
    hook.down = False
    down.settle(rounds=1)
    assert (len(mailbox.mails), len(hook.bodies)) == (1, 1)


def test_nothing_falls_back_once_somebody_has_acknowledged(down, mailbox):
    number = down.incident()
    down.sender.run_until_quiet()
    down.act(number, acts.acknowledge)
    down.age(31)
    down.sender.tidy()
    assert down.steps(number, "fallback") == []
    assert mailbox.mails == []


def test_a_fallback_that_was_written_is_not_sent_once_somebody_has_acknowledged(down, mailbox):
    number = down.incident()
    down.age(31)
    down.sender.tidy()
    down.act(number, acts.acknowledge)
    down.hurry()
    down.sender.run_until_quiet()
    assert [step["state"] for step in down.steps(number, "fallback")] == ["skipped"]
    assert mailbox.mails == []


def test_what_goes_out_holds_nothing_of_the_customer(down, mailbox, hook):
    number = down.incident()
    down.act(number, acts.note, text="王小明 13812345678")
    fall_back(down)
    sent = mailbox.mails[0].as_string() + json.dumps(hook.bodies, ensure_ascii=False)
    assert "王小明" not in sent and "13812345678" not in sent


def test_the_board_says_since_when_slack_is_down_until_alerts_flow_again(down):
    number = down.incident()
    assert down.sender.run_once()
    down.sender.tidy()
    assert "slack" not in shown(down)  # one lost call is no outage
    down.hurry()
    down.sender.run_until_quiet()
    down.sender.tidy()
    notice = shown(down)["slack"]
    assert notice.values["reason"]["en"] == "Slack cannot be reached."
    down.hurry()
    down.sender.run_until_quiet()
    down.sender.tidy()
    assert shown(down)["slack"].since == notice.since
    down.heal()
    down.settle()
    down.sender.tidy()
    assert "slack" not in shown(down)
    assert {each["state"] for each in down.steps(number)} <= {"done", "skipped"}


def test_without_addresses_nothing_falls_back(make_world):
    world = make_world()
    world.crew()
    number = world.incident()
    world.fault("offline")
    world.sender.run_until_quiet()
    world.age(600)
    world.sender.tidy()
    assert world.steps(number, "fallback") == []


def test_the_executive_report_reaches_its_mailbox_and_its_readers_in_slack(make_world, mailbox):
    mail = f"mailto://127.0.0.1:{mailbox.port}?from=incident@example.test&to=head@example.test&secure=no"
    world = make_world(report_urls=mail)
    world.crew()
    world.person(name="Max", slack_id="U0MAX", role="manager", locale="en")
    world.incident(level=1)
    morning = datetime(2026, 11, 24, 8, 31, tzinfo=world.house.zone)
    with world.app.app_context():
        sent = sending.send_due(at=morning, calendar=world.house.calendar, url=world.url, mailed=True)
    assert sent == 1
    world.settle()
    [message] = world.direct("U0MAX")
    words = worlds.words_of(message)
    assert "1 grave and 0 other incidents open" in words and "/report" in json.dumps(message)
    [mail] = mailbox.mails
    assert "Executive report" in mail["subject"] and "管理层报告" in mail["subject"]
    assert "1 grave and 0 other" in mail.get_body(("plain", "html")).get_content()


def test_messages_that_are_late_are_told_once_by_the_fallback_and_on_every_page_until_they_are_out(
    down, mailbox, hook
):
    number = down.incident()
    down.act(number, acts.acknowledge)  # no alert is wanted any more, so only the alarm goes out
    down.sender.run_until_quiet()
    down.sender.tidy()
    assert "deliveries" not in shown(down)
    down.age(61)
    for _ in range(2):
        down.sender.tidy()
        down.hurry()
        down.sender.run_until_quiet()
    [mail], [body] = mailbox.mails, hook.bodies
    assert "Messages to Slack are late" in mail["subject"] and "发往 Slack 的消息延误" in body["title"]
    assert "/admin/deliveries" in body["message"]
    assert "since" in shown(down)["deliveries"].values
    down.heal()
    down.settle()
    down.sender.tidy()
    assert "deliveries" not in shown(down)
