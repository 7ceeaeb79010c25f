"""The file of one customer: everything they said, masked, joined by the blind index, and what is on hold."""

from flask import Blueprint, render_template
from sqlalchemy import select

from incident import accounts, customers
from incident.board.access import needs
from incident.board.complaints import FIELDS
from incident.coordination import holds
from incident.customers import File
from incident.db import db
from incident.models.incidents import Incident
from incident.permissions import Permission

bp = Blueprint("customers", __name__)


@bp.get("/customers/<key>")
@needs(Permission.COMPLAINTS_READ)
def show(key: str) -> str:
    """The file."""
    found = customers.file_of(key)
    placed = holds.of_complaints(each.id for each in found.complaints)
    ids = {each.incident_id for each in placed} | {each.incident_id for each in found.complaints}
    rows = db.session.scalars(select(Incident).where(Incident.id.in_(ids)))
    return render_template(
        "customers/show.html",
        file=found,
        shown=_shown(found),
        incidents={row.id: row for row in rows},
        fields=FIELDS,
        holds=placed,
        stopped=holds.strictest(placed),
        names=accounts.names({each.keeper_id for each in placed}),
    )


def _shown(found: File) -> dict[str, list[tuple[str, int]]]:
    """Each masked value once, with the newest complaint that bears it: there it can be revealed."""
    shown: dict[str, list[tuple[str, int]]] = {name: [] for name in FIELDS}
    for each in found.complaints:
        for name, value in each.masked()["customer"].items():
            if value and value not in (known for known, _id in shown[name]):
                shown[name].append((value, each.id))
    return shown
