"""Short ways to assess a sentence with the vocabulary, levels and model that ship."""

from pathlib import Path
from typing import Any

from incident import levels
from incident.triage import Assessment, Facts, SignalHit, assess, model, vocabulary

PLAYBOOKS = Path(__file__).resolve().parents[2] / "playbooks"
VOCABULARY = vocabulary.load(PLAYBOOKS / "triage.toml")
LEVELS = levels.load(PLAYBOOKS / "levels.toml")


def some_facts(narrative: str = "The balance on my statement is wrong.", **given: Any) -> Facts:
    """Facts of a complaint from the web."""
    return Facts(narrative=narrative, **{"channel": "web", **given})


def assessed(narrative: str = "The balance on my statement is wrong.", **given: Any) -> Assessment:
    """What triage says of a complaint."""
    facts = some_facts(narrative, **given)
    return assess(facts, vocabulary=VOCABULARY, levels=LEVELS, model=model.shipped())


def signal_of(found: Assessment, name: str) -> SignalHit | None:
    """The surest hit of a signal."""
    return next((hit for hit in found.signals if hit.signal == name), None)


def certainty(narrative: str, name: str) -> str | None:
    """How sure a signal is in a narrative; None where it is not there."""
    hit = signal_of(assessed(narrative), name)
    return str(hit.certainty) if hit else None
