"""Law 4: the same figure is the same on every page, in every format and by SQL, over random rounds.

A team may answer twice, late, with mistakes, in two copies, with a forged stamp, or not at all; findings are waived
and returns withdrawn. Whatever happens, the numbers of the reconciliation, of findings, of the matrix and of what
counts must be equal wherever they are shown.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl import (
    DatasetRequest,
    Facts,
    Order,
    consolidate,
    datasets,
    document,
    generate,
    load,
    load_round,
    report,
)
from hrge_xl.dataset.reconciliation import reconciled, reconciliation
from tests.command_line import hrge, ran
from tests.databases import queried
from tests.face import (
    Answers,
    Document,
    Overview,
    Reconciliation,
    build,
    from_mapping,
    of_dataset,
    open_store,
    page_of,
    saved_on,
    shared,
    status,
    story,
)
from tests.face import build_overview as built
from tests.fixture_types import Folders
from tests.played_rounds import (
    ACTS,
    TEAMS,
    TODAY,
    Files,
    forged,
    old_version_sent_twice,
    play,
    two_copies,
    waived,
)
from tests.property_tests import examples
from tests.telling import telling

pytestmark = pytest.mark.xdist_group("one truth")  # what its fixtures play is played once
PARTS = tuple(asdict(Reconciliation()))


# what each page says


def by_sql(folder: Path) -> Counter[str]:
    """The reconciliation counted by hand, and findings and risks of what counts."""
    query = (
        "SELECT f.n, s.verdict, s.status FROM files_fact f JOIN submissions s USING (submission_id)"
    )
    items = queried(folder, query)
    found: Counter[str] = Counter(received=len(items))
    for n, verdict, state in items:
        found[verdict] += 1
        if verdict != "refused":
            found["doubled" if n > 1 else "counted" if state == "counts" else state] += 1
    query = "SELECT severity, COUNT(*) FROM findings WHERE current GROUP BY severity"
    found.update(dict(queried(folder, query)))
    query = "SELECT matrix_row || '×' || matrix_column, COUNT(*) FROM matrix_rows WHERE current GROUP BY 1"
    found.update(dict(queried(folder, query)))
    return found


def by_document(made: Document) -> Counter[str]:
    summary = dict(made["summary"])
    found: Counter[str] = Counter({name: summary[name] for name in PARTS if name != "received"})
    found["received"] = summary["files"]
    found.update({severity: summary[severity] for severity in ("error", "warning", "info")})
    for matrix in made["matrices"]:
        found.update(
            {f"{cell['down']}×{cell['across']}": cell["count"] for cell in matrix["cells"]}
        )
    return found


def by_html(text: str) -> dict[str, int]:
    """The figures of the cards, each marked with what it counts."""
    cards = re.findall(r'data-sum="(\w+)"><b>([\d,]+)</b>', text)
    return {name: int(number.replace(",", "")) for name, number in cards}


def by_overview(text: str) -> dict[str, int]:
    found = re.findall(r'data-sum="(\w+)">[^<]*<b>([\d,]+)</b>', text)
    return {name: int(number.replace(",", "")) for name, number in found}


def by_summary_sheet(data: bytes) -> dict[str, Any]:
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Summary"]
    found: dict[str, Any] = {}
    for row in sheet.iter_rows(min_row=4):
        found.setdefault(str(row[0].value), row[1].value)
    return found


def by_data_xlsx(folder: Path) -> Counter[str]:
    sheet = openpyxl.load_workbook(folder / "data.xlsx", read_only=True)["reconciliation"]
    heads, _, *lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    found: Counter[str] = Counter()
    for line in lines:
        said = dict(zip(heads, line, strict=True))
        found.update({name: said[name] for name in PARTS})
    return found


@examples(5)
@given(st.tuples(*[st.sampled_from(ACTS)] * len(TEAMS)))
def test_every_figure_is_the_same_everywhere(acts: tuple[Callable[[str], Files], ...]) -> None:
    with TemporaryDirectory() as home:
        folder = play(Path(home), acts)
        question = DatasetRequest([str(folder)], TODAY)
        if any(folder.joinpath("returned").iterdir()):
            look(folder, question)


def look(folder: Path, question: DatasetRequest) -> None:
    told = consolidate(question, folder, write=True).lines()
    right = by_sql(folder)
    parts = {name: right[name] for name in PARTS}
    assert parts["received"] == parts["accepted"] + parts["returned"] + parts["refused"]
    assert parts["accepted"] + parts["returned"] == sum(parts[name] for name in PARTS[4:])
    with datasets(question) as (dataset,):
        totals = reconciliation(dataset.store)
        assert asdict(totals) == parts == asdict(reconciled(dataset.returns()))
        assert (
            told[: len(list(totals.lines()))]
            == list(totals.lines())
            == list(dataset.totals().lines())
        )
        made = document([dataset], Facts("2026-08-01T00:00:00Z", TODAY, "test"))
        page = of_dataset(dataset.store, "en", dataset.round)
        teams = status(dataset.of_round(), TODAY, dataset.round)
    assert +by_document(made) == +right
    shown = by_html(report(made, "html").decode())
    assert {name: shown.get(name, 0) for name in PARTS[1:]} == {
        name: right[name] for name in PARTS[1:]
    }
    listed = by_summary_sheet(report(made, "xlsx"))
    assert [listed[key] for key in ("Files", "Errors", "Warnings")] == [
        right["received"],
        right["error"],
        right["warning"],
    ]
    assert +by_data_xlsx(folder) == +Counter(parts)
    assert sum(team.errors for team in teams) <= right["error"]
    shown = by_overview(page)
    assert {name: shown.get(name, 0) for name in PARTS} == parts
    counting = [name for team in teams for name in (each.name for each in team.counting)]
    assert len(counting) == right["counted"]


def test_what_happened_once(tmp_path: Path) -> None:
    """An older version sent twice beside its correction, a forged file, a conflict, a waiver."""
    acts = (old_version_sent_twice, forged, two_copies, waived)
    folder = play(tmp_path, acts)
    look(folder, DatasetRequest([str(folder)], TODAY))
    parts = by_sql(folder)
    came = {"received": 7, "accepted": 4, "returned": 3, "refused": 0}
    became = {"counted": 2, "superseded": 1, "doubled": 1, "conflict": 2, "excluded": 1}
    assert {name: parts[name] for name in PARTS} == asdict(
        replace(Reconciliation(), **came, **became)
    )


# figures that could contradict each other, or flatter: each is marked where it stands

DEADLINE, DAY_OF_THE_PAGE = date(2026, 7, 10), date(2026, 7, 20)
OF_MIXED = {
    "PAK": "PAK",
    "Quetta": "PAK",
    "Multan": "PAK",
    "AFG": "AFG",
    "BGD": "BGD",
    "IRQ": "IRQ",
}
SEX = ("SEX_F", "SEX_M", "SEX_X", "SEX_U")


def filled(team: str, **more: Any) -> Answers:
    """What a team answers: 84 people of whom 84 have a sex, three risks, one action that is overdue."""
    told, spec = story("hrge_toolkit"), load("hrge_toolkit")
    found = from_mapping(told.answers, build(spec, "en", told.tools))
    found |= {
        ("FORM", "1", "FRM_04"): OF_MIXED[team],
        ("T3.2", "R-SP-03", "RSK_19"): date(2026, 6, 30),
    }
    for place, value in more.items():
        tool, row, field = place.split("__")
        key = (tool.replace("_", "."), row.replace("_", "-"), field)
        found.pop(key, None)
        if value is not None:
            found[key] = value
    return found


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: Folders) -> Path:
    """A round in which a country has three teams in three states, and in each return another figure is off."""
    home = tmp_path_factory.mktemp("mixed")
    lines = "".join(f"{team},{country},{DEADLINE}\n" for team, country in OF_MIXED.items())
    (home / "teams.csv").write_text(f"team,country,deadline\n{lines}", encoding="utf-8")
    folder, toolkit = home / "2026-H1", load("hrge_toolkit")
    assert (
        hrge("round", "init", folder, "--spec", "hrge_toolkit", "--teams", home / "teams.csv") == 0
    )
    key = load_round(folder).key
    tools = (*story("hrge_toolkit").tools, "T2.5")
    wrong = {"T4_C__V_03__SEX_F": 61.0}  # 94 people with a sex
    unknown = {
        "T4_C__V_03__T4C_06": None,
        "T4_C__V_03__T4C_09": "M",
        "T3_2__R_SP_03__RSK_10": None,
        "T2_5__1__T25_27": "Ask the ministry",
        "T2_5__1__T25_28": date(2026, 7, 1),
    } | {f"T4_C__V_03__{code}": None for code in (*SEX, "AGE_C", "AGE_A", "AGE_U", "T4C_07")}
    sent = (
        ("PAK", "", 6, {}),
        ("Quetta", "", 8, {"FORM__1__FRM_16": None, "T4_C__V_03__T4C_01": None}),
        ("AFG", "", 7, {}),
        ("AFG", "another copy", 8, {}),
        ("BGD", "", 5, {"T4_C__V_03__T4C_06": 200.0}),
        ("BGD", "", 9, wrong),
        ("IRQ", "", 15, unknown),
    )
    for team, copy, day, more in sent:
        order = Order(
            team,
            date(2026, 7, 1),
            OF_MIXED[team],
            round=folder.name,
            key=key,
            tools=tools if more is unknown else story("hrge_toolkit").tools,
            copy=copy,
            answers=filled(team, **more),
        )
        path = folder / "returned" / f"{team}_{day}.xlsx"
        path.write_bytes(saved_on(generate(toolkit, order), date(2026, 7, day)))
    assert hrge("consolidate", "--write", folder, "--shareable", "--today", DAY_OF_THE_PAGE) in (
        0,
        1,
    )
    return folder


@pytest.fixture(scope="module")
def pages(mixed: Path) -> tuple[Overview, Overview]:
    """The overview of that round, and the one to share."""
    with open_store(mixed) as store, shared(store, DAY_OF_THE_PAGE) as copy:
        round_ = load_round(mixed)
        own = built(store, DAY_OF_THE_PAGE, "en", round_)
        return own, built(copy, DAY_OF_THE_PAGE, "en", round_, whole=store)


def said_by(*words: object) -> Any:
    return json.loads(ran(*words, "--json", "--today", DAY_OF_THE_PAGE).out)


def sheet_rows(folder: Path, name: str) -> list[dict[str, Any]]:
    """The rows of a sheet of `data.xlsx`, by the codes of its columns."""
    sheet = openpyxl.load_workbook(folder / "data.xlsx", read_only=True)[name]
    codes, _, *lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    return [dict(zip(codes, line, strict=True)) for line in lines]


def test_a_country_shows_the_states_of_all_its_teams(pages: tuple[Overview, Overview]) -> None:
    for found in pages:
        states = {each.code: dict(each.figures["states"]) for each in found.countries}
        assert states["PAK"] == {"missing": 1, "returned": 1, "accepted": 1}
        assert next(iter(states["PAK"])) == "missing"
        text = page_of(found)
        assert "Pakistan<td>Not answered 1, Returned for correction 1, Accepted 1<td" in text
        parts = re.search(r"<b>5 / 6</b>.*?<span>(.*?)</span>", text)
        assert parts
        assert parts[1] == "Accepted: 1 · Returned for correction: 3 · Waits for a decision: 1"


@pytest.mark.deep
def test_late_and_to_correct_are_two_figures(mixed: Path, pages: tuple[Overview, Overview]) -> None:
    """Who answered in time is not late, however long its correction takes."""
    right = {
        "PAK": (0, 0),
        "Quetta": (0, 10),
        "Multan": (10, 0),
        "AFG": (0, 0),
        "BGD": (0, 10),
        "IRQ": (5, 10),
    }
    keys = ("days_late", "correction_overdue")
    lines = said_by("status", mixed)
    assert {line["team"]: tuple(line[key] for key in keys) for line in lines} == right
    for found in pages:
        assert {
            team.code: (team.days_late, team.correction_overdue) for team in found.teams
        } == right
        assert (dict(found.arrivals).keys(), found.in_time) == (
            {date(2026, 7, 5), date(2026, 7, 6), date(2026, 7, 8), date(2026, 7, 15)},
            3,
        )
    week = said_by("refresh", mixed)
    assert {line["team"]: tuple(line[key] for key in keys) for line in week["teams"]} == right


def test_a_split_is_held_against_its_total(mixed: Path, pages: tuple[Overview, Overview]) -> None:
    query = "SELECT part, total, disagree FROM aggregate_splits WHERE indicator = 'PA1' AND split = 'SEX'"
    parts = {part: (total, disagree) for part, total, disagree in queried(mixed, query)}
    (total,) = queried(mixed, "SELECT total FROM aggregate_indicators WHERE indicator = 'PA1'")[0]
    assert (total, sum(number for number, _ in parts.values())) == (168, 178)
    assert {disagree for _, disagree in parts.values()} == {1}
    told = {
        row["disagree"] for row in sheet_rows(mixed, "aggregate_splits") if row["split"] == "SEX"
    }
    assert told == {1}
    for found in pages:
        (indicator,) = [each for each in found.indicators or () if each.code == "PA1"]
        sex, age = indicator.parts[0].parts
        assert (sex.figures["disagree"], sex.figures["without"]) == (1, 0)
        assert age.figures["disagree"] == 0
        assert "Values that are not the sum of these parts: 1" in page_of(found)
    (indicator,) = [each for each in pages[0].indicators or () if each.code == "PA1"]
    (wrong,) = indicator.parts[0].parts[0].behind.sources
    assert (wrong.file, wrong.text) == ("BGD_9.xlsx", "84 ≠ 94")


def test_progress_says_whose_targets_are_not_in_it(pages: tuple[Overview, Overview]) -> None:
    for found in pages:
        (indicator,) = [each for each in found.indicators or () if each.code == "PA1"]
        period = indicator.parts[0]
        figures = period.figures
        assert (figures["missing"], figures["target"], figures["other_targets"]) == (1, 240, 120)
        assert page_of(found).count("teams without a value: 1, whose targets add up to 120") == 2


def test_risks_without_a_level_are_counted(mixed: Path, pages: tuple[Overview, Overview]) -> None:
    entered = len(sheet_rows(mixed, "risks"))
    for found in pages:
        assert found.risks
        placed = [sum(cell.total for cell in heat.cells.values()) for heat in found.risks.maps]
        assert [heat.unplaced for heat in found.risks.maps] == [1, 0]
        assert [
            count + heat.unplaced for count, heat in zip(placed, found.risks.maps, strict=True)
        ] == [entered] * 2
        assert page_of(found).count("Without a level: 1") == 1
    told = [
        row[0].value for row in openpyxl.load_workbook(mixed / "data.xlsx")["Figures"].iter_rows()
    ]
    assert "Before mitigation: By sheet. Without a level: 1" in told
    assert "After mitigation: By sheet" in told
    assert "PA1 Persons identified and referred (Teams without a value: 1)" in told


def test_a_page_to_share_says_what_it_leaves_out(pages: tuple[Overview, Overview]) -> None:
    own, to_share = pages
    assert (own.all_overdue, to_share.all_overdue) == (5, 4)
    assert not any(own.left_out.values())
    assert to_share.left_out["overdue"] == ["2.5 Security forces"]
    assert "must not be shared" not in page_of(own)
    assert page_of(to_share).count("because it must not be shared: 2.5 Security forces") >= 2


@pytest.mark.deep
@pytest.mark.parametrize("folder", telling([".", "shareable"], "."))
def test_a_pivot_of_data_xlsx_adds_up_what_counts(mixed: Path, folder: str) -> None:
    """Every sheet but the list of returns; what else there is, is in the CSV files, which the contents say."""
    book = openpyxl.load_workbook(mixed / folder / "data.xlsx", read_only=True)
    ours = {
        row["submission"] for row in sheet_rows(mixed / folder, "submissions") if row["current"]
    }
    assert len(ours) == 4
    tables = [name for name in book.sheetnames if name == name.casefold()]
    seen = [
        name
        for name in tables
        for row in sheet_rows(mixed / folder, name)[:1]
        if {"current", "counted"} & {*row}
    ]
    assert {"risks", "answers", "findings", "completeness", "indicator_values"} <= {*seen}
    for name in seen:
        rows = sheet_rows(mixed / folder, name)
        if name not in ("submissions", "reconciliation"):
            assert {row["submission"] for row in rows} <= ours, name
    contents = "\n".join(str(row[1].value) for row in book["Contents"].iter_rows())
    assert "Rows of returns that do not count" in contents
    ((every, counted),) = queried(mixed / folder, "SELECT count(*), sum(current) FROM risks")
    assert (every, counted) == (7 * 3, 4 * 3) == (every, len(sheet_rows(mixed / folder, "risks")))
