"""The Chinese catalogue is whole: every message id is there, translated, with the same placeholders."""

import importlib.util
from types import ModuleType

import pytest

from incident.settings import ROOT


@pytest.fixture(scope="module")
def collect() -> ModuleType:
    spec = importlib.util.spec_from_file_location("collect", ROOT / "translations/collect.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_text_of_code_and_templates_is_in_the_catalogue_in_chinese(collect: ModuleType) -> None:
    found = collect.faults()
    assert found == [], f"{len(found)} faults; `make translations` collects the texts"


def test_the_collection_sees_the_texts_of_verbs_templates_and_tables(collect: ModuleType) -> None:
    ids = {message.id for message in collect.collected() if isinstance(message.id, str)}
    assert "Nobody has acknowledged the incident yet." in ids  # a verb's refusal
    assert "waits for another step" in ids  # a table of words
    assert "Not possible now" in ids  # an error's title
    assert len(ids) > 300
