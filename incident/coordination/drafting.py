"""The facts a decision letter is drafted from: complaint, finding, what was agreed, law and remedies."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from incident import i18n, privacy
from incident.accounts import Actor
from incident.coordination import letters, options, wording
from incident.coordination.letters import Facts
from incident.coordination.telling import Case
from incident.db import db
from incident.models.evidence import Finding, FindingResult
from incident.models.incidents import Incident, IncidentRoleHolder
from incident.models.people import Person
from incident.models.resolutions import ResolutionOption
from incident.playbooks import library
from incident.playbooks.schema import LegalBasis, Plan, Rule, RuleSet
from incident.vocabulary import IncidentRole

BASIS_MOST = 4  # rules named in a draft; a person takes away what does not bear on the case
CERTAIN = ("V", "V2")  # only rules somebody has read or seen quoted stand in a letter
# How a letter says what was found, and why it follows.
DECISIONS: dict[FindingResult, tuple[str, str]] = {
    FindingResult.UPHELD: (
        "经核查，您反映的问题属实，投诉成立",
        "We checked what you raised and uphold your complaint",
    ),
    FindingResult.PARTLY: (
        "经核查，您反映的问题部分属实，投诉部分成立",
        "We checked what you raised and uphold your complaint in part",
    ),
    FindingResult.NOT_UPHELD: (
        "经核查，您反映的问题未获证实，投诉不成立",
        "We checked what you raised and do not uphold your complaint",
    ),
    FindingResult.UNVERIFIABLE: (
        "经核查，现有证据无法证实或排除您反映的问题",
        "We checked what you raised; the evidence at hand neither proves nor rules it out",
    ),
}
REASONS: dict[FindingResult, tuple[str, str]] = {
    FindingResult.UPHELD: (
        "上述事实不符合所列依据的要求，由我行承担责任",
        "The facts found do not meet the rules named above, and we answer for it",
    ),
    FindingResult.PARTLY: (
        "上述事实中有一部分不符合所列依据的要求，该部分由我行承担责任",
        "Some of the facts found do not meet the rules named above, and we answer for those",
    ),
    FindingResult.NOT_UPHELD: (
        "上述事实未违反所列依据的要求",
        "The facts found are in keeping with the rules named above",
    ),
    FindingResult.UNVERIFIABLE: (
        "就争议事项未取得足以认定的证据",
        "On what is disputed no evidence was found that would settle it",
    ),
}
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
    finding = found(incident)
    result = FindingResult(finding.result) if finding else None
    return Facts(
        number=incident.number,
        contact=contact(incident, by),
        day=at.astimezone(zone).date(),
        demand=demand(case),
        facts=privacy.redact(str(finding.private.get("reasons", ""))) if finding else "",
        decision=_in(locale, DECISIONS[result]) if result else "",
        reasons=_in(locale, REASONS[result]) if result else "",
        basis=[*_rules(finding, locale), *(each.reference[locale] for each in basis(plan))][:BASIS_MOST],
        measures=[agreed(each, locale) for each in _agreed(incident, case)],
        remedies=remedies(rule_set, locale, at=at),
    )


def _in(locale: str, texts: tuple[str, str]) -> str:
    return texts[0] if locale.startswith("zh") else texts[1]


def found(incident: Incident) -> Finding | None:
    """The finding that stands, if there is one."""
    query = select(Finding).where(Finding.incident_id == incident.id).order_by(Finding.id.desc())
    return db.session.scalars(query.limit(1)).one_or_none()


def _rules(finding: Finding | None, locale: str) -> list[str]:
    """What the finding rests on: its own words, and the rules of the rule sets it names."""
    if finding is None:
        return []
    own = privacy.redact(str(finding.private.get("reference", ""))).strip()
    named = []
    for each in finding.rules:
        rules = library.rules(each["jurisdiction"]).rules
        rule = next((r for r in rules if (r.code, r.version) == (each["code"], each["version"])), None)
        named += [rule.legal_reference[locale]] if rule else []
    return list(dict.fromkeys([*([own] if own else []), *named]))


def _agreed(incident: Incident, case: Case) -> list[ResolutionOption]:
    return options.agreed(incident.id, case.complaint.id if case.complaint else None)


def agreed(option: ResolutionOption, locale: str) -> str:
    """An option as a letter says it: its kind, its amount and its terms, redacted."""
    zh = locale.startswith("zh")
    words = i18n.words("option_kind", option.kind, locale)
    money = f"{option.amount:,.2f} {option.currency}" if option.amount is not None else ""
    months = (f"分{option.periods}期" if zh else f"{option.periods} instalments") if option.periods else ""
    facts = ("，" if zh else ", ").join(each for each in (money, months) if each)
    head = (f"{words}（{facts}）" if zh else f"{words} ({facts})") if facts else words
    terms = option.told("terms").strip()
    return f"{head}{_colon(locale)}{terms}" if terms else head


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
    return [
        *(_limit(each, locale) for each in _limits(found, at)),
        *(each.text[locale] for each in found.remedies),
    ]


def sources(incident: Incident, case: Case, *, locale: str, rule_set: str, at: datetime) -> list[Source]:
    """The facts beside the draft, each with how certain its rule is."""
    plan, rules = library.version(incident.plan_version_id).plan, library.rules(rule_set)
    wanted, finding = demand(case), found(incident)
    lines = [Source("demand", wanted)] if wanted else []
    if finding is not None:
        words = i18n.words("finding", finding.result, locale)
        reasons = privacy.redact(str(finding.private.get("reasons", "")))
        lines.append(Source("finding", f"{words}{_colon(locale)}{reasons}"))
        lines += [Source("basis", each) for each in _rules(finding, locale)]
    lines += [Source("option", agreed(each, locale)) for each in _agreed(incident, case)]
    for each in basis(plan):
        lines.append(
            Source("basis", f"{each.reference[locale]}{_colon(locale)}{each.says[locale]}", each.confidence)
        )
    for rule in _limits(rules, at):
        lines.append(Source("remedy", _limit(rule, locale), rule.confidence))
    return lines + [Source("remedy", each.text[locale], each.confidence) for each in rules.remedies]


def _limits(rules: RuleSet, at: datetime) -> list[Rule]:
    """The rules in force that a letter names with their time limit."""
    day = at.astimezone(ZoneInfo(rules.time_zone)).date()
    return [
        each
        for each in rules.rules
        if each.letter
        and each.effective_from <= day
        and (each.effective_to is None or day <= each.effective_to)
    ]


def _limit(rule: Rule, locale: str) -> str:
    return rule.letter[locale].replace("{value}", f"{rule.value:g}") if rule.letter else ""


def _colon(locale: str) -> str:
    return "：" if locale.startswith("zh") else ": "
