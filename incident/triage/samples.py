"""Reads complaint files with a type for each row, by a map from the publisher's labels to ours."""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from incident.vocabulary import ComplaintType


class SampleError(Exception):
    """A file that cannot be used; the text is one sentence for people."""


class Issue(BaseModel):
    """The type of a publisher's issue, and of its sub-issues where they differ."""

    model_config = ConfigDict(extra="forbid")
    type: ComplaintType
    sub_issue: dict[str, ComplaintType] = {}


class LabelMap(BaseModel):
    """`issues` by the columns issue and sub_issue, or `labels` by label or label_group."""

    model_config = ConfigDict(extra="forbid")
    about: str = ""
    default: ComplaintType | None = None
    issues: dict[str, Issue] = {}
    labels: dict[str, ComplaintType] = {}

    def type_of(self, row: dict[str, str]) -> str | None:
        """The type of a row; None where the map says nothing of it."""
        for column in ("label", "label_group"):
            if found := self.labels.get(row.get(column) or ""):
                return str(found)
        issue = self.issues.get(row.get("issue") or "")
        if issue:
            return str(issue.sub_issue.get(row.get("sub_issue") or "", issue.type))
        return str(self.default) if self.default else None


@dataclass(frozen=True)
class Sample:
    """One narrative with its type, None where the map has none; `line` is the product's line of business."""

    narrative: str
    type: str | None
    line: str


def read_map(path: Path) -> LabelMap:
    """Read a label map; raises SampleError."""
    try:
        return LabelMap.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as fault:
        raise SampleError(f"{path}: is no label map: {_first_line(fault)}") from fault


def line_of(product: str) -> str:
    """`loans` for a loan or lease product, else `cards` (cards and debt collection)."""
    return "loans" if any(word in product.lower() for word in ("loan", "lease")) else "cards"


def read(path: Path, labels: LabelMap, *, every: bool = False) -> list[Sample]:
    """The rows of a CSV or CSV.GZ with a narrative and a type; `every`: also labelled rows of no type.

    Raises SampleError.
    """
    try:
        found = list(_rows(path, labels))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as fault:
        raise SampleError(f"{path}: cannot be read as CSV: {_first_line(fault)}") from fault
    if not any(sample.type for sample in found):
        raise SampleError(f"{path}: no row has a narrative and a type of the label map")
    return [sample for sample in found if sample.type or every]


def _rows(path: Path, labels: LabelMap) -> Iterator[Sample]:
    data = path.read_bytes()
    data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    if "narrative" not in (rows.fieldnames or []):
        raise SampleError(f"{path}: there is no column narrative")
    for row in rows:
        kind = labels.type_of(row)
        labelled = any(row.get(column) for column in ("label", "issue"))
        if (kind or labelled) and (row["narrative"] or "").strip():
            yield Sample(row["narrative"], kind, line_of(row.get("product") or ""))


def _first_line(fault: Exception) -> str:
    return str(fault).splitlines()[0] if str(fault) else type(fault).__name__
