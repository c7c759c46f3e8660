"""Stamps: read from either copy, checked against what is expected."""

from __future__ import annotations

import pytest

from hrge_xl import ExpectedReturn, load
from tests.face import AS_ISSUED, Layout, Refusal, Submission, build, submission
from tests.raw_workbook import draw, identity_of, sheet_of, text
from tests.read_and_check import read_raw

KEY, OTHER = b"k" * 32, b"o" * 32
SPEC = load("example")
LAYOUT = build(SPEC, "en")


def seen(result: Submission | Refusal) -> list[str]:
    return [each.code for each in result.observations]


def read(workbook, **wanted):
    first, again = (read_raw(workbook, path="x/a.xlsx", want=ExpectedReturn(**wanted)) for _ in range(2))
    assert seen(first) == seen(again)
    return first


def test_a_stamp_of_a_newer_program_is_read() -> None:
    identity = identity_of(LAYOUT)
    assert submission.from_pairs({**dict(submission.to_pairs(identity)), "later": "x"}) == identity


@pytest.mark.parametrize("version", ["0.9", "0.9.12"])
def test_older_version(version: str) -> None:
    workbook = draw(LAYOUT, identity=identity_of(LAYOUT, spec_version=version))
    workbook.sheets.remove(sheet_of(workbook, "R1"))
    found = read(workbook)
    assert isinstance(found, Submission)
    assert seen(found) == ["I004"]
    assert set(found.not_run) == {"S001", "S004", "S005", "S011", *AS_ISSUED}


def test_same_version_written_otherwise() -> None:
    assert seen(read(draw(LAYOUT, identity=identity_of(LAYOUT, spec_version="1")))) == []


def test_signature_without_key() -> None:
    found = read(draw(LAYOUT, identity=submission.sign(identity_of(LAYOUT), KEY)))
    assert isinstance(found, Submission)
    assert (found.signature, seen(found), list(found.not_run)) == ("unchecked", [], ["I006", *AS_ISSUED])


def test_format_without_properties() -> None:
    workbook = draw(LAYOUT)
    workbook.properties.clear()
    workbook.cannot_tell.append("properties")
    assert seen(read(workbook)) == []


def test_copies_disagree_and_the_signed_one_counts() -> None:
    signed = submission.sign(identity_of(LAYOUT), KEY)
    workbook = draw(LAYOUT, identity=signed)
    identity_sheet = sheet_of(workbook, "IDENTITY")
    row = next(row for row, cells in identity_sheet.cells.items() if cells[1].value == "team")
    identity_sheet.cells[row][2] = text("IRQ-01")
    found = read(workbook, key=KEY)
    assert isinstance(found, Submission)
    assert seen(found) == ["I005"]
    assert found.identity == signed
    assert "IRQ-01" in str(found.observations[0].details["detail"])
    assert "PAK-01" in str(found.observations[0].details["detail"])


@pytest.mark.parametrize(("rows", "expected"), [("12", 12), ("0", 8), ("999999999", 8), ("-3", 8), ("x", 8)])
def test_register_rows(rows: str, expected: int) -> None:
    layout: Layout = build(SPEC, "en", None, 12 if rows == "12" else None)
    found = read(draw(layout, identity=identity_of(layout, rows=rows)))
    assert isinstance(found, Submission)
    assert len({row for _, row, *_ in found.cells["R1"]}) == expected
    assert seen(found) == []


def test_choice_of_tools() -> None:
    layout = build(SPEC, "en", ["R1"])
    found = read(draw(layout))
    assert isinstance(found, Submission)
    assert seen(found) == []
    assert set(found.sheets) == {"PLAN", "R1", "SUMMARY"}


@pytest.mark.parametrize(("key", "rows"), [(None, "100"), (KEY, "500")])
def test_more_rows_than_the_file_holds_are_believed_under_our_signature_only(
    key: bytes | None, rows: str
) -> None:
    """Laying out five hundred rows of every register takes seconds, of the parent process too."""
    identity = identity_of(LAYOUT, rows="500")
    workbook = draw(LAYOUT, identity=submission.sign(identity, KEY))
    found = read(workbook, key=key)
    assert isinstance(found, Submission)
    assert found.identity.rows == rows
    damaged = [str(each.details["detail"]) for each in found.observations if each.code == "I005"]
    assert damaged == ([] if key else ["it names 500 rows in a register, and no sheet has that many"])


def test_many_rows_that_are_there_are_read() -> None:
    layout = build(SPEC, "en", None, 150)
    answers = {("R1", "K-150", "RSK_01"): "Rain"}
    found = read(draw(layout, answers, identity=identity_of(layout, rows="150")))
    assert isinstance(found, Submission)
    assert (seen(found), found.identity.rows, found.values()) == ([], "150", answers)


TEAMS = ("PAK-01", "PAK", "IRQ-01", "Quetta", "7", "A", "ROM ENA")


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ("PAK-01_en.xlsx", None),
        ("return.xlsx", None),
        ("IRQ-01_en.xlsx", "IRQ-01"),
        ("Copy of irq 01 (final).xlsx", "IRQ-01"),
        ("ＱＵＥＴＴＡ.xlsx", "Quetta"),
        ("2026-H1 rom_ena.xlsx", "ROM ENA"),
        ("PAK.xlsx", "PAK"),
        ("PAK-01 for Quetta.xlsx", None),  # its own, too
        ("IRQ-01 or Quetta.xlsx", None),  # which of them?
        ("IRQ-010.xlsx", None),
        ("Quettasheets.xlsx", None),
        ("return (7) A.xlsx", None),  # any file may be called so
    ],
)
def test_a_file_name_that_names_another_team(file: str, named: str | None) -> None:
    signed = submission.sign(identity_of(LAYOUT), KEY)
    want = ExpectedReturn("example", "2026-H1", TEAMS, KEY)
    found = read_raw(draw(LAYOUT, identity=signed), path=f"PAK/{file}", want=want)
    assert [(each.code, each.details["found"], each.details["expected"]) for each in found.observations] == (
        [("I013", named, "PAK-01")] if named else []
    )


@pytest.mark.parametrize(
    ("teams", "key", "codes"),
    [(None, KEY, []), (("IRQ-01",), KEY, ["I008"]), (TEAMS, OTHER, ["I006"])],
    ids=["no round", "not of the round", "not our stamp"],
)
def test_a_file_name_says_nothing_beside_worse(
    teams: tuple[str, ...] | None, key: bytes, codes: list[str]
) -> None:
    signed = submission.sign(identity_of(LAYOUT), KEY)
    want = ExpectedReturn("example", "2026-H1", teams, key)
    assert seen(read_raw(draw(LAYOUT, identity=signed), path="IRQ-01.xlsx", want=want)) == codes
