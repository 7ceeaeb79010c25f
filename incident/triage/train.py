"""Trains the type model with scikit-learn (needed only here) and measures it on unseen narratives."""

import hashlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from incident import clock
from incident.triage import model, words
from incident.triage.samples import Sample

# How far the gate leans to cards where only the text is known: the service is for cards and collection
# first, and a loan expert asked about a card costs more there than the reverse (docs/decisions/0003).
LEAN = {"cards": 2.0}
STRENGTH = 5.0  # C of the logistic regression; 3 to 10 score alike
FOLDS = 5
REPEATS = 3  # one split alone is off by up to a point either way
RARE = 4  # a feature in fewer narratives says more about its writer than about the type
STEPS = FOLDS * REPEATS + 1
_SHINGLE = 4  # words
_ALIKE = 0.35  # share of the shorter text's shingles found in the other: the same template


class TooFewSamples(Exception):
    """The files cannot be trained on; the text says why."""


class TrainingUnavailable(Exception):
    """scikit-learn is not installed; the text says how to install it."""


def _sklearn() -> Any:
    try:
        import sklearn.feature_extraction.text
        import sklearn.linear_model
        import sklearn.model_selection
    except ImportError as fault:
        raise TrainingUnavailable(
            "training needs scikit-learn: run pip install -r requirements-train.txt"
        ) from fault
    return sklearn


def train(
    samples: list[Sample], *, source: str, step: Callable[[str], None] = lambda _: None
) -> model.TypeModel:
    """Measure by folds that keep near-duplicates together, then fit on all; may raise the two below."""
    sklearn = _sklearn()
    _enough(samples)
    score = _measured(sklearn, samples, step)
    step("all rows")
    about = {
        "source": source,
        "rows": len(samples),
        "trained_at": clock.now().date().isoformat(),
        "cross_validated": score,
        "how": f"{REPEATS} times {FOLDS} folds, near-duplicates in one fold; weights fitted on all",
    }
    return _fit(sklearn, samples, about)


def _enough(samples: list[Sample]) -> None:
    lines = Counter(each.line for each in samples)
    for line in lines:
        kinds = Counter(each.type for each in samples if each.line == line)
        rare = [f"{kind} ({count})" for kind, count in kinds.items() if count < FOLDS]
        if len(kinds) < 2 or rare:
            few = ", ".join(rare) or "only one type"
            raise TooFewSamples(f"{line}: every type needs {FOLDS} rows at least, and two types: {few}")


def _fit(sklearn: Any, samples: list[Sample], about: dict[str, Any]) -> model.TypeModel:
    vectors = sklearn.feature_extraction.text.TfidfVectorizer(
        analyzer=words.features, sublinear_tf=True, min_df=RARE
    )
    matrix = vectors.fit_transform([each.narrative for each in samples])
    lines = sorted({each.line for each in samples})
    experts = {}
    for line in lines:
        rows = [i for i, each in enumerate(samples) if each.line == line]
        fitted = _regression(sklearn, balanced=True).fit(matrix[rows], [samples[i].type for i in rows])
        experts[line] = model.expert(_packed(fitted))
    gate = None
    if len(lines) == 2:
        fitted = _regression(sklearn, balanced=False).fit(matrix, [each.line for each in samples])
        (row,) = _packed(fitted)
        # scikit-learn's single row speaks for the second class
        gate = model.Row(row.label, row.intercept + _lean(row.label, lines), row.scale, row.weights)
    names = {str(name): int(i) for name, i in vectors.vocabulary_.items()}
    ordered = dict(sorted(names.items(), key=lambda item: item[1]))
    return model.TypeModel(about, ordered, [float(value) for value in vectors.idf_], experts, gate)


def _lean(label: str, lines: list[str]) -> float:
    (other,) = (line for line in lines if line != label)
    return LEAN.get(label, 0.0) - LEAN.get(other, 0.0)


def _regression(sklearn: Any, *, balanced: bool) -> Any:
    weight = "balanced" if balanced else None
    return sklearn.linear_model.LogisticRegression(C=STRENGTH, max_iter=500, class_weight=weight)


def _packed(fitted: Any) -> list[model.Row]:
    classes = [str(each) for each in fitted.classes_]
    labels = classes if len(fitted.coef_) == len(classes) else classes[1:]
    rows = []
    for label, weights, intercept in zip(labels, fitted.coef_, fitted.intercept_, strict=True):
        scale = float(abs(weights).max()) / 127 or 1.0
        eight_bits = array("b", [round(float(weight) / scale) for weight in weights])
        rows.append(model.Row(label, float(intercept), scale, eight_bits))
    return rows


def _measured(
    sklearn: Any, samples: list[Sample], step: Callable[[str], None]
) -> dict[str, dict[str, float]]:
    """Top-1 and top-3 share per line of business, by text alone and with the line known."""
    hits: dict[str, list[tuple[bool, bool]]] = {}
    for number, (known, unseen) in enumerate(_folds(sklearn, samples), start=1):
        step(f"fold {number} of {FOLDS * REPEATS}")
        fitted = _fit(sklearn, [samples[i] for i in known], {})
        for sample in (samples[i] for i in unseen):
            for name, line in ((sample.line, None), (f"{sample.line}, product known", sample.line)):
                order = [each.type for each in fitted.guess(sample.narrative, line=line)]
                hits.setdefault(name, []).append((sample.type in order[:1], sample.type in order))
    return {
        name: {
            "rows": len(marks) // REPEATS,
            "top_1": round(sum(first for first, _ in marks) / len(marks), 4),
            "top_3": round(sum(three for _, three in marks) / len(marks), 4),
        }
        for name, marks in sorted(hits.items())
    }


def _folds(sklearn: Any, samples: list[Sample]) -> Iterator[tuple[Any, Any]]:
    kinds = [f"{each.line} {each.type}" for each in samples]
    groups = templates([each.narrative for each in samples])
    for seed in range(REPEATS):
        split = sklearn.model_selection.StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
        yield from split.split(samples, kinds, groups)


def templates(texts: list[str]) -> list[int]:
    """A number for each text; texts written from the same template get the same number."""
    shingled = [_shingles(text) for text in texts]
    holders: dict[bytes, list[int]] = {}
    for i, shingles in enumerate(shingled):
        for shingle in shingles:
            holders.setdefault(shingle, []).append(i)
    parent = list(range(len(texts)))
    for i, shingles in enumerate(shingled):
        shared = Counter(j for shingle in shingles for j in holders[shingle] if j < i)
        for j, count in shared.items():
            if count > _ALIKE * min(len(shingles), len(shingled[j])):
                first, second = sorted((_root(parent, i), _root(parent, j)))
                parent[second] = first
    return [_root(parent, i) for i in range(len(texts))]


def _root(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


def _shingles(text: str) -> set[bytes]:
    found = [word for word in words.tokens(words.normal(text)) if word.strip("x")]
    runs = range(max(1, len(found) - _SHINGLE + 1))
    return {hashlib.blake2b(" ".join(found[i : i + _SHINGLE]).encode(), digest_size=8).digest() for i in runs}
