"""The schedule of an instalment agreement: exact arithmetic, rounded to the cent, with right month ends."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

MONTHS = 12
HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Instalment:
    """One period: when it is due, what is paid, and how much of it is principal and how much interest."""

    period: int
    due: date
    amount: Decimal
    principal: Decimal
    interest: Decimal

    def as_json(self) -> dict[str, object]:
        """The same with amounts and the day as texts."""
        return {
            "period": self.period,
            "due": self.due.isoformat(),
            "amount": str(self.amount),
            "principal": str(self.principal),
            "interest": str(self.interest),
        }


def schedule(amount: Decimal, *, periods: int, first_due: date, annual_rate: Decimal) -> list[Instalment]:
    """Equal monthly instalments of an amount; `annual_rate` in per cent a year, 0 for none.

    The principal parts add up to the amount to the cent. Equal instalments are rounded down to the cent and
    the last period takes the remainder. A month's interest is a twelfth of the year's on what is still owed,
    rounded half up. Every due day is that of the first, or the last day of a month that has no such day.
    """
    rate = Fraction(annual_rate) / 100 / MONTHS  # a fraction: a twelfth of most rates has no end in decimals
    equal = _equal(Fraction(amount), periods, rate)
    return list(_periods(amount, equal, rate, periods, first_due))


def _equal(amount: Fraction, periods: int, rate: Fraction) -> Decimal:
    share = rate / (1 - (1 + rate) ** -periods) if rate else Fraction(1, periods)
    return _cents(floor(amount * share * 100))


def _cents(count: int) -> Decimal:
    return Decimal(count).scaleb(-2)


def _periods(
    amount: Decimal, equal: Decimal, rate: Fraction, periods: int, first_due: date
) -> Iterator[Instalment]:
    owed = amount.quantize(_cents(1))
    for period in range(1, periods + 1):
        interest = _cents(floor(Fraction(owed) * rate * 100 + HALF))
        principal = owed if period == periods else equal - interest
        yield Instalment(
            period, months_after(first_due, period - 1), principal + interest, principal, interest
        )
        owed -= principal


def months_after(day: date, count: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * MONTHS + day.month - 1 + count, MONTHS)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
