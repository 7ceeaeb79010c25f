"""Files as senders save them: encodings, quotation marks, broken lines."""

import gzip
import itertools
from pathlib import Path

import pytest

from incident import errors
from incident.intake import records, textlines
from incident.intake.records import Record


def read_csv(path: Path) -> tuple[list[str], list[Record]]:
    rows = records.CsvReader(textlines.lines(textlines.look(path)))
    return rows.header, list(rows)


def csv_file(folder: Path, content: str | bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


TEXT = "编号,经过\r\n1,催收员上门\r\n2,多次来电\r\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("gbk"),
        TEXT.encode("gb18030"),
    ],
    ids=["utf-8", "bom", "utf-16", "utf-16-be", "gbk", "gb18030"],
)
def test_every_encoding_of_a_spreadsheet_reads_alike(tmp_path: Path, content: bytes):
    header, rows = read_csv(csv_file(tmp_path, content))
    assert header == ["编号", "经过"]
    assert [row.values["经过"] for row in rows] == ["催收员上门", "多次来电"]
    assert [row.line for row in rows] == [2, 3]


def test_utf_16_without_a_mark_is_known_by_its_first_letter(tmp_path: Path):
    for encoding in ("utf-16-le", "utf-16-be"):
        header, rows = read_csv(csv_file(tmp_path, "id,text\n1,催收\n".encode(encoding)))
        assert (header, rows[0].values["text"]) == (["id", "text"], "催收")


def test_a_packed_file_reads_like_the_file(tmp_path: Path):
    header, rows = read_csv(csv_file(tmp_path, gzip.compress(TEXT.encode()), "file.csv.gz"))
    assert (header, len(rows)) == (["编号", "经过"], 2)


def test_a_packed_file_that_ends_early_is_refused_before_anything_is_taken(tmp_path: Path):
    path = csv_file(tmp_path, gzip.compress(TEXT.encode() * 500)[:-20], "file.csv.gz")
    with pytest.raises(errors.Invalid, match="cannot be read to its end"):
        textlines.look(path)


def test_one_broken_line_does_not_make_a_utf_8_file_a_chinese_one(tmp_path: Path):
    _, rows = read_csv(csv_file(tmp_path, TEXT.encode() + b"3,caf\xe9\r\n"))
    assert rows[0].values["经过"] == "催收员上门"
    assert rows[2].values["经过"] == "caf\udce9"  # what the complaint's own check refuses


def test_half_a_character_at_the_end_is_not_silently_dropped(tmp_path: Path):
    _, rows = read_csv(csv_file(tmp_path, "id,text\n1,ab".encode("utf-16") + b"\x4e"))
    assert rows[0].values["text"] == "ab\udc80"


def test_a_quoted_field_may_hold_lines_commas_and_quotation_marks(tmp_path: Path):
    _, rows = read_csv(csv_file(tmp_path, 'a,b\n1,"x, ""y""\n\nz"\n2,w\n'))
    assert [(row.line, row.last_line, row.values["b"]) for row in rows] == [
        (2, 4, 'x, "y"\n\nz'),
        (5, 5, "w"),
    ]


BROKEN = {
    "never closed, next line quoted": ('1,"open\n2,"fine"\n3,fine\n', [2], ["2", "3"]),
    "never closed, nothing quoted after": ('1,"open\n2,fine\n3,fine\n', [2], ["2", "3"]),
    "never closed on the last line": ('1,fine\n2,"open\n', [3], ["1"]),
    "a mark inside a quoted field": ('1,"he said "no" twice"\n2,fine\n', [2], ["2"]),
    "too few columns": ("1\n2,fine\n", [2], ["2"]),
    "too many columns": ("1,a,b\n2,fine\n", [2], ["2"]),
    "a broken field of several lines": ('1,"he said "no"\nand went\naway"\n2,fine\n', [2], ["2"]),
    "two broken lines apart": ('1,"a "b" c"\n2,fine\n3,"a "b" c"\n4,fine\n', [2, 4], ["2", "4"]),
}


@pytest.mark.parametrize(("content", "bad", "good"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_record_is_told_by_its_line_and_what_follows_is_read(
    tmp_path: Path, content: str, bad: list[int], good: list[str]
):
    _, rows = read_csv(csv_file(tmp_path, "a,b\n" + content))
    assert [row.line for row in rows if row.fault] == bad
    assert [row.values["a"] for row in rows if not row.fault] == good


def test_a_mark_that_is_never_closed_swallows_no_more_than_a_record_may_hold(tmp_path: Path):
    rest = "".join(f"{number},fine\n" for number in range(3_000))
    _, rows = read_csv(csv_file(tmp_path, 'a,b\nx,"open\n' + rest))
    assert [row.line for row in rows if row.fault] == [2]
    assert len(rows) == 3_001


def test_a_mark_in_the_middle_of_an_unquoted_field_is_only_a_character(tmp_path: Path):
    _, rows = read_csv(csv_file(tmp_path, 'a,b\n1,a 5" pipe\n'))
    assert rows[0].values["b"] == 'a 5" pipe'


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_spreadsheets_separate_columns_otherwise(tmp_path: Path, delimiter: str):
    header, rows = read_csv(csv_file(tmp_path, delimiter.join("ab") + "\n" + delimiter.join("12") + "\n"))
    assert (header, rows[0].values) == (["a", "b"], {"a": "1", "b": "2"})


@pytest.mark.parametrize("content", ["", "\n", 'a,"b\n', "a,a\n1,2\n"])
def test_a_file_without_a_sound_first_line_is_refused(tmp_path: Path, content: str):
    with pytest.raises(errors.Invalid):
        read_csv(csv_file(tmp_path, content))


def test_a_broken_json_line_is_told_with_its_column(tmp_path: Path):
    path = csv_file(tmp_path, '{"a": 1}\n\n{"a": \n[1]\n{"a": NaN}\n{"a": 1, "a": 2}\n{"a": 2}\n', "x.ndjson")
    found = list(records.ndjson(textlines.lines(textlines.look(path))))
    assert [(each.line, each.fault is None) for each in found] == [
        (1, True),
        (3, False),
        (4, False),
        (5, False),
        (6, False),
        (7, True),
    ]
    assert "column" in str(found[1].fault)


def test_a_json_line_nested_without_end_is_told_and_not_a_crash(tmp_path: Path):
    path = csv_file(tmp_path, "[" * 100_000 + '\n{"a": 1}\n', "x.ndjson")
    found = list(records.ndjson(textlines.lines(textlines.look(path))))
    assert [each.fault is None for each in found] == [False, True]


def test_the_bytes_of_all_records_add_up_to_the_file(tmp_path: Path):
    source = textlines.look(csv_file(tmp_path, TEXT))
    ends = [row.ends for row in records.CsvReader(textlines.lines(source))]
    assert ends[-1] == source.size
    assert all(before < after for before, after in itertools.pairwise(ends))
