"""Signing in: the first administrator, wrong tries, sessions, language, and what every answer carries."""

import gzip
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from incident import accounts
from incident.board import auth
from incident.db import unit_of_work
from incident.models.people import Person
from tests import builders
from tests.board.pages import Visitor, forget

PASSWORD = "long enough to do"
NOW = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)


def token(client: FlaskClient, path: str = "/sign-in") -> str:
    forget()
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def enter(client: FlaskClient, password: str, **more: str) -> TestResponse:
    data = {"csrf_token": token(client), "email": "zhao@demo.example", "password": password, **more}
    forget()
    return client.post("/sign-in", data=data)


@pytest.fixture
def zhao(app: Flask) -> Person:
    person = builders.person("zhao")
    with unit_of_work():
        accounts.set_password(person, PASSWORD, by=builders.BY, at=NOW)
    return person


def test_the_first_start_makes_an_administrator_and_then_never_again(make_app):
    app = make_app()
    with app.app_context():
        client = app.test_client()
        assert client.get("/sign-in").headers["Location"] == "/setup"
        given = {"name": "李雷", "email": "li@bank.example", "password": PASSWORD, "password_again": PASSWORD}
        made = client.post("/setup", data={"csrf_token": token(client, "/setup"), **given})
        assert made.status_code == 303
        assert builders.person("li@bank.example").role == "admin"
        forget()
        assert client.get("/").status_code == 200
        forget()
        assert client.get("/setup").headers["Location"] == "/sign-in"


def test_the_first_account_names_every_fault_and_keeps_what_was_typed(make_app):
    app = make_app()
    with app.app_context():
        client = app.test_client()
        given = {"name": "李雷", "email": "nowhere", "password": "short", "password_again": "short"}
        answer = client.post("/setup", data={"csrf_token": token(client, "/setup"), **given})
        assert answer.status_code == 422
        assert 'value="李雷"' in answer.text and 'id="field-email-fault"' in answer.text
        assert 'id="field-password-fault"' in answer.text
        assert accounts.nobody_yet()


def test_the_right_password_opens_the_page_that_was_asked_for(zhao, client):
    away = client.get("/incidents/INC-2026-000001?events=notes")
    assert away.status_code == 303
    assert away.headers["Location"] == "/sign-in?next=/incidents/INC-2026-000001?events%3Dnotes"
    answer = enter(client, PASSWORD, next="/complaints")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/complaints")


@pytest.mark.parametrize("address", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", ""])
def test_nobody_is_sent_to_another_site(address):
    assert auth.safe_next(address) == "/"


def test_a_wrong_password_is_refused_without_saying_which_part_was_wrong(zhao, client):
    wrong = enter(client, "something else")
    unknown = enter(client, PASSWORD, email="nobody@demo.example")
    assert wrong.status_code == unknown.status_code == 401
    assert 'value="zhao@demo.example"' in wrong.text
    sentences = [re.findall(r'refusal-title">([^<]+)', each.text) for each in (wrong, unknown)]
    assert sentences[0] == sentences[1] != []


def test_five_wrong_tries_lock_the_door_for_longer_and_longer(zhao, client):
    with time_machine.travel(NOW, tick=False) as traveller:
        for _ in range(5):
            enter(client, "wrong wrong wrong")
        assert zhao.locked_until == NOW + timedelta(seconds=15)
        assert enter(client, PASSWORD).status_code == 401  # right, but the door is locked
        traveller.shift(timedelta(seconds=16))
        enter(client, "wrong wrong wrong")
        assert zhao.locked_until == NOW + timedelta(seconds=16 + 30)
        traveller.shift(timedelta(seconds=31))
        assert enter(client, PASSWORD).status_code == 303


def test_a_form_without_its_token_changes_nothing(zhao, client):
    answer = client.post("/sign-in", data={"email": zhao.email, "password": PASSWORD})
    assert answer.status_code == 400
    forget()
    assert client.get("/").status_code == 303


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(zhao, client):
    cookie = enter(client, PASSWORD).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie


def test_behind_https_the_cookie_is_secure(make_app):
    app = make_app(base_url="https://incident.example")
    with app.app_context():
        answer = app.test_client().get("/setup")
        assert "Secure" in answer.headers["Set-Cookie"]
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_every_page_forbids_inline_code_and_framing(client):
    answer = client.get("/sign-in")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", answer.text)


def test_a_new_password_ends_every_other_session(app, zhao):
    one, other = app.test_client(), app.test_client()
    for each in (one, other):
        enter(each, PASSWORD)
    given = {"password": PASSWORD, "new_password": "another long one", "password_again": "another long one"}
    forget()
    changed = one.post("/account/password", data={"csrf_token": token(one, "/account"), **given})
    assert changed.headers["Location"] == "/account"
    forget()
    assert one.get("/account").status_code == 200
    forget()
    assert other.get("/account").status_code == 303


def test_a_password_is_not_changed_without_the_present_one(app, zhao):
    client = app.test_client()
    enter(client, PASSWORD)
    given = {"password": "a guess", "new_password": "another long one", "password_again": "another long one"}
    forget()
    answer = client.post("/account/password", data={"csrf_token": token(client, "/account"), **given})
    assert answer.status_code == 422 and 'id="field-password-fault"' in answer.text
    assert zhao.failed_sign_ins == 1


def test_somebody_deactivated_is_out_at_once(app):
    visitor = Visitor(app, "chen")
    assert visitor.get("/").status_code == 200
    with unit_of_work():
        builders.person("chen").active = False
    assert visitor.get("/").status_code == 303


def test_signing_out_ends_the_session(app):
    visitor = Visitor(app, "chen")
    assert visitor.post("/sign-out").headers["Location"] == "/sign-in"
    assert visitor.get("/").status_code == 303


def test_the_language_is_the_persons_then_the_cookies_then_the_browsers(app):
    visitor = Visitor(app, "chen", language="en")
    assert '<html lang="en"' in visitor.get("/account").text
    visitor.client.set_cookie("lang", "zh_CN")
    assert '<html lang="zh-CN"' in visitor.get("/account").text
    visitor.post("/account/preferences", {"locale": "en", "next": "/account"})
    visitor.client.set_cookie("lang", "zh_CN")
    assert '<html lang="en"' in visitor.get("/account").text
    assert builders.person("chen").locale == "en"


def test_language_and_theme_can_be_chosen_before_signing_in(client):
    given = {"csrf_token": token(client), "locale": "zh_CN", "theme": "dark", "next": "/sign-in"}
    forget()
    answer = client.post("/account/preferences", data=given)
    assert answer.headers["Location"] == "/sign-in"
    forget()
    page = client.get("/sign-in").text
    assert 'lang="zh-CN"' in page and 'data-theme="dark"' in page


def test_static_files_are_kept_for_a_year_under_an_address_of_their_content(client):
    address = re.search(r'href="(/static/css/frame\.css\?v=[0-9a-f]+)"', client.get("/sign-in").text)
    assert address is not None
    answer = client.get(address[1], headers={"Accept-Encoding": "gzip"})
    assert (
        "max-age=31536000" in answer.headers["Cache-Control"]
        and "immutable" in answer.headers["Cache-Control"]
    )
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b".rail" in gzip.decompress(answer.data)


def test_a_first_page_weighs_less_than_250_kib(app):
    client = Visitor(app, "zhao").client
    page = client.get("/")
    weight = len(gzip.compress(page.data))
    for address in re.findall(r'(?:href|src)="(/static/[^"#]+)"', page.text):
        weight += len(client.get(address, headers={"Accept-Encoding": "gzip"}).data)
    assert 20_000 < weight < 250 * 1024


def test_a_page_that_is_not_there_says_so_in_the_readers_language(app):
    answer = Visitor(app, "zhao", language="en").get("/nowhere")
    assert answer.status_code == 404 and "There is no such page" in answer.text


def test_the_rail_shows_only_what_the_reader_may_open(app):
    assert 'href="/admin/people"' in Visitor(app, "admin").get("/").text
    assert 'href="/admin/people"' not in Visitor(app, "chen").get("/").text
