"""Audit, data keys, demo, schedule, preparation, help: what those who run the service call."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click
import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import func, select, text

from incident import audit, clock, privacy
from incident.cli.prepare import YEARS_AHEAD, YEARS_BACK
from incident.db import db, unit_of_work
from incident.drills import report
from incident.insights import measures, periods
from incident.intake import body, receive
from incident.models.alerts import Delivery
from incident.models.complaints import Complaint
from incident.models.drills import Drill, DrillState
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.playbooks import files
from incident.readiness import matrix
from incident.scheduling import JOBS
from tests import builders
from tests.cli.commands import finished, run, started


def received(count: int = 3, **given: object) -> list[Complaint]:
    """Complaints recorded through the verb."""
    with unit_of_work():
        return [
            receive.receive(
                receive.prepare(body.read(builders.complaint_body(**given), at=clock.now())),
                by=builders.BY,
                at=clock.now(),
                house=builders.house(),
            ).complaint
            for _ in range(count)
        ]


def test_an_untouched_record_verifies(app: Flask):
    received(escalated=True)
    with unit_of_work():
        assert audit.seal(at=clock.now()) > 0
    result = run(app, "audit", "verify")
    assert (result.exit_code, result.stdout) == (
        0,
        "Every seal holds.\nEvery piece of evidence is as it was recorded.\n",
    )


def test_a_changed_record_is_named_and_fails(app: Flask):
    received(escalated=True)
    with unit_of_work():
        audit.seal(at=clock.now())
    with unit_of_work() as session:
        for (trigger,) in session.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).all():
            session.execute(text(f"DROP TRIGGER {trigger}"))
        session.execute(text("UPDATE timeline_events SET actor = 'somebody else' WHERE id = 1"))
    result = run(app, "audit", "verify")
    assert result.exit_code == 1
    assert "timeline_events: a sealed row was changed" in result.stdout
    assert "do not hold" in result.stderr


def test_rotation_brings_every_record_under_the_first_key(
    app: Flask, make_app: Callable[..., Flask], tmp_path: Path
):
    narrative = "My name stands on a notice at the gate."
    ids = [each.id for each in received(250, narrative=narrative)]
    old = app.extensions["settings"].personal_data_keys[0]
    new = Fernet.generate_key().decode()
    rotating = make_app(data_keys=f"{new},{old}")
    with rotating.app_context():
        result = run(rotating, "data-keys", "rotate")
        assert (result.exit_code, result.stdout) == (0, "records=251 changed=251\n")
        assert run(rotating, "data-keys", "rotate").stdout == "records=251 changed=0\n"
    alone = make_app(data_keys=new)
    with alone.app_context():
        found = db.session.scalars(select(Complaint).where(Complaint.id.in_(ids))).all()
        assert {each.personal["narrative"] for each in found} == {narrative}


def test_rotation_without_the_old_key_says_so_and_changes_nothing(app: Flask, make_app: Callable[..., Flask]):
    received(1)
    old = app.extensions["settings"].personal_data_keys
    stranger = make_app(data_keys=Fernet.generate_key().decode())
    with stranger.app_context():
        result = run(stranger, "data-keys", "rotate")
    assert result.exit_code == 1
    assert "none of the DATA_KEYS opens" in result.stderr
    privacy.use_keys(old)
    db.session.expire_all()
    assert db.session.scalars(select(Complaint)).one().personal["narrative"]


def test_the_demo_is_loaded_once_and_can_be_taken_away(make_app: Callable[..., Flask]):
    app = make_app()
    with app.app_context():
        at = clock.now()
        assert run(app, "demo", "load").exit_code == 0
        oldest = db.session.scalar(
            select(func.min(Delivery.created_at)).where(Delivery.finished_at.is_(None))
        )
        assert oldest is not None and oldest >= at, "the demo does not begin with an alarm of late messages"
        again = run(app, "demo", "load")
        assert (again.exit_code, len(again.stderr.strip().splitlines())) == (1, 1)
        assert run(app, "schedule", "list").stdout.count("privacy_leak") == 1
        assert run(app, "demo", "clear").exit_code == 0
        assert db.session.scalars(select(Person).where(Person.active)).all() == []


def test_the_demo_has_a_drill_behind_it_that_counts_for_readiness_and_no_live_figure(
    make_app: Callable[..., Flask],
):
    app = make_app()
    with app.app_context():
        house, at = builders.house(), clock.now()
        assert run(app, "demo", "load").exit_code == 0
        (drill,) = db.session.scalars(select(Drill).where(Drill.state == DrillState.ENDED))
        found = report.gather(drill, zone=house.zone)
        assert [each.result for each in found.injects] == ["met"] * 5 + ["missed"]
        ready = matrix.rows(at=at, house=house)
        assert [row.plan.key for row in ready if row.rating] == ["improper_collection"]
        assert {cell.trained.have > 0 for row in ready for cell in row.cells.values()} == {True, False}
        span = periods.span(at - timedelta(days=60), None, at=at, zone=house.zone)
        live = select(func.count(Incident.id)).where(Incident.drill.is_(False))
        assert len(measures.cases(span)) == db.session.scalar(live) > 0
        told = select(Delivery.id).where(Delivery.incident_id == drill.incident_id)
        assert db.session.scalars(told).all() == []


def test_the_demo_is_not_made_beside_a_real_slack(make_app: Callable[..., Flask]):
    app = make_app(slack_bot_token="xoxb-1-real", slack_signing_secret="s" * 32)
    with app.app_context():
        result = run(app, "demo", "load")
    assert result.exit_code == 1
    assert "password is public" in result.stderr


def test_the_schedule_is_told_soonest_first_in_the_zone_of_the_house(app: Flask):
    received(2, escalated=True)
    told = run(app, "schedule", "list").stdout.splitlines()
    lines = [each for each in told if "INC-" in each]
    assert len(lines) >= 2
    assert lines == sorted(lines)
    assert all("+0800" in each for each in lines)
    assert [each.rsplit(" ", 1)[-1] for each in told if " job " in each] == [each.name for each in JOBS]


def test_an_unprepared_database_is_told_in_one_sentence_and_prepared_by_a_command(tmp_path: Path):
    code, out, err = finished(started(tmp_path, "audit", "verify"))
    assert (code, out) == (1, "")
    assert err == "Error: The database is not prepared; run `flask --app app prepare` first.\n"
    assert finished(started(tmp_path, "prepare")) == (0, "", "")
    assert finished(started(tmp_path, "prepare"))[0] == 0
    connection = sqlite3.connect(tmp_path / "incident.db")
    counted = {
        table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("plan_versions", "calendar_days", "departments")
    }
    years = connection.execute("SELECT count(DISTINCT substr(day, 1, 4)) FROM calendar_days").fetchone()[0]
    connection.close()
    assert counted["plan_versions"] == len(files.DOCUMENTS)
    assert counted["departments"] > 10
    assert years == YEARS_BACK + 1 + YEARS_AHEAD


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command below a group, by its words."""
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        found += commands(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
    return found


def test_every_command_has_a_help_text_of_its_own(app: Flask):
    every = commands(app.cli)
    assert {("complaints", "import"), ("playbooks", "check"), ("audit", "verify"), ("restore",)} <= set(every)
    for words in every:
        result = run(app, *words, "--help")
        assert result.exit_code == 0
        assert len(result.stdout.split("\n\n")[1].strip()) > 10, words


@pytest.mark.parametrize("words", [("complaints", "import"), ("backup",), ("people", "add")])
def test_a_command_called_wrongly_says_so_on_standard_error(app: Flask, words: tuple[str, ...]):
    result = run(app, *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: Missing" in result.stderr
