"""Options of fields and policy of a spec: each seen where a team, a coordinator and an analyst would see it."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from copy import deepcopy
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hrge_xl import (
    ExpectedReturn,
    Order,
    Spec,
    ValidationRequest,
    diff,
    feedback,
    generate,
    issue,
    load,
    read,
    validate,
)
from tests.answers import TODAY, full
from tests.audited import hrge
from tests.broken_specs import damage
from tests.face import (
    Answers,
    CodeLabels,
    Schema,
    Submission,
    address,
    build,
    html,
    pieces,
    readable_columns,
    text,
)
from tests.in_words import in_words
from tests.made_specs import SPECS, write
from tests.office.driver import Office
from tests.read_and_check import calculated, check, layout_of
from tests.tables import table

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


def sent_of(path: Path, spec: Spec) -> Submission:
    """What comes out of a file."""
    sent = read(path, ExpectedReturn(spec.folder))
    assert isinstance(sent, Submission), sent
    return sent


def cells(data: bytes, sheet: str) -> list[Any]:
    book = openpyxl.load_workbook(BytesIO(data))
    return [cell.value for row in book[sheet].iter_rows() for cell in row if cell.value is not None]


def consolidated(folder: Path, data: bytes) -> Path:
    """The dataset of one return."""
    returned = folder.parent / "returned"
    returned.mkdir()
    (returned / "one.xlsx").write_bytes(data)
    hrge(
        "consolidate",
        "--write",
        returned,
        "-o",
        folder.parent / "out",
        "--spec",
        folder,
        "--today",
        TODAY,
    )
    return folder.parent / "out"


def ask(out: Path, question: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(out / "dataset.sqlite") as database:
        return database.execute(question).fetchall()


# unit, note, tag


@pytest.fixture
def remarked(copy: Path) -> Path:
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
def test_a_unit_stands_behind_the_label(
    language: str, sheet: str, label: str, remarked: Path
) -> None:
    assert label in cells(issued(remarked, language), sheet)


def test_a_question_may_be_called_as_a_column_of_the_dataset(copy: Path) -> None:
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
    listed = "SELECT c.note, c.tag FROM codes AS c JOIN questions AS q ON q.list = c.list WHERE q.field = 'CHK_01'"
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
        for each in (
            "Budget (USD)",
            "Note: Asked since 2024.",
            "from another source",
            "prefilled with 25",
        )
    )


SHOWN = {  # by spec: what is said of conditions, totals and what entries are worth
    "visits": [
        ("B  Wards, asked where F_KIND == 'INP'", "B, asked where F_KIND == 'INP'"),
        ("form: Beds, asked where F_KIND == 'INP'", "Beds, asked where F_KIND == 'INP'"),
        ("(integer; required, asked where F_BEDS > 2)", "required, asked where F_BEDS &gt; 2"),
    ],
    "totals": [("(decimal; optional; total: sum, mean)", "optional; total: sum, mean")],
    "points": [("PRT In part = 0.5; NOT Not met = 0; NAP Not asked", "In part = 0.5")],
}


@pytest.mark.parametrize("name", SHOWN)
def test_who_reads_a_spec_sees_conditions_totals_and_what_entries_are_worth(
    name: str, tmp_path: Path
) -> None:
    spec = load(write(SPECS[name], tmp_path))
    page = re.sub(r"<[^>]*>", "", html(spec).replace("&#39;", "'"))
    for in_text, in_page in SHOWN[name]:
        assert in_text in text(spec)
        assert in_page in page


def test_another_unit_is_another_answer(copy: Path, tmp_path: Path) -> None:
    before = load(with_options(copy, PLN_08="unit: USD"))
    damage(copy, "tools/plan.yaml", "unit: USD", "unit: EUR, note: New., default: 5")
    changes = {change.what: change.effect.name for change in diff(before, load(copy)).changes}
    assert changes["unit changed"] == "CHECK"
    assert changes["default, note changed"] == "KEPT"


# default


@pytest.fixture
def prefilled(copy: Path) -> Path:
    return with_options(
        copy,
        **{code: f"default: {said}" for code, (said, _) in DEFAULTS.items()},
        CHK_01="default: P",
    )


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_a_default_is_in_its_cell_and_is_an_answer(
    language: str, prefilled: Path, tmp_path: Path
) -> None:
    """Untouched it comes back as an answer; open rows and other fields stay blank."""
    path = tmp_path / "blank.xlsx"
    path.write_bytes(issued(prefilled, language))
    found = sent_of(path, load(prefilled)).values()
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
    orders = [
        Order("A", TODAY, "PAK"),
        Order("B", TODAY, "AFG", answers=own),
        Order("C", TODAY, "MLI"),
    ]
    assert [data for _, data in issue(spec, orders)] == [generate(spec, order) for order in orders]


def test_what_a_team_deleted_stays_deleted(prefilled: Path, tmp_path: Path) -> None:
    """The workbook that is given back has no default in a cell that came back blank."""
    (tmp_path / "one.xlsx").write_bytes(blanked(issued(prefilled), "Plan", "PLN_06"))
    (result,) = validate(
        [tmp_path / "one.xlsx"], ValidationRequest(ExpectedReturn(str(prefilled)), TODAY)
    )
    assert ("V001", "PLN_06") in {(finding.code, finding.field) for finding in result.findings}
    (tmp_path / "back.xlsx").write_bytes(feedback(result, load(prefilled), today=TODAY))
    found = sent_of(tmp_path / "back.xlsx", load(prefilled)).values()
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
    found = sent_of(path, load(prefilled)).values()
    assert (found["PLAN", "1", "PLN_06"], found["PLAN", "1", "PLN_13"]) == (7.0, ("MEN",))


# policy


def test_the_cover_says_what_the_spec_says(copy: Path) -> None:
    """Nothing about names and contacts unless the spec says so."""
    line = "No names, contact details or case numbers: roles only."
    assert line in cells(issued(copy), "Cover")
    said = " ".join(map(str, cells(issued(copy, "fr"), "Page de garde")))
    assert (
        "Pas de noms, de coordonnées ni de numéros de dossier\N{NO-BREAK SPACE}: seulement des fonctions."
        in said
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
    return {
        (finding.code, str(finding.field))
        for finding in result.findings
        if finding.code.startswith("P")
    }


def test_what_a_field_expects_is_no_finding(copy: Path) -> None:
    """In that field alone; what else is personal there is one."""
    assert privacy(copy) == {("P001", "PLN_01"), ("P001", "PLN_12"), ("P002", "PLN_03")}
    with_options(copy, PLN_12="expects: [email]", PLN_03="expects: [email]")
    assert privacy(copy) == {("P001", "PLN_01"), ("P002", "PLN_03")}
    damage(copy, "workbook.yaml", "countries:", "expects: [email, phone]\ncountries:")
    assert privacy(copy) == set()


def test_a_spec_without_countries(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One workbook for all, and nothing asks for a country or shows an empty one."""
    monkeypatch.chdir(tmp_path)
    damage(copy, "workbook.yaml", "countries: COUNTRY ", "# ")
    damage(copy, "workbook.yaml", "  country: PLN_02\n", "")
    assert hrge("generate", copy, "-o", "issued", "--today", TODAY) == 0
    assert [path.name for path in Path("issued").glob("*.xlsx")] == ["example_en.xlsx"]
    assert "Country" not in cells(Path("issued/example_en.xlsx").read_bytes(), "Cover")
    assert hrge(
        "consolidate", "--write", "issued", "-o", "out", "--spec", copy, "--today", TODAY
    ) in (0, 1)
    page = Path("out/reports/overview.html").read_text(encoding="utf-8")
    assert 'id="who"' in page
    assert not re.search("Countr|people", page.partition("<body>")[2].partition('id="profile"')[0])
    about = openpyxl.load_workbook("out/data.xlsx")["Contents"].iter_rows(values_only=True)
    assert "country" not in str([*about]).lower()


def test_a_sum_that_differs_is_said(
    copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In every language; a letter and a redacted report quote no answer."""
    rules = (copy / "rules.yaml").read_text(encoding="utf-8")
    rule = "- {code: R-9, tool: PLAN, at: [PLN_06], check: PLN_06 + PLN_07 == PLN_10, message: It does not add up.}\n"
    (copy / "rules.yaml").write_text(rules + rule, encoding="utf-8")
    form = {"PLN_02": "PAK", "PLN_06": 18.0, "PLN_07": 12.0, "PLN_10": 2024.0}
    answers = full(build(load(copy), "en")) | {
        ("PLAN", "1", code): value for code, value in form.items()
    }
    (tmp_path / "one.xlsx").write_bytes(issued(copy, answers=answers))
    words = ("validate", tmp_path / "one.xlsx", "--spec", copy, "--today", TODAY)
    for options in ((), ("--language", "fr"), ("--json",), ("-v",)):
        hrge(*words, *options)
        assert "It does not add up. (18 + 12 = 30 ≠ 2024)" in capsys.readouterr().out
    hrge(*words, "-v", "--redact")
    assert "2024" not in capsys.readouterr().out.partition("R-9")[2].partition("\n")[0]
    hrge(
        "feedback", tmp_path / "one.xlsx", "--spec", copy, "-o", tmp_path / "out", "--today", TODAY
    )
    (letter,) = (tmp_path / "out").glob("*_message.txt")
    assert ": It does not add up." in letter.read_text(encoding="utf-8")
    assert "≠" not in letter.read_text(encoding="utf-8")


def test_a_level_that_is_worked_out_in_a_row_alone(tmp_path: Path) -> None:
    """A spec may have levels and no matrix that crosses anything."""
    files = {name: content for name, content in SPECS["scales"].items() if name != "tools/l.yaml"}
    head = files["workbook.yaml"] | {"sheets": ["F", "S"]}
    spec = write(files | {"workbook.yaml": head}, tmp_path / "spec")
    assert (consolidated(spec, issued(spec)) / "data.xlsx").is_file()


def test_the_overview_shows_what_the_spec_says(copy: Path) -> None:
    figures = (copy / "figures.yaml").read_text(encoding="utf-8")
    answers = full(build(load(copy), "en")) | {("PLAN", "1", "PLN_02"): "PAK"}
    out = consolidated(copy, issued(copy, answers=answers))
    page = (out / "reports" / "overview.html").read_text(encoding="utf-8")
    assert all(f'id="{part}"' in page for part in ("risks", "gaps", "top-risks"))
    left_out = figures + "overview: {leave_out: [questions], top_risks: 1}\n"
    (copy / "figures.yaml").write_text(left_out, encoding="utf-8")
    hrge(
        "consolidate",
        "--write",
        copy.parent / "returned",
        "-o",
        out,
        "--spec",
        copy,
        "--today",
        TODAY,
    )
    page = (out / "reports" / "overview.html").read_text(encoding="utf-8")
    assert 'id="gaps"' not in page
    assert page.partition('id="top-risks"')[2].partition("</ol>")[0].count("<li>") == 1


def test_numbers_steps_and_levels_on_the_overview(copy: Path) -> None:
    """A range, a mean, and a total of what adds up; shares and years as people write them; steps by their names."""
    blank = build(load(copy), "en")
    for number, persons in enumerate((20.0, 30.0)):
        form = {
            "PLN_02": "PAK",
            "PLN_06": persons,
            "PLN_07": 5.0,
            "PLN_08": 1000.5 + persons,
            "PLN_09": persons / 100,
            "PLN_10": 2000.0 + persons,
        }
        answers = full(blank) | {("PLAN", "1", code): value for code, value in form.items()}
        answers |= {("R1", "K-01", "RSK_03"): 1.0 + number, ("R1", "K-01", "RSK_04"): 3.0}
        data = generate(load(copy), Order(f"T{number}", TODAY, "PAK", answers=answers))
        (copy.parent / "returned").mkdir(exist_ok=True)
        (copy.parent / "returned" / f"{number}.xlsx").write_bytes(data)
    out = copy.parent / "out"
    hrge(
        "consolidate",
        "--write",
        copy.parent / "returned",
        "-o",
        out,
        "--spec",
        copy,
        "--today",
        TODAY,
    )
    page = (out / "reports" / "overview.html").read_text(encoding="utf-8")
    said = {}
    for item in page.partition('id="profile"')[2].partition('id="history"')[0].split("<li><p>")[1:]:
        question, told = re.search(
            r'<b dir="auto">(.*?)</b>.*?<div>(.*?)<details', item, re.DOTALL
        ).groups()  # type: ignore[union-attr]
        said[question] = told.strip()
    assert said["Participants expected"] == "From 20 to 30 · Total 50 · Mean 25"
    assert said["Of whom women"] == "5 · Total 10 · Mean 5"
    assert said["Budget"] == "From 1,020.5 to 1,030.5 · Mean 1,025.5"
    assert said["Share already paid"] == "From 20% to 30% · Mean 25%"
    assert said["Year of the last workshop"] == "From 2020 to 2030"
    steps = [entry.label.say("en") for entry in load(copy).vocabularies["LIKELIHOOD"].items]
    assert re.match(rf"{steps[0]} \d+ · {steps[1]} \d+( · |$)", said["Likelihood"])


def test_the_schema_knows_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    hrge("spec", "schema")
    schema = json.loads(capsys.readouterr().out)
    assert {"unit", "default", "expects", "note"} <= schema["$defs"]["Field"]["properties"].keys()
    assert {"expects", "what_to_do", "tags"} <= schema["properties"].keys()
    assert schema["$defs"]["Field"]["properties"]["default"]["anyOf"]


# decimals


@pytest.mark.parametrize(("decimals", "format_"), [(0, "0%"), (1, "0.0%")])
def test_a_share_is_shown_with_its_decimals(decimals: int, format_: str, copy: Path) -> None:
    with_options(copy, PLN_09=f"decimals: {decimals}")
    cell = address(*build(load(copy), "en").slots["PLAN", "1", "PLN_09"].cells[0])
    assert openpyxl.load_workbook(BytesIO(issued(copy)))["Plan"][cell].number_format == format_


# parent, relevant, pattern: the same questions once in a form, once in a register


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Spec:
    return load(write(SPECS["places"], tmp_path_factory.mktemp("places")))


def typed(spec: Spec, folder: Path, answers: Answers) -> Path:
    """A workbook with these answers."""
    path = folder / "sent.xlsx"
    path.write_bytes(generate(spec, Order("T", TODAY, answers=answers)))
    return path


def found(sent: Submission, places: Spec) -> set[tuple[str | None, str | None, str]]:
    """Sheet, field and code of every finding about an answer."""
    layout = layout_of(sent, ExpectedReturn(places.folder))
    (outcome,) = check([(sent, layout)], today=TODAY)
    return {(each.row, each.field, each.code) for each in outcome.findings}


CONTRADICTING: Answers = {
    ("F", "1", "FREG_1"): "AWD",
    ("F", "1", "FDIS_1"): "BAI",
    ("F", "1", "FREF_1"): "N",
    ("F", "1", "FWHY_1"): "No reason",
    ("F", "1", "FREF_2"): "WS 1",
    ("F", "1", "FMAI_1"): "nobody at example.org",
    ("F", "1", "FODD_1"): "abx",
    ("R", "R-01", "RREG_1"): "AWD",
    ("R", "R-01", "RDIS_1"): "BAI",
    ("R", "R-01", "RREF_1"): "Y",
    ("R", "R-02", "RREG_1"): "BAY",
    ("R", "R-02", "RDIS_1"): "BAI",
    ("R", "R-02", "RREF_1"): "N",
    ("R", "R-02", "RREF_2"): "WS-0001",
    ("R", "R-02", "RMAI_1"): "a.b@example.org",
    ("R", "R-02", "RODD_1"): "abcd",
}
CONTRADICTIONS = {
    ("1", "FDIS_1", "V020"),
    ("1", "FWHY_1", "V021"),
    ("1", "FREF_2", "V022"),
    ("1", "FMAI_1", "V022"),
    ("1", "FODD_1", "V022"),
    ("R-01", "RDIS_1", "V020"),
    ("R-01", "RWHY_1", "V001"),
}


def test_answers_that_contradict_each_other_are_found(places: Spec, tmp_path: Path) -> None:
    assert found(sent_of(typed(places, tmp_path, CONTRADICTING), places), places) == CONTRADICTIONS


def test_what_does_not_belong_is_named(places: Spec, tmp_path: Path) -> None:
    (result,) = validate(
        [typed(places, tmp_path, CONTRADICTING)],
        ValidationRequest(ExpectedReturn(places.folder), TODAY),
    )
    told = {
        each.field: f"{words.message} {words.remedy}"
        for each in result.findings
        for words in [in_words(each, result)]
    }
    assert told["FDIS_1"] == (
        "District: “Baidoa” does not belong to “Awdal”. "
        "Choose an entry that belongs to the other answer, or correct that one."
    )
    assert told["FWHY_1"].startswith("Why: “No reason” is answered, though it is not asked here.")
    assert (
        told["FREF_2"]
        == "Reference: “WS 1” does not have the required form. Write it in this form: WS-01"
    )
    assert told["FMAI_1"].endswith("Write it in this form: name@example.org")


def test_a_blank_parent_decides_nothing(places: Spec, tmp_path: Path) -> None:
    answers: Answers = {
        ("F", "1", "FDIS_1"): "BAI",
        ("F", "1", "FREF_1"): "Y",
        ("F", "1", "FWHY_1"): "Late",
    }
    assert found(sent_of(typed(places, tmp_path, answers), places), places) == set()


def test_the_entries_that_an_answer_decides_stand_together(tmp_path: Path) -> None:
    """A dropdown takes one run of them, whatever their order in the list of the spec."""
    parts = deepcopy(SPECS["places"])
    borama, zeila, baidoa = parts["vocabularies.yaml"]["DISTRICT"]["items"]
    parts["vocabularies.yaml"]["DISTRICT"]["items"] = [borama, baidoa, zeila]
    book = openpyxl.load_workbook(
        BytesIO(generate(load(write(parts, tmp_path)), Order("T", TODAY)))
    )

    def values(name: str) -> list[object]:
        ((sheet, cells),) = book.defined_names[name].destinations
        return [cell.value for (cell,) in book[sheet][cells]]

    assert values("list_DISTRICT") == ["Borama", "Zeila", "Baidoa"]
    assert values("parent_DISTRICT") == ["Awdal", "Awdal", "Bay"]


def test_a_dropdown_in_a_form_hangs_on_the_answer_above_it(places: Spec) -> None:
    sheet = openpyxl.load_workbook(BytesIO(generate(places, Order("T", TODAY))))["Form"]
    where = {
        row[3].value: row[0].row for row in sheet.iter_rows(min_row=1, max_col=4) if row[3].value
    }
    lists = [
        str(rule.formula1) for rule in sheet.data_validations.dataValidation if rule.type == "list"
    ]
    assert any(f"${where['Region']}" in text and "parent_DISTRICT" in text for text in lists), lists


def test_the_sheet_says_the_same(places: Spec, tmp_path: Path, office: Office) -> None:
    """A pattern that only the reader can check is not a fault in the sheet; all others are, and no more."""
    sent = sent_of(
        office.recalculate(typed(places, tmp_path, CONTRADICTING), tmp_path / "saved.xlsx"), places
    )
    assert "S028" not in sent.not_run  # so that check cells are compared
    assert sent.shown_checks is not None
    assert (
        sum(number >= 10_000_000 for number in sent.shown_checks if isinstance(number, int | float))
        == 6
    )
    assert found(sent, places) == CONTRADICTIONS


def test_cells_that_are_not_asked_for_are_grey(places: Spec) -> None:
    book = openpyxl.load_workbook(BytesIO(generate(places, Order("T", TODAY))))
    for name, code in (("Form", "FREF_1"), ("Rows", "REF_1")):
        rules = [
            rule.formula[0]
            for _, many in book[name].conditional_formatting._cf_rules.items()
            for rule in many
            if rule.formula and rule.formula[0].startswith("NOT(")
        ]
        assert len(rules) == 1, (name, code, rules)


@pytest.mark.parametrize(
    ("pattern", "in_sheet"), table("cases")["which_patterns_a_sheet_can_check"]
)
def test_which_patterns_a_sheet_can_check(pattern: str, in_sheet: bool) -> None:
    assert (pieces(pattern) is not None) is in_sheet


# fixed columns: numbers are numbers in the sheet, and texts in its language, so that formulas use them

PRICED: Answers = {
    ("R", "R-01", "ROW_1"): "I_1",
    ("R", "R-02", "ROW_1"): "I_2",
    ("R", "R-02", "ROW_2"): 3.0,
}
PRICES = {
    ("R-01", "ROW_3"): 200.0,
    ("R-02", "ROW_3"): 5.0,
    ("R-01", "ROW_4"): date(2026, 4, 1),
    ("R-02", "ROW_4"): date(2026, 1, 31),
    ("R-01", "ROW_5"): 2.0,
    ("R-02", "ROW_5"): 6.0,
}


@pytest.fixture(scope="module")
def prices(tmp_path_factory: pytest.TempPathFactory) -> Spec:
    """A price list, and rows that refer to it."""
    return load(write(SPECS["prices"], tmp_path_factory.mktemp("prices")))


@pytest.mark.parametrize(
    ("language", "units"), [("en", ["piece", "box"]), ("fr", ["pièce", "boîte"])]
)
def test_sheet_and_reader_calculate_alike(
    prices: Spec, language: str, units: list[str], tmp_path: Path, office: Office
) -> None:
    path, saved = tmp_path / "sent.xlsx", tmp_path / "saved.xlsx"
    path.write_bytes(generate(prices, Order("T", TODAY, language=language, answers=PRICED)))
    sent = sent_of(office.recalculate(path, saved), prices)
    (outcome,) = check([(sent, layout_of(sent, ExpectedReturn(prices.folder)))], today=TODAY)
    assert [finding.code for finding in outcome.findings] == []
    found = {key[1:]: value for key, value in calculated(outcome).items()}
    assert {key: found[key] for key in PRICES} == PRICES
    assert [found[row, "ROW_6"] for row in ("R-01", "R-02")] == units
    sheet = openpyxl.load_workbook(saved, data_only=True)["Rows"]
    shown = {cell.value for row in sheet.iter_rows() for cell in row}
    assert {200, 5, 2, 6, *units} <= shown


def test_fixed_numbers_are_numbers(prices: Spec) -> None:
    sheet = openpyxl.load_workbook(BytesIO(generate(prices, Order("T", TODAY))))["Items"]
    values = {
        cell.value
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float)
    }
    assert {100, 2.5, 1, 3} <= values
