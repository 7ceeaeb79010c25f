"""Drafting a decision letter: the plan's template, its places filled from the facts of the case.

A template is lines like `二、依据：（所适用的规定）`: a number, a heading and, in brackets, what goes there.
Where the case knows it the bracket gives way to it; where it does not, the bracket stays as `【…】` (`[…]` in
English) for a person to fill, and no letter with such a place can be submitted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

NAME = "{name}"  # stands in the text until the letter is drawn: the page shows it masked
_LINE = re.compile(r"^(?P<head>(?:[一二三四五六七八九十]+、|\d+\. )[^：:]{1,40})(?:[：:]\s*(?P<rest>.*))?$")
# A hint takes the whole of a place; a bracket inside a sentence that stays is part of the sentence.
_HINT = re.compile(r"^[（(【\[](?P<hint>.*)[）)】\]]$", re.DOTALL)
# `[2022] No. 13` is the number of a rule and no place.
_PLACE = re.compile(r"【(?P<zh>[^】]*)】|\[(?!\d+\])(?P<en>[^\]]*)\]")
# Notes to ourselves: what is to be checked before the letter goes out. They never go out.
_NOTE = re.compile(
    r"【[^】]*发出前[^】]*】|\[[^\]]*[Bb]efore (?:sending|this is sent)[^\]]*\]|\[Compliance checks[^\]]*\]"
)
# What a heading asks for, by the words in it; the first that fits wins.
TOPICS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("remedies", re.compile(r"救济|remed|disagree|not satisfied", re.I)),
    ("demand", re.compile(r"您的.*诉求|您的异议|asked for|objection and request", re.I)),
    ("facts", re.compile(r"事实|核查情况|facts|we checked", re.I)),
    ("basis", re.compile(r"依据|basis", re.I)),
    ("decision", re.compile(r"决定|decision", re.I)),
    ("reasons", re.compile(r"理由|reason", re.I)),
    ("measures", re.compile(r"措施|方案|将做|为您做|what we (?:have|will|do|did)|measures|offer", re.I)),
)  # fmt: skip


@dataclass(frozen=True)
class Option:
    """Something agreed with the customer, in one line of the letter's language."""

    text: str


@dataclass(frozen=True)
class Facts:
    """What a letter is drafted from, in the letter's language; nothing here is personal data in the open."""

    number: str
    contact: str
    day: date
    demand: str = ""
    facts: str = ""
    decision: str = ""
    reasons: str = ""
    basis: Sequence[str] = ()
    measures: Sequence[str] = ()
    remedies: Sequence[str] = ()
    values: dict[str, str] = field(default_factory=dict)

    def of(self, topic: str, locale: str) -> str:
        """What the case knows for a heading; empty where it knows nothing."""
        found = getattr(self, topic)
        if isinstance(found, str):
            return found.strip()
        joint = "；" if locale.startswith("zh") else "; "
        return joint.join(each.strip().rstrip("。.；;") for each in found if each.strip())


def draft(template: str, facts: Facts, locale: str) -> str:
    """The letter as far as the case knows it."""
    lines = [_line(line, facts, locale) for line in template.strip().splitlines()]
    text = "\n".join(each for each in lines if each is not None)
    day = (
        f"{facts.day.year}年{facts.day.month}月{facts.day.day}日"
        if locale.startswith("zh")
        else str(facts.day)
    )
    return text.replace("{number}", facts.number).replace("{contact}", facts.contact).replace("{date}", day)


def _line(line: str, facts: Facts, locale: str) -> str | None:
    stripped = _NOTE.sub("", line).rstrip()
    if line.strip() and not stripped.strip():
        return None
    found = _LINE.match(stripped)
    if found is None:
        return stripped
    colon = "：" if locale.startswith("zh") else ":"
    head, rest = found["head"] + colon, (found["rest"] or "").strip()
    topics = [topic for topic, pattern in TOPICS if pattern.search(head)]
    if topics[:1] == ["remedies"]:
        return _remedies(head, rest, facts, locale)
    return _filled(head, rest, topics, facts, locale)


def _remedies(head: str, rest: str, facts: Facts, locale: str) -> str:
    more = facts.of("remedies", locale)
    more = more[:1].upper() + more[1:]
    space, stop = ("", "。") if locale.startswith("zh") else (" ", ".")
    return f"{head}{space}{rest}{space}{more}{stop}" if more else f"{head}{space}{rest}"


def _filled(head: str, rest: str, topics: list[str], facts: Facts, locale: str) -> str:
    """The heading with what is known for it; the topics of one heading (决定与理由) follow one another."""
    space, stop = ("", "。") if locale.startswith("zh") else (" ", ".")
    hint = _HINT.match(rest) if rest else re.match("(?P<hint>)", "")
    known = [facts.of(topic, locale) for topic in topics]
    said = [each.rstrip("。.") + stop for each in known if each]
    if hint is None:
        return f"{head}{space}{rest}"
    if said:
        return head + space + space.join(said)
    opened, closed = ("【", "】") if locale.startswith("zh") else ("[", "]")
    return f"{head}{space}{opened}{hint['hint'] or '…'}{closed}"


def places(text: str) -> list[str]:
    """What is left for a person to fill in, as the hints that stand there."""
    return [(each["zh"] or each["en"] or "").strip() for each in _PLACE.finditer(text)]


def addressed(text: str, name: str, locale: str) -> str:
    """The text with the customer's name where it belongs; a neutral address where there is none."""
    return text.replace(NAME, name.strip() or ("客户" if locale.startswith("zh") else "customer"))
