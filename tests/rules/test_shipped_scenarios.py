"""The scenarios that come with the plans: two at least for each of the five gravest, one for every other, and
in each something to show for every objective."""

import tomllib
from pathlib import Path

from incident.playbooks.exercises import Scenario

FOLDER = Path(__file__).parents[2] / "playbooks" / "plans"
PLANS = [tomllib.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml"))]
GRAVEST = {each["key"] for each in sorted(PLANS, key=lambda plan: plan["default_level"])[:5]}
ENOUGH, LONGEST = 5, 180  # injects; minutes


def test_every_plan_can_be_drilled_and_the_gravest_in_two_ways() -> None:
    assert len(PLANS) == 19
    for plan in PLANS:
        assert len(plan["scenarios"]) >= (2 if plan["key"] in GRAVEST else 1), plan["key"]


def test_a_scenario_is_whole() -> None:
    for plan in PLANS:
        for content in plan["scenarios"]:
            found = Scenario.model_validate(content)
            shown = {inject.objective for inject in found.injects}
            assert {f"o{place}" for place in range(1, len(found.objectives) + 1)} <= shown, found.key
            assert len(found.injects) >= ENOUGH, found.key
            assert max(inject.offset.total_seconds() for inject in found.injects) <= LONGEST * 60, found.key
