"""What makes a row of a plan the same row in another version: its key, code or role, else what it says."""

import json
from collections import Counter
from typing import Any

NAMING = ("key", "code", "role")  # the first that a row has names it among its neighbours


def name(row: Any) -> Any:
    """What names a row; a row without a name is named by all that it says."""
    if isinstance(row, dict):
        for field in NAMING:
            if isinstance(row.get(field), str):
                return row[field]
    return json.dumps(row, ensure_ascii=False, sort_keys=True)


def names(rows: list[Any]) -> list[Any]:
    """The names of rows in their order; of two that are alike, the second is named differently."""
    seen: Counter[Any] = Counter()
    found = []
    for row in rows:
        own = name(row)
        seen[own] += 1
        found.append(own if seen[own] == 1 else f"{own}#{seen[own]}")
    return found


def is_named(rows: list[Any]) -> bool:
    """Whether every row has a name of its own, so that it is found again wherever it moved."""
    return all(isinstance(row, dict) and any(isinstance(row.get(f), str) for f in NAMING) for row in rows)
