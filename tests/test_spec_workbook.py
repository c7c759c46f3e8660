"""A spec as a workbook: what goes out comes back as it was, and each mistake is told with its cell."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import given

from hrge_xl import Spec, export_spec, load, open_spec_workbook
from hrge_xl.core.errors import SpecError
from tests.command_line import ran
from tests.made_specs import SPECS, Files, specs, write
from tests.property_tests import examples

ROOT = Path(__file__).parent.parent
FIXTURES = Path(__file__).parent / "fixtures"
COMPLETE = [name for name, files in SPECS.items() if "workbook.yaml" in files]


def content(spec: Spec) -> str:
    """Return all that a spec says, in its order."""
    return json.dumps(spec.model_dump(exclude={"digest", "folder"}), default=repr)


def trip(spec: Path, folder: Path) -> None:
    """Assert that a spec comes back out of a workbook as it was, and the second time in the very same files."""
    book = export_spec(spec, folder / "book.xlsx")
    with open_spec_workbook(book) as first:
        returned = load(first)
        assert content(returned) == content(load(spec))
        again = export_spec(first, folder / "again.xlsx")
        with open_spec_workbook(again) as second:
            assert load(second).digest == returned.digest


@pytest.mark.parametrize("name", ["example", pytest.param("hrge_toolkit", marks=pytest.mark.deep)])
def test_each_spec_that_is_installed_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    trip(ROOT / "workbook_specs" / name, tmp_path)


@pytest.mark.parametrize(
    "folder",
    [
        *("people", "round/spec"),
        *("new_fields/school_census", "new_fields/procurement", "new_fields/laboratory"),
    ],
)
def test_each_spec_of_the_tests_comes_back_as_it_was(folder: str, tmp_path: Path) -> None:
    trip(FIXTURES / folder, tmp_path)


@pytest.mark.parametrize("name", COMPLETE)
def test_each_spec_that_tests_make_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    folder = write(SPECS[name], tmp_path / "spec")
    try:
        load(folder)
    except SpecError:
        pytest.skip("half a spec, which a test completes")
    trip(folder, tmp_path)


def any_spec_comes_back(files: Files) -> None:
    with TemporaryDirectory() as folder:
        spec = write(files, Path(folder, "spec"))
        try:
            load(spec)
        except SpecError:
            return  # what the generator makes at random may be beyond what Excel holds
        trip(spec, Path(folder))


@examples(8)
@given(files=specs())
def test_any_spec_comes_back_as_it_was(files: Files) -> None:
    any_spec_comes_back(files)


@pytest.mark.deep
@examples(400)
@given(files=specs())
def test_very_many_specs_come_back_as_they_were(files: Files) -> None:
    any_spec_comes_back(files)


ODD: Files = {
    "workbook.yaml": {
        "name": "odd",
        "version": "1.0",
        "title": {"fr": "En premier", "en": "Second"},
        "note": "[1, 2]",
        "languages": ["en", "fr"],
        "sheets": ["F"],
        "what_to_do": ["null", '"quoted"', {"en": "{braces}", "fr": "a; b"}],
    },
    "vocabularies.yaml": {
        "L": {
            "note": "two\nlines\n",
            "items": [
                {"code": "A/B", "label": "=1+1", "aliases": ["x, y", "z"]},
                {"code": "004", "label": {"fr": "Oui", "en": "Yes"}, "aliases": ["one; two"]},
            ],
        }
    },
    "tools/f.yaml": {
        "code": "F",
        "sheet": "F",
        "title": " F ",
        "blocks": [
            {"kind": "form", "fields": [{"code": "F_0", "type": "text", "label": "<r>x</r>"}]},
            {
                "kind": "form",
                "fields": [
                    {"code": "F_1", "type": "text", "label": "a\n b ", "default": "x; y"},
                    {"code": "F_2", "type": "many L", "label": "TRUE", "default": ["004"]},
                    {
                        "code": "F_3",
                        "type": "decimal",
                        "label": "3",
                        "minimum": 0.1234567890123456,
                        "checks": [
                            {"check": "value < 5", "message": "{label} of 5", "severity": "info"},
                            {"check": "value != 2", "message": {"en": "Two", "fr": "Deux"}},
                        ],
                    },
                    {"code": "F_4", "for": "L", "type": "integer", "label": "Of each"},
                ],
            },
        ],
    },
    "matrix.yaml": {},
}
del ODD["matrix.yaml"]


def test_what_no_cell_holds_as_it_is_comes_back_too(tmp_path: Path) -> None:
    """Spaces at the ends, lists of texts with a semicolon, languages in another order, what looks like something."""
    trip(write(ODD, tmp_path / "spec"), tmp_path)


# through the command line


def begun(folder: Path, *words: str) -> Path:
    """Begin a spec as a workbook."""
    file = folder / "own.xlsx"
    ran("spec", "new", "own", "-o", file, *words)
    return file


def changed(file: Path, **cells: object) -> Path:
    """Write into cells of a workbook, named as `fields_C2`."""
    book = openpyxl.load_workbook(file)
    for name, value in cells.items():
        sheet, cell = name.split("__")
        if sheet not in book.sheetnames:
            book.create_sheet(sheet)
        book[sheet][cell] = value
    book.save(file)
    return file


def column(file: Path, sheet: str, heading: str) -> str:
    """Return the letters of a column."""
    cells = openpyxl.load_workbook(file)[sheet][1]
    return next(cell.column_letter for cell in cells if cell.value == heading)


def mistakes(file: Path) -> list[str]:
    """Return what `spec check` says of a workbook with mistakes."""
    *lines, last = ran("spec", "check", file, "--fast", code=3).err.splitlines()
    assert last.endswith("in the spec.")
    return [line.removeprefix("Error: ") for line in lines]


def test_from_nothing_to_a_round(tmp_path: Path) -> None:
    """New, in two languages, with a question more; checked, issued, and taken into a round as YAML."""
    file = begun(tmp_path, "--languages", "en,fr")
    row = {
        f"fields__{column(file, 'fields', heading)}8": value
        for heading, value in {
            "sheet": "FORM",
            "code": "FRM_09",
            "type": "choice PLACE",
            "label::en": "Second place",
            "label::fr": "Second lieu",
            "required": "always",
        }.items()
    }
    changed(file, **row)
    assert "7 fields" in ran("spec", "check", file).out
    (workbook,) = ran("generate", file, "--language", "fr", "-o", tmp_path / "out").out.split()
    cells = openpyxl.load_workbook(workbook)["Form"].iter_rows(values_only=True)
    assert any("Second lieu" in str(cell) for cells_of_row in cells for cell in cells_of_row)
    teams = tmp_path / "teams.csv"
    teams.write_text("team\nA-1\n", encoding="utf-8")
    ran("round", "init", tmp_path / "round", "--spec", file, "--teams", teams)
    ran("generate", tmp_path / "round", "--today", "2026-07-01")
    (copy,) = (tmp_path / "round" / "spec").iterdir()
    assert "FRM_09" in (copy / "tools" / "FORM.yaml").read_text(encoding="utf-8")
    ran("spec", "export", file, "-o", tmp_path / "yaml")
    assert load(tmp_path / "yaml").digest.startswith(copy.name)
    ran("spec", "diff", file, tmp_path / "yaml")


def test_it_has_dropdowns_and_help(tmp_path: Path) -> None:
    file = begun(tmp_path)
    sheet = openpyxl.load_workbook(file)["fields"]
    rules = sheet.data_validations.dataValidation
    offered = {str(rule.sqref): rule.formula1 for rule in rules if rule.type == "list"}

    def of(heading: str) -> str:
        letters = column(file, "fields", heading)
        return next(source for cells, source in offered.items() if cells.startswith(f"{letters}2"))

    assert "reference" in of("type")
    assert of("sheet").startswith("sheets!$A$2")
    assert of("vocabulary").startswith("_names!")
    assert "ticked" in of("required")
    assert of("people") == '"TRUE,FALSE"'
    helps = {str(rule.sqref): rule.prompt for rule in rules if rule.prompt}
    assert all(f"{cell.column_letter}1" in helps for cell in sheet[1])
    assert all(0 < len(text) <= 255 for text in helps.values())


def test_a_mistake_is_told_with_its_cell(tmp_path: Path) -> None:
    file = begun(tmp_path)
    kind = column(file, "fields", "type")
    formula = column(file, "fields", "required/when")
    changed(file, **{f"fields__{kind}3": "dat", f"fields__{formula}7": "filled(TSK_09)"})
    told = mistakes(file)
    assert any(line.startswith(f"fields!{kind}3: ") and "date" in line for line in told)
    assert any(line.startswith(f"fields!{formula}7: ") and "TSK_09" in line for line in told)


@pytest.mark.parametrize(
    ("cells", "place", "words"),
    [
        ({"fields__A2": "FROM"}, "fields!A2", "Did you mean 'FORM'?"),
        ({"fields__A2": None}, "fields!A2", "no `sheet`"),
        ({"fields__B2": 3}, "fields!B2", "no block of this number"),
        ({"fields__B2": "first"}, "fields!B2", "no block of this number"),
        ({"fields__BA1": "requierd"}, "fields!BA1", "Did you mean 'required'?"),
        ({"fields__BA1": "type"}, "fields!BA1", "heading of two columns"),
        ({"fields__BA2": "x"}, "fields!BA2", "no heading"),
        ({"lists__B2": "=1/0"}, "lists!B2", "error, or a formula"),
        ({"lists__A2": None}, "lists!A2", "no `list`"),
        ({"rule__A1": "code"}, "rule!A1", "Did you mean 'rules'?"),
        ({"settings__A9": "noet", "settings__B9": "x"}, "settings!B9", "Did you mean 'note'?"),
        ({"settings__A9": "title", "settings__B9": "x"}, "settings!B9", "is said here and in"),
        ({"settings__A9": "title/en", "settings__B9": "x"}, "settings!B9", "is said here and in"),
        ({"settings__A9": "tools/FORM/blocks/kind", "settings__B9": "x"}, "settings!B9", "is said"),
        ({"settings__B9": "x"}, "settings!A9", "no `path`"),
        ({"settings__A9": "#1", "settings__B9": "x"}, "settings!B9", "is said here and in"),
        ({"settings__A9": "a/" * 99, "settings__B9": "x"}, "settings!A9", "too many steps"),
        ({"files__A2": "../x.yaml", "files__B2": "x"}, "files!B2", "no file that a spec can have"),
        ({"files__A2": "rules.yaml", "files__B2": "x"}, "files!B2", "stands in other sheets"),
        ({"files__A2": "languages/fr.po", "files__B2": "x"}, "files!B2", ""),
    ],
)
def test_what_stands_nowhere_is_told(
    cells: dict[str, Any], place: str, words: str, tmp_path: Path
) -> None:
    told = mistakes(changed(begun(tmp_path), **cells))
    assert any(line.startswith(f"{place}: ") and words in line for line in told), told


def test_notes_and_numbers_are_taken_as_people_mean_them(tmp_path: Path) -> None:
    """Sheets and columns of notes, a label that is a number, several codes in a cell, TRUE as a text."""
    file = begun(tmp_path)
    label = column(file, "fields", "label")
    always = column(file, "sheets", "always")
    changed(
        file,
        **{
            "_notes__A1": "mine",
            "fields__BA1": "_mine",
            "fields__BA2": "ask again",
            f"fields__{label}2": 2026,
            f"sheets__{always}2": "TRUE",
            "settings__B5": "en; fr",
        },
    )
    with open_spec_workbook(file) as folder:
        spec = load(folder)
    assert spec.languages == ("en", "fr")
    assert spec.tools[0].always
    assert next(iter(spec.tools[0].fields.values())).label.source == "2026"


def test_warnings_have_their_cells_too(tmp_path: Path) -> None:
    file = begun(tmp_path)
    start = column(file, "sheets", "id")
    changed(file, **{f"sheets__{start}3": "T"})
    assert f"warning: sheets!{start}3: " in ran("spec", "check", file, "--fast").err


def hostile(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield files that are no spec workbooks, with what is said of them."""
    text = folder / "text.xlsx"
    text.write_text("no workbook", encoding="utf-8")
    yield text, "text.xlsx"
    bomb = folder / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", b" " * 300_000_000)
    yield bomb, "bomb.xlsx"
    other = folder / "other.xlsx"
    openpyxl.Workbook().save(other)
    yield other, "hrge-xl spec new"
    yield folder / "nothing.xlsx", "no such file"


def test_hostile_files_are_refused(tmp_path: Path) -> None:
    for file, words in hostile(tmp_path):
        told = ran("spec", "check", file, code=2).err
        assert words in told
        assert "bug" not in told


def test_nothing_is_overwritten_and_nothing_lost(tmp_path: Path) -> None:
    file = begun(tmp_path)
    assert "exists already" in ran("spec", "new", "own", "-o", file, code=2).err
    assert "exists already" in ran("spec", "export", "example", "-o", tmp_path, code=2).err
    assert "is a workbook" in ran("spec", "translate", file, "--language", "fr", code=2).err
    assert "own name" in ran("spec", "new", "own name", "-o", tmp_path / "x.xlsx", code=2).err


def test_a_text_that_no_cell_holds_is_told(tmp_path: Path) -> None:
    spec = write(ODD, tmp_path / "spec")
    head = spec / "workbook.yaml"
    text = head.read_text(encoding="utf-8")
    head.write_text(f"{text}brief: {{title: {'x' * 40_000}}}\n", encoding="utf-8")
    told = ran("spec", "export", spec, "-o", tmp_path / "a.xlsx", code=3).err
    assert "settings!value" in told
    assert not (tmp_path / "a.xlsx").exists()
