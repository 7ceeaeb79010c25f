"""Makes the database ready to serve: migrations, the working calendar, the plans, the first courses."""

import click
import flask_migrate
from flask import Flask

from incident import accounts, calendars, clock, clocks
from incident.db import unit_of_work
from incident.lifecycle.common import House
from incident.playbooks import loading
from incident.settings import Settings
from incident.training import courses

YEARS_BACK, YEARS_AHEAD = 2, 2  # years of working days besides the present one: clocks may have begun before
ACTOR = accounts.system("prepare")


def prepare(app: Flask) -> loading.Report:
    """Bring the database up to date; doing it again changes nothing. Returns what loading the plans did."""
    settings: Settings = app.extensions["settings"]
    now = clock.now()
    with app.app_context():
        flask_migrate.upgrade()
        with unit_of_work():
            filled = calendars.seed(range(now.year - YEARS_BACK, now.year + YEARS_AHEAD + 1))
            report = loading.load(settings.playbooks_dir, by=ACTOR.label, at=now)
            courses.seed(by=ACTOR, at=now)
            house: House = app.extensions["house"]
            for each in sorted(filled):
                clocks.recount(each, house=house.calendar, house_rule_set=house.rule_set, by=ACTOR, at=now)
            return report


def register(app: Flask) -> None:
    """Add `flask prepare`."""

    @app.cli.command("prepare", with_appcontext=False)
    def prepare_command() -> None:
        """Migrate the database, fill the years that the calendar lacks, load the plans."""
        report = prepare(app)
        for fault in report.faults:
            click.echo(str(fault), err=True)
        if report.faults:
            raise SystemExit(1)
