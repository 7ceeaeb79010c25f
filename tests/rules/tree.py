"""The tree as the rules read it: our files, their syntax and their templates."""

import ast
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from incident.settings import ROOT

OURS = ("incident", "migrations", "bench", "tests", "translations")


@lru_cache(maxsize=1)
def python_files() -> tuple[Path, ...]:
    """Every Python file of ours."""
    found = [ROOT / "app.py"]
    for folder in OURS:
        found += sorted(path for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts)
    return tuple(found)


def service_files() -> list[Path]:
    """Those that run in the service."""
    return [
        path for path in python_files() if path.is_relative_to(ROOT / "incident") or path.name == "app.py"
    ]


@cache
def syntax(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def calls(path: Path, *names: str) -> Iterator[ast.Call]:
    """The calls in a file of functions or methods with one of some names."""
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Call) and called(node) in names:
            yield node


def called(node: ast.Call) -> str:
    """`record` for both `record(…)` and `timeline.record(…)`."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def owner(node: ast.Call) -> str:
    """`timeline` for `timeline.record(…)`, else nothing."""
    function = node.func
    value = function.value if isinstance(function, ast.Attribute) else None
    return value.id if isinstance(value, ast.Name) else ""


def templates() -> list[Path]:
    """Every template, the sandbox's own among them."""
    return sorted(
        path for path in ROOT.rglob("*.html") if "templates" in path.parts and ".venv" not in path.parts
    )


def short(path: Path) -> str:
    """The path below the root."""
    return str(path.relative_to(ROOT))
