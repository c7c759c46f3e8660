"""What counts, however people write it: steps of scales, ticks, references, names of countries and languages."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hrge_xl import ExpectedReturn, Order, generate, load
from tests.answers import TODAY, layout, spec
from tests.face import (
    FIELD_TYPES,
    CellValue,
    Evidence,
    Field,
    Layout,
    Reading,
    Submission,
    build,
    countries,
    country_names,
    html,
    ooxml,
    text,
    vocabularies,
)
from tests.face import lookup_languages as languages
from tests.in_words import in_words
from tests.made_specs import SPECS, write
from tests.parity import (
    Cells,
    of_results,
    placed,
    recalculated,
    returned,
    said_differently,
    sheet_verdicts,
)
from tests.raw_workbook import draw, put, sheet_of
from tests.raw_workbook import text as cell
from tests.read_and_check import check, read_raw
from tests.tables import table
from tests.telling import telling

RIGHT = {  # what counts as a step, and as which
    "2 Likely (10–50 %)": 2,
    2: 2,
    "2": 2,
    "2 Likely": 2,
    "2 likely": 2,
    " 10 Sure": 10,
    10: 10,
    "1 RARE": 1,
    "2  LIKELY (10–50 %)": 2,
}
WRONG = ["?", "*", "7", 7, 2.5, "200%", "12", "[1]", "very", "2%", -1]
UNDERSTOOD = {
    "Likely": 2,
    "rarement": 1,
    "10.": 10,
    "２ Likely": 2,
    "2: Likely": 2,
    "1 Rarement": 1,
    "2 - Likely": 2,
    "2 Souvent (10–50 %)": 2,
    "2 likely 10-50%": 2,
    "2 (10–50 %)": 2,
    "1 – moins de 10 %": 1,
    "10 sur": 10,
    "١٠": 10,
    "2 ＬＩＫＥＬＹ": 2,
}
CUT_OFF = {"2 Likely (10–5": 2, "1 Rare (und": 1, "1 rareme": 1, "2 Souvent (10": 2}
OF_ANOTHER = [  # a step in front, and behind it another step, a range or a figure
    "1 - 2",
    "1–2",
    "1 of 5",
    "2 but 10 in the north",
    "1 Likely (10–50 %)",
    "1 Likely",
    "10 Rarement",
    "2 %",
    "2 (under 10 %)",
    "1 or 2",
    "1 1/2",
    "2 ½",
    "1 ~ ٢",
    "10 四",
    "1 moins de 50",
    "10 Likely (10–5",
    "2 Rare (und",
    "10 rare, in the north",
    "1 likely in the north",
    "10 moins d",
]
BEHIND = {
    "2 likely, I think": 2,
    "10 in the north": 10,
    "1 ?": 1,
    "2 très": 2,
    "1 حسب المنطقة": 1,
    "1 - or less": 1,
}


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return build(load(write(SPECS["scales"], tmp_path_factory.mktemp("spec"))), "en")


def filled(where: Layout, pairs: list[tuple[Any, Any]], one: Any = None) -> Cells:
    """The cells with these two steps in each row, and one in the form."""
    values: dict[tuple[str, str, str], Any] = {("F", "1", "F_S"): one}
    for number, (first, second) in enumerate(pairs, start=1):
        row = f"S-{number:02d}"
        values |= {("S", row, "S_1"): first, ("S", row, "S_2"): second, ("S", row, "S_W"): "Word A"}
        values["S", row, "S_R"] = f"S-{max(1, number - 1):02d}"
    return placed(where, values)


def steps(submission: Submission) -> list[tuple[float | None, bool]]:
    """Each step that was read, with whether something was noted."""
    return [
        (each.number, bool(each.notes))
        for each in submission.answers
        if each.field == "S_1" and each.original
    ]


def test_the_number_in_front_is_what_counts(where: Layout) -> None:
    submission = returned(where, filled(where, [(each, None) for each in RIGHT]))
    assert steps(submission) == [(step, False) for step in RIGHT.values()]


def test_other_spellings_are_understood_and_noted(where: Layout) -> None:
    submission = returned(where, filled(where, [(each, None) for each in UNDERSTOOD]))
    assert steps(submission) == [(step, True) for step in UNDERSTOOD.values()]


def test_a_label_that_was_cut_off_is_that_of_its_own_number(where: Layout) -> None:
    submission = returned(where, filled(where, [(label, None) for label in CUT_OFF]))
    assert steps(submission) == [(step, True) for step in CUT_OFF.values()]
    (outcome,) = check([(submission, where)], today=TODAY)
    codes = {finding.code for finding in outcome.findings if finding.field == "S_1"}
    assert {code for code in codes if code.startswith("V")} == {"V107"}


@pytest.mark.parametrize("wrong", [WRONG, OF_ANOTHER])
def test_what_is_no_step_is_told_with_what_to_do(wrong: list[Any], where: Layout) -> None:
    submission = returned(where, filled(where, [(each, None) for each in wrong]))
    (outcome,) = check([(submission, where)], today=TODAY)
    told = [each for each in outcome.findings if each.code == "V002"]
    assert len(told) == len(wrong)
    assert {in_words(each, where).remedy for each in told} == {"Choose a step, or type its number."}
    assert not any(number for number, _ in steps(submission))


def test_what_else_stands_behind_a_step_is_quoted(where: Layout) -> None:
    """What LibreOffice's drag-fill makes of an entry is one of these, too: only its number is another one."""
    submission = returned(where, filled(where, [(each, None) for each in BEHIND]))
    assert steps(submission) == [(step, True) for step in BEHIND.values()]
    (outcome,) = check([(submission, where)], today=TODAY)
    told = {
        each.value: in_words(each, where).message
        for each in outcome.findings
        if each.code == "V110"
    }
    assert [*told] == [*BEHIND]
    assert told["10 in the north"] == (
        "How often: “10 in the north” was read as “10”; the rest of it was not counted."
    )


PAIRS = [(one, other) for one in RIGHT for other in ("2", "10 Sure")][:19]


@pytest.mark.office
@pytest.mark.parametrize(
    ("pairs", "one"),
    [
        (PAIRS, "10 Sure"),
        pytest.param([(each, each) for each in WRONG], "2", marks=pytest.mark.deep),
        pytest.param([*zip(WRONG, RIGHT, strict=False)], None, marks=pytest.mark.deep),
        pytest.param(
            [("1 Rare (under 10 %)", 1), ("", "10 Sure")], "1 Rare", marks=pytest.mark.deep
        ),
        pytest.param([], "7", marks=pytest.mark.deep),
        ([(each, 2) for each in OF_ANOTHER], "1 Likely"),
        ([("1 - 2", 1), (1, "1 of 5"), (1, 2), ("2", "2 of 10")], "2 - 10"),
    ],
    ids=["right", "wrong", "mixed", "few", "none", "of another", "doubtful"],
)
def test_sheet_and_reader_count_the_same(
    pairs: list[tuple[Any, Any]], one: Any, where: Layout, office: Any
) -> None:
    cells = filled(where, pairs, one)
    assert list(said_differently(where, cells, Path(where.spec.folder), office)) == []


@pytest.mark.office
def test_a_sheet_asks_for_the_step_where_only_the_reader_understands(
    where: Layout, office: Any
) -> None:
    """Its check tells so, and all that it shows follows from that."""
    folder, typed = Path(where.spec.folder), [*UNDERSTOOD, *BEHIND]
    cells = filled(where, [(each, 2) for each in typed], "2 très")
    saved, want = recalculated(where, cells, folder, office), ExpectedReturn(str(folder))
    said = sheet_verdicts(ooxml.read(saved.read_bytes()), where)
    assert {said["S", f"S-{n:02d}", "S_1"] for n, _ in enumerate(typed, start=1)} == {
        ("V002", False)
    }
    assert said["F", "1", "F_S"] == ("V002", True)
    assert list(of_results(saved, where, want, frozenset({"S026", "S027", "S028"}))) == []


def test_a_cell_shows_the_words_and_its_dropdown_offers_them(where: Layout) -> None:
    order = Order(
        "T", TODAY, language="fr", answers={("S", "S-01", "S_1"): 2.0, ("S", "S-02", "S_1"): 10.0}
    )
    book = openpyxl.load_workbook(BytesIO(generate(where.spec, order)))
    french = build(where.spec, "fr")
    shown = [
        book["Steps"].cell(*french.slots["S", row, "S_1"].cells[0]).value
        for row in ("S-01", "S-02")
    ]
    assert shown == ["2 Souvent (10–50 %)", "10 Sûr"]
    assert french.lists["STEPS"].labels == (
        "1 Rarement (moins de 10 %)",
        "2 Souvent (10–50 %)",
        "10 Sûr",
    )
    rule = next(
        each
        for each in book["Steps"].data_validations.dataValidation
        if "list_STEPS" in each.formula1
    )
    assert rule.errorStyle == "information"  # else Excel would refuse a typed 2
    assert rule.prompt == "Choisissez un degré, ou saisissez son numéro."


def test_scales_of_another_workbook_are_recognised() -> None:
    scale = FIELD_TYPES["scale"]
    assert scale.guess(Evidence("list", labels=("1 Rare", "2 Likely"))) is not None
    assert scale.guess(Evidence("list", labels=("1", "2"))) is not None
    assert scale.guess(Evidence("list", labels=("1 Rare", "1 Likely"))) is None
    assert scale.guess(Evidence("list", labels=("Rare", "Likely"))) is None


# anchors: what each step means, in a few words and by each kind of looking at it


def panel(tool: str, language: str) -> list[tuple[str, str]]:
    """What the panel of a sheet of the example says, line by line."""
    return [(line.about, line.text) for line in build(load("example"), language).sheet[tool].guide]


def test_every_step_stands_beside_its_anchor_by_each_kind() -> None:
    lines = panel("R1", "fr")
    at = lines.index(("2 Grave", "Pour les personnes: Certains ne peuvent pas participer"))
    assert lines[at + 1] == ("", "Pour l'atelier: Une journée est perdue")
    assert ("2 Possible", "10–50 %") in lines


@pytest.mark.parametrize("name", ["example", "hrge_toolkit"])
def test_every_scale_of_the_specs_says_something_about_its_steps(name: str) -> None:
    lists = load(name).vocabularies
    for scale in load(name).scales:
        assert any(item.anchor or item.anchors or item.help for item in lists[scale].items), scale


def test_the_page_of_a_spec_shows_anchors() -> None:
    spec = load("example")
    assert "2 Possible (10–50 %)" in text(spec, "en")
    assert "For the workshop: A day is lost" in html(spec, "en")


def test_anchors_of_a_list_in_a_file(copy: Path) -> None:
    written = (copy / "vocabularies.yaml").read_text("utf-8")
    first, last = written.index("LIKELIHOOD:"), written.index("IMPACT:")
    (copy / "vocabularies.yaml").write_text(
        written[:first] + "LIKELIHOOD: {file: l.csv}\n" + written[last:], "utf-8"
    )
    lines = (
        "code,label,label:fr,anchor,anchor:fr\n1,Rare,Rare,seldom,rarement\n2,Now,Là,,\n3,So,Si,,\n"
    )
    (copy / "l.csv").write_text(lines, "utf-8")
    assert load(copy).vocabularies["LIKELIHOOD"].items[0].as_step("fr") == "1 Rare (rarement)"


# ticks: one key says yes

TICKED = ["x", "X", "✓", "✔", 1, "1", "yes", "Yes", " x ", True, "y", "oui"]
NOT_TICKED = ["No", "n", 0, "FALSE"]
NO_TICK = ["maybe", "?", "*", 2, "-x", "xx", "[x]"]
WIDE = "ｘ"  # what the reader understands, and no sheet


@pytest.fixture(scope="module")
def ticked(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    return build(load(write(SPECS["ticks"], tmp_path_factory.mktemp("spec"))), "en")


def ticks(ticked: Layout, values: list[Any], used: Any, one: Any) -> Cells:
    """The cells with these ticks, one a row, and in the form."""
    rows = {("T", f"T-{n:02d}", "T_1"): value for n, value in enumerate(values, start=1)}
    return placed(ticked, rows | {("F", "T", "USED"): used, ("F", "1", "F_1"): one})


def test_whatever_is_a_tick_is_read_as_one_without_a_word(ticked: Layout) -> None:
    submission = returned(ticked, ticks(ticked, [*TICKED, *NOT_TICKED], "x", "✓"))
    answers = [
        each for each in submission.answers if each.field in ("T_1", "USED", "F_1") and each.code
    ]
    assert [each.code for each in answers if each.tool == "T"] == ["Y"] * len(TICKED) + ["N"] * len(
        NOT_TICKED
    )
    assert [each.code for each in answers if each.tool == "F"] == ["Y", "Y"]
    assert not any(each.notes or each.problem for each in answers)
    assert answers[-1].original == "FALSE"


def test_what_only_the_reader_understands_is_noted(ticked: Layout) -> None:
    submission = returned(ticked, ticks(ticked, [WIDE], "x", "x"))
    (answer,) = [each for each in submission.answers if each.field == "T_1" and each.code]
    assert (answer.code, answer.notes) == ("Y", ("V102",))


def test_anything_else_is_told_with_what_to_do(ticked: Layout) -> None:
    submission = returned(ticked, ticks(ticked, NO_TICK, "x", "perhaps"))
    (outcome,) = check([(submission, ticked)], today=TODAY)
    told = [each for each in outcome.findings if each.code == "V002"]
    assert len(told) == len(NO_TICK) + 1
    assert {in_words(each, ticked).remedy for each in told} == {"Type x, or leave the cell blank."}


@pytest.mark.office
@pytest.mark.parametrize("one", telling(["x", True, "No", "?"], "x", "?"), ids=repr)
def test_sheet_and_reader_take_the_same_for_a_tick(one: Any, ticked: Layout, office: Any) -> None:
    cells = ticks(ticked, [*TICKED, *NOT_TICKED, *NO_TICK], one, one)
    assert list(said_differently(ticked, cells, Path(ticked.spec.folder), office)) == []


@pytest.mark.office
@pytest.mark.parametrize(
    "used", telling([*TICKED, "Y", "ДА", *NOT_TICKED], "x", "ДА", "No", "FALSE"), ids=repr
)
def test_a_sheet_that_takes_it_for_a_tick_shows_nothing_else_than_it_should(
    used: Any, ticked: Layout, office: Any
) -> None:
    """One tick alone, in each way: what says whether a tool is ticked follows from it."""
    assert (
        list(
            said_differently(
                ticked, ticks(ticked, [], used, None), Path(ticked.spec.folder), office
            )
        )
        == []
    )


def test_its_dropdown_lets_in_what_is_one_key(ticked: Layout) -> None:
    book = openpyxl.load_workbook(BytesIO(generate(ticked.spec, Order("T", TODAY, language="fr"))))
    (rule,) = [each for each in book["Rows"].data_validations.dataValidation if each.type == "list"]
    said = "Saisissez x, ou laissez la cellule vide."
    assert (rule.formula1, rule.prompt, rule.error) == ("list__TICK", said, said)
    sheet, cells = next(book.defined_names["list__TICK"].destinations)
    assert [cell.value for (cell,) in book[sheet][cells]] == ["✓", "x", 1]


def test_an_older_yes_is_shown_as_a_tick(ticked: Layout) -> None:
    answers = {("F", "T", "USED"): "Y", ("T", "T-01", "T_1"): "N"}
    book = openpyxl.load_workbook(
        BytesIO(generate(ticked.spec, Order("T", TODAY, answers=answers)))
    )
    shown = {
        ticked.slots[key].cells[0]: book[ticked.sheet[key[0]].name]
        .cell(*ticked.slots[key].cells[0])
        .value
        for key in answers
    }
    assert list(shown.values()) == ["✓", "No"]


@pytest.mark.parametrize(
    ("told", "guessed"),
    [
        (Evidence("list", labels=("✓",)), True),
        (Evidence(values=("x", "X", "✓")), True),
        (Evidence(values=("x", "no")), False),
        (Evidence("list", labels=("Yes", "No")), False),
    ],
)
def test_ticks_of_another_workbook_are_recognised(told: Evidence, guessed: bool) -> None:
    assert (FIELD_TYPES["tick"].guess(told) is not None) is guessed


# references: the row that is meant, however its code is written

TOOLS = ("T4.A", "T4.B", "T4.C")
CITES = "T4.C", "V-01", "T4C_01"
WORDS = " Persons identified"


def field(where: Layout) -> Field:
    return where.slots[CITES].field


def reading(written: str, where: Layout) -> Reading:
    lists = vocabularies(where.spec, where.language, where.row_codes)
    return field(where).type.read(field(where), CellValue(written), lists)


@pytest.mark.parametrize(
    "written", ["IND-03", "IND-03" + WORDS, "  IND-03  other words", "IND-03 - a dash"]
)
def test_its_own_spelling_is_nothing_to_note(written: str) -> None:
    assert reading(written, layout("hrge_toolkit")) == Reading(code="IND-03")


@pytest.mark.parametrize("head", table("cases")["other_spellings_are_the_same_row"])
def test_other_spellings_are_the_same_row(head: str) -> None:
    for written in (head, head + WORDS):
        assert reading(written, layout("hrge_toolkit")) == Reading(code="IND-03", notes=("V102",))


@pytest.mark.parametrize(
    "written", ["IND-3", "IND-033", "IND 03", "XIND-03", "03", "Persons identified", "IND-03b"]
)
def test_nothing_is_guessed(written: str) -> None:
    found = reading(written, layout("hrge_toolkit"))
    assert found.code not in layout("hrge_toolkit").row_codes["T4.B"]
    assert found.notes == ()


@pytest.mark.parametrize("tools", [TOOLS, ("T4.C",)], ids=["issued", "its target not issued"])
def test_one_row_stays_one(tools: tuple[str, ...]) -> None:
    """Two values of one indicator, written in two ways, are of one indicator."""
    where = layout("hrge_toolkit", tools=tools)
    about = {("T4.B", "IND-03", "T4B_03"): "Persons"} if "T4.B" in tools else {}
    workbook = draw(where, about | {CITES: "IND-03"})
    place = where.slots["T4.C", "V-02", "T4C_01"].cells[0]
    put(sheet_of(workbook, "T4.C"), *place, cell("ind-03 persons identified"))
    read = read_raw(workbook, path="a.xlsx", want=ExpectedReturn("hrge_toolkit"))
    assert isinstance(read, Submission)
    assert {each.code for each in read.answers if each.field == "T4C_01"} == {"IND-03"}
    findings = check([(read, where)], today=TODAY)[0].findings
    recognised = [(each.row, each.code) for each in findings if each.field == "T4C_01"]
    assert recognised == [("V-02", "V107" if "T4.B" in tools else "V102")]
    assert not [each for each in findings if each.code == "V016"]


# countries and languages by the names that people give them

TOOLKIT, EXAMPLE = spec("hrge_toolkit"), spec("example")


@pytest.mark.parametrize(("text", "code"), table("cases")["a_country_by_code_label_and_alias"])
def test_a_country_by_code_label_and_alias(text: str, code: str) -> None:
    assert countries(TOOLKIT).code(text) == code


@pytest.mark.parametrize(
    ("text", "code"), table("cases")["a_country_in_every_language_of_the_spec"]
)
def test_a_country_in_every_language_of_the_spec(text: str, code: str) -> None:
    assert countries(EXAMPLE).code(text) == code


def test_names_of_cldr_are_known_where_the_spec_says_another() -> None:
    longer = EXAMPLE.vocabularies["COUNTRY"].by_code["MLI"].label.by_language
    other = EXAMPLE.model_copy(deep=True)
    other.vocabularies["COUNTRY"].by_code["MLI"].label.by_language.update(
        dict.fromkeys(longer, "Republic of Mali")
    )
    assert countries(other).code("mali") == countries(other).code("Republic of Mali") == "MLI"


def test_every_country_of_the_world_is_known_or_unlike_those_of_the_spec() -> None:
    known = countries(TOOLKIT)
    wrong = {
        name: known.hint(name) for name in country_names("en").values() if known.code(name) is None
    }
    assert len(wrong) > 200
    assert not [hint for hint in wrong.values() if "Did you mean" in hint]


@pytest.mark.parametrize(
    ("text", "hint"), table("cases")["what_is_near_is_offered_and_nothing_else"]
)
def test_what_is_near_is_offered_and_nothing_else(text: str, hint: str) -> None:
    assert countries(TOOLKIT).code(text) is None
    assert countries(TOOLKIT).hint(text).startswith(hint)


def test_a_spec_without_countries_takes_any_name() -> None:
    other = EXAMPLE.model_copy(update={"countries": None})
    assert countries(other).code("Atlantis") == "Atlantis"


@pytest.mark.parametrize(("text", "tag"), table("cases")["a_language_by_tag_and_by_name"])
def test_a_language_by_tag_and_by_name(text: str, tag: str | None) -> None:
    assert languages(EXAMPLE).code(text) == tag


def test_a_language_without_its_region_where_it_is_the_only_one() -> None:
    one = languages(EXAMPLE.model_copy(update={"languages": ("pt-BR", "en")}))
    assert {
        one.code(text) for text in ("Portuguese", "pt", "Portuguese (Brazil)", "português (Brasil)")
    } == {"pt-BR"}
    two = languages(EXAMPLE.model_copy(update={"languages": ("zh-Hans", "zh-Hant")}))
    assert two.code("Chinese") is None
    assert two.hint("Chinese") == "Known are: zh-Hans, zh-Hant."
