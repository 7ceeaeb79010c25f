"""Who calls: the bearer of an access token, at the rate that one token may have."""

import math

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


class Rates:
    """Counts requests per key, in the storage of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._most: RateLimitItem = parse(settings.api_rate_limit)
        self._counter = FixedWindowRateLimiter(storage_from_string(settings.ratelimit_storage_uri))

    def count(self, key: str) -> None:
        """Count one request; raises TooFast once the window is full."""
        if self._counter.hit(self._most, "api", key):
            return
        ends = self._counter.get_window_stats(self._most, "api", key).reset_time
        wait = max(1, math.ceil(ends - clock.now().timestamp()))
        raise TooFast(N_("Too many requests with this token; wait %(seconds)s seconds."), wait=wait)


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
