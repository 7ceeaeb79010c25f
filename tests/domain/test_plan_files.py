"""Plan files: a fault names its place, the last good version stays, a repaired file is taken."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from incident import errors, notices
from incident.db import db, unit_of_work
from incident.models.plans import PlanVersion
from incident.playbooks import files, library, loading, watch
from incident.settings import ROOT
from tests import builders

PLAN = "plans/fee_dispute.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the editor's files."""
    return Path(shutil.copytree(ROOT / "playbooks", tmp_path / "playbooks"))


@pytest.fixture
def app(make_app: Callable[..., Flask], folder: Path) -> Iterator[Flask]:
    """The application on that copy."""
    found = make_app(playbooks_dir=folder)
    with found.app_context():
        yield found


def edit(folder: Path, name: str, old: str, new: str, *, times: int = 1) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, times), "utf-8")


def load(folder: Path) -> loading.Report:
    with unit_of_work():
        return loading.load(folder, by="test", at=builders.NOW)


FAULTS: dict[str, tuple[str, str, str, str]] = {
    "no TOML": (PLAN, "[", "[[[", "not valid TOML"),
    "an unknown key": (PLAN, "default_level", "defualt_level", "defualt_level"),
    "a bad duration": (PLAN, 'due = "', 'due = "soon', "bad duration"),
    "a level beyond the scale": (PLAN, "default_level = ", "default_level = 1", "default_level"),
    "an unknown department": (PLAN, 'code = "', 'code = "ZZ', "ZZ"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_names_file_and_place_and_the_last_good_version_stays(
    app: Flask, folder: Path, case: str
) -> None:
    name, old, new, told = FAULTS[case]
    before = library.current("fee_dispute")
    edit(folder, name, old, new)
    report = load(folder)
    assert report.faults and all(fault.file == name for fault in report.faults)
    assert any(told in str(fault) for fault in report.faults), [str(each) for each in report.faults]
    assert report.loaded == {} and library.current("fee_dispute").number == before.number
    (notice,) = notices.current()
    assert notice.key == loading.NOTICE and notice.values["count"] == len(report.faults)
    edit(folder, name, new, old)
    assert load(folder).faults == [] and notices.current() == []


def test_a_missing_and_an_unknown_file_are_faults(app: Flask, folder: Path) -> None:
    (folder / PLAN).rename(folder / "plans/unheard_of.toml")
    told = {str(fault) for fault in load(folder).faults}
    assert told == {f"{PLAN}: the file is missing", "plans/unheard_of.toml: no complaint type has this name"}
    assert library.current("fee_dispute").number == 1


def test_one_broken_file_does_not_keep_a_good_one_from_being_taken(app: Flask, folder: Path) -> None:
    edit(folder, PLAN, "[", "[[[")
    edit(folder, "plans/other.toml", 'zh = "', 'zh = "新')
    report = load(folder)
    assert report.loaded == {"other": 2} and len(report.faults) == 1


def test_loading_again_makes_no_version_and_going_back_makes_one(app: Flask, folder: Path) -> None:
    count = select(func.count()).select_from(PlanVersion)
    before = db.session.scalar(count)
    assert load(folder).loaded == {} and db.session.scalar(count) == before
    edit(folder, PLAN, 'zh = "', 'zh = "新')
    assert load(folder).loaded == {"fee_dispute": 2}
    edit(folder, PLAN, 'zh = "新', 'zh = "')
    assert load(folder).loaded == {"fee_dispute": 3}
    first, third = library.numbered("fee_dispute", 1), library.numbered("fee_dispute", 3)
    assert first.content_hash == third.content_hash and first.plan == third.plan
    assert [each.version for each in library.history("fee_dispute")] == [3, 2, 1]


def test_the_watch_takes_an_edit_once_and_leaves_untouched_files_alone(app: Flask, folder: Path) -> None:
    watch.sweep(folder, at=builders.NOW)
    assert watch.sweep(folder, at=builders.NOW) == 0
    edit(folder, PLAN, 'zh = "', 'zh = "新')
    assert [watch.sweep(folder, at=builders.NOW) for _ in range(2)] == [1, 0]
    assert library.current("fee_dispute").number == 2


def test_a_department_that_the_file_drops_keeps_its_name_for_running_incidents(
    app: Flask, folder: Path
) -> None:
    names = set(library.departments())
    path = folder / "departments.toml"
    text = path.read_text("utf-8")
    last = text.rindex("[[departments]]")
    path.write_text(text[:last], "utf-8")
    load(folder)
    assert set(library.departments()) == names


@pytest.mark.parametrize("key", ["unheard_of", "@levels"])
def test_what_is_no_plan_is_not_found(app: Flask, key: str) -> None:
    with pytest.raises(errors.NotFound):
        library.current(key)
    with pytest.raises(errors.NotFound):
        library.numbered(key, 1)


def test_places_are_told_in_words_an_editor_finds() -> None:
    content = {"steps": [{"key": "call"}, {"key": "stop_contact", "due": "x"}]}
    assert files.place(("steps", 1, "due"), content) == "steps[2] (stop_contact).due"
    assert files.place(("steps", 7, "due"), content) == "steps[8].due"
    assert files.place((), content) == ""
