"""Who calls: the bearer of an access token, at the rate that one token may have."""

import math
import threading

from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from incident import accounts, clock, errors
from incident.accounts import Actor
from incident.api.problems import TooFast
from incident.db import remembered
from incident.errors import N_
from incident.settings import Settings

MEMORY = "memory://"


class Rates:
    """Counts requests per key in fixed windows: in this process, or in the storage of the settings.

    The library's own memory storage starts a thread for nearly every request, which costs more than all the
    rest of this file; so `memory://` is a dictionary here.
    """

    def __init__(self, settings: Settings) -> None:
        self._most: RateLimitItem = parse(settings.api_rate_limit)
        uri = settings.ratelimit_storage_uri
        self._shared = None if uri == MEMORY else FixedWindowRateLimiter(storage_from_string(uri))
        self._here: dict[str, int] = {}
        self._ends = 0.0
        self._lock = threading.Lock()

    def count(self, key: str) -> None:
        """Count one request; raises TooFast once the window is full."""
        now = clock.now().timestamp()
        ends = self._count_here(key, now) if self._shared is None else self._count_shared(self._shared, key)
        if ends is not None:
            wait = max(1, math.ceil(ends - now))
            raise TooFast(N_("Too many requests with this token; wait %(seconds)s seconds."), wait=wait)

    def _count_here(self, key: str, now: float) -> float | None:
        """When the window ends, if it is full."""
        with self._lock:
            if now >= self._ends:
                span = self._most.get_expiry()
                self._here, self._ends = {}, (now // span + 1) * span
            count = self._here[key] = self._here.get(key, 0) + 1
            return self._ends if count > self._most.amount else None

    def _count_shared(self, counter: FixedWindowRateLimiter, key: str) -> float | None:
        if counter.hit(self._most, "api", key):
            return None
        return counter.get_window_stats(self._most, "api", key).reset_time


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its counters."""
    app.extensions["api_rates"] = Rates(settings)


def identify() -> Actor:
    """The actor of the token that was sent; raises Unauthenticated and TooFast.

    A token is looked up at most every two seconds in a process, so a revoked one ends that soon.
    Guesses are counted by the address they come from.
    """
    rates: Rates = current_app.extensions["api_rates"]
    try:
        token = _token()
        digest = accounts.digest(token)
        by = remembered(f"token/{digest}", lambda: accounts.bearer(token))
    except errors.Unauthenticated:
        rates.count(f"address/{request.remote_addr}")
        raise
    rates.count(f"token/{digest}")
    return by


def _token() -> str:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise errors.Unauthenticated(N_("Send an access token: “Authorization: Bearer <token>”."))
    return token.strip()
