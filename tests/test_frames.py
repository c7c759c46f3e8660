"""Tables of a dataset as frames, held against what SQL finds in the same file."""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import hrge_xl
from hrge_xl.core.errors import UsageError
from tests.analysed_rounds import played
from tests.face import DATASET

pytestmark = pytest.mark.xdist_group("analysing")


@pytest.fixture(scope="module")
def place() -> Path:
    return played() / "all"


def found(place: Path, statement: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(place / DATASET) as database:
        return database.execute(statement).fetchall()


def test_every_table_has_its_rows_in_its_types(place: Path) -> None:
    data = hrge_xl.open_dataset(place)
    for name in hrge_xl.tables(place).index:
        frame = data[name]
        assert [(len(frame),)] == found(place, f'SELECT count(*) FROM "{name}"')
        assert frame.columns.is_unique
        plain = [
            name
            for name, dtype in frame.dtypes.items()
            if dtype.kind == "O" and dtype.name == "object"
        ]
        assert all(isinstance(cell, list) for name in plain for cell in frame[name])
    assert data.files["received"].dtype == "datetime64[us]"
    assert data.teams["answered"].dtype == "Int64"
    assert data.teams["expected"].dtype == "boolean"


def test_labels_stand_in_the_place_of_codes(place: Path) -> None:
    said, codes = (
        hrge_xl.read_table(place, "risks"),
        hrge_xl.read_table(place, "Risks", labels=False),
    )
    counted = dict(
        found(
            place,
            "SELECT rsk_12_label, count(*) FROM risks WHERE rsk_12 IS NOT NULL GROUP BY rsk_12",
        )
    )
    assert {label: n for label, n in said["rsk_12"].value_counts().items() if n} == counted
    assert list(said["rsk_12"].cat.categories) == ["Low", "Moderate", "Substantial", "High"]
    assert said["rsk_12"].max() == "High"  # levels have an order
    assert "rsk_12_label" not in said
    assert set(codes["rsk_12"].dropna()) <= {"L", "M", "S", "H"}
    assert list(codes["rsk_12_label"].dropna()) == list(said["rsk_12"].dropna())
    # a step of a scale is a number to reckon with, beside its label
    assert said["rsk_10"].dtype == "Float64"
    assert said["rsk_10_label"].equals(codes["rsk_10_label"])
    french = hrge_xl.read_table(place, "risks", lang="fr")["rsk_12"]
    assert french.cat.codes.equals(said["rsk_12"].cat.codes)
    assert not set(french.cat.categories) & {"Moderate", "High"}


def test_several_answers_are_a_list_or_a_column_each(place: Path) -> None:
    held = [
        text.split(";") if text else []
        for (text,) in found(place, "SELECT rsk_09 FROM risks ORDER BY submission, n")
    ]
    assert list(hrge_xl.read_table(place, "risks", labels=False)["rsk_09"]) == held
    assert list(hrge_xl.read_table(place, "risks", several="text")["rsk_09"].fillna("")) == [
        ";".join(some) for some in held
    ]
    each = hrge_xl.read_table(place, "risks", labels=False, several="columns").filter(
        regex="^rsk_09: "
    )
    counted = Counter(code for some in held for code in some)
    assert {name.partition(": ")[2]: n for name, n in each.sum().items() if n} == counted
    assert set(each.dtypes) == {pd.BooleanDtype()}
    assert len(each.columns) > len(counted)  # entries that nobody chose have a column too
    assert "Women" in hrge_xl.read_table(place, "risks")["rsk_09"].sum()


def test_what_there_is_not_is_said(place: Path) -> None:
    data = hrge_xl.open_dataset(place)
    with pytest.raises(UsageError, match=r"no table 'risk'\. Did you mean 'risks'"):
        data["risk"]
    with pytest.raises(AttributeError, match="no table 'risk'"):
        data.risk  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(UsageError, match=r"no labels in 'xx'\. Its languages are: en, "):
        hrge_xl.read_table(place, "risks", lang="xx")
    with pytest.raises(UsageError, match=r"several='rows': choose from list, columns, text\."):
        hrge_xl.read_table(place, "risks", several="rows")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="holds no dataset"):
        hrge_xl.open_dataset(place.parent / "nowhere")


def test_what_a_type_checker_knows_is_there(place: Path) -> None:
    """The tables that are declared are in every dataset; those of a spec are found as well."""
    declared = set(hrge_xl.Tables.__annotations__)
    assert {"answers", "teams"} <= declared <= {*hrge_xl.tables(place).index}
    assert hrge_xl.open_dataset(place).risks.equals(hrge_xl.read_table(place, "risks"))  # type: ignore[attr-defined]


def test_it_says_in_few_words_what_it_holds(place: Path) -> None:
    data = hrge_xl.open_dataset(place)
    assert len(repr(data)) < 1000
    assert "hrge_toolkit" in repr(data)
    assert {"risks", "teams", "answers"} <= {*dir(data)}
    assert data.teams is data["teams"]
    assert data["risks"].attrs["questions"]["rsk_07"] == "Event"
    french = hrge_xl.read_table(place, "risks", lang="fr", several="columns")
    asked = french.attrs["questions"]
    assert [*asked] == [*french.columns]
    assert {asked[name] for name in asked if name.startswith("rsk_09: ")} == {"Groupes"}
