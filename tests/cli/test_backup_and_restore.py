"""`flask backup` and `flask restore`: everything comes back, nothing is overwritten unasked."""

import hashlib
import io
import json
import shutil
import sqlite3
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask, current_app
from sqlalchemy import select

from incident import clock
from incident.coordination import evidence
from incident.db import db, unit_of_work
from incident.intake import body, receive
from incident.leading import Leadership
from incident.models.complaints import Complaint
from incident.vault import Vault
from tests import builders
from tests.cli.commands import finished, run, started

LETTER = b"A letter of the customer."
NARRATIVE = "They phoned my employer about a debt that is not mine."


def a_complaint() -> None:
    vault: Vault = current_app.extensions["vault"]
    with unit_of_work():
        prepared = receive.prepare(
            body.read(builders.complaint_body(narrative=NARRATIVE, escalated=True), at=clock.now())
        )
        found = receive.receive(prepared, by=builders.BY, at=clock.now(), house=builders.house()).incident
        assert found is not None
        draft = vault.receive(io.BytesIO(LETTER))
        given = {"name": "letter.txt", "claimed": None, "about": evidence.About()}
        evidence.add_file(found, draft, **given, by=builders.BY, at=clock.now())
        vault.keep(draft)


@pytest.fixture
def saved(app: Flask, tmp_path: Path) -> Path:
    """A backup of a database with one complaint."""
    a_complaint()
    path = tmp_path / "backup.tar"
    result = run(app, "backup", path)
    assert (result.exit_code, result.stderr) == (0, "")
    return path


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """A backup whose members were changed."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old.getmembers():
            file = old.extractfile(member)
            assert file is not None
            data = change(member.name, file.read())
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    return target


def test_a_backup_restored_on_a_new_machine_brings_everything_back(saved: Path, tmp_path: Path, app: Flask):
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    code, _, err = finished(started(fresh, "restore", saved))
    assert (code, err) == (0, "")
    for name in ("data_key", "secret_key"):
        if (tmp_path / "var" / name).exists():
            assert (fresh / name).read_text() == (tmp_path / "var" / name).read_text()
    sound = "Every seal holds.\nEvery piece of evidence is as it was recorded.\n"
    assert finished(started(fresh, "audit", "verify"))[:2] == (0, sound)
    [kept] = [path for path in (fresh / "evidence").rglob("*") if path.is_file()]
    assert kept.read_bytes() == LETTER and kept.name == hashlib.sha256(LETTER).hexdigest()
    kept.write_bytes(b"changed")
    code, out, err = finished(started(fresh, "audit", "verify"))
    assert code != 0 and "was changed" in out and "1 faults in the evidence" in err
    connection = sqlite3.connect(fresh / "incident.db")
    personal = connection.execute("SELECT personal FROM complaints").fetchone()[0]
    connection.close()
    assert NARRATIVE.encode() in Fernet((fresh / "data_key").read_text().strip()).decrypt(personal)


def test_a_backup_is_for_its_owners_eyes_only_and_holds_the_key(saved: Path):
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    with tarfile.open(saved) as tar:
        assert {"manifest.json", "database", "data_key"} <= set(tar.getnames())


def test_a_backup_holds_a_state_of_one_moment_while_others_write(app: Flask, tmp_path: Path):
    a_complaint()
    with unit_of_work() as session:
        session.add(
            Complaint(**{**columns_of(session.scalars(select(Complaint)).one()), "source_ref": "second"})
        )
        session.flush()
        assert finished(started(tmp_path / "var", "backup", tmp_path / "b.tar"))[0] == 0
    with tarfile.open(tmp_path / "b.tar") as tar:
        tar.extract("database", tmp_path, filter="data")
    connection = sqlite3.connect(tmp_path / "database")
    assert connection.execute("SELECT count(*) FROM complaints").fetchone() == (1,)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def columns_of(row: Complaint) -> dict[str, object]:
    """A row's values without its id and incident."""
    names = [each.key for each in Complaint.__table__.columns if each.key not in ("id", "incident_id")]
    return {name: getattr(row, name) for name in names}


def test_a_database_in_use_is_not_overwritten_unasked(saved: Path, app: Flask):
    result = run(app, "restore", saved)
    assert result.exit_code == 1
    assert "--force" in result.stderr
    db.session.rollback()
    assert db.session.scalars(select(Complaint)).one().personal["narrative"] == NARRATIVE


def test_force_puts_the_state_of_the_backup_back(saved: Path, app: Flask):
    a_complaint()
    assert run(app, "restore", saved, "--force").exit_code == 0
    db.session.rollback()
    assert len(db.session.scalars(select(Complaint)).all()) == 1


def test_a_running_service_is_not_restored_under(saved: Path, app: Flask):
    leader = Leadership(app, app.extensions["settings"])
    assert leader.hold()
    try:
        result = run(app, "restore", saved, "--force")
    finally:
        leader.release()
    assert result.exit_code == 1
    assert "stop it first" in result.stderr


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda name, data: data[:-4096] if name == "database" else data, "damaged"),
        (
            lambda name, data: (
                json.dumps({**json.loads(data), "revision": "9999"}).encode()
                if name == "manifest.json"
                else data
            ),
            "newer version",
        ),
        (
            lambda name, data: (
                json.dumps({**json.loads(data), "database": "postgresql"}).encode()
                if name == "manifest.json"
                else data
            ),
            "is for postgresql",
        ),
        (lambda name, data: Fernet.generate_key() if name == "data_key" else data, "None of the DATA_KEYS"),
        (lambda name, data: b"{}" if name == "manifest.json" else data, "no backup"),
    ],
    ids=["damaged", "newer", "other database", "other key", "no manifest"],
)
def test_an_unsound_backup_is_refused_before_anything_is_touched(
    saved: Path, app: Flask, tmp_path: Path, change: Callable[[str, bytes], bytes], expected: str
):
    kept = (tmp_path / "var" / "data_key").read_text()
    result = run(app, "restore", rewritten(saved, tmp_path / "bad.tar", change), "--force")
    assert result.exit_code == 1
    assert expected in result.stderr
    assert (tmp_path / "var" / "data_key").read_text() == kept
    db.session.rollback()
    assert db.session.scalars(select(Complaint)).one().personal["narrative"] == NARRATIVE


def test_a_file_that_is_no_backup_is_refused(app: Flask, tmp_path: Path):
    (tmp_path / "x.tar").write_bytes(b"hello")
    assert "no backup" in run(app, "restore", tmp_path / "x.tar", "--force").stderr
    assert "There is no file none.tar" in run(app, "restore", tmp_path / "none.tar", "--force").stderr


def test_postgresql_without_its_client_says_what_to_install(tmp_path: Path, template: Path):
    var = Path(shutil.copytree(template, tmp_path / "var"))
    code, _, err = finished(
        started(
            var,
            "backup",
            tmp_path / "b.tar",
            DATABASE_URL="postgresql+psycopg://u:p@127.0.0.1:1/none",
            PATH=str(tmp_path),
        )
    )
    assert code == 1
    assert "postgresql-client" in err
    assert len(err.strip().splitlines()) == 1
