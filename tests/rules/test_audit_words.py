"""What the audit log records and what a token may do can be read in words, not in codes alone."""

import ast

from incident import i18n, permissions
from incident.settings import ROOT


def recorded() -> tuple[set[str], set[str]]:
    """(actions, names of details) of every call of `audit.record` in the code."""
    actions: set[str] = set()
    details: set[str] = set()
    for path in (ROOT / "incident").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                texts = [each for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)]
                actions |= {str(each.value) for each in texts}
                details |= {each.arg for each in node.keywords if each.arg} - {"by", "at"}
    return actions, details


def test_every_action_of_the_audit_log_has_words() -> None:
    actions, details = recorded()
    assert len(actions) > 10
    assert actions == set(i18n.WORDS["act"])
    assert details <= set(i18n.WORDS["detail"])


def test_every_scope_of_a_token_has_words() -> None:
    assert set(permissions.SCOPES) == set(i18n.WORDS["scope"])
