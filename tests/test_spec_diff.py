"""What changed between two versions of a spec, and which answers that were given before it touches."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl import ExpectedReturn, Order, diff, generate, load, read, touched_files
from hrge_xl.cli import run
from hrge_xl.spec.diff import Change, Effect
from tests.answers import answers_of
from tests.face import Submission, address, build, find
from tests.property_tests import examples
from tests.tables import table
from tests.versions import CHANGES, TODAY, changed, copy, edit, raised, returned, second, workbook

Line = tuple[str, str, str, bool]


def line(change: Change) -> Line:
    """A change as the tests name it."""
    return change.place, change.what, change.effect.name, change.breaks


def lines_of(spec: Path) -> set[Line]:
    """What a spec changes in the example."""
    changes = diff(load("example"), load(spec)).changes
    return {line(change) for change in changes if change.what != "version changed"}


def test_nothing_changed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    same = shutil.copytree(find("example"), tmp_path / "same")
    assert run(["spec", "diff", "example", str(same)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("example 1.0 → example 1.0. Changes: 0.")
    assert "Nothing breaks" in said
    assert "␊" not in said


def test_another_remedy_asks_for_nothing_anew(tmp_path: Path) -> None:
    other = Path(shutil.copytree(find("example"), tmp_path / "other"))
    plan = other / "tools" / "plan.yaml"
    text = plan.read_text("utf-8")
    condition = "{when: \"PLN_11 == 'Y'\""
    assert condition in text
    plan.write_text(text.replace(condition, f"{condition}, remedy: Ask the partner.", 1), "utf-8")
    said = ("PLAN / PLN_12", "wording changed", "KEPT", False)
    assert lines_of(other) == {said, ("example", "version not raised", "NONE", False)}


def test_what_is_asked_for_anew_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    more = Path(shutil.copytree(find("example"), tmp_path / "more"))
    plan = (more / "tools" / "plan.yaml").read_text("utf-8")
    assert "required: optional" not in plan
    field = re.search(r"^( +)- code: PLN_03\n(?:\1  .*\n)+", plan, re.M)
    assert field
    added = field[0].replace("PLN_03", "PLN_99")
    (more / "tools" / "plan.yaml").write_text(plan.replace(field[0], field[0] + added), "utf-8")
    assert run(["spec", "diff", "example", str(more)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "Every answer given before keeps its place and its meaning, but 1 question asks for an answer that nobody"
        in said
    )
    assert "PLN_99" in said


def test_the_second_version(tmp_path: Path) -> None:
    assert lines_of(second(tmp_path / "second")) == {
        ("C1", "removed", "LOST", True),
        ("N1", "added", "NEW", False),
        ("PLAN / PLN_01", "label changed", "KEPT", False),
        ("PLAN / PLN_08", "removed", "LOST", True),
        ("PLAN / PLN_14", "removed", "NONE", False),
        ("R1 / RSK_08", "removed", "LOST", True),
        ("PLAN", "rows removed", "LOST", True),
        ("PLAN", "rows added", "NEW", False),
        ("GROUP / YOU", "code removed", "CHECK", True),
    }


EDITS = table("spec_edits")


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_each_change_by_itself(name: str, tmp_path: Path) -> None:
    assert lines_of(changed(tmp_path / "spec", [name])) == {
        tuple(each) for each in EDITS["each"][name]
    }


@pytest.mark.parametrize(("file", "before", "after", "expected"), EDITS["effects"])
def test_one_edit(
    file: str, before: str, after: str, expected: list[Any] | None, tmp_path: Path
) -> None:
    spec = raised(copy(tmp_path / "spec"))
    edit(spec, file, (before, after))
    found = lines_of(spec)
    assert found == ({tuple(expected)} if expected else set()) | (
        {("GROUP / YTH", "entry added", "KEPT", False)} & found
    )


def change_of(spec: Path, what: str) -> Change:
    """The only change of a kind."""
    (found,) = [each for each in diff(load("example"), load(spec)).changes if each.what == what]
    return found


def test_a_question_in_other_rows_loses_its_answers(tmp_path: Path) -> None:
    """It is asked of each group now, no longer once."""
    spec = raised(copy(tmp_path / "spec"))
    moved = (
        "  - kind: checklist\n    items: {vocabulary: GROUP}\n    fields:\n\\1  - kind: checklist  "
    )
    edit(
        spec,
        "tools/plan.yaml",
        (
            r"(      - code: PLN_12\n(?:        .*\n)+)((?:      .*\n)+)  - kind: checklist  ",
            rf"\2{moved}",
        ),
    )
    assert {
        ("PLAN / PLN_12", "moved to another block", "LOST", True),
        ("PLAN", "rows added", "NEW", False),
    } <= lines_of(spec)
    found = change_of(spec, "moved to another block")
    assert (found.before, found.note) == ("1", "Answers in these rows do not follow it.")
    assert [(touch.tool, touch.row, touch.field) for touch in found.touches] == [
        ("PLAN", "1", "PLN_12")
    ]


def test_a_list_that_another_question_decides(tmp_path: Path) -> None:
    spec = raised(copy(tmp_path / "spec"))
    edit(
        spec, "tools/risks.yaml", ("vocabulary: RESPONSE,", "vocabulary: RESPONSE, parent: RSK_03,")
    )
    edit(
        spec,
        "vocabularies.yaml",
        ("code: RED,", 'code: RED, parent: "1",'),
        ("code: ACC,", 'code: ACC, parent: "2",'),
    )
    assert ("R1 / RSK_06", "parent changed", "CHECK", False) in lines_of(spec)


@pytest.mark.parametrize(("file", "before", "after", "what", "said"), EDITS["told"])
def test_what_was_and_what_is_are_told(
    file: str, before: str, after: str, what: str, said: list[str], tmp_path: Path
) -> None:
    spec = raised(copy(tmp_path / "spec"))
    edit(spec, file, (before, after))
    found = change_of(spec, what)
    assert [found.before, found.after, found.note] == said


def test_the_version_must_be_raised(tmp_path: Path) -> None:
    spec = copy(tmp_path / "spec")
    edit(spec, "tools/plan.yaml", ("words: 40", "words: 50"))
    assert ("example", "version not raised", "NONE", False) in lines_of(spec)
    said_otherwise = copy(tmp_path / "said_otherwise")
    edit(said_otherwise, "tools/plan.yaml", ("words: 40", "words: 40  # as agreed in March"))
    assert lines_of(said_otherwise) == set()
    lower = raised(copy(tmp_path / "lower"), "0.9")
    assert lines_of(lower) == {("example", "version lowered", "LOST", True)}
    ninth, tenth = (raised(copy(tmp_path / number), number) for number in ("1.9", "1.10"))
    (change,) = diff(load(ninth), load(tenth)).changes
    assert (change.what, change.breaks) == ("version changed", False)


def test_a_language_that_is_gone(tmp_path: Path) -> None:
    """Every answer of the workbooks in it."""
    old = load("example")
    found = diff(old, old.model_copy(update={"languages": ("en", "fr"), "version": "2.0"}))
    change = next(each for each in found.changes if each.what == "language removed")
    assert (change.before, change.effect, change.breaks) == ("ar", Effect.LOST, True)
    files = returned(tmp_path, {"ar.xlsx": workbook(language="ar"), "en.xlsx": workbook()})
    assert [file.count(Effect.LOST) for file in touched_files(found, files, "example", 1)] == [
        28,
        0,
    ]


# which answers it touches


def test_the_command_names_every_answer_that_is_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = second(tmp_path / "second")
    (path,) = returned(tmp_path / "returned", {"PAK.xlsx": workbook()})
    assert (
        run(["spec", "diff", "example", str(spec), "--returned", str(path.parent), "--json"]) == 1
    )
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "hrge-xl/spec-diff/1"
    assert told["breaks"] is True
    (file,) = told["returned"]
    assert (file["team"], file["version"], file["answers"], file["new_questions"]) == (
        "PAK",
        "1.0",
        28,
        1,
    )
    (place,) = build(load("example"), "en").slots["PLAN", "1", "PLN_08"].cells
    assert file["counts"] == {"kept": 18, "check": 1, "other": 0, "lost": 9}
    budget = next(each for each in file["touched"] if each["field"] == "PLN_08")
    assert (budget["sheet"], budget["cell"], budget["question"]) == (
        "Plan",
        address(*place),
        "Budget",
    )
    (number,) = budget["changes"]
    assert told["changes"][number - 1]["place"] == "PLAN / PLN_08"

    assert run(["spec", "diff", "example", str(spec), "--returned", str(path)]) == 1
    said = capsys.readouterr().out
    assert (
        "PAK.xlsx (PAK, en, 1.0): 28 answers: 18 kept, 1 to be checked again, 9 without a place."
        in said
    )
    assert f"  Plan!{address(*place)} Budget: no longer has a place ({number})\n" in said
    assert "5000" not in said


def test_files_that_cannot_be_read_show_in_the_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = returned(tmp_path / "returned", {"a.xlsx": workbook(), "b.xlsx": b"PK broken"})
    same = raised(copy(tmp_path / "same"))
    assert run(["spec", "diff", "example", str(same), "--returned", *map(str, files)]) == 4
    said = capsys.readouterr().out
    assert "a.xlsx (PAK, en, 1.0): 28 answers: 28 kept." in said
    assert "b.xlsx: refused (F" in said


@examples(6)
@given(data=st.data(), names=st.lists(st.sampled_from(sorted(CHANGES)), unique=True, max_size=6))
def test_what_is_foretold_is_what_is_read(
    data: st.DataObject, names: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Read with the new version, kept answers are the same, and lost ones are in no cell any more."""
    folder = tmp_path_factory.mktemp("diff")
    spec = changed(folder / "spec", names)
    wanted = data.draw(answers_of(build(load("example"), "en")))
    order = Order("PAK", TODAY, "PAK", "en", answers=wanted)
    (path,) = returned(folder, {"old.xlsx": generate(load("example"), order)})
    (file,) = touched_files(diff(load("example"), load(spec)), [path], "example", 1)
    after = read(path, ExpectedReturn(spec=str(spec)))
    assert isinstance(after, Submission)
    values = after.values()
    effects: dict[tuple[str, str, str], set[Effect]] = {}
    for each in file.touched:
        effects.setdefault((each.tool, each.row, each.field), set()).add(each.effect)
    before = read(path, ExpectedReturn(spec="example"))
    assert isinstance(before, Submission)
    for key, value in before.values().items():
        if (
            key not in effects and key[2] != "PLN_07"
        ):  # a number that became a text is the same text
            assert values.get(key) == value
    read_now = {(each.sheet, each.cell) for each in after.answers if not each.calculated}
    touched = {(each.sheet, each.cell): each.effect for each in file.touched}
    for answer in before.answers:
        place = (answer.sheet, answer.cell)
        if not answer.calculated:
            assert (place in read_now) is (touched.get(place) is not Effect.LOST)
