"""docs/first-analysis.md: fifteen questions in pandas, each in a few lines, find what openpyxl counts in the files."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from typing import Any

import pandas as pd
import pytest

from tests.analysed_rounds import DEADLINES, RETURNS, TEAMS, TODAY, played
from tests.fixture_types import Folders
from tests.test_analysing import (
    DEMONSTRATION,
    HIGH,
    all_risks,
    counting,
    expected,
    persons,
    several,
)
from tests.write_docs import DOCS

pytestmark = pytest.mark.xdist_group("analysing")

PAGE = (DOCS / "first-analysis.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)


@pytest.fixture(scope="module")
def session(tmp_path_factory: Folders) -> dict[str, Any]:
    """What the blocks come to, one after the other, as in a notebook."""
    home = tmp_path_factory.mktemp("notebook")
    shutil.copytree(played() / "all", home / DEMONSTRATION)
    found: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        for block in BLOCKS:
            exec(compile(block, "docs/first-analysis.md", "exec"), found)
    return found


CAME = {(each.round, each.team) for each in RETURNS}


def pairs(frame: Any) -> set[tuple[str, str]]:
    return {*frame[["period", "team"]].itertuples(index=False, name=None)}


def test_there_are_fifteen_and_each_is_short() -> None:
    answers = re.findall(r"^\*\*(\d+)\. .*?^```python\n(.*?)^```$", PAGE, re.M | re.S)
    assert [int(number) for number, _ in answers] == [*range(1, 16)]
    assert max(lines.count("\n") for _, lines in answers) <= 3


def test_who_has_answered(session: dict[str, Any]) -> None:
    rates = {
        period: sum((period, team) in CAME for team in teams) / len(teams)
        for period, teams in TEAMS.items()
    }
    assert session["rate"].to_dict() == pytest.approx(rates)
    assert pairs(session["silent"]) == {key for key, _ in expected()} - CAME
    assert pairs(session["late"]) == {
        (each.round, each.team) for each in RETURNS if each.received > DEADLINES[each.round]
    }


def test_what_is_complete_and_what_is_missing(session: dict[str, Any]) -> None:
    """As the covers of the files say; one answer that is missing was waived."""
    covers: dict[str, Counter[str]] = {}
    for file in counting():
        lines = {line[1].value: line for line in file.sheets["COVER"].iter_rows()}
        _, _, _, _, required, answered, *_ = (cell.value for cell in lines["3.2 Risk strategy"])
        covers.setdefault(file.round, Counter()).update(required=required, answered=answered)
    for period, cover in covers.items():
        assert session["complete"][period, "T3.2"] == pytest.approx(
            cover["answered"] / cover["required"]
        )
    missing = sum(cover["required"] - cover["answered"] for cover in covers.values())
    found = session["open_findings"]
    assert (found[found["tool"] == "T3.2"]["code"] == "V001").sum() == missing - 1
    assert session["mistakes"].sum() == len(found)


def test_risks(session: dict[str, Any]) -> None:
    risks = [(file, code, cells) for file, code, cells in all_risks()]
    levels = Counter((file.round, cells["RSK_22"]) for file, _, cells in risks)
    assert session["levels"].stack().loc[lambda count: count > 0].to_dict() == levels
    assert len(session["high"]) == sum(cells["RSK_12"] in HIGH for *_, cells in risks)
    for period in TEAMS:
        steps = [
            float(str(cells["RSK_10"]).split()[0])
            for file, _, cells in risks
            if file.round == period
        ]
        assert session["likelihood"][period] == pytest.approx(sum(steps) / len(steps))
    groups = Counter(group for *_, cells in risks for group in several(cells, "RSK_09"))
    assert session["affected"].loc[lambda count: count > 0].to_dict() == groups
    owners = Counter(cells["RSK_18"] for *_, cells in risks)
    told = session["owners"].loc[lambda count: count > 0]
    assert {None if pd.isna(owner) else owner: n for owner, n in told.items()} == owners


def test_what_is_late_and_what_changed(session: dict[str, Any]) -> None:
    late = [
        (file.round, file.team)
        for file, _, cells in all_risks()
        if cells["RSK_19"].date() < TODAY and cells["RSK_27"] != "Closed"
    ]
    overdue = session["overdue"]
    assert Counter(overdue[["period", "team"]].itertuples(index=False, name=None)) == Counter(late)
    by_risk: dict[tuple[str, str], list[str]] = {}
    for file, code, cells in all_risks():
        by_risk.setdefault((file.team, code), []).append(cells["RSK_22"])
    assert {*session["changed"].index} == {
        key for key, levels in by_risk.items() if len({*levels}) > 1
    }


def test_what_was_reached(session: dict[str, Any]) -> None:
    no = Counter(
        code
        for file in counting()
        for code, cells in file.rows("T1.1").items()
        if cells["P1_ANS"] == "No"
    )
    assert session["gaps"].to_dict() == no
    totals: Counter[str] = Counter()
    for file, cells in persons():
        totals[file.round] += cells["T4C_06"]
        aim = file.rows("T4.B")[str(cells["T4C_01"]).split()[0]]
        way = (cells["T4C_06"] - aim["T4B_13"]) / (aim["T4B_15"] - aim["T4B_13"])
        assert session["progress"]["PA1", file.team, file.round] == pytest.approx(way)
    assert session["persons"].to_dict() == pytest.approx(dict(totals))
