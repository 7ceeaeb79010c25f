"""A drill on the web: the control room, the player's page, the report with the hot wash, and the editor."""

import html
import io
import re
from datetime import timedelta

import pytest

from incident import clock, drills
from incident.db import db, unit_of_work
from incident.drills import scenario_files, scenarios, washing
from incident.models.drills import Drill
from incident.models.exercises import DrillRating, DrillScenario
from incident.playbooks import library
from incident.playbooks.exercises import Scenario
from incident.settings import ROOT
from tests import builders
from tests.board.pages import Visitor, text

PLAYERS = ["zhao@demo.example", "li@demo.example", "he@demo.example"]


@pytest.fixture
def drill(app) -> Drill:
    """A drill that has just begun, its first inject delivered."""
    at = clock.now()
    wanted = drills.Wanted(
        "privacy_leak", PLAYERS, scenario="list_in_chat_group", staff={"evaluator": ["tang@demo.example"]}
    )
    with unit_of_work():
        (made,) = drills.schedule(
            wanted,
            starts_at=at + timedelta(days=1),
            by=builders.acting("lin"),
            at=at,
            house=builders.house(),
        )
        drills.begin(made.id, by=builders.acting("lin"), at=at, house=builders.house())
    drills.move_on(at=at)
    return made


def test_a_drill_is_led_played_scored_and_reported_on_the_web(app, drill):
    lin, li, tang, wu = (Visitor(app, who) for who in ("lin", "li", "tang", "wu"))
    room, desk = f"/drills/{drill.id}/control", f"/drills/{drill.id}/play"
    assert "Inject 8" in text(lin.get(room)) and li.get(room).status_code == 403
    expected = text(lin.get(room))  # the act with the step or level that it means, in words
    assert (
        "(finishing a task: Start the parallel clocks" in expected and "start_parallel_clocks" not in expected
    )
    assert "(raising the level: Ⅰ)" in expected
    assert "Inject 1" in text(li.get(desk)) and "Inject 2" not in text(li.get(desk))
    lin.post(f"/drills/{drill.id}/injects/2/release")
    page = li.get(desk)
    assert "which colleague" not in page.text and "Delete it from the channel" in text(page)
    assert "Expected:" not in text(page)
    tag = li.get(f"{desk}/live").headers["ETag"]
    assert li.get(f"{desk}/live", headers={"If-None-Match": tag}).status_code == 304
    assert (
        li.post(f"/drills/{drill.id}/injects/2/respond", {"choice": "1", "words": "留痕"}).status_code == 303
    )
    assert li.get(f"{desk}/live", headers={"If-None-Match": tag}).status_code == 200
    assert wu.post(f"/drills/{drill.id}/injects/2/respond", {"choice": "1"}).status_code == 403
    shown = text(lin.get(room))
    assert "answered in time" in shown and "✓ 李娜" in shown and "… 赵敏" in shown
    for act in ("pause", "resume"):
        assert lin.post(f"/drills/{drill.id}/{act}").status_code == 303
    lin.post(f"/drills/{drill.id}/injects", {"text": "Two reporters at the door", "to": "PR", "within": "5m"})
    assert "Two reporters" in text(Visitor(app, "zhao").get(desk))  # nobody plays for PR: the commander
    assert tang.post(f"/drills/{drill.id}/injects/2/score", {"score": "7", "note": "ok"}).status_code == 303
    assert li.post(f"/drills/{drill.id}/injects/2/score", {"score": "10"}).status_code == 403
    refused = tang.post(f"/drills/{drill.id}/ratings", {"objective": "o1", "rating": "M"})
    assert refused.status_code == 422 and "M and U lead to an improvement" in refused.text
    tang.post(f"/drills/{drill.id}/ratings", {"objective": "o1", "rating": "M", "note": "先删后取证"})
    assert db.session.query(DrillRating).one().rating == "M"
    assert lin.get(f"/drills/{drill.id}/report").status_code == 409
    assert lin.post(f"/drills/{drill.id}/stop").status_code == 303
    told = text(li.get(f"/drills/{drill.id}/report"))
    for words in (
        "Time to acknowledge not reached",
        "7/10",
        "先删后取证",
        "Improvement plan",
        "8/",
        "2 of 3 (67 %)",
    ):
        assert words in told or words == "8/" or words.startswith("2 of 3"), words
    assert "【演练】总结报告 DRL-" in Visitor(app, "li", "zh-CN").get(f"/drills/{drill.id}/report").text
    docx = li.get(f"/drills/{drill.id}/report.docx")
    assert docx.status_code == 200 and docx.data[:2] == b"PK"
    assert li.get(f"/drills/{drill.id}/report.odt").status_code == 404


def test_the_hot_wash_is_answered_once_and_may_be_without_a_name(app, drill):
    Visitor(app, "lin").post(f"/drills/{drill.id}/stop")
    li, zhao, wu = (Visitor(app, who) for who in ("li", "zhao", "wu"))
    there = f"/drills/{drill.id}/hot-wash"
    assert li.post(there, {}).status_code == 422
    assert li.post(there, {"plan_clear": "2", "badly": "没人说停", "anonymous": "1"}).status_code == 303
    assert li.post(there, {"plan_clear": "5"}).status_code == 409
    assert "You have answered" in text(li.get(there))
    zhao.post(there, {"plan_clear": "5", "well": "分工清楚"})
    assert wu.post(there, {"plan_clear": "5"}).status_code == 403
    found = washing.summary(db.session.get_one(Drill, drill.id))
    assert (found.count, found.scales["plan_clear"], found.words["badly"]) == (2, 3.5, [(None, "没人说停")])
    report = text(zhao.get(f"/drills/{drill.id}/report"))
    assert "没人说停 (anonymous)" in report and "分工清楚 (赵敏)" in report


def test_a_scenario_is_copied_edited_previewed_exported_and_brought_back(app):
    lin = Visitor(app, "lin")
    assert Visitor(app, "li").get("/drills/scenarios").status_code == 403
    page = lin.get("/drills/scenarios/new?plan=privacy_leak&copy=list_in_chat_group")
    assert 'name="i7_at"' in page.text and 'value="list_in_chat_group_copy"' in page.text
    form = {
        "plan": "privacy_leak", "key": "small_one", "kind": "tabletop", "title_zh": "小演练",
        "situation_en": "A list is out.", "o0_zh": "先取证", "i0_at": "10m", "i0_channel": "phone",
        "i0_text_zh": "客户来电", "i0_expected_zh": "登记", "i0_respond": "choose", "i0_within": "5m",
        "i0_points": "10", "i0_choices_zh": "挂断\n*登记", "i0_to": "cs, dpo", "i0_objective": "o1",
        "i1_at": "5m", "i1_channel": "email", "i1_text_en": "An e-mail", "i1_expected_en": "Answer",
        "i1_respond": "finish_task", "i1_target": "no_such_step", "i1_within": "soon", "i1_points": "10",
    }  # fmt: skip
    live = lin.post("/drills/scenarios/preview", form).text
    assert "Still to mend" in live and "Inject 1" in live and "bad duration" in live
    refused = lin.post("/drills/scenarios", form)
    assert refused.status_code == 422 and "小演练" in refused.text
    form |= {"i1_within": "10m"}
    assert "no_such_step is no step of the plan" in lin.post("/drills/scenarios", form).text
    form |= {"i1_target": "contain"}
    assert "小演练" in lin.post("/drills/scenarios/preview", form).text
    assert lin.post("/drills/scenarios", form).status_code == 303
    row = db.session.query(DrillScenario).one()
    kept = scenarios.find("privacy_leak", "small_one")
    assert kept and [each.at for each in kept.scenario.injects] == ["5m", "10m"]  # by time, both languages
    assert kept.scenario.title.en == "小演练" and kept.scenario.injects[1].to == ["CS", "DPO"]
    assert kept.scenario.injects[1].right == 2
    assert lin.post("/drills/scenarios", form).status_code == 422  # the key is taken
    stale = {**form, "version": "7"}
    assert lin.post(f"/drills/scenarios/{row.id}", stale).status_code == 409
    for ending in ("toml", "csv"):
        raw = lin.get(f"/drills/scenarios/privacy_leak/small_one.{ending}").data
        sent = {"plan": "privacy_leak", "file": (io.BytesIO(raw), f"x.{ending}")}
        back = lin.post("/drills/scenarios/import", sent, content_type="multipart/form-data")
        assert back.status_code == 200 and 'value="small_one"' in back.text and "no_such" not in back.text
    broken = {"plan": "privacy_leak", "file": (io.BytesIO(b"key = [1"), "x.toml")}
    assert lin.post("/drills/scenarios/import", broken, content_type="multipart/form-data").status_code == 422
    assert lin.post(f"/drills/scenarios/{row.id}/retire").status_code == 303
    assert scenarios.find("privacy_leak", "small_one") is None


def test_every_shipped_scenario_goes_through_both_files_unchanged(app):
    for version in library.all_current():
        for scenario in version.plan.scenarios:
            for name, raw in (
                ("x.toml", scenario_files.to_toml(scenario)),
                ("x.csv", scenario_files.to_csv(scenario)),
            ):
                back = Scenario.model_validate(scenario_files.read(name, raw.encode()))
                want = scenario.model_dump()
                got = back.model_dump()
                if name.endswith("csv"):
                    for at, goal in enumerate(want["objectives"]):
                        goal["key"] = goal["key"] or f"o{at + 1}"
                assert got == want, (version.plan.key, scenario.key, name)
            assert scenario.length <= scenarios.PLAYED_MOST
        grave = ("self_harm_threat", "onsite_violence", "privacy_leak", "group_complaint", "media_exposure")
        full = [s for s in version.plan.scenarios if 6 <= len(s.injects) <= 10]
        assert len(full) >= 2 if version.plan.key in grave else version.plan.scenarios


def test_closing_days_moves_the_drills_of_programmes_off_them(app):
    lin = Visitor(app, "lin")
    start = clock.now() + timedelta(days=1)
    with unit_of_work():
        made = drills.schedule(
            drills.Wanted("privacy_leak", PLAYERS),
            recurrence="0 10 * * *",
            by=builders.acting("lin"),
            at=start,
            house=builders.house(),
        )
    day = made[1].starts_at.astimezone(builders.house().zone).date()
    assert (
        lin.post("/drills/blackouts", {"first_day": f"{day}", "last_day": "", "reason": "x"}).status_code
        == 422
    )
    closed = {"first_day": f"{day}", "last_day": f"{day}", "reason": "年终决算"}
    assert lin.post("/drills/blackouts", closed).status_code == 303
    db.session.expire_all()
    moved = db.session.get_one(Drill, made[1].id)
    assert moved.starts_at.astimezone(builders.house().zone).date() > day and moved.moved_because == "day_off"
    page = text(lin.get("/drills/calendar"))
    assert "年终决算" in page and "never" in page
    shown = text(
        lin.post("/drills", {"plan": "privacy_leak", "repeats": "first_quarter_day", "show_dates": "1"})
    )
    assert "The next dates" in shown and "01-04 10:00" in shown  # the first working day of 2027


@pytest.mark.parametrize(
    ("language", "readme", "heading", "label"),
    [
        ("en", "README.md", "## A drill in two minutes", r"\*([^*]+)\*"),
        ("zh-CN", "README.zh-CN.md", "## 两分钟安排一次演练", "“([^”]+)”"),
    ],
)
def test_the_words_of_the_readme_stand_on_the_pages_a_trainer_goes_through(
    app, language, readme, heading, label
):
    words = (ROOT / readme).read_text("utf-8").partition(heading)[2].partition("\n## ")[0]
    named = {" ".join(each.split()) for each in re.findall(label, words)}
    assert len(named) > 12
    lin, li = Visitor(app, "lin", language), Visitor(app, "li", language)
    local = (clock.now() + timedelta(days=1)).astimezone(builders.house().zone)
    form = {
        "plan": "privacy_leak", "scenario": "list_in_chat_group", "repeats": "once", "announced": "1",
        "starts_at": local.strftime("%Y-%m-%dT10:00"), "commander": PLAYERS[0], "participants": PLAYERS,
    }  # fmt: skip
    seen = (
        lin.get("/drills").text + lin.get("/drills/new").text + lin.get("/drills/new?plan=privacy_leak").text
    )
    there = lin.post("/drills", form).location  # four presses: the plan, the scenario, the people, the button
    seen += lin.get(there).text
    room = lin.post(f"{there}/start").location
    seen += lin.get(room).text + li.get(there).text
    with unit_of_work():
        drill = db.session.query(Drill).one()
        drill.interrupted_by_id = drill.incident_id
    seen += lin.get(room).text
    lin.post(f"{there}/stop")
    seen += li.get(there).text + lin.get(f"{there}/report").text
    shown = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", seen)).split())
    assert [each for each in sorted(named) if each not in shown] == []
