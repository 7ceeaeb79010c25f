"""Thirty-two arrivals of one cause at once, on a server with many writers: one parent, nothing lost."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from incident import errors
from incident.db import db, unit_of_work
from incident.lifecycle import common
from incident.models.complaints import Complaint
from incident.models.groups import Surge
from incident.models.incidents import Incident
from incident.surges import members, tally
from tests import builders, crowds
from tests.postgres.test_postgres import at_once, receiving

pytestmark = pytest.mark.xdist_group("postgres")


def arriving(number: int):  # type: ignore[no-untyped-def]
    return receiving(narrative=crowds.said(number), summary=None, **crowds.somebody(number))


def test_thirty_two_arrivals_of_one_cause_at_once_have_one_parent(app: Flask) -> None:
    results = at_once(app, [arriving(number) for number in range(32)])
    assert [each for each in results if isinstance(each, Exception)] == []
    house = builders.house()
    tally.sweep(at=builders.NOW + timedelta(seconds=2), house=house)
    db.session.expire_all()
    [surge] = db.session.scalars(select(Surge)).all()
    parent = db.session.get_one(Incident, surge.incident_id)
    assert db.session.scalar(select(func.count(Complaint.id))) == 32
    assert {each.surge_id for each in db.session.scalars(select(Complaint))} == {surge.id}
    assert {each.incident_id for each in db.session.scalars(select(Complaint))} == {parent.id}
    still_open = db.session.scalars(select(Incident.id).where(Incident.status == "open")).all()
    assert still_open == [parent.id]
    assert (parent.affected_customers, parent.level) == (32, 2)


def test_joining_and_undoing_at_once_lose_nobody(app: Flask) -> None:
    for number in range(5):
        builders.a_complaint(**crowds.somebody(number), narrative=crowds.said(number), summary=None)
    number = db.session.scalars(select(Incident.number).where(Incident.status == "open")).one()
    db.session.commit()
    house, admin = builders.house(), builders.acting("admin")

    def undo() -> Surge:
        with unit_of_work():
            found = common.by_number(number, lock=True)
            return members.undo(found, reason="不是一回事", by=admin, at=builders.NOW, house=house)

    results = at_once(app, [*(arriving(each) for each in range(5, 20)), undo])
    faults = [each for each in results if isinstance(each, Exception)]
    assert [each for each in faults if not isinstance(each, errors.Conflict)] == []
    tally.sweep(at=builders.NOW + timedelta(seconds=2), house=house)
    db.session.expire_all()
    rows = db.session.scalars(select(Complaint)).all()
    assert len(rows) == 20 - len(faults)
    open_ids = set(db.session.scalars(select(Incident.id).where(Incident.status == "open")))
    assert {each.incident_id for each in rows} <= open_ids, "everybody has an open incident"
