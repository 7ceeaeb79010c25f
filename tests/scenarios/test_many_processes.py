"""Two web processes, two schedulers and two senders on PostgreSQL: everything exactly once."""

import json
import os
import re
import signal
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bench import cases, service
from bench.service import Service
from tests.conftest import MEMORY, roomy

COMPLAINTS = 500
ESCALATED = 200  # of them open an incident, with a dozen steps in Slack each
TWICE = 40  # of them are sent a second time, at the same moment


def _get(running: Service, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{running.port}{path}", timeout=60) as answer:
        return json.load(answer)


def _post(running: Service, token: str, body: bytes) -> dict[str, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{running.port}/api/v1/complaints",
        data=body,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def _leader(running: Service) -> str:
    return str(_get(running, "/readyz")["parts"]["scheduler"]["holder"])


@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR is not set")  # of the PostgreSQL server's package
def test_five_hundred_complaints_at_once_are_each_alerted_exactly_once() -> None:
    memory = MEMORY if roomy(MEMORY) else None
    with service.postgresql(workers=2, schedulers=2, senders=2, within=memory) as running:
        token = running.token("complaints:write")
        # a type that calls few departments: each lead of each incident is told by a message of their own
        bodies = [
            cases.complaint(complaint_type="service_attitude", escalated=number % 5 < 2)
            for number in range(COMPLAINTS)
        ]
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda body: _post(running, token, body), [*bodies, *bodies[:TWICE]]))
        numbers = Counter(answer["incident"]["number"] for answer in answers if answer["incident"])
        assert len(numbers) == ESCALATED
        assert len({answer["complaint"]["id"] for answer in answers}) == COMPLAINTS
        assert sum(1 for answer in answers if answer.get("duplicate")) == TWICE

        assert cases.drain(running, within=200.0)
        state = _get(running, "/sandbox/control/state")
        by_number = {c["name"][-6:]: c for c in state["channels"] if re.match(r"inc-\d", c.get("name") or "")}
        channels = Counter(
            c["name"][-6:] for c in state["channels"] if re.match(r"inc-\d", c.get("name") or "")
        )
        [response] = [c for c in state["channels"] if c.get("name") == "incident-response"]
        announced = Counter(n for m in response["messages"] for n in numbers if n in json.dumps(m))
        for number in numbers:
            assert channels[number[-6:]] == 1, f"one channel for {number}"
            assert announced[number] == 1, f"one announcement of {number}"
            channel = by_number[number[-6:]]
            assert len(channel["pins"]) == 1 and len(channel["bookmarks"]) == 1
            assert sum(1 for message in channel["messages"] if message.get("blocks")) == 1, "one card"

        # the leading scheduler dies: the other one leads within seconds
        leader = _leader(running)
        victim = int(leader.rsplit(":", 1)[1])
        os.kill(victim, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while _leader(running) == leader and time.monotonic() < deadline:
            time.sleep(0.2)
        assert _leader(running) != leader
