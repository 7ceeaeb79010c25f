"""A post-mortem on paper: its text, the tables from the record, causes and actions; no names."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from incident import i18n, prose
from incident.errors import N_
from incident.models.actions import ReviewAction
from incident.models.reviews import Section
from incident.papers import Block, Bullets, Heading, Paper, Paragraph, Table
from incident.reviews import draft
from incident.vocabulary import Level

Content = dict[str, Any]
INDENT = "　"  # an ideographic space keeps the tree's shape in a table cell


def build(
    content: Content, actions: Sequence[ReviewAction], *, locale: str, zone: ZoneInfo, said: str
) -> Paper:
    """The paper of an edition, or of the present text; `said` is the line below the title."""
    page = _Page(content, locale, zone)
    title = page.say(N_("Post-mortem of %(number)s"), number=content["facts"]["number"])
    if content["facts"]["drill"]:
        title = f"【{page.say(N_('DRILL'))}】{title}"
    made = Paper(title, locale, [Paragraph(page.pick(content["facts"]["title"])), Paragraph(said, note=True)])
    for section in Section:
        made.blocks += page.section(section)
    made.blocks += [Heading(page.say(N_("Corrective actions"))), *page.actions(actions)]
    return made


class _Page:
    """Draws the parts of a content in a language."""

    def __init__(self, content: Content, locale: str, zone: ZoneInfo) -> None:
        self.content, self.locale, self._zone = content, locale, zone
        self.facts = content["facts"]

    def say(self, message: str, **values: Any) -> str:
        return i18n.say(message, self.locale, **values)

    def pick(self, words: dict[str, str]) -> str:
        return words[i18n.short(self.locale)]

    def at(self, moment: str | datetime | None) -> str:
        if moment is None:
            return "–"
        found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return found.astimezone(self._zone).strftime("%Y-%m-%d %H:%M")

    def words(self, kind: str, code: str) -> str:
        return i18n.words(kind, code, self.locale)

    def section(self, section: Section) -> list[Block]:
        """Its heading, what people wrote, and the table of the record that belongs to it."""
        written = self.pick(self.content["sections"][str(section)])
        table = {
            Section.SUMMARY: self._figures,
            Section.TIMELINE: self._events,
            Section.RESPONSE: self._steps,
            Section.CLOCKS: self._clocks,
            Section.CAUSES: self._causes,
        }.get(section)
        blocks = [*_blocks(written), *(table() if table else [])]
        return [Heading(self.words("section", section)), *(blocks or [Paragraph("–")])]

    def _figures(self) -> list[Block]:
        figures = self.facts["figures"]
        names = {
            "acknowledge": N_("Time to acknowledge"),
            "first_contact": N_("Time to the first contact"),
            "resolve": N_("Time to resolve"),
            "close": N_("Time to close"),
        }
        rows = [
            [self.say(N_("Level")), f"{Level(self.facts['level']).numeral} "
             f"{self.words('level', str(self.facts['level']))}"],
            *([self.say(name), draft.span(figures[key], self.locale)] for key, name in names.items()),
        ]  # fmt: skip
        return [Table([self.say(N_("Figure")), self.say(N_("Value"))], rows)]

    def _events(self) -> list[Block]:
        head = [self.say(N_("Time")), self.say(N_("Who")), self.say(N_("What"))]
        rows = [
            [self.at(each["at"]), self.pick(each["who"]), self.pick(each["sentence"])]
            for each in self.content["events"]
        ]
        return [Table(head, rows)] if rows else []

    def _steps(self) -> list[Block]:
        head = [
            self.say(N_("Step")), self.say(N_("Department")), self.say(N_("Due")), self.say(N_("Done")),
            self.say(N_("Result")),
        ]  # fmt: skip
        rows = [
            [
                self.pick(each["title"]),
                self.words("department", each["department"]),
                self.at(each["due_at"]),
                self.at(each["done_at"]),
                self._result(each),
            ]
            for each in self.facts["steps"]
        ]
        return [Table(head, rows)] if rows else []

    def _result(self, step: dict[str, Any]) -> str:
        said = self.words("step_state", step["state"])
        if step["state"] == "late":
            said = f"{said} {draft.span(step['late'], self.locale)}"
        return f"{said} · {self.say(N_('added'))}" if step["added"] else said

    def _clocks(self) -> list[Block]:
        head = [self.say(N_("Clock")), self.say(N_("Due")), self.say(N_("Ended")), self.say(N_("Result"))]
        rows = [
            [
                self.pick(each["title"]),
                self.at(each["due_at"]),
                self.at(each["ended_at"]),
                self.words("clock_result", each["state"]),
            ]
            for each in self.facts["clocks"]
        ]
        return [Table(head, rows)] if rows else []

    def _causes(self) -> list[Block]:
        """The tree of whys, each below what it explains."""
        rows = self.content["findings"]
        lines = [f"{INDENT * depth}{self._finding(row)}" for row, depth in tree(rows)]
        return [Bullets(lines)] if lines else []

    def _finding(self, row: dict[str, Any]) -> str:
        if not row["category"]:
            return f"F{row['id']} {row['text']}"
        return self.say(
            N_("%(finding)s (%(category)s)"),
            finding=f"F{row['id']} {row['text']}",
            category=self.words("cause_category", row["category"]),
        )

    def actions(self, rows: Sequence[ReviewAction]) -> list[Block]:
        """The actions as a table; owners are named in the register, not here."""
        if not rows:
            return [Paragraph(self.say(N_("None.")))]
        head = [
            self.say(N_("Action")), self.say(N_("Kind")), self.say(N_("For the finding")),
            self.say(N_("Due")), self.say(N_("State")),
        ]  # fmt: skip
        lines = [
            [
                f"A{each.id} {each.title}",
                self.words("action_kind", each.kind),
                f"F{each.finding_id}" if each.finding_id else "–",
                self.at(each.due_at),
                self.words("action_state", each.state),
            ]
            for each in rows
        ]
        return [Table(head, lines)]


def tree(
    rows: Sequence[dict[str, Any]], parent: int | None = None, depth: int = 0
) -> Iterable[tuple[Any, int]]:
    """Findings with their depth, each below what it explains; one whose parent is gone stands at the top."""
    known = {row["id"] for row in rows}
    for row in rows:
        above = row["parent"] if row["parent"] in known else None
        if above == parent:
            yield row, depth
            yield from tree(rows, row["id"], depth + 1)


def _blocks(text: str) -> list[Block]:
    """What people wrote in Markdown as blocks of a paper; bullets beside one another are one list."""
    made: list[Block] = []
    for piece in prose.pieces(text):
        if piece.kind == "bullet":
            if made and isinstance(made[-1], Bullets):
                made[-1] = Bullets([*made[-1].items, piece.text])
            else:
                made.append(Bullets([piece.text]))
        else:
            made.append(Paragraph(piece.text))
    return made
