"""One file never stops the others: whatever a file is, all that is said of three good ones is as without it.

An ordinary run puts one of a few kinds of damage, and everything that fell once, among them all at once. `make alone`
tries every one by itself.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import chdir, closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl import (
    ExpectedReturn,
    Order,
    Result,
    Round,
    ValidationRequest,
    generate,
    init_round,
    load,
    validate,
)
from hrge_xl.cli import run
from tests.answers import layout
from tests.audited import DAY, hrge
from tests.damage import (
    CHECKLIST,
    EXAMPLE,
    KEY,
    PLAN,
    RISKS,
    TODAY,
    Damage,
    altered,
    filled,
    new_cell,
    restamp,
    saved_at,
    stamped,
    text_of,
    words,
)
from tests.face import (
    CELL_LIMIT,
    DATASET,
    FIELD_TYPES,
    FieldType,
    address,
    beginning,
    cell_length,
    fits_a_cell,
    give_back,
    orders,
    path_of,
    path_text,
)
from tests.in_words import in_words
from tests.intake_files import pack, sheet, workbook
from tests.versions import answers

GOOD = ("ONE", "TWO", "THREE")
SHARE = 16  # an ordinary run tries one of so many kinds of damage
ROUND = "2026-H1"  # of the damaged files too
ON_THE_DAY = ("--today", DAY)
FINE = (0, 1, 4)  # done; what was found is in the files
IN_TURN = ("order",)  # of files, by which ones came at all
FORMATS = [word for name in ("html", "xlsx", "json") for word in ("--format", name)]
FACTS = ("answers", "findings", "submissions")

BYTES_FOR_NAMES = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="the system has no names that are not text"
)


# every kind of damage to the example, and what else fell once

TOO_LONG = "x" * 32_768  # one more than a cell of Excel holds


@dataclass(frozen=True)
class Odd:
    """One of them: what it is, how it is made, and the name of the file as the system has it."""

    name: str
    make: Callable[[], bytes]
    file: bytes = b"odd.xlsx"


def of_damage(damage: Damage) -> Odd:
    """A file of the damage table."""
    return Odd(damage.name, damage.make, (damage.file or "odd.xlsx").encode())


ODD_MOMENTS = (
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "soon",
    "1601-01-01T00:00:00Z",
)
ODD_DAYS = ("soon", "2026-02-30", "0001-01-01", "9999-12-31", "9" * 5_000)
FURTHER = [
    *(Odd(f"saved {each}", lambda each=each: saved_at(each)) for each in ODD_MOMENTS),
    *(
        Odd(f"{name} {day[:12]}", stamped(**{name: day}))
        for name in ("issued", "deadline", "today")
        for day in ODD_DAYS
    ),
    *(
        Odd(f"{name} of digits", stamped(**{name: "9" * 5_000}))
        for name in ("rows", "spec_version", "copy")
    ),
    Odd("stamp of marks", stamped(team="\u202e\x85;=1+1", round="'; DROP TABLE files; --")),
    Odd("name that is not text", filled, b"caf\xe9.xlsx"),
    Odd("name that is not text, of no workbook", lambda: b"x", b"\xff\xfe.xlsx"),
    Odd("name of 245 letters", filled, b"x" * 245 + b".xlsx"),
    Odd("name of line ends", filled, b"a\nb\r\t.xlsx"),
    Odd("text longer than a cell", altered(words(PLAN, "E17", TOO_LONG))),
    Odd("project longer than a cell", altered(words(PLAN, "E6", TOO_LONG))),
    Odd("text beside, longer than a cell", altered(new_cell(PLAN, "C40", TOO_LONG))),
    *(Odd(f"day {day}", altered(words(PLAN, "E9", day))) for day in ("0001-01-01", "9999-12-31")),
    Odd(
        "a workbook of somebody else",
        lambda: workbook(sheet('<row r="1"><c r="A1"><v>1</v></c></row>')),
    ),
]
ODD = [*map(of_damage, EXAMPLE), *FURTHER]


@pytest.fixture(scope="module")
def good() -> dict[str, bytes]:
    """Returns of three teams of the round that the damaged ones are of, the last one with something to correct."""
    orders = [
        Order(
            team,
            date(2026, 6, 1),
            "PAK",
            round=ROUND,
            key=KEY,
            answers=answers(f"WS-{team}", **more),
        )
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
        paths = tuple(f"returned/{team}.xlsx" for team in GOOD)
        ours = f"submission IN (SELECT submission FROM submissions WHERE path IN ({', '.join('?' * len(paths))}))"
        database.row_factory = sqlite3.Row
        found = {
            table: database.execute(f"SELECT * FROM {table} WHERE {ours}", paths).fetchall()
            for table in FACTS
        }
    # in which order all came is another matter
    return {
        table: sorted(
            repr([value for name, value in dict(row).items() if name != "return_number"])
            for row in rows
        )
        for table, rows in found.items()
    }


def _reported(place: str, came: Path, *more: str) -> list[dict[str, Any]]:
    """What a report says of the good files; it is made in every format, and verified."""
    done("report", place, *FORMATS, "-o", f"reports of {place}", *ON_THE_DAY)
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
@BYTES_FOR_NAMES
def test_all_sorts_of_files_at_once(good: dict[str, bytes], without: Said, tmp_path: Path) -> None:
    odd = [*map(of_damage, EXAMPLE[::SHARE]), *FURTHER]
    same(all_said(tmp_path / "run", good, odd), without)


@pytest.mark.long
@BYTES_FOR_NAMES
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.name)
def test_every_file_by_itself(
    odd: Odd, good: dict[str, bytes], without: Said, tmp_path: Path
) -> None:
    same(all_said(tmp_path / "run", good, [odd]), without)


# a file that no cell of Excel could hold

ISSUED = date(2026, 6, 1)
AS_OF = ("--today", DAY, "--jobs", "1")
LONG = "An answer without an end. " * 1_270
PARTS = {"PLAN": PLAN, "C1": CHECKLIST, "R1": RISKS}
TEXTS = {FIELD_TYPES["text"], FIELD_TYPES["long"]}
assert CELL_LIMIT < len(LONG) < 33_100


def overlong(data: bytes, kinds: set[FieldType], text: str = LONG) -> bytes:
    """A workbook with a text that is too long in the first cell of every field of some types, and beside."""
    parts = text_of(data)
    seen = set()
    for slot in layout("example").slots.values():
        if slot.field.type in kinds and slot.field.code not in seen:
            seen.add(slot.field.code)
            words(PARTS[slot.tool], address(*slot.cells[0]), text)(parts)
    new_cell(PLAN, "C40", text)(parts)
    return pack(parts)


def look(data: bytes, folder: Path) -> Result:
    path = folder / "return.xlsx"
    path.write_bytes(data)
    (result,) = validate([path], ValidationRequest(ExpectedReturn("example"), TODAY))
    return result


def sent_by(team: str = "PAK") -> bytes:
    return generate(load("example"), Order(team, ISSUED, "PAK", answers=answers()))


def test_every_kind_of_text_field_has_an_end(tmp_path: Path) -> None:
    result = look(overlong(sent_by(), TEXTS), tmp_path)
    wrong = {each.field: each for each in result.findings if each.code == "V010"}
    assert set(wrong) == {f.code for _, _, f in load("example").places() if f.type in TEXTS}
    for field, most in (("PLN_12", 32_767), ("PLN_01", 20)):
        said = f"{len(LONG.strip())} characters; at most {most} are allowed."
        assert in_words(wrong[field]).message.endswith(said)
    due = {"V001"}  # who does it was said, and not until when
    # nothing was calculated again
    assert {each.code for each in result.findings} == {"V009", "V010", "S014", "S028"} | due


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("x" * CELL_LIMIT, True),
        ("x" * CELL_LIMIT + "x", False),
        ("😀" * 16_383, True),
        ("😀" * 16_384, False),
    ],
    ids=["just", "over", "just in pairs", "over in pairs"],
)
def test_a_cell_holds_what_excel_counts(text: str, fits: bool, tmp_path: Path) -> None:
    result = look(overlong(sent_by(), {FIELD_TYPES["text"]}, text), tmp_path)
    found = {each.field for each in result.findings if each.code == "V010"}
    assert ("PLN_12" not in found) is fits is fits_a_cell(text)
    assert cell_length(beginning(text)) <= CELL_LIMIT
    assert text.startswith(beginning(text))


def test_feedback_loses_none_of_it(tmp_path: Path) -> None:
    """What no cell holds stands in pieces on the sheet of its own, and comes back from there."""
    result = look(
        overlong(sent_by(), TEXTS | {FIELD_TYPES["integer"], FIELD_TYPES["many"]}), tmp_path
    )
    given = give_back(result, load("example"), today=TODAY)
    assert {"Project code", "Participants expected", "K-01 Risk"} <= {
        each.question for each in given.too_long
    }
    again = look(given.workbook, tmp_path)
    assert again.submission is not None
    kept: dict[tuple[str, str], str] = {}
    for each in again.submission.unplaced:
        place = each.sheet, each.cell
        kept[place] = kept.get(place, "") + each.text
    assert len(kept) == len(given.too_long) + len(given.beside)
    assert {text.strip() for text in kept.values()} == {LONG.strip()}
    assert not [each for each in again.findings if each.code.startswith(("F", "I", "S"))]


# through every command


@pytest.fixture
def made(tmp_path: Path) -> Round:
    """A round of three teams; the first file of its folder is the bad one."""
    (tmp_path / "teams.csv").write_text("team,country\nBAD,PAK\nONE,PAK\nTWO,PAK", encoding="utf-8")
    round_ = init_round(tmp_path / "round", "example", tmp_path / "teams.csv")
    for name, order in zip("abc", orders(round_, ISSUED), strict=True):
        order.answers.update(answers(f"WS-{name}"))
        data = generate(load("example"), order)
        if name == "a":
            kinds = set(FIELD_TYPES.values()) - {FIELD_TYPES["calculated"], FIELD_TYPES["date"]}
            data = overlong(data, kinds)
        (round_.folder / "returned" / f"{name}.xlsx").write_bytes(data)
    return round_


@contextmanager
def printed(
    capsys: pytest.CaptureFixture[str], code: int, *command: object
) -> Iterator[tuple[str, str]]:
    """What a command prints that ends with this code."""
    capsys.readouterr()
    done = run([str(each) for each in command])
    out, err = capsys.readouterr()
    assert done == code, err
    yield out, err


@pytest.mark.deep
def test_every_command_goes_on_with_the_others(
    made: Round, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = made.folder, tmp_path / "out"
    with printed(capsys, 1, "validate", folder, "-v", *AS_OF) as (said, err):
        assert "b.xlsx: accepted" in said
        assert "a.xlsx: Plan!E18: V010 error" in said
        assert "3 files: 2 accepted, 1 returned, 0 refused" in err
    with printed(capsys, 0, "status", folder, *AS_OF, "--wide", "--xlsx", out / "status.xlsx") as (
        said,
        _,
    ):
        assert [line.split()[0] for line in said.splitlines()] == ["Team", "BAD", "ONE", "TWO"]
    with printed(capsys, 0, "consolidate", folder, *AS_OF) as (said, _):
        assert "2 accepted, 1 returned" in said
    report = ("report", folder, *AS_OF, *FORMATS, "--format", "overview", "-o", out)
    with printed(capsys, 0, *report) as (said, _):
        assert len(said.splitlines()) == 4
    verify = ("verify", out / "validation.json", "--returned", folder / "returned", "--jobs", "1")
    with printed(capsys, 0, *verify):
        pass
    with printed(capsys, 0, "export", folder, "--table", "answers", "-o", out / "answers.xlsx"):
        cells = [
            cell.value
            for row in openpyxl.load_workbook(out / "answers.xlsx").active
            for cell in row
        ]
        assert max(len(str(cell)) for cell in cells) == CELL_LIMIT
    later = shutil.copytree(folder / "returned", tmp_path / "later")
    with printed(capsys, 0, "compare", folder, later, *AS_OF) as (said, _):
        assert "WS-b" in said
    with printed(capsys, 0, "compare", later / "a.xlsx", later / "b.xlsx", *AS_OF) as (said, _):
        assert "Answers changed: " in said


def test_feedback_is_for_all(
    made: Round, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("feedback", made.folder, "--all", "--json", "-o", tmp_path / "back", *AS_OF)
    with printed(capsys, 0, *command) as (said, _):
        files = {each["team"]: each for each in json.loads(said)["files"]}
    assert set(files) == {"BAD", "ONE", "TWO"}
    assert {each["question"] for each in files["BAD"]["too_long"]} > {"Project code", "K-01 Risk"}
    text = Path(files["BAD"]["message"]).read_text(encoding="utf-8")
    assert "longer than an Excel cell can hold" in text


def test_a_stamp_that_no_cell_holds_stops_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The name of its round is a period of the figures, and of no use to anybody."""
    parts = text_of(sent_by())
    restamp(round="R" * 33_000, signed=False)(parts)
    (tmp_path / "in").mkdir()
    for name, data in (("a", pack(parts)), ("b", sent_by("ONE"))):
        (tmp_path / "in" / f"{name}.xlsx").write_bytes(data)
    with printed(
        capsys, 0, "consolidate", "--write", tmp_path / "in", "-o", tmp_path / "out", *AS_OF
    ) as (
        said,
        _,
    ):
        assert "2 accepted" in said
    assert openpyxl.load_workbook(tmp_path / "out" / "data.xlsx").sheetnames[0] == "Contents"


def test_a_file_that_cannot_be_given_back_stops_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stamp that was edited: no document property takes a team with such a name."""
    parts = text_of(sent_by())
    restamp(team="T" * 300, signed=False)(parts)
    paths = [tmp_path / f"{name}.xlsx" for name in "abc"]
    for path, data in zip(paths, (pack(parts), sent_by("ONE"), sent_by("TWO")), strict=True):
        path.write_bytes(data)
    command = ("feedback", "--all", *paths, "-o", tmp_path / "back", *AS_OF)
    with printed(capsys, 1, *command) as (said, err):
        assert len(said.splitlines()) == 2
        assert (
            "a.xlsx: no workbook can be made: team: 300 characters; Excel takes 255. Shorten it."
            in err
        )


# names of files that are not text, or very long: no two files are taken for one

NAMES = st.binary(min_size=1, max_size=30).filter(lambda name: not {0, ord("/")} & set(name))


@given(NAMES, NAMES)
def test_every_name_is_a_text_that_can_be_written_and_of_one_file_only(
    one: bytes, other: bytes
) -> None:
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


def two_teams(folder: Path) -> tuple[Round, list[bytes]]:
    """A round of two teams, and what they would send."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "teams.csv").write_text("team,country\nONE,PAK\nTWO,PAK", encoding="utf-8")
    round_ = init_round(folder / "round", "example", folder / "teams.csv")
    wanted = [
        replace(order, answers=answers(f"WS-{order.team}"))
        for order in orders(round_, date(2026, 6, 1))
    ]
    return round_, [generate(load("example"), order) for order in wanted]


@pytest.mark.deep
@BYTES_FOR_NAMES
@pytest.mark.parametrize("home", [b"home", b"h\xf6me"], ids=["folder", "folder that is not text"])
def test_names_that_are_no_text(
    home: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    round_, (one, two) = two_teams(tmp_path / os.fsdecode(home))
    folder, returned, out = round_.folder, round_.folder / "returned", tmp_path / "out"
    for name, data in (
        (b"caf\xe9.xlsx", one),
        (b"caf\xe8.xlsx", one),
        (b"two.xlsx", two),
        (b"\xff.xlsx", b"x"),
        (b"\xfe.xlsx", b"x"),
        (b"empty\xff.xlsx", b""),
    ):
        put(returned, name, data)
    day = ("--today", DAY, "--jobs", 1)
    commands = (
        (4, "validate", folder, *day),
        (0, "status", folder, *day, "--xlsx", out / "status.xlsx"),
        (4, "consolidate", folder, *day),
        (4, "consolidate", returned, "-o", out / "loose", *day),
        (4, "consolidate", returned, "-o", out / "dry", "--dry-run", *day),
        (4, "report", folder, *FORMATS, "--format", "overview", "-o", out, *day),
        (4, "feedback", folder, "--all", "-o", out, *day),
        (4, "feedback", returned, "--all", "--json", "-o", out, *day),
        (0, "export", folder, "--table", "files", "-o", out / "files.xlsx"),
        (4, "consolidate", folder, *day),
        (0, "verify", out / "validation.json", "--returned", returned, "--jobs", 1),
    )
    for code, *command in commands:
        assert hrge(*command) == code, (command, capsys.readouterr().err)
    report = json.loads((out / "validation.json").read_text(encoding="utf-8"))
    rows = {Path(file["path"]).name: (file["verdict"], file["status"]) for file in report["files"]}
    assert rows == {
        "caf\ufffdE8.xlsx": ("accepted", "counts"),
        "caf\ufffdE9.xlsx": ("accepted", "doubled"),
        "two.xlsx": ("accepted", "counts"),
        "\ufffdFE.xlsx": ("refused", "refused"),
        "\ufffdFF.xlsx": ("refused", "refused"),
        "empty\ufffdFF.xlsx": ("refused", "refused"),
    }
    (said,) = (f["findings"][0]["message"] for f in report["files"] if "empty" in f["path"])
    assert said == "The file empty\ufffdFF.xlsx is empty."
    with closing(sqlite3.connect(folder / DATASET)) as database:
        assert database.execute("SELECT count(*) FROM files").fetchone() == (6,)


@pytest.mark.deep
@pytest.mark.parametrize(
    "stem", ["x" * 245, "ع" * 122, "😀" * 61], ids=["latin", "arabic", "pictures"]
)
def test_a_very_long_name_of_a_file(
    stem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    round_, (one, two) = two_teams(tmp_path)
    returned, out = round_.folder / "returned", tmp_path / "out"
    (returned / f"{stem}.xlsx").write_bytes(one)
    (returned / "two.xlsx").write_bytes(two)
    for place in (round_.folder, returned):
        assert hrge("feedback", place, "--all", "-o", out, "--today", DAY) == 0, (
            capsys.readouterr().err
        )
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
