"""Imported specs: forms, table schemas and workbooks of others become specs that work, and every part is told of."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook

from hrge_xl import Spec, check_spec, import_spec, load, spec_warnings
from hrge_xl.core.errors import UsageError
from hrge_xl.importing.neutral import field_code
from tests.answers import TODAY
from tests.command_line import ran
from tests.face import build, cli, sample_answers
from tests.parity import filled, placed, said_differently, shown
from tests.small_sources import (
    HEALTH,
    PACKAGE,
    SHEETS,
    SOURCES,
    Sheets,
    budget,
    data_package,
    form_as_workbook,
    form_in_csv,
    saved,
    workbook_in_use,
)
from tests.telling import telling


def imported(name: str, data: bytes, folder: Path) -> tuple[Spec, list[dict[str, str]]]:
    """The spec that is made of a file, and its account."""
    (folder / name).write_bytes(data)
    made = import_spec(folder / name, folder / "spec")
    with (folder / "spec" / "imported.csv").open(encoding="utf-8", newline="") as file:
        return made.spec, [*csv.DictReader(file)]


def fields(spec: Spec, tool: str) -> dict[str, dict[str, Any]]:
    """What the fields of a sheet say, by their codes: what is not said is left out."""
    return {
        code: {
            name: str(getattr(field, name))
            for name in field.model_fields_set - {"code", "label", "tag", "note"}
        }
        for code, field in next(each for each in spec.tools if each.code == tool).fields.items()
    }


@pytest.mark.parametrize("name", SOURCES)
def test_what_is_imported_passes_every_check_and_is_read_back(name: str, tmp_path: Path) -> None:
    imported(name, SOURCES[name](), tmp_path)
    check_spec(tmp_path / "spec")
    assert not spec_warnings(load(tmp_path / "spec"))


@pytest.mark.office
@pytest.mark.parametrize("name", ["visit.xlsx", "grant budget.xlsx"])
def test_sheet_and_reader_say_the_same_of_what_is_imported(
    name: str, office: Any, tmp_path: Path
) -> None:
    spec, _ = imported(name, SOURCES[name](), tmp_path)
    where = build(spec, spec.languages[0])
    assert [
        *said_differently(where, filled(where, random.Random(0)), tmp_path / "spec", office)
    ] == []


@pytest.mark.deep
@pytest.mark.office
@pytest.mark.parametrize("name", SOURCES)
def test_sheet_and_reader_say_the_same_in_each_language(
    name: str, office: Any, tmp_path: Path
) -> None:
    """Of every source: blank, filled in rightly, and filled in anyhow."""
    spec, _ = imported(name, SOURCES[name](), tmp_path)
    for language in spec.languages:
        where = build(spec, language)
        right = placed(
            where,
            {
                key: shown(where, where.slots[key], value)
                for key, value in sample_answers(where, TODAY).items()
            },
        )
        for cells in ({}, right, *(filled(where, random.Random(seed)) for seed in (1, 2, 3))):
            assert [*said_differently(where, cells, tmp_path / "spec", office)] == []


# every part is told of


def parts_of_form(sheets: Sheets = SHEETS) -> Counter[str]:
    """What a form holds, counted by itself."""
    survey, choices, settings = sheets.values()
    found = Counter(row=len(survey) - 1 + len(settings) - 1, choice=len(choices) - 1)
    found["column"] = sum(len(lines[0]) for lines in sheets.values())
    for column, heading in enumerate(survey[0]):
        if heading in (
            "relevant",
            "constraint",
            "required",
            "calculation",
            "choice_filter",
            "default",
        ):
            found[heading] = sum(bool(line[column]) for line in survey[1:])
    return found


def parts_of_package() -> Counter[str]:
    """What the data package holds, counted by itself."""
    found = Counter(table=len(PACKAGE["resources"]))
    found["property"] = len(PACKAGE.keys() - {"resources"})
    for resource in PACKAGE["resources"]:
        assert isinstance(resource, dict)
        schema = resource.get("schema", {})
        found["property"] += len(resource.keys() - {"schema"}) + len(schema.keys() - {"fields"})
        for field in schema.get("fields", ()):
            constraints = field.get("constraints", {})
            found["column"] += 1
            found["choice"] += len(constraints.get("enum", ()))
            found["required"] += "required" in constraints
            found["constraint"] += len(constraints.keys() - {"enum", "required"}) + (
                field.get("format") == "email"
            )
            found["property"] += len(field.keys() & {"trueValues"}) + (field.get("format") == "any")
    found += Counter(required=1, constraint=1)  # of the primary key
    return found


def parts_of_workbook(data: bytes) -> Counter[str]:
    """What a workbook holds, counted by itself."""
    found = Counter[str]()
    for sheet in load_workbook(io.BytesIO(data)):
        cells = [cell for row in sheet.iter_rows() for cell in row]
        held = [cell for cell in cells if cell.value is not None]
        found["row"] += len({cell.row for cell in held})
        found["column"] += len({cell.column for cell in held})
        formulas = [(cell.column, str(cell.value)) for cell in held if cell.data_type == "f"]
        found["formula"] += len({(column, re.sub(r"\d+", "", text)) for column, text in formulas})
        found["note"] += sum(cell.comment is not None for cell in cells)
        lists = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
        ranges = [area for rule in lists for area in rule.sqref.ranges]
        found["dropdown"] += len(
            {column for area in ranges for column in range(area.min_col, area.max_col + 1)}
        )
    return found


COUNTS = {
    "visit.csv": parts_of_form,
    "visit.xlsx": lambda: parts_of_form() + Counter(sheet=1),
    "datapackage.json": parts_of_package,
    "in use.xlsx": lambda: parts_of_workbook(workbook_in_use()),
    "health centre.xlsx": lambda: parts_of_form(HEALTH) + Counter(sheet=1),
    "grant budget.xlsx": lambda: parts_of_workbook(budget()),
}


@pytest.mark.parametrize("name", SOURCES)
def test_every_part_of_a_source_is_told_of(name: str, tmp_path: Path) -> None:
    """As many lines as there are parts, each with what became of it, and what was not kept as it was says why."""
    _, lines = imported(name, SOURCES[name](), tmp_path)
    assert Counter(line["kind"] for line in lines) == COUNTS[name]()
    assert {line["outcome"] for line in lines} <= {"kept", "changed", "left out"}
    assert not [line for line in lines if line["outcome"] != "kept" and not line["how"]]


@pytest.mark.parametrize("command", ["import", "draft"])
def test_the_command_ends_with_the_sums(command: str, tmp_path: Path) -> None:
    (tmp_path / "visit.csv").write_bytes(form_in_csv())
    done = CliRunner().invoke(
        cli, ["spec", command, str(tmp_path / "visit.csv"), "-o", str(tmp_path / "spec")]
    )
    assert done.exception is None, done.output
    with (tmp_path / "spec" / "imported.csv").open(encoding="utf-8", newline="") as file:
        lines = [*csv.DictReader(file)]
    for kind, count in Counter(line["kind"] for line in lines).items():
        told = Counter(line["outcome"] for line in lines if line["kind"] == kind)
        said = ", ".join(
            f"{told[outcome]} {outcome}" for outcome in ("kept", "changed", "left out")
        )
        assert f"{kind}: {count}, of these {said}." in done.output


# forms


def test_one_question_is_one(tmp_path: Path) -> None:
    (tmp_path / "ask.csv").write_text("type,name,label\ntext,q1,Hello\n", encoding="utf-8")
    told = ran("spec", "import", tmp_path / "ask.csv", "-o", tmp_path / "spec").out
    assert "spec: 1 sheet, 1 field, 0 lists, 0 rules.\n" in told


def test_a_form(tmp_path: Path) -> None:
    spec, lines = imported("visit.xlsx", form_as_workbook(), tmp_path)
    assert (spec.title.source, spec.languages) == ("A visit", ("en", "fr"))
    assert fields(spec, "FORM") == {
        "Q_1": {"type": "long", "help": "Text({'en': 'In full.'})", "required": "always"},
        "DAY": {
            "type": "date",
            "required": "always",
            "constraint": said("value <= today() and value > year_end(2023) + 366", "Not that day"),
        },
        "COUNT_1": {
            "type": "integer",
            "relevant": "filled(Q_1)",
            "minimum": "1.0",
            "maximum": "500.0",
        },
        "WOMEN": {
            "type": "integer",
            "relevant": "filled(Q_1) and (COUNT_1 > 0 and (not blank(DAY)))",
            "constraint": said("value <= COUNT_1", "Too many"),
        },
        "WHO": {
            "type": "many",
            "vocabulary": "GROUPS",
            "cells": "2",
            "required": "when='COUNT_1 > 10' remedy=Text({})",
            "relevant": "filled(Q_1) and KIND == 'in'",
        },
        "SHARE": {
            "type": "calculated",
            "relevant": "filled(Q_1)",
            "formula": "round(WOMEN / COUNT_1 * 100, 1)",
        },
        "ODD": {
            "type": "calculated",
            "relevant": "filled(Q_1)",
            "formula": "COUNT_1 - 2 * integer(COUNT_1 / 2)",
        },
        "KIND": {"type": "choice", "vocabulary": "KINDS", "default": "('in',)"},
        "KIND_OTHER": {"type": "text", "relevant": "KIND == 'other'"},
        "REGION": {"type": "choice", "vocabulary": "REGIONS"},
        "TOWN": {"type": "choice", "vocabulary": "TOWNS", "parent": "REGION"},
        "MARK": {"type": "integer", "minimum": "1.0", "maximum": "5.0"},
        "SEEN": {"type": "tick"},
        "ALL_DAYS": {"type": "calculated", "formula": "sum('MEMBER', DAYS)"},
    }
    assert fields(spec, "MEMBER") == {
        "ROLE": {"type": "text"},
        "DAYS": {
            "type": "integer",
            "relevant": "SEEN == 'Y'",
            "constraint": "check='row_number() > 1' message=Text("
            "{'en': 'Correct this answer or the one it depends on.', "
            "'fr': 'Corrigez cette réponse ou celle dont elle dépend.'}) remedy=Text({}) reader_only=''",
        },
    }
    assert fields(spec, "TASK") == {
        "WHAT": {"type": "text", "relevant": "lookup(TASK_IN_MEMBER, DAYS) > 0"},
        "TASK_IN_MEMBER": {"type": "reference", "to": "('MEMBER',)"},
    }
    labels = {tag: spec.tool["FORM"].fields["Q_1"].label.say(tag) for tag in spec.languages}
    assert labels == {"en": "Your office", "fr": "Votre bureau"}
    assert spec.tool["FORM"].fields["Q_1"].tag == "q1"
    assert {item.code: item.parent for item in spec.vocabularies["TOWNS"].items} == {
        "a": "north",
        "b": "south",
    }
    told = {line["source"]: (line["outcome"], line["how"]) for line in lines}
    assert told["start · start"][0] == "left out"
    assert told["geopoint · place"] == ("left out", "a cell holds no position")


def test_languages_stand_in_the_order_of_the_form(tmp_path: Path) -> None:
    heads = b"type,name,label::French (fr),label::Arabic (ar),label::English (en)"
    spec, _ = imported(
        "form.csv",
        heads + b"\ntext,office,Bureau,\xd9\x85\xd9\x83\xd8\xaa\xd8\xa8,Office\n",
        tmp_path,
    )
    assert spec.languages == ("fr", "ar", "en")


def said(check: str, message: str) -> str:
    """A constraint as its model shows it."""
    return f"check={check!r} message=Text({{'en': {message!r}}}) remedy=Text({{}}) reader_only=''"


def test_what_has_no_counterpart_stands_beside_the_question(tmp_path: Path) -> None:
    imported("form.csv", form_with("uuid() = 1"), tmp_path)
    text = (tmp_path / "spec" / "tools" / "FORM.yaml").read_text(encoding="utf-8")
    assert "# left out: relevant uuid() = 1: uuid() with 0 arguments has no counterpart" in text


@pytest.mark.parametrize("extra", [True, False], ids=["with the extra", "without it"])
def test_what_pyxform_finds_is_told_and_the_form_imported_all_the_same(
    extra: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("pyxform")
    if not extra:
        (tmp_path / "path").mkdir()
        (tmp_path / "path" / "pyxform.py").write_text("raise ImportError(__name__)")
        monkeypatch.syspath_prepend(tmp_path / "path")
    (tmp_path / "form.csv").write_bytes(
        b"type,name,label\ntext,office,Office\n,,\ncalculate,all,All\n"
    )
    made = import_spec(tmp_path / "form.csv", tmp_path / "spec")
    assert [*made.messages] == ["pyxform finds: [row : 4] Missing calculation."] * extra
    assert [*made.spec.tool["FORM"].fields] == ["OFFICE"]


EXPRESSIONS = {
    "${a} = 'x' or ${a} = 'y'": "ANS == 'x' or ANS == 'y'",
    "${a} != 'x'": "not ANS == 'x'",
    "not(selected(${m}, 'x')) and ${n} >= 2": "not 'x' in MUL and INT >= 2",
    "${m} = 'x'": "'x' in MUL and count_of(MUL) == 1",
    "string-length(${t}) > 3 and regex(${t}, '[A-Z]{2}')": "length(TEX) > 3 and matches(TEX, '[A-Z]{2}')",
    "${t} = ''": "blank(TEX)",
    "../t != ''": "filled(TEX)",
    "coalesce(${n}, 0) > 1": "(INT if filled(INT) else 0) > 1",
    "if(${n} > 1, ${n}, 2) = 3": "(INT if INT > 1 else 2) == 3",
    "${n} - -1 > 2 * (3 + ${n})": "INT - -1 > 2 * (3 + INT)",
    "count-selected(${m}) > 1": "count_of(MUL) > 1",
    "${d} < today() - 30": "DAT < today() - 30",
    "${d} >= date('2026-03-01')": "DAT >= year_end(2025) + 60",
    "${n}": "INT != 0",
    "${a} = ‘x’": "ANS == 'x'",
    "max(${n}, 3) > min(${n}, 1)": "most(INT, 3) > least(INT, 1)",
    "${n} mod 7 = int(${n} div 3)": "INT - 7 * integer(INT / 7) == integer(INT / 3)",
    "decimal-date-time(${d}) < 20000": "DAT - (year_end(1969) + 1) < 20000",
    "${d} <= ${noted}": "DAT <= today()",
    "once(${n}) = 1": "INT == 1",
    "sum(${n}) > 1": "INT > 1",
    "count-selected(${m})<=3. and .5<${n}": "count_of(MUL) <= 3.0 and 0.5 < INT",
    "selected-at(${a}, 0) = 'x'": "ANS == 'x'",
    "${a} = 'z'": "1 == 0",
    "${a} = 'z' or ${n} > 1": "INT > 1",
    "not(${a} = 'z') and ${n} > 1": "INT > 1",
    "(${n} = 1 or ${n} = 2) and ${t} != ''": "(INT == 1 or INT == 2) and filled(TEX)",
    "if(${n} > 1, ${n}, '') = 3": "INT + 0 / (1 if INT > 1 else 0) == 3",
    "if(${n} > 1, '1', '0') = 1": "('1' if INT > 1 else '0') == '1'",
    "${points} + 1 >= 2": "worth(POINTS) + 1 >= 2",
    "${points} = '1' or ${points} = ${n}": "POINTS == '1' or (worth(POINTS) == INT or (blank(POINTS) and blank(INT)))",
    "max(${age}) - count(${people}) > 5": "max('PEOPLE', AGE) - count('PEOPLE') > 5",
    "indexed-repeat(${age}, ${people}, 2) > 5": "nth('PEOPLE', 2, AGE) > 5",
    "contains(${t}, 'ab') or starts-with(${t}, ${a})": "has_text(TEX, 'ab') or starts_with(TEX, ANS)",
    "substr(${t}, 0, 2) = 'ab'": "part_of(TEX, 1, 2) == 'ab'",
    "substr(${t}, 3) = ${a}": "part_of(TEX, 4, 32767) == ANS",
    "number(${t}) > 5 and ${t} * 2 = 8": "number_in(TEX) > 5 and number_in(TEX) * 2 == 8",
    "string-length(${n}) > 2": "length(join(INT)) > 2",
    "format-date(${d}, '%Y-%m') = '2026-03'": "join(year(DAT), '-', part_of(join(DAT), 6, 7)) == '2026-03'",
    "format-date(${d}, '%Y') = ${n}": "year(DAT) == INT",
    "format-date(${d}, '%n') < 4": "month_of(DAT) < 4",
    "format-date(${d}, '%m') = '03'": "month_of(DAT) == 3",
    "format-date(today(), '%Y-%m-%d') < ${d}": "today() < DAT",
    "${d} > date(20000 + ${n})": "DAT > year_end(1969) + 1 + (20000 + INT)",
    "floor(${n}) = 1": "integer(INT) - (1 if INT < integer(INT) else 0) == 1",
    "selected(${m}, ${a})": "'x' in MUL and ANS == 'x' or ('y' in MUL and ANS == 'y')",
    "selected(${m}, ${t})": "'x' in MUL and TEX == 'x' or ('y' in MUL and TEX == 'y')",
    "${n} * 2 = 'NaN'": "blank(INT * 2)",
    "${n} = 'many' or ${a} = null": "blank(ANS)",
    "if(${n} > 1, ${a}, 'z') = 'y'": "(join(ANS) if INT > 1 else 'z') == 'y'",
    "${fixed} = 'b' or ${hid} != 'app'": "1 == 0",
    "selected(${m}, ${fixed})": "'x' in MUL",
    "/form/people_group/inner = 'x'": "INNER == 'x'",
    "../people_group/inner = 'x'": "INNER == 'x'",
    "${often} = 'x'": "OFTEN == 'x'",
}
NOT_SAID = {
    "${nobody} = 1": "no question that was kept is called “nobody”",
    "pulldata('x', 'y', 'z', ${t}) = 1": "the list “x” is not here, or says nothing as “y”",
    "instance('x')/root/item[1]/name = 1": "instance() reads what is not here",
    "position(..) > 1": "no question that was kept is called “..”",
    "index() > 1": "There are no rows here that have a code",
    "${age} > 5": "AGE is asked in every row of PEOPLE",
    "random() > 0.5": "random() with 0 arguments has no counterpart",
    "${n} > ": "it is not complete, or too deep",
    "(" * 300 + "1" + ")" * 300: "it is not complete, or too deep",
    "regex(${t}, '[A-Z]+')": "A sheet cannot calculate this matches()",
    "${t} > 'b'": "Texts and codes have no order",
    "../elsewhere/inner = 'x'": "no question that was kept is called “../elsewhere/inner”",
    "${m} = ${m}": "several answers are compared with several others",
    "format-date(${d}, '%b') = 'May'": "format %b() with 1 arguments has no counterpart",
}


def form_with(relevant: str) -> bytes:
    """A form whose last question has a condition about the others."""
    rows = [
        ["type", "name", "label", "relevant", "calculation", "default"],
        ["calculate", "fixed", "", "", "'x'"],
        ["hidden", "hid", "", "", "", "app"],
        ["select_one l", "ans", "A"],
        ["select_multiple l", "mul", "M"],
        ["select_one numbers", "points", "P"],
        *([kind, kind[:3], kind] for kind in ("text", "integer", "date")),
        ["today", "noted"],
        ["begin repeat", "people", "People"],
        ["integer", "age", "Age"],
        ["end repeat"],
        ["begin group", "people_group", "Group"],
        ["text", "inner", "Inner"],
        ["end group"],
        ["select_one l", "often", "Often", "", "if(${int} > 1, 'x', '')"],
        ["text", "final", "Final", relevant],
    ]
    stream = csv.writer(text := io.StringIO())
    stream.writerows(
        [
            ["survey"],
            *rows,
            ["choices"],
            ["list_name", "name", "label"],
            ["l", "x", "X"],
            ["l", "y", "Y"],
            ["numbers", "1", "One"],
            ["numbers", "2", "Two"],
        ]
    )
    return text.getvalue().encode()


def condition(written: str, folder: Path) -> tuple[str | None, str]:
    names = {
        "${a}": "${ans}",
        "${m}": "${mul}",
        "${t}": "${tex}",
        "../t": "../tex",
        "${n}": "${int}",
        "${d}": "${dat}",
    }
    for short, name in names.items():
        written = written.replace(short, name)
    spec, lines = imported("form.csv", form_with(written), folder)
    how = next((line["how"] for line in lines if line["kind"] == "relevant"), "")
    return spec.tool["FORM"].fields["FINAL"].relevant, how


@pytest.mark.parametrize("written", EXPRESSIONS)
def test_an_expression_of_a_form_is_one_of_ours(written: str, tmp_path: Path) -> None:
    assert condition(written, tmp_path)[0] == EXPRESSIONS[written]


@pytest.mark.parametrize("written", NOT_SAID)
def test_what_our_language_cannot_say_is_left_out_with_the_reason(
    written: str, tmp_path: Path
) -> None:
    relevant, how = condition(written, tmp_path)
    assert relevant is None
    assert NOT_SAID[written] in how


FILTERS = {  # what becomes of the list, of what it depends on, and of what is checked
    "region=${region}": ("a b c", "REGION", ""),
    "region = ${region} and region = ${again}": ("a b c", "AGAIN", ""),
    "big='1'": ("a c", None, ""),
    "true()": ("a b c", None, ""),
    "name != ${other}": ("a b c", None, "not value == OTHER"),
    "selected(${several}, region)": (
        "a b c",
        None,
        "(not (value == 'a' or value == 'c') or 'north' in SEVERAL) and (not value == 'b' or 'south' in SEVERAL)",
    ),
    "region=${region} or big='1'": ("a b c", None, "not value == 'b' or REGION == 'south'"),
    "region=${age}": ("a b c", None, None),
}


@pytest.mark.parametrize("written", FILTERS)
def test_a_filter_of_a_list(written: str, tmp_path: Path) -> None:
    rows = [
        ["survey"],
        ["type", "name", "label", "choice_filter"],
        ["select_one regions", "region", "Region"],
        ["select_multiple regions", "several", "Several"],
        ["select_one regions", "again", "Again"],
        ["select_one towns", "other", "Other"],
        ["select_one towns", "final", "Town", written],
        ["choices"],
        ["list_name", "name", "label", "Region", "big"],
        ["regions", "north", "North"],
        ["regions", "south", "South"],
        ["towns", "a", "Awdal", "north", "1"],
        ["towns", "b", "Baidoa", "south", "0"],
        ["towns", "c", "Cluj", "north", "1"],
    ]
    csv.writer(text := io.StringIO()).writerows(rows)
    spec, lines = imported("form.csv", text.getvalue().encode(), tmp_path)
    final, (listed, parent, checked) = spec.tool["FORM"].fields["FINAL"], FILTERS[written]
    assert " ".join(item.code for item in spec.vocabularies[str(final.vocabulary)].items) == listed
    assert final.parent == parent
    assert (final.constraint.check if final.constraint else "") == (checked or "")
    (line,) = (line for line in lines if line["kind"] == "choice_filter")
    assert (line["outcome"] == "left out") == (checked is None)


FILES_BESIDE = {
    "towns.csv": "name,label,Region,people\na,Awdal,north,120\nb,Baidoa,south,7\nc,Cluj,north,\n",
    "kinds.xml": "<root><item><name>k1</name><label>One</label><fee>2.5</fee></item></root>",
}


def test_a_file_beside_a_form_is_a_list_of_it(tmp_path: Path) -> None:
    """Whose entries are chosen, filtered and looked up; without the file each is typed, and told."""
    form = form_of(
        ["type", "name", "label", "calculation", "choice_filter"],
        ["text", "region", "Region"],
        ["select_one_from_file towns.csv", "town", "Town", "", "region = ${region}"],
        ["select_one_from_file kinds.xml", "kind", "Kind"],
        ["calculate", "people", "", "pulldata('towns', 'people', 'name', ${town})"],
        ["calculate", "where", "", "instance('towns')/root/item[name = ${town}]/Region"],
        ["calculate", "called", "", "instance('towns')/root/item[name=current()/../town]/label"],
        ["calculate", "fee", "", "instance('kinds')/root/item[name=${kind}]/fee * 2"],
        ["calculate", "gone", "", "pulldata('elsewhere', 'a', 'name', ${town})"],
    )
    for name in ("with", "without"):
        (tmp_path / name).mkdir()
    for name, text in FILES_BESIDE.items():
        (tmp_path / "with" / name).write_text(text, encoding="utf-8")
    spec, lines = imported("form.csv", form, tmp_path / "with")
    assert {
        name: [item.code for item in each.items] for name, each in spec.vocabularies.items()
    } == {
        "TOWNS_CSV": ["a", "b", "c"],
        "KINDS_XML": ["k1"],
    }
    found = spec.tool["FORM"].fields
    assert {code: field.formula for code, field in found.items() if field.calculated} == {
        "PEOPLE": "120 if TOWN == 'a' else 7 + 0 / (1 if TOWN == 'b' else 0)",
        "WHERE": "'north' if TOWN == 'a' or TOWN == 'c' else 'south' if TOWN == 'b' else ''",
        "CALLED": "label(TOWN)",
        "FEE": "(2.5 + 0 / (1 if KIND == 'k1' else 0)) * 2",
    }
    assert found["TOWN"].constraint
    assert not [line for line in lines if line["place"].startswith("towns") and line["how"]]
    (gone,) = (line for line in lines if line["place"] == "survey!10 calculation")
    assert gone["how"].endswith("the list “elsewhere” is not here, or says nothing as “a”")
    spec, lines = imported("form.csv", form, tmp_path / "without")
    types = {code: field.type.name for code, field in spec.tool["FORM"].fields.items()}
    assert types == {"REGION": "text", "TOWN": "text", "KIND": "text"}


def test_a_file_beside_a_form_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "towns.csv").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "form.csv").write_bytes(
        b"type,name,label\nselect_one_from_file towns.csv,town,Town\n"
    )
    made = import_spec(tmp_path / "form.csv", tmp_path / "spec")
    assert "towns.csv was left out: it cannot be read" in " ".join(made.messages)


def test_what_is_no_question_is_told(tmp_path: Path) -> None:
    """A condition stands in front of its note; a note can show a figure; what others need is typed instead."""
    rows = [
        ["type", "name", "label", "relevant", "calculation", "required", "constraint"],
        ["begin group", "all", "All", "", "", "yes"],
        ["integer", "age", "Age"],
        ["note", "young", "Ask a parent", "${age} < 18", "", "no"],
        ["text", "parent", "Parent"],
        ["note", "twice", "Twice as old", "", "${age} * 2"],
        ["calculate", "draw", "", "", "random()"],
        ["calculate", "unused", "", "", "random()"],
        ["text", "lucky", "Lucky", "${draw} < 0.5"],
        ["end group"],
        ["begin repeat", "spots", "Spots"],
        ["calculate", "where", "", "", "concat('x', 'y')"],
        ["end repeat"],
    ]
    csv.writer(text := io.StringIO()).writerows(rows)
    spec, lines = imported("form.csv", text.getvalue().encode(), tmp_path)
    (tool,) = spec.tools
    assert [block.help.source for block in tool.blocks] == ["", "[Age < 18] Ask a parent"]
    assert fields(spec, "FORM") == {
        "AGE": {"type": "integer"},
        "PARENT": {"type": "text"},
        "TWICE": {"type": "calculated", "formula": "AGE * 2"},
        "DRAW": {"type": "decimal"},
        "LUCKY": {"type": "text", "relevant": "DRAW < 0.5"},
    }
    told = Counter(
        (line["kind"], line["outcome"]) for line in lines if line["kind"] not in ("row", "column")
    )
    assert told == {
        ("relevant", "changed"): 1,
        ("relevant", "kept"): 1,
        ("required", "changed"): 2,
        ("calculation", "kept"): 1,
        ("calculation", "left out"): 3,
    }


def form_of(*rows: list[str], choices: Sequence[list[str]] = (), language: str = "") -> bytes:
    """A form in a CSV file: its questions below their headings, its choices, its default language."""
    lines = [["survey"], *rows]
    if choices:
        lines += [["choices"], ["list_name", "name", "label"], *choices]
    if language:
        lines += [["settings"], ["default_language"], [language]]
    csv.writer(text := io.StringIO()).writerows(lines)
    return text.getvalue().encode()


LOSSES = form_of(
    ["type", "name", "label", "relevant", "calculation", "required", "constraint"],
    ["text", "keep", "Keep", "", "coalesce(., ${x})", "yes", "string-length(.) <= 8"],
    ["integer", "x", "X"],
    ["begin group", "g", "G", "pulldata('a', 'b', 'c', ${x}) = 1"],
    ["text", "y", "Y", "", "", "yes", "string-length(.) > 2"],
    ["text", "z", "Z", "${x} > 1"],
    ["end group"],
    ["calculate", "looked_up", "", "", "pulldata('a', 'b', 'c', ${x})"],
    ["text", "named", "Named", "${looked_up} = 'q'", "", "yes"],
    ["text", "odd", "Odd", "selected-at(${x}, 2) = 'q'", "", "yes"],
)
STANDS: dict[str, Callable[[Any], object]] = {  # what of an expression stands in a field
    "relevant": lambda field: field.relevant,
    "required": lambda field: field.required != "optional",
    "calculation": lambda field: field.calculated,
    "choice_filter": lambda field: field.parent or field.constraint,
    "default": lambda field: field.default,
    "constraint": lambda field: (
        field.constraint or {"minimum", "maximum", "pattern", "characters"} & field.model_fields_set
    ),
}


@pytest.mark.parametrize("name", ["visit.xlsx", "health centre.xlsx", "losses.csv"])
def test_what_is_counted_stands_in_the_spec(name: str, tmp_path: Path) -> None:
    """Nothing counts as kept that was taken out later, and what was left out does not stand there after all."""
    sources = SOURCES | {"losses.csv": lambda: LOSSES}
    spec, lines = imported(name, sources[name](), tmp_path)
    by_name = {field.tag: field for _, _, field in spec.places()}
    names = {
        line["place"]: [*line["source"].split(" · "), ""][1]
        for line in lines
        if line["kind"] == "row"
    }
    counted = Counter[str]()
    for line in lines:
        field = by_name.get(names.get(line["place"].partition(" ")[0], ""))
        if line["kind"] in STANDS and field is not None and line["source"] not in ("no", "true()"):
            counted[line["kind"]] += 1
            assert bool(STANDS[line["kind"]](field)) is (line["outcome"] != "left out"), line
    assert counted["relevant"] > 2
    assert counted["required"] > 1


def test_what_is_lost_asks_nobody_to_answer(tmp_path: Path) -> None:
    """A question without its condition is for everybody: it may be left blank, and its condition counts as lost."""
    spec, lines = imported("form.csv", LOSSES, tmp_path)
    assert fields(spec, "FORM") == {
        "KEEP": {"type": "text", "required": "always", "characters": "8"},
        "X_1": {"type": "integer"},
        "Y_1": {
            "type": "text",
            "constraint": "check='length(value) > 2' message=Text({'': 'Correct this answer or the one it "
            "depends on.'}) remedy=Text({}) reader_only=''",
        },
        "Z_1": {"type": "text", "relevant": "X_1 > 1"},
        "LOOKED_UP": {"type": "text"},
        "NAMED": {"type": "text", "required": "always", "relevant": "LOOKED_UP == 'q'"},
        "ODD": {"type": "text"},
    }
    (group,) = (line for line in lines if line["place"] == "survey!5 relevant")
    assert group["outcome"] == "left out"
    assert group["how"].startswith("the list “a” is not here")
    check_spec(tmp_path / "spec")


def test_a_heading_without_a_language_beside_those_of_the_default_one(tmp_path: Path) -> None:
    spec, lines = imported(
        "form.csv",
        form_of(
            ["type", "name", "label::Amharic (am)", "label"],
            ["text", "x", "ስም", "Name"],
            ["text", "y", "", "Place"],
            language="Amharic (am)",
        ),
        tmp_path,
    )
    assert spec.languages == ("am", "en")
    labels = [field.label.by_language for field in spec.tool["FORM"].fields.values()]
    assert labels[0] == {"am": "ስም", "en": "Name"}
    assert labels[1]["en"] == "Place"
    (told,) = (line for line in lines if line["source"] == "label")
    assert told["outcome"] == "changed"


def test_codes_of_choices_stay_as_they_are(tmp_path: Path) -> None:
    spec, lines = imported(
        "form.csv",
        form_of(
            ["type", "name", "label"],
            ["select_one l", "x", "X"],
            choices=[["l", "North", "N"], ["l", "north", "n"], ["l", "far away", "F"]],
        ),
        tmp_path,
    )
    codes = {item.code: item.aliases for item in spec.vocabularies["L"].items}
    assert codes == {"North": (), "north2": ("north",), "far_away": ("far away",)}
    outcomes = [line["outcome"] for line in lines if line["kind"] == "choice"]
    assert outcomes == ["kept", "changed", "changed"]


def test_conditions_reach_a_team_in_words_only(tmp_path: Path) -> None:
    rows = [
        ["type", "name", "label", "relevant", "constraint"],
        ["select_one l", "consent", "Consent given"],
        ["integer", "age", "Age in years", "", "(. < 7 or . > 9) and . != 3"],
        ["note", "thanks", "Thank the respondent", "${consent} = 'no' and ${age} >= 18"],
        ["text", "a", "A"],
        ["note", "odd", "Odd ages", "${age} mod 2 = 1"],
        ["note", "never", "Never seen", "false()"],
        ["text", "b", "B"],
        ["note", "or", "Any", "not(selected(${consent}, 'yes')) or ${b} != '' or ${a} = ''"],
        ["text", "c", "C"],
    ]
    choices = [["l", "yes", "Yes"], ["l", "no", "No, not given"]]
    spec, lines = imported("form.csv", form_of(*rows, choices=choices), tmp_path)
    helps = [block.help.source for block in spec.tool["FORM"].blocks]
    assert helps[1:] == [
        "[Consent given = No, not given] [Age in years >= 18] Thank the respondent",
        "Odd ages",
        "[Consent given != Yes / B = … / A = –] Any",
    ]
    constraint = spec.tool["FORM"].fields["AGE"].constraint
    assert constraint
    assert constraint.message.source == "Correct this answer or the one it depends on."
    outcomes = {line["place"]: line["outcome"] for line in lines if line["kind"] == "relevant"}
    assert outcomes == {
        "survey!5 relevant": "changed",
        "survey!7 relevant": "left out",
        "survey!8 relevant": "kept",
        "survey!10 relevant": "changed",
    }


@pytest.mark.parametrize("pattern", [r"^\d{5,6}$", "[0-9]{5,6}"])
def test_a_pattern_is_one_that_sheets_check(pattern: str, tmp_path: Path) -> None:
    spec, _ = imported(
        "form.csv",
        form_of(
            ["type", "name", "label", "constraint", "example"],
            ["text", "x", "X", f"regex(., '{pattern}')", "17027"],
            ["text", "y", "Y", "regex(., '(ab|cd)+')", "ab"],
        ),
        tmp_path,
    )
    x, y = spec.tool["FORM"].fields.values()
    assert x.pattern == "[0-9]{5,6}"
    assert y.constraint
    assert y.constraint.reader_only
    assert not spec_warnings(spec)


@pytest.mark.deep
@pytest.mark.parametrize("kind", ["note", "group"])
def test_a_form_of_many_blocks_is_a_spec_that_works(kind: str, tmp_path: Path) -> None:
    """Each heading makes a block, and a formula of the cover names all blocks of a sheet."""
    rows = [["type", "name", "label"]]
    for number in range(130):
        rows.append([kind if kind == "note" else "begin group", f"h{number}", f"Part {number}"])
        rows.append(["text", f"q{number}", f"Question {number}"])
        rows += [["end group"]] * (kind == "group")
    spec, _ = imported("form.csv", form_of(*rows), tmp_path)
    assert [len(tool.blocks) for tool in spec.tools] == [40, 40, 40, 10]
    check_spec(tmp_path / "spec")


def test_a_number_of_rows_at_a_question_is_told(tmp_path: Path) -> None:
    _, lines = imported(
        "form.csv", b"type,name,label,repeat_count\ntext,office,Office,3\n", tmp_path
    )
    assert [line["how"] for line in lines if line["kind"] == "repeat_count"] == [
        "only a repeat has a number of rows"
    ]


@pytest.mark.parametrize(
    ("pattern", "example", "kept"),
    [
        ("[A-Z]{2}", "AB", {"pattern": "[A-Z]{2}"}),
        ("[A-Z]{2}", "ab", {"constraint": "check=\"matches(value, '[A-Z]{2}')\""}),
        (r"[_-\.]", "a", {}),
    ],
)
def test_a_pattern_is_told_by_its_example(
    pattern: str, example: str, kept: dict[str, str], tmp_path: Path
) -> None:
    row = f"text,mark,Mark,\"regex(., '{pattern}')\",{example}\n"
    spec, _ = imported("form.csv", f"type,name,label,constraint,example\n{row}".encode(), tmp_path)
    found = fields(spec, "FORM")["MARK"]
    said = {
        key: text.partition(" message")[0]
        for key, text in found.items()
        if key not in ("type", "example")
    }
    assert said == kept


def test_codes_of_fields() -> None:
    taken = set[str]()
    names = ["q1", "hh2size", "age", "id", "count", "1st", "Âge", "Prénom (élève)", "نعم"]
    assert [field_code(name, taken) for name in names] == [
        "Q_1",
        "HH_2SIZE",
        "AGE",
        "ID_1",
        "COUNT_1",
        "Q_1ST",
        "AGE_1",
        "PRENOM_ELEVE",
        "Q_2",
    ]


# table schemas and workbooks


def test_a_data_package(tmp_path: Path) -> None:
    spec, lines = imported("datapackage.json", data_package(), tmp_path)
    assert spec.tool["STATION"].purpose.source == "One row for each station."
    found = fields(spec, "STATION")
    checks = {
        code: field.pop("constraint", "").partition(" message")[0] for code, field in found.items()
    }
    assert found == {
        "ID_1": {
            "type": "text",
            "example": "Text({'': 'FR001'})",
            "required": "always",
            "pattern": "[A-Z]{2}[0-9]{3}",
            "help": "Text({'': 'Two letters of the country, three digits.'})",
        },
        "POWER": {"type": "decimal", "minimum": "1.0"},
        "KIND": {"type": "choice", "vocabulary": "STATION_3", "required": "always"},
        "SINCE": {"type": "date"},
        "MAIL": {"type": "text", "pattern": "email", "characters": "80"},
        "OPEN": {"type": "yesno"},
    }
    assert checks == {
        "ID_1": "check='unique(value)'",
        "POWER": "check='value < 500'",
        "KIND": "",
        "SINCE": "check='value >= year_end(2014) + 182'",
        "MAIL": "",
        "OPEN": "",
    }
    told = {line["place"]: line["outcome"] for line in lines}
    assert (told["station/7"], told["licenses"], told["station/path"]) == (
        "left out",
        "left out",
        "left out",
    )


@pytest.mark.parametrize(
    "said",
    [
        {"arrayItem": {"type": "string", "constraints": {"enum": ["sun", "wind"]}}},
        {"constraints": {"enum": [["sun"], ["wind", "sun"]]}},
        {"type": "list", "categories": [{"value": "sun", "label": "Sun"}, "wind"]},
    ],
    ids=["items", "whole lists", "categories"],
)
def test_a_column_of_lists_is_many(said: dict[str, Any], tmp_path: Path) -> None:
    """What its lists are made of is chosen from; without that one cell holds no list."""
    constraints = {"minLength": 1, **said.get("constraints", {})}
    field = {"name": "power", "type": "array", **said, "constraints": constraints}
    schema = {"fields": [{"name": "id", "type": "string"}, field, {"name": "b", "type": "array"}]}
    spec, lines = imported("plant.json", json.dumps(schema).encode(), tmp_path)
    power = spec.tool["PLANT"].fields["POWER"]
    assert (power.type.name, power.cells) == ("many", 2)
    assert power.constraint
    assert power.constraint.check == "count_of(value) >= 1"
    (entries,) = spec.vocabularies.values()
    assert [item.code for item in entries.items] == ["sun", "wind"]
    assert [line["how"] for line in lines if line["source"] == "b · array"] == [
        "one cell holds no list"
    ]


def test_a_workbook_in_use(tmp_path: Path) -> None:
    """A form above a table and a second table below are three sheets; no column with a dropdown is overlooked."""
    spec, lines = imported("in use.xlsx", workbook_in_use(), tmp_path)
    kinds = {
        tool.sheet.source: [field.label.source for field in tool.fields.values()]
        for tool in spec.tools
    }
    assert kinds["Visits"] == ["Kind"]
    assert kinds["Visits (2)"] == ["Place", "Day", "Women", "Men", "Weather", "All"]
    assert kinds["Visits (3)"] == ["Cost", "Paid by"]
    assert ["Result"] in kinds.values()
    table = spec.tools[1].fields
    assert [field.formula for field in table.values()][-1] == "S2_03 + S2_04"
    assert next(iter(table.values())).help.source == "Town, not village"
    told = {
        line["place"]: (line["outcome"], line["how"])
        for line in lines
        if line["kind"] == "dropdown"
    }
    assert told["Visits!B"] == ("kept", "S1_01, S3_02")
    assert told["Visits!F"] == ("changed", "S2_05; another list in this column is not there")
    assert told["Visits!H"] == ("left out", "its list is blank, or is not in the file")
    assert all(how for _, how in told.values())


# files that are nothing of the kind


BROKEN = {
    "a.json": (b"{", "it is not JSON"),
    "b.json": (b'{"a": 1}', "neither `fields` nor `resources`"),
    "c.json": (b"[" * 100_000, "it is not JSON"),
    "d.json": (
        json.dumps({"fields": [{"name": "x", "type": "geopoint"}]}).encode(),
        "nothing in it can be asked",
    ),
    "e.csv": (b"\xff\xfe\x00", "no CSV file in UTF-8"),
    "f.csv": (b"a,b\n1,2\n", "it is no XLSForm"),
    "g.csv": (b"type,name,label\ngeopoint,x,X\n", "nothing in it can be asked"),
    "h.csv": (b"", "h.csv"),
}


@pytest.mark.parametrize("name", telling(BROKEN, "b.json", "d.json", "e.csv", "g.csv"))
def test_what_is_nothing_of_the_kind_is_told_in_one_line(name: str, tmp_path: Path) -> None:
    data, why = BROKEN[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError, match=r".") as told:
        import_spec(tmp_path / name, tmp_path / "spec")
    assert name in str(told.value)
    assert why in str(told.value)
    assert "\n" not in str(told.value)
    assert not (tmp_path / "spec").exists()


def test_a_form_in_a_language_that_nobody_knows_says_so(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    sheet.append(["type", "name", "label::Elvish"])
    sheet.append(["text", "name", "Eneth"])
    _, lines = imported("form.xlsx", saved(book), tmp_path)
    column = next(line for line in lines if line["source"] == "label::Elvish")
    assert (column["outcome"], "no language is known as “Elvish”" in column["how"]) == (
        "left out",
        True,
    )
