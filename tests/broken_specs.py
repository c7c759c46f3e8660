"""Specs as people break them who do not write YAML every day: each a small change of the example spec.

    python -m tests.broken_specs       writes tests/broken_specs.txt again: what `spec check` says of each of them

Read what has changed there as one of these people: is it said where, what, why, and what to do?
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hrge_xl import load
from tests.face import SpecError, find

SAID = Path(__file__).with_suffix(".txt")


@dataclass(frozen=True)
class Broken:
    """One broken spec: what was changed in which file."""

    name: str
    changes: tuple[tuple[str, str, str], ...]  # file, what stood there, what stands there now

    def break_in(self, folder: Path) -> None:
        """Make the changes in a copy of the example spec."""
        for file, old, new in self.changes:
            path = folder / file
            text = path.read_text(encoding="utf-8")
            assert old in text, f"{self.name}: {old!r} is not in {file}"
            path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def said(self, folder: Path) -> list[str]:
        """What is said of it, in a folder that is empty yet."""
        self.break_in(shutil.copytree(find("example"), folder / "spec"))
        try:
            load(folder / "spec")
        except SpecError as error:
            return list(error.lines)
        return []


PLAN, RISKS, CHECKLIST = "tools/plan.yaml", "tools/risks.yaml", "tools/checklist.yaml"
HEAD, LISTS, RULES, MATRIX = "workbook.yaml", "vocabularies.yaml", "rules.yaml", "matrix.yaml"
WHO = "label: {en: Who looks after them, fr: Qui s'en occupe, ar: من يعتني بهم}"
HELP = "help: {en: At most 40 words., fr: 40 mots au plus., ar: 40 كلمة على الأكثر.}"
FORMULA = "formula: PLN_08 / PLN_06"
SUMMARY, FIGURES = "tools/summary.yaml", "figures.yaml"
MORE_FIELDS = "fields: [{code: MOR_01, type: text, label: {en: More, fr: Plus, ar: المزيد}}]"
ITEMS_TO_TICK, QUESTION, ITEM = "  - kind: checklist ", "      - {code: CHK_01,", "{code: C1_02,"
RESPONSE = "      - {code: RSK_06, type: choice, vocabulary: RESPONSE,"
MATRIX_BLOCK = "{kind: matrix, sources: [R1], down: RSK_03, across: RSK_04,"
COLLECT = (
    "{kind: collect, columns: {what: {en: What, fr: Quoi, ar: ماذا}, day: {en: Day, fr: Jour, ar: يوم}}, "
    "sources: [{tool: R1, keep: filled(RSK_01), columns: {what: RSK_01, day: FOL_02}}],"
)


INDICATORS = "indicators: {tool: R1, of: RSK_1, value: RSK_01, period: RSK_01, kind: RSK_1, harmless: [X1]}"
LOW = '{code: L, label: {en: Low, fr: Faible, ar: منخفض}, colour: "#D9EAD3"}'
LOW_IN_LINES = "code: L\n    label: {en: Low, fr: Faible, ar: منخفض}\n    colour: #D9EAD3"


def fixed(options: str, value: str, code: str = "CHK_09") -> tuple[tuple[str, str, str], ...]:
    """A fixed column of the checklist, and what an item has there."""
    column = f"      - {{code: CHK_09, {options}, label: {{en: Kind, fr: Genre, ar: نوع}}}}\n"
    return (CHECKLIST, QUESTION, column + QUESTION), (CHECKLIST, ITEM, f"{ITEM} values: {{{code}: {value}}},")


BROKEN = (
    # YAML itself
    Broken("tab", ((PLAN, "        type: long\n", "\t\ttype: long\n"),)),
    Broken("colon in a text", ((PLAN, WHO, "label: Who looks after them: name and phone"),)),
    Broken("colon in a text in braces", ((RISKS, "{en: Risk,", "{en: Risk: what it is,"),)),
    Broken("apostrophe ends a text", ((PLAN, WHO, "label: 'Who's there'"),)),
    Broken("quotation mark never closed", ((HEAD, 'version: "1.0"', 'version: "1.0'),)),
    Broken(
        "quotation mark that opens nothing above one that ends a text",
        (
            (PLAN, "en: At most 40 words.", 'en: At most a 5" page.'),
            (PLAN, WHO, 'label: "Who" looks after them'),
        ),
    ),
    Broken("text begins with a sign", ((PLAN, WHO, "label: @office who looks after them"),)),
    Broken("text begins with an exclamation mark", ((PLAN, WHO, "label: !important who looks after them"),)),
    Broken("list as a name", ((PLAN, WHO, "[label]: who looks after them"),)),
    Broken("character that no text may hold", ((PLAN, WHO, "label: Who\x07 looks after them"),)),
    Broken("text begins with more than", ((PLAN, WHO, "label: > 5 children"),)),
    Broken("text in emphasis", ((PLAN, WHO, "label: *Who* looks after them"),)),
    Broken("bracket never closed", ((RULES, "  at: [PLN_05]\n", "  at: [PLN_05\n"),)),
    Broken("comma missing", ((LISTS, "{code: Y, label:", "{code: Y label:"),)),
    Broken("comma in a text", ((LISTS, "en: Reduce,", "en: Reduce, avoid,"),)),
    Broken("line too far in", ((PLAN, "        words: 40\n", "          words: 40\n"),)),
    Broken("line too far out", ((PLAN, "        words: 40\n", "       words: 40\n"),)),
    Broken("no space behind a colon", ((PLAN, "        words: 40\n", "        words:40\n"),)),
    Broken("line without a colon", ((PLAN, "        words: 40\n", "        words\n"),)),
    Broken("option twice", ((PLAN, "        words: 40\n", "        words: 40\n        words: 60\n"),)),
    Broken("colour without quotation marks", ((MATRIX, 'colour: "#D9EAD3"}', "colour: #D9EAD3}"),)),
    Broken(
        "mistakes in several files",
        (
            (PLAN, WHO, "label: Who: name"),
            (RISKS, "to: [C1]", "to: [C2]"),
            (RULES, "check: PLN_05 >= PLN_04", "check: PLN_05 >= PLN_4"),
        ),
    ),
    Broken("brackets within brackets", ((RULES, "  at: [PLN_05]\n", f"  at: {'[' * 60}PLN_05{']' * 60}\n"),)),
    Broken("brackets without end", ((RULES, "  at: [PLN_05]\n", f"  at: {'[' * 2000}\n"),)),
    Broken("alias of itself", ((RULES, "  at: [PLN_05]\n", "  at: &cells [PLN_05, *cells]\n"),)),
    Broken("alias of itself in a text", ((PLAN, WHO, "label: &who {en: *who}"),)),
    Broken("brace never closed", ((RISKS, "ar: الخطر}}\n", "ar: الخطر}\n"),)),
    Broken("comma too many", ((RISKS, "{en: Risk,", "{en: Risk,,"),)),
    Broken("comma missing behind a quotation mark", ((LISTS, "{code: Y, label:", "{code: 'Y' label:"),)),
    Broken("text begins with a dash", ((PLAN, WHO, "label: - who looks after them"),)),
    Broken("backslash", ((PLAN, WHO, 'label: "Who\\What"'),)),
    Broken("backslash in a text of two lines", ((PLAN, WHO, 'label: "Who\\What\n          and how"'),)),
    Broken("quotation mark never closed to the end", ((MATRIX, "  3: {1: M, 2: H, 3: H}", "  3: 'H"),)),
    Broken("second document", ((MATRIX, "cells:\n", "---\ncells:\n"),)),
    Broken("closing bracket too many", ((RULES, "  at: [PLN_05]\n", "  at: [PLN_05]]\n"),)),
    Broken("text begins with a bracket", ((PLAN, WHO, "label: [Who] looks after them"),)),
    Broken("line begins with a bracket", ((MATRIX, "down: LIKELIHOOD\n", "{down} LIKELIHOOD\n"),)),
    Broken("name goes on behind a quotation mark", ((MATRIX, "down: LIKE", "'down' of: LIKE"),)),
    # options
    Broken("colour in a line of its own", ((MATRIX, LOW, LOW_IN_LINES),)),
    Broken("text that is not there", ((HEAD, 'version: "1.0"', "version:"),)),
    Broken("text that is true or false", ((HEAD, 'version: "1.0"', "version: true"),)),
    Broken("text that is an empty group", ((HEAD, 'version: "1.0"', "version: {}"),)),
    Broken("text that is a list", ((HEAD, 'version: "1.0"', "version: [1, 0]"),)),
    Broken("type that is not there", ((RISKS, "{code: RSK_01, type: text,", "{code: RSK_01, type: ,"),)),
    Broken("group that is one value", ((FIGURES, "  by:       ", "  by: RSK_02\n  group:"),)),
    Broken("list that is not there", ((RULES, "  at: [PLN_05]\n", "  at:\n"),)),
    Broken("list that is a group", ((RULES, "  at: [PLN_05]\n", "  at: {PLN_05: 1}\n"),)),
    Broken("entry that is not there", ((MATRIX, LOW, ""),)),
    Broken("entry that is one value", ((MATRIX, LOW, "Low"),)),
    Broken("colour that is none", ((MATRIX, '"#D9EAD3"', '"#D9EA"'),)),
    Broken("name of a rule that is none", ((RULES, "name: end-before-start", "name: End before start"),)),
    Broken("list of nothing", ((HEAD, "languages: [en, fr, ar]", "languages: []"),)),
    Broken("true or false that is a word", ((RISKS, "code: R1\n", "code: R1\nalways: maybe\n"),)),
    Broken("number of words that is none", ((PLAN, "        words: 40\n", "        words: forty\n"),)),
    Broken("number of rows that is none", ((RISKS, "    rows: 8\n", "    rows: 8.5\n"),)),
    Broken("number that is too small", ((RISKS, "    rows: 8\n", "    rows: 0\n"),)),
    Broken("number that is too large", ((RISKS, "    rows: 8\n", "    rows: 501\n"),)),
    Broken("number of words that is nothing", ((PLAN, "        words: 40\n", "        words: 0\n"),)),
    Broken("kind missing", ((RISKS, "  - kind: register\n    id: K-\n", "  - id: K-\n"),)),
    # codes and names
    Broken("name of a spec of two words", ((HEAD, "name: example", "name: my example"),)),
    Broken("name of a profile that begins with a digit", ((HEAD, "  short:\n", "  1-short:\n"),)),
    Broken("profile without a title", ((HEAD, "{en: Short, fr: Court, ar: قصير}", "''"),)),
    Broken("code of a question with a hyphen", ((CHECKLIST, QUESTION, QUESTION.replace("_", "-")),)),
    Broken("beginning of row codes that is a digit", ((RISKS, "    id: K-\n", "    id: 1-\n"),)),
    Broken("code with a semicolon", ((LISTS, "{code: MEN,", "{code: M;N,"),)),
    Broken("lists that differ in capitals", ((LISTS, "RESPONSE:", "Group:"),)),
    Broken("question twice on a sheet", ((RISKS, "{code: RSK_04,", "{code: RSK_03,"),)),
    Broken("row code with a space", ((CHECKLIST, "code: C1_03,", "code: C1 03,"),)),
    Broken("level twice", ((MATRIX, "{code: M,", "{code: L,"),)),
    Broken(
        "figures about what there is not",
        (
            (FIGURES, "name: RSK_01 ", "name: RSK_1 "),
            (FIGURES, "field: RSK_02}", "tools: {R2: people}}"),
            (FIGURES, 'no: ["N"]', "no: [X]"),
            (FIGURES, "questions:", f"{INDICATORS}\nquestions:"),
        ),
    ),
    Broken("option misspelt", ((PLAN, "vocabulary: COUNTRY", "vocabluary: COUNTRY"),)),
    Broken("option of another part", ((LISTS, "{code: MEN,", "{code: MEN, required: always,"),)),
    Broken(
        "option of another type",
        ((PLAN, "type: text, required: always, characters: 20", "type: text, required: always, words: 20"),),
    ),
    Broken("needed option misspelt", ((PLAN, WHO, "lable: Who looks after them"),)),
    Broken("blocks misspelt", ((RISKS, "\nblocks:", "\nblcoks:"),)),
    Broken("fields misspelt", ((RISKS, "    fields:", "    feilds:"),)),
    Broken("sheets misspelt", ((HEAD, "\nsheets:", "\nsheet:"),)),
    Broken("side of the matrix misspelt", ((MATRIX, "down: LIKELIHOOD", "dwon: LIKELIHOOD"),)),
    Broken(
        "option beside a column set", ((RISKS, "- use: follow_up", "- {use: follow_up, required: always}"),)
    ),
    Broken("several column sets", ((RISKS, "- use: follow_up", "- use: [follow_up]"),)),
    Broken("tools in workbook.yaml", ((HEAD, "\ncountries:", "\ntools: [PLAN]\ncountries:"),)),
    Broken("digest in workbook.yaml", ((HEAD, "\ncountries:", "\ndigest: 0a1b\ncountries:"),)),
    Broken("entries and a file", ((LISTS, "RESPONSE:\n", "RESPONSE:\n  file: responses.csv\n"),)),
    Broken("label missing", ((PLAN, WHO, "help: The name"),)),
    Broken("unknown type", ((PLAN, "type: integer, minimum: 1", "type: number, minimum: 1"),)),
    Broken("yes for required", ((PLAN, "type: date, required: always", "type: date, required: yes"),)),
    Broken("number in words", ((PLAN, "        words: 40\n", "        words: forty\n"),)),
    Broken(
        "limit that is not a number", ((PLAN, "minimum: 1, maximum: 500", "minimum: nan, maximum: .inf"),)
    ),
    Broken(
        "numbers with an underscore",
        (
            (PLAN, "minimum: 1, maximum: 500", "minimum: 1, maximum: 5_00"),
            (PLAN, "        words: 40\n", "        words: 4_0\n"),
        ),
    ),
    Broken("version is a number", ((HEAD, 'version: "1.0"', "version: 1.0"),)),
    Broken("one in place of a list", ((RISKS, "to: [C1]", "to: C1"),)),
    Broken(
        "entries without codes",
        ((LISTS, "    - {code: RED, label: {en: Reduce, fr: Réduire, ar: تقليل}}\n", "    - Reduce\n"),),
    ),
    # codes and names
    Broken("code misspelt", ((RULES, "filled(PLN_05)", "filled(PLN_O5)"),)),
    Broken("code of an entry", ((CHECKLIST, "CHK_01 in ('P', 'N')", "CHK_01 in ('Partly', 'N')"),)),
    Broken("unknown list", ((PLAN, "vocabulary: COUNTRY", "vocabulary: Countries"),)),
    Broken(
        "Norway", ((LISTS, "{code: PAK, label: {en: Pakistan,", "{code: no, label: {en: Norway, no: Norge,"),)
    ),
    Broken("same label twice", ((LISTS, "en: Accept,", "en: reduce,"),)),
    Broken("sheet not listed", ((HEAD, "[PLAN, C1, R1, SUMMARY]", "[PLAN, C1, SUMMARY]"),)),
    Broken("sheet misspelt", ((HEAD, "[PLAN, C1, R1, SUMMARY]", "[PLAN, C1, R1, SUMARY]"),)),
    Broken(
        "sheet name too long",
        ((RISKS, "sheet: {en: Risks,", "sheet: {en: Risks and what we are doing about them,"),),
    ),
    Broken("sheet of the program", ((RISKS, "fr: Risques,", "fr: Page de garde,"),)),
    Broken(
        "code of the program",
        (
            (RISKS, "code: R1", "code: LISTS"),
            (HEAD, "C1, R1,", "C1, LISTS,"),
            (HEAD, "tools: [R1]", "tools: [LISTS]"),
            (HEAD, "tools: [R1]", "tools: [LISTS]"),
            (RULES, "tool: R1", "tool: LISTS"),
            (SUMMARY, "sources: [R1]", "sources: [LISTS]"),
            (FIGURES, "tools: [R1]", "tools: [LISTS]"),
        ),
    ),
    Broken("languages", ((HEAD, "[en, fr, ar]", "[en, fr, ar_IQ, prs, English, xx, fr]"),)),
    # sheets and their blocks
    Broken(
        "sheet that goes with one that is always there",
        ((RISKS, "code: R1\n", "code: R1\ngoes_with: PLAN\n"),),
    ),
    Broken("sheet that goes with none", ((RISKS, "code: R1\n", "code: R1\ngoes_with: C2\n"),)),
    Broken(
        "forms of different length",
        ((PLAN, ITEMS_TO_TICK, f"  - {{kind: form, records: 3, {MORE_FIELDS}}}\n{ITEMS_TO_TICK}"),),
    ),
    Broken(
        "register below a form",
        ((PLAN, ITEMS_TO_TICK, f"  - {{kind: register, id: M-, rows: 3, {MORE_FIELDS}}}\n{ITEMS_TO_TICK}"),),
    ),
    Broken(
        "two tables on a sheet",
        ((RISKS, "blocks:\n", f"blocks:\n  - {{kind: register, id: M-, rows: 3, {MORE_FIELDS}}}\n"),),
    ),
    Broken(
        "title of a table",
        (
            (RISKS, "    id: K-\n", "    id: K-\n    title: {en: Risks, fr: Risques, ar: المخاطر}\n"),
            (CHECKLIST, "    items:\n", "    help: {en: Tick, fr: Cochez, ar: اختر}\n    items:\n"),
        ),
    ),
    Broken("list of items misspelt", ((PLAN, "items: {tools: true}", "items: {vocabulary: GROUPS}"),)),
    Broken("items from nowhere", ((PLAN, "items: {tools: true}", "items: {}"),)),
    Broken("fixed column misspelt", fixed("type: text, fixed: true", "WOM", "CHK_O9")),
    Broken("fixed column left blank", fixed("type: text, fixed: true", "")),
    Broken("fixed column with a list", fixed("type: text, fixed: true", "[WOM]")),
    Broken("fixed column of several", fixed("type: choice, vocabulary: GROUP, fixed: true", "WOM; MAN")),
    Broken("fixed column without a date", fixed("type: date, fixed: true", "March")),
    Broken("fixed column without a number", fixed("type: integer, fixed: true", "two")),
    # fields
    Broken("label left blank", ((PLAN, WHO, 'label: ""'),)),
    Broken("option that is needed", ((PLAN, "type: choice, vocabulary: COUNTRY", "type: choice"),)),
    Broken("reference to no sheet", ((RISKS, "to: [C1]", "to: []"),)),
    Broken("reference to a sheet without rows", ((RISKS, "to: [C1]", "to: [SUMMARY]"),)),
    Broken("reference by no fixed column", ((RISKS, "to: [C1]", "to: [C1], only: {CHK_09: WOM}"),)),
    Broken(
        "reference to rows that there are not",
        ((RISKS, "to: [C1]", "to: [C1], only: {CHK_09: WOM}"), *fixed("type: text, fixed: true", "MEN")),
    ),
    Broken("fixed column that is carried over", fixed("type: text, fixed: true, carry: last", "WOM")),
    Broken("calculated field that is carried over", ((PLAN, FORMULA, f"{FORMULA}, carry: both"),)),
    Broken("pattern without an end", ((PLAN, "characters: 20", "characters: 20, pattern: '[A-Z'"),)),
    Broken("pattern that looks back", ((PLAN, "characters: 20", r"characters: 20, pattern: '(.)\1+'"),)),
    Broken("pattern that looks ahead", ((PLAN, "characters: 20", "characters: 20, pattern: 'W(?=S).*'"),)),
    Broken("pattern without an example", ((PLAN, WHO, f"pattern: '[A-Z]+'\n        {WHO}"),)),
    Broken("example against its pattern", ((PLAN, "characters: 20", "characters: 20, pattern: '[0-9]+'"),)),
    Broken("list by no field", ((PLAN, "vocabulary: COUNTRY,", "vocabulary: COUNTRY, parent: PLN_1,"),)),
    Broken(
        "list by another one",
        (
            (
                RISKS,
                RESPONSE,
                f"{RESPONSE.replace('RSK_06', 'RSK_10')} label: {{en: A, fr: B, ar: ت}}}}\n{RESPONSE}",
            ),
            (RISKS, f"{RESPONSE} required", f"{RESPONSE} parent: RSK_10, required"),
            (LISTS, "{code: RED,", "{code: RED, parent: X,"),
        ),
    ),
    # calculated sheets
    Broken("sheet of a matrix misspelt", ((SUMMARY, "sources: [R1]", "sources: [R2]"),)),
    Broken("side of a matrix misspelt", ((SUMMARY, "down: RSK_03", "down: RSK_30"),)),
    Broken("side of a matrix by a list", ((SUMMARY, "down: RSK_03", "down: RSK_06"),)),
    Broken("side of a matrix by its other scale", ((SUMMARY, "down: RSK_03", "down: RSK_04"),)),
    Broken(
        "pivot by texts",
        (
            (
                SUMMARY,
                MATRIX_BLOCK,
                "{kind: pivot, source: R1, down: RSK_01, across: RSK_06, highest: RSK_07,",
            ),
        ),
    ),
    Broken(
        "pivot by two lists",
        (
            (
                SUMMARY,
                MATRIX_BLOCK,
                "{kind: pivot, source: R1, down: RSK_06, also_down: [RSK_03], across: RSK_04,",
            ),
        ),
    ),
    Broken(
        "columns of a collection misspelt",
        (
            (SUMMARY, MATRIX_BLOCK, f"{COLLECT} due: days, bars: watt, widths: {{dya: 12}},"),
            (SUMMARY, "day: FOL_02", "dday: FOL_02"),
        ),
    ),
    Broken("field of a collection misspelt", ((SUMMARY, MATRIX_BLOCK, COLLECT.replace("FOL_02", "FOL_20")),)),
    # what is said and calculated
    Broken(
        "years of other calendars", ((PLAN, "minimum: 2000, maximum: 2100", "minimum: 1000, maximum: 3000"),)
    ),
    Broken("nothing between the limits", ((PLAN, "minimum: 2000, maximum: 2100", "minimum: 2200"),)),
    Broken(
        "asked only where it is answered",
        (
            (PLAN, "{code: PLN_11, type: yesno,", "{code: PLN_11, type: yesno, relevant: filled(PLN_12),"),
            (
                PLAN,
                "        type: text\n        required: {when",
                "        type: text\n        relevant: PLN_11 == 'Y'\n        required: {when",
            ),
        ),
    ),
    Broken("bad limits", ((PLAN, "minimum: 2000, maximum: 2100", "minimum: 2100, maximum: 2000"),)),
    Broken(
        "date compared with a text", ((RULES, "check: PLN_05 >= PLN_04", "check: PLN_05 >= '01.02.2026'"),)
    ),
    Broken("one equals sign", ((PLAN, "PLN_11 == 'Y'", "PLN_11 = 'Y'"),)),
    Broken("formula of itself", ((PLAN, FORMULA, "formula: PLN_14 + 1"),)),
    Broken(
        "formula without quotation marks", ((PLAN, FORMULA, "formula: 1 if matches(PLN_01, 'A.*') else 0"),)
    ),
    Broken("matches in a formula", ((PLAN, FORMULA, "formula: \"1 if matches(PLN_01, '(A|B)+') else 0\""),)),
    Broken("matches where it is required", ((PLAN, "PLN_11 == 'Y'", "matches(PLN_01, '(A|B)+')"),)),
    Broken(
        "brace in a text", ((RULES, "fr: La fin précède le début.", "fr: La fin {PLN_05} précède le début."),)
    ),
    Broken(
        "brace not closed",
        ((RULES, "fr: La fin précède le début.", 'fr: "La fin {PLN_05 précède le début."'),),
    ),
    Broken(
        "brace names nothing",
        ((RULES, "en: The end is before the start.", 'en: "The end {PLN_5} is before the start."'),),
    ),
    Broken(
        "help too long", ((PLAN, "en: At most 40 words.", f"en: {'Write what the workshop is for. ' * 9}"),)
    ),
)


def expected() -> dict[str, list[str]]:
    """What is to be said of each, by name."""
    parts = SAID.read_text(encoding="utf-8").split("## ")[1:]
    return {
        lines[0]: [line.strip() for line in lines[1:] if line] for lines in (p.split("\n") for p in parts)
    }


def _found() -> Iterator[str]:
    for broken in BROKEN:
        with tempfile.TemporaryDirectory() as folder:
            yield "\n    ".join([f"## {broken.name}", *broken.said(Path(folder))]) + "\n"


if __name__ == "__main__":
    SAID.write_text("\n".join(_found()), encoding="utf-8")
