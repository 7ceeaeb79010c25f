"""The facts that a decision letter is drafted from: the complaint, the plan's law, and the remedies."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from incident.accounts import Actor
from incident.coordination import letters, wording
from incident.coordination.letters import Facts
from incident.coordination.telling import Case
from incident.db import db
from incident.models.incidents import Incident, IncidentRoleHolder
from incident.models.people import Person
from incident.playbooks import library
from incident.playbooks.schema import LegalBasis, Plan
from incident.vocabulary import IncidentRole

BASIS_MOST = 4  # rules named in a draft; a person takes away what does not bear on the case
CERTAIN = ("V", "V2")  # only rules somebody has read or seen quoted stand in a letter
LANGUAGE_SHARE = 0.2  # of the characters Chinese, and the customer writes Chinese


@dataclass(frozen=True)
class Source:
    """One fact of a draft and where it came from, to be shown beside the text."""

    kind: str
    text: str
    confidence: str | None = None


def language(case: Case, otherwise: str) -> str:
    """The language the customer wrote in: zh_CN or en; `otherwise` where nothing was written."""
    text = str(case.complaint.personal.get("narrative") or "") if case.complaint else ""
    letters_only = [each for each in text if each.isalpha()]
    if not letters_only:
        return otherwise
    chinese = sum("\u4e00" <= each <= "\u9fff" for each in letters_only)
    return "zh_CN" if chinese / len(letters_only) >= LANGUAGE_SHARE else "en"


def draft(
    incident: Incident,
    case: Case,
    *,
    locale: str,
    rule_set: str,
    zone: ZoneInfo,
    by: Actor,
    at: datetime,
) -> str:
    """The plan's letter with what the case knows in it; what it does not know stays as a place to fill."""
    plan = library.version(incident.plan_version_id).plan
    known = facts(incident, case, locale=locale, rule_set=rule_set, zone=zone, by=by, at=at)
    return letters.draft(plan.drafts.decision_letter[locale], known, locale)


def facts(
    incident: Incident,
    case: Case,
    *,
    locale: str,
    rule_set: str,
    zone: ZoneInfo,
    by: Actor,
    at: datetime,
) -> Facts:
    """What the case knows, in the letter's language; texts are redacted."""
    plan = library.version(incident.plan_version_id).plan
    return Facts(
        number=incident.number,
        contact=contact(incident, by),
        day=at.astimezone(zone).date(),
        demand=demand(case),
        basis=[each.reference[locale] for each in basis(plan)],
        remedies=remedies(rule_set, locale, at=at),
    )


def contact(incident: Incident, by: Actor) -> str:
    """Whom the customer may ask: the customer liaison, or else whoever commands or writes."""
    found = db.session.scalar(
        select(Person.name)
        .join(IncidentRoleHolder, IncidentRoleHolder.person_id == Person.id)
        .where(
            IncidentRoleHolder.incident_id == incident.id,
            IncidentRoleHolder.role == IncidentRole.CUSTOMER_LIAISON,
        )
    )
    commander = db.session.get(Person, incident.commander_id) if incident.commander_id else None
    return found or (commander.name if commander else by.name)


def demand(case: Case) -> str:
    """What the customer wants, redacted; the summary where no demand was written down."""
    if case.complaint is None:
        return ""
    masked = case.complaint.masked()
    return str(masked.get("demand") or masked.get("summary") or "")


def basis(plan: Plan) -> list[LegalBasis]:
    """The plan's law that a letter may name: certain enough, and free of our labels for people."""
    found: dict[str, LegalBasis] = {}
    for each in plan.legal_basis:
        words = f"{each.reference.zh} {each.reference.en}"
        if each.confidence in CERTAIN and not wording.labels(words):
            found.setdefault(each.reference.zh, each)
    return list(found.values())[:BASIS_MOST]


def remedies(rule_set: str, locale: str, *, at: datetime) -> list[str]:
    """Time limits of the remedies and the hotline, from the rule set in force."""
    found = library.rules(rule_set)
    day = at.astimezone(ZoneInfo(found.time_zone)).date()
    limits = [
        each.letter[locale].replace("{value}", f"{each.value:g}")
        for each in found.rules
        if each.letter
        and each.effective_from <= day
        and (each.effective_to is None or day <= each.effective_to)
    ]
    return [*limits, *(each.text[locale] for each in found.remedies)]


def sources(incident: Incident, case: Case, *, locale: str, rule_set: str, at: datetime) -> list[Source]:
    """The facts beside the draft, each with how certain its rule is."""
    plan, rules = library.version(incident.plan_version_id).plan, library.rules(rule_set)
    found = [Source("demand", demand(case))] if demand(case) else []
    found += [
        Source(
            "basis",
            f"{each.reference[locale]}{': ' if locale == 'en' else '：'}{each.says[locale]}",
            each.confidence,
        )
        for each in basis(plan)
    ]
    found += [
        Source("remedy", each.letter[locale].replace("{value}", f"{each.value:g}"), each.confidence)
        for each in rules.rules
        if each.letter
    ]
    return found + [Source("remedy", each.text[locale], each.confidence) for each in rules.remedies]
