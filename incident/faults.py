"""What a checked body got wrong, as reasons in our own words: translatable, and without what was sent."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from incident.errors import N_, Reason

LOC_LONGEST = 80  # characters of one part of a place: names come from the sender and may be of any length
# kind of finding (pydantic's error types) → the sentence; values come from the finding's context
MESSAGES: dict[str, str] = {
    "missing": N_("This field is required."),
    "extra_forbidden": N_("There is no such field."),
    "string_type": N_("This must be a text."),
    "string_unicode": N_("This must be valid Unicode text."),
    "string_too_short": N_("At least %(min_length)s characters are needed."),
    "string_too_long": N_("At most %(max_length)s characters."),
    "string_pattern_mismatch": N_("This must match the pattern %(pattern)s."),
    "enum": N_("This must be one of %(expected)s."),
    "literal_error": N_("This must be one of %(expected)s."),
    "int_type": N_("This must be a whole number."),
    "int_parsing": N_("This must be a whole number."),
    "int_parsing_size": N_("This number is too large."),
    "int_from_float": N_("This must be a whole number."),
    "bool_type": N_("This must be true or false."),
    "bool_parsing": N_("This must be true or false."),
    "decimal_type": N_("This must be an amount, as a text like “12345.60”."),
    "decimal_parsing": N_("This must be an amount, as a text like “12345.60”."),
    "decimal_max_digits": N_("At most %(max_digits)s digits."),
    "decimal_max_places": N_("At most %(decimal_places)s decimal places."),
    "decimal_whole_digits": N_("At most %(whole_digits)s digits before the point."),
    "finite_number": N_("This must be a finite number."),
    "greater_than_equal": N_("This must be at least %(ge)s."),
    "less_than_equal": N_("This must be at most %(le)s."),
    "datetime_type": N_("This must be a time like 2026-11-03T09:12:00+08:00."),
    "datetime_parsing": N_("This must be a time like 2026-11-03T09:12:00+08:00."),
    "datetime_from_date_parsing": N_("This must be a time like 2026-11-03T09:12:00+08:00."),
    "datetime_object_invalid": N_("This must be a time like 2026-11-03T09:12:00+08:00."),
    "timezone_aware": N_("This time needs its offset from UTC, like +08:00 or Z."),
    "list_type": N_("This must be a list."),
    "too_long": N_("At most %(max_length)s entries."),
    "too_short": N_("At least %(min_length)s entries are needed."),
    "model_type": N_("This must be a JSON object."),
    "dict_type": N_("This must be a JSON object."),
}
OTHER = N_("This value is not valid.")


def reasons(fault: ValidationError, *, below: tuple[str, ...] = ()) -> list[Reason]:
    """Each finding with its place (under `below`); the offending input itself is never repeated."""
    return [
        _reason(each, (*below, *(_part(part) for part in each["loc"])))
        for each in fault.errors(include_input=False, include_url=False)
    ]


def _part(part: int | str) -> int | str:
    return part if isinstance(part, int) else part[:LOC_LONGEST]


def _reason(found: Mapping[str, Any], loc: tuple[int | str, ...]) -> Reason:
    if found["type"] == "value_error":  # our own validators raise with a message id
        return Reason(str(found["ctx"]["error"]), {}, loc)
    kind = found["type"]
    if kind.startswith("too_") and found["ctx"].get("field_type") == "Value":  # a text that was checked first
        kind = f"string_{kind}"
    message = MESSAGES.get(kind, OTHER)
    values = {
        name: value.replace(" or ", ", ") if name == "expected" else value
        for name, value in found.get("ctx", {}).items()
        if f"%({name})s" in message
    }
    return Reason(message, values, loc)
