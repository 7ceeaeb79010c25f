"""Runs the benchmarks, writes bench/results/*.json and prints a table; name cases to run only those."""

import json
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import cases, deluge, exercises, servers, service, surge

RESULTS = Path(__file__).parent / "results"


def _sqlite(case: Callable[..., dict[str, Any]], **given: Any) -> dict[str, Any]:
    with service.sqlite() as running:
        return case(running, **given)


def _postgresql(case: Callable[..., dict[str, Any]], **given: Any) -> dict[str, Any]:
    with service.postgresql() as running:
        return case(running, **given)


def _opening() -> dict[str, Any]:
    """With the alerts going out on the same two cores, and the intake alone."""
    with service.postgresql(senders=0) as running:
        alone = cases.opening(running, drained=False)
    return {**_both(cases.opening), "PostgreSQL, 2 web processes, nothing being sent": alone}


def _both(case: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return {"SQLite, one process": _sqlite(case), "PostgreSQL, 2 web processes": _postgresql(case)}


def _pages() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, start in {"SQLite": service.sqlite, "PostgreSQL": service.postgresql}.items():
        with start() as running:
            for total in (1_000, 100_000):
                cases.fill(running, total)
                found[f"{name}, {total:,} open incidents"] = cases.pages(running)
    return found


def _surge() -> dict[str, Any]:
    """Ten thousand within a minute on SQLite; on PostgreSQL a fifth of it at the same pace."""
    return {
        "SQLite, one process": _sqlite(surge.surge),
        "PostgreSQL, 2 web processes": _postgresql(surge.surge, count=2_000, within=surge.MINUTE / 5),
    }


def _deluge() -> dict[str, Any]:
    """Slack's limits take the time: twenty channels a minute, so a thousand need most of an hour."""
    with service.sqlite(SLACK_RATE_LIMITS="true") as running:
        return deluge.deluge(running, count=int(os.environ.get("DELUGE", "1000")))


def _presses() -> dict[str, Any]:
    """With Slack's limits on, so that deliveries wait."""
    with service.sqlite(SLACK_RATE_LIMITS="true") as running:
        one = deluge.waiting_room(running)
    with service.postgresql(SLACK_RATE_LIMITS="true") as running:
        return {
            "SQLite, one process": one,
            "PostgreSQL, 2 web processes": deluge.waiting_room(running),
        }


CASES: dict[str, Callable[[], dict[str, Any]]] = {
    "footprint": cases.footprint,
    "opening": _opening,
    "alerts": lambda: _both(cases.alerts),
    "slash": lambda: _both(cases.slash),
    "presses": _presses,
    "pages": _pages,
    "servers": servers.compare,
    "surge": _surge,
    "drills": lambda: _both(exercises.case),
    "deluge": _deluge,
}

HOURLONG = {"deluge"}  # only by its name


def main(names: list[str]) -> None:
    """Run the named cases, or all but those that take most of an hour."""
    RESULTS.mkdir(exist_ok=True)
    for name in names or [each for each in CASES if each not in HOURLONG]:
        begun = time.perf_counter()
        figures = CASES[name]()
        record = {
            "case": name,
            "machine": {"cores": os.cpu_count(), "processor": platform.processor() or platform.machine()},
            "python": platform.python_version(),
            "seconds": round(time.perf_counter() - begun, 1),
            "figures": figures,
        }
        (RESULTS / f"{name}.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
        print(f"\n{name} ({record['seconds']} s)")
        _table(figures, "  ")


def _table(figures: dict[str, Any], indent: str) -> None:
    for key, value in figures.items():
        if isinstance(value, dict) and any(isinstance(each, dict) for each in value.values()):
            print(f"{indent}{key}")
            _table(value, indent + "  ")
        elif isinstance(value, dict):
            print(f"{indent}{key:<28}" + "  ".join(f"{name} {figure}" for name, figure in value.items()))
        else:
            print(f"{indent}{key:<28}{value}")


if __name__ == "__main__":
    main(sys.argv[1:])
