"""Rate limits by method tier, as token buckets in the workspace's file so that all its processes share
them."""

import math
import sqlite3

from incident.slack.sandbox import refusals, stamps

# Calls a minute by tier; a whole minute's worth may come at once. docs.slack.dev/apis/web-api/rate-limits
PER_MINUTE = {"t1": 1, "t2": 20, "t3": 50, "t4": 100, "special": 600}
# chat.postMessage: about one a second in each channel with short bursts, several hundred a minute in all.
POST_PER_SECOND = 1.0
POST_BURST = 5
POST_PER_MINUTE = 300
POST_METHODS = frozenset({"chat.postMessage"})


def spend(db: sqlite3.Connection, method: str, *, tier: str, channel: str) -> None:
    """Takes one call from the method's bucket (and, when posting, the channel's). Raises RateLimited when
    empty."""
    if method in POST_METHODS:
        _take(db, f"{method}:{channel}", capacity=POST_BURST, per_second=POST_PER_SECOND)
        _take(db, method, capacity=POST_PER_MINUTE, per_second=POST_PER_MINUTE / 60)
        return
    allowed = PER_MINUTE[tier]
    _take(db, method, capacity=allowed, per_second=allowed / 60)


def _take(db: sqlite3.Connection, key: str, *, capacity: float, per_second: float) -> None:
    now = stamps.now()
    row = db.execute("SELECT level, at FROM buckets WHERE key = ?", (key,)).fetchone()
    level = capacity
    if row is not None:
        level = min(capacity, row["level"] + (now - row["at"]) / 1e6 * per_second)
    if level < 1:
        raise refusals.RateLimited(max(1, math.ceil((1 - level) / per_second)))
    db.execute("INSERT OR REPLACE INTO buckets (key, level, at) VALUES (?, ?, ?)", (key, level - 1, now))
