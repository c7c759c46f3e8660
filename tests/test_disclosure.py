"""Attacks on copies that may be shared: whatever is published there, no small count of people comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.answers import TODAY, layout
from tests.face import MASKED, Answers, build_overview, is_sensitive, page_of, shared
from tests.people_returns import Return, dataset, dataset_of, people_spec
from tests.property_tests import examples
from tests.shared_tables import frames

pytestmark = pytest.mark.xdist_group("disclosure")  # what its fixtures play is played once

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Key = tuple[str, str, str]  # tool, row, field
NAMES = ("PAK-1", "PAK-2", "AFG-1")
COUNTS = {
    "CAS_N",
    *(f"PPL_{part}" for part in ("W", "M", "U", "TOLD", "ALL", "ARR", "LEFT", "CAS", "OVER")),
}
NEAR = np.arange(-2.0, 3.0)  # how far from the truth other figures are looked for


class Attacker:
    """Knows the spec and a shared copy, and looks for other tables of counts that could be behind it as well."""

    def __init__(self, true: Any, shared: Mapping[str, Any]) -> None:
        lines = (
            shared["aggregate_numbers"].assign(country=None),
            shared["aggregate_numbers_by_country"],
        )
        told = [
            line
            for some in lines
            for line in some.to_dict("records")
            if line["mean"] == line["mean"]
        ]
        self.lines = [line for line in told if line["field"] in COUNTS]
        self.tables: dict[str, dict[Key, Floats]] = {}
        self.truth: dict[str, dict[Key, float]] = {}
        for team in NAMES:
            own, copy = (
                each[each["team"] == team].to_dict("records") for each in (true, shared["answers"])
            )
            numbers = {_key(row): row["number"] for row in own if row["number"] == row["number"]}
            told = {
                _key(row): row["number"]
                for row in copy
                if row["state"] != MASKED and _key(row) in numbers
            }
            self.truth[team], self.tables[team] = numbers, tables(numbers, told)
        self.added = {team: self._added(team) for team in NAMES}

    def is_certain(self, team: str, key: Key) -> bool:
        """Whether no other figure than the true one can stand in a cell."""
        far = np.abs(self.tables[team][key] - self.truth[team][key])
        nearest = sorted(np.flatnonzero(far), key=lambda n: far[n])
        return not any(self._comes_out(team, self.added[team][n]) for n in nearest)

    def _comes_out(self, team: str, added: Whole) -> bool:
        """Whether the two other teams have tables with which all published totals over teams come out."""
        totals = np.round([line["mean"] * line["frequency"] for line in self.lines]).astype(
            np.int64
        )
        one, other = (self.added[each] for each in NAMES if each != team)
        left = {row.tobytes() for row in totals - added - one}
        return any(row.tobytes() in left for row in other)

    def _added(self, team: str) -> Whole:
        """What each table of a team adds to each line."""
        size = len(next(iter(self.tables[team].values())))
        columns = [
            self._line(team, line) if _is_in(line, team) else np.zeros(size) for line in self.lines
        ]
        return np.round(np.reshape(columns, (len(columns), size)).T).astype(np.int64)

    def _line(self, team: str, line: Mapping[str, Any]) -> Floats:
        cells = self.tables[team].items()
        size = len(next(iter(self.tables[team].values())))
        return sum(
            (v for (tool, _, code), v in cells if (tool, code) == (line["tool"], line["field"])),
            np.zeros(size),
        )


def _key(row: Mapping[str, Any]) -> Key:
    return row["tool"], row["row"], row["field"]


def _is_in(line: Mapping[str, Any], team: str) -> bool:
    return line["country"] is None or team.startswith(line["country"])


def tables(numbers: Mapping[Key, float], told: Mapping[Key, float]) -> dict[Key, Floats]:
    """Every table near the true one of a team that has the figures which are told of it."""
    typed = [key for key in numbers if key[2] not in formulas()]
    unknown = [key for key in typed if key not in told and key[2] in COUNTS]
    grid = np.meshgrid(*[numbers[key] + NEAR for key in unknown], indexing="ij") if unknown else []
    found = {key: values.ravel() for key, values in zip(unknown, grid, strict=True)}
    size = len(NEAR) ** len(unknown)
    found |= {key: np.full(size, told.get(key, np.nan)) for key in typed if key not in found}
    with np.errstate(divide="ignore", invalid="ignore"):
        for code in formulas():
            found |= {key: evaluated(key, found) for key in numbers if key[2] == code}
    fits = follows_the_rules(numbers, found)
    for key in unknown:
        fits &= found[key] >= 1  # a nought is always told
    for key, number in told.items():
        fits &= np.isclose(found[key], number, atol=1e-9)
    return {key: values[fits] for key, values in found.items()}


def follows_the_rules(
    numbers: Mapping[Key, float], found: Mapping[Key, Floats]
) -> NDArray[np.bool_]:
    """Where the answers keep the rules of the spec, as far as all of them are there and told or counted."""
    women, men, unknown, told, share = (
        found.get(("FORM", "1", code))
        for code in ("PPL_W", "PPL_M", "PPL_U", "PPL_TOLD", "PPL_PCT")
    )
    fits = np.ones(len(next(iter(found.values()))), dtype=bool)
    if told is not None and unknown is not None:
        fits &= told == women + men + unknown
    if told is not None and share is not None and not np.isnan(share).any():
        fits &= ~(np.abs(share - women / told * 100) >= 1)
    return fits


@cache
def formulas() -> dict[str, str]:
    """Every formula of the spec that yields a number; they read only what stands before them."""
    places = people_spec().places()
    return {
        each.code: each.formula for _, _, each in places if each.formula and each.result == "number"
    }


def evaluated(key: Key, known: Mapping[Key, Floats]) -> Floats:
    """A formula over many tables at once, as Python reads it."""
    _, row, field = key
    names: dict[str, Any] = {code: v for (_, r, code), v in known.items() if r in ("1", row)}

    def over(sheet: str, column: str) -> Floats:
        return sum(v for (t, _, code), v in known.items() if (t, code) == (sheet, column))

    names |= {"total": lambda *parts: sum(part for part in parts if part is not None), "sum": over}
    return eval(
        formulas()[field].replace("'CASES', CAS_N", "'CASES', 'CAS_N'"), {}, Defaults(names)
    )


class Defaults(dict[str, Any]):
    """Answers by name; None for a blank."""

    def __missing__(self, key: str) -> None:
        return None


counts = st.integers(0, 13)
more_of_a_form = {
    "PPL_U": counts,
    "PPL_ARR": st.integers(8, 16),
    "PPL_BUD": st.integers(7, 9),
    "PPL_TOLD": st.just(0),
    "PPL_PCT": st.just(0),
}
forms = st.fixed_dictionaries({"PPL_W": counts, "PPL_M": counts}, optional=more_of_a_form)


def told(form: Mapping[str, int]) -> dict[str, int | float]:
    """The form of a team; what it tells as total and share is right where it tells them."""
    women, everybody = form["PPL_W"], sum(form.get(code, 0) for code in ("PPL_W", "PPL_M", "PPL_U"))
    right = {"PPL_TOLD": everybody, "PPL_PCT": women / everybody * 100 if everybody else 0.0}
    return dict(form) | {code: value for code, value in right.items() if code in form}


@examples(15)
@given(st.lists(st.tuples(forms, st.lists(counts, max_size=2)), min_size=3, max_size=3))
def test_no_small_count_comes_out_of_a_shared_copy(
    drawn: list[tuple[dict[str, int], list[int]]],
) -> None:
    """Neither by the sums and shares of a return, nor by the totals over all, nor by both together."""
    returns = [
        Return(name, told(form), tuple(cases))
        for name, (form, cases) in zip(NAMES, drawn, strict=True)
    ]
    with dataset(*returns) as store:
        true, shared = frames(store, masked=False)["answers"], frames(store)
    attacker = Attacker(true, shared)
    for row in true.to_dict("records"):
        if row["field"] in COUNTS and is_sensitive(row["number"]):
            assert not attacker.is_certain(row["team"], _key(row)), (
                row["team"],
                row["field"],
                row["number"],
            )


def test_totals_over_teams_are_told_of_counts_only() -> None:
    """A mean of shares, times the number of teams, minus the published ones, is the share of the other team."""
    teams = [
        Return(name, {"PPL_W": women, "PPL_M": 30})
        for name, women in zip(NAMES, (3, 20, 30), strict=True)
    ]
    with dataset(*teams) as store:
        shared = frames(store)
    lines = shared["aggregate_numbers"].set_index("field")
    assert lines.loc["PPL_W", "mean"] * 3 == pytest.approx(53)
    assert lines.loc[["PPL_SHR", "PPL_HALF"], ["mean", "minimum", "maximum"]].isna().all().all()


# each way by itself

OF_A_RISK = {
    "RSK_T": "Risk",
    "RSK_C": "C-01",
    "RSK_N": 5,
    "RSK_A": 2,
    "RSK_B": 2,
    "RSK_DUE": date(2026, 1, 1),
}
RISK = {("RISKS", "K-01", code): value for code, value in OF_A_RISK.items()}


def shared_form(*returns: Return) -> dict[str, Any]:
    """What the form of the first team says in the shared copy, by field: None where it is masked."""
    with dataset(*returns) as store:
        form = frames(store)["form"].astype(object).iloc[0]
    return {name.upper(): value for name, value in form.items()}


def is_masked(value: Any) -> bool:
    return bool(pd.isna(value))


def test_a_calculated_sum_minus_the_published_rest_and_a_share_times_its_published_denominator() -> (
    None
):
    form = shared_form(Return("PAK-1", {"PPL_W": 3, "PPL_M": 30, "PPL_U": 51}))
    assert is_masked(form["PPL_W"])
    assert sum(map(is_masked, (form["PPL_M"], form["PPL_U"], form["PPL_ALL"]))) == 1
    assert (form["PPL_U"], form["PPL_ALL"]) == (51, 84)
    assert all(is_masked(form[code]) for code in ("PPL_SHR", "PPL_HALF", "PPL_BAND", "PPL_DAY"))


def test_a_calculated_difference_is_a_count() -> None:
    """20 came, 17 of them women: the other 3 are masked, and one of the two figures with them."""
    form = shared_form(Return("PAK-1", {"PPL_W": 17, "PPL_ARR": 20}))
    assert is_masked(form["PPL_LEFT"])
    assert is_masked(form["PPL_W"]) != is_masked(form["PPL_ARR"])


@pytest.mark.parametrize("budget", [7, 30])
def test_a_difference_to_a_published_number_is_masked_whatever_it_is(budget: int) -> None:
    """Seven came: more than is paid for by nought, or by -23."""
    with dataset(Return("PAK-1", {"PPL_ARR": 7, "PPL_BUD": budget})) as store:
        shared = frames(store)
    assert shared["form"]["ppl_bud"][0] == budget
    assert is_masked(shared["form"]["ppl_over"][0])
    lines = shared["aggregate_numbers"].set_index("field")
    assert lines.loc["PPL_OVER", ["mean", "minimum", "maximum"]].isna().all().all()


def test_a_share_and_a_count_together_are_no_count() -> None:
    shared = shared_form(Return("PAK-1", {"PPL_W": 3, "PPL_M": 30, "PPL_U": 20, "PPL_ARR": 60}))
    assert all(is_masked(shared[code]) for code in ("PPL_W", "PPL_SHR", "PPL_MIX"))


def test_a_difference_of_nought_does_not_give_a_count_away() -> None:
    form = shared_form(Return("PAK-1", {"PPL_W": 7, "PPL_ARR": 7}))
    assert is_masked(form["PPL_W"])
    assert is_masked(form["PPL_ARR"])


def test_nothing_is_masked_where_no_count_is_small() -> None:
    form = shared_form(Return("PAK-1", {"PPL_W": 20, "PPL_M": 30, "PPL_U": 50, "PPL_ARR": 120}))
    assert (form["PPL_SHR"], form["PPL_HALF"], form["PPL_BAND"], form["PPL_LEFT"]) == (
        20,
        10,
        "many",
        100,
    )


def test_a_small_count_of_a_team_of_no_country() -> None:
    nowhere = {("FORM", "1", "PPL_CTY"): ""}
    with dataset(Return("", {"PPL_W": 3, "PPL_M": 40}, more=nowhere)) as store:
        shared = frames(store)
    for name in ("aggregate_numbers", "aggregate_numbers_by_country"):
        line = shared[name].set_index("field").loc["PPL_W"]
        assert line[["total", "mean", "minimum", "maximum"]].isna().all(), name


def test_a_small_count_in_a_row_that_refers_to_nothing() -> None:
    alone = {key: value for key, value in RISK.items() if key[2] != "RSK_C"}
    with dataset(Return("PAK-1", {}, more=alone | {("RISKS", "K-01", "RSK_N"): 3})) as store:
        true, shared = (
            frames(store, masked=masked)["aggregate_numbers"].set_index("field").loc["RSK_N"]
            for masked in (False, True)
        )
    assert (true["refers_to"], true["total"]) == ("no_reference", 3)
    assert shared["refers_to"] == "no_reference"
    assert shared[["total", "mean", "minimum", "maximum"]].isna().all()


def test_a_row_of_which_everything_is_masked_is_still_a_row() -> None:
    """Where it stands in the workbook, and where an analyst counts rows."""
    with dataset(Return("PAK-1", {}, more={("CASES", "C-02", "CAS_N"): 3})) as store:
        true, shared = (frames(store, masked=masked)["cases"] for masked in (False, True))
    places = ["n", "row_code", "sheet", "cell"]
    assert shared[places].values.tolist() == true[places].values.tolist() != []
    assert is_masked(shared["cas_n"][0])


def test_masked_words_and_days_leave_the_long_answers_too() -> None:
    with dataset(Return("PAK-1", {"PPL_W": 2, "PPL_M": 30})) as store:
        answers = frames(store)["answers"].set_index("field")
        codes = frames(store)["aggregate_answers"]
    masked = answers[answers["state"] == MASKED]
    assert {"PPL_W", "PPL_SHR", "PPL_HALF", "PPL_BAND", "PPL_LVL", "PPL_DAY"} <= set(masked.index)
    assert masked[["number", "date", "original", "text", "code"]].isna().all().all()
    assert "PPL_LVL" not in set(codes["field"])
    assert "PPL_CTY" in set(codes["field"])


def test_a_sum_over_a_sheet_and_a_figure_that_is_looked_up() -> None:
    """The other team's case would do to hide 2 in the total over teams, but not in the sum of its own sheet."""
    risk = {("RISKS", "K-01", "RSK_T"): "Risk", ("RISKS", "K-01", "RSK_C"): "C-01"}
    with dataset(
        Return("PAK-1", {"PPL_W": 40}, (2, 40, 50), risk), Return("PAK-2", {}, (30,))
    ) as store:
        shared = {
            name: frame.query("team == 'PAK-1'")
            for name, frame in frames(store).items()
            if "team" in frame
        }
    (form,) = shared["form"].to_dict("records")
    assert sum(map(is_masked, [*shared["cases"]["cas_n"], form["ppl_cas"]])) == 2
    assert is_masked(shared["risks"]["rsk_cn"].iloc[0])
    assert is_masked(shared["cases"]["cas_shr"].iloc[0])


def test_what_is_listed_counted_and_crossed_by_a_masked_figure() -> None:
    """Lists, the weightiest risks, and tables that sort risks by how many people they are about."""
    with dataset(Return("PAK-1", {"PPL_W": 40}, (2, 40, 50), RISK)) as store:
        true, shared = frames(store, masked=False), frames(store)
    assert set(true["matrix_rows"]["matrix_row_field"]) == {"RSK_A", "RSK_CN"}
    assert set(shared["matrix_rows"]["matrix_row_field"]) == {"RSK_A"}
    assert (shared["top_risks"]["name"][0], shared["top_risks"]["matrix_row_before"][0]) == (
        "Risk",
        "2",
    )
    assert is_masked(shared["top_risks"]["shows_rsk_n"][0])
    listed = shared["listed_rows"].set_index("column_code")["value"]
    assert "n" not in listed
    assert listed["risk"] == "Risk"
    assert "size" in set(true["aggregate_risks_by_part"]["breakdown"])
    assert "size" not in set(shared["aggregate_risks_by_part"]["breakdown"])
    assert set(true["aggregate_matrix"]["matrix_row_field"]) == {"RSK_A", "RSK_CN"}
    assert set(shared["aggregate_matrix"]["matrix_row_field"]) == {"RSK_A"}


def test_what_is_made_of_a_restricted_answer_is_restricted() -> None:
    risk = {("RISKS", "K-01", "RSK_T"): "Risk", ("RISKS", "K-01", "RSK_DUE"): date(2026, 1, 1)}
    with dataset(Return("PAK-1", {"PPL_NOTE": "secret"}, more=risk)) as store:
        true, shared = frames(store, masked=False), frames(store)
    assert true["form"]["ppl_copy"][0] == "secret!"
    assert not [
        name
        for name, frame in shared.items()
        if frame.astype(str).isin(["secret", "secret!"]).any().any()
    ]
    assert true["overdue"]["days_late"][0] > 0
    assert not len(shared["overdue"])
    assert shared["listed_rows"]["due"].isna().all()


def test_figures_that_a_rule_ties_to_a_count() -> None:
    """A total and a percentage that the team typed; the budget, which need only be larger, is told."""
    form = {"PPL_W": 3, "PPL_M": 30, "PPL_U": 51, "PPL_TOLD": 84, "PPL_PCT": 3.6, "PPL_BUD": 900}
    shared = shared_form(Return("PAK-1", form))
    assert sum(map(is_masked, (shared["PPL_M"], shared["PPL_U"], shared["PPL_TOLD"]))) == 1
    assert is_masked(shared["PPL_PCT"])
    assert is_masked(shared["PPL_PCT2"])
    assert shared["PPL_BUD"] == 900


def test_a_blank_tells_that_a_divisor_is_nought() -> None:
    """No budget by free bed: there are as many people as beds, so the beds are masked with the people."""
    full, half = ({"PPL_ARR": 7, "PPL_BED": beds, "PPL_BUD": 900} for beds in (7, 14))
    assert is_masked(shared_form(Return("PAK-1", full))["PPL_BED"])
    shared = shared_form(Return("PAK-1", half))
    assert shared["PPL_BED"] == 14
    assert is_masked(shared["PPL_PER"])


def test_a_count_that_cannot_be_read_is_what_the_others_leave() -> None:
    """ "three" in a cell is masked, and a total minus the others is 3."""
    form = {"PPL_W": 40, "PPL_M": 41, "PPL_TOLD": 84}
    three = {("FORM", "1", "PPL_U"): {"original": "three", "problem": "V003"}}
    shared = shared_form(Return("PAK-1", form, changes=three))
    assert is_masked(shared["PPL_TOLD"]) or (
        is_masked(shared["PPL_ALL"]) and is_masked(shared["PPL_W"])
    )


@pytest.mark.parametrize("rest", [{"PPL_M": 30, "PPL_U": 51}, {"PPL_M": 30, "PPL_U": 50}])
def test_two_versions_of_a_return_hide_the_same_figures(rest: dict[str, int]) -> None:
    """In the older one another figure would be the cheapest to mask; side by side they would give away all."""
    old = Return("PAK-1", {"PPL_W": 3, "PPL_M": 30, "PPL_U": 51}, saved="2026-06-01T10:00:00Z")
    new = Return("PAK-1", {"PPL_W": 3, **rest, "PPL_BUD": 1}, saved="2026-06-02T10:00:00Z")
    other = Return("PAK-2", {"PPL_W": 40, "PPL_M": 60, "PPL_U": 5})
    with dataset(old, new, other) as store:
        forms = frames(store)["form"].query("team == 'PAK-1'")
    assert len(forms) == 2
    assert is_masked(forms["ppl_w"].iloc[0])
    hidden = [
        {code for code in ("ppl_m", "ppl_u", "ppl_all") if is_masked(form[code])}
        for _, form in forms.iterrows()
    ]
    assert hidden[0] == hidden[1]


# the register of indicator values


RATE, COUNT = "I04", "I02"  # a percentage with numerator and denominator, and a count of persons


def values(
    team: str, indicator: str, *rows: Mapping[str, Any], **framework: float
) -> tuple[str, Answers, Any, str]:
    """A return with values of one indicator: the cells of each row, and those of the row that all are about."""
    found: Answers = {("T4.B", "IND-01", "T4B_01"): indicator, ("T4.B", "IND-01", "T4B_03"): "Why"}
    found |= {("T4.B", "IND-01", code): number for code, number in framework.items()}
    for number, row in enumerate(rows, start=1):
        cells = {"T4C_01": "IND-01", "T4C_02": team[:3], "T4C_03": "2026-H1", "T4C_09": "V"} | row
        found |= {("T4.C", f"V-{number:02d}", code): value for code, value in cells.items()}
    return team, found, {}, ""


def shared_values(*returns: tuple[str, Answers, Any, str]) -> dict[str, Any]:
    with dataset_of(layout("hrge_toolkit", tools=("T4.A", "T4.B", "T4.C")), returns) as store:
        return frames(store)


def test_a_percentage_of_a_numerator_that_nobody_filled_in() -> None:
    """7.5 % of 40 are three people."""
    shared = shared_values(
        values("PAK-1", RATE, {"T4C_05": 40.0, "T4C_06": 7.5}),
        values("AFG-1", RATE, {"T4C_05": 40.0, "T4C_06": 50.0}),
    )
    told = shared["reported_values"].set_index("team")
    assert is_masked(told.loc["PAK-1", "t4c_06"])
    assert told.loc["AFG-1", "t4c_06"] == 50
    assert list(told["t4c_05"]) == [40, 40]
    assert is_masked(shared["indicator_values"].set_index("team").loc["PAK-1", "value"])
    (line,) = shared["aggregate_indicators"].to_dict("records")
    assert is_masked(line["minimum"])


def test_a_percentage_is_worked_out_and_masked_with_its_numerator() -> None:
    """3 of 40 are 7.5 %: nobody types it, and nobody is told."""
    for numerator, value in ((20.0, 50.0), (3.0, None)):
        shared = shared_values(values("PAK-1", RATE, {"T4C_04": numerator, "T4C_05": 40.0}))
        (row,) = shared["reported_values"].to_dict("records")
        (told,) = shared["indicator_values"].to_dict("records")
        (line,) = shared["aggregate_indicators"].to_dict("records")
        found = row["t4c_16"], told["value"], line["minimum"]
        assert all(map(is_masked, found)) if value is None else found == (value, value, value)


def test_the_splits_of_a_percentage_add_up_to_a_numerator_that_nobody_filled_in() -> None:
    """50 % of 80 are 40, of whom 37 are women: the other three are masked, so is one more figure."""
    row = {"T4C_05": 80.0, "T4C_06": 50.0, "SEX_F": 37.0, "SEX_M": 3.0}
    (shared,) = shared_values(values("PAK-1", RATE, row))["reported_values"].to_dict("records")
    assert is_masked(shared["sex_m"])
    assert is_masked(shared["sex_f"]) or is_masked(shared["t4c_06"])


def test_a_percentage_of_things_is_told() -> None:
    shared = shared_values(values("PAK-1", "SP2", {"T4C_05": 40.0, "T4C_06": 7.5, "T4C_04": 3.0}))[
        "reported_values"
    ]
    assert (shared["t4c_04"][0], shared["t4c_06"][0]) == (3, 7.5)


def test_a_numerator_beside_a_count_is_a_count() -> None:
    shared = shared_values(values("PAK-1", COUNT, {"T4C_04": 3.0, "T4C_06": 50.0}))[
        "reported_values"
    ]
    assert is_masked(shared["t4c_04"][0])
    assert shared["t4c_06"][0] == 50


def test_a_percentage_that_cannot_be_read_is_masked() -> None:
    team, answers, _, saved = values("PAK-1", RATE, {"T4C_05": 40.0, "T4C_06": 7.5})
    words = {("T4.C", "V-01", "T4C_06"): {"original": "3 of 40", "number": None, "problem": "V003"}}
    shared = shared_values((team, answers, words, saved))["answers"].set_index("field")
    assert shared.loc["T4C_06", "state"] == MASKED


@pytest.mark.parametrize(
    ("value", "baseline", "target", "masked"),
    [
        # a value between a published baseline and target
        (5.0, 40.0, 200.0, {"T4C_06", "T4C_16", "T4C_14", "T4C_15"}),
        pytest.param(
            50.0, 4.0, 200.0, {"T4B_13", "T4C_17", "T4C_14", "T4C_15"}, marks=pytest.mark.deep
        ),
        pytest.param(50.0, 40.0, 5.0, set(), marks=pytest.mark.deep),  # a target is nobody
        # a rule says that the two differ: here a finding tells that they do not
        (50.0, 5.0, 5.0, {"T4B_13", "T4C_17", "T4B_15", "T4C_18", "T4C_15"}),
        (50.0, 40.0, 200.0, set()),
    ],
)
def test_progress_from_a_baseline_to_a_target(
    value: float, baseline: float, target: float, masked: set[str]
) -> None:
    returned = values("PAK-1", COUNT, {"T4C_06": value}, T4B_13=baseline, T4B_15=target)
    shared = shared_values(returned)
    answers = shared["answers"]
    assert set(answers[answers["state"] == MASKED]["field"]) == masked
    names = {"T4C_06": "value", "T4B_13": "baseline", "T4B_15": "target", "T4C_14": "progress"}
    names["T4C_15"] = "status"
    (line,) = shared["indicator_values"].to_dict("records")
    told = {code for code, name in names.items() if is_masked(line[name])}
    assert told - {"T4C_14"} == masked & names.keys() - {"T4C_14"}
    (line,) = shared["aggregate_indicators"].to_dict("records")
    told = {"T4C_06": "total", "T4B_13": "baseline", "T4B_15": "target"}
    assert {code for code, name in told.items() if is_masked(line[name])} == masked & told.keys()
    assert is_masked(line["progress"]) == bool(masked)


def test_a_value_that_a_later_return_states_again_hides_the_same_figures() -> None:
    """Of the earlier return nothing counts any more, so another figure of the row would be the cheapest there."""
    row = {"T4C_06": 84.0, "SEX_F": 3.0, "SEX_M": 30.0, "SEX_U": 51.0}
    first, second = (values("PAK-1", COUNT, row, T4B_13=baseline) for baseline in (40.0, 41.0))
    first[1]["FORM", "1", "FRM_06"], first[1]["FORM", "1", "FRM_07"] = (
        date(2025, 7, 1),
        date(2025, 12, 31),
    )
    second[1]["FORM", "1", "FRM_06"], second[1]["FORM", "1", "FRM_07"] = (
        date(2026, 1, 1),
        date(2026, 6, 30),
    )
    other = values("PAK-2", COUNT, {"T4C_06": 105.0, "SEX_F": 40.0, "SEX_M": 60.0, "SEX_U": 5.0})
    shared = shared_values(first, second, other)
    rows = shared["reported_values"].query("team == 'PAK-1'")
    assert len(rows) == 2
    assert rows["current"].all()
    parts = ("SEX_F", "SEX_M", "SEX_U", "T4C_06")
    hidden = [
        {code for code in parts if is_masked(row[code.lower()])} for row in rows.to_dict("records")
    ]
    assert hidden[0] == hidden[1]
    assert len(hidden[0]) > 1


def test_totals_of_the_teams_that_reported_twice_are_totals() -> None:
    """Of the two teams of this period only one was there before: all minus those of both periods is the other one."""
    before = values("PAK-1", COUNT, {"T4C_03": "2025-H2", "T4C_06": 60.0}, T4B_13=40.0)
    now = values("PAK-1", COUNT, {"T4C_06": 80.0})
    new = values("AFG-1", COUNT, {"T4C_06": 5.0})
    before[1]["FORM", "1", "FRM_06"], before[1]["FORM", "1", "FRM_07"] = (
        date(2025, 7, 1),
        date(2025, 12, 31),
    )
    shared = shared_values(before, now, new)
    (line,) = shared["aggregate_indicators"].query("value_period == '2026-H1'").to_dict("records")
    assert (line["previous_period"], line["teams"]) == ("2025-H2", 2)
    assert is_masked(line["total"]) or is_masked(line["same_total"])
    assert is_masked(shared["indicator_values"].query("team == 'AFG-1'")["value"].iloc[0])


# pages, and what people write about returns


def test_the_overview_that_may_be_shared_is_drawn_from_the_copy() -> None:
    """Also where a list, a table or a question has nothing left to show."""
    with dataset(Return("PAK-1", {"PPL_NOTE": "secret"}, (2, 40), RISK)) as store:
        whole = page_of(build_overview(store, TODAY, "en"))
        with shared(store, TODAY) as copy:
            told = page_of(build_overview(copy, TODAY, "en"))
    for secret in ("People at risk: <bdi>5</bdi>", "1 January 2026"):
        assert secret in whole
        assert secret not in told
    assert "<bdi>Risk</bdi>" in told


def test_reasons_of_waivers_and_decisions_do_not_leave() -> None:
    """They may quote what stands in a cell, and they name who wrote them."""
    with dataset(Return("PAK-1", {"PPL_W": 3})) as store:
        reasons = {
            "findings_fact": {"waiver": "active: three women (Desk)"},
            "submissions": {
                "reason": "Decided by Desk: three",
                "reason_details": '{"reason": "three"}',
            },
        }
        with store.transaction() as connection:
            for name, told in reasons.items():
                assert connection.execute(sa.update(store.tables[name]).values(told)).rowcount
        with shared(store, TODAY) as copy:
            for name, told in reasons.items():
                rows = [*copy.rows(name, columns=[*told])]
                assert rows
                assert {cell for row in rows for cell in row} == {None}
