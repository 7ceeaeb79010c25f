"""A form as somebody typed it, kept through a refusal, with what is wrong beside each field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request

from incident.board import frame
from incident.errors import DomainError, Reason


@dataclass
class Typed:
    """What stands in the fields, and the faults: `faults[""]` belong to the whole form."""

    values: Mapping[str, Any] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    sentence: str = ""
    status: int = 200

    def value(self, name: str, default: object = "") -> str:
        """What stands in a field."""
        found = self.values.get(name)
        return str(default if found is None else found)

    def many(self, name: str) -> list[str]:
        """What was chosen where several may be."""
        getlist = getattr(self.values, "getlist", None)
        return list(getlist(name)) if getlist else list(self.values.get(name, []))

    @property
    def reasons(self) -> list[Reason]:
        """The faults as the field macros take them: said already, with a link to the field."""
        return [
            Reason(text, loc=(name,) if name else (), href=f"#field-{name}" if name else None)
            for name, found in self.faults.items()
            for text in found
        ]


def place(loc: tuple[str | int, ...]) -> str:
    """The name of the field that a fault belongs to: `customer.phone`; numbers in a list do not count."""
    return ".".join(str(part) for part in loc if not isinstance(part, int))


def refused(fault: DomainError, *, words: Mapping[str, str] | None = None) -> Typed:
    """The form of this request with the faults of a refusal.

    `words` gives sentences by field that say better than a checker's what a person should write there.
    """
    faults: dict[str, list[str]] = {}
    for reason in fault.reasons:
        name = place(reason.loc)
        sentence = _sentence(reason, name, words or {})
        if sentence not in faults.setdefault(name, []):
            faults[name].append(sentence)
    return Typed(request.form, faults, frame.say(fault.reason), fault.status)


def _sentence(reason: Reason, name: str, words: Mapping[str, str]) -> str:
    return frame.say(words[name]) if name in words else frame.say(reason)
