"""The overview: figures that lead to their cells, drawings with words beside them, a page for everybody."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import fields, is_dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from openpyxl.utils import coordinate_to_tuple
from python_calamine import load_workbook

from hrge_xl import (
    DatasetRequest,
    ExpectedReturn,
    Order,
    Result,
    Round,
    ValidationRequest,
    datasets,
    generate,
    last_change,
    load,
    load_round,
    validate,
)
from hrge_xl.cli import run
from hrge_xl.coordination.consolidation import consolidate_sources
from hrge_xl.exchange.validation import Source
from hrge_xl.outputs.overview_model import percents_of, whole_percents
from tests import played_rounds, two_rounds
from tests.audited import hrge, returned, workbook
from tests.face import (
    MOST_ROWS,
    MOST_ROWS_OF_A_QUESTION,
    OF_A_FINDING,
    FigureBlock,
    FigureSource,
    Mark,
    Overview,
    Store,
    Team,
    _Rows,
    country_map,
    draw_columns,
    draw_lines,
    draw_steps,
    environment,
    of_dataset,
    on_map,
    open_store,
    outlines,
    periods,
    play,
    shared,
    sources,
    status,
    width,
)
from tests.face import build_overview as built
from tests.face import overview_module as overview
from tests.fixture_types import Capsys, Folders
from tests.pages import Parsed, in_a_window, rows_behind, stands_alone, unfold, violations
from tests.played_rounds import accepted, corrected, silent, with_a_mistake
from tests.telling import telling
from tests.temporary import of_results
from tests.two_rounds import EARLIER, LATER

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("two rounds")  # what they play is played once

TODAY = date(2026, 7, 20)
LANGUAGES = ["ar", "en", "fr"]
DUE = {"PAK": date(2026, 7, 15), "AFG": date(2026, 7, 15), "UZB": date(2026, 7, 10)}
TEAMS = tuple(Team(code, code, deadline=day) for code, day in DUE.items())
ROUND = Round(Path("2026-H1"), "2026-H1", "hrge_toolkit", None, None, TEAMS)


@pytest.fixture(scope="module")
def returns(tmp_path_factory: Folders) -> Path:
    """Three returned files of the demonstration."""
    folder = tmp_path_factory.mktemp("returned")
    for each in play("hrge_toolkit"):
        if each.name in ("AFG.xlsx", "BGD.xlsx", "PAK.xlsx"):
            (folder / each.name).write_bytes(each.workbook)
    return folder


@pytest.fixture(scope="module")
def results(returns: Path) -> list[Result]:
    asked = ValidationRequest(ExpectedReturn("hrge_toolkit"), TODAY)
    return [*validate(sorted(returns.glob("*.xlsx")), asked)]


@pytest.fixture(scope="module")
def found(results: list[Result]) -> Overview:
    """The overview as data, in a round where one team is late and one was not expected."""
    with of_results(results, load("hrge_toolkit"), TODAY) as store:
        return built(store, TODAY, "en", ROUND)


KEPT: dict[tuple[int, str], tuple[Overview, str]] = {}


def html(found: Overview, language: str = "en") -> str:
    """The page in a language, made once."""
    if (id(found), language) not in KEPT:
        KEPT[id(found), language] = found, overview.page_of(replace(found, language=language))
    return KEPT[id(found), language][1]


@cache
def rows(path: Path, sheet: str) -> list[list[Any]]:
    return load_workbook(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def cell_of(returns: Path, source: FigureSource) -> Any:
    """What really stands in the cell that a row names, as another program reads it."""
    row, column = coordinate_to_tuple(source.cell)
    return rows(returns / source.file, source.sheet)[row - 1][column - 1]


def test_three_figures_lead_to_their_cells(returns: Path, found: Overview) -> None:
    assert found.risks
    assert found.indicators
    assert found.gaps
    people = next(each for each in found.indicators if each.code == "PA1")
    cells = [cell_of(returns, source) for source in people.parts[0].behind.sources]
    assert sum(cells) == people.parts[0].figures["total"] == 84 + 132 + 84
    parts = (part for split in people.parts[0].parts for part in split.parts)
    female = next(part for part in parts if part.label == "Female")
    assert (
        sum(cell_of(returns, source) for source in female.behind.sources) == female.figures["total"]
    )
    for source in found.gaps[0].behind.sources:
        assert str(cell_of(returns, source)) == "No" == source.text
    for risk in found.risks.top[:3]:
        assert cell_of(returns, risk.source) == risk.source.text
    worst = found.risks.maps[0].cells["4", "5"]
    (source,) = worst.sources
    assert source.team == "AFG"
    assert str(cell_of(returns, source)).startswith("4")
    text = html(found)
    for behind in (
        found.indicators[-1].parts[0].behind,
        female.behind,
        found.gaps[0].behind,
        worst,
    ):
        listed = rows_behind(text, behind.anchor)
        assert {
            (sheet, team, cell) for (sheet, team), cells in listed.items() for cell in cells
        } == {(source.sheet, source.team, source.cell) for source in behind.sources}
        assert behind.sources


def test_who_has_not_answered_what_is_overdue_and_whose_figures_these_are(found: Overview) -> None:
    states = {
        team.code: (team.state, team.days_late, team.correction_overdue) for team in found.teams
    }
    assert states == {
        "PAK": ("accepted", 0, 0),
        "AFG": ("returned", 0, 5),
        "UZB": ("missing", 10, 0),
        "BGD": ("unexpected", 0, 0),
    }
    assert "Not answered:</b> <bdi>UZB</bdi> (Days late: 10)" in html(found)
    assert found.overdue
    (late,) = [each for each in found.overdue if each.source.team == "BGD"]
    assert (late.figures["days_late"], late.figures["due"]) == (35, date(2026, 6, 15))
    assert "Quality and protection measures as targets" in html(found)
    assert found.indicators
    assert found.risks
    assert {each.parts[0].figures["teams"] for each in found.indicators} == {3}
    assert found.risks.teams == 3
    assert html(found).count("Teams behind it: ") > 10


def test_the_teams_of_a_part_are_counted_and_not_the_most_of_any_cell() -> None:
    """No two teams have a risk at one crossing, so every cell knows of one team only."""
    with two_rounds.dataset(two_rounds.LATER) as store:
        found = built(store, TODAY, "en")
    assert found.risks
    teams = {
        breakdown.label: {part.label: part.figures["teams"] for part in breakdown.parts}
        for breakdown in found.risks.breakdowns
    }
    assert set(teams["tool"].values()) == {4}
    assert teams["country"] == {"Pakistan": 2, "Afghanistan": 1, "Bangladesh": 1}
    assert teams["Group affected"]["Women"] == 4
    assert max(cell.teams for heat in found.risks.maps for cell in heat.cells.values()) == 1


# one page, one period


@pytest.fixture(scope="module")
def both() -> Iterator[Store]:
    with two_rounds.dataset(EARLIER, LATER) as store:
        yield store


def without_anchors(part: Any) -> Any:
    """A part of an overview as plain data, whatever stands before it on the page, and before its line in a table."""
    if is_dataclass(part):
        part = {each.name: getattr(part, each.name) for each in fields(part)}
    elif hasattr(part, "_asdict"):
        part = part._asdict()
    if isinstance(part, dict):
        return {
            key: without_anchors(value) for key, value in part.items() if key not in ("anchor", "n")
        }
    return [without_anchors(each) for each in part] if isinstance(part, list | tuple) else part


@pytest.mark.parametrize("round_", telling([EARLIER, LATER], LATER))
def test_nothing_of_one_period_leaks_into_another(both: Store, round_: str) -> None:
    """The page of a period is that of a dataset which never heard of the other one; but for the indicators."""
    found = built(both, TODAY, "en", period=two_rounds.period_of(both, round_))
    with two_rounds.dataset(round_) as store:
        alone = built(store, TODAY, "en")
    for part in (
        "period",
        "counted",
        "from_returned",
        "teams",
        "tools",
        "risks",
        "gaps",
        "all_gaps",
        "overdue",
        "all_overdue",
    ):
        assert without_anchors(getattr(found, part)) == without_anchors(getattr(alone, part)), part
    (line,) = [each for each in found.periods if each.name == found.period]
    assert [line] == alone.periods
    assert found.teams
    assert found.risks
    assert found.gaps
    assert found.overdue


def test_the_latest_period_is_shown_and_the_others_are_named(both: Store) -> None:
    """Each name is isolated: on an Arabic page 2025-H2 would else be seen as H2-2025."""
    earlier, later = (two_rounds.period_of(both, round_) for round_ in (EARLIER, LATER))
    found = built(both, TODAY, "en")
    assert (found.period, [each.name for each in found.periods]) == (later, [later, earlier])
    text = html(found)
    assert f"Period: <bdi>{later}</bdi>" in text
    others = "Other periods in this dataset, with the returns that count: "
    assert f"{others}<bdi>{earlier}</bdi> (3)" in text
    assert f"{others}<bdi>{later}</bdi> (4)" in html(built(both, TODAY, "en", period=earlier))


def test_periods_are_compared_and_never_added_up(both: Store) -> None:
    text = html(built(both, TODAY, "en"))
    table = text[text.index('<h2 id="periods">') : text.index('<h2 id="risks">')]
    rows = [re.findall(r'<td class="num">(\d+)', row) for row in table.split("<tr>")[2:]]
    assert [row[:2] for row in rows] == [["4", "4"], ["3", "3"]]  # returns and teams
    # risks by level, three in each return: only of the two teams that answered in both
    assert [sum(map(int, row[2:])) for row in rows] == [6, 6]
    same = "Only of the teams that answered in each of these periods: 2"
    assert f"Completeness, Risks: {same}" in table
    assert "7" not in [cell for row in rows for cell in row[:2]]


def test_a_trend_is_of_those_who_reported_in_each_period(both: Store) -> None:
    """Two teams report in both rounds; now two of one country do, which leaves no total and says what to do."""
    own, to_share = (overview.of_dataset(both, "en", masked=masked) for masked in (False, True))
    referred = own[own.index('dir="ltr">PA1</span>') :].partition("Earlier periods")[0]
    trend = referred[referred.index('class="trend"') :]
    assert "Trend. Only of the teams that answered in each of these periods: 2" in trend
    totals = [2 * two_rounds.PEOPLE[round_] for round_ in (EARLIER, LATER)]
    assert [float(cell) for cell in re.findall(r'<bdi>20.*?"num">(\d+)', trend)] == totals
    assert "No total: two values for one country and period" in referred
    assert "name the indicator in the spec under add_over_teams" in referred
    assert "<b>Status</b> · <bdi>on track</bdi>: 4" in own
    # baseline and target are sums over all teams
    assert "Target" not in re.findall('aria-label="(Trend.*?)"', trend)[0]
    # the total of some of the teams could give away what is masked
    assert 'class="trend"' not in to_share


def test_a_round_shows_its_own_period_and_expects_teams_in_that_one_only(both: Store) -> None:
    earlier, later = (two_rounds.period_of(both, round_) for round_ in (EARLIER, LATER))
    round_ = replace(ROUND, name=earlier)
    found = built(both, TODAY, "en", round_)
    assert (found.period, found.expected) == (earlier, True)
    assert {team.code: team.state for team in found.teams} == {
        "PAK": "returned",
        "AFG": "returned",
        "UZB": "missing",
        "IRQ": "unexpected",
    }
    other = built(both, TODAY, "en", round_, period=later)
    assert (other.period, other.expected) == (later, False)
    assert [team.code for team in other.teams] == ["AFG", "BGD", "PAK", "Quetta"]


def test_one_mistyped_year_makes_no_period_the_latest() -> None:
    with two_rounds.dataset(EARLIER, LATER) as store:
        files = store.tables["submissions"]
        with store.transaction() as connection:
            connection.execute(sa.update(files).values(period=files.c.round))
            typed = sa.update(files).where(files.c.round == EARLIER, files.c.team == "IRQ")
            connection.execute(typed.values(period_end=date(2062, 12, 31)))
        assert [*periods(store)] == [LATER, EARLIER]


@pytest.mark.deep
def test_the_period_of_the_command_line(tmp_path: Path, capsys: Capsys) -> None:
    two_rounds.returns(tmp_path / "in", EARLIER, LATER)
    out, today = tmp_path / "dataset", ["--today", "2026-07-20"]
    assert run(["consolidate", "--write", str(tmp_path / "in"), "-o", str(out), *today]) == 0
    words = ["report", str(out), "--format", "overview", "-o", str(tmp_path)]
    with open_store(out) as store:
        earlier, later = (two_rounds.period_of(store, each) for each in (EARLIER, LATER))
    capsys.readouterr()
    assert run([*words, "--period", "2024-H1"]) == 2
    told = f"There is no period '2024-H1' in this dataset. There are: '{later}', '{earlier}'."
    assert told in capsys.readouterr().err
    assert run([*words, "--period", earlier, "--shareable"]) == 0
    text = (tmp_path / "overview_shareable.html").read_text(encoding="utf-8")
    assert "May be shared" in text
    assert f"Period: <bdi>{earlier}</bdi>" in text


def test_a_list_of_rows_says_where_it_was_cut(found: Overview) -> None:
    assert found.indicators
    first = found.indicators[0]
    period = first.parts[0]
    many = period.behind._replace(
        sources=[period.behind.sources[0]] * MOST_ROWS, total=MOST_ROWS + 7
    )
    longer = replace(found, indicators=[first._replace(parts=[period._replace(behind=many)])])
    assert "The first 200 of 207 rows" in html(longer)


def test_rows_that_say_the_same_are_one_line_and_name_the_file_where_a_team_has_several(
    found: Overview,
) -> None:
    assert found.gaps
    first = found.gaps[0]
    (one, *_) = first.behind.sources
    cells = [one._replace(cell=f"E{number}") for number in range(1, 201)]
    other = one._replace(file="another.xlsx", cell="F1")
    behind = first.behind._replace(sources=[*cells, other], total=201)
    text = html(replace(found, gaps=[first._replace(behind=behind)]))
    assert rows_behind(text, behind.anchor) == {
        (one.sheet, one.team): {source.cell for source in cells},
        (one.sheet, f"{one.team} (another.xlsx)"): {"F1"},
    }
    assert text.partition(f'<div id="{behind.anchor}"')[2].partition("</div>")[0].count("<li>") == 1


def test_long_tables_and_lists_fold(found: Overview) -> None:
    """What is short stands open."""
    assert found.overdue
    folded = '<details class="fold"><summary>Teams: 40</summary>'
    many = replace(found, teams=[*found.teams] * 10, overdue=[found.overdue[0]] * 30)
    assert folded in html(many)
    assert '<details class="fold" open><summary>Teams: 4</summary>' in html(found)
    overdue = html(many).partition('id="overdue"')[2].partition("<h2")[0]
    shown, _, others = overdue.partition('<details class="others"><summary>Others: 25</summary>')
    assert (shown.count("<li>"), others.count("<li>")) == (5, 25)


@pytest.mark.parametrize("language", telling(LANGUAGES, "ar"))
def test_the_page_runs_nothing_asks_for_nothing_and_its_links_lead_on(
    found: Overview, language: str
) -> None:
    text = html(found, language)
    assert stands_alone(text)
    drawings = [attributes for tag, attributes in Parsed(text).elements if tag == "svg"]
    assert all(each.get("aria-hidden") == "true" or each.get("aria-label") for each in drawings)


def test_languages_have_their_own_words_and_direction(found: Overview) -> None:
    assert '<html lang="ar" dir="rtl">' in html(found, "ar")
    assert "30 juin 2026" in html(replace(found, today=date(2026, 6, 30)), "fr")
    assert "Qui a répondu" in html(found, "fr")
    assert "من أجاب" in html(found, "ar")
    for language in ("en", "ar", "fa"):  # else an option reads “shareable--” on an Arabic page
        assert '<bdi dir="ltr">--shareable</bdi>' in html(found, language)
        assert '<bdi dir="ltr">hrge-xl consolidate</bdi>' in html(found, language)


def test_what_may_be_shared_hides_small_counts(results: list[Result]) -> None:
    with of_results(results, load("hrge_toolkit"), TODAY) as store, shared(store, TODAY) as copy:
        masked = built(copy, TODAY, "en", ROUND)
    assert masked.masked
    assert masked.indicators
    people = next(each for each in masked.indicators if each.code == "PA1").parts[0]
    parts = {part.label: part for split in people.parts for part in split.parts}
    assert people.figures["total"] == 84 + 132 + 84
    assert [source.text for source in parts["Sex not recorded"].behind.sources] == [
        None,
        None,
        None,
    ]
    assert parts["Age not recorded"].figures["total"] is None  # 2 + 2 + 2
    assert parts["Female"].figures["total"] == 51 + 90 + 51
    text = html(masked)
    assert "counts of 1 to 10 people are masked" in text
    assert "Women and groups outside the capital are not heard" not in text  # a restricted question


def test_a_dataset_without_figures_is_a_page_too() -> None:
    with of_results([], load("example"), TODAY) as store:
        text = overview.page_of(built(store, TODAY, "en"))
    assert "No risks were entered." in text
    assert "No question was answered with no." in text


# commands


@pytest.mark.deep
def test_consolidate_leaves_the_overview(returns: Path, tmp_path: Path, capsys: Capsys) -> None:
    out = tmp_path / "dataset"
    assert (
        run(
            [
                "consolidate",
                "--write",
                str(returns),
                "-o",
                str(out),
                "--shareable",
                "--today",
                "2026-07-20",
            ]
        )
        == 0
    )
    assert "Overview: " in capsys.readouterr().out
    names = ("overview.html", "overview_shareable.html")
    plain, masked = ((out / "reports" / name).read_text(encoding="utf-8") for name in names)
    assert "Not for sharing" in plain
    assert "There is a version" not in plain  # it may not have been made
    assert "May be shared" in masked
    assert (out / "shareable" / "data.xlsx").is_file()
    assert (
        run(["report", str(out), "--format", "overview", "--language", "fr", "-o", str(tmp_path)])
        == 0
    )
    assert "Situation au 20 juillet 2026" in (tmp_path / "overview.html").read_text(
        encoding="utf-8"
    )


@pytest.mark.deep
def test_report_makes_it_from_files_too(returns: Path, tmp_path: Path) -> None:
    words = ["report", str(returns), "--format", "overview", "--shareable", "-o", str(tmp_path)]
    assert run([*words, "--today", "2026-07-20"]) == 0
    assert "May be shared" in (tmp_path / "overview_shareable.html").read_text(encoding="utf-8")
    assert not (tmp_path / "validation.html").exists()


def test_a_language_that_the_spec_does_not_have(tmp_path: Path, capsys: Capsys) -> None:
    """The page is in it; what the spec says stays in the spec's own language; nobody speaks xx."""
    files = returned(tmp_path / "returned", {"pak.xlsx": workbook("PAK")})
    words = ("--format", "overview", "--language", "es", "--today", TODAY, "-o", tmp_path)
    assert hrge("report", files[0].parent, *words) == 0
    text = (tmp_path / "overview.html").read_text(encoding="utf-8")
    assert "Situación al 20 julio 2026" in text
    assert (
        hrge("report", files[0].parent, "--format", "overview", "--language", "xx", "-o", tmp_path)
        == 2
    )
    assert "There is no language 'xx'. Known are: ar, ckb, en, es," in capsys.readouterr().err
    assert "Half of the trainers are women" in text
    assert not (tmp_path / "validation.html").exists()


@pytest.fixture
def shown(browser: Browser, tmp_path: Path, found: Overview) -> Iterator[Any]:
    """Opens the page in a language and width, everything unfolded."""
    with ExitStack() as windows:

        def show(language: str, width: int) -> tuple[Page, list[str]]:
            path = tmp_path / f"{language}.html"
            path.write_text(html(found, language), encoding="utf-8")
            return windows.enter_context(in_a_window(browser, path, width))

        yield show


# What makes a page scroll sideways, unless it scrolls within a part of its own.
STICKING_OUT = """[...document.querySelectorAll('main *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('[role=region], svg *'))
    .map(e => e.outerHTML.slice(0, 120))"""


LOOKS = [
    (tag, width) for tag in ("ar", "ckb", "en", "fr", "ru", "ur", "zh") for width in (1280, 320)
]


@pytest.mark.browser
@pytest.mark.parametrize("look", telling(LOOKS, ("ar", 320)))
def test_the_page_never_scrolls_sideways_and_asks_for_nothing(
    shown: Any, look: tuple[str, int]
) -> None:
    opened, trouble = shown(*look)
    unfold(opened)
    assert trouble == []
    assert opened.evaluate(STICKING_OUT) == []
    assert opened.evaluate("document.documentElement.scrollWidth") <= look[1]


@pytest.mark.deep
@pytest.mark.browser
@pytest.mark.parametrize("look", telling(LOOKS, ("ar", 320)))
def test_axe_finds_nothing(shown: Any, look: tuple[str, int]) -> None:
    """In the deep tier in every language and width: on this page it takes as long as ten other tests."""
    opened, _ = shown(*look)
    unfold(opened)
    assert violations(opened) == []


@pytest.mark.browser
def test_a_number_in_a_heat_map_leads_to_its_rows_and_paper_keeps_the_figures(shown: Any) -> None:
    opened, _ = shown("en", 1280)
    link = opened.locator(".matrix a").first
    link.click()
    assert opened.locator(link.get_attribute("href")).is_visible()
    opened.emulate_media(media="print")
    assert opened.locator(".matrix").first.is_visible()
    assert opened.locator(".rows:not([open])").first.is_hidden()
    assert opened.locator(link.get_attribute("href")).is_visible()  # for it was opened
    for table in opened.locator("details.fold:not([open]) table").all():
        assert table.is_visible()
    assert opened.locator(".paper").is_visible()
    assert opened.pdf(prefer_css_page_size=True).startswith(b"%PDF")


# what it draws and compares: the same figures as in the dataset, in words beside every drawing

Played = tuple[Path, Overview, Overview]
THREE = (two_rounds.FIRST, two_rounds.SECOND, two_rounds.EARLIER)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """A dataset of three rounds through time, in which three teams answer."""
    with two_rounds.dataset(*THREE) as opened:
        yield opened


@pytest.fixture(scope="module")
def seen(store: Store) -> Overview:
    return built(store, two_rounds.TODAY, "en")


@pytest.fixture(scope="module")
def page(seen: Overview) -> str:
    return overview.page_of(seen)


# trends


def labels_of(text: str, start: str) -> list[str]:
    """The text equivalents of the drawings that start like this."""
    return re.findall(rf'role="img" aria-label="({re.escape(start)}[^"]*)"', text)


@pytest.mark.deep
def test_three_rounds_stand_beside_each_other_from_left_to_right(store: Store, page: str) -> None:
    periods = [two_rounds.period_of(store, each) for each in THREE]
    told = ", ".join(f"{period}: 3" for period in periods)
    assert labels_of(page, "Returns that count: ") == [f"Returns that count: {told}"]
    (risks,) = labels_of(page, f"Risks: {periods[0]}: Low")
    by_sql = Counter[tuple[str, str]]()
    for row in store.records("aggregate_risks"):
        if row["stage"] == "after":
            by_sql[row["period"], row["level_label"]] += row["frequency"]
    for part in risks.removeprefix("Risks: ").split("; "):
        period, _, levels = part.partition(": ")
        for level in levels.split(", "):
            label, _, count = level.rpartition(" ")
            assert by_sql[period, label] == int(count)


def test_an_indicator_is_drawn_against_its_baseline_and_target(
    store: Store, seen: Overview, page: str
) -> None:
    lines_of = [row for row in store.records("aggregate_indicators") if row["indicator"] == "PA1"]
    totals = [row["total"] for row in lines_of]
    assert totals == [3 * two_rounds.PEOPLE[each] for each in THREE]
    (label,) = [each for each in labels_of(page, "Trend: ") if f": {totals[0]:g}, " in each]
    said = [f"{total:g}" for total in totals]
    assert re.findall(r": (\d+)", label.removeprefix("Trend: ")) == said
    last = lines_of[-1]
    assert label.endswith(f"Baseline {last['baseline']:g}, Target {last['target']:g}")
    (progress,) = [each for each in seen.indicators or () if each.code == "PA1"]
    assert progress.parts[0].figures["progress"] == last["progress"]
    assert f"of the way from {last['baseline']:g} to {last['target']:g}" in page


def by_team(seen: Overview) -> Counter[str]:
    assert seen.risks
    counted: Counter[str] = Counter()
    for team in seen.risks.by_team:
        counted.update(team.figures)
    return +counted


def test_risks_of_a_team_by_level_add_up_to_those_of_all(seen: Overview) -> None:
    assert seen.risks
    last = seen.risks.maps[-1]
    told: Counter[str] = Counter()
    for place, cell in last.cells.items():
        told[last.levels[place]] += cell.total
    assert by_team(seen) == +told
    assert [team.label for team in seen.risks.by_team] == ["AFG", "IRQ", "PAK"]


def test_completeness_has_the_shade_of_its_figure(page: str) -> None:
    cells = re.findall(r'class="num s(\d)">(\d+)', page)
    assert cells
    assert all((shade == "5") == (share == "100") for shade, share in cells)
    assert all(int(shade) == min(int(share) // 20, 4) for shade, share in cells if share != "100")


def test_a_share_that_is_drawn_is_the_percentage_that_stands_in_the_tables() -> None:
    """Drawings know the quotient only, which as a float can be a bit less than the half that is rounded."""
    for required in range(1, 201):
        for answered in range(required):
            exact = min(99, round(Fraction(100 * answered, required)))
            assert percents_of(answered / required) == whole_percents(answered, required) == exact
    assert percents_of(1.0) == 100


# the profile of the questions


def test_a_profile_tells_how_many_answers_are_missing(store: Store, seen: Overview) -> None:
    assert seen.questions
    missing = sa.text(
        "SELECT COUNT(*) FROM findings WHERE current AND code = 'V001' AND period = :period"
    )
    (wanted,) = next(store.select(missing.bindparams(period=seen.period)))
    assert sum(question.missing for question in seen.questions) == wanted


def test_what_matters_most_comes_first(seen: Overview) -> None:
    assert seen.questions
    shares = [question.weight for question in seen.questions]
    assert shares == sorted(shares, reverse=True)
    assert shares[0][0] > 0
    assert any(answer.figures["is_no"] for answer in seen.questions[0].answers)
    first = seen.questions[0].behind.sources[0]
    assert (first.text, bool(first.cell)) == ("No", True)


# countries


def test_every_country_of_the_spec_has_a_place_on_the_map() -> None:
    spec = load("hrge_toolkit")
    assert spec.countries
    items = [item.code for item in spec.vocabularies[spec.countries].items]
    no_countries = [code for code in items if not code.isalpha()]
    assert [code for code in items if not on_map(code)] == [*no_countries, "GLO"]


def test_small_states_are_points_and_disputed_borders_are_dotted() -> None:
    countries, disputed = outlines()
    assert len(countries) > 220
    assert countries["MDV"].parts == ()
    assert disputed
    shown = {"MDV": ("c-accepted", "Maldives"), "PAK": ("c-missing", "Pakistan")}
    drawn = drawing("country_map", country_map(shown))
    assert "<circle" in drawn
    assert 'class="dotted"' in drawn
    assert "<title>Maldives</title>" in drawn
    assert country_map({"GLO": ("c-accepted", "Global")}) is None


def test_the_map_has_its_table_and_says_what_its_borders_are(seen: Overview, page: str) -> None:
    (label,) = labels_of(page, "Countries: ")
    assert {each.label for each in seen.countries} == {"Afghanistan", "Iraq", "Pakistan"}
    for each in seen.countries:
        assert f"{each.label}: " in label
        assert f'<th scope="row">{each.label}<td>' in page
    assert "Dotted borders are disputed" in page
    assert sum(sum(each.figures["states"].values()) for each in seen.countries) == len(seen.teams)


def test_countries_and_titles_are_in_the_language_of_the_reader(store: Store) -> None:
    arabic = built(store, two_rounds.TODAY, "ar")
    assert (
        arabic.title == load("hrge_toolkit").title.say("ar") != load("hrge_toolkit").title.say("en")
    )
    assert {each.label for each in arabic.countries} == {"أفغانستان", "العراق", "باكستان"}
    assert arabic.questions
    latin = [each.text for each in arabic.questions if re.fullmatch(r"[ -~]+", each.text)]
    assert latin == []


# drawings


def drawing(macro: str, geometry: object) -> str:
    return str(
        getattr(environment().get_template("macros.html.j2").module, macro)("Name", geometry)
    )


def drawn_block(rows: list[tuple[str, list[float]]], heads: int = 2) -> FigureBlock:
    """A block of figures under so many heads."""
    return FigureBlock("Figures", [f"head {number}" for number in range(heads)], rows)


@pytest.mark.parametrize("mirrored", [False, True])
def test_time_runs_as_the_page_is_read(mirrored: bool) -> None:
    block = drawn_block([("first", [1]), ("second", [3]), ("third", [2])])
    target = Mark("Target 4", 4, "target")
    drawn = drawing("chart", draw_lines(block, str, [target], mirrored=mirrored))
    centres = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', drawn)]
    assert centres == sorted(centres, reverse=mirrored)
    heights = [float(y) for y in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', drawn)]
    assert heights[1] < heights[2] < heights[0]


def test_columns_are_as_high_as_their_values_with_room_for_labels_and_texts_break_out_of_nothing() -> (
    None
):
    two_levels = drawn_block([("a", [1, 3]), ("b", [2, 0])], heads=3)
    drawn = drawing("chart", draw_columns(two_levels, str))
    assert "a: head 1 1, head 2 3; b: head 1 2, head 2 0" in drawn
    heights = {
        css: float(h) for css, h in re.findall(r'<rect class="(p1)"[^>]*height="([\d.]+)"', drawn)
    }
    (whole, *_) = [float(h) for h in re.findall(r'<rect class="p0"[^>]*height="([\d.]+)"', drawn)]
    assert heights["p1"] == pytest.approx(3 * whole, abs=0.2)
    long_labels = drawn_block([(f"a long label {n:02}", [n]) for n in range(12)])
    labels = re.findall(r">(a long label \d\d)<", drawing("chart", draw_columns(long_labels, str)))
    assert "a long label 11" in labels
    assert 2 <= len(labels) <= 4
    marks = [Mark("<i>", 1.0, "due")]
    step = draw_steps(drawn_block([("<b>", [1])]), [0.0], lambda _: '"><script>', marks, top=1)
    drawn = drawing("chart", step)
    assert not re.search("<(script|b|i)>", drawn)


def texts_of(drawn: str) -> list[tuple[float, float, float]]:
    """Where the texts of a drawing begin and end, and how high they stand."""
    found = []
    for x, y, anchor, text in re.findall(
        r'<text x="([\d.-]+)" y="([\d.-]+)" text-anchor="(\w+)">([^<]*)', drawn
    ):
        wide = width(text)
        start = float(x) - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        found.append((start, start + wide, float(y)))
    return found


def test_no_name_in_a_drawing_stands_on_another() -> None:
    """Deadlines a day apart, a first day next to the last one, a step just below a deadline, long names of levels."""
    deadlines = [
        Mark(f"Deadline 1{number} July 2026", 0.9 + number / 50, "due") for number in range(5)
    ]
    days = drawn_block([("30 June 2026", [3]), ("1 July 2026", [120])])
    half_years = drawn_block([(f"2026-H{number}", [number]) for number in range(1, 13)])
    quarters = drawn_block([(f"2026-Q{number}", [10]) for number in range(12)])
    for chart in (
        draw_steps(days, [0.96, 1.0], str, deadlines, top=120),
        draw_columns(half_years, lambda _: "1,234,567"),
        draw_lines(
            quarters,
            lambda _: "123,456",
            [Mark("Valeur de référence 1 234 567", 9, "baseline"), Mark("Cible 12", 10, "target")],
        ),
    ):
        drawn = texts_of(drawing("chart", chart))
        assert len(drawn) > 2
        for at, (start, end, y) in enumerate(drawn):
            assert 0 <= start <= end <= 360
            assert not [
                other
                for other in drawn[:at]
                if other[0] < end and start < other[1] and abs(other[2] - y) < 12
            ]


def test_no_country_on_the_map_is_named_upon_another() -> None:
    codes = ["PAK", "KGZ", "TJK", "UZB", "AFG", "IRQ", "BGD", "NPL", "KAZ", "MLI", "COL", "UKR"]
    shown = {code: ("c-accepted", code) for code in codes}
    made = country_map(shown)
    assert made
    named = [country.name for country in made.countries if country.name]
    assert len(named) > 8
    for at, (x, y) in enumerate(named):
        for left, top in named[:at]:
            assert abs(x - left) > 2 * made.letters or abs(y - top) >= made.letters


# a round: returns over time, and what the last run changed


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """A round before and after a correction came, with the page of each time."""
    acts = (accepted, with_a_mistake, silent, corrected)
    folder = played_rounds.play(tmp_path_factory.mktemp("runs"), acts)
    later = folder.parent / "later.xlsx"
    (folder / "returned" / "Bamako_two.xlsx").rename(later)
    pages = []
    for name in ("", "Bamako_two.xlsx"):
        if name:
            later.rename(folder / "returned" / name)
        with datasets(DatasetRequest([str(folder)], played_rounds.TODAY)) as (dataset,):
            change = last_change(dataset.folder)
            pages.append(
                built(dataset.store, played_rounds.TODAY, "en", dataset.round, change=change)
            )
    return folder, pages[0], pages[1]


def test_returns_are_counted_by_the_day_that_status_names(rounds: Played) -> None:
    folder, _, seen = rounds
    with datasets(DatasetRequest([str(folder)], played_rounds.TODAY)) as (dataset,):
        teams = status(dataset.of_round(), played_rounds.TODAY, dataset.round)
    days = Counter(team.lateness[0] for team in teams if team.counting)
    assert dict(seen.arrivals) == dict(days)
    assert sum(days.values()) == seen.counted == 3
    (label,) = labels_of(overview.page_of(seen), "Returns over time: ")
    assert label.endswith(": 3")


def test_the_next_run_tells_what_came_was_fixed_and_moved(rounds: Played) -> None:
    assert rounds[1].change is None
    assert "There is no earlier run to compare with." in overview.page_of(rounds[1])
    change = rounds[2].change
    assert change
    assert (change.came, change.gone) == (["Bamako_two.xlsx"], [])
    assert change.status == [("Bamako_one.xlsx", "counts", "superseded")]
    assert dict(change.fixed) == {"V001": 1}
    assert dict(change.new) == {}
    moved = {(each.what, each.code): (each.before, each.now) for each in change.moved}
    assert moved["received", ""] == (3, 4)
    assert moved["accepted", ""] == (1, 2)
    assert moved["superseded", ""] == (0, 1)
    text = overview.page_of(rounds[2])
    assert "Bamako_two.xlsx" in text[text.index('id="history"') :]
    told = list(change.lines())
    assert told[0].endswith("files: new: 1, with another status: 1.")
    assert told[1] == "Findings fixed: 1 (V001 1); new: 0."


def test_a_run_that_changes_nothing_keeps_what_the_last_one_changed(rounds: Played) -> None:
    folder, _, seen = rounds
    before = (folder / "dataset.sqlite").read_bytes()
    with datasets(DatasetRequest([str(folder)], played_rounds.TODAY)) as (dataset,):
        assert last_change(dataset.folder) == seen.change
    assert (folder / "dataset.sqlite").read_bytes() == before


def test_what_may_be_shared_tells_of_no_run(rounds: Played) -> None:
    folder = rounds[0]
    with datasets(DatasetRequest([str(folder)], played_rounds.TODAY)) as (dataset,):
        whole, shared = (
            of_dataset(
                dataset.store, "en", dataset.round, masked=masked, change=last_change(folder)
            )
            for masked in (False, True)
        )
    assert "Bamako_two" in whole.partition('id="history"')[2]
    assert "Bamako_two" not in shared.partition('id="history"')[2]


def test_the_overview_says_what_the_tables_say(rounds: Played, tmp_path: Path) -> None:
    """One truth: returns, completeness, levels and answers on the page, by the files that go with the dataset."""
    folder, _, seen = rounds
    consolidate_sources(
        sources(DatasetRequest([str(folder)], played_rounds.TODAY)), tmp_path, formats=("csv",)
    )
    with open_store(tmp_path) as store:
        again = built(store, played_rounds.TODAY, "en", load_round(folder))
    assert (again.arrivals, again.countries) == (seen.arrivals, seen.countries)
    current = [row for row in table(tmp_path, "submissions") if row["current"] == "true"]
    assert sum(count for _, count in seen.arrivals) == len(current)
    whole = table(tmp_path, "aggregate_completeness")
    for country in seen.countries:
        assert country.figures["answered"] == sum(
            int(row["answered"]) for row in whole
        )  # all teams are of one country
        assert country.figures["required"] == sum(int(row["required"]) for row in whole)
    answers = table(tmp_path, "aggregate_answers")
    assert seen.questions
    told = Counter(
        (question.key[-1], each.code, each.figures["frequency"])
        for question in seen.questions
        for each in question.answers
    )
    steps = {"RSK_03", "RSK_04"}  # of which other tables have the mean
    assert {step for step in told if step[0] not in steps} == {
        (row["field"], row["code"], int(row["frequency"])) for row in answers
    }
    numbers = {
        row["field"]: row for row in table(tmp_path, "aggregate_numbers") if row["field"] in steps
    }
    for code in steps:
        assert sum(count or 0 for field, _, count in told if field == code) == int(
            numbers[code]["frequency"]
        )
    risks = table(tmp_path, "aggregate_risks")
    last = max(risks, key=lambda row: row["stage"] == "after")["stage"]
    levels: Counter[str] = Counter()
    for row in risks:
        levels[row["level"]] += int(row["frequency"]) if row["stage"] == last else 0
    assert by_team(seen) == +levels
    (period,) = seen.periods
    assert {level: count for level, count in period.levels.items() if count} == dict(+levels)


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """A table of the CSV files beside a dataset."""
    with (folder / "csv" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_of_the_rows_behind_a_question_the_first_of_each_kind_are_listed() -> None:
    rows = _Rows()
    for number in range(3 * MOST_ROWS_OF_A_QUESTION):
        rows.add(
            number % 3, OF_A_FINDING, (f"s{number}", f"t{number % 7}", "T", "1", "F", "Sheet", "A1")
        )
    listed = rows.listed()
    assert (rows.count, len(rows.teams)) == (3 * MOST_ROWS_OF_A_QUESTION, 7)
    assert [row["submission"] for row in listed] == [
        f"s{3 * n}" for n in range(MOST_ROWS_OF_A_QUESTION)
    ]


@pytest.mark.deep
def test_risks_that_nobody_scored_again_are_shown(tmp_path: Path) -> None:
    """A low or moderate risk of the Toolkit has no likelihood and impact after mitigation."""
    risk = {
        "RSK_07": "Strike",
        "RSK_05": "PEO",
        "RSK_10": 3,
        "RSK_11": 3,
        "RSK_16": "Talk",
        "RSK_18": "NPO",
    }
    answers = {("T3.4", "R-CB-01", field): value for field, value in risk.items()}
    again = risk | {"RSK_20": 5, "RSK_21": 5}
    answers |= {("T3.4", "R-CB-02", field): value for field, value in again.items()}
    order = Order("AFG", TODAY, "AFG", tools=("FORM", "T3.4"), answers=answers)
    (tmp_path / "AFG.xlsx").write_bytes(generate(load("hrge_toolkit"), order))
    source = Source([tmp_path / "AFG.xlsx"], ValidationRequest(ExpectedReturn(), TODAY))
    consolidate_sources([source], tmp_path / "dataset", overview=tmp_path / "reports")
    page = (tmp_path / "reports" / "overview.html").read_text(encoding="utf-8")
    assert "Moderate" in page
    brief = (tmp_path / "reports" / "brief.html").read_text(encoding="utf-8")
    words = " ".join(re.sub("<[^>]+>|\N{LEFT-TO-RIGHT MARK}|[\u2066-\u2069]", "", brief).split())
    assert "The highest level after mitigation, High, applies to 1 of 2 risks." in words
