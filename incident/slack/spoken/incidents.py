"""The words on an incident itself: open, list, show, ack, stage, level, note, close."""

from sqlalchemy import ColumnElement, func, select

from incident import errors, labels
from incident.alerting import facts
from incident.alerting.facts import IncidentFacts
from incident.db import db
from incident.errors import N_
from incident.lifecycle import acts, common, merging
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission
from incident.slack import acting, asking, finding, meant, modal, own
from incident.slack.asking import Ask
from incident.slack.blocks import card, declare, listing, texts
from incident.slack.blocks.texts import Message
from incident.slack.forms import command
from incident.slack.words import word
from incident.vocabulary import Status

LISTED_MOST = 10
MINE, DRILLS = ("mine", "my", "me", "我的", "我", "本人"), ("drill", "drills", "演练")
ALL = ("all", "open", "incidents", "全部", "所有", "未结")


@word("open")
def open_(ask: Ask) -> None:
    """The form to declare an incident."""
    ask.by.must(Permission.COMPLAINTS_WRITE)
    typed = meant.words(ask.rest)
    modal.show(ask, lambda known: declare.build(known.locale, summary=typed))


@word("list")
def list_(ask: Ask) -> Message:
    """The open incidents, gravest first: all, those one works on, of one level, or drills."""
    ask.by.must(Permission.INCIDENTS_READ)
    conditions = [Incident.status == Status.OPEN, *_narrowed(ask)]
    total = db.session.scalar(select(func.count()).select_from(Incident).where(*conditions)) or 0
    rows = db.session.scalars(
        select(Incident)
        .where(*conditions)
        .order_by(Incident.drill, Incident.level, Incident.opened_at)
        .limit(LISTED_MOST)
    ).all()
    ids = {id_ for row in rows for id_ in (row.commander_id, row.acknowledged_by_id) if id_ is not None}
    # read at once and kept until the facts are made, which look for each in the session
    _known = db.session.scalars(select(Person).where(Person.id.in_(ids))).all()
    shown = [facts.of(row, base_url=ask.settings.url, whole=False) for row in rows]
    return listing.build(shown, total=total, board=ask.settings.url, locale=ask.locale)


def _narrowed(ask: Ask) -> list[ColumnElement[bool]]:
    """What the words after `list` narrow it to; raises Invalid for one that is not known."""
    found: list[ColumnElement[bool]] = []
    for token in ask.rest.split():
        level = meant.level(token)
        if meant.simple(token) in MINE:
            found.append(own.works_on(ask.person.id))
        elif meant.simple(token) in DRILLS:
            found.append(Incident.drill.is_(True))
        elif level is not None:
            found.append(Incident.level == level)
        elif meant.simple(token) not in ALL:
            raise errors.Invalid(
                N_("After `list` may stand `mine`, `drills` or a level; “%(word)s” is none of them."),
                word=token,
            )
    return found


@word("show")
def show(ask: Ask) -> Message:
    """Show the card of an incident."""
    ask.by.must(Permission.INCIDENTS_READ)
    number, _rest = finding.target(ask)
    found = common.by_number(number)
    incident = acting.snapshot(
        ask, merging.target_of(found) or found
    )  # an old number leads to where it goes on
    return card.build(incident, ask.locale, ask.zone)


@word("ack")
def ack(ask: Ask) -> Message:
    """Acknowledge an incident: you take it on, and the alert goes to nobody else."""
    number, _rest = finding.target(ask)
    incident = acting.change(ask, number, lambda found: acts.acknowledge(found, by=ask.by, at=ask.at))
    return asking.line(acknowledged(ask, incident))


def acknowledged(ask: Ask, incident: IncidentFacts) -> str:
    """What the one who acknowledged is told."""
    where = f" <#{incident.channel_id}>" if incident.channel_id else ""
    mark = texts.drill_mark(incident, ask.locale)
    return f"{mark}✅ {ask.say(N_('You acknowledged %(number)s.'), number=incident.number)}{where}"


@word("stage")
def stage(ask: Ask) -> Message:
    """Move to another of the six steps; back with a reason."""
    number, rest = finding.target(ask)
    step, reason = finding.halves(rest)
    asking.needs(step, N_("Say which step: %(steps)s."), steps=_steps(ask))
    to = meant.stage(step)
    asking.needs(
        to, N_("There is no step “%(typed)s”. The steps are %(steps)s."), typed=step, steps=_steps(ask)
    )
    words = meant.words(reason)
    incident = acting.change(
        ask, number, lambda found: acts.move(found, str(to), by=ask.by, at=ask.at, reason=words)
    )
    sentence = N_("%(number)s is now at %(stage)s.")
    return asking.line(f"➡️ {ask.say(sentence, number=incident.number, stage=str(incident.stage))}")


def _steps(ask: Ask) -> str:
    position = 0 if ask.locale.startswith("zh") else 1
    if position == 0:
        return "、".join(names[0] for names in labels.STAGES.values())
    return ", ".join(labels.STAGES)


@word("level")
def level(ask: Ask) -> Message | None:
    """Give another level with its reason; without them the form opens."""
    number, rest = _target_of_level(ask)
    typed, reason = finding.halves(rest)
    if not typed:
        modal.incident(ask, number, command.LEVEL)
        return None
    to = meant.level(typed)
    asking.needs(to, N_("The level is 1, 2, 3 or 4."))
    words = meant.words(reason)
    incident = acting.change(
        ask,
        number,
        lambda found: acts.change_level(
            found, int(to or 0), reason=words, by=ask.by, at=ask.at, house=ask.house
        ),
    )
    sentence = N_("%(number)s is now at level %(level)s.")
    said = ask.say(sentence, number=incident.number, level=incident.level.numeral)
    return asking.line(f"↕️ {said}")


def _target_of_level(ask: Ask) -> tuple[str, str]:
    """In an incident's channel `2 worse` is a level, `42 2 worse` an incident and a level."""
    first, rest = finding.halves(ask.rest)
    here = finding.in_channel(ask.channel_id)
    alone = here and meant.level(first) is not None and meant.level(finding.halves(rest)[0]) is None
    return (str(here), ask.rest) if alone else finding.target(ask)


@word("note")
def note(ask: Ask) -> Message:
    """A note on the timeline."""
    number, text = finding.target_of_text(ask)
    words = meant.words(text)
    incident = acting.change(ask, number, lambda found: acts.note(found, words, by=ask.by, at=ask.at))
    return asking.line(f"📝 {ask.say(N_('Noted on the timeline of %(number)s.'), number=incident.number)}")


@word("approve")
def approve(ask: Ask) -> Message | None:
    """The form that decides on an option; whoever may not is told who may."""
    number, _rest = finding.target(ask)
    found = common.by_number(number)
    asking.needs(command.waiting(found), N_("No option waits for a decision."))
    modal.incident(ask, found.number, command.DECIDE)
    return None


@word("close")
def close(ask: Ask) -> Message | None:
    """Close with a sentence on how it ended; without one the form opens, which lists what is missing."""
    number, summary = finding.target_of_text(ask)
    if not summary:
        modal.incident(ask, number, command.CLOSE)
        return None
    words = meant.words(summary)
    incident = acting.change(
        ask,
        number,
        lambda found: acts.close(found, summary=words, by=ask.by, at=ask.at, house=ask.house),
    )
    return asking.line(command.closed(ask, incident))
