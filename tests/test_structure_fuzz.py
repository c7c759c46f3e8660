"""Files that are sound and say what nobody would: each is read or refused, in every command, and none stops the others.

`make fuzz` runs longer. `python -m tests.test_structure_fuzz workbooks 5000 7` does by hand: so many, from that seed.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import random
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

import openpyxl
import pytest
import yaml

from hrge_xl import ExpectedReturn, Result, check_spec, import_spec, init_round, load, load_round
from hrge_xl.cli import run
from hrge_xl.core.errors import HrgeError, Mistake, SpecError, UsageError
from hrge_xl.exchange.spec_smoke_test import ODD
from tests.audited import hrge, returned, verify_report, workbook
from tests.damage import KEY, filled, openpyxl_saved
from tests.face import Finding, Team, VerificationRequest, drafted, read_list, read_report, table_of
from tests.intake_files import members, pack
from tests.made_specs import Files, write
from tests.read_and_check import check_here
from tests.small_sources import SOURCES
from tests.structure import DAYS, KINDS, TEXTS, Parts, change_json, change_spec
from tests.test_fuzz import FIXTURES, LONGEST_SECONDS, Return, Tally, mutate, outcome

SEED = 20_261_126
KINDS_OF_FILES = "workbooks", "reports", "teams", "drafts", "specs", "commands"
RUNS = dict(zip(KINDS_OF_FILES, (1_200, 200, 500, 100, 600, 120), strict=True))
LONG = dict(zip(KINDS_OF_FILES, (18_000, 3_000, 7_500, 1_500, 6_000, 4_000), strict=True))
OURS = {"F060", "F061", "F062", "F063"}  # a file that was read by a fault of ours, or hardly
TOGETHER = 60  # files in one folder
TAKEN, TAKEN_OF = 1, 10  # how many of all are taken in: that takes far longer than to read them
Out = TypeVar("Out")
SLOWER = {
    "reports": 6
}  # each starts processes of its own, and waits for them where others work as well
VERIFIED_OF = 10  # one in how many reports is held against its files
DAY = ("--today", "2026-06-30", "--jobs", "1")
WANTED = (
    ExpectedReturn(),
    ExpectedReturn("example"),
    ExpectedReturn("example", "2026-H1", ("PAK",), KEY),
)


def chance_of(seed: int, number: int) -> random.Random:
    """What a case is made by; the same numbers give the same case."""
    return random.Random(f"{seed} {number}")


def changed(
    source: Parts, chance: random.Random, kinds: tuple[str, ...] = tuple(KINDS)
) -> tuple[str, bytes]:
    """A workbook with one to three things otherwise, and which."""
    chosen = chance.choices(kinds, k=chance.choice((1, 1, 1, 2, 3)))
    parts = dict(source)
    for kind in chosen:
        if KIND_NEEDS.get(kind, "") in ("", *parts):
            KINDS[kind](parts, chance)
    return " + ".join(chosen), pack(parts, zipfile.ZIP_STORED)


KIND_NEEDS = dict.fromkeys(("stamp", "properties"), "docProps/custom.xml")
KIND_NEEDS |= dict.fromkeys(("names", "sheets"), "xl/workbook.xml") | {
    "content types": "[Content_Types].xml"
}


def sources() -> list[Parts]:
    """A small return as it was issued, and as two other programs save it."""
    resaved = (FIXTURES / "resaved.xlsx").read_bytes()
    return [members(data) for data in (filled(), openpyxl_saved(lambda book: None)(), resaved)]


def fuzz_workbooks(count: int, seed: int, folder: Path) -> Tally:
    """Read and check so many workbooks in this process, and take some of them in."""
    tally, known, path = Tally(), sources(), folder / "return.xlsx"
    made: list[tuple[int, bytes]] = []
    for number in range(count):
        chance = chance_of(seed, number)
        _, data = changed(chance.choice(known), chance)
        path.write_bytes(data)
        result = judged(tally, number, partial(sound, path, chance.choice(WANTED)))
        tally.codes[outcome(result) if isinstance(result, Result) else "failed"] += 1
        if number % TAKEN_OF < TAKEN:
            made.append((number, data))
        if len(made) >= TOGETHER or number == count - 1:
            tally.failures += stopping(taken, made, folder) if made else []
            made.clear()
    return tally


def sound(path: Path, want: ExpectedReturn) -> Result:
    """What is found in a file, never with a fault of ours."""
    result = check_here(path, want)
    assert not OURS & {finding.code for finding in result.findings}
    return result


Made = list[tuple[int, bytes]]


def stopping(
    commands: Callable[[Path, Path], list[int]], made: Made, folder: Path
) -> list[tuple[int, str]]:
    """The files that stop commands; looked for by halves."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        said = stopped(commands, made, Path(place))
    if not said:
        return []
    if len(made) == 1:
        return [(made[0][0], said)]
    half = len(made) // 2
    found = stopping(commands, made[:half], folder) + stopping(commands, made[half:], folder)
    return found or [(made[0][0], f"together with others: {said}")]


def stopped(commands: Callable[[Path, Path], list[int]], made: Made, place: Path) -> str:
    """What went wrong with files together; every one must be accounted for, once."""
    returned(place / "in", {f"{number}.xlsx": data for number, data in made})
    lines = io.StringIO()
    with patch("sys.stderr", lines), patch("sys.stdout", lines):
        codes = commands(place / "in", place)
    if not set(codes) <= {0, 1, 4}:
        return f"exit codes {codes}\n{lines.getvalue()}{log_of(lines.getvalue())}"
    report = json.loads((place / "reports" / "validation.json").read_text(encoding="utf-8"))
    told = sorted(Path(file["path"]).name for file in report["files"])
    ours = {each["code"] for file in report["files"] for each in file["findings"]} & OURS
    summary = report["summary"]
    verdicts = sum(summary[verdict] for verdict in ("accepted", "returned", "refused"))
    if (
        told != sorted(f"{number}.xlsx" for number, _ in made)
        or not len(made) == summary["files"] == verdicts
    ):
        return f"not accounted for: {summary}, {told}"
    return f"by our fault: {ours}" if ours else ""


def validated(files: Path, place: Path) -> list[int]:
    """Validate files; the report of it is kept."""
    code = run(["validate", str(files), "--json", *DAY])
    said = getattr(sys.stdout, "getvalue")()  # noqa: B009 - what stands in its place here
    (place / "reports").mkdir()
    report = said[said.index("{") : said.rindex("}") + 1] if "{" in said else "{}"
    (place / "reports" / "validation.json").write_text(report, encoding="utf-8")
    return [code]


def taken(files: Path, place: Path) -> list[int]:
    """Take files in, report on them, and give feedback."""
    return [
        run(["consolidate", str(files), "-o", str(place / "out"), *DAY]),
        run(["report", str(files), *FORMATS, "-o", str(place / "reports"), *DAY]),
        run(["feedback", str(files), "-o", str(place / "feedback"), "--today", DAY[1]]),
    ]


def fuzz_commands(count: int, seed: int, folder: Path) -> Tally:
    """Have the commands read so many returns, changed in their bytes, in what they say, or in their stamp."""
    tally, known = Tally(), sources()
    as_bytes = [Return(pack(parts)) for parts in known]

    def hostile(number: int) -> bytes:
        chance = chance_of(seed, number)
        if number % 3 == 0:
            return mutate(chance.choice(as_bytes), chance)
        return changed(chance.choice(known), chance, *((("stamp",),) if number % 3 == 1 else ()))[1]

    for start in range(0, count, TOGETHER):
        numbers = range(start, min(start + TOGETHER, count))
        made = [(number, hostile(number)) for number in numbers]
        chain = [each for each in made if each[0] % TAKEN_OF < TAKEN]
        found = stopping(validated, made, folder) + stopping(taken, chain, folder)
        tally.failures += found
        tally.codes.update(validate=len(made), whole=len(chain))
    tally.codes["validate"] -= tally.codes["whole"]  # they went both ways
    return tally


FORMATS = [part for name in ("json", "html", "xlsx") for part in ("--format", name)]


def log_of(said: str) -> str:
    """The log that a bug of ours left."""
    name = said.partition("report it with ")[2].rstrip(".\n ")
    return Path(name).read_text(encoding="utf-8") if name and Path(name).is_file() else ""


def fuzz_reports(count: int, seed: int, folder: Path) -> Tally:
    """Verify so many reports that say something else than ours."""
    tally = Tally()
    returned(folder / "returned", {"afg.xlsx": workbook("AFG"), "letter.xlsx": b"no workbook"})
    words = ("report", folder / "returned", "--format", "json", "-o", folder, *DAY)
    with patch("sys.stdout", io.StringIO()), patch("sys.stderr", io.StringIO()):
        assert hrge(*words) == 4
    path = folder / "validation.json"
    ours = json.loads(path.read_text(encoding="utf-8"))
    for number in range(count):
        chance = chance_of(seed, number)
        path.write_text(change_json(ours, chance), encoding="utf-8", newline="\n")
        look_at = partial(verified, path, folder, whole=number % VERIFIED_OF == 0)
        tally.codes[judged(tally, number, look_at)] += 1
    return tally


def verified(path: Path, folder: Path, *, whole: bool) -> str:
    """What is made of a report; its files are read again only for the `whole` of it."""
    read_report(path)
    if not whole:
        return "taken up"
    audit = verify_report(VerificationRequest(path, [folder / "returned"]))
    assert audit.lines()
    json.dumps(audit.data())
    return "identical" if audit.identical else "something differs"


def judged(tally: Tally, number: int, act: Callable[[], Out]) -> Out | str:
    """What became of a case: what it gives, the error that users see, or a failure."""
    started = time.perf_counter()
    try:
        return act()
    except HrgeError as error:
        return type(error).__name__
    except Exception:  # noqa: BLE001 - any exception is what is looked for
        tally.failures.append((number, traceback.format_exc()))
        return "failed"
    finally:
        tally.slowest = max(tally.slowest, (time.perf_counter() - started, number))


HEADS = ["team", "country", "language", "deadline", "contact", "tools"]
ROWS = [
    ["PAK-1", "PAK", "en", "2026-07-31", "a@example.org", "C1,R1"],
    ["007", "Maroc", "fr", "31.07.2026", "", ""],
    ["EGY", "EGY", "ar", "", "", "PLAN"],
]
ODD_CELLS = ["PAK-1", "pak-1", "Pakistan", "C1;R1", "sep=;", "=1+1", "-", "٣١/٠٧/٢٠٢٦", "31.7.1405"]
CELLS = (*TEXTS, *DAYS, *HEADS, *ODD_CELLS)


def table(chance: random.Random) -> list[list[str]]:
    """A list of teams with some cells, rows and columns otherwise."""
    rows = [list(row) for row in (HEADS, *ROWS)]
    for _ in range(chance.choice((1, 1, 2, 6))):
        row, act = chance.choice(rows), chance.randrange(8)
        if act < 4 and row:
            row[chance.randrange(len(row))] = chance.choice(CELLS)
        elif act < 5:
            row.insert(chance.randrange(len(row) + 1), chance.choice(CELLS))
        elif act < 6 and row:
            row.pop(chance.randrange(len(row)))
        elif act < 7:
            rows.insert(chance.randrange(len(rows) + 1), list(row))
        else:
            chance.shuffle(rows)
    return rows


def as_csv(rows: list[list[str]], chance: random.Random) -> bytes:
    target = io.StringIO()
    csv.writer(
        target, delimiter=chance.choice(",;\t"), lineterminator=chance.choice(("\n", "\r\n", "\r"))
    ).writerows(rows)
    text = chance.choice(("", "", "sep=;\n", "\ufeff")) + target.getvalue()
    data = text.encode(chance.choice(("utf-8", "utf-8", "utf-16", "utf-8-sig")), "replace")
    return mutate(Return(data, "xls"), chance) if chance.randrange(4) == 0 else data


def as_workbook(rows: list[list[str]], chance: random.Random) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row, start=1):
            clean = "".join(letter for letter in text if letter.isprintable())[:32_000]
            page.cell(number, column).value = (
                int(clean) if clean.isdecimal() and len(clean) < 300 else clean
            )
            formats = ("General", "000", "yyyy-mm-dd", "@", "0" * 300)
            page.cell(number, column).number_format = chance.choice(formats)
    target = io.BytesIO()
    book.save(target)
    plain = tuple(
        kind for kind in KINDS if kind not in ("stamp", "properties", "moments", "app", "theme")
    )
    return (
        changed(members(target.getvalue()), chance, plain)[1]
        if chance.randrange(2)
        else target.getvalue()
    )


def here(path: Path, remedy: str, _password: str | None) -> list[tuple[int, list[str]]]:
    """The table of a workbook, read in this process for the sake of speed."""
    found = table_of((path.read_bytes(), "xlsx"))
    if isinstance(found, Finding):
        assert found.code not in OURS
        raise UsageError(f"{found.code} {remedy}")
    return found


def fuzz_teams(count: int, seed: int, folder: Path) -> Tally:
    """Read so many lists of teams; what is taken makes a round that reads back the same."""
    tally, spec = Tally(), load("example")

    def taken_up(path: Path, number: int) -> str:
        teams = list(read_list(path, spec).teams)
        if number % 10 == 0:
            assert back(path, folder / f"round {number}") == teams
        return "teams"

    with patch("hrge_xl.rounds.teams.first_table", here):
        for number in range(count):
            chance = chance_of(seed, number)
            kind, make = chance.choice((("csv", as_csv), ("csv", as_csv), ("xlsx", as_workbook)))
            path = folder / f"teams.{kind}"
            path.write_bytes(make(table(chance), chance))
            tally.codes[judged(tally, number, partial(taken_up, path, number))] += 1
    return tally


def back(path: Path, folder: Path) -> list[Team]:
    """The teams of a round that was set up for a list."""
    init_round(folder, "example", path)
    return list(load_round(folder).teams)


def fuzz_drafts(count: int, seed: int, folder: Path) -> Tally:
    """Draft a spec from so many workbooks that an office could have."""
    tally, known = (
        Tally(),
        [members(data) for data in (filled(), (FIXTURES / "resaved.xlsx").read_bytes())],
    )

    def first_spec(data: bytes) -> str:
        found = drafted("office.xlsx", "office", (data, "xlsx"))
        if isinstance(found, Finding):
            assert found.code not in OURS
            return found.code
        return "drafted" if found.files else "nothing to draft"

    for number in range(count):
        chance = chance_of(seed, number)
        _, data = changed(chance.choice(known), chance)
        tally.codes[judged(tally, number, partial(first_spec, data))] += 1
    return tally


def fuzz_specs(count: int, seed: int, folder: Path) -> Tally:
    """Try out so many specs that were imported and then edited: each is refused, or its workbooks read back."""
    tally, known = Tally(), list(imported_specs(folder))

    def tried(number: int) -> str:
        chance = chance_of(seed, number)
        files = copy.deepcopy(chance.choice(known))
        for _ in range(chance.choice((1, 1, 1, 2))):
            change_spec(files, chance)
        told: Sequence[Mistake] = ()
        with tempfile.TemporaryDirectory(dir=folder) as place:
            try:
                check_spec(write(files, Path(place) / "spec"))
            except SpecError as error:
                told = error.mistakes
        assert all(each.file and each.line and each.reason and each.remedy for each in told), told
        assert not any(ODD in each.remedy for each in told), told
        return "refused" if told else "works"

    for number in range(count):
        tally.codes[judged(tally, number, partial(tried, number))] += 1
    assert set(tally.codes) <= {"refused", "works", "failed"}, tally.codes
    return tally


def imported_specs(folder: Path) -> Iterator[Files]:
    """The files of every spec that comes out of a small source."""
    for name, source in SOURCES.items():
        (folder / name).write_bytes(source())
        home = Path(import_spec(folder / name, folder / f"spec of {name}").spec.folder)
        texts = sorted(home.rglob("*.yaml"))
        yield {
            str(path.relative_to(home)): yaml.safe_load(path.read_text(encoding="utf-8"))
            for path in texts
        }


FUZZ = {name: globals()[f"fuzz_{name}"] for name in RUNS}


def told(tally: Tally) -> str:
    """What became of all cases, and the failures, one of each kind."""
    kinds = {text.strip().splitlines()[-1]: (number, text) for number, text in tally.failures}
    failures = [f"case {number}\n{text}" for number, text in kinds.values()]
    summary = [
        str(tally.codes.most_common()),
        f"slowest {tally.slowest}",
        f"failures {len(tally.failures)}",
    ]
    return "\n".join([*failures, *summary])


def test_no_return_stops_a_command(tmp_path: Path) -> None:
    look("commands", 20, SEED + 2, tmp_path)


@pytest.mark.deep
@pytest.mark.parametrize("what", FUZZ)
def test_what_nobody_would_say_stops_nothing(what: str, tmp_path: Path) -> None:
    look(what, RUNS[what], SEED, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("what", FUZZ)
def test_what_nobody_would_say_stops_nothing_at_length(what: str, tmp_path: Path) -> None:
    look(what, LONG[what], SEED + 1, tmp_path)


def look(what: str, count: int, seed: int, folder: Path) -> None:
    tally = FUZZ[what](count, seed, folder)
    assert not tally.failures, told(tally)
    assert tally.codes.total() == count
    assert tally.slowest[0] < LONGEST_SECONDS * SLOWER.get(what, 1), told(tally)
    assert len(tally.codes) > 1  # mutations that nothing survives would show little


def main() -> None:
    """A run by hand."""
    what, count, seed = (*sys.argv[1:4], "1000", "1")[:3]
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(told(FUZZ[what](int(count), int(seed), Path(folder))) + "\n")


if __name__ == "__main__":
    main()
