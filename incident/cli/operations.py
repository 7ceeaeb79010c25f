"""Commands of those who run the service: audit, data keys, backup, restore, demo, schedule."""

import sys
from pathlib import Path

import click
import flask_migrate
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from incident import agenda, audit, backup, clock, demo, rekeying, restoring
from incident.cli import shell
from incident.coordination import custody
from incident.db import unit_of_work
from incident.leading import Leadership
from incident.settings import ROOT
from incident.vault import Vault

audit_group = AppGroup("audit", help="The sealed records of what happened.")
keys_group = AppGroup("data-keys", help="The keys that personal data is encrypted with.")
demo_group = AppGroup("demo", help="Made-up people and incidents for the sandbox.")
schedule_group = AppGroup("schedule", help="What will happen by itself.")
FILE = click.Path(path_type=Path, dir_okay=False)


def register(app: Flask) -> None:
    """Add the commands."""
    for each in (audit_group, keys_group, demo_group, schedule_group, save, restore):
        app.cli.add_command(each)


@audit_group.command("verify")
@shell.tells
def verify() -> None:
    """Recompute every seal and every piece of evidence, and list what does not match its record."""
    faults = audit.verify()
    for fault in faults:
        click.echo(f"seal {fault.seal} of {fault.table}: {fault.what % fault.values}")
    broken = custody.verify(Vault(shell.settings().evidence_dir))
    for each in broken:
        click.echo(f"evidence: {each.what % each.values}")
    if faults:
        raise click.ClickException(f"{len(faults)} seals do not hold.")
    click.echo("Every seal holds.")
    if broken:
        raise click.ClickException(f"{len(broken)} faults in the evidence.")
    click.echo("Every piece of evidence is as it was recorded.")


@keys_group.command("rotate")
@shell.tells
def rotate() -> None:
    """Encrypt all personal data under the first of DATA_KEYS; afterwards the others may be removed.

    Safe while the service runs with the same DATA_KEYS, and to be started again at any time.
    """
    with click.progressbar(
        length=rekeying.count(), label="Encrypting", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        first = shell.settings().personal_data_keys[0]
        looked, changed = rekeying.rotate(first, by=shell.ACTOR, progress=bar.update)
    click.echo(f"records={looked} changed={changed}")


@click.command("backup")
@click.argument("file", type=FILE)
@with_appcontext
@shell.tells
def save(file: Path) -> None:
    """Write the database and the kept secrets to FILE while the service runs.

    Whoever holds FILE can read the personal data: keep it as you keep the keys.
    """
    if not file.absolute().parent.is_dir():
        raise click.ClickException(f"There is no folder {file.parent}.")
    settings = shell.settings()
    manifest = backup.save(file.absolute(), settings, at=clock.now())
    if settings.data_keys:
        click.echo("DATA_KEYS stand in the settings, not in the backup: keep them as well.", err=True)
    click.echo(f"{file}: {manifest.database}, {manifest.size} bytes, at migration {manifest.revision}")
    if manifest.evidence:
        click.echo(f"with {manifest.evidence} files of evidence")


@click.command("restore")
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="Also over a database that is in use; what is in it is lost.")
@with_appcontext
@shell.tells
def restore(file: Path, force: bool) -> None:
    """Put the backup FILE back into the database of the settings; stop the service first."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    settings = shell.settings()
    leadership = Leadership(app, settings)
    if not leadership.hold():
        raise click.ClickException("The service is running; stop it first.")
    try:
        if not force and backup.in_use():
            raise click.ClickException("The database is not empty; --force replaces what is in it.")
        manifest = restoring.restore(file, settings, known_revisions=_revisions())
        flask_migrate.upgrade()
    finally:
        leadership.release()
    click.echo(f"Restored the backup of {manifest.made_at}.")


def _revisions() -> set[str]:
    return {each.revision for each in ScriptDirectory(str(ROOT / "migrations")).walk_revisions()}


@demo_group.command("load")
@shell.tells
def load() -> None:
    """Make the demo people, their roster, a few incidents and a drill ahead."""
    settings = shell.settings()
    if not settings.sandboxed or settings.app_env == "production":
        raise click.ClickException("The demo's password is public; it is made only beside the Slack sandbox.")
    with unit_of_work():
        demo.load(at=clock.now(), house=shell.house())
    click.echo(f"Sign in as zhao@demo.example or admin@demo.example, password {demo.PASSWORD}")


@demo_group.command("clear")
@shell.tells
def clear() -> None:
    """Deactivate the demo people; the records of what they did stay."""
    with unit_of_work():
        count = demo.clear(at=clock.now())
    click.echo(f"{count} people deactivated.")


@schedule_group.command("list")
@shell.tells
def list_() -> None:
    """Everything that is planned, soonest first: time, what, for which; then the jobs and their next run."""
    zone, now = shell.settings().zone, clock.now()
    for item in agenda.ahead(by=shell.ACTOR, at=now, house=shell.house()):
        click.echo(f"{item.at.astimezone(zone):%Y-%m-%d %H:%M:%S %z}  {item.kind:<16} {item.about}")
    for beat in agenda.beats(at=now):
        when = f"by {beat.next_by.astimezone(zone):%H:%M:%S %z}" if beat.next_by else "no scheduler runs"
        click.echo(f"{f'every {beat.every}, {when}':<43} job {beat.name}")
