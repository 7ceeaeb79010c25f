"""A world for each test that asks for one."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.slack.world import World


@pytest.fixture
def make_world(tmp_path: Path, template: Path) -> Iterator[Callable[..., World]]:
    made: list[World] = []

    def make(**options: Any) -> World:
        folder = tmp_path / f"var-{len(made)}"
        shutil.copytree(template, folder)
        made.append(World(folder, **options))
        return made[-1]

    yield make
    for world in made:
        world.stop()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    found = make_world()
    found.crew()
    return found
