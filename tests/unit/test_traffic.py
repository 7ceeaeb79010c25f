"""Senders give way: to the requests they see, or by resting."""

import threading

from incident import clock
from incident.cli import traffic
from incident.cli.traffic import PATIENCE, Pauses, Traffic


def waited(act, *given):
    begun = clock.monotonic()
    act(*given)
    return clock.monotonic() - begun


def test_a_sender_rests_as_long_as_its_step_took():
    assert 0.05 <= waited(Pauses().rest, 0.06) < PATIENCE


def test_a_sender_rests_no_longer_than_its_patience():
    assert PATIENCE * 0.9 <= waited(Pauses().rest, 5.0) < PATIENCE + 0.2


def test_a_sender_does_not_rest_before_its_first_step():
    assert waited(Pauses().rest, 0.0) < 0.05


def test_a_sender_waits_for_a_request_in_hand_and_not_for_the_sandbox():
    let_go, inside = threading.Event(), threading.Event()

    def app(_environ, _start):
        inside.set()
        let_go.wait(5)
        return []

    for path, waits in (("/", True), (f"{traffic.SANDBOX}/api/chat.postMessage", False)):
        let_go.clear(), inside.clear()
        served = Traffic(app)
        thread = threading.Thread(target=served, args=({"PATH_INFO": path}, None))
        thread.start()
        inside.wait(5)
        assert (waited(served.give_way, 0.0) >= PATIENCE * 0.9) is waits
        let_go.set()
        thread.join()
