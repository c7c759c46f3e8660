"""The next round begins with the teams that are there now, by the command line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hrge_xl import generate, init_round, load, load_round
from tests.command_line import ran
from tests.face import orders
from tests.test_consolidate import answers

WHY = ("--reason", "As agreed", "--by", "Programme office", "--yes")
LATER = ("--deadline", "2027-01-31", "--today", "2026-12-01")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A round in which a team joined late, one was renamed, and two were merged."""
    listed = tmp_path / "teams.csv"
    listed.write_text(
        "team,country,language,deadline,contact,email\n"
        "KBL,AFG,en,2026-07-31,Registry,kbl@example.org\n"
        "LHR,PAK,fr,2026-07-31,,lhr@example.org\n"
        "DHK,IRQ,ar,2026-07-31,,\n",
        encoding="utf-8",
    )
    round_ = tmp_path / "old"
    ran("round", "init", round_, "--spec", "example", "--teams", listed)
    ran(
        "round",
        "add-team",
        round_,
        "OSH",
        "--country",
        "MAR",
        "--deadline",
        "2026-08-15",
        "--yes",
        *WHY,
    )
    ran("round", "rename-team", round_, "LHR", "PNJ", "--yes", *WHY)
    ran("round", "merge-teams", round_, "DHK", "--into", "KBL", "--yes", *WHY)
    return round_


def teams(folder: Path) -> dict[str, tuple[str, str, str]]:
    return {
        team.code: (team.country, team.language, team.email) for team in load_round(folder).teams
    }


def test_it_has_the_teams_as_they_are_now(old: Path, tmp_path: Path) -> None:
    said = ran("round", "init", tmp_path / "next", "--from", old, *LATER)
    assert "3 teams" in said.out
    assert f"generate {tmp_path / 'next'} --from {old}" in said.out
    assert teams(tmp_path / "next") == teams(old)
    assert set(teams(old)) == {"KBL", "PNJ", "OSH"}
    assert {str(team.deadline) for team in load_round(tmp_path / "next").teams} == {"2027-01-31"}
    assert load_round(tmp_path / "next").before == "../old"
    issued = ran("generate", tmp_path / "next", "--from", old)
    assert "alone" not in issued.err, "nothing differs"


def test_a_deadline_that_has_passed_is_refused(old: Path, tmp_path: Path) -> None:
    """And what the remedy says helps."""
    refused = ran(
        "round", "init", tmp_path / "next", "--from", old, "--today", "2026-12-01", code=3
    )
    assert "KBL, PNJ, OSH" in refused.err
    assert "--deadline" in refused.err
    assert not (tmp_path / "next").exists()
    ran("round", "init", tmp_path / "next", "--from", old, *LATER)


def test_what_differs_from_a_list_is_shown(old: Path, tmp_path: Path) -> None:
    """The list of last year lacks who joined late, and knows a team by its old code."""
    for more, stream in (("--dry-run",), "out"), ((), "err"):
        words = ("--teams", tmp_path / "teams.csv", *LATER, *more)
        said = getattr(ran("round", "init", tmp_path / "next", "--from", old, *words), stream)
        assert "In the earlier round alone: PNJ, OSH." in said
        assert "Not in the earlier round: DHK." not in said, "it was merged into KBL"
        assert "DHK: the earlier round calls it KBL now." in said
        assert "LHR: the earlier round calls it PNJ now." in said
    assert set(teams(tmp_path / "next")) == {"KBL", "LHR", "DHK"}
    issued = ran("generate", tmp_path / "next", "--from", old)
    assert "In the earlier round alone: PNJ, OSH." in issued.err


def test_the_list_goes_to_the_office_and_comes_back(old: Path, tmp_path: Path) -> None:
    ran("round", "export-teams", old, "-o", tmp_path / "list.xlsx")
    said = ran(
        "round", "init", tmp_path / "next", "--from", old, "--teams", tmp_path / "list.xlsx", *LATER
    )
    assert "was" not in said.err
    assert teams(tmp_path / "next") == teams(old)
    ran("round", "init", tmp_path / "apart", "--spec", "example", "--teams", tmp_path / "list.xlsx")
    assert [team.deadline for team in load_round(tmp_path / "apart").teams] == [
        team.deadline for team in load_round(old).teams
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--spec", "example"), "--teams, or an earlier round with --from"),
        (("--teams", "teams.csv"), "--spec"),
    ],
)
def test_what_is_missing_is_asked_for(
    words: tuple[str, ...], said: str, old: Path, tmp_path: Path
) -> None:
    options = [str(tmp_path / word) if word == "teams.csv" else word for word in words]
    assert said in ran("round", "init", tmp_path / "next", *options, code=2).err
    assert said.endswith(".csv") or not (tmp_path / "next").exists()
    assert ".xlsx" in ran("round", "export-teams", old, "-o", tmp_path / "list.pdf", code=2).err


def test_each_intervention_that_counts_goes_on_in_a_workbook_of_its_own(tmp_path: Path) -> None:
    """Of three workbooks of one team one was withdrawn."""
    (tmp_path / "teams.csv").write_text("team,country\nPAK,PAK\n", encoding="utf-8")
    round_ = init_round(tmp_path / "old", "example", tmp_path / "teams.csv")
    (order,) = orders(round_, date(2026, 6, 1))
    for project in ("WS-07", "WS-08", "WS-09"):
        filled = replace(order, copy=f"{project}-0000000", answers=answers(PLN_01=project))
        (round_.folder / "returned" / f"{project}.xlsx").write_bytes(
            generate(load("example"), filled)
        )
    why = ("--reason", "Asked", "--by", "office", "--today", "2026-07-01")
    ran("decide", round_.folder, "WS-09.xlsx", "--withdraw", *why)
    new = init_round(tmp_path / "new", "example", tmp_path / "teams.csv").folder
    ran("generate", new, "--from", round_.folder, "--today", "2027-01-01")
    issued = sorted(path.name for path in (new / "issued").glob("*.xlsx"))
    assert issued == ["PAK_WS-07_en.xlsx", "PAK_WS-08_en.xlsx"]
