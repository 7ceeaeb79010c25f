"""Puts a backup back: checked whole before anything is touched, never over data that is in use unasked."""

import json
import sqlite3
import tarfile
import tempfile
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from incident import backup, errors
from incident.db import db
from incident.errors import N_
from incident.settings import Settings
from incident.vault import Vault


def restore(source: Path, settings: Settings, *, known_revisions: Collection[str]) -> backup.Manifest:
    """Replace the database and the kept secrets by those of a backup; migrate afterwards.

    `known_revisions` are the migrations of this version. Raises NotFound and Invalid for a file that is no
    sound backup or is for another kind of database, and Refused where no data key opens what is in it.
    """
    with tempfile.TemporaryDirectory(dir=settings.var_dir, prefix=".restore-") as folder:
        manifest, secrets = _unpacked(source, Path(folder))
        copy = Path(folder, backup.DATABASE)
        _must_fit(manifest, known_revisions)
        if backup.digest(copy) != manifest.sha256:
            raise errors.Invalid(N_("The backup is damaged: its database is not what was written."))
        _put_evidence(source, Vault(settings.evidence_dir))  # under its hashes: it replaces nothing
        db.session.rollback()  # an open reading transaction would hold the tables
        if manifest.database == "sqlite":
            _must_open(copy, settings, secrets)
            _put_sqlite(copy)
        else:
            backup.run_client(
                ["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", str(copy)],
                settings.database,
            )
        for name, words in secrets.items():
            _put_secret(settings.var_dir / name, words)
    return manifest


def _unpacked(source: Path, folder: Path) -> tuple[backup.Manifest, dict[str, str]]:
    """The manifest and the secrets; the database is written below `folder`. Only known names are read."""
    try:
        with tarfile.open(source, "r:") as tar:
            manifest = backup.Manifest(**json.loads(_member(tar, backup.MANIFEST)))
            names = set(tar.getnames())
            secrets = {name: _member(tar, name).decode("ascii") for name in backup.SECRETS if name in names}
            file = tar.extractfile(backup.DATABASE)
            if file is None:
                raise KeyError(backup.DATABASE)
            with Path(folder, backup.DATABASE).open("wb") as out:
                while chunk := file.read(1024 * 1024):
                    out.write(chunk)
    except FileNotFoundError:
        raise errors.NotFound(N_("There is no file %(file)s."), file=source.name) from None
    except (tarfile.TarError, KeyError, TypeError, ValueError, OSError):
        raise errors.Invalid(N_("%(file)s is no backup of this service."), file=source.name) from None
    return manifest, secrets


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    if file is None:
        raise KeyError(name)
    return file.read(64 * 1024)


def _must_fit(manifest: backup.Manifest, known_revisions: Collection[str]) -> None:
    if manifest.format > backup.FORMAT or manifest.revision not in known_revisions:
        raise errors.Refused(N_("The backup was made by a newer version; restore it with that one."))
    here = db.engine.dialect.name
    if manifest.database != here:
        raise errors.Refused(
            N_("The backup is for %(there)s, DATABASE_URL is %(here)s."), there=manifest.database, here=here
        )


def _must_open(copy: Path, settings: Settings, secrets: dict[str, str]) -> None:
    """The backup's personal data must be readable with the keys in force afterwards."""
    connection = sqlite3.connect(copy)
    try:
        sound = connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
        row = connection.execute("SELECT personal FROM complaints ORDER BY id DESC LIMIT 1").fetchone()
    except sqlite3.DatabaseError:
        sound, row = False, None
    finally:
        connection.close()
    if not sound:
        raise errors.Invalid(N_("The backup is damaged: its database is not what was written."))
    given = [key.get_secret_value() for key in settings.data_keys]
    keys = given or [secrets[name].strip() for name in ("data_key",) if name in secrets]
    if row is not None and not any(_opens(key, row[0]) for key in keys):
        raise errors.Refused(N_("None of the DATA_KEYS opens the personal data in this backup."))


def _opens(key: str, token: bytes) -> bool:
    try:
        Fernet(key).decrypt(token)
    except (InvalidToken, ValueError):
        return False
    return True


def _put_sqlite(copy: Path) -> None:
    """Page by page into the live file: open connections see the old content or the new, never a mixture."""
    connection = db.engine.raw_connection()
    try:
        target: Any = connection.driver_connection
        source = sqlite3.connect(copy)
        source.backup(target)
        source.close()
    finally:
        connection.close()


def _put_evidence(source: Path, vault: Vault) -> None:
    """Every file of evidence under its own hash again, whatever its place in the backup says; the database
    knows which hashes it needs, so a damaged one shows when the evidence is verified."""
    with tarfile.open(source, "r:") as tar:
        for member in tar:
            file = tar.extractfile(member) if member.name.startswith(backup.EVIDENCE) else None
            if file is not None:
                with closing(file):
                    vault.keep(vault.receive(file))


def _put_secret(path: Path, words: str) -> None:
    draft = path.with_name(path.name + ".restored")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(words, encoding="ascii")
    draft.replace(path)
