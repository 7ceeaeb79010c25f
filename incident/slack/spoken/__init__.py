"""What each word of `/incident` does: one function a word, by subject; importing this registers them all."""

from incident.slack.spoken import (
    contacts,
    duties,
    incidents,
    lines,
    linking,
    looking,
    proof,
    roles,
    tasks,
    updates,
)

__all__ = [
    "contacts",
    "duties",
    "incidents",
    "lines",
    "linking",
    "looking",
    "proof",
    "roles",
    "tasks",
    "updates",
]
