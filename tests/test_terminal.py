"""What a terminal shows: as wide as it is, folded, the most important first, with a bar for what takes long.

What it would obey is shown and never sent: out of cells, file names and arguments, by every command.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from hrge_xl import ExpectedReturn, ValidationRequest, validate
from hrge_xl.cli import run
from tests.audited import DAY, edited, hrge, returned, round_folder, workbook
from tests.face import (
    ACTIVE,
    Bar,
    FoldedPrinter,
    _print_narrow,
    block,
    by_importance,
    data,
    line,
    listening,
    print_every_line,
    progress_shown,
    report_progress,
    style,
    translator,
)
from tests.face import terminal as terminal_module
from tests.face import terminal_shown as shown
from tests.face import track_progress as steps
from tests.fixture_types import Capsys, Folders, Patch

CLI = Path(__file__).parent.parent / "hrge_xl" / "cli"
CLIPBOARD, CLEAR, RED = "\x1b]52;c;cm0gLXJm\x07", "\x1b[2J", "\x1b[31m"
HOSTILE = f"{CLIPBOARD}{CLEAR}{RED}\x9b2J\u202egnp\u2066x\rOK\nZZZ: accepted"
IN_NAME = f"{CLIPBOARD}{CLEAR}{RED}\u202egnp\rOK\nZZZ.xlsx: accepted"
LIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
OURS = re.compile(r"\x1b\[(0|1|31|32|33|34|35)m")  # the colours that we use


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CLIPBOARD, "␛]52;c;cm0gLXJm␇"),
        ("a\x9bb\x7f\x00", "a<9B>b␡␀"),
        ("a\u202eb\u2066c\u2069", "a<202E>b<2066>c<2069>"),
        ("one\rtwo\r\nthree\tfour", "one␍two␍␊three\tfour"),
        ("Ecole supérieure – نموذج – 表", "Ecole supérieure – نموذج – 表"),
    ],
)
def test_what_would_be_obeyed_is_shown(text: str, expected: str) -> None:
    assert shown(text) == expected
    assert shown(shown(text)) == expected


def test_colours_are_ours_alone(monkeypatch: Patch, capsys: Capsys) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    line(f"{style(f'err{RED}or', fg='red')}: {RED}text\nmore")
    block("one\ntwo\x1b[0m")
    assert capsys.readouterr().out == "\x1b[31merr␛[31mor\x1b[0m: ␛[31mtext␊more\none\ntwo␛[0m\n"


def test_a_pipe_gets_json_as_it_is_and_a_terminal_gets_it_escaped(
    monkeypatch: Patch, capsys: Capsys
) -> None:
    text = json.dumps([HOSTILE], ensure_ascii=False)
    data(text)
    assert capsys.readouterr().out == text + "\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    data(text)
    said = capsys.readouterr().out
    assert LIVE.search(said) is None
    assert json.loads(said) == [HOSTILE]


def test_nothing_is_printed_in_another_way() -> None:
    """Every command prints through `cli/terminal.py`, and nothing below the commands prints at all."""
    pattern = re.compile(
        r"click\.(secho|echo|style)\(|\bprint\(|sys\.std(out|err)\.write|Console\("
    )
    files = [*CLI.parent.rglob("*.py")]
    found = {path.name for path in files if pattern.search(path.read_text(encoding="utf-8"))}
    assert found == {"terminal.py"}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: Folders) -> Path:
    """A round: a return with such a name, and such a text in an answer; a file with such a name that is refused."""
    folder = round_folder(tmp_path_factory.mktemp("hostile"))
    returned = folder / "returned"
    written = re.sub(r"[\x00-\x1f]", lambda match: f"_x{ord(match[0]):04X}_", HOSTILE)
    parts, asked = "xl/(sharedStrings|worksheets/.*).xml", r">The office assistant<"
    book = edited((returned / "PAK.xlsx").read_bytes(), parts, asked, f">{written}<")
    name = IN_NAME if os.name == "posix" else "\u202egnp"
    (returned / "PAK.xlsx").unlink()
    (returned / f"PAK{name}.xlsx").write_bytes(book)
    (returned / f"{name}.xlsx").write_bytes(b"no workbook")
    return folder


def test_every_command_shows_it(
    hostile: Path, tmp_path: Path, monkeypatch: Patch, capsys: Capsys
) -> None:
    """As on a terminal: colours are on."""
    folder = shutil.copytree(hostile, tmp_path / "round")
    (pak,) = (folder / "returned").glob("PAK*")
    report, out = folder / "reports" / "validation.json", tmp_path / "out"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(terminal_module, "PATIENCE", 1e6)  # the bar holds nothing from outside
    day = ("--today", DAY)
    for words, shows in (
        (("validate", folder, *day), True),
        (("validate", folder, "--json", *day), False),
        (("check", pak, *day), True),
        (("check", tmp_path / IN_NAME, *day), True),
        (("consolidate", folder, "-o", out, "--dry-run", *day), True),
        (("consolidate", folder, "-o", out, *day), False),
        (("status", folder, *day), False),
        (("status", folder, "--json", *day), False),
        (
            (
                "report",
                folder,
                "--format",
                "json",
                "--format",
                "html",
                "-o",
                folder / "reports",
                *day,
            ),
            False,
        ),
        (("verify", report, "--returned", folder / "returned"), False),
        (("sign", report, "--by", HOSTILE), True),
        (("sign", "--list", "--ledger", folder), True),
        (("feedback", folder, "-o", tmp_path / "feedback", *day), True),
        (("feedback", folder, "-o", tmp_path / "feedback", "--json", *day), False),
        (("compare", folder / "returned" / "AFG.xlsx", pak), True),
        (("compare", folder / "returned" / "AFG.xlsx", pak, "--json"), False),
        (("compare", folder, out), False),
        (("trace", "answers", "1", "--data", out), False),
        (("decide", out, HOSTILE, "--use", "--reason", "x"), True),
        (("decide", out), False),
        (("export", out, "--table", "submissions"), True),
        (("export", out, "--table", "answers"), True),
        (("export", out, "--table", "answers", "--format", "json"), False),
        (
            (
                "waive",
                "V001",
                "--file",
                HOSTILE,
                "--reason",
                HOSTILE,
                "--by",
                "x",
                "--ledger",
                folder,
            ),
            True,
        ),
        (("generate", HOSTILE), True),
        (("explain", HOSTILE), True),
        (("spec", "check", HOSTILE), True),
        (("validate", HOSTILE), True),
        ((HOSTILE,), False),
        (("validate", "--today", HOSTILE), True),
    ):
        capsys.readouterr()
        hrge(*words)
        said = "".join(capsys.readouterr())
        rest = OURS.sub("", said)
        assert LIVE.search(rest) is None, (words, LIVE.search(rest))
        assert "\nZZZ" not in rest or words[0] == "export", (
            words
        )  # a name like a line of ours; CSV quotes it
        assert ("␛" in said) == shows or not shows, (words, said)


# findings and teams

WIDTHS = (60, 80, 120)
ARABIC, CHINESE = "تقرير أفغانستان النهائي", "阿富汗团队关于贩运人口问题的最终报告（更正）"


@contextmanager
def terminal(monkeypatch: Patch, columns: int) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("COLUMNS", str(columns))
        for stream in (sys.stdout, sys.stderr):
            patch.setattr(stream, "isatty", lambda: True)
        yield


def finding(
    code: str, severity: str, message: str, cell: str | None = "C5", sheet: str = "Form"
) -> dict[str, Any]:
    return {
        "code": code,
        "severity": severity,
        "message": message,
        "remedy": "Do something about it.",
        "sheet": sheet,
        "cell": cell,
        "suggestion": None,
        "waiver": None,
    }


def file(name: str, *findings: dict[str, Any], team: str = "", **more: Any) -> Any:
    levels = [each["severity"] for each in findings]
    counts = {level: levels.count(level) for level in ("error", "warning", "info")}
    verdict = "returned" if counts["error"] else "accepted"
    return {
        "path": f"returned/{name}",
        "verdict": verdict,
        "status": "counts",
        "counted": True,
        "settled": False,
        "reason": None,
        "identity": {"team": team} if team else None,
        "counts": counts | {"waived": 0},
        "findings": list(findings),
    } | more


def missing(count: int, sheets: int) -> list[dict[str, Any]]:
    """So many answers that are missing, on so many sheets."""
    return [
        finding(
            "V001",
            "error",
            f"Question {n}: the answer is missing.",
            f"D{n}",
            f"Sheet {n % sheets + 1}",
        )
        for n in range(count)
    ]


SUPERSEDED = {
    "counted": False,
    "settled": True,
    "status": "superseded",
    "reason": "A newer version counts.",
}
FILES = [
    file("A.xlsx", team="A"),
    file(
        f"{CHINESE}.xlsx",
        *missing(82, 9),
        finding("V002", "error", f"{CHINESE}{CHINESE}: “七” is not in the list."),
    ),
    file(
        f"{ARABIC}.xlsx",
        finding("R-R17", "error", f"{ARABIC}: {ARABIC} {ARABIC} {ARABIC}"),
        team="B",
    ),
    file("B_old.xlsx", finding("V001", "error", "No."), team="B", **SUPERSEDED),
    file(
        "w.xlsx",
        *[
            finding("R-R10", "warning", "The last review is too long ago.", f"A{n}")
            for n in range(4)
        ],
    ),
    file(
        "scan.xlsx",
        finding("F007", "error", "It is a PDF, and no workbook at all.", None, ""),
        verdict="refused",
        status="refused",
        counted=False,
    ),
]


def printed(capsys: Capsys, files: Sequence[Any], quiet: bool = False) -> list[str]:
    """The lines of the folded view, without colours."""
    capsys.readouterr()
    FoldedPrinter("en").show(files, quiet=quiet)
    return OURS.sub("", capsys.readouterr().out).splitlines()


@pytest.mark.parametrize("columns", WIDTHS)
def test_no_line_is_longer_than_the_terminal(
    columns: int, monkeypatch: Patch, capsys: Capsys
) -> None:
    """Whatever letters a name or an answer is made of; cut or wrapped, and nothing of ours begins a further line."""
    with terminal(monkeypatch, columns):
        for files in (FILES, FILES[1:2], FILES[2:3]):
            lines = printed(capsys, files)
            assert [each for each in lines if cell_len(each) > columns] == []
        place = next(each for each in printed(capsys, FILES) if "R-R17" in each)
        assert place.endswith("… (Form!C5)")  # what is said before it gives way
        print_every_line(FILES, quiet=False)
        every = OURS.sub("", capsys.readouterr().out).splitlines()
    assert [each for each in every if cell_len(each) > columns] == []
    begin = [each for each in every if not each.startswith(" ")]
    assert len(begin) == sum(len(each["findings"]) + 1 for each in FILES)


def test_the_most_important_comes_first_and_many_are_one(capsys: Capsys) -> None:
    lines = printed(capsys, FILES)
    heads = [each for each in lines if not each.startswith(" ")]
    assert [each.split(":")[0].split(" ")[-1].split(".")[0] for each in heads] == [
        "scan",
        CHINESE,
        "النهائي",
        "w",
        "B_old",
        "file",
    ]
    assert heads[0] == "scan.xlsx: refused, 1 error"
    assert lines[1] == "  error    F007 It is a PDF, and no workbook at all. Do something about it."
    assert f"{CHINESE}.xlsx: returned, 83 errors" in lines
    told = (
        "V001 82 answers missing (on 9 sheets: Sheet 1 (10), Sheet 2 (9), Sheet 3 (9) and 6 more)"
    )
    assert f"  error    {told}" in lines
    assert "  warning  R-R10 4 × The last review is too long ago. (Form!A0, A1, A2, A3)" in lines
    assert "B_old.xlsx: superseded: A newer version counts." in lines
    assert lines[-1] == "Nothing to look at in 1 file: A"


def test_what_nobody_has_to_look_at_takes_little_room(capsys: Capsys) -> None:
    """Files that do not count for one reason stand together; those in order are named by their teams alone."""
    files = [
        file("answer.xlsx", team="Rabat"),
        file("one.xlsx", team="Kabul"),
        file("two.xlsx", team="Kabul"),
        file("scan.xlsx"),
        *(file(f"v{n}.xlsx", team="Rabat", **SUPERSEDED) for n in (1, 2)),
    ]
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


def test_what_somebody_accepted_is_not_shown_and_quiet_is_errors_only(capsys: Capsys) -> None:
    waived = finding("V001", "error", "No.") | {"waiver": {"state": ACTIVE}}
    assert printed(capsys, [file("A.xlsx", waived)]) == ["Nothing to look at in 1 file: A.xlsx"]
    lines = printed(capsys, FILES, quiet=True)
    assert not [each for each in lines if "R-R10" in each or "Nothing to look at" in each]
    assert [each for each in lines if "V001" in each]


def test_what_is_left_out_of_one_file_among_several_is_named(capsys: Capsys) -> None:
    """Alone it has every kind, with what to do."""
    kinds = [finding(f"V00{n}", "error", f"Message {n}.") for n in range(1, 6)]
    one = file(
        "one.xlsx",
        *kinds,
        finding("R-R10", "warning", "Look."),
        finding("R-R10", "warning", "Look."),
    )
    lines = printed(capsys, [one, FILES[0]])
    assert lines[1:5] == [
        "  error    V001 Message 1. (Form!C5)",
        "  error    V002 Message 2. (Form!C5)",
        "  error    V003 Message 3. (Form!C5)",
        "  also     V004, V005, R-R10 ×2",
    ]
    alone = printed(capsys, [one])
    assert len(alone) == 7
    assert alone[-1] == "  warning  R-R10 2 × Look. (Form!C5, C5) Do something about it."


def test_what_differs_is_told_in_general(capsys: Capsys) -> None:
    found = [finding("V003", "error", f"Male: “{n}” is not a number.", f"C{n}") for n in range(5)]
    (_, told) = printed(capsys, [file("one.xlsx", *found)])
    assert told.startswith(
        "  error    V003 5 × “…” is not a number. (on Form: C0, C1, C2, C3 and 1 more)"
    )
    (_, told) = printed(
        capsys, [file("one.xlsx", *[finding("R-R10", "warning", "Look.", None)] * 5)]
    )
    assert told == "  warning  R-R10 5 × Look. (on Form) Do something about it."
    used = [
        finding("R-F01", "error", f"{name} is marked as used.", cell)
        for name, cell in (("1.1", "E41"), ("2.3", "E51"))
    ]
    (_, told) = printed(capsys, [file("one.xlsx", *used)])
    assert told.startswith(
        "  error    R-F01 2 × 1.1 is marked as used. 2.3 is marked as used. (Form!E41, E51)"
    )


def test_every_word_is_of_one_language(tmp_path: Path, capsys: Capsys) -> None:
    """But for commands, and what the files say themselves."""
    files = returned(
        tmp_path, {"pak.xlsx": workbook("PAK"), "afg.xlsx": workbook("AFG"), "x.xlsx": b"PK"}
    )
    words = ("validate", *files, "--language", "fr", "--today", DAY)
    for options in ((), ("-v",)):
        assert hrge(*words, *options) == 4
        told = capsys.readouterr()
        ours = re.sub("hrge-xl .*", "", told.out + told.err).lower()
        assert "fichiers : " in ours
        assert not re.findall(
            r"\b(?:error|warning|files|returned|refused|also|more|nothing|next|every|and|sheets)\b",
            ours,
        )


def test_colours_say_nothing_alone(monkeypatch: Patch, capsys: Capsys) -> None:
    """The same words stand there without them."""
    plain = printed(capsys, FILES)
    with terminal(monkeypatch, 1000):
        FoldedPrinter("en").show(FILES, quiet=False)
        coloured = capsys.readouterr().out
    assert "\x1b[31m" in coloured
    assert OURS.sub("", coloured).splitlines() == plain


def test_who_has_most_to_correct_comes_first_and_within_a_team_what_counts() -> None:
    """Errors before warnings; what another file counts in place of is nothing to correct."""
    look, wrong = finding("R-R10", "warning", "Look."), finding("V001", "error", "No.")
    files = [
        file("A.xlsx", *[wrong] * 9, team="A", **SUPERSEDED),
        file("B.xlsx", look, team="B"),
        file("C.xlsx", look, look, team="C"),
        file("D.xlsx", wrong, team="D"),
    ]
    for several, order in ((files, "DCBA"), ([FILES[3], FILES[2]], (ARABIC, "B_old"))):
        assert [Path(each["path"]).stem for each in by_importance(several)] == [*order]


# status


LINE = {
    "team": "PAK-1",
    "country": "PAK",
    "state": "returned",
    "completeness": 0.93,
    "errors": 12,
    "days_late": 5,
    "deadline": date(2026, 7, 31),
    "day": date(2026, 8, 5),
    "by": "saved",
    "returns": 2,
    "version": "1.0",
    "path": "returned/PAK.xlsx",
    "note": f"decide between: {CHINESE}.xlsx, {ARABIC}.xlsx, PAK_final_version.xlsx",
}


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
    told = capsys.readouterr().out.splitlines()[1]
    assert told == "PAK-1  returned           93%      12          5  2026-07-31"


def test_a_narrow_window_is_written_as_if_it_had_forty(monkeypatch: Patch, capsys: Capsys) -> None:
    with terminal(monkeypatch, 5):
        assert run(["explain", "V001"]) == 0
        lines = printed(capsys, FILES)
    assert max(map(cell_len, lines)) <= 40


# how far the work is


def test_nothing_is_shown_where_stderr_is_no_terminal_or_nobody_shows_it(capsys: Capsys) -> None:
    with report_progress("Reading", 2) as advance:
        advance(1)
    assert list(steps("ab", 2, "Reading")) == ["a", "b"]
    with progress_shown(patience=0):
        assert list(steps("ab", 2, "Reading")) == ["a", "b"]
    assert capsys.readouterr() == ("", "")


def test_it_says_how_far_the_work_is_and_goes_before_anything_is_printed(
    monkeypatch: Patch, capsys: Capsys
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)
    with progress_shown(patience=1000):
        with report_progress("Nobody waits yet", 3):
            pass
        assert capsys.readouterr().err == ""
    bar = Bar(patience=1000)
    with bar.piece("Reading returned files", 40) as advance:
        bar.lose_patience()
        advance(12)
        with bar.piece("Working out figures", None):
            pass
        bar.hide()
        assert "Reading returned files" in capsys.readouterr().err
        bar.hide()
        assert capsys.readouterr().err == ""
        advance(1)
        bar.stop()
        assert "13 of 40" in capsys.readouterr().err


def test_a_list_that_is_being_printed_is_not_written_into(capsys: Capsys) -> None:
    bar = Bar(patience=1000)
    with bar.piece("Working", None):
        bar.hide()
        line("the first of many")
        bar.lose_patience()
        bar.stop()
    assert capsys.readouterr() == ("the first of many\n", "")


def test_whatever_is_printed_takes_the_bar_away_first(monkeypatch: Patch, capsys: Capsys) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    shown: list[str] = []
    monkeypatch.setattr(Bar, "hide", lambda _: shown.append(capsys.readouterr().out))
    with progress_shown(patience=1000):
        for say in (line, block, data):
            say("a word")
            shown.append(capsys.readouterr().out)
    assert shown[:6] == ["", "a word\n"] * 3


def test_commands_tell_how_far_they_are(tmp_path: Path) -> None:
    """Whoever listens hears of the files that are read."""
    heard: list[object] = []

    @contextmanager
    def listener(text: str, total: int | None):  # type: ignore[no-untyped-def]
        heard.append((text, total))
        yield heard.append

    assert run(["generate", "example", "--country", "PAK", "-o", str(tmp_path)]) == 0
    with listening(listener):
        list(
            validate(
                [*tmp_path.glob("*.xlsx")], ValidationRequest(ExpectedReturn(), date(2026, 6, 30))
            )
        )
    assert heard == [("Reading returned files", 1), 1]
