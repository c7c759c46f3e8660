"""Two rounds of the Toolkit: two teams answer in both, one stops, two join, one of them in a country with a team.

Two more before them, in which the teams of the earlier one answer: rounds through time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hrge_xl import ExpectedReturn, Order, Result, ValidationRequest, issue, load, validate
from tests.face import Answers, Store, build, from_mapping, story
from tests.temporary import of_results

SPEC = "hrge_toolkit"
TODAY = date(2026, 7, 20)
FIRST, SECOND, EARLIER, LATER = "2024-H2", "2025-H1", "2025-H2", "2026-H1"
DAYS = {
    FIRST: (date(2024, 7, 1), date(2024, 12, 31)),
    SECOND: (date(2025, 1, 1), date(2025, 6, 30)),
    EARLIER: (date(2025, 7, 1), date(2025, 12, 31)),
    LATER: (date(2026, 1, 1), date(2026, 6, 30)),
}
BEFORE = {"PAK": "PAK", "AFG": "AFG", "IRQ": "IRQ"}
TEAMS = {
    FIRST: BEFORE,
    SECOND: BEFORE,
    EARLIER: BEFORE,
    LATER: {"PAK": "PAK", "AFG": "AFG", "BGD": "BGD", "Quetta": "PAK"},
}  # team → country
# referred, in every team: SEX_F and so on stay as they are
PEOPLE = {FIRST: 30.0, SECOND: 45.0, EARLIER: 60.0, LATER: 84.0}


def answers(round_: str, team: str) -> Answers:
    """What a team answers in a round: its risks weigh otherwise than any other's; in the earlier round one is over,
    and another question gets a no.
    """
    told, (start, end) = story(SPEC), DAYS[round_]
    country = TEAMS[round_][team]
    layout = build(load(SPEC), "en", told.tools)
    found = from_mapping(told.answers, layout)
    in_use = {key[:2] for key in found}
    for key, slot in layout.slots.items():
        if slot.field.vocabulary == layout.spec.countries and key[:2] in in_use:
            found[key] = country
    found |= {
        ("FORM", "1", "FRM_04"): country,
        ("FORM", "1", "FRM_06"): start,
        ("FORM", "1", "FRM_07"): end,
    }
    found |= {key: round_ for key in found if key[2] == "T4C_03"}
    found |= {("T4.C", "V-03", "T4C_06"): PEOPLE[round_], ("T3.2", "R-SP-03", "RSK_19"): end}
    likely = 4.0 + (round_ == EARLIER) - list(TEAMS[round_]).index(team)
    found |= {key: likely for key in found if key[2] in ("RSK_10", "RSK_20")}
    if round_ == EARLIER:
        found |= {("T3.2", "R-SP-02", "RSK_27"): "CLO"}
        found |= {
            ("T1.1", "T11_06", "P1_ANS"): "N",
            ("T1.1", "T11_06", "P1_ACT"): "Define the exception",
        }
    return found


@cache
def workbooks(round_: str) -> dict[str, bytes]:
    tools, day = story(SPEC).tools, DAYS[round_][1]
    orders = [
        Order(team, day, country, round=round_, tools=tools, answers=answers(round_, team))
        for team, country in TEAMS[round_].items()
    ]
    return {order.team: data for order, data in issue(load(SPEC), orders)}


def returns(folder: Path, *rounds: str) -> list[Path]:
    """The files of some rounds, in a folder each."""
    paths = []
    for round_ in rounds:
        (folder / round_).mkdir(parents=True, exist_ok=True)
        for team, data in workbooks(round_).items():
            paths.append(folder / round_ / f"{team}.xlsx")
            paths[-1].write_bytes(data)
    return paths


@cache
def results(*rounds: str) -> tuple[Result, ...]:
    with TemporaryDirectory() as folder:
        return tuple(
            validate(returns(Path(folder), *rounds), ValidationRequest(ExpectedReturn(SPEC), TODAY))
        )


@contextmanager
def dataset(*rounds: str) -> Iterator[Store]:
    with of_results(results(*rounds), load(SPEC), TODAY) as store:
        yield store


def period_of(store: Store, round_: str) -> str:
    """What the dataset calls the period of a round."""
    files = store.tables["submissions"]
    ((name,),) = store.select(
        files.select().where(files.c.round == round_).with_only_columns(files.c.period).distinct()
    )
    return str(name)
