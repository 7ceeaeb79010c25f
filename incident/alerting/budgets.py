"""How fast deliveries may leave: a budget for each method and each place, shared by all senders."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from incident.db import db, is_sqlite
from incident.models.alerts import Budget, Delivery

CLAIM_LOCK = 4_021_117  # an advisory lock of PostgreSQL; SQLite has one writer at a time anyway
HELD_TRIES = 6  # after so many failures (about a minute) what stands behind a delivery may pass it
KEPT = timedelta(minutes=5)  # a budget that has been free for so long is full again


@dataclass(frozen=True)
class Rate:
    """So many calls a minute, of which `burst` may come at once."""

    per_minute: int
    burst: int

    @property
    def apart(self) -> timedelta:
        """Between two calls, once the burst is used up."""
        return timedelta(minutes=1) / self.per_minute


# docs.slack.dev/apis/web-api/rate-limits: tier 2 is 20 and more a minute, tier 3 50; posting is "several
# hundred" a minute in a workspace and one a second in a channel. What people do at once (modals, answers to
# buttons) is spared by asking for a little less of posting than there is; a place is given a little more
# time, as messages do not all travel equally fast.
TIER_2, TIER_3, POSTING, PLACE = Rate(20, 5), Rate(50, 10), Rate(240, 10), Rate(55, 1)
TIER_4 = Rate(100, 20)
METHODS: dict[str, tuple[str, Rate]] = {
    **dict.fromkeys(
        (
            *("page", "announce", "post_card", "post", "line", "approval", "remind"),
            *("propose_group", "call_leads", "drill_tell", "drill_post"),
        ),
        ("chat.postMessage", POSTING),
    ),
    "create_channel": ("conversations.create", TIER_2),
    "set_topic": ("conversations.setTopic", TIER_2),
    "pin": ("pins.add", TIER_2),
    "bookmark": ("bookmarks.add", TIER_2),
    "invite": ("conversations.invite", TIER_3),
    "remove": ("conversations.kick", TIER_3),
    "keep_message": ("conversations.replies", TIER_3),
    "welcome": ("chat.postEphemeral", TIER_4),
    "archive": ("conversations.archive", TIER_2),
    **dict.fromkeys(
        ("update_card", "update_announcement", "update_page", "update_approval", "update_proposal"),
        ("chat.update", TIER_3),
    ),
}
IN_CHANNEL = ("post_card", "update_card", "post", "drill_post")
IN_RESPONSE = ("announce", "update_announcement", "propose_group", "update_proposal")


def lane(step: str, incident_id: int | None, payload: dict[str, Any]) -> str:
    """The place where a step says something: a person's messages, an incident's channel, the response
    channel. In one lane things are said one after the other, in their order."""
    if step in IN_CHANNEL:
        return f"channel:{incident_id}"
    if step in IN_RESPONSE:
        return "response"
    speaks = step in METHODS and METHODS[step][0].startswith("chat.")
    if speaks and payload.get("person_id") is not None:
        return f"person:{payload['person_id']}"
    return ""


def one_at_a_time() -> None:
    """Until the transaction ends nobody else takes anything: else two could take from the same lane."""
    if not is_sqlite():
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CLAIM_LOCK})


def free(at: datetime) -> list[Any]:
    """Conditions on a delivery: neither its method nor its lane has used up what it may."""
    used = set(db.session.scalars(select(Budget.key).where(Budget.free_at > at, Budget.key.not_like("%:%"))))
    steps = [step for step, (method, _rate) in METHODS.items() if method in used]
    lanes = select(Budget.key).where(Budget.free_at > at)
    return [Delivery.step.not_in(steps), Delivery.lane.not_in(lanes)]


def spend(step: str, lane_: str, *, at: datetime) -> None:
    """Note that a call is made now, on its method and in its lane."""
    if step not in METHODS:
        return
    method, rate = METHODS[step]
    _spend(method, rate, at=at)
    if lane_:
        _spend(lane_, PLACE, at=at)


def _spend(key: str, rate: Rate, *, at: datetime) -> None:
    """A call moves the moment of the next one on; a rest gives back no more than the burst."""
    full = at - rate.apart * (rate.burst - 1)
    present = db.session.scalar(select(Budget.free_at).where(Budget.key == key))
    _put(key, max(present, full) + rate.apart if present else full + rate.apart)


def hold(key: str, *, until: datetime) -> None:
    """Leave a method or a lane alone until a moment, as Slack asked or as the order of a lane needs."""
    _put(key, until)


def _put(key: str, until: datetime) -> None:
    dialect = sqlite if is_sqlite() else postgresql
    put = dialect.insert(Budget).values(key=key, free_at=until)
    later = case((put.excluded.free_at > Budget.free_at, put.excluded.free_at), else_=Budget.free_at)
    db.session.execute(put.on_conflict_do_update(index_elements=["key"], set_={"free_at": later}))


def after_trouble(delivery: Delivery, *, limited: bool, until: datetime) -> None:
    """What waits in the lane of a delivery that will be tried again waits with it, so that the order is
    kept; a method outside the lanes that was called too often (`limited`) rests for everybody."""
    if delivery.lane:
        if limited or delivery.attempts <= HELD_TRIES:
            hold(delivery.lane, until=until)
    elif limited and delivery.step in METHODS:
        hold(METHODS[delivery.step][0], until=until)


def tidy(*, at: datetime) -> None:
    """Forget what has long been free."""
    if db.session.scalar(select(func.count()).select_from(Budget).where(Budget.free_at < at - KEPT)):
        db.session.execute(delete(Budget).where(Budget.free_at < at - KEPT))
