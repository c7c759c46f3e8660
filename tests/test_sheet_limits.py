"""What stands in the parts of a workbook, as they are stored: within the limits of Excel, known to other programs."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from xml.etree.ElementTree import Element, fromstring

from tests.answers import layout
from tests.made_workbooks import EVERY_SPEC, made

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TITLE, ALERT, PROMPT, LIST, FORMULA, DEPTH = 32, 225, 255, 255, 8_192, 64
TEXTS = re.compile('"[^"]*"')
NEWER = re.compile(r"_xl(fn|ws|udf)\.")
PLAIN = re.compile(r"'?[^'!]+'?!\$[A-Z]+\$\d+(:\$[A-Z]+\$\d+)?")
# what a list can depend on: the answer that narrows it, or which rows of a register are in use
NARROWED = re.compile(r"INDEX\(list_\w+,MATCH\([^,]+,parent_\w+,0\)\):INDEX\(list_\w+,.*\)")


@dataclass(frozen=True)
class Parts:
    """The sheets, the fonts and the defined names of a workbook."""

    sheets: dict[str, Element]
    styles: Element
    names: dict[str, str]
    order: list[str]  # names of sheets

    @property
    def rules(self) -> Iterator[Element]:
        """The validation rules."""
        return (
            rule for sheet in self.sheets.values() for rule in sheet.iter(f"{MAIN}dataValidation")
        )


@cache
def parts_of(name: str, language: str) -> Parts:
    with zipfile.ZipFile(BytesIO(made(name, language, "partly"))) as archive:
        sheets = {
            part: fromstring(archive.read(part))
            for part in archive.namelist()
            if part.startswith("xl/worksheets/sheet")
        }
        book = fromstring(archive.read("xl/workbook.xml"))
        styles = fromstring(archive.read("xl/styles.xml"))
    names = {str(entry.get("name")): str(entry.text) for entry in book.iter(f"{MAIN}definedName")}
    order = [str(entry.get("name")) for entry in book.iter(f"{MAIN}sheet")]
    return Parts(sheets, styles, names, order)


def depth(formula: str) -> int:
    """How many brackets stand within each other, which is no less than functions do."""
    deepest = level = 0
    for sign in TEXTS.sub("", formula):
        level += (sign == "(") - (sign == ")")
        deepest = max(deepest, level)
    return deepest


@EVERY_SPEC
def test_formulas_are_within_the_limits_and_as_old_as_excel_2010(name: str, language: str) -> None:
    parts = parts_of(name, language)
    cells = [cell for sheet in parts.sheets.values() for cell in sheet.iter(f"{MAIN}f")]
    formulas = [cell.text or "" for cell in cells]
    formulas += [rule.findtext(f"{MAIN}formula1", "") for rule in parts.rules]
    formulas += [
        formula.text or ""
        for sheet in parts.sheets.values()
        for formula in sheet.iter(f"{MAIN}formula")
    ]
    formulas += parts.names.values()
    assert len(formulas) > 100
    assert not [text for text in formulas if len(text) > FORMULA or depth(text) > DEPTH]
    assert not [text for text in formulas if NEWER.search(text)]
    assert {cell.get("t") for cell in cells} <= {None, "shared"}  # no arrays
    assert not [cell for sheet in parts.sheets.values() for cell in sheet.iter() if cell.get("cm")]


@EVERY_SPEC
def test_what_a_rule_says_fits_into_its_box(name: str, language: str) -> None:
    limits = {"promptTitle": TITLE, "errorTitle": TITLE, "prompt": PROMPT, "error": ALERT}
    too_long = [
        (rule.get("sqref"), part)
        for rule in parts_of(name, language).rules
        for part, limit in limits.items()
        if len(rule.get(part, "")) > limit
    ]
    assert not too_long


@EVERY_SPEC
def test_a_dropdown_is_a_plain_range_unless_it_depends_on_an_answer(
    name: str, language: str
) -> None:
    parts = parts_of(name, language)
    where = layout(name, language)
    growing = {tool for tool, grid in where.rows_of.items() if grid.kind == "register"} | {
        slot.field.narrowed.by for slot in where.slots.values() if slot.field.narrowed
    }
    sources = {
        rule.findtext(f"{MAIN}formula1", "") for rule in parts.rules if rule.get("type") == "list"
    }
    assert len(sources) > 3
    for source in sources:
        if source.startswith('"'):
            assert len(source) <= LIST
        elif not NARROWED.fullmatch(source):
            depends = any(code.replace(".", "_") in source for code in growing)
            assert PLAIN.fullmatch(parts.names[source]) or depends, source


@EVERY_SPEC
def test_a_dropdown_offers_everything_once(name: str, language: str) -> None:
    for listed in layout(name, language).lists.values():
        assert not listed.steps
        assert len(set(listed.offered)) == len(listed.offered)


@EVERY_SPEC
def test_excel_shows_the_font_that_widths_are_measured_in_and_no_green_corners(
    name: str, language: str
) -> None:
    parts = parts_of(name, language)
    assert not list(parts.styles.iter(f"{MAIN}scheme"))
    for part, sheet in parts.sheets.items():
        if (
            sheet.find(f"{MAIN}sheetProtection") is not None
            and sheet.find(f"{MAIN}cols") is not None
        ):
            (ignored,) = sheet.iter(f"{MAIN}ignoredError")
            assert ignored.get("numberStoredAsText") == "1", part


@EVERY_SPEC
def test_rows_to_fill_in_grow_with_what_is_typed(name: str, language: str) -> None:
    """Excel fits a row to its text unless its height was set."""
    parts = parts_of(name, language)
    for sheet in layout(name, language).sheets:
        rows = {row.index for grid in sheet.grids for row in grid.data_rows}
        part = parts.sheets[f"xl/worksheets/sheet{parts.order.index(sheet.name) + 1}.xml"]
        set_by_hand = [
            row.get("r")
            for row in part.iter(f"{MAIN}row")
            if int(str(row.get("r"))) in rows and row.get("ht")
        ]
        assert not set_by_hand, sheet.name
