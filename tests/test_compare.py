"""What changed between two returns and between two rounds: the same figures from files and from datasets."""

from __future__ import annotations

import gc
import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hrge_xl import (
    DatasetRequest,
    ExpectedReturn,
    Order,
    Result,
    ValidationRequest,
    compare,
    datasets,
    generate,
    load,
    validate,
)
from hrge_xl.cli import run
from hrge_xl.outputs.compare import ReturnContents, Side, compared, paired
from tests.audited import cell
from tests.face import KeyFields as Identity
from tests.versions import TODAY, returned, workbook

DAY = ["--today", "2026-06-30"]


def look(path: Path) -> Result:
    (result,) = validate([path], ValidationRequest(ExpectedReturn(), TODAY))
    return result


def rounds(folder: Path) -> tuple[Path, Path]:
    """Two rounds: PAK changes two answers, MAR gives a missing one, IRQ is gone, EGY is new, one file is broken."""
    before = {"pak.xlsx": workbook("PAK"), "mar.xlsx": workbook("MAR", "WS-08", "fr", PLN_06=None)}
    before |= {"irq.xlsx": workbook("IRQ", "WS-01"), "broken.xlsx": b"PK broken"}
    after = {"pakistan.xlsx": workbook("PAK", PLN_06=25.0, PLN_13=("WOM",))}
    after |= {
        "morocco.xlsx": workbook("MAR", "WS-08", "fr", PLN_06=30.0),
        "egypt.xlsx": workbook("EGY", "WS-02"),
    }
    returned(folder / "before", before)
    returned(folder / "after", after)
    return folder / "before", folder / "after"


def compared_by_command(capsys: pytest.CaptureFixture[str], *arguments: Any) -> tuple[int, str]:
    """Exit code and what stood on stdout."""
    code = run(["compare", *map(str, arguments), *DAY])
    return code, capsys.readouterr().out


# two files


def test_two_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = workbook(PLN_08=None, PLN_13=("DIS", "MEN"))
    one, other = returned(tmp_path, {"one.xlsx": workbook(PLN_06=None), "other.xlsx": changed})
    code, said = compared_by_command(capsys, one, other)
    assert code == 0
    assert said.splitlines() == [
        "Plan!E14 (PLAN / 1 / PLN_08): 5000.5 → (blank)",
        "Plan!E19 (PLAN / 1 / PLN_13): WOM; YOU → DIS; MEN",
        "Plan!E12 (PLAN / 1 / PLN_06): (blank) → 20",
        "fixed: V001 Plan!E12 Participants expected: the answer is missing.",
        "Answers changed: 3.",
        "Findings: 1 fixed, 0 new, 0 unchanged.",
    ]
    _, said = compared_by_command(capsys, one, other, "--json")
    told = json.loads(said)
    assert told["schema"] == "hrge-xl/comparison/1"
    assert told["changes"][1] == {
        "tool": "PLAN",
        "row": "1",
        "field": "PLN_13",
        "place": "Plan!E19",
        "before": ["WOM", "YOU"],
        "after": ["DIS", "MEN"],
    }
    assert [each["code"] for each in told["fixed"]] == ["V001"]


def test_an_answer_that_means_nothing_is_compared_as_it_stood(tmp_path: Path) -> None:
    """Also the one of several that is in no list: its neighbours do not hide it."""
    one, other = returned(tmp_path, {"one.xlsx": workbook(), "other.xlsx": workbook()})
    book = openpyxl.load_workbook(other)
    book["Plan"][cell("PLN_13", 3)] = "Everybody"
    book.save(other)
    (change,) = compare(look(one), look(other)).changes
    assert (change.before, change.after) == (("WOM", "YOU"), ("WOM", "YOU", "Everybody"))


# two rounds


@pytest.mark.deep
def test_files_and_datasets_say_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after = rounds(tmp_path)
    for folder in (before, after):
        run(["consolidate", str(folder), "-o", str(tmp_path / f"{folder.name}-data"), *DAY])
    capsys.readouterr()
    datasets = (tmp_path / "before-data", tmp_path / "after-data")
    code, said = compared_by_command(capsys, before, after)
    assert code == 4  # one file could not be read
    for pair in (datasets, (before, datasets[1]), (datasets[0], after)):
        code, again = compared_by_command(
            capsys, *pair
        )  # a dataset tells places from its own folder
        assert (code, again.replace("../", f"{tmp_path}/")) == (4, said)
    assert said.splitlines() == [
        "WS-07 / PAK / PAK: Answers changed: 2. Findings: 0 fixed, 0 new, 0 unchanged.",
        "  Plan!E12 (PLAN / 1 / PLN_06): 20 → 25",
        "  Plan!E19 (PLAN / 1 / PLN_13): WOM; YOU → WOM",
        "WS-08 / PAK / MAR: Answers changed: 1. Findings: 1 fixed, 0 new, 0 unchanged.",
        "  Plan!E12 (PLAN / 1 / PLN_06): (blank) → 30",
        "  fixed: V001 Plan!E12 Participants expected: the answer is missing.",
        f"only before: WS-01 / PAK / IRQ ({before / 'irq.xlsx'})",
        f"only after: WS-02 / PAK / EGY ({after / 'egypt.xlsx'})",
        "before: 1 refused",
        "Pairs: 2. Only before: 1. Only after: 1. Answers changed: 3. Findings: 1 fixed, 0 new, 0 unchanged.",
    ]


def test_rounds_as_json_also_without_a_pair(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = compared_by_command(capsys, *rounds(tmp_path), "--json")
    told = json.loads(said)
    assert code == 4
    assert [each["key"]["team"] for each in told["pairs"]] == ["PAK", "MAR"]
    assert told["pairs"][0]["changes"][0]["before"] == 20.0
    assert [each["team"] for each in told["only_before"]] == ["IRQ"]
    assert [each["team"] for each in told["only_after"]] == ["EGY"]
    assert told["left_out"] == {"before": {"refused": 1}, "after": {}}
    assert told["summary"] == {"pairs": 2, "changed": 3, "fixed": 1, "new": 0, "unchanged": 0}
    returned(tmp_path / "a", {"one.xlsx": workbook("PAK")})
    returned(tmp_path / "b", {"two.xlsx": workbook("MAR", "WS-08")})
    _, said = compared_by_command(capsys, tmp_path / "a", tmp_path / "b", "--json")
    assert json.loads(said)["pairs"] == []


def test_only_returns_that_count_are_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A round folder: the corrected version counts, the first one does not."""
    (teams,) = returned(tmp_path, {"teams.csv": b"team,country\nPAK,PAK\n"})
    for name in ("one", "two"):
        assert (
            run(["round", "init", str(tmp_path / name), "--spec", "example", "--teams", str(teams)])
            == 0
        )
        assert run(["generate", str(tmp_path / name), *DAY]) == 0
    capsys.readouterr()
    for name, versions in (("one", ["A"]), ("two", ["A", "B"])):
        (issued,) = (tmp_path / name / "issued").glob("*.xlsx")
        for version in versions:
            book = openpyxl.load_workbook(issued)
            book["Plan"][cell("PLN_01")] = "WS-07"
            book["Plan"][cell("PLN_03")] = f"Purpose {version} of {name}"
            book.save(tmp_path / name / "returned" / f"{version}.xlsx")
    code, said = compared_by_command(capsys, tmp_path / "one", tmp_path / "two")
    assert code == 0
    assert "Pairs: 1." in said
    assert "after: 1 not counted" in said
    assert said.count("PLN_03): Purpose A of one → Purpose") == 1


def test_several_of_one_key_are_never_guessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One team, one project, two periods in one folder."""
    later = {"PLN_04": date(2026, 9, 1), "PLN_05": date(2026, 9, 2)}
    second = workbook(round="later", PLN_03="Again", **later)
    returned(tmp_path / "a", {"one.xlsx": workbook(), "two.xlsx": second})
    returned(tmp_path / "b", {"one.xlsx": workbook()})
    (_, said) = compared_by_command(capsys, tmp_path / "a", tmp_path / "b")
    assert said.count("several, not compared: WS-07 / PAK / PAK") == 3
    assert "Pairs: 0." in said


def test_a_file_and_a_folder_and_the_same_thing_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (path,) = returned(tmp_path / "a", {"one.xlsx": workbook()})
    assert run(["compare", str(path), str(tmp_path / "a")]) == 2
    assert "Name two files, or two folders" in capsys.readouterr().err
    for name in (path, tmp_path / "a"):
        assert run(["compare", str(name), f"{name.parent}/../{name.parent.name}/{name.name}"]) == 2
        assert "Name two different" in capsys.readouterr().err


@pytest.mark.deep
def test_one_pair_is_in_memory_at_a_time(tmp_path: Path) -> None:
    """What returns said stays in the dataset until it is compared."""
    names = [f"WS-{number:02d}" for number in range(4)]
    returned(tmp_path / "a", {f"{name}.xlsx": workbook(name, name) for name in names})
    with datasets(DatasetRequest([str(tmp_path / "a")], TODAY)) as found:
        side = Side(found)
        assert [each.project for each in side.returns] == names
        assert not any(each.findings or each.sheets for each in side.returns)
        pairs, _ = paired(side, side)
        for pair in compared(side, side, pairs):
            assert pair.comparison.changes == ()
            assert sum(isinstance(each, ReturnContents) for each in gc.get_objects()) <= 2


# over the years


def of_year(folder: Path, year: int, **more: Any) -> Path:
    """A round of the Toolkit, whose interventions are called after country, year and project."""
    answers: dict[str, Any] = {
        "FRM_01": "GLO-07",
        "FRM_03": "Strategy",
        "FRM_04": "PAK",
        "FRM_06": date(year, 1, 1),
        "FRM_07": date(year, 6, 30),
    }
    filled = {("FORM", "1", code): value for code, value in (answers | more).items()}
    order = Order("PAK", TODAY, "PAK", tools=("T1.1",), round=str(year), answers=filled)
    returned(folder / str(year), {"pak.xlsx": generate(load("hrge_toolkit"), order)})
    return folder / str(year)


def test_an_intervention_is_the_same_in_another_year(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its ID holds the year of the period; the spec says which part of it that is."""
    before, after = of_year(tmp_path, 2025), of_year(tmp_path, 2026, FRM_03="Strategy II")
    _, said = compared_by_command(capsys, before, after)
    assert said.startswith("GLO-07 / PAK-2026-GLO-07 / PAK / PAK: Answers changed: 3.")
    assert "(FORM / 1 / FRM_03): Strategy → Strategy II" in said
    assert said.splitlines()[-1].startswith("Pairs: 1. Only before: 0. Only after: 0.")
    assert run(["compare", str(tmp_path), str(after), *DAY]) == 0  # both years in one folder
    assert capsys.readouterr().out.count("several, not compared: GLO-07") == 3


@pytest.mark.parametrize(
    ("pattern", "name", "over_rounds"),
    [
        (None, "PAK-2026-01", "PAK-2026-01"),
        (r"(?P<period>-\d{4})-", "PAK-2026-GLO-07", "PAK-GLO-07"),
        (r"(?P<period>-\d{4})-", "PAK-2026-P-2020-1", "PAK-P-2020-1"),  # the first one
        (r"(?P<period>-\d{4})-", "GLO-07", "GLO-07"),
        (r"20\d\d(-H[12])?/?", "2026-H1/PAK-01", "PAK-01"),  # typed by hand
    ],
)
def test_what_is_left_out_of_the_name_of_an_intervention(
    pattern: str | None, name: str, over_rounds: str
) -> None:
    assert Identity(period_in_intervention=pattern).over_rounds(name) == over_rounds
