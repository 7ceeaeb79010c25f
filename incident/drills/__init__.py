"""Drills: scheduled by trainers, opened at their time as marked incidents that run through the same code."""

from incident.drills import beat
from incident.drills.beat import move_on
from incident.drills.programme import (
    Wanted,
    again,
    cancel,
    find,
    mine,
    plan_ahead,
    preview,
    schedule,
    upcoming,
    visible,
)
from incident.drills.running import begin, locked, pause, resume, start_due, stop, suspend

__all__ = [
    "Wanted",
    "again",
    "beat",
    "begin",
    "cancel",
    "find",
    "locked",
    "mine",
    "move_on",
    "pause",
    "plan_ahead",
    "preview",
    "resume",
    "schedule",
    "start_due",
    "stop",
    "suspend",
    "upcoming",
    "visible",
]
