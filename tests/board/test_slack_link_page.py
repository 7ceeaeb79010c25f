"""The page of a one-time link from Slack: says who is linked to whom, links on the press, refuses plainly."""

import pytest

from incident import clock, slack_links
from incident.db import db, unit_of_work
from tests import builders
from tests.board.pages import Visitor, forget, text

MINE = slack_links.SlackAccount("U0PRIVATE", "T0WORK", "<b>Zhao</b>", "Our bank")


@pytest.fixture
def token(app):
    return slack_links.token(MINE, at=clock.now(), secret=app.extensions["settings"].session_key)


def test_the_person_sees_who_is_linked_and_confirms_once(app, token):
    with unit_of_work():
        builders.person("zhao").slack_id = None
    zhao, page = Visitor(app, "zhao"), f"/account/slack?token={token}"
    said = zhao.get(page)
    assert "&lt;b&gt;Zhao&lt;/b&gt;" in said.text and "U0PRIVATE" in said.text and "Our bank" in said.text
    db.session.expire_all()
    assert builders.person("zhao").slack_id is None  # looking links nobody
    assert zhao.post("/account/slack", {"token": token}).status_code == 303
    db.session.expire_all()
    assert builders.person("zhao").slack_id == "U0PRIVATE"
    assert "used already" in text(zhao.get(page))
    assert zhao.post("/account/slack", {"token": token}).status_code == 409


def test_a_link_that_was_changed_or_is_missing_is_refused_and_nobody_is_let_in_by_it(app, token):
    zhao = Visitor(app, "zhao")
    for wrong in (token[:-2], "nonsense", "é", ""):
        assert zhao.get("/account/slack", query_string={"token": wrong}).status_code == 422
        assert zhao.post("/account/slack", {"token": wrong}).status_code == 422
    forget()
    door = app.test_client().get(f"/account/slack?token={token}")
    assert door.status_code == 303 and door.location.startswith("/sign-in?next=/account/slack")
