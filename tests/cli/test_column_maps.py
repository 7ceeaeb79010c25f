"""Column maps: other names, other words, other times."""

from pathlib import Path

import pytest

from incident import errors
from incident.intake import columns
from incident.settings import ROOT

CFPB = ROOT / "playbooks" / "columns" / "cfpb.toml"
LEAST = '[columns]\nsource_ref = "id"\nreceived_at = "day"\nchannel = "via"\nnarrative = "text"\n'
HEADER = ["id", "day", "via", "text"]


def plan(folder: Path, more: str = "", least: str = LEAST) -> columns.ColumnMap:
    path = folder / "map.toml"
    path.write_text(least + more, encoding="utf-8")
    return columns.load(path)


@pytest.mark.parametrize(
    "row",
    [
        {"complaint_id": "7", "received_at": "2024-07-01", "narrative": "t", "channel": "Web", "state": "TX"},
        {
            "Complaint ID": "7",
            "Date received": "07/01/24",
            "Consumer complaint narrative": "t",
            "Submitted via": "web",
            "State": "TX",
            "Company": "x",
        },
    ],
    ids=["short names", "public names"],
)
def test_the_shipped_map_reads_both_exports_alike(row: dict[str, str]):
    body = columns.Reader(columns.load(CFPB), list(row), strict=False).body(row)
    assert body == {
        "source_ref": "7",
        "received_at": "2024-07-01T00:00:00-04:00",  # a day of the bureau begins in Washington
        "narrative": "t",
        "channel": "web",
        "region": "TX",
        "account": {"currency": "USD"},
    }


def test_an_empty_cell_can_have_a_meaning_of_its_own(tmp_path: Path):
    reader = columns.Reader(plan(tmp_path, '[values.channel]\n"" = "other"\n'), HEADER, strict=False)
    assert reader.body({"id": "1", "day": "d", "via": " ", "text": "t"})["channel"] == "other"


def test_words_that_the_map_does_not_list_stay_as_they_are(tmp_path: Path):
    reader = columns.Reader(plan(tmp_path, '[values.channel]\n"Tel" = "hotline"\n'), HEADER, strict=False)
    row = {"id": "1", "day": "d", "text": "t"}
    assert reader.body({**row, "via": "TEL "})["channel"] == "hotline"
    assert reader.body({**row, "via": "pigeon"})["channel"] == "pigeon"


def test_several_signals_stand_in_one_cell(tmp_path: Path):
    reader = columns.Reader(
        plan(tmp_path, 'signals = "marks"\n[values.signals]\n"press" = "media_exposure"\n'),
        [*HEADER, "marks"],
        strict=False,
    )
    row = {"id": "1", "day": "d", "via": "v", "text": "t", "marks": "Press; repeat,vulnerable"}
    assert reader.body(row)["signals"] == ["media_exposure", "repeat", "vulnerable"]


def test_a_time_of_the_export_keeps_its_own_hour(tmp_path: Path):
    dates = '[dates]\nformat = ["%d.%m.%Y %H:%M", "%d.%m.%Y"]\ntime = "08:30"\nzone = "Europe/Berlin"\n'
    reader = columns.Reader(plan(tmp_path, dates), HEADER, strict=False)
    row = {"id": "1", "via": "v", "text": "t"}
    assert reader.body({**row, "day": "01.07.2024 23:15"})["received_at"] == "2024-07-01T23:15:00+02:00"
    assert reader.body({**row, "day": "01.12.2024"})["received_at"] == "2024-12-01T08:30:00+01:00"


def test_a_time_of_another_shape_is_refused_by_its_place(tmp_path: Path):
    reader = columns.Reader(plan(tmp_path, '[dates]\nformat = "%Y-%m-%d"\n'), HEADER, strict=False)
    with pytest.raises(errors.Invalid) as refused:
        reader.body({"id": "1", "day": "yesterday", "via": "v", "text": "t"})
    assert [reason.loc for reason in refused.value.reasons] == [("received_at",)]
    assert "yesterday" not in str(refused.value.reasons[0])


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("[values.colour]\n", "colour"),
        ('[dates]\nzone = "Mars"\n', "Mars"),
        ("[surprise]\n", "surprise"),
        ("region = 5 6\n", "line 6"),
    ],
)
def test_a_wrong_map_is_refused_with_the_place(tmp_path: Path, more: str, expected: str):
    with pytest.raises(errors.Invalid) as refused:
        plan(tmp_path, more)
    told = " ".join(f"{'.'.join(map(str, each.loc))} {each}" for each in refused.value.reasons)
    assert expected in told


def test_a_map_that_leaves_out_what_is_needed_is_refused(tmp_path: Path):
    with pytest.raises(errors.Invalid) as refused:
        plan(tmp_path, least='[columns]\nsource_ref = "id"\n')
    assert "received_at, channel, narrative" in str(refused.value.reasons[0])


def test_a_missing_column_is_named_as_the_export_would_name_it():
    with pytest.raises(errors.Invalid) as refused:
        columns.Reader(columns.load(CFPB), ["Complaint ID", "Date received", "Submitted via"], strict=False)
    assert [str(each) for each in refused.value.reasons] == [
        "The first line names no column narrative / Consumer complaint narrative."
    ]


def test_without_a_map_an_unknown_column_is_refused_like_an_unknown_field():
    with pytest.raises(errors.Invalid) as refused:
        columns.Reader(
            columns.own(), ["source_ref", "received_at", "channel", "narrative", "colour"], strict=True
        )
    assert [str(each) for each in refused.value.reasons] == ["The column colour is no field of a complaint."]


def test_fields_below_customer_and_account_are_dotted():
    reader = columns.Reader(
        columns.own(),
        ["source_ref", "received_at", "channel", "narrative", "customer.name", "account.days_overdue"],
        strict=True,
    )
    body = reader.body(
        {
            "source_ref": "1",
            "received_at": "r",
            "channel": "c",
            "narrative": "n",
            "customer.name": "王小明",
            "account.days_overdue": "",
        }
    )
    assert body["customer"] == {"name": "王小明"}
    assert "account" not in body
