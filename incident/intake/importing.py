"""Imports a file of complaints through the one verb, in batches that an interruption cannot spoil.

How far a file has come is written in the transaction of each batch: the same call again goes on where the
last one ended. A file that was imported to its end is read from its beginning again.
"""

import csv
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from incident import clock, errors, privacy, sheets
from incident.accounts import Actor
from incident.db import db, unit_of_work
from incident.errors import N_, Reason
from incident.intake import body, columns, receive, records, textlines
from incident.lifecycle.common import House
from incident.models.ground import ImportRun
from incident.permissions import Permission

BATCH = 100  # complaints in one transaction: long enough to be fast, short enough to let others write
COUNTS = ("received", "created", "duplicates", "rejected", "incidents")
REFERENCE_LONGEST = 120  # characters of a reference shown in the rejects file
REJECTS_HEADER = ("line", "reference", "place", "reason")


@dataclass(frozen=True)
class Reject:
    """A record that was not taken: the line it begins on, its reference where it has one, and why."""

    line: int
    reference: str
    reasons: list[Reason]


@dataclass
class Outcome:
    """What became of a file; `received` is the sum of `created`, `duplicates` and `rejected`."""

    counts: dict[str, int]
    resumed_after: int
    rejects: Path
    absent: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return " ".join(f"{name}={self.counts[name]}" for name in COUNTS)


@dataclass(frozen=True)
class Checked:
    """A record after the checks: ready to be written, or rejected."""

    record: records.Record
    ready: receive.Prepared | None
    reject: Reject | None


class Import:
    """One file on its way in; `size` is its length in bytes, for those who show progress."""

    def __init__(
        self, path: Path, *, source: str, plan: columns.ColumnMap | None, by: Actor, house: House
    ) -> None:
        """Look at the file; raises NotFound and Invalid where it cannot be read or its columns do not fit."""
        by.must(Permission.COMPLAINTS_WRITE)
        self._by, self._house, self._source = by, house, source
        self._file = textlines.look(path)
        self.size = self._file.size
        self.rejects = path.with_name(path.name + ".rejected.csv")
        self._records, self._reader = self._opened(plan)
        # another map makes other complaints of the same file: its progress is its own
        shape = plan.model_dump_json() if plan else ""
        self._digest = hashlib.sha256(f"{self._file.digest}/{shape}".encode()).hexdigest()

    def _opened(
        self, plan: columns.ColumnMap | None
    ) -> tuple[Iterator[records.Record], columns.Reader | None]:
        lines = textlines.lines(self._file)
        kind = self._file.path.name.removesuffix(".gz").rpartition(".")[2].lower()
        if kind in ("ndjson", "jsonl"):
            if plan is not None:
                raise errors.Invalid(
                    N_("A column map is for CSV files; NDJSON lines are complaints already.")
                )
            return records.ndjson(lines), None
        if kind != "csv":
            raise errors.Invalid(
                N_("The file's name must end in .csv or .ndjson, or in one of them and .gz.")
            )
        rows = records.CsvReader(lines)
        return iter(rows), columns.Reader(plan or columns.own(), rows.header, strict=plan is None)

    def run(self, *, restart: bool = False, progress: Callable[[int], None] = lambda _bytes: None) -> Outcome:
        """Take every record; `progress` is told how many bytes of the file are done.

        A bad record is told in the rejects file and never keeps a good one out.
        """
        run = self._begun(restart)
        absent = self._reader.absent if self._reader and not self._reader.strict else []
        outcome = Outcome(dict(run.counts), run.lines, self.rejects, absent)
        _keep_rejects(self.rejects, upto=run.lines)
        waiting = (record for record in self._records if record.line > outcome.resumed_after)
        while batch := list(islice(waiting, BATCH)):
            self._take(batch, outcome)
            progress(batch[-1].ends)
        with unit_of_work():
            self._mark(self._line, outcome.counts, finished=True)
        return outcome

    def _begun(self, restart: bool) -> ImportRun:
        self._line = 0
        fresh = ImportRun(lines=0, counts=dict.fromkeys(COUNTS, 0))
        found = db.session.get(ImportRun, (self._digest, self._source))
        if found is None or found.finished or restart:
            return fresh
        self._line = found.lines
        return found

    def _mark(self, line: int, counts: dict[str, int], *, finished: bool) -> None:
        db.session.merge(
            ImportRun(
                file_digest=self._digest,
                source=self._source,
                lines=line,
                counts=dict(counts),
                at=clock.now(),
                finished=finished,
            )
        )

    def _take(self, batch: list[records.Record], outcome: Outcome) -> None:
        """One batch: checked and graded outside the transaction, written within it."""
        now = clock.now()
        checked = [self._check(record, now) for record in batch]
        counts = dict(outcome.counts)
        with unit_of_work():
            rejects = [each for each in (self._write(one, counts, now) for one in checked) if each]
            self._mark(batch[-1].last_line, counts, finished=False)
            db.session.flush()
            _add_rejects(self.rejects, rejects)
        outcome.counts, self._line = counts, batch[-1].last_line

    def _check(self, record: records.Record, now: datetime) -> Checked:
        if record.fault is not None:
            return Checked(record, None, Reject(record.line, "", [record.fault]))
        values, reader = record.values, self._reader
        reference = reader.reference(values) if reader else values.get("source_ref")
        try:
            raw = {"source": self._source, **(reader.body(values) if reader else values)}
            return Checked(record, receive.prepare(body.read(raw, at=now)), None)
        except errors.Invalid as fault:
            return Checked(record, None, Reject(record.line, _shown(reference), fault.reasons))

    def _write(self, one: Checked, counts: dict[str, int], now: datetime) -> Reject | None:
        counts["received"] += 1
        reject = one.reject
        if one.ready is not None:
            try:
                with db.session.begin_nested():
                    received = receive.receive(one.ready, by=self._by, at=now, house=self._house)
                counts["duplicates" if received.duplicate else "created"] += 1
                counts["incidents"] += received.opened
            except errors.DomainError as fault:
                reasons = [fault.reason, *fault.reasons]
                reject = Reject(one.record.line, _shown(one.ready.body.source_ref), reasons)
        counts["rejected"] += reject is not None
        return reject


def _shown(reference: Any) -> str:
    """A reference as the rejects file may show it: whatever looks personal in it is masked."""
    text = reference if isinstance(reference, str) else ""
    printable = "".join(char if char.isprintable() else " " for char in text.strip()[:REFERENCE_LONGEST])
    return privacy.redact(printable)


def _rows(reject: Reject) -> Iterator[tuple[int, str, str, str]]:
    for reason in reject.reasons:
        place = ".".join(str(part) for part in reason.loc)[:REFERENCE_LONGEST]
        yield reject.line, sheets.safe(reject.reference), sheets.safe(_shown(place)), str(reason)


def _add_rejects(path: Path, rejects: list[Reject]) -> None:
    if not rejects:
        return
    fresh = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        if fresh:
            rows.writerow(REJECTS_HEADER)
        for reject in rejects:
            rows.writerows(_rows(reject))


def _keep_rejects(path: Path, *, upto: int) -> None:
    """Drop what a batch wrote that was then not committed; everything where the import starts over."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as file:
        kept = [
            row
            for row in islice(csv.reader(file), 1, None)
            if row and row[0].isdigit() and int(row[0]) <= upto
        ]
    if not kept:
        path.unlink()
        return
    draft = path.with_name(path.name + ".tmp")
    with draft.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([REJECTS_HEADER, *kept])
    draft.replace(path)
