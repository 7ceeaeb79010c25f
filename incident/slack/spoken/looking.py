"""The words that look things up: the plan, post-mortems, drills."""

from sqlalchemy import select

from incident import i18n, labels
from incident.alerting import facts
from incident.db import db
from incident.errors import N_
from incident.lifecycle import common
from incident.models.drills import Drill
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.reviews import Review, ReviewState
from incident.permissions import Permission
from incident.playbooks import library
from incident.reviews import schedule
from incident.slack import asking, finding, meant, own
from incident.slack.asking import Ask
from incident.slack.blocks import plans, texts
from incident.slack.blocks.texts import Message
from incident.slack.words import word
from incident.vocabulary import ComplaintType

LISTED_MOST = 10


@word("plan")
def plan(ask: Ask) -> Message:
    """The emergency plan of an incident, as it was when that opened, or of a kind of complaint, as it is."""
    ask.by.must(Permission.PLAYBOOKS_READ)
    kind = _kind(ask.rest) if ask.rest else None
    if kind is not None:
        version = library.current(kind)
        return plans.build(version.plan, None, ask.settings.url, ask.locale)
    asking.needs(
        not ask.rest or meant.is_number(finding.halves(ask.rest)[0]),
        N_("There is no plan “%(name)s”. Name an incident, or a kind of complaint such as %(kinds)s."),
        name=meant.words(ask.rest)[:80],
        kinds=[
            names[0] if ask.locale.startswith("zh") else str(code)
            for code, names in list(labels.TYPES.items())[:4]
        ],
    )
    number, _rest = finding.target(ask)
    incident = common.by_number(number)
    shown = facts.of(incident, base_url=ask.settings.url, whole=False)
    return plans.build(library.version(incident.plan_version_id).plan, shown, ask.settings.url, ask.locale)


def _kind(text: str) -> str | None:
    """A kind of complaint by its code or name, also mistyped."""
    wanted = meant.simple(meant.words(text))
    known = {
        meant.simple(name): str(code) for code, names in labels.TYPES.items() for name in (str(code), *names)
    }
    if wanted in known:
        return known[wanted]
    if not wanted or meant.is_number(finding.halves(text)[0]):
        return None
    begun = {code for name, code in known.items() if name.startswith(wanted)}
    if len(begun) == 1:  # `fee` can only be the fee dispute
        return begun.pop()
    near = meant.nearest(wanted, known)
    return known[near] if near else None


@word("review")
def review(ask: Ask) -> Message:
    """The post-mortems ahead, or that of one incident."""
    ask.by.must(Permission.REVIEWS_READ)
    first = finding.halves(ask.rest)[0]
    number = finding.named(ask, first) if first else finding.in_channel(ask.channel_id)
    if number is None:
        return _reviews(ask)
    incident = common.by_number(number)
    row = schedule.of(incident)
    if row is None:
        none = N_("%(number)s has no post-mortem yet; it is scheduled when the incident closes.")
        return asking.line(ask.say(none, number=incident.number))
    return asking.line(_review(ask, row, incident))


def _reviews(ask: Ask) -> Message:
    rows = schedule.listed(state=ReviewState.SCHEDULED, limit=LISTED_MOST)
    if not rows:
        return asking.line(ask.say(N_("No post-mortem is scheduled.")))
    head = f"*{ask.say(N_('Post-mortems ahead'))}*"
    return asking.line("\n".join([head, *(_review(ask, row, incident) for row, incident in rows)]))


def _review(ask: Ask, row: Review, incident: Incident) -> str:
    owner = db.session.get(Person, row.owner_id) if row.owner_id else None
    who = texts.escape(owner.name) if owner else f"⚠️ {ask.say(N_('nobody'))}"
    state = i18n.words("review_state", row.state, ask.locale)
    link = f"<{ask.settings.url}/reviews/{row.id}|{incident.number}>"
    title = texts.escape(incident.title(ask.locale))
    return f"• {link} {title} · {state} · {texts.date(row.due_at, ask.zone)} · {who}"


@word("drill")
def drill(ask: Ask) -> Message:
    """The drills that run and those ahead."""
    ask.by.must(Permission.DRILLS_READ)
    rows = own.drills_ahead(ask.by, at=ask.at, most=LISTED_MOST)
    if not rows:
        return asking.line(ask.say(N_("No drill runs, and none is ahead.")))
    head = f"*{ask.say(N_('Drills'))}*"
    return asking.line("\n".join([head, *(drawn(ask, each) for each in rows)]))


def drawn(ask: Ask, row: Drill) -> str:
    """A drill in a line: what is drilled, when, and its page."""
    known = row.plan_key in set(ComplaintType)
    title = library.current(row.plan_key).plan.title[ask.locale] if known else row.plan_key
    state = i18n.words("drill_state", row.state, ask.locale)
    mark = f"【{ask.say(N_('DRILL'))}】"
    link = f"<{ask.settings.url}/drills/{row.id}|{texts.escape(title)}>"
    number = db.session.scalar(select(Incident.number).where(Incident.id == (row.incident_id or 0)))
    more = f" · {number}" if number else ""
    return f"• {mark}{link} · {state} · {texts.date(row.starts_at, ask.zone)}{more}"
