"""The second law over made specs: whatever is in a spec, its sheets and the reader say the same of what is typed."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from hrge_xl.checks import check
from hrge_xl.findings.structure import FORMULA_CHANGED, RESULT_DIFFERS, TYPED_OVER
from hrge_xl.findings.value import CALCULATION_DIFFERS, CALCULATION_NOT_CURRENT
from hrge_xl.intake import Wanted
from hrge_xl.issuing import Order, generate
from hrge_xl.layout import Layout, build
from hrge_xl.spec.load import load
from tests.answers import TODAY
from tests.made_specs import Files, specs, write
from tests.property_tests import examples
from tests.test_parity import disagreements, filled
from tests.test_round_trip import read

OF_RESULTS = frozenset(
    kind.code
    for kind in (FORMULA_CHANGED, RESULT_DIFFERS, TYPED_OVER, CALCULATION_DIFFERS, CALCULATION_NOT_CURRENT)
)


def differences(files: Files, seed: int, folder: Path, office: Any) -> Iterator[str]:
    """What sheet and reader say differently of one filling of a spec, after LibreOffice has recalculated it."""
    spec = load(write(files, folder))
    chance = random.Random(seed)
    language = chance.choice(spec.languages)
    where = build(spec, language)
    source, saved = folder / "issued.xlsx", folder / "saved.xlsx"
    source.write_bytes(generate(spec, Order("TEST", TODAY, language=language)))
    with office.open(source) as document:
        document.fill(filled(where, chance))
        document.recalculate()
        document.save_as(saved)
    want = Wanted(str(folder))
    yield from disagreements(saved, where, want)
    # Not what lists show (S028): of a reference typed without its label they show what stands there.
    yield from of_results(saved, where, want, OF_RESULTS - {RESULT_DIFFERS.code})


def of_results(saved: Path, where: Layout, want: Wanted, codes: frozenset[str] = OF_RESULTS) -> Iterator[str]:
    """What the reader says of results, formulas and lists that show something else than the answers give."""
    submission = read(saved.read_bytes(), want)
    (outcome,) = check([(submission, where)], today=submission.calculated_on or TODAY)
    for finding in outcome.findings:
        if finding.code in codes:
            yield f"{finding.tool} {finding.row} {finding.field} {finding.cell}: {finding.message}"


@pytest.mark.office
@given(files=specs(), seed=st.integers(0, 2**32))
@examples(30, suppress=HealthCheck)
def test_sheets_of_any_spec_say_what_the_reader_says(files: Files, seed: int, office: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert list(differences(files, seed, Path(folder), office)) == []
