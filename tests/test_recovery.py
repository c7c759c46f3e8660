"""A ledger that is lost or damaged is never replaced without a word; what was entered comes back from the journal."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hrge_xl.ledger.chain import read_journal
from tests.audited import DAY, round_folder
from tests.command_line import hrge, ran
from tests.databases import queried
from tests.face import JOURNAL, Ledger
from tests.fixture_types import Folders

pytestmark = pytest.mark.xdist_group("recovery")  # what its fixtures play is played once
WHY = ("--reason", "The team took it back", "--by", "office")
LOST: dict[str, Callable[[Path], object]] = {
    "lost": Path.unlink,
    "damaged": lambda ledger: ledger.write_bytes(ledger.read_bytes()[:5000] + bytes(9000)),
    "no database": lambda ledger: ledger.write_bytes(b"no database" * 500),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: Folders) -> Path:
    """A round whose one return was withdrawn, with a waiver for the other and a seal."""
    folder = round_folder(tmp_path_factory.mktemp("recovery"))
    assert hrge("consolidate", "--write", folder, "--today", DAY) == 0
    assert hrge("decide", folder, "AFG.xlsx", "--withdraw", *WHY) == 0
    assert (
        hrge("waive", "V001", "--file", "PAK.xlsx", "--ledger", folder, *WHY, "--today", DAY) == 0
    )
    assert hrge("consolidate", "--write", folder, "--today", DAY) == 0
    assert hrge("sign", folder / "reports" / "overview.html", "--by", "office") == 0
    return folder


@pytest.fixture
def case(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "round")


def chain(folder: Path) -> list[Any]:
    with Ledger.open(folder, write=False) as ledger:
        return ledger.chain()


def states(folder: Path) -> list[tuple[Any, ...]]:
    """What became of each file, as the dataset has it."""
    return queried(
        folder, "SELECT team, status, current, waived, arrived FROM submissions ORDER BY team"
    )


@pytest.mark.deep
@pytest.mark.parametrize("lose", LOST.values(), ids=LOST)
def test_nothing_counts_again_until_it_is_recovered(
    case: Path, lose: Callable[[Path], object]
) -> None:
    before, entered, was = states(case), chain(case), (case / "ledger.sqlite").read_bytes()
    lose(case / "ledger.sqlite")
    for words in (
        ("consolidate", "--write", case),
        ("status", case),
        ("report", case),
        ("verify", case),
        ("sign", case, "--by", "office"),
        ("waive", "V001", "--file", "PAK.xlsx", "--ledger", case, *WHY),
        ("decide", case, "PAK.xlsx", "--use", *WHY),
    ):
        assert f"hrge-xl recover {case}" in ran(*words, code=5).err
    assert states(case) == before
    told = ran("recover", case).out
    assert "1 decision, 1 receipt, 1 seal, 1 waiver" in told
    assert chain(case) == entered
    assert hrge("sign", case / "reports" / "overview.html", "--check") == 0
    assert (
        hrge("consolidate", "--write", case, "--today", DAY) == 0
    )  # the page no longer says what the last run changed
    assert states(case) == before
    assert [row[1] for row in before] == ["withdrawn", "counts"]
    assert hrge("verify", case) == 0
    kept = [path.read_bytes() for path in case.glob("ledger.sqlite.damaged-*")]
    assert len(kept) == (lose is not Path.unlink)
    assert was not in kept


def test_what_is_whole_is_left_alone(case: Path) -> None:
    before = (case / "ledger.sqlite").read_bytes()
    assert "nothing is lost" in ran("recover", case, code=2).err
    assert (case / "ledger.sqlite").read_bytes() == before


def test_a_folder_that_never_had_one_is_told(tmp_path: Path) -> None:
    assert "never had a ledger" in ran("recover", tmp_path, code=2).err


def test_without_a_journal_the_way_back_is_told(case: Path) -> None:
    (case / "ledger.sqlite").unlink()
    (case / JOURNAL).unlink()
    assert hrge("consolidate", "--write", case) == 5
    told = ran("recover", case, code=2).err
    assert "Restore ledger.sqlite from a backup" in told
    assert "make the decisions and waivers again" in told


def test_a_line_that_was_cut_off_costs_itself_only(case: Path) -> None:
    """The ledger was written, and the computer went off while the line was."""
    lines = (case / JOURNAL).read_text(encoding="utf-8").splitlines(keepends=True)
    (case / JOURNAL).write_text("".join(lines[:-1]) + lines[-1][:40], encoding="utf-8")
    assert hrge("sign", case, "--by", "office") == 0
    assert [entry.n for entry in read_journal(case).entries] == [entry.n for entry in chain(case)]
    assert len(read_journal(case).unreadable) == 1
    (case / "ledger.sqlite").unlink()
    assert "Left out because they cannot be read: 1 of the lines" in ran("recover", case).out


def test_only_its_owner_reads_it(made: Path) -> None:
    assert (made / JOURNAL).stat().st_mode & 0o077 == 0


def test_a_journal_says_each_entry_once(made: Path) -> None:
    rows = [json.loads(line) for line in (made / JOURNAL).read_text(encoding="utf-8").splitlines()]
    numbers = [row["n"] for row in rows if "n" in row]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == len(chain(made))


def test_what_a_run_could_not_add_any_more_the_next_one_adds(case: Path) -> None:
    """The computer went off between the ledger and the journal."""
    lines = (case / JOURNAL).read_text(encoding="utf-8").splitlines(keepends=True)
    (case / JOURNAL).write_text("".join(lines[:-1]), encoding="utf-8")
    assert hrge("consolidate", "--write", case, "--today", DAY) == 0
    assert [entry.digest for entry in read_journal(case).entries] == [
        entry.digest for entry in chain(case)
    ]


def test_of_two_receipts_of_one_content_the_first_one_rules(case: Path) -> None:
    """Only somebody from outside enters a second one; what people entered comes back all the same."""
    with Ledger.open(case) as ledger:
        receipt = ledger.chain()[0].event
        assert receipt is not None
        ledger.enter(receipt.model_copy(update={"number": 2}))
        entered, rows = ledger.chain(), ledger.rows()
    (case / "ledger.sqlite").unlink()
    assert hrge("recover", case) == 0
    assert chain(case) == entered
    with Ledger.open(case, write=False) as ledger:
        places = [(row["sha256"], row["n"], row["path"], row["received"]) for row in ledger.rows()]
    assert places == [(row["sha256"], row["n"], row["path"], row["received"]) for row in rows]


def test_a_ledger_that_a_run_was_cut_off_from_is_sealed_in(case: Path) -> None:
    """Whoever writes next undoes what the run left half done."""
    ledger, aside = (
        case / "ledger.sqlite",
        shutil.copytree(case, case.with_name("aside")) / "ledger.sqlite",
    )
    with closing(sqlite3.connect(aside, isolation_level=None)) as database:
        database.execute("PRAGMA cache_size = 1")
        database.execute("BEGIN")
        database.executemany(
            "INSERT INTO runs VALUES (?, '', ?)", [(n, "x" * 500) for n in range(100, 999)]
        )
        for name in (ledger.name, f"{ledger.name}-journal"):
            shutil.copyfile(aside.with_name(name), ledger.with_name(name))
    assert hrge("sign", case, "--by", "office") == 0
    assert [entry.n for entry in chain(case)] == [entry.n for entry in read_journal(case).entries]


def test_a_ledger_that_another_program_keeps_otherwise_is_whole(case: Path) -> None:
    """A program that looks into it may have it written another way from then on."""
    assert queried(case / "ledger.sqlite", "PRAGMA journal_mode = WAL") == [("wal",)]
    assert hrge("recover", case) == 2
    assert not [*case.glob("*damaged*")]


def test_who_decides_where_the_ledger_is_lost_is_told_so(case: Path) -> None:
    (case / "round.yaml").unlink()
    (case / "ledger.sqlite").unlink()
    assert (
        "make it again: hrge-xl recover"
        in ran("decide", case, "AFG.xlsx", "--undo", *WHY, code=5).err
    )
