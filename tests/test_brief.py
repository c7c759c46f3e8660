"""The brief: the figures of the overview on one sheet of paper, of all teams, of a country or of a team."""

from __future__ import annotations

import html
import json
import re
import shlex
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from hrge_xl import Order, Round, generate, load
from tests import two_rounds
from tests.command_line import hrge, ran
from tests.databases import queried
from tests.face import (
    MOST_INDICATORS,
    Overview,
    Store,
    Team,
    TeamGroup,
    brief_of_dataset,
    brief_page_of,
    overview_page_of,
    team_groups,
)
from tests.face import build_overview as built
from tests.fixture_types import Folders
from tests.pages import in_a_window, stands_alone, violations
from tests.played_rounds import (
    KEY,
    SPEC,
    accepted,
    answers,
    play,
    silent,
    two_copies,
    with_a_mistake,
    workbook,
)
from tests.played_rounds import TEAMS as TEAM_CODES
from tests.telling import telling
from tests.temporary import of_results
from tests.two_rounds import EARLIER, LATER, TODAY

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.xdist_group("two rounds")  # what they play is played once
DAY = ("--today", "2026-08-01")
SILENT = [Team(f"Directorate {at:02}", "PAK", deadline=date(2026, 7, 10)) for at in range(36)]
TEAMS = [*(Team(code, country) for code, country in two_rounds.TEAMS[LATER].items()), *SILENT]
ROUND = Round(Path(LATER), LATER, "hrge_toolkit", None, None, tuple(TEAMS))


def words(text: str) -> str:
    """What a page says, without its marks."""
    body = re.sub(r"<(style|script).*?</\1>", "", text, flags=re.DOTALL)
    return " ".join(re.sub("<[^>]+>", " ", body).split())


def in_parts(text: str) -> dict[str, str]:
    """What each part of a page says, by its heading."""
    parts = re.findall("<h2>(.*?)</h2>(.*?)</section>", text, flags=re.DOTALL)
    return {head: words(said) for head, said in parts}


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# a round, by the command line


@pytest.fixture(scope="module")
def played(tmp_path_factory: Folders) -> Path:
    """A round that was refreshed: a team is right, one has a mistake, one is silent, of one two files conflict."""
    folder = play(tmp_path_factory.mktemp("brief"), (accepted, with_a_mistake, silent, two_copies))
    assert hrge("refresh", folder, *DAY) == 0
    return folder


def test_refresh_leaves_a_brief_that_says_what_status_and_the_dataset_say(played: Path) -> None:
    text = read(played / "reports" / "brief.html")
    lines = json.loads(ran("status", played, "--json", *DAY).out)
    states = {line["team"]: line["state"] for line in lines}
    assert list(states.values()) == ["accepted", "returned", "not issued", "to decide"]
    parts = in_parts(text)
    assert parts["Who has answered"] == "3 of 4 Have answered 1 Not answered Not answered: Cairo"
    ((returns, errors),) = queried(
        played,
        "SELECT COUNT(*), SUM(verdict = 'returned') FROM submissions WHERE status = 'counts'",
    )
    ((conflict,),) = queried(played, "SELECT COUNT(*) FROM submissions WHERE status = 'conflict'")
    ((given, asked),) = queried(
        played, "SELECT SUM(answered), SUM(required) FROM aggregate_completeness"
    )
    trusted = parts["How far the figures can be trusted"]
    assert f"Returns behind the figures: {returns}. Of these with open errors: {errors}." in trusted
    assert f"Required answers given : {given} of {asked}".replace(" :", ":") in trusted
    assert f"Waits for a decision: {conflict}" in trusted
    assert (
        "Not for sharing" not in text
    )  # this spec counts no people, and has no restricted question


def test_the_sentences_are_those_of_the_spec_with_the_figures_of_the_dataset(played: Path) -> None:
    text = read(played / "reports" / "brief.html")
    ((participants,),) = queried(
        played, "SELECT total FROM aggregate_numbers WHERE field = 'PLN_06'"
    )
    ((risks, highest),) = queried(
        played,
        "SELECT SUM(frequency), SUM(frequency) FILTER (WHERE level = 'H') FROM aggregate_risks",
    )
    level = load("example").matrix.levels[-1].label.say("en")  # type: ignore[union-attr]
    assert re.findall("<li>(.*)", text[: text.index("<section>")]) == [
        "Plans have come from 3 of 4 offices (arrived late: 0; not answered: 1).",
        f"Participants expected: {participants:g}; risks at the highest level, {level}: {highest or 0} of {risks}.",
        "There are open errors in 1 of the 2 plans behind these figures.",
    ]
    assert f"Participants expected {participants:g} " in in_parts(text)["In numbers"]
    assert "<title>The workshops in brief · Workshop planner" in text


def test_a_team_and_a_country_have_pages_of_their_own(played: Path, tmp_path: Path) -> None:
    of_these = ("--country", "Pakistan", "--team", "Karachi", "--team", "Cairo")
    told = ran("report", played, "--format", "brief", *of_these, "-o", tmp_path, *DAY)
    names = ["brief_country_PAK.html", "brief_team_Karachi.html", "brief_team_Cairo.html"]
    assert told.out.split() == [str(tmp_path / name) for name in names]
    country, karachi, cairo = (read(tmp_path / name) for name in names)
    # all teams are of one country
    assert in_parts(country) == in_parts(read(played / "reports" / "brief.html"))
    query = (
        "SELECT SUM(answered), SUM(required) FROM completeness WHERE current AND team = 'Karachi'"
    )
    ((given, asked),) = queried(played, query)
    trusted = in_parts(karachi)["How far the figures can be trusted"]
    assert "Returns behind the figures: 1. Of these with open errors: 1." in trusted
    assert f"Required answers given: {given} of {asked}" in trusted
    assert "Plans have come from 0 of 1 offices (arrived late: 0; not answered: 1)." in cairo
    # red is only what is wrong
    assert [text.count('class="bad"') for text in (karachi, cairo)] == [0, 1]
    assert "Period: 2026-H1" in words(cairo) or "Round: 2026-H1" in words(cairo)
    assert list(in_parts(cairo)) == ["Who has answered", "How far the figures can be trusted"]
    for text, name in ((country, "Pakistan"), (karachi, "Karachi")):
        assert f"The workshops in brief · <bdi>{name}</bdi></h1>" in text


def test_the_overview_of_the_office_names_the_command_that_tells_everything_about_a_team(
    played: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(played.parent)
    text = html.unescape(read(played / "reports" / "overview.html"))
    commands = re.findall('<code dir="ltr">hrge-xl (status .*?)</code>', text)
    assert [shlex.split(command)[-1] for command in commands] == list(TEAM_CODES)
    assert "Karachi_one.xlsx" in ran(*shlex.split(commands[1]), *DAY).out
    assert hrge("report", played, "--format", "overview", "--shareable", "-o", tmp_path, *DAY) == 0
    assert "hrge-xl status" not in read(tmp_path / "overview_shareable.html")


def test_whom_a_brief_can_be_of_is_said(played: Path, tmp_path: Path) -> None:
    brief = ("report", played, "--format", "brief", "-o", tmp_path, *DAY)
    assert (
        "There is no team 'Karatchi' here. Did you mean 'Karachi'?"
        in ran(*brief, "--team", "Karatchi", code=2).err
    )
    assert (
        "There is no country 'FRA' here. Known are: PAK."
        in ran(*brief, "--country", "FRA", code=2).err
    )
    wrong = ran("report", played, "--team", "Karachi", "-o", tmp_path, *DAY, code=2).err
    assert (
        "--country and --team choose what a brief is of. Add --format brief, or leave them out."
        in wrong
    )
    assert not [*tmp_path.iterdir()]


@pytest.mark.deep
def test_briefs_are_verified_like_the_overview(played: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(played, tmp_path / "round")
    brief = ("report", folder, "--format", "brief", "-o", folder / "reports", *DAY)
    assert hrge(*brief, "--team", "Karachi", "--language", "fr") == 0
    assert hrge(*brief, "--country", "PAK", "--shareable") == 0
    assert hrge("verify", folder) == 0
    for page in ("brief_team_Karachi.html", "brief_shareable_country_PAK.html"):
        file, text = folder / "reports" / page, read(folder / "reports" / page)
        file.write_text(text.replace('class="plain">', 'class="plain"><li>0'), encoding="utf-8")
        assert read(file) != text
        assert page in ran("verify", folder, code=1).out
        file.write_text(text, encoding="utf-8")


def test_a_refresh_writes_briefs_of_countries_and_teams_again(played: Path, tmp_path: Path) -> None:
    """In the language that each is in; what was named as older before is not any more."""
    folder = shutil.copytree(played, tmp_path / "round")
    brief = ("report", folder, "--format", "brief", "-o", folder / "reports")
    ran(*brief, "--team", "Cairo", "--language", "fr", *DAY)
    page = folder / "reports" / "brief_team_Cairo.html"
    assert 'lang="fr"' in read(page)
    (folder / "returned" / "Cairo.xlsx").write_bytes(workbook("Cairo", 3))
    assert page.name in ran("status", folder, *DAY).err
    ran("refresh", folder, *DAY, code=None)
    assert page.name not in ran("status", folder, *DAY).err
    remade = read(page)
    ran(*brief, "--team", "Cairo", "--language", "fr", *DAY)
    assert remade == read(page)
    assert "1 sur 1" in words(remade)


@pytest.mark.deep
def test_a_round_is_compared_with_the_one_that_it_continues_from(
    played: Path, tmp_path: Path
) -> None:
    """Its folder says which one that is; what it came to stays known where the round before is not at hand."""
    later, earlier = tmp_path / "2026-H2", Path(shutil.copytree(played, tmp_path / "2026-H1"))
    listed = earlier.parent / "teams.csv"
    listed.write_text(
        "team,country\n" + "".join(f"{team},PAK\n" for team in TEAM_CODES), encoding="utf-8"
    )
    assert hrge("round", "init", later, "--spec", "example", "--teams", listed) == 0
    (later / "signing.key").write_bytes(KEY)
    assert hrge("generate", later, "--from", earlier, *DAY) == 0
    assert "before: '../2026-H1'" in (later / "round.yaml").read_text(encoding="utf-8")
    assert "continues from ../2026-H1" in ran("sign", "--list", "--all", "--ledger", later).out
    returned = workbook("Rabat", 9, round_=later.name)
    (later / "returned" / "Rabat.xlsx").write_bytes(returned)
    assert hrge("refresh", later, *DAY) == 0
    text = read(later / "reports" / "brief.html")
    told = in_parts(text)["Compared with 2026-H1"]
    # the one team that answered in both
    ((given, asked),) = queried(
        played,
        "SELECT SUM(answered), SUM(required) FROM completeness WHERE current AND team = 'Rabat'",
    )
    assert told.startswith("Only of the teams that answered in each of these periods: 1 ")
    assert f"Returns that count 1 1 Required answers given {given / asked:.0%} 100%" in told
    # nothing is masked over there: pages to share, and those of a team, say nothing of it
    for more in (("--shareable",), ("--team", "Rabat")):
        assert hrge("report", later, "--format", "brief", "-o", tmp_path, *more, *DAY) == 0
    others = ("brief_shareable.html", "brief_team_Rabat.html")
    assert not any("Compared with" in read(tmp_path / name) for name in others)
    earlier.rename(tmp_path / "elsewhere")
    assert hrge("verify", later) == 0
    assert hrge("refresh", later, "--today", "2026-08-02") == 0
    assert in_parts(read(later / "reports" / "brief.html"))["Compared with 2026-H1"] == told
    (tmp_path / "elsewhere").rename(earlier)
    (earlier / "dataset.sqlite").write_bytes(b"")
    reason = "2026-H2 is not compared with the round before."
    assert reason in ran("consolidate", later, "--today", "2026-08-03").err


# thirteen teams a year ago, four now: three of these answered then too

BEFORE = tuple(f"Team {at:02}" for at in range(13))
NOW = (*BEFORE[:3], "Newcomer")


@pytest.fixture(scope="module")
def of_two_years(tmp_path_factory: Folders) -> Path:
    """A folder with what came back in each year, and the dataset of both; one of the teams writes French."""
    folder = tmp_path_factory.mktemp("two years")
    for round_, codes in (("2026-H1", BEFORE), ("2026-H2", NOW)):
        (folder / round_).mkdir()
        for code in codes:
            order = Order(
                code,
                date(2026, 4, 1),
                "PAK",
                round=round_,
                key=KEY,
                language="fr" if code == NOW[0] else "en",
                answers=answers(f"WS-{code}", 12.0, 3.0 if round_ == "2026-H1" else 1.0),
            )
            (folder / round_ / f"{code}.xlsx").write_bytes(generate(SPEC, order))
    returned = (folder / "2026-H1", folder / "2026-H2")
    consolidated(returned, folder / "dataset")
    return folder


def consolidated(returned: Iterable[Path], folder: Path) -> None:
    """Put returns together in a dataset, with both pages beside it."""
    ran("consolidate", "--write", *returned, "-o", folder, *DAY)
    pages = ("--format", "overview", "--format", "brief")
    assert hrge("report", folder, *pages, "-o", folder, *DAY) == 0


@pytest.mark.deep
def test_only_teams_that_answered_in_both_periods_are_compared(of_two_years: Path) -> None:
    pages = of_two_years / "dataset"
    told = in_parts(read(pages / "brief.html"))["Compared with 2026-H1"]
    same = "Only of the teams that answered in each of these periods: 3"
    assert told.startswith(same)
    # two risks in each return: not 26 before and 8 now
    assert "Returns that count 3 3" in told
    assert "Risks 6 6" in told
    overview = read(pages / "overview.html")
    periods = words(overview[overview.index('id="periods"') : overview.index('id="risks"')])
    assert f"Completeness, Risks: {same}" in periods
    assert re.search(r"2026-H2 4 4 .* 2026-H1 13 13 ", periods)
    sheets = load_workbook(pages / "data.xlsx", read_only=True).worksheets
    cells = {cell for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row}
    assert {f"Completeness. {same}", f"Risks. {same}"} <= cells
    compared = ran("compare", of_two_years / "2026-H1", of_two_years / "2026-H2").out
    assert "Pairs: 3. Only before: 10. Only after: 1." in compared


def test_where_no_team_answered_in_both_nothing_is_compared(
    of_two_years: Path, tmp_path: Path
) -> None:
    for name, code in (("2026-H1", BEFORE[5]), ("2026-H2", NOW[3])):
        (tmp_path / name).mkdir()
        shutil.copy(of_two_years / name / f"{code}.xlsx", tmp_path / name)
    folder = tmp_path / "dataset"
    consolidated((tmp_path / "2026-H1", tmp_path / "2026-H2"), folder)
    pages = [read(folder / f"{name}.html") for name in ("brief", "overview")]
    assert "Compared with" not in pages[0]
    assert "Periods compared" in pages[1]
    assert not any("answered in each of these periods" in page for page in pages)


def test_sheets_are_called_as_the_page_is_written_and_a_team_reads_its_own_language(
    of_two_years: Path, tmp_path: Path
) -> None:
    sheets = {
        language: next(tool.sheet.say(language) for tool in SPEC.tools if tool.code == "R1")
        for language in ("en", "fr")
    }
    assert sheets["en"] != sheets["fr"]
    for page in ("brief.html", "overview.html"):
        text = read(of_two_years / "dataset" / page)
        assert f"<bdi>{sheets['en']}</bdi>" in text
        assert f"<bdi>{sheets['fr']}</bdi>" not in text
    brief = ("report", of_two_years / "dataset", "--format", "brief", "--team", NOW[0], *DAY)
    for more, language in (((), "fr"), (("--language", "en"), "en")):
        assert hrge(*brief, *more, "-o", tmp_path / language) == 0
        (page_of_team,) = (tmp_path / language).glob("brief_team_*.html")
        assert f'<html lang="{language}"' in read(page_of_team)
        assert f"<bdi>{sheets[language]}</bdi>" in read(page_of_team)


# two rounds of the Toolkit


@pytest.fixture(scope="module")
def both() -> Iterator[Store]:
    with two_rounds.dataset(EARLIER, LATER) as store:
        yield store


@pytest.fixture(scope="module")
def whole(both: Store) -> Overview:
    return built(both, TODAY, "en", ROUND)


def test_the_brief_says_what_the_overview_says(both: Store, whole: Overview) -> None:
    text = brief_of_dataset(both, "en", ROUND)
    parts, first = in_parts(text), overview_page_of(whole).partition('id="who"')[0]
    told = re.findall("<li>(.*)", text[: text.index("<section>")])
    assert "Answers have come from 4 of 40 teams (arrived late: 0; not answered: 36)." in told
    assert [sentence for sentence in told if f"<li>{sentence}" not in first] == []
    assert whole.risks
    risks = parts["Gravest risks after mitigation"]
    for risk in whole.risks.top[:5]:
        assert (
            f"{risk.source.text} {risk.source.team} · {risk.source.sheet} {risk.source.cell}"
            in risks
        )
    assert risks.count("→") == 5 < len(whole.risks.top)
    # "before" and "after" stand at each level
    first_risk = risks[: risks.index("→")]
    assert first_risk.startswith("before ")
    assert risks.count("→ after ") == 5
    now, before = whole.periods[0], whole.periods[1]
    changes = parts[f"Compared with {before.name}"]
    # four teams answered, and three before: two of them in both
    assert (before.returns, now.returns) == (3, 4)
    assert changes.startswith("Only of the teams that answered in each of these periods: 2 ")
    assert "Returns that count 2 2" in changes
    of_both = two_rounds.TEAMS[EARLIER].keys() & two_rounds.TEAMS[LATER].keys()
    level, label = [*whole.risks.levels.items()][-1]
    all_levels = []
    at_highest = []
    for period in (before, now):
        shown = built(both, TODAY, "en", period=period.name).risks
        assert shown
        counts = [team.figures for team in shown.by_team if team.code in of_both]
        all_levels.append(sum(sum(levels.values()) for levels in counts))
        at_highest.append(sum(levels.get(level, 0) for levels in counts))
    assert "Risks {} {} ".format(*all_levels) in changes
    assert f"Risks: {label} {at_highest[0]} {at_highest[1]}" in changes


def test_the_first_round_is_compared_with_none(both: Store) -> None:
    earlier = two_rounds.period_of(both, EARLIER)
    assert "Compared with" not in brief_of_dataset(both, "en", period=earlier)


def test_an_indicator_stands_with_its_target() -> None:
    with two_rounds.dataset(EARLIER) as store:
        found, text = built(store, TODAY, "en"), brief_of_dataset(store, "en")
    known = [one for one in found.indicators or () if one.parts[0].figures["progress"] is not None]
    assert known
    told = in_parts(text)["Progress to target"]
    for one in known[:MOST_INDICATORS]:
        line = one.parts[0].figures
        figures = " ".join(f"{line[name]:,g}" for name in ("baseline", "total", "target"))
        assert f"{one.label} {one.parts[0].label} {figures} {line['progress']:.0%}" in told
    assert f"The target has been reached for 0 of {len(known)} indicators." in text


def test_a_page_to_share_masks_what_the_overview_masks() -> None:
    with two_rounds.dataset(EARLIER) as store:
        (one,) = [
            group for group in team_groups(store, "en", None, None) if group.name == "team_PAK"
        ]
        own, masked, part = (
            brief_of_dataset(store, "en", masked=hidden, group=group)
            for hidden, group in ((False, ""), (True, ""), (True, one.name))
        )
    assert "Not for sharing: small counts of people are shown." in own
    assert "Women and groups outside the capital are not heard" in own
    for text in (masked, part):
        assert "counts of 1 to 10 people are masked" in text
        assert (
            "Women and groups outside the capital are not heard" not in text
        )  # a restricted question
        assert "<bdi>masked</bdi>" in text
    # what is masked of a team could be told from its page and that of all teams
    assert "Progress to target" not in part
    assert "Numbers and indicators are left out" in part


def test_numbers_stand_as_people_write_them(both: Store, whole: Overview) -> None:
    """A share as a percentage, a year without a separator, a range of one number as that number."""
    numbers = {
        code: {
            "field": code,
            "total": None,
            "mean": 0.5,
            "minimum": 0.5,
            "maximum": most,
            "teams": 2,
        }
        for code, most in (("PLN_09", 0.5), ("PLN_10", 2025.0), ("PLN_06", None))
    }
    numbers["PLN_10"] |= {"mean": None, "minimum": 2024.0}
    found = replace(
        whole, spec=load("example"), numbers=[*numbers.values()], risks=None, indicators=None
    )
    told = in_parts(brief_page_of(found))["In numbers"]
    assert "Share already paid – 50% 50% 2" in told
    assert "From 2024 to 2025 2" in told


def test_what_there_is_not_has_no_heading() -> None:
    with of_results([], load("example"), TODAY) as store:
        text = brief_of_dataset(store, "en")
    assert list(in_parts(text)) == ["Who has answered", "How far the figures can be trusted"]
    assert '<ul class="says">' not in text


# how it looks


LONG = (
    "What may happen to people who are identified too late, referred too early, or not at all, " * 2
)
LOOKS = [(tag, width) for tag in ("ar", "en", "fr", "ru", "ur") for width in (375, 1280)]


@pytest.fixture(scope="module")
def fullest(whole: Overview) -> Overview:
    """As much as a page can hold: long names, many silent teams, indicators, numbers, an earlier period."""
    with two_rounds.dataset(EARLIER) as store:
        (known, *_) = [
            one
            for one in built(store, TODAY, "en").indicators or ()
            if one.parts[0].figures["progress"]
        ]
    assert whole.risks
    assert whole.spec
    top = [risk._replace(source=risk.source._replace(text=LONG)) for risk in whole.risks.top]
    line = {
        "field": "FRM_06",
        "total": 12_345.0,
        "mean": 1_234.56,
        "minimum": 1.0,
        "maximum": 9_999.0,
        "teams": 40,
    }
    return replace(
        whole,
        risks=whole.risks._replace(top=top),
        numbers=[line] * 5,
        indicators=[known._replace(label=LONG)] * (MOST_INDICATORS + 3),
    )


def page(found: Overview, language: str) -> str:
    everybody = TeamGroup("country", "PAK", "Pakistan", ())
    return brief_page_of(replace(found, language=language), everybody)


@pytest.mark.browser
@pytest.mark.parametrize("risks", [True, False])
@pytest.mark.parametrize("language", telling(["en", "fr", "ar"], "ar"))
def test_it_is_one_sheet_of_paper(
    browser: Browser, fullest: Overview, tmp_path: Path, language: str, risks: bool
) -> None:
    path, found = tmp_path / "brief.html", fullest if risks else replace(fullest, risks=None)
    path.write_text(page(found, language), encoding="utf-8")
    with in_a_window(browser, path) as (opened, trouble):
        printed = opened.pdf(prefer_css_page_size=True)
    assert trouble == []
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


@pytest.mark.browser
@pytest.mark.parametrize("look", telling(LOOKS, ("ar", 375)))
def test_it_fits_a_telephone_and_axe_finds_nothing(
    browser: Browser, fullest: Overview, tmp_path: Path, look: tuple[str, int]
) -> None:
    language, width = look
    path = tmp_path / "brief.html"
    path.write_text(page(fullest, language), encoding="utf-8")
    with in_a_window(browser, path, width) as (opened, trouble):
        assert trouble == []
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(opened) == []


@pytest.mark.parametrize("language", telling(["ar", "en", "zh"], "zh"))
def test_it_asks_for_nothing_and_is_in_one_language(fullest: Overview, language: str) -> None:
    text = page(fullest, language)
    assert stands_alone(text)
    assert f'lang="{language}"' in text
