"""The emoji short names this product's messages use (emoji.json); any other is shown as it was written."""

import json
import re
from pathlib import Path

_NAMES: dict[str, str] = json.loads(Path(__file__).with_name("emoji.json").read_text(encoding="utf-8"))
_SHORT = re.compile(r":([a-z0-9_+-]+):")


def show(text: str) -> str:
    """Text with known short names as characters."""
    return _SHORT.sub(lambda match: _NAMES.get(match[1], match[0]), text)


def names() -> list[str]:
    """Every short name known here."""
    return list(_NAMES)


def one(name: str) -> str:
    """The character of one short name, or the name between colons."""
    return _NAMES.get(name, f":{name}:")
