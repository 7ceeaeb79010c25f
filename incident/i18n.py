"""Sentences and words in the language of the reader: message ids by the catalogue, codes by the tables."""

import gettext as gettext_module
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages import mofile, pofile
from babel.support import Translations

from incident import durations, labels
from incident.errors import N_, Reason
from incident.playbooks import library
from incident.settings import ROOT
from incident.vocabulary import Channel, ComplaintType, Stage
from incident.wordings import clocks as clock_words
from incident.wordings import plans as plan_words
from incident.wordings import reviews
from incident.wordings.codes import WORDS

CATALOGUES = ROOT / "translations"
LOCALES = ("zh_CN", "en")

for _table in (clock_words.WORDS, plan_words.WORDS):
    for _kind, _more in _table.items():
        WORDS[_kind] = WORDS.get(_kind, {}) | _more
# names of values in sentences → the tables their codes are read in, the first that knows it wins
_VALUE_KINDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("stage", "from", "next"), ("stage",)),
    **dict.fromkeys(("department", "departments", "code"), ("department",)),
    "to": ("stage", "task_status"),
    "status": ("task_status", "status"),
    "state": ("delivery_state",),
    "drill_state": ("drill_state",),
    "drill_role": ("drill_role",),
    "line_state": ("department_state",),
    "surge_state": ("surge_state",),
    "agency_state": ("agency_state",),
    "step": ("step",),
    "role": ("role", "person_role"),
    "hand_over": ("hand_over",),
    "option_kind": ("option_kind",),
    "option_state": ("option_state",),
    "label_state": ("label_state",),
    "plan": ("type",),
    "evidence_kind": ("evidence_kind",),
    "result": ("finding",),
    "sent_by": ("channel",),
    "contact_channel": ("contact_channel",),
    "contact_outcome": ("contact_outcome",),
    "hold_scope": ("hold_scope",),
    "letter_state": ("letter_state",),
    "follow_up": ("follow_up_kind",),
    **clock_words.VALUE_KINDS,
    **plan_words.VALUE_KINDS,
    **reviews.VALUE_KINDS,
}


def short(locale: str) -> str:
    """`zh` or `en`, the key of the data texts."""
    return "zh" if locale.startswith("zh") else "en"


NAMES = ("people", "names")  # values that are names joined as in Chinese, since records keep them so


def say(message: str | Reason, locale: str, **values: Any) -> str:
    """A sentence in a language; values that are codes become words, `{zh, en}` picks one."""
    text, given = (message.message, message.values) if isinstance(message, Reason) else (message, values)
    translated = catalogue(locale).gettext(text) if text else ""
    if not given:
        return translated.replace("%%", "%") if "%%" in translated else translated
    return translated % {key: _value(key, value, locale) for key, value in given.items()}


def comma(locale: str) -> str:
    """What stands between the things of a list."""
    return "、" if short(locale) == "zh" else ", "


def _value(key: str, value: Any, locale: str) -> Any:
    if isinstance(value, dict) and {"zh", "en"} <= value.keys():
        return value[short(locale)]
    if isinstance(value, list):
        return comma(locale).join(str(_value(key, each, locale)) for each in value)
    if not isinstance(value, str):
        return value
    if key in NAMES and short(locale) == "en":
        return value.replace("、", ", ")
    found = (words(kind, value, locale) for kind in _VALUE_KINDS.get(key, ()))
    return next((each for each in found if each != value), value)


def words(kind: str, code: str, locale: str) -> str:
    """The words for a code: kinds are those of WORDS, and stage, channel, level, type and department."""
    code = str(code)
    match kind:
        case "stage":
            return _pair(labels.STAGES.get(Stage(code)), code, locale) if code in set(Stage) else code
        case "channel":
            return _pair(labels.CHANNELS.get(Channel(code)), code, locale) if code in set(Channel) else code
        case "level":
            return str(library.the_levels()[int(code)].name.model_dump()[short(locale)])
        case "type":
            return (
                _pair(labels.TYPES.get(ComplaintType(code)), code, locale)
                if code in set(ComplaintType)
                else code
            )
        case "department":
            found = library.departments().get(code)
            return found.name(locale) if found else code
    message = WORDS[kind].get(code)
    return catalogue(locale).gettext(message) if message else code


def _pair(found: tuple[str, str] | None, code: str, locale: str) -> str:
    return code if found is None else found[0 if short(locale) == "zh" else 1]


def duration(text: str, locale: str) -> str:
    """`15m` → 15 min, `3wd` → 3 working days."""
    found = durations.parse(text)
    say = catalogue(locale)
    match found.unit:
        case "m":
            words = say.gettext(N_("%(n)s min")) if found.value else say.gettext(N_("at once"))
        case "h":
            words = say.gettext(N_("%(n)s h"))
        case "wd":
            words = say.ngettext("%(num)s working day", "%(num)s working days", found.value)
        case "w":
            words = say.ngettext("%(num)s week", "%(num)s weeks", found.value)
        case _:
            words = say.ngettext("%(num)s day", "%(num)s days", found.value)
    return words % {"n": found.value, "num": found.value}


@lru_cache(maxsize=8)
def catalogue(locale: str) -> gettext_module.NullTranslations:
    """The translations of a language; those of the pages are taken from here too."""
    name = "zh_CN" if short(locale) == "zh" else "en"
    return Translations.load(str(CATALOGUES), [name])


def compile_catalogues(directory: Path = CATALOGUES) -> list[Path]:
    """Compile each catalogue whose source is newer than its compiled form; returns those written."""
    written = []
    for source in sorted(directory.glob("*/LC_MESSAGES/messages.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = pofile.read_po(file, locale=source.parent.parent.name)
        draft = target.with_suffix(f".{id(catalogue)}.tmp")
        with draft.open("wb") as out:
            mofile.write_mo(out, catalogue)
        draft.replace(target)  # whole or not at all, also when two processes start together
        written.append(target)
    return written
