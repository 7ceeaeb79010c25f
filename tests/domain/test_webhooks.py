"""Webhooks on the wire: signed, believed by the Standard Webhooks library, retried, given up, sent again."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from incident import clock, drills, errors, notices
from incident.db import db, unit_of_work
from incident.lifecycle import acts, opening
from incident.models.webhooks import WebhookEndpoint, WebhookMessage, WebhookState
from incident.webhooks import claiming, endpoints, events, sending
from tests import builders
from tests.domain.receiver import Receiver

NOW = builders.NOW
ADMIN = builders.BY
ALL = list(events.EVENTS)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.stop()


def join(url: str, wanted: list[str] = ALL, **more: Any) -> tuple[WebhookEndpoint, str]:
    with unit_of_work():
        return endpoints.add(url=url, wanted=wanted, by=ADMIN, at=clock.now(), https_only=False, **more)


def send(app: Flask) -> int:
    count = sending.Sender(app, app.extensions["settings"]).run_until_quiet()
    db.session.expire_all()
    return count


def messages() -> list[WebhookMessage]:
    db.session.expire_all()
    return list(db.session.scalars(select(WebhookMessage).order_by(WebhookMessage.id)))


def again(at: datetime) -> None:
    """As if the time had come to try again."""
    with unit_of_work() as session:
        session.execute(update(WebhookMessage).values(next_at=at))
        session.execute(update(WebhookEndpoint).values(retry_at=None))


def test_the_standard_webhooks_library_believes_what_is_sent_alone(app: Flask, receiver: Receiver) -> None:
    _endpoint, secret = join(receiver.url)
    incident = builders.an_incident()
    assert send(app) == 2
    for headers, body in receiver.got:
        lower = {name.lower(): value for name, value in headers.items()}
        assert Webhook(secret).verify(body, lower)["data"]["incident"]["number"] == incident.number
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body.replace(b"INC", b"XNC"), lower)
        with pytest.raises(WebhookVerificationError):
            Webhook("whsec_" + "A" * 44).verify(body, lower)
    assert len({each.key for each in messages()}) == 2


def test_the_acts_of_a_case_are_told_without_personal_data(app: Flask, receiver: Receiver) -> None:
    join(receiver.url)
    customer = {"name": "王小明", "phone": "13800138000", "account_ref": "6222020000001234"}
    incident = builders.an_incident(stage="verify", customer=customer)
    zhao = builders.acting("zhao")
    with unit_of_work():
        acts.change_level(
            incident, 1, reason="升级", by=zhao, at=NOW + timedelta(hours=1), house=builders.house()
        )
    send(app)
    builders.lift_hold(incident, at=NOW + timedelta(hours=2))
    with unit_of_work():
        acts.cancel(incident, reason="误报", by=zhao, at=NOW + timedelta(hours=3))
    send(app)
    assert receiver.types() == [
        "contact_hold.placed",
        "incident.opened",
        "incident.acknowledged",
        "incident.moved",
        "incident.level_changed",
        "contact_hold.lifted",
        "incident.closed",
    ]
    text = json.dumps(receiver.told(), ensure_ascii=False)
    assert not [
        word for word in ("王小明", "13800138000", "6222020000001234", "赵敏", "误报") if word in text
    ]
    placed, lifted = (each["data"] for each in receiver.told() if each["type"].startswith("contact_hold"))
    assert placed["hold"]["collection"] == "stop" and lifted["hold"]["collection"] == "allowed"
    assert placed["hold"]["account_key"] == lifted["hold"]["account_key"]
    assert placed["hold"]["complaint"]["source"] == "hotline"
    moved = receiver.told()[3]["data"]
    assert (moved["from"], moved["to"]) == ("intake", "verify")


def test_an_endpoint_is_told_of_what_it_asked_for(app: Flask, receiver: Receiver) -> None:
    join(receiver.url, ["contact_hold.placed"])
    builders.an_incident(signals=["self_harm_threat"])
    send(app)
    [told] = receiver.told()
    assert told["type"] == "contact_hold.placed"
    assert told["data"]["hold"]["automatic_messages"] == "stop"


def test_a_drill_is_told_as_a_drill_and_holds_nothing(app: Flask, receiver: Receiver) -> None:
    join(receiver.url)
    other, _secret = join(receiver.url + "/live", [each for each in ALL if each != events.DRILLS])
    with unit_of_work():
        facts = ("self_harm_threat", False, 1, [], "other", NOW)
        found = opening.declare(opening.Opening(*facts, drill=True), by=ADMIN, at=NOW, house=builders.house())
        acts.cancel(found, reason="完", by=ADMIN, at=NOW)
    send(app)
    assert receiver.types() == ["drill.opened", "drill.closed"]
    assert all(each["data"]["drill"] is True for each in receiver.told())
    assert not [each for each in messages() if each.endpoint_id == other.id]


def test_an_announced_drill_is_told_ahead_and_a_surprise_is_not(app: Flask, receiver: Receiver) -> None:
    join(receiver.url, [events.DRILLS])
    given = {"by": ADMIN, "at": NOW}
    for announced in (True, False):
        with unit_of_work():
            [found] = drills.schedule(
                drills.Wanted("fee_dispute", ["li@demo.example"], announced=announced),
                **given,
                house=builders.house(),
                starts_at=NOW + timedelta(days=1),
            )
            drills.cancel(found.id, by=ADMIN, at=NOW)
    send(app)
    assert receiver.types() == ["drill.scheduled", "drill.cancelled"]
    [exercise] = receiver.told()[0]["data"]["exercises"]
    assert exercise["playbook"] == "fee_dispute" and receiver.told()[0]["data"]["drill"] is True


def test_what_is_not_taken_is_tried_again_under_the_same_id(app: Flask, receiver: Receiver) -> None:
    join(receiver.url, ["incident.opened"])
    receiver.status = 503
    builders.an_incident(at=clock.now())
    assert send(app) == 1
    [message] = messages()
    assert (message.state, message.status_code, message.attempts) == (WebhookState.PENDING, 503, 1)
    assert message.next_at > clock.now()
    receiver.status = 204
    again(clock.now())
    assert send(app) == 1
    [message] = messages()
    assert (message.state, message.error, message.attempts) == (WebhookState.DONE, None, 2)
    ids = {headers["webhook-id"] for headers, _body in receiver.got}
    assert ids == {message.key} and receiver.got[0][1] == receiver.got[1][1]


def test_a_message_about_a_hold_that_comes_late_says_how_the_hold_stands_now(
    app: Flask, receiver: Receiver
) -> None:
    join(receiver.url, ["contact_hold.placed", "contact_hold.lifted"])
    incident = builders.an_incident(at=clock.now())
    receiver.status = 500
    send(app)
    builders.lift_hold(incident, at=clock.now())
    receiver.status = 200
    again(clock.now())
    send(app)
    told = receiver.told()
    assert [each["data"]["hold"]["collection"] for each in told] == ["stop", "allowed", "allowed"]
    assert {each["type"] for each in told[1:]} == {"contact_hold.placed", "contact_hold.lifted"}


def test_no_redirect_is_followed(app: Flask, receiver: Receiver) -> None:
    join(receiver.url, ["incident.opened"])
    receiver.status, receiver.headers = 302, {"Location": receiver.url + "/elsewhere"}
    builders.an_incident()
    send(app)
    assert len(receiver.got) == 1 and messages()[0].status_code == 302


def test_an_endpoint_that_is_silent_is_asked_by_one_message_at_a_time(app: Flask, receiver: Receiver) -> None:
    join(receiver.url, ["incident.opened"])
    join("http://127.0.0.1:9/hooks", ["incident.opened"])  # nobody listens there
    for _each in range(3):
        builders.an_incident()
    assert send(app) == 4, "three to the one that answers, one try of the other"
    assert receiver.types() == ["incident.opened"] * 3


def test_after_a_day_of_failures_it_is_switched_off_with_a_notice(app: Flask, receiver: Receiver) -> None:
    endpoint, _secret = join(receiver.url, ["incident.opened"])
    receiver.status = 500
    with time_machine.travel(NOW, tick=False):
        builders.an_incident()
        send(app)
    with time_machine.travel(NOW + timedelta(hours=25), tick=False):
        again(clock.now())
        send(app)
        [message] = messages()
        assert message.state == WebhookState.FAILED
        assert not endpoints.find(endpoint.id).active
        assert [each.values for each in notices.current()] == [{"host": "127.0.0.1"}]
        with pytest.raises(errors.Refused), unit_of_work():
            endpoints.resend(message.id, by=ADMIN, at=clock.now())
        with unit_of_work():
            found = endpoints.find(endpoint.id, lock=True)
            endpoints.change(found, wanted=["incident.opened"], active=True, by=ADMIN, at=clock.now())
            endpoints.resend(message.id, by=ADMIN, at=clock.now())
        receiver.status = 200
        assert send(app) == 1 and messages()[0].state == WebhookState.DONE
        assert notices.current() == []


def test_one_that_says_it_is_gone_is_switched_off_at_once(app: Flask, receiver: Receiver) -> None:
    endpoint, _secret = join(receiver.url, ["incident.opened"])
    receiver.status = 410
    builders.an_incident()
    send(app)
    assert not endpoints.find(endpoint.id).active and not events.subscribers()


def test_a_sender_that_died_loses_its_message_to_another(app: Flask, receiver: Receiver) -> None:
    join(receiver.url, ["incident.opened"])
    builders.an_incident()
    with unit_of_work():
        first = claiming.claim(at=clock.now(), who="dead", lease=timedelta(seconds=60))
    assert first is not None and send(app) == 0, "it is taken"
    with unit_of_work() as session:
        session.execute(update(WebhookMessage).values(lease_until=clock.now()))
    assert send(app) == 1
    with unit_of_work():
        claiming.note(first, claiming.Outcome(error="late"), at=clock.now())
    assert messages()[0].state == WebhookState.DONE, "the dead one's late word counts for nothing"


def test_an_act_that_is_undone_tells_nobody(app: Flask, receiver: Receiver) -> None:
    join(receiver.url)
    with pytest.raises(RuntimeError), unit_of_work():
        facts = ("fee_dispute", False, 4, [], "hotline", NOW)
        opening.declare(opening.Opening(*facts), by=ADMIN, at=NOW, house=builders.house())
        raise RuntimeError("the database went away")
    assert messages() == []


@pytest.mark.parametrize(
    ("url", "https_only"),
    [
        ("ftp://example.org/x", False),
        ("nonsense", False),
        ("https://user:secret@example.org/", False),
        ("http://example.org/hooks", True),
        ("https://example.org:99999/", False),
        ("https://example.org/" + "a" * 600, False),
    ],
)
def test_addresses_that_cannot_be_told_are_refused(app: Flask, url: str, https_only: bool) -> None:
    with pytest.raises(errors.Invalid) as fault, unit_of_work():
        endpoints.add(url=url, wanted=ALL, by=ADMIN, at=NOW, https_only=https_only)
    assert [each.loc for each in fault.value.reasons] == [("url",)]


def test_an_address_stands_once_and_asks_for_something_known(app: Flask) -> None:
    endpoint, secret = join("https://example.org/hooks")
    assert secret.startswith("whsec_")
    raw = db.session.connection().exec_driver_sql("SELECT secret FROM webhook_endpoints").scalar()
    assert secret.encode() not in bytes(raw)
    for url, wanted in (
        ("https://example.org/hooks", ALL),
        ("https://example.org/2", []),
        ("https://example.org/2", ["x"]),
    ):
        with pytest.raises(errors.Invalid), unit_of_work():
            endpoints.add(url=url, wanted=wanted, by=ADMIN, at=NOW, https_only=False)
    with pytest.raises(errors.Forbidden), unit_of_work():
        endpoints.test(endpoint, by=builders.acting("zhao"), at=NOW)


def test_the_threads_send_by_themselves_when_woken(app: Flask, receiver: Receiver) -> None:
    join(receiver.url, ["incident.opened"])
    sender = sending.Sender(app, app.extensions["settings"], poll_seconds=0.05)
    sender.start()
    builders.an_incident()
    sender.wake()
    end = clock.monotonic() + 10
    while not receiver.got and clock.monotonic() < end:
        threading.Event().wait(0.05)
    sender.stop()
    assert receiver.types() == ["incident.opened"]


def test_the_waiting_grows_to_an_hour() -> None:
    waits = [claiming.back_off(n).total_seconds() for n in (1, 5, 40)]
    assert 4 <= waits[0] <= 6 and 64 <= waits[1] <= 96 and 2880 <= waits[2] <= 4320
