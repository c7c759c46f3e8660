"""One unreadable thing accuses nothing else: what depends on it is not run, and is said to be."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl import ExpectedReturn, Spec
from hrge_xl.checks.run import NAMED
from tests.answers import TODAY, answers, full, layout
from tests.build_submission import submission
from tests.face import Finding, Key, Layout, Outcome, RawSheet, RawWorkbook, Slot, Submission, build
from tests.made_specs import SPECS
from tests.property_tests import examples
from tests.raw_workbook import delete, draw, map_lines, sheet_of
from tests.read_and_check import calculated, check, read_raw
from tests.test_indeterminate_checks import CONDITIONS, VALUES

# a spec with a rule for everything that the language can ask about another sheet


def rule(number: int, tool: str, at: str, check: str, **options: Any) -> dict[str, Any]:
    return {
        "code": f"R-Z{number:02d}",
        "tool": tool,
        "severity": "error",
        "at": [at],
        "check": check,
        "message": "Wrong.",
        "remedy": "Mend it.",
    } | options


ABROAD = (
    "sum('REG', REG_NA) > 4",
    "count('REG') > 1",
    "count('CAT') > 1",
    "any_row('REG', filled(REG_TA))",
    "max('REG', REG_NB) < 2",
    "completeness('REC') > 0.5",
    "completeness('CAT') == 1",
    "ticked('CAT')",
    "filled(ONE_TA)",
    "sum('REC', REC_NA) > 2",
    "count_if('REC', REC_NB > 1) == 0",
    "count('REC') < 2",
    "count_if('CAT', blank(CAT_OWN)) == 0",
    "not any_row('REG', has(REG_MA, 'RED')) and filled(ONE_TA)",
)
RULES = [
    *(rule(n, "REG", "REG_TA", check) for n, check in enumerate(CONDITIONS)),
    *(rule(n, "FORM", "FRM_TA", check) for n, check in enumerate(ABROAD, start=30)),
    *(
        rule(n, "REG", "REG_TB", check, when="filled(REG_NA)")
        for n, check in enumerate(ABROAD[:5], start=50)
    ),
    rule(60, "REG", "REG_REF", "lookup(REG_REF, CAT_OWN) != 'x'", when="filled(REG_REF)"),
    rule(61, "ONE", "ONE_TA", "FRM_REQ != 'x'"),
    rule(62, "SUM", "SUM_REF", "lookup(SUM_REF, REG_NA) > 1", when="filled(SUM_REF)"),
    rule(63, "SUM", "SUM_REF", "SUM_NUM > 3 or completeness('FORM') < 1"),
    rule(64, "FORM", "USE_IT", "not (completeness(row_code()) < 0.6)", when="ticked(row_code())"),
    rule(
        65,
        "FORM",
        "USE_IT",
        "count_if('FORM', completeness(row_code()) == 1) == 0",
        when="USE_IT == 'Y'",
    ),
    {
        "code": "R-Z70",
        "tool": "REG",
        "severity": "error",
        "require": ["REG_TB"],
        "when": "filled(ONE_TA)",
    }
    | {"message": "Missing.", "remedy": "Add it."},
]
SUMS = {
    "code": "SUM",
    "sheet": "Sums",
    "title": "sums",
    "always": True,
    "blocks": [
        {
            "kind": "form",
            "fields": [
                {
                    "code": "SUM_NUM",
                    "type": "calculated",
                    "label": "n",
                    "formula": "sum('REG', REG_NA)",
                },
                {
                    "code": "SUM_TXT",
                    "type": "calculated",
                    "label": "t",
                    "result": "text",
                    "formula": "'two' if count('REG') > 1 else 'few'",
                },
                {"code": "SUM_REF", "type": "reference", "label": "r", "to": ["REG"]},
                {"code": "SUM_OTH", "type": "reference", "label": "o", "to": ["REG", "CAT"]},
            ],
        },
    ],
}
MORE_OF_IT = {"name": "unread", "tools": [*SPECS["small"]["tools"], SUMS], "rules": RULES}
SPEC = Spec.model_validate(SPECS["small"] | MORE_OF_IT | {"identity": {"country": "FRM_CA"}})
SMALL = build(SPEC, "en")
MORE: dict[str, st.SearchStrategy[Any]] = {
    "TA": st.sampled_from(["x", "y"]),
    "TB": st.sampled_from(["x", "y"]),
    "REQ": st.sampled_from(["x", "y"]),
    "IT": st.sampled_from(["Y", "N"]),
    "OWN": st.sampled_from(["x", "y"]),
    "REF": st.sampled_from(["IT1", "IT2", "R-01", "R-02", "R-09"]),
    "OTH": st.sampled_from(["R-01", "R-02", "IT1"]),
    "NUM": st.sampled_from([1.0, 3.0]),
    "TXT": st.sampled_from(["two", "few"]),
    "LV": st.sampled_from(["low", "mid", "top"]),
    "TX": st.sampled_from(["some", "none"]),
}
KINDS = VALUES | MORE
KEYS = [key for key, slot in SMALL.slots.items() if not slot.field.fixed]


def places(where: Layout) -> dict[str, dict[tuple[str, str, str, int], str]]:
    """Where the cells of every sheet are, as in a file in which nothing has moved."""
    found: dict[str, dict[tuple[str, str, str, int], str]] = {
        sheet.tool.code: {} for sheet in where.sheets
    }
    for key, cells in where.cells_of.items():
        found[key[0]].update(((*key, cell.part), cell.address) for cell in cells)
    return found


def told(
    where: Layout, given_answers: dict[Key, Any], gone: Collection[Key], changes: Any = None
) -> Outcome:
    """What is found in a file of which some slots could not be read."""
    read = {key: value for key, value in given_answers.items() if key not in gone}
    cells = {
        tool: {cell: place for cell, place in some.items() if cell[:3] not in gone}
        for tool, some in places(where).items()
    }
    kept = {key: change for key, change in (changes or {}).items() if key not in gone}
    return check([(submission(where, read, kept, cells=cells), where)], today=TODAY)[0]


def elsewhere(result: Outcome, gone: Collection[Key]) -> dict[tuple[Any, ...], Finding]:
    """The findings about what was read."""
    return {
        (each.code, each.tool, each.row, each.field): each
        for each in result.findings
        if (each.tool, each.row, each.field) not in gone and each.code[0] in "VRIP"
    }


def differences(whole: Outcome, part: Outcome, gone: Collection[Key]) -> list[str]:
    """What a gap changes elsewhere besides that something is not run."""
    before, after = elsewhere(whole, gone), elsewhere(part, gone)
    wrong = [f"accused: {key}" for key in after if key not in before]
    wrong += [
        f"dropped: {key}"
        for key in before
        if key not in after and key[0] not in part.checks_not_run
    ]
    wrong += [
        f"calculated: {key} {value}"
        for key, value in calculated(part).items()
        if key not in gone and calculated(whole).get(key) != value
    ]
    return wrong


@st.composite
def gaps(draw_: st.DrawFn, where: Layout) -> set[Key]:
    """The slots of a sheet, a row or a column."""
    slot: Slot = draw_(st.sampled_from(list(where.slots.values())))
    same = draw_(st.sampled_from(("sheet", "row", "column")))
    return {
        key
        for key, each in where.slots.items()
        if each.tool == slot.tool
        and (same != "row" or (each.row, each.grid) == (slot.row, slot.grid))
        and (same != "column" or each.field is slot.field)
    }


@examples(120)
@given(st.data())
def test_a_gap_changes_nothing_elsewhere_but_to_not_run(data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(KEYS), max_size=40, unique=True))
    filled = {
        key: data.draw(KINDS.get(key[2].split("_")[1], st.sampled_from([0, 1, 2])))
        for key in chosen
    }
    gone = data.draw(gaps(SMALL))
    whole = told(SMALL, filled, ())
    part = told(SMALL, filled, gone)
    assert differences(whole, part, gone) == []


REG = {("REG", row, "REG_NA"): 2 for row in ("R-01", "R-02")}
SHOWN = {("SUM", "1", "SUM_NUM"): 4, ("SUM", "1", "SUM_TXT"): "two"}
REFERENCE: dict[Key, Any] = {("SUM", "1", "SUM_REF"): "R-02", ("SUM", "1", "SUM_OTH"): "R-02"}
TYPED = {key: {"formula": False} for key in SHOWN}
FORM: dict[Key, Any] = {("FORM", "1", "FRM_CA"): "BLUE", ("FORM", "1", "FRM_REQ"): "y"}


def register(*rows: str) -> set[Key]:
    return {key for key in SMALL.slots if key[0] == "REG" and (not rows or key[1] in rows)}


@pytest.mark.parametrize("gone", [register(), register("R-02")], ids=["sheet", "row"])
@pytest.mark.parametrize(
    ("filled", "changes", "before", "not_run"),
    [
        (REFERENCE, None, set(), {"V016", "R-Z62"}),
        (SHOWN, None, set(), {"V019"}),
        (SHOWN, TYPED, {"S013"}, {"S013", "V017"}),
        (dict.fromkeys(SHOWN, 9), TYPED, {"V017"}, {"V017"}),
        (dict.fromkeys(SHOWN, 9), None, {"V019"}, {"V019"}),
    ],
    ids=["reference", "shown", "typed", "typed otherwise", "shown otherwise"],
)
def test_what_is_made_from_it_is_not_run(
    filled: dict[Key, Any], changes: Any, before: set[str], not_run: set[str], gone: set[Key]
) -> None:
    about = {key[1:] for key in filled}
    whole, part = (told(SMALL, FORM | REG | filled, some, changes) for some in ((), gone))
    found, left = (
        {
            each.code
            for each in outcome.findings
            if (each.row, each.field) in about and each.code[0] != "R"
        }
        for outcome in (whole, part)
    )
    assert (found, left) == (before, set())
    assert not_run <= part.checks_not_run.keys()
    assert ("SUM", "1", "SUM_NUM") in calculated(whole)
    assert ("SUM", "1", "SUM_NUM") not in calculated(part)
    place = "Register" if gone == register() else "Register: R-02"
    for code in not_run:
        assert str(part.checks_not_run[code]).endswith(
            f"it depends on what could not be read: {place}."
        )


def test_how_far_a_sheet_is_cannot_be_said_without_it() -> None:
    records: dict[Key, Any] = {
        ("REC", str(n), f"REC_N{part}"): 1 for n in (1, 2, 3) for part in "AB"
    }
    filled = FORM | records | {("FORM", "REC", "USE_IT"): "Y", ("FORM", "1", "FRM_TA"): "x"}
    (by_progress,) = (
        each["code"] for each in RULES if each.get("check") == "completeness('REC') > 0.5"
    )
    for gone in ((), {key for key in SMALL.slots if key[0] == "REC"}):
        found = told(SMALL, filled, gone)
        assert by_progress not in {each.code for each in found.findings}
        assert (by_progress in found.checks_not_run) is bool(gone)


def test_what_is_certain_without_it_is_said() -> None:
    """No row has this code, whatever stands in the sheet that cannot be read."""
    part = told(SMALL, FORM | {("SUM", "1", "SUM_REF"): "R-77"}, register())
    assert [each.code for each in part.findings if each.field == "SUM_REF"] == ["V016"]


def test_the_form_that_cannot_be_read_names_no_other_country() -> None:
    gone = {key for key in SMALL.slots if key[0] == "FORM"}
    assert "I009" in told(SMALL, FORM, ()).checks_run
    assert str(told(SMALL, {}, gone).checks_not_run["I009"]).endswith(
        "what could not be read: Form."
    )


@pytest.mark.parametrize("name", ["example", "hrge_toolkit"])
@examples(12)
@given(data=st.data())
def test_the_same_of_the_specs_that_are_there(name: str, data: st.DataObject) -> None:
    where = layout(name)
    filled: dict[Key, Any] = dict(data.draw(answers(where, most=60)))
    if data.draw(st.booleans()):
        filled = dict(full(where, rows=3)) | filled
    gone = data.draw(gaps(where))
    assert differences(told(where, filled, ()), told(where, filled, gone), gone) == []


# out of files: the Toolkit, its risks of the strategy made unreadable in every way that there is

TOOLS_READ = ("T3.2", "T3.7", "T3.8", "T4.A", "T4.B")
RISK_SHEET = "T3.2"
PLACE = layout("hrge_toolkit", tools=TOOLS_READ).slots[RISK_SHEET, "R-SP-02", "RSK_10"].cells[0]


def cleared(raw: RawSheet) -> None:
    """The hidden codes are deleted, and the sheet has moved."""
    map_lines(raw, rows=delete(1))
    for cells in raw.cells.values():
        cells.pop(1, None)


DAMAGES: dict[str, Callable[[RawWorkbook], None]] = {
    "S001": lambda workbook: workbook.sheets.remove(sheet_of(workbook, RISK_SHEET)),
    "S010": lambda workbook: cleared(sheet_of(workbook, RISK_SHEET)),
    "S004": lambda workbook: map_lines(sheet_of(workbook, RISK_SHEET), rows=delete(PLACE.row)),
    "S005": lambda workbook: map_lines(
        sheet_of(workbook, RISK_SHEET), columns=delete(PLACE.column)
    ),
}


def looked_at(
    where: Layout, damage: Callable[[RawWorkbook], None] | None = None
) -> tuple[Submission, Outcome]:
    workbook = draw(where, full(where, rows=4))
    if damage is not None:
        damage(workbook)
    read = read_raw(workbook, path="a.xlsx", want=ExpectedReturn("hrge_toolkit"))
    assert isinstance(read, Submission)
    return read, check([(read, where)], today=TODAY)[0]


@pytest.mark.parametrize("code", DAMAGES)
def test_a_sheet_that_cannot_be_read_accuses_no_other(code: str) -> None:
    where = layout("hrge_toolkit", tools=TOOLS_READ)
    _, whole = looked_at(where)
    read, part = looked_at(where, DAMAGES[code])
    assert {each.code for each in part.findings if each.code in DAMAGES} == {code}
    there = read.cells[RISK_SHEET]
    gone = {
        key
        for key, cells in where.cells_of.items()
        if not all((*key, cell.part) in there for cell in cells)
    }
    gone = {key for key in gone if key[0] == RISK_SHEET}
    assert gone
    # what a row was called is not known without its sheet: said once, not at every reference
    naming = {
        key
        for key, slot in where.slots.items()
        if RISK_SHEET in slot.field.to and key in read.values()
    }
    assert list(differences(whole, part, gone)) == []
    if code in ("S001", "S010"):
        why = str(part.checks_not_run["V107"])
        assert len(naming) > NAMED
        assert f"(+{len(naming) - NAMED})" in why
    sheet = where.sheet[RISK_SHEET].name
    whys = [str(why) for why in part.checks_not_run.values() if "could not be read" in str(why)]
    assert whys
    assert all(why.rpartition("read: ")[2].startswith(sheet) for why in whys)
    if code in ("S001", "S010"):
        assert "V001" in part.checks_not_run
        assert "V016" in part.checks_not_run
