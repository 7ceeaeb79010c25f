"""People, passwords and tokens: locked after wrong tries, refused when revoked, never kept in the open."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from incident import accounts, errors, i18n, signing_in
from incident.db import db, unit_of_work
from incident.models.people import Person, Token
from incident.models.records import AuditEntry
from incident.permissions import ROLES, Permission, Role
from tests import builders

PASSWORD = "correct horse battery"


def add(**given: Any) -> Person:
    facts: dict[str, Any] = {
        "email": "new@x.example",
        "name": "新人",
        "role": "responder",
        "password": PASSWORD,
    }
    with unit_of_work():
        return accounts.add_person(by=builders.acting("admin"), at=builders.NOW, **facts | given)


def tries(password: str, *, seconds: int = 0) -> Person:
    with unit_of_work():
        try:
            fits = signing_in.password_fits("NEW@x.example ", password)
            return signing_in.by_password(
                "NEW@x.example ", fits=fits, at=builders.NOW + timedelta(seconds=seconds)
            )
        except errors.Unauthenticated as refused:
            told = refused
    raise told


def test_the_right_password_signs_in_whatever_the_case_of_the_address(app: Flask) -> None:
    person = add()
    assert person.password_hash and PASSWORD not in person.password_hash
    assert tries(PASSWORD).id == person.id


def test_five_wrong_tries_lock_for_a_while_that_doubles_and_ends(app: Flask) -> None:
    add()
    for _ in range(5):
        with pytest.raises(errors.Unauthenticated, match="wrong"):
            tries("no")
    with pytest.raises(errors.Unauthenticated, match=r"15|16"):
        tries(PASSWORD)
    with pytest.raises(errors.Unauthenticated, match="wrong"):
        tries("no", seconds=16)
    with pytest.raises(errors.Unauthenticated, match=r"30|31"):
        tries(PASSWORD, seconds=16)
    person = tries(PASSWORD, seconds=60)
    assert (person.failed_sign_ins, person.locked_until) == (0, None)


def test_who_is_unknown_inactive_or_without_password_gets_the_same_answer(app: Flask) -> None:
    person = add()
    answers = set()
    for prepare in ("unknown", "inactive", "none"):
        with unit_of_work():
            person.active = prepare != "inactive"
            person.email = "other@x.example" if prepare == "unknown" else "new@x.example"
            if prepare == "none":
                person.password_hash = None
        with pytest.raises(errors.Unauthenticated) as refused:
            tries(PASSWORD)
        answers.add(str(refused.value))
    assert len(answers) == 1


def test_a_wrong_person_is_refused_with_every_fault(app: Flask) -> None:
    with pytest.raises(errors.Invalid) as refused:
        add(email="zhao", name=" ", role="king", password="short", department="XXX", slack_id="U0DEMO001")
    places = [reason.loc[0] for reason in refused.value.reasons]
    assert sorted(set(places)) == ["department", "email", "name", "password", "role", "slack_id"]
    with pytest.raises(errors.Invalid, match="added"):
        add(email="ZHAO@demo.example")
    with pytest.raises(errors.Forbidden):
        accounts.add_person(
            email="a@x.example",
            name="a",
            role="admin",
            password=None,
            by=builders.acting("zhao"),
            at=builders.NOW,
        )


def test_a_new_password_signs_every_session_out(app: Flask) -> None:
    person = add()
    before = person.get_id()
    with unit_of_work():
        accounts.set_password(person, "another long password", by=accounts.actor(person), at=builders.NOW)
    assert person.get_id() != before
    with pytest.raises(errors.Forbidden):
        accounts.set_password(person, PASSWORD, by=builders.acting("li"), at=builders.NOW)
    with pytest.raises(errors.Invalid):
        accounts.set_password(person, "short", by=builders.acting("admin"), at=builders.NOW)


def token(**given: Any) -> str:
    with unit_of_work():
        return accounts.create_token(by=builders.acting("admin"), at=builders.NOW, **given)


def test_a_token_is_kept_as_a_digest_and_acts_with_its_scopes(app: Flask) -> None:
    text = token(name="crm", scopes=["complaints:write"])
    row = db.session.scalars(select(Token).where(Token.name == "crm")).one()
    assert text not in str(vars(row)) and row.digest == accounts.digest(text)
    by = accounts.bearer(text)
    assert by.can(Permission.COMPLAINTS_WRITE) and not by.can(Permission.INCIDENTS_READ) and by.id is None
    assert text not in str([entry.data for entry in db.session.scalars(select(AuditEntry))])


def test_a_revoked_unknown_or_orphaned_token_is_refused(app: Flask) -> None:
    text = token(name="crm", scopes=["admin"])
    personal = token(name="li", person=builders.person("li"))
    assert accounts.bearer(personal).label == builders.acting("li").label
    with unit_of_work() as session:
        session.scalars(select(Token).where(Token.name == "crm")).one().revoked_at = builders.NOW
        builders.person("li").active = False
    for wrong in (text, personal, "ict_unknown", ""):
        with pytest.raises(errors.Unauthenticated):
            accounts.bearer(wrong)


def test_a_token_without_scope_or_with_a_wrong_or_taken_name_is_refused(app: Flask) -> None:
    token(name="crm", scopes=["admin"])
    for given, count in (
        ({"name": "a"}, 1),
        ({"name": "crm", "scopes": ["admin"]}, 1),
        ({"name": "crm", "scopes": ["king", "queen"]}, 3),
    ):
        with pytest.raises(errors.Invalid) as refused:
            token(**given)
        assert len(refused.value.reasons) == count


@pytest.mark.parametrize("role", list(Role))
def test_roles_may_what_the_table_says_and_the_inactive_nothing(role: Role) -> None:
    person = Person(id=1, name="x", role=role, active=True)
    assert accounts.actor(person).permissions == ROLES[role]
    person.active = False
    assert accounts.actor(person).permissions == frozenset()


def test_only_some_roles_close_command_reveal_or_manage() -> None:
    def may(permission: Permission) -> set[str]:
        return {str(role) for role, held in ROLES.items() if permission in held}

    assert may(Permission.INCIDENTS_CLOSE) == {"commander", "manager", "admin"}
    assert may(Permission.COMPLAINTS_REVEAL) == {"responder", "commander", "manager", "admin"}
    assert may(Permission.ACCOUNTS_MANAGE) == {"admin"}
    assert may(Permission.AUDIT_READ) == {"auditor", "admin"}
    assert may(Permission.DRILLS_MANAGE) == {"trainer", "manager", "admin"}


def test_a_label_gives_its_name_back() -> None:
    assert accounts.display(accounts.Actor("person", "李雷", id=3).label) == "李雷"
    assert accounts.display(accounts.system("delivery").label) == "delivery"


def test_a_refusal_names_the_roles_that_may(app: Flask) -> None:
    li = builders.acting("li")
    with pytest.raises(errors.Forbidden) as refused:
        li.must(Permission.INCIDENTS_CLOSE)
    [told] = refused.value.reasons
    said = i18n.say(told, "en")
    assert "commander" in said.lower() and "Manager" in said and "Responder" not in said
