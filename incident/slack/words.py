"""The words of `/incident`: read tolerantly, looked up in the table, carried out, and explained."""

import re
import unicodedata
from collections.abc import Callable

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from incident import i18n
from incident.errors import N_, DomainError
from incident.slack import asking, fitting, meant
from incident.slack.asking import Ask
from incident.slack.blocks import menu, texts
from incident.slack.blocks.texts import Message
from incident.slack.word_table import WORDS, Word

Run = Callable[[Ask], Message | None]
RUNS: dict[str, Run] = {}
ALIASES: dict[str, Word] = {alias: each for each in WORDS.values() for alias in (each.name, *each.zh)}
NEAR = 0.5  # of a word's letters that must be right before it is offered for another
_FIRST = re.compile(r"(\S*)\s*(.*)", re.DOTALL)
_STOPPED = re.compile(r"([^\s:：]+)[:：](.*)", re.DOTALL)
_GLUED = re.compile(r"([^\x00-\x7f]+|[a-z]+)([#\w-]*\d)")


def word(name: str) -> Callable[[Run], Run]:
    """Register what a word of the table does; None is its answer where a modal opened instead."""

    def register(run: Run) -> Run:
        RUNS[WORDS[name].name] = run
        return run

    return register


def split(text: str) -> tuple[str, str]:
    """(word, rest) of what was typed: full-width letters count as plain ones, a word needs no space before a
    number, and a number may stand before its word."""
    first, rest = _halves(text.strip().lstrip("/／"))
    if rest and first not in ALIASES and meant.is_number(first):
        second, more = _halves(rest)
        if second in ALIASES:
            return second, f"{first} {more}".strip()
    stopped = _STOPPED.match(text.strip())
    if stopped and _halves(stopped[1])[0] in ALIASES:
        return _halves(stopped[1])[0], stopped[2].strip()
    glued = _GLUED.fullmatch(first)
    if glued and first not in ALIASES and (glued[1] in ALIASES or not glued[1].isascii()):
        return glued[1], f"{glued[2].upper()} {rest}".strip()
    return first, rest


def _halves(text: str) -> tuple[str, str]:
    found = _FIRST.match(text.strip())
    first, rest = (found[1], found[2]) if found else ("", "")
    return unicodedata.normalize("NFKC", first).casefold().rstrip(":,;、。"), rest.strip()


def find(name: str) -> Word | None:
    """The word of a name or an alias."""
    return ALIASES.get(name)


def answer(ask: Ask, text: str) -> Message | None:
    """Do what was typed and say what came of it, or why not; None where a modal opened instead."""
    try:
        return carry_out(ask, text)
    except DomainError as error:
        return asking.refusal(error, ask)


def carry_out(ask: Ask, text: str) -> Message | None:
    """The same, but a refusal is raised."""
    name, rest = split(text)
    found = find(name)
    if not name:
        return fitting.menu(ask)
    if found is None:
        return _unknown(ask, name, rest)
    return RUNS[found.name](ask.but(rest=rest))


def _unknown(ask: Ask, name: str, rest: str) -> Message:
    near = _nearest(name)
    if near is None:
        return asking.line(
            ask.say(N_("There is no word “%(word)s”. `/incident help` lists them."), word=name)
        )
    sentence = N_("There is no word “%(word)s”. Did you mean `%(near)s`?")
    said = ask.say(sentence, word=name, near=ALIASES[near].usage(ask.locale))
    return menu.offer(said, [(near, f"{near} {rest}".strip())])


def _nearest(name: str) -> str | None:
    found = process.extractOne(
        name, list(ALIASES), scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=NEAR
    )
    return found[0] if found else None


@word("help")
def help_(ask: Ask) -> Message:
    """Every word, or one with its example and its other names."""
    asked = find(split(ask.rest)[0])
    if asked is None:
        return menu.listing([_explained(each, ask.locale) for each in WORDS.values()], ask.locale)
    aliases = "、".join((asked.name, *asked.zh))
    return asking.line(f"{_explained(asked, ask.locale)}\n{texts.escape(aliases)}")


def _explained(each: Word, locale: str) -> str:
    return f"`{texts.escape(each.usage(locale))}` — {i18n.say(each.help, locale)}"
