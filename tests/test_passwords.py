"""Returns protected with a password: wherever returned files are read, one option opens them, and nothing tells it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copytree

import click
import openpyxl
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from hrge_xl import DatasetRequest, generate, init_round, load, load_round
from hrge_xl.audit.files_again import Setting
from hrge_xl.cli import run
from tests.command_line import ran
from tests.face import VerificationRequest, cli, orders
from tests.telling import telling
from tests.test_consolidate import answers
from tests.test_senders import begun, workbook

SPEC, TODAY = load("example"), date(2026, 6, 30)
PASSWORD = "öffne dich, Sesam"
WAIVED = ("--reason", "So it is.", "--by", "office", "--ledger", "round")
DAY = ("--today", "2026-06-30")
READING = {
    "check",
    "compare",
    "consolidate",
    "decide",
    "drafts",
    "export",
    "feedback",
    "generate",
    "refresh",
    "remind",
    "report",
    "round close",
    "round init",
    "spec diff",
    "spec draft",
    "spec import",
    "spec translate",
    "status",
    "trace",
    "validate",
    "verify",
    "waive",
}


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
            commands(command, f"{name} ")
            if isinstance(command, click.Group)
            else {before + name: command}
        )
    return found


def test_every_command_that_reads_workbooks_has_the_option() -> None:
    having = {
        name
        for name, command in commands(cli).items()
        if any("--password-file" in each.opts for each in command.params)
    }
    assert having == READING


def test_a_protected_return_goes_all_the_way(folder: Path, said: Callable[..., str]) -> None:
    assert json.loads(said("status", "round", "--json", *DAY))[0]["state"] == "accepted"
    assert "accepted" in said("check", "round/returned/PAK_2.xlsx", *DAY)
    assert json.loads(said("validate", "round", "--json", *DAY))["summary"]["refused"] == 0
    said("report", "round", "--format", "json", "-o", "reports", *DAY)
    assert "V001" in said("compare", "round/returned/PAK.xlsx", "round/returned/PAK_2.xlsx", *DAY)
    said("feedback", "round", "-o", "feedback", *DAY)
    assert (
        run(["waive", "V001", "--file", "PAK.xlsx", *WAIVED, *DAY]) == 0
    )  # of what was taken in with it
    for what, out in (("round", "dataset"), ("round/returned", "loose")):
        told = said("consolidate", what, "-o", out, *DAY)
        assert " 0 refused.\n" in told
        assert "2 new in this run." in told
    assert "Pairs: 1." in said("compare", "round", "loose", *DAY)
    assert "PAK_2.xlsx" in said("spec", "diff", "example", "example", "--returned", "round")
    said("generate", "example", "--country", "PAK", "--answers", "round/returned/PAK_2.xlsx")
    assert not [path for path in folder.rglob("*") if path.is_file() and tells(path)]


def protect(path: Path, password: str = PASSWORD) -> None:
    """Protect a workbook with a password, as Excel does it."""
    plain = path.read_bytes()
    with path.open("wb") as target:
        OOXMLFile(io.BytesIO(plain)).encrypt(password, target)


def two_teams(folder: Path) -> Path:
    """A round of which two teams return workbooks under passwords of their own."""
    round_ = begun(folder)
    for team, password in (("Odesa", PASSWORD), ("Minsk", " Minsk, 2026 ")):
        place = round_ / "returned" / f"{team}.xlsx"
        place.write_bytes(workbook(round_, team))
        protect(place, password)
    return round_


@pytest.mark.deep
def test_passwords_by_team(tmp_path: Path) -> None:
    """By code or address, in a file of the round: no command needs to be told, and none tells them."""
    round_, day = two_teams(tmp_path), ("--today", "2026-07-08")
    assert "Ask again: Minsk.xlsx, Odesa.xlsx." in " ".join(
        ran("refresh", round_, *day, code=4).out.split()
    )
    passwords = (
        f'team,password\nodesa@example.org,"{PASSWORD}"\nMINSK,wrong\nMinsk," Minsk, 2026 "\n'
    )
    (round_ / "passwords.csv").write_text(passwords, "utf-8-sig")
    said = [ran("refresh", round_, *day)]
    assert "2 accepted" in said[0].out
    said.append(ran("validate", round_ / "returned" / "Odesa.xlsx", *day))
    said.append(ran("consolidate", round_, "-o", tmp_path / "year", *day))
    said.append(ran("verify", round_))
    said.append(ran("report", round_, "--format", "json", "-o", tmp_path / "report.json", *day))
    assert not any(word in text for text in map(str, said) for word in (PASSWORD, "Minsk, 2026"))
    assert not [path for path in tmp_path.rglob("[!p]*") if path.is_file() and tells(path)]


def test_mistakes_in_a_list_of_passwords(tmp_path: Path) -> None:
    round_ = two_teams(tmp_path)
    (round_ / "passwords.csv").write_text("Odessa;one\nMinsk;\nnobody@example.org;two\n", "utf-8")
    told = " ".join(ran("status", round_, code=3).err.split())
    assert (
        "passwords.csv: line 1: there is no team 'Odessa', and none has that address. Did you mean 'Odesa'?"
        in told
    )
    assert "passwords.csv: line 2: there is no password behind 'Minsk'." in told
    assert "line 3: there is no team 'nobody@example.org'" in told


def test_a_protected_team_list(
    folder: Path, said: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["team", "country"])
    book.active.append(["Lahore", "Pakistan"])
    book.save("teams.xlsx")
    protect(folder / "teams.xlsx")
    init = ("round", "init", "second", "--spec", "example", "--teams", "teams.xlsx")
    assert run([*init]) == 3
    assert "protected with a password" in (told := capsys.readouterr().err)
    assert "--password-file" in told
    assert "Lahore  PAK" in said(*init, "--dry-run")
    assert "1 team." in said(*init)


def test_a_protected_workbook_of_translators(folder: Path, said: Callable[..., str]) -> None:
    translate = ("spec", "translate", "./mine", "--language", "fr")
    copytree(SPEC.folder, "mine")
    assert run([*translate, "--to-xlsx", "fr.xlsx"]) == 0
    protect(folder / "fr.xlsx")
    assert run([*translate, "--from", "fr.xlsx"]) == 2
    assert "Translated differently from before: 0." in said(*translate, "--from", "fr.xlsx")


def test_a_spec_is_drafted_from_a_protected_workbook(
    folder: Path, said: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("form.xlsx").write_bytes(generate(SPEC, orders(load_round(folder / "round"), TODAY)[0]))
    protect(folder / "form.xlsx")
    (folder / "wrong.txt").write_text("Sesame", encoding="utf-8")
    assert run(["spec", "draft", "form.xlsx", "-o", "drafted", "--password-file", "wrong.txt"]) == 2
    assert (
        "The password given does not open the file form.xlsx. Check the password"
        in capsys.readouterr().err
    )
    assert "drafted: " in said("spec", "draft", "form.xlsx", "-o", "drafted")


def test_the_next_round_goes_on_from_protected_returns(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["round", "init", "next", "--spec", "example", "--teams", "teams.csv"]) == 0
    assert run(["generate", "next", "--password-file", "word.txt"]) == 2
    assert "It opens the returns of --from" in capsys.readouterr().err
    assert run(["generate", "next", "--from", "round", "--password-file", "word.txt"]) == 0
    assert "Workbooks that continue from round: 1; blank ones: 0." in capsys.readouterr().err


@pytest.mark.parametrize("command", telling(["drafts", "remind"], "remind"))
def test_drafts_are_about_what_the_password_opens(
    folder: Path, said: Callable[..., str], command: str
) -> None:
    said(command, "round", *DAY)
    assert json.loads(said("status", "round", "--json", *DAY))[0]["state"] == "accepted"


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
    asked = DatasetRequest(["round"], TODAY, password=PASSWORD)
    assert asked.password == asked.request().password == PASSWORD
    setting = Setting(None, {}, password=PASSWORD)
    shown = repr((asked, asked.request(), setting, VerificationRequest(folder, password=PASSWORD)))
    assert PASSWORD not in shown
