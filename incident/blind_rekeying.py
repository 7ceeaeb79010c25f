"""Renews the blind indexes under the first data key, so that they find once the old key is gone."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update

from incident import privacy
from incident.coordination.contact_preferences import KNOWN_BY
from incident.db import db, unit_of_work
from incident.models.complaints import Complaint
from incident.models.contacts import Contact, ContactHold, ContactPreference

BATCH = 200  # rows in one transaction; others write in between
KEYED: tuple[Any, ...] = (
    Complaint.account_key,
    ContactHold.account_key,
    Contact.subject,
    ContactPreference.subject,
)


def renew() -> None:
    """Write every index of an account, a customer or a number under the first key; safe to do again."""
    known = {key for column in KEYED for key in db.session.scalars(select(column).distinct()) if key}
    _go_through(Complaint, lambda row: _customer(row, known))
    _go_through(Contact, _point)


def _go_through(model: Any, each: Callable[[Any], None]) -> None:
    last = 0
    while True:
        with unit_of_work() as session:
            rows = list(session.scalars(select(model).where(model.id > last).order_by(model.id).limit(BATCH)))
            for row in rows:
                each(row)
        if not rows:
            return
        last = rows[-1].id


def _customer(row: Complaint, known: set[str]) -> None:
    customer = row.personal.get("customer", {})
    for name, kind in KNOWN_BY:
        if not customer.get(name):
            continue
        first, *older = privacy.blind_indexes(kind, str(customer[name]))
        stale = known.intersection(older)
        for column in KEYED if stale else ():
            db.session.execute(
                update(column.class_).where(column.in_(stale)).values({column: first}),
                execution_options={"synchronize_session": False},
            )


def _point(row: Contact) -> None:
    if row.point and row.personal.get("point"):
        row.point = privacy.blind_index("point", str(row.personal["point"]))
