"""One file never stops the others: whatever a file is, all that is said of three good ones is as without it.

An ordinary run puts one of a few kinds of damage, and everything that fell once, among them all at once. `make alone`
tries every one by itself.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
import sys
from collections.abc import Iterable
from contextlib import chdir, closing, redirect_stderr, redirect_stdout
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hrge_xl import Order, generate, load
from tests.audited import DAY, hrge
from tests.damage import KEY
from tests.face import DATASET
from tests.odd_files import EXAMPLE, FURTHER, ODD, Odd, of_damage
from tests.versions import answers

GOOD = ("ONE", "TWO", "THREE")
SHARE = 16  # an ordinary run tries one of so many kinds of damage
ROUND = "2026-H1"  # of the damaged files too
ON_THE_DAY = ("--today", DAY)
FINE = (0, 1, 4)  # done; what was found is in the files
IN_TURN = ("order",)  # of files, by which ones came at all
FACTS = ("answers", "findings", "submissions")

pytestmark = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="the system has no names that are not text"
)


@pytest.fixture(scope="module")
def good() -> dict[str, bytes]:
    """Returns of three teams of the round that the damaged ones are of, the last one with something to correct."""
    orders = [
        Order(team, date(2026, 6, 1), "PAK", round=ROUND, key=KEY, answers=answers(f"WS-{team}", **more))
        for team, more in zip(GOOD, ({}, {}, {"PLN_06": None}), strict=True)
    ]
    return {order.team: generate(load("example"), order) for order in orders}


Said = dict[str, Any]  # all that is said of the good files, by where it is said


def all_said(folder: Path, good: dict[str, bytes], odd: Iterable[Odd]) -> Said:
    """Take files through every command, as those of a round and as loose ones; gives what is said of the good ones."""
    folder.mkdir()
    with chdir(folder):  # paths are the same in every run
        Path("teams.csv").write_text("team\nPAK\n" + "\n".join(GOOD), encoding="utf-8")
        done("round", "init", ROUND, "--spec", "example", "--teams", "teams.csv")
        (Path(ROUND) / "signing.key").write_bytes(KEY)
        for came in (Path(ROUND) / "returned", Path("loose")):
            came.mkdir(exist_ok=True)
            for team, data in good.items():
                (came / f"{team}.xlsx").write_bytes(data)
            for number, each in enumerate(odd):
                (place := came / f"{number}").mkdir()
                (place / os.fsdecode(each.file)).write_bytes(each.make())
        said = {**_of_round(), **_of_loose_files(), **_given_back()}
    assert all(said.values()), said
    return said


def done(*words: object) -> str:
    """What a command that comes to its end prints on stdout."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = hrge(*words)
    assert code in FINE, (words, code, err.getvalue())
    return out.getvalue()


def _of_round() -> Said:
    for _ in range(2):  # the second run finds everything there
        done("consolidate", ROUND, *ON_THE_DAY)
    done("export", ROUND, "--table", "answers", "-o", "answers.csv")
    with Path("answers.csv").open(encoding="utf-8-sig", newline="") as text:
        exported = [row for row in csv.DictReader(text) if row["team"] in GOOD]
    teams = json.loads(done("status", ROUND, "--json", "--xlsx", "status.xlsx", *ON_THE_DAY))
    return {
        **_facts(Path(ROUND) / DATASET),
        "export": exported,
        "status": [row for row in teams if row["team"] in GOOD],
        "report of the round": _reported(ROUND, Path(ROUND) / "returned", "--ledger", ROUND),
    }


def _facts(dataset: Path) -> Said:
    with closing(sqlite3.connect(dataset)) as database:
        paths = tuple(f"{ROUND}/returned/{team}.xlsx" for team in GOOD)
        ours = f"submission IN (SELECT submission FROM submissions WHERE path IN ({', '.join('?' * len(paths))}))"
        found = {
            table: database.execute(f"SELECT * FROM {table} WHERE {ours}", paths).fetchall()
            for table in FACTS
        }
    return {table: sorted(map(repr, rows)) for table, rows in found.items()}


def _reported(place: str, came: Path, *more: str) -> list[dict[str, Any]]:
    """What a report says of the good files; it is made in every format, and verified."""
    formats = [word for name in ("html", "xlsx", "json", "sarif", "junit") for word in ("--format", name)]
    done("report", place, *formats, "-o", f"reports of {place}", *ON_THE_DAY)
    file = Path(f"reports of {place}/validation.json")
    done("verify", file, "--returned", came, *more)
    return [
        {key: value for key, value in row.items() if key not in IN_TURN}
        for row in json.loads(file.read_text(encoding="utf-8"))["files"]
        if Path(row["path"]).stem in GOOD
    ]


def _of_loose_files() -> Said:
    lines = done("validate", "loose", "-v", *ON_THE_DAY).splitlines()
    done("compare", "loose/ONE.xlsx", "loose/TWO.xlsx", *ON_THE_DAY)
    return {
        "validate": [line for line in lines if line.partition(".")[0] in GOOD],
        "report of loose files": _reported("loose", Path("loose")),
        "compare": done("compare", "loose/ONE.xlsx", "loose/THREE.xlsx", *ON_THE_DAY),
    }


def _given_back() -> Said:
    done("feedback", ROUND, "--all", "-o", "back", *ON_THE_DAY)
    files = (path for path in sorted(Path("back").iterdir()) if path.name.partition("_")[0] in GOOD)
    return {"feedback": {path.name: path.read_bytes() for path in files}}


@pytest.fixture(scope="module")
def without(good: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Said:
    """What is said of the good files alone."""
    return all_said(tmp_path_factory.mktemp("good") / "run", good, [])


def same(found: Said, without: Said) -> None:
    """Where it is said otherwise is told."""
    for name, wanted in without.items():
        assert found[name] == wanted, name


@pytest.mark.deep
def test_all_sorts_of_files_at_once(good: dict[str, bytes], without: Said, tmp_path: Path) -> None:
    odd = [*map(of_damage, EXAMPLE[::SHARE]), *FURTHER]
    same(all_said(tmp_path / "run", good, odd), without)


@pytest.mark.long
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.name)
def test_every_file_by_itself(odd: Odd, good: dict[str, bytes], without: Said, tmp_path: Path) -> None:
    same(all_said(tmp_path / "run", good, [odd]), without)
