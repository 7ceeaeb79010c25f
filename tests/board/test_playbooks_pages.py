"""The plan pages: library, one plan in the reader's language, its versions."""

import pytest
from sqlalchemy import func, select

from incident.board import plan_view
from incident.db import db, forget, unit_of_work
from incident.models.plans import PlanVersion
from incident.playbooks import library
from tests import builders
from tests.board.pages import Visitor, text

KEY = "improper_collection"


def test_the_library_shows_every_plan(app):
    page = Visitor(app, "li").get("/playbooks")
    assert page.status_code == 200
    assert all(f'/playbooks/{each.plan.key}"' in page.text for each in library.all_current())


@pytest.mark.parametrize("words", ["催收", "collection freeze"])
def test_the_library_is_searched_in_either_language(app, words):
    assert f"/playbooks/{KEY}" in Visitor(app).get("/playbooks", query_string={"q": words}).text


def test_filters_leave_out_what_does_not_match(app):
    page = Visitor(app).get("/playbooks?level=1").text
    assert "/playbooks/self_harm_threat" in page and f"/playbooks/{KEY}" not in page
    assert "No plan matches." in Visitor(app).get("/playbooks?q=zzzz").text


def test_a_plan_reads_in_the_language_of_the_reader(app):
    plan = library.current(KEY).plan
    english, chinese = (
        Visitor(app).get(f"/playbooks/{KEY}"),
        Visitor(app, language="zh-CN").get(f"/playbooks/{KEY}"),
    )
    assert plan.purpose.en in text(english) and plan.purpose.zh not in english.text
    assert plan.purpose.zh in chinese.text and plan.purpose.en not in chinese.text


def test_every_plan_shows_all_its_steps_and_drafts(app):
    visitor = Visitor(app)
    for each in library.all_current():
        page = visitor.get(f"/playbooks/{each.plan.key}")
        assert page.status_code == 200
        assert all(f'id="step-{step.key}"' in page.text for step in each.plan.steps)
        assert page.text.count("data-copy=") == 3


def test_the_lanes_hold_every_step_once_and_in_time(app):
    plan = library.current(KEY).plan
    heads, lanes = plan_view.lanes(plan)
    placed = [step.key for lane in lanes for cell in lane.cells for step in cell]
    assert sorted(placed) == sorted(step.key for step in plan.steps)
    assert all(len(lane.cells) == len(heads) for lane in lanes)
    dues = [plan_view.minutes(step.due) for step in plan_view.in_time(plan)]
    assert dues == sorted(dues)


def next_version(**changed):
    """A second version of the plan, with other content."""
    old = library.history(KEY)[0]
    with unit_of_work() as session:
        session.add(
            PlanVersion(
                key=KEY,
                version=old.version + 1,
                content_hash="f" * 64,
                content={**old.content, **changed},
                loaded_at=builders.NOW,
                loaded_by="system/test",
            )
        )
    forget("plans/")


def test_the_versions_page_says_what_changed(app):
    steps = library.history(KEY)[0].content["steps"]
    next_version(steps=steps[:-1], purpose={"zh": "新的目的。", "en": "A new purpose."})
    page = text(Visitor(app).get(f"/playbooks/{KEY}/versions"))
    assert f"Step {len(steps)} “{steps[-1]['title']['en'][:20]}" in page and ": removed" in page
    assert "Purpose · English: " in page and "→ A new purpose." in page and "The first version." in page


def test_an_old_version_can_still_be_read_and_says_so(app):
    next_version(purpose={"zh": "新的目的。", "en": "A new purpose."})
    old = Visitor(app).get(f"/playbooks/{KEY}/versions/1").text
    assert "a newer one is in force" in old and "A new purpose." not in old
    assert "A new purpose." in Visitor(app).get(f"/playbooks/{KEY}").text


def test_unknown_plans_and_versions_are_not_found(app):
    visitor = Visitor(app)
    for path in ("/playbooks/nothing", f"/playbooks/{KEY}/versions/99", "/playbooks/@levels"):
        assert visitor.get(path).status_code == 404
    assert db.session.scalar(select(func.count()).select_from(PlanVersion)) > 0
