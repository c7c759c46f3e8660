"""Options of fields and policy of a spec: each seen where a team, a coordinator and an analyst would see it."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hrge_xl import (
    ExpectedReturn,
    Order,
    ValidationRequest,
    diff,
    feedback,
    generate,
    issue,
    load,
    read,
    validate,
)
from tests.answers import full
from tests.audited import hrge
from tests.face import Answers, CodeLabels, Schema, address, build, html, readable_columns, text
from tests.test_spec import copy, damage, mistakes  # noqa: F401 (a fixture)

TODAY = date(2026, 6, 30)
DEFAULTS = {  # by field of PLAN: what the spec says, and what the cell holds
    "PLN_01": ("WS-00", "WS-00"),
    "PLN_04": ("2026-01-01", date(2026, 1, 1)),
    "PLN_06": ("25", 25.0),
    "PLN_09": ("0.45", 0.45),
    "PLN_10": ("2025", 2025.0),
    "PLN_11": ("N", "N"),
    "PLN_13": ("[WOM, DIS]", ("WOM", "DIS")),
}


def with_options(folder: Path, **options: str) -> Path:
    """The example spec with further options of fields, written behind their codes."""
    for code, said in options.items():
        texts = {file: file.read_text("utf-8") for file in (folder / "tools").glob("*.yaml")}
        file, text = next((file, text) for file, text in texts.items() if f"code: {code}" in text)
        between = ", " if f"code: {code}," in text else "\n        "
        lines = said if between == ", " else re.sub(r", (?=\w+:)", between, said)
        damage(folder, f"tools/{file.name}", f"code: {code}", f"code: {code}{between}{lines}")
    return folder


def issued(folder: Path, language: str = "en", answers: Answers | None = None) -> bytes:
    return generate(load(folder), Order("T", TODAY, "PAK", language, answers=answers or {}))


def cells(data: bytes, sheet: str) -> list[Any]:
    book = openpyxl.load_workbook(BytesIO(data))
    return [cell.value for row in book[sheet].iter_rows() for cell in row if cell.value is not None]


def consolidated(folder: Path, data: bytes) -> Path:
    """The dataset of one return."""
    returned = folder.parent / "returned"
    returned.mkdir()
    (returned / "one.xlsx").write_bytes(data)
    hrge("consolidate", returned, "-o", folder.parent / "out", "--spec", folder, "--today", TODAY)
    return folder.parent / "out"


def ask(out: Path, question: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(out / "dataset.sqlite") as database:
        return database.execute(question).fetchall()


# unit, note, tag


@pytest.fixture
def remarked(copy: Path) -> Path:  # noqa: F811
    damage(copy, "vocabularies.yaml", "ANSWER:\n", "ANSWER:\n  tag: K\n  note: As in the law.\n")
    damage(copy, "tools/risks.yaml", "code: R1\n", "code: R1\ntag: A\n")
    return with_options(
        copy,
        PLN_08="unit: {en: USD, fr: dollars, ar: دولار}, note: Asked since 2024., tag: S",
        PLN_14="unit: {en: USD a person, fr: dollars par personne, ar: دولار للفرد}",
    )


@pytest.mark.parametrize(
    ("language", "sheet", "label"),
    [
        ("en", "Plan", "Budget (USD)"),
        ("fr", "Plan", "Budget (dollars)"),
        ("ar", "الخطة", "الميزانية (دولار)"),
    ],
)
def test_a_unit_stands_behind_the_label(language: str, sheet: str, label: str, remarked: Path) -> None:
    assert label in cells(issued(remarked, language), sheet)


def test_a_question_may_be_called_as_a_column_of_the_dataset(copy: Path) -> None:  # noqa: F811
    damage(copy, "tools/checklist.yaml", "code: CHK_02", "code: item")
    spec = load(copy)
    schema = Schema(spec)
    columns = readable_columns(schema, schema.wide["C1"], CodeLabels(spec, "en"))
    assert {"item", "row_code", "row_code_label"} <= {column.code for column in columns}


def test_unit_note_and_tag_are_in_the_dataset(remarked: Path) -> None:
    """And the unit in the heads of data.xlsx; notes are for authors and stand in no workbook."""
    answers = full(build(load(remarked), "en")) | {("PLAN", "1", "PLN_02"): "PAK"}
    data = issued(remarked, answers=answers)
    assert not any("Asked since" in str(value) for value in cells(data, "Plan"))
    out = consolidated(remarked, data)
    about = "SELECT unit, note, tag FROM questions WHERE field = '{}'"
    assert ask(out, about.format("PLN_08")) == [("USD", "Asked since 2024.", "S")]
    assert ask(out, about.format("RSK_01")) == [(None, None, "A")]
    assert ask(out, about.format("PLN_09")) == [("share of 1", None, None)]
    listed = (
        "SELECT c.note, c.tag FROM codes AS c JOIN questions AS q ON q.list = c.list WHERE q.field = 'CHK_01'"
    )
    assert ask(out, f"{listed} AND c.code = 'Y'") == [("As in the law.", "K")]
    heads = {cell.value for cell in openpyxl.load_workbook(out / "data.xlsx")["plan"][3]}
    assert {"Budget (USD)", "Budget per person (USD a person)"} <= heads


def test_the_page_of_a_spec_tells_them(remarked: Path) -> None:
    damage(remarked, "workbook.yaml", "countries:", "tags: {S: from another source}\ncountries:")
    with_options(remarked, PLN_06="default: 25")
    spec = load(remarked)
    assert "PLN_08  Budget (USD)  (decimal; optional)\n      note: Asked since 2024." in text(spec)
    assert "(integer; required; prefilled with 25)" in text(spec)
    page = html(spec)
    assert all(
        each in page
        for each in ("Budget (USD)", "Note: Asked since 2024.", "from another source", "prefilled with 25")
    )


def test_another_unit_is_another_answer(copy: Path, tmp_path: Path) -> None:  # noqa: F811
    before = load(with_options(copy, PLN_08="unit: USD"))
    damage(copy, "tools/plan.yaml", "unit: USD", "unit: EUR, note: New., default: 5")
    changes = {change.what: change.effect.name for change in diff(before, load(copy)).changes}
    assert changes["unit changed"] == "CHECK"
    assert changes["default, note changed"] == "KEPT"


# default


@pytest.fixture
def prefilled(copy: Path) -> Path:  # noqa: F811
    return with_options(
        copy, **{code: f"default: {said}" for code, (said, _) in DEFAULTS.items()}, CHK_01="default: P"
    )


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_a_default_is_in_its_cell_and_is_an_answer(language: str, prefilled: Path, tmp_path: Path) -> None:
    """Untouched it comes back as an answer; open rows and other fields stay blank."""
    path = tmp_path / "blank.xlsx"
    path.write_bytes(issued(prefilled, language))
    found = read(path, ExpectedReturn(str(prefilled))).values()  # type: ignore[union-attr]
    expected = {("PLAN", "1", code): value for code, (_, value) in DEFAULTS.items()}
    expected |= {("PLAN", "1", "PLN_02"): "PAK"}
    expected |= {("C1", f"C1_0{number}", "CHK_01"): "P" for number in (1, 2, 3)}
    assert found == expected
    (result,) = validate([path], ValidationRequest(ExpectedReturn(str(prefilled)), TODAY))
    missing = {finding.field for finding in result.findings if finding.code == "V001"}
    assert not missing & DEFAULTS.keys()
    assert "PLN_05" in missing


def test_many_workbooks_have_their_defaults_too(prefilled: Path) -> None:
    """Drawn once and stamped for each team, they are as one that is drawn alone; the answers of one are no other's."""
    spec, own = load(prefilled), {("PLAN", "1", "PLN_06"): 7.0}
    orders = [Order("A", TODAY, "PAK"), Order("B", TODAY, "AFG", answers=own), Order("C", TODAY, "MLI")]
    assert [data for _, data in issue(spec, orders)] == [generate(spec, order) for order in orders]


def test_what_a_team_deleted_stays_deleted(prefilled: Path, tmp_path: Path) -> None:
    """The workbook that is given back has no default in a cell that came back blank."""
    (tmp_path / "one.xlsx").write_bytes(blanked(issued(prefilled), "Plan", "PLN_06"))
    (result,) = validate([tmp_path / "one.xlsx"], ValidationRequest(ExpectedReturn(str(prefilled)), TODAY))
    assert ("V001", "PLN_06") in {(finding.code, finding.field) for finding in result.findings}
    (tmp_path / "back.xlsx").write_bytes(feedback(result, load(prefilled), today=TODAY))
    found = read(tmp_path / "back.xlsx", ExpectedReturn(str(prefilled))).values()  # type: ignore[union-attr]
    assert ("PLAN", "1", "PLN_06") not in found
    assert found["PLAN", "1", "PLN_11"] == "N"


def blanked(data: bytes, sheet: str, code: str) -> bytes:
    """A workbook without what stands in the cell of a form's question."""
    book = openpyxl.load_workbook(BytesIO(data))
    row = next(row[0].row for row in book[sheet].iter_rows(max_col=1) if row[0].value == code)
    answer = next(cell for cell in book[sheet][1] if str(cell.value).startswith("answer.1"))
    book[sheet].cell(row, answer.column).value = None
    book.save(into := BytesIO())
    return into.getvalue()


def test_an_answer_goes_before_a_default(prefilled: Path, tmp_path: Path) -> None:
    path = tmp_path / "one.xlsx"
    path.write_bytes(
        issued(prefilled, answers={("PLAN", "1", "PLN_06"): 7.0, ("PLAN", "1", "PLN_13"): ("MEN",)})
    )
    found = read(path, ExpectedReturn(str(prefilled))).values()  # type: ignore[union-attr]
    assert (found["PLAN", "1", "PLN_06"], found["PLAN", "1", "PLN_13"]) == (7.0, ("MEN",))


@pytest.mark.parametrize(
    ("code", "said", "reason"),
    [
        ("PLN_02", "PKA", "'PKA' is not a code of this list. Did you mean 'PAK'?"),
        ("PLN_11", "Yes", "'Yes' is not a code of this list. Did you mean 'Y'?"),
        ("PLN_06", "501", "501 is not between 1 and 500."),
        ("PLN_06", "1.5", "1.5 is not a whole number."),
        ("PLN_06", "many", "'many' is not a number."),
        ("PLN_06", "nan", "'nan' is not a number."),
        ("PLN_08", "1_0", "'1_0' is not a number."),
        ("PLN_09", "45", "45 is not between 0 and 1."),
        ("PLN_10", "1999", "1999 is not between 2000 and 2100."),
        ("PLN_04", "1 May 2026", "'1 May 2026' is not a date."),
        ("PLN_04", "1890-01-01", "1890-01-01 is not between 1990-01-01 and 2100-12-31."),
        ("PLN_01", "a code that is far too long", "The text has 27 characters; the field takes 20."),
        ("PLN_01", "[A, B]", "The field takes one answer, and these are several."),
        ("PLN_13", "[WOM, MEN, YOU, DIS]", "4 answers do not fit into 3 cells."),
        ("PLN_13", "[WOM, WOM]", "The same code appears twice here."),
        ("RSK_01", "Flood", "A default in open rows would make an answer of every row."),
        ("PLN_14", "5", "`default` does nothing for the type calculated."),
    ],
)
def test_a_default_must_be_an_answer(code: str, said: str, reason: str, copy: Path) -> None:  # noqa: F811
    with_options(
        copy, **{code: f'default: "{said}"' if " " in said and "[" not in said else f"default: {said}"}
    )
    (found,) = mistakes(copy)
    assert reason in found


# policy


def test_the_cover_says_what_the_spec_says(copy: Path) -> None:  # noqa: F811
    """Nothing about names and contacts unless the spec says so."""
    line = "No names, contact details or case numbers: roles only."
    assert line in cells(issued(copy), "Cover")
    assert (
        "Pas de noms, de coordonnées ni de numéros de dossier\N{NO-BREAK SPACE}: seulement des fonctions."
        in cells(issued(copy, "fr"), "Page de garde")
    )
    workbook = (copy / "workbook.yaml").read_text(encoding="utf-8")
    start, end = workbook.index("what_to_do:"), workbook.index("identity:")
    (copy / "workbook.yaml").write_text(workbook[:start] + workbook[end:], encoding="utf-8")
    shown = cells(issued(copy), "Cover")
    assert not any("contacts" in str(value) for value in shown)
    assert "Do not delete sheets, rows or columns." in shown


E_MAIL, PHONE = "Ask name@example.org", "Call +92 300 123 45 67"


def privacy(folder: Path) -> set[tuple[str, str]]:
    """The privacy findings about an e-mail address in two fields and a phone number in one."""
    answers = {
        ("PLAN", "1", "PLN_01"): E_MAIL[4:],
        ("PLAN", "1", "PLN_12"): E_MAIL,
        ("PLAN", "1", "PLN_03"): PHONE,
    }
    spec = shutil.copytree(folder, folder.parent / f"as-it-is-{len(list(folder.parent.iterdir()))}")
    path = folder.parent / "one.xlsx"
    path.write_bytes(issued(spec, answers=answers))  # type: ignore[arg-type]
    (result,) = validate([path], ValidationRequest(ExpectedReturn(str(spec)), TODAY))
    return {(finding.code, str(finding.field)) for finding in result.findings if finding.code.startswith("P")}


def test_what_a_field_expects_is_no_finding(copy: Path) -> None:  # noqa: F811
    """In that field alone; what else is personal there is one."""
    assert privacy(copy) == {("P001", "PLN_01"), ("P001", "PLN_12"), ("P002", "PLN_03")}
    with_options(copy, PLN_12="expects: [email]", PLN_03="expects: [email]")
    assert privacy(copy) == {("P001", "PLN_01"), ("P002", "PLN_03")}
    damage(copy, "workbook.yaml", "countries:", "expects: [email, phone]\ncountries:")
    assert privacy(copy) == set()


def test_a_spec_without_countries(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """One workbook for all, and nothing asks for a country or shows an empty one."""
    monkeypatch.chdir(tmp_path)
    damage(copy, "workbook.yaml", "countries: COUNTRY ", "# ")
    damage(copy, "workbook.yaml", "  country: PLN_02\n", "")
    assert hrge("generate", copy, "-o", "issued", "--today", TODAY) == 0
    assert [path.name for path in Path("issued").iterdir()] == ["example_en.xlsx"]
    assert "Country" not in cells(Path("issued/example_en.xlsx").read_bytes(), "Cover")
    assert hrge("consolidate", "issued", "-o", "out", "--spec", copy, "--today", TODAY) in (0, 1)
    assert '<th scope="col">Country' not in Path("out/reports/overview.html").read_text(encoding="utf-8")


def test_the_overview_shows_what_the_spec_says(copy: Path) -> None:  # noqa: F811
    figures = (copy / "figures.yaml").read_text(encoding="utf-8")
    answers = full(build(load(copy), "en")) | {("PLAN", "1", "PLN_02"): "PAK"}
    out = consolidated(copy, issued(copy, answers=answers))
    page = (out / "reports" / "overview.html").read_text(encoding="utf-8")
    assert all(f'id="{part}"' in page for part in ("risks", "gaps", "top-risks"))
    left_out = figures + "overview: {leave_out: [questions], top_risks: 1}\n"
    (copy / "figures.yaml").write_text(left_out, encoding="utf-8")
    hrge("consolidate", copy.parent / "returned", "-o", out, "--spec", copy, "--today", TODAY)
    page = (out / "reports" / "overview.html").read_text(encoding="utf-8")
    assert 'id="gaps"' not in page
    assert page.partition('id="top-risks"')[2].partition("</ol>")[0].count("<li>") == 1


@pytest.mark.parametrize("name", ["tool", "country"])
def test_a_breakdown_of_risks_has_a_name_of_its_own(copy: Path, name: str) -> None:  # noqa: F811
    """Risks are broken down by sheet and country in any case: two breakdowns of one name would be one."""
    damage(copy, "figures.yaml", "    group: {label", f"    {name}: {{label")
    (found,) = mistakes(copy)
    assert f"Risks are broken down by {name} in any case." in found


def test_an_unknown_kind_of_personal_data(copy: Path) -> None:  # noqa: F811
    with_options(copy, PLN_12="expects: [e-mail]")
    (found,) = mistakes(copy)
    assert "`expects` cannot be 'e-mail'. Did you mean 'email'?" in found


def test_the_schema_knows_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    hrge("spec", "schema")
    schema = json.loads(capsys.readouterr().out)
    assert {"unit", "default", "expects", "note"} <= schema["$defs"]["Field"]["properties"].keys()
    assert {"expects", "what_to_do", "tags"} <= schema["properties"].keys()
    assert schema["$defs"]["Field"]["properties"]["default"]["anyOf"]


def test_a_sheet_says_itself_which_one_it_follows(copy: Path) -> None:  # noqa: F811
    damage(copy, "workbook.yaml", "sheets: [PLAN, C1, R1, SUMMARY]", "sheets: [PLAN, SUMMARY]")
    damage(copy, "tools/checklist.yaml", "code: C1\n", "code: C1\nafter: R1\n")
    damage(copy, "tools/risks.yaml", "code: R1\n", "code: R1\nafter: PLAN\n")
    assert [tool.code for tool in load(copy).tools] == ["PLAN", "R1", "C1", "SUMMARY"]


def test_a_sheet_that_follows_none(copy: Path) -> None:  # noqa: F811
    damage(copy, "workbook.yaml", "sheets: [PLAN, C1, R1, SUMMARY]", "sheets: [PLAN, R1, SUMMARY]")
    damage(copy, "tools/checklist.yaml", "code: C1\n", "code: C1\nafter: PLANS\n")
    (found,) = mistakes(copy)
    assert found.endswith("The sheet 'PLANS' is described in no file. Did you mean 'PLAN'?")


# decimals


@pytest.mark.parametrize(("decimals", "format_"), [(0, "0%"), (1, "0.0%")])
def test_a_share_is_shown_with_its_decimals(decimals: int, format_: str, copy: Path) -> None:  # noqa: F811
    with_options(copy, PLN_09=f"decimals: {decimals}")
    cell = address(*build(load(copy), "en").slots["PLAN", "1", "PLN_09"].cells[0])
    assert openpyxl.load_workbook(BytesIO(issued(copy)))["Plan"][cell].number_format == format_
