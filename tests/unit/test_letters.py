"""Letters without a database: every plan's template is filled, notes to ourselves go, bad words are found."""

from datetime import date

import pytest

from incident.coordination import letters, wording
from incident.coordination.letters import Facts
from incident.playbooks import files
from incident.playbooks.schema import Plan
from incident.settings import ROOT

PLANS = {
    key: found for key, found in files.read(ROOT / "playbooks").documents.items() if isinstance(found, Plan)
}
KNOWN = Facts("INC-1", "李娜", date(2026, 11, 3), "甲1", "甲2", "甲3", "甲4", ["甲5"], ["甲6"], ["甲7"])


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
@pytest.mark.parametrize("key", sorted(PLANS))
def test_every_template_takes_each_fact_where_it_belongs(key: str, locale: str) -> None:
    template = PLANS[key].drafts.decision_letter[locale]
    full = letters.draft(template, KNOWN, locale)
    assert [fact for fact in ("甲2", "甲3", "甲4", "甲5", "甲6", "甲7") if full.count(fact) != 1] == []
    bare = letters.draft(template, Facts("INC-1", "李娜", date(2026, 11, 3)), locale)
    assert len(letters.places(full)) < len(letters.places(bare))
    for text in (full, bare):
        assert "发出前" not in text and "{number}" not in text and "{contact}" not in text
        assert wording.labels(text) == ()


def test_a_letter_is_addressed_to_the_customer_or_to_nobody_by_name() -> None:
    assert letters.addressed("尊敬的{name}：", "王小明", "zh_CN") == "尊敬的王小明："
    assert letters.addressed("Dear {name},", " ", "en") == "Dear customer,"


def test_the_number_of_a_rule_is_no_place_to_fill_in() -> None:
    assert letters.places("CBIRC [2022] No. 13, 【日期】 and [amount]") == ["日期", "amount"]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("我行已核实并致歉。", []),
        ("We have checked this and apologise.", []),
        ("您是职业投诉人。", ["label"]),
        ("This looks like a malicious proxy complaint.", ["label"]),
        ("再投诉后果自负。", ["threat"]),
        ("Pay now or else you will regret it.", ["threat"]),
        ("你就是骗子。", ["insult"]),
        ("您须撤回投诉方可减免。", ["bargain"]),
        ("We can help only if you withdraw.", ["bargain"]),
    ],
)
def test_labels_threats_insults_and_bargains_are_found(text: str, kinds: list[str]) -> None:
    assert [each.kind for each in wording.warnings(text, PLANS["malicious_proxy"])] == kinds


def test_a_warning_names_the_plans_own_rule() -> None:
    [found] = wording.warnings("老赖", PLANS["malicious_proxy"])
    assert found.code == "label_disclosed" and found.rule is not None and "标签" in found.rule["zh"]
