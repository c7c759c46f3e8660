"""Returns and rounds for the tests of the auditor's commands."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl

from hrge_xl import Audit, Order, generate, load, load_round
from tests.command_line import hrge
from tests.damage import ANSWERS
from tests.face import (
    VerificationRequest,
    address,
    build,
    dataset_again,
    orders,
    render,
    report_again,
    run_id,
    summed_up,
    verify,
)

DAY = "2026-06-30"
TODAY = date(2026, 6, 30)
RETURNS = Path(__file__).parent / "returns"  # saved by LibreOffice
BLANK = ("PLAN", "1", "PLN_03")  # a required answer


def cell(field: str, part: int = 1) -> str:
    """Give the cell of an answer on the sheet “Plan” of the example."""
    return address(*build(load("example"), "en").slots["PLAN", "1", field].cells[part - 1])


@cache
def workbook(team: str = "PAK", *, whole: bool = True, language: str = "en") -> bytes:
    """A return without a mistake, or with one answer missing."""
    answers = {key: value for key, value in ANSWERS.items() if whole or key != BLANK}
    return generate(load("example"), Order(team, TODAY, team, language, answers=answers))


def returned(folder: Path, files: dict[str, bytes]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in files]


def edited(data: bytes, part: str, old: str, new: str) -> bytes:
    """A workbook with everything in some parts that fits a pattern put otherwise."""
    target = io.BytesIO()
    found = 0
    with (
        zipfile.ZipFile(io.BytesIO(data)) as book,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in book.namelist():
            content = book.read(name)
            if re.fullmatch(part, name):
                text, count = re.subn(old, new, content.decode())
                content, found = text.encode(), found + count
            made.writestr(zipfile.ZipInfo(name), content)
    assert found
    return target.getvalue()


def reported(folder: Path, *more: object) -> Path:
    """Reports of three returns, one of them saved by LibreOffice, one that came twice, and one file that is refused."""
    files = {
        "afg.xlsx": workbook("AFG"),
        "pak.xlsx": workbook("PAK", whole=False),
        "letter.xlsx": b"no workbook",
    }
    files |= dict.fromkeys(
        ("digits.xlsx", "z again.xlsx"), (RETURNS / "other_digits.xlsx").read_bytes()
    )
    returned(folder / "returned", files)
    reports = folder / "reports"
    words = ("--format", "json", *more, "-o", reports, "--today", DAY)
    assert hrge("report", folder / "returned", *words) == 4
    return reports


def round_folder(tmp_path: Path) -> Path:
    """A round of the teams AFG and PAK, whose workbooks came back: AFG's whole, PAK's with one answer missing."""
    (tmp_path / "teams.csv").write_text("team,country\nAFG,AFG\nPAK,PAK\n", encoding="utf-8")
    folder = tmp_path / "round"
    assert (
        hrge("round", "init", folder, "--spec", "example", "--teams", tmp_path / "teams.csv") == 0
    )
    for order in orders(load_round(folder), TODAY):
        answers = {
            key: value for key, value in ANSWERS.items() if order.team == "AFG" or key != BLANK
        }
        data = generate(load("example"), replace(order, answers=answers))
        returned(folder / "returned", {f"{order.team}.xlsx": data})
    return folder


def look(folder: Path, report: str = "validation.json", **more: Any) -> Audit:
    """Verify the report of a folder against what lies beside it."""
    return verify_report(
        VerificationRequest(folder / "reports" / report, [folder / "returned"], **more)
    )


def said(audit: Audit) -> str:
    return "\n".join(audit.lines())


@contextmanager
def forged_report(folder: Path, *, fits: bool = False) -> Iterator[dict[str, Any]]:
    """The data of the report of a folder, to be changed, and written as the program writes them; `fits`: with sums
    and a number that fit.
    """
    path = folder / "reports" / "validation.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    yield data
    if fits:
        data["summary"] = summed_up(data["files"])
        renumber(data)
    path.write_text(render(data), encoding="utf-8", newline="\n")


def renumber(data: dict[str, Any]) -> None:
    data["run"]["id"] = run_id(data["run"], data["files"], data["waivers"], data["decisions"])  # type: ignore[arg-type]


def verify_report(asked: VerificationRequest) -> Audit:
    return verify(asked, report_again)


def verify_dataset(asked: VerificationRequest) -> Audit:
    return verify(asked, dataset_again)


# changes of files, as somebody makes them


def csv_rows(change: Callable[[list[list[str]]], object]) -> Callable[[Path], object]:
    def do(path: Path) -> None:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        change(rows)
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(rows)

    return do


def put_text(old: str, new: str) -> Callable[[Path], object]:
    """Put another text into the place of the first one that fits."""

    def do(path: Path) -> None:
        content = path.read_text(encoding="utf-8")
        assert old in content
        path.write_text(content.replace(old, new, 1), encoding="utf-8", newline="")

    return do


def in_workbook(change: Callable[[openpyxl.Workbook], object]) -> Callable[[Path], object]:
    """Change a workbook, as Excel would save it."""

    def do(path: Path) -> None:
        book = openpyxl.load_workbook(path)
        change(book)
        book.save(path)

    return do
