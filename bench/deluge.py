"""A thousand incidents in a minute against Slack's real limits: what goes first, is lost, or is doubled."""

import collections
import contextlib
import itertools
import json
import re
import sqlite3
import threading
import time
import urllib.request
from typing import Any

from bench import cases, load, surge
from bench.service import Service

MINUTE = 60.0
NUMBER = re.compile(r"\*?(INC-\d{4}-\d{6})")
SERIOUS = 50  # every so many-th is of level Ⅰ


def deluge(
    running: Service, *, count: int = 1_000, within: float = MINUTE, patience: float = 5_400.0
) -> dict[str, Any]:
    """Complaints at an even rate, each an incident of its own; meanwhile 32 people press; then the wait."""
    token = running.token("complaints:write", "incidents:read")
    accepted: dict[str, tuple[float, int]] = {}
    memory = surge._Memory(running)
    begun = time.monotonic()
    threads = []
    for number in range(count):
        time.sleep(max(0.0, begun + within * number / count - time.monotonic()))
        thread = threading.Thread(target=_open, args=(running.port, token, number, accepted))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
    opened = time.monotonic() - begun
    waiting = undelivered(running)
    pressed = presses(running)
    _drained(running, patience)
    took = time.monotonic() - begun
    return {
        "incidents": {"opened": len(accepted), "seconds": round(opened, 1)},
        "deliveries waiting when people press": waiting,
        "32 people pressing": pressed,
        "alerts": _alerts(running, accepted),
        "everything delivered after": f"{took / 60:.1f} min",
        "deliveries": _states(running),
        "Slack": _slack(running),
        "memory MiB": memory.stop(),
    }


def presses(running: Service, *, count: int = 960) -> dict[str, Any]:
    """`/incident list`, signed as Slack signs, 32 at once, and the slowest of all."""
    result = load.run(running.port, cases._commands(count), clients=32)
    return {**result.summary(), "slowest_ms": round(max(result.seconds) * 1_000, 1)}


def waiting_room(running: Service, *, count: int = 200, within: float = 40.0) -> dict[str, Any]:
    """How long people who press wait while more than a thousand deliveries wait for Slack's limits: 32 at
    once each second, like a crowd that was just alerted, and 32 who press again as soon as they are answered.
    """
    token = running.token("complaints:write", "incidents:read")
    accepted: dict[str, tuple[float, int]] = {}
    begun = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, begun + within * number / count - time.monotonic()))
        _open(running.port, token, number, accepted)
    waiting = undelivered(running)
    return {
        "deliveries waiting": waiting,
        "32 at once, each second": bursts(running),
        "32 without a pause": presses(running),
        "deliveries waiting then": undelivered(running),
    }


def bursts(running: Service, *, rounds: int = 20) -> dict[str, Any]:
    """So many times 32 at the same moment, each with a second to itself."""
    whole = load.Result()
    for _round in range(rounds):
        begun = time.monotonic()
        once = load.run(running.port, cases._commands(32), clients=32)
        whole.seconds += once.seconds
        whole.statuses += once.statuses
        whole.elapsed += once.elapsed
        time.sleep(max(0.0, begun + 1.0 - time.monotonic()))
    return {**whole.summary(), "slowest_ms": round(max(whole.seconds) * 1_000, 1)}


def undelivered(running: Service) -> int:
    """Deliveries that wait or are on their way."""
    return sum(_states(running).get(state, 0) for state in ("pending", "sending", "waiting"))


def _open(port: int, token: str, number: int, accepted: dict[str, tuple[float, int]]) -> None:
    level = 1 if number % SERIOUS == SERIOUS - 1 else 3
    signals = {"signals": ["self_harm_threat"]} if level == 1 else {}
    body = cases.complaint(
        complaint_type="service_attitude", narrative=f"Case {number}: they shouted.", **signals
    )
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/complaints",
        data=body,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        incident = json.load(answer)["incident"]
    accepted[incident["number"]] = (time.time(), incident["level"])


def _drained(running: Service, patience: float) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        time.sleep(5.0)
        if not undelivered(running):
            return


def _states(running: Service) -> dict[str, int]:
    found = re.findall(r'incident_deliveries\{state="(\w+)"\} ([\d.]+)', cases._get(running, "/metrics"))
    return {state: int(float(value)) for state, value in found}


def _channels(running: Service) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(cases._get(running, "/sandbox/control/state"))["channels"]
    return found


def _alerts(running: Service, accepted: dict[str, tuple[float, int]]) -> dict[str, Any]:
    """Accepted → the first direct message or announcement that names it, by level."""
    first: dict[str, float] = {}
    for channel in _channels(running):
        for message in channel["messages"]:
            for number in set(NUMBER.findall(json.dumps(message))):
                first[number] = min(float(message["ts"]), first.get(number, float("inf")))
    found: dict[str, Any] = {"missing": len(set(accepted) - set(first))}
    for level in sorted({level for _at, level in accepted.values()}):
        waits = sorted(first[n] - at for n, (at, of) in accepted.items() if of == level and n in first)
        found[f"level {level}"] = (
            f"{len(waits)}, median {waits[len(waits) // 2]:.1f} s, slowest {waits[-1]:.1f} s"
        )
    return found


def _slack(running: Service) -> dict[str, Any]:
    """Messages, those said twice, and the shortest time between two in one channel."""
    messages, doubled, shortest = 0, 0, float("inf")
    for channel in _channels(running):
        own = [each for each in channel["messages"] if "metadata" in each]
        names = collections.Counter(
            mark
            for each in own
            for mark in (
                each["metadata"]["event_payload"].get("key", ""),
                *each["metadata"]["event_payload"].get("others", "").split(),
            )
        )
        messages += len(own)
        doubled += sum(times - 1 for times in names.values())
        for sooner, later in itertools.pairwise(sorted(float(each["ts"]) for each in own)):
            shortest = min(shortest, later - sooner)
    return {
        "messages": messages,
        "said twice": doubled,
        "shortest gap in a channel": f"{shortest:.2f} s",
        "refused as too many": _refused(running),
    }


def _refused(running: Service) -> int:
    """Deliveries that had to be tried again; nothing else than Slack's limits stops them here."""
    with contextlib.closing(sqlite3.connect(running.folder / "var" / "incident.db")) as database:
        found: tuple[int] = database.execute("SELECT count(*) FROM deliveries WHERE attempts > 1").fetchone()
    return found[0]
