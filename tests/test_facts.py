"""Public facts by country: workbooks are issued with them, and every mistake in their file is told with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hrge_xl import ExpectedReturn, Order, generate, issue, load, read
from hrge_xl.spec.issuance import facts_about
from tests.broken_specs import damage
from tests.face import Submission, digest_of, layout_for, pack
from tests.read_and_check import check

TODAY = date(2026, 6, 30)
HEAD = "country,row,field,value,source,date\n"
RIGHT = (
    "# Where from: a comment, with a comma\n"
    + HEAD
    + "MAR,C1_01,CHK_01,Y,A register,2026-05-04\n"
    + "MAR,C1_02,CHK_01,P,A law,2026-05-05\n"
    + "\n"
    + "MLI,C1_01,CHK_01,N,A register,2026-05-04\n"
)
NAMED = "facts:\n  - {file: ready.csv, tool: C1, source: CHK_02}\n"


def with_facts(folder: Path, lines: str = RIGHT, named: str = NAMED) -> Path:
    """The example spec with a file of facts about its checklist."""
    damage(folder, "workbook.yaml", "tables:\n", f"{named}tables:\n")
    (folder / "facts").mkdir()
    (folder / "facts" / "ready.csv").write_text(lines, encoding="utf-8")
    return folder


def read_back(folder: Path, data: bytes, at: Path) -> Submission:
    path = at / "returned.xlsx"
    path.write_bytes(data)
    found = read(path, ExpectedReturn(spec=str(folder)))
    assert isinstance(found, Submission)
    return found


def test_a_workbook_of_a_country_is_issued_with_its_facts(copy: Path, tmp_path: Path) -> None:
    spec = load(with_facts(copy))
    given = read_back(copy, generate(spec, Order("T", TODAY, "MAR")), tmp_path).values()
    assert {key: value for key, value in given.items() if key[0] == "C1"} == {
        ("C1", "C1_01", "CHK_01"): "Y",
        ("C1", "C1_01", "CHK_02"): "A register, 2026-05-04",
        ("C1", "C1_02", "CHK_01"): "P",
        ("C1", "C1_02", "CHK_02"): "A law, 2026-05-05",
    }
    other = read_back(copy, generate(spec, Order("T", TODAY, "PAK")), tmp_path).values()
    assert not [key for key in other if key[0] == "C1"]


def test_what_the_team_says_goes_before_a_fact(copy: Path) -> None:
    spec = load(with_facts(copy))
    order = Order("T", TODAY, "MAR", answers={("C1", "C1_01", "CHK_01"): "N"})
    (said,) = [data for _, data in issue(spec, [order])]
    assert said == generate(spec, order)
    at = copy.parent
    assert read_back(copy, said, at).values()["C1", "C1_01", "CHK_01"] == "N"


def test_all_teams_of_a_round_have_the_facts_of_their_country(copy: Path, tmp_path: Path) -> None:
    spec = load(with_facts(copy))
    orders = [Order(country, TODAY, country) for country in ("MAR", "MLI", "PAK")]
    answers = [read_back(copy, data, tmp_path).values() for _, data in issue(spec, orders)]
    assert [each.get(("C1", "C1_01", "CHK_01")) for each in answers] == ["Y", "N", None]


def test_a_date_may_have_a_cell_of_its_own(copy: Path) -> None:
    spec = load(with_facts(copy, named=NAMED.replace("CHK_02", "FOL_01, date: FOL_02")))
    facts = dict(facts_about(spec, "MLI"))
    assert facts["C1", "C1_01", "FOL_01"] == "A register"
    assert facts["C1", "C1_01", "FOL_02"] == date(2026, 5, 4)


def test_facts_travel_with_the_spec(copy: Path) -> None:
    before = digest_of(pack(copy))
    files = pack(with_facts(copy))
    assert "facts/ready.csv" in files
    assert digest_of(files) != before


def test_the_toolkit_knows_nothing_about_a_real_country() -> None:
    """Its file is an example: it names the sources, and its lines are about a country that there is not."""
    spec = load("hrge_toolkit")
    (file,) = spec.facts
    assert {fact.country for fact in file.rows} == set(spec.made_up_countries)
    assert all("made up" in fact.source for fact in file.rows)
    text = (Path(spec.folder) / "facts" / file.file).read_text("utf-8")
    assert all(
        source in text for source in ("treaties.un.org", "indicators.ohchr.org", "normlex.ilo.org")
    )


def test_nothing_follows_from_a_fact_before_the_tool_is_used(tmp_path: Path) -> None:
    """A treaty status that a workbook is issued with asks for nothing, and is not an answer on an unused sheet."""
    spec = load("hrge_toolkit")
    facts = dict(facts_about(spec, "XEX"))
    order = Order("T", TODAY, "PAK", answers=facts)
    layout = layout_for(spec, order)
    path = tmp_path / "facts.xlsx"
    path.write_bytes(generate(spec, order))
    found = read(path, ExpectedReturn())
    assert isinstance(found, Submission)
    (outcome,) = check([(found, layout)], today=TODAY)
    assert [each for each in outcome.findings if each.tool != "FORM"] == []
    assert "R-F09" not in {each.code for each in outcome.findings}
