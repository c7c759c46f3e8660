"""The kept returns: every planted mistake is found at its cell with its code, and nothing else is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from hrge_xl import ExpectedReturn, ValidationRequest, validate

RETURNS = Path(__file__).parent / "returns"
ASKED = ValidationRequest(ExpectedReturn(), date(2026, 6, 30))


@pytest.mark.parametrize("name", sorted(file.stem for file in RETURNS.glob("*.yaml")))
def test_what_was_planted_is_found_and_nothing_else(name: str) -> None:
    expected = yaml.safe_load((RETURNS / f"{name}.yaml").read_text(encoding="utf-8"))
    path = RETURNS / f"{name}.xlsx"
    for _ in range(2):  # the second file of a process is checked like the first
        (result,) = validate([path], ASKED)
        found = sorted(
            f"{f.code} {f.sheet}!{f.cell}" if f.cell else f"{f.code} {f.sheet}" for f in result.findings
        )
        assert found == sorted(expected["findings"] or [])
        assert result.verdict == expected["verdict"]


def test_every_kept_return_has_its_expectation() -> None:
    assert {file.stem for file in RETURNS.glob("*.xlsx")} == {file.stem for file in RETURNS.glob("*.yaml")}
    assert len(list(RETURNS.glob("*.xlsx"))) >= 6


def test_kept_returns_are_issued_by_the_program_of_today() -> None:
    """Else what they show is not compared; after a change of the sheets `python -m tests.returns.make` makes them."""
    results = validate(sorted(RETURNS.glob("*.xlsx")), ASKED)
    assert not [result.path for result in results if "S028" in result.submission.not_run]
