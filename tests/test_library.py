"""The public names of the library, and the whole way through them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import hrge_xl
from hrge_xl import library
from hrge_xl.reports import FORMATS

TODAY = date(2026, 6, 30)
NAMES = (
    "Facts Order Question Source ValidationRequest Wanted "
    "consolidate datasets document drafts feedback generate issue load read receive refresh remind report schemas "
    "validate"
)


def test_the_public_names() -> None:
    assert " ".join(library.__all__) == NAMES
    assert {name for name in library.__all__ if name.islower()} == hrge_xl.VERBS
    assert all(getattr(hrge_xl, name) is getattr(library, name) for name in hrge_xl.VERBS)
    assert not hasattr(hrge_xl, "no_verb")


def test_the_whole_way(tmp_path: Path) -> None:
    spec = library.load("example")
    path = tmp_path / "MAR.xlsx"
    path.write_bytes(library.generate(spec, library.Order("MAR", TODAY, "MAR", "fr")))
    assert library.read(path, library.Wanted()).values() == {("PLAN", "1", "PLN_02"): "MAR"}  # type: ignore[union-attr]
    asked = library.ValidationRequest(library.Wanted(), TODAY)
    results = library.validate([path], asked)
    with library.datasets(library.Question([str(path)], TODAY)) as found:
        report = library.document(found, library.Facts("2026-06-30T00:00:00Z", TODAY, "test"))
    for name in FORMATS:
        assert library.report(report, name)
    assert library.feedback(results[0], spec, today=TODAY)
    summary = library.consolidate([library.Source([path], asked)], tmp_path / "dataset")
    assert (summary.files, summary.totals.returned) == (1, 1)
