"""The sender of webhooks: takes what is due, posts it outside any transaction and notes the answer."""

import json
import logging
import secrets
import threading
from datetime import timedelta

from flask import Flask

from incident import clock
from incident.db import db, unit_of_work
from incident.errors import N_
from incident.settings import Settings
from incident.webhooks import claiming, endpoints, events, signing
from incident.webhooks.claiming import Outcome, Parcel

log = logging.getLogger(__name__)
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0
LEASE = timedelta(seconds=60)  # outlives both timeouts; a sender that died loses its message after it
POLL_SECONDS = 1.0  # how soon a sender sees what another process wrote
FAULT_SECONDS = 5.0  # the pause after a round that failed
THREADS = 2  # one endpoint that is slow to answer does not keep the others waiting
GONE = 410  # "the consumer no longer wants it", standardwebhooks.com


def body(parcel: Parcel, *, base_url: str) -> bytes:
    """The message as it is sent, the same at every try: type, time, and the facts of the act."""
    data = dict(parcel.data)
    if parcel.number is not None:
        known = data.get("incident")
        address = {"number": parcel.number, "url": f"{base_url}/incidents/{parcel.number}"}
        data["incident"] = {**address, **(known if isinstance(known, dict) else {})}
    if parcel.drill:
        data["drill"] = True
    whole = {"type": parcel.event, "timestamp": events.moment(parcel.happened_at), "data": data}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def post(parcel: Parcel, *, settings: Settings) -> Outcome:
    """Send one message. No redirect is followed, no proxy or password of the environment is used, and of
    the answer only its status is read."""
    import requests  # five MiB that a house without endpoints never needs

    https_only = settings.app_env == "production"
    if wrong := endpoints.fault_of(parcel.url, https_only=https_only):
        return Outcome(error=wrong)
    content = body(parcel, base_url=settings.url)
    signed = signing.headers(parcel.secret, key=parcel.key, at=clock.now(), body=content)
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.post(
                parcel.url,
                data=content,
                headers={**signed, "Content-Type": "application/json", "User-Agent": "incident-webhooks/1"},
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                allow_redirects=False,
                stream=True,
            )
        except requests.Timeout:
            return Outcome(error=N_("The endpoint did not answer in time."))
        except requests.RequestException:
            return Outcome(error=N_("The endpoint cannot be reached."))
        answer.close()
    return _outcome(answer.status_code)


def _outcome(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome(status)
    if 300 <= status < 400:
        return Outcome(status, N_("The endpoint answered with a redirect; none is followed."))
    return Outcome(status, N_("The endpoint did not take it."), gone=status == GONE)


class Sender:
    """Sends webhooks in threads of its own, beside the sender of the outbox."""

    def __init__(self, app: Flask, settings: Settings, *, poll_seconds: float = POLL_SECONDS) -> None:
        self._app, self._settings, self._poll_seconds = app, settings, poll_seconds
        self._name = secrets.token_hex(6)
        self._awake, self._stopping = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Send in the background."""
        names = [f"webhooks-{number}" for number in range(THREADS)]
        self._threads = [threading.Thread(target=self._send_on, name=name, daemon=True) for name in names]
        for thread in self._threads:
            thread.start()

    def stop(self, *, seconds: float = 10.0) -> None:
        """Finish what is being sent and stop."""
        self._stopping.set()
        self._awake.set()
        for thread in self._threads:
            thread.join(seconds)

    def wake(self) -> None:
        """Look now: something was just written."""
        self._awake.set()

    def run_once(self) -> bool:
        """Send one message that is due; False where none was."""
        with self._app.app_context():
            if not self._configured() or not claiming.anything_due(at=clock.now()):
                return False
            with unit_of_work():
                parcel = claiming.claim(at=clock.now(), who=self._name, lease=LEASE)
            if parcel is None:
                return False
            outcome = post(parcel, settings=self._settings)
            if not outcome.taken:
                log.warning("webhook %s to endpoint %s: %s", parcel.key, parcel.endpoint_id, outcome.error)
            with unit_of_work():
                claiming.note(parcel, outcome, at=clock.now())
            return True

    def run_until_quiet(self) -> int:
        """Send everything that is due now; returns how many tries it took."""
        count = 0
        while self.run_once():
            count += 1
        return count

    def _configured(self) -> bool:
        return bool(events.subscribers())

    def _send_on(self) -> None:
        while not self._stopping.is_set():
            try:
                while not self._stopping.is_set() and self.run_once():
                    pass
            except Exception:  # the last handler of a sending round: the next look may do better
                log.exception("the webhook round failed")
                with self._app.app_context():
                    db.session.remove()
                self._stopping.wait(FAULT_SECONDS)
            self._awake.wait(self._poll_seconds)
            self._awake.clear()
