"""A dataset elsewhere (of one round, or of a year) says what its rounds say, wherever they lie and whoever asks."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from hrge_xl import Order, generate, init_round, load
from tests.command_line import hrge, ran
from tests.databases import queried, tampered
from tests.fixture_types import Patch
from tests.played_rounds import KEY, ROUND, TEAMS, decided, play, waived, withdrawn, workbook
from tests.versions import answers, second

WHO = ["--reason", "Asked the team.", "--by", "office"]
DAY = ["--today", "2026-08-01"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: Patch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def figures(folder: Path | str) -> list[tuple[Any, ...]]:
    """What became of every return and team, which findings are waived, and when it came."""
    return [
        *queried(folder, "SELECT * FROM teams ORDER BY period, team"),
        *queried(
            folder,
            "SELECT submission, verdict, status, reason, arrived, arrival, read_for, errors, waived,"
            " required, answered FROM submissions ORDER BY 1",
        ),
        *queried(folder, "SELECT submission, code, waived, waiver FROM findings ORDER BY 1, 2, n"),
        *queried(
            folder,
            'SELECT submission, tool, "row", field, code, text, number FROM answers WHERE current'
            " ORDER BY 1, n",
        ),
    ]


def test_what_two_rounds_received_came_on_the_earlier_day(home: Path) -> None:
    """Whichever of them is looked at last."""
    Path("teams.csv").write_text("team,country\nPAK,PAK\n", encoding="utf-8")
    data = generate(load("example"), Order("PAK", date(2026, 6, 1), "PAK", answers=answers()))
    for name, day in (("a", "2026-06-10"), ("b", "2026-06-20")):
        init_round(name, "example", "teams.csv")
        Path(name, "returned", "PAK.xlsx").write_bytes(data)
        ran("consolidate", name, "--received", day, "--today", day)
    ran("consolidate", "a", "b", "-o", "year", "--today", "2026-06-30")
    assert {day for (day,) in queried("year", "SELECT received FROM files")} == {"2026-06-10"}


# what a dataset elsewhere takes over


@pytest.mark.deep
def test_a_dataset_elsewhere_holds_what_was_decided_in_its_round(home: Path) -> None:
    """The guide's own command: what was withdrawn, decided and waived stays so, in the copy to share too."""
    round_ = play(home, (withdrawn, decided, waived, withdrawn))
    for _ in range(2):
        assert hrge("consolidate", "--write", round_, "-o", "other", "--shareable", *DAY) == 0
        assert hrge("consolidate", "--write", round_, *DAY) == 0
        assert figures("other") == figures(round_)
        said = queried(
            "other/shareable", "SELECT submission, status, current FROM submissions ORDER BY 1"
        )
        assert said == queried(
            round_, "SELECT submission, status, current FROM submissions ORDER BY 1"
        )
        assert {status for _, status, _ in said} == {"withdrawn", "counts", "superseded"}
        assert hrge("decide", round_, "Karachi_one.xlsx", "--use", *WHO) == 0  # it follows
        assert hrge("waive", "--withdraw", "1", "--by", "office", "--ledger", round_) == 0 or _
    before = figures("other")
    round_.rename(home / "gone")
    assert hrge("consolidate", "--write", "other", "-o", "other", *DAY) == 0
    assert figures("other") == before
    # as after a change of its spec
    tampered("other", "UPDATE meta SET value = '' WHERE name = 'spec_digest'")
    expected = "SELECT period, team, country, due FROM teams WHERE expected ORDER BY 1, 2"
    known = queried("other", expected)
    assert hrge("consolidate", "--write", "other", "-o", "other", *DAY) == 0
    assert queried("other", expected) == known != []


@pytest.mark.deep
def test_what_was_taken_over_stays_without_its_round_and_is_verified(home: Path) -> None:
    round_ = play(home, (withdrawn, decided, waived, withdrawn))
    assert hrge("consolidate", "--write", round_, "-o", "other", *DAY) == 0
    before = figures("other")
    assert hrge("verify", "other", "--returned", round_ / "returned") == 0
    round_.rename(home / "gone")
    assert hrge("consolidate", "--write", "other", "-o", "other", *DAY) == 0
    assert hrge("decide", "other", "Rabat_one.xlsx", "--undo", *WHO) == 0
    assert hrge("decide", "other", "Rabat_one.xlsx", "--withdraw", *WHO) == 0
    strip = [
        [cell for cell in row if not str(cell).startswith("Decided on")] for row in figures("other")
    ]
    assert strip == [
        [cell for cell in row if not str(cell).startswith("Decided on")] for row in before
    ]


@pytest.mark.deep
def test_a_dataset_that_is_behind_its_round_says_so(home: Path) -> None:
    round_ = play(home, (withdrawn, decided, waived, withdrawn))
    assert hrge("consolidate", "--write", round_, "-o", "other", *DAY) == 0
    shows = ["report", "other", "--format", "json", "-o", "shown", *DAY]
    for command in (shows, ["decide", "other"]):
        assert "Consolidate again" not in ran(*command, code=None).err
    assert hrge("decide", round_, "Rabat_one.xlsx", "--undo", *WHO) == 0
    for command in (
        shows,
        ["validate", "other"],
        ["trace", "other", "--team", "Rabat", "--field", "PLN_01"],
    ):
        told = ran(*command, code=None).err
        assert "hrge-xl consolidate 2026-H1 -o other" in " ".join(told.split()), command
    assert hrge("consolidate", "--write", round_, "-o", "other", *DAY) == 0
    assert "Consolidate again" not in ran(*shows, code=None).err


@pytest.mark.deep
def test_days_of_arrival_are_those_of_the_round_whoever_sees_a_file_first(home: Path) -> None:
    round_ = play(home, tuple([lambda team: {}] * len(TEAMS)))  # type: ignore[misc]
    (round_ / "returned" / "Rabat.xlsx").write_bytes(workbook("Rabat", 1))
    assert (
        hrge("consolidate", "--write", round_, "-o", "other", "--received", "2026-07-02", *DAY) == 0
    )
    (round_ / "returned" / "Karachi.xlsx").write_bytes(workbook("Karachi", 1))
    assert hrge("status", round_, "--received", "2026-07-09", *DAY) == 0
    (round_ / "returned" / "Karachi.xlsx").unlink()  # tidied up: it was received all the same
    assert hrge("consolidate", "--write", round_, "-o", "other", *DAY) == 0
    days = [("2026-07-02", "stated"), ("2026-07-09", "stated")]
    for folder in (round_, Path("other")):
        assert sorted(queried(folder, "SELECT arrived, arrival FROM submissions")) == days
    assert figures("other") == figures(round_)


# in either order


def round_of(folder: Path, name: str, spec: str, teams: dict[str, bytes]) -> None:
    listed = folder / "teams.csv"
    listed.write_text(
        "team,country\n" + "".join(f"{team},PAK\n" for team in teams), encoding="utf-8"
    )
    assert hrge("round", "init", name, "--spec", spec, "--teams", listed) == 0
    Path(name, "signing.key").chmod(0o600)
    Path(name, "signing.key").write_bytes(KEY)
    for team, data in teams.items():
        Path(name, "returned", f"{team}.xlsx").write_bytes(data)


@pytest.mark.deep
def test_a_year_is_the_same_in_either_order_of_its_rounds(home: Path) -> None:
    """Each return is read by the spec of its own round; the newest version says what the dataset asks."""
    newer = second(home / "newer")
    order = Order("", date(2026, 1, 5), "PAK", round="2025-H2", key=KEY)
    first = {
        team: generate(
            load("example"),
            Order(
                team,
                date(2025, 7, 5),
                "PAK",
                round="2025-H2",
                key=KEY,
                answers=answers(project, **more),
            ),
        )
        for team, project, more in (("Rabat", "WS-01", {}), ("Cairo", "WS-02", {"PLN_03": None}))
    }
    kept = {
        key: value
        for key, value in answers("WS-03").items()
        if key[0] != "C1"
        and key[2] not in ("PLN_08", "PLN_14", "RSK_08", "PLN_13")
        and key[1] != "C1"
    }
    kept |= {("PLAN", "1", "PLN_13"): ("WOM",), ("N1", "N-01", "LES_01"): "Begin earlier"}
    then = {
        "Rabat": generate(
            load(newer), Order("Rabat", order.today, "PAK", round="2026-H1", key=KEY, answers=kept)
        )
    }
    round_of(home, "2025-H2", "example", first)
    round_of(home, "2026-H1", str(newer), then)
    for round_ in ("2025-H2", "2026-H1"):
        assert hrge("consolidate", "--write", round_, *DAY) == 0
    own = [row for name in ("2025-H2", "2026-H1") for row in queried(name, OF_RETURNS)]
    assert len(own) == 3
    told = {}
    for name, command in {"forth": ["2025-H2", "2026-H1"], "back": ["2026-H1", "2025-H2"]}.items():
        told[name] = ran("consolidate", "--write", *command, "-o", name, *DAY).out.replace(
            name, "year"
        )
        assert sorted(queried(name, OF_RETURNS)) == sorted(own)
        assert (
            hrge("verify", name, "--returned", "2025-H2/returned", "--returned", "2026-H1/returned")
            == 0
        )
    assert told["forth"] == told["back"]
    assert hrge("consolidate", "--write", "2026-H1", "-o", "steps", *DAY) == 0
    assert hrge("consolidate", "--write", "2025-H2", "-o", "steps", *DAY) == 0
    assert figures("forth") == figures("back") == figures("steps")
    lost = queried("forth", "SELECT text FROM unplaced_fact WHERE question LIKE '%udget%'")
    assert len(lost) == 2  # nothing is lost: what the newest version asks no more is text


OF_RETURNS = "SELECT submission, verdict, status, errors, warnings, required, answered, read_for FROM submissions"
VERDICTS = "SELECT DISTINCT verdict, status FROM submissions"
DERIVED = "SELECT value FROM meta WHERE name = 'derived'"


# who asks changes nothing


def protected(data: bytes) -> bytes:
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt("Sesam", target)
    return target.getvalue()


@pytest.mark.deep
def test_what_was_read_once_stays_without_its_password(home: Path) -> None:
    round_of(
        home,
        ROUND,
        "example",
        {"Rabat": protected(workbook("Rabat", 1)), "Cairo": workbook("Cairo", 2)},
    )
    (home / "word.txt").write_text("Sesam\n", "utf-8")
    assert hrge("consolidate", "--write", ROUND, "--password-file", "word.txt", *DAY) == 0
    later = ["--today", "2026-09-15"]
    asking: list[list[str]] = [
        ["status", ROUND, "--json", *later],
        ["validate", ROUND, "--json", *later],
        ["compare", ROUND, ROUND, *later],
        ["report", ROUND, "--format", "json", "-o", "out", *later],
        ["explain", "V001"],
        ["verify", ROUND],
        ["status", ROUND, "--json", "--today", "2026-07-15"],
        ["trace", ROUND, "--team", "Rabat", "--field", "PLN_01"],
    ]
    for command in asking:
        out, err = ran(*command, code=None)
        assert queried(ROUND, VERDICTS) == [("accepted", "counts")], command
        if command[0] != "trace":  # which is about today
            assert queried(ROUND, DERIVED) == [("2026-08-01",)], command
        if command[0] == "status":
            assert {line["state"] for line in json.loads(out)} == {"accepted"}
            assert "--password-file" not in err  # no day has anything read anew
    again = ["consolidate", "--write", ROUND, *later]
    for command in (again, [*again, "--no-resume"], ["refresh", ROUND, *later]):
        told = "".join(ran(*command))
        assert ("--password-file" in told) == ("--no-resume" in command), command
        assert queried(ROUND, VERDICTS) == [("accepted", "counts")], command
    # the dataset has to be made anew, and one of its returns cannot be opened: nothing changes
    newer = str(second(home / "newer"))
    damages: list[Callable[[], Any]] = [
        lambda: shutil.move(home / f"{ROUND}/dataset.sqlite", home / "lost"),
        lambda: hrge("round", "update-spec", ROUND, "--spec", newer),
    ]
    for damage in damages:
        kept = home / "kept"
        shutil.copytree(home / ROUND, kept)
        damage()
        assert "Rabat.xlsx" in (told := ran("status", ROUND, "--json", *later, code=2).err)
        assert "--password-file" in told
        said = ran("status", ROUND, "--json", "--password-file", "word.txt", *later).out
        assert {line["state"] for line in json.loads(said)} <= {"accepted", "returned"}
        shutil.rmtree(home / ROUND)
        kept.rename(home / ROUND)


def test_who_asks_as_of_a_day_changes_nothing(home: Path) -> None:
    round_ = play(
        home, (withdrawn, decided, lambda team: {"one": workbook(team, 8, right=False)}, withdrawn)
    )
    until = ["--until", "2026-08-05", "--ledger", str(round_), *WHO, *DAY]
    assert hrge("waive", "V001", "--file", "Cairo_one.xlsx", *until) == 0
    before, lasting = figures(round_), (round_ / "dataset.sqlite").read_bytes()
    states = []
    for day in ("2026-08-05", "2026-08-06", "2026-07-01", "2026-08-05"):
        told = json.loads(ran("status", round_, "--json", "--today", day).out)
        states += [line["state"] for line in told if line["team"] == "Cairo"]
        assert (round_ / "dataset.sqlite").read_bytes() == lasting
        assert figures(round_) == before
    assert states == ["accepted", "returned", "accepted", "accepted"]  # for the answer it is judged


# where things are


@pytest.mark.deep
@pytest.mark.parametrize("way", ["moved", "from above", "absolute"])
def test_a_round_named_by_another_path_is_the_same(
    way: str, home: Path, monkeypatch: Patch
) -> None:
    work = home / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    round_ = play(Path(), (withdrawn, decided, waived, lambda team: {"scan": b"%PDF-1.7"}))
    for command in (
        ["refresh", str(round_), *DAY],
        ["consolidate", "--write", str(round_), "-o", "other", *DAY],
    ):
        assert hrge(*command) in (0, 4)
    before = figures(round_), content(work / round_), content(work / "other")
    prefix = Path(work)
    if way == "from above":
        monkeypatch.chdir(home)
        prefix = Path("work")
    elif way == "moved":
        work.rename(home / "elsewhere")
        monkeypatch.chdir(home)
        prefix = Path("elsewhere")
    named = str(prefix / round_)
    for command in (
        ["status", named, *DAY],
        ["refresh", named, *DAY],
        ["consolidate", "--write", named, "-o", str(prefix / "other"), *DAY],
    ):
        assert hrge(*command) in (0, 4)
        for folder in (named, str(prefix / "other")):
            came = ["--returned", f"{named}/returned"] if folder != named else []
            assert hrge("verify", folder, *came) == 0
    assert (figures(named), content(Path(named)), content(prefix / "other")) == before
    paths = [
        path
        for (path,) in queried(named, "SELECT path FROM files UNION SELECT path FROM submissions")
    ]
    assert {path.partition("/")[0] for path in paths} == {"returned"}
    paths = [path for (path,) in queried(prefix / "other", "SELECT path FROM submissions")]
    assert {path.rpartition("/")[0] for path in paths} == {f"../{round_}/returned"}


def content(folder: Path) -> dict[str, bytes]:
    """What is beside a dataset, but for ledgers and what says by which words it was asked for."""
    wanted = ("dataset.sqlite", "data.xlsx", "csv/*", "reports/overview*", "datapackage.json")
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for name in wanted
        for path in sorted(folder.glob(name))
    }


# the journal


@pytest.mark.deep
def test_a_line_of_the_journal_that_says_nothing_is_named(home: Path) -> None:
    round_ = play(home, (withdrawn, decided, waived, withdrawn))
    with (round_ / "ledger.jsonl").open("a", encoding="utf-8") as stream:
        stream.write("what is this\n[1, 2]\n7\n")
    shutil.copy(round_ / "ledger.jsonl", home / "journal")
    for command in (
        ["status", str(round_)],
        ["verify", str(round_)],
        ["sign", "--list", "--ledger", str(round_)],
    ):
        told = "".join(ran(*command, code=None)).replace("\n", " ")
        assert "ledger.jsonl" in told, command
        assert "is no entry" in told or "from outside" in told, command
    (round_ / "ledger.sqlite").unlink()
    assert ": 3 of the lines of ledger.jsonl" in ran("recover", round_).out
