"""The schedule of an instalment agreement: pure decimal arithmetic, to the cent, with right month ends."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext

CENT = Decimal("0.01")
MONTHS = 12
DIGITS = 50  # of the arithmetic between amounts and cents: 60 periods of growth lose none that matter


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
    with localcontext() as context:
        context.prec = DIGITS
        rate = annual_rate / 100 / MONTHS
        equal = _equal(amount, periods, rate)
        return list(_periods(amount, equal, rate, periods, first_due))


def _equal(amount: Decimal, periods: int, rate: Decimal) -> Decimal:
    if rate == 0:
        return (amount / periods).quantize(CENT, ROUND_DOWN)
    return (amount * rate / (1 - (1 + rate) ** -periods)).quantize(CENT, ROUND_DOWN)


def _periods(
    amount: Decimal, equal: Decimal, rate: Decimal, periods: int, first_due: date
) -> Iterator[Instalment]:
    owed = amount.quantize(CENT)
    for period in range(1, periods + 1):
        interest = (owed * rate).quantize(CENT, ROUND_HALF_UP)
        principal = owed if period == periods else equal - interest
        yield Instalment(
            period, months_after(first_due, period - 1), principal + interest, principal, interest
        )
        owed -= principal


def months_after(day: date, count: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * MONTHS + day.month - 1 + count, MONTHS)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
