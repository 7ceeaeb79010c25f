"""What a file is by its content, whatever its name says; and names that are safe to give back."""

import pytest

from incident import content

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
ZIP = b"PK\x03\x04" + b"\0" * 30


@pytest.mark.parametrize(
    ("head", "name", "found"),
    [
        (PNG, "a.png", "image/png"),
        (PNG, "a.pdf", "image/png"),
        (PDF, "信函.pdf", "application/pdf"),
        ("客户来电记录".encode(), "记录.txt", "text/plain"),
        ("客户来电记录".encode("gb18030"), "记录.txt", "text/plain"),
        ("通话".encode("utf-16"), "a.txt", "text/plain"),
        (b'{"a": 1}', "a.json", "application/json"),
        (b"a,b\n1,2\n", "a.csv", "text/csv"),
        (b"<!DOCTYPE html><html>", "a.txt", "text/html"),
        (b"\x00\x01\x02\x03", "a.bin", "application/octet-stream"),
    ],
)
def test_the_type_comes_from_the_content(head: bytes, name: str, found: str) -> None:
    assert content.sniffed(head, name) == found


@pytest.mark.parametrize(
    ("found", "claimed", "agrees"),
    [
        ("image/png", "image/png", True),
        ("image/png", "application/pdf", False),
        ("image/png", None, True),
        ("image/png", "application/octet-stream", True),
        ("text/plain", "text/csv", True),
        ("text/html", "text/plain", False),
        ("application/zip", content.by_name("a.docx"), True),
        ("video/mp4", content.by_name("a.m4a"), True),
        ("application/octet-stream", "application/pdf", False),
    ],
)
def test_a_claim_is_held_against_the_content(found: str, claimed: str | None, agrees: bool) -> None:
    assert content.agree(found, claimed) is agrees


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"MZ\x90\x00", "invoice.pdf"),
        (b"\x7fELF\x02", "录音"),
        (b"#!/bin/sh\n", "a.txt"),
        (b"hello", "a.PS1"),
        (b"hello", "letter.pdf.exe"),
        (b"\xca\xfe\xba\xbe", "a.class"),
        (ZIP, "a.apk"),
    ],
)
def test_programs_are_known_by_content_or_by_name(head: bytes, name: str) -> None:
    assert content.runs(head, name)


def test_documents_pictures_and_texts_are_no_programs() -> None:
    assert not any(content.runs(head, name) for head, name in ((PNG, "a.png"), (PDF, "b.pdf"), (b"x", "c")))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\录音 1.m4a", "录音 1.m4a"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie x.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ('"><script>.png', "script.png"),
        ("", "file"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_is_made_safe_and_keeps_its_end(name: str, safe: str) -> None:
    assert content.safe_name(name) == safe
