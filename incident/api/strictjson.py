"""Reads JSON as the standard says and nothing beside it: no second key, no NaN, no endless depth."""

import json
import re
from typing import Any

from incident.api.problems import Malformed
from incident.errors import N_, Reason

DEPTH_MOST = 50
_OPENING = re.compile(rb"[\[{]")


class _Refused(ValueError):
    """A reason to refuse found while reading."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _value in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Refused(Reason(N_("This field is given twice."), loc=(twice[:80],)))
    return found


def _constant(_text: str) -> Any:
    raise _Refused(Reason(N_("NaN and Infinity are no JSON numbers.")))


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


def read(raw: bytes) -> Any:
    """The value; raises Malformed, which names the place by line and column or by byte."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise Malformed(
            N_("The body is not valid UTF-8 at byte %(byte)s."),
            byte=fault.start + 1,
            reasons=[Reason(N_("This byte is not UTF-8."), loc=("byte", fault.start + 1))],
        ) from None
    if len(_OPENING.findall(raw)) > DEPTH_MOST and _too_deep(text):
        raise Malformed(N_("The body is nested more than %(most)s levels deep."), most=DEPTH_MOST)
    return _decode(text)


def _decode(text: str) -> Any:
    try:
        return _decoder.decode(text)
    except json.JSONDecodeError as fault:
        raise Malformed(
            N_("The body is not valid JSON at line %(line)s, column %(column)s."),
            line=fault.lineno,
            column=fault.colno,
            reasons=[
                Reason(N_("The JSON ends or breaks here."), loc=("line", fault.lineno, "column", fault.colno))
            ],
        ) from None
    except _Refused as fault:
        raise Malformed(N_("The body is not valid JSON."), reasons=[fault.reason]) from None
    except ValueError:  # Python refuses to read whole numbers of more than 4,300 digits
        raise Malformed(N_("A number in the body has too many digits.")) from None


_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)


def _too_deep(text: str) -> bool:
    depth = 0
    for mark in re.findall(r"[\[\]{}]", _STRING.sub("", text)):
        depth += 1 if mark in "[{" else -1
        if depth > DEPTH_MOST:
            return True
    return False
