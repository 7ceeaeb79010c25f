"""`flask playbooks`: every kind of fault is named with file, place and expectation; export and load agree."""

import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from incident.db import db
from incident.models.plans import PlanVersion
from incident.settings import ROOT
from tests.cli.commands import run

PLAN = "plans/privacy_leak.toml"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "playbooks", tmp_path / "playbooks"))


def replaced(path: Path, old: str, new: str) -> None:
    """Change the first place where `old` stands; there must be one."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_shipped_files_are_sound(app: Flask):
    result = run(app, "playbooks", "check")
    assert (result.exit_code, result.stderr) == (0, "")


FAULTS = {
    "unknown department": (PLAN, 'code = "DPO"', 'code = "ZZZ"', ["ZZZ"]),
    "bad duration": (PLAN, 'due = "', 'due = "soon', ["steps[1]", "due"]),
    "unknown level": (PLAN, "default_level = ", "default_level = 7", ["default_level"]),
    "unknown key": (PLAN, "sensitive = ", "colour = 1\nsensitive = ", ["colour"]),
    "no value": (PLAN, "sensitive = true", "sensitive = ", ["line"]),
    "unknown type": (PLAN, 'key = "privacy_leak"', 'key = "other"', ["privacy_leak", "file"]),
    "twice in TOML": (PLAN, "sensitive = true", "sensitive = true\nsensitive = true", ["line"]),
    "no number": ("rules/cn.toml", "value = ", 'value = "a" #', ["rules[1]", "value"]),
    "department without a name": ("departments.toml", "name = ", "# name = ", ["departments[1]", "name"]),
}


@pytest.mark.parametrize(("name", "old", "new", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_named_with_file_and_place(
    app: Flask, tree: Path, name: str, old: str, new: str, expected: list[str]
):
    replaced(tree / name, old, new)
    result = run(app, "playbooks", "check", tree)
    assert result.exit_code == 1
    told = [each for each in result.stdout.splitlines() if each.startswith(name)]
    assert any(all(word in each for word in expected) for each in told), result.stdout


def test_a_missing_language_is_named(app: Flask, tree: Path):
    path = tree / PLAN
    text = path.read_text(encoding="utf-8")
    title = next(each for each in text.splitlines() if each.startswith("title = "))
    path.write_text(text.replace(title, title.split(", en =")[0] + " }", 1), encoding="utf-8")
    result = run(app, "playbooks", "check", tree)
    assert f"{PLAN}: title.en: Field required" in result.stdout.splitlines()


def test_a_step_key_that_occurs_twice_is_named(app: Flask, tree: Path):
    replaced(tree / PLAN, 'key = "preserve_evidence"', 'key = "freeze_contact"')
    result = run(app, "playbooks", "check", tree)
    assert "steps: duplicate key 'freeze_contact'" in result.stdout


def test_every_fault_is_listed_not_only_the_first(app: Flask, tree: Path):
    (tree / PLAN).unlink()
    replaced(tree / "plans/other.toml", 'key = "other"', 'key = "others"')
    (tree / "plans/misspelt.toml").write_text("", encoding="utf-8")
    result = run(app, "playbooks", "check", tree)
    assert {each.partition(":")[0] for each in result.stdout.splitlines()} == {
        PLAN,
        "plans/other.toml",
        "plans/misspelt.toml",
    }
    assert len(result.stderr.strip().splitlines()) == 1


def test_loading_again_changes_nothing_and_a_changed_file_is_the_next_version(app: Flask, tree: Path):
    before = db.session.scalar(select(func.count()).select_from(PlanVersion))
    assert "loaded=0" in run(app, "playbooks", "load", tree).stdout
    replaced(tree / PLAN, "sensitive = true", "sensitive = false")
    assert "privacy_leak: version 2" in run(app, "playbooks", "load", tree).stdout
    assert db.session.scalar(select(func.count()).select_from(PlanVersion)) == (before or 0) + 1


def test_a_faulty_file_fails_the_load_and_the_others_are_loaded(app: Flask, tree: Path):
    replaced(tree / PLAN, "sensitive = true", "sensitive = 1.5")
    replaced(tree / "plans/other.toml", "sensitive = false", "sensitive = true")
    result = run(app, "playbooks", "load", tree)
    assert result.exit_code == 1
    assert "other: version 2" in result.stdout
    assert PLAN in result.stderr


def test_what_is_exported_passes_the_check_and_loads_as_unchanged(app: Flask, tmp_path: Path):
    target = tmp_path / "out"
    assert run(app, "playbooks", "export", target).exit_code == 0
    written = {path.relative_to(target).as_posix() for path in target.rglob("*.toml")}
    assert {PLAN, "departments.toml", "levels.toml", "triage.toml", "rules/cn.toml"} <= written
    assert run(app, "playbooks", "check", target).exit_code == 0
    loaded = run(app, "playbooks", "load", target)
    assert (loaded.exit_code, loaded.stdout) == (0, f"loaded=0 unchanged={len(written)} faults=0\n")


def test_an_export_overwrites_only_when_told(app: Flask, tmp_path: Path):
    run(app, "playbooks", "export", tmp_path)
    refused = run(app, "playbooks", "export", tmp_path)
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    assert run(app, "playbooks", "export", tmp_path, "--force").exit_code == 0
