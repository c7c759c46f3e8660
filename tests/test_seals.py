"""Seals: a report that changed after it was signed shows, and so does every change of the chain."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.audited import DAY, returned, round_folder, workbook
from tests.command_line import hrge, ran
from tests.fixture_types import Capsys, Folders, Patch

NAME = "B. Auditor"


pytestmark = pytest.mark.xdist_group("seals")  # what its fixtures play is played once


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: Folders) -> Path:
    """A consolidated folder with reports, beside the folder of what came back."""
    tmp_path = tmp_path_factory.mktemp("seals")
    came = returned(tmp_path / "returned", {"pak.xlsx": workbook("PAK")})[0].parent
    assert hrge("consolidate", came, "-o", tmp_path / "out", "--today", DAY) == 0
    formats = ("--format", "json", "--format", "html")
    assert hrge("report", came, *formats, "-o", tmp_path / "out" / "reports", "--today", DAY) == 0
    return tmp_path


@pytest.fixture
def report(untouched: Path, tmp_path: Path) -> Path:
    """A JSON report in a consolidated folder, to be written in."""
    shutil.copytree(untouched, tmp_path / "case")
    return tmp_path / "case" / "out" / "reports" / "validation.json"


def check(report: Path, *more: str) -> int:
    return hrge("sign", report, "--check", *more)


def verify(report: Path) -> int:
    return hrge("verify", report, "--returned", report.parents[2] / "returned")


def test_a_sealed_report_holds(report: Path, capsys: Capsys) -> None:
    before = report.read_bytes()
    assert check(report) == 1
    assert "validation.json has no seal." in capsys.readouterr().out
    told = ran("sign", report, "--by", NAME).out
    assert f"Sealed: seal 1 of validation.json, by {NAME}, 20" in told
    assert f"SHA-256 of the report: {hashlib.sha256(before).hexdigest()}" in told
    assert report.read_bytes() == before
    digest = told.rsplit(" ", 1)[1].strip()
    assert check(report) == 0
    assert check(report, "--digest", digest.upper()) == 0
    assert check(report, "--digest", "0" * 64) == 1
    capsys.readouterr()
    assert verify(report) == 0
    assert f"digest {digest}." in capsys.readouterr().out


def test_a_changed_report_shows(report: Path, capsys: Capsys) -> None:
    """Of when and how the run was started only the seal knows."""
    assert hrge("sign", report, "--by", NAME) == 0
    started, later = (b'"started": "2026-06-30T00:00:0%dZ"' % second for second in (0, 1))
    report.write_bytes(report.read_bytes().replace(started, later))
    assert check(report) == 1
    capsys.readouterr()
    assert verify(report) == 1
    told = capsys.readouterr().out
    assert "validation.json is not what was sealed under this name (seal 1 of validation.json" in told
    assert "Made again: identical" in told
    page = report.with_suffix(".html")
    assert hrge("sign", page, "--by", NAME) == 0
    assert check(page) == 0


def test_two_people_may_sign(report: Path, capsys: Capsys) -> None:
    for name in ("A. Coordinator", NAME):
        assert hrge("sign", report, "--by", name) == 0
    capsys.readouterr()
    assert check(report) == 0
    sealed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Sealed: ")]
    assert [line.split(", by ")[1].split(",")[0] for line in sealed] == ["A. Coordinator", NAME]
    lines = ran("sign", "--list", "--ledger", report.parents[1]).out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["1", "2"]


def test_tampering_with_the_chain_shows_everywhere_and_the_next_seal_is_made(
    report: Path, capsys: Capsys
) -> None:
    for _ in range(2):
        assert hrge("sign", report, "--by", NAME) == 0
    ledger = report.parents[1] / "ledger.sqlite"
    with sqlite3.connect(ledger) as connection:
        connection.execute("UPDATE entries SET by = 'Somebody' WHERE n = 2")
    words = "Entry 2 (seal 1 of validation.json) was changed after it was made"
    for command in (lambda: check(report), lambda: hrge("sign", "--list", "--ledger", ledger.parent)):
        capsys.readouterr()
        assert command() == 1
        assert words in capsys.readouterr().out
    said = ran("sign", report, "--by", NAME)
    assert "Sealed: seal 3 of validation.json" in said.out
    assert f"Before this seal: {words}" in said.err
    assert check(report) == 1
    assert (
        "But the chain is broken" not in capsys.readouterr().out
    )  # nothing is proved that could be taken back
    assert verify(report) == 1
    assert words in capsys.readouterr().out


def test_every_ledger_at_hand_is_looked_at(tmp_path: Path) -> None:
    """Also one that holds no seal: that of the round, beside the one of the dataset."""
    folder = round_folder(tmp_path)
    assert hrge("sign", folder, "--by", NAME) == 0
    assert hrge("consolidate", folder, "-o", tmp_path / "out", "--today", DAY) == 0
    assert hrge("report", folder, "--format", "json", "-o", tmp_path / "out" / "reports", "--today", DAY) == 0
    report = tmp_path / "out" / "reports" / "validation.json"
    for changed, code in ((False, 0), (True, 1)):
        if changed:
            with sqlite3.connect(folder / "ledger.sqlite") as connection:
                connection.execute("UPDATE entries SET by = 'Somebody' WHERE n = 1")
        found = (
            "ledger.sqlite: Entry 1 (seal 1 of round round) was changed"
            in ran(
                "verify", report, "--returned", folder / "returned", "--ledger", tmp_path / "out", code=code
            ).out
        )
        assert found == changed


def test_the_first_seal_of_a_round_makes_its_ledger(tmp_path: Path) -> None:
    folder = round_folder(tmp_path)
    report = folder / "reports" / "validation.json"
    report.write_text("{}", encoding="utf-8")
    assert not (folder / "ledger.sqlite").exists()
    assert hrge("sign", report, "--by", NAME) == 0
    assert check(report) == 0
    assert (folder / "ledger.sqlite").is_file()


def test_a_seal_survives_consolidating_again(report: Path) -> None:
    assert hrge("sign", report, "--by", NAME) == 0
    came = report.parents[2] / "returned"
    returned(came, {"mar.xlsx": workbook("MAR")})
    assert hrge("consolidate", came, "-o", report.parents[1], "--today", DAY) == 0
    assert check(report) == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sign",), "There is no ledger around"),
        (("sign", "lonely.json", "--by", "x"), "There is no ledger around"),
        (("sign", "lonely.json", "--by", "x", "--ledger", "."), "neither a round nor a consolidated folder"),
        (("sign", "out/reports/validation.json"), "A seal needs a name"),
        (("sign", "--ledger", "out"), "Say which report"),
        (("sign", "nowhere.json", "--by", "x"), "nowhere.json"),
    ],
)
def test_bad_usage(report: Path, words: tuple[str, ...], told: str, monkeypatch: Patch) -> None:
    monkeypatch.chdir(report.parents[2])
    Path("lonely.json").write_text("{}", encoding="utf-8")
    assert told in ran(*words, code=2).err


def test_the_digest_can_be_worked_out_by_hand(report: Path) -> None:
    """As the guide for auditors says."""
    for _ in range(2):
        assert hrge("sign", report, "--by", "Zoë") == 0
    with sqlite3.connect(report.parents[1] / "ledger.sqlite") as connection:
        rows = connection.execute(
            "SELECT kind, time, by, content, previous, key, digest FROM entries ORDER BY n"
        ).fetchall()
    before = "0" * 64
    for *parts, digest in rows:
        assert parts[4] == before
        text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
        before = hashlib.sha256(text.encode("utf-8")).hexdigest()
        assert digest == before
    assert [row[0] for row in rows] == ["receipt", "seal", "seal"]
    assert json.loads(rows[1][3])["sha256"] == hashlib.sha256(report.read_bytes()).hexdigest()
