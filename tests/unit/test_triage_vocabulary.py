"""triage.toml: what an editor may write, and how a fault is told."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from incident.triage import phrases, vocabulary
from tests.unit.triage_builders import PLAYBOOKS


def the_file() -> dict[str, Any]:
    """The shipped vocabulary as plain data, to spoil."""
    return tomllib.loads((PLAYBOOKS / "triage.toml").read_text(encoding="utf-8"))


def said(source: str, text: str, language: phrases.Language = "en") -> list[str]:
    """The words found by one phrase."""
    return [found.words for found in phrases.compiled(source, language).find(text)]


def test_a_misspelt_key_is_a_fault() -> None:
    content = the_file()
    content["signals"]["repeat"]["opens_incidents"] = []
    with pytest.raises(ValidationError, match="opens_incidents"):
        vocabulary.Vocabulary.model_validate(content)


def test_a_missing_signal_is_named() -> None:
    content = the_file()
    del content["signals"]["data_leak"]
    with pytest.raises(ValidationError, match="data_leak is missing"):
        vocabulary.Vocabulary.model_validate(content)


def test_a_missing_language_is_named() -> None:
    content = the_file()
    del content["context"]["zh"]
    with pytest.raises(ValidationError, match=r"context\.zh is missing"):
        vocabulary.Vocabulary.model_validate(content)


@pytest.mark.parametrize("phrase", ["[open", "…", "#", "", "ab*", "close]"])
def test_a_phrase_that_cannot_be_searched_is_named_with_its_place(phrase: str) -> None:
    content = the_file()
    content["signals"]["repeat"]["en"]["stated"].append(phrase)
    with pytest.raises(ValidationError, match=r"signals\.repeat\.en\.stated: phrase"):
        vocabulary.Vocabulary.model_validate(content)


def test_a_share_beyond_one_is_a_fault() -> None:
    content = the_file()
    content["signals"]["data_leak"]["share"]["stated"] = 1.5
    with pytest.raises(ValidationError, match="below 1"):
        vocabulary.Vocabulary.model_validate(content)


def test_a_file_that_is_no_toml_says_so(tmp_path: Path) -> None:
    (tmp_path / "triage.toml").write_text("strong = = 3", encoding="utf-8")
    with pytest.raises(tomllib.TOMLDecodeError):
        vocabulary.load(tmp_path / "triage.toml")


def test_a_new_word_is_found_without_a_change_of_code() -> None:
    content = the_file()
    content["signals"]["media_exposure"]["en"]["stated"].append("billboard about you")
    changed = vocabulary.Vocabulary.model_validate(content)
    text = "i put up a billboard about you"
    found = changed.signal_index["en"].find(text, phrases.word_keys(text))
    assert ("media_exposure", "stated") in [(name, kind) for name, kind, _ in found]


def test_the_notation_means_what_its_heading_says() -> None:
    assert said("kill* time", "killing time") == ["killing time"]
    assert said("i will … kill", "i will surely kill it") == ["i will … kill"]
    assert said("i will … kill", "i will. they kill") == []
    assert said("[harm|kill] [all|both]? of us", "harm of us, kill both of us") == [
        "harm of us",
        "kill both of us",
    ]
    assert said("sue", "issue") == []
    assert said("已 … 投诉", "我已向你们投诉。", "zh") == ["已 … 投诉"]
    assert [found.number for found in phrases.compiled("# of us", "en").find("all 23 of us")] == ["23"]
