"""The accountability record: supervision and audit alone, audited, and nowhere else to be seen."""

import pytest
from flask import Flask
from sqlalchemy import select

from incident import errors, timeline
from incident.accounts import Actor
from incident.coordination import accountability, standing_aside
from incident.coordination.accountability import Answer
from incident.db import db, unit_of_work
from incident.models.conduct import AccountabilityRecord
from incident.models.incidents import Incident
from incident.models.records import AuditEntry
from incident.permissions import ROLES, SCOPES, Permission, Role
from tests import builders
from tests.builders import NOW

ANSWER = Answer("陈刚", "未执行停催指令", "记过，扣减绩效", "监察委员会")


def supervisor() -> Actor:
    """A manager of the supervising department."""
    with unit_of_work():
        builders.person("gao").role = Role.MANAGER
    return builders.acting("gao")


def written(incident: Incident, by: Actor, answer: Answer = ANSWER, **given: int) -> AccountabilityRecord:
    with unit_of_work():
        return accountability.write(incident, answer, by=by, at=NOW, **given)


def test_supervision_writes_audit_reads_and_both_are_audited(app: Flask) -> None:
    incident = builders.an_incident()
    written(incident, supervisor())
    with unit_of_work():
        [row] = accountability.read(incident, by=builders.acting("tang"), at=NOW)
    assert row.private["failed"] == "未执行停催指令"
    acts = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert acts[-2:] == ["accountability.written", "accountability.read"]
    assert "记过" not in str([entry.data for entry in db.session.scalars(select(AuditEntry))])
    stored = db.session.connection().exec_driver_sql("SELECT private FROM accountability_records").scalar()
    assert "记过".encode() not in bytes(stored)
    assert "accountability" not in str([event.kind for event in timeline.of(incident.id)])


def test_nobody_else_not_even_an_administrator_may(app: Flask) -> None:
    incident = builders.an_incident()
    for who in ("admin", "yang", "zhao", "gao"):
        with pytest.raises(errors.Forbidden):
            accountability.read(incident, by=builders.acting(who), at=NOW)
    with pytest.raises(errors.Forbidden):
        accountability.write(incident, ANSWER, by=builders.acting("tang"), at=NOW)
    assert Permission.ACCOUNTABILITY_READ not in ROLES[Role.ADMIN] | SCOPES["admin"]


def test_whom_the_complaint_is_about_does_not_read_their_own_record(app: Flask) -> None:
    incident = builders.an_incident()
    by = supervisor()
    written(incident, by)
    with unit_of_work():
        standing_aside.name_person(
            incident, builders.person("gao"), reason="", by=builders.acting("yang"), at=NOW
        )
    with pytest.raises(errors.Forbidden, match="complaint_recusal"):
        accountability.read(incident, by=by, at=NOW)


def test_a_correction_is_a_new_row_and_two_corrections_of_one_are_a_conflict(app: Flask) -> None:
    incident, by = builders.an_incident(), supervisor()
    first = written(incident, by)
    second = written(
        incident, by, Answer("陈刚", "未停催", "警告", "监察委员会", "已申诉"), replaces=first.id
    )
    with pytest.raises(errors.Conflict):
        written(incident, by, replaces=first.id)
    with unit_of_work():
        rows = accountability.read(incident, by=by, at=NOW)
    assert [row.id for row in rows] == [second.id, first.id]
    assert accountability.standing(rows) == [second]


def test_what_is_missing_or_too_long_is_named_by_its_place(app: Flask) -> None:
    with pytest.raises(errors.Invalid) as refused:
        accountability.write(
            builders.an_incident(), Answer("", "x" * 2_001, "警告", "某人"), by=supervisor(), at=NOW
        )
    assert [reason.loc for reason in refused.value.reasons] == [("who",), ("failed",)]
