"""Plots as plain geometry for a template to draw as SVG: bars on one another, lines, bars lying down."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10

WIDTH, HEIGHT = 480, 200  # of the drawing; it scales with the page
LEFT, BOTTOM, TOP, RIGHT = 40, 24, 12, 8
LABELS_MOST = 7  # words below the axis
LINE = 26  # height of a bar that lies


@dataclass(frozen=True)
class Rect:
    """A bar's part; `kind` is its class."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    says: str


@dataclass(frozen=True)
class Mark:
    """Words at a place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Path:
    """A line with its dots; a gap where nothing was counted breaks it."""

    pieces: tuple[str, ...]
    dots: tuple[Rect, ...]
    kind: str
    name: Mark | None


@dataclass(frozen=True)
class Plot:
    """Everything to draw; `ticks` are lines across with their words."""

    height: float
    rects: tuple[Rect, ...] = ()
    paths: tuple[Path, ...] = ()
    ticks: tuple[Mark, ...] = ()
    labels: tuple[Mark, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing was counted."""
        return not self.rects and not any(path.dots for path in self.paths)


def top_of(most: float) -> float:
    """A round number at or above the largest value: 1, 2 or 5 times a power of ten."""
    if most <= 0:
        return 1
    power = 10 ** int(log10(most)) if most >= 1 else 1
    return next(step * power for step in (1, 2, 5, 10) if step * power >= most)


def _y(value: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top, 1)


def _axis(top: float, unit: str = "") -> tuple[Mark, ...]:
    values = (0, top / 2, top) if top > 1 or unit else (0, top)
    return tuple(Mark(LEFT - 6, _y(value, top), f"{value:g}{unit}") for value in values)


def _places(keys: Sequence[str]) -> tuple[list[float], float]:
    """The middle of each group, and the room that it has."""
    room = (WIDTH - LEFT - RIGHT) / max(len(keys), 1)
    return [round(LEFT + room * (index + 0.5), 1) for index in range(len(keys))], room


def _labels(keys: Sequence[str], places: Sequence[float]) -> tuple[Mark, ...]:
    every = ceil(len(keys) / LABELS_MOST) or 1
    return tuple(
        Mark(place, HEIGHT - 6, key)
        for index, (key, place) in enumerate(zip(keys, places, strict=True))
        if index % every == 0
    )


def stacked(keys: Sequence[str], series: Sequence[tuple[str, str, Sequence[int]]]) -> Plot:
    """Bars on one another; each series is (class, name, a value for each key)."""
    places, room = _places(keys)
    top = top_of(max((sum(values) for values in zip(*(each[2] for each in series), strict=True)), default=0))
    rects, width = [], round(min(room * 0.7, 40), 1)
    for index, place in enumerate(places):
        below = 0
        for kind, name, values in series:
            value = values[index]
            if value:
                upper, lower = _y(below + value, top), _y(below, top)
                says = f"{keys[index]} {name}: {value}"
                x = round(place - width / 2, 1)
                rects.append(Rect(x, upper, width, round(lower - upper, 1), kind, says))
                below += value
    return Plot(HEIGHT, rects=tuple(rects), ticks=_axis(top), labels=_labels(keys, places))


def lines(
    keys: Sequence[str],
    series: Sequence[tuple[str, str, Sequence[float | None]]],
    *,
    unit: str = "",
    top: float = 0,
) -> Plot:
    """Lines over time, each named at its last point."""
    places, _room = _places(keys)
    known = [value for _kind, _name, values in series for value in values if value is not None]
    high = top or top_of(max(known, default=0))
    paths = tuple(_path(keys, places, each, high, unit) for each in series)
    return Plot(HEIGHT, paths=paths, ticks=_axis(high, unit), labels=_labels(keys, places))


def _path(
    keys: Sequence[str],
    places: Sequence[float],
    series: tuple[str, str, Sequence[float | None]],
    top: float,
    unit: str,
) -> Path:
    kind, name, values = series
    pieces: list[list[str]] = [[]]
    dots, last = [], None
    for key, x, value in zip(keys, places, values, strict=True):
        if value is None:
            pieces.append([])
            continue
        y = _y(value, top)
        pieces[-1].append(f"{x},{y}")
        dots.append(Rect(x, y, 3, 3, kind, f"{key} {name}: {value:g}{unit}"))
        last = Mark(min(x, WIDTH - 36), y + 16 if name == "p50" else max(y - 7, 10), name)
    return Path(tuple(" ".join(each) for each in pieces if len(each) > 1), tuple(dots), kind, last)


def lying(rows: Sequence[tuple[str, int, str]], *, kind: str = "plot-bar") -> Plot:
    """Bars that lie, one for each (name, value, value in words); the names stand above their bars."""
    most = max((value for _name, value, _words in rows), default=0) or 1
    rects, labels = [], []
    for index, (name, value, words) in enumerate(rows):
        y = index * LINE * 1.35
        width = round((WIDTH - RIGHT) * value / most, 1)
        rects.append(Rect(0, y + 16, max(width, 2), 10, kind, f"{name}: {words}"))
        labels.append(Mark(0, y + 11, f"{name} · {words}"))
    return Plot(len(rows) * LINE * 1.35 + 4, rects=tuple(rects), labels=tuple(labels))
