"""The sender: takes what is due from the outbox, checks it once more, sends it and notes what came of it."""

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from flask import Flask

from incident import clock
from incident.alerting import alarm, budgets, bundles, checks, effects, facts, fallback, outbox
from incident.alerting.channels import KINDS, Channel, Order, Trouble
from incident.db import db, unit_of_work
from incident.models.alerts import Delivery, DeliveryState
from incident.models.ground import Heartbeat
from incident.models.incidents import Incident
from incident.settings import Settings

log = logging.getLogger(__name__)
POLL_SECONDS = 0.2  # how soon a sender sees what another process wrote
TIDY_SECONDS = 1.0  # how often waiting steps, the fallback and the notice are looked at
HEARTBEAT_EVERY = timedelta(seconds=5)  # readiness calls the sender dead after a few of these
# A step can be written as waiting while what it waits for is being noted as done (two writers, PostgreSQL).
FREE_EVERY = timedelta(seconds=30)
BACK_OFF_FIRST, BACK_OFF_MOST = timedelta(seconds=1), timedelta(seconds=60)
LEASE_TIMEOUTS = 3  # a step makes a few calls; a lease outlives that many timeouts
WHOLE = ("post_card", "update_card", "welcome", "archive")  # the steps that show the whole of it
Between = Callable[[str, str], None]
Courtesy = Callable[[float], None]


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 1 s, 2 s, 4 s … 60 s, give or take a fifth, so that steps
    that failed together do not come back together."""
    doubled = timedelta(seconds=BACK_OFF_FIRST.total_seconds() * 2 ** min(attempts - 1, 10))
    base = min(doubled, BACK_OFF_MOST)
    return base * (0.8 + secrets.randbelow(401) / 1000)


class Sender:
    """Sends the outbox through a channel, `fallback` and `report` steps through the fallback.

    `between(step, phase)` is called between the phases of a step (before_send, after_send, after_note), so
    that a test can end the process there. `courtesy` is called before each step with the seconds that the
    step before it took (0.0 for the first after a silence) and may wait a little: people at the web go
    first.
    """

    def __init__(
        self,
        app: Flask,
        channel: Channel,
        *,
        settings: Settings,
        fallback: Channel,
        between: Between | None = None,
        poll_seconds: float = POLL_SECONDS,
        courtesy: Courtesy = lambda _took: None,
    ) -> None:
        self._app, self._settings = app, settings
        self._channels: dict[str, Channel] = {
            **dict.fromkeys(outbox.STEPS, channel),
            **dict.fromkeys(alarm.OTHER_WAYS, fallback),
        }
        self._poll_seconds = poll_seconds
        self._courtesy = courtesy
        self._between = between or (lambda _step, _phase: None)
        # the sandbox can be told to keep no rates, for tests; Slack cannot
        self._paced = settings.slack_rate_limits or not settings.sandboxed
        self._lease = timedelta(seconds=settings.slack_timeout_seconds * LEASE_TIMEOUTS)
        self._name = secrets.token_hex(6)
        self._awake, self._stopping = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        self._beaten: datetime | None = None
        self._freed: datetime | None = None

    def start(self, *, alone: bool = False) -> None:
        """Send in the background; `alone` says that no other process sends from this database, so that
        what a dead one was sending is taken over at once."""
        if alone:
            with self._app.app_context(), unit_of_work():
                outbox.take_over(at=clock.now())
        names = [f"sender-{number}" for number in range(self._settings.delivery_senders)]
        self._threads = [threading.Thread(target=self._send_on, name=name, daemon=True) for name in names]
        self._threads.append(threading.Thread(target=self._tidy_on, name="sender-tidy", daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self, *, seconds: float = 10.0) -> None:
        """Finish what is being sent and stop."""
        self._stopping.set()
        ends = clock.monotonic() + seconds
        for thread in self._threads:
            while thread.is_alive() and clock.monotonic() < ends:
                self._awake.set()  # again and again: another sender may just have taken the sign down
                thread.join(self._poll_seconds if self._poll_seconds < 1 else 0.1)

    def wake(self) -> None:
        """Look at the outbox now: something was just written."""
        self._awake.set()

    def run_once(self) -> bool:
        """Take one step that is due; False where nothing was due."""
        with self._app.app_context():
            if not outbox.anything_due(at=clock.now()):
                return False
            with unit_of_work():
                taken = outbox.claim(at=clock.now(), who=self._name, lease=self._lease, paced=self._paced)
            wanted = [each for each in taken if self._wanted(each)]
            if wanted:
                self._take(wanted)
            return bool(taken)

    def run_until_quiet(self) -> int:
        """Take every step that is due now; returns how many."""
        count = 0
        while self.run_once():
            count += 1
        return count

    def tidy(self) -> None:
        """Free steps whose turn has come, alert by the fallback what Slack has not delivered, keep the
        notice true and say that delivery lives."""
        with self._app.app_context():
            at = clock.now()
            fallback.look(at=at, settings=self._settings)
            alarm.look(at=at, settings=self._settings)
            if self._freed is None or at - self._freed >= FREE_EVERY:
                with unit_of_work():
                    outbox.free_ready(at=at)
                    budgets.tidy(at=at)
                self._freed = at
            if self._beaten is None or at - self._beaten >= HEARTBEAT_EVERY:
                with unit_of_work() as session:
                    session.merge(Heartbeat(name="delivery", at=at, holder=self._name))
                self._beaten = at

    def _wanted(self, delivery: Delivery) -> bool:
        """Whether a step must still be taken; one that need not is noted as skipped."""
        incident = db.session.get(Incident, delivery.incident_id or 0, populate_existing=True)
        needless = checks.needless(delivery, incident)
        if needless is None:
            return True
        with unit_of_work():
            values = {"finished_at": clock.now(), "error": needless}
            if outbox.finish(delivery, state=DeliveryState.SKIPPED, at=clock.now(), **values):
                effects.skipped(delivery)
        return False

    def _take(self, deliveries: list[Delivery]) -> None:
        """Send one step, or several that are told in one message; what comes of it holds for each."""
        orders = [self._order(each) for each in deliveries]
        first = orders[0]
        order = self._together(orders)
        db.session.commit()  # nothing is held open while the network takes its time
        self._between(first.step, "before_send")
        try:
            result = self._channels[first.step].deliver(order)
        except Trouble as trouble:
            self._note_trouble(deliveries, orders, trouble)
        except (
            Exception
        ):  # the last handler of the delivery round: a fault in one step must not stop the rest
            log.exception("the step %s of delivery %s failed", first.step, first.id)
            self._note_trouble(deliveries, orders, Trouble("fault", uncertain=True))
        else:
            self._between(first.step, "after_send")
            self._note_done(deliveries, orders, result)
            self._between(first.step, "after_note")

    def _together(self, orders: list[Order]) -> Order:
        """The order of the message with all incidents that it tells of."""
        first = orders[0]
        if len(orders) > 1 and first.step in bundles.STEPS:
            others = tuple(each.incident for each in orders[1:] if each.incident)
            return replace(first, others=others, marks=tuple(each.mark for each in orders[1:]))
        ids = bundles.shown_with(first)
        found = [db.session.get(Incident, id_, populate_existing=True) for id_ in ids]
        url = self._settings.url
        return replace(
            first, others=tuple(facts.of(each, base_url=url, whole=False) for each in found if each)
        )

    def _order(self, delivery: Delivery) -> Order:
        incident = db.session.get(Incident, delivery.incident_id or 0)
        snapshot = (
            facts.of(incident, base_url=self._settings.url, whole=delivery.step in WHOLE)
            if incident
            else None
        )
        return Order(
            id=delivery.id,
            key=delivery.key,
            step=delivery.step,
            payload=delivery.payload,
            attempts=delivery.attempts,
            uncertain=delivery.uncertain,
            created_at=delivery.created_at,
            locale=self._settings.default_locale,
            incident=snapshot,
            people=checks.audience(delivery, incident, at=clock.now(), zone=self._settings.zone),
            leaving=checks.leaving(delivery, incident, at=clock.now(), zone=self._settings.zone),
            tasks=checks.tasks(delivery, at=clock.now()),
            lines=checks.called_lines(delivery, incident),
            progress=delivery.result or {},
        )

    def _note_done(self, deliveries: list[Delivery], orders: list[Order], result: dict[str, object]) -> None:
        with unit_of_work():
            at = clock.now()
            values = {"finished_at": at, "result": result, "error": None, "error_kind": None}
            for delivery, order in zip(deliveries, orders, strict=True):
                if outbox.finish(delivery, state=DeliveryState.DONE, at=at, **values):
                    effects.done(order, result, at=at)

    def _note_trouble(self, deliveries: list[Delivery], orders: list[Order], trouble: Trouble) -> None:
        log.warning("delivery %s (%s): %s", orders[0].key, orders[0].step, trouble)
        with unit_of_work():
            at = clock.now()
            state = DeliveryState.FAILED if trouble.permanent else DeliveryState.PENDING
            next_at = at + (trouble.retry_after or back_off(deliveries[0].attempts))
            limited = trouble.kind == "rate_limited"
            if limited or KINDS[trouble.kind].down:
                budgets.after_trouble(deliveries[0], limited=limited, until=next_at)
            for delivery, order in zip(deliveries, orders, strict=True):
                noted = outbox.finish(
                    delivery,
                    state=state,
                    at=at,
                    next_at=next_at,
                    error=trouble.reason.message,
                    error_kind=trouble.kind,
                    uncertain=delivery.uncertain or trouble.uncertain,
                    finished_at=at if trouble.permanent else None,
                    result={**order.progress, **trouble.progress, "values": trouble.reason.values},
                )
                if noted and trouble.permanent:
                    effects.failed(order, trouble, at=at)

    def _send_on(self) -> None:
        while not self._stopping.is_set():
            self._round(self._send_all)
            self._awake.wait(self._poll_seconds)
            self._awake.clear()

    def _send_all(self) -> None:
        took = 0.0
        while not self._stopping.is_set():
            self._courtesy(took)
            begun = clock.monotonic()
            if not self.run_once():
                return
            took = clock.monotonic() - begun

    def _tidy_on(self) -> None:
        while not self._stopping.is_set():
            self._round(self.tidy)
            self._stopping.wait(TIDY_SECONDS)

    def _round(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:  # the last handler of the delivery round: the next look may do better
            log.exception("the delivery round failed")
            self._stopping.wait(TIDY_SECONDS)
