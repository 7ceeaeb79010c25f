"""Webhooks and holds where many write at once: each message claimed once, and no two locks in a ring."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from incident import errors
from incident.coordination import holds
from incident.db import db, unit_of_work
from incident.lifecycle import common
from incident.models.contacts import ContactHold
from incident.models.webhooks import WebhookMessage
from incident.webhooks import claiming, endpoints, events
from tests import builders
from tests.postgres.test_postgres import at_once

pytestmark = pytest.mark.xdist_group("postgres")
LATER = builders.NOW + timedelta(minutes=10)
LEASE = timedelta(seconds=60)


def add(count: int) -> None:
    with unit_of_work():
        endpoint, _secret = endpoints.add(
            url="https://example.org/hooks",
            wanted=list(events.EVENTS),
            by=builders.BY,
            at=builders.NOW,
            https_only=True,
        )
        for _each in range(count):
            endpoints.test(endpoint, by=builders.BY, at=builders.NOW)


def claim_all(name: str, outcome: claiming.Outcome) -> Callable[[], list[int]]:
    def call() -> list[int]:
        mine: list[int] = []
        while True:
            with unit_of_work():
                parcel = claiming.claim(at=LATER, who=name, lease=LEASE)
            if parcel is None:
                if claiming.anything_due(at=LATER):
                    continue
                return mine
            mine.append(parcel.id)
            with unit_of_work():
                claiming.note(parcel, outcome, at=LATER)

    return call


def test_sixty_messages_are_each_sent_once_by_six_senders(app: Flask) -> None:
    add(60)
    results = at_once(app, [claim_all(f"sender-{n}", claiming.Outcome(200)) for n in range(6)])
    taken = [each for mine in results for each in mine]
    assert len(taken) == len(set(taken)) == 60
    assert {row.state for row in db.session.scalars(select(WebhookMessage))} == {"done"}


def test_senders_that_find_an_endpoint_gone_do_not_wait_for_one_another(app: Flask) -> None:
    add(20)
    gone = claiming.Outcome(410, "gone", gone=True)
    results = at_once(app, [claim_all(f"sender-{n}", gone) for n in range(4)])
    assert all(isinstance(each, list) for each in results), results
    db.session.expire_all()
    assert {row.state for row in db.session.scalars(select(WebhookMessage))} == {"failed"}


def test_of_many_who_lift_a_hold_at_once_one_does(app: Flask) -> None:
    incident = builders.an_incident(customer={"name": "王小明", "account_ref": "6222020000001234"})
    number = incident.number

    def lift() -> bool:
        with unit_of_work():
            found = common.by_number(number, lock=True)
            holds.lift(found, reason="同意", by=builders.acting("zhao"), at=LATER)
        return True

    results = at_once(app, [lift, lift, lift])
    assert sum(each is True for each in results) == 1
    assert all(each is True or isinstance(each, errors.Refused) for each in results), results
    db.session.expire_all()
    assert db.session.scalars(select(ContactHold)).one().lift_reason == "同意"
