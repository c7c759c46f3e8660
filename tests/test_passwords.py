"""Returns protected with a password: wherever returned files are read, one option opens them, and nothing tells it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import click
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from hrge_xl.auditing.again import Known
from hrge_xl.auditing.verify import Asked
from hrge_xl.cli import cli, run
from hrge_xl.cli.common import question
from hrge_xl.issuing import generate
from hrge_xl.rounds.rounds import init_round, orders
from hrge_xl.spec.load import load
from tests.test_consolidate import answers

SPEC, TODAY = load("example"), date(2026, 6, 30)
PASSWORD = "öffne dich, Sesam"
WAIVED = ("--reason", "So it is.", "--by", "office", "--ledger", "round")
DAY = ("--today", "2026-06-30")
READING = {
    "check", "compare", "consolidate", "decide", "export", "feedback", "generate", "refresh", "report", "spec diff",
    "status", "trace", "validate", "verify", "waive",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a round, in which PAK returned two protected versions, and the password in a file."""
    (tmp_path / "teams.csv").write_text("team,country\nPAK,PAK\n", encoding="utf-8")
    made = init_round(tmp_path / "round", "example", tmp_path / "teams.csv")
    (order,) = orders(made, TODAY)
    for name, more in (("PAK", {"PLN_03": None}), ("PAK_2", {})):
        plain = generate(SPEC, replace(order, answers=answers(**more)))
        with (made.folder / "returned" / f"{name}.xlsx").open("wb") as target:
            OOXMLFile(io.BytesIO(plain)).encrypt(PASSWORD, target)
    (tmp_path / "word.txt").write_text(f"{PASSWORD}\nanother line\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs a command with the password; what it says on stdout."""

    def say(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        assert run([*arguments, "--password-file", "word.txt"]) == code, capsys.readouterr()
        out, err = capsys.readouterr()
        assert PASSWORD not in out + err
        return out

    return say


def commands(group: click.Group, before: str = "") -> dict[str, click.Command]:
    """Every command by its words."""
    found: dict[str, click.Command] = {}
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        found |= (
            commands(command, f"{name} ") if isinstance(command, click.Group) else {before + name: command}
        )
    return found


def test_every_command_that_reads_returned_files_has_the_option() -> None:
    having = {
        name for name, command in commands(cli).items()
        if any("--password-file" in each.opts for each in command.params)
    }  # fmt: skip
    assert having == READING


def test_a_protected_return_goes_all_the_way(folder: Path, said: Callable[..., str]) -> None:
    assert json.loads(said("status", "round", "--json", *DAY))[0]["state"] == "accepted"
    assert "accepted" in said("check", "round/returned/PAK_2.xlsx", *DAY)
    assert json.loads(said("validate", "round", "--json", *DAY))["summary"]["refused"] == 0
    said("report", "round", "--format", "json", "-o", "reports", *DAY)
    assert "V001" in said("compare", "round/returned/PAK.xlsx", "round/returned/PAK_2.xlsx", *DAY)
    said("feedback", "round", "-o", "feedback", *DAY)
    assert run(["waive", "V001", "--file", "PAK.xlsx", *WAIVED, *DAY]) == 0  # of what was taken in with it
    for what, out in (("round", "dataset"), ("round/returned", "loose")):
        told = said("consolidate", what, "-o", out, *DAY)
        assert " 0 refused.\n" in told
        assert "2 new in this run." in told
    assert "Pairs: 1." in said("compare", "round", "loose", *DAY)
    assert "PAK_2.xlsx" in said("spec", "diff", "example", "example", "--returned", "round")
    said("generate", "example", "--country", "PAK", "--answers", "round/returned/PAK_2.xlsx")
    assert not [path for path in folder.rglob("*") if path.is_file() and tells(path)]


def tells(path: Path) -> bool:
    """Whether a file that was written holds the password, packed or not."""
    if path.name == "word.txt":
        return False
    data = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as package:
            data = b"".join(map(package.read, package.namelist()))
    return any(
        form in data
        for form in (PASSWORD.encode(), PASSWORD.encode("utf-16-le"), json.dumps(PASSWORD).encode())
    )


def test_a_password_that_cannot_be_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "word.txt").write_bytes("Sésame".encode("latin-1"))
    assert run(["status", "round", "--password-file", "word.txt"]) == 2
    assert "Save it as UTF-8 text" in capsys.readouterr().err


def test_no_request_shows_its_password(folder: Path) -> None:
    asked = question(["round"], TODAY, password=PASSWORD)
    assert asked.password == asked.request().password == PASSWORD
    known = Known((), {}, password=PASSWORD)
    shown = repr((asked, asked.request(), known, Asked(folder, [], password=PASSWORD)))
    assert PASSWORD not in shown
