"""Files kept under their content hash, outside the web root: whole or not at all, and never changed."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Literal

import structlog

from incident import errors
from incident.errors import N_

log = structlog.get_logger(__name__)
MIB = 1024 * 1024
LARGEST = 25 * MIB  # bytes of one file
CHUNK = 256 * 1024
HEAD = 64 * 1024  # bytes that say what a file is
STALE = timedelta(hours=1)  # far longer than any upload takes
DRAFT = ".incoming-"
_HASH = re.compile(r"[0-9a-f]{64}")
State = Literal["sound", "missing", "changed"]


@dataclass(frozen=True)
class Draft:
    """A file that has arrived whole and is not yet kept; `head` are its first bytes."""

    path: Path
    sha256: str
    size: int
    head: bytes


@dataclass(frozen=True)
class Attachment:
    """What is given out: a file on disk or a few bytes, with the name to save it under."""

    content: Path | bytes
    name: str
    type: str


class Vault:
    """The folder: `<aa>/<sha256>`, where aa are the first two digits."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def receive(self, stream: IO[bytes], *, largest: int = LARGEST) -> Draft:
        """Write what arrives to a temporary file beside the kept ones, hashing on the way.

        Raises TooLarge as soon as one byte too many has come, and Invalid for an empty file; then, and when
        the stream breaks, nothing is left behind.
        """
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=DRAFT, dir=self.root)
        path = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                digest, size, head = _copy(stream, file, largest)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Draft(path, digest, size, head)

    def keep(self, draft: Draft) -> Path:
        """Put a draft under its hash. The same content is kept once; a kept file that is no longer what its
        name says is replaced by the sound one, and the log says so."""
        target = self.path(draft.sha256)
        state = self.state(draft.sha256)
        if state == "sound":
            self.drop(draft)
            return target
        if state == "changed":
            log.error("vault.replaced_a_changed_file", sha256=draft.sha256)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        draft.path.replace(target)
        for folder in (target.parent, self.root):
            _sync(folder)
        return target

    def drop(self, draft: Draft) -> None:
        """Remove a draft that is not wanted, or was kept already."""
        draft.path.unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """Where a content is kept; raises ValueError for what is no hash."""
        if not _HASH.fullmatch(sha256):
            raise ValueError("no SHA-256")
        return self.root / sha256[:2] / sha256

    def destroy(self, sha256: str) -> None:
        """Remove a content for good; one that is not there is gone already."""
        self.path(sha256).unlink(missing_ok=True)

    def state(self, sha256: str) -> State:
        """Whether a content is there and is what its name says."""
        try:
            with self.path(sha256).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return "missing"
        return "sound" if found == sha256 else "changed"

    def kept(self) -> Iterator[str]:
        """The hashes of every kept file."""
        for path in sorted(self.root.glob("[0-9a-f][0-9a-f]/*")):
            if _HASH.fullmatch(path.name):
                yield path.name

    def sweep(self, *, at: datetime) -> int:
        """Remove the drafts of uploads that were broken off by a stop of the service; returns how many."""
        gone = 0
        for path in self.root.glob(f"{DRAFT}*"):
            try:
                if path.stat().st_mtime < (at - STALE).timestamp():
                    path.unlink()
                    gone += 1
            except FileNotFoundError:
                continue  # its upload has just ended
        return gone


def _copy(stream: IO[bytes], file: IO[bytes], largest: int) -> tuple[str, int, bytes]:
    digest, size, head = hashlib.sha256(), 0, b""
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > largest:
            raise errors.TooLarge(N_("The file is larger than %(mib)s MiB."), mib=largest // MIB)
        head += chunk[: max(0, HEAD - len(head))]
        digest.update(chunk)
        file.write(chunk)
    if not size:
        raise errors.Invalid(
            N_("The file is empty."), reasons=[errors.Reason(N_("The file is empty."), loc=("file",))]
        )
    return digest.hexdigest(), size, head


def _sync(folder: Path) -> None:
    """The name itself must survive a power cut too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
