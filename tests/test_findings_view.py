"""What `validate` and `status` look like: as wide as the terminal, folded, the most important first, never cut off."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from hrge_xl.cli import run
from tests.face import ACTIVE, _print_narrow, by_importance, print_every_line, print_folded, translator
from tests.fixture_types import Capsys, Patch

WIDTHS = (60, 80, 120)
OURS = re.compile(r"\x1b\[[0-9;]*m")
ARABIC, CHINESE = "تقرير أفغانستان النهائي", "阿富汗团队关于贩运人口问题的最终报告（更正）"


@contextmanager
def terminal(monkeypatch: Patch, columns: int) -> Iterator[None]:
    """As on a terminal of so many columns."""
    with monkeypatch.context() as patch:
        patch.setenv("COLUMNS", str(columns))
        for stream in (sys.stdout, sys.stderr):
            patch.setattr(stream, "isatty", lambda: True)
        yield


def finding(
    code: str, severity: str, message: str, cell: str | None = "C5", sheet: str = "Form"
) -> dict[str, Any]:
    """A finding as a report has it."""
    return {
        "code": code, "severity": severity, "message": message, "remedy": "Do something about it.", "sheet": sheet,
        "cell": cell, "suggestion": None, "waiver": None,
    }  # fmt: skip


def file(name: str, *findings: dict[str, Any], team: str = "", **more: Any) -> Any:
    """A file as a report has it."""
    levels = [each["severity"] for each in findings]
    counts = {level: levels.count(level) for level in ("error", "warning", "info")}
    verdict = "returned" if counts["error"] else "accepted"
    return {
        "path": f"returned/{name}", "verdict": verdict, "status": "counts", "counted": True, "settled": False,
        "reason": None, "identity": {"team": team} if team else None, "counts": counts | {"waived": 0},
        "findings": list(findings),
    } | more  # fmt: skip


def missing(count: int, sheets: int) -> list[dict[str, Any]]:
    """So many answers that are missing, on so many sheets."""
    return [
        finding("V001", "error", f"Question {n}: the answer is missing.", f"D{n}", f"Sheet {n % sheets + 1}")
        for n in range(count)
    ]


SUPERSEDED = {"counted": False, "settled": True, "status": "superseded", "reason": "A newer version counts."}
FILES = [
    file("A.xlsx", team="A"),
    file(f"{CHINESE}.xlsx", *missing(82, 9), finding("V002", "error", f"{CHINESE}{CHINESE}: “七” is not in the list.")),
    file(f"{ARABIC}.xlsx", finding("R-R17", "error", f"{ARABIC}: {ARABIC} {ARABIC} {ARABIC}"), team="B"),
    file("B_old.xlsx", finding("V001", "error", "No."), team="B", **SUPERSEDED),
    file("w.xlsx", *[finding("R-R10", "warning", "The last review is too long ago.", f"A{n}") for n in range(4)]),
    file("scan.xlsx", finding("F007", "error", "It is a PDF, and no workbook at all.", None, ""), verdict="refused",
         status="refused", counted=False),
]  # fmt: skip


def printed(capsys: Capsys, files: Sequence[Any], quiet: bool = False) -> list[str]:
    """The lines of the folded view, without colours."""
    capsys.readouterr()
    print_folded(files, quiet=quiet)
    return OURS.sub("", capsys.readouterr().out).splitlines()


@pytest.mark.parametrize("columns", WIDTHS)
def test_no_line_is_longer_than_the_terminal(columns: int, monkeypatch: Patch, capsys: Capsys) -> None:
    """Whatever letters a name or an answer is made of; cut or wrapped, and nothing of ours begins a further line."""
    with terminal(monkeypatch, columns):
        for files in (FILES, FILES[1:2], FILES[2:3]):
            lines = printed(capsys, files)
            assert [each for each in lines if cell_len(each) > columns] == []
        print_every_line(FILES, quiet=False)
        every = OURS.sub("", capsys.readouterr().out).splitlines()
    assert [each for each in every if cell_len(each) > columns] == []
    begin = [each for each in every if not each.startswith(" ")]
    assert len(begin) == sum(len(each["findings"]) + 1 for each in FILES)


def test_the_most_important_comes_first_and_many_are_one(capsys: Capsys) -> None:
    lines = printed(capsys, FILES)
    heads = [each for each in lines if not each.startswith(" ")]
    assert [each.split(":")[0].split(" ")[-1].split(".")[0] for each in heads] == [
        "scan", CHINESE, "النهائي", "w", "B_old", "file",
    ]  # fmt: skip
    assert heads[0] == "scan.xlsx: refused, 1 error"
    assert lines[1] == "  error    F007 It is a PDF, and no workbook at all. Do something about it."
    assert f"{CHINESE}.xlsx: returned, 83 errors" in lines
    told = next(each for each in lines if "V001" in each)
    assert (
        told
        == "  error    V001 82 answers missing (on 9 sheets: Sheet 1 (10), Sheet 2 (9), Sheet 3 (9) and 6 more)"
    )
    assert "  warning  R-R10 4 × The last review is too long ago. (Form!A0, A1, A2, A3)" in lines
    assert "B_old.xlsx: superseded: A newer version counts." in lines
    assert lines[-1] == "Nothing to look at in 1 file: A"


def test_what_nobody_has_to_look_at_takes_little_room(capsys: Capsys) -> None:
    """Files that do not count for one reason stand together; those in order are named by their teams alone."""
    files = [
        file("answer.xlsx", team="Rabat"), file("one.xlsx", team="Kabul"), file("two.xlsx", team="Kabul"),
        file("scan.xlsx"), *(file(f"v{n}.xlsx", team="Rabat", **SUPERSEDED) for n in (1, 2)),
    ]  # fmt: skip
    assert printed(capsys, files) == [
        "superseded: A newer version counts. 2 files: Rabat v1.xlsx, Rabat v2.xlsx",
        "Nothing to look at in 4 files: Kabul one.xlsx, Kabul two.xlsx, Rabat, scan.xlsx",
    ]


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("words", [["explain", "X006"], ["explain", "R-E01"], ["doctor"]])
def test_texts_are_broken_between_words(
    words: list[str], columns: int, monkeypatch: Patch, capsys: Capsys
) -> None:
    """Nothing is lost of what is said where there is no terminal."""
    assert run(words) == 0
    whole = capsys.readouterr().out
    with terminal(monkeypatch, columns):
        assert run(words) == 0
    lines = OURS.sub("", capsys.readouterr().out).splitlines()
    assert [each for each in lines if cell_len(each) > columns] == []
    assert " ".join(" ".join(lines).split()) == " ".join(whole.split())


@pytest.mark.parametrize("columns", WIDTHS)
def test_a_place_is_never_cut(columns: int, monkeypatch: Patch, capsys: Capsys) -> None:
    """What is said before it gives way."""
    with terminal(monkeypatch, columns):
        lines = printed(capsys, FILES)
    assert next(each for each in lines if "R-R17" in each).endswith("… (Form!C5)")


def test_what_somebody_accepted_is_not_shown(capsys: Capsys) -> None:
    waived = finding("V001", "error", "No.") | {"waiver": {"state": ACTIVE}}
    assert printed(capsys, [file("A.xlsx", waived)]) == ["Nothing to look at in 1 file: A.xlsx"]


def test_quiet_is_errors_only(capsys: Capsys) -> None:
    lines = printed(capsys, FILES, quiet=True)
    assert not [each for each in lines if "R-R10" in each or "Nothing to look at" in each]
    assert [each for each in lines if "V001" in each]


def test_what_is_left_out_of_one_file_among_several_is_named(capsys: Capsys) -> None:
    """Alone it has every kind, with what to do."""
    kinds = [finding(f"V00{n}", "error", f"Message {n}.") for n in range(1, 6)]
    one = file("one.xlsx", *kinds, finding("R-R10", "warning", "Look."), finding("R-R10", "warning", "Look."))
    lines = printed(capsys, [one, FILES[0]])
    assert lines[1:5] == [
        "  error    V001 Message 1. (Form!C5)", "  error    V002 Message 2. (Form!C5)",
        "  error    V003 Message 3. (Form!C5)", "  also     V004, V005, R-R10 ×2",
    ]  # fmt: skip
    alone = printed(capsys, [one])
    assert len(alone) == 7
    assert alone[-1] == "  warning  R-R10 2 × Look. (Form!C5, C5) Do something about it."


def test_what_differs_is_told_in_general(capsys: Capsys) -> None:
    found = [finding("V003", "error", f"Male: “{n}” is not a number.", f"C{n}") for n in range(5)]
    (_, told) = printed(capsys, [file("one.xlsx", *found)])
    assert told.startswith("  error    V003 5 × “…” is not a number. (on Form: C0, C1, C2, C3 and 1 more)")


def test_many_of_a_sheet_without_cells_are_on_the_sheet(capsys: Capsys) -> None:
    (_, told) = printed(capsys, [file("one.xlsx", *[finding("R-R10", "warning", "Look.", None)] * 5)])
    assert told == "  warning  R-R10 5 × Look. (on Form) Do something about it."


def test_colours_say_nothing_alone(monkeypatch: Patch, capsys: Capsys) -> None:
    """The same words stand there without them."""
    plain = printed(capsys, FILES)
    with terminal(monkeypatch, 1000):
        print_folded(FILES, quiet=False)
        coloured = capsys.readouterr().out
    assert "\x1b[31m" in coloured
    assert OURS.sub("", coloured).splitlines() == plain


def names_of(files: Sequence[Any]) -> list[str]:
    """The names of files in the order in which they are shown."""
    return [Path(each["path"]).name for each in by_importance(files)]


def test_within_a_team_what_counts_comes_first() -> None:
    assert names_of([FILES[3], FILES[2]]) == [f"{ARABIC}.xlsx", "B_old.xlsx"]


def test_who_has_most_to_correct_comes_first() -> None:
    """Errors before warnings; what another file counts in place of is nothing to correct."""
    look, wrong = finding("R-R10", "warning", "Look."), finding("V001", "error", "No.")
    files = [
        file("A.xlsx", *[wrong] * 9, team="A", **SUPERSEDED), file("B.xlsx", look, team="B"),
        file("C.xlsx", look, look, team="C"), file("D.xlsx", wrong, team="D"),
    ]  # fmt: skip
    assert names_of(files) == ["D.xlsx", "C.xlsx", "B.xlsx", "A.xlsx"]


# status


LINE = {
    "team": "PAK-1", "country": "PAK", "state": "returned", "completeness": 0.93, "errors": 12, "days_late": 5,
    "deadline": date(2026, 7, 31), "day": date(2026, 8, 5), "by": "saved", "returns": 2, "version": "1.0",
    "path": "returned/PAK.xlsx", "note": f"decide between: {CHINESE}.xlsx, {ARABIC}.xlsx, PAK_final_version.xlsx",
}  # fmt: skip


@pytest.mark.parametrize("columns", WIDTHS)
def test_status_fits_the_terminal(columns: int, monkeypatch: Patch, capsys: Capsys) -> None:
    long = {**LINE, "team": f"{CHINESE} {ARABIC}", "state": "not in this round"}
    refused = {**LINE, "team": "", "state": "refused", "note": "F007: It is a PDF."}
    with terminal(monkeypatch, columns):
        _print_narrow([LINE, long, refused], translator("en"))
    lines = OURS.sub("", capsys.readouterr().out).splitlines()
    assert [each for each in lines if cell_len(each) > columns] == []
    text = " ".join(" ".join(lines).split())
    assert "refused" in text
    assert "PAK.xlsx" in text
    assert "".join(CHINESE.split()) in "".join(text.split())
    assert lines[0].split()[:2] == ["Team", "State"]
    assert "Note" not in [each.strip() for each in lines]  # no head alone in its line


def test_status_in_colour_and_without(monkeypatch: Patch, capsys: Capsys) -> None:
    with terminal(monkeypatch, 80):
        _print_narrow([{**LINE, "note": ""}], translator("en"))
    assert "\x1b[33mreturned" in capsys.readouterr().out
    _print_narrow([{**LINE, "note": ""}], translator("en"))
    assert (
        capsys.readouterr().out.splitlines()[1]
        == "PAK-1  returned           93%      12          5  2026-07-31"
    )


def test_a_narrow_window_is_written_as_if_it_had_forty(monkeypatch: Patch, capsys: Capsys) -> None:
    with terminal(monkeypatch, 5):
        assert run(["explain", "V001"]) == 0
        lines = printed(capsys, FILES)
    assert max(map(cell_len, lines)) <= 40
