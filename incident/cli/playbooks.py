"""`flask playbooks`: check the plan files, load them, write the versions in force back as files."""

from pathlib import Path
from typing import Any

import click
import tomli_w
from flask import Flask
from flask.cli import AppGroup

from incident import clock
from incident.cli import shell
from incident.db import unit_of_work
from incident.playbooks import files, library

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
@shell.tells
def load(directory: Path | None) -> None:
    """Load changed files as new versions; of a faulty file the last good version stays in force."""
    with unit_of_work():
        report = library.load(
            directory or shell.settings().playbooks_dir, by=shell.ACTOR.label, at=clock.now()
        )
    for key, version in report.loaded.items():
        click.echo(f"{key}: version {version}")
    click.echo(f"loaded={len(report.loaded)} unchanged={report.unchanged} faults={len(report.faults)}")
    _fail(report.faults)


@group.command("export")
@click.argument("directory", type=DIRECTORY)
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
@shell.tells
def export(directory: Path, force: bool) -> None:
    """Write the versions in force to DIRECTORY as TOML files that `check` passes and `load` takes."""
    documents = {files.DOCUMENTS[key][0]: content for key, content in library.contents().items()}
    there = [name for name in documents if (directory / name).exists()]
    if there and not force:
        raise click.ClickException(f"{directory / there[0]} is there already; --force overwrites.")
    for name, content in documents.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(tomli_w.dumps(_without_none(content), multiline_strings=True), encoding="utf-8")
    click.echo(f"{len(documents)} files written.")


def _without_none(value: Any) -> Any:
    """TOML has no null: what is not there is left out."""
    if isinstance(value, dict):
        return {key: _without_none(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_none(each) for each in value]
    return value
