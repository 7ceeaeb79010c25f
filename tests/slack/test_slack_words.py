"""Every word of `/incident`, in English and in Chinese, typed in the sandbox."""

import json
import re

import pytest

from incident.lifecycle import acts
from incident.slack import words
from incident.slack.blocks import texts
from tests.slack import world as worlds


def told(world, text, **where):
    """What the one who typed it sees, as one string."""
    answer = world.command(text, **where)
    assert (answer["sent"], answer["status"]) == (True, 200)
    return json.dumps(answer["shown"], ensure_ascii=False)


def test_ack_takes_the_incident_on_and_stops_the_ladder(world):
    number = world.incident()
    assert "You acknowledged" in told(world, f"ack {number}")
    facts = world.facts(number)
    assert facts["acknowledged_by_id"] is not None and facts["escalate_at"] is None


@pytest.mark.parametrize(
    "typed",
    [
        "认领 1",
        "认领1",
        "响应 ＃１",
        "ack 1",
        "ACK #1",
        "ack inc-1",
        "/ack INC-{year}-000001",
        "ack inc-{year}-1",
    ],
)
def test_a_number_is_understood_however_it_is_typed(world, typed):
    number = world.incident()
    told(world, typed.format(year=number[4:8]), user="U0LINA")
    assert world.facts(number)["acknowledged_by_id"] is not None


def test_whoever_comes_second_is_told_who_was_first(world):
    number = world.incident()
    told(world, f"ack {number}", user="U0LINA")
    answer = told(world, f"ack {number}")
    assert "李娜" in answer and "<!date^" in answer
    assert world.facts(number)["commander_id"] is not None


def test_in_its_channel_an_incident_needs_no_number(world):
    number = world.incident()
    world.settle()
    channel = world.facts(number)["channel_id"]
    assert number in told(world, "ack", channel=channel)
    assert number in told(world, "note 3 customers called", channel=channel)
    assert ("note", {"text": "3 customers called"}) in world.told(number)
    assert "in its channel" in told(world, "ack")


def test_list_shows_the_open_ones_gravest_first_and_how_many_there_are(world):
    for _ in range(11):
        world.incident()
    gravest = world.incident("privacy_leak", level=1)
    answer = told(world, "list")
    assert "12 open incidents" in answer
    assert answer.index(gravest) < answer.index("INC-") + 60 and answer.count("Service attitude") == 9
    assert "服务态度" in told(world, "列表", user="U0LINA")


def test_show_is_the_card_in_the_readers_language(world):
    number = world.incident()
    assert "Service attitude" in told(world, f"show {number}")
    answer = told(world, f"查看 {number}", user="U0LINA")
    assert "服务态度" in answer and "接诉" in answer and "认领" in answer and "Acknowledge" not in answer


@pytest.mark.parametrize("typed", ["stage {n} verify", "stage {n} 核实", "阶段 {n} 核实", "推进 {n} Verify"])
def test_stage_moves_by_code_or_by_name(world, typed):
    number = world.incident()
    world.act(number, acts.acknowledge)
    told(world, typed.format(n=number))
    assert world.facts(number)["stage"] == "verify"


def test_a_move_that_is_not_allowed_says_what_is_missing(world):
    number = world.incident()
    answer = told(world, f"stage {number} verify")
    assert "Nobody has acknowledged the incident yet." in answer
    world.act(number, acts.acknowledge)
    told(world, f"stage {number} verify")
    assert "Say why it goes back" in told(world, f"stage {number} intake")
    told(world, f"stage {number} intake facts were wrong")
    assert world.facts(number)["stage"] == "intake"
    assert "核实" in told(world, f"阶段 {number} 起飞", user="U0LINA")


def test_a_note_goes_to_the_timeline_without_the_numbers_of_customers(world):
    number = world.incident()
    told(world, f"备注 {number} 客户 13812345678 <!channel> 来电", user="U0LINA")
    [(_kind, data)] = [each for each in world.told(number) if each[0] == "note"]
    assert "13812345678" not in data["text"] and "来电" in data["text"]
    assert "The note is empty" in told(world, f"note {number}")


def test_close_lists_what_is_missing_and_closes_once_nothing_is(world):
    number = world.incident(drill=False)
    answer = told(world, f"close {number} settled")
    assert "Nobody has acknowledged the incident yet." in answer and "has not signed off" in answer
    assert world.facts(number)["status"] == "open"
    world.finish(number)
    assert "is closed" in told(world, f"结案 {number} 已解决")
    assert world.facts(number)["status"] == "closed"


def test_help_lists_every_word_with_its_example_and_what_it_does(world):
    answer = told(world, "help")
    for each in words.WORDS.values():
        assert texts.escape(each.usage("en")) in answer and each.help.replace('"', "") in answer
    chinese = told(world, "帮助", user="U0LINA")
    assert all(texts.escape(each.usage("zh_CN")) in chinese for each in words.WORDS.values())


def test_without_a_word_there_is_a_menu_that_fits_the_place(world):
    number = world.incident()
    world.settle()
    channel = world.facts(number)["channel_id"]
    elsewhere, here = told(world, ""), told(world, "", channel=channel)
    assert '"value": "open"' in elsewhere and '"value": "duty mine"' in elsewhere
    assert f'"value": "ack {number}"' in here and f'"value": "update {number}"' in here and number in here
    assert "紧急上报" in told(world, "", user="U0LINA") and "调整级别" in told(
        world, "", user="U0LINA", channel=channel
    )


def test_help_on_a_word_names_its_aliases(world):
    assert "认领" in told(world, "help ack")
    assert "ack" in told(world, "帮助 认领", user="U0LINA")


def test_every_answer_in_chinese_is_chinese(world):
    number = world.incident()
    answers = [
        told(world, typed.format(n=number), user="U0LINA")
        for typed in (
            "",
            "帮助 认领",
            "认领 {n}",
            "阶段 {n} 核实",
            "备注 {n} 已致电",
            "结案 {n} 完",
            "列表",
            "查看 99",
            "查看",
        )
    ]
    for answer in answers:
        texts = json.loads(answer)["text"]
        assert not re.search(r"[A-Za-z]{4,} [a-z]{2,} [a-z]{2,}", texts), texts
        assert re.search(r"[\u4e00-\u9fff]", texts), texts


def test_a_word_that_does_not_exist_is_answered_with_the_nearest(world):
    assert "/incident ack" in told(world, "akc 1")
    assert "/incident help" in told(world, "zzzzzz")


def test_what_people_type_cannot_call_everybody(world):
    assert "<!channel>" not in told(world, "<!channel>")
    assert "<!here>" not in told(world, "show <!here>")


def test_somebody_without_a_linked_account_is_told_how_to_get_one(world):
    stranger = {"id": "U0STRANGE", "name": "s", "real_name": "S", "email": "s@example.test"}
    world.control("people", {"people": [stranger]})
    assert "U0STRANGE" in told(world, "list", user="U0STRANGE")


def test_somebody_who_may_not_act_is_refused_by_name(world):
    world.person(name="Otto", slack_id="U0OTTO", role="auditor", locale="en")
    number = world.incident()
    assert "Otto may not do this" in told(world, f"ack {number}", user="U0OTTO")
    assert world.facts(number)["acknowledged_at"] is None


def test_an_incident_that_does_not_exist_is_said_not_to(world):
    assert "There is no incident" in told(world, "show 99")


def test_the_reader_who_chose_no_language_gets_that_of_their_slack(world):
    world.person(name="周", slack_id="U0ZHOU", locale=None)
    persona = {
        "id": "U0ZHOU",
        "name": "zhou",
        "real_name": "周",
        "email": "z@example.test",
        "locale": "zh-CN",
    }
    world.control("people", {"people": [persona]})
    number = world.incident()
    assert "接诉" in told(world, f"show {number}", user="U0ZHOU")


def test_nothing_that_the_words_say_is_left_for_the_outbox_of_another(world):
    number = world.incident()
    told(world, f"ack {number}")
    world.settle()
    assert "incident_acknowledge" not in worlds.words_of(world.said(world.facts(number)["channel_id"])[0])


def test_an_update_is_given_in_three_parts_and_read_again(world):
    number = world.incident()
    world.act(number, acts.acknowledge)
    given = told(world, f"update {number} The customer is calm｜We called back | A second speaker")
    assert "the next is due at" in given
    [data] = [data for kind, data in world.told(number) if kind == "update_given"]
    assert data == {"situation": "The customer is calm"}
    read = told(world, f"update {number}")
    assert "We called back" in read and "A second speaker" in read
    world.settle()
    channel = world.room(world.facts(number)["channel_id"])
    assert any("We called back" in worlds.words_of(each) for each in channel["messages"])


def test_an_update_without_words_says_how_to_give_one(world):
    number = world.incident()
    assert "has no update yet" in told(world, f"进展 {number}")
