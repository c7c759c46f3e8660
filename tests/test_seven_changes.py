"""Each change that is made often is made in one place: here each is made in a copy of the program, and used.

A tool sheet is one file, a field type one class, a function one class, a finding one block, a rule one entry, a report
format one module, a language one catalogue, a store one class; a status of returns an entry, its number and its note; a
table, a column, a view its description and what fills it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hrge_xl import load
from tests.conftest import missing
from tests.tables import table

pytestmark = pytest.mark.deep

ROOT = Path(__file__).parent.parent
TODAY = ("--today", "2026-06-30")
WRITTEN = ("--formats", "xlsx,csv")
TEXTS = table("seven_changes")
PARTS = ("hrge_xl", "tests", "docs", "workbook_specs")  # what the program and its pages are made of


@dataclass(frozen=True)
class Copy:
    """A copy of the program with a spec of its own, in which one place is changed."""

    root: Path

    @property
    def spec(self) -> Path:
        """The spec of the copy."""
        return self.root / "workbook_specs" / "services"

    def append(self, file: str, text: str) -> None:
        """Write something at the end of a file, a new one where there is none."""
        path = self.root / file
        path.write_text(
            (path.read_text(encoding="utf-8") if path.exists() else "") + text, encoding="utf-8"
        )

    def replace(self, file: str, old: str, new: str) -> None:
        """Replace the one place where a text stands."""
        text = (self.root / file).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (self.root / file).write_text(text.replace(old, new), encoding="utf-8")

    def changed(self) -> list[str]:
        """Every file of the program that is not as it was."""
        files = (file for part in PARTS for file in (self.root / part).rglob("*") if file.is_file())
        names = (
            file.relative_to(self.root).as_posix()
            for file in files
            if "__pycache__" not in file.parts
        )
        return sorted(name for name in names if not self._as_it_was(name))

    def _as_it_was(self, name: str) -> bool:
        before = ROOT / name
        if name.startswith("workbook_specs/services/"):
            return (self.root / name).read_text(encoding="utf-8") == {
                "workbook.yaml": TEXTS["SPEC"],
                "service.yaml": TEXTS["SHEET"],
            }.get(Path(name).name)
        return before.is_file() and before.read_bytes() == (self.root / name).read_bytes()

    def python(self, *words: object) -> str:
        """Run Python in the copy; gives what it says."""
        done = subprocess.run(
            [sys.executable, *map(str, words)],
            cwd=self.root,
            capture_output=True,
            encoding="utf-8",
            check=False,
            env={**os.environ, "PYTHONPATH": str(self.root), "PYTHONIOENCODING": "utf-8"},
            timeout=300,
        )
        assert done.returncode in (0, 1), done.stderr
        assert done.returncode == 0 or not done.stderr.count("Traceback"), done.stderr
        return done.stdout

    def hrge(self, *words: object) -> str:
        """Run a command of the copy; gives its standard output."""
        return self.python("-m", "hrge_xl", *words)

    def workbook(self) -> Path:
        """Issue one workbook."""
        self.hrge("generate", self.spec, "-o", self.root / "output", *TODAY)
        (path,) = (self.root / "output").glob("*.xlsx")
        return path

    def sample(self) -> Path:
        """Issue the filled sample of the example; gives its folder."""
        self.hrge("generate", "example", "--sample", "-o", self.root / "sample")
        return self.root / "sample"

    def returned(self, **answers: Any) -> Path:
        """Issue a workbook and give it back with some answers typed in."""
        path = self.workbook()
        book = openpyxl.load_workbook(path)
        for code, value in answers.items():
            place = input_of(book, code)
            book[place.sheet].cell(place.row, place.column).value = value
        book.save(path)
        return path

    def findings(self, path: Path) -> list[dict[str, Any]]:
        """What the reader finds in a file."""
        (file,) = json.loads(self.hrge("validate", path, "--json", *TODAY))["files"]
        return list(file["findings"])

    def consolidated(self, path: Path | None = None, **answers: Any) -> Path:
        """A dataset of one workbook: this one, or one with some answers typed in."""
        self.hrge(
            "consolidate",
            "--write",
            path or self.returned(**answers),
            "-o",
            self.root / "dataset",
            *TODAY,
            *WRITTEN,
        )
        return self.root / "dataset"

    def table(self, name: str) -> list[str]:
        """The lines of a table of the dataset, as CSV."""
        file = self.root / "dataset" / "csv" / f"{name}.csv"
        return file.read_text(encoding="utf-8-sig").splitlines()

    def page(self, name: str) -> str:
        """A page of the docs, as the copy writes it."""
        self.python("-m", "tests.write_docs")
        self.python("-m", "tests.write_expressions")
        return (self.root / "docs" / name).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Place:
    """Where a question is answered."""

    sheet: str
    number: int
    row: int
    column: int


def input_of(book: openpyxl.Workbook, code: str) -> Place:
    """Find the cell of a question by the hidden code of its row."""
    for number, sheet in enumerate(book.worksheets):
        for row in range(1, sheet.max_row + 1):
            if sheet.cell(row, 1).value == code:
                column = next(n for n in range(2, 30) if not sheet.cell(row, n).protection.locked)
                return Place(sheet.title, number, row, column)
    raise AssertionError(code)


def sheet_says(path: Path, code: str, typed: str) -> str:
    """Type into the cell of a question and let another engine calculate: all that its row shows then."""
    try:
        import ironcalc
    except ImportError:
        missing("IronCalc is not installed (pip install ironcalc)")
    place = input_of(openpyxl.load_workbook(path), code)
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC")
    model.set_user_input(place.number, place.row, place.column, typed)
    model.evaluate()
    cells = (
        model.get_formatted_cell_value(place.number, place.row, column) for column in range(1, 12)
    )
    return " | ".join(map(str, cells))


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    """A copy with a small spec."""
    for part in PARTS:
        shutil.copytree(
            ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "fixtures")
        )
    made = Copy(tmp_path)
    (made.spec / "tools").mkdir(parents=True)
    (made.spec / "workbook.yaml").write_text(TEXTS["SPEC"], encoding="utf-8")
    (made.spec / "tools" / "service.yaml").write_text(TEXTS["SHEET"], encoding="utf-8")
    assert made.changed() == []
    yield made
    shutil.rmtree(tmp_path)


def test_a_field_type_is_one_class(copy: Copy) -> None:
    copy.append("hrge_xl/fields/numbers.py", TEXTS["DURATION"])
    assert copy.changed() == ["hrge_xl/fields/numbers.py"]
    copy.append(
        "workbook_specs/services/tools/service.yaml",
        "      - {code: SVC_03, type: duration, maximum: 600, label: Time open}\n",
    )

    assert "duration" in copy.hrge("spec", "schema")
    assert "Time open" in copy.hrge("spec", "show", copy.spec)
    copy.hrge("spec", "check", copy.spec)

    path = copy.workbook()
    place = input_of(openpyxl.load_workbook(path), "SVC_03")
    sheet = openpyxl.load_workbook(path)[place.sheet]
    cell = sheet.cell(place.row, place.column)
    (rule,) = (
        each for each in sheet.data_validations.dataValidation if cell.coordinate in each.sqref
    )
    assert (rule.type, rule.formula1, rule.formula2) == ("whole", "0", "600.0")
    assert "Type a duration in minutes (0h00 to 10h00)." in rule.prompt
    assert cell.number_format == '0" min"'
    assert "Type a duration" not in sheet_says(path, "SVC_03", "90")
    assert "Type a duration in minutes (0h00 to 10h00)." in sheet_says(path, "SVC_03", "900")

    late = [each for each in copy.findings(copy.returned(SVC_03=900)) if each["field"] == "SVC_03"]
    assert [(each["name"], each["remedy"]) for each in late] == [
        ("out-of-range", "Type a duration in minutes (0h00 to 10h00).")
    ]
    path = copy.returned(SVC_03="2h30")
    assert [each["name"] for each in copy.findings(path) if each["field"] == "SVC_03"] == [
        "number-as-text"
    ]
    copy.consolidated(path)
    (answer,) = (line for line in copy.table("answers") if "SVC_03" in line)
    assert ",150," in answer or ",150.0," in answer
    assert ",SVC_03,Time open,duration," in "".join(copy.table("questions"))

    office = openpyxl.Workbook()
    office.active.append(["Name", "Time"])  # type: ignore[union-attr]
    for row in range(2, 6):
        office.active.cell(row, 1, f"Service {row}")  # type: ignore[union-attr]
        office.active.cell(row, 2, row * 30).number_format = "0.0 \\h"  # type: ignore[union-attr]
    office.save(copy.root / "office.xlsx")
    copy.hrge("spec", "draft", copy.root / "office.xlsx", "-o", copy.root / "drafted")
    assert "type: duration" in "".join(
        file.read_text(encoding="utf-8") for file in (copy.root / "drafted").rglob("*.yaml")
    )

    assert (
        "| duration | a duration in minutes, also as 2h30 | | `minimum` `maximum` |"
        in copy.page("writing-a-spec.md")
    )


def test_a_function_is_one_class(copy: Copy) -> None:
    copy.append("hrge_xl/language/functions/figures.py", TEXTS["CUBE"])
    assert copy.changed() == ["hrge_xl/language/functions/figures.py"]
    copy.append(
        "workbook_specs/services/rules.yaml", TEXTS["RULE"].format(check="cube(SVC_02) < 1000")
    )
    copy.hrge("spec", "check", copy.spec)
    path = copy.workbook()
    assert "There are too many rooms." not in sheet_says(path, "SVC_02", "9")
    assert "There are too many rooms." in sheet_says(path, "SVC_02", "10")
    assert "R-S01" not in [each["code"] for each in copy.findings(copy.returned(SVC_02=9))]
    assert "R-S01" in [each["code"] for each in copy.findings(copy.returned(SVC_02=10))]
    page = copy.page("expressions.md")
    assert (
        "| `cube` | number | number | the number to the power of three | blank on blank |" in page
    )
    assert "cube(RSK_03)\n    " in page


def test_a_rule_is_one_entry(copy: Copy) -> None:
    copy.append("workbook_specs/services/rules.yaml", TEXTS["RULE"].format(check="SVC_02 < 10"))
    assert copy.changed() == ["workbook_specs/services/rules.yaml"]
    copy.hrge("spec", "check", copy.spec)
    path = copy.workbook()
    assert "There are too many rooms." not in sheet_says(path, "SVC_02", "9")
    assert "There are too many rooms." in sheet_says(path, "SVC_02", "10")
    (found,) = (each for each in copy.findings(copy.returned(SVC_02=10)) if each["code"] == "R-S01")
    assert (found["message"], found["remedy"]) == ("There are too many rooms.", "Count them again.")


def test_a_sheet_is_one_file(copy: Copy) -> None:
    copy.append("workbook_specs/services/tools/staff.yaml", TEXTS["SECOND"])
    assert copy.changed() == ["workbook_specs/services/tools/staff.yaml"]
    copy.hrge("spec", "check", copy.spec)
    path = copy.workbook()
    names = openpyxl.load_workbook(path).sheetnames
    assert names.index("Staff") == names.index("Service") + 1
    assert copy.findings(path) == []
    copy.consolidated(path)
    assert ",STF_01,Function,text," in "".join(copy.table("questions"))


def test_a_report_format_is_one_module(copy: Copy) -> None:
    copy.append("hrge_xl/outputs/formats/text.py", TEXTS["FORMAT"])
    assert copy.changed() == ["hrge_xl/outputs/formats/text.py"]
    copy.hrge(
        "report", copy.returned(SVC_02=10), "--format", "text", "-o", copy.root / "reports", *TODAY
    )
    assert ": accepted" in (copy.root / "reports" / "validation.txt").read_text(encoding="utf-8")
    assert "html|json|text|xlsx" in copy.page("cli.md")


def test_an_export_file_is_one_entry_and_what_writes_it(copy: Copy) -> None:
    copy.append("hrge_xl/outputs/exports.py", TEXTS["FILE"])
    assert copy.changed() == ["hrge_xl/outputs/exports.py"]
    dataset = copy.consolidated(SVC_02=10)
    assert "submissions 1" in (dataset / "counts.txt").read_text(encoding="utf-8").splitlines()
    assert "identical" in copy.hrge(
        "verify", dataset
    )  # it is held against the same file written again


def test_a_command_is_one_function_its_options_and_its_line(copy: Copy) -> None:
    copy.append("hrge_xl/cli/tally.py", TEXTS["COMMAND"])
    copy.replace(
        "hrge_xl/cli/__init__.py",
        '    "doctor": "Check',
        '    "tally": "Count the returns.",\n    "doctor": "Check',
    )
    copy.replace("hrge_xl/cli/options.yaml", "  explain:\n", "  tally:\n    round:\n  explain:\n")
    assert copy.changed() == [
        "hrge_xl/cli/__init__.py",
        "hrge_xl/cli/options.yaml",
        "hrge_xl/cli/tally.py",
    ]
    assert copy.hrge("tally", copy.root).strip() == "tallied"
    assert "tally" in copy.hrge("--help")
    assert "Count the returns of a consolidated folder." in copy.page("cli.md")


def test_a_finding_is_one_block(copy: Copy) -> None:
    copy.append("hrge_xl/findings/value.py", TEXTS["FINDING"])
    assert copy.changed() == ["hrge_xl/findings/value.py"]
    assert "Round figures are often estimates." in copy.hrge("explain", "V099")
    assert "### V099\n\n**round-figure** (warning)." in copy.page("findings.md")


TABLES = "hrge_xl/dataset/tables.yaml"
OPEN = "\n    @property\n    def open(self) -> bool:\n"
COLUMN = f'    origin: str | None = "the reader"\n{OPEN}'


def test_a_column_of_the_findings_is_a_field_and_a_column(copy: Copy) -> None:
    """The report in JSON says what it said: others rely on it."""
    copy.replace("hrge_xl/findings/model.py", OPEN, COLUMN)
    for after in (
        "waived waiver waiver_number",
        "waived waiver current",
    ):  # of the facts, and of the view
        copy.replace(TABLES, after, f"origin {after}")
    copy.replace(TABLES, "  suggestion: {", "  origin: {meaning: Who noticed it.}\n  suggestion: {")
    view = "hrge_xl/dataset/sql/findings.sql"
    copy.replace(view, "f.waived, f.waiver", "f.origin, f.waived, f.waiver")
    assert copy.changed() == [view, TABLES, "hrge_xl/findings/model.py"]
    copy.consolidated(SVC_02="many")
    table = copy.table("findings")
    assert "suggestion,origin,waived" in table[0]
    assert all(",the reader," in line for line in table[1:])
    book = openpyxl.load_workbook(copy.root / "dataset" / "data.xlsx")
    assert any(
        cell.value == "origin"
        for sheet in book.worksheets
        for row in sheet["A1:Z4"]
        for cell in row
    )


def test_a_column_of_a_table_is_its_description_and_what_fills_it(copy: Copy) -> None:
    rows = "hrge_xl/dataset/rows.py"
    copy.replace(TABLES, "path sha256 size verdict", "path sha256 size letters verdict")
    described = "  letters: {type: integer, meaning: How long its name is., head: Letters}\n"
    copy.replace(TABLES, "  size: {", f"{described}  size: {{")
    copy.replace(rows, '"size": result.size,', '"size": result.size, "letters": len(result.path),')
    assert copy.changed() == [rows, TABLES]
    dataset = copy.consolidated(SVC_02=10)
    table = copy.table("submissions")
    assert ",size,letters,verdict," in table[0]
    package = json.loads((dataset / "datapackage.json").read_text(encoding="utf-8"))
    (field,) = (
        field
        for table in package["resources"]
        for field in table["schema"]["fields"]
        if field["name"] == "letters"
    )
    assert (field["type"], field["description"]) == ("integer", "How long its name is.")
    book = openpyxl.load_workbook(dataset / "data.xlsx")
    assert "Letters" in [cell.value for cell in book["submissions"][3]]
    assert "| letters | integer | How long its name is. |" in copy.page("dataset.md")


def test_a_table_is_its_description_and_what_fills_it(copy: Copy) -> None:
    counts = "hrge_xl/dataset/aggregates/counts.py"
    copy.replace(TABLES, "\n  overdue:\n", f"{TEXTS['FIGURES']}\n  overdue:\n")
    copy.replace(
        TABLES,
        "aggregate_splits aggregate_gaps\n",
        "aggregate_splits aggregate_gaps aggregate_languages\n",
    )
    copy.append(counts, TEXTS["SELECT"])
    assert copy.changed() == [counts, TABLES]
    dataset = copy.consolidated(SVC_02=10)
    table = copy.table("aggregate_languages")
    assert table == ["n,language,frequency", "1,en,1"]
    book = openpyxl.load_workbook(dataset / "data.xlsx")
    assert "Returns by language" in [cell.value for cell in book["Contents"]["B"]]
    assert [cell.value for cell in book["aggregate_languages"][4]] == [1, "en", 1]


def test_a_view_is_its_description_and_its_selection(copy: Copy) -> None:
    view = "hrge_xl/dataset/sql/open_errors.sql"
    copy.replace(TABLES, "\n  placed_answers:\n", f"{TEXTS['VIEW']}\n  placed_answers:\n")
    copy.replace(TABLES, "answers <sheet> findings", "answers <sheet> open_errors findings")
    copy.append(view, TEXTS["SELECTION"])
    assert copy.changed() == [view, TABLES]
    copy.consolidated(SVC_02="many")
    table = copy.table("open_errors")
    assert table[0] == "submission,n,team,code,name,message"
    assert len(table) > 1
    assert "many" in "".join(table)


def test_a_finding_of_a_new_check_is_a_block_the_check_and_its_place_among_the_others(
    copy: Copy,
) -> None:
    copy.append("hrge_xl/findings/value.py", TEXTS["FINDING"])
    copy.append("hrge_xl/checks/hits.py", TEXTS["CHECK"])
    copy.replace(
        "hrge_xl/checks/run.py",
        "    Hit,\n    broken_rules,\n",
        "    Hit,\n    broken_rules,\n    round_figures,\n",
    )
    others = "        *other_period(view),\n"
    copy.replace("hrge_xl/checks/run.py", others, others + "        *round_figures(view),\n")
    assert copy.changed() == [
        "hrge_xl/checks/hits.py",
        "hrge_xl/checks/run.py",
        "hrge_xl/findings/value.py",
    ]
    path = copy.returned(SVC_02=300)
    (found,) = (each for each in copy.findings(path) if each["code"] == "V099")
    assert (found["field"], found["message"]) == ("SVC_02", "Rooms: 300 is a round figure.")
    copy.consolidated(path)
    assert ",V099,round-figure,warning," in "".join(copy.table("findings"))
    assert "300 is a round figure." in copy.hrge(
        "trace", copy.root / "dataset", "--finding", "V099"
    )


def test_what_a_finding_says_stands_once(copy: Copy) -> None:
    copy.replace(
        "hrge_xl/findings/value.py", 'remedy="Type a whole number."', 'remedy="Count whole ones."'
    )
    assert copy.changed() == ["hrge_xl/findings/value.py"]
    path = copy.workbook()
    assert "Count whole ones." not in sheet_says(path, "SVC_02", "2")
    assert "Count whole ones." in sheet_says(path, "SVC_02", "2.5")
    (found,) = (
        each for each in copy.findings(copy.returned(SVC_02=2.5)) if each["field"] == "SVC_02"
    )
    assert (found["code"], found["remedy"]) == ("V004", "Count whole ones.")
    assert "Count whole ones." in copy.hrge("explain", "V004")
    assert "What to do: Count whole ones." in copy.page("findings.md")


def test_a_language_is_one_catalogue(copy: Copy) -> None:
    french = (ROOT / "hrge_xl" / "languages" / "fr.po").read_text(encoding="utf-8")
    copy.append("hrge_xl/languages/pt.po", french.replace('"Language: fr\\n"', '"Language: pt\\n"'))
    assert copy.changed() == ["hrge_xl/languages/pt.po"]
    copy.replace("workbook_specs/services/workbook.yaml", "languages: [en]", "languages: [pt]")
    copy.hrge("spec", "check", copy.spec)
    assert "Page de garde" in openpyxl.load_workbook(copy.workbook()).sheetnames


def test_the_look_of_the_risk_table_is_one_function_a_medium(copy: Copy) -> None:
    sheets, pages = "hrge_xl/workbook/styles.py", "hrge_xl/outputs/page.py"
    copy.replace(
        sheets,
        '"font_color": ink_on(level.colour)}',
        '"font_color": ink_on(level.colour), "bold": "on"}',
    )
    copy.replace(pages, "color:{ink_on(ground)}}}", "color:{ink_on(ground)};font-weight:900}}")
    assert copy.changed() == [pages, sheets]

    book = openpyxl.load_workbook(next(copy.sample().glob("*.xlsx")))
    matrix = load("example").matrix
    assert matrix is not None
    colours = {level.colour.removeprefix("#") for level in matrix.levels}
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    rules = [
        rule.dxf
        for sheet in book
        for each in sheet.conditional_formatting
        for rule in each.rules
        if rule.dxf
    ]
    looks = [
        (str(each.fill.fgColor.rgb or each.fill.bgColor.rgb)[2:], each.font.b) for each in cells
    ]
    looks += [
        (str(each.fill.bgColor.rgb)[2:], each.font.b) for each in rules if each.fill and each.font
    ]
    assert {bold for colour, bold in looks if colour in colours} == {True}
    assert len([colour for colour, _ in looks if colour in colours]) > len(colours)
    copy.hrge(
        "consolidate",
        "--write",
        ROOT / "tests" / "returns" / "careful.xlsx",
        "-o",
        copy.root / "dataset",
        *TODAY,
    )
    copy.hrge("report", copy.root / "dataset", "-o", copy.root / "reports", *TODAY)
    for page in ("dataset/reports/overview.html", "reports/validation.html"):
        assert "font-weight:900" in (copy.root / page).read_text(encoding="utf-8"), page


def test_a_store_is_one_class(copy: Copy) -> None:
    copy.append("hrge_xl/dataset/store.py", TEXTS["STORE"])
    assert copy.changed() == ["hrge_xl/dataset/store.py"]
    address = f"shelf:///{copy.root / 'kept'}"
    path = copy.returned(SVC_02=10)
    copy.hrge("consolidate", path, "-o", copy.root / "dataset", "--store", address, *TODAY)
    assert (copy.root / "kept.shelf").is_file()
    assert ",SVC_02," in copy.hrge("export", address, "--table", "answers", "--format", "csv")


EXCLUDED = 'EXCLUDED = "excluded"\n'
DOUBTFUL = "    if entry.doubts and decision is None:\n"
NUMBER = "    withdrawn: int\n"


SCHEMA_OF_REPORTS = f"""
import sys
sys.path.append({str(Path(__file__).parent.parent)!r})
from tests.report_schema import render
print(render())
"""


def test_a_status_of_returns_is_an_entry_its_number_and_what_a_coordinator_is_told(
    copy: Copy,
) -> None:
    status, sums = "hrge_xl/dataset/return_status.py", "hrge_xl/dataset/reconciliation.py"
    note = "hrge_xl/rounds/round_status.py"
    copy.replace(status, EXCLUDED, EXCLUDED + 'PARKED = "parked"\n')
    copy.replace(status, ")\nDOUBTS", TEXTS["STATUS"] + "DOUBTS")
    parked = (
        "    if entry.verdict not in (ACCEPTED, REFUSED):\n        return ReturnStatus(PARKED)\n"
    )
    copy.replace(status, DOUBTFUL, parked + DOUBTFUL)
    copy.replace(status, NUMBER, NUMBER + "    parked: int\n")
    copy.replace(
        status, '("Withdrawn"),\n', '("Withdrawn"),\n        "parked": say("Set aside for now"),\n'
    )
    copy.replace(
        sums, NUMBER.replace("int", "int = 0"), "    withdrawn: int = 0\n    parked: int = 0\n"
    )
    copy.replace(
        note,
        '    EXCLUDED: "excluded",\n',
        '    EXCLUDED: "excluded",\n    "parked": "set aside",\n',
    )
    assert copy.changed() == [sums, status, note]

    path = copy.returned(SVC_02="many")
    report = json.loads(copy.hrge("validate", path, "--json", *TODAY))
    assert report["files"][0]["status"] == "parked"
    assert {key: report["summary"][key] for key in ("returned", "counted", "parked")} == {
        "returned": 1,
        "counted": 0,
        "parked": 1,
    }
    copy.consolidated(path)
    assert ",parked," in "".join(copy.table("submissions"))
    heads, figures = copy.table("reconciliation")
    assert dict(zip(heads.split(","), figures.split(","), strict=True))["parked"] == "1"
    package = (copy.root / "dataset" / "datapackage.json").read_text(encoding="utf-8")
    assert '"parked"' in package
    assert "How many are parked." in package
    book = openpyxl.load_workbook(copy.root / "dataset" / "data.xlsx")
    assert any(
        cell.value == "Set aside for now"
        for sheet in book
        for row in sheet["A1:Z60"]
        for cell in row
    )
    round_, teams = copy.root / "round", copy.root / "teams.csv"
    teams.write_text("team,country\nPAK,PAK\n", encoding="utf-8")
    copy.hrge("round", "init", round_, "--spec", copy.spec, "--teams", teams)
    shutil.copy(path, round_ / "returned" / "parked.xlsx")
    assert "set aside: parked.xlsx" in copy.hrge("status", round_, *TODAY)
    for form, file in (("html", "validation.html"), ("xlsx", "validation.xlsx")):
        copy.hrge("report", path, "--format", form, "-o", copy.root / "reports", *TODAY)
        assert (copy.root / "reports" / file).is_file()
    assert "Parked" in (copy.root / "reports" / "validation.html").read_text(encoding="utf-8")
    assert '"parked"' in copy.python("-c", SCHEMA_OF_REPORTS)
