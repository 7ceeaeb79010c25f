"""Modals: opened within Slack's three seconds, submitted with what is wrong at its input, never stale."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select

from incident import errors, i18n, timeline
from incident.accounts import display
from incident.alerting.channels import Trouble
from incident.db import db, unit_of_work
from incident.errors import N_, DomainError, Reason
from incident.lifecycle import common
from incident.models.incidents import Incident
from incident.models.records import TimelineEvent
from incident.permissions import Permission
from incident.slack import acting, asking, finding, own
from incident.slack.asking import Ask
from incident.slack.blocks import card, inputs, texts
from incident.slack.blocks.inputs import Given
from incident.slack.blocks.texts import Block
from incident.slack.envelopes import ViewSubmission
from incident.slack.forms import FORMS
from incident.slack.forms import form as forms
from incident.slack.forms.form import Form, Kept

PICK = "form_pick"  # the modal that asks which incident is meant
SITUATION = "form_situation"  # the button that lays the incident's present state over a form
CHANGES_MOST = 8  # events told to whoever filled in a form meanwhile
Answer = dict[str, Any]


def show(ask: Ask, build: Callable[[Ask], Block]) -> None:
    """Open a modal; where the reader's language must be asked of Slack first, a loading view holds the place.

    Raises Refused where Slack does not open it.
    """
    ready = ask.language.known is not None
    view = build(ask) if ready else inputs.loading(ask.language.default)
    try:
        opened = ask.slack.call("views.open", trigger_id=ask.trigger_id, view=view)["view"]
        if not ready:
            ask.slack.call("views.update", view_id=opened["id"], view=build(ask))
    except Trouble as trouble:
        raise errors.Refused(
            N_("The form could not be opened; try again, or do it on the board."), reasons=[trouble.reason]
        ) from trouble


def incident(ask: Ask, number: str, form: Form, **more: str) -> None:
    """Open a form on an incident; raises NotFound, Forbidden, or Refused for one that has ended."""
    ask.by.must(form.permission)
    found = common.by_number(number)
    common.must_be_open(found)
    show(ask, lambda known: view(known, found, form, Kept(found.number, _last_event(found), more)))


def pick(ask: Ask, form: Form, **more: str) -> None:
    """Open the form on the incident of the place; elsewhere ask first which incident is meant."""
    here = finding.in_channel(ask.channel_id)
    if here is not None:
        incident(ask, here, form, **more)
        return
    ask.by.must(form.permission)
    known = own.choice(ask.person.id, most=inputs.OPTIONS_MOST)
    asking.needs(known, N_("No incident is open."))
    kept = Kept("", 0, {**more, "form": form.callback}).text()
    show(ask, lambda known_ask: _picker(known_ask, form, known, kept))


def _picker(ask: Ask, form: Form, known: list[Incident], kept: str) -> Block:
    listed = [(each.number, f"{each.number} · {each.title(ask.locale)}") for each in known]
    chosen = inputs.put("incident", N_("Incident"), inputs.select(listed), ask.locale)
    return inputs.form(PICK, form.title, N_("Go on"), [chosen], ask.locale, kept=kept)


def picked(ask: Ask, sent: ViewSubmission) -> Answer:
    """The form itself, once the incident is known."""
    try:
        kept = forms.kept(sent.view.private_metadata)
        form = FORMS.get(kept.more.get("form", ""))
        if form is None:
            return outdated(ask, sent)
        ask.by.must(form.permission)
        found = common.by_number(Given(sent.view.state.values).chosen("incident"))
        common.must_be_open(found)
        drawn = view(ask, found, form, Kept(found.number, _last_event(found), kept.more))
    except DomainError as error:
        return refused(error, ask, sent, {})
    return {"response_action": "update", "view": drawn}


def view(
    ask: Ask, found: Incident, form: Form, kept: Kept, *, given: Given | None = None, told: str = ""
) -> Block:
    """The modal of a form, with what was typed before and what has changed since, if anything."""
    head = f"{found.number} · {texts.escape(found.title(ask.locale))}"
    look = texts.button(SITUATION, i18n.say(N_("How it stands"), ask.locale), value=found.number)
    blocks = [
        *([texts.section(told)] if told else []),
        {**texts.section(head), "accessory": look},
        *form.inputs(ask, found, given or Given(), kept.more),
    ]
    return inputs.form(form.callback, form.title, form.submit, blocks, ask.locale, kept=kept.text())


def submit(ask: Ask, sent: ViewSubmission) -> Answer:
    """Do the act of a form; what is wrong stands at its input, and nothing that was typed is lost."""
    form = FORMS[sent.view.callback_id]
    given = Given(sent.view.state.values)
    try:
        kept = forms.kept(sent.view.private_metadata)
        with unit_of_work():
            found = common.by_number(kept.number, lock=True)
            news = _news(found, form, kept, ask)
            if not news:
                form.act(ask, found, given, kept.more)
        if news:
            return _stale(ask, found, form, kept, given, news)
    except DomainError as error:
        return refused(error, ask, sent, form.places)
    shown = acting.snapshot(ask, found)
    blocks = [
        texts.section(form.done(ask, shown)),
        {"type": "actions", "elements": [texts.board_button(shown, ask.locale)]},
    ]
    return {"response_action": "update", "view": inputs.window(form.title, blocks, ask.locale)}


def _last_event(found: Incident) -> int:
    query = select(func.max(TimelineEvent.id)).where(TimelineEvent.incident_id == found.id)
    return db.session.scalar(query) or 0


def _news(found: Incident, form: Form, kept: Kept, ask: Ask) -> list[TimelineEvent]:
    """What others did since the form was opened, as far as it matters to the form."""
    if not form.stale:
        return []
    query = (
        select(TimelineEvent)
        .where(
            TimelineEvent.incident_id == found.id,
            TimelineEvent.id > kept.seen,
            TimelineEvent.kind.in_(form.stale),
            TimelineEvent.actor != ask.by.label,
        )
        .order_by(TimelineEvent.id.desc())
        .limit(CHANGES_MOST)
    )
    return list(reversed(list(db.session.scalars(query))))


def _stale(
    ask: Ask, found: Incident, form: Form, kept: Kept, given: Given, news: list[TimelineEvent]
) -> Answer:
    """The form once more, with what changed above it; sent again, it counts."""
    told = [f"⚠️ *{ask.say(N_('While you filled this in, something changed. Look, and send it again:'))}*"]
    for each in news:
        words = texts.say(Reason(timeline.KINDS[each.kind], each.data), ask.locale)
        told.append(f"• {texts.date(each.at, ask.zone)} {texts.escape(display(each.actor))} {words}")
    fresh = Kept(kept.number, _last_event(found), kept.more)
    again = view(ask, found, form, fresh, given=given, told="\n".join(told))
    return {"response_action": "update", "view": again}


def refused(
    error: DomainError, ask: Ask, sent: ViewSubmission, places: Mapping[str, str], *, usual: str = ""
) -> Answer:
    """Each reason at the input it belongs to; what belongs to none at the `usual` or the first; a view
    without inputs is replaced by the reason."""
    present = sent.view.input_ids
    found: dict[str, str] = {}
    loose = []
    for each in error.reasons:
        block = places.get(str(each.loc[0]), str(each.loc[0])) if each.loc else ""
        if block in present and block not in found:
            found[block] = asking.plainly(each, ask)[: inputs.ANSWER_LONGEST]
        else:
            loose.append(asking.plainly(each, ask))
    if present and not found:
        said = "\n".join([asking.plainly(error.reason, ask), *loose])
        found[usual if usual in present else present[0]] = said[: inputs.ANSWER_LONGEST]
    if found:
        return {"response_action": "errors", "errors": found}
    blocks = asking.refusal(error, ask).blocks
    return {"response_action": "update", "view": inputs.window(N_("Not possible"), blocks, ask.locale)}


def outdated(ask: Ask, _sent: ViewSubmission) -> Answer:
    """What a form that we no longer have is answered."""
    words = ask.say(N_("This form is of an older version. Open it again."))
    blocks = [texts.section(f"🚫 {words}")]
    return {"response_action": "update", "view": inputs.window(N_("Not possible"), blocks, ask.locale)}


def situation(ask: Ask, number: str, *, trigger: str) -> None:
    """Lay how the incident stands over a form: nothing that was typed below it is lost."""
    ask.by.must(Permission.INCIDENTS_READ)
    shown = acting.snapshot(ask, common.by_number(number))
    drawn = [block for block in card.build(shown, ask.locale, ask.zone).blocks if block["type"] != "actions"]
    laid = inputs.window(N_("How it stands"), drawn, ask.locale)
    ask.slack.call("views.push", trigger_id=trigger, view=laid)
