"""Evidence on PostgreSQL: the facts stay as written, and of two who press at once one is told."""

import io
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask, current_app
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from incident import errors
from incident.coordination import custody, evidence, finding, standing_aside
from incident.coordination.evidence import About
from incident.coordination.finding import Found
from incident.db import db, unit_of_work
from incident.lifecycle import common
from incident.models.conduct import AccountabilityRecord, ComplainedAbout
from incident.models.evidence import Evidence, Finding
from incident.models.incidents import Incident
from incident.vault import Vault
from tests import builders

LATER = builders.NOW + timedelta(minutes=9)
pytestmark = pytest.mark.xdist_group("postgres")


def a_piece(incident: Incident) -> Evidence:
    vault: Vault = current_app.extensions["vault"]
    draft = vault.receive(io.BytesIO(b"recording"))
    with unit_of_work():
        row = evidence.add_file(
            incident, draft, name="a.txt", claimed=None, about=About(), by=builders.acting("zhao"), at=LATER
        )
        vault.keep(draft)
    return row


def test_nothing_recorded_is_changed_or_removed(app: Flask) -> None:
    incident = builders.an_incident()
    row = a_piece(incident)
    builders.a_finding(incident)
    with unit_of_work():
        standing_aside.name_outsider(incident, "某人", reason="", by=builders.acting("zhao"), at=LATER)
        db.session.add(
            AccountabilityRecord(incident_id=incident.id, private={}, written_by="x", written_at=LATER)
        )
    for statement in (
        update(Evidence).values(sha256="0" * 64),
        update(Finding).values(violations=[]),
        update(ComplainedAbout).values(kind="agency", agency="x"),
        update(AccountabilityRecord).values(written_by="y"),
        *(delete(model) for model in (Evidence, Finding, ComplainedAbout, AccountabilityRecord)),
    ):
        with pytest.raises(DBAPIError, match="facts stay as written"), unit_of_work():
            db.session.execute(statement, execution_options={"synchronize_session": False})
    with unit_of_work():
        evidence.withdraw(incident, row.id, reason="误传", by=builders.acting("zhao"), at=LATER)
        evidence.seal(incident, by=builders.acting("zhao"), at=LATER)
    assert custody.verify(current_app.extensions["vault"]) == []


def withdraw(incident: Incident, piece: int) -> None:
    evidence.withdraw(incident, piece, reason="误传", by=builders.acting("zhao"), at=LATER)


def find(incident: Incident, _piece: int) -> None:
    found = Found("not_upheld", "录音中没有")
    finding.record(incident, found, rule_set="cn", by=builders.acting("wang"), at=LATER, seen=0)


def name(incident: Incident, _piece: int) -> None:
    chen = builders.person("chen")
    standing_aside.name_person(incident, chen, reason="", by=builders.acting("wang"), at=LATER)


@pytest.mark.parametrize("act", [withdraw, find, name])
def test_of_two_who_press_at_once_one_acts_and_the_other_is_told(
    app: Flask, act: Callable[[Incident, int], None]
) -> None:
    incident = builders.an_incident()
    piece, number = a_piece(incident).id, incident.number
    db.session.remove()
    results: list[object] = []

    def press() -> None:
        with app.app_context():
            try:
                with unit_of_work():
                    act(common.by_number(number, lock=True), piece)
                results.append(True)
            except errors.Refused as fault:
                results.append(fault)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(each is True for each in results) == 1 and len(results) == 2
