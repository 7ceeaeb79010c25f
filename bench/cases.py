"""What is measured: openings, alerts, pages, slash commands, and the start."""

import hashlib
import hmac
import itertools
import json
import re
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from typing import Any

from bench import load, service
from bench.service import ROOT, Service

SIGNING_SECRET = "sandbox-signing-secret"
DRAIN_SECONDS = 40.0  # longer, and the whole bench would not end in time
_refs = itertools.count(1)
NARRATIVE = (
    "The collector called my workplace nine times this week although I asked in writing that it stop. "
    "My manager was told about the debt. The balance is wrong as well: a payment made in September is "
    "missing and a late fee was added. "
) * 4


def complaint(**given: Any) -> bytes:
    """A complaint as JSON, each with a reference of its own."""
    facts = {
        "source": "bench",
        "source_ref": f"B-{next(_refs)}",
        "received_at": "2026-11-03T09:12:00+08:00",
        "channel": "hotline",
        "narrative": NARRATIVE,
        "customer": {"name": "Bench Person", "phone": "13800138000"},
        "escalated": True,
        **given,
    }
    return json.dumps(facts).encode()


def complaints(token: str, count: int) -> Iterator[bytes]:
    """So many requests that each open an incident."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for _ in range(count):
        yield load.request("POST", "/api/v1/complaints", headers=headers, body=complaint())


def opening(running: Service, *, count: int = 200, drained: bool = True) -> dict[str, Any]:
    """Complaints that open an incident, over HTTP, at 1, 8 and 32 clients; the alerts of each step go out
    while the next one waits, at most DRAIN_SECONDS."""
    token = running.token("complaints:write")
    load.run(running.port, complaints(token, 40), clients=4)
    found = {}
    for clients in (1, 8, 32):
        found[f"{clients} clients"] = load.run(
            running.port, complaints(token, count), clients=clients
        ).summary()
        if drained:
            drain(running)
    return found


def drain(running: Service, *, within: float = DRAIN_SECONDS) -> bool:
    """Wait until the outbox is empty, so that one case does not pay for the one before it; False where it
    took too long."""
    deadline = time.monotonic() + within
    time.sleep(3.0)  # the service remembers its own figures for two seconds
    while time.monotonic() < deadline:
        text = _get(running, "/metrics")
        left = sum(
            float(line.rsplit(" ", 1)[1])
            for line in text.splitlines()
            if re.match(r'incident_deliveries\{.*state="(pending|sending|waiting)"', line)
        )
        if not left:
            return True
        time.sleep(0.5)
    return False


def _get(running: Service, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{running.port}{path}", timeout=30) as answer:
        return str(answer.read().decode())


def alerts(running: Service, *, rate: float = 20, seconds: int = 15) -> dict[str, Any]:
    """Complaint accepted → the alert stands in the workspace, at so many complaints a second (open loop)."""
    token = running.token("complaints:write")
    accepted: dict[str, float] = {}
    threads = []
    begun = time.monotonic()
    for number in range(int(rate * seconds)):
        wait = begun + number / rate - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        thread = threading.Thread(target=_send_one, args=(running.port, token, accepted))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
    drain(running)  # an alert that has not arrived by then is counted as missing
    return _delays(running, accepted)


def _send_one(port: int, token: str, accepted: dict[str, float]) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/complaints",
        data=complaint(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        number = json.load(answer)["incident"]["number"]
    accepted[number] = time.time()


def _delays(running: Service, accepted: dict[str, float]) -> dict[str, Any]:
    """The first message anywhere in the workspace that names the incident, against the moment of the 201; a
    message names several when many wait for one reader."""
    state = json.loads(_get(running, "/sandbox/control/state"))
    first: dict[str, float] = {}
    for channel in state["channels"]:
        for message in channel["messages"]:
            stamp = float(message["ts"])
            for number in set(re.findall(r"INC-\d{4}-\d{6}", json.dumps(message))):
                first[number] = min(stamp, first.get(number, stamp))
    result = load.Result(elapsed=1.0)
    result.seconds = [max(0.0, first[number] - at) for number, at in accepted.items() if number in first]
    return {
        "alerts": len(result.seconds),
        "missing": len(accepted) - len(result.seconds),
        "p50_ms": round(result.quantile(0.5), 1),
        "p99_ms": round(result.quantile(0.99), 1),
    }


def session(running: Service) -> dict[str, str]:
    """The cookies of a signed-in demo person."""
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    base = f"http://127.0.0.1:{running.port}"
    page = opener.open(f"{base}/sign-in").read().decode()
    csrf = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert csrf, "the sign-in page has no CSRF token"
    form = {"csrf_token": csrf[1], "email": "zhao@demo.example", "password": "demo-password"}
    opener.open(f"{base}/sign-in", data=urllib.parse.urlencode(form).encode())
    return {"Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)}


def pages(running: Service, *, count: int = 150) -> dict[str, Any]:
    """The board's first page, its conditional poll, and a plan page, one client."""
    headers = session(running)
    found = {}
    for name, path in {"board": "/", "plan": "/playbooks/improper_collection"}.items():
        requests = itertools.repeat(load.request("GET", path, headers=headers), count)
        load.run(running.port, itertools.islice(requests, 10), clients=1)
        found[name] = load.run(running.port, requests, clients=1).summary()
    return found


def slash(running: Service, *, count: int = 640) -> dict[str, Any]:
    """`/incident list`, signed as Slack signs, 32 at once."""
    load.run(running.port, _commands(32), clients=8)
    return load.run(running.port, _commands(count), clients=32).summary()


def _commands(count: int) -> Iterator[bytes]:
    for number in range(count):
        body = urllib.parse.urlencode(
            {
                "command": "/incident",
                "text": "list",
                "user_id": "U0DEMO001",
                "channel_id": "C0GENERAL",
                "team_id": "T0SANDBOX",
                "trigger_id": f"bench.{time.time_ns()}.{number}",
                "response_url": "http://127.0.0.1:9/none",
            }
        ).encode()
        stamp = str(int(time.time()))
        basis = f"v0:{stamp}:".encode() + body
        signature = "v0=" + hmac.new(SIGNING_SECRET.encode(), basis, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature,
        }
        yield load.request("POST", "/slack/events", headers=headers, body=body)


def fill(running: Service, total: int) -> None:
    """Bring the number of open incidents to `total` by copying rows inside the database."""
    subprocess.run(
        [sys.executable, "-m", "bench.fill", str(total)], cwd=ROOT, env=running.environment, check=True
    )


def footprint() -> dict[str, Any]:
    """The second start of `serve` until ready, and its memory once it has served pages and alerts."""
    with service.sqlite() as first:
        environment, folder = first.environment, first.folder
        first_start = first.ready_after
        for process in first.processes:
            process.terminate()
            process.wait(timeout=30)
        with service._running(environment, folder, [["serve"]]) as again:
            found = {"first_start_s": round(first_start, 2), "second_start_s": round(again.ready_after, 2)}
            pages(again, count=50)
            found["memory_mib"] = round(again.memory_mib(), 1)
            token = again.token("complaints:write")
            total = 0
            for more in (100, 300):
                load.run(again.port, complaints(token, more), clients=8)
                drain(again)
                total += more
                found[f"memory_mib_after_{total}_openings"] = round(again.memory_mib(), 1)
            return found
