"""Figures over all teams: totals only where they mean something, how indicators move, and which risks weigh most."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
import yaml

from hrge_xl import ExpectedReturn, Order, ValidationRequest, generate, load, validate
from hrge_xl.coordination.consolidation import consolidate_sources
from hrge_xl.core.errors import SpecError
from hrge_xl.dataset.aggregates.sql import share
from hrge_xl.exchange.validation import Source
from tests import answers, small_returns, two_rounds
from tests.face import (
    DATASET,
    DOUBLED,
    KINDS,
    NO_KIND,
    NO_RATIO,
    NO_VALUE,
    NOT_ADDED,
    RESTATED,
    SELECTS,
    SUBMISSIONS,
    TABLES,
    TYPES,
    UNITS,
    Answers,
    IndicatorFigures,
    Sources,
    Store,
    distinct,
    find,
    lines_and_values,
    open_store,
    opened,
    risk_parts,
    risks,
    shape,
    total_of,
    totals,
    write_workbook,
)
from tests.face import values_Value as Value
from tests.fixture_types import Folders, Patch
from tests.telling import telling
from tests.temporary import of_results
from tests.test_consolidate import returned, rows, run
from tests.test_consolidate import workbook as example
from tests.test_sharing import TODAY, files, toolkit, workbook
from tests.two_rounds import EARLIER, LATER
from tests.versions import edit

pytestmark = pytest.mark.xdist_group("two rounds")  # what they play is played once

FIGURES = IndicatorFigures(
    tool="V",
    of="V_OF",
    value="V_VAL",
    period="V_PER",
    kind="V_KIND",
    numerator="V_NUM",
    denominator="V_DEN",
    sums=("CNT",),
    ratios={"PCT": 100},
)


def value(team: str, number: float | None, **more: Any) -> Value:
    """A value of one team; its country is the team, unless `country` says otherwise."""
    parts = {"numerator": more.pop("over", None), "denominator": more.pop("under", None)}
    said = (
        {"country": team, "value_period": "2026-H1", "unit": "persons", "kind": "CNT"}
        | parts
        | more
    )
    return Value(
        submission=team,
        team=team,
        framework="IND-01",
        indicator="I1",
        own=False,
        label="Indicator",
        value=number,
        **said,
    )


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([value("A", 2), value("B", 3)], ("sum", 5, None)),
        ([value("A", 2), value("B", 3, unit="Persons ")], ("sum", 5, None)),
        ([value("A", 2), value("B", 3, unit="cases")], (None, None, UNITS)),
        ([value("A", 2), value("B", 3, kind="PCT")], (None, None, KINDS)),
        ([value("A", 2, kind=None)], (None, None, NO_KIND)),
        ([value("A", 2, kind="SCO"), value("B", 2, kind="SCO")], (None, None, NOT_ADDED)),
        ([value("A", 2), value("B", 3, country="A")], (None, None, DOUBLED)),
        (
            [value("A", 2, country=""), value("B", 3, country="")],
            ("sum", 5, None),
        ),  # where nobody has a country
        ([value("A", 2, country=""), value("A", 3, country="")], (None, None, DOUBLED)),
        (
            [
                value("A", 50, kind="PCT", over=1, under=2),
                value("B", 10, kind="PCT", over=1, under=10),
            ],
            ("pooled", 16.6666666667, None),
        ),
        (
            [value("A", 50, kind="PCT", over=1, under=2), value("B", 10, kind="PCT")],
            (None, None, NO_RATIO),
        ),
    ],
)
def test_totals_only_where_they_agree(found: list[Value], expected: tuple[Any, ...]) -> None:
    total = total_of(found, FIGURES)
    assert (total.method, total.number, total.reason) == expected


@pytest.mark.parametrize(
    ("teams", "named", "expected"),
    [
        ("AB", "all", 5),
        ("AB", ("I1",), 5),
        ("AB", ("I2",), None),
        ("AB", (), None),
        ("AA", "all", None),
    ],
)
def test_two_teams_of_a_country_add_up_only_where_the_spec_says_so(
    teams: str, named: Any, expected: float | None
) -> None:
    """A team that states two values for one country and period is not a second team."""
    one, other = teams
    figures = FIGURES.model_copy(update={"add_over_teams": named})
    total = total_of([value(one, 2, country="PAK"), value(other, 3, country="PAK")], figures)
    assert (total.number, total.reason) == (expected, None if expected else DOUBLED)


def test_shares_are_rounded_to_the_nearest() -> None:
    with sa.create_engine("sqlite://").connect() as database:
        shares = [
            database.scalar(sa.select(share(sa.literal(part), sa.literal(of))))
            for part, of in ((2, 3), (1, 3), (1, 8), (0, 5), (5, 5), (1, 0))
        ]
    assert shares == [0.6667, 0.3333, 0.125, 0.0, 1.0, None]


def test_periods_of_one_length_look_alike() -> None:
    assert shape("2026-H1") == shape("2025-H2")
    assert len({shape(code) for code in ("2026", "2026-H1", "2026-Q1")}) == 3


@pytest.fixture
def rounds(tmp_path: Path) -> list[Path]:
    """Two teams over two rounds, and one that joined in the second; the first round is stated again by one."""
    before = {"PAK": {"T4C_06": 60}, "BGD": {"T4C_06": 100}}
    now = {"PAK": {"T4C_06": 84}, "BGD": {"T4C_06": 132}, "AFG": {"T4C_06": 150}}
    made = files(tmp_path / "now", now)
    (tmp_path / "before").mkdir()
    for team, numbers in before.items():
        path = tmp_path / "before" / f"{team}.xlsx"
        path.write_bytes(workbook(team, "2025-H2", **numbers))
        made.append(path)
    return made


def test_trends_compare_the_same_teams(rounds: list[Path]) -> None:
    results = validate(rounds, ValidationRequest(ExpectedReturn("hrge_toolkit"), TODAY))
    with of_results(results, toolkit(), TODAY) as store:
        found = lines(store, "aggregate_indicators")
    of_people = {line["value_period"]: line for line in found if line["indicator"] == "PA1"}
    earlier, now = of_people["2025-H2"], of_people["2026-H1"]
    assert (earlier["total"], earlier["teams"], earlier["previous_period"]) == (160, 2, None)
    assert (now["total"], now["teams"], now["previous_period"], now["same_teams"]) == (
        366,
        3,
        "2025-H2",
        2,
    )
    assert (now["previous_total"], now["same_total"], now["change"]) == (160, 216, 56)
    assert (now["baseline"], now["target"]) == (120, 600)
    assert now["progress"] == pytest.approx((366 - 120) / (600 - 120))


def test_a_value_stated_again_counts_once(tmp_path: Path) -> None:
    """Two returns of one team say something about the same period: the one issued later counts."""
    spec = toolkit()
    answers: dict[Any, Any] = {
        ("T4.B", "IND-01", "T4B_01"): "PA1",
        ("T4.C", "V-01", "T4C_01"): "IND-01",
        ("T4.C", "V-01", "T4C_02"): "PAK",
        ("T4.C", "V-01", "T4C_03"): "2026-H1",
    }
    for day, number in ((date(2026, 6, 1), 60.0), (date(2026, 6, 30), 70.0)):
        order = Order(
            "PAK",
            day,
            "PAK",
            tools=("T4.A", "T4.B", "T4.C"),
            answers=answers
            | {
                ("T4.C", "V-01", "T4C_06"): number,
                ("FORM", "1", "FRM_06"): date(day.year, 1, 1),
                ("FORM", "1", "FRM_07"): day,
            },
        )
        (tmp_path / f"{day}.xlsx").write_bytes(generate(spec, order))
    results = validate(
        sorted(tmp_path.glob("*.xlsx")), ValidationRequest(ExpectedReturn("hrge_toolkit"), TODAY)
    )
    with of_results(results, spec, TODAY) as store:
        found = [value for _, value in lines_and_values(store, Sources(store, TODAY))]
        (figure,) = totals(found, spec)
    assert {(each.value, each.reason) for each in found} == {(60, RESTATED), (70, None)}
    assert figure.total.number == 70


def test_teams_without_a_value_are_told(tmp_path: Path) -> None:
    results = validate(
        files(tmp_path, {"PAK": {"T4C_06": 84}, "BGD": {}}),
        ValidationRequest(ExpectedReturn("hrge_toolkit"), TODAY),
    )
    with of_results(results, toolkit(), TODAY) as store:
        found = [value for _, value in lines_and_values(store, Sources(store, TODAY))]
        figure = next(each for each in totals(found, toolkit()) if each.indicator == "PA1")
    assert {each.reason for each in found} == {None, NO_VALUE}
    assert (figure.teams, figure.missing, figure.total.number) == (1, 1, 84)


def test_risks_by_group_and_country(tmp_path: Path) -> None:
    other = example("MAR", "WS-08", RSK_03=3.0, RSK_02=("WOM", "DIS"))
    run(returned(tmp_path / "in", {"a.xlsx": example("PAK"), "b.xlsx": other}), tmp_path / "out")
    lines = rows(tmp_path / "out", "aggregate_risks", "stage = 'before'")
    total = {
        (line["matrix_row"], line["matrix_column"], line["level"]): line["teams"] for line in lines
    }
    assert total == {("2", "3", "H"): 1, ("3", "3", "H"): 1}
    assert sum(line["frequency"] for line in lines) == 2
    parts = rows(tmp_path / "out", "aggregate_risks_by_part", "stage = 'before'")
    assert sum(line["frequency"] for line in parts if line["code"] == "WOM") == 2
    assert sum(line["frequency"] for line in parts if line["code"] == "DIS") == 1
    top = rows(tmp_path / "out", "top_risks")
    assert [(line["team"], line["matrix_row_before"]) for line in top] == [
        ("MAR", "3"),
        ("PAK", "2"),
    ]


def test_questions_answered_with_no(tmp_path: Path) -> None:
    spec = load("example")
    files = {}
    for team, said in (("A", "NYN"), ("B", "NPY")):
        answers: Answers = {
            ("C1", f"C1_0{n}", "CHK_01"): code for n, code in enumerate(said, start=1)
        }
        files[f"{team}.xlsx"] = generate(spec, Order(team, TODAY, "PAK", answers=answers))
    run(returned(tmp_path / "in", files), tmp_path / "out")
    lines = rows(tmp_path / "out", "aggregate_gaps")
    assert [
        (line["row_code"], line["answered_no"], line["answered"], line["teams_no"])
        for line in lines
    ] == [
        ("C1_01", 2, 2, 2),
        ("C1_03", 1, 2, 1),
    ]


def test_a_row_in_which_nobody_typed_anything_has_no_figures(tmp_path: Path) -> None:
    """A calculated number stands in every row of a checklist, also in those that were left blank."""
    spec = Path(
        shutil.copytree(
            find("example"), tmp_path / "spec", ignore=shutil.ignore_patterns("sample.yaml")
        )
    )
    field = '      - {code: CHK_09, type: calculated, formula: "words(CHK_02) + 1", label: Words}\n'
    checklist = spec / "tools/checklist.yaml"
    text = checklist.read_text("utf-8")
    checklist.write_text(
        text.replace("      - use: follow_up", f"{field}      - use: follow_up"), "utf-8"
    )
    order = Order("A", TODAY, "PAK", answers={("C1", "C1_01", "CHK_01"): "Y"})
    (path,) = returned(tmp_path / "in", {"a.xlsx": generate(load(spec), order)})
    consolidate_sources(
        [Source([path], ValidationRequest(ExpectedReturn(str(spec)), TODAY))], tmp_path / "out"
    )
    lines = rows(tmp_path / "out", "aggregate_numbers", "field = 'CHK_09'")
    assert [(line["row_code"], line["frequency"], line["mean"]) for line in lines] == [
        ("C1_01", 1, 1)
    ]


# figures belong to a period


@pytest.fixture(scope="module")
def both_rounds() -> Iterator[Store]:
    with two_rounds.dataset(EARLIER, LATER) as store:
        yield store


def test_a_return_that_does_not_count_is_in_no_figure() -> None:
    """Marked so, it is in none of those that it would be missing from if it had never come."""
    with two_rounds.dataset(EARLIER, LATER) as store:
        submissions = store.tables["submissions"]
        whose = sa.select(submissions.c.submission_id).where(
            submissions.c.team == "PAK", submissions.c.round == LATER
        )
        ((gone,),) = store.select(whose)
        everything = selected(store)
        with store.transaction() as connection:
            connection.execute(
                sa.update(submissions)
                .where(submissions.c.submission_id == gone)
                .values(current=False)
            )
        marked = selected(store)
        with store.transaction() as connection:
            for table in (
                *(each for each in store.schema.base if each.of_submissions),
                SUBMISSIONS,
            ):
                here = store.tables[table.name]
                connection.execute(sa.delete(here).where(here.c.submission_id == gone))
        assert marked == selected(store)
        assert [name for name in SELECTS if marked[name] == everything[name]] == []


def selected(store: Store) -> dict[str, list[Any]]:
    source = Sources(store, two_rounds.TODAY)
    return {name: [*store.select(figure(source).order_by("n"))] for name, figure in SELECTS.items()}


def test_only_whole_numbers_have_a_total(both_rounds: Store) -> None:
    kinds = {(tool, field): kind for _, tool, field, _, kind, *_ in both_rounds.rows("questions")}
    found = [
        (kinds[each["tool"], each["field"]], each)
        for each in lines(both_rounds, "aggregate_numbers")
    ]
    assert {kind for kind, each in found if each["total"] is not None} == {"integer"}
    assert {kind for kind, each in found if each["total"] is None} > {"decimal", "year"}
    assert all(each["total"] is not None for kind, each in found if kind == "integer")


def test_numbers_that_refer_to_nothing_do_not_read_as_totals(both_rounds: Store) -> None:
    """T3.2, T4.B and T4.C refer to rows of other sheets, forms to none."""
    about: dict[str, set[str | None]] = {}
    for line in lines(both_rounds, "aggregate_numbers"):
        about.setdefault(line["tool"], set()).add(line["refers_to"])
    assert "no_reference" in about["T3.2"]
    assert not any(None in about[tool] for tool in ("T3.2", "T4.B", "T4.C"))
    assert about["FORM"] == {None}


def lines(store: Store, name: str) -> list[dict[str, Any]]:
    """A table of figures without the numbers of its lines."""
    names = store.schema.by_name[name].names
    return [dict(zip(names[1:], line[1:], strict=True)) for line in store.rows(name)]


OF_PERIODS = (
    "aggregate_answers",
    "aggregate_answers_by_country",
    "aggregate_numbers",
    "aggregate_numbers_by_country",
    "aggregate_completeness",
    "aggregate_completeness_by_country",
    "aggregate_matrix",
    "aggregate_risks",
    "aggregate_risks_by_part",
    "top_risks",
    "aggregate_gaps",
    "overdue",
)


@pytest.mark.parametrize("round_", telling([EARLIER, LATER], LATER))
def test_the_figures_of_a_period_are_those_of_its_returns_alone(
    both_rounds: Store, round_: str, tmp_path: Path
) -> None:
    period = two_rounds.period_of(both_rounds, round_)
    with two_rounds.dataset(round_) as alone:
        for name in OF_PERIODS:
            found = [line for line in lines(both_rounds, name) if line["period"] == period]
            assert found, name
            assert found == lines(alone, name), name
    periods = {two_rounds.period_of(both_rounds, each) for each in (EARLIER, LATER)}
    assert {line["period"] for name in OF_PERIODS for line in lines(both_rounds, name)} == periods


PLAIN = yaml.safe_load(Path(__file__).with_name("plain_figures.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PLAIN)
def test_figures_are_what_plain_sql_says(both_rounds: Store, name: str) -> None:
    columns, which = PLAIN[name]["columns"].split(), PLAIN[name].get("which", {})
    wanted = [line for line in lines(both_rounds, name) if which.items() <= line.items()]
    found = Counter(tuple(line[column] for column in columns) for line in wanted)
    assert found
    assert found == Counter(both_rounds.select(sa.text(PLAIN[name]["statement"])))


def test_a_risk_stands_in_every_part_that_it_belongs_to(both_rounds: Store) -> None:
    places = risk_parts(Sources(both_rounds, TODAY)).subquery()
    part = (places.c.period, places.c.breakdown, places.c.code)
    counted = both_rounds.select(sa.select(*part, distinct(places.c.team)).group_by(*part))
    teams = {(period, by, code): count for period, by, code, count in counted}
    for round_ in (EARLIER, LATER):
        countries = two_rounds.TEAMS[round_]
        period, every = two_rounds.period_of(both_rounds, round_), len(countries)
        for part_of_all in (("tool", "T3.2"), ("pillar", "SP"), ("group", "WOM")):
            assert teams[period, *part_of_all] == every
        for country, count in Counter(countries.values()).items():
            assert teams[period, "country", country] == count


def test_the_heaviest_risks_of_each_period_are_listed(
    both_rounds: Store, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(risks, "MOST", 2)
    listed = both_rounds.select(risks.top_risks(Sources(both_rounds, TODAY)).order_by("n"))
    earlier, later = (two_rounds.period_of(both_rounds, round_) for round_ in (EARLIER, LATER))
    assert [(line[4], line[2], line[10]) for line in listed] == [
        (earlier, "PAK", "H"),
        (earlier, "PAK", "H"),
        (later, "PAK", "H"),
        (later, "PAK", "S"),
    ]


def test_the_spec_says_which_indicators_add_up_over_teams() -> None:
    """Two teams of Pakistan report: the country may be counted twice, unless the spec says that theirs add up."""
    results, spec = two_rounds.results(LATER), toolkit()
    totals_of = {}
    for named in ((), ("PA1",), "all"):
        indicators = spec.figures.indicators.model_copy(update={"add_over_teams": named})
        figures = spec.figures.model_copy(update={"indicators": indicators})
        with of_results(results, spec.model_copy(update={"figures": figures}), TODAY) as store:
            totals_of[named] = {
                line["indicator"]: line["total"] or line["reason"]
                for line in lines(store, "aggregate_indicators")
            }
    assert totals_of[()] == {"SP1": NOT_ADDED, "SP3": DOUBLED, "SP4": DOUBLED, "PA1": DOUBLED}
    assert totals_of["PA1",] == totals_of[()] | {"PA1": 4 * two_rounds.PEOPLE[LATER]}
    assert totals_of["all"] == totals_of["PA1",] | {"SP3": 30, "SP4": 20}


def test_mistakes_in_what_the_spec_says_of_indicators(tmp_path: Path) -> None:
    spec = Path(shutil.copytree(find("hrge_toolkit"), tmp_path / "spec"))
    edit(
        spec,
        "figures.yaml",
        ("sums: ", "add_over_teams: [PA1, PA99]\n  sums: "),
        ("value: T4C_06", "value: T4C_08"),
        ("kind: T4B_29", "kind: RSK_04"),
    )
    with pytest.raises(SpecError) as caught:
        load(str(spec))
    assert [mistake.reason for mistake in caught.value.mistakes] == [
        "T4C_08 is not a number.",
        "There is no field to be reached from a value named 'RSK_04'.",
        "There is no indicator in a catalogue named 'PA99'.",
    ]
    assert caught.value.mistakes[-1].remedy == "Did you mean 'PA9'?"


def as_views(store: Store, url: str) -> dict[str, list[Any]]:
    """Every figure as a view of a database that holds the same facts, in the order of its numbers."""
    engine, facts = sa.create_engine(url), sa.MetaData()
    made = {table.name for table in TABLES.values() if table.role == "figure"}
    tables = {
        table.name: sa.Table(
            table.name, facts, *(sa.Column(c.name, TYPES[c.kind]) for c in table.columns)
        )
        for table in store.schema.by_name.values()
        if table.name not in made
    }
    held: Any = SimpleNamespace(tables=tables, schema=store.schema)
    source = Sources(held, two_rounds.TODAY)
    found = {}
    with engine.connect() as connection:
        facts.create_all(connection)
        for name, table in tables.items():
            rows = [dict(zip(table.c.keys(), row, strict=True)) for row in store.rows(name)]
            connection.execute(sa.insert(table), rows) if rows else None
        for name, figure in SELECTS.items():
            text = figure(source).compile(
                dialect=engine.dialect, compile_kwargs={"literal_binds": True}
            )
            connection.exec_driver_sql(f"CREATE VIEW {name} AS {text}")
            columns = [sa.column(column.name, column.type) for column in store.tables[name].columns]
            found[name] = [
                tuple(row)
                for row in connection.execute(
                    sa.select(*columns).select_from(sa.table(name)).order_by("n")
                )
            ]
    engine.dispose()
    return found


def test_figures_are_views_too(both_rounds: Store) -> None:
    found = as_views(both_rounds, "sqlite://")
    assert found == {name: list(both_rounds.rows(name)) for name in SELECTS}


@pytest.mark.deep
def test_figures_are_views_of_postgresql_too(both_rounds: Store, postgres_url: str) -> None:
    found = as_views(both_rounds, postgres_url)  # nothing is kept: nobody commits
    assert found == {name: list(both_rounds.rows(name)) for name in SELECTS}


def table_below(sheet: Any, title: str) -> list[list[Any]]:
    """The rows of a block on a sheet, below its title and its heads."""
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(max_col=7)]
    start = next(at for at, line in enumerate(lines) if line[0] == title) + 2
    end = next((at for at in range(start, len(lines)) if lines[at][0] is None), len(lines))
    return [[cell for cell in line if cell is not None] for line in lines[start:end]]


@pytest.mark.deep
def test_a_sheet_of_figures_with_a_long_name_is_described_too(
    both_rounds: Store, tmp_path: Path, monkeypatch: Patch
) -> None:
    """A name of more than 31 letters is cut, as Excel has it."""
    long = {name: name + " of every return that counts" for name in ("Heat maps", "Figures")}
    monkeypatch.setattr(
        "hrge_xl.outputs.table_sheets.translator", lambda _: lambda text: long.get(text, text)
    )
    write_workbook(both_rounds, tmp_path / "data.xlsx", TODAY)
    book = openpyxl.load_workbook(tmp_path / "data.xlsx")
    assert book.sheetnames[1:3] == [name[:31] for name in long.values()]
    about = {name: about for name, about, *_ in book.worksheets[0].iter_rows(values_only=True)}
    assert [about[name] for name in book.sheetnames[1:3]] == [
        "The matrices of the latest period, with rows by level",
        "Tables with charts: risks, completeness, gaps, indicators",
    ]


@pytest.mark.deep
def test_the_sheets_of_figures_show_the_latest_period_and_say_so(
    both_rounds: Store, tmp_path: Path
) -> None:
    write_workbook(both_rounds, tmp_path / "data.xlsx", TODAY)
    book = openpyxl.load_workbook(tmp_path / "data.xlsx")
    earlier, later = (two_rounds.period_of(both_rounds, round_) for round_ in (EARLIER, LATER))
    for name in ("Heat maps", "Figures"):
        assert book[name]["A1"].value == f"Period: {later}"
        told = f"Periods in the tables of figures, column “period”: {later}, {earlier}."
        assert book[name]["A2"].value == told
    sheet = book["Figures"]
    assert (
        sum(cell for line in table_below(sheet, "Before mitigation: By sheet") for cell in line[1:])
        == 12
    )
    # three risks in each return, over periods only those of the two teams that answered in both
    same = "Only of the teams that answered in each of these periods: 2"
    over_periods = table_below(sheet, f"Risks. {same}")
    assert [[line[0], sum(line[1:])] for line in over_periods] == [[earlier, 6], [later, 6]]
    assert {line[1] for line in table_below(sheet, "Questions most often answered with no")} == {4}
    cells = table_below(book["Heat maps"], "All tables, before mitigation")
    assert sum(cell for line in cells for cell in line[1:]) == 12


@pytest.mark.deep
def test_charts_are_native_and_described(tmp_path: Path, rounds: list[Path]) -> None:
    out = tmp_path / "out"
    consolidate_sources(
        [Source(rounds, ValidationRequest(ExpectedReturn("hrge_toolkit"), TODAY))], out, write=True
    )
    with zipfile.ZipFile(out / "data.xlsx") as book:
        names = [name for name in book.namelist() if name.startswith("xl/charts/chart")]
        drawings = "".join(
            book.read(n).decode() for n in book.namelist() if n.startswith("xl/drawings/drawing")
        )
        charts = [book.read(name).decode() for name in names]
    assert any("<c:lineChart>" in chart and "PA1" in chart for chart in charts)
    assert "2025-H2: Total 160; 2026-H1: Total 216" in drawings  # of the two teams of both periods


@pytest.mark.deep
def test_a_dataset_is_read_again_without_a_round(tmp_path: Path, rounds: list[Path]) -> None:
    out = tmp_path / "out"
    consolidate_sources(
        [Source(rounds, ValidationRequest(ExpectedReturn("hrge_toolkit"), TODAY))], out
    )
    with (
        open_store(out) as store,
        of_results(
            validate(sorted(rounds), ValidationRequest(ExpectedReturn("hrge_toolkit"), TODAY)),
            toolkit(),
            TODAY,
        ) as passing,
    ):
        for name in (
            "aggregate_indicators",
            "indicator_values",
            "aggregate_risks",
            "aggregate_gaps",
        ):
            assert list(store.rows(name)) == list(passing.rows(name)), name


# figures take a look at every file once, whatever a database has counted


MANY = 2_000  # times as many lines as there are
STEP = 100  # instructions of SQLite
PER_FILE = {"submissions", "sheets", "row_references"}
PER_FILE |= {f"{name}_fact" for name in ("answers", "listed", "findings", "files")}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: Folders) -> Path:
    place = tmp_path_factory.mktemp("join order")
    small_returns.run(small_returns.returns(place / "returned", 6), place)
    return place / DATASET


def work(dataset: Path) -> dict[str, int]:
    """Count what SQLite does for each figure, in instructions."""
    found = {}
    with opened(dataset) as store, store.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        for name in SELECTS.keys() & store.tables.keys():
            steps: list[None] = []
            driver.set_progress_handler(lambda steps=steps: steps.append(None), STEP)
            connection.execute(SELECTS[name](Sources(store, answers.TODAY))).all()
            driver.set_progress_handler(None, STEP)
            found[name] = STEP * len(steps)
    return found


@pytest.mark.deep
def test_a_database_that_has_counted_many_files_still_goes_through_them_one_by_one(
    dataset: Path,
) -> None:
    before = work(dataset)
    with sqlite3.connect(dataset) as database:
        for table, index, counts in database.execute(
            "SELECT tbl, idx, stat FROM sqlite_stat1"
        ).fetchall():
            lines, *rest = counts.split()
            told = " ".join([str(int(lines) * MANY), *rest])
            if table in PER_FILE:
                where = "tbl = ? AND idx IS ?"
                database.execute(
                    f"UPDATE sqlite_stat1 SET stat = ? WHERE {where}", (told, table, index)
                )
    after = work(dataset)
    assert sum(before.values()) > 10_000
    assert {
        name: (before[name], steps)
        for name, steps in after.items()
        if steps > 2 * before[name] + 5_000
    } == {}
