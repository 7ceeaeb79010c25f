"""What each word of `/incident` does: one function each, found by the registry."""

from collections.abc import Callable

from sqlalchemy import func, select

from incident import errors, labels
from incident.alerting import facts
from incident.alerting.channels import Trouble
from incident.alerting.facts import IncidentFacts
from incident.db import db, unit_of_work
from incident.errors import N_
from incident.lifecycle import acts, common, merging
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission
from incident.slack import asking, finding
from incident.slack.asking import Ask
from incident.slack.blocks import card, declare, listing, texts
from incident.slack.blocks.texts import Message
from incident.slack.words import word
from incident.vocabulary import Stage, Status

LISTED_MOST = 10


def change(ask: Ask, number: str, verb: Callable[[Incident], object]) -> IncidentFacts:
    """Do one act on an incident in one unit of work, and say how it stands afterwards."""
    with unit_of_work():
        incident = common.by_number(number, lock=True)
        verb(incident)
    return snapshot(ask, incident)


def snapshot(ask: Ask, incident: Incident) -> IncidentFacts:
    """The facts of an incident for a message."""
    return facts.of(incident, base_url=ask.settings.url)


@word("open", zh=("上报", "开启", "新建"), example="[…]")
def open_(ask: Ask) -> None:
    """Declare an incident: a form opens; words after it fill in what happened."""
    ask.by.must(Permission.COMPLAINTS_WRITE)
    view = declare.build(ask.locale, summary=ask.rest)
    try:
        ask.slack.call("views.open", trigger_id=ask.trigger_id, view=view)
    except Trouble as trouble:
        raise errors.Refused(
            N_("The form could not be opened; try again, or declare it on the board."),
            reasons=[trouble.reason],
        ) from trouble


@word("list", zh=("列表", "清单"))
def list_(ask: Ask) -> Message:
    """List the open incidents, gravest first."""
    ask.by.must(Permission.INCIDENTS_READ)
    still_open = Incident.status == Status.OPEN
    total = db.session.scalar(select(func.count()).select_from(Incident).where(still_open)) or 0
    rows = db.session.scalars(
        select(Incident)
        .where(still_open)
        .order_by(Incident.drill, Incident.level, Incident.opened_at)
        .limit(LISTED_MOST)
    ).all()
    ids = {id_ for row in rows for id_ in (row.commander_id, row.acknowledged_by_id) if id_ is not None}
    # read at once and kept until the facts are made, which look for each in the session
    _known = db.session.scalars(select(Person).where(Person.id.in_(ids))).all()
    shown = [facts.of(row, base_url=ask.settings.url, whole=False) for row in rows]
    return listing.build(shown, total=total, board=ask.settings.url, locale=ask.locale)


@word("show", zh=("查看", "详情"), example="[42]")
def show(ask: Ask) -> Message:
    """Show the card of an incident."""
    ask.by.must(Permission.INCIDENTS_READ)
    number, _rest = finding.target(ask)
    found = common.by_number(number)
    incident = snapshot(ask, merging.target_of(found) or found)  # an old number leads to where it goes on
    return card.build(incident, ask.locale, ask.house.zone)


@word("ack", zh=("认领", "响应"), example="[42]")
def ack(ask: Ask) -> Message:
    """Acknowledge an incident: you take it on, and the alert goes to nobody else."""
    number, _rest = finding.target(ask)
    incident = change(ask, number, lambda found: acts.acknowledge(found, by=ask.by, at=ask.at))
    return asking.line(acknowledged(ask, incident))


def acknowledged(ask: Ask, incident: IncidentFacts) -> str:
    """What the one who acknowledged is told."""
    where = f" <#{incident.channel_id}>" if incident.channel_id else ""
    mark = texts.drill_mark(incident, ask.locale)
    return f"{mark}✅ {ask.say(N_('You acknowledged %(number)s.'), number=incident.number)}{where}"


@word("stage", zh=("步骤", "阶段", "推进"), example="[42] verify", zh_example="[42] 核实")
def stage(ask: Ask) -> Message:
    """Move an incident to another of the six steps; going back needs a reason after the step."""
    number, rest = finding.target(ask)
    step, _, reason = rest.partition(" ")
    asking.needs(step, N_("Say which step: %(steps)s."), steps=_steps(ask))
    to = _step(step)
    asking.needs(
        to, N_("There is no step “%(typed)s”. The steps are %(steps)s."), typed=step, steps=_steps(ask)
    )
    incident = change(
        ask, number, lambda found: acts.move(found, str(to), by=ask.by, at=ask.at, reason=reason.strip())
    )
    sentence = N_("%(number)s is now at %(stage)s.")
    return asking.line(f"➡️ {ask.say(sentence, number=incident.number, stage=str(incident.stage))}")


def _step(typed: str) -> Stage | None:
    """A step by its code or its name in either language."""
    wanted = typed.casefold().replace("-", "_")
    for code, names in labels.STAGES.items():
        if wanted in (code, *(name.casefold().replace("-", "_") for name in names)):
            return code
    return None


def _steps(ask: Ask) -> str:
    position = 0 if ask.locale.startswith("zh") else 1
    if position == 0:
        return "、".join(names[0] for names in labels.STAGES.values())
    return ", ".join(labels.STAGES)


@word("note", zh=("记录", "备注"), example="[42] …")
def note(ask: Ask) -> Message:
    """Write a note on the timeline of an incident."""
    number, text = finding.target_of_text(ask)
    incident = change(ask, number, lambda found: acts.note(found, text, by=ask.by, at=ask.at))
    return asking.line(f"📝 {ask.say(N_('Noted on the timeline of %(number)s.'), number=incident.number)}")


@word("close", zh=("结案", "关闭"), example="[42] …")
def close(ask: Ask) -> Message:
    """Close an incident with a sentence on how it ended; what is missing is listed."""
    number, summary = finding.target_of_text(ask)
    incident = change(
        ask,
        number,
        lambda found: acts.close(found, summary=summary, by=ask.by, at=ask.at, house=ask.house),
    )
    sentence = N_("%(number)s is closed; the post-mortem is scheduled on the board.")
    if incident.drill:
        sentence = N_("%(number)s is closed.")
    return asking.line(f"🏁 {ask.say(sentence, number=incident.number)}")
