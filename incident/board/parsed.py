"""Fields of a form as amounts, numbers, days and tables; what cannot be read is a fault at its field."""

from datetime import date
from decimal import Decimal, InvalidOperation

from flask import request

from incident import sheets
from incident.errors import N_, Reason


def amount(name: str, faults: list[Reason]) -> Decimal | None:
    """An amount; commas between thousands are passed over."""
    text = request.form.get(name, "").replace(",", "").replace("，", "").strip()
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        faults.append(Reason(N_("Write an amount like 12345.60."), loc=(name,)))
        return None


def whole(name: str, faults: list[Reason]) -> int | None:
    """A whole number, such as a count or a score."""
    text = request.form.get(name, "").strip()
    if text and not (text.isascii() and text.isdecimal() and len(text) < 10):
        faults.append(Reason(N_("Write a whole number."), loc=(name,)))
        return None
    return int(text) if text else None


def day(name: str, faults: list[Reason]) -> date | None:
    """A day as a date field sends it."""
    text = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        faults.append(Reason(N_("This must be a day like 2026-12-31."), loc=(name,)))
        return None


def table(name: str) -> str | None:
    """The text of a table that was sent as a file; None where there is none. Raises Invalid."""
    sent = request.files.get(name)
    if sent is None or not sent.filename:
        return None
    with sent.stream as stream:
        return sheets.text_of(stream.read(sheets.LARGEST + 1))
