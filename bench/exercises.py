"""Twenty drills at once with five hundred injects: how late each comes, and what live alerts feel of it."""

import json
import subprocess
import sys
import urllib.request
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app import create_app
from bench import cases, load, service
from bench.service import Service
from incident import accounts, clock, drills
from incident.db import db, unit_of_work
from incident.drills import scenarios
from incident.models.alerts import Delivery, DeliveryState
from incident.models.exercises import DrillInject

DRILLS, INJECTS = 20, 25
AHEAD = timedelta(seconds=12)  # before the first inject: the drills' own channels and alerts are out by then
CODES = ("CPO", "CS", "DPO", "IT", "OUT")
RATE, SECONDS = 1.9, 40  # live complaints a second, at every place between two seconds; and for how long


def case(running: Service) -> dict[str, Any]:
    """Alerts with nothing else going on, then with the injects of one second after the other, then with all
    of them in one second. Each drill has five players of its own: what somebody is told is told in its order,
    one message after the other."""
    _join(running)
    cases.alerts(running, rate=RATE, seconds=5)  # warm
    found: dict[str, Any] = {"alerts, no drill": cases.alerts(running, rate=RATE, seconds=SECONDS)}
    for name, gap in (("20 injects a second for 25 s", 1.0), ("500 injects in one second", 0.0)):
        _run(running, "begin", str(gap))
        found[f"alerts, {name}"] = cases.alerts(running, rate=RATE, seconds=SECONDS)
        found[name] = json.loads(_run(running, "measure"))
    found["alerts, no drill, again"] = cases.alerts(running, rate=RATE, seconds=SECONDS)
    return found


def _join(running: Service) -> None:
    """Let the players into the workspace, then into the service."""
    people = [
        {"id": slack_id, "name": email.split("@")[0], "real_name": email.split("@")[0], "email": email}
        for number in range(DRILLS)
        for email, slack_id, _code in _players(number)
    ]
    url = f"http://127.0.0.1:{running.port}/sandbox/control/people"
    body = json.dumps({"people": people}).encode()
    asked = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
    urllib.request.urlopen(asked).close()
    _run(running, "join")


def join() -> None:
    """Enter the players of every drill."""
    create_app_context()
    for email, slack_id, code in (each for number in range(DRILLS) for each in _players(number)):
        with unit_of_work():
            accounts.add_person(
                email=email,
                name=email.split("@")[0],
                role="responder",
                password=None,
                department=code,
                slack_id=slack_id,
                by=accounts.system("bench"),
                at=clock.now(),
            )
    print("joined")


def _players(number: int) -> list[tuple[str, str, str]]:
    """The address, the Slack id and the department of a drill's players."""
    return [
        (f"{code.lower()}-{number}@bench.example", f"U0BENCH{number:02d}{place}", code)
        for place, code in enumerate(CODES)
    ]


def _run(running: Service, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bench.exercises", *words],
        cwd=service.ROOT,
        env=running.environment,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().strip().splitlines()[-1]


def begin(gap: float) -> None:
    """Start the drills; inject n of each is due n times `gap` seconds after the common start."""
    house, by = create_app_context(), accounts.system("bench")
    _scenario(by)
    ids = []
    for number in range(DRILLS):
        players = [email for email, _slack_id, _code in _players(number)]
        wanted = drills.Wanted("privacy_leak", players, scenario="bench")
        with unit_of_work():
            at = clock.now()
            (drill,) = drills.schedule(wanted, starts_at=at + timedelta(hours=1), by=by, at=at, house=house)
            drills.begin(drill.id, by=by, at=at, house=house)
        ids.append(drill.id)
    with unit_of_work():
        first = clock.now().replace(microsecond=0) + AHEAD
        for row in db.session.scalars(select(DrillInject).where(DrillInject.drill_id.in_(ids))):
            row.due_at = first + timedelta(seconds=row.number * gap)
    print(json.dumps(ids))


def create_app_context() -> Any:
    """An application of this process, on the service's database; returns its house."""
    app = create_app()
    app.app_context().push()
    return app.extensions["house"]


def _scenario(by: accounts.Actor) -> None:
    if scenarios.find("privacy_leak", "bench") is not None:
        return
    words = {"zh": "电话又响了", "en": "The phone rings again"}
    injects = [
        {"at": "6h", "channel": "phone", "text": words, "expected": words, "to": [CODES[n % len(CODES)]]}
        for n in range(INJECTS)
    ]
    content = {"key": "bench", "kind": "tabletop", "title": words, "situation": words}
    with unit_of_work():
        whole = {**content, "objectives": [words], "injects": injects}
        scenarios.save("privacy_leak", whole, by=by, at=clock.now())


def measure() -> None:
    """How late the injects of the latest drills were delivered, and stood in Slack; then end those drills."""
    create_app_context()
    rows = list(
        db.session.scalars(select(DrillInject).order_by(DrillInject.id.desc()).limit(DRILLS * INJECTS))
    )
    due = {f"{row.drill_id}:{row.number}": row.due_at for row in rows}
    late = [(row.delivered_at - row.due_at).total_seconds() for row in rows if row.delivered_at]
    sent = [
        (each.finished_at - due[key]).total_seconds()
        for each in db.session.scalars(
            select(Delivery).where(Delivery.step == "drill_tell", Delivery.state == DeliveryState.DONE)
        )
        if each.payload.get("about") == "inject"
        and (key := f"{each.payload['drill_id']}:{each.payload['number']}") in due
        and isinstance(each.finished_at, datetime)
    ]
    figures = {"delivered": len(late), "twice": sum(row.times > 1 for row in rows)}
    figures |= {f"page_{name}": value for name, value in _quantiles(late).items()}
    figures |= {f"slack_{name}": value for name, value in _quantiles(sent).items()}
    for drill_id in {row.drill_id for row in rows}:
        with unit_of_work():
            drills.stop(drill_id, by=accounts.system("bench"), at=clock.now())
    print(json.dumps({**figures, "in_slack": len(sent)}))


def _quantiles(seconds: list[float]) -> dict[str, float]:
    result = load.Result(elapsed=1.0)
    result.seconds = seconds
    return {
        "p50_ms": round(result.quantile(0.5), 1),
        "p99_ms": round(result.quantile(0.99), 1),
        "most_ms": round(max(seconds, default=0) * 1000, 1),
    }


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["join"]:
            join()
        case ["begin", gap]:
            begin(float(gap))
        case ["measure"]:
            measure()
