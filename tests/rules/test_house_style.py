"""How our files look: a sentence at the top, short, finished, and nobody but the edges commits."""

import ast
import re

from incident.settings import ROOT
from tests.rules import tree

LONGEST = 300  # lines
UNFINISHED = re.compile(r"(#|<!--|\{#).*\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
SWITCHED_OFF = re.compile(r"(mark\.(sk" r"ip|xf" r"ail)|pytest\.(sk" r"ip|xf" r"ail|importor" r"skip)\()")
# db.unit_of_work is the transaction. The two others end a transaction that wrote nothing of ours: the sender
# before it waits for the network, Alembic's lock after it migrated.
MAY_COMMIT = {"incident/db.py": 2, "incident/alerting/delivery.py": 1, "migrations/env.py": 1}


def test_every_file_says_in_a_sentence_what_it_is() -> None:
    for path in tree.python_files():
        if path.name == "conftest.py" and not path.read_text("utf-8").strip():
            continue
        said = ast.get_docstring(tree.syntax(path)) or ""
        assert said, f"{tree.short(path)} has no docstring"
        first = said.split("\n\n")[0]
        assert re.search(r"[.…?](\s|$)", first), f"{tree.short(path)}: not a sentence: {first!r}"


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    long = {
        tree.short(path): lines
        for path in tree.python_files()
        if path.parent != ROOT / "migrations/versions"
        and (lines := len(path.read_text("utf-8").splitlines())) > LONGEST
    }
    assert long == {}


def test_nothing_is_left_for_later_and_no_test_is_switched_off() -> None:
    unfinished = [
        f"{tree.short(path)}:{number}"
        for path in [*tree.python_files(), *tree.templates(), *sorted((ROOT / "playbooks").rglob("*.toml"))]
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if UNFINISHED.search(line) or (path.suffix == ".py" and SWITCHED_OFF.search(line))
    ]
    assert unfinished == []


def test_only_the_unit_of_work_commits() -> None:
    found: dict[str, int] = {}
    for path in [*tree.service_files(), ROOT / "migrations/env.py"]:
        if "sandbox" in path.relative_to(ROOT).parts:
            continue  # a world of its own with a database of its own
        count = sum(not node.args for node in tree.calls(path, "commit"))
        if count:
            found[tree.short(path)] = count
    assert found == MAY_COMMIT


def test_verbs_do_not_open_transactions_of_their_own() -> None:
    verbs = (
        "lifecycle",
        "coordination",
        "intake/receive.py",
        "clocks.py",
        "timeline.py",
        "audit.py",
        "accounts.py",
    )
    opened = [
        tree.short(path)
        for path in tree.service_files()
        if tree.short(path).removeprefix("incident/").startswith(verbs)
        and any(tree.calls(path, "unit_of_work"))
    ]
    assert opened == []


def test_a_blind_except_says_why_it_is_a_last_handler() -> None:
    silent = []
    for path in tree.service_files():
        lines = path.read_text("utf-8").splitlines()
        for node in ast.walk(tree.syntax(path)):
            caught = getattr(node, "type", None) if isinstance(node, ast.ExceptHandler) else None
            if isinstance(caught, ast.Name) and caught.id in ("Exception", "BaseException"):
                around = "\n".join(lines[node.lineno - 1 : node.lineno + 3])
                if "last handler" not in around and "raise" not in around:
                    silent.append(f"{tree.short(path)}:{node.lineno}")
    assert silent == []


def test_every_public_function_of_the_service_says_what_it_does() -> None:
    silent = [
        f"{tree.short(path)}:{node.lineno} {node.name}"
        for path in tree.service_files()
        for node in tree.syntax(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_templates_hold_no_inline_style_script_or_handler() -> None:
    bad = re.compile(
        r"""\sstyle=|\son[a-z]+=["']|<script(?![^>]*\ssrc=)[^>]*>|javascript:|<style\b""", re.IGNORECASE
    )
    data = re.compile(r"""<script[^>]*type=["']application/(ld\+)?json["']""")
    found = [
        f"{tree.short(path)}:{number}: {line.strip()[:80]}"
        for path in tree.templates()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if bad.search(line) and not data.search(line)
    ]
    assert found == []


def test_templates_name_no_other_host() -> None:
    found = [
        f"{tree.short(path)}:{number}"
        for path in tree.templates()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if re.search(r"""(src|href|action)=["'](https?:)?//""", line)
    ]
    assert found == []
