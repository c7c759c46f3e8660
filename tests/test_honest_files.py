"""What other programs write in another way, and mean the same by, gives no finding."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest

from tests.answers import TODAY, layout
from tests.face import CellKind, Finding, address, ooxml
from tests.in_words import in_words
from tests.intake_files import members, pack
from tests.made_workbooks import made
from tests.read_and_check import check, read
from tests.telling import telling

SPECS = ("example", "hrge_toolkit")
DAYS_BEFORE_1904 = 1462


def sheets_changed(data: bytes, change: Callable[[str, str], str]) -> bytes:
    """The workbook with something done to each of its worksheets, by the number of the part."""
    parts = members(data)
    for name, content in parts.items():
        number = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name)
        if number:
            parts[name] = change(number[1], content.decode()).encode()
    return pack(parts)


def formulas_written(formula: Callable[[str], str]) -> Callable[[str, str], str]:
    """What writes each formula of a sheet in another way."""

    def sheet(_: str, xml: str) -> str:
        return re.sub(
            r"(<f[^>]*>)([^<]+)(</f>)",
            lambda found: (
                found[1] + html.escape(formula(html.unescape(found[2])), quote=False) + found[3]
            ),
            xml,
        )

    return sheet


def as_gnumeric_writes(formula: str) -> str:
    """A range of one cell as that cell, `--x` as `-(-x)`, and functions by their newer names."""
    formula = re.sub(r"(\$?[A-Z]{1,3}\$?\d+):\1(?!\d)", r"\1", formula).replace(
        "RANK(", "_xlfn.RANK.EQ("
    )
    while (signs := re.search(r'(?<![-"])--(?!-)', formula)) is not None:
        end = start = signs.end()
        while end < len(formula) and (formula[end].isalnum() or formula[end] in "_.$"):
            end += 1
        depth = 0
        while end < len(formula):
            text = re.match(r'"(?:[^"]|"")*"', formula[end:]) if depth else None
            if text is None and formula[end] not in "(" and not depth:
                break
            depth += {"(": 1, ")": -1}.get(formula[end], 0)
            end += len(text[0]) if text else 1
            if not depth:
                break
        formula = f"{formula[: signs.start()]}-(-{formula[start:end]}){formula[end:]}"
    return formula


@pytest.mark.parametrize("name", telling(SPECS, "example"))
@pytest.mark.parametrize("filling", telling(["blank", "full"], "full"))
def test_formulas_as_gnumeric_writes_them(name: str, filling: str) -> None:
    data = made(name, "en", filling)
    changed = sheets_changed(data, formulas_written(as_gnumeric_writes))
    assert b"-(-" in b"".join(members(changed).values())
    submission = read(changed)
    assert submission.observations == submission.shown_otherwise == []


@pytest.mark.parametrize("name", telling(SPECS, "example"))
def test_days_counted_from_1904(name: str) -> None:
    """As a program saves it that was told to: every day as another number, and the workbook says so."""
    data = made(name, "en", "partly")
    whole = {f"{n}": sheet for n, sheet in enumerate(ooxml.read(data).sheets, start=1)}

    def earlier(number: str, xml: str) -> str:
        days = {
            address(row, column)
            for row, cells in whole[number].cells.items()
            for column, cell in cells.items()
            if cell.kind is CellKind.DATE
        }

        def cell(found: re.Match[str]) -> str:
            return (
                f"{found[1]}{float(found[3]) - DAYS_BEFORE_1904:g}{found[4]}"
                if found[2] in days
                else found[0]
            )

        return re.sub(
            r'(<c r="([A-Z]+\d+)"[^>]*>(?:<f[^>]*>[^<]*</f>|<f[^>]*/>)?<v>)([\d.]+)(</v>)',
            cell,
            xml,
        )

    parts = members(sheets_changed(data, earlier))
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        b"<workbookPr", b'<workbookPr date1904="1"', 1
    )
    submission, issued = read(pack(parts)), read(data)
    assert submission.values() == issued.values()
    assert submission.observations == submission.shown_otherwise == []
    assert submission.calculated_on == issued.calculated_on


@pytest.mark.parametrize("name", telling(SPECS, "example"))
@pytest.mark.parametrize("all_rows", telling([False, True], True))
def test_rules_with_the_range_that_a_name_stands_for(name: str, all_rows: bool) -> None:
    """Also where the list grows with what is filled in, and the rule holds all rows that it can have."""
    parts = members(made(name, "en", "full"))
    pattern = r'<definedName name="((?:list|rows)_[^"]+)"[^>]*>([^<]*)</definedName>'
    ranges = dict(re.findall(pattern, parts["xl/workbook.xml"].decode()))
    assert any(each.startswith("rows_") for each in ranges)
    if all_rows:
        ranges = {
            each: re.sub(r".*INDEX\(([^,]+),.*", r"\1", text) for each, text in ranges.items()
        }

    def written(_: str, xml: str) -> str:
        return re.sub(
            r"(?<=<formula1>)\w+(?=</formula1>)", lambda found: ranges.get(found[0], found[0]), xml
        )

    submission = read(sheets_changed(pack(parts), written))
    assert submission.observations == submission.shown_otherwise == []


@pytest.mark.parametrize("name", telling(SPECS, "example"))
def test_values_pasted_over_a_sheet_are_told_once(name: str) -> None:
    """Of each sheet that its formulas are gone, how many and where: with results, and where these were blank."""
    data = made(name, "en", "full")
    submission = read(
        sheets_changed(data, lambda _, xml: re.sub(r"<f[^>]*?/>|<f[^>]*>[^<]*</f>", "", xml))
    )
    (outcome,) = check([(submission, layout(name))], today=TODAY)
    told: dict[tuple[str, str | None], list[Finding]] = {}
    for finding in outcome.findings:
        if finding.code in ("S013", "S022", "S026", "S027", "V017"):
            told.setdefault((finding.code, finding.sheet), []).append(finding)
    assert max(map(len, told.values())) <= 6
    assert len([each for each in told if each[0] == "S013"]) == len(
        {each.tool for each in submission.answers if each.calculated}
    )
    (risks,) = told["S013", "Risks" if name == "example" else "3.2 Risk strategy"]
    assert str(in_words(risks, name).label).startswith(f"{risks.cell}, ")
    assert re.search(r"replaced by “.+ \(\+\d+\)”", in_words(risks, name).message)
