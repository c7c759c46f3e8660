"""What the overview draws and compares: the same figures as in the dataset, in words beside every drawing."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from hrge_xl import Question, consolidate, datasets, load, load_round
from tests import played_rounds, two_rounds
from tests.face import (
    MOST_ROWS_OF_A_QUESTION,
    OF_A_FINDING,
    ChartColumn,
    Mark,
    Overview,
    Point,
    Store,
    _Rows,
    columns,
    country_map,
    environment,
    last_change,
    lines,
    of_dataset,
    on_map,
    open_dataset,
    outlines,
    sources,
    status,
    steps,
)
from tests.face import overview as built
from tests.face import overview_module as overview
from tests.played_rounds import accepted, corrected, silent, with_a_mistake

pytestmark = pytest.mark.xdist_group("two rounds")  # what they play is played once
TODAY = two_rounds.TODAY
Played = tuple[Path, Overview, Overview]
THREE = (two_rounds.FIRST, two_rounds.SECOND, two_rounds.EARLIER)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """A dataset of three rounds through time, in which three teams answer."""
    with two_rounds.dataset(*THREE) as opened:
        yield opened


@pytest.fixture(scope="module")
def found(store: Store) -> Overview:
    return built(store, TODAY, "en")


@pytest.fixture(scope="module")
def page(found: Overview) -> str:
    return overview.page_of(found)


# trends


def labels_of(text: str, start: str) -> list[str]:
    """The text equivalents of the drawings that start like this."""
    return re.findall(rf'role="img" aria-label="({re.escape(start)}[^"]*)"', text)


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
    store: Store, found: Overview, page: str
) -> None:
    lines_of = [row for row in store.records("aggregate_indicators") if row["indicator"] == "PA1"]
    totals = [row["total"] for row in lines_of]
    assert totals == [3 * two_rounds.PEOPLE[each] for each in THREE]
    (label,) = [each for each in labels_of(page, "Trend: ") if f": {totals[0]:g}, " in each]
    said = [f"{total:g}" for total in totals]
    assert re.findall(r": (\d+)", label.removeprefix("Trend: ")) == said
    last = lines_of[-1]
    assert label.endswith(f"Baseline {last['baseline']:g}, Target {last['target']:g}")
    (progress,) = [each for each in found.indicators or () if each.code == "PA1"]
    assert progress.periods[0].figures["progress"] == last["progress"]
    assert f"of the way from {last['baseline']:g} to {last['target']:g}" in page


def by_team(found: Overview) -> Counter[str]:
    """The risks of all teams by their level, as they stand team by team."""
    assert found.risks
    counted: Counter[str] = Counter()
    for _, counts in found.risks.by_team:
        counted.update(counts)
    return +counted


def test_risks_of_a_team_by_level_add_up_to_those_of_all(found: Overview) -> None:
    assert found.risks
    last = found.risks.maps[-1]
    told: Counter[str] = Counter()
    for place, cell in last.cells.items():
        told[last.levels[place]] += cell.total
    assert by_team(found) == +told
    assert [team for team, _ in found.risks.by_team] == ["AFG", "IRQ", "PAK"]


def test_completeness_has_the_shade_of_its_figure(page: str) -> None:
    cells = re.findall(r'class="num s(\d)">(\d+)', page)
    assert cells
    assert all((shade == "5") == (share == "100") for shade, share in cells)
    assert all(int(shade) == min(int(share) // 20, 4) for shade, share in cells if share != "100")


# the profile of the questions


def test_a_profile_tells_how_many_answers_are_missing(store: Store, found: Overview) -> None:
    assert found.questions
    missing = sa.text("SELECT COUNT(*) FROM findings WHERE current AND code = 'V001' AND period = :period")
    (wanted,) = next(store.select(missing.bindparams(period=found.period)))
    assert sum(question.missing for question in found.questions) == wanted


def test_what_matters_most_comes_first(found: Overview) -> None:
    assert found.questions
    shares = [question.weight for question in found.questions]
    assert shares == sorted(shares, reverse=True)
    assert shares[0][0] > 0
    assert any(answer.is_no for answer in found.questions[0].answers)
    first = found.questions[0].behind.sources[0]
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


def test_the_map_has_its_table_and_says_what_its_borders_are(found: Overview, page: str) -> None:
    (label,) = labels_of(page, "Countries: ")
    assert {each.label for each in found.countries} == {"Afghanistan", "Iraq", "Pakistan"}
    for each in found.countries:
        assert f"{each.label}: " in label
        assert f'<th scope="row">{each.label}<td>' in page
    assert "Dotted borders are disputed" in page
    assert sum(sum(each.states.values()) for each in found.countries) == len(found.teams)


def test_countries_and_titles_are_in_the_language_of_the_reader(store: Store) -> None:
    arabic = built(store, TODAY, "ar")
    assert arabic.title == load("hrge_toolkit").title.say("ar") != load("hrge_toolkit").title.say("en")
    assert {each.label for each in arabic.countries} == {"أفغانستان", "العراق", "باكستان"}
    assert arabic.questions
    latin = [each.text for each in arabic.questions if re.fullmatch(r"[ -~]+", each.text)]
    assert latin == []


# drawings


def drawing(macro: str, geometry: object) -> str:
    """A drawing as the page has it."""
    return str(getattr(environment().get_template("macros.html.j2").module, macro)("Name", geometry))


@pytest.mark.parametrize("mirrored", [False, True])
def test_time_runs_as_the_page_is_read(mirrored: bool) -> None:
    points = [Point("first", 1, "1"), Point("second", 3, "3"), Point("third", 2, "2")]
    drawn = drawing("chart", lines(points, [Mark("Target 4", 4, "target")], mirrored=mirrored))
    centres = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', drawn)]
    assert centres == sorted(centres, reverse=mirrored)
    heights = [float(y) for y in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', drawn)]
    assert heights[1] < heights[2] < heights[0]


def test_columns_are_as_high_as_their_values_with_room_for_labels_and_texts_break_out_of_nothing() -> None:
    found = [ChartColumn("a", [(1, "p0"), (3, "p1")], "4"), ChartColumn("b", [(2, "p0")], "2")]
    drawn = drawing("chart", columns(found))
    heights = {css: float(h) for css, h in re.findall(r'<rect class="(p1)"[^>]*height="([\d.]+)"', drawn)}
    (whole, *_) = [float(h) for h in re.findall(r'<rect class="p0"[^>]*height="([\d.]+)"', drawn)]
    assert heights["p1"] == pytest.approx(3 * whole, abs=0.2)
    found = [ChartColumn(f"a long label {n:02}", [(n, "one")], str(n)) for n in range(12)]
    labels = re.findall(r">(a long label \d\d)<", drawing("chart", columns(found)))
    assert labels[-1] == "a long label 11"
    assert len(labels) <= 4
    drawn = drawing("chart", steps([(0.0, Point("<b>", 1, '"><script>'))], [(1.0, Mark("<i>", 0, "due"))], 1))
    assert not re.search("<(script|b|i)>", drawn)


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
        with datasets(Question([str(folder)], played_rounds.TODAY)) as (dataset,):
            change = last_change(dataset.folder)
            pages.append(built(dataset.store, played_rounds.TODAY, "en", dataset.round, change=change))
    return folder, pages[0], pages[1]


def test_returns_are_counted_by_the_day_that_status_names(rounds: Played) -> None:
    folder, _, found = rounds
    with datasets(Question([str(folder)], played_rounds.TODAY)) as (dataset,):
        teams = status(dataset.of_round(), played_rounds.TODAY, dataset.round)
    days = Counter(team.lateness[0] for team in teams if team.counting)
    assert dict(found.arrivals) == dict(days)
    assert sum(days.values()) == found.counted == 3
    (label,) = labels_of(overview.page_of(found), "Returns over time: ")
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
    folder, _, found = rounds
    before = (folder / "dataset.sqlite").read_bytes()
    with datasets(Question([str(folder)], played_rounds.TODAY)) as (dataset,):
        assert last_change(dataset.folder) == found.change
    assert (folder / "dataset.sqlite").read_bytes() == before


def test_what_may_be_shared_tells_of_no_run(rounds: Played) -> None:
    folder = rounds[0]
    with datasets(Question([str(folder)], played_rounds.TODAY)) as (dataset,):
        whole, shared = (
            of_dataset(dataset.store, "en", dataset.round, masked=masked, change=last_change(folder))
            for masked in (False, True)
        )
    assert "Bamako_two" in whole.partition('id="history"')[2]
    assert "Bamako_two" not in shared.partition('id="history"')[2]


def test_the_overview_says_what_the_tables_say(rounds: Played, tmp_path: Path) -> None:
    """One truth: returns, completeness, levels and answers on the page, by the files that go with the dataset."""
    folder, _, found = rounds
    consolidate(sources(Question([str(folder)], played_rounds.TODAY)), tmp_path)
    with open_dataset(tmp_path) as store:
        again = built(store, played_rounds.TODAY, "en", load_round(folder))
    assert (again.arrivals, again.countries) == (found.arrivals, found.countries)
    current = [row for row in table(tmp_path, "submissions") if row["current"] == "true"]
    assert sum(count for _, count in found.arrivals) == len(current)
    whole = table(tmp_path, "aggregate_completeness")
    for country in found.countries:
        assert country.answered == sum(int(row["answered"]) for row in whole)  # all teams are of one country
        assert country.required == sum(int(row["required"]) for row in whole)
    answers = table(tmp_path, "aggregate_answers")
    assert found.questions
    told = Counter(
        (question.code, each.code, each.count) for question in found.questions for each in question.answers
    )
    assert told == Counter((row["field"], row["code"], int(row["frequency"])) for row in answers)
    risks = table(tmp_path, "aggregate_risks")
    last = max(risks, key=lambda row: row["stage"] == "after")["stage"]
    levels: Counter[str] = Counter()
    for row in risks:
        levels[row["level"]] += int(row["frequency"]) if row["stage"] == last else 0
    assert by_team(found) == +levels
    (period,) = found.periods
    assert {level: count for level, count in period.levels.items() if count} == dict(+levels)


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """A table of the CSV files beside a dataset."""
    with (folder / "csv" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_of_the_rows_behind_a_question_the_first_of_each_kind_are_listed() -> None:
    rows = _Rows()
    for number in range(3 * MOST_ROWS_OF_A_QUESTION):
        rows.add(number % 3, OF_A_FINDING, (f"s{number}", f"t{number % 7}", "T", "1", "F", "Sheet", "A1"))
    listed = rows.listed()
    assert (rows.count, len(rows.teams)) == (3 * MOST_ROWS_OF_A_QUESTION, 7)
    assert [row["submission"] for row in listed] == [f"s{3 * n}" for n in range(MOST_ROWS_OF_A_QUESTION)]
