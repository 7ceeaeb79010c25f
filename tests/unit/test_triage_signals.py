"""Signals in both languages: stated, denied, quoted, of third persons, and what opens an incident."""

import pytest

from tests.unit.triage_builders import assessed, certainty, signal_of

STATED = [
    ("self_harm_threat", "If they call once more I will kill myself."),
    ("self_harm_threat", "My husband said he wants to die because of this debt."),
    ("self_harm_threat", "I don't know what to do any more I want to end my life"),
    ("self_harm_threat", "催收逼得我想自杀，我真的撑不住了。"),
    ("self_harm_threat", "客户称“不想活了”，情绪激动。"),
    ("self_harm_threat", "会不会有一天我自杀了你们才管？"),
    ("violence_threat", "I will come to your office with a gun."),
    ("violence_threat", "再不处理我就带刀去你们网点。"),
    ("violence_threat", "客户扬言要砍人。"),
    ("joint_complaint", "There are 23 of us and we signed a petition."),
    ("joint_complaint", "我们二十多个人一起维权。"),
    ("media_exposure", "A reporter contacted me about your calls."),
    ("media_exposure", "视频我已经发到抖音了。"),
    ("regulator_transfer", "I filed a complaint with the CFPB last week."),
    ("regulator_transfer", "12378转办：客户反映息费过高。"),
    ("data_leak", "My personal information was leaked online."),
    ("data_leak", "我的个人信息被泄露了。"),
    ("vulnerable", "I am disabled and on dialysis."),
    ("vulnerable", "母亲今年72岁。"),
    ("repeat", "This is the third time I have complained."),
    ("repeat", "多次投诉未果。"),
    ("template_proxy", "On behalf of my client, we demand a refund."),
    ("template_proxy", "受客户委托代理投诉，要求停息挂账。"),
]
ELSEWHERE = [
    ("violence_threat", "They threatened to kill me and my family.", "quoted"),
    ("violence_threat", 'The agent said "I will kill you" and hung up.', "quoted"),
    ("violence_threat", "催收员扬言要砍死我。", "quoted"),
    ("violence_threat", "我不会带刀去网点的。", None),
    ("violence_threat", "我投诉砍头息和电话轰炸。", None),
    ("self_harm_threat", "I am not suicidal but I am exhausted.", "negated-but-kept"),
    ("self_harm_threat", "我没有自杀的想法。", "negated-but-kept"),
    ("self_harm_threat", "The collector told me to kill myself.", "quoted"),
    ("self_harm_threat", "催收说让我去死，怎么不去跳楼。", "quoted"),
    ("self_harm_threat", "My brother committed suicide last year.", "mentioned"),
    ("self_harm_threat", "Paying this would be financial suicide.", None),
    ("self_harm_threat", "疫情之后生活不下去了。", None),
    ("media_exposure", "I will go to the media.", "mentioned"),
    ("regulator_transfer", "I will report you to the CFPB.", "mentioned"),
    ("regulator_transfer", "我要向银保监会投诉。", "mentioned"),
    ("data_leak", "我担心信息泄露。", "mentioned"),
    ("vulnerable", "I am 45 years old.", None),
    ("vulnerable", "我今年32岁。", None),
]


@pytest.mark.parametrize(("signal", "narrative"), STATED)
def test_a_signal_said_as_a_fact_is_found(signal: str, narrative: str) -> None:
    assert certainty(narrative, signal) == "stated"


@pytest.mark.parametrize(("signal", "narrative", "expected"), ELSEWHERE)
def test_denied_quoted_and_only_mentioned_words_are_told_apart(
    signal: str, narrative: str, expected: str | None
) -> None:
    assert certainty(narrative, signal) == expected


@pytest.mark.parametrize(
    "narrative", ["I am not suicidal.", "我没有自杀的想法。", "He told me to kill myself."]
)
def test_a_doubtful_self_harm_signal_is_kept_for_a_person_and_opens_at_level_two(narrative: str) -> None:
    found = assessed(narrative)
    hit = signal_of(found, "self_harm_threat")
    assert hit and hit.needs_person and not hit.counts
    assert found.level == 2
    assert found.opens_incident and found.opens_because[0]["zh"] and found.opens_because[0]["en"]


def test_a_denial_does_not_hide_a_threat_said_elsewhere_in_the_text() -> None:
    found = assessed("I am not suicidal today. Yesterday I wanted to die and tomorrow I will kill myself.")
    hit = signal_of(found, "self_harm_threat")
    assert hit and hit.counts and found.level == 1


def test_words_of_a_hit_leave_out_what_stood_in_the_gap() -> None:
    hit = signal_of(assessed("I will come to Jane Doe's office with a gun"), "violence_threat")
    assert hit and hit.words == ["come … with a gun"]


def test_the_number_of_complainants_is_read_from_the_text() -> None:
    hit = signal_of(assessed("我们23名客户联名投诉。"), "joint_complaint")
    assert hit and hit.number == 23


def test_a_declared_signal_needs_no_word_in_the_text() -> None:
    hit = signal_of(assessed(declared_signals=frozenset({"data_leak"})), "data_leak")
    assert hit and hit.source == "declared" and hit.counts


def test_a_given_type_declares_the_signal_it_is_about() -> None:
    found = assessed(complaint_type="self_harm_threat")
    assert found.level == 1 and found.opens_incident


def test_the_regulators_channel_raises_the_level_but_opens_nothing_by_itself() -> None:
    found = assessed(channel="regulator")
    assert found.level == 3 and not found.opens_incident


@pytest.mark.parametrize(
    "narrative",
    ["They charged me a late fee twice.", "I filed a complaint with the CFPB.", "每天打电话给我的家人催收。"],
)
def test_an_ordinary_complaint_opens_no_incident(narrative: str) -> None:
    assert not assessed(narrative).opens_incident


def test_signals_of_both_languages_are_found_in_one_text() -> None:
    found = assessed("客户来信原文：I will kill myself. 客户已发到抖音了。")
    assert {hit.signal for hit in found.signals if hit.counts} == {"self_harm_threat", "media_exposure"}
