"""One word, one meaning: what a term counts is the same on the terminal, on every page and in every file of a round.

The terms stand in a table of the documentation; here each is collected from wherever it is told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from hrge_xl import generate, load, load_round, read_table
from tests.command_line import ran
from tests.damage import ANSWERS
from tests.face import orders, saved_on

ISSUED = date(2026, 6, 1)
FIRST = date(2026, 6, 8)
SECOND = date(2026, 6, 12)
DEADLINE = date(2026, 6, 15)
AFTER = date(2026, 6, 20)
WRONG = {key: value for key, value in ANSWERS.items() if key[2] != "PLN_03"}
CAME: dict[date, dict[str, dict[tuple[str, str, str], Any]]] = {
    FIRST: {"CORRECTED": WRONG, "TWICE": ANSWERS, "BLANK": {}, "WRONG": WRONG},
    SECOND: {"CORRECTED": ANSWERS, "TWICE": ANSWERS | {("PLAN", "1", "PLN_03"): "Better"}},
    AFTER: {"LATE": ANSWERS},
}
EXPECTED = {
    "arrived late": 1,
    "late now": 2,
    "returned": 3,
    "to be corrected": 1,
    "superseded": 2,
    "blank": 1,
}
Counts = dict[str, int]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A round: a late team, a silent one, one that corrected its errors, one that has not, a blank, a newer version."""
    home = tmp_path_factory.mktemp("terms")
    teams = sorted({team for some in CAME.values() for team in some} | {"SILENT"})
    lines = ["team,country,deadline", *(f"{team},PAK,{DEADLINE}" for team in teams)]
    (home / "teams.csv").write_text("\n".join(lines), encoding="utf-8")
    folder = home / "round"
    ran("round", "init", folder, "--spec", "example", "--teams", home / "teams.csv")
    ran("generate", folder, "--today", ISSUED)
    ordered = {order.team: order for order in orders(load_round(folder), ISSUED)}
    (folder / "returned").mkdir(exist_ok=True)
    for day, some in CAME.items():
        for team, answers in some.items():
            data = generate(load("example"), replace(ordered[team], answers=answers))
            (folder / "returned" / f"{team}_{day}.xlsx").write_bytes(saved_on(data, day))
        (folder / f"week_{day}.txt").write_text(
            ran("refresh", folder, "--write", "--today", day).out, encoding="utf-8"
        )
    return folder


def numbers(text: str, **patterns: str) -> Counts:
    """What a text says of each term; a term of which there are none may stand nowhere."""
    matches = {term: re.findall(pattern, text) for term, pattern in patterns.items()}
    return {
        term.replace("_", " "): int(numbers_[0]) if numbers_ else 0
        for term, numbers_ in matches.items()
    }


def named(text: str, label: str) -> int:
    """How many the line with a label names; none where there is no such line."""
    lines = re.findall(rf"^{label}: +(.*?)\.$", text, re.MULTILINE)
    names = "".join(lines).replace("nobody", "")
    return len(re.sub(r"\(.*?\)", "", names).split(",")) if names else 0


def page(folder: Path, name: str) -> str:
    """The text of a page."""
    (path,) = (folder / "reports").glob(f"{name}*.html")
    text = re.sub(
        r"<(style|script).*?</\1>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    return " ".join(re.sub("<.*?>", " ", text).split())


def collected(folder: Path, day: date, week: str) -> Iterator[tuple[str, Counts]]:
    """Every place that tells of some terms on a day, with what it says; `week` is what `refresh` said on it."""
    told = ran("status", folder, "--today", day)
    counts = numbers(
        told.err,
        returned=r"(\d+) returned, \d+ refused",
        to_be_corrected=r", (\d+) returned[.,](?! \d+ ref)",
        superseded=r"(\d+) superseded",
        blank=r"read: .*?(\d+) blank",
    )
    late = {term: named(told.err, term.capitalize()) for term in ("arrived late", "late now")}
    yield "status", counts | late
    rows = json.loads(ran("status", folder, "--json", "--today", day).out)
    open_ = ("late", "blank", "issued", "not issued")
    files = [file for row in rows for file in row["files"]]
    yield (
        "status --json",
        {
            "arrived late": sum(row["days_late"] > 0 and row["state"] not in open_ for row in rows),
            "late now": sum(row["days_late"] > 0 and row["state"] in open_ for row in rows),
            "returned": sum(file["verdict"] == "returned" for file in files),
            "to be corrected": sum(row["state"] == "returned" for row in rows),
            "superseded": sum(file["state"] == "superseded" for file in files),
            "blank": sum(file["state"] == "blank" for file in files),
        },
    )
    late_line, teams_line = (
        "".join(re.findall(rf"^{label}: +(.*(?:\n +.*)*)", week, re.MULTILINE))
        for label in ("Late now", "Teams")
    )
    yield (
        "refresh",
        {
            "late now": late_line.count("(") - late_line.count("to correct"),
            **numbers(teams_line, to_be_corrected=r"(\d+) returned"),
        },
    )
    yield (
        "brief",
        numbers(
            page(folder, "brief"),
            arrived_late=r"(\d+) Arrived late",
            late_now=r"(\d+) Late now",
            blank=r"Blank: (\d+)",
        ),
    )
    yield "brief, its sentence", numbers(page(folder, "brief"), arrived_late=r"arrived late: (\d+)")
    yield (
        "overview",
        numbers(
            page(folder, "overview"),
            returned=r" Returned: (\d+)",
            to_be_corrected=r"Returned for correction: (\d+)",
            superseded=r"Superseded by a newer version: (\d+)",
            blank=r"Blank: (\d+)",
        ),
    )
    yield (
        "validation report",
        numbers(
            page(folder, "validation"),
            returned=r"(\d+) Returned with errors",
            to_be_corrected=r"still to be corrected: (\d+)",
            superseded=r"(\d+) Superseded",
            blank=r"(\d+) Blank",
        ),
    )
    data = json.loads(ran("validate", folder, "--json", "--today", day, code=None).out)["summary"]
    yield "validate --json", {term: data[term] for term in ("returned", "superseded", "blank")}
    sheet = load_workbook(folder / "data.xlsx")["reconciliation"]
    codes, _, *periods = sheet.iter_rows(min_row=2, values_only=True)
    yield (
        "data.xlsx",
        {
            term: sum(int(str(period[codes.index(term)])) for period in periods)
            for term in ("returned", "superseded", "blank")
        },
    )
    sums = read_table(folder, "reconciliation").sum(numeric_only=True)
    teams = read_table(folder, "teams")
    due = pd.to_datetime(teams["due"])
    owes = teams["outcome"].isin(["missing", "blank"])
    yield (
        "dataset",
        {
            "arrived late": int((pd.to_datetime(teams["arrived"]) > due).sum()),
            "late now": int((owes & (due < pd.Timestamp(day))).sum()),
            "to be corrected": int((teams["outcome"] == "returned").sum()),
            **{term: int(sums[term]) for term in ("returned", "superseded", "blank")},
        },
    )


def test_every_place_says_the_same_of_a_term(folder: Path) -> None:
    week = (folder / f"week_{AFTER}.txt").read_text(encoding="utf-8")
    for place, counts in collected(folder, AFTER, week):
        assert counts == {term: EXPECTED[term] for term in counts}, place


def test_the_terms_stand_in_the_documentation() -> None:
    guide = (Path(__file__).parents[1] / "docs" / "coordinating-returns.md").read_text(
        encoding="utf-8"
    )
    for term in EXPECTED:
        assert f"| {term} |" in guide
