"""What may be shared: small counts of people are masked, and nothing gives them away."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hrge_xl import ExpectedReturn, Order, ValidationRequest, generate, load, validate
from hrge_xl.coordination.consolidation import consolidate_sources
from hrge_xl.exchange.validation import Source
from tests.audited import edited
from tests.databases import queried
from tests.face import (
    MASKED,
    AdditiveRelation,
    Answers,
    Store,
    address,
    build,
    formats_there,
    is_sensitive,
    suppress,
    write_shareable,
)
from tests.fixture_types import Folders
from tests.property_tests import examples
from tests.shared_tables import frames, shareable, tables
from tests.temporary import of_results

pytestmark = pytest.mark.xdist_group("two rounds")  # what they play is played once

TODAY = date(2026, 6, 30)
TOOLS = ("T4.A", "T4.B", "T4.C")
PERIODS = {
    "2025-H2": (date(2025, 7, 1), date(2025, 12, 31)),
    "2026-H1": (date(2026, 1, 1), date(2026, 6, 30)),
}
PEOPLE, THINGS = "PA1", "SP4"  # persons referred, meetings held


@cache
def toolkit() -> Any:
    return load("hrge_toolkit")


@cache
def workbook(team: str, period: str = "2026-H1", **figures: float) -> bytes:
    """A return with one indicator that counts people and one that counts meetings; `figures` of the first."""
    answers: Answers = {
        ("T4.B", "IND-01", "T4B_01"): PEOPLE,
        ("T4.B", "IND-01", "T4B_03"): "Victims are found",
        ("T4.B", "IND-01", "T4B_13"): 40.0,
        ("T4.B", "IND-01", "T4B_14"): 2025.0,
        ("T4.B", "IND-01", "T4B_15"): 200.0,
        ("T4.B", "IND-01", "T4B_16"): 2027.0,
        ("T4.B", "IND-02", "T4B_01"): THINGS,
        ("T4.B", "IND-02", "T4B_03"): "Groups are heard",
        ("T4.C", "V-02", "T4C_01"): "IND-02",
        ("T4.C", "V-02", "T4C_02"): team,
        ("T4.C", "V-02", "T4C_03"): period,
        ("T4.C", "V-02", "T4C_06"): 5.0,
        ("T4.C", "V-02", "T4C_09"): "V",
        ("T4.C", "V-01", "T4C_01"): "IND-01",
        ("T4.C", "V-01", "T4C_02"): team,
        ("T4.C", "V-01", "T4C_03"): period,
        ("T4.C", "V-01", "T4C_09"): "V",
    }
    answers |= {("T4.C", "V-01", code): float(number) for code, number in figures.items()}
    start, end = PERIODS[period]
    answers |= {("FORM", "1", "FRM_06"): start, ("FORM", "1", "FRM_07"): end}
    return generate(toolkit(), Order(team, end, team, tools=TOOLS, answers=answers))


FIGURES = {
    "PAK": {"T4C_06": 84, "SEX_F": 51, "SEX_M": 30, "SEX_U": 3},
    "BGD": {"T4C_06": 132, "SEX_F": 90, "SEX_M": 30, "SEX_U": 12},
    "AFG": {"T4C_06": 150, "SEX_F": 80, "SEX_M": 50, "SEX_U": 20},
}


def files(folder: Path, figures: dict[str, dict[str, float]]) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for team, numbers in figures.items():
        (folder / f"{team}.xlsx").write_bytes(workbook(team, **numbers))
    return sorted(folder.glob("*.xlsx"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: Folders) -> Iterator[Store]:
    """A dataset of three teams: one of them has a small count."""
    returned = tmp_path_factory.mktemp("in")
    results = validate(
        files(returned, FIGURES), ValidationRequest(ExpectedReturn("hrge_toolkit"), TODAY)
    )
    with of_results(results, toolkit(), TODAY) as made:
        yield made


def masked_by_team(store: Store, table: str) -> dict[tuple[str, str], set[str]]:
    """Team and row → columns that are masked."""
    before, after = tables(store), shareable(store)
    at = store.schema.by_name[table].at
    found: dict[tuple[str, str], set[str]] = {}
    for was, now in zip(before[table], after[table], strict=True):
        gone = {name for name, place in at.items() if was[place] is not None and now[place] is None}
        if gone:
            found[was[at["team"]], was[at["row_code"]]] = gone
    return found


def test_exactly_these_cells_are_masked(store: Store) -> None:
    """The small count, one more in its row, and the same two columns of the team where it costs least."""
    assert masked_by_team(store, "reported_values") == {
        ("PAK", "V-01"): {"sex_u", "sex_m"},
        ("BGD", "V-01"): {"sex_u", "sex_m"},
    }


def test_meetings_are_not_people(store: Store) -> None:
    shared = frames(store)["indicator_values"]
    meetings = shared[shared["indicator"] == THINGS]
    assert list(meetings["value"]) == [5.0, 5.0, 5.0]
    assert (shared["value"].isna()).sum() == 0


def test_totals_stay_where_they_give_nothing_away(store: Store) -> None:
    shared = frames(store)
    (line,) = shared["aggregate_indicators"].query("indicator == @PEOPLE").to_dict("records")
    assert (line["total"], line["teams"]) == (366.0, 3)
    parts = shared["aggregate_splits"].set_index("part")["total"].to_dict()
    assert parts == {"SEX_F": 221.0, "SEX_M": 110.0, "SEX_U": 35.0}


def test_a_count_that_was_typed_in_other_digits_is_masked_as_it_stood_there(tmp_path: Path) -> None:
    """The dataset of the office keeps what stood in the cell; the copy keeps nothing of it."""
    (place,) = build(toolkit(), "en", TOOLS).slots["T4.C", "V-01", "SEX_U"].cells
    cell = address(*place)
    returned = files(tmp_path, FIGURES)
    typed = rf'<c r="{cell}" s="\1" t="inlineStr"><is><t>٣</t></is></c>'
    pattern = rf'<c r="{cell}" s="(\d+)"><v>3</v></c>'
    pak = tmp_path / "PAK.xlsx"
    pak.write_bytes(edited(pak.read_bytes(), r"xl/worksheets/sheet\d+\.xml", pattern, typed))
    results = validate(returned, ValidationRequest(ExpectedReturn("hrge_toolkit"), TODAY))
    with of_results(results, toolkit(), TODAY) as store:
        original = store.schema.by_name["answers"].at["original"]
        stood, shared = (
            {row[original] for row in rows["answers"]} for rows in (tables(store), shareable(store))
        )
    assert "٣" in stood
    assert "٣" not in shared


def test_long_answers_say_that_they_are_masked(store: Store) -> None:
    shared = frames(store)["answers"]
    masked = shared[shared["state"] == MASKED]
    assert set(zip(masked["team"], masked["field"], strict=True)) == {
        ("PAK", "SEX_U"),
        ("PAK", "SEX_M"),
        ("BGD", "SEX_U"),
        ("BGD", "SEX_M"),
    }
    assert masked[["number", "original", "text", "code"]].isna().all().all()


def test_a_small_total_takes_progress_and_status_with_it(tmp_path: Path) -> None:
    """A value, its baseline and its target would give away the progress, and the progress the value."""
    results = validate(
        files(tmp_path / "in", FIGURES | {"IRQ": {"T4C_06": 6}}),
        ValidationRequest(ExpectedReturn("hrge_toolkit"), TODAY),
    )
    with of_results(results, toolkit(), TODAY) as made:
        masked = masked_by_team(made, "reported_values")
        shared = frames(made)
    assert masked["IRQ", "V-01"] == {"t4c_06", "t4c_16", "t4c_14", "t4c_15"}
    others = {team for (team, _), columns in masked.items() if "t4c_06" in columns}
    (line,) = shared["aggregate_indicators"].query("indicator == @PEOPLE").to_dict("records")
    assert len(others) > 1 or line["total"] != line["total"]


def test_figures_of_one_country_are_its_values(store: Store) -> None:
    """What a country comes to is masked where it is the value of its only team."""
    shared = frames(store)
    every, by_country = (
        frame[(frame["field"] == "SEX_U") & (frame["refers_to"] == PEOPLE)]
        for frame in (shared["aggregate_numbers"], shared["aggregate_numbers_by_country"])
    )
    masked = by_country.set_index("country")["total"].isna().to_dict()
    assert masked == {"AFG": False, "BGD": True, "PAK": True}
    (total,) = every.to_dict("records")
    assert total["total"] == 35
    assert total["minimum"] != total["minimum"]  # 3, and it would tell


def test_restricted_answers_and_messages_do_not_leave(store: Store) -> None:
    shared = frames(store)
    assert shared["findings"][["value", "message", "suggestion"]].isna().all().all()
    assert not shared["answers"]["field"].isin({"T4C_08", "RSK_06", "RSK_07"}).any()
    assert "/" not in "".join(shared["submissions"]["path"])


def test_the_copy_has_the_same_files_and_no_masked_figure(tmp_path: Path) -> None:
    out = tmp_path / "out"
    consolidate_sources(
        [
            Source(
                files(tmp_path / "in", FIGURES),
                ValidationRequest(ExpectedReturn("hrge_toolkit"), TODAY),
            )
        ],
        out,
        formats=("xlsx", "csv"),
    )
    folder = write_shareable(out, TODAY, formats_there(out))
    assert {"data.xlsx", "datapackage.json", "csv", "dataset.sqlite"} <= {
        each.name for each in folder.iterdir()
    }
    rows = queried(folder, "SELECT team, sex_u, sex_f FROM reported_values WHERE row_code = 'V-01'")
    assert sorted(rows) == [("AFG", 20, 80), ("BGD", None, 90), ("PAK", None, 51)]
    sheet = openpyxl.load_workbook(folder / "data.xlsx", read_only=True)["reported_values"]
    head, _, *lines = sheet.iter_rows(min_row=2, values_only=True)  # codes, heads
    told = [dict(zip(head, line, strict=True)) for line in lines]
    sex_unknown = {line["team"]: line["sex_u"] for line in told if line["row_code"] == "V-01"}
    assert sex_unknown == {"AFG": 20, "BGD": None, "PAK": None}
    first = (folder / "dataset.sqlite").read_bytes()
    # of an earlier version of the program: what it told then may not be told now, and no run masks it again
    description, retired = folder / "datapackage.json", folder / "csv" / "codebook.csv"
    package = json.loads(description.read_text(encoding="utf-8"))
    package["resources"].append({"title": retired.stem})
    description.write_text(json.dumps(package), encoding="utf-8")
    retired.write_text("label\n", encoding="utf-8")
    write_shareable(out, TODAY, formats_there(out))
    assert (folder / "dataset.sqlite").read_bytes() == first
    assert not retired.exists()


# the search itself, against every table that there could be


def alternatives(
    numbers: dict[str, int], sums: list[AdditiveRelation[str]], masked: set[str], key: str
) -> Iterator[int]:
    """Every figure that could stand in a masked place, as the published ones have it."""
    totals = {each.total for each in sums}
    names = sorted(masked - totals)
    for values in itertools.product(range(1, 16), repeat=len(names)):
        guess = numbers | dict(zip(names, values, strict=True))
        for each in sums:  # rows and columns come before what they add up to
            if each.total in masked:
                guess[each.total] = sum(guess[part] for part in each.parts)
        if all(sum(guess[part] for part in each.parts) == guess[each.total] for each in sums):
            yield guess[key]


@st.composite
def small_tables(draw: st.DrawFn) -> tuple[dict[str, int], list[AdditiveRelation[str]]]:
    """Two rows and two columns of counts with all their sums."""
    rows, columns = draw(st.sampled_from([(2, 2), (1, 3), (2, 1), (3, 1)]))
    numbers = {f"{r}{c}": draw(st.integers(0, 13)) for r in range(rows) for c in range(columns)}
    sums = [
        AdditiveRelation(f"r{r}", tuple(f"{r}{c}" for c in range(columns))) for r in range(rows)
    ]
    if draw(st.booleans()):
        sums += [
            AdditiveRelation(f"c{c}", tuple(f"{r}{c}" for r in range(rows))) for c in range(columns)
        ]
        sums += [AdditiveRelation("all", tuple(f"r{r}" for r in range(rows)))]
    for each in sums:
        numbers[each.total] = sum(numbers[part] for part in each.parts)
    return numbers, sums


@examples(60)
@given(small_tables())
def test_no_small_figure_can_be_worked_out(
    table: tuple[dict[str, int], list[AdditiveRelation[str]]],
) -> None:
    numbers, sums = table
    small = {key for key, number in numbers.items() if is_sensitive(number)}
    masked = suppress(numbers, sums, small)
    assert small <= masked
    assert all(numbers[key] > 0 for key in masked)
    assume(
        len(masked & {key for key in numbers if key[0].isdigit()}) <= 4
    )  # else there are too many tables
    for key in small:
        found = set(itertools.islice(unique(alternatives(numbers, sums, masked, key)), 2))
        assert len(found) == 2, (numbers, masked)


def unique(values: Iterator[int]) -> Iterator[int]:
    seen: set[int] = set()
    for value in values:
        if value not in seen:
            seen.add(value)
            yield value


def test_few_figures_are_masked_where_a_total_leaves_one_team_out() -> None:
    """Six teams, and a total of five of them: the sixth is one minus the other, so one of the two goes."""
    numbers = {
        f"{column}{team}": number
        for team in range(6)
        for column, number in (("u", 3), ("m", 30), ("f", 51))
    }
    numbers |= {f"all{team}": 84 for team in range(6)}
    sums = [
        AdditiveRelation(f"all{team}", (f"u{team}", f"m{team}", f"f{team}")) for team in range(6)
    ]
    for column in ("u", "m", "f", "all"):
        for name, teams in (("five", range(5)), ("six", range(6))):
            sums.append(AdditiveRelation(name + column, tuple(f"{column}{team}" for team in teams)))
            numbers[name + column] = sum(numbers[f"{column}{team}"] for team in teams)
    masked = suppress(numbers, sums, {f"u{team}" for team in range(6)})
    assert {key[0] for key in masked if key[1:].isdigit()} == {"u", "m"}
    assert len({"fiveu", "sixu"} & masked) == 1
    assert len({"fivem", "sixm"} & masked) == 1
    assert not {"fivef", "sixf", "fiveall", "sixall"} & masked


def test_a_total_of_one_figure_is_that_figure() -> None:
    """Whichever of the sums comes first: the value is its only part, and stands in a total itself."""
    numbers = {"value": 30, "part": 30, "other": 4, "all": 34, "more": 20, "rest": 54}
    sums = [
        AdditiveRelation("all", ("value", "other")),
        AdditiveRelation("rest", ("all", "more")),
        AdditiveRelation("value", ("part",)),
    ]
    for order in itertools.permutations(sums):
        masked = suppress(numbers, list(order), {"other"})
        assert masked == {"other", "value", "part"}, order


@pytest.mark.parametrize(
    ("numbers", "masked"),
    [
        ({"a": 3, "b": 30, "c": 51, "t": 84}, {"a", "b"}),  # not a total minus the others
        ({"a": 3, "b": 0, "c": 51, "t": 54}, {"a", "c"}),  # a nought is always told
        (
            {"a": 1, "b": 1, "c": 50, "t": 52},
            {"a", "b", "c"},
        ),  # two ones that add up to two are known
        ({"a": 7, "b": 0, "c": 0, "t": 7}, {"a", "t"}),  # nothing but the total is left
        ({"a": 12, "b": 30, "c": 51, "t": 93}, set()),
        (
            {"a": 3, "b": 30, "c": 51, "t": 99},
            {"a"},
        ),  # the sum does not come out, so it gives nothing away
    ],
)
def test_what_is_masked_with_a_small_figure(numbers: dict[str, int], masked: set[str]) -> None:
    small = {key for key, number in numbers.items() if is_sensitive(number)}
    assert suppress(numbers, [AdditiveRelation("t", ("a", "b", "c"))], small) == masked


@pytest.mark.parametrize(
    ("numbers", "added", "masked"),
    [
        # a small difference, and one of the two
        ({"t": 3, "a": 20, "b": 17}, AdditiveRelation("t", ("a",), ("b",)), {"t", "b"}),
        ({"t": 0, "a": 7, "b": 7}, AdditiveRelation("t", ("a",), ("b",)), {"a", "b"}),
        ({"t": 0, "a": 3, "b": 20, "c": 23}, AdditiveRelation("t", ("a", "b"), ("c",)), {"a", "b"}),
        (
            {"t": 12, "a": 7},
            AdditiveRelation("t", ("a",), (), 5),
            {"t", "a"},
        ),  # with five whom nobody counts
        (
            {"t": 23, "a": 3, "b": 20},
            AdditiveRelation("t", ("a", "b"), (), 5),
            {"a"},
        ),  # it does not come out
        ({"t": 60, "a": 30, "b": 30}, AdditiveRelation("t", ("a",), ("b",)), set()),
    ],
)
def test_what_is_masked_with_a_small_figure_of_a_difference(
    numbers: dict[str, int], added: AdditiveRelation[str], masked: set[str]
) -> None:
    small = {key for key, number in numbers.items() if is_sensitive(number)}
    assert suppress(numbers, [added], small, signed={"t"}) == masked


def test_a_difference_of_noughts_hides_nothing() -> None:
    """Of three teams one says 0 and 0: everybody sees the difference, so another one has to cover the small one."""
    pairs = {"1": (20, 17), "2": (0, 0), "3": (40, 13)}
    numbers = {
        f"{letter}{team}": pair["ab".index(letter)]
        for team, pair in pairs.items()
        for letter in "ab"
    }
    numbers |= {f"d{team}": one - other for team, (one, other) in pairs.items()} | {"all": 30}
    sums = [AdditiveRelation("all", ("d1", "d2", "d3"))] + [
        AdditiveRelation(f"d{team}", (f"a{team}",), (f"b{team}",)) for team in pairs
    ]
    masked = suppress(numbers, sums, {"d1"}, signed={"all", "d1", "d2", "d3"})
    assert {"all", "d3"} & masked


def test_the_same_figures_are_masked_in_every_run() -> None:
    numbers = {f"{r}{c}": (7 * r + 5 * c) % 23 for r in range(6) for c in range(6)}
    sums = [AdditiveRelation(f"r{r}", tuple(f"{r}{c}" for c in range(6))) for r in range(6)]
    sums += [AdditiveRelation(f"c{c}", tuple(f"{r}{c}" for r in range(6))) for c in range(6)]
    numbers |= {each.total: sum(numbers[part] for part in each.parts) for each in sums}
    small = {key for key, number in numbers.items() if is_sensitive(number)}
    assert suppress(numbers, sums, small) == suppress(dict(reversed(numbers.items())), sums, small)
