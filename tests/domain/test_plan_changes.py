"""A published change and the files: neither undoes the other; and what two changes of one plan become."""

import html
import re
import shutil
from copy import deepcopy
from datetime import timedelta

import pytest
from sqlalchemy import select

from incident import errors
from incident.db import db, unit_of_work
from incident.models.alerts import Delivery
from incident.models.plans import PlanReading
from incident.plan_changes import deciding, moves, proposing, reading
from incident.playbooks import difference, files, library, loading, secrecy, writing
from incident.playbooks import proposing as checking
from incident.settings import ROOT
from tests import builders
from tests.board.pages import Visitor
from tests.cli.commands import run

KEY = "privacy_leak"
FILE = f"plans/{KEY}.toml"


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(ROOT / "playbooks", tmp_path / "playbooks")


@pytest.fixture
def app(make_app, folder):
    found = make_app(playbooks_dir=folder)
    with found.app_context():
        builders.standard_people()
        yield found


def changed(**step):
    content = loading.plain(library.current(KEY).plan)
    content["steps"][2] |= step
    return content


def publish(content, *, at=builders.NOW):
    with unit_of_work():
        made = proposing.begin(KEY, reason="r", content=content, submit=True, by=builders.acting("li"), at=at)
    with unit_of_work():
        deciding.approve(moves.find(made.id), by=builders.acting("wang"), at=at)
    with unit_of_work():
        deciding.publish(moves.find(made.id), note="sooner", by=builders.acting("zhao"), at=at)
    return made


def load(folder, **given):
    with unit_of_work():
        return loading.load(folder, by="test", at=builders.NOW, **given)


def edit(folder, old, new):
    path = folder / FILE
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")


def test_a_file_that_stands_still_undoes_no_published_version(app, folder):
    publish(changed(due="2h"))
    report = load(folder)
    assert (report.loaded, report.faults, report.behind) == ({}, [], {KEY: 2})
    assert library.current(KEY).plan.steps[2].due == "2h"


def test_an_edit_of_an_overtaken_file_is_a_fault_until_it_is_taken(app, folder):
    publish(changed(due="2h"))
    edit(folder, "sensitive = true", "sensitive = false")
    report = load(folder)
    assert report.loaded == {} and "version 2 was published since" in str(report.faults[0])
    assert library.current(KEY).plan.sensitive
    assert load(folder, take=[KEY]).loaded == {KEY: 3}
    assert not library.current(KEY).plan.sensitive


def test_an_export_brings_the_file_up_to_date_and_changes_nothing_else(app, folder):
    publish(changed(due="2h"))
    before = {path: path.read_text("utf-8") for path in folder.rglob("*.toml")}
    told = run(app, "playbooks", "export", folder, "--force").stdout
    assert told.startswith("1 files written")
    after = {path: path.read_text("utf-8") for path in folder.rglob("*.toml")}
    assert [path.name for path in before if before[path] != after[path]] == [f"{KEY}.toml"]
    old, new = (text[folder / FILE].splitlines() for text in (before, after))
    assert [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]] == [
        ('due = "1h"', 'due = "2h"')
    ]
    assert load(folder).behind == {}
    edit(folder, "sensitive = true", "sensitive = false")  # and from there it is edited as before
    assert load(folder).loaded == {KEY: 3}


def test_what_is_written_afresh_or_over_a_file_says_the_same(app):
    for version in library.all_current():
        content = loading.plain(version.plan)
        present = (ROOT / f"playbooks/plans/{version.plan.key}.toml").read_text("utf-8")
        assert writing.text(content, present, content) == present
        read = files.tomllib.loads(writing.text(content))
        assert loading.plain(files.Plan.model_validate(read)) == content
    says = loading.plain(library.current(KEY).plan)
    wanted = changed(due="2h", title={"zh": "新", "en": 'New "title"'})
    wanted["steps"].insert(1, {**wanted["steps"][1], "key": "another"})
    wanted["key_points"].append({"zh": "一", "en": "One"})
    wanted["scenarios"][0]["injects"][1]["points"] = 7
    wanted["scenarios"][0]["injects"].insert(3, {**wanted["scenarios"][0]["injects"][2], "within": "12m"})
    wanted["drafts"]["receipt"]["zh"] += "\n完"
    del wanted["raises"]
    for present in ("", (ROOT / "playbooks" / FILE).read_text("utf-8")):
        read = files.tomllib.loads(writing.text(wanted, present, says))
        assert loading.plain(files.Plan.model_validate(read)) == wanted


def whole():
    return library.current(KEY).plan.model_dump(mode="json")


def test_every_kind_of_difference_is_found_once(app):
    old, new = whole(), whole()
    new["steps"][0]["due"] = "5m"
    new["departments"].insert(0, new["departments"].pop(3))
    new["key_points"][1]["en"] += " Indeed."
    del new["raises"][0]
    new["scenarios"][0]["injects"].append({**new["scenarios"][0]["injects"][0], "at": "9h"})
    found = [(each.kind, each.path[:2]) for each in difference.between(old, new)]
    assert sorted(found) == [
        ("added", ("scenarios", 0)),
        ("changed", ("key_points", 1)),
        ("changed", ("steps", 0)),
        ("moved", ("departments", 0)),
        ("removed", ("raises", 0)),
    ]
    assert difference.between(old, deepcopy(old)) == []


def test_two_changes_are_put_together_and_what_both_changed_is_named(app):
    base, mine, theirs = whole(), whole(), whole()
    mine["steps"][2]["due"], theirs["steps"][2]["due"] = "2h", "30m"
    mine["steps"].insert(1, {**mine["steps"][1], "key": "mine"})
    theirs["steps"][4]["must"] = True
    theirs["key_points"].append({"zh": "其", "en": "Theirs"})
    both = difference.merged(base, mine, theirs)
    assert both.clashes == [("steps", base["steps"][2]["key"], "due")]
    assert [each["key"] for each in both.content["steps"]][1] == "mine"
    assert both.content["steps"][3]["due"] == "2h" and both.content["steps"][5]["must"] is True
    assert both.content["key_points"] == theirs["key_points"]


def test_people_concerned_are_told_reminded_and_confirm(app):
    publish(changed(due="2h"))
    version = library.current(KEY)
    rows = {person.email.partition("@")[0]: row for row, person in reading.of_version(version.id)}
    assert {"sun", "jiang", "he"} <= rows.keys() and "lin" not in rows  # DPO, IT, OUT; not the trainer
    assert rows["li"].read_at and rows["wang"].read_at and rows["sun"].read_at is None
    assert [each.version.number for each in reading.unread(builders.person("sun").id)] == [2]
    told = db.session.scalars(select(Delivery).where(Delivery.key.like("0:remind:plan-%"))).all()
    assert {each.payload["person_id"] for each in told} == {
        row.person_id for row in rows.values() if row.read_at is None
    }
    assert (
        "1 h → 2 h" in told[0].payload["changes"]["en"]
        and "1 小时 → 2 小时" in told[0].payload["changes"]["zh"]
    )
    with unit_of_work():
        reading.confirm(KEY, 2, by=builders.acting("sun"), at=builders.NOW)
    assert reading.unread(builders.person("sun").id) == []
    later = builders.NOW + timedelta(days=3)
    asked = reading.remind(at=later, calendar=builders.house().calendar)
    db.session.expire_all()
    again = db.session.scalars(select(PlanReading).where(PlanReading.reminders == 1)).all()
    assert len(again) == asked == len(told) - 1
    assert reading.remind(at=later, calendar=builders.house().calendar) == 0


def test_injects_stay_unknown_to_players_and_are_not_lost_by_what_they_write(app):
    whole = loading.plain(library.current(KEY).plan)
    li, lin = builders.acting("li"), builders.acting("lin")
    seen = secrecy.hidden(deepcopy(whole), li)
    assert [each["injects"] for each in seen["scenarios"]] == [[]] * len(whole["scenarios"])
    assert secrecy.hidden(whole, lin) == whole
    seen["steps"][2]["due"] = "2h"
    with unit_of_work():
        made = proposing.begin(KEY, reason="r", content=seen, by=li, at=builders.NOW)
    kept, before = checking.whole(made.content)["scenarios"], checking.whole(whole)["scenarios"]
    assert [each["injects"] for each in kept] == [each["injects"] for each in before]
    assert [each.section for each in proposing.differences(made)] == ["steps"]
    theirs = deepcopy(made.content)
    theirs["scenarios"][0]["injects"].pop()
    with unit_of_work():
        proposing.edit(made, content=theirs, by=li, at=builders.NOW)
    assert [each.section for each in proposing.differences(made)] == ["steps"], "a player takes none away"


def test_places_that_both_changed_are_told_without_those_of_injects(app):
    paths = [("steps", "freeze", "due"), ("scenarios", "leak", "injects", 1, "text"), ("scenarios", "leak")]
    assert secrecy.places(paths, builders.acting("wang")) == paths[:1]
    assert secrecy.places(paths, builders.acting("lin")) == paths


def test_a_change_of_injects_is_shown_to_and_decided_by_who_runs_drills(app):
    content = loading.plain(library.current(KEY).plan)
    content["scenarios"][0]["injects"][0]["text"]["en"] = "A secret inject"
    with unit_of_work():
        made = proposing.begin(
            KEY, reason="r", content=content, submit=True, by=builders.acting("lin"), at=builders.NOW
        )
    assert "A secret inject" not in Visitor(app, "zhao").get(f"/changes/{made.id}").text
    assert "shown only to those who run drills" in Visitor(app, "zhao").get(f"/changes/{made.id}").text
    shown = Visitor(app, "yang").get(f"/changes/{made.id}").text
    assert "secret inject" in re.sub(r"</?ins>", "", shown)
    with pytest.raises(errors.Forbidden, match="runs drills must decide"), unit_of_work():
        deciding.approve(moves.find(made.id), by=builders.acting("zhao"), at=builders.NOW)
    with unit_of_work():
        deciding.approve(moves.find(made.id), by=builders.acting("yang"), at=builders.NOW)
    with unit_of_work():
        deciding.publish(moves.find(made.id), note="n", by=builders.acting("yang"), at=builders.NOW)
    told = [str(each.payload) for each in db.session.scalars(select(Delivery))]
    assert not any("secret inject" in each for each in told)


def test_a_player_edits_no_scenario_and_sees_no_inject_as_toml(app):
    with unit_of_work():
        made = proposing.begin(KEY, reason="r", by=builders.acting("li"), at=builders.NOW)
    first = library.current(KEY).plan.scenarios[0].injects[0].text.en
    li, lin = Visitor(app, "li"), Visitor(app, "lin")
    assert li.get(f"/changes/{made.id}/edit/scenarios").status_code == 403
    assert "/edit/scenarios" not in li.get(f"/changes/{made.id}/edit/steps").text
    assert first not in html.unescape(li.get(f"/changes/{made.id}/toml").text)
    assert first in html.unescape(lin.get(f"/changes/{made.id}/toml").text)
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", li.get(f"/changes/{made.id}/toml").text, re.S)
    assert text is not None
    li.post(f"/changes/{made.id}/toml", {"toml": html.unescape(text[1]).lstrip("\n")})
    db.session.refresh(made)
    assert proposing.differences(made) == []
