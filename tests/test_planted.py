"""Nothing that a team sends is ever configuration: a round, a key, a ledger, a dataset, a spec."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hrge_xl import load, load_round
from hrge_xl.core.errors import RoundError, UsageError
from hrge_xl.rounds.rounds import round_around
from tests.audited import DAY, hrge, round_folder, workbook
from tests.face import find, open_store

ROOT = Path(__file__).parent.parent
PLANTED = ("round.yaml", "signing.key", "ledger.sqlite", "ledger.jsonl", "dataset.sqlite")


pytestmark = pytest.mark.xdist_group("planted")  # what its fixtures play is played once


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two rounds with a report: that of the office, where it is sealed; and a forger's, with a key of its own."""
    folder = tmp_path_factory.mktemp("rounds")
    for name in ("office", "forger"):
        (folder / name).mkdir()
        made = round_folder(folder / name)
        assert hrge("report", made, "--format", "json", "-o", made / "reports", "--today", DAY) == 0
    assert (
        hrge("sign", folder / "office" / "round" / "reports" / "validation.json", "--by", "office")
        == 0
    )
    return folder


@pytest.fixture
def genuine(rounds: Path, tmp_path: Path) -> Path:
    """The round of the office."""
    return shutil.copytree(rounds / "office" / "round", tmp_path / "round")


@pytest.fixture
def forger(rounds: Path, tmp_path: Path) -> Path:
    """The round of the forger."""
    return shutil.copytree(rounds / "forger" / "round", tmp_path / "forged")


def plant(forger: Path, place: Path) -> None:
    """What a team sends as a zip file, unpacked."""
    shutil.copytree(forger, place, dirs_exist_ok=True)


def validated(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, dict[str, Any]]:
    """What is said of each content, by its hash."""
    capsys.readouterr()
    hrge("validate", *words, "--json", "--today", DAY)
    return {row["sha256"]: row for row in reversed(json.loads(capsys.readouterr().out)["files"])}


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def codes(row: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in row["findings"]}


@pytest.mark.deep
@pytest.mark.parametrize("how", ["round", "returned", "inside", "planted round", "file"])
def test_a_round_among_returns_is_not_the_round(
    how: str,
    genuine: Path,
    forger: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The forged workbooks do not carry our signature; the genuine ones are read as if nothing lay there."""
    before, returned = validated(capsys, genuine), genuine / "returned"
    plant(forger, returned)
    if how == "inside":
        monkeypatch.chdir(returned)
    named = {
        "round": genuine,
        "returned": returned,
        "inside": Path(),
        "planted round": returned / "deeper",
    }
    plant(forger, returned / "deeper")
    rows = validated(capsys, named.get(how, returned / "returned" / "AFG.xlsx"))
    forged = rows[sha256(forger / "returned" / "AFG.xlsx")]
    assert "I006" in codes(forged)
    assert forged["verdict"] != "accepted"
    if how not in {"planted round", "file"}:
        assert {key: rows[key]["verdict"] for key in before} == {
            key: row["verdict"] for key, row in before.items()
        }
    if how != "file":
        planted = [rows[sha256(forger / name)] for name in PLANTED]
        assert [codes(row) for row in planted] == [{"F070"}] * len(PLANTED)


def test_a_workbook_by_the_name_of_a_key_is_a_workbook(
    genuine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(genuine / "returned" / "AFG.xlsx", genuine / "returned" / "signing.key")
    assert "F070" not in str(validated(capsys, genuine))


def test_a_folder_of_returns_without_a_round_is_none_either(
    forger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(forger, tmp_path / "mail" / "returned")
    rows = validated(capsys, tmp_path / "mail" / "returned")
    assert rows[sha256(forger / "returned" / "AFG.xlsx")]["read_for"] is None
    assert codes(rows[sha256(forger / "signing.key")]) == {"F070"}


def test_a_planted_ledger_seals_nothing(
    genuine: Path, forger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report was changed, and the changed one sealed in a ledger that lies among the returns."""
    report = genuine / "reports" / "validation.json"
    plant(forger, genuine / "returned")
    report.write_text(report.read_text(encoding="utf-8").replace("PAK", "PAX", 1), encoding="utf-8")
    shutil.copy(report, forger / "reports" / "validation.json")
    assert hrge("sign", forger / "reports" / "validation.json", "--by", "forger") == 0
    shutil.copy(forger / "ledger.sqlite", genuine / "returned" / "ledger.sqlite")
    for folder in ("returned", "returned/returned", "returned/reports"):
        capsys.readouterr()
        assert hrge("verify", report, "--returned", genuine / folder) == 1
        said = capsys.readouterr().out
        assert "by forger" not in said
        assert "by office" in said
    assert hrge("verify", report, "--returned", genuine, "--ledger", genuine / "returned") == 2


def test_nothing_is_written_or_looked_up_among_returns(
    genuine: Path, forger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(forger, genuine / "returned")
    place, report = genuine / "returned", genuine / "reports" / "validation.json"
    before = sha256(place / "ledger.sqlite")
    for words in (
        ("status", place),
        ("generate", place),
        ("decide", place),
        ("waive", "--list", "--ledger", place),
        ("sign", report, "--check", "--ledger", place),
        ("sign", place / "reports" / "validation.json", "--check"),
        ("trace", "answers", "1", "--data", place),
        ("export", place, "--table", "teams", "-o", tmp_path / "x.csv"),
        ("consolidate", genuine, "-o", place),
        ("validate", genuine, "--ledger", place),
        ("check", place / "AFG.xlsx", "--spec", place),
        ("round", "update-spec", place),
    ):
        capsys.readouterr()
        assert hrge(*words) in {2, 3}, words
        said = capsys.readouterr().err
        assert "among returned files" in said or "no ledger around the report" in said, words
    assert sha256(place / "ledger.sqlite") == before


def test_a_round_among_returns_is_never_loaded(genuine: Path, forger: Path) -> None:
    plant(forger, genuine / "returned" / "deep")
    with pytest.raises(RoundError, match="among returned files"):
        load_round(genuine / "returned" / "deep")
    assert round_around(genuine / "returned" / "deep" / "returned" / "AFG.xlsx") == genuine
    assert round_around(genuine / "reports" / ".." / "returned" / "x.xlsx") == genuine
    assert round_around(genuine / "returned" / ".." / "x.xlsx") is None


def test_a_name_is_the_spec_that_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder of the same name lies in the current one, with other questions."""
    shutil.copytree(find("example"), tmp_path / "example")
    head = tmp_path / "example" / "workbook.yaml"
    head.write_text(
        head.read_text(encoding="utf-8").replace('version: "', 'version: "9'), encoding="utf-8"
    )
    own = load("example")
    monkeypatch.chdir(tmp_path)
    assert load("example").digest == own.digest
    assert load("./example").version == "9" + own.version
    assert load(Path("example")).version == "9" + own.version
    assert hrge("spec", "check", "example") == 0
    said = capsys.readouterr()
    assert f"{own.name} {own.version}:" in said.out
    assert "write ./example" in said.err.replace("\\", "/")
    (tmp_path / "teams.csv").write_text("team,country\nAFG,AFG\n", encoding="utf-8")
    assert hrge("round", "init", "round", "--spec", "example", "--teams", "teams.csv") == 0
    assert load_round(tmp_path / "round").spec_digest == own.digest
    (tmp_path / "came").mkdir()
    (tmp_path / "came" / "PAK.xlsx").write_bytes(workbook("PAK"))
    assert hrge("consolidate", "came", "-o", "out", "--spec", "example", "--today", DAY) == 0
    with open_store(tmp_path / "out") as store:
        assert store.facts()["spec_digest"] == own.digest


def test_a_bare_name_that_is_only_a_folder_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(find("example"), tmp_path / "ours")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"write \.[/\\]ours"):
        load("ours")


@pytest.mark.parametrize("planted", ["round", "dataset"])
def test_a_folder_of_returns_is_no_round_whatever_lies_in_it(
    planted: str, forger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Round, key and ledger, or a dataset, came into the folder of a mail with the workbooks of other teams."""
    mail = tmp_path / "mail"
    plant(forger, mail)
    for name in ("round.yaml", "signing.key") if planted == "dataset" else ("dataset.sqlite",):
        (mail / name).unlink()
    (mail / "PAK.xlsx").write_bytes(workbook("PAK"))
    for words in (
        ("validate", mail),
        ("validate", mail, "--json"),
        ("consolidate", mail, "-o", tmp_path / "out"),
        ("report", mail, "-o", tmp_path / "reports"),
        ("feedback", mail, "-o", tmp_path / "feedback"),
        ("compare", mail, forger),
        ("validate", forger, mail),
        ("export", mail, "-o", tmp_path / "x.xlsx"),
    ):
        capsys.readouterr()
        assert hrge(*words, *(("--today", DAY) if words[0] != "export" else ())) == 2, words
        said = capsys.readouterr()
        assert "PAK.xlsx" in said.err, said
        assert said.out == ""
    assert not (tmp_path / "out").exists()
    if planted == "round":
        shutil.rmtree(mail / "returned")
        assert hrge("validate", mail, "--today", DAY) == 2
    (mail / "round.yaml").unlink(missing_ok=True)
    (mail / "dataset.sqlite").unlink(missing_ok=True)
    row = validated(capsys, mail)[sha256(mail / "PAK.xlsx")]
    assert (row["read_for"], "I006" in codes(row)) == (None, False)


def test_files_of_a_round_say_by_whose_key_they_are_read(
    forger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Within a folder a round is none; named by its files, it is told."""
    plant(forger, tmp_path / "mail" / "2026")
    rows = validated(capsys, tmp_path / "mail")
    assert rows[sha256(forger / "returned" / "AFG.xlsx")]["read_for"] is None
    assert codes(rows[sha256(forger / "round.yaml")]) == {"F070"}
    file = tmp_path / "mail" / "2026" / "returned" / "AFG.xlsx"
    told = f"by the spec, key and teams of the round in {tmp_path / 'mail' / '2026'}"
    for words in (
        ("validate", file),
        ("check", file),
        ("consolidate", file, "-o", tmp_path / "out"),
    ):
        capsys.readouterr()
        hrge(*words, "--today", DAY)
        assert told in capsys.readouterr().err, words


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE spec_files SET content = 'a: [' || content WHERE path = 'workbook.yaml'",
        pytest.param(
            "UPDATE spec_files SET content = content || '# more' WHERE path = 'rules.yaml'",
            marks=pytest.mark.deep,
        ),
        pytest.param(
            "UPDATE spec_files SET path = '../x.yaml' WHERE path = 'rules.yaml'",
            marks=pytest.mark.deep,
        ),
        pytest.param("DELETE FROM spec_files WHERE path = 'workbook.yaml'", marks=pytest.mark.deep),
        pytest.param("DELETE FROM spec_files", marks=pytest.mark.deep),
    ],
)
def test_an_edited_spec_is_named_as_such(change: str, genuine: Path) -> None:
    """And not what is wrong with its YAML, which nobody asked about."""
    with closing(sqlite3.connect(genuine / "dataset.sqlite")) as database, database:
        database.execute(change)
    command = [
        sys.executable,
        "-m",
        "hrge_xl",
        "verify",
        genuine,
    ]  # anew: a spec that was loaded is known
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=ROOT)
    assert done.returncode in (1, 5)
    message = done.stdout + done.stderr
    assert re.search(
        r"spec_files.* was changed|spec_files, row .*is missing|spec that it carries", message
    )
    assert "YAML" not in message
