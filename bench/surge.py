"""Ten thousand complaints of one cause within a minute: one parent, nothing lost, memory and Slack quiet."""

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

from bench import cases
from bench.service import Service

LINES = 250  # complaints in one request
MINUTE = 60.0
SAMPLED_EVERY = 0.5  # seconds between two looks at the memory
WORDS = (
    "The collector called my workplace {n} times this week although I asked in writing that it stop. "
    "My manager was told about the debt and I am ashamed at work. Please make them stop at once. "
)


def line(number: int) -> bytes:
    """One customer's complaint, escalated, in nearly the words of all others."""
    facts = {
        "source": "bench-surge",
        "source_ref": f"S-{number}",
        "received_at": "2026-11-03T09:12:00+08:00",
        "channel": "hotline",
        "complaint_type": "improper_collection",
        "narrative": WORDS.format(n=number % 9 + 2) + ("Thank you.", "I expect an answer.", "")[number % 3],
        "customer": {"name": f"Customer {number}", "phone": f"139{number:08d}"},
        "escalated": True,
    }
    return json.dumps(facts).encode()


def surge(running: Service, *, count: int = 10_000, within: float = MINUTE) -> dict[str, Any]:
    """Sent evenly over so many seconds; then what became of them."""
    token = running.token("complaints:write", "incidents:read")
    before, since = _others(running, token), time.time()
    memory = _Memory(running)
    begun, created, slowest = time.monotonic(), 0, 0.0
    for start, body in _bodies(count):
        due = begun + within * start / count
        time.sleep(max(0.0, due - time.monotonic()))
        sent = time.monotonic()
        answer = _call(running, token, "/complaints/bulk", body)
        slowest = max(slowest, time.monotonic() - sent)
        created += answer["created"]
    took = time.monotonic() - begun
    time.sleep(5.0)  # the sweep of groups, and edits that wait a second to merge
    drained = cases.drain(running, within=90.0)
    return {
        "complaints": {"sent": count, "created": created, "seconds": round(took, 1)},
        "slowest request of 250": f"{slowest:.2f} s",
        **_groups(running, token),
        "other incidents left open": _others(running, token) - before - 1,
        "everything sent to Slack": drained,
        "memory MiB": memory.stop(),
        "Slack": _slack(running, since),
    }


def _bodies(count: int) -> Iterator[tuple[int, bytes]]:
    for start in range(0, count, LINES):
        yield start, b"\n".join(line(number) for number in range(start, min(start + LINES, count)))


def _call(running: Service, token: str, path: str, body: bytes | None = None) -> dict[str, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{running.port}/api/v1{path}",
        data=body,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def _groups(running: Service, token: str) -> dict[str, Any]:
    groups = _call(running, token, "/groups")["items"]
    parents = [each for each in groups if each["state"] == "open"]
    parent = _call(running, token, f"/incidents/{parents[0]['incident']}") if parents else {}
    joined = [each["data"]["count"] for each in parent["timeline"] if each["kind"] == "surge_joined"]
    return {
        "groups": len(groups),
        "parents": len(parents),
        "members": parent.get("members_count"),
        "affected customers": parent.get("affected_customers"),
        "level": parent.get("level"),
        "events about joins": len(joined),
    }


def _others(running: Service, token: str) -> int:
    """Open incidents of the type, at most 200."""
    path = "/incidents?status=open&type=improper_collection&limit=200"
    return len(_call(running, token, path)["items"])


def _slack(running: Service, since: float) -> dict[str, Any]:
    """The most messages in any second of any channel, by the stamps that Slack gave them."""
    state = json.loads(cases._get(running, "/sandbox/control/state"))
    most, where, total, channels = 0, "", 0, 0
    for channel in state["channels"]:
        said = [each for each in channel["messages"] if not each.get("subtype")]  # not "has joined"
        stamps = [float(message["ts"]) for message in said if float(message["ts"]) >= since]
        total += len(stamps)
        channels += bool(stamps)
        for stamp in stamps:
            near = sum(stamp <= other < stamp + 1 for other in stamps)
            if near > most:
                most, where = near, channel.get("name") or channel["id"]
    return {"messages": total, "channels": channels, "most in one second": most, "in": where}


class _Memory:
    """Looks at the service's memory until it is stopped."""

    def __init__(self, running: Service) -> None:
        self._running, self._stop = running, threading.Event()
        self._seen: list[float] = [running.memory_mib()]
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._stop.wait(SAMPLED_EVERY):
            self._seen.append(self._running.memory_mib())

    def stop(self) -> dict[str, float]:
        """Before, at a quarter, at three quarters, and the most."""
        self._stop.set()
        self._thread.join(5)
        quarter = len(self._seen) // 4
        found = {
            "before": self._seen[0],
            "at a quarter": self._seen[quarter],
            "at three quarters": self._seen[3 * quarter],
            "most": max(self._seen),
        }
        return {name: round(value, 1) for name, value in found.items()}
