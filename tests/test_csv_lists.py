"""Lists in CSV files: the same as written out, with every mistake at its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from hrge_xl import load
from tests.broken_specs import damage, mistakes
from tests.face import carried, cli

OUT = """COUNTRY:
  items:
    - {code: PAK, label: {en: Pakistan, fr: Pakistan, ar: باكستان}}
    - {code: AFG, label: {en: Afghanistan, fr: Afghanistan, ar: أفغانستان}}
    - {code: IRQ, label: {en: Iraq, fr: Irak, ar: العراق}}
    - {code: MAR, label: {en: Morocco, fr: Maroc, ar: المغرب}}
    - {code: MLI, label: {en: Mali, fr: Mali, ar: مالي}}
    - {code: EGY, label: {en: Egypt, fr: Égypte, ar: مصر}}
"""
LINES = """code,label,label:fr,label:ar,help,aliases
PAK,Pakistan,Pakistan,باكستان,,
AFG,Afghanistan,Afghanistan,أفغانستان,,
IRQ,Iraq,Irak,العراق,,
MAR,Morocco,Maroc,المغرب,,
MLI,Mali,Mali,مالي,,
EGY,Egypt,Égypte,مصر,,
"""


@pytest.fixture
def in_file(copy: Path) -> Path:
    """The example spec with its countries in a file of their own."""
    damage(copy, "vocabularies.yaml", OUT, "COUNTRY: {file: countries.csv}\n")
    (copy / "countries.csv").write_text(LINES, encoding="utf-8")
    return copy


def write(folder: Path, text: str) -> None:
    (folder / "countries.csv").write_bytes(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        LINES,
        "\ufeff" + LINES,
        LINES.replace("\n", "\r\n"),
        LINES.replace(",", ";"),
        LINES.replace(",", "\t"),
        LINES + "\n,,,,,\n",
        LINES.replace("Iraq", '"Iraq"'),
        LINES.replace("code,label,", " code , label:en ,"),
    ],
)
def test_it_is_the_same_as_written_out(text: str, in_file: Path) -> None:
    """With or without a mark at the start, whatever separates cells and ends lines."""
    write(in_file, text)
    assert load(in_file).vocabularies["COUNTRY"] == load("example").vocabularies["COUNTRY"]


def test_codes_stay_text(in_file: Path) -> None:
    """`007` keeps its zeros, `NO` is Norway, and a label may have commas and lines."""
    write(
        in_file,
        LINES
        + '007,"Bond, James\nof London",,,,\nNO,Norway,,,,\nPK2,Punjab,,,Not the Indian one,Panjab|P.\n',
    )
    found = load(in_file).vocabularies["COUNTRY"].by_code
    assert found["007"].label.say("fr") == "Bond, James\nof London"
    assert found["NO"].label.say("en") == "Norway"
    assert (found["PK2"].aliases, found["PK2"].help.say("en")) == (
        ("Panjab", "P."),
        "Not the Indian one",
    )


MISTAKES = yaml.safe_load(Path(__file__).with_name("csv_lists.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_have_their_line(case: dict[str, Any], in_file: Path) -> None:
    write(in_file, case["text"])
    assert mistakes(in_file) == [f"countries.csv:{said}" for said in case["said"]]


def test_a_file_in_another_encoding(in_file: Path) -> None:
    (in_file / "countries.csv").write_bytes(
        LINES.replace("باكستان", "").replace("Égypte", "Égypte").encode("cp1252", "replace")
    )
    assert mistakes(in_file) == [
        "countries.csv:7:1: This line is not UTF-8 text. Save it as CSV in UTF-8."
    ]


@pytest.mark.parametrize(
    "name", ["other.csv", "../countries.csv", "tools/plan.yaml", "countries.txt"]
)
def test_a_file_that_is_not_there(name: str, in_file: Path) -> None:
    damage(in_file, "vocabularies.yaml", "countries.csv", name)
    (found,) = mistakes(in_file)
    assert f"There is no file '{name}' in the spec folder" in found
    assert found.startswith("vocabularies.yaml:2:17: ")


def test_one_place_for_entries(in_file: Path) -> None:
    damage(
        in_file, "vocabularies.yaml", "{file: countries.csv}", "{file: countries.csv, items: []}"
    )
    assert "The list has `items` and a `file`." in mistakes(in_file)[0]


def test_it_goes_where_the_spec_goes(in_file: Path, tmp_path: Path) -> None:
    """And no other CSV file of the folder, which may be a list of people; a change of an entry changes the digest."""
    for name in ("teams.csv", "s.csv", "tries.csv"):
        (in_file / name).write_text("team,address\nPAK,office@example.org\n", encoding="utf-8")
    damage(in_file, "vocabularies.yaml", "COUNTRY:", "# not in teams.csv\nCOUNTRY:")
    files = carried.pack(in_file)
    assert [path for path in files if path.endswith(".csv")] == ["countries.csv"]
    before = load(in_file)
    assert load(carried.write(files, tmp_path / "copies")).vocabularies == before.vocabularies
    write(in_file, LINES.replace("Iraq", "Iraq (all)"))
    assert load(in_file).digest != before.digest


def test_the_schema_knows_it() -> None:
    schema = json.loads(CliRunner().invoke(cli, ["spec", "schema"]).output)
    assert schema["$defs"]["Vocabulary"]["oneOf"] == [
        {"required": ["items"]},
        {"required": ["file"]},
    ]
    assert schema["$defs"]["Vocabulary"]["properties"]["file"]["type"] == "string"
