"""Calls on evidence, the finding and recusal; files come in parts and leave as attachments."""

from typing import Any

from incident import audit, i18n
from incident.api import answered_evidence as answered
from incident.api import asked_evidence as asked
from incident.api import lines_evidence as lines
from incident.api import parts, views
from incident.api.acts import person as somebody
from incident.api.door import CREATED, OK
from incident.api.registry import PARTS, Answer, Ask, call
from incident.coordination import custody, evidence, finding, retention, standing_aside
from incident.coordination.evidence import About
from incident.coordination.finding import Found
from incident.db import db, unit_of_work
from incident.errors import N_
from incident.lifecycle import common
from incident.models.conduct import ComplainedAbout
from incident.models.evidence import Evidence
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.vault import LARGEST

TAG = N_("Evidence, finding and recusal")
ACT: dict[str, Any] = {"tag": TAG, "needs": Permission.INCIDENTS_ACT}
HOLDS: dict[str, Any] = {"tag": TAG, "needs": Permission.INCIDENTS_COMMAND}
READ: dict[str, Any] = {"tag": TAG, "needs": Permission.INCIDENTS_READ}


@call(
    "POST",
    "/incidents/{number}/evidence",
    summary=N_("Add a file, a link or a statement as evidence"),
    body=asked.AddEvidence,
    content_types=PARTS,
    limit=LARGEST,
    own_units=True,
    answers={CREATED: answered.Evidence},
    **ACT,
)
def add_evidence(ask: Ask, *, number: str) -> Answer:
    """The file arrived before any transaction began; it is kept in the one that records it."""
    sent: parts.Sent = ask.body
    wanted: asked.AddEvidence = sent.fields
    about = About(wanted.description, wanted.source, wanted.task_id)
    given: dict[str, Any] = {"about": about, "by": ask.by, "at": ask.at}
    with unit_of_work():
        incident = common.by_number(number, lock=True)
        if sent.draft is not None:
            row = evidence.add_file(incident, sent.draft, name=sent.name, claimed=sent.claimed, **given)
            parts.vault().keep(sent.draft)
        elif wanted.url is not None:
            row = evidence.add_link(incident, wanted.url, **given)
        else:
            row = evidence.add_statement(incident, wanted.text or "", **given)
    return Answer(CREATED, lines.evidence(row, incident.number))


@call(
    "GET",
    "/incidents/{number}/evidence",
    summary=N_("List the evidence of an incident"),
    answers={OK: answered.EvidenceList},
    **READ,
)
def list_evidence(ask: Ask, *, number: str) -> Answer:
    """Also what was withdrawn."""
    incident = common.by_number(number)
    evidence.must_read(incident, ask.by)
    return Answer(OK, {"items": [lines.evidence(row, incident.number) for row in evidence.of(incident.id)]})


@call(
    "GET",
    "/incidents/{number}/evidence/custody",
    summary=N_("Recompute every hash and say what is missing or changed"),
    answers={OK: answered.Custody},
    **READ,
)
def verify_evidence(ask: Ask, *, number: str) -> Answer:
    """Nothing is mended, only told."""
    incident = common.by_number(number)
    evidence.must_read(incident, ask.by)
    rows = evidence.of(incident.id)
    faults = custody.verify(parts.vault(), incident_id=incident.id)
    with unit_of_work():
        audit.record(
            "evidence.verified",
            f"incident/{incident.number}",
            by=ask.by.label,
            at=ask.at,
            rows=len(rows),
            faults=len(faults),
        )
    said = [
        {
            "zh": i18n.say(each.what, "zh_CN", **each.values),
            "en": i18n.say(each.what, "en", **each.values),
        }
        for each in faults
    ]
    found = {"checked": len(rows), "faults": said, "digest": custody.digest(rows)}
    return Answer(OK, {**found, "retention": _retention(incident, ask)})


def _retention(incident: Incident, ask: Ask) -> dict[str, Any]:
    term = retention.term(incident, rule_set=ask.house.rule_set)
    return lines.retention(term, retention.hold(incident.id))


@call(
    "POST",
    "/incidents/{number}/legal_hold",
    summary=N_("Keep the evidence of an incident beyond its term"),
    body=asked.EvidenceReason,
    answers={OK: answered.Retention},
    **HOLDS,
)
def place_legal_hold(ask: Ask, *, number: str) -> Answer:
    """Also of a closed incident."""
    incident = common.by_number(number, lock=True)
    retention.place(incident, reason=ask.body.reason, by=ask.by, at=ask.at)
    return Answer(OK, _retention(incident, ask))


@call(
    "POST",
    "/incidents/{number}/legal_hold/lift",
    summary=N_("Let the term of an incident's evidence count again"),
    body=asked.EvidenceReason,
    answers={OK: answered.Retention},
    **HOLDS,
)
def lift_legal_hold(ask: Ask, *, number: str) -> Answer:
    """What is past its term is destroyed within the hour."""
    incident = common.by_number(number, lock=True)
    retention.lift(incident, reason=ask.body.reason, by=ask.by, at=ask.at)
    return Answer(OK, _retention(incident, ask))


def _found(id_: int, ask: Ask) -> tuple[Evidence, Incident]:
    row = evidence.find(id_)
    incident = db.session.get_one(Incident, row.incident_id)
    evidence.must_read(incident, ask.by)
    return row, incident


@call(
    "GET",
    "/evidence/{id}",
    summary=N_("Read what is recorded of a piece of evidence"),
    answers={OK: answered.Evidence},
    **READ,
)
def show_evidence(ask: Ask, *, id: int) -> Answer:
    """Without its content."""
    row, incident = _found(id, ask)
    return Answer(OK, lines.evidence(row, incident.number))


@call(
    "GET",
    "/evidence/{id}/content",
    summary=N_("Download a piece of evidence; that it was taken is audited"),
    answers={OK: answered.EvidenceContent},
    sends_file=True,
    **READ,
)
def download_evidence(ask: Ask, *, id: int) -> Answer:
    """As an attachment."""
    with unit_of_work():
        row, incident = _found(id, ask)
        evidence.fetched(incident, row, by=ask.by, at=ask.at)
    return Answer(OK, {}, file=custody.given_out(row, parts.vault()))


@call(
    "POST",
    "/incidents/{number}/evidence/{id}/withdraw",
    summary=N_("Withdraw a piece of evidence with a reason; its record stays"),
    body=asked.EvidenceReason,
    answers={OK: answered.Evidence},
    **ACT,
)
def withdraw_evidence(ask: Ask, *, number: str, id: int) -> Answer:
    """Refused once it is sealed."""
    incident = common.by_number(number, lock=True)
    row = evidence.withdraw(incident, id, reason=ask.body.reason, by=ask.by, at=ask.at)
    return Answer(OK, lines.evidence(row, incident.number))


@call(
    "POST",
    "/incidents/{number}/finding",
    summary=N_("Record what was found; an earlier finding stays in the history"),
    body=asked.RecordFinding,
    answers={OK: answered.FindingAnswer},
    **ACT,
)
def record_finding(ask: Ask, *, number: str) -> Answer:
    """Needed before a decision is approved and before the incident closes."""
    wanted: asked.RecordFinding = ask.body
    incident = common.by_number(number, lock=True)
    row = finding.record(
        incident,
        Found(str(wanted.result), wanted.reasons, wanted.violations, wanted.rules, wanted.reference),
        rule_set=ask.house.rule_set,
        by=ask.by,
        at=ask.at,
        seen=wanted.seen,
    )
    return Answer(OK, lines.finding(row, incident.number))


@call(
    "GET",
    "/incidents/{number}/finding",
    summary=N_("Read the finding and those before it"),
    answers={OK: answered.Findings},
    **READ,
)
def show_finding(ask: Ask, *, number: str) -> Answer:
    """The newest stands."""
    incident = common.by_number(number)
    rows = [lines.finding(row, incident.number) for row in finding.history(incident.id)]
    return Answer(OK, {"current": rows[0] if rows else None, "history": rows})


@call(
    "GET",
    "/incidents/{number}/recusals",
    summary=N_("List who must stand aside"),
    answers={OK: answered.RecusalList},
    **READ,
)
def list_recusals(ask: Ask, *, number: str) -> Answer:
    """Also where it was taken back."""
    rows = standing_aside.history(common.by_number(number).id)
    who = views.people(row.person_id for row in rows)
    return Answer(OK, {"items": [lines.recusal(row, views.someone(who, row.person_id)) for row in rows]})


@call(
    "POST",
    "/incidents/{number}/recusals",
    summary=N_("Name whom the complaint is about, or declare an interest of your own"),
    body=asked.NameRecusal,
    answers={CREATED: answered.Recusal},
    tag=TAG,
    needs=Permission.INCIDENTS_READ,
)
def name_recusal(ask: Ask, *, number: str) -> Answer:
    """What they hold on the incident is handed back."""
    incident = common.by_number(number, lock=True)
    row = _named(incident, ask)
    who = views.people([row.person_id])
    return Answer(CREATED, lines.recusal(row, views.someone(who, row.person_id)))


def _named(incident: Incident, ask: Ask) -> ComplainedAbout:
    wanted: asked.NameRecusal = ask.body
    given: dict[str, Any] = {"reason": wanted.reason, "by": ask.by, "at": ask.at}
    if wanted.own:
        return standing_aside.declare_interest(incident, **given)
    if wanted.person is not None:
        return standing_aside.name_person(incident, somebody(wanted.person, "person"), **given)
    if wanted.agency is not None:
        return standing_aside.name_agency(incident, wanted.agency, **given)
    return standing_aside.name_outsider(incident, wanted.outsider or "", **given)


@call(
    "POST",
    "/incidents/{number}/recusals/{id}/lift",
    summary=N_("Take a naming back with a reason"),
    body=asked.EvidenceReason,
    answers={OK: answered.Recusal},
    **ACT,
)
def lift_recusal(ask: Ask, *, number: str, id: int) -> Answer:
    """What was handed back stays where it went."""
    incident = common.by_number(number, lock=True)
    row = standing_aside.lift(incident, id, reason=ask.body.reason, by=ask.by, at=ask.at)
    who = views.people([row.person_id])
    return Answer(OK, lines.recusal(row, views.someone(who, row.person_id)))
