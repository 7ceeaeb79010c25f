"""Pressed buttons: the act, the message brought up to date at once, and who was first told to the second."""

import logging
import re
from collections.abc import Callable

from sqlalchemy import select

from incident import clock, errors
from incident.alerting import bundles, facts
from incident.alerting.channels import Trouble
from incident.alerting.facts import IncidentFacts
from incident.coordination import departments, tasks
from incident.db import db, unit_of_work
from incident.errors import N_, Conflict, DomainError
from incident.lifecycle import acts, common
from incident.models.incidents import Incident, Task
from incident.slack import acting, asking, home, modal, replying, words
from incident.slack.asking import Ask
from incident.slack.blocks import announcement, card, digest, lines, page, texts
from incident.slack.blocks.texts import Message
from incident.slack.envelopes import Action, BlockActions
from incident.slack.forms import work
from incident.slack.spoken import incidents as spoken
from incident.vocabulary import TaskStatus

log = logging.getLogger(__name__)
# what is said once and for all by the button of a message
FOR_GOOD = re.compile(r"(ack \S+$|role \S+ (accept|take) |dept \S+ \S+ accept)")


def acknowledge(ask: Ask, press: BlockActions) -> None:
    """Acknowledge the incident of the button; whoever comes second is told who was first."""
    number = press.actions[0].value or ""
    try:
        asking.needs(number, N_("This button names no incident."))
        incident = acting.change(ask, number, lambda found: acts.acknowledge(found, by=ask.by, at=ask.at))
    except Conflict:
        shown = acting.snapshot(ask, common.by_number(number))
        replying.replace(press, _redrawn(ask, press, shown))
        raise
    replying.replace(press, _redrawn(ask, press, incident))
    replying.tell(ask, press, asking.line(spoken.acknowledged(ask, incident)))


def accept(ask: Ask, press: BlockActions) -> None:
    """Accept for the department of the button; whoever comes second is told who was first."""
    number, _, codes = (press.actions[0].value or "").partition(" ")
    code, *others = codes.split() or [""]
    asking.needs(code, N_("This button names no department."))
    calendar = ask.house.calendar
    try:
        incident = acting.change(
            ask,
            number,
            lambda found: departments.accept(found, code, by=ask.by, at=ask.at, calendar=calendar),
        )
    except Conflict:
        shown = acting.snapshot(ask, common.by_number(number))
        replying.replace(press, _standing(ask, shown, [code, *others]))
        raise
    replying.replace(press, _accepted(ask, incident, code, others))


def _accepted(ask: Ask, incident: IncidentFacts, code: str, others: list[str]) -> Message:
    """The message without the button; a call to several departments keeps those of the others."""
    if not others:
        return lines.accepted(incident, code, ask.by.name, ask.locale)
    return _standing(ask, incident, [code, *others], just=(code, ask.by.name))


def _standing(
    ask: Ask, incident: IncidentFacts, codes: list[str], *, just: tuple[str, str] | None = None
) -> Message:
    theirs = [each for each in facts.department_lines(incident.id) if each.code in codes]
    return lines.calls(incident, theirs, ask.locale, ask.zone, just=just)


def _redrawn(ask: Ask, press: BlockActions, incident: IncidentFacts) -> Message:
    """The message the button stood on, without it: the announcement, an alert, or the card."""
    where, zone = press.container, ask.house.zone
    together = _together(ask, press, incident)
    if len(together) > 1:
        personal = where.channel_id.startswith("D")
        locale = ask.locale if personal else ask.settings.default_locale
        return digest.build(together, locale, zone, alerted=personal)
    if where.message_ts == incident.announcement_ts and where.channel_id == incident.announcement_channel:
        return announcement.build(incident, ask.settings.default_locale, zone)
    if where.message_ts == incident.card_ts:
        return card.build(incident, ask.settings.default_locale, zone)
    if where.channel_id.startswith("D"):
        return page.build(incident, ask.locale, zone)
    return card.build(incident, ask.locale, zone)


def _together(ask: Ask, press: BlockActions, incident: IncidentFacts) -> list[IncidentFacts]:
    """The incidents of the message, where it tells of several."""
    where = press.container
    ids = bundles.told_with(incident.id, where.channel_id, where.message_ts)
    rows = db.session.scalars(select(Incident).where(Incident.id.in_(ids)).order_by(Incident.id))
    return [acting.snapshot(ask, row) for row in rows] if len(ids) > 1 else []


def say(ask: Ask, press: BlockActions) -> None:
    """A button that says a word: the same answer as if it had been typed. Where it does something for good,
    the answer stands in place of the buttons, so that nobody presses them again."""
    typed = press.actions[0].value or ""
    answer = words.carry_out(ask, typed)
    if answer is None:
        return
    if FOR_GOOD.match(typed) and replying.mark(press, f"{answer.text} · {texts.escape(ask.by.name)}"):
        return
    replying.tell(ask, press, answer)


def declare(ask: Ask, press: BlockActions) -> None:
    """The button of older menus that opens the form."""
    answer = words.answer(ask, "open")
    if answer is not None:
        replying.tell(ask, press, answer)


def done(ask: Ask, press: BlockActions) -> None:
    """A task is done; a second presser hears with whom it is."""
    with unit_of_work():
        task, incident = _locked(press.actions[0])
        already = task.status == TaskStatus.DONE
        tasks.change(task, incident, by=ask.by, at=ask.at, status=TaskStatus.DONE)
        titles = task.titles
    sentence = N_("“%(task)s” was done already.") if already else N_("%(name)s: “%(task)s” is done.")
    said = f"✅ {ask.say(sentence, task=titles, name=ask.by.name)} {texts.date(ask.at, ask.zone)}"
    if not replying.mark(press, said):
        replying.tell(ask, press, asking.line(said))


def blocked(ask: Ask, press: BlockActions) -> None:
    """A task is blocked: the form asks for the reason and for who can end it."""
    task, incident = _task(press.actions[0])
    modal.incident(ask, incident.number, work.BLOCK, task=str(task.id))


def _task(action: Action) -> tuple[Task, Incident]:
    value = action.value or ""
    id_ = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
    found = db.session.get(Task, id_)
    if found is None:
        raise errors.NotFound(N_("There is no such task."))
    return found, db.session.get_one(Incident, found.incident_id)


def _locked(action: Action) -> tuple[Task, Incident]:
    task, incident = _task(action)
    locked = db.session.get_one(Incident, incident.id, with_for_update=True, populate_existing=True)
    return db.session.get_one(Task, task.id, populate_existing=True), locked


def situation(ask: Ask, press: BlockActions) -> None:
    """How the incident stands, laid over the form."""
    try:
        modal.situation(ask, press.actions[0].value or "", trigger=press.trigger_id)
    except Trouble as trouble:
        raise errors.Refused(
            N_("Slack did not show it; it is on the board."), reasons=[trouble.reason]
        ) from trouble


def outdated(ask: Ask, press: BlockActions) -> None:
    """A button that we no longer have is not silent."""
    said = ask.say(N_("This button is of an older version. Say `/incident` for what can be done here."))
    replying.tell(ask, press, asking.line(f"🚫 {said}"))


def afterwards(ask: Ask, press: BlockActions) -> None:
    """The App Home is drawn afresh once something was pressed in it."""
    if press.view is None or press.view.type != "home":
        return
    try:
        home.publish(ask.but(at=clock.now()), press.user.id)
    except Trouble as trouble:
        log.warning("Slack did not take the App Home: %s", trouble)


def carefully(act: Callable[[Ask, BlockActions], None]) -> Callable[[Ask, BlockActions], None]:
    """An act whose refusal is told to the one who pressed."""

    def press(ask: Ask, pressed: BlockActions) -> None:
        try:
            act(ask, pressed)
        except DomainError as error:
            replying.tell(ask, pressed, asking.refusal(error, ask))

    return press
