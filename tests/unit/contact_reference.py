"""The limits on contact said once more, slowly and plainly, and cases to compare both on."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from incident.coordination.contact_facts import Facts, Past, Preferences, Wanted
from incident.models.contacts import ContactChannel, ContactKind, ContactParty, HoldScope

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
# around both clock changes of 2026 in New York: 8 March 02:00 → 03:00 and 1 November 02:00 → 01:00
STARTS = [
    datetime(2026, 3, 6, tzinfo=UTC),
    datetime(2026, 10, 30, tzinfo=UTC),
    datetime(2026, 6, 1, tzinfo=UTC),
]
MINUTES = 60 * 24 * 4
moments = st.builds(
    lambda start, minutes: start + timedelta(minutes=minutes),
    st.sampled_from(STARTS),
    st.integers(0, MINUTES),
)
clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))


@st.composite
def cases(draw: st.DrawFn) -> Facts:
    """A contact with what came before it, around the changes of the clock."""
    at = draw(moments)
    past = draw(
        st.lists(
            st.builds(
                Past,
                at=st.integers(-9 * 24 * 60, 2 * 24 * 60).map(
                    lambda minutes: at + timedelta(minutes=minutes)
                ),
                kind=st.sampled_from([ContactKind.ATTEMPT, ContactKind.CONVERSATION]),
                channel=st.sampled_from([ContactChannel.PHONE, ContactChannel.SMS]),
                inbound=st.booleans(),
                party=st.sampled_from([ContactParty.CUSTOMER, ContactParty.THIRD_PERSON]),
                point=st.sampled_from(["", "other"]),
            ),
            max_size=12,
        )
    )
    wishes = Preferences(
        earliest=draw(st.none() | clock_times),
        latest=draw(st.none() | clock_times),
        days=draw(st.sampled_from([frozenset(), frozenset({1, 2, 3}), frozenset({6, 7})])),
        refused=draw(st.sampled_from([frozenset(), frozenset({"sms"})])),
    )
    contact = Wanted(
        at=at,
        kind=draw(st.sampled_from(list(ContactKind))),
        channel=draw(st.sampled_from([ContactChannel.PHONE, ContactChannel.SMS, ContactChannel.LETTER])),
        inbound=draw(st.booleans()),
        purpose=draw(st.sampled_from(["case", "collection"])),
        point=draw(st.sampled_from(["", "other"])),
        agreed=draw(st.booleans()),
    )
    hold = draw(st.sampled_from([None, HoldScope.COLLECTION]))
    return Facts(contact, draw(st.sampled_from([NEW_YORK, SHANGHAI])), past, wishes, hold)


def wall(facts: Facts, at: datetime) -> tuple[str, str]:
    """The day and the time that a clock and a calendar on the customer's wall show."""
    text = at.astimezone(facts.zone).strftime("%Y-%m-%d %H:%M")
    return text[:10], text[11:]


def forbids(facts: Facts, values: dict[str, float]) -> set[str]:
    """The codes of the rules that forbid the contact."""
    if facts.wanted.inbound:
        return set()
    found = {code for code, holds in _timed(facts, values).items() if holds}
    if facts.wanted.channel == "phone":
        found |= {code for code, holds in _counted(facts, values).items() if code in values and holds}
    if _unwanted(facts):
        found.add("contact_preference")
    if facts.hold and facts.wanted.purpose == "collection":
        found.add("contact_hold")
    return found


def _timed(facts: Facts, values: dict[str, float]) -> dict[str, bool]:
    _day, hour = wall(facts, facts.wanted.at)
    free = facts.wanted.agreed or facts.wanted.channel == "letter"
    return {
        "quiet_hours_until": not free and hour < f"{int(values['quiet_hours_until']):02d}:00",
        "quiet_hours_from": not free and hour >= f"{int(values['quiet_hours_from']):02d}:00",
    }


def _counted(facts: Facts, values: dict[str, float]) -> dict[str, bool]:
    contact, (day, _hour) = facts.wanted, wall(facts, facts.wanted.at)
    ours = [each for each in facts.past if each.channel == "phone" and each.party == "customer"]
    made = [each for each in ours if not each.inbound]
    today = [each for each in made if wall(facts, each.at)[0] == day]
    talks = [each for each in today if each.kind == "conversation"]
    tries = [each for each in today if each.kind == "attempt" and each.point == contact.point]
    spoken = [each for each in ours if each.kind == "conversation" and each.at <= contact.at]
    return {
        "effective_calls_per_day": len(talks) >= values.get("effective_calls_per_day", 0),
        "unanswered_attempts_per_day": contact.kind != "conversation"
        and len(tries) >= values.get("unanswered_attempts_per_day", 0),
        "call_attempts_7_days": not contact.agreed
        and _busiest_week(facts, made) >= values.get("call_attempts_7_days", 0),
        "days_after_conversation": not contact.agreed
        and day in _blocked(facts, spoken, int(values.get("days_after_conversation", 0))),
    }


def _busiest_week(facts: Facts, made: list[Past]) -> int:
    today, counts = datetime.fromisoformat(wall(facts, facts.wanted.at)[0]), []
    for first in range(-6, 1):
        week = {f"{today + timedelta(days=first + n):%Y-%m-%d}" for n in range(7)}
        counts.append(sum(wall(facts, each.at)[0] in week for each in made))
    return max(counts)


def _blocked(facts: Facts, spoken: list[Past], days: int) -> set[str]:
    starts = [datetime.fromisoformat(wall(facts, each.at)[0]) for each in spoken]
    return {f"{start + timedelta(days=n):%Y-%m-%d}" for start in starts for n in range(days)}


def _unwanted(facts: Facts) -> bool:
    (day, hour), wishes = wall(facts, facts.wanted.at), facts.preferences
    if facts.wanted.agreed:
        return False
    if facts.wanted.channel in wishes.refused:
        return True
    out = (
        bool(wishes.days) and datetime.fromisoformat(day).isoweekday() not in wishes.days,
        wishes.earliest is not None and hour < f"{wishes.earliest:%H:%M}",
        wishes.latest is not None and hour >= f"{wishes.latest:%H:%M}",
    )
    return any(out) and facts.wanted.channel != "letter"
