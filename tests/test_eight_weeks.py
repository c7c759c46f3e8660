"""Eight weeks of a round in which teams change: every figure counted once more over the files, at five points in time.

What is counted by hand is read with openpyxl out of `returned/`, by the words on the sheets. It is held against
`status`, the dataset of the round, one elsewhere, one of a year, the copy to share, and `data.xlsx` with its rows added
up.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import msoffcrypto
import openpyxl
import pytest

from hrge_xl import (
    ExpectedReturn,
    Order,
    RefreshResult,
    drafts,
    generate,
    init_round,
    load,
    load_round,
    read,
    refresh,
)
from tests.command_line import hrge, ran
from tests.databases import queried
from tests.face import Identity, Refusal, orders, saved_on
from tests.fixture_types import Folders
from tests.letters import encrypted, mail, mbox
from tests.test_consolidate import answers
from tests.test_weeks import address, moment

pytestmark = [pytest.mark.xdist_group("eight weeks"), pytest.mark.deep]

SPEC = load("example")
TEAMS = [f"PAK-{number}" for number in range(1, 9)]
WRONG, RIGHT, RENAMED, MERGED, KEPT, PROTECTED, LATE, SILENT = TEAMS
NEW_NAME, PASSWORD = "PAK-North", "Sesam"
DAY_0, DEADLINE, EXTENDED = date(2026, 7, 1), date(2026, 8, 5), date(2026, 8, 12)
WHY = ("--reason", "Agreed with the office.", "--by", "Desk officer")
PEOPLE, EVENT = "Participants expected", "Risk"  # a question, and the head of a column


@dataclass
class Office:
    """The round, its mailbox, and which file of each team counts as somebody knows who reads the mails."""

    folder: Path
    mails: list[Any] = field(default_factory=list)
    counting: dict[str, bytes] = field(default_factory=dict)  # team → its newest workbook

    @cached_property
    def orders(self) -> dict[str, Order]:
        """What each team was issued on day 0, whatever it is called now."""
        return {order.team: order for order in orders(load_round(self.folder), DAY_0)}

    def week(self, number: int) -> RefreshResult:
        """Save the mailbox over that of last week, and do the work of the week."""
        (self.folder / "inbox").mkdir(exist_ok=True)
        (self.folder / "inbox" / "Inbox.mbox").write_bytes(mbox(*self.mails))
        return refresh(self.folder, in_week(number), jobs=1)

    def send(
        self,
        team: str,
        number: int,
        people: float,
        *,
        now: str = "",
        back: Identity | None = None,
        **more: Any,
    ) -> None:
        """A team sends its workbook in a week; `now` is what it is called by then."""
        order, day = self.orders[team], in_week(number) - timedelta(days=1)
        if back is not None:
            order = replace(order, copy=back.copy, predecessor=back.predecessor)
        made = generate(
            SPEC, replace(order, answers=answers(f"P-{team}", PLN_06=people, PLN_07=1.0, **more))
        )
        content = sent = saved_on(made, day)
        if team == PROTECTED:
            sent = encrypted(content, PASSWORD)
        self.mails.append(mail(address(team), moment(day), {f"{team} week {number}.xlsx": sent}))
        self.counting[now or team] = content

    def feedback(self, team: str) -> Identity:
        """The stamp of the feedback that a team has had."""
        (file,) = (self.folder / "feedback").glob(f"{team}_*.xlsx")
        found = read(file, ExpectedReturn("example"))
        assert not isinstance(found, Refusal)
        return found.identity


def in_week(number: int) -> date:
    return DAY_0 + timedelta(weeks=number)


# the same figures, counted in other ways

Figures = Mapping[str, tuple[float, int]]  # team → participants, risks


def by_hand(office: Office) -> Figures:
    """Of the files in `returned/`, those that hold the newest workbook of a team."""
    there = {plain_text(path.read_bytes()) for path in (office.folder / "returned").iterdir()}
    assert {plain_text(content) for content in office.counting.values()} <= there
    return {team: counted(content) for team, content in office.counting.items()}


def opened(content: bytes) -> Any:
    office_file = msoffcrypto.OfficeFile(io.BytesIO(content)) if content[:2] != b"PK" else None
    if office_file is None:
        return openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    target = io.BytesIO()
    office_file.load_key(password=PASSWORD)
    office_file.decrypt(target)
    return openpyxl.load_workbook(target, data_only=True)


def plain_text(content: bytes) -> str:
    """What somebody reads on the sheets of answers."""
    book = opened(content)
    return "|".join(
        str(cell.value)
        for name in ("Plan", "Risks")
        for row in book[name].iter_rows()
        for cell in row
    )


def counted(content: bytes) -> tuple[float, int]:
    """Participants, and risks: cells that are found by the words beside and above them."""
    book = opened(content)
    (asked,) = [row for row in book["Plan"].iter_rows(values_only=True) if PEOPLE in row]
    people = next(
        value for value in asked[asked.index(PEOPLE) + 1 :] if isinstance(value, int | float)
    )
    rows = [
        [str(value or "").split("\n")[0] for value in row]
        for row in book["Risks"].iter_rows(values_only=True)
    ]
    (heads,) = [row for row in rows if EVENT in row]
    return float(people), sum(
        row[0].startswith("K-") and bool(row[heads.index(EVENT)]) for row in rows
    )


def by_sql(folder: Path, period: str) -> Figures:
    """Of a dataset, what counts in a period."""
    people = queried(
        folder,
        f"SELECT team, number FROM answers WHERE field = 'PLN_06' AND current AND period = '{period}'",
    )
    risks = queried(
        folder,
        f"SELECT team, COUNT(*) FROM risks WHERE current AND period = '{period}' GROUP BY team",
    )
    return {team: (float(number), dict(risks)[team]) for team, number in people}


def by_data_xlsx(folder: Path) -> Figures:
    """Of `data.xlsx`, as a pivot adds its rows up."""
    book = openpyxl.load_workbook(folder / "data.xlsx", read_only=True)

    def rows(name: str) -> list[dict[Any, Any]]:
        codes, _, *lines = book[name].iter_rows(min_row=2, values_only=True)
        return [dict(zip(codes, line, strict=True)) for line in lines]

    people = {row["team"]: float(row["pln_06"]) for row in rows("plan") if row["current"]}
    return {
        team: (number, sum(row["team"] == team and row["current"] for row in rows("risks")))
        for team, number in people.items()
    }


def agree(office: Office, number: int, earlier: Path) -> Figures:
    """Everything that tells of the round tells the same as the files; gives it."""
    folder, period, day = office.folder, office.folder.name, ("--today", str(in_week(number)))
    right, home = by_hand(office), folder.parent / f"week {number}"
    assert by_sql(folder, period) == right
    assert by_data_xlsx(folder) == right
    told = json.loads(ran("status", folder, "--json", *day).out)
    assert {row["team"] for row in told if row["state"] in ("accepted", "returned")} == right.keys()
    for name, sources in (("elsewhere", [folder]), ("year", [earlier, folder])):
        assert hrge("consolidate", *sources, "-o", home / name, "--shareable", *day) in (0, 1, 4)
        assert by_sql(home / name, period) == right
    assert by_sql(home / "year", earlier.name) == by_sql(earlier, earlier.name)
    assert by_sql(home / "elsewhere" / "shareable", period) == right
    assert hrge("verify", folder) == 0
    return right


# the story


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: Folders) -> tuple[Office, dict[int, Figures], dict[int, RefreshResult]]:
    """Eight weeks, and what was counted in five of them."""
    home = tmp_path_factory.mktemp("eight")
    lines = "".join(f"{team},PAK,{DEADLINE},{address(team)}\n" for team in TEAMS)
    (home / "teams.csv").write_text(f"team,country,deadline,email\n{lines}", encoding="utf-8")
    earlier = Office(init_round(home / "2025-H2", "example", home / "teams.csv").folder)
    earlier.send(RIGHT, 1, 7.0)
    earlier.week(1)
    office = Office(init_round(home / "2026-H1", "example", home / "teams.csv").folder)
    folder, figures, done = office.folder, dict[int, Figures](), dict[int, RefreshResult]()
    assert hrge("generate", folder, "--today", DAY_0) == 0
    assert len(office.orders) == len(TEAMS)
    drafts(folder, DAY_0, [])

    office.send(WRONG, 1, 20.0, PLN_03=None)
    office.send(RIGHT, 1, 30.0)
    done[1] = office.week(1)
    figures[1] = agree(office, 1, earlier.folder)

    ran("round", "rename-team", folder, RENAMED, NEW_NAME, "--yes", *WHY, "--today", in_week(2))
    office.send(RENAMED, 2, 40.0, now=NEW_NAME)  # in the workbook that says its old name
    office.send(MERGED, 2, 50.0, now=KEPT)
    done[2] = office.week(2)
    ran(
        "round", "merge-teams", folder, MERGED, "--into", KEPT, "--yes", *WHY, "--today", in_week(2)
    )
    done[3] = office.week(3)
    figures[3] = agree(office, 3, earlier.folder)

    office.send(WRONG, 4, 25.0, back=office.feedback(WRONG))
    (folder / "passwords.csv").write_text(
        f"team,password\n{PROTECTED},{PASSWORD}\n", encoding="utf-8"
    )
    office.send(PROTECTED, 4, 60.0)
    letter = mail(
        address(SILENT), moment(in_week(4) - timedelta(days=1)), {"answers.pdf": b"%PDF-1.4"}
    )
    office.mails.append(letter)
    done[4] = office.week(4)
    figures[4] = agree(office, 4, earlier.folder)

    ran("round", "extend", folder, EXTENDED, LATE, "--yes", *WHY, "--today", in_week(5))
    done[5] = office.week(5)
    office.send(LATE, 7, 70.0)
    done[7] = office.week(7)
    figures[7] = agree(office, 7, earlier.folder)

    ran("round", "close", folder, "--yes", *WHY, "--today", in_week(7))
    kept = dict(office.counting)
    office.send(SILENT, 8, 99.0)
    office.counting = kept  # it came too late
    done[8] = office.week(8)
    figures[8] = agree(office, 8, earlier.folder)
    return office, figures, done


Played = tuple[Office, dict[int, Figures], dict[int, RefreshResult]]


def test_every_figure_is_that_of_the_files(weeks: Played) -> None:
    """A return counts once, under the name that its team has now, in the version that came last."""
    figures = weeks[1]
    people = {
        number: {team: told[0] for team, told in found.items()} for number, found in figures.items()
    }
    assert people[1] == {WRONG: 20.0, RIGHT: 30.0}
    assert people[3] == {WRONG: 20.0, RIGHT: 30.0, NEW_NAME: 40.0, KEPT: 50.0}
    assert people[4] == {WRONG: 25.0, RIGHT: 30.0, NEW_NAME: 40.0, KEPT: 50.0, PROTECTED: 60.0}
    assert people[7] == people[8] == {**people[4], LATE: 70.0}
    assert {told[1] for told in figures[8].values()} == {1}  # a risk each


def test_nobody_is_silent_without_being_asked(weeks: Played) -> None:
    """Whoever wrote without a workbook is asked for it; whoever is late is late by the day that holds for it."""
    office, _, done = weeks
    assert [(each.team, each.occasion) for each in done[4].drafts.new if each.team == SILENT] == [
        (SILENT, "ask")
    ]
    states = {each.team.code: (each.state, each.days_late) for each in done[7].expected}
    assert states[LATE] == ("accepted", (in_week(7) - timedelta(days=1) - EXTENDED).days)
    assert states[SILENT][0] == "late"
    assert states.keys() == {WRONG, RIGHT, NEW_NAME, KEPT, PROTECTED, LATE, SILENT}
    told = " ".join(ran("refresh", office.folder, "--today", in_week(8)).out.split())
    assert f"What came since waits: {SILENT} week 8.xlsx." in told


def test_a_team_has_its_history_from_first_to_last(weeks: Played) -> None:
    """Each version tells how it differs from the one before; what came without a workbook is there too."""
    folder = weeks[0].folder
    wrong, silent = (
        ran("status", folder, "--team", team, "--today", in_week(8)) for team in (WRONG, SILENT)
    )
    assert (
        f"Since {WRONG} week 1.xlsx: Answers changed: 2. Findings: 1 fixed, 0 new, 0 unchanged."
        in wrong.out
    )
    assert f"came      without a workbook, from {address(SILENT)}: PDF (answers.pdf)" in silent.out
    assert "Next:" not in silent.err  # the round is closed
