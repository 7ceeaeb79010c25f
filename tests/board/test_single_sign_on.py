"""Signing in with the organisation's own accounts, against a provider that signs for real."""

import re
import urllib.parse
from collections.abc import Iterator

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from sqlalchemy import select
from werkzeug.test import TestResponse

from incident.db import db, unit_of_work
from incident.models.records import AuditEntry
from incident.settings import SettingsError
from tests import builders
from tests.board.pages import forget, text
from tests.board.provider import Provider
from tests.conftest import make_settings


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.stop()


@pytest.fixture
def bank(make_app, provider) -> Iterator[Flask]:
    app = make_app(people=True, base_url="http://incident.example", **provider.settings())
    with app.app_context():
        yield app


def opened(client: FlaskClient, path: str) -> TestResponse:
    forget()
    return client.get(path, base_url="http://incident.example", headers={"Accept-Language": "en"})


def vouched(client: FlaskClient, wanted: str = "") -> TestResponse:
    """To the provider and back, as a browser goes."""
    away = opened(client, f"/sign-in/organisation{wanted}")
    assert away.status_code == 302, away.text
    sent_back = requests.get(away.headers["Location"], allow_redirects=False, timeout=5)
    address = urllib.parse.urlsplit(sent_back.headers["Location"])
    assert address.netloc == "incident.example"
    return opened(client, f"{address.path}?{address.query}")


def test_whoever_the_provider_vouches_for_is_signed_in_and_lands_where_they_wanted(bank):
    client = bank.test_client()
    page = opened(client, "/sign-in?next=/clocks")
    assert "Sign in with your organisation's account" in text(page) and 'name="password"' in page.text
    address = re.search(r'href="(/sign-in/organisation[^"]*)"', page.text)
    assert address is not None and address[1].endswith("?next=/clocks")
    entered = vouched(client, "?next=/clocks")
    assert (entered.status_code, entered.headers["Location"]) == (303, "/clocks")
    assert opened(client, "/clocks").status_code == 200
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "people.signed_in")).one()
    assert entry.data == {"way": "oidc"} and entry.actor.endswith("赵敏")
    assert opened(client, "/sign-in/organisation?next=//evil.example").headers["Location"] == "/"


def test_signing_out_offers_to_end_the_session_at_the_provider_too(bank, provider):
    client = bank.test_client()
    vouched(client)
    form = re.search(r'name="csrf-token" content="([^"]+)"', opened(client, "/account").text)
    assert form is not None
    forget()
    left = client.post("/sign-out", data={"csrf_token": form[1]}, base_url="http://incident.example")
    page = opened(client, left.headers["Location"])
    assert "signed out here" in text(page)
    away = opened(client, "/sign-in/organisation/leave").headers["Location"]
    assert away.startswith(f"{provider.issuer}/leave?client_id=incident&post_logout_redirect_uri=")
    provider.spoil["no sign-out"] = True
    bank.extensions.pop("oidc")
    refused = opened(client, "/sign-in/organisation/leave")
    assert refused.status_code == 409 and "offers no sign-out" in text(refused)


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"email": "nobody@demo.example"}, "no active account for nobody@demo.example"),
        ({"email_verified": False}, "no confirmed e-mail address"),
        ({"email": 7}, "no confirmed e-mail address"),
        ({"email": "gone@demo.example"}, "no active account for gone@demo.example"),
    ],
)
def test_who_has_no_account_here_or_no_confirmed_address_is_told_whom_to_ask(bank, provider, claims, said):
    with unit_of_work():
        builders.person("li").active = False
        builders.person("li").email = "gone@demo.example"
    provider.claims |= claims
    refused = vouched(bank.test_client())
    assert refused.status_code == 401 and said in text(refused)


def test_an_address_said_only_when_asked_again_counts_and_about_somebody_else_does_not(bank, provider):
    del provider.claims["email"]
    provider.more = {"email": "zhao@demo.example"}
    assert vouched(bank.test_client()).headers["Location"] == "/"
    provider.more["sub"] = "18"
    assert vouched(bank.test_client()).status_code == 401


@pytest.mark.parametrize(
    "spoil",
    [
        {"claims": {"nonce": "of another sign-in"}},
        {"claims": {"aud": "another service"}},
        {"claims": {"iss": "https://elsewhere.example"}},
        {"claims": {"exp": 1_600_000_000}},
        {"key": RSAKey.generate_key(2048, {"kid": "one"})},
        {"code expired": True},
        {"error": "server_error"},
    ],
    ids=lambda spoil: next(iter(spoil.get("claims", spoil))),
)
def test_what_the_provider_says_wrongly_lets_nobody_in(bank, provider, spoil):
    provider.spoil = spoil
    client = bank.test_client()
    refused = vouched(client)
    assert refused.status_code == 502 and "use your password here" in text(refused)
    assert opened(client, "/clocks").status_code in (302, 303, 401)


def test_a_cancelled_sign_in_says_so(bank, provider):
    provider.spoil = {"error": "access_denied"}
    refused = vouched(bank.test_client())
    assert refused.status_code == 401 and "cancelled" in text(refused)


def test_a_sign_in_begun_in_another_browser_is_refused(bank):
    away = opened(bank.test_client(), "/sign-in/organisation")
    sent_back = requests.get(away.headers["Location"], allow_redirects=False, timeout=5)
    address = urllib.parse.urlsplit(sent_back.headers["Location"])
    refused = opened(bank.test_client(), f"{address.path}?{address.query}")
    assert refused.status_code == 401 and "begin again" in text(refused)


def test_a_provider_that_is_down_or_another_leaves_the_password(make_app, provider):
    provider.spoil["issuer"] = "https://elsewhere.example"
    app = make_app(people=True, base_url="http://incident.example", **provider.settings())
    with app.app_context():
        assert opened(app.test_client(), "/sign-in/organisation").status_code == 502
    gone = Provider()
    gone.stop()
    app = make_app(people=True, base_url="http://incident.example", **gone.settings())
    with app.app_context():
        refused = opened(app.test_client(), "/sign-in/organisation")
        assert refused.status_code == 502 and 'name="password"' in refused.text


def test_without_the_settings_there_is_no_such_sign_in(app):
    client = app.test_client()
    assert "organisation" not in text(opened(client, "/sign-in"))
    assert opened(client, "/sign-in/organisation").status_code == 404


def test_half_of_the_settings_stop_the_start(tmp_path):
    with pytest.raises(SettingsError, match="must be set together"):
        make_settings(tmp_path, oidc_issuer="https://login.example", oidc_client_id="x")
    with pytest.raises(SettingsError, match="OIDC_ISSUER: not an http"):
        make_settings(tmp_path, oidc_issuer="login.example", oidc_client_id="x", oidc_client_secret="y")
