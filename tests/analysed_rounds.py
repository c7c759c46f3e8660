"""Two rounds of the Toolkit in which teams answer, correct themselves, send two copies, are late, or stay silent.

Their dataset as an analyst has it: in a file, in a copy to share, as CSV, and in PostgreSQL where there is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hrge_xl import Order, issue, load
from tests import two_rounds
from tests.command_line import hrge
from tests.face import Answers, Value, saved_on, story

KEY = b"k" * 32
EARLIER, LATER = two_rounds.EARLIER, two_rounds.LATER
DEADLINES = {EARLIER: date(2026, 1, 31), LATER: date(2026, 7, 15)}
TEAMS = {
    EARLIER: {**two_rounds.TEAMS[EARLIER], "Herat": "AFG"},
    LATER: {**two_rounds.TEAMS[LATER], "Herat": "AFG", "IRQ": "IRQ"},
}  # team → country
TODAY = date(2026, 8, 1)
RISK = ("T3.2", "R-SP-02")  # one that every team has
NO_OWNER = {(*RISK, "RSK_18"): None}
WHO = (
    "--reason",
    "The post is vacant.",
    "--by",
    "office",
)  # of the waiver for what Quetta leaves out


class Return(NamedTuple):
    """One file that a team sends."""

    round: str
    team: str
    name: str
    saved: date
    received: date
    changes: Mapping[tuple[str, str, str], Value | None] = {}  # of its answers; None leaves one out
    copy: str = ""


RETURNS = (
    *(
        Return(EARLIER, team, team, date(2026, 1, 20), date(2026, 1, 25))
        for team in two_rounds.TEAMS[EARLIER]
    ),
    # a version that another takes the place of, in which six answers differ
    Return(
        LATER,
        "PAK",
        "PAK first",
        date(2026, 7, 1),
        date(2026, 7, 10),
        {
            **NO_OWNER,
            (*RISK, "RSK_20"): 5.0,
            (*RISK, "RSK_26"): "Only in the first version",
        },
    ),
    Return(
        LATER,
        "PAK",
        "PAK second",
        date(2026, 7, 9),
        date(2026, 7, 10),
        {("T3.2", f"R-SP-0{n}", "RSK_23"): "Fewer people come" for n in (1, 2, 3)},
    ),
    # an error
    Return(LATER, "AFG", "AFG", date(2026, 7, 3), date(2026, 7, 10), NO_OWNER),
    # two copies, of which somebody has to choose one
    Return(LATER, "BGD", "BGD one", date(2026, 7, 5), date(2026, 7, 10)),
    Return(
        LATER,
        "BGD",
        "BGD two",
        date(2026, 7, 6),
        date(2026, 7, 10),
        {(*RISK, "RSK_20"): 1.0},
        "another copy",
    ),
    # late, and with an error that the office accepts as it is
    Return(LATER, "Quetta", "Quetta", date(2026, 7, 18), date(2026, 7, 20), NO_OWNER),
)


def answers(sent: Return) -> Answers:
    """What a file says: the story of the two rounds without its mistakes, and with those that it has here.

    Persons are as many as no other team refers; in the earlier round fewer of them women, and fewer adults.
    """
    told: dict[tuple[str, str, str], Value | None] = {**two_rounds.answers(sent.round, sent.team)}
    told |= {
        key: None for key in told if key[2] == "T4C_02"
    }  # not asked where a workbook is of one country
    less, more = 24.0 * (sent.round == EARLIER), float([*TEAMS[sent.round]].index(sent.team))
    persons = {"T4C_06": 84 - less + more, "SEX_F": 51 - less + more, "AGE_A": 60 - less + more}
    told |= {("T4.C", "V-03", field): number for field, number in persons.items()}
    told |= {("T3.2", "R-SP-03", "RSK_19"): date(2026, 7, 15), **sent.changes}
    return {key: value for key, value in told.items() if value is not None}


def workbooks() -> Iterator[tuple[Return, bytes]]:
    """Every file that the teams send."""
    spec = load(two_rounds.SPEC)
    for sent in RETURNS:
        order = Order(
            sent.team,
            two_rounds.DAYS[sent.round][1],
            TEAMS[sent.round][sent.team],
            round=sent.round,
            key=KEY,
            copy=sent.copy,
            tools=story(two_rounds.SPEC).tools,
            answers=answers(sent),
        )
        ((_, data),) = issue(spec, [order])
        yield sent, saved_on(data, sent.saved)


def begin(folder: Path, name: str) -> Path:
    """A round folder with its list of teams and the key that its workbooks are signed with."""
    lines = (f"{team},{country},{DEADLINES[name]}\n" for team, country in TEAMS[name].items())
    listed = folder / f"{name}.csv"
    listed.write_text("team,country,deadline\n" + "".join(lines), encoding="utf-8")
    assert hrge("round", "init", folder / name, "--spec", two_rounds.SPEC, "--teams", listed) == 0
    (folder / name / "signing.key").chmod(0o600)
    (folder / name / "signing.key").write_bytes(KEY)
    return folder / name


@cache
def played() -> Path:
    """The folder of both rounds; `all` in it has the dataset of both, with CSV and a copy to share."""
    folder = Path(_kept().name)
    rounds = play(folder)
    words = ["-o", str(folder / "all"), "--shareable", "--formats", "csv", "--today", str(TODAY)]
    assert hrge("consolidate", *rounds.values(), *words) == 0
    return folder


@cache
def _kept() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="hrge-xl-analysed-")  # goes when this process ends


def play(folder: Path) -> dict[str, Path]:
    """Both rounds as they come in, day by day; gives the folder of each."""
    rounds = {name: begin(folder, name) for name in TEAMS}
    by_day = groupby(sorted(workbooks(), key=_arrival), _arrival)
    for (received, name), sent in by_day:
        home = rounds[name]
        for file, data in sent:
            (home / "returned" / f"{file.name}.xlsx").write_bytes(data)
        days = ["--received", str(received), "--today", str(TODAY)]
        assert hrge("consolidate", home, *days, "--formats", "csv") == 0
    assert hrge("waive", "V001", "--file", "Quetta.xlsx", "--ledger", rounds[LATER], *WHO) == 0
    return rounds


def _arrival(pair: tuple[Return, bytes]) -> tuple[date, str]:
    return pair[0].received, pair[0].round
