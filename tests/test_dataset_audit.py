"""What a verification tells of a dataset besides its rows: files, spec, rounds, issued workbooks, totals."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hrge_xl import Audit, load, load_round
from hrge_xl.audit.files_again import Setting
from tests.audited import DAY, TODAY, edited, put_text, round_folder, workbook
from tests.command_line import hrge
from tests.databases import tampered
from tests.face import (
    Difference,
    Ledger,
    Part,
    faults_of_files,
    faults_of_issued,
    faults_of_spec,
    open_store,
    rounds_at_hand,
    rounds_not_at_hand,
    sha256_of,
    sources_of,
    temporary_dataset,
)
from tests.fixture_types import Folders, Patch

pytestmark = pytest.mark.xdist_group("dataset audit")  # what its fixtures play is played once
SHEETS = r"xl/worksheets/sheet\d+.xml|xl/sharedStrings.xml"


@pytest.fixture(scope="module")
def made(tmp_path_factory: Folders) -> Path:
    """A round that was issued, with its dataset."""
    folder = round_folder(tmp_path_factory.mktemp("audit"))
    assert hrge("generate", folder, "--today", DAY) == 0
    assert hrge("consolidate", folder, "--today", DAY) == 0
    return folder


@pytest.fixture
def case(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "round")


# files


def in_received(folder: Path) -> str:
    kept = sorted((folder / "received").glob("*.xlsx"))[0]
    kept.chmod(0o600)
    kept.write_bytes(kept.read_bytes() + b" ")
    return f"received/{kept.name} is not what was received: its bytes do not match its name."


def more_received(folder: Path) -> str:
    content = workbook("MLI")
    (folder / "new.xlsx").write_bytes(content)
    name = f"{sha256_of(folder / 'new.xlsx')}.xlsx"
    (folder / "new.xlsx").rename(folder / "received" / name)
    return f"received/{name}: the ledger has no such file."


def in_returned(folder: Path) -> str:
    path = folder / "returned" / "PAK.xlsx"
    path.write_bytes(workbook("MLI"))
    return f"{path} was changed after it arrived: the ledger has no file with its SHA-256 {sha256_of(path)}."


def in_dataset(folder: Path) -> str:
    tampered(folder / "dataset.sqlite", "UPDATE submissions SET verdict = 'returned'")
    return "dataset.sqlite was changed by another program since the last run: its rows may say what no file says."


def nothing_that_came(folder: Path) -> str:
    """A file that has not been taken in yet is no fault."""
    (folder / "returned" / "new.xlsx").write_bytes(b"x")
    return ""


@pytest.mark.parametrize(
    "spoil", [in_received, more_received, in_returned, in_dataset, nothing_that_came]
)
def test_files_that_are_not_as_they_came(case: Path, spoil: Callable[[Path], str]) -> None:
    told = spoil(case)
    with Ledger.open(case, write=False) as ledger:
        assert list(faults_of_files(ledger, [case / "returned"])) == [told] * bool(told)


def test_bytes_are_looked_for_where_they_are(case: Path) -> None:
    """First where they are kept, else where they came from; the path is the one that the ledger knows."""
    assert places(case) == {"AFG.xlsx": "received", "PAK.xlsx": "received"}
    for kept in (case / "received").glob("*"):
        kept.unlink()
    assert places(case) == {"AFG.xlsx": "returned", "PAK.xlsx": "returned"}
    tampered(case / "dataset.sqlite", "UPDATE submissions SET path = 'elsewhere.xlsx'")
    assert places(case) == {"AFG.xlsx": "returned", "PAK.xlsx": "returned"}
    gone = "UPDATE {} SET path = 'gone/' || path"
    tampered(
        case / "ledger.sqlite", ";".join(gone.format(table) for table in ("sightings", "files"))
    )
    assert places(case) == {}


def places(folder: Path) -> dict[str, str]:
    """Give the folders that returns are read from, by the names that they came with."""
    audit = Audit("round")
    with open_store(folder) as store, Ledger.open(folder, write=False) as ledger:
        files = sources_of(audit, ledger, store, TODAY, Setting(None, {}))
    return {Path(each.path).name: each.file.parent.name for each in files.values()}


def test_returns_that_cannot_be_read_again(case: Path) -> None:
    gone = "0" * 64
    tampered(
        case / "dataset.sqlite",
        f"UPDATE submissions SET sha256 = '{gone}', path = 'gone.xlsx' WHERE team = 'AFG'; "
        "UPDATE submissions SET sha256 = NULL, path = 'closed.xlsx' WHERE team = 'PAK'",
    )
    audit = Audit("round")
    with open_store(case) as store, Ledger.open(case, write=False) as ledger:
        files = sources_of(audit, ledger, store, TODAY, Setting(None, {}))
    assert (files, audit.returns) == ({}, 2)
    assert audit.problems == [
        f"gone.xlsx: its bytes are not in received/ (SHA-256 {gone}): not compared."
    ]
    assert audit.notes == [
        "closed.xlsx: not compared, because it could not be read when it arrived either."
    ]


@pytest.mark.parametrize(("told", "checked"), [("2026-06-01", "2026-06-01"), ("never", DAY)])
def test_a_day_of_check_that_cannot_be_is_today(case: Path, told: str, checked: str) -> None:
    tampered(case / "dataset.sqlite", f"UPDATE submissions SET checked = '{told}'")
    audit = Audit("round")
    with open_store(case) as store, Ledger.open(case, write=False) as ledger:
        files = sources_of(audit, ledger, store, TODAY, Setting(None, {}))
    assert {str(each.checked) for each in files.values()} == {checked}


# rounds and their specs


def test_rounds_are_found_by_what_came_back(made: Path, tmp_path: Path) -> None:
    """Never one that lies among returned files: what teams send says nothing about rounds."""
    assert set(rounds_at_hand([made], [])) == {made}
    assert set(rounds_at_hand([tmp_path], [made / "returned", made / "returned" / "AFG.xlsx"])) == {
        made
    }
    shutil.copytree(made, tmp_path / "round")
    shutil.copytree(made, tmp_path / "round" / "returned" / "sent")
    assert set(rounds_at_hand([tmp_path], [tmp_path / "round" / "returned" / "sent"])) == {
        tmp_path / "round"
    }


def test_rounds_that_are_not_at_hand(made: Path) -> None:
    with open_store(made) as store:
        assert list(rounds_not_at_hand(store, ["round"])) == []
        (line,) = rounds_not_at_hand(store, ["another"])
    assert line.startswith(
        "The folder of the round round is not available: signatures and teams (I006, "
    )


def test_the_spec_is_that_of_the_round(made: Path) -> None:
    round_ = load_round(made)
    with open_store(made) as store:
        assert list(faults_of_spec(store, round_)) == []
        digest = str(store.facts()["spec_digest"])[:16]
        assert list(faults_of_spec(store, replace(round_, spec_digest="0" * 64))) == [
            f"The dataset was made with another spec (digest {digest}) than the round has."
        ]


@pytest.fixture
def other_specs(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes the example with something put otherwise."""

    def write(old: str, new: str) -> Path:
        shutil.copytree("workbook_specs/example", tmp_path / "other")
        put_text(old, new)(tmp_path / "other" / "workbook.yaml")
        return tmp_path / "other"

    return write


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Workshop planner", "Planner", True),
        ('version: "1.0"', 'version: "1.1"', False),  # another version may say something else
        ("name: example", "name: other", False),  # which is not installed
    ],
)
def test_without_a_round_the_spec_is_that_which_is_installed(
    old: str, new: str, told: bool, other_specs: Callable[[str, str], Path]
) -> None:
    spec, installed = load(other_specs(old, new)), load("example")
    expected = (
        f"The dataset was made with another example 1.0 (digest {spec.digest[:16]}) than the one that is installed "
        f"({installed.digest[:16]})."
    )
    with temporary_dataset([], spec) as (store, _):
        assert list(faults_of_spec(store, None)) == [expected] * told


def test_a_dataset_without_a_spec_has_none_to_compare() -> None:
    with temporary_dataset([], None) as (store, _):
        assert list(faults_of_spec(store, None)) == []


# issued workbooks


def test_issued_workbooks_are_as_they_were_issued(made: Path) -> None:
    assert list(faults_of_issued(load_round(made), TODAY, 1)) == []


def test_issued_workbooks_that_were_changed(case: Path) -> None:
    """Also in a folder of their own."""
    second, moved = sorted((case / "issued").rglob("*.xlsx"))
    (case / "issued" / "asia").mkdir()
    first = moved.rename(case / "issued" / "asia" / moved.name)
    first.write_bytes(edited(first.read_bytes(), SHEETS, "workshop", "trial"))
    second.write_bytes(b"no workbook")
    spoilt, other = faults_of_issued(load_round(case), TODAY, 1)
    names = [path.relative_to(case).as_posix() for path in (first, second)]
    assert other.startswith(f"{names[0]} is not as it was issued: S023 at How to fill in!")
    assert spoilt.startswith(f"{names[1]} is not as it was issued: F")


# what is told


def differ(count: int) -> Iterator[Difference]:
    return (Difference(f"answers[{n}]", n, n + 1, source="dataset") for n in range(count))


def test_every_difference_counts_also_those_that_are_not_told() -> None:
    audit = Audit("round")
    audit.take(Part("dataset.sqlite", "dataset", differ(25)))
    audit.take(Part("dataset.sqlite", "dataset", differ(21)))
    told = list(audit.lines())
    assert len([each for each in told if each.startswith("answers[")]) == 40
    assert told[-2:] == [
        "dataset.sqlite: 6 more differences like these.",
        "Made again: 46 differences (0 returns of 0 read again, 0 files compared).",
    ]
    assert not audit.identical


def test_problems_come_first_and_notes_make_no_difference() -> None:
    audit = Audit("round", returns=3, read=3, files=1, notes=["Not compared."])
    assert audit.identical
    assert list(audit.lines()) == [
        "Not compared.",
        "Made again: identical (3 returns of 3 read again, 1 file compared).",
    ]
    audit.problems.append("A fault.")
    assert not audit.identical
    assert next(audit.lines()) == "A fault."
    assert list(audit.lines())[-1].startswith("Made again: 1 difference (")


@pytest.mark.parametrize(
    ("returns", "read", "chances"),
    [
        (200, 20, "of 1 forged return 90.0%; of 5 forged returns 58.7%"),
        (4, 1, "of 1 forged return 75.0%"),
        (6, 5, "of 1 forged return 16.7%; of 5 forged returns 0.0%"),
    ],
)
def test_a_sample_says_what_it_may_miss(returns: int, read: int, chances: str) -> None:
    audit = Audit("round", returns=returns, read=read, sampled=True)
    assert next(audit.lines()) == f"A sample: the chance that it has none {chances}."


@pytest.mark.parametrize("redacted", [False, True])
def test_as_json(redacted: bool) -> None:
    audit = Audit("round", redacted, returns=2, read=1, sampled=True)
    audit.take(Part("dataset.sqlite", "dataset", differ(1)))
    data = audit.data()
    assert data["schema"] == "hrge-xl/dataset-verification/1"
    assert (data["identical"], data["returns"], data["read_again"], data["sampled"]) == (
        False,
        2,
        1,
        True,
    )
    sides = {} if redacted else {"then": 0, "now": 1}
    assert data["differences"] == [{"kind": "changed", "file": None, "what": "answers[0]", **sides}]


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: Patch) -> None:
    monkeypatch.chdir(Path(__file__).parent.parent)
