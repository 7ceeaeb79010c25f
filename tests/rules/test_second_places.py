"""What is said in one place and must stand in a second: sentences, words, access, documents, licences."""

import ast
import hashlib
import re
from pathlib import Path

import pytest
from flask import Flask

from incident import i18n, labels, scheduling, timeline
from incident.alerting import checks, outbox
from incident.models import (
    actions,
    agencies,
    alerts,
    conduct,
    decisions,
    drills,
    evidence,
    exercises,
    groups,
    incidents,
    people,
    plans,
    resolutions,
    reviews,
    training,
    updates,
)
from incident.permissions import ROLES, SCOPES, SUPERVISION, Permission, Role
from incident.playbooks import files
from incident.settings import ROOT, Settings
from incident.vocabulary import Channel, ComplaintType, IncidentRole, OptionKind, Stage, Status, TaskStatus
from tests.rules import tree


def kinds_in_use() -> dict[str, str]:
    """Every kind that is written to a timeline → where."""
    found = {}
    for path in tree.service_files():
        for node in tree.calls(path, "record", "row"):
            if tree.owner(node) == "timeline" and len(node.args) > 1:
                kind = node.args[1]
                if isinstance(kind, ast.Constant) and isinstance(kind.value, str):
                    found[kind.value] = f"{tree.short(path)}:{node.lineno}"
                elif isinstance(kind, ast.IfExp):
                    found.update({
                        each.value: tree.short(path)
                        for each in (kind.body, kind.orelse)
                        if isinstance(each, ast.Constant)
                    })  # fmt: skip
    return found


def test_every_kind_of_event_has_a_sentence_and_every_sentence_a_writer() -> None:
    assert set(kinds_in_use()) == set(timeline.KINDS)


def test_every_enumeration_that_people_read_has_words_for_each_member() -> None:
    for kind, members in {
        "status": Status,
        "task_status": TaskStatus,
        "department_state": incidents.DepartmentState,
        "recusal_kind": conduct.RecusalKind,
        "finding": evidence.FindingResult,
        "evidence_kind": evidence.EvidenceKind,
        "clock_state": incidents.ClockState,
        "delivery_state": alerts.DeliveryState,
        "drill_state": drills.DrillState,
        "drill_kind": drills.DrillKind,
        "drill_role": drills.DrillRole,
        "drill_rating": exercises.Rating,
        "surge_state": groups.SurgeState,
        "agency_state": agencies.AgencyState,
        "review_state": reviews.ReviewState,
        "subject": training.Subject,
        "certificate_source": training.CertificateSource,
        "change_state": plans.ChangeState,
        "change_origin": plans.ChangeOrigin,
        "review_trigger": reviews.Trigger,
        "section": reviews.Section,
        "cause_category": reviews.CauseCategory,
        "signer": reviews.Signer,
        "action_kind": actions.ActionKind,
        "action_state": actions.ActionState,
        "option_kind": OptionKind,
        "option_state": resolutions.OptionState,
        "letter_state": decisions.LetterState,
        "follow_up_kind": decisions.FollowUpKind,
        "follow_up_state": decisions.FollowUpState,
        "label_state": resolutions.LabelState,
        "assessment_outcome": resolutions.AssessmentOutcome,
        "repeats": people.Repeats,
        "role": IncidentRole,
        "hand_over": updates.HandOverState,
        "person_role": Role,
    }.items():
        assert set(i18n.WORDS[kind]) == {str(each) for each in members}, kind
    assert set(labels.STAGES) == set(Stage)
    assert set(labels.CHANNELS) == set(Channel)


def test_every_delivery_step_has_words_a_check_and_an_adapter() -> None:
    steps = set(outbox.STEPS)
    assert set(i18n.WORDS["step"]) == steps
    assert set(checks.CHECKS) >= steps - {"fallback", "remind"}
    files = ("incident/slack/channel.py", "incident/slack/rooms.py")
    adapter = "".join((ROOT / name).read_text("utf-8") for name in files)
    for step in steps - {"alarm", "fallback", "mail", "report"}:
        assert f'"{step}"' in adapter, f"SlackChannel takes no step {step}"
    assert all(after is None or after in steps for _priority, after in outbox.STEPS.values())


@pytest.mark.parametrize("kind", list(ComplaintType))
def test_every_type_of_complaint_has_a_plan_file_and_a_label(kind: ComplaintType) -> None:
    assert (ROOT / "playbooks" / files.DOCUMENTS[str(kind)][0]).is_file()
    assert all(labels.TYPES[kind])


def test_every_role_and_every_scope_has_its_permissions_and_each_permission_a_holder() -> None:
    assert set(ROLES) == set(Role)
    assert SUPERVISION.union(*(ROLES[role] for role in Role if role != Role.ADMIN)) >= {
        each for each in Permission if each not in (Permission.ACCOUNTS_MANAGE,)
    }
    assert set(SCOPES) >= {"complaints:write", "incidents:read", "incidents:write", "drills:write", "admin"}


def test_every_job_has_a_name_of_its_own_and_says_what_it_is_for() -> None:
    names = [job.name for job in scheduling.JOBS]
    assert len(names) == len(set(names))
    assert all(job.about.strip() and job.every.total_seconds() >= 1 for job in scheduling.JOBS)


def test_every_setting_is_documented_with_its_name() -> None:
    text = "".join((ROOT / name).read_text("utf-8") for name in ("README.md", "docs/settings.md"))
    missing = [name.upper() for name in Settings.model_fields if f"`{name.upper()}`" not in text]
    assert missing == []
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_route_declares_its_access(app: Flask) -> None:
    silent = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if view.__module__.startswith("incident.board") and not hasattr(view, "access"):
            silent.append(f"{rule.rule} ({view.__module__})")
    assert silent == []


def test_a_route_that_writes_is_open_to_all_only_for_signing_in_and_the_language(app: Flask) -> None:
    from incident.board import access

    open_writes = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
        and getattr(app.view_functions[rule.endpoint], "access", None) == access.OPEN
    }
    assert open_writes <= {"/sign-in", "/sign-out", "/setup", "/account/preferences"}


def test_migrations_are_numbered_reversible_and_have_one_head() -> None:
    after: dict[str, str] = {}
    for path in sorted((ROOT / "migrations/versions").glob("*.py")):
        text = path.read_text("utf-8")
        assert f'revision = "{path.name[:4]}"' in text
        down = re.search(r"^down_revision = (None|\"\d{4}\")$", text, re.M)
        assert down, path.name
        assert down[1] not in after, f"{path.name} and {after[down[1]]} both follow {down[1]}"
        after[down[1]] = f'"{path.name[:4]}"'
        assert re.search(r"def downgrade\(\) -> None:\n(?!    pass)", text), f"{path.name} cannot be undone"
    chain = ["None"]
    while chain[-1] in after:  # parts of the work land in another order than they were numbered in
        chain.append(after[chain[-1]])
    assert len(chain) == len(after) + 1


def test_every_vendored_file_has_its_licence_beside_it_and_is_as_published() -> None:
    vendor = ROOT / "static/vendor"
    rows = dict(
        re.findall(r"^\| `([^`]+)` .*?`([0-9a-f]{64})`", (vendor / "README.md").read_text("utf-8"), re.M)
    )
    kept = [
        path for path in vendor.rglob("*") if path.is_file() and path.name not in ("README.md", "LICENSE")
    ]
    assert {str(path.relative_to(vendor)) for path in kept} == set(rows)
    for path in kept:
        assert (path.parent / "LICENSE").is_file(), f"{path} has no licence"
        assert hashlib.sha256(path.read_bytes()).hexdigest() == rows[str(path.relative_to(vendor))]


def test_fonts_and_images_elsewhere_come_from_us() -> None:
    foreign = [
        tree.short(path)
        for path in (ROOT / "static").rglob("*")
        if path.suffix in (".woff", ".woff2", ".ttf", ".jpg") and "vendor" not in path.parts
    ]
    assert foreign == []


def test_plans_and_rules_are_read_without_a_fault() -> None:
    reading = files.read(ROOT / "playbooks")
    assert [str(fault) for fault in reading.faults] == []
    assert set(reading.documents) == set(files.DOCUMENTS)


def test_nothing_names_the_place_it_was_built_in() -> None:
    told = re.compile(r"/wo" r"rk/|\.\./sha" r"red|\.\./doma" r"in")
    skip = {".venv", ".git", "var", "node_modules", "vendor", "__pycache__"}
    found = []
    for path in ROOT.rglob("*"):
        if (
            skip & set(path.parts)
            or not path.is_file()
            or path.suffix not in (".py", ".md", ".toml", ".html", ".css")
        ):
            continue
        if told.search(path.read_text("utf-8")):
            found.append(tree.short(path))
    assert found == []


def test_what_the_service_imports_is_pinned() -> None:
    pinned = (ROOT / "requirements.txt").read_text("utf-8").lower()
    for line in (ROOT / "requirements.in").read_text("utf-8").splitlines():
        name = re.split(r"[\[<>=~;#\s]", line.strip(), maxsplit=1)[0].lower()
        if name and not name.startswith("-"):
            assert re.search(rf"^{re.escape(name)}(\[[^\]]*\])?==", pinned, re.M), f"{name} is not pinned"


def test_the_tree_has_no_file_that_only_a_machine_made() -> None:
    made = [
        path for path in Path(ROOT).glob("*") if path.suffix in (".db", ".log", ".sqlite", ".orig", ".rej")
    ]
    assert made == []
