"""Forms of command: another level, deciding on an option, closing."""

from collections.abc import Mapping

from sqlalchemy import select

from incident import i18n
from incident.alerting.facts import IncidentFacts
from incident.coordination import approvals, option_moves, options
from incident.db import db
from incident.errors import N_
from incident.lifecycle import acts, common
from incident.models.incidents import Incident
from incident.models.resolutions import OptionState, ResolutionOption
from incident.permissions import Permission
from incident.slack.asking import Ask
from incident.slack.blocks import declare, inputs, texts
from incident.slack.blocks.inputs import Given
from incident.slack.blocks.texts import Block
from incident.slack.forms.form import Form, required

More = Mapping[str, str]
SHOWN_MOST = 15  # things missing for closing, and options waiting, that a form lists
WORK = frozenset({"moved", "level_changed", "closed", "merged", "reopened"})


def _level_inputs(ask: Ask, incident: Incident, given: Given, _more: More) -> list[Block]:
    chosen = given.chosen("level") or str(int(incident.level))
    reason = inputs.lines(common.TEXT_LONGEST, typed=given.text("reason"))
    hint = N_("Anybody may raise it; only the commander lowers it. If unsure, take the graver one.")
    return [
        inputs.put(
            "level",
            N_("Level"),
            inputs.select(declare.levels(ask.locale), chosen=chosen, radio=True),
            ask.locale,
            hint=hint,
        ),
        inputs.put("reason", N_("Reason"), reason, ask.locale),
    ]


def _level(ask: Ask, incident: Incident, given: Given, _more: More) -> object:
    chosen = given.chosen("level")
    required(chosen.isdigit() and len(chosen) == 1, "level", N_("The level is 1, 2, 3 or 4."))
    return acts.change_level(
        incident, int(chosen), reason=given.text("reason"), by=ask.by, at=ask.at, house=ask.house
    )


def _levelled(ask: Ask, incident: IncidentFacts) -> str:
    sentence = N_("%(number)s is now at level %(level)s.")
    return f"↕️ {ask.say(sentence, number=incident.number, level=incident.level.numeral)}"


LEVEL = Form(
    "form_level",
    N_("Change the level"),
    N_("Change"),
    Permission.INCIDENTS_ACT,
    _level_inputs,
    _level,
    _levelled,
    stale=WORK,
)


def _close_inputs(ask: Ask, incident: Incident, given: Given, _more: More) -> list[Block]:
    missing = acts.missing_for_close(incident)
    summary = inputs.lines(common.TEXT_LONGEST, typed=given.text("summary"))
    told = [f"• {texts.say(each, ask.locale)}" for each in missing[:SHOWN_MOST]]
    if len(missing) > SHOWN_MOST:
        told.append(ask.say(N_("… and %(count)s more."), count=len(missing) - SHOWN_MOST))
    head = ask.say(N_("Still missing before it can be closed:"))
    return [
        *([texts.section("\n".join([f"*{head}*", *told]))] if missing else []),
        inputs.put("summary", N_("How it ended"), summary, ask.locale),
    ]


def _close(ask: Ask, incident: Incident, given: Given, _more: More) -> object:
    return acts.close(incident, summary=given.text("summary"), by=ask.by, at=ask.at, house=ask.house)


def closed(ask: Ask, incident: IncidentFacts) -> str:
    """What the one who closed it is told."""
    sentence = N_("%(number)s is closed; the post-mortem is scheduled on the board.")
    if incident.drill:
        sentence = N_("%(number)s is closed.")
    return f"🏁 {ask.say(sentence, number=incident.number)}"


CLOSE = Form(
    "form_close",
    N_("Close the incident"),
    N_("Close"),
    Permission.INCIDENTS_ACT,
    _close_inputs,
    _close,
    closed,
    stale=WORK | {"department_called_out", "task_added", "finding_changed", "complaint_attached"},
)


def waiting(incident: Incident) -> list[ResolutionOption]:
    """The options of an incident that wait for a decision."""
    query = select(ResolutionOption).where(
        ResolutionOption.incident_id == incident.id, ResolutionOption.state == OptionState.PROPOSED
    )
    return list(db.session.scalars(query.order_by(ResolutionOption.id).limit(SHOWN_MOST)))


def _decide_inputs(ask: Ask, incident: Incident, given: Given, more: More) -> list[Block]:
    listed = [(str(each.id), _named(each, ask.locale)) for each in waiting(incident)]
    if not listed:
        return [texts.section(ask.say(N_("No option waits for a decision.")))]
    verdicts = [("approve", ask.say(N_("Approve"))), ("refuse", ask.say(N_("Refuse")))]
    reason = inputs.lines(approvals.REASON_LONGEST, typed=given.text("reason"))
    chosen = given.chosen("option") or more.get("option", "") or listed[0][0]
    put, locale = inputs.put, ask.locale
    return [
        put("option", N_("Option"), inputs.select(listed, chosen=chosen), locale),
        put(
            "verdict",
            N_("Decision"),
            inputs.select(verdicts, chosen=given.chosen("verdict"), radio=True),
            locale,
        ),
        put(
            "reason",
            N_("Reason, where it is refused"),
            reason,
            locale,
            optional=True,
            hint=N_("No customer's name, number or address."),
        ),
    ]


def _named(option: ResolutionOption, locale: str) -> str:
    return i18n.say("%(option_kind)s · %(money)s", locale, **option_moves.named(option))


def _decide(ask: Ask, _incident: Incident, given: Given, _more: More) -> object:
    chosen, verdict = given.chosen("option"), given.chosen("verdict")
    number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else 0
    required(number, "option", N_("Choose an option."))
    required(verdict in ("approve", "refuse"), "verdict", N_("Approve it or refuse it."))
    found, option = options.locked(number)
    if verdict == "approve":
        return approvals.approve(found, option, by=ask.by, at=ask.at)
    return approvals.refuse(found, option, reason=given.text("reason"), by=ask.by, at=ask.at)


def _decided(ask: Ask, incident: IncidentFacts) -> str:
    return f"✅ {ask.say(N_('Your decision on the option of %(number)s is noted.'), number=incident.number)}"


DECIDE = Form(
    "form_decide",
    N_("Decide on an option"),
    N_("Decide"),
    Permission.INCIDENTS_ACT,
    _decide_inputs,
    _decide,
    _decided,
    stale=frozenset({"option_approved", "option_refused", "option_revised", "option_proposed"}),
)
