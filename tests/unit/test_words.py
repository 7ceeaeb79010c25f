"""Sentences in both languages: codes become words, wherever a sentence carries them."""

from pathlib import Path

import pytest
from flask import Flask

from incident import durations, i18n, labels
from incident.errors import Invalid, Reason
from incident.vocabulary import Channel, ComplaintType, Level, Signal, Stage

CASES = [
    (
        "%(number)s cannot move from %(stage)s to %(to)s yet.",
        {"number": "INC-1", "stage": "intake", "to": "verify"},
    ),
    ("A task that is %(status)s cannot become %(to)s.", {"status": "done", "to": "blocked"}),
    ("%(number)s is %(status)s; nothing can be changed.", {"number": "INC-1", "status": "cancelled"}),
    ("This drill is %(drill_state)s already.", {"drill_state": "running"}),
    ("This step needs no retry: it is %(state)s.", {"state": "skipped"}),
    ("Nobody is on duty for %(departments)s.", {"departments": ["COL", "CPO"]}),
    ("made %(person)s %(role)s", {"person": "李娜", "role": "customer_liaison"}),
    ("set the task “%(task)s” to %(status)s", {"task": {"zh": "停催", "en": "Stop"}, "status": "dropped"}),
    ("The department %(department)s has not signed off.", {"department": "COL"}),
    (
        "opened the incident at level %(level)s with the plan %(plan)s, version %(version)s",
        {"level": "Ⅲ", "plan": "improper_collection", "version": 2},
    ),
]


@pytest.mark.parametrize(("message", "values"), CASES)
def test_a_sentence_says_its_codes_in_the_words_of_either_language(
    app: Flask, message: str, values: dict[str, object]
) -> None:
    chinese, english = (i18n.say(Reason(message, values), locale) for locale in ("zh_CN", "en"))
    assert chinese != english
    for code in (
        "intake",
        "done",
        "cancelled",
        "customer_liaison",
        "improper_collection",
        "COL",
        "blocked",
        "skipped",
    ):
        assert code not in chinese, chinese
    assert "customer_liaison" not in english and "COL" not in english and "{" not in chinese + english


def test_a_level_that_changed_is_said_as_a_level_and_not_as_a_stage(app: Flask) -> None:
    said = i18n.say(
        "changed the level from %(from)s to %(to)s: %(reason)s",
        "en",
        **{"from": "Ⅲ", "to": "Ⅱ", "reason": "x"},
    )
    assert said == "changed the level from Ⅲ to Ⅱ: x"


def test_a_sentence_without_values_keeps_its_percent_sign(app: Flask) -> None:
    assert i18n.say("75 %% of the time is gone", "en") == "75 % of the time is gone"
    assert i18n.say("", "zh_CN") == ""


@pytest.mark.parametrize("locale", i18n.LOCALES)
def test_every_code_has_words(app: Flask, locale: str) -> None:
    codes: dict[str, list[str]] = {
        **{kind: list(table) for kind, table in i18n.WORDS.items()},
        "stage": list(Stage),
        "channel": list(Channel),
        "type": list(ComplaintType),
        "signal": list(Signal),
        "level": [str(int(level)) for level in Level],
        "department": ["COL", "EXE"],
    }
    for kind, members in codes.items():
        for code in members:
            found = i18n.words(kind, code, locale)
            assert found and "_" not in found, (kind, code)


def test_an_unknown_code_is_said_as_it_stands(app: Flask) -> None:
    for kind in ("stage", "channel", "type", "department", "status"):
        assert i18n.words(kind, "unheard", "zh_CN") == "unheard"


def test_titles_hold_no_more_than_type_product_and_channel() -> None:
    title = labels.title("fee_dispute", "app", "x" * 100)
    assert title["zh"] == f"逾期费用异议 · {'x' * labels.PRODUCT_LONGEST} · 手机应用"
    assert labels.title("other", "web", None)["en"] == "Other complaint · website"


@pytest.mark.parametrize(
    ("text", "minutes"), [("15m", 15), ("2h", 120), ("1d", 1440), ("1w", 10080), (" 4h ", 240)]
)
def test_durations_by_the_clock_are_read(text: str, minutes: int) -> None:
    found = durations.parse(text)
    assert found.timedelta.total_seconds() == minutes * 60 and durations.parse(str(found)) == found


@pytest.mark.parametrize("text", ["", "2", "h", "2 h", "-1h", "1.5h", "2y", "99999h", "２h5"])
def test_other_durations_are_refused_with_what_is_expected(text: str) -> None:
    with pytest.raises(ValueError, match="like 2h"):
        durations.parse(text)


def test_days_that_need_a_calendar_are_no_fixed_time() -> None:
    with pytest.raises(ValueError, match="calendar"):
        _ = durations.parse("3wd").timedelta


def test_a_refusal_is_a_sentence_with_its_values_and_reasons() -> None:
    refused = Invalid("%(name)s is wrong.", name="x", reasons=[Reason("100 %(unit)s", {"unit": "%"})])
    assert str(refused) == "x is wrong." and str(refused.reasons[0]) == "100 %" and refused.status == 422


def test_a_catalogue_is_compiled_when_its_source_is_newer_and_only_then(tmp_path: Path) -> None:
    folder = tmp_path / "zh_CN/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "a"\nmsgstr "甲"\n', "utf-8"
    )
    assert [path.name for path in i18n.compile_catalogues(tmp_path)] == ["messages.mo"]
    assert i18n.compile_catalogues(tmp_path) == []
    assert {path.name for path in folder.iterdir()} == {"messages.po", "messages.mo"}
