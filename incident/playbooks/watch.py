"""Notices that plan files were edited while the service runs, and loads them."""

from datetime import datetime
from pathlib import Path

from incident import accounts
from incident.db import unit_of_work
from incident.playbooks import loading

ACTOR = accounts.system("plan-files")


class _Seen:
    """What the files looked like at the last load of this process."""

    signature: frozenset[tuple[str, int, int]] | None = None


def sweep(directory: Path, *, at: datetime) -> int:
    """Load the files if any changed since this process last looked; returns the number of new versions."""
    present = frozenset(
        (str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in directory.rglob("*.toml")
    )
    if present == _Seen.signature:
        return 0
    with unit_of_work():
        report = loading.load(directory, by=ACTOR.label, at=at)
    _Seen.signature = present
    return len(report.loaded)
