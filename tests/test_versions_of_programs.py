"""Which version of the program made something stands in it; what a newer one made is read, with one sentence."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from hrge_xl import __version__
from tests.audited import DAY, edited, round_folder
from tests.command_line import ran
from tests.databases import LEDGER, queried, tampered
from tests.fixture_types import Folders, Patch

pytestmark = pytest.mark.xdist_group("versions of programs")  # its round is played once

PROPERTIES = r"docProps/custom\.xml"
STATED = rf'(name="hrge_program"><vt:lpwstr>){__version__}'
NEWER = "9.1"
ANOTHER_FIELD = (
    '<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="90" name="hrge_colour">'
    "<vt:lpwstr>blue</vt:lpwstr></property></Properties>"
)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: Folders) -> Path:
    folder = round_folder(tmp_path_factory.mktemp("versions"))
    ran("report", folder, "--format", "json", "-o", folder / "reports", "--today", DAY, code=None)
    return folder


@pytest.fixture
def round_(untouched: Path, tmp_path: Path) -> Path:
    return shutil.copytree(untouched, tmp_path / "round")


def returned_workbook(round_: Path) -> Path:
    return sorted((round_ / "returned").glob("*.xlsx"))[0]


def file_row(path: Path, round_: Path) -> dict[str, object]:
    """What `validate` tells of a file, without what is another one's of the same content."""
    said = ran("validate", path, "--spec", round_, "--json", "--today", DAY, code=None)
    (row,) = json.loads(said.out)["files"]
    return {name: row[name] for name in ("identity", "verdict", "findings")}


def test_a_workbook_says_which_version_issued_it(round_: Path) -> None:
    identity = file_row(returned_workbook(round_), round_)["identity"]
    assert isinstance(identity, dict)
    assert (identity["program"], identity["signature"]) == (__version__, "valid")


def test_a_workbook_of_an_earlier_version_is_as_genuine(round_: Path) -> None:
    path = returned_workbook(round_)
    now = file_row(path, round_)
    path.write_bytes(
        edited(path.read_bytes(), PROPERTIES, rf"<property [^>]*{STATED}.*?</property>", "")
    )
    earlier = file_row(path, round_)
    assert isinstance(now["identity"], dict)
    now["identity"].pop("program")
    assert earlier == now


def test_a_workbook_of_a_newer_version_is_read_with_one_sentence(round_: Path) -> None:
    path = returned_workbook(round_)
    now = file_row(path, round_)
    newer = edited(path.read_bytes(), PROPERTIES, STATED, rf"\g<1>{NEWER}")
    path.write_bytes(edited(newer, PROPERTIES, "</Properties>", ANOTHER_FIELD))
    assert isinstance(now["identity"], dict)
    assert file_row(path, round_) == now | {"identity": now["identity"] | {"program": NEWER}}
    said = ran("validate", path, "--spec", round_, "--today", DAY, code=None).err
    assert said.count(f"was issued by hrge-xl {NEWER}, which is newer than") == 1
    told = ran("status", round_, "--today", DAY, code=None)
    assert f"was issued by hrge-xl {NEWER}" in " ".join((told.out + told.err).split())


@pytest.mark.parametrize("stated", ["soon", "9.&#x202E;1", "1." * 40 + "9"])
def test_what_is_no_version_is_not_repeated(stated: str, round_: Path) -> None:
    path = returned_workbook(round_)
    path.write_bytes(edited(path.read_bytes(), PROPERTIES, STATED, rf"\g<1>{stated}"))
    said = ran("validate", path, "--spec", round_, "--today", DAY, code=None)
    assert "was issued by hrge-xl" not in said.out + said.err


def test_the_dataset_says_which_version_made_it(round_: Path) -> None:
    assert queried(round_, "SELECT value FROM meta WHERE name = 'program'") == [(__version__,)]


@pytest.mark.deep
def test_a_dataset_of_another_version_is_verified(round_: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr("hrge_xl.dataset.ingest.__version__", NEWER)
    ran("consolidate", round_, "--no-resume", "--today", DAY, code=None)
    assert queried(round_, "SELECT value FROM meta WHERE name = 'program'") == [(NEWER,)]
    assert "identical" in ran("verify", round_).out


def test_every_entry_of_the_ledger_says_which_version_made_it(round_: Path) -> None:
    journal = [
        json.loads(line) for line in (round_ / "ledger.jsonl").read_text("utf-8").splitlines()
    ]
    entries = [json.loads(line["content"]) for line in journal if "content" in line]
    assert {entry["program"] for entry in entries} == {__version__}


@pytest.mark.deep
def test_entries_of_a_newer_version_are_named_as_such(round_: Path) -> None:
    """One of a kind that is known, with a field that is not; one of a kind that is not known."""
    path = next(path for path in (round_ / "returned").glob("*.xlsx"))
    by = ("--by", "Office", "--reason", "Sent by mistake", "--today", DAY)
    ran("decide", round_, path.name, "--withdraw", *by)
    add_entry(
        round_, "decision", {"program": NEWER, "colour": "blue", "number": 2, "choice": "use"}
    )
    told = ran("decide", round_, "--today", DAY)
    assert "Sent by mistake" in told.out
    add_entry(round_, "colouring", {"program": NEWER, "number": 1})
    told = ran("verify", round_, code=None)
    assert (
        f"(colouring) was made by hrge-xl {NEWER}, which is newer than this program"
        in told.out + told.err
    )
    assert "was not made by this program" not in told.out + told.err


def add_entry(round_: Path, kind: str, content: dict[str, object]) -> None:
    """Enter into the ledger what a newer program might, like the last entry in everything else."""
    columns = ("n", "kind", "time", "by", "content", "previous", "digest", "key", "signature")
    names = ", ".join(f'"{name}"' for name in columns)
    ledger = round_ / LEDGER
    row = queried(ledger, f"SELECT {names} FROM entries ORDER BY n DESC LIMIT 1")[0]
    last = dict(zip(columns, row, strict=True))
    text = json.dumps(json.loads(last["content"]) | content)
    entry = last | {"n": last["n"] + 1, "kind": kind, "content": text, "previous": last["digest"]}
    digested = [entry[name] for name in ("kind", "time", "by", "content", "previous", "key")]
    canonical = json.dumps(digested, ensure_ascii=False, separators=(",", ":"))
    entry["digest"] = hashlib.sha256(canonical.encode()).hexdigest()
    tampered(
        ledger, f"INSERT INTO entries ({names}) VALUES ({', '.join('?' * 9)})", *entry.values()
    )
    with (round_ / "ledger.jsonl").open("a", encoding="utf-8") as journal:
        journal.write(json.dumps(entry) + "\n")


@pytest.mark.deep
def test_a_report_of_a_newer_version_is_verified_and_named(round_: Path) -> None:
    path = round_ / "reports" / "validation.json"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace(f'"engine_version": "{__version__}"', f'"engine_version": "{NEWER}"'), "utf-8"
    )
    told = ran("verify", path, "--returned", round_ / "returned", code=None)
    assert f"hrge-xl {NEWER} made the report; this is {__version__}." in " ".join(
        (told.out + told.err).split()
    )
