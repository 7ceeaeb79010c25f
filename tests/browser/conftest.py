"""A real browser, and the service with its demo on a real port, as `make run` serves it."""

import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from weakref import WeakKeyDictionary

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from app import create_app
from incident import accounts, clock, customers, demo, drills
from incident.agencies import register
from incident.cli import serve
from incident.db import db, unit_of_work
from incident.drills import rating, scenarios
from incident.lifecycle.common import House
from incident.models.complaints import Complaint
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.plan_changes import proposing
from incident.playbooks import library, loading
from incident.readiness import history
from incident.training import courses, testing
from tests import reviewing
from tests.conftest import dispose, free_port, make_settings

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_tokens: WeakKeyDictionary[Page, str] = WeakKeyDictionary()


@dataclass(frozen=True)
class Site:
    """The running service, and a browser to visit it with."""

    app: Flask
    url: str
    browser: Browser
    customer: str

    def window(self) -> Page:
        """A window of its own, signed out."""
        size = {"width": 1440, "height": 900}
        context = self.browser.new_context(base_url=self.url, viewport=size, reduced_motion="reduce")
        page = context.new_page()
        page.set_default_timeout(15_000)
        return page

    def visit(self, who: str) -> Page:
        """A window of its own in which somebody has signed in by the form."""
        page = self.window()
        page.goto("/sign-in")
        page.fill("#field-email", f"{who}@demo.example")
        page.fill("#field-password", demo.PASSWORD)
        page.click("main button.primary")
        page.wait_for_url(f"{self.url}/")
        return page


def prefer(page: Page, *, locale: str, theme: str, width: int) -> None:
    """Choose language and theme as the account's form does, and the width of the window."""
    if page not in _tokens:  # good for as long as the person is signed in
        form = page.request.get("/account").text()
        token = re.search(r'name="csrf-token" content="([^"]+)"', form)
        _tokens[page] = token[1] if token else ""
    chosen = {"csrf_token": _tokens[page], "locale": locale, "theme": theme, "next": "/"}
    answer = page.request.post("/account/preferences", form=chosen, max_redirects=0)
    assert answer.status == 303, answer.status
    resize(page, width)


def resize(page: Page, width: int) -> None:
    """Make the window so wide."""
    page.set_viewport_size({"width": width, "height": 900})


def _proposed(at: datetime) -> None:
    """A change request with differences of several kinds."""
    content = loading.plain(library.current("privacy_leak").plan)
    content["steps"][2]["due"] = "2h"
    content["key_points"][0]["en"] += " At once."
    del content["raises"][0]
    proposing.begin("privacy_leak", reason="总是太迟", content=content, by=accounts.system("test"), at=at)


def furnish(app: Flask) -> str:
    """The demo and what it lacks for every page to have something on it; returns a customer's key."""
    house, at = app.extensions["house"], clock.now()
    with unit_of_work():
        demo.load(at=at, house=house)
    with unit_of_work():
        _proposed(at)
    admin = db.session.scalars(select(Person).where(Person.email == "admin@demo.example")).one()
    with unit_of_work() as session:
        session.scalars(select(Person).where(Person.email == "tang@demo.example")).one().slack_id = None
    with unit_of_work():
        testing.start(courses.find(1), by=accounts.actor(admin), at=at)
    history.take(at=at - timedelta(days=1), house=house)
    history.take(at=at, house=house)
    with unit_of_work():
        register.add(
            name="华信催收", code="HX", department="OUT", by=accounts.system("test"), at=at, zone=house.zone
        )
    played(house)
    reviewing.furnish(db.session.scalars(select(Incident).order_by(Incident.id)).first(), at=at)
    keys = select(Complaint.person_key).where(Complaint.person_key.is_not(None))
    return customers.written(db.session.scalars(keys).first() or 0)


def played(house: House) -> None:
    """A drill that runs (number 3), one that has ended (number 4), and a scenario of the house's own."""
    by, at = accounts.system("test"), clock.now()
    players = ["zhao@demo.example", "sun@demo.example", "he@demo.example"]
    wanted = drills.Wanted(
        "privacy_leak", players, scenario="list_in_chat_group", staff={"observer": ["admin@demo.example"]}
    )
    for number in (3, 4):
        with unit_of_work():
            drills.schedule(wanted, starts_at=at + timedelta(hours=1), by=by, at=at, house=house)
            drills.begin(number, by=by, at=at, house=house)
        drills.move_on(at=at)
    with unit_of_work():
        rating.rate(drills.locked(4), "o1", "M", note="取证前已解散群", by=by, at=at)
        drills.stop(4, by=by, at=at)
        content = library.current("privacy_leak").plan.scenarios[0].model_dump(mode="json")
        scenarios.save("privacy_leak", {**content, "key": "our_own"}, by=by, at=at)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, template: Path, browser: Browser) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site") / "var"
    shutil.copytree(template, folder)
    port = free_port()
    settings = make_settings(folder, port=port, slack_rate_limits=False)
    app = create_app(settings)
    with app.app_context():
        customer = furnish(app)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with app.app_context():
        sender = serve.sender(app, settings)
    sender.start(alone=True)
    yield Site(app, f"http://127.0.0.1:{port}", browser, customer)
    sender.stop()
    for context in browser.contexts:
        context.close()
    server.shutdown()
    thread.join(10)
    server.server_close()
    dispose(app)
