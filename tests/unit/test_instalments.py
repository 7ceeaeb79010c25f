"""The schedule of an instalment agreement, against a slow and obvious reference."""

import calendar
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from incident.coordination import instalments

CENT = Decimal("0.01")
amounts = st.integers(6_000, 10**13).map(lambda cents: Decimal(cents).scaleb(-2))
rates = st.one_of(
    st.just(Decimal(0)), st.integers(1, 2_400).map(lambda hundredths: Decimal(hundredths) / 100)
)
days = st.dates(date(2024, 1, 1), date(2032, 12, 31))


def cents(value: Fraction, rounding: str) -> Decimal:
    """A fraction rounded to cents, without ever being a float."""
    whole, rest = divmod(value.numerator * 100, value.denominator)
    if rounding == ROUND_HALF_UP and rest * 2 >= value.denominator:
        whole += 1
    return Decimal(whole).scaleb(-2)


def slow_days(first: date, periods: int) -> list[date]:
    """Day by day through the calendar: the first day's number, or the last of a shorter month."""
    found, day = [first], first
    while len(found) < periods:
        day += timedelta(days=1)
        last = calendar.monthrange(day.year, day.month)[1]
        if day.day == min(first.day, last):
            found.append(day)
    return found


def slow_schedule(
    amount: Decimal, periods: int, first_due: date, rate: Decimal
) -> list[tuple[date, Decimal, Decimal]]:
    """(due, principal, interest) in fractions: the annuity from the sum of the discounted periods."""
    monthly = Fraction(rate) / 1200
    discounted = sum((1 / (1 + monthly) ** n for n in range(1, periods + 1)), Fraction(0))
    equal = cents(Fraction(amount) / discounted, ROUND_DOWN)
    rows, owed = [], amount
    for number, due in enumerate(slow_days(first_due, periods), start=1):
        interest = cents(Fraction(owed) * monthly, ROUND_HALF_UP)
        principal = owed if number == periods else equal - interest
        rows.append((due, principal, interest))
        owed -= principal
    return rows


@settings(max_examples=120, deadline=None)
@given(amounts, st.integers(1, 60), days, rates)
@example(Decimal("60.00"), 1, date(2024, 1, 1), Decimal("12.1"))  # interest of exactly half a cent
def test_the_schedule_is_the_one_of_the_slow_reference(amount, periods, first_due, rate):
    found = instalments.schedule(amount, periods=periods, first_due=first_due, annual_rate=rate)
    assert [(each.due, each.principal, each.interest) for each in found] == slow_schedule(
        amount, periods, first_due, rate
    )


@settings(max_examples=200, deadline=None)
@given(amounts, st.integers(1, 60), days, rates)
def test_the_principal_adds_up_to_the_cent_and_only_the_last_differs(amount, periods, first_due, rate):
    found = instalments.schedule(amount, periods=periods, first_due=first_due, annual_rate=rate)
    assert sum(each.principal for each in found) == amount
    assert len({each.amount for each in found[:-1]}) <= 1
    assert all(each.amount == each.principal + each.interest for each in found)
    assert all(each.principal > 0 and each.interest >= 0 for each in found)
    assert all(each.amount == each.amount.quantize(CENT) for each in found)
    if rate == 0:
        assert sum(each.amount for each in found) == amount
        assert 0 <= found[-1].amount - found[0].amount < CENT * periods


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (date(2026, 12, 31), ["2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        (date(2028, 1, 30), ["2028-01-30", "2028-02-29", "2028-03-30", "2028-04-30", "2028-05-30"]),
        (date(2027, 2, 28), ["2027-02-28", "2027-03-28", "2027-04-28", "2027-05-28", "2027-06-28"]),
    ],
)
def test_a_month_without_the_day_takes_its_last_and_the_next_comes_back_to_the_day(first, expected):
    found = instalments.schedule(Decimal("100.00"), periods=5, first_due=first, annual_rate=Decimal(0))
    assert [each.due.isoformat() for each in found] == expected


def test_a_thousand_in_three_leaves_the_odd_cent_to_the_last():
    found = instalments.schedule(
        Decimal("1000.00"), periods=3, first_due=date(2026, 12, 1), annual_rate=Decimal(0)
    )
    assert [str(each.amount) for each in found] == ["333.33", "333.33", "333.34"]


def test_one_period_with_interest_is_the_whole_and_a_months_interest():
    [only] = instalments.schedule(
        Decimal("1200.00"), periods=1, first_due=date(2026, 12, 1), annual_rate=Decimal("12.00")
    )
    assert (only.principal, only.interest, only.amount) == (
        Decimal("1200.00"),
        Decimal("12.00"),
        Decimal("1212.00"),
    )
