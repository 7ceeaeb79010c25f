"""`flask complaints import`: a file of complaints, with progress, rejects and resumption."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
from flask import Flask
from flask.cli import AppGroup

from incident import accounts
from incident.cli import shell
from incident.intake import columns, importing

group = AppGroup("complaints", help="Complaints that other systems have collected.")
ACTOR = accounts.system("import")
DEFAULT_SOURCE = "import"


def register(app: Flask) -> None:
    """Add the group."""
    app.cli.add_command(group)


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--source",
    default=DEFAULT_SOURCE,
    show_default=True,
    help="The system the complaints come from, where a line names none.",
)
@click.option(
    "--columns",
    "map_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Column map (TOML) for an export with other names; see playbooks/columns/cfpb.toml.",
)
@click.option("--restart", is_flag=True, help="Begin again where an interrupted import would go on.")
@shell.tells
def import_(file: Path, source: str, map_file: Path | None, restart: bool) -> None:
    """Import complaints from FILE: .csv or .ndjson, also with .gz.

    A line that cannot be taken is written to FILE.rejected.csv with the reason and keeps no other out. The
    same command again goes on after an interruption. The last line printed is the sum of what became of
    the lines; the exit code is 0 only when none was rejected.
    """
    plan = columns.load(map_file) if map_file else None
    work = importing.Import(file, source=source, plan=plan, by=ACTOR, house=shell.house())
    try:
        outcome = _run(work, restart)
    except KeyboardInterrupt:
        raise click.ClickException("Interrupted; the same command goes on where this one ended.") from None
    if outcome.resumed_after:
        click.echo(f"Went on after line {outcome.resumed_after}.", err=True)
    if outcome.absent:
        click.echo(f"The file has no column for: {', '.join(outcome.absent)}.", err=True)
    click.echo(str(outcome))
    if rejected := outcome.counts["rejected"]:
        raise click.ClickException(f"{rejected} lines were rejected; {outcome.rejects} says why.")


def _run(work: importing.Import, restart: bool) -> importing.Outcome:
    done = 0
    with click.progressbar(
        length=work.size, label="Importing", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:

        def progress(ends: int) -> None:
            nonlocal done
            bar.update(ends - done)
            done = ends
            if asked_to_stop():
                raise KeyboardInterrupt

        with _between_batches() as asked_to_stop:
            return work.run(restart=restart, progress=progress)


@contextmanager
def _between_batches() -> Iterator[Callable[[], bool]]:
    """Ctrl-C is looked at when a batch is whole; a second one ends at once.

    Python may lose an interruption that arrives within a finaliser, and then the import would run on.
    """
    asked = False

    def ask(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)
