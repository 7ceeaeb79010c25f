"""The linear text model that proposes a type for an English narrative; read without scikit-learn.

One expert per line of business (cards and collection; loans), mixed by how the text reads or by the
product where that is known: the same words mean other types in the other line.
"""

import base64
import gzip
import json
import math
import operator
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from incident.triage import words

SHIPPED = Path(__file__).with_name("model.json.gz")
# An expert that is this unlikely to be asked is left out: it could not change the order and costs time.
_NEGLIGIBLE = 0.1
_WORDS_SHOWN = 5


@dataclass(frozen=True)
class Row:
    """The weights of one class: `scale * weights[i]` for feature i, plus `intercept`."""

    label: str
    intercept: float
    scale: float
    weights: "array[int]"

    def score(self, read: "Read") -> float:
        """The weighted sum for the features of a text."""
        found: float = sum(map(operator.mul, read.values, read.pick(self.weights)))
        return self.intercept + self.scale * found


@dataclass(frozen=True)
class Expert:
    """The rows of one line of business, and their mean weight for each feature."""

    rows: dict[str, Row]
    mean: "array[float]"


def expert(rows: list[Row]) -> Expert:
    """Rows with their mean, which explanations compare with."""
    columns = zip(*(row.weights for row in rows), strict=True)
    scales = [row.scale / len(rows) for row in rows]
    mean = array("f", (sum(map(operator.mul, scales, column)) for column in columns))
    return Expert({row.label: row for row in rows}, mean)


@dataclass(frozen=True)
class Read:
    """A text as the model sees it: stems in order, surface words, known features and their values."""

    surface: list[str]
    stems: list[str]
    names: list[str]
    pick: Callable[[Any], tuple[Any, ...]]
    values: list[float]


@dataclass(frozen=True)
class Guess:
    """One type with its probability 0-1 and the words of the text that weighed most for it."""

    type: str
    probability: float
    words: list[str]


@dataclass(frozen=True)
class TypeModel:
    """Weights and where they come from; `guess` reads a text."""

    about: dict[str, Any]
    features: dict[str, int]
    idf: list[float]
    experts: dict[str, Expert]
    gate: Row | None

    def guess(self, text: str, *, line: str | None = None, most: int = 3) -> list[Guess]:
        """The likeliest types, best first; empty where no word is known. `line` names the expert to ask."""
        read = self.read(words.opening(words.normal(text)))
        return self.judge(read, line=line, most=most) if read.names else []

    def read(self, text: str) -> Read:
        """Normalised text as known features: sublinear counts times rarity, of length one."""
        surface = words.tokens(text)
        stems = [words.stem(word) for word in surface]
        counts = Counter(words.grams(stems))
        known = self.features
        names = sorted(known.keys() & counts.keys())  # sorted: the same text always adds up the same
        where = [known[name] for name in names]
        values = [
            self.idf[i] * (1.0 if counts[name] == 1 else 1.0 + math.log(counts[name]))
            for name, i in zip(names, where, strict=True)
        ]
        length = math.sqrt(sum(map(operator.mul, values, values))) or 1.0
        return Read(surface, stems, names, _picker(where), [value / length for value in values])

    def judge(self, read: Read, *, line: str | None, most: int) -> list[Guess]:
        """The likeliest types for a text already read."""
        shares = self._shares(read, line)
        total: Counter[str] = Counter()
        for name, share in shares.items():
            for label, probability in _softmax(self.experts[name], read).items():
                total[label] += share * probability  # type: ignore[assignment]
        leading = self.experts[max(shares, key=shares.__getitem__)]
        return [
            Guess(label, probability, self._because(read, leading, label))
            for label, probability in total.most_common(most)
        ]

    def _shares(self, read: Read, line: str | None) -> dict[str, float]:
        if line in self.experts:
            return {str(line): 1.0}
        if self.gate is None:
            return {next(iter(self.experts)): 1.0}
        yes = 1 / (1 + math.exp(-self.gate.score(read)))
        other = next(name for name in self.experts if name != self.gate.label)
        shares = {self.gate.label: yes, other: 1 - yes}
        return {name: share for name, share in shares.items() if share >= _NEGLIGIBLE}

    def _because(self, read: Read, leading: Expert, label: str) -> list[str]:
        """The words whose weight for this type lies furthest above their mean weight over all types."""
        row = leading.rows.get(label)
        if row is None:
            return []
        own = map(row.scale.__mul__, read.pick(row.weights))
        above = map(operator.sub, own, read.pick(leading.mean))
        pull = zip(map(operator.mul, read.values, above), read.names, strict=True)
        best = sorted(pull, reverse=True)[: 2 * _WORDS_SHOWN]
        told = [name for force, name in best if force > 0 and words.MASKED not in name]
        return [_surface(read, name) for name in told[:_WORDS_SHOWN]]


def _picker(where: list[int]) -> Callable[[Any], tuple[Any, ...]]:
    """Takes the features of a text out of a column of weights, as fast as Python can."""
    if len(where) > 1:
        return operator.itemgetter(*where)
    return lambda column: tuple(column[i] for i in where)


def _softmax(expert: Expert, read: Read) -> dict[str, float]:
    scores = [row.score(read) for row in expert.rows.values()]
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    whole = sum(powers)
    return {label: power / whole for label, power in zip(expert.rows, powers, strict=True)}


def _surface(read: Read, name: str) -> str:
    """The feature in the writer's own words, at its first place."""
    first, _, second = name.partition(" ")
    if not second:
        return read.surface[read.stems.index(first)]
    at = next(
        i for i, pair in enumerate(zip(read.stems, read.stems[1:], strict=False)) if pair == (first, second)
    )
    return f"{read.surface[at]} {read.surface[at + 1]}"


def _pack(row: Row) -> dict[str, Any]:
    """A row as JSON: eight bits a weight are enough to keep the order of the types."""
    weights = base64.b64encode(row.weights.tobytes()).decode("ascii")
    return {"label": row.label, "intercept": row.intercept, "scale": row.scale, "weights": weights}


def _unpack(packed: dict[str, Any]) -> Row:
    weights = array("b", base64.b64decode(packed["weights"]))
    return Row(packed["label"], packed["intercept"], packed["scale"], weights)


def save(model: TypeModel, path: Path) -> None:
    """Write the weights; the same model gives the same bytes."""
    content = {
        "about": model.about,
        "features": "\n".join(model.features),
        "idf": [round(value, 3) for value in model.idf],
        "experts": {name: [_pack(row) for row in each.rows.values()] for name, each in model.experts.items()},
        "gate": _pack(model.gate) if model.gate else None,
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))


def load(path: Path) -> TypeModel:
    """Read the weights; raises OSError, ValueError or KeyError for a file that is none."""
    content = json.loads(gzip.decompress(path.read_bytes()))
    return TypeModel(
        about=content["about"],
        features={name: i for i, name in enumerate(content["features"].split("\n"))},
        idf=content["idf"],
        experts={name: expert([_unpack(row) for row in rows]) for name, rows in content["experts"].items()},
        gate=_unpack(content["gate"]) if content["gate"] else None,
    )


@cache
def shipped() -> TypeModel:
    """The model that comes with the service, read once."""
    return load(SHIPPED)
