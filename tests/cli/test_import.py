"""`flask complaints import`: nothing lost, nothing twice, every bad line told, interruptions survived."""

import gzip
import shutil
import signal
import sqlite3
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from incident import clock
from incident.db import db
from incident.intake import importing
from incident.models.complaints import Complaint
from incident.models.incidents import Incident
from tests.cli.commands import csv_file, finished, line, ndjson, rejects, run, started, summary, sums

SECRET = "王小明 13800138000"


def complaints() -> list[Complaint]:
    return list(db.session.scalars(select(Complaint).order_by(Complaint.source_ref)))


def test_an_ndjson_file_comes_in_whole_and_opens_incidents_only_where_escalated(app: Flask, tmp_path: Path):
    path = ndjson(tmp_path / "a.ndjson", [line(n, escalated=n == 3) for n in range(5)])
    result = run(app, "complaints", "import", path, "--source", "crm")
    assert (result.exit_code, summary(result.stdout)) == (0, sums(5, 5, 0, 0, 1))
    assert [(each.source, each.incident_id is not None) for each in complaints()] == [
        ("crm", n == 3) for n in range(5)
    ]
    assert not (tmp_path / "a.ndjson.rejected.csv").exists()


def test_a_csv_file_of_a_chinese_spreadsheet_comes_in(app: Flask, tmp_path: Path):
    facts = {"narrative": "逾期违约金计算有误，请核对。", "customer.name": "王小明"}
    path = csv_file(tmp_path / "a.csv", [line(n, **facts) for n in range(3)], "gbk")
    result = run(app, "complaints", "import", path)
    assert (result.exit_code, summary(result.stdout)) == (0, sums(3, 3, 0, 0, 0))
    assert complaints()[0].personal["customer"] == {"name": "王小明"}
    assert complaints()[0].personal["narrative"] == facts["narrative"]


def test_a_packed_file_comes_in(app: Flask, tmp_path: Path):
    plain = csv_file(tmp_path / "a.csv", [line(n) for n in range(3)])
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(plain.read_bytes()))
    assert summary(run(app, "complaints", "import", path).stdout) == sums(3, 3, 0, 0, 0)


def test_the_same_file_again_gives_duplicates_and_nothing_new(app: Flask, tmp_path: Path):
    path = ndjson(tmp_path / "a.ndjson", [line(n, escalated=n == 0) for n in range(4)])
    run(app, "complaints", "import", path)
    again = run(app, "complaints", "import", path)
    assert (again.exit_code, summary(again.stdout)) == (0, sums(4, 0, 4, 0, 0))
    assert db.session.scalar(select(func.count()).select_from(Incident)) == 1


def test_bad_lines_are_told_and_keep_no_good_one_out(app: Flask, tmp_path: Path):
    lines = [
        line(0),
        line(1, channel="pigeon"),
        line(2, received_at="2999-01-01T00:00:00Z"),
        line(3, received_at="2026-01-01T00:00:00"),
        line(4, narrative=""),
        line(5, customer={"name": SECRET, "shoe_size": "44"}),
        line(6, potential_loss="-1"),
        line(0, narrative="other content"),
        line(8, narrative="nul \x00"),
        line(9),
    ]
    path = ndjson(tmp_path / "a.ndjson", lines)
    path.write_bytes(path.read_bytes() + b'{"source_ref": \n')
    result = run(app, "complaints", "import", path)
    assert result.exit_code == 1
    assert summary(result.stdout) == sums(11, 2, 0, 9, 0)
    assert "9 lines were rejected" in result.stderr
    places = {(row["line"], row["place"]) for row in rejects(path)}
    assert places >= {
        ("2", "channel"),
        ("3", "received_at"),
        ("4", "received_at"),
        ("5", "narrative"),
        ("6", "customer.shoe_size"),
        ("7", "potential_loss"),
        ("8", "source_ref"),
        ("9", "narrative"),
        ("11", ""),
    }
    assert {row["reference"] for row in rejects(path) if row["line"] == "2"} == {"F-00001"}


def test_the_rejects_file_never_holds_personal_content(app: Flask, tmp_path: Path):
    lines = [
        line(0, channel=SECRET, narrative=SECRET, customer={"name": SECRET, SECRET: "x"}),
        line(1, source_ref="13800138000", channel=SECRET),
    ]
    path = ndjson(tmp_path / "a.ndjson", lines)
    result = run(app, "complaints", "import", path)
    told = (tmp_path / "a.ndjson.rejected.csv").read_text(encoding="utf-8")
    assert len(rejects(path)) >= 2
    assert "13800138000" not in told + result.output
    assert "pigeon" not in told


def test_a_broken_quotation_mark_loses_only_its_own_line(app: Flask, tmp_path: Path):
    path = csv_file(tmp_path / "a.csv", [line(n) for n in range(6)])
    text = path.read_text(encoding="utf-8").replace(
        "The late fee of statement 2", '"The late fee of statement 2'
    )
    path.write_text(text, encoding="utf-8")
    result = run(app, "complaints", "import", path)
    assert (result.exit_code, summary(result.stdout)) == (1, sums(6, 5, 0, 1, 0))
    assert [row["line"] for row in rejects(path)] == ["4"]


def test_an_invalid_byte_is_refused_and_not_guessed_at(app: Flask, tmp_path: Path):
    path = csv_file(tmp_path / "a.csv", [line(n, region="é") for n in range(3)])
    path.write_bytes(path.read_bytes().replace(b"statement 1", b"statement \xff"))
    result = run(app, "complaints", "import", path)
    assert summary(result.stdout) == sums(3, 2, 0, 1, 0)
    assert [(row["line"], row["place"]) for row in rejects(path)] == [("3", "narrative")]


def test_a_column_map_brings_another_system_in(app: Flask, tmp_path: Path):
    rows = [
        {
            "Complaint ID": str(n),
            "Date received": "2024-07-01",
            "Consumer complaint narrative": "They keep calling me about a debt I have paid.",
            "Submitted via": "Web" if n else "",
            "Company": "Somebody Inc.",
        }
        for n in range(3)
    ]
    path = csv_file(tmp_path / "cfpb.csv", rows)
    result = run(
        app, "complaints", "import", path, "--columns", "playbooks/columns/cfpb.toml", "--source", "cfpb"
    )
    assert (result.exit_code, summary(result.stdout)["created"]) == (0, 3)
    assert "no column for: product, region" in result.stderr
    assert [each.channel for each in complaints()] == ["other", "web", "web"]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("none.csv", None, "There is no file none.csv."),
        ("a.xlsx", b"PK", "must end in .csv or .ndjson"),
        ("a.csv", b"", "The file is empty"),
        ("a.csv", b"source_ref,channel\n1,web\n", "narrative: The first line names no column narrative."),
        ("a.csv.gz", b"\x1f\x8bnot really", "cannot be read to its end"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(
    app: Flask, tmp_path: Path, name: str, content: bytes | None, expected: str
):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    result = run(app, "complaints", "import", tmp_path / name)
    assert result.exit_code == 1
    assert expected in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""


def test_two_complaints_of_one_reference_in_one_file_are_one(app: Flask, tmp_path: Path):
    path = ndjson(tmp_path / "a.ndjson", [line(1, escalated=True), line(1, escalated=True)])
    assert summary(run(app, "complaints", "import", path).stdout) == sums(2, 1, 1, 0, 1)


def _wait_for_progress(database: Path, process: object, least: int) -> None:
    """Until the import has committed so many lines; it fails where the process ends before."""
    until = clock.monotonic() + 60
    connection = sqlite3.connect(database, timeout=10)
    try:
        while clock.monotonic() < until:
            rows = connection.execute("SELECT lines FROM import_runs").fetchall()
            if rows and rows[0][0] >= least:
                return
            assert process.poll() is None, "the import ended before it could be interrupted"  # type: ignore[attr-defined]
    finally:
        connection.close()
    raise AssertionError("the import made no progress")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_an_interrupted_import_goes_on_and_its_sums_are_right(
    template: Path, tmp_path: Path, how: signal.Signals
):
    var = shutil.copytree(template, tmp_path / "var")
    many = 1_200
    lines = [
        line(n, channel="pigeon" if n % 100 == 7 else "web", escalated=n % 300 == 1) for n in range(many)
    ]
    path = ndjson(tmp_path / "a.ndjson", lines)
    first = started(var, "complaints", "import", path)
    _wait_for_progress(var / "incident.db", first, 2 * importing.BATCH)
    first.send_signal(how)
    code, out, err = finished(first)
    assert code != 0
    assert out == ""
    if how == signal.SIGINT:
        assert err == "Error: Interrupted; the same command goes on where this one ended.\n"
    code, out, err = finished(started(var, "complaints", "import", path))
    assert "Went on after line" in err
    assert summary(out) == sums(many, many - 12, 0, 12, 4)
    assert [row["line"] for row in rejects(path)] == [str(n + 1) for n in range(7, many, 100)]
    with sqlite3.connect(var / "incident.db") as connection:
        assert connection.execute("SELECT count(*) FROM complaints").fetchone() == (many - 12,)
        assert connection.execute("SELECT count(*) FROM incidents").fetchone() == (4,)
    connection.close()
