"""`flask people`, `flask tokens`, `flask duty`."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from incident import accounts, clock, errors, signing_in
from incident.db import db, unit_of_work
from incident.models.people import DutyShift, Person
from incident.permissions import Permission
from tests.cli.commands import run

NEW = ("people", "add", "--email", "New@Bank.example", "--name", "周新", "--role", "commander")


def test_somebody_added_can_sign_in_with_the_password_from_standard_input(app: Flask):
    result = run(
        app,
        *NEW,
        "--department",
        "col",
        "--slack-id",
        "U1234",
        "--password-stdin",
        given="a long password\n",
    )
    assert (result.exit_code, result.stderr) == (0, "")
    assert "a long password" not in result.output
    with unit_of_work():
        fits = signing_in.password_fits("new@bank.example", "a long password")
        person = signing_in.by_password("new@bank.example", fits=fits, at=clock.now())
    assert (person.role, person.department_code, person.slack_id) == ("commander", "COL", "U1234")


def test_somebody_added_without_a_password_cannot_sign_in_with_any(app: Flask):
    assert run(app, *NEW).exit_code == 0
    assert not signing_in.password_fits("new@bank.example", "")


def test_every_fault_of_a_person_is_told_in_one_line_and_nobody_is_added(app: Flask):
    before = db.session.scalar(select(func.count()).select_from(Person))
    result = run(
        app,
        *("people", "add", "--email", "zhao", "--name", " ", "--role", "admin"),
        *("--department", "ZZZ", "--password-stdin"),
        given="short\n",
    )
    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) == 1
    for place in ("email:", "name:", "password:", "department:"):
        assert place in result.stderr
    assert db.session.scalar(select(func.count()).select_from(Person)) == before


def test_a_role_that_does_not_exist_is_refused_with_the_roles_there_are(app: Flask):
    result = run(app, *NEW[:-1], "king")
    assert result.exit_code == 2
    assert "'responder', 'commander', 'manager', 'trainer', 'auditor', 'admin'" in result.stderr


def test_a_token_stands_alone_on_standard_output_and_works(app: Flask):
    result = run(app, "tokens", "create", "--name", "crm", "--scope", "complaints:write")
    assert result.exit_code == 0
    bearer = accounts.bearer(result.stdout.strip())
    assert (bearer.name, bearer.can(Permission.COMPLAINTS_WRITE), bearer.can(Permission.INCIDENTS_ACT)) == (
        "crm",
        True,
        False,
    )
    assert result.stdout == result.stdout.strip() + "\n"


def test_a_persons_token_acts_as_that_person(app: Flask):
    result = run(app, "tokens", "create", "--name", "script", "--person", "ZHAO@demo.example")
    assert accounts.bearer(result.stdout.strip()).name == "赵敏"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--name", "x"), "Name at least one scope"),
        (("--name", "x", "--person", "nobody@bank.example"), "nobody@bank.example"),
        (("--name", "x", "--scope", "admin", "--person", "zhao@demo.example"), "not both"),
        (("--name", "x", "--scope", "everything"), "complaints:write"),
    ],
)
def test_a_token_for_nothing_nobody_or_two_things_is_refused(
    app: Flask, words: tuple[str, ...], expected: str
):
    result = run(app, "tokens", "create", *words)
    assert result.exit_code != 0
    assert expected in result.stderr
    assert result.stdout == ""


def test_a_revoked_token_is_refused_at_once(app: Flask):
    text = run(app, "tokens", "create", "--name", "crm", "--scope", "admin").stdout.strip()
    assert run(app, "tokens", "revoke", "--name", "crm").exit_code == 0
    with pytest.raises(errors.Unauthenticated):
        accounts.bearer(text)
    assert run(app, "tokens", "revoke", "--name", "other").exit_code == 1


def test_a_roster_file_adds_its_good_lines_and_tells_the_bad_ones(app: Flask, tmp_path: Path):
    path = tmp_path / "roster.csv"
    path.write_text(
        "department,email,starts_at,ends_at,rank\n"
        "COL,zhao@demo.example,2026-12-01 09:00,2026-12-01 18:00,1\n"
        "COL,nobody@demo.example,2026-12-01 09:00,2026-12-01 18:00,1\n",
        encoding="gbk",
    )
    before = db.session.scalar(select(func.count()).select_from(DutyShift)) or 0
    result = run(app, "duty", "import", path)
    assert (result.exit_code, result.stdout) == (1, "added=1 rejected=1\n")
    assert "line 3: email:" in result.stderr
    assert db.session.scalar(select(func.count()).select_from(DutyShift)) == before + 1
