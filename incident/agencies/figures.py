"""How many complaints there are about each agency, how many were upheld, and who is not registered yet."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, and_, case, cast, func, select

from incident.db import db
from incident.models.agencies import Agency
from incident.models.complaints import Complaint
from incident.models.evidence import Finding, FindingResult

RECENT = timedelta(days=90)
MONTHS = 12
STRANGERS = 20  # names shown that no agency of the register bears


@dataclass
class Figures:
    """Complaints of all time and of ninety days; `found` have a finding, `upheld` (or partly) of them."""

    all: int = 0
    recent: int = 0
    found: int = 0
    upheld: int = 0
    months: dict[str, int] = field(default_factory=dict)

    @property
    def share(self) -> int | None:
        """Upheld of those with a finding, in percent; None while there is no finding."""
        return round(100 * self.upheld / self.found) if self.found else None


def of(keys: Iterable[str], *, at: datetime) -> dict[str, Figures]:
    """The figures of agencies by their keys."""
    wanted = list(keys)
    found = {key: Figures() for key in wanted}
    latest = (
        select(func.max(Finding.id).label("id")).group_by(Finding.incident_id).subquery()
    )  # a later finding takes the place of an earlier one
    upheld = Finding.result.in_([FindingResult.UPHELD, FindingResult.PARTLY])
    query = (
        select(
            Complaint.agency_key,
            func.count(Complaint.id),
            func.sum(case((Complaint.received_at >= at - RECENT, 1), else_=0)),
            func.count(Finding.id),
            func.sum(case((upheld, 1), else_=0)),
        )
        .outerjoin(
            Finding,
            and_(Finding.incident_id == Complaint.incident_id, Finding.id.in_(select(latest.c.id))),
        )
        .where(Complaint.agency_key.in_(wanted))
        .group_by(Complaint.agency_key)
    )
    for key, count, recent, judged, right in db.session.execute(query):
        found[key] = Figures(count, int(recent or 0), judged, int(right or 0))
    return found


def by_month(key: str, *, at: datetime) -> dict[str, int]:
    """Complaints about an agency in each of the last twelve months (by UTC), the oldest first."""
    month: Any = func.substr(cast(Complaint.received_at, String), 1, 7)
    rows = db.session.execute(
        select(month, func.count(Complaint.id))
        .where(Complaint.agency_key == key, Complaint.received_at >= at - timedelta(days=366))
        .group_by(month)
    )
    counted = {str(name): count for name, count in rows}
    names, year, number = [], at.year, at.month
    for _month in range(MONTHS):
        names.append(f"{year:04d}-{number:02d}")
        year, number = (year - 1, 12) if number == 1 else (year, number - 1)
    return {name: counted.get(name, 0) for name in reversed(names)}


def strangers() -> list[tuple[str, int]]:
    """Names in complaints that are in no spelling an agency of the register, the most complained of first."""
    known = select(Agency.key)
    count = func.count(Complaint.id)
    rows = db.session.execute(
        select(func.min(Complaint.agency), count)
        .where(Complaint.agency_key.is_not(None), Complaint.agency_key.not_in(known))
        .group_by(Complaint.agency_key)
        .order_by(count.desc())
        .limit(STRANGERS)
    )
    return [(str(name), number) for name, number in rows]


def everybody() -> list[Agency]:
    """The register: suspended ones first, then by name."""
    return list(db.session.scalars(select(Agency).order_by(Agency.state.desc(), Agency.name)))


def complaints(key: str, *, most: int) -> list[Complaint]:
    """The newest complaints about an agency."""
    query = select(Complaint).where(Complaint.agency_key == key)
    return list(db.session.scalars(query.order_by(Complaint.received_at.desc()).limit(most)))
