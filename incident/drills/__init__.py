"""Drills: scheduled by trainers, opened at their time as marked incidents that run through the same code."""

from incident.drills.programme import (
    begin,
    cancel,
    find,
    plan_ahead,
    preview,
    schedule,
    start_due,
    stop,
    upcoming,
    visible,
)

__all__ = [
    "begin",
    "cancel",
    "find",
    "plan_ahead",
    "preview",
    "schedule",
    "start_due",
    "stop",
    "upcoming",
    "visible",
]
