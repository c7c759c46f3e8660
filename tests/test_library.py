"""The public names of the library, and the whole way through them."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import pickle
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import click
import pytest
import yaml

import hrge_xl
from hrge_xl.cli import cli
from hrge_xl.core.errors import UsageError
from tests.face import COMMANDS
from tests.write_docs import DOCS

ROOT = DOCS.parent
FIXTURES = Path(__file__).parent / "fixtures"

TODAY = date(2026, 6, 30)
SPEC = hrge_xl.load("example")
REQUEST = hrge_xl.ValidationRequest(hrge_xl.ExpectedReturn("example"), TODAY)
VERBS = {name for name in hrge_xl.__all__ if name.islower()}
TABLES: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
)
CALLED: dict[str, str] = TABLES["called"]
OF_THE_TERMINAL = {"completion", "help", "open"}
RECORDS = {  # what some verbs are told in one
    "consolidate": hrge_xl.DatasetRequest,
    "datasets": hrge_xl.DatasetRequest,
    "document": hrge_xl.Facts,
    "export": hrge_xl.RowFilter,
    "give_feedback": hrge_xl.DatasetRequest,
    "both_sides": hrge_xl.DatasetRequest,
}
NO_PARAMETERS = {*TABLES["shown"], *TABLES["choosing"]}


def leaves() -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, as it is typed."""
    root = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(root, name)
        within = command.commands if isinstance(command, click.Group) else {"": command}
        yield from ((f"{name} {below}".strip(), each) for below, each in within.items() if each)


def test_every_command_calls_its_verbs() -> None:
    """And nothing below the library: that is a contract of the layers."""
    assert {name for name, _ in leaves()} - OF_THE_TERMINAL == CALLED.keys()
    for name, command in leaves():
        assert command.callback is not None
        tree = ast.parse(
            inspect.getsource(sys.modules[inspect.unwrap(command.callback).__module__])
        )
        attributes = (each for each in ast.walk(tree) if isinstance(each, ast.Attribute))
        called = {each.attr for each in attributes if ast.unparse(each.value) == "hrge_xl"}
        assert set(CALLED.get(name, "").split()) <= called, name


def test_every_option_is_a_parameter() -> None:
    """But for those that say how the result is shown."""
    for name, command in leaves():
        verbs = CALLED.get(name, "").split()
        told = [
            *(getattr(hrge_xl, verb) for verb in verbs),
            *(RECORDS[verb] for verb in verbs if verb in RECORDS),
        ]
        known = {name for each in told for name in inspect.signature(each).parameters}
        shown = (
            each
            for each in command.params
            if each.expose_value and not getattr(each, "hidden", False)
        )
        options = {each.name for each in shown}
        lost = {
            each
            for each in options - NO_PARAMETERS - known
            if TABLES["same"].get(each) not in known
        }
        assert not lost or name in OF_THE_TERMINAL, (name, lost)


def test_no_public_name_is_taken_away() -> None:
    """Parameters of verbs and fields of records, as programs of others name them; a later version may have more."""
    public_names = json.loads((FIXTURES / "public_names.json").read_text(encoding="utf-8"))
    gone = {}
    for name, before in public_names.items():
        now = _names_of(getattr(hrge_xl, name, None))
        if not now.issuperset(before):
            gone[name] = sorted(set(before) - now)
    assert gone == {}


def _names_of(public: Any) -> set[str]:
    """Return the parameters of a verb, or the fields of a record."""
    if not inspect.isclass(public):
        return set(inspect.signature(public).parameters) if callable(public) else set()
    if dataclasses.is_dataclass(public):
        return {field.name for field in dataclasses.fields(public)}
    return set(getattr(public, "_fields", None) or getattr(public, "__annotations__", {}))


def test_the_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One block goes on where the one before ended, and every verb of the table is one that there is."""
    monkeypatch.chdir(tmp_path)
    page = (DOCS / "library.md").read_text(encoding="utf-8")
    session: dict[str, Any] = {}
    for block in blocks("library.md"):
        if "reader.close()" in block:
            served(session)
        exec(compile(block, "docs/library.md", "exec"), session)
    assert session["told"] == ("usage", "Morroco", "", "Did you mean Morocco (MAR)?")
    assert {*session["verdicts"].values()} == {"returned"}
    assert type(session["row"]["n"]) is int
    assert session["answered"] > 0
    assert len(session["plans"]) == 2
    assert (tmp_path / "data_fr.xlsx").is_file()
    cells = "".join(re.findall(r"^\|.*\|(.*)\|$", page, re.M))
    assert {*re.findall(r"`(\w+)`", cells)} == VERBS


def blocks(page: str) -> list[str]:
    return re.findall(
        r"^```python\n(.*?)^```$", (DOCS / page).read_text(encoding="utf-8"), re.M | re.S
    )


def served(session: dict[str, Any]) -> None:
    """The web service of the page answers as a WSGI application has to, also to what is no workbook."""
    workbook = (session["returned"] / "MAR.xlsx").read_bytes()
    for sent, code, verdict in (
        (workbook, 200, "returned"),
        (b"not a workbook", 200, "refused"),
        (b"", 413, ""),
    ):
        environ: dict[str, Any] = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": str(len(sent))}
        setup_testing_defaults(environ)
        environ["wsgi.input"] = BytesIO(sent)
        started = Mock()
        answer = validator(session["application"])(environ, started)
        body = b"".join(answer)
        answer.close()
        assert started.call_args.args[0].startswith(str(code))
        assert not verdict or json.loads(body)["verdict"] == verdict


def test_a_place_may_be_a_text_wherever_one_is_named() -> None:
    for name in VERBS:
        for parameter in inspect.signature(getattr(hrge_xl, name)).parameters.values():
            kind = str(parameter.annotation)
            assert "str | Path" in kind or "Path" not in kind, (name, parameter)


def test_a_round_is_found_by_its_text(tmp_path: Path) -> None:
    place = str(tmp_path / "round")
    (tmp_path / "teams.csv").write_text("team\nMAR\n", encoding="utf-8")
    hrge_xl.init_round(place, "example", str(tmp_path / "teams.csv"), date(2026, 1, 1), TODAY)
    planned = hrge_xl.extend(place, date(2026, 8, 1))
    hrge_xl.change_round(planned, reason="Floods", by="Coordinator", day=TODAY)
    assert hrge_xl.refresh(place, TODAY).round == hrge_xl.load_round(place)
    assert hrge_xl.verify(place).identical


def test_what_a_notebook_shows_is_short(tmp_path: Path) -> None:
    file = tmp_path / "<MAR>.xlsx"
    file.write_bytes(
        hrge_xl.generate(
            hrge_xl.load("example"),
            hrge_xl.Order("MAR", TODAY, "MAR", answers={("PLAN", "1", "PLN_03"): "Training"}),
        )
    )
    result = hrge_xl.check(file, REQUEST)
    hrge_xl.consolidate(file, tmp_path / "dataset")
    (tmp_path / "teams.csv").write_text("team\nMAR\n", encoding="utf-8")
    days = (date(2026, 1, 1), TODAY)
    hrge_xl.init_round(tmp_path / "round", "example", tmp_path / "teams.csv", *days)
    round_ = hrge_xl.load_round(tmp_path / "round")
    with hrge_xl.one_dataset(tmp_path / "dataset", TODAY) as dataset:
        shown = [
            dataset,
            *dataset.returns(),
            result,
            result.spec,
            result.layout,
            result.submission,
            round_,
        ]
        shown += result.findings
        tables = hrge_xl.open_dataset(tmp_path / "dataset")
        for each in (dataset, result, result.spec, tables):
            page = each._repr_html_()  # type: ignore[union-attr]
            assert len(page) < 10_000
            assert "<table><tr><th>" in page
        shown += hrge_xl.status(tmp_path / "round", TODAY)
        assert all(len(repr(each)) < 200 for each in shown), shown
        assert "counts" in repr(dataset.returns()[0])
    page = result._repr_html_()
    assert "&lt;MAR&gt;.xlsx" in page
    assert "<td>V001<td>error<td>Plan<td>E7<td>Project code: the answer is missing." in page


def test_the_public_names() -> None:
    assert set(TABLES["always"].split()) <= set(hrge_xl.__all__) <= set(dir(hrge_xl))
    assert all(getattr(hrge_xl, name) is not None for name in hrge_xl.__all__)
    assert not hasattr(hrge_xl, "no_verb")


def test_importing_is_light() -> None:
    """Neither the package nor its verbs bring more than what loads them later."""
    code = "import sys; was = {*sys.modules}; import hrge_xl; dir(hrge_xl); print(sorted({*sys.modules} - was))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    brought = {name.partition(".")[0] for name in ast.literal_eval(done.stdout)}
    assert brought - {"hrge_xl", "lazy_loader"} <= sys.stdlib_module_names


RIGHT = """
from datetime import date
from io import BytesIO
from pathlib import Path

import hrge_xl
from hrge_xl import validate
from hrge_xl import ExpectedReturn, Order, ValidationRequest

today = date(2026, 6, 30)
workbook: bytes = hrge_xl.generate(hrge_xl.load("example"), Order("PAK", today, "PAK"))
for result in validate([Path("PAK.xlsx")], ValidationRequest(ExpectedReturn("example"), today)):
    reveal_type(result)
reveal_type(hrge_xl.trace("dataset", "answers", 1, today))
"""
WRONG = {
    "hrge_xl.no_such_verb()": "attr-defined",
    "hrge_xl.load()": "call-arg",
    "hrge_xl.explain(1)": "arg-type",
    "hrge_xl.verify(1)": "arg-type",
    "hrge_xl.consolidate([], Path('x'), formatz=['csv'])": "call-arg",
    "hrge_xl.status(Path('round'), today).teams": "attr-defined",
    "hrge_xl.open_dataset('dataset').answrs": "attr-defined",
}


@pytest.mark.deep
def test_a_type_checker_sees_the_verbs(tmp_path: Path) -> None:
    """A user's program with a wrong verb or argument is refused, a right one passes."""
    shown = (blocks("library.md"), blocks("first-analysis.md"))
    for name, page in zip(("page", "notebook"), shown, strict=True):
        (tmp_path / f"{name}.py").write_text("".join(page), encoding="utf-8")
    (tmp_path / "right.py").write_text(RIGHT, encoding="utf-8")
    (tmp_path / "wrong.py").write_text(RIGHT + "\n".join(WRONG), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file",
        "pyproject.toml",
        *tmp_path.glob("*.py"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    told = done.stdout.splitlines()
    assert not [each for each in told if "error:" in each and "wrong.py" not in each]
    assert "hrge_xl.exchange.validation.Result" in done.stdout
    assert "hrge_xl.dataset.tracing.TracedValue" in done.stdout
    first = RIGHT.count("\n") + 1
    for number, (line, code) in enumerate(WRONG.items(), start=first):
        found = [
            each for each in told if f"wrong.py:{number}: error:" in each and f"[{code}]" in each
        ]
        assert found, (line, told)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A round, and a dataset of one return."""
    folder = tmp_path_factory.mktemp("library")
    (folder / "teams.csv").write_text("team,country\nPAK,PAK\n", encoding="utf-8")
    hrge_xl.init_round(folder / "round", "example", folder / "teams.csv")
    workbook = hrge_xl.generate(hrge_xl.load("example"), hrge_xl.Order("PAK", TODAY, "PAK"))
    (folder / "PAK.xlsx").write_bytes(workbook)
    hrge_xl.consolidate(folder / "PAK.xlsx", folder / "dataset")
    return folder


def test_an_error_has_its_parts(folder: Path) -> None:
    """For programs: the text is whole without them."""
    errors = []
    for name in ("table", "name of a country", "drafts", "mails", "report"):
        with pytest.raises(UsageError) as refused:
            REFUSED[name][0](folder)
        errors.append(refused.value)
    assert errors[0].value == "txt"
    assert [each.code for each in errors] == ["usage"] * len(errors)
    assert all(each.remedy and str(each).endswith(each.remedy) for each in errors)
    assert errors[3].place == "sources"
    again = pickle.loads(pickle.dumps(errors[3]))
    assert (str(again), again.place, again.value, again.remedy) == (
        str(errors[3]),
        errors[3].place,
        errors[3].value,
        errors[3].remedy,
    )


ONE = {"reason": "Agreed.", "by": "Coordinator", "day": TODAY}
UNKNOWN = hrge_xl.Order("A", TODAY, "XX")
REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "no path": (lambda at: hrge_xl.validate(at / "no.xlsx"), "there is no such file"),
    "a dataset": (lambda at: hrge_xl.validate(at / "dataset"), "holds a dataset"),
    "no spec": (lambda at: hrge_xl.check(at / "PAK.xlsx", spec="no_such"), "no_such"),
    "twice": (
        lambda at: hrge_xl.check(at / "PAK.xlsx", REQUEST, today=TODAY),
        "the request says this itself",
    ),
    "a day twice": (
        lambda at: hrge_xl.consolidate(hrge_xl.DatasetRequest([]), at / "x", today=TODAY),
        "its own spec",
    ),
    "compared": (lambda at: hrge_xl.compare(at / "no.xlsx", at / "PAK.xlsx"), "could not be read"),
    "a question": (lambda at: hrge_xl.DatasetRequest(str(at), TODAY), "Put it into a list"),
    "teams": (lambda at: hrge_xl.extend(at / "round", TODAY, "PAK"), "Put it into a list"),
    "teams of files": (
        lambda at: hrge_xl.ExpectedReturn("example", teams="PAK"),
        "Put it into a list",
    ),
    "folders": (lambda at: hrge_xl.verify(at / "report.json", str(at)), "Put it into a list"),
    "rows": (lambda at: exported(at, hrge_xl.RowFilter(teams="PAK")), "Put it into a list"),
    "no such table": (lambda at: hrge_xl.read_table(at / "dataset", "risk"), "no table 'risk'"),
    "feedback": (
        lambda at: hrge_xl.feedback(hrge_xl.check(at / "no.xlsx", REQUEST), SPEC),
        "no answers to give back",
    ),
    "no files": (lambda at: hrge_xl.consolidate("no.xlsx", at / "x"), "there is no such file"),
    "formats": (lambda at: hrge_xl.consolidate([], at / "x", formats="xlsx"), "Put it into a list"),
    "mails": (
        lambda at: hrge_xl.receive(at / "round", str(at / "PAK.xlsx"), TODAY),
        "Put it into a list",
    ),
    "returns": (
        lambda at: hrge_xl.decide(at / "dataset", "PAK.xlsx", "counts", **ONE),
        "Put it into a list",
    ),
    "tools": (lambda at: hrge_xl.Order("PAK", TODAY, tools="PLAN"), "Put it into a list"),
    "country": (lambda at: made(country="XX"), "'XX' is not a country of example"),
    "name of a country": (lambda at: made(country="Pakistan"), "Write 'PAK'"),
    "country of many": (
        lambda at: [*hrge_xl.issue(hrge_xl.load("example"), [UNKNOWN] * 2)],
        "'XX'",
    ),
    "no rows": (lambda at: made(country="PAK", blank_rows=0), "1 to 500"),
    "many rows": (lambda at: made(country="PAK", blank_rows=501), "1 to 500"),
    "among returns": (lambda at: hrge_xl.consolidate([], at / "returned"), "among returned files"),
    "decision": (
        lambda at: hrge_xl.decide(at / "dataset", ["PAK.xlsx"], "count", **ONE),
        "Did you mean 'counts'?",
    ),
    "row": (lambda at: hrge_xl.trace(at / "dataset", "answers", 0, TODAY), "has no row 0"),
    "table": (
        lambda at: hrge_xl.export(at / "dataset", at / "x.txt", TODAY, table="answers"),
        "'txt'",
    ),
    "tables": (lambda at: hrge_xl.export(at / "dataset", at / "x.txt", TODAY), ".xlsx"),
    "drafts": (lambda at: hrge_xl.drafts(at, TODAY, ["letters"]), "no kind of e-mail 'letters'"),
    "a draft": (lambda at: hrge_xl.drafts(at, TODAY, "issue"), "Put it into a list"),
    "report": (lambda at: hrge_xl.report({}, "pdf"), "no format of reports 'pdf'"),
    "seal": (
        lambda at: hrge_xl.sign(at / "dataset", at / "none.html", by="Coordinator"),
        "no such report",
    ),
}


def exported(at: Path, where: hrge_xl.RowFilter) -> object:
    return hrge_xl.export(at / "dataset", at / "x.csv", TODAY, table="answers", where=where)


def made(**order: Any) -> bytes:
    return hrge_xl.generate(hrge_xl.load("example"), hrge_xl.Order("A", TODAY, **order))


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
        with hrge_xl.datasets(hrge_xl.DatasetRequest([path], TODAY)) as found:
            assert len(found[0].returns()) == 1


def test_a_first_example_is_one_line(folder: Path) -> None:
    """What a file is and whose, it says itself; day, spec and round can be named."""
    result = hrge_xl.check(folder / "PAK.xlsx")
    assert result.checked == date.today()
    assert result.spec is not None
    assert result.spec.name == "example"
    assert hrge_xl.check(str(folder / "PAK.xlsx"), spec="example", today=TODAY).checked == TODAY
    of_round = hrge_xl.check(folder / "PAK.xlsx", round=folder / "round")
    assert of_round.read_for == "round"
    steps: list[tuple[int, int]] = []
    progress = lambda done, total: steps.append((done, total))  # noqa: E731
    several = [folder / "PAK.xlsx", folder / "round"]
    (folder / "round" / "returned").mkdir(exist_ok=True)
    (folder / "round" / "returned" / "MAR.xlsx").write_bytes((folder / "PAK.xlsx").read_bytes())
    results = list(hrge_xl.validate(several, progress=progress))
    assert {Path(each.path).name: each.read_for for each in results} == {
        "PAK.xlsx": None,
        "MAR.xlsx": "round",
    }
    assert steps == [(1, 2), (2, 2)]
    summary = hrge_xl.consolidate(folder / "PAK.xlsx", folder / "elsewhere")
    assert summary.files == 1
    assert len(hrge_xl.read_table(folder / "elsewhere", "submissions")) == 1
    given = hrge_xl.give_feedback(str(folder / "PAK.xlsx"), folder / "feedback")
    assert len(list((folder / "feedback").glob("*.xlsx"))) == 1, given
    assert not hrge_xl.compare(
        folder / "PAK.xlsx", folder / "round" / "returned" / "MAR.xlsx"
    ).changes


def test_a_result_of_many_findings_is_short(folder: Path) -> None:
    result = hrge_xl.check(folder / "PAK.xlsx")
    result.findings *= 1 + 500 // len(result.findings)
    assert len(result.findings) > 500
    assert len(repr(result)) < 500


def test_the_language_of_a_wish_is_kept(folder: Path) -> None:
    """What the spec asks is in the language of the call, else of the wish, else of the spec."""
    told = []
    for language, where in (("fr", None), (None, hrge_xl.RowFilter(language="fr")), (None, None)):
        target = folder / f"{len(told)}.csv"
        hrge_xl.export(
            folder / "dataset", target, TODAY, table="questions", language=language, where=where
        )
        told.append(target.read_bytes())
    by_call, by_wish, by_spec = told
    assert by_call == by_wish != by_spec


def test_work_that_takes_long_says_how_far_it_is(tmp_path: Path) -> None:
    """And an error in the function that hears it is an error of that function."""
    steps: list[tuple[str, int, int | None]] = []
    with hrge_xl.watch_progress(lambda *step: steps.append(step)):
        hrge_xl.check_spec("example")
    text = "Trying out the workbooks, by language"
    assert steps == [(text, done, 3) for done in range(4)]
    with pytest.raises(ZeroDivisionError), hrge_xl.watch_progress(lambda *_: 1 // 0):
        hrge_xl.check_spec("example")
    steps.clear()
    hrge_xl.check_spec("example")
    assert steps == []
