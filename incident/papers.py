"""Papers: a letter or a report as headings, paragraphs, lists and tables, written as DOCX or PDF.

PDF needs Pango and a font with Chinese characters on the machine (Debian: libpangoft2-1.0-0, fonts-noto-cjk);
where they are missing the refusal names them. DOCX needs nothing.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from incident import errors
from incident.errors import N_

FONT_ZH, FONT_EN = "Noto Sans CJK SC", "DejaVu Sans"
EAST_ASIAN = "Microsoft YaHei"  # what a word processor takes for Chinese; it falls back by itself
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
STYLE = f"""
@page {{ size: A4; margin: 22mm 20mm; @bottom-right {{ content: counter(page) " / " counter(pages); font-size: 9pt; }} }}
body {{ font-family: "{FONT_ZH}", "{FONT_EN}", sans-serif; font-size: 10.5pt; line-height: 1.6; color: #111; }}
h1 {{ font-size: 16pt; margin: 0 0 4mm; }} h2 {{ font-size: 12pt; margin: 6mm 0 2mm; }}
p {{ margin: 0 0 2.5mm; white-space: pre-line; }} .note {{ color: #555; font-size: 9pt; }}
table {{ border-collapse: collapse; width: 100%; margin: 2mm 0 4mm; font-size: 9.5pt; }}
th, td {{ border: 0.5pt solid #888; padding: 1.2mm 2mm; text-align: left; vertical-align: top; }}
th {{ background: #f0f0f0; }} tr {{ break-inside: avoid; }}
"""  # noqa: E501 - a style sheet


@dataclass(frozen=True)
class Heading:
    """A heading of a part."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """Plain text; line breaks are kept. `note` is smaller and grey."""

    text: str
    note: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: Sequence[str]


@dataclass(frozen=True)
class Table:
    """A head and rows of equally many cells."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


Block = Heading | Paragraph | Bullets | Table


@dataclass
class Paper:
    """A title and its blocks; `locale` (zh_CN or en) is the language it is written in."""

    title: str
    locale: str
    blocks: list[Block] = field(default_factory=list)


def as_html(paper: Paper) -> str:
    """The paper as a page of its own; every text is escaped."""
    body = "".join(_html(each) for each in paper.blocks)
    language = paper.locale.replace("_", "-")
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{escape(paper.title)}</title><style>{STYLE}</style></head>"
        f"<body><h1>{escape(paper.title)}</h1>{body}</body></html>"
    )


def _html(block: Block) -> str:
    match block:
        case Heading(text):
            return f"<h2>{escape(text)}</h2>"
        case Paragraph(text, note):
            return f"<p{' class=note' if note else ''}>{escape(text)}</p>"
        case Bullets(items):
            return "<ul>" + "".join(f"<li>{escape(each)}</li>" for each in items) + "</ul>"
        case Table(head, rows):
            return f"<table><thead>{_row(head, 'th')}</thead><tbody>{''.join(_row(row, 'td') for row in rows)}</tbody></table>"  # noqa: E501


def _row(cells: Sequence[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def as_text(paper: Paper) -> str:
    """The paper as plain text, for a mail; tables as lines."""
    lines = [paper.title, ""]
    for block in paper.blocks:
        match block:
            case Heading(text):
                lines += ["", text]
            case Paragraph(text, _note):
                lines.append(text)
            case Bullets(items):
                lines += [f"- {each}" for each in items]
            case Table(_head, rows):
                lines += [" | ".join(row) for row in rows]
    return "\n".join(lines)


def as_pdf(paper: Paper) -> bytes:
    """The paper as PDF with its fonts inside; raises Refused where the machine lacks what draws it."""
    try:
        import weasyprint  # slow to load, and needs libraries of the system
    except OSError as fault:
        raise errors.Refused(
            N_(
                "This machine cannot write PDF: %(missing)s. Install the Debian packages libpangoft2-1.0-0 "
                "and fonts-noto-cjk, or take the DOCX."
            ),
            missing=str(fault).splitlines()[0][:200],
        ) from fault
    made: bytes = weasyprint.HTML(string=as_html(paper), url_fetcher=_nothing).write_pdf()
    return made


def _nothing(url: str) -> Any:
    """A paper holds no address to fetch from."""
    raise ValueError(f"a paper asked for {url}")


def as_docx(paper: Paper) -> bytes:
    """The paper as a document of a word processor."""
    import docx
    from docx.oxml.ns import qn

    made = docx.Document()
    for name in ("Normal", "Title", "Heading 2"):
        fonts = made.styles[name].element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), EAST_ASIAN)
    made.core_properties.title, made.core_properties.language = paper.title, paper.locale.replace("_", "-")
    made.core_properties.author = ""
    made.add_heading(paper.title, level=0)
    for each in paper.blocks:
        _add(made, each)
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


def _add(made: Any, block: Block) -> None:
    match block:
        case Heading(text):
            made.add_heading(text, level=2)
        case Paragraph(text, _note):
            made.add_paragraph(text)
        case Bullets(items):
            for each in items:
                made.add_paragraph(each, style="List Bullet")
        case Table(head, rows):
            table = made.add_table(rows=0, cols=len(head), style="Table Grid")
            for row in (head, *rows):
                _fill(table.add_row().cells, row)


def _fill(cells: Sequence[Any], texts: Sequence[str]) -> None:
    for cell, text in zip(cells, texts, strict=True):
        cell.text = text
