"""Months as people count them: the same day later, or the last one of a shorter month."""

from calendar import monthrange
from datetime import date


def after(day: date, months: int) -> date:
    """The day so many months after another."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
