"""What the evidence page shows: pieces, wanted proof, the finding with its choices, and who stands aside."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from incident import accounts, privacy, recusal
from incident.board import access, acting
from incident.coordination import custody, evidence, finding, retention, standing_aside, tasks
from incident.coordination.retention import Term
from incident.db import db
from incident.models.conduct import ComplainedAbout, RecusalKind
from incident.models.evidence import Evidence, Finding, LegalHold
from incident.models.incidents import Incident, Task
from incident.models.people import Person
from incident.playbooks import library
from incident.playbooks.schema import Rule, Text
from incident.playbooks.violations import Violation


@dataclass(frozen=True)
class Piece:
    """One piece of evidence as it is shown: free texts with numbers and addresses masked."""

    row: Evidence
    size: str
    name: str
    description: str
    source: str
    text: str
    url: str
    who: str
    withdrawal: str
    withdrawn_by: str
    task: Task | None


@dataclass(frozen=True)
class Wanted:
    """What a task wants to see proved, and how many pieces name the task."""

    task: Task
    texts: list[Text]
    have: int


@dataclass(frozen=True)
class Decided:
    """A finding as it is shown."""

    row: Finding
    reasons: str
    reference: str
    who: str
    violations: list[tuple[str, Violation | None]]
    rules: list[tuple[dict[str, Any], Rule | None]]


@dataclass(frozen=True)
class Named:
    """Somebody who must stand aside; `whom` is masked for somebody outside."""

    row: ComplainedAbout
    whom: str
    reason: str
    who: str
    lifting: str


@dataclass(frozen=True)
class View:
    """The page's content; nothing of the pieces where the reader may not see them."""

    readable: bool
    pieces: list[Piece]
    digest: str
    wanted: list[Wanted]
    finding: Decided | None
    history: list[Decided]
    named: list[Named]
    aside: RecusalKind | None
    tasks: list[Task]
    people: list[Person]
    term: Term | None
    held: LegalHold | None
    likely: list[Violation] = field(default_factory=list)
    others: list[Violation] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)


def of(incident: Incident) -> View:
    """Everything at once."""
    by = access.actor()
    readable = evidence.may_read(incident, by)
    rows, steps = evidence.of(incident.id), tasks.of(incident.id)
    known = {task.id: task for task in steps}
    decided = [_decided(row) for row in finding.history(incident.id)]
    likely, others = _violations(incident)
    return View(
        readable=readable,
        pieces=[_piece(row, known) for row in rows] if readable else [],
        digest=custody.digest(rows) if readable and rows else "",
        wanted=_wanted(incident, rows, steps),
        finding=decided[0] if decided else None,
        history=decided[1:],
        named=[_named(row) for row in standing_aside.history(incident.id)],
        aside=recusal.bar(incident, by),
        tasks=steps,
        people=list(db.session.scalars(select(Person).where(Person.active).order_by(Person.name))),
        term=retention.term(incident, rule_set=acting.house().rule_set),
        held=retention.hold(incident.id),
        likely=likely,
        others=others,
        rules=library.rules(acting.house().rule_set).rules,
    )


def _piece(row: Evidence, known: dict[int, Task]) -> Piece:
    private = row.private
    said = {name: privacy.redact(private.get(name, "")) for name in ("description", "source", "text")}
    return Piece(
        row=row,
        size=_size(row.size),
        name=private.get("name", ""),
        url=private.get("url", ""),
        who=accounts.display(row.added_by),
        withdrawal=privacy.redact((row.withdrawal or {}).get("reason", "")),
        withdrawn_by=accounts.display(row.withdrawn_by or ""),
        task=known.get(row.task_id or 0),
        **said,
    )


def _size(count: int) -> str:
    """Bytes as people read them: 312 B, 4.1 KB, 24.9 MB."""
    if count < 1024:
        return f"{count} B"
    return f"{count / 1024:.1f} KB" if count < 1024**2 else f"{count / 1024**2:.1f} MB"


def _wanted(incident: Incident, rows: list[Evidence], steps: list[Task]) -> list[Wanted]:
    """The proof that the plan's steps want, in the plan's order; what is withdrawn proves nothing."""
    plan = library.version(incident.plan_version_id).plan
    texts = {step.key: step.evidence for step in plan.steps if step.evidence}
    return [
        Wanted(
            task, texts[task.key], sum(row.task_id == task.id and row.withdrawn_at is None for row in rows)
        )
        for task in steps
        if task.key in texts and task.status != "dropped"
    ]


def _decided(row: Finding) -> Decided:
    known = library.violations()
    return Decided(
        row=row,
        reasons=privacy.redact(row.private["reasons"]),
        reference=privacy.redact(row.private.get("reference", "")),
        who=accounts.display(row.decided_by),
        violations=[(code, known.get(code)) for code in row.violations],
        rules=[(each, _rule(each)) for each in row.rules],
    )


def _rule(reference: dict[str, Any]) -> Rule | None:
    wanted = (reference["code"], reference["version"])
    found = library.rules(reference["jurisdiction"]).rules
    return next((rule for rule in found if (rule.code, rule.version) == wanted), None)


def _violations(incident: Incident) -> tuple[list[Violation], list[Violation]]:
    """The codes that the incident's plan forbids, and all others."""
    plan = library.version(incident.plan_version_id).plan
    mine = {each.code for each in plan.forbidden}
    known = library.violations().values()
    return [each for each in known if each.code in mine], [each for each in known if each.code not in mine]


def _named(row: ComplainedAbout) -> Named:
    outside = privacy.mask("name", row.private.get("name")) or ""
    return Named(
        row=row,
        whom=outside if row.kind == RecusalKind.OUTSIDER else standing_aside.whom(row),
        reason=privacy.redact(row.private.get("reason", "")),
        who=accounts.display(row.named_by),
        lifting=privacy.redact((row.lifting or {}).get("reason", "")),
    )
