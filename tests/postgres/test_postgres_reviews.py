"""Writing a post-mortem on PostgreSQL: several people save one section at once, or while it is published."""

import pytest
from flask import Flask
from sqlalchemy import select

from incident import errors
from incident.db import db, unit_of_work
from incident.models.reviews import Review, ReviewText, Section
from incident.reviews import publishing, rights, sections, signing
from incident.reviews.actions import Wanted, add
from tests import builders, reviewing
from tests.races import at_once

pytestmark = pytest.mark.xdist_group("postgres")  # one server is enough
WRITERS = ("li", "wang", "zhao", "smith", "liu", "sun")


def test_of_many_who_save_one_section_at_once_one_wins_and_the_others_keep_their_text(app: Flask) -> None:
    review = reviewing.a_review()
    cast = reviewing.the_cast(review)

    def save(who: str) -> object:
        by = builders.acting(who)
        with unit_of_work():
            given = {"version": 0, "cast": cast, "by": by, "at": reviewing.CLOSED}
            return sections.save(rights.find(review.id), Section.LUCKY, f"text of {who}", **given)

    results = at_once(app, [lambda who=who: save(who) for who in WRITERS])
    won = [each for each in results if not isinstance(each, Exception)]
    lost = [each for each in results if isinstance(each, errors.Stale)]
    assert (len(won), len(lost)) == (1, len(WRITERS) - 1)
    assert {each.current["text"] for each in lost} == {won[0].text}
    assert {each.yours for each in lost} | {won[0].text} == {f"text of {who}" for who in WRITERS}
    db.session.commit()
    assert len(db.session.scalars(select(ReviewText)).all()) == 1


def test_sections_of_their_own_do_not_hinder_one_another(app: Flask) -> None:
    review = reviewing.a_review()
    cast, names = reviewing.the_cast(review), list(Section)[: len(WRITERS)]

    def save(who: str, name: Section) -> object:
        by = builders.acting(who)
        with unit_of_work():
            given = {"version": 0, "cast": cast, "by": by, "at": reviewing.CLOSED}
            return sections.save(rights.find(review.id), name, f"text of {who}", **given)

    pairs = list(zip(WRITERS, names, strict=True))
    results = at_once(app, [lambda who=who, name=name: save(who, name) for who, name in pairs])
    assert [each for each in results if isinstance(each, Exception)] == []
    assert reviewing.now(review).revision == 1 + len(WRITERS)


def test_nothing_is_published_that_was_not_signed(app: Flask) -> None:
    """Publishing and saving at once: either the change came first, and the signatures are gone, or the
    edition did, and the change is refused."""
    review = reviewing.a_review(held=True)
    cause, cast = reviewing.a_cause(review), reviewing.the_cast(review)
    zhao, calendar = builders.acting("zhao"), builders.house().calendar
    with unit_of_work():
        wanted = Wanted("fix", "更新名单", finding_id=cause)
        add(rights.find(review.id), wanted, by=zhao, at=reviewing.CLOSED, calendar=calendar)
    for who in ("wang", "tang"):
        with unit_of_work():
            signing.sign_off(rights.find(review.id, lock=True), by=builders.acting(who), at=reviewing.CLOSED)

    def publish() -> object:
        with unit_of_work():
            found = rights.find(review.id, lock=True)
            return publishing.publish(found, by=zhao, at=reviewing.CLOSED, zone=builders.house().zone)

    def save() -> object:
        with unit_of_work():
            given = {"version": 0, "cast": cast, "by": zhao, "at": reviewing.CLOSED}
            return sections.save(rights.find(review.id), Section.CARE, "谢谢大家", **given)

    results = at_once(app, [publish, save])
    assert sum(isinstance(each, errors.Refused) for each in results) == 1
    row = reviewing.now(review)
    texts = db.session.scalars(select(ReviewText)).all()
    assert (row.edition, len(texts)) in ((1, 0), (0, 1))
    assert isinstance(row, Review)
