"""The words `evidence` and `finding`: what proves what happened, and what the inquiry came to."""

from incident import i18n
from incident.accounts import display
from incident.coordination import evidence as pieces
from incident.coordination import finding as findings
from incident.coordination.evidence import About
from incident.coordination.finding import Found
from incident.errors import N_
from incident.lifecycle import common
from incident.models.evidence import Evidence, FindingResult
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.slack import acting, asking, finding, meant
from incident.slack.asking import Ask
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Message
from incident.slack.words import word

SHOWN_MOST = 15  # pieces listed; the page has them all
SLACK = "Slack"  # where a piece that is added here comes from
RESULTS: dict[str, tuple[str, ...]] = {
    str(FindingResult.UPHELD): ("属实", "成立", "true"),
    str(FindingResult.PARTLY): ("部分属实", "partly upheld", "部分成立"),
    str(FindingResult.NOT_UPHELD): ("不属实", "不成立", "false"),
    str(FindingResult.UNVERIFIABLE): ("无法核实", "无法查证"),
}


@word("evidence")
def evidence(ask: Ask) -> Message:
    """List the evidence, or add an address or a statement."""
    number, rest = finding.target_of_text(ask)
    words = meant.words(rest)
    if not words:
        return _list(ask, number)
    added: list[Evidence] = []

    def add(incident: Incident) -> None:
        about = About(source=SLACK)
        verb = (
            pieces.add_link
            if words.startswith(("http://", "https://")) and " " not in words
            else pieces.add_statement
        )
        added.append(verb(incident, words, about=about, by=ask.by, at=ask.at))

    incident = acting.change(ask, number, add)
    said = N_("Kept as evidence no. %(evidence)s of %(number)s, SHA-256 %(sha256)s…")
    row = added[0]
    return asking.line(f"🗄️ {ask.say(said, evidence=row.id, number=incident.number, sha256=row.sha256[:12])}")


def _list(ask: Ask, number: str) -> Message:
    """Kind, number and hash: what a piece says stays on the board."""
    ask.by.must(Permission.INCIDENTS_READ)
    incident = common.by_number(number)
    pieces.must_read(incident, ask.by)
    rows = [each for each in pieces.of(incident.id) if each.withdrawn_at is None]
    url = f"{ask.settings.url}/incidents/{incident.number}/evidence"
    head = ask.say(N_("%(number)s: %(count)s pieces of evidence"), number=incident.number, count=len(rows))
    lines = [_piece(ask, each) for each in rows[-SHOWN_MOST:]]
    return asking.line("\n".join([f"*<{url}|{head}>*", *lines]))


def _piece(ask: Ask, row: Evidence) -> str:
    kind = i18n.words("evidence_kind", row.kind, ask.locale)
    by = texts.escape(display(row.added_by))
    return f"• #{row.id} {kind} · {texts.date(row.added_at, ask.zone)} · {by} · `{row.sha256[:12]}`"


@word("finding")
def finding_(ask: Ask) -> Message:
    """Read the finding, or record one with its reasons."""
    number, rest = finding.target(ask)
    result, reasons = meant.leading(rest, _results())
    if result is None:
        asking.needs(not rest, N_("Say upheld, partly, not_upheld or unverifiable, and then the reasons."))
        return _read(ask, number)
    found = Found(result, meant.words(reasons))
    incident = acting.change(
        ask,
        number,
        lambda row: findings.record(row, found, rule_set=ask.house.rule_set, by=ask.by, at=ask.at),
    )
    url = f"{ask.settings.url}/incidents/{incident.number}/evidence#finding"
    said = ask.say(N_("%(number)s was found: %(result)s."), number=incident.number, result=result)
    hint = ask.say(N_("Violations and rules are named on the page."))
    return asking.line(f"⚖️ {said}\n<{url}|{hint}>")


def _results() -> dict[str, tuple[str, ...]]:
    return {
        code: (*names, *(i18n.words("finding", code, locale) for locale in i18n.LOCALES))
        for code, names in RESULTS.items()
    }


def _read(ask: Ask, number: str) -> Message:
    """The result and by whom; the reasons may name people and stay on the page."""
    ask.by.must(Permission.INCIDENTS_READ)
    incident = common.by_number(number)
    row = findings.current(incident.id)
    if row is None:
        none = N_("%(number)s has no finding yet. Record one: `/incident finding upheld reasons`.")
        return asking.line(ask.say(none, number=incident.number))
    said = ask.say(N_("%(number)s was found: %(result)s."), number=incident.number, result=str(row.result))
    url = f"{ask.settings.url}/incidents/{incident.number}/evidence#finding"
    who = f"{texts.escape(display(row.decided_by))} · {texts.date(row.decided_at, ask.zone)}"
    return asking.line(f"⚖️ {said}\n{who} · <{url}|{ask.say(N_('Open on the board'))}>")
