"""The damage suite: whatever is done to a correct return, exactly the expected findings and verdict come out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from hrge_xl.intake import Wanted
from hrge_xl.validation import Result, Validation, validate
from tests.damage import EXAMPLE, TODAY, WANTED, Damage, Place

pytestmark = pytest.mark.xdist_group("damage")
Found = dict[str, tuple[list[Place], str]]


def run(damages: Sequence[Damage], wanted: Wanted, folder: Path) -> Found:
    """Every damaged file validated, all in one run, by name of the damage."""
    paths = []
    for number, damage in enumerate(damages):
        home = folder / f"{number:03}"
        home.mkdir(exist_ok=True)
        path = home / (damage.file or "return.xlsx")
        path.write_bytes(damage.make())
        paths.append(path)
    results = validate(paths, Validation(wanted, TODAY, jobs=2))
    assert [Path(result.path) for result in results] == paths
    return {damage.name: seen(result) for damage, result in zip(damages, results, strict=True)}


def seen(result: Result) -> tuple[list[Place], str]:
    """What was found in a file, and what became of it."""
    places = [(finding.code, finding.sheet, finding.cell) for finding in result.findings]
    return sorted(places, key=str), result.verdict


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[Found, Found]:
    """The results of two runs over all damaged example workbooks."""
    folder = tmp_path_factory.mktemp("damage")
    return run(EXAMPLE, WANTED, folder), run(EXAMPLE, WANTED, folder)


def expected(damage: Damage) -> tuple[list[Place], str]:
    return sorted(damage.expected, key=str), damage.verdict


@pytest.mark.parametrize("damage", EXAMPLE, ids=lambda damage: damage.name)
def test_damage_to_a_small_workbook(damage: Damage, example: tuple[Found, Found]) -> None:
    for found in example:
        assert found[damage.name] == expected(damage)
