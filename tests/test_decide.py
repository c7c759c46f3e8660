"""Which return counts, and what a coordinator decides: nothing counts twice, and nothing is decided in silence."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shlex
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl import (
    Arrived,
    ExpectedReturn,
    Order,
    Round,
    ValidationRequest,
    feedback,
    generate,
    init_round,
    load,
    validate,
)
from hrge_xl.coordination.consolidation import consolidate_sources
from hrge_xl.exchange.validation import Source
from tests.answers import layout
from tests.command_line import hrge, ran
from tests.damage import ANSWERS
from tests.databases import tampered
from tests.different_returns import answers_of
from tests.face import (
    CONFLICT,
    COUNTS,
    SUPERSEDED,
    WAITING,
    WITHDRAWN,
    Answers,
    Decision,
    Ledger,
    ReturnEntry,
    decisions,
    heads,
    history,
    moment,
    open_store,
    orders,
    pages_of_folder,
    return_statuses,
    sign,
    work,
)
from tests.fixture_types import Folders, Patch
from tests.property_tests import examples
from tests.test_year import KEY, SPEC, answers, model, stamp_of, stamped
from tests.versions import second

pytestmark = pytest.mark.xdist_group("decide")  # what its fixture consolidates is consolidated once

TODAY = date(2026, 5, 1)


def entry(name: str, order: int, **more: Any) -> ReturnEntry:
    """A return of team A about project P."""
    usual: dict[str, Any] = {
        "verdict": "accepted",
        "team": "A",
        "copy": f"copy-{name}",
        "project": "P",
        "intervention": "",
        "country": "PAK",
        "period": "2026",
        "moment": f"2026-04-{order:02}T12:00:00+00:00",
    }
    return ReturnEntry(name, order, **(usual | more))


def decision(n: int, known: int, choice: str = COUNTS) -> Decision:
    return Decision(n, choice, "asked the team", "2026-05-01", "office", known)


def states(entries: list[ReturnEntry], **decided: Decision) -> dict[str, str]:
    return {name: status.state for name, status in return_statuses(entries, decided).items()}


def test_two_workbooks_wait_until_one_is_decided() -> None:
    a, b = entry("a", 1), entry("b", 2)
    assert states([a, b]) == {"a": CONFLICT, "b": CONFLICT}
    assert states([a, b], a=decision(1, 2)) == {"a": COUNTS, "b": SUPERSEDED}
    assert states([a, b], a=decision(1, 2), b=decision(2, 2)) == {"a": SUPERSEDED, "b": COUNTS}
    assert states([a, b], b=decision(1, 2, WITHDRAWN)) == {"a": COUNTS, "b": WITHDRAWN}


def test_a_decision_is_about_what_was_there() -> None:
    """A third workbook that comes later waits; a correction of the decided one counts."""
    a, b, c = entry("a", 1), entry("b", 2), entry("c", 3)
    decided = decision(1, 2)
    assert states([a, b, c], a=decided) == {"a": COUNTS, "b": SUPERSEDED, "c": CONFLICT}
    newer = entry("a2", 3, copy="copy-a")
    assert states([a, b, newer], a=decided) == {"a": SUPERSEDED, "b": SUPERSEDED, "a2": COUNTS}
    worse = replace(newer, verdict="returned")
    assert states([a, b, worse], a=decided) == {"a": COUNTS, "b": SUPERSEDED, "a2": WAITING}
    # an older version that was decided stays until a newer one comes after the decision
    assert states([a, newer], a=decision(1, 3)) == {"a": COUNTS, "a2": SUPERSEDED}


def test_one_copy_for_two_projects() -> None:
    a, b = entry("a", 1, copy="one"), entry("b", 2, copy="one", project="Q")
    found = return_statuses([a, b], {})
    assert {
        name: (each.state, each.finding and each.finding.code) for name, each in found.items()
    } == {
        "a": (CONFLICT, "X004"),
        "b": (CONFLICT, "X004"),
    }
    assert states([a, b], b=decision(1, 2)) == {"a": SUPERSEDED, "b": COUNTS}
    assert states([a, b], a=decision(1, 2), b=decision(2, 2)) == {"a": COUNTS, "b": COUNTS}
    third = entry("c", 3, copy="one", project="R")
    decided = {"a": decision(1, 2), "b": decision(2, 2)}
    assert states([a, b, third], **decided) == {"a": COUNTS, "b": COUNTS, "c": CONFLICT}
    assert states([a, replace(b, copy="two")]) == {"a": COUNTS, "b": COUNTS}


def test_a_project_that_was_missing_and_was_asked_for_makes_no_second_workbook() -> None:
    """A team often corrects the file that it has, not the one with the feedback."""
    asked = entry("a", 1, copy="one", project="", verdict="returned")
    named = entry("b", 2, copy="one", intervention="PAK-P")
    assert states([asked, named]) == {"a": SUPERSEDED, "b": COUNTS}
    half = replace(asked, project="P")
    assert states([half, named]) == {"a": SUPERSEDED, "b": COUNTS}
    assert states(
        [named, replace(asked, submission="c", order=3, moment="2026-04-03T12:00:00+00:00")]
    ) == {
        "b": COUNTS,
        "c": WAITING,
    }
    assert states([asked, replace(half, order=2, submission="c"), replace(named, order=3)]) == {
        "a": SUPERSEDED,
        "b": COUNTS,
        "c": SUPERSEDED,
    }
    # it could be any of several, another one, or be meant so
    other = entry("d", 4, copy="one", project="Q")
    assert states([asked, named, other]) == {"a": CONFLICT, "b": CONFLICT, "d": CONFLICT}
    assert states([replace(half, project="Q"), named]) == {"a": CONFLICT, "b": CONFLICT}
    assert states([replace(asked, verdict="accepted"), named]) == {"a": CONFLICT, "b": CONFLICT}
    assert states([asked, replace(named, copy="two")]) == {"a": COUNTS, "b": COUNTS}


def test_what_is_not_the_teams_own_is_excluded_unless_somebody_decides() -> None:
    a, b = entry("a", 1), entry("b", 2, doubts=("I007",))
    assert states([a, b]) == {"a": COUNTS, "b": "excluded"}
    reason = str(return_statuses([a, b], {})["b"].reason)
    assert reason == "It is not the return of this team in this round (I007)."
    assert states([a, b], b=decision(1, 2)) == {"a": SUPERSEDED, "b": COUNTS}


VERDICTS = st.sampled_from(["accepted", "returned", "refused"])
ENTRIES = st.lists(
    st.tuples(
        VERDICTS, *(st.sampled_from("xy") for _ in range(3)), st.booleans(), st.sampled_from("012")
    ),
    max_size=7,
)


@examples(300)
@given(ENTRIES, st.permutations(range(7)), st.lists(st.integers(0, 6), max_size=3))
def test_no_key_and_no_copy_counts_twice_undecided(
    rows: list[Any], shuffle: list[int], decided: list[int]
) -> None:
    """Whatever came in whatever order: one key never counts twice, and everything has a state and a reason."""
    entries = [
        entry(
            str(n),
            n + 1,
            verdict=verdict,
            team=team,
            copy=copy,
            project=project,
            doubts=("I006",) if doubt else (),
            moment=f"2026-04-0{moment_}",
        )
        for n, (verdict, team, copy, project, doubt, moment_) in enumerate(rows)
    ]
    made = {str(n): decision(i, len(entries)) for i, n in enumerate(decided, start=1)}
    found = return_statuses(entries, made)
    assert set(found) == {each.submission for each in entries}
    assert return_statuses([entries[n] for n in shuffle if n < len(entries)], made) == found
    counting = [each for each in entries if found[each.submission].current]
    keys = [each.key for each in counting]
    assert len(keys) == len(set(keys))
    copies = [each.copy for each in counting if each.submission not in made]
    assert len(copies) == len(set(copies))
    assert all(status.reason for status in found.values() if not status.current)


@pytest.mark.parametrize(
    ("saved", "issued", "received", "said"),
    [
        ("2026-04-02T10:00:00Z", "2026-03-01", "2026-04-10", "2026-04-02T10:00:00+00:00"),
        ("2026-04-02T10:00:00+05:00", "2026-03-01", "2026-04-10", "2026-04-02T05:00:00+00:00"),
        ("2026-04-02T10:00:00", "2026-03-01", "", "2026-04-02T10:00:00+00:00"),
        # before it was issued
        ("2015-01-01T00:00:00Z", "2026-03-01", "2026-04-10", "2026-04-11T00:00:00+00:00"),
        (
            "2031-01-01T00:00:00Z",
            "2026-03-01",
            "2026-04-10",
            "2026-04-12T00:00:00+00:00",
        ),  # after it came
        ("yesterday", "2026-03-01", "2026-04-10", "2026-04-11T00:00:00+00:00"),
        ("", "", "", ""),
    ],
)
def test_when_a_file_was_saved(saved: str, issued: str, received: str, said: str) -> None:
    assert moment(saved, issued, received) == said


# the command


def file(folder: Path, name: str, copy: str = "", project: str = "P-1", **more: Any) -> Path:
    data = model("PAK", "PAK", date(2026, 4, 10), **more)
    copy_id = hashlib.sha256((copy or name).encode()).hexdigest()[:12]
    identity = sign(
        replace(stamp_of(data), team="T", round="2026-Q2", copy=copy_id, signature=""), KEY
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(stamped(data, identity, project, date(2026, 4, 20)))
    return path


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: Folders) -> Path:
    """Two workbooks for one key, and one copy for two projects."""
    home = tmp_path_factory.mktemp("decide")
    folder = home / "in"
    paths = [
        file(folder, "ours.xlsx"),
        file(folder, "theirs.xlsx", PLN_06=44.0),
        file(folder, "a.xlsx", "one", "P-2"),
        file(folder, "b.xlsx", "one", "P-3"),
    ]
    (folder / "scan.xlsx").write_bytes(b"%PDF-1.7\n")
    asked = ValidationRequest(ExpectedReturn("example"), TODAY)
    given = [Source([*paths, folder / "scan.xlsx"], asked)]
    consolidate_sources(
        given, home / "out", arrived=Arrived(date(2026, 5, 1), stated=True), formats=("xlsx", "csv")
    )
    return home


@pytest.fixture
def dataset(untouched: Path, tmp_path: Path) -> Path:
    shutil.copytree(untouched, tmp_path, dirs_exist_ok=True)
    return tmp_path / "out"


def told(dataset: Path) -> dict[str, str]:
    with Ledger.open(dataset, write=False) as ledger:
        return {Path(str(row["path"])).name: str(row["state"]) for row in ledger.rows()}


USE = ("--use", "--reason", "asked the team", "--by", "office", "--today", "2026-05-02")


def test_decided_from_the_command_line(dataset: Path) -> None:
    out = ran("decide", dataset).out
    assert out.count("waits for a decision") == 4
    (number,) = re.findall(r"theirs.xlsx \((\d+), T\) waits", out)
    assert f'  hrge-xl decide {dataset} {number} --use --reason "…"' in out
    assert out.count("  Plan!E") == 2  # what differs in each of the two pairs, once
    out, err = ran("decide", dataset, number, *USE)
    assert (
        f"theirs.xlsx ({number}, T): counts. Decided on 2026-05-02 by office: asked the team" in out
    )
    assert "ours.xlsx (" in out
    assert "2 changed, 2 still wait" in err
    assert hrge("decide", dataset, "a.xlsx", dataset.parent / "in" / "b.xlsx", *USE) == 0
    assert told(dataset) == {
        "ours.xlsx": SUPERSEDED,
        "theirs.xlsx": COUNTS,
        "a.xlsx": COUNTS,
        "b.xlsx": COUNTS,
        "scan.xlsx": "refused",
    }
    assert ran("decide", dataset).out.count("decided 2026-05-02") == 3


@pytest.mark.parametrize("said", [(), ("--use", "--withdraw")])
def test_one_thing_becomes_of_a_return(dataset: Path, said: tuple[str, ...]) -> None:
    before = told(dataset)
    wrong = ran("decide", dataset, "a.xlsx", *said, "--reason", "asked the team", code=2).err
    assert "either --use, --withdraw or --undo" in wrong
    assert told(dataset) == before


WROTE = "The team wrote: The file could not be read."


def reported(dataset: Path, language: str) -> dict[str, Any]:
    """The files of a report in a language, by name."""
    where = dataset.parent / language
    hrge(
        "report",
        dataset,
        "--format",
        "json",
        "--language",
        language,
        "-o",
        where,
        "--today",
        "2026-05-03",
    )
    files = json.loads((where / "validation.json").read_text(encoding="utf-8"))["files"]
    return {Path(each["path"]).name: each for each in files}


def test_the_reason_that_somebody_wrote_is_never_translated(dataset: Path) -> None:
    """Whoever quotes a sentence of the program has written it all the same."""
    use = ("--use", "--reason", WROTE, "--by", "office", "--today", "2026-05-02")
    assert hrge("decide", dataset, "ours.xlsx", *use) == 0
    ours = reported(dataset, "fr")["ours.xlsx"]
    assert ours["reason"] == f"Décidé le 2026-05-02 par office : {WROTE}"
    (decided,) = (each for each in ours["findings"] if each["code"] == "X005")
    assert decided["message"].endswith(WROTE)
    assert "2026-05-02" in decided["message"]


@pytest.mark.deep
def test_a_dataset_of_an_earlier_version_says_the_same_once_it_is_made_anew(dataset: Path) -> None:
    now = reported(dataset, "fr")
    file = dataset / "dataset.sqlite"
    tampered(file, "UPDATE meta SET value = '7' WHERE name = 'schema_version'")
    with Ledger.open(dataset) as ledger:
        ledger.forget_checksum(file)
    for command in ("report", "verify"):
        assert "was made by an earlier version of this program" in ran(command, dataset, code=2).err
    assert hrge("consolidate", dataset, "-o", dataset, "--today", "2026-05-01") in (0, 1, 4)
    then = reported(dataset, "fr")
    for part in ("reason", "findings"):
        assert {name: each[part] for name, each in then.items()} == {
            name: each[part] for name, each in now.items()
        }


def test_the_overview_follows_a_decision_where_it_is_to_be_written(dataset: Path) -> None:
    page = dataset / "reports" / "overview.html"
    assert hrge("decide", dataset, "ours.xlsx", *USE) == 0
    assert not page.exists()
    before = pages_of_folder(dataset, page.parent).read_bytes()
    assert hrge("decide", dataset, "a.xlsx", "b.xlsx", *USE, "--write") == 0
    after = page.read_bytes()
    assert after != before
    assert pages_of_folder(dataset, page.parent).read_bytes() == after


def test_a_decision_can_be_taken_back_and_stays_written_down(dataset: Path) -> None:
    before = {path: path.read_bytes() for path in dataset.rglob("*.csv")}
    assert hrge("decide", dataset, "ours.xlsx", *USE) == 0
    assert told(dataset)["ours.xlsx"] == COUNTS
    undo = (
        "--undo",
        "--reason",
        "they sent a third one",
        "--by",
        "office",
        "--today",
        "2026-05-01",
    )
    assert hrge("decide", dataset, "ours.xlsx", *undo) == 0
    assert told(dataset)["ours.xlsx"] == CONFLICT
    assert {path: path.read_bytes() for path in dataset.rglob("*.csv")} == before
    with Ledger.open(dataset, write=False) as ledger:
        assert decisions(ledger) == {}
        assert [(made.choice, made.reason, made.in_force) for made in history(ledger)] == [
            ("counts", "asked the team", False),
            ("undone", "they sent a third one", False),
        ]


def told_of(folder: Path, *options: str) -> list[tuple[str, str]]:
    """File and code of what `validate` notices across files."""
    report = json.loads(ran("validate", folder, "--json", *options, code=(0, 1, 4)).out)
    return sorted(
        (Path(each["path"]).name, finding["code"])
        for each in report["files"]
        for finding in each["findings"]
        if finding["code"].startswith("X")
    )


def test_dataset_and_report_tell_of_what_waits_and_of_decisions(dataset: Path) -> None:
    folder = dataset.parent / "in"
    waiting = [
        ("a.xlsx", "X004"),
        ("b.xlsx", "X004"),
        ("ours.xlsx", "X003"),
        ("theirs.xlsx", "X003"),
    ]
    assert told_of(folder) == waiting
    hrge("decide", dataset, "ours.xlsx", *USE, "--write")
    decided = [*waiting[:2], ("ours.xlsx", "X005"), ("theirs.xlsx", "X005")]
    assert told_of(folder, "--ledger", str(dataset)) == decided
    assert told_of(folder) == waiting  # without the ledger nobody has decided
    for name in ("a.xlsx", "ours.xlsx"):
        (folder / name).unlink()
    assert told_of(folder) == []
    found = (dataset / "csv" / "findings.csv").read_text(encoding="utf-8-sig")
    assert found.count("A decision made on 2026-05-02 by office says what becomes of") == 2
    assert "asked the team" in found


def test_a_stamp_that_is_not_ours_cannot_be_decided_to_count(tmp_path: Path) -> None:
    path = file(tmp_path / "in", "forged.xlsx")
    asked = ValidationRequest(ExpectedReturn("example", "2026-Q2", ("T",), b"z" * 32), TODAY)
    consolidate_sources([Source([path], asked)], tmp_path / "out")
    assert told(tmp_path / "out") == {"forged.xlsx": "excluded"}
    said = ran("decide", tmp_path / "out", "forged.xlsx", *USE, code=2).err
    assert "does not carry our signature (I006)" in said


def test_a_file_in_the_wrong_folder_is_read_again_in_its_own(tmp_path: Path) -> None:
    """The remedies of I007 and I008 work: put it into its round, add the team, and consolidate again."""
    path = file(tmp_path / "in", "early.xlsx")
    for wanted, state in (
        (ExpectedReturn("example", "2026-Q3", ("T",), b"3" * 32), "excluded"),
        (ExpectedReturn("example", "2026-Q2", ("U",), KEY), "excluded"),
        (ExpectedReturn("example", "2026-Q2", ("T", "U"), KEY), COUNTS),
        (ExpectedReturn("example", "2026-Q3", ("T",), b"3" * 32), COUNTS),
    ):
        consolidate_sources([Source([path], ValidationRequest(wanted, TODAY))], tmp_path / "out")
        assert told(tmp_path / "out") == {"early.xlsx": state}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("thiers.xlsx", *USE), "Did you mean theirs.xlsx ("),
        (("zzz", *USE), "There are: "),
        (("ours.xlsx", "--use"), "needs a reason"),
        (("ours.xlsx", "--undo", "--reason", "x"), "Nothing was decided about ours.xlsx"),
        (("scan.xlsx", *USE), "scan.xlsx was refused"),
        (("ours.xlsx", "zzz", *USE), "There is no return 'zzz'"),
    ],
)
def test_wrong_names_are_one_line_with_what_is_possible(
    arguments: tuple[str, ...], words: str, dataset: Path
) -> None:
    err = ran("decide", dataset, *arguments, code=2).err
    assert words in err
    assert err.count("\n") == 1
    with Ledger.open(dataset, write=False) as ledger:
        assert history(ledger) == []


@pytest.mark.deep
def test_a_name_that_several_files_have(dataset: Path) -> None:
    again = file(dataset.parent / "more", "ours.xlsx", PLN_06=45.0)
    consolidate_sources(
        [Source([again], ValidationRequest(ExpectedReturn("example"), TODAY))],
        dataset,
        arrived=Arrived(date(2026, 5, 2), stated=True),
    )
    err = ran("decide", dataset, "ours.xlsx", *USE, code=2).err
    assert "'ours.xlsx' may mean several returns: ours.xlsx (" in err
    assert "Name it by the number or the hash in brackets" in err
    assert hrge("decide", dataset, "more/ours.xlsx", *USE) == 0


def forbidden(*_: object) -> None:
    raise AssertionError("a workbook was opened")


def test_no_workbook_is_opened_for_a_decision(dataset: Path, monkeypatch: Patch) -> None:
    """The dataset and the files beside it follow at once, with what was read before."""
    monkeypatch.setattr(work, "validated", forbidden)
    assert hrge("decide", dataset, "ours.xlsx", *USE, "--write") == 0
    with open_store(dataset) as store:
        found = {each.name: each.status for each in heads(store)}
    assert (found["ours.xlsx"], found["theirs.xlsx"]) == (COUNTS, SUPERSEDED)
    rows = list(csv.DictReader((dataset / "csv" / "submissions.csv").open(encoding="utf-8-sig")))
    assert {Path(row["path"]).name: row["status"] for row in rows} == found


def round_with_two_returns(folder: Path, *said: Answers) -> Round:
    """A round whose team sent two workbooks for one intervention, with the same answers where none are named."""
    (folder / "teams.csv").write_text("team,country\nPAK,PAK\n", encoding="utf-8")
    made = init_round(folder / "round", "example", folder / "teams.csv")
    (order,) = orders(made, TODAY)
    both = said or [answers("PAK", date(2026, 4, 10))] * 2
    for name, copy, filled in zip(("one", "two"), "ab", both, strict=True):
        data = generate(SPEC, replace(order, copy=copy * 12, answers=filled))
        (made.folder / "returned" / f"{name}.xlsx").write_bytes(data)
    return made


@pytest.mark.deep
def test_an_overview_of_a_round_elsewhere_stays(tmp_path: Path) -> None:
    """Here nobody says who was expected: made again, the page would say less."""
    made, out = round_with_two_returns(tmp_path), tmp_path / "out"
    for folder in (out, made.folder):
        assert hrge("consolidate", "--write", made.folder, "-o", folder) == 0
        page = folder / "reports" / "overview.html"
        before = page.read_bytes()
        assert hrge("decide", folder, "two.xlsx", *USE, "--write") == 0
        assert (page.read_bytes() == before) == (folder == out)
        assert "Teams that were expected: 1." in page.read_text(encoding="utf-8")


@pytest.mark.deep
def test_a_round_that_was_never_consolidated(tmp_path: Path) -> None:
    """It is taken in first; the round keeps its dataset, and no files beside it that nobody asked for."""
    made = round_with_two_returns(tmp_path)
    assert ran("decide", made.folder).out.count("waits for a decision") == 2
    assert (
        "2 changed, 0 still wait for a decision."
        in ran("decide", made.folder, "two.xlsx", *USE).err
    )
    assert told(made.folder) == {"one.xlsx": SUPERSEDED, "two.xlsx": COUNTS}
    assert not (made.folder / "data.xlsx").exists()


def test_where_much_differs_the_rest_is_a_command_away(tmp_path: Path, monkeypatch: Patch) -> None:
    """The paths are right from where one is, for a round and for a dataset elsewhere."""
    one, other = (answers_of(layout("example"), seed) for seed in (1, 2))
    same = {("PLAN", "1", code): one["PLAN", "1", code] for code in ("PLN_01", "PLN_04", "PLN_05")}
    made = round_with_two_returns(tmp_path, one, other | same)
    assert hrge("consolidate", made.folder, "-o", tmp_path / "out") == 0
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for folder in (Path("..") / made.folder.name, Path("../out")):
        _, *listed, last = ran("decide", folder).out.partition(": hrge-xl compare ")[0].splitlines()
        (paths,) = re.findall(r": hrge-xl compare (.+)", ran("decide", folder).out)
        compared = ran("compare", *shlex.split(paths)).out.splitlines()
        assert [line.strip() for line in listed] == compared[:10]
        assert len(compared) == 10 + int(last.strip(" (+)")) + len(("answers changed", "findings"))


def test_from_any_folder_and_with_the_spec_that_the_dataset_carries(
    tmp_path: Path, monkeypatch: Patch
) -> None:
    """The folder of the spec is gone, and what is installed under its name is another version."""
    monkeypatch.chdir(tmp_path)
    spec = load(second(Path("spec") / "second"))
    for name, copy in (("one", "a"), ("two", "b")):
        order = Order("PAK", TODAY, "PAK", copy=copy * 12, answers=ANSWERS)
        Path(f"{name}.xlsx").write_bytes(generate(spec, order))
    assert hrge("consolidate", "one.xlsx", "two.xlsx", "--spec", "spec/second", "-o", "out") == 0
    shutil.rmtree("spec")
    Path("elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert hrge("decide", "../out", "two.xlsx", *USE) == 0
    assert told(tmp_path / "out") == {"one.xlsx": SUPERSEDED, "two.xlsx": COUNTS}
    with open_store(tmp_path / "out") as store:
        assert store.facts()["spec_version"] == "2.0"


def test_a_folder_without_a_ledger(tmp_path: Path) -> None:
    assert "holds no dataset. Run `hrge-xl consolidate" in ran("decide", tmp_path, code=2).err
    assert list(tmp_path.iterdir()) == []


def test_feedback_stays_the_same_workbook(tmp_path: Path) -> None:
    """What comes back after feedback is a newer version, never a second workbook."""
    first = file(tmp_path, "v1.xlsx", PLN_06=None, PLN_07=None)
    asked = ValidationRequest(ExpectedReturn("example", key=KEY), TODAY)
    (result,) = validate([first], asked)
    again = tmp_path / "v2.xlsx"
    again.write_bytes(feedback(result, SPEC, today=date(2026, 4, 25), key=KEY))
    assert stamp_of(again.read_bytes()).copy == stamp_of(first.read_bytes()).copy
    consolidate_sources(
        [Source([first, again], asked)],
        tmp_path / "out",
        arrived=Arrived(date(2026, 5, 1), stated=True),
    )
    assert told(tmp_path / "out") == {"v1.xlsx": SUPERSEDED, "v2.xlsx": COUNTS}


def test_feedback_does_not_sign_a_stamp_that_is_not_ours(tmp_path: Path) -> None:
    path = file(tmp_path, "v1.xlsx")
    asked = ValidationRequest(ExpectedReturn("example", key=b"z" * 32), TODAY)
    (result,) = validate([path], asked)
    assert stamp_of(feedback(result, SPEC, today=TODAY, key=b"z" * 32)).signature == ""
