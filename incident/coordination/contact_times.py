"""When somebody may be contacted next: the first moment at which no limit forbids it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from incident.coordination import contact_limits
from incident.coordination.contact_facts import Facts
from incident.playbooks.schema import Rule

HORIZON = 30  # days looked ahead
MIDNIGHT = time(0)


def next_allowed(facts: Facts, rules: Sequence[Rule]) -> datetime | None:
    """The first moment from the contact's time on at which nothing forbids it; None where waiting does not
    help within HORIZON days."""
    for moment in (facts.wanted.at, *_turns(facts, rules)):
        found = contact_limits.check(replace(facts, wanted=replace(facts.wanted, at=moment)), rules)
        if not found:
            return moment
        if any(each.broken.lasting for each in found):
            return None
    return None


def _turns(facts: Facts, rules: Sequence[Rule]) -> Iterator[datetime]:
    """The moments at which a limit can end, in order: days begin, quiet hours end, clocks are changed."""
    hours = {
        MIDNIGHT,
        *(contact_limits.time_of_day(rule.value) for rule in rules if rule.code == "quiet_hours_until"),
    }
    if facts.preferences.earliest is not None:
        hours.add(facts.preferences.earliest)
    first, start = facts.day(), facts.wanted.at
    for day in (first + timedelta(days=ahead) for ahead in range(HORIZON)):
        moments = {
            datetime.combine(day, hour, tzinfo=facts.zone).replace(fold=fold).astimezone(UTC)
            for hour in hours
            for fold in (0, 1)
        }
        moments.update(_changes(day, facts.zone))
        yield from sorted(each for each in moments if each > start)


def _changes(day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """The moment of a day at which its zone changes the clocks, to the second."""
    low = datetime.combine(day, MIDNIGHT, tzinfo=zone).astimezone(UTC)
    high = datetime.combine(day + timedelta(days=1), MIDNIGHT, tzinfo=zone).astimezone(UTC)
    before = low.astimezone(zone).utcoffset()
    if before == high.astimezone(zone).utcoffset():
        return
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    yield high.replace(microsecond=0)
