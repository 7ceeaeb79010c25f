"""Papers as PDF and DOCX: the same text in both, in Chinese too, and nothing of it is markup."""

import io
import zipfile

import docx
import pypdf
import pytest

from incident import papers
from incident.papers import Bullets, Heading, Paper, Paragraph, Table

PAPER = Paper(
    "处理决定书 Decision",
    "zh_CN",
    [
        Heading("一、查明事实"),
        Paragraph("催收人员 <b>多次</b> 致电。\nSecond line & more."),
        Bullets(["退还费用 120.00 元"]),
        Table(["期", "金额"], [["1", "100.00"], ["2", "<script>"]]),
        Paragraph("仅供参考", note=True),
    ],
)


def test_a_document_holds_every_text_as_it_was_given():
    made = docx.Document(io.BytesIO(papers.as_docx(PAPER)))
    words = "\n".join(each.text for each in made.paragraphs)
    assert "处理决定书 Decision" in words
    assert "催收人员 <b>多次</b> 致电。\nSecond line & more." in words
    assert [[cell.text for cell in row.cells] for row in made.tables[0].rows] == [
        ["期", "金额"], ["1", "100.00"], ["2", "<script>"],
    ]  # fmt: skip


def test_a_document_names_nobody_as_its_author():
    with zipfile.ZipFile(io.BytesIO(papers.as_docx(PAPER))) as packed:
        assert b"python-docx" not in packed.read("docProps/core.xml").split(b"<dc:description>")[0]


def test_the_page_escapes_what_it_is_given():
    page = papers.as_html(PAPER)
    assert "<script>" not in page
    assert "&lt;b&gt;多次&lt;/b&gt;" in page


def test_a_pdf_holds_the_chinese_characters_in_an_embedded_font():
    made = papers.as_pdf(PAPER)
    [page] = pypdf.PdfReader(io.BytesIO(made)).pages
    assert "催收人员 <b>多次</b> 致电。" in page.extract_text()
    fonts = [each.get_object() for each in page["/Resources"]["/Font"].values()]
    assert any("CJK" in str(each["/BaseFont"]) for each in fonts)


@pytest.mark.parametrize("reference", ["http://127.0.0.1:1/x", "file:///etc/passwd"])
def test_a_paper_fetches_nothing(reference):
    with pytest.raises(ValueError, match="asked for"):
        papers._nothing(reference)
