"""Law 4: the same figure is the same on every page, in every format and by SQL, over random rounds.

A team may answer twice, late, with mistakes, in two copies, with a forged stamp, or not at all; findings are waived
and returns withdrawn. Whatever happens, the numbers of the reconciliation, of findings, of the matrix and of what
counts must be equal wherever they are shown.
"""

from __future__ import annotations

import io
import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl.consolidation import consolidate
from hrge_xl.dataset.opening import DATASET
from hrge_xl.dataset.reconciliation import Reconciliation, reconciled, reconciliation
from hrge_xl.reports import report
from hrge_xl.reports.build import Facts, document
from hrge_xl.reports.document import Document
from hrge_xl.reports.overview_files import of_dataset
from hrge_xl.rounds.datasets import Question, datasets, sources
from hrge_xl.rounds.round_status import status
from tests.played_rounds import (
    ACTS,
    TEAMS,
    TODAY,
    Files,
    forged,
    old_version_sent_twice,
    play,
    two_copies,
    waived,
)
from tests.property_tests import examples

PARTS = tuple(asdict(Reconciliation()))


# what each page says


def by_sql(folder: Path) -> Counter[str]:
    """The reconciliation counted by hand, and findings and risks of what counts."""
    connection = sqlite3.connect(folder / DATASET)
    items = connection.execute(
        "SELECT f.n, s.verdict, s.status FROM files_fact f JOIN submissions s USING (submission_id)"
    ).fetchall()
    found: Counter[str] = Counter(received=len(items))
    for n, verdict, state in items:
        found[verdict] += 1
        if verdict != "refused":
            found["doubled" if n > 1 else "counted" if state == "counts" else state] += 1
    query = "SELECT severity, COUNT(*) FROM findings WHERE current GROUP BY severity"
    found.update(dict(connection.execute(query)))
    query = "SELECT down || '×' || across, COUNT(*) FROM matrix_rows WHERE current GROUP BY 1"
    found.update(dict(connection.execute(query)))
    connection.close()
    return found


def by_document(made: Document) -> Counter[str]:
    summary = dict(made["summary"])
    found: Counter[str] = Counter({name: summary[name] for name in PARTS if name != "received"})
    found["received"] = summary["files"]
    found.update({severity: summary[severity] for severity in ("error", "warning", "info")})
    for matrix in made["matrices"]:
        found.update({f"{cell['down']}×{cell['across']}": cell["count"] for cell in matrix["cells"]})
    return found


def by_html(text: str) -> dict[str, int]:
    """The figures of the cards, each marked with what it counts."""
    cards = re.findall(r'data-sum="(\w+)"><b>([\d,]+)</b>', text)
    return {name: int(number.replace(",", "")) for name, number in cards}


def by_overview(text: str) -> dict[str, int]:
    found = re.findall(r'data-sum="(\w+)">[^<]*<b>([\d,]+)</b>', text)
    return {name: int(number.replace(",", "")) for name, number in found}


def by_summary_sheet(data: bytes) -> dict[str, Any]:
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Summary"]
    found: dict[str, Any] = {}
    for row in sheet.iter_rows(min_row=4):
        found.setdefault(str(row[0].value), row[1].value)
    return found


def by_data_xlsx(folder: Path) -> Counter[str]:
    sheet = openpyxl.load_workbook(folder / "data.xlsx", read_only=True)["reconciliation"]
    heads, _, *lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    found: Counter[str] = Counter()
    for line in lines:
        said = dict(zip(heads, line, strict=True))
        found.update({name: said[name] for name in PARTS})
    return found


@examples(5)
@given(st.tuples(*[st.sampled_from(ACTS)] * len(TEAMS)))
def test_every_figure_is_the_same_everywhere(acts: tuple[Callable[[str], Files], ...]) -> None:
    with TemporaryDirectory() as home:
        folder = play(Path(home), acts)
        question = Question([str(folder)], TODAY)
        if any(folder.joinpath("returned").iterdir()):
            look(folder, question)


def look(folder: Path, question: Question) -> None:
    told = consolidate(sources(question), folder).lines()
    right = by_sql(folder)
    parts = {name: right[name] for name in PARTS}
    assert parts["received"] == parts["accepted"] + parts["returned"] + parts["refused"]
    assert parts["accepted"] + parts["returned"] == sum(parts[name] for name in PARTS[4:])
    with datasets(question) as (dataset,):
        totals = reconciliation(dataset.store)
        assert asdict(totals) == parts == asdict(reconciled(dataset.returns()))
        assert told[: len(list(totals.lines()))] == list(totals.lines()) == list(dataset.totals().lines())
        made = document([dataset], Facts("2026-08-01T00:00:00Z", TODAY, "test"))
        page = of_dataset(dataset.store, "en", dataset.round)
        teams = status(dataset.of_round(), TODAY, dataset.round)
    assert +by_document(made) == +right
    shown = by_html(report(made, "html").decode())
    assert {name: shown.get(name, 0) for name in PARTS[1:]} == {name: right[name] for name in PARTS[1:]}
    listed = by_summary_sheet(report(made, "xlsx"))
    assert [listed[key] for key in ("Files", "Errors", "Warnings")] == [
        right["received"], right["error"], right["warning"],
    ]  # fmt: skip
    assert +by_data_xlsx(folder) == +Counter(parts)
    assert sum(team.errors for team in teams) <= right["error"]
    shown = by_overview(page)
    assert {name: shown.get(name, 0) for name in PARTS} == parts
    counting = [name for team in teams for name in (each.name for each in team.counting)]
    assert len(counting) == right["counted"]


def test_what_happened_once(tmp_path: Path) -> None:
    """An older version sent twice beside its correction, a forged file, a conflict, a waiver."""
    acts = (old_version_sent_twice, forged, two_copies, waived)
    folder = play(tmp_path, acts)
    look(folder, Question([str(folder)], TODAY))
    parts = by_sql(folder)
    assert replace(Reconciliation(), **{name: parts[name] for name in PARTS}) == Reconciliation(
        received=7,
        accepted=4,
        returned=3,
        refused=0,
        counted=2,
        superseded=1,
        doubled=1,
        conflict=2,
        excluded=1,
    )
