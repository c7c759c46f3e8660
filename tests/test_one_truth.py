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
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl.cli import run
from hrge_xl.consolidation import consolidate
from hrge_xl.dataset.opening import DATASET
from hrge_xl.dataset.reconciliation import Reconciliation, reconciled, reconciliation
from hrge_xl.demonstration import saved_on
from hrge_xl.issuing import Order, generate
from hrge_xl.reports import report
from hrge_xl.reports.build import Facts, document
from hrge_xl.reports.document import Document
from hrge_xl.reports.overview_files import of_dataset
from hrge_xl.rounds.datasets import Question, datasets, sources
from hrge_xl.rounds.round_status import status
from hrge_xl.spec.load import load
from hrge_xl.submission import Answers
from tests.property_tests import examples

SPEC = load("example")
ROUND, TODAY = "2026-H1", date(2026, 8, 1)
ISSUED, SUMMER = date(2026, 4, 1), date(2026, 6, 10)
TEAMS = ("Rabat", "Karachi", "Cairo", "Bamako")
KEY, FORGED = b"k" * 32, b"f" * 32
PARTS = tuple(asdict(Reconciliation()))


def answers(project: str, participants: float | None, likelihood: float) -> Answers:
    """A filled-in workbook with two risks; without participants it has a mistake."""
    form: dict[str, Any] = {
        "PLN_01": project, "PLN_03": "Plan the workshop", "PLN_04": SUMMER, "PLN_05": SUMMER, "PLN_06": participants,
        "PLN_11": "N", "PLN_13": ("WOM",),
    }  # fmt: skip
    found: Answers = {("PLAN", "1", code): value for code, value in form.items() if value is not None}
    found |= {("C1", row, "CHK_01"): "Y" for row in ("C1_01", "C1_02", "C1_03")}
    for row, impact in (("K-01", 3.0), ("K-02", 1.0)):
        risk = {
            "RSK_01": "Nobody comes",
            "RSK_02": ("WOM",),
            "RSK_03": likelihood,
            "RSK_04": impact,
            "RSK_06": "ACC",
        }
        found |= {("R1", row, code): value for code, value in risk.items()}
    return found


@cache
def workbook(
    team: str, day: int, *, right: bool = True, copy: str = "", key: bytes = KEY, round_: str = ROUND
) -> bytes:
    """A return of a team as saved on a day of July; no two are alike."""
    said = answers(f"WS-{team}", 10.0 + day if right else None, 1.0 + day % 3)
    order = Order(team, ISSUED, "PAK", round=round_, key=key, answers=said, copy=copy)
    return saved_on(generate(SPEC, order), date(2026, 7, day))


Files = dict[str, bytes]


def accepted(team: str) -> Files:
    return {"one": workbook(team, 1)}


def with_a_mistake(team: str) -> Files:
    return {"one": workbook(team, 2, right=False)}


def corrected(team: str) -> Files:
    return {"one": workbook(team, 2, right=False), "two": workbook(team, 5)}


def made_worse(team: str) -> Files:
    return {"one": workbook(team, 3), "two": workbook(team, 6, right=False)}


def sent_twice(team: str) -> Files:
    return {"one": workbook(team, 1), "again": workbook(team, 1)}


def old_version_sent_twice(team: str) -> Files:
    return corrected(team) | {"again": workbook(team, 2, right=False)}


def two_copies(team: str) -> Files:
    return {"one": workbook(team, 1), "other": workbook(team, 4, copy="another copy")}


def forged(team: str) -> Files:
    return {"one": workbook(team, 1, key=FORGED)}


def of_another_round(team: str) -> Files:
    return {"one": workbook(team, 1), "old": workbook(team, 2, round_="2025-H2")}


def unreadable(team: str) -> Files:
    return {"one": workbook(team, 1), "scan": b"%PDF-1.7 of " + team.encode()}


def withdrawn(team: str) -> Files:
    return {"one": workbook(team, 7)}


def waived(team: str) -> Files:
    return {"one": workbook(team, 8, right=False)}


def silent(team: str) -> Files:
    return {}


ACTS: tuple[Callable[[str], Files], ...] = (
    accepted, with_a_mistake, corrected, made_worse, sent_twice, old_version_sent_twice, two_copies, forged,
    of_another_round, unreadable, withdrawn, waived, silent,
)  # fmt: skip


def play(folder: Path, acts: tuple[Callable[[str], Files], ...]) -> Path:
    """A round in which each team does one thing."""
    listed = folder / "teams.csv"
    listed.write_text("team,country\n" + "".join(f"{team},PAK\n" for team in TEAMS), encoding="utf-8")
    round_ = folder / ROUND
    assert run(["round", "init", str(round_), "--spec", "example", "--teams", str(listed)]) == 0
    (round_ / "signing.key").chmod(0o600)
    (round_ / "signing.key").write_bytes(KEY)
    for team, act in zip(TEAMS, acts, strict=True):
        for name, data in act(team).items():
            (round_ / "returned" / f"{team}_{name}.xlsx").write_bytes(data)
    for team, act in zip(TEAMS, acts, strict=True):
        who = ["--reason", "Asked the team.", "--by", "office"]
        if act is withdrawn:
            assert run(["decide", str(round_), f"{team}_one.xlsx", "--withdraw", *who]) == 0
        if act is waived:
            assert run(["waive", "V001", "--file", f"{team}_one.xlsx", "--ledger", str(round_), *who]) == 0
    return round_


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
    heads, *lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
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
