"""Measures how often the proposed type is the label's: shares, precision and recall, confusion."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from incident.levels import Levels
from incident.triage import assess
from incident.triage.assessment import Facts
from incident.triage.model import TypeModel
from incident.triage.samples import Sample
from incident.triage.vocabulary import Vocabulary


class Line(NamedTuple):
    """One type's figures; None where there is nothing to divide by."""

    type: str
    precision: float | None
    recall: float | None
    labelled: int
    proposed: int


@dataclass
class Report:
    """Counts of (label, proposal); `beyond` are rows of no mapped label, which only precision feels."""

    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    beyond: Counter[str] = field(default_factory=Counter)
    in_three: int = 0
    opens: int = 0

    @property
    def rows(self) -> int:
        """Rows with a label."""
        return sum(self.confusion.values())

    @property
    def accuracy(self) -> float:
        """Share of rows whose first proposal is the label."""
        return sum(count for (label, found), count in self.confusion.items() if label == found) / self.rows

    @property
    def top_three(self) -> float:
        """Share of rows whose label is among the three proposals."""
        return self.in_three / self.rows

    def types(self) -> list[str]:
        """Every type that is a label or was proposed, by name."""
        return sorted({name for pair in self.confusion for name in pair})

    def lines(self) -> Iterator[Line]:
        """Precision and recall of each type."""
        for name in self.types():
            right = self.confusion[name, name]
            labelled = sum(count for (label, _), count in self.confusion.items() if label == name)
            proposed = sum(count for (_, found), count in self.confusion.items() if found == name)
            proposed += self.beyond[name]
            yield Line(
                name,
                right / proposed if proposed else None,
                right / labelled if labelled else None,
                labelled,
                proposed,
            )


def measure(samples: Iterable[Sample], *, vocabulary: Vocabulary, levels: Levels, model: TypeModel) -> Report:
    """Assess each narrative by its text alone: no product, channel or type is given away."""
    report = Report()
    for sample in samples:
        found = assess(
            Facts(narrative=sample.narrative, channel="other"),
            vocabulary=vocabulary,
            levels=levels,
            model=model,
        )
        if sample.type is None:
            report.beyond[found.complaint_type] += 1
            continue
        report.confusion[sample.type, found.complaint_type] += 1
        report.in_three += sample.type in [each.type for each in found.types]
        report.opens += found.opens_incident
    return report


def tables(report: Report) -> list[str]:
    """The report as lines of text for a terminal."""
    lines = [
        f"rows={report.rows} accuracy={report.accuracy:.4f} top3={report.top_three:.4f}"
        f" opens={report.opens / report.rows:.4f}",
        "",
        f"{'type':<26}{'precision':>10}{'recall':>10}{'labelled':>10}{'proposed':>10}",
    ]
    for line in report.lines():
        shares = f"{_share(line.precision):>10}{_share(line.recall):>10}"
        lines.append(f"{line.type:<26}{shares}{line.labelled:>10}{line.proposed:>10}")
    return [*lines, "", *_confusion(report)]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _confusion(report: Report) -> Iterator[str]:
    names = report.types()
    yield "confusion (rows: label, columns: proposal)"
    yield " " * 30 + "".join(f"{f'[{number}]':>6}" for number in range(1, len(names) + 1))
    for number, label in enumerate(names, start=1):
        counts = "".join(f"{report.confusion[label, found]:>6}" for found in names)
        yield f"{f'[{number}]':>4} {label:<25}{counts}"
