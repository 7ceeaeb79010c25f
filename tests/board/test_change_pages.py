"""The pages of change requests: from “Propose a change” to version 2, in a browser without JavaScript."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from incident.board import plan_form
from incident.db import db
from incident.models.plans import PlanChange
from incident.playbooks import library
from incident.playbooks import proposing as checking
from tests import builders
from tests.board.pages import Visitor, text

KEY = "privacy_leak"


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(builders.NOW, tick=False):
        yield


@pytest.fixture
def change(app):
    li = Visitor(app, "li")
    answer = li.post(f"/playbooks/{KEY}/propose", {"reason": "Containing took too long.", "origin": "drill"})
    assert answer.status_code == 422  # a drill that is not named
    there = li.post(f"/playbooks/{KEY}/propose", {"reason": "Containing took too long."}).headers["Location"]
    return there.removesuffix("/edit")


def typed(page):
    """What stands in a page's form, as a browser would send it."""
    found = {}
    main = page.text.partition('<main id="main"')[2]
    for tag in re.findall(r"<input[^>]*>|<textarea.*?</textarea>|<select.*?</select>", main, re.DOTALL):
        name = re.search(r' name="([^"]*)"', tag)
        if name is None or name[1] in ("csrf_token",):
            continue
        if tag.startswith("<input"):
            value = re.search(r' value="([^"]*)"', tag)
            if 'type="checkbox"' in tag and " checked" not in tag:
                continue
            values = [value[1] if value else ""]
        elif tag.startswith("<textarea"):
            values = [re.sub(r"^\n", "", re.search(r">(.*)</textarea>", tag, re.DOTALL)[1])]
        else:
            values = (
                re.findall(r'<option value="([^"]*)" selected', tag)
                or re.findall(r'<option value="([^"]*)"', tag)[:1]
            )
        found.setdefault(name[1], []).extend(html.unescape(each) for each in values)
    return found


def test_every_part_of_every_plan_saves_as_it_was(app, change):
    """The form carries whatever the schema holds: saving what it shows changes nothing."""
    lin = Visitor(app, "lin")  # who runs drills, and so may edit the scenarios too
    before = checking.whole(library.current(KEY).plan.model_dump(mode="json", exclude_defaults=True))
    for part in plan_form.parts():
        page = lin.get(f"{change}/edit/{part}")
        assert page.status_code == 200
        answer = lin.post(f"{change}/edit/{part}", typed(page))
        assert answer.status_code == 303, text(answer)[:600]
    db.session.expire_all()
    assert checking.whole(db.session.scalars(select(PlanChange)).one().content) == before
    assert "Nothing is changed yet." in text(lin.get(change))


def test_a_step_is_changed_compared_approved_and_published(app, change):
    li, wang = Visitor(app, "li"), Visitor(app, "wang")
    form = typed(li.get(f"{change}/edit/steps")) | {
        "steps.2.due": "2h",
        "steps.2.title.en": "Contain at once",
    }
    li.post(f"{change}/edit/steps", form)
    page = li.get(change)
    assert "Step 3 “Contain at once” · Due changed 1 h 2 h" in text(page)
    assert "<ins>at once</ins>" in page.text or "<ins>" in page.text
    assert li.post(f"{change}/submit").status_code == 303
    refused = li.post(f"{change}/approve")
    assert refused.status_code == 403
    assert "It waits for somebody who did not write on it: 赵敏" in text(li.get(change))
    wang.post(f"{change}/approve", {"note": "agreed"})
    over = wang.post(f"{change}/publish", {"publish_note": "2 h", "effective_at": "2020-11-03T09:00"})
    assert over.status_code == 422 and "This moment is over" in text(over) and "2020-11-03T09:00" in over.text
    bare = wang.post(f"{change}/publish", {"publish_note": "", "effective_at": ""})
    assert bare.status_code == 422 and "Say in a sentence" in text(bare)
    late = (builders.NOW + timedelta(days=1)).strftime("%Y-%m-%dT09:00")
    assert wang.post(f"{change}/publish", {"publish_note": "2 h", "effective_at": late}).status_code == 303
    assert "approved for a later day" in text(wang.get(change))
    wang.post(f"{change}/publish", {"publish_note": "Contain within 2 h"})
    assert library.current(KEY).number == 2
    sun = Visitor(app, "sun")
    assert "that you are to read" in text(sun.get("/playbooks"))
    assert "Version 2 is new; confirm that you have read it. Contain within 2 h" in text(
        sun.get(f"/playbooks/{KEY}")
    )
    sun.post(f"/playbooks/{KEY}/versions/2/read")
    assert "is new; confirm" not in text(sun.get(f"/playbooks/{KEY}"))
    assert re.search(r"read 孙丽", text(wang.get(change)))
    versions = text(wang.get(f"/playbooks/{KEY}/versions"))
    assert "Contain within 2 h" in versions and "Due: 1 h → 2 h" in versions


def test_rows_are_added_moved_and_removed_before_anything_is_saved(app, change):
    li = Visitor(app, "li")
    form = typed(li.get(f"{change}/edit/points"))
    count = len(form["key_points:rows"])
    added = li.post(f"{change}/edit/points", {**form, "do": "add:key_points"})
    form = typed(added)
    assert "Not saved yet." in text(added) and len(form["key_points:rows"]) == count + 1
    form[f"key_points.{count}.zh"], form[f"key_points.{count}.en"] = ["新要点"], ["A new point"]
    moved = typed(li.post(f"{change}/edit/points", {**form, "do": f"up:key_points.{count}"}))
    assert moved[f"key_points.{count - 1}.en"] == ["A new point"]
    gone = typed(li.post(f"{change}/edit/points", {**moved, "do": "remove:key_points.0"}))
    assert len(gone["key_points:rows"]) == count
    half = {**gone, f"key_points.{count - 2}.en": [""]}
    fault = li.post(f"{change}/edit/points", half)
    assert fault.status_code == 422 and "新要点" in fault.text  # nothing typed is lost
    assert f'href="#f-key_points.{count - 2}.en"' in fault.text
    assert li.post(f"{change}/edit/points", gone).status_code == 303
    assert "Key point 6 “A new point” added" in text(li.get(change))


def test_toml_says_where_it_is_wrong_and_who_saves_second_loses_nothing(app, change):
    li = Visitor(app, "li")
    form = typed(li.get(f"{change}/toml"))
    wrong = {**form, "toml": form["toml"][0].replace('due = "1h"', 'due = "soon"', 1)}
    fault = li.post(f"{change}/toml", wrong)
    assert fault.status_code == 422 and "steps.2.due" in text(fault) and "soon" in fault.text
    good = {**form, "toml": form["toml"][0].replace('due = "1h"', 'due = "90m"', 1)}
    assert li.post(f"{change}/toml", good).status_code == 303
    second = li.post(f"{change}/toml", {**form, "toml": good["toml"].replace("90m", "80m")})
    assert second.status_code == 409 and "80m" in second.text
    assert "Due changed 1 h 90 min" in text(li.get(change))
