"""Visiting pages as one of the standard people: signed in, with the protection token in every form."""

import html
import re
from typing import Any

from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import builders


class Visitor:
    """A browser without JavaScript that somebody is signed in with."""

    def __init__(self, app: Flask, who: str = "admin", language: str = "en") -> None:
        self.client: FlaskClient = app.test_client()
        self.headers = {"Accept-Language": language}
        person = builders.person(who)
        person.locale = None  # the browser's language decides
        from incident.db import db

        db.session.commit()
        with self.client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = person.get_id(), True

    def get(self, path: str, **more: Any) -> TestResponse:
        """Open a page."""
        forget()
        return self.client.get(path, headers={**self.headers, **more.pop("headers", {})}, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a form, with the token of the sign-in's session."""
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.get("/account").text)
        assert found is not None
        headers = {**self.headers, **more.pop("headers", {})}
        forget()
        return self.client.post(path, data={"csrf_token": found[1], **(data or {})}, headers=headers, **more)


def forget() -> None:
    """Drop what a request keeps for its own time: in a test all requests share one application context."""
    for name in list(g):
        g.pop(name)


def text(answer: TestResponse) -> str:
    """What a reader sees of a page's main part, in one line."""
    main = answer.text.partition('<main id="main"')[2] or answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())
