"""How the tests call commands: in this process, or as a process of its own."""

import csv
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask

from incident.settings import ROOT

FLASK = (sys.executable, "-m", "flask", "--app", str(ROOT / "app.py"))
START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


def run(app: Flask, *words: str | Path, given: str | None = None) -> Result:
    """A command in this process; an unexpected exception fails the test where it was raised."""
    runner = app.test_cli_runner()
    return runner.invoke(args=[str(word) for word in words], input=given, catch_exceptions=False)


def environment(var_dir: Path, **given: str) -> dict[str, str]:
    """The environment of a process that knows only what it is told."""
    return {"PATH": "/usr/bin:/bin", "VAR_DIR": str(var_dir), "LOG_LEVEL": "WARNING", **given}


def started(var_dir: Path, *words: str | Path, **given: str) -> subprocess.Popen[str]:
    """A command as a process of its own, in a folder without a .env file."""
    return subprocess.Popen(
        [*FLASK, *map(str, words)],
        env=environment(var_dir, **given),
        cwd=var_dir,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a process."""
    out, err = process.communicate(timeout=90)
    return process.returncode, out, err


def summary(output: str) -> dict[str, int]:
    """The last line of an import as numbers."""
    last = output.strip().splitlines()[-1]
    return {name: int(value) for name, value in (part.split("=") for part in last.split())}


def sums(received: int, created: int, duplicates: int, rejected: int, incidents: int) -> dict[str, int]:
    """What an import's last line should say."""
    return {
        "received": received,
        "created": created,
        "duplicates": duplicates,
        "rejected": rejected,
        "incidents": incidents,
    }


def line(number: int, **given: Any) -> dict[str, Any]:
    """A complaint of a file, with nothing that raises an incident unless given."""
    return {
        "source_ref": f"F-{number:05d}",
        "received_at": (START + timedelta(hours=number)).isoformat(),
        "channel": "web",
        "complaint_type": "fee_dispute",
        "narrative": f"The late fee of statement {number} was charged twice; please check.",
        **given,
    }


def ndjson(path: Path, lines: list[dict[str, Any]]) -> Path:
    """A file of complaints, one JSON object a line."""
    path.write_text("".join(json.dumps(each) + "\n" for each in lines), encoding="utf-8")
    return path


def csv_file(path: Path, lines: list[dict[str, Any]], encoding: str = "utf-8") -> Path:
    """A file of complaints as a spreadsheet saves it; the columns are those of the first line."""
    with path.open("w", encoding=encoding, newline="") as file:
        rows = csv.DictWriter(file, list(lines[0]))
        rows.writeheader()
        rows.writerows(lines)
    return path


def rejects(path: Path) -> list[dict[str, str]]:
    """The rows of a rejects file."""
    with path.with_name(path.name + ".rejected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
