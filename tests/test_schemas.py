"""Schemas of tables and views by themselves: right rows come back in their types, each fault is told by its column."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandera.errors import SchemaErrors
from pandera.pandas import DataFrameSchema

import hrge_xl
from hrge_xl import ExpectedReturn, Order, Result, ValidationRequest, generate, load, validate
from tests.answers import full, layout
from tests.check_table import not_right
from tests.command_line import hrge
from tests.face import (
    DATASET,
    RowBuilder,
    RowCheck,
    Rows,
    Schema,
    UnfitRow,
    choose,
    description,
    dimensions,
    kind_called,
    open_file,
    sample_order,
)
from tests.fixture_types import Folders, Patch
from tests.test_consolidate import returned
from tests.test_dataset import SPECS, TODAY, odd_risks, run, workbook

pytestmark = pytest.mark.xdist_group("schemas")  # what its fixtures play is played once

PLAN: dict[str, Any] = {  # a right row of the wide view of a sheet, as a CSV file has it
    "submission": "0123456789abcdef",
    "team": "AFG",
    "n": 1,
    "tool": "PLAN",
    "row_code": "1",
    "refers_to": "form",
    "pln_01": "WS-07",
    "pln_02": "AFG",
    "pln_03": "Train judges",
    "pln_04": "2026-06-30",
    "pln_06": 24,
    "pln_07": 3,
    "pln_09": 0.5,
    "pln_11": "Y",
    "pln_13": "WOM;DIS",
    "current": True,
    "file_sha256": "a" * 64,
}


@cache
def example() -> Schema:
    return Schema(load("example"))


@cache
def schemas(*, limits: bool = True) -> Mapping[str, DataFrameSchema]:
    """The schemas of right answers, or of whatever a dataset can have."""
    found: Mapping[str, DataFrameSchema] = hrge_xl.schemas(load("example"), limits=limits)
    return found


def plan(**other: Any) -> pd.DataFrame:
    """Two rows of the sheet, in which the second has other values."""
    columns = example().by_name["plan"].names
    rows = [dict.fromkeys(columns) | PLAN, dict.fromkeys(columns) | PLAN | {"n": 2} | other]
    return pd.DataFrame(rows, columns=list(columns), dtype=object)


def told(frame: pd.DataFrame, *, limits: bool = True, table: str = "plan") -> set[tuple[str, str]]:
    """Give what is wrong in a frame: columns with the checks that failed."""
    try:
        schemas(limits=limits)[table].validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        return set(zip(cases["column"], cases["check"], strict=True))
    return set()


def test_there_is_one_for_every_table_and_view() -> None:
    found = schemas()
    assert set(found) == set(example().by_name)
    assert {"submissions", "answers", "risks", "plan", "plan_rows"} <= set(found)
    assert len(found) == len(list(found))
    assert found["risks"] is found["risks"]
    with pytest.raises(KeyError):
        found["nothing"]


def test_right_rows_come_back_in_their_types() -> None:
    found = schemas()["plan"].validate(plan(), lazy=True)
    kinds = {name: str(found[name].dtype) for name in ("team", "n", "pln_06", "current", "pln_04")}
    assert kinds.pop("team").startswith("str")
    assert kinds == {
        "n": "Int64",
        "pln_06": "Float64",
        "current": "boolean",
        "pln_04": "datetime64[us]",
    }
    assert found["pln_04"][0] == pd.Timestamp(2026, 6, 30)


@pytest.mark.parametrize("day", ["2027-01-02", date(2027, 1, 2), pd.Timestamp(2027, 1, 2)])
def test_days_however_they_are_given(day: object) -> None:
    found = schemas()["plan"].validate(plan(pln_04=day), lazy=True)
    assert found["pln_04"][1] == pd.Timestamp(2027, 1, 2)


def test_days_as_text_are_none_where_nothing_is_turned() -> None:
    """Only a column that has its type already fits a schema that turns nothing into it."""
    columns = ["pln_04"]
    strict = schemas()["plan"].select_columns(columns).update_column("pln_04", coerce=False)
    strict.unique = None
    with pytest.raises(SchemaErrors) as failed:
        strict.validate(plan()[columns], lazy=True)
    assert "dtype('date')" in set(failed.value.failure_cases["check"])
    strict.validate(schemas()["plan"].validate(plan())[columns], lazy=True)


def test_a_day_of_any_year_that_python_knows() -> None:
    """No answer, but what a file can have; pandas counts in nanoseconds by itself, from 1677 on."""
    found = schemas(limits=False)["plan"].validate(plan(pln_04=date(1, 1, 1)))
    assert found["pln_04"][1].year == 1


LIMITS = [
    ("pln_01", "A code of more than twenty characters", "at most 20 characters"),
    ("pln_03", "word " * 41, "at most 40 words"),
    ("pln_04", date(1890, 1, 1), "at least 1990-01-01"),
    ("pln_05", date(2101, 1, 1), "at most 2100-12-31"),
    ("pln_06", 501, "at most 500"),
    ("pln_06", 0, "at least 1"),
    ("pln_07", 2.5, "a whole number"),
    ("pln_09", 1.5, "at most 1"),
]


@pytest.mark.parametrize(("column", "value", "why"), LIMITS)
def test_answers_beyond_their_limits(column: str, value: object, why: str) -> None:
    """They are told where right answers are asked for, and are otherwise what a dataset can have."""
    assert told(plan(**{column: value})) == {(column, why)}
    assert told(plan(**{column: value}), limits=False) == set()


@pytest.mark.parametrize("limits", [True, False])
@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("pln_02", "NOWHERE", "one of PAK, AFG, IRQ, MAR, MLI, EGY"),
        ("pln_13", "WOM,DIS", "written as (WOM|MEN|YOU|DIS)(;(WOM|MEN|YOU|DIS))*"),
        ("submission", "ABC", "written as [0-9a-f]{16}"),
        ("submission", None, "not_nullable"),
        ("n", -1, "at least 0"),
        ("pln_04", "30/06/2026", "coerce_dtype('date')"),
        ("pln_06", "many", "coerce_dtype('Float64')"),
        ("pln_11_label", "Perhaps", "one of Yes, No"),
    ],
)
def test_what_no_dataset_can_have(column: str, value: object, why: str, limits: bool) -> None:
    assert (column, why) in told(plan(**{column: value}), limits=limits)
    assert {name for name, _ in told(plan(**{column: value}), limits=limits)} == {column}


def test_a_row_that_is_there_twice() -> None:
    assert {why for _, why in told(plan(n=1))} == {"multiple_fields_uniqueness"}


def test_steps_of_a_scale_and_what_every_row_must_have() -> None:
    columns = example().by_name["risks"].names
    row = dict.fromkeys(columns) | {
        "submission": "0" * 16,
        "n": 1,
        "tool": "R1",
        "row_code": "K-01",
        "rsk_01": "Delay",
        "rsk_02": "WOM",
        "rsk_03": 2,
        "rsk_04": 2,
        "rsk_06": "ACC",
        "current": True,
        "file_sha256": "a" * 64,
    }

    def risks(**other: Any) -> set[tuple[str, str]]:
        return told(pd.DataFrame([row | other], columns=list(columns), dtype=object), table="risks")

    right = risks()
    assert risks(rsk_03=7) - right == {("rsk_03", "one of 1, 2, 3")}
    assert risks(rsk_01=None) - right == {("rsk_01", "not_nullable")}


# rows as Python has them


CODE = ("ANSWER", 1, "Y", "Yes")


def fault_of(table: str, *rows: tuple[Any, ...]) -> tuple[str, str] | None:
    """The first thing in rows of a table that is not right: its column, and what is needed there."""
    try:
        RowCheck(example())({table: [*rows]})
    except UnfitRow as fault:
        return fault.problem["column"].removeprefix(f"{table}."), fault.problem["needed"]
    return None


def codes(*rows: tuple[Any, ...]) -> tuple[str, str] | None:
    return fault_of("codes", *((*row, None, None) for row in rows))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("ANSWER", 2, "N", "No"), None),
        (("ANSWER", 2, "N", None), None),
        (("ANSWER", "2", "N", "No"), ("position", "a value of type integer")),
        (("ANSWER", False, "N", "No"), ("position", "a value of type integer")),
        (("ANSWER", 2.0, "N", "No"), ("position", "a value of type integer")),
        (("ANSWER", True, "N", "No"), ("position", "a value of type integer")),  # though it is 1
        (("ANSWER", -1, "N", "No"), ("position", "at least 0")),
        (("ANSWER", 2, "N", 3), ("label", "a value of type text")),
        (("ANSWER", 2, None, "No"), ("code", "filled in")),
        ((5, -1, "N", "No"), ("list", "a value of type text")),  # that of the first column
    ],
)
def test_a_row_that_does_not_fit(row: tuple[Any, ...], expected: tuple[str, str] | None) -> None:
    assert codes(CODE, row) == expected


def test_the_first_row_that_does_not_fit_is_told() -> None:
    rows = [(*CODE, None, None), ("ANSWER", 2, "N", 7, None, None), ("ANSWER", "3", "P", 8, 1, 2)]
    with pytest.raises(UnfitRow) as fault:
        RowCheck(example())({"codes": rows})
    assert fault.value.problem == {
        "column": "codes.label",
        "value": "7",
        "needed": "a value of type text",
    }


def test_a_key_that_stands_twice() -> None:
    assert codes(CODE, CODE) == ("list", "a key that no other row has")


def test_numbers_and_days_are_of_their_own_types() -> None:
    """Whole numbers stand among others; a column without any value fits whatever it is of."""
    names = example().by_name["answers_fact"].names
    slots = [row[0] for row in dimensions(example())["slots"][:2]]

    def answers(**values: Any) -> tuple[str, str] | None:
        rows = [
            tuple(({"submission_id": 1, "slot": slot} | values).get(name) for name in names)
            for slot in slots
        ]
        fault = fault_of("answers_fact", *rows)
        return None if fault and fault[1].startswith("empty, because") else fault

    assert answers(number=3) is None
    assert answers(number=2.5) is None
    assert answers(date=date(2026, 6, 30)) is None
    assert answers(number="3") == ("number", "a value of type number")
    assert answers(date="2026-06-30") == ("date", "a value of type date")


def test_only_what_every_row_must_have_is_asked_for() -> None:
    """Not what is relevant on a condition only, nor a reference, which needs a sheet that may not be issued."""
    columns = hrge_xl.schemas(load("hrge_toolkit"))
    asked = {"rsk_07": False, "rsk_03": True, "rsk_09o": True}
    assert {code: columns["risks"].columns[code].nullable for code in asked} == asked
    assert columns["reported_values"].columns["t4c_01"].nullable


# schemas of tables and views


WRONG = {  # an answer of the example spec that is not right, and what the schema of PLAN says of it
    "PLN_01": ("A code of more than twenty characters", "at most 20 characters"),
    "PLN_03": ("word " * 41, "at most 40 words"),
    "PLN_04": (date(1890, 1, 1), "at least 1990-01-01"),
    "PLN_06": (501, "at most 500"),
    "PLN_07": (2.5, "a whole number"),
    "PLN_09": (1.5, "at most 1"),
}


@pytest.fixture(scope="module")
def datasets(tmp_path_factory: Folders) -> dict[str, Path]:
    """A dataset of each spec: full returns in every language, odd ones, wrong ones, and what is not a workbook."""
    folder = tmp_path_factory.mktemp("schemas")
    wrong = {code: value for code, (value, _) in WRONG.items() if code != "PLN_04"}
    files = {
        "example": {
            "odd.xlsx": odd_risks(),
            "fr.xlsx": workbook("NA", "fr", PLN_06=30.0),
            "ar.xlsx": workbook("MLI", "ar", FOL_01="=1+1"),
            "wrong.xlsx": workbook("WRONG", **wrong, RSK_03=7),
            "broken.xlsx": b"PK\x03\x04 not a workbook",
        },
        "hrge_toolkit": {"full.xlsx": workbook("PAK", spec="hrge_toolkit")},
    }
    for name in SPECS:
        run(returned(folder / f"{name}-returned", files[name]), folder / name)
    return {name: folder / name for name in SPECS}


def frames(out: Path) -> Callable[[str], pd.DataFrame]:
    """Reads a table or view of a dataset as SQLite has it."""

    def frame(table: str) -> pd.DataFrame:
        with sqlite3.connect(out / DATASET) as database:
            return pd.read_sql(f'SELECT * FROM "{table}"', database)

    return frame


@pytest.mark.deep
def test_what_is_not_right_is_told(datasets: dict[str, Path]) -> None:
    """Every limit of the spec, with the place of the answer; only of the return that has it."""
    found = not_right(datasets["example"] / DATASET, "example", "plan")
    told = {row.column: (row.check, row.team) for row in found.itertuples()}
    expected = {
        code.lower(): (why, "WRONG") for code, (_, why) in WRONG.items() if code != "PLN_04"
    }
    assert {code: told[code] for code in expected} == expected
    risks = not_right(datasets["example"] / DATASET, "example")
    assert {(row.column, row.check, row.team) for row in risks.itertuples()} == {
        ("rsk_03", "not_nullable", "WRONG")  # 7 is not a step, as no other word is one
    }


@pytest.fixture(scope="module")
def toolkit(tmp_path_factory: Folders) -> Path:
    """A dataset of the Toolkit: what the demonstration gets back, samples, and what is partly filled in."""
    folder = tmp_path_factory.mktemp("toolkit")
    hrge("demo", "-o", folder / "demo")
    spec = load("hrge_toolkit")
    kept = {
        key: value
        for key, value in full(layout(spec.name)).items()
        if sum(map(ord, "".join(key))) % 3
    }
    orders = {
        "partial": Order("NPL", TODAY, answers=kept),
        "full": Order("VNM", TODAY, answers=full(layout(spec.name))),
    }
    for profile in spec.profiles:
        orders[profile] = replace(
            sample_order(spec, "en", choose(spec, profile, first=True))[1], sample=False
        )
    files = [*(folder / "demo" / "returned").iterdir()]
    for name, order in orders.items():
        country = {key: "NPL" for key in order.answers if key[2] == spec.identity.country}
        files.append(folder / f"{name}.xlsx")
        files[-1].write_bytes(
            generate(spec, replace(order, country="NPL", answers={**order.answers, **country}))
        )
    run(files, folder / "dataset")
    return folder / "dataset"


@pytest.mark.deep
def test_what_a_schema_refuses_is_a_finding(toolkit: Path) -> None:
    """What is required on a condition, or not relevant, may be blank: the schemas ask for what the reader asks for."""
    frame, refused = frames(toolkit), list[tuple[str, ...]]()
    found = {
        (row.submission, row.tool, row.row_code, row.field)
        for row in frame("findings").itertuples()
    }
    for name, schema in hrge_xl.schemas(load("hrge_toolkit")).items():
        rows = frame(name)
        try:
            schema.validate(rows, lazy=True)
        except SchemaErrors as errors:
            cases = errors.failure_cases.merge(
                rows, left_on="index", right_index=True, suffixes=("_of_schema", "")
            )
            refused += [
                (name, case.column, case.check, case.team)
                for case in cases.itertuples()
                if (case.submission, case.tool, case.row_code, case.column.upper()) not in found
            ]
    assert refused == []
    assert len(frame("risks")) > 20


@pytest.mark.deep
def test_the_package_says_what_is_asked(datasets: dict[str, Path]) -> None:
    """What the schemas hold answers against is said of each column, from the same source."""
    with open_file(datasets["example"] / DATASET, write=False) as store:
        store.use(Schema(load("example")), write=False)
        told = {
            (each["title"], field["name"]): field
            for each in description(store, Path("no folder"))["resources"]
            for field in each["schema"]["fields"]
        }
    assert told["plan", "pln_06"]["asked"] == {"minimum": 1, "maximum": 500}
    assert told["plan", "pln_01"]["asked"] == {"maxLength": 20}
    assert told["plan", "pln_03"]["asked"] == {"words": 40}
    assert told["risks", "rsk_03"]["asked"] == {"required": True, "enum": [1, 2, 3]}
    assert told["risks", "fol_02"]["asked"] == {"minimum": "1990-01-01", "maximum": "2100-12-31"}
    assert told["plan", "pln_08"]["asked"] == {"minimum": 0}
    assert "asked" not in told["plan", "pln_14"]
    assert told["submissions", "errors"]["constraints"] == {"minimum": 0}
    assert told["submissions", "sha256"]["constraints"] == {"pattern": "[0-9a-f]{64}"}


# what is taken in


@pytest.fixture(scope="module")
def taken(tmp_path_factory: Folders) -> Rows:
    folder = tmp_path_factory.mktemp("taken")
    (result,) = validate(
        returned(folder, {"full.xlsx": odd_risks()}), ValidationRequest(ExpectedReturn(), TODAY)
    )
    return RowBuilder(Schema(load("example"))).rows(result)


def check(rows: Rows) -> None:
    RowCheck(Schema(load("example")))(rows)


def changed(rows: Rows, table: str, **wrong: Any) -> Rows:
    """The rows with other values in one that has such a value, the first of its table."""
    at = Schema(load("example")).by_name[table].at
    first = next(
        n for n, row in enumerate(rows[table]) if all(row[at[name]] is not None for name in wrong)
    )
    row = list(rows[table][first])
    for name, value in wrong.items():
        row[at[name]] = value
    lines = list(rows[table])
    lines[first] = tuple(row)
    return {**rows, table: lines}


@pytest.mark.deep
@pytest.mark.parametrize(
    ("table", "column", "value", "needed"),
    [
        (
            "answers_fact",
            "code",
            "NOWHERE",
            "a code of the list that its question is answered from",
        ),
        ("answers_fact", "code", 3, "a value of type text"),
        ("answers_fact", "number", "3", "a value of type number"),
        ("answers_fact", "number", True, "a value of type number"),
        ("answers_fact", "date", "2026-06-30", "a value of type date"),
        ("answers_fact", "slot", 999_999, "the number of a cell that the spec has"),
        ("answers_fact", "slot", None, "filled in"),
        ("submissions", "verdict", "fine", "one of accepted, returned, refused"),
        ("submissions", "sha256", "ABC", "written as [0-9a-f]{64}"),
        ("submissions", "errors", -1, "at least 0"),
        ("submissions", "errors", 1.5, "a value of type integer"),
        ("findings_fact", "severity", "grave", "one of error, warning, info"),
        ("sheets", "required", "3", "a value of type integer"),
    ],
)
def test_a_row_without_a_place(
    table: str, column: str, value: Any, needed: str, taken: Rows
) -> None:
    with pytest.raises(UnfitRow) as fault:
        check(changed(taken, table, **{column: value}))
    shown = {None: "", True: "TRUE"}.get(value, str(value))
    assert fault.value.problem == {"column": f"{table}.{column}", "value": shown, "needed": needed}


@pytest.mark.deep
def test_a_value_of_another_kind(taken: Rows) -> None:
    """A number where the question takes a code."""
    at = Schema(load("example")).by_name["answers_fact"].at
    lines = list(taken["answers_fact"])
    first = next(n for n, row in enumerate(lines) if row[at["code"]] is not None)
    row = list(lines[first])
    row[at["code"]], row[at["number"]] = None, 3.0
    lines[first] = tuple(row)
    with pytest.raises(UnfitRow) as fault:
        check({**taken, "answers_fact": lines})
    needed = "empty, because its question is answered in another column"
    assert fault.value.problem == {"column": "answers_fact.number", "value": "3", "needed": needed}


ROW_WITHOUT_A_PLACE = kind_called("row-without-a-place")


@pytest.mark.deep
def test_it_costs_that_file_alone(tmp_path: Path, monkeypatch: Patch) -> None:
    """The finding names table, column and value; the next run takes the file in."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    files = returned(
        tmp_path / "returned", {f"{team}.xlsx": workbook(team) for team in ("A", "B", "C")}
    )
    right, out = RowBuilder.rows, tmp_path / "out"

    def wrong(self: RowBuilder, result: Result) -> Rows:
        rows = right(self, result)
        ours = rows["answers_fact"] and result.path.endswith("B.xlsx")
        return changed(rows, "answers_fact", code="NOWHERE") if ours else rows

    options = ("--today", TODAY, "--jobs", 1)
    with monkeypatch.context() as broken:
        broken.setattr(RowBuilder, "rows", wrong)
        assert hrge("consolidate", files[0].parent, "-o", out, *options) == 4
    found = frames(out)("findings").query(f"code == '{ROW_WITHOUT_A_PLACE.code}'")
    assert list(found["message"]) == [
        "The file B.xlsx could not be put into the dataset because of an error in this program: answers_fact.code is "
        "“NOWHERE” and has to be a code of the list that its question is answered from."
    ]
    assert set(frames(out)("submissions").query("verdict != 'refused'")["team"]) == {"A", "C"}
    log = Path(
        found["remedy"].iloc[0].removeprefix("Report this with ").partition(".log")[0] + ".log"
    )
    assert "NOWHERE" not in log.read_text(encoding="utf-8")
    assert hrge("consolidate", files[0].parent, "-o", out, *options) == 0
    assert frames(out)("findings").query(f"code == '{ROW_WITHOUT_A_PLACE.code}'").empty
