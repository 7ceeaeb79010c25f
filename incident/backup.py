"""Backup of everything that cannot be made again, in one file: database, evidence, secrets under VAR_DIR.

The file is a tar of `manifest.json`, the database (a SQLite file, or a dump of pg_dump), the kept secrets
and the files of evidence under their hashes; it is readable by its owner only, since the data key in it
opens the personal data.
"""

import hashlib
import io
import json
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select, text
from sqlalchemy.engine import make_url

from incident import errors
from incident.db import db, is_sqlite
from incident.errors import N_
from incident.models.complaints import Complaint
from incident.models.incidents import Incident
from incident.models.people import Person, Token
from incident.models.records import AuditEntry
from incident.settings import Settings
from incident.vault import Vault

FORMAT = 2  # of the file; a reader refuses a newer one. 2 holds the files of evidence
MANIFEST = "manifest.json"
DATABASE = "database"
EVIDENCE = "evidence/"  # then <sha256>
SECRETS = ("data_key", "secret_key")  # the files that settings keep under VAR_DIR
PAGES = 1_000  # SQLite pages copied at a time, so that writers get their turn
PACKAGE = "postgresql-client"


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    made_at: str
    database: str
    revision: str
    sha256: str
    size: int
    evidence: int = 0  # files


def save(target: Path, settings: Settings, *, at: datetime) -> Manifest:
    """Write a backup while the service runs; an older file of the name is replaced when the new one is whole.

    Raises Refused where pg_dump is needed and missing, or fails.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        copy, vault = Path(folder, DATABASE), Vault(settings.evidence_dir)
        _copy_sqlite(copy) if is_sqlite() else _dump(settings.database, copy)
        manifest = Manifest(
            format=FORMAT,
            made_at=at.isoformat(),
            database=db.engine.dialect.name,
            revision=revision(),
            sha256=digest(copy),
            size=copy.stat().st_size,
            evidence=len(kept := list(vault.kept())),  # after the database: whatever it names is there
        )
        draft = Path(folder, "backup.tar")
        draft.touch(mode=0o600)
        with tarfile.open(draft, "w") as tar:
            _add_text(tar, MANIFEST, json.dumps(vars(manifest), indent=2), at)
            for name in SECRETS:
                if (settings.var_dir / name).exists():
                    _add_text(tar, name, (settings.var_dir / name).read_text(encoding="ascii"), at)
            tar.add(copy, DATABASE)
            for sha256 in kept:
                tar.add(vault.path(sha256), EVIDENCE + sha256)
        draft.replace(target)
    return manifest


def revision() -> str:
    """The migration the database is at."""
    return str(db.session.scalar(text("SELECT version_num FROM alembic_version")) or "")


def _copy_sqlite(copy: Path) -> None:
    connection = db.engine.raw_connection()
    try:
        source: Any = connection.driver_connection
        with sqlite3.connect(copy) as target:
            source.backup(target, pages=PAGES)
        target.close()
    finally:
        connection.close()


def _dump(url: str, copy: Path) -> None:
    run_client(["pg_dump", "--format=custom", "--no-owner", f"--file={copy}"], url)


def run_client(command: list[str], url: str) -> None:
    """Run a client program of PostgreSQL; the password goes by the environment, not by the command line."""
    program = shutil.which(command[0])
    if program is None:
        raise errors.Refused(
            N_("%(program)s is not installed; install the package %(package)s."),
            program=command[0],
            package=PACKAGE,
        )
    made = make_url(url)
    plain = made.set(drivername="postgresql", password=None).render_as_string()
    password = {"PGPASSWORD": str(made.password)} if made.password else {}
    done = subprocess.run(  # noqa: S603 - a fixed program with our own settings
        [program, *command[1:], f"--dbname={plain}"],
        env={"PATH": str(Path(program).parent), "LC_ALL": "C", **password},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        fault = "; ".join(done.stderr.strip().splitlines()[:3]) or f"exit code {done.returncode}"
        raise errors.Refused(N_("%(program)s failed: %(fault)s."), program=command[0], fault=fault)


def _add_text(tar: tarfile.TarFile, name: str, words: str, at: datetime) -> None:
    data = words.encode()
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(data), 0o600, int(at.timestamp())
    tar.addfile(member, io.BytesIO(data))


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def in_use() -> bool:
    """Whether the database holds anything that a restore would lose."""
    tables = set(inspect(db.engine).get_table_names())
    return any(
        db.session.scalar(select(model.id).limit(1)) is not None
        for model in (Person, Token, Complaint, Incident, AuditEntry)
        if model.__tablename__ in tables
    )
