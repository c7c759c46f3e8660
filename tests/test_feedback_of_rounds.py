"""Feedback goes to each team once, for what it sent last; and what was made from an older version is told of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hrge_xl import ExpectedReturn, Round, generate, init_round, load, read
from hrge_xl.cli import run
from tests.answers import layout
from tests.audited import edited
from tests.face import Submission, address, orders, submission_id
from tests.fixture_types import Capsys
from tests.versions import answers

pytestmark = pytest.mark.deep

SPEC = load("example")
ISSUED, TODAY = date(2026, 6, 1), date(2026, 6, 30)
DAY = ("--today", str(TODAY), "--jobs", "1")
COPIES = {name: name * 12 for name in "abc"}
ERROR: dict[str, Any] = {"PLN_03": None}  # a required answer is missing


@pytest.fixture
def made(tmp_path: Path) -> Round:
    lines = [f"{code},PAK" for code in ("ONE", "TWO", "SIX", "TEN", "OUT")]
    (tmp_path / "teams.csv").write_text("\n".join(["team,country", *lines]), encoding="utf-8")
    return init_round(tmp_path / "round", "example", tmp_path / "teams.csv")


def sent(
    made: Round,
    team: str,
    name: str,
    day: int = 0,
    copy: str = "a",
    project: str = "WS-07",
    **more: Any,
) -> None:
    """A return of a team, saved so many days after the workbooks were issued; one copy unless said otherwise."""
    order = next((each for each in orders(made, ISSUED) if each.team == team), None)
    order = order or replace(orders(made, ISSUED)[0], team=team)
    when = ISSUED + timedelta(day)
    filled = replace(
        order, today=when, copy=f"{team}{COPIES[copy]}", answers=answers(project, **more)
    )
    (made.folder / "returned" / f"{name}.xlsx").write_bytes(generate(SPEC, filled))


def feedback(made: Round, out: Path, capsys: Capsys, *more: str) -> tuple[list[str], list[str]]:
    """The workbooks that were written, and the lines on stderr."""
    capsys.readouterr()
    run(["feedback", str(made.folder), "-o", str(out), *DAY, *more])
    printed, err = capsys.readouterr()
    names = sorted(path.name for path in out.glob("*_feedback.xlsx"))
    assert sorted(Path(line).name for line in printed.splitlines()) == names
    return names, err.splitlines()


def test_each_team_once_and_none_that_needs_it_not(
    made: Round, tmp_path: Path, capsys: Capsys
) -> None:
    sent(made, "ONE", "one v1", 1, **ERROR)
    sent(made, "ONE", "one v2", 2, PLN_04=None, **ERROR)
    sent(made, "TWO", "two v1", 1, **ERROR)
    sent(made, "TWO", "two v2", 2)
    sent(made, "SIX", "six", project="WS-01 / east")
    sent(made, "SIX", "other", copy="b", project="WS-02", **ERROR)
    sent(made, "TEN", "ours", **ERROR)
    sent(made, "TEN", "theirs", 1, copy="b", **ERROR)
    sent(made, "WHO", "stranger", **ERROR)
    sent(made, "OUT", "trial", **ERROR)
    folder = made.folder / "returned"
    (folder / "copy.xlsx").write_bytes((folder / "one v2.xlsx").read_bytes())
    (folder / "scan.xlsx").write_bytes(b"%PDF-1.7")
    why = ("--withdraw", "--reason", "a trial", "--by", "us", "--today", str(TODAY))
    assert run(["decide", str(made.folder), "trial.xlsx", *why]) == 0
    names, said = feedback(made, tmp_path / "out", capsys)
    assert names == ["ONE_WS-07_feedback.xlsx", "SIX_WS-02_feedback.xlsx"]
    assert sorted(said) == sorted(
        [
            "one v1.xlsx: superseded by copy.xlsx.",
            "one v2.xlsx: the same as copy.xlsx.",
            "ours.xlsx: waits for a decision (theirs.xlsx conflicts with it): see hrge-xl decide FOLDER.",
            "scan.xlsx: refused: there are no answers to give back.",
            "six.xlsx: accepted, nothing to correct or to look at (--all gives it back too).",
            "stranger.xlsx: excluded: It is not the return of this team in this round (I008).",
            "theirs.xlsx: waits for a decision (ours.xlsx conflicts with it): see hrge-xl decide FOLDER.",
            "trial.xlsx: withdrawn: Decided on 2026-06-30 by us: a trial.",
            "two v1.xlsx: superseded by two v2.xlsx.",
            "two v2.xlsx: accepted, nothing to correct or to look at (--all gives it back too).",
            "12 files: 2 accepted, 9 returned, 1 refused.",
            "Of the 11 that could be read: 4 counted, 2 superseded, 1 the same as another file, "
            "2 in conflict, 1 excluded, 1 withdrawn.",
        ]
    )
    names, _ = feedback(made, tmp_path / "everybody", capsys, "--all")
    assert names == [
        "ONE_WS-07_feedback.xlsx",
        "SIX_WS-01-east_feedback.xlsx",
        "SIX_WS-02_feedback.xlsx",
        "TWO_WS-07_feedback.xlsx",
    ]


def test_what_a_team_sent_last_is_what_it_corrects(
    made: Round, tmp_path: Path, capsys: Capsys
) -> None:
    """The accepted version counts; the newer ones wait with errors, and hold answers that must not be lost."""
    sent(made, "ONE", "good", 1)
    sent(made, "ONE", "newer", 2, PLN_03=None, PLN_06=77.0)
    sent(made, "ONE", "newest", 3, PLN_03=None, PLN_06=88.0)
    names, said = feedback(made, tmp_path / "out", capsys)
    assert names == ["ONE_WS-07_feedback.xlsx"]
    assert "good.xlsx: newest.xlsx is newer, and has the feedback." in said
    assert "newer.xlsx: newest.xlsx is newer, and has the feedback." in said
    back = read(tmp_path / "out" / names[0], ExpectedReturn())
    assert isinstance(back, Submission)
    assert back.values()["PLAN", "1", "PLN_06"] == 88.0
    newest = read(made.folder / "returned" / "newest.xlsx", ExpectedReturn())
    assert isinstance(newest, Submission)
    assert back.identity.predecessor == submission_id(newest.sha256, "")


def test_the_office_may_ask_for_another_day(made: Round, tmp_path: Path, capsys: Capsys) -> None:
    sent(made, "ONE", "v1", 1, **ERROR)
    feedback(made, tmp_path / "out", capsys, "--reply-by", "2026-08-15")
    (text,) = (
        (path.read_text(encoding="utf-8")) for path in (tmp_path / "out").glob("*_message.txt")
    )
    assert text.endswith("Please send it back by 15 August 2026.\n")


def test_the_letter_names_the_cells_without_an_answer_and_says_what_belongs_there(
    made: Round, tmp_path: Path, capsys: Capsys
) -> None:
    """The first six of a sheet, and how many more; what was typed is not repeated."""
    blank = {f"PLN_{number:02}": None for number in range(1, 14) if number != 8}
    sent(made, "ONE", "v1", 1, **blank, PLN_08="about ninety")
    feedback(made, tmp_path / "out", capsys)
    (letter,) = (tmp_path / "out").glob("*_message.txt")
    lines = letter.read_text(encoding="utf-8").splitlines()
    assert lines[lines.index("Missing answers, by sheet:") + 1] == (
        "• Plan: E7, E9, E10, E11, E12, E17 (+1)"
    )
    assert "• Plan!E14: Budget: “…” is not a number. Type a number (0 or more)." in lines


def test_json_tells_what_was_left_out(made: Round, tmp_path: Path, capsys: Capsys) -> None:
    sent(made, "ONE", "v1", 1, **ERROR)
    sent(made, "ONE", "v2", 2, **ERROR)
    assert run(["feedback", str(made.folder), "-o", str(tmp_path / "out"), *DAY, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (file,), (left,) = told["files"], told["left_out"]
    assert (file["team"], file["intervention"], Path(file["path"]).name) == (
        "ONE",
        "WS-07",
        "v2.xlsx",
    )
    assert (left["team"], Path(left["path"]).name, left["why"]) == (
        "ONE",
        "v1.xlsx",
        "superseded by v2.xlsx",
    )


def test_one_file_alone_has_its_feedback(tmp_path: Path, made: Round, capsys: Capsys) -> None:
    """Whatever it needs; but the key of its round is not there, and that is said."""
    sent(made, "ONE", "fine")
    out = tmp_path / "out"
    assert run(["feedback", str(made.folder / "returned" / "fine.xlsx"), "-o", str(out), *DAY]) == 0
    assert [path.name for path in out.glob("*.xlsx")] == ["ONE_WS-07_feedback.xlsx"]
    assert "Name the round folder" in capsys.readouterr().err


def test_two_rounds_do_not_take_each_others_place(
    made: Round, tmp_path: Path, capsys: Capsys
) -> None:
    later = init_round(tmp_path / "later", "example", tmp_path / "teams.csv")
    for round_ in (made, later):
        sent(round_, "ONE", "one", **ERROR)
    assert (
        run(["feedback", str(made.folder), str(later.folder), "-o", str(tmp_path / "out"), *DAY])
        == 0
    )
    names = [Path(line).name for line in capsys.readouterr().out.splitlines()]
    assert names == ["ONE_WS-07_feedback.xlsx", "ONE_WS-07_2_feedback.xlsx"]
    assert len(list((tmp_path / "out").iterdir())) == 4


def test_names_that_a_system_would_refuse(made: Round, tmp_path: Path, capsys: Capsys) -> None:
    sent(made, "ONE", "a", copy="a", project="a:b?", **ERROR)
    sent(made, "ONE", "b", copy="b", project="A/B|", **ERROR)
    names, _ = feedback(made, tmp_path / "out", capsys)
    assert sorted(names) == sorted(["ONE_a-b_feedback.xlsx", "ONE_A-B_2_feedback.xlsx"])


# from an older version


def corrected(source: Path, target: Path, day: date, **answers: str) -> None:
    """A team fills in what was missing, and saves on a day."""
    book, where = openpyxl.load_workbook(source), layout("example")
    for field, text in ({"PLN_03": "Plan the workshop"} | answers).items():
        book["Plan"][address(*where.slots["PLAN", "1", field].cells[0])] = text
    book.save(target)
    saved = (
        r"(<dcterms:modified[^>]*>)[^<]*",
        rf"\g<1>{day}T09:00:00Z",
    )  # by the clock of the team
    target.write_bytes(edited(target.read_bytes(), "docProps/core.xml", *saved))


def told(made: Round, capsys: Capsys) -> tuple[dict[str, str], Sequence[str]]:
    """State by file, and the notes of the teams."""
    capsys.readouterr()
    assert run(["status", str(made.folder), "--json", "--jobs", "1"]) == 0
    lines = json.loads(capsys.readouterr().out)
    files = {Path(file["path"]).name: file["state"] for line in lines for file in line["files"]}
    return files, [line["note"] for line in lines if line["note"]]


def test_a_step_back_is_never_silent(made: Round, tmp_path: Path, capsys: Capsys) -> None:
    """A first version has its feedback; a second one comes; the team goes on in the feedback of the first."""
    sent(made, "ONE", "v1", 1, **ERROR)
    feedback(made, tmp_path / "first", capsys)
    sent(made, "ONE", "v2", 2, PLN_06=99.0, **ERROR)
    corrected(
        tmp_path / "first" / "ONE_WS-07_feedback.xlsx", made.folder / "returned" / "v3.xlsx", TODAY
    )
    files, notes = told(made, capsys)
    assert files == {"v1.xlsx": "superseded", "v2.xlsx": "superseded", "v3.xlsx": "counts"}
    assert notes == ["superseded: v1.xlsx, v2.xlsx; made from an older version (X006): v3.xlsx"]
    _, said = feedback(made, tmp_path / "again", capsys, "--all")
    warnings = [
        line for line in said if line.startswith("X006 warning: v3.xlsx was not made from v2.xlsx")
    ]
    assert len(warnings) == 1
    undone = [
        "decide",
        str(made.folder),
        "v2.xlsx",
        "--withdraw",
        "--reason",
        "by mistake",
        "--by",
        "us",
    ]
    assert run(undone) == 0  # then there is nothing that could have been lost
    assert "X006" not in "".join(told(made, capsys)[1])


def test_a_corrected_project_code_is_no_second_workbook(
    made: Round, tmp_path: Path, capsys: Capsys
) -> None:
    """What feedback asked for is done in it: the version with the wrong code is superseded."""
    sent(made, "ONE", "v1", 1, project="WRONG-7", **ERROR)
    feedback(made, tmp_path / "out", capsys)
    back = tmp_path / "out" / "ONE_WRONG-7_feedback.xlsx"
    corrected(back, made.folder / "returned" / "v2.xlsx", TODAY - timedelta(1), PLN_01="WS-07")
    corrected(
        back,
        made.folder / "returned" / "v3.xlsx",
        TODAY,
        PLN_01="WS-07",
        PLN_03="Plan two workshops",
    )
    files, notes = told(made, capsys)
    assert files == {"v1.xlsx": "superseded", "v2.xlsx": "superseded", "v3.xlsx": "counts"}
    assert notes == ["superseded: v1.xlsx, v2.xlsx"]


def test_feedback_that_was_copied_for_another_project_waits_for_a_decision(
    made: Round, tmp_path: Path, capsys: Capsys
) -> None:
    sent(made, "ONE", "v1", 1, **ERROR)
    feedback(made, tmp_path / "out", capsys)
    back = tmp_path / "out" / "ONE_WS-07_feedback.xlsx"
    corrected(back, made.folder / "returned" / "v2.xlsx", TODAY - timedelta(1))
    corrected(back, made.folder / "returned" / "other.xlsx", TODAY, PLN_01="WS-08")
    files, _ = told(made, capsys)
    assert files == {"v1.xlsx": "superseded", "v2.xlsx": "conflict", "other.xlsx": "conflict"}
