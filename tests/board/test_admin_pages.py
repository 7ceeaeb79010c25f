"""The administration pages: people, tokens, departments, calendar, deliveries, audit."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql

from incident import accounts, audit, calendars, clock, errors, notices, signing_in
from incident.db import db, forget, unit_of_work
from incident.models.alerts import Delivery, DeliveryState
from incident.models.people import Department, Person, Token
from incident.models.records import AuditEntry
from tests import builders
from tests.board.pages import Visitor, text

PAGES = ("people", "tokens", "departments", "calendar", "deliveries", "audit")
PERSON = {"name": "何雨", "email": "new@demo.example", "role": "responder", "department": "COL"}


def audited(action):
    return db.session.scalars(select(AuditEntry).where(AuditEntry.action == action)).all()


@pytest.mark.parametrize("page", PAGES)
def test_an_administrator_opens_every_page(app, page):
    assert Visitor(app).get(f"/admin/{page}").status_code == 200


@pytest.mark.parametrize("page", ["people", "tokens", "departments", "calendar", "audit"])
def test_a_commander_opens_none_of_them(app, page):
    assert Visitor(app, "zhao").get(f"/admin/{page}").status_code == 403


def test_somebody_is_added_and_can_sign_in(app):
    visitor = Visitor(app)
    added = visitor.post("/admin/people", {**PERSON, "password": "a long password"})
    assert added.status_code == 303
    assert signing_in.password_fits("new@demo.example", "a long password")


def test_a_refused_person_keeps_what_was_typed_but_not_the_password(app):
    answer = Visitor(app).post("/admin/people", {**PERSON, "email": "zhao@demo.example", "password": "short"})
    assert answer.status_code == 422
    assert "Somebody has this e-mail address already." in answer.text
    assert "何雨" in answer.text and 'value="short"' not in answer.text


def test_a_role_and_department_are_changed_with_an_audit_entry(app):
    li = builders.person("li")
    Visitor(app).post(
        f"/admin/people/{li.id}",
        {
            "name": "李娜",
            "role": "commander",
            "department": "CPO",
            "slack_id": li.slack_id,
            "group_head": "1",
        },
    )
    db.session.expire_all()
    assert (li.role, li.department_code, li.group_head) == ("commander", "CPO", True)
    [entry] = audited("people.changed")
    assert entry.data["role"] == "commander" and entry.actor.endswith("管理员 周")


def test_a_slack_id_of_somebody_else_is_refused(app):
    li, zhao = builders.person("li"), builders.person("zhao")
    answer = Visitor(app).post(
        f"/admin/people/{li.id}", {"name": "李娜", "role": "responder", "slack_id": zhao.slack_id}
    )
    assert answer.status_code == 422 and "Somebody has this Slack id already." in answer.text


def test_deactivating_signs_out_and_the_last_administrator_stays(app):
    li, admin = builders.person("li"), builders.person("admin")
    theirs, visitor = Visitor(app, "li"), Visitor(app)
    assert theirs.get("/complaints").status_code == 200
    visitor.post(f"/admin/people/{li.id}/active", {"active": "0"})
    assert theirs.get("/complaints").status_code == 303
    assert visitor.post(f"/admin/people/{admin.id}/active", {"active": "0"}).status_code == 409
    demoted = visitor.post(f"/admin/people/{admin.id}", {"name": "周", "role": "responder"})
    assert demoted.status_code == 409
    db.session.expire_all()
    assert db.session.get_one(Person, admin.id).active


def test_a_new_password_ends_the_sessions(app):
    li, theirs = builders.person("li"), Visitor(app, "li")
    answer = Visitor(app).post(f"/admin/people/{li.id}/password", {"password": "another password"})
    assert answer.status_code == 303 and theirs.get("/complaints").status_code == 303
    assert Visitor(app).post(f"/admin/people/{li.id}/password", {"password": "short"}).status_code == 422


def test_a_token_is_shown_once_and_ends_when_revoked(app):
    visitor = Visitor(app)
    page = visitor.post("/admin/tokens", {"name": "crm", "scope": ["complaints:write"]})
    token = page.text.partition('id="made" tabindex="0">')[2].partition("<")[0]
    assert accounts.bearer(token).name == "crm"
    assert token not in visitor.get("/admin/tokens").text
    row = db.session.scalars(select(Token)).one()
    visitor.post(f"/admin/tokens/{row.id}/revoke")
    db.session.expire_all()
    with pytest.raises(errors.Unauthenticated):
        accounts.bearer(token)
    assert len(audited("tokens.revoked")) == 1


def test_a_token_without_a_scope_is_refused_beside_the_field(app):
    answer = Visitor(app).post("/admin/tokens", {"name": "crm"})
    assert answer.status_code == 422 and "Name at least one scope" in answer.text


def test_heads_and_deputies_are_set(app):
    visitor, li, chen = Visitor(app), builders.person("li"), builders.person("chen")
    assert visitor.post("/admin/departments/COL", {"head": chen.id, "deputy": li.id}).status_code == 303
    db.session.expire_all()
    found = db.session.get_one(Department, "COL")
    assert (found.head_id, found.deputy_id) == (chen.id, li.id)
    assert visitor.post("/admin/departments/COL", {"head": li.id, "deputy": li.id}).status_code == 422
    assert visitor.post("/admin/departments/XX", {"head": li.id}).status_code == 404


def test_a_day_is_added_and_corrected_and_counts_at_once(app):
    visitor, day = Visitor(app), date(2026, 12, 9)
    facts = {"jurisdiction": "cn", "day": day.isoformat(), "working": "0", "name": "行庆"}
    assert visitor.post("/admin/calendar", facts).status_code == 303
    assert not calendars.load("cn", "Asia/Shanghai").is_working(day)
    visitor.post("/admin/calendar", {**facts, "working": "1"})
    assert calendars.load("cn", "Asia/Shanghai").is_working(day)
    assert visitor.post("/admin/calendar", {**facts, "day": "soon", "name": ""}).status_code == 422


def test_the_calendar_says_until_when_it_is_known(app):
    until = calendars.known_until("cn")
    assert until is not None and until.isoformat() in text(Visitor(app).get("/admin/calendar"))


def test_a_failed_delivery_shows_its_reason_and_is_retried(app):
    incident = builders.an_incident()
    with unit_of_work():
        step = db.session.scalars(select(Delivery).where(Delivery.incident_id == incident.id)).first()
        step.state, step.error, step.error_kind = (
            DeliveryState.FAILED,
            "The channel is archived.",
            "is_archived",
        )
    visitor = Visitor(app)
    page = text(visitor.get("/admin/deliveries?state=failed"))
    assert "The channel is archived." in page and incident.number in page
    assert visitor.post(f"/admin/deliveries/{step.id}/retry").status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Delivery, step.id).state == DeliveryState.PENDING


def test_the_audit_log_is_searched_and_its_chain_verified(app):
    visitor = Visitor(app, "tang")
    assert "people.added" in visitor.get("/admin/audit").text
    assert "No entry matches." in visitor.get("/admin/audit?q=nothing-like-this").text
    with unit_of_work():
        audit.seal(at=clock.now())
    assert "The chain holds" in visitor.post("/admin/audit/verify").text


def test_a_missing_sealed_row_is_found(app):
    with unit_of_work():
        audit.seal(at=clock.now())
    with unit_of_work() as session:
        guards = session.execute(
            sql("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'seals'")
        ).scalars()
        for name in list(guards):
            session.execute(sql(f'DROP TRIGGER "{name}"'))
        session.execute(sql("UPDATE seals SET count = count + 1"))
    assert "does not match" in Visitor(app, "tang").post("/admin/audit/verify").text


def test_what_only_an_administrator_can_mend_is_told_to_them_alone_with_the_page_for_it(app):
    with unit_of_work():
        notices.put("calendar", "The working calendar ends on %(last)s.", at=clock.now(), last="2026-12-31")
        notices.put("duty", "Nobody is on duty for %(departments)s.", at=clock.now(), departments="CS")
    forget("board/")
    admin, li = Visitor(app, "admin").get("/").text, Visitor(app, "li").get("/").text
    assert 'href="/admin/calendar">The working calendar ends' in admin
    assert admin.index("Nobody is on duty for") < admin.index(
        "The working calendar ends"
    )  # what can wait, last
    assert "Nobody is on duty for" in li and "The working calendar ends" not in li
