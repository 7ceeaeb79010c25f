"""Whether the service lives, whether it is fit for work, and its measures; none of it names anybody."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, Response, g, jsonify, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
    values,
)
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from incident import clock
from incident.alerting import alarm
from incident.db import db, remembered
from incident.models.alerts import Delivery, DeliveryState
from incident.models.ground import Counter as Series
from incident.models.ground import Heartbeat
from incident.settings import ROOT

HEART_STOPPED = timedelta(seconds=30)  # the scheduler writes every five
UNDELIVERED_LONGEST = timedelta(minutes=10)  # by then the fallback channels have had their time, too
COUNTED_SECONDS = 2.0  # how often the tables are counted, however often somebody scrapes
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds

_registry = CollectorRegistry()
_requests = Counter(
    "incident_http_requests",
    "Requests by route and status.",
    ("method", "route", "status"),
    registry=_registry,
)
_latency = Histogram(
    "incident_http_request_seconds", "Time to answer.", ("route",), buckets=BUCKETS, registry=_registry
)

Part = dict[str, Any]


def init_app(app: Flask) -> None:
    """Join the three addresses, and measure every request."""
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)
    app.add_url_rule("/metrics", "metrics", metrics)
    app.before_request(_begin)
    app.after_request(_measure)


def _begin() -> None:
    g.began = clock.monotonic()


def _measure(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "none"
    _requests.labels(request.method, route, str(response.status_code)).inc()
    _latency.labels(route).observe(clock.monotonic() - g.get("began", clock.monotonic()))
    return response


def healthz() -> Response:
    """The process lives; nothing else is asked."""
    return jsonify(status="ok")


def readyz() -> tuple[Response, int]:
    """Fit for work: 200, or 503 with the parts that are not.

    A full outbox is told but takes nobody out of service: with Slack down, people need the web all the more.
    """
    at = clock.now()
    parts = {name: _part(check, at) for name, check in PARTS.items()}
    ready = all(part["ok"] for name, part in parts.items() if name != "outbox")
    return jsonify(status="ready" if ready else "unready", parts=parts), 200 if ready else 503


def _part(check: Callable[[datetime], Part], at: datetime) -> Part:
    try:
        return check(at)
    except SQLAlchemyError as fault:
        db.session.rollback()
        return {"ok": False, "fault": type(fault).__name__}


def _database(_at: datetime) -> Part:
    db.session.execute(text("SELECT 1"))
    return {"ok": True}


@lru_cache(maxsize=1)
def _head() -> str | None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return ScriptDirectory.from_config(config).get_current_head()


def _migrations(_at: datetime) -> Part:
    present = MigrationContext.configure(db.session.connection()).get_current_revision()
    return {"ok": present == _head(), "present": present, "head": _head()}


def _scheduler(at: datetime) -> Part:
    heart = db.session.get(Heartbeat, "scheduler")
    if heart is None:
        return {"ok": False, "age_seconds": None}
    age = at - heart.at
    return {"ok": age <= HEART_STOPPED, "age_seconds": round(age.total_seconds(), 1), "holder": heart.holder}


def _outbox(at: datetime) -> Part:
    age = oldest_undelivered(at)
    return {"ok": age <= UNDELIVERED_LONGEST, "oldest_undelivered_seconds": round(age.total_seconds(), 1)}


PARTS: dict[str, Callable[[datetime], Part]] = {
    "database": _database,
    "migrations": _migrations,
    "scheduler": _scheduler,
    "outbox": _outbox,
}


def oldest_undelivered(at: datetime) -> timedelta:
    """How long the oldest message that is due has been waiting to be delivered."""
    oldest = alarm.oldest_undelivered()
    return max(at - oldest, timedelta()) if oldest else timedelta()


def metrics() -> Response:
    """Prometheus text: this process's requests (all processes' where they share a folder), and the tables."""
    shared = values.ValueClass is not values.MutexValue
    requests = CollectorRegistry() if shared else _registry
    if shared:
        multiprocess.MultiProcessCollector(requests)  # type: ignore[no-untyped-call]
    return Response(generate_latest(requests) + generate_latest(_counted()), content_type=CONTENT_TYPE_LATEST)


def _counted() -> CollectorRegistry:
    found: dict[str, Any] = remembered("health/metrics", _count, seconds=COUNTED_SECONDS)
    registry = CollectorRegistry()
    opened = Gauge("incident_opened_total", "Incidents ever opened.", ("kind",), registry=registry)
    for kind in ("live", "drill"):
        opened.labels(kind).set(found["opened"].get(kind, 0))
    deliveries = Gauge("incident_deliveries", "Deliveries by state.", ("state",), registry=registry)
    for state in DeliveryState:
        deliveries.labels(str(state)).set(found["deliveries"].get(str(state), 0))
    oldest = Gauge(
        "incident_oldest_undelivered_seconds", "Age of the oldest undelivered message.", registry=registry
    )
    oldest.set(found["oldest"])
    return registry


def _count() -> dict[str, Any]:
    opened = {"live": 0, "drill": 0}
    for series, value in db.session.execute(select(Series.series, Series.value)):
        if series.startswith(("INC-", "DRL-")):
            opened["live" if series.startswith("INC-") else "drill"] += value
    states = db.session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
    return {
        "opened": opened,
        "deliveries": {str(state): count for state, count in states},
        "oldest": oldest_undelivered(clock.now()).total_seconds(),
    }
