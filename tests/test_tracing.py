"""From a row of a dataset back to its file, sheet and cell: of a folder, of a round, and of a database."""

from __future__ import annotations

import html
import json
import re
import shlex
from pathlib import Path

import openpyxl
import pytest

import hrge_xl
from hrge_xl.layout import parse_cell
from hrge_xl.outputs.figure_search import SoughtFigure
from tests import damage
from tests.analysed_rounds import played
from tests.audited import DAY, cell, edited, round_folder
from tests.command_line import hrge, ran
from tests.databases import queried
from tests.face import address


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A round of two teams that nobody has consolidated."""
    return round_folder(tmp_path)


def traced(place: object, table: str, row: int) -> dict[str, str]:
    told = ran("trace", table, row, "--data", place).out.splitlines()
    return dict(line.split(": ", 1) for line in told if ": " in line)


def test_a_row_of_a_round_leads_to_its_cell(folder: Path) -> None:
    """It is taken in first."""
    said = traced(folder, "answers", 1)
    book = openpyxl.load_workbook(folder / said["file path"])
    assert str(book[said["sheet"]][said["cell"]].value) == said["original"]
    assert (said["file team"], said["file status"]) == (said["team"], "counts")


@pytest.mark.parametrize("table", ["aggregate_answers_by_country", "aggregate_numbers"])
def test_a_row_of_figures_leads_to_every_answer_that_it_comes_from(
    folder: Path, table: str
) -> None:
    """As many as it says, which add up to what it says, each at its cell; of a version that is superseded none."""
    first = (folder / "returned" / "AFG.xlsx").read_bytes()
    later = edited(
        first, r"docProps/core\.xml", "(modified[^>]*>)[^<]+", r"\g<1>2026-07-02T10:00:00Z"
    )
    (folder / "returned" / "AFG 2.xlsx").write_bytes(later)
    rows = json.loads(ran("export", folder, "--table", table, "--format", "json").out)
    assert rows
    for number, row in enumerate(rows, 1):
        answers = json.loads(ran("trace", table, number, "--data", folder, "--json").out).get(
            "answers", []
        )
        assert len(answers) == row["frequency"], row
        assert all("!" in answer["place"] for answer in answers)
        if row.get("total") is not None:
            assert sum(float(answer["said"].split()[0]) for answer in answers) == row["total"]
    assert "← " in ran("trace", table, 1, "--data", folder).out


def test_an_answer_that_has_moved_is_where_its_file_has_it(tmp_path: Path) -> None:
    """Somebody inserted a row above it."""
    issued = parse_cell(cell("PLN_06"))
    assert issued is not None
    data = damage.edited(damage.move(damage.PLAN, rows=damage.inserted(issued[0] - 1)))()
    (tmp_path / "PAK.xlsx").write_bytes(data)
    ran(
        "consolidate",
        tmp_path / "PAK.xlsx",
        "-o",
        tmp_path / "out",
        "--today",
        "2026-06-30",
        code=None,
    )
    cells = queried(tmp_path / "out", "SELECT cell FROM answers WHERE field = 'PLN_06'")
    assert cells == [(address(issued[0] + 1, issued[1]),)]


@pytest.mark.deep
def test_as_many_cells_are_behind_a_row_of_figures_as_it_counts() -> None:
    """Of every table of figures, the first rows; where a row counts nothing that has a cell, there are its returns."""
    with hrge_xl.one_dataset(played() / "all", figures=False) as opened:
        names = [table.name for table in opened.store.schema.shown]
        for name in [name for name in names if name.startswith("aggregate_")]:
            rows = hrge_xl.read_table(played() / "all", name).head(30)
            for number, row in enumerate(rows.to_dict("records"), 1):
                behind = hrge_xl.answers_behind(opened, name, number)
                assert behind, (name, row)
                count = row.get("frequency", row.get("answered_no"))
                assert count in (None, len(behind)), (name, row)


def test_export_of_a_round(folder: Path) -> None:
    told = ran("export", folder, "--table", "submissions", "--format", "json").out
    assert {row["team"]: row["verdict"] for row in json.loads(told)} == {
        "AFG": "accepted",
        "PAK": "returned",
    }
    (folder / "returned" / "AFG.xlsx").unlink()
    told = ran("export", folder, "--table", "submissions", "--format", "json").out
    assert len(json.loads(told)) == 2  # what was received stays received


@pytest.mark.deep
@pytest.mark.postgres
def test_a_database_leads_to_the_same_cell(folder: Path, tmp_path: Path, database: str) -> None:
    out = tmp_path / "out"
    assert hrge("consolidate", folder, "-o", out, "--store", database, "--today", DAY) == 0
    for row in (1, 7):
        assert traced(database, "answers", row) == traced(out, "answers", row)
    waive = (
        "waive",
        "V001",
        "--file",
        "PAK.xlsx",
        "--reason",
        "no such",
        "--by",
        "us",
        "--today",
        DAY,
    )
    assert hrge(*waive, "--ledger", out, "--store", database) == 0
    told = ran("export", database, "--table", "submissions", "--format", "json").out
    assert {row["verdict"] for row in json.loads(told)} == {"accepted"}


def test_a_place_without_a_dataset(tmp_path: Path) -> None:
    told = ran("trace", "answers", 1, "--data", tmp_path / "nowhere", code=2).err
    assert "holds no dataset. Run `hrge-xl consolidate" in told


# as one asks


def asked(*words: object, code: int = 0) -> str:
    return "".join(ran("trace", *words, code=code))


def test_an_answer_is_found_by_team_and_question(folder: Path) -> None:
    """By code or country, in whatever case; a table and a number still do."""
    one = asked(folder, "--team", "Pakistan", "--field", "pln_02")
    assert one == asked("--data", folder, "--team", "pak", "--field", "PLN_02")
    place = "in returned/PAK.xlsx"  # from the folder of the round
    assert "PAK PLAN" in one
    assert place in one
    assert asked(folder, "--row", "nowhere", code=2).startswith(
        "Error: The dataset has nothing for the row 'nowhere'."
    )


def test_what_does_not_count_is_left_out_where_something_does(folder: Path) -> None:
    """Else it is shown with what became of it."""
    assert asked(folder, "--field", "PLN_02").endswith("2 answers.\n")
    assert (
        hrge(
            "decide", folder, "PAK.xlsx", "--withdraw", "--reason", "Sent too early.", "--by", "us"
        )
        == 0
    )
    said = asked(folder, "--field", "PLN_02")
    assert said.endswith("1 answer.\n")
    assert "PAK PLAN" not in said
    assert " (withdrawn)" in asked(folder, "--field", "PLN_02", "--team", "PAK")


def test_a_finding_is_found_by_its_kind(folder: Path) -> None:
    said = asked(folder, "--finding", "v1", "--team", "PAK")
    assert said == asked(folder, "--finding", "answer-missing", "--team", "PAK")
    assert "V001 error: " in said
    assert "← Plan!" in said
    assert said.endswith("finding.\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--team", "PAC"), "The dataset has no team 'PAC'. Did you mean 'PAK'?"),
        (
            ("--field", "PLN_99"),
            "The dataset has nothing for the question 'PLN_99'. Did you mean 'PLN_0",
        ),
        (("--finding", "V01x"), "The dataset has no finding 'V01x'. Did you mean 'V001'?"),
        (("answers",), "Say what to trace: ROUND --team TEAM --field CODE, or TABLE ROW."),
        (("answers", "0"), "'0' is not a number of a row"),
    ],
)
def test_what_the_dataset_does_not_have_is_asked_back(
    words: tuple[str, ...], told: str, folder: Path
) -> None:
    assert told in asked(*words, "--data", folder, code=2)


def test_the_same_as_json(folder: Path, tmp_path: Path) -> None:
    """A row as an object with its numbers, answers and findings as a list; into a file where one is named."""
    which = ("--team", "PAK", "--finding", "V001")
    assert ran("trace", folder, *which, "--json", "-o", tmp_path / "found.json").out == ""
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert found
    assert {Path(each["file"]).name for each in found} == {"PAK.xlsx"}
    assert all("!" in each["place"] for each in found)
    row = json.loads(ran("trace", "answers", 1, "--data", folder, "--json").out)
    shown = {name: "" if value is None else str(value) for name, value in row.items()}
    assert shown == traced(folder, "answers", 1)


# where a figure stands


def commands(printed: str) -> list[str]:
    return [line.strip() for line in printed.splitlines() if line.startswith("    hrge-xl trace ")]


def cells_behind(command: str) -> list[str]:
    """Type a command that a search prints; gives the cells, or files, that it leads to."""
    rows = json.loads(ran(*shlex.split(command)[1:], "--json").out)
    behind = []
    for row in rows if isinstance(rows, list) else [rows]:
        behind += [answer["place"] or answer["file"] for answer in row.get("answers", [])]
        behind += [row["cell"]] if row.get("cell") else [row.get("file path", "")]
    return [*filter(None, behind)]


def corrected(folder: Path, field: str, value: str) -> None:
    how = ("--reason", "By e-mail", "--by", "office", "--today", DAY)
    ran("decide", folder, "AFG.xlsx", "--cell", f"Plan!{cell(field)}", "--value", value, *how)


def test_a_figure_is_found_on_pages_and_in_tables_and_every_command_leads_to_its_cells(
    folder: Path,
) -> None:
    """An answer has its cell beside it; one that the office corrected both values."""
    corrected(folder, "PLN_06", "37")
    printed = asked(folder, "--value", "37")
    assert "Brief: 1\n  In numbers · Participants expected · Range: 37\n" in printed
    assert "Overview: 1\n  Profile of the questions · Participants expected" in printed
    assert "“24” to “37”" in " ".join(printed.split())
    assert "in returned/AFG.xlsx" in " ".join(printed.split())
    assert "\naggregate_numbers: 1\n" in printed
    found = commands(printed)
    assert len(found) == 5
    for command in found:
        assert any(place.endswith(cell("PLN_06")) for place in cells_behind(command)), command


@pytest.mark.deep
def test_a_figure_is_compared_as_people_read_it(folder: Path) -> None:
    """A share in percent, a mean to fewer decimals, a day in words, the label of a code; the same from Python."""
    corrected(folder, "PLN_09", "45 %")
    corrected(folder, "PLN_06", "37")
    with hrge_xl.one_dataset(folder, figures=False) as opened:
        for text in ("45 %", "45%", "0.45", "2 March 2026", "2026-03-02", "Afghanistan", "30.50"):
            pages = hrge_xl.trace(opened, value=text)
            assert pages, text
            assert all(page.count == len(page.hits) for page in pages)
            assert all(hit.command for page in pages for hit in page.hits), text
        by_name = {page.where: page.hits for page in hrge_xl.trace(opened, value="45 %")}
    assert [hit.said for hit in by_name["Overview"]] == ["45%"]
    assert "0.45" in by_name["answers"][0].said
    assert "V111 · value: 24" in asked(folder, "--value", "24.0")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,234", {1234, 1.234}),
        ("1 234", {1234}),
        ("66.7", {66.7}),
        ("45 %", {0.45}),
        ("−3", {-3}),
        ("١٢", {12}),
    ],
)
def test_what_a_figure_may_mean(text: str, numbers: set[float]) -> None:
    sought = SoughtFigure(text, "en")
    assert {reading.number for reading in sought.readings} == numbers


@pytest.mark.deep
def test_many_places_are_counted_and_the_first_shown(folder: Path) -> None:
    """As JSON, or into a file, all of them."""
    printed = asked(folder, "--value", "1")
    pages = json.loads(asked(folder, "--value", "1", "--json"))
    assert all(page["count"] == len(page["hits"]) for page in pages)
    count = next(page["count"] for page in pages if page["where"] == "Overview")
    assert f"\nOverview: {count}\n" in printed
    assert f"  … and {count - 5} more: --json, or -o FILE\n" in printed


def test_a_figure_that_stands_nowhere(folder: Path) -> None:
    printed = asked(folder, "--value", "98765", code=2)
    assert printed.startswith("Error: '98765' stands nowhere. Looked for on the brief and the")
    assert "Leave out the others." in asked(folder, "--value", "1", "--team", "PAK", code=2)


@pytest.mark.deep
def test_a_figure_of_a_copy_to_share(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran("consolidate", folder, "-o", out, "--shareable", "--today", DAY, code=None)
    printed = asked(out / "shareable", "--value", "24")
    assert printed.startswith("Brief: ")
    assert all(cells_behind(command) for command in commands(printed))


def test_several_rows_at_once(folder: Path) -> None:
    """As the command of a figure names them that counts several teams."""
    printed = asked(folder, "--value", "2")
    assert "Who has answered · Have answered: 2\n    hrge-xl trace teams 1-2 --data" in printed
    several = json.loads(ran("trace", "answers", "2-1,5", "--data", folder, "--json").out)
    alone = [
        json.loads(ran("trace", "answers", row, "--data", folder, "--json").out) for row in (2, 5)
    ]
    assert len(several) == 3
    assert several[1:] == alone
    assert "has no row 99999" in asked("answers", "99999-99999999", "--data", folder, code=2)


NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?%?(?![\w.])")


@pytest.mark.deep
def test_every_number_of_the_pages_is_found_and_leads_to_cells(tmp_path: Path) -> None:
    """Of two rounds: what stands in tables, lists and sentences, not the cells listed, drawings and what changed."""
    place = played() / "all"
    ran("report", place, "--format", "overview", "--format", "brief", "-o", tmp_path, code=None)
    followed = set[str]()
    with hrge_xl.one_dataset(place, figures=False) as opened:
        for name, title in (("brief", "Brief"), ("overview", "Overview")):
            for number in numbers_of((tmp_path / f"{name}.html").read_text(encoding="utf-8")):
                pages = hrge_xl.trace(opened, value=number, most=3)
                hits = [hit for page in pages if page.where == title for hit in page.hits]
                assert hits, (title, number)
                followed |= {hit.command for hit in hits if hit.said != "0"}
    for command in sorted(followed - {""}):
        assert cells_behind(command), command


def numbers_of(page: str) -> set[str]:
    """The numbers in the cells of tables, in sentences and in figures of a page."""
    page = page.split('<h2 id="history">', maxsplit=1)[0]
    page = re.sub(r'<details class="rows">.*?</details>|<svg.*?</svg>', "", page, flags=re.DOTALL)
    cells = re.findall(
        r'<td class="num[^>]*>(.*?)(?=<t[dhr]|</t)|<li class="(?:good|bad|wait)"><b>(.*?)</b>'
        r'|<ul class="says">(.*?)</ul>',
        page,
        flags=re.DOTALL,
    )
    texts = (re.sub(r"<[^>]+>", " ", html.unescape("".join(groups))) for groups in cells)
    return {number for text in texts for number in NUMBER.findall(text)}
