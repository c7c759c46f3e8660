"""The public names of the library, and the whole way through them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import hrge_xl
from tests.face import COMMANDS, FORMATS, UsageError, api
from tests.write_docs import DOCS

TODAY = date(2026, 6, 30)
NAMES = (
    "ExpectedReturn Facts Order Question Source ValidationRequest Wish "
    "check compare consolidate datasets decide diff document draft drafts explain export feedback generate init_round "
    "issue load load_round one_dataset read receive recover refresh remind report schemas set_contact sign status "
    "trace try_out validate verify waive withdraw"
)
AT_A_TERMINAL = {"demo", "doctor", "completion", "help"}  # commands that only talk to people
GROUPS = {"spec": {"load", "try_out", "diff", "draft"}, "round": {"init_round", "load_round", "set_contact"}}


def test_every_command_has_a_function() -> None:
    """Except what only talks to people; a command that is a group has functions of other names."""
    verbs = {name for name in COMMANDS if name not in AT_A_TERMINAL | GROUPS.keys()}
    assert verbs <= hrge_xl.VERBS
    assert all(names <= hrge_xl.VERBS for names in GROUPS.values())


def test_the_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One block goes on where the one before ended, and every verb of the table is one that there is."""
    monkeypatch.chdir(tmp_path)
    page = (DOCS / "library.md").read_text(encoding="utf-8")
    session: dict[str, Any] = {}
    for block in re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S):
        exec(compile(block, "docs/library.md", "exec"), session)
    assert session["answers"]
    assert (tmp_path / "data_fr.xlsx").is_file()
    told = {
        name for cell in re.findall(r"^\|.*\|(.*)\|$", page, re.M) for name in re.findall(r"`(\w+)`", cell)
    }
    assert told == hrge_xl.VERBS


def test_the_public_names() -> None:
    assert " ".join(api.__all__) == NAMES
    assert {name for name in api.__all__ if name.islower()} == hrge_xl.VERBS
    assert all(getattr(hrge_xl, name) is getattr(api, name) for name in hrge_xl.VERBS)
    assert not hasattr(hrge_xl, "no_verb")


def test_the_whole_way(tmp_path: Path) -> None:
    spec = api.load("example")
    path = tmp_path / "MAR.xlsx"
    path.write_bytes(api.generate(spec, api.Order("MAR", TODAY, "MAR", "fr")))
    assert api.read(path, api.ExpectedReturn()).values() == {("PLAN", "1", "PLN_02"): "MAR"}  # type: ignore[union-attr]
    asked = api.ValidationRequest(api.ExpectedReturn(), TODAY)
    results = api.validate([path], asked)
    with api.datasets(api.Question([str(path)], TODAY)) as found:
        report = api.document(found, api.Facts("2026-06-30T00:00:00Z", TODAY, "test"))
    for name in FORMATS:
        assert api.report(report, name)
    assert api.feedback(results[0], spec, today=TODAY)
    summary = api.consolidate([api.Source([path], asked)], tmp_path / "dataset")
    assert (summary.files, summary.totals.returned) == (1, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A round, and a dataset of one return."""
    folder = tmp_path_factory.mktemp("library")
    (folder / "teams.csv").write_text("team,country\nPAK,PAK\n", encoding="utf-8")
    hrge_xl.init_round(folder / "round", "example", folder / "teams.csv")
    workbook = hrge_xl.generate(hrge_xl.load("example"), api.Order("PAK", TODAY, "PAK"))
    (folder / "PAK.xlsx").write_bytes(workbook)
    hrge_xl.consolidate([api.Source([folder / "PAK.xlsx"], REQUEST)], folder / "dataset")
    return folder


REQUEST = api.ValidationRequest(api.ExpectedReturn("example"), TODAY)
ONE = {"reason": "Agreed.", "by": "Coordinator", "day": TODAY}
UNKNOWN = api.Order("A", TODAY, "XX")
REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a name": (lambda at: hrge_xl.validate("PAK.xlsx", REQUEST), "['PAK.xlsx']"),
    "a path": (lambda at: hrge_xl.validate(at / "PAK.xlsx", REQUEST), "Put it into a list"),
    "a source": (lambda at: api.Source("PAK.xlsx", REQUEST), "Put it into a list"),
    "a question": (lambda at: api.Question(str(at), TODAY), "Put it into a list"),
    "sources": (lambda at: hrge_xl.consolidate("PAK.xlsx", at / "x"), "Put it into a list"),
    "formats": (lambda at: hrge_xl.consolidate([], at / "x", formats="xlsx"), "Put it into a list"),
    "mails": (lambda at: hrge_xl.receive(at / "round", str(at / "PAK.xlsx"), TODAY), "Put it into a list"),
    "returns": (lambda at: hrge_xl.decide(at / "dataset", "PAK.xlsx", "counts", **ONE), "Put it into a list"),
    "tools": (lambda at: api.Order("PAK", TODAY, tools="PLAN"), "Put it into a list"),
    "country": (lambda at: made(country="XX"), "'XX' is not a country of example"),
    "name of a country": (lambda at: made(country="Pakistan"), "Write 'PAK'"),
    "country of many": (lambda at: [*hrge_xl.issue(hrge_xl.load("example"), [UNKNOWN] * 2)], "'XX'"),
    "no rows": (lambda at: made(country="PAK", blank_rows=0), "1 to 500"),
    "many rows": (lambda at: made(country="PAK", blank_rows=501), "1 to 500"),
    "among returns": (lambda at: hrge_xl.consolidate([], at / "returned"), "among returned files"),
    "decision": (lambda at: hrge_xl.decide(at / "dataset", ["PAK.xlsx"], "count", **ONE), "Did you mean 'counts'?"),
    "row": (lambda at: hrge_xl.trace(at / "dataset", "answers", 0, TODAY), "has no row 0"),
    "table": (lambda at: hrge_xl.export(at / "dataset", at / "x.txt", TODAY, table="answers"), "'txt'"),
    "tables": (lambda at: hrge_xl.export(at / "dataset", at / "x.txt", TODAY), ".xlsx"),
    "report": (lambda at: hrge_xl.report({}, "pdf"), "no format of reports 'pdf'"),
    "seal": (lambda at: hrge_xl.sign(at / "dataset", at / "none.html", by="Coordinator"), "no such report"),
}  # fmt: skip


def made(**order: Any) -> bytes:
    return hrge_xl.generate(hrge_xl.load("example"), api.Order("A", TODAY, **order))


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_command_line_refuses_the_library_refuses(what: str, folder: Path) -> None:
    """With a sentence, and before anything is written."""
    verb, told = REFUSED[what]
    with pytest.raises(UsageError) as refused:
        verb(folder)
    assert told in str(refused.value)
    assert not (folder / "x.txt").exists()


def test_paths_may_be_texts_or_paths(folder: Path) -> None:
    for path in (folder / "dataset", str(folder / "dataset")):
        with hrge_xl.datasets(api.Question([path], TODAY)) as found:
            assert len(found[0].returns()) == 1
