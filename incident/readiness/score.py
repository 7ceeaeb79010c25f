"""One score of 100, from five parts that explain themselves, and what would raise it most."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incident.errors import N_, Reason
from incident.lifecycle.common import House
from incident.readiness import exercised, matrix
from incident.readiness.matrix import PlanRow

# part → (what it weighs, what it counts)
PARTS: dict[str, tuple[int, str]] = {
    "drilled": (30, N_("Departments that drilled their plans in time")),
    "rating": (15, N_("How the latest rated drill of each plan went")),
    "trained": (20, N_("People whose training is in date")),
    "duty": (25, N_("Hours of the next 14 days with somebody on duty")),
    "contacts": (10, N_("People whose ways to be reached were confirmed in 90 days")),
}
ADVICE_MOST = 8


@dataclass(frozen=True)
class Part:
    """One part of the score: of 100, what it weighs, and what was counted; None where nothing was."""

    name: str
    weight: int
    percent: int | None
    have: int
    of: int


@dataclass(frozen=True)
class Advice:
    """Something to do next; `plan_key` names a plan that one press schedules a drill of."""

    sentence: Reason
    href: str
    plan_key: str | None = None


@dataclass(frozen=True)
class Readiness:
    """The whole picture at a moment."""

    score: int
    parts: list[Part]
    rows: list[PlanRow]
    advice: list[Advice]

    def as_parts(self) -> dict[str, Any]:
        """The parts as a snapshot keeps them."""
        return {
            each.name: {"percent": each.percent, "weight": each.weight, "have": each.have, "of": each.of}
            for each in self.parts
        }


def now(*, at: datetime, house: House) -> Readiness:
    """How ready the organisation is."""
    rows = matrix.rows(at=at, house=house)
    parts = [
        _drilled(rows),
        _rating(rows),
        *(_people(name, rows) for name in ("trained", "duty", "contacts")),
    ]
    counted = [each for each in parts if each.percent is not None]
    weights = sum(each.weight for each in counted)
    total = sum(each.weight * (each.percent or 0) for each in counted)
    return Readiness(round(total / weights) if weights else 0, parts, rows, _advice(rows))


def _part(name: str, have: float, of: float) -> Part:
    percent = round(100 * have / of) if of else None
    return Part(name, PARTS[name][0], percent, round(have), round(of))


def _drilled(rows: list[PlanRow]) -> Part:
    cells = [cell for row in rows for cell in row.cells.values()]
    return _part("drilled", sum(cell.drilled for cell in cells), len(cells))


def _rating(rows: list[PlanRow]) -> Part:
    """The mean worth of the latest ratings; plans without a rating do not count."""
    rated = [exercised.WORTH[row.rating] for row in rows if row.rating in exercised.WORTH]
    return Part(
        "rating", PARTS["rating"][0], round(sum(rated) / len(rated)) if rated else None, len(rated), len(rows)
    )


def _people(name: str, rows: list[PlanRow]) -> Part:
    """Counted once for each plan and department, so that a department that many plans need weighs more."""
    shares = [getattr(cell, name) for row in rows for cell in row.cells.values()]
    known = [each.percent for each in shares if each.percent is not None]
    return _part(name, sum(known) / 100, len(known))


def _advice(rows: list[PlanRow]) -> list[Advice]:
    """What to do, gravest first: drills that are due and not scheduled, then departments that are thin."""
    found = [_drill(row) for row in sorted(rows, key=_urgency) if row.alarming and row.next_at is None]
    return [*found[: ADVICE_MOST - 3], *_thin(rows)][:ADVICE_MOST]


def _urgency(row: PlanRow) -> tuple[int, int]:
    return (int(row.plan.default_level), -(row.days if row.days is not None else 10_000))


def _drill(row: PlanRow) -> Advice:
    title = row.plan.title.model_dump()
    if row.days is None:
        words = Reason(N_("“%(plan_title)s” was never drilled: schedule it now."), {"plan_title": title})
    else:
        words = Reason(
            N_("“%(plan_title)s” was not drilled for %(days)s days: schedule it now."),
            {"plan_title": title, "days": row.days},
        )
    return Advice(words, f"/drills/new?plan={row.key}", row.key)


def _thin(rows: list[PlanRow]) -> list[Advice]:
    """The department that is worst in each of duty, training and contacts, where it is far from whole."""
    kinds = (
        (
            "duty",
            95,
            N_("%(department)s has nobody on duty in %(missing)s %% of the next 14 days."),
            "/duty/%s",
        ),
        ("trained", 80, N_("%(department)s: only %(have)s %% are trained in date."), "/training"),
        (
            "contacts",
            80,
            N_("%(department)s: only %(have)s %% have confirmed how they are reached."),
            "/account",
        ),
    )
    found = []
    for name, least, words, href in kinds:
        shares = {code: getattr(cell, name).percent or 0 for row in rows for code, cell in row.cells.items()}
        worst = min(shares.items(), key=lambda pair: pair[1], default=None)
        if worst is not None and worst[1] < least:
            values = {"department": worst[0], "have": worst[1], "missing": 100 - worst[1]}
            found.append(Advice(Reason(words, values), href % worst[0] if "%s" in href else href))
    return found
