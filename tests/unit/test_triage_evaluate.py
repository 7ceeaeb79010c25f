"""`triage evaluate` and `triage train` on small files written here."""

import csv
import gzip
import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from incident.triage import cli, samples, train

ROWS = [
    ("Fees", "They charged me a late fee and interest, refund the late fee."),
    ("Fees", "The late fee and the interest charged are wrong, I want the fee refunded."),
    ("Calls", "The collector keeps calling me at work every day and harasses my mother."),
    ("Calls", "Debt collectors call ten times a day, they are harassing and yelling."),
]
MAP = {"issues": {"Fees": {"type": "fee_dispute"}, "Calls": {"type": "improper_collection"}}}


def run(folder: Path, rows: list[tuple[str, str]], *words: str, command: str = "evaluate") -> Result:
    """Run a command on rows and the map above."""
    data, labels = folder / "rows.csv.gz", folder / "map.json"
    with gzip.open(data, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("issue", "narrative", "product"), *((*row, "Credit card") for row in rows)])
    labels.write_text(json.dumps(MAP), encoding="utf-8")
    return CliRunner().invoke(cli.group, [command, str(data), "--labels", str(labels), *words])


def test_evaluate_prints_shares_precision_recall_and_confusion(tmp_path: Path) -> None:
    result = run(tmp_path, [*ROWS, ("Fees", "The collector keeps calling me at work every day.")])
    assert result.exit_code == 0
    assert "rows=5 accuracy=0.8000" in result.output
    line = next(line for line in result.output.splitlines() if line.startswith("improper_collection"))
    assert line.split() == ["improper_collection", "0.667", "1.000", "2", "3"]
    assert "confusion" in result.output


def test_a_chinese_file_is_measured_by_its_label_group(tmp_path: Path) -> None:
    data, labels = tmp_path / "zh.csv", tmp_path / "zh.json"
    data.write_text(
        "narrative,label,label_group\n催收天天打电话骚扰家人,催收行为类,a\n乱收手续费要求退还利息,定价收费类,a\n催收恐吓我,其他类,a\n",
        encoding="utf-8",
    )
    labels.write_text(
        json.dumps({"labels": {"催收行为类": "improper_collection", "定价收费类": "fee_dispute"}}),
        encoding="utf-8",
    )
    result = CliRunner().invoke(
        cli.group, ["evaluate", str(data), "--labels", str(labels), "--language", "zh"]
    )
    assert "rows=2 accuracy=1.0000" in result.output
    line = next(line for line in result.output.splitlines() if line.startswith("improper_collection"))
    assert line.split()[1] == "0.500"  # the row of another label counts against precision


@pytest.mark.parametrize("content", ["{", '{"issues": {"Fees": {"type": "no_such_type"}}}'])
def test_a_map_that_is_none_is_one_sentence_and_a_failure(tmp_path: Path, content: str) -> None:
    (tmp_path / "map.json").write_text(content, encoding="utf-8")
    with pytest.raises(samples.SampleError, match="is no label map"):
        samples.read_map(tmp_path / "map.json")


def test_a_file_without_narratives_fails_with_one_sentence(tmp_path: Path) -> None:
    data, labels = tmp_path / "rows.csv", tmp_path / "map.json"
    data.write_text("issue,text\nFees,hello\n", encoding="utf-8")
    labels.write_text(json.dumps(MAP), encoding="utf-8")
    result = CliRunner().invoke(cli.group, ["evaluate", str(data), "--labels", str(labels)])
    assert result.exit_code != 0
    assert "there is no column narrative" in result.output and "Traceback" not in result.output


def test_a_file_in_another_language_than_asked_for_fails(tmp_path: Path) -> None:
    result = run(tmp_path, ROWS, "--language", "zh")
    assert result.exit_code != 0 and "no labelled row is in the language" in result.output


def test_too_few_rows_of_a_type_are_refused_before_training(tmp_path: Path) -> None:
    out = tmp_path / "model.json.gz"
    result = run(tmp_path, ROWS, "--source", "written here", "--out", str(out), command="train")
    assert result.exit_code != 0 and not out.exists()


def test_without_the_training_library_the_way_to_install_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.feature_extraction.text", None)
    with pytest.raises(train.TrainingUnavailable, match=r"requirements-train\.txt"):
        train.train([samples.Sample("a", "other", "cards")], source="written here")


def test_texts_of_one_template_stay_together() -> None:
    letter = "I hereby dispute the account below and demand that you verify it in thirty days as the act says"
    groups = train.templates(
        [letter, "The branch lost my card and nobody at the desk would help me", letter + " now"]
    )
    assert groups[0] == groups[2] != groups[1]
