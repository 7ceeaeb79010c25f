"""The beat of the service: APScheduler runs the sweeps in one leader-elected process."""

import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from incident import clock, scheduling
from incident.db import unit_of_work
from incident.leading import Leadership, db_errors
from incident.lifecycle.common import House
from incident.models.ground import Heartbeat
from incident.settings import Settings

log = structlog.get_logger(__name__)
RETRY_SECONDS = 1.0  # how often a stand-by asks for the lead
LATE = 3600  # seconds; a beat missed while the process slept still runs once


class Runner:
    """Waits for the lead, then beats until stopped; a follower takes over within seconds."""

    def __init__(self, app: Flask, settings: Settings, *, woken: Callable[[], None] = lambda: None) -> None:
        self._app, self._settings, self._woken = app, settings, woken
        self._leadership = Leadership(app, settings)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._scheduler: BackgroundScheduler | None = None
        self.name = f"{socket.gethostname()}:{os.getpid()}"

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="scheduler-lead", daemon=True)
        self._thread.start()

    def run(self) -> None:
        """Wait for the lead and keep it; returns after `stop`."""
        while not self._stop.is_set():
            leads = self._leadership.hold()
            if leads and self._scheduler is None:
                log.info("scheduler.leads", holder=self.name)
                self._beat_heart()  # before the first sweeps: after a restart the old heartbeat is stale
                self._scheduler = self._beating()
            elif not leads and self._scheduler is not None:
                log.warning("scheduler.lost_the_lead", holder=self.name)
                self._quiet()
            if leads:
                self._beat_heart()
            self._stop.wait(RETRY_SECONDS)
        self._quiet()
        self._leadership.release()

    def stop(self) -> None:
        """End within a second or so."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _quiet(self) -> None:
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
            self._scheduler = None

    def _beating(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            timezone=self._settings.timezone,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": LATE},
        )
        # On the whole second, as injects fall due: a beat between the seconds would bring each of them late.
        first = clock.now().replace(microsecond=0)
        for job in scheduling.JOBS:
            scheduler.add_job(
                self._run_one,
                IntervalTrigger(seconds=int(job.every.total_seconds()), timezone=self._settings.timezone),
                args=[job],
                id=job.name,
                next_run_time=first,
            )
        scheduler.start()
        return scheduler

    def _run_one(self, job: scheduling.Job) -> None:
        """One sweep; a failing one is logged and tried again at its next beat, the others go on."""
        with self._app.app_context():
            house: House = self._app.extensions["house"]
            try:
                if job.run(scheduling.Beat(clock.now(), house, self._settings)):
                    self._woken()
            except Exception:  # the sweep runner is a last handler: one job never stops the rest
                log.exception("scheduler.job_failed", job=job.name)

    def _beat_heart(self) -> None:
        with self._app.app_context(), suppress(*db_errors()):
            beat("scheduler", self.name)


_last_beats: dict[str, float] = {}
BEAT_SECONDS = 5.0


def beat(name: str, holder: str) -> None:
    """Write down that a background part lives, at most every five seconds."""
    if clock.monotonic() - _last_beats.get(name, -BEAT_SECONDS) < BEAT_SECONDS:
        return
    _last_beats[name] = clock.monotonic()
    with unit_of_work() as session:
        session.merge(Heartbeat(name=name, at=clock.now(), holder=holder))
