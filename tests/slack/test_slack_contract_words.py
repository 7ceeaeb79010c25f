"""The words beyond the first ones, each typed in English and in Chinese, through real HTTP and signatures."""

import json
import re
from datetime import timedelta

import pytest

from incident import clock
from incident.db import db
from incident.lifecycle import acts
from incident.models.people import Person
from incident.slack import words
from tests.slack import world as worlds

LI = "U0LINA"


def told(world, text, **where):
    """What the one who typed it sees, as one string."""
    answer = world.command(text, **where)
    assert (answer["sent"], answer["status"]) == (True, 200), answer
    return json.dumps(answer["shown"], ensure_ascii=False)


def form(world):
    return world.slack()["views"][-1]


def test_the_level_is_changed_by_whatever_it_is_called(world):
    number = world.incident()
    assert "level Ⅱ" in told(world, f"level {number} 2 the press has called")
    assert "Ⅰ 级" in told(world, f"级别 {number} 红色 媒体已报道", user=LI)
    assert told(world, f"level {number} orange").count("Say why") == 2  # the block and its plain text
    world.settle()
    channel = world.facts(number)["channel_id"]
    assert "level Ⅲ" in told(world, "level 3级 calmer", channel=channel)  # no number in its own channel
    assert told(world, "定级", user=LI, channel=channel) == "null"
    assert form(world)["callback_id"] == "form_level" and "调整级别" in json.dumps(
        form(world), ensure_ascii=False
    )


def test_a_role_is_listed_taken_handed_over_accepted_and_declined(world):
    number = world.incident()
    world.act(number, acts.acknowledge)
    assert "Incident commander: Ada" in told(world, f"role {number}")
    assert "You are now Scribe" in told(world, f"role {number} take scribe")
    assert "is offered to 李娜" in told(world, f"role {number} give scribe @u0lina the log is up to date")
    offered = told(world, f"角色 {number}", user=LI)
    assert "接受：" in offered and f"role {number} accept scribe" in offered
    assert (
        told(world, f"角色 {number} 拒绝", user=LI) == "null" and form(world)["callback_id"] == "form_decline"
    )
    assert "已谢绝" in told(world, f"职责 {number} 拒绝 今天外出", user=LI)
    told(world, f"role {number} give scribe 李娜 | once more")
    assert "您现在担任" in told(world, f"角色 {number} 接受", user=LI)
    assert "No role of this incident is offered" in told(world, f"role {number} accept")
    assert "nobody called “Zoe”" in told(world, f"role {number} give scribe Zoe")
    assert told(world, f"role {number} give") == "null" and form(world)["callback_id"] == "form_hand_over"


def test_somebody_is_alerted_by_name_mention_or_department_even_after_it_was_acknowledged(world):
    number = world.incident()
    world.settle()
    world.act(number, acts.acknowledge)
    assert "Bo" in told(world, f"page {number} @u0bo")
    assert "李娜" in told(world, f"呼叫 {number} 李娜", user="U0ADA")
    assert "Ada" in told(world, f"page {number} CS")
    assert "Nobody is on duty" in told(world, f"page {number} COM")
    assert "请写明通知谁" in told(world, f"催办 {number}", user=LI)
    world.settle()
    assert any("Ada asks you to join" in worlds.words_of(each) for each in world.direct("U0BO"))
    assert "U0BO" in world.room(world.facts(number)["channel_id"])["members"]


def test_incidents_are_linked_and_their_links_read(world):
    one, two = world.incident(), world.incident()
    assert "linked with no other" in told(world, f"link {one}")
    assert "are linked" in told(world, f"link {one} {two} same agency")
    world.settle()
    channel = world.facts(one)["channel_id"]
    assert two in told(world, "关联", user=LI, channel=channel)
    assert "are linked already" in told(world, f"link #{int(two[-6:])} again", channel=channel)
    assert "请写明与哪个事件" in told(world, f"关联 {one} 同一机构", user=LI)


def test_evidence_is_added_and_listed_by_hash_and_a_finding_recorded(world):
    number = world.incident()
    said = told(world, f"evidence {number} the recording has no threat")
    assert "evidence no. 1" in said
    assert "第 2 号证据" in told(world, f"证据 {number} https://example.test/a", user=LI)
    listed = told(world, f"存证 {number}", user=LI)
    assert "证据 2 件" in listed and "no threat" not in listed and "example.test/a" not in listed
    assert "has no finding yet" in told(world, f"finding {number}")
    assert "upheld" in told(world, f"finding {number} partly upheld the tone was rude")
    assert "不属实" in told(world, f"结论 {number} 不属实 录音中没有", user=LI)
    assert "核实结论" in told(world, f"认定 {number}", user=LI)
    assert "Say upheld" in told(world, f"finding {number} perhaps")


def test_the_plan_of_an_incident_and_of_a_kind_is_shown(world):
    number = world.incident()
    shown = told(world, f"plan {number}")
    assert "Steps at Intake" in shown and "🚫" in shown and f'"{number} ·' in shown
    assert "逾期费用异议" in told(world, "预案 费用异议", user=LI) or "费用" in told(
        world, "预案 逾期费用异议", user=LI
    )
    assert "playbooks/fee_dispute" in told(world, "plan fee dispuet")  # mistyped
    assert "playbooks/fee_dispute" in told(world, "plan fee")  # no other begins like that
    unknown = told(world, "plan moonshine")
    assert "There is no plan" in unknown and ", " in unknown and "、" not in unknown


def test_duty_reviews_and_drills_are_looked_up(world):
    number = world.incident()
    assert "Ada · 李娜" in told(world, "duty CS")
    everyone = told(world, "值班", user=LI)
    assert "无人" in everyone and "李娜" in everyone
    assert "Customer" in told(world, "duty mine") and "备班" in told(world, "值班 我的", user=LI)
    assert "There is no such department" in told(world, "duty moon")
    assert "has no post-mortem yet" in told(world, f"review {number}")
    world.finish(number)
    told(world, f"close {number} settled")
    assert number in told(world, f"review {number}") and number in told(world, "复盘", user=LI)
    assert "No drill runs" in told(world, "drill") and "没有进行中" in told(world, "演练", user=LI)


def test_a_task_is_given_put_off_and_added_with_who_when_and_where(world):
    number = world.incident()
    assert "with Bo" in told(world, f"task {number} give 1 Bo")
    assert "<!date^" in told(world, f"任务 {number} 期限 1 明天9点", user=LI)
    added = told(world, f"task {number} add call the agency | @u0bo | tomorrow 9:00 | CS")
    assert "call the agency" in added and "<!date^" in added
    assert "无人" not in told(world, f"任务 {number} 添加 回访｜李娜｜2小时后", user=LI)
    past = clock.now() - timedelta(days=30)
    assert "has passed" in told(world, f"task {number} due 1 {past:%Y-%m-%d}")
    assert "is no time" in told(world, f"task {number} due 1 whenever")
    assert told(world, f"task {number} add") == "null" and form(world)["callback_id"] == "form_task"


def test_my_incidents_are_those_i_work_on(world):
    mine, other = world.incident(), world.incident(level=2)
    world.act(mine, acts.acknowledge, who="Bo")
    answer = told(world, "list mine", user="U0BO")
    assert mine in answer and other not in answer
    assert other in told(world, "列表 二级", user=LI) and mine not in told(world, "列表 橙色", user=LI)
    assert "may stand" in told(world, "list everywhere")


def test_people_are_found_by_mention_mail_name_part_and_typo(world):
    number = world.incident()
    for who in ("@u0bo", "bo@example.test", "BO", "Bo"):
        assert "with Bo" in told(world, f"task {number} give 1 {who}")
    assert "with Ada" in told(world, f"task {number} give 1 me")
    world.person(name="Boris", slack_id="U0BORIS", role="responder", locale="en")
    world.person(name="Boran", slack_id="U0BORAN", role="responder", locale="en")
    assert "say which" in told(world, f"task {number} give 1 bor")
    assert "Did you mean Boris" in told(world, f"task {number} give 1 Boriss")


def test_a_bare_number_is_this_years_else_last_years_else_a_drill(world):
    number = world.incident()
    year = int(number[4:8])
    with world.app.app_context():
        row = world.row(number)
        row.number = f"DRL-{year - 1}-000777"
        db.session.commit()
    assert f"DRL-{year - 1}-000777" in told(world, "show 777")


def test_times_are_read_in_the_persons_own_zone(world):
    with world.app.app_context():
        bo = db.session.query(Person).filter_by(name="Bo").one()
        bo.timezone = "America/New_York"
        db.session.commit()
    number = world.incident()
    told(world, f"task {number} due 1 tomorrow 9:00", user="U0BO")
    stamp = int(re.search(r"<!date\^(\d+)\^", told(world, f"task {number} give 1 Bo", user="U0BO"))[1])
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    there = datetime.fromtimestamp(stamp, UTC).astimezone(ZoneInfo("America/New_York"))
    assert (there.hour, there.minute) == (9, 0) and there > clock.now()


def test_a_mistyped_word_is_offered_as_a_button_that_says_it(world):
    number = world.incident()
    shown = world.command(f"akc {number}")["shown"]
    assert "/incident ack" in json.dumps(shown)
    press = {"user": "U0ADA", "channel": "C0GENERAL", "ts": shown["ts"], "action_id": "say_0"}
    assert world.control("press", press)["status"] == 200
    assert world.facts(number)["acknowledged_by_id"] is not None


@pytest.mark.parametrize("name", sorted(words.WORDS))
def test_every_word_has_help_with_its_example(app, name):
    from incident.slack.words import _explained

    for locale in ("en", "zh_CN"):
        assert "/incident" in _explained(words.WORDS[name], locale)
