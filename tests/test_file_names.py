"""Names of files that are not text, or very long: every command goes on, and no two files are taken for one."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl import Order, generate, init_round, load
from tests.audited import DAY, hrge
from tests.face import DATASET, Round, orders, path_of, path_text
from tests.versions import answers

NAMES = st.binary(min_size=1, max_size=30).filter(lambda name: not {0, ord("/")} & set(name))
BYTES_FOR_NAMES = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="the system has no names that are not text"
)
FORMATS = [
    part for name in ("html", "xlsx", "json", "sarif", "junit", "overview") for part in ("--format", name)
]


@given(NAMES, NAMES)
def test_every_name_is_a_text_that_can_be_written_and_of_one_file_only(one: bytes, other: bytes) -> None:
    shown = [path_text(os.fsdecode(name)) for name in (one, other)]
    assert [text.encode().decode() for text in shown] == shown
    if "\ufffd" not in os.fsdecode(one) + os.fsdecode(other):
        assert (shown[0] == shown[1]) == (one == other)
        assert os.fsencode(path_of(shown[0])) == os.fsencode(Path(os.fsdecode(one)))


def test_halves_of_letters_have_their_number() -> None:
    """As Windows may have them."""
    assert path_text("a\ud800.xlsx") == "a\ufffduD800.xlsx"
    assert str(path_of("a\ufffduD800.xlsx")) == "a\ud800.xlsx"


def put(folder: Path, name: bytes, data: bytes) -> None:
    (folder / os.fsdecode(name)).write_bytes(data)


def made(folder: Path) -> tuple[Round, list[bytes]]:
    """A round of two teams, and what they would send."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "teams.csv").write_text("team,country\nONE,PAK\nTWO,PAK", encoding="utf-8")
    round_ = init_round(folder / "round", "example", folder / "teams.csv")
    wanted = [
        replace(order, answers=answers(f"WS-{order.team}")) for order in orders(round_, date(2026, 6, 1))
    ]
    return round_, [generate(load("example"), order) for order in wanted]


@pytest.mark.deep
@BYTES_FOR_NAMES
@pytest.mark.parametrize("home", [b"home", b"h\xf6me"], ids=["folder", "folder that is not text"])
def test_names_that_are_no_text(home: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    round_, (one, two) = made(tmp_path / os.fsdecode(home))
    folder, returned, out = round_.folder, round_.folder / "returned", tmp_path / "out"
    for name, data in (
        (b"caf\xe9.xlsx", one), (b"caf\xe8.xlsx", one), (b"two.xlsx", two), (b"\xff.xlsx", b"x"), (b"\xfe.xlsx", b"x"),
        (b"empty\xff.xlsx", b""),
    ):  # fmt: skip
        put(returned, name, data)
    day = ("--today", DAY, "--jobs", 1)
    commands = (
        (4, "validate", folder, *day), (0, "status", folder, *day, "--xlsx", out / "status.xlsx"),
        (4, "consolidate", folder, *day), (4, "consolidate", returned, "-o", out / "loose", *day),
        (4, "consolidate", returned, "-o", out / "dry", "--dry-run", *day),
        (4, "report", folder, *FORMATS, "-o", out, *day), (4, "feedback", folder, "--all", "-o", out, *day),
        (4, "feedback", returned, "--all", "--json", "-o", out, *day), 
        (0, "export", folder, "--table", "files", "-o", out / "files.xlsx"),
        (4, "consolidate", folder, *day), (0, "verify", out / "validation.json", "--returned", returned, "--jobs", 1),
    )  # fmt: skip
    for code, *words in commands:
        assert hrge(*words) == code, (words, capsys.readouterr().err)
    report = json.loads((out / "validation.json").read_text(encoding="utf-8"))
    rows = {Path(file["path"]).name: (file["verdict"], file["status"]) for file in report["files"]}
    assert rows == {
        "caf\ufffdE8.xlsx": ("accepted", "counts"), "caf\ufffdE9.xlsx": ("accepted", "doubled"),
        "two.xlsx": ("accepted", "counts"), "\ufffdFE.xlsx": ("refused", "refused"),
        "\ufffdFF.xlsx": ("refused", "refused"), "empty\ufffdFF.xlsx": ("refused", "refused"),
    }  # fmt: skip
    (said,) = (f["findings"][0]["message"] for f in report["files"] if "empty" in f["path"])
    assert said == "The file empty\ufffdFF.xlsx is empty."
    with closing(sqlite3.connect(folder / DATASET)) as database:
        assert database.execute("SELECT count(*) FROM files").fetchone() == (6,)


@pytest.mark.deep
@pytest.mark.parametrize("stem", ["x" * 245, "ع" * 122, "😀" * 61], ids=["latin", "arabic", "pictures"])
def test_a_very_long_name_of_a_file(stem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    round_, (one, two) = made(tmp_path)
    returned, out = round_.folder / "returned", tmp_path / "out"
    (returned / f"{stem}.xlsx").write_bytes(one)
    (returned / "two.xlsx").write_bytes(two)
    for place in (round_.folder, returned):
        assert hrge("feedback", place, "--all", "-o", out, "--today", DAY) == 0, capsys.readouterr().err
    assert hrge("report", round_.folder, "--format", "json", "-o", out, "--today", DAY) == 0
    assert hrge("verify", out / "validation.json", "--returned", returned) == 0


@pytest.mark.parametrize("letter", ["x", "ع", "漢", "😀"])
def test_a_very_long_team_and_intervention(
    letter: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is written for them has a name that every system takes, and each has its own."""
    files = [tmp_path / f"{number}.xlsx" for number in range(3)]
    for path, team in zip(files, (f"{letter * 59}1", f"{letter * 59}2", "SHORT"), strict=True):
        order = Order(team, date(2026, 6, 1), "PAK", answers=answers(letter * 20))
        path.write_bytes(generate(load("example"), order))
    out = tmp_path / "out"
    words = ("feedback", *files, "--all", "-o", out, "--today", DAY)
    assert hrge(*words) == 0, capsys.readouterr().err
    names = sorted(path.name for path in out.glob("*_feedback.xlsx"))
    assert len(names) == 3
    assert max(len(os.fsencode(name)) for name in names) < 230
