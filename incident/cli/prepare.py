"""Makes the database ready to serve: migrations, the working calendar, the plans, the first courses."""

import click
import flask_migrate
from flask import Flask

from incident import accounts, calendars, clock
from incident.db import unit_of_work
from incident.playbooks import loading
from incident.settings import Settings
from incident.training import courses

YEARS_AHEAD = 2  # years of working days seeded besides the present one
ACTOR = accounts.system("prepare")


def prepare(app: Flask) -> loading.Report:
    """Bring the database up to date; doing it again changes nothing. Returns what loading the plans did."""
    settings: Settings = app.extensions["settings"]
    now = clock.now()
    with app.app_context():
        flask_migrate.upgrade()
        with unit_of_work():
            calendars.seed(range(now.year, now.year + YEARS_AHEAD + 1))
            report = loading.load(settings.playbooks_dir, by=ACTOR.label, at=now)
            courses.seed(by=ACTOR, at=now)
            return report


def register(app: Flask) -> None:
    """Add `flask prepare`."""

    @app.cli.command("prepare", with_appcontext=False)
    def prepare_command() -> None:
        """Migrate the database, fill the calendar where it is empty, load the plans."""
        report = prepare(app)
        for fault in report.faults:
            click.echo(str(fault), err=True)
        if report.faults:
            raise SystemExit(1)
