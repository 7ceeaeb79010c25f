"""The page of post-mortems."""

from datetime import timedelta

from incident import clock
from incident.db import unit_of_work
from incident.reviews import schedule
from tests import builders
from tests.board.pages import Visitor, text


def a_review(**given):
    incident = builders.an_incident(acknowledged_by="zhao", **given)
    with unit_of_work():
        return incident, schedule.schedule(
            incident, builders.house().calendar, by=builders.BY, at=clock.now()
        )


def test_nothing_scheduled_says_so(app):
    assert "No post-mortem is here." in Visitor(app).get("/reviews").text


def test_a_post_mortem_shows_incident_owner_and_time(app):
    incident, review = a_review()
    page = text(Visitor(app, "tang").get("/reviews"))
    assert incident.number in page and "left" in page
    assert review.due_at.astimezone(builders.house().zone).strftime("%Y-%m-%d %H:%M") in page


def test_an_overdue_post_mortem_is_marked_and_an_optional_one_is_not(app):
    _incident, late = a_review()
    _incident, optional = a_review()
    with unit_of_work():
        for review in (late, optional):
            review.due_at = clock.now() - timedelta(days=1)
        late.optional, optional.optional = False, True
    page = text(Visitor(app).get("/reviews"))
    assert "1 post-mortem is overdue" in page


def test_held_ones_stand_under_their_own_tab(app):
    incident, review = a_review()
    with unit_of_work():
        review.state = "completed"
    visitor = Visitor(app)
    assert incident.number not in visitor.get("/reviews").text
    assert incident.number in visitor.get("/reviews?state=completed").text
    assert incident.number in visitor.get("/reviews?state=all").text
