"""Files under their hash: whole or not at all, once for the same content, found out when changed."""

import hashlib
import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from incident import errors
from incident.vault import STALE, Vault

NOW = datetime(2026, 11, 3, tzinfo=UTC)
WORDS = "录音文字稿".encode()


class Broken(io.RawIOBase):
    """A line that breaks after the first bytes."""

    def read(self, size: int = -1) -> bytes:
        if self.tell_once:
            raise ConnectionResetError
        self.tell_once = True
        return b"first"

    tell_once = False


def everything(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_a_file_is_kept_under_its_hash_readable_by_us_alone(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "evidence")
    draft = vault.receive(io.BytesIO(WORDS))
    assert draft.sha256 == hashlib.sha256(WORDS).hexdigest() and draft.size == len(WORDS)
    kept = vault.keep(draft)
    assert kept == tmp_path / "evidence" / draft.sha256[:2] / draft.sha256
    assert kept.read_bytes() == WORDS and kept.stat().st_mode & 0o077 == 0
    assert everything(tmp_path) == [kept]


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    first, second = (vault.keep(vault.receive(io.BytesIO(WORDS))) for _ in range(2))
    assert first == second and everything(tmp_path) == [first]


@pytest.mark.parametrize("size", [11, 1_000_000])
def test_one_byte_too_many_leaves_nothing(tmp_path: Path, size: int) -> None:
    with pytest.raises(errors.TooLarge):
        Vault(tmp_path).receive(io.BytesIO(b"x" * size), largest=10)
    assert everything(tmp_path) == []


def test_an_empty_file_and_a_broken_line_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(errors.Invalid):
        Vault(tmp_path).receive(io.BytesIO(b""))
    with pytest.raises(ConnectionResetError):
        Vault(tmp_path).receive(Broken())  # type: ignore[arg-type]
    assert everything(tmp_path) == []


def test_missing_and_changed_contents_are_told_apart(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    draft = vault.receive(io.BytesIO(WORDS))
    assert vault.state(draft.sha256) == "missing"
    kept = vault.keep(draft)
    assert vault.state(draft.sha256) == "sound" and list(vault.kept()) == [draft.sha256]
    kept.write_bytes(b"something else")
    assert vault.state(draft.sha256) == "changed"
    vault.keep(vault.receive(io.BytesIO(WORDS)))
    assert vault.state(draft.sha256) == "sound"


def test_only_a_hash_names_a_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        Vault(tmp_path).path("../" * 20 + "x" * 4)


def test_the_sweep_takes_what_is_stale_and_leaves_what_is_on_its_way(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    old, fresh = vault.receive(io.BytesIO(b"old")), vault.receive(io.BytesIO(b"fresh"))
    kept = vault.keep(vault.receive(io.BytesIO(WORDS)))
    for path, at in (
        (old.path, NOW - STALE - timedelta(seconds=1)),
        (fresh.path, NOW),
        (kept, NOW - STALE * 9),
    ):
        os.utime(path, (at.timestamp(), at.timestamp()))
    assert vault.sweep(at=NOW) == 1
    assert set(everything(tmp_path)) == {fresh.path, kept}
    assert vault.sweep(at=NOW) == 0
