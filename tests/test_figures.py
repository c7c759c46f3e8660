"""Figures over all teams: totals only where they mean something, how indicators move, and which risks weigh most."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hrge_xl.consolidation import consolidate
from hrge_xl.dataset.aggregates.indicators import (
    DOUBLED,
    KINDS,
    NO_KIND,
    NO_RATIO,
    NOT_ADDED,
    UNITS,
    shape,
    total_of,
    totals,
)
from hrge_xl.dataset.aggregates.values import NO_VALUE, RESTATED, Value, values
from hrge_xl.dataset.opening import open_dataset
from hrge_xl.dataset.take_in import Source
from hrge_xl.intake import Wanted
from hrge_xl.issuing import Order, generate
from hrge_xl.spec.figures import IndicatorFigures
from hrge_xl.spec.load import load
from hrge_xl.validation import ValidationRequest, validate
from tests.temporary import of_results
from tests.test_consolidate import returned, rows, run
from tests.test_consolidate import workbook as example
from tests.test_sharing import TODAY, files, toolkit, workbook

FIGURES = IndicatorFigures(
    tool="V", of="V_OF", value="V_VAL", period="V_PER", kind="V_KIND", numerator="V_NUM", denominator="V_DEN",
    sums=("CNT",), ratios={"PCT": 100},
)  # fmt: skip


def value(team: str, number: float | None, **more: Any) -> Value:
    """A value of one team; its country is the team, unless `country` says otherwise."""
    known = {"V_NUM": more.pop("over", None), "V_DEN": more.pop("under", None)}
    said = {"country": team, "period": "2026-H1", "unit": "persons", "kind": "CNT", "why": None} | more
    record = {"team": team, "submission": team, "row": "V-01"}
    return Value(record, known, "I1", False, "IND-01", "Indicator", number=number, **said)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([value("A", 2), value("B", 3)], ("sum", 5, None)),
        ([value("A", 2), value("B", 3, unit="Persons ")], ("sum", 5, None)),
        ([value("A", 2), value("B", 3, unit="cases")], (None, None, UNITS)),
        ([value("A", 2), value("B", 3, kind="PCT")], (None, None, KINDS)),
        ([value("A", 2, kind=None)], (None, None, NO_KIND)),
        ([value("A", 2, kind="SCO"), value("B", 2, kind="SCO")], (None, None, NOT_ADDED)),
        ([value("A", 2), value("B", 3, country="A")], (None, None, DOUBLED)),
        ([value("A", 50, kind="PCT", over=1, under=2), value("B", 10, kind="PCT", over=1, under=10)],
         ("pooled", 16.6666666667, None)),
        ([value("A", 50, kind="PCT", over=1, under=2), value("B", 10, kind="PCT")], (None, None, NO_RATIO)),
    ],
)  # fmt: skip
def test_totals_only_where_they_agree(found: list[Value], expected: tuple[Any, ...]) -> None:
    total = total_of(found, FIGURES)
    assert (total.how, total.number, total.why) == expected


def test_periods_of_one_length_look_alike() -> None:
    assert shape("2026-H1") == shape("2025-H2")
    assert len({shape(code) for code in ("2026", "2026-H1", "2026-Q1")}) == 3


@pytest.fixture
def rounds(tmp_path: Path) -> list[Path]:
    """Two teams over two rounds, and one that joined in the second; the first round is stated again by one."""
    before = {"PAK": {"T4C_06": 60}, "BGD": {"T4C_06": 100}}
    now = {"PAK": {"T4C_06": 84}, "BGD": {"T4C_06": 132}, "AFG": {"T4C_06": 150}}
    made = files(tmp_path / "now", now)
    (tmp_path / "before").mkdir()
    for team, numbers in before.items():
        path = tmp_path / "before" / f"{team}.xlsx"
        path.write_bytes(workbook(team, "2025-H2", **numbers))
        made.append(path)
    return made


def test_trends_compare_the_same_teams(rounds: list[Path]) -> None:
    results = validate(rounds, ValidationRequest(Wanted("hrge_toolkit"), TODAY))
    with of_results(results, toolkit(), TODAY) as store:
        lines = {
            (line[1], line[3]): dict(
                zip(store.schema.by_name["aggregate_indicators"].names, line, strict=True)
            )
            for line in store.rows("aggregate_indicators")
        }
    earlier, now = lines["PA1", "2025-H2"], lines["PA1", "2026-H1"]
    assert (earlier["total"], earlier["teams"], earlier["previous"]) == (160, 2, None)
    assert (now["total"], now["teams"], now["previous"], now["same_teams"]) == (366, 3, "2025-H2", 2)
    assert (now["previous_total"], now["same_total"], now["change"]) == (160, 216, 56)
    assert (now["baseline"], now["target"]) == (120, 600)
    assert now["progress"] == pytest.approx((366 - 120) / (600 - 120))


def test_a_value_stated_again_counts_once(tmp_path: Path) -> None:
    """Two returns of one team say something about the same period: the one issued later counts."""
    spec = toolkit()
    answers: dict[Any, Any] = {
        ("T4.B", "IND-01", "T4B_01"): "PA1", ("T4.C", "V-01", "T4C_01"): "IND-01",
        ("T4.C", "V-01", "T4C_02"): "PAK", ("T4.C", "V-01", "T4C_03"): "2026-H1",
    }  # fmt: skip
    for day, number in ((date(2026, 6, 1), 60.0), (date(2026, 6, 30), 70.0)):
        order = Order("PAK", day, "PAK", tools=("T4.A", "T4.B", "T4.C"), answers=answers | {
            ("T4.C", "V-01", "T4C_06"): number, ("FORM", "1", "FRM_06"): date(day.year, 1, 1),
            ("FORM", "1", "FRM_07"): day,
        })  # fmt: skip
        (tmp_path / f"{day}.xlsx").write_bytes(generate(spec, order))
    results = validate(sorted(tmp_path.glob("*.xlsx")), ValidationRequest(Wanted("hrge_toolkit"), TODAY))
    with of_results(results, spec, TODAY) as store:
        found = values(store, spec)
        (figure,) = totals(found, spec)
    assert {(each.number, each.why) for each in found} == {(60, RESTATED), (70, None)}
    assert figure.total.number == 70


def test_teams_without_a_value_are_told(tmp_path: Path) -> None:
    results = validate(
        files(tmp_path, {"PAK": {"T4C_06": 84}, "BGD": {}}), ValidationRequest(Wanted("hrge_toolkit"), TODAY)
    )
    with of_results(results, toolkit(), TODAY) as store:
        found = values(store, toolkit())
        figure = next(each for each in totals(found, toolkit()) if each.indicator == "PA1")
    assert {each.why for each in found} == {None, NO_VALUE}
    assert (figure.teams, figure.missing, figure.total.number) == (1, 1, 84)


def test_risks_by_group_and_country(tmp_path: Path) -> None:
    paths = returned(
        tmp_path / "in",
        {
            "a.xlsx": example("PAK"),
            "b.xlsx": example("MAR", "WS-08", RSK_03=3.0, RSK_02=("WOM", "DIS")),
        },
    )
    run(paths, tmp_path / "out")
    lines = rows(tmp_path / "out", "aggregate_risks", "count > 0 AND stage = 'before'")
    total = {
        (line["down"], line["across"], line["level"]): line["teams"]
        for line in lines
        if line["by"] == "total"
    }
    assert total == {("2", "3", "H"): 1, ("3", "3", "H"): 1}
    assert sum(line["count"] for line in lines if line["by"] == "total") == 2
    assert sum(line["count"] for line in lines if line["code"] == "WOM") == 2
    assert sum(line["count"] for line in lines if line["code"] == "DIS") == 1
    top = rows(tmp_path / "out", "top_risks")
    assert [(line["team"], line["before_down"]) for line in top] == [("MAR", "3"), ("PAK", "2")]


def test_questions_answered_with_no(tmp_path: Path) -> None:
    spec = load("example")
    answers = {("C1", "C1_01", "CHK_01"): "N", ("C1", "C1_02", "CHK_01"): "Y", ("C1", "C1_03", "CHK_01"): "N"}
    other = {("C1", "C1_01", "CHK_01"): "N", ("C1", "C1_02", "CHK_01"): "P", ("C1", "C1_03", "CHK_01"): "Y"}
    paths = returned(
        tmp_path / "in",
        {
            f"{team}.xlsx": generate(spec, Order(team, TODAY, "PAK", answers=said))
            for team, said in (("A", answers), ("B", other))
        },
    )
    run(paths, tmp_path / "out")
    lines = rows(tmp_path / "out", "aggregate_gaps")
    assert [(line["row"], line["no"], line["answered"], line["teams_no"]) for line in lines] == [
        ("C1_01", 2, 2, 2), ("C1_03", 1, 2, 1),
    ]  # fmt: skip


def test_charts_are_native_and_described(tmp_path: Path, rounds: list[Path]) -> None:
    out = tmp_path / "out"
    consolidate([Source(rounds, ValidationRequest(Wanted("hrge_toolkit"), TODAY))], out)
    with zipfile.ZipFile(out / "data.xlsx") as book:
        names = [name for name in book.namelist() if name.startswith("xl/charts/chart")]
        drawings = "".join(
            book.read(n).decode() for n in book.namelist() if n.startswith("xl/drawings/drawing")
        )
        charts = [book.read(name).decode() for name in names]
    assert any("<c:lineChart>" in chart and "PA1" in chart for chart in charts)
    assert "2025-H2: Total 160; 2026-H1: Total 366" in drawings


def test_a_dataset_is_read_again_without_a_round(tmp_path: Path, rounds: list[Path]) -> None:
    out = tmp_path / "out"
    consolidate([Source(rounds, ValidationRequest(Wanted("hrge_toolkit"), TODAY))], out)
    with open_dataset(out) as store, of_results(
        validate(sorted(rounds), ValidationRequest(Wanted("hrge_toolkit"), TODAY)), toolkit(), TODAY
    ) as passing:  # fmt: skip
        for name in ("aggregate_indicators", "indicator_values", "aggregate_risks", "aggregate_gaps"):
            assert list(store.rows(name)) == list(passing.rows(name)), name
