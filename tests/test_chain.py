"""The chain of what people enter into a ledger: whatever is changed in it from outside is told, and work goes on."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hrge_xl import Arrived
from hrge_xl.ledger.chain import TEXTS, LedgerEntry
from tests.audited import DAY, returned, round_folder, workbook
from tests.command_line import hrge, ran
from tests.databases import LEDGER, queried, tampered
from tests.face import Arrival, Ledger, faults
from tests.fixture_types import Folders

pytestmark = pytest.mark.xdist_group("chain")  # what its fixtures play is played once
ABOUT = {
    1: "receipt 1 of returned/AFG.xlsx and 1 more",
    2: "waiver 1 of V001 in PAK.xlsx",
    3: "waiver 2 of V001 in PAK.xlsx",
    4: "withdrawal 1, of waiver 2",
    5: "decision 1 about AFG.xlsx",
    6: "decision 2 about AFG.xlsx",
    7: "seal 1 of notes.txt",
    8: "seal 2 of round round",
    9: "receipt 2 of returned/PAK_2.xlsx",
}
CHAIN = list(ABOUT)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: Folders) -> Path:
    """A round whose ledger has entries of every kind, as `ABOUT` says."""
    place = tmp_path_factory.mktemp("chain")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        folder = round_folder(Path())
        why = ("--by", "A. Coordinator", "--ledger", folder, "--today", DAY)
        accept = ("waive", "V001", "--file", "PAK.xlsx", "--reason", "Nobody knows")
        (folder / "reports" / "notes.txt").write_text("Notes", encoding="utf-8")
        assert hrge("sign", "--new-key", "mine.pem") == 0
        for words in (
            ("consolidate", folder, "--received", DAY, "--today", DAY),
            (*accept, *why),
            (*accept, *why),
            ("waive", "--withdraw", 2, *why),
            (
                "decide",
                folder,
                "AFG.xlsx",
                "--withdraw",
                "--reason",
                "By mistake",
                "--by",
                "office",
            ),
            ("decide", folder, "AFG.xlsx", "--undo", "--reason", "It was right", "--by", "office"),
            ("sign", folder / "reports" / "notes.txt", "--by", "B. Auditor", "--key", "mine.pem"),
            ("sign", folder, "--by", "B. Auditor"),
        ):
            assert hrge(*words) == 0, words
        returned(folder / "returned", {"PAK_2.xlsx": workbook("PAK")})
        assert hrge("consolidate", folder, "--received", DAY, "--today", DAY) == 0
    return place / folder


@pytest.fixture
def folder(untouched: Path, tmp_path: Path) -> Path:
    return shutil.copytree(untouched, tmp_path / "round")


def edit(folder: Path, statement: str, *values: object) -> None:
    """Change the ledger as anybody can who may write into the folder."""
    tampered(folder / LEDGER, statement, *values)


def renumber(folder: Path, numbers: dict[int, int]) -> None:
    for old in numbers:
        edit(folder, "UPDATE entries SET n = -n WHERE n = ?", old)
    for old, new in numbers.items():
        edit(folder, "UPDATE entries SET n = ? WHERE n = ?", new, -old)


def told(folder: Path) -> list[str]:
    with Ledger.open(folder, write=False) as ledger:
        return list(faults(ledger))


def test_a_chain_as_it_was_made_is_whole(untouched: Path) -> None:
    assert told(untouched) == []
    with Ledger.open(untouched, write=False) as ledger:
        assert {entry.n: entry.about for entry in ledger.chain()} == ABOUT


# entries changed, taken out, moved and put in


@pytest.mark.parametrize("column", TEXTS)
@pytest.mark.parametrize("n", CHAIN)
def test_every_changed_column_of_every_kind_is_told(folder: Path, n: int, column: str) -> None:
    edit(folder, f"UPDATE entries SET {column} = {column} || 'x' WHERE n = ?", n)
    assert any(each.startswith(f"Entry {n} (") for each in told(folder))


@pytest.mark.parametrize("n", [n for n in CHAIN if n not in (1, 9)])
def test_what_a_changed_entry_is_about_is_told(folder: Path, n: int) -> None:
    edit(folder, "UPDATE entries SET by = 'Somebody else' WHERE n = ?", n)
    assert told(folder) == [
        f"Entry {n} ({ABOUT[n]}) was changed after it was made: its digest does not fit what it says."
    ]


@pytest.mark.parametrize("n", CHAIN[:-1])
def test_every_missing_entry_is_told(folder: Path, n: int) -> None:
    edit(folder, "DELETE FROM entries WHERE n = ?", n)
    found = told(folder)
    after = f"after entry {n - 1} ({ABOUT.get(n - 1)}) comes" if n > 1 else "the first one is"
    assert f"Entry {n} is missing: {after} entry {n + 1} ({ABOUT[n + 1]})." in found


def test_which_one_is_missing_is_told_where_its_kind_shows_it(folder: Path) -> None:
    edit(folder, "DELETE FROM entries WHERE n IN (2, 5, 7)")
    assert {
        "Waiver 1 is missing: there is waiver 2.",
        "Decision 1 is missing: there is decision 2.",
        "Seal 1 is missing: there is seal 2.",
    } <= set(told(folder))


@pytest.mark.parametrize("n", CHAIN[:-1])
def test_an_entry_that_was_taken_out_with_its_number_is_told(folder: Path, n: int) -> None:
    """The others are counted anew, so that no number is missing."""
    edit(folder, "DELETE FROM entries WHERE n = ?", n)
    renumber(folder, {other: other - 1 for other in CHAIN if other > n})
    assert any(
        each.startswith(f"Entry {n} ({ABOUT[n + 1]}) does not follow") for each in told(folder)
    )


@pytest.mark.parametrize("n", CHAIN[:-1])
def test_two_entries_in_each_other_s_place_are_told(folder: Path, n: int) -> None:
    renumber(folder, {n: n + 1, n + 1: n})
    found = told(folder)
    assert any(
        each.startswith(f"Entry {n} ({ABOUT[n + 1]}) is not in its original place")
        for each in found
    )
    assert any(
        each.startswith(f"Entry {n + 1} ({ABOUT[n]}) is not in its original place")
        for each in found
    )


@pytest.mark.parametrize("n", CHAIN[1:])
def test_an_entry_that_was_put_in_is_told(folder: Path, n: int) -> None:
    """Made as ours are, by the law of the chain: what comes after it does not follow it."""
    renumber(folder, {other: other + 1 for other in CHAIN if other >= n})
    with Ledger.open(folder) as ledger:
        before = ledger.chain()[n - 2]
    made = LedgerEntry(n, "decision", "2026-07-01T00:00:00Z", "office", "{}", before.digest)
    edit(
        folder,
        "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, '', '')",
        n,
        made.kind,
        made.time,
        made.by,
        made.content,
        made.previous,
        made.right_digest,
    )
    found = told(folder)
    wrong = "was not made by this program: it does not hold what such an entry holds."
    assert f"Entry {n} (decision) {wrong}" in found
    assert any(
        each.startswith(f"Entry {n + 1} ({ABOUT[n]}) is not in its original place")
        for each in found
    )


@given(data=st.data(), n=st.sampled_from(CHAIN), column=st.sampled_from(["n", *TEXTS]))
def test_any_single_change_of_any_column_is_told(
    untouched: Path, data: st.DataObject, n: int, column: str
) -> None:
    others = [value for (value,) in queried(untouched / LEDGER, f"SELECT {column} FROM entries")]
    ((before,),) = queried(untouched / LEDGER, f"SELECT {column} FROM entries WHERE n = ?", n)
    texts = (
        st.text(st.characters(exclude_categories=["Cs"])) | st.binary() | st.sampled_from(others)
    )
    value = data.draw(
        st.integers(-(2**63), 2**63 - 1).filter(lambda n: n not in CHAIN)
        if column == "n"
        else texts
    )
    assume(value != before and value != str(before).encode())
    with TemporaryDirectory() as place:
        shutil.copyfile(untouched / "ledger.sqlite", Path(place) / "ledger.sqlite")
        edit(Path(place), f"UPDATE entries SET {column} = ? WHERE n = ?", value, n)
        named = value if column == "n" else n
        assert any(each.startswith(f"Entry {named} (") for each in told(Path(place)))


# what came


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE files SET n = 7 WHERE n = 1",
            "it says number 7 instead of 1, as receipt 1 has it.",
        ),
        (
            "UPDATE files SET received = '2026-01-01' WHERE n = 1",
            "it says day 2026-01-01 instead of 2026-06-30",
        ),
        ("UPDATE files SET path = 'x.xlsx' WHERE n = 1", "it says path x.xlsx instead of"),
        ("UPDATE files SET stated = 0 WHERE n = 1", "it says day stated False instead of True"),
        ("DELETE FROM files WHERE n = 1", "Receipt 1 is about returned/AFG.xlsx ("),
        (
            "INSERT INTO files (sha256, n, path) VALUES ('ff', 9, 'new.xlsx')",
            "new.xlsx (ff) is in the table of files",
        ),
        ("DELETE FROM entries WHERE n = 9", "PAK_2.xlsx ("),
    ],
)
def test_files_are_held_against_their_receipts(folder: Path, statement: str, words: str) -> None:
    edit(folder, statement)
    assert any(words in each for each in told(folder))


def test_one_content_at_two_places_of_one_run_is_two_although_neither_is_at_hand(
    tmp_path: Path,
) -> None:
    """As of two rounds whose files are known by their ledgers only."""
    with Ledger.open(tmp_path) as ledger:
        ledger.receive([Arrival(name, "aa", 1) for name in ("a.xlsx", "b.xlsx")], Arrived())
        assert [place.path for place in ledger.locations()["aa"]] == ["a.xlsx", "b.xlsx"]


def test_files_that_are_seen_again_get_no_second_receipt(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        for names in (("a", "b"), ("b", "a"), ("c", "a")):
            ledger.receive(
                [Arrival(name, name * 64, 1) for name in names],
                Arrived(date(2026, 7, 1), stated=True),
            )
        assert [entry.about for entry in ledger.chain()] == [
            "receipt 1 of a and 1 more",
            "receipt 2 of c",
        ]
        assert list(faults(ledger)) == []


# work goes on


WAIVE = (
    "waive",
    "V001",
    "--file",
    "PAK.xlsx",
    "--reason",
    "Still",
    "--by",
    "A. Coordinator",
    "--today",
    DAY,
)


@pytest.mark.parametrize("gone", [2, 3])
def test_after_a_waiver_was_deleted_the_next_one_can_be_given(folder: Path, gone: int) -> None:
    edit(folder, "DELETE FROM entries WHERE n = ?", gone)
    said = ran(*WAIVE, "--ledger", folder)
    number = 3 if gone == 2 else 2
    assert said.out.startswith(f"{number}: V001 PAK.xlsx (")
    assert "What people entered into" in said.err
    assert f"Entry {gone} is missing" in said.err


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("DELETE FROM entries WHERE n = 6", marks=pytest.mark.deep),
        "UPDATE entries SET content = '' WHERE n = 6",
    ],
)
def test_every_command_warns_of_a_broken_chain_and_does_its_work(
    folder: Path, statement: str
) -> None:
    edit(folder, statement)
    for words in (
        ("status", folder, "--today", DAY),
        ("consolidate", folder, "--today", DAY),
        ("waive", "--list", "--ledger", folder),
        (*WAIVE, "--ledger", folder),
        ("decide", folder),
        (
            "decide",
            folder,
            "AFG.xlsx",
            "--use",
            "--reason",
            "Right",
            "--by",
            "office",
            "--today",
            DAY,
        ),
        ("sign", folder, "--by", "B. Auditor"),
    ):
        assert "Entry 6" in ran(*words).err, words
    for words in (
        ("sign", "--list", "--ledger", folder),
        ("sign", folder, "--check"),
        ("verify", folder),
    ):
        assert "Entry 6" in ran(*words, code=1).out, words


def test_nothing_is_said_of_a_chain_that_is_whole(folder: Path) -> None:
    for words in (
        ("status", folder, "--today", DAY),
        ("decide", folder),
        ("consolidate", folder, "--today", DAY),
    ):
        assert "warning" not in ran(*words).err


def test_the_highest_number_is_no_end_without_a_word(folder: Path) -> None:
    edit(folder, "UPDATE entries SET n = ? WHERE n = 9", 2**63 - 1)
    said = ran("sign", folder, "--by", "B. Auditor", code=5).err
    assert "none can follow: it was changed from outside" in said


def test_what_only_something_else_shows(folder: Path) -> None:
    """The last entries taken away: the chain before them is whole, the journal and the table of files know better."""
    edit(folder, "DELETE FROM entries WHERE n > 7")
    assert "is in ledger.jsonl but not in the ledger" in " ".join(told(folder))
    (folder / "ledger.jsonl").unlink()
    assert [each[:29] for each in told(folder)] == [
        "returned/PAK_2.xlsx (" + sha_of(folder, "PAK_2.xlsx")[:8]
    ]
    edit(folder, "DELETE FROM files WHERE path LIKE '%PAK_2.xlsx'")
    assert told(folder) == []


def sha_of(folder: Path, name: str) -> str:
    ((found,),) = queried(folder / LEDGER, "SELECT sha256 FROM files WHERE path LIKE ?", f"%{name}")
    return str(found)


# ledgers of other versions


def test_a_ledger_of_a_later_version_is_left_alone(folder: Path) -> None:
    edit(folder, "PRAGMA user_version = 4")
    assert "newer version" in ran("waive", "--list", "--ledger", folder, code=5).err
