"""The sheets without questions: what is said when somebody has worked on the cover, the lists or a calculated sheet."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.damage import ANSWERS, WANTED, filled
from tests.face import RawSheet, RawWorkbook, Submission, raw_workbook
from tests.raw_workbook import delete, insert, map_lines, put, text
from tests.read_and_check import read_raw

Act = Callable[[RawSheet], object]
Seen = tuple[str, str | None, str | None]  # code, sheet, cell


def returned(sheet: str, act: Act) -> Submission:
    """What is read of the small workbook after something was done to one of its sheets."""
    workbook = raw_workbook(filled(), "xlsx")
    act(next(each for each in workbook.sheets if each.name == sheet))
    return read(workbook)


def read(workbook: RawWorkbook) -> Submission:
    """What is read of it; the answers are always there."""
    found = read_raw(workbook, path="return.xlsx", want=WANTED)
    assert isinstance(found, Submission), found
    assert {key: value for key, value in found.values().items() if key in ANSWERS} == ANSWERS
    return found


def seen(found: Submission) -> list[Seen]:
    return [(each.code, each.sheet, each.cell) for each in found.observations]


def set_to(**attributes: object) -> Act:
    """Change the name, the visibility or the protection of a sheet."""

    def act(raw: RawSheet) -> None:
        for name, value in attributes.items():
            setattr(raw, name, value)

    return act


def typed(row: int, column: int, said: str) -> Act:
    return lambda raw: put(raw, row, column, text(said))


def rows(change: Callable[[int], int | None]) -> Act:
    """Insert or delete rows."""
    return lambda raw: map_lines(raw, change)


def columns(change: Callable[[int], int | None]) -> Act:
    """Insert or delete columns."""
    return lambda raw: map_lines(raw, columns=change)


# whole sheets


@pytest.mark.parametrize(
    ("sheet", "act", "expected"),
    [
        ("Cover", set_to(state="hidden"), ("S016", "Cover", None)),
        ("How to fill in", set_to(state="hidden"), ("S016", "How to fill in", None)),
        ("Cover", set_to(protected=False), ("S012", "Cover", None)),
        ("Lists", set_to(protected=False), ("S012", "Lists", None)),
        ("Summary", set_to(protected=False), ("S012", "Summary", None)),
    ],
)
def test_what_was_done_to_a_whole_sheet(sheet: str, act: Act, expected: Seen) -> None:
    assert seen(returned(sheet, act)) == [expected]


@pytest.mark.parametrize("name", ["Cover", "Lists"])
def test_a_sheet_with_another_name_is_known_by_its_key(name: str) -> None:
    """What refers to it follows, as in every spreadsheet program."""
    workbook = raw_workbook(filled(), "xlsx")
    set_to(name="Front")(next(each for each in workbook.sheets if each.name == name))
    workbook.defined_names = {
        key: area.replace(f"{name}!", "Front!") for key, area in workbook.defined_names.items()
    }
    assert ("S002", "Front", None) in seen(read(workbook))
    assert "S029" not in {code for code, _, _ in seen(read(workbook))}


def test_the_stamp_may_be_seen_and_unlocked() -> None:
    assert seen(returned("_hrge", set_to(state="visible", protected=False))) == []


@pytest.mark.parametrize("name", ["Cover", "Lists"])
@pytest.mark.parametrize("first", [True, False], ids=["in front", "behind"])
def test_of_a_doubled_sheet_the_one_with_its_name_counts(name: str, first: bool) -> None:
    """On the copy is more than was issued; it is told as a copy and else left alone."""
    workbook, other = raw_workbook(filled(), "xlsx"), raw_workbook(filled(), "xlsx")
    copy = next(each for each in other.sheets if each.name == name)
    set_to(name=f"{name} (2)", protected=False)(copy)
    workbook.sheets.insert(0 if first else len(workbook.sheets), copy)
    assert seen(read(workbook)) == [("S003", f"{name} (2)", None)]


@pytest.mark.parametrize("name", ["Cover", "Lists"])
def test_a_sheet_that_is_gone_is_told(name: str) -> None:
    workbook = raw_workbook(filled(), "xlsx")
    workbook.sheets = [each for each in workbook.sheets if each.name != name]
    assert ("S029", name, None) in seen(read(workbook))


# what stands on them


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (typed(4, 3, "Rabat"), {("C4", "Rabat", "PAK")}),
        (typed(4, 3, " PAK "), set()),
        (typed(5, 3, "PAK"), {("C5", "PAK", "Pakistan")}),
        (rows(insert(3)), set()),
        (
            lambda raw: (typed(4, 3, "Rabat")(raw), rows(insert(3, 2))(raw)),
            {("C6", "Rabat", "PAK")},
        ),
        (
            lambda raw: (typed(6, 3, "Round 7")(raw), rows(delete(5))(raw)),
            {("C5", "Round 7", "2026-H1")},
        ),
        (rows(delete(4)), set()),
    ],
    ids=[
        "team",
        "spaces",
        "country",
        "row above",
        "rows above and team",
        "row gone",
        "row of the team gone",
    ],
)
def test_the_cover_is_held_against_the_stamp(act: Act, expected: set[tuple[str, str, str]]) -> None:
    """Wherever its lines stand by now."""
    told = [each for each in returned("Cover", act).observations if each.code == "I012"]
    assert {(each.cell, each.value, each.details["expected"]) for each in told} == expected


@pytest.mark.parametrize(
    ("sheet", "act"),
    [
        ("Cover", rows(insert(3))),
        ("Lists", rows(insert(4))),
        ("Summary", rows(insert(1))),
        ("Summary", rows(insert(4))),
        ("Summary", columns(insert(1))),
        ("Summary", columns(insert(1, 3))),
        ("Summary", lambda raw: map_lines(raw, insert(5), insert(1))),
    ],
)
def test_blank_lines_between_say_nothing(sheet: str, act: Act) -> None:
    assert seen(returned(sheet, act)) == []


@pytest.mark.parametrize(
    ("sheet", "row", "first"),
    [
        ("Cover", 4, "Team"),
        ("Cover", 7, "Language"),
        ("Cover", 18, "Summary"),
        ("Summary", 5, "Risk matrix"),
    ],
)
def test_of_a_row_that_is_gone_its_first_text_is_told(sheet: str, row: int, first: str) -> None:
    (told,) = returned(sheet, rows(delete(row))).observations
    assert (told.code, told.sheet, told.cell, told.details["expected"]) == (
        "S023",
        sheet,
        f"B{row}",
        first,
    )


@pytest.mark.parametrize(
    ("sheet", "cell", "act"),
    [
        ("Summary", "I20", typed(20, 9, "Look here")),
        ("Summary", "F6", typed(6, 6, "Look here")),
        ("Cover", "F4", typed(4, 6, "Look here")),
        ("Cover", "C3", lambda raw: (rows(insert(3))(raw), typed(3, 3, "Look here")(raw))),
        ("Summary", "K7", lambda raw: (columns(insert(1))(raw), typed(7, 11, "Look here")(raw))),
        ("Summary", "A9", lambda raw: (columns(insert(1))(raw), typed(9, 1, "Look here")(raw))),
    ],
)
def test_what_was_typed_beside_is_kept(sheet: str, cell: str, act: Act) -> None:
    found = returned(sheet, act)
    assert [(each.sheet, each.cell, each.text) for each in found.unplaced] == [
        (sheet, cell, "Look here")
    ]
    assert seen(found) == [("S014", sheet, cell)]


def test_spaces_beside_are_nothing() -> None:
    found = returned("Summary", typed(20, 9, " \u00a0 "))
    assert (seen(found), found.unplaced) == ([], [])
