"""The words of `/incident`: a registry of decorated functions, read tolerantly, each with its own help."""

import difflib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from incident import i18n
from incident.errors import N_, DomainError
from incident.slack import asking
from incident.slack.asking import Ask
from incident.slack.blocks import menu, texts
from incident.slack.blocks.texts import Message

Run = Callable[[Ask], Message | None]


@dataclass(frozen=True)
class Word:
    """One word: what it does, its Chinese aliases, and what may follow it, as an example."""

    name: str
    zh: tuple[str, ...]
    example: str
    zh_example: str
    help: str
    run: Run

    def usage(self, locale: str) -> str:
        """How it is typed."""
        chinese = locale.startswith("zh")
        typed = (self.zh[0], self.zh_example) if chinese else (self.name, self.example)
        return " ".join(("/incident", *typed)).rstrip()


WORDS: dict[str, Word] = {}
ALIASES: dict[str, Word] = {}


def word(name: str, *, zh: tuple[str, ...], example: str = "", zh_example: str = "") -> Callable[[Run], Run]:
    """Register a function as a word; its docstring is its help, in English, and a message id."""

    def register(run: Run) -> Run:
        found = Word(name, zh, example, zh_example or example, " ".join((run.__doc__ or "").split()), run)
        WORDS[name] = found
        for alias in (name, *zh):
            ALIASES[alias] = found
        return run

    return register


def split(text: str) -> tuple[str, str]:
    """(word, rest) of what was typed; full-width letters and spaces count as plain ones, and a Chinese
    word needs no space before a number."""
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("/")
    first, _, rest = plain.partition(" ")
    glued = re.fullmatch(r"([^\x00-\x7f]+)([#\w-]*\d)", first)
    if glued and first not in ALIASES:
        first, rest = glued[1], f"{glued[2]} {rest}"
    return first.casefold(), rest.strip()


def find(name: str) -> Word | None:
    """The word of a name or an alias."""
    return ALIASES.get(name)


def answer(ask: Ask, text: str) -> Message | None:
    """Do what was typed and say what came of it; None where a modal opened instead."""
    name, rest = split(text)
    found = find(name or "help")
    if found is None:
        return _unknown(ask, name)
    try:
        return found.run(_with(ask, rest))
    except DomainError as error:
        return asking.refusal(error, ask.locale, ask.house)


def _with(ask: Ask, rest: str) -> Ask:
    return Ask(**{**ask.__dict__, "rest": rest})


def _unknown(ask: Ask, name: str) -> Message:
    near = difflib.get_close_matches(name, ALIASES, n=1, cutoff=0.5)
    if near:
        sentence = N_("There is no word “%(word)s”. Did you mean `%(near)s`?")
        return asking.line(ask.say(sentence, word=name, near=ALIASES[near[0]].usage(ask.locale)))
    return asking.line(ask.say(N_("There is no word “%(word)s”. `/incident help` lists them."), word=name))


@word("help", zh=("帮助", "菜单"), example="[ack]", zh_example="[认领]")
def help_(ask: Ask) -> Message:
    """List the words, or explain one."""
    asked = find(ask.rest.casefold())
    if asked is None:
        lines = [_explained(each, ask.locale) for each in WORDS.values()]
        return menu.build(lines, ask.locale)
    aliases = "、".join((asked.name, *asked.zh))
    return asking.line(f"{_explained(asked, ask.locale)}\n{texts.escape(aliases)}")


def _explained(each: Word, locale: str) -> str:
    return f"`{texts.escape(each.usage(locale))}` — {i18n.say(each.help, locale)}"
