"""`flask playbooks`: check the plan files, load them, write the versions in force back as files."""

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from incident import clock
from incident.cli import shell
from incident.db import unit_of_work
from incident.playbooks import files, library, loading, writing

group = AppGroup("playbooks", help="Plans, departments, levels, triage and rules as files.")
DIRECTORY = click.Path(path_type=Path, file_okay=False)


def register(app: Flask) -> None:
    """Add the group."""
    app.cli.add_command(group)


def _fail(faults: list[files.Fault]) -> None:
    """Every fault on a line of its own, and the sum as the error."""
    for fault in faults:
        click.echo(str(fault))
    if faults:
        more = (
            f"{len(faults)} faults in the plan files, first: "
            if len(faults) > 1
            else "A plan file is wrong: "
        )
        raise click.ClickException(f"{more}{faults[0]}")


@group.command("check")
@click.argument("directory", type=DIRECTORY, required=False)
@shell.tells
def check(directory: Path | None) -> None:
    """Read the files (DIRECTORY, by default PLAYBOOKS_DIR) and list every fault with file, place and what
    was expected."""
    reading = files.read(directory or shell.settings().playbooks_dir)
    _fail(reading.faults)
    click.echo(f"{len(reading.documents)} files are sound.")


@group.command("load")
@click.argument("directory", type=DIRECTORY, required=False)
@click.option("--take", multiple=True, metavar="KEY", help="Take this plan's file over what was published.")
@shell.tells
def load(directory: Path | None, take: tuple[str, ...]) -> None:
    """Load changed files as new versions; of a faulty file the last good version stays in force.

    A file that stands still undoes nothing that was published by a change request since; one that was edited
    meanwhile is refused, until it is put on what `export` writes, or taken with --take.
    """
    with unit_of_work():
        report = loading.load(
            directory or shell.settings().playbooks_dir, by=shell.ACTOR.label, at=clock.now(), take=take
        )
    for key, version in report.loaded.items():
        click.echo(f"{key}: version {version}")
    for key, version in report.behind.items():
        click.echo(f"{key}: version {version} was published; `flask playbooks export` writes it to the file")
    click.echo(f"loaded={len(report.loaded)} unchanged={report.unchanged} faults={len(report.faults)}")
    _fail(report.faults)


@group.command("export")
@click.argument("directory", type=DIRECTORY)
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
@shell.tells
def export(directory: Path, force: bool) -> None:
    """Write the versions in force to DIRECTORY as TOML files that `check` passes and `load` takes.

    A file that says the same already is left as it is; of one that is overwritten, comments and layout stay
    where its content did not change.
    """
    contents = library.contents()
    there = [name for key in contents if (directory / (name := files.DOCUMENTS[key][0])).exists()]
    if there and not force:
        raise click.ClickException(f"{directory / there[0]} is there already; --force overwrites.")
    present = files.read(directory).documents if there else {}
    written = 0
    for key, content in contents.items():
        says = loading.plain(present[key]) if key in present else None
        if says == content:
            continue
        path = directory / files.DOCUMENTS[key][0]
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8") if says is not None else ""
        path.write_text(writing.text(content, text, says), encoding="utf-8")
        written += 1
    click.echo(f"{written} files written, {len(contents) - written} said the same already.")
