"""Calls on the assessment of an incident: how far it reaches, and the level that follows."""

from incident.api import answered_resolution, asked_resolution, lines_resolution, views
from incident.api.door import OK
from incident.api.registry import Answer, Ask, call
from incident.errors import N_
from incident.lifecycle import assessing, common
from incident.models.incidents import Incident
from incident.models.resolutions import Assessment
from incident.permissions import Permission

TAG = N_("Assessment")


def _changed(incident: Incident, row: Assessment, ask: Ask) -> Answer:
    return Answer(
        OK,
        lambda: {**views.incident(incident, ask.url), "assessment": lines_resolution.assessment(row)},
    )


@call(
    "POST",
    "/incidents/{number}/assessment",
    tag=TAG,
    summary=N_("Assess how far an incident reaches; its level is scored again"),
    needs=Permission.INCIDENTS_ACT,
    body=asked_resolution.Assess,
    answers={OK: answered_resolution.AssessedIncident},
)
def assess_incident(ask: Ask, *, number: str) -> Answer:
    """A graver level is set at once with its reasons, a lower one waits for the commander."""
    wanted: asked_resolution.Assess = ask.body
    incident = common.by_number(number, lock=True)
    reach = wanted.over(assessing.known(incident))
    row = assessing.assess(incident, reach, note=wanted.note, by=ask.by, at=ask.at, house=ask.house)
    return _changed(incident, row, ask)


@call(
    "POST",
    "/incidents/{number}/assessment/decide",
    tag=TAG,
    summary=N_("Lower the level as proposed, or keep it, as the commander"),
    needs=Permission.INCIDENTS_ACT,
    body=asked_resolution.DecideLevel,
    answers={OK: answered_resolution.AssessedIncident},
)
def decide_level(ask: Ask, *, number: str) -> Answer:
    """With the reason."""
    wanted: asked_resolution.DecideLevel = ask.body
    incident = common.by_number(number, lock=True)
    row = assessing.decide(
        incident, lower=wanted.lower, reason=wanted.reason, by=ask.by, at=ask.at, house=ask.house
    )
    return _changed(incident, row, ask)


@call(
    "GET",
    "/incidents/{number}/assessments",
    tag=TAG,
    summary=N_("List the assessments of an incident, the newest first"),
    needs=Permission.INCIDENTS_READ,
    answers={OK: answered_resolution.AssessmentPage},
)
def list_assessments(ask: Ask, *, number: str) -> Answer:
    """All of them; an incident has a handful."""
    rows = assessing.of(common.by_number(number).id)
    return Answer(OK, {"items": [lines_resolution.assessment(each) for each in rows], "next_cursor": None})
