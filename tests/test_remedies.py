"""Remedies that are commands can be typed as they stand, and lead to another state.

Every text of the program that names a command is tried: it is followed here, or stands in `remedies.yaml`.
"""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import click
import pytest
import yaml

import hrge_xl
from hrge_xl.cli import cli
from tests.command_line import ran
from tests.played_rounds import workbook

PACKAGE = Path(hrge_xl.__file__).parent
SPECS = PACKAGE.parent / "workbook_specs"
OTHERS: dict[str, list[str]] = yaml.safe_load(
    Path(__file__).with_name("remedies.yaml").read_text(encoding="utf-8")
)
PROGRAM = re.compile(r"\bhrge-xl (?!\{program_digest)[a-z{]")
NAME = re.compile(r"hrge-xl [a-z]+")  # by which a command signs what it enters
COMMAND = re.compile(
    r"`hrge-xl ([^`]+)`|\(hrge-xl ([^)]+)\)|hrge-xl (.+?)(?= {3}|[.;,]? *$|[.;,] |\)$)",
    re.MULTILINE,
)


def commands_in(text: str) -> list[str]:
    """Return the commands that a text says to type, without the name of the program."""
    return ["".join(groups).strip() for groups in COMMAND.findall(text)]


# the texts as they stand in the code


@cache
def texts_with_commands() -> tuple[str, ...]:
    """Return every text that names a command; what it fills in stands in braces.

    Findings are left out, which are said to teams: no error ends with them.
    """
    modules = [
        module.read_text(encoding="utf-8")
        for module in PACKAGE.rglob("*.py")
        if module.parent.name != "findings"
    ]
    texts = (
        text for module in modules if "hrge-xl" in module for text in texts_of(ast.parse(module))
    )
    return tuple(
        sorted({text for text in texts if PROGRAM.search(text) and not NAME.fullmatch(text)})
    )


def texts_of(tree: ast.Module) -> Iterator[str]:
    """Yield the texts of a module, but for docstrings."""
    parts = {
        part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values
    }
    docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if node in parts | docstrings:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(map(written, node.values))


def written(part: ast.expr) -> str:
    """Return a part of a text as it is written, or what it fills in, in braces."""
    if isinstance(part, ast.Constant):
        return str(part.value)
    return f"{{{ast.unparse(part.value)}}}" if isinstance(part, ast.FormattedValue) else ""


def test_every_text_is_followed_or_listed() -> None:
    known = [
        *(case.says for case in CASES),
        *OTHERS["notes"],
        *OTHERS["elsewhere"],
        *OTHERS["prose"],
    ]
    texts = texts_with_commands()
    assert [text for text in texts if not any(part in text for part in known)] == []
    assert [part for part in known if not any(part in text for text in texts)] == []


def test_every_command_can_be_typed() -> None:
    """There is such a command, with these options, and nothing that it needs is missing."""
    wrong = {
        command: reason
        for text in texts_with_commands()
        if not any(part in text for part in OTHERS["prose"])
        for command in commands_in(re.sub(r"\{[^}]*\}", "X", text))
        if (reason := why_it_cannot_be_typed(command))
    }
    assert wrong == {}


def why_it_cannot_be_typed(text: str) -> str:
    """Say what is wrong with a command by its words alone; empty where nothing is."""
    words = shlex.split(text)
    command: click.Command = cli
    context = click.Context(cli, info_name="hrge-xl", **cli.context_settings)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        if "X" in name:  # filled in
            return ""
        subcommand = command.get_command(context, name)
        if subcommand is None:
            return f"there is no command {name}"
        command = subcommand
        context = click.Context(command, parent=context)
    given = {word for word in words if word.startswith("-") and "X" not in word}
    options = [part for part in command.get_params(context) if isinstance(part, click.Option)]
    names = {name for option in options for name in (*option.opts, *option.secondary_opts)}
    if given - names:
        return f"no option {given - names}"
    missing = [
        option.opts[0] for option in options if option.required and given.isdisjoint(option.opts)
    ]
    needed = [
        part
        for part in command.get_params(context)
        if isinstance(part, click.Argument) and part.required
    ]
    if missing or (needed and not words):
        return f"needs {missing or [part.name for part in needed]}"
    return ""


# what becomes of them when they are followed


@dataclass(frozen=True)
class Case:
    """An error that ends a command, in a folder with a round R and a dataset D of it that has a copy to share.

    `says` is a part of the remedy as it stands in the code; `prepare` leads to the error; `fill` says what somebody
    types in place of words in capitals. `informs`: the remedy shows something, and the command stays refused.
    """

    says: str
    command: str
    prepare: Callable[[], object] = lambda: None
    fill: Mapping[str, str] = field(default_factory=dict)
    informs: bool = False
    quick: bool = False

    @property
    def name(self) -> str:
        """Name it in the list of tests."""
        return f"{self.command} ({self.says[:24]})"


WHO = "--reason x --by Office"


def change(file: str, statement: str) -> Callable[[], None]:
    """Return what changes a database as another program would."""

    def make_change() -> None:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(statement)

    return make_change


def rewrite(file: str, old: str, new: str, most: int = 0) -> Callable[[], None]:
    """Return what replaces a pattern in some files: each time, or the first ones."""

    def make_change() -> None:
        for path in Path().glob(file):
            text = re.sub(old, new, path.read_text(encoding="utf-8"), count=most)
            path.write_text(text, encoding="utf-8")

    return make_change


def first(*commands: str) -> Callable[[], None]:
    """Return what runs commands, whatever these end with."""

    def run_commands() -> None:
        for command in commands:
            ran(*shlex.split(command), code=None)

    return run_commands


def without(*files: str) -> Callable[[], None]:
    """Return what takes files and folders away."""

    def remove() -> None:
        for file in files:
            if Path(file).is_dir():
                shutil.rmtree(file)
            else:
                Path(file).unlink()

    return remove


def a_file(name: str, content: bytes = b"x") -> Callable[[], object]:
    """Return what writes a file."""
    return lambda: Path(name).write_bytes(content)


def both(*steps: Callable[[], object]) -> Callable[[], None]:
    """Return what takes one step after the other."""

    def take_steps() -> None:
        for step in steps:
            step()

    return take_steps


def an_own_spec(name: str, file: str, content: str) -> Callable[[], None]:
    """Return what copies the example spec into a folder and writes a file there."""

    def write_spec() -> None:
        shutil.copytree(SPECS / "example", name)
        path = Path(name, file)
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")

    return write_spec


def a_late_return() -> None:
    """Let a return come after a round was consolidated."""
    late = Path("R/returned/Karachi.xlsx")
    aside = late.rename("Karachi.xlsx")
    ran("consolidate", "R", "-o", "R", "--shareable")
    aside.rename(late)


EARLIER = "UPDATE meta SET value = '6' WHERE name = 'schema_version'"
UNFINISHED = "DELETE FROM meta WHERE name = 'filled'"
CUT_OFF = "DELETE FROM meta WHERE name = 'derived'"
A_TRANSLATION = both(
    an_own_spec("other", "rules.yaml", "[]\n"), first("spec translate ./other --language es")
)
UNTRANSLATED = r'msgid ((?:"[^\n]*"\n)+)msgstr ""\n(?!")'
SHARED_AGAIN = {"FOLDER -o FOLDER": "D -o D --shareable"}
ONE_RETURN = {"FILE": "R/returned/Rabat.xlsx", "…": "PAK"}
A_ROUND = {"SPEC": "example", "FILE": "teams.csv", "NEW": "new"}
CASES = (
    # specs
    Case(
        "Begin with a workbook of: hrge-xl spec new",
        "spec check list.xlsx",
        first("round export-teams R -o list.xlsx"),
        fill={"NAME": "own", "FILE.xlsx": "own.xlsx"},
        informs=True,
        quick=True,
    ),
    Case(
        "Make one: hrge-xl spec export",
        "spec translate own.xlsx --language fr",
        first("spec new own -o own.xlsx"),
        fill={"FOLDER": "own_spec"},
        informs=True,
    ),
    # datasets
    Case(
        "Run `hrge-xl consolidate {folder} -o {folder}` first",
        "verify D",
        change("D/dataset.sqlite", EARLIER),
        quick=True,
    ),
    Case(
        "Run `hrge-xl consolidate {folder} -o {folder}` first",
        "report D --format json -o o",
        change("D/dataset.sqlite", EARLIER),
    ),
    Case(
        "Run `hrge-xl consolidate {folder} -o {folder}` first",
        "verify R",
        both(first("consolidate R -o R"), change("R/dataset.sqlite", EARLIER)),
    ),
    Case(
        "Run `hrge-xl consolidate {folder} -o {folder}` first",
        "report D --format json -o o",
        change("D/dataset.sqlite", UNFINISHED),
    ),
    Case(
        "hrge-xl consolidate {source} -o {source} --shareable",
        "report D/shareable --format json -o o",
        change("D/shareable/dataset.sqlite", EARLIER),
        quick=True,
    ),
    Case(
        "hrge-xl consolidate {source} -o {source} --shareable",
        "consolidate D/shareable -o D/shareable",
        informs=True,
    ),
    Case(
        "hrge-xl consolidate {quoted(folder)} -o {quoted(folder)} --shareable",
        "verify D",
        change("D/shareable/dataset.sqlite", EARLIER),
    ),
    Case(
        "Run `hrge-xl consolidate {quoted(folder)} -o {quoted(folder)}`, then this",
        "verify D",
        change("D/dataset.sqlite", CUT_OFF),
    ),
    Case("Run `hrge-xl consolidate {sources} -o {quoted(folder)}` first", "verify R", quick=True),
    Case(
        "Run `hrge-xl consolidate {sources} -o {quoted(folder)}` first",
        "export E --table answers -o a.csv",
        lambda: Path("E").mkdir(),
        {"FILES": "R/returned"},
    ),
    Case(
        "See what differs with `hrge-xl verify",
        "report D --format json -o o",
        change("D/dataset.sqlite", "UPDATE submissions SET team = 'x'"),
    ),
    Case("Older than the dataset", "verify R", both(a_late_return, first("status R"))),
    Case(
        "Put the JSON report of the same run beside it",
        "verify o/validation.html --returned R/returned",
        first("report D --format html -o o"),
        {"DATASET": "D"},
    ),
    Case(
        "Make it again from what was received",
        "export D/shareable --table answers -o a.xlsx",
        change(
            "D/shareable/dataset.sqlite",
            "UPDATE answers_fact SET date = 'x' WHERE date IS NOT NULL",
        ),
        SHARED_AGAIN,
    ),
    Case(
        "for a copy to share with --shareable",
        "report D/shareable --format overview -o o",
        change("D/shareable/dataset.sqlite", CUT_OFF),
        SHARED_AGAIN,
    ),
    # ledgers
    Case(
        "or make it again: hrge-xl recover {quoted(folder)}",
        "report D --format json -o o",
        without("D/ledger.sqlite"),
    ),
    Case(
        "or make it again: hrge-xl recover {folder}",
        "report D --format json -o o",
        a_file("D/ledger.sqlite", b"x" * 5000),
    ),
    Case("What was changed in it: hrge-xl verify", "recover D", informs=True),
    Case(
        "and make the decisions and waivers again",
        "recover D",
        without("D/ledger.sqlite", "D/ledger.jsonl"),
        {"NEW": "N"},
        informs=True,
    ),
    Case(
        "Restore {JOURNAL} or {NAME} from a backup",
        "recover D",
        both(without("D/ledger.sqlite"), rewrite("D/ledger.jsonl", "returned", "returnes")),
        {"NEW": "N"},
        informs=True,
    ),
    Case(
        "To see what: hrge-xl verify",
        "decide D",
        change("D/ledger.sqlite", "UPDATE rounds SET folder = x'ff'"),
        informs=True,
    ),
    Case(
        "was changed from outside",
        "status R",
        both(
            first("consolidate R -o R"),
            change("R/ledger.sqlite", "UPDATE entries SET time = '2020-01-01'"),
        ),
        informs=True,
    ),
    Case(
        "seal the terms of the round as they are now",
        "sign R/round.yaml --ledger R --check",
        both(
            first("consolidate R -o R", "sign R --by n"),
            first(f"round extend R 2027-02-02 {WHO} --yes"),
        ),
        {"ROUND": "R", "NAME": "n"},
    ),
    Case(
        "Make one with: hrge-xl sign --new-key FILE",
        "sign R --by n --key bad.pem",
        both(first("consolidate R -o R"), a_file("bad.pem")),
        {"FILE": "new.pem"},
        informs=True,
    ),
    Case(
        "Say which report: hrge-xl sign",
        "sign --ledger D",
        first("report D --format json -o o"),
        {"REPORT": "R", "NAME": "n"},
        informs=True,
    ),
    Case(
        "Say what to waive",
        "waive --ledger R",
        fill={"CODE": "V001", "FILE": "Karachi.xlsx", "FOLDER": "R", "TEXT": "t", "NAME": "n"},
        informs=True,
    ),
    Case(
        "Those there are: hrge-xl waive --list",
        "waive --ledger R --withdraw 7 --by n",
        first("consolidate R -o R"),
        informs=True,
    ),
    Case(
        "what is to be decided: hrge-xl decide",
        f"waive I001 --ledger R --file Rabat.xlsx {WHO}",
        informs=True,
        quick=True,
    ),
    Case("See: hrge-xl help trace", "trace R", informs=True, quick=True),
    # files that cannot be read
    Case(
        "To see why: hrge-xl validate {quoted(path)}",
        "generate example --country PAK --answers b.xlsx",
        a_file("b.xlsx"),
        informs=True,
    ),
    Case(
        "To see why: hrge-xl validate {quoted(only_result.path)}",
        "compare b.xlsx R/returned/Rabat.xlsx",
        a_file("b.xlsx"),
        informs=True,
    ),
    Case(
        "To see why: hrge-xl validate {quoted(file.path)}",
        "spec diff example ./other --returned b.xlsx",
        both(a_file("b.xlsx"), an_own_spec("other", "rules.yaml", "[]\n")),
        informs=True,
    ),
    # rounds
    Case(
        "To go on with it: hrge-xl round reopen {quoted(folder)} --reason",
        f"round extend R 2027-01-01 {WHO} --yes",
        first(f"round close R {WHO} --yes"),
        {"…": "why"},
    ),
    Case(
        "To close it again: hrge-xl round close",
        f"round undo R {WHO} --yes",
        first(f"round close R {WHO} --yes", f"round reopen R {WHO} --yes"),
        {"…": "why"},
    ),
    Case(
        "To make it one: hrge-xl round init",
        "status E",
        lambda: Path("E").mkdir(),
        A_ROUND,
        quick=True,
    ),
    Case("move it away and set the round up again", "status R", a_file("R/round.yaml"), A_ROUND),
    Case(
        "Set up a round of its own: hrge-xl round init",
        "round update-spec R --spec ./other",
        an_own_spec(
            "other",
            "workbook.yaml",
            (SPECS / "example" / "workbook.yaml")
            .read_text(encoding="utf-8")
            .replace("name: example", "name: other"),
        ),
        A_ROUND,
        informs=True,
    ),
    Case(
        "hrge-xl round update-spec {quoted(folder)} --spec", "status R", without("R/spec"), A_ROUND
    ),
    Case(
        "hrge-xl round update-spec {quoted(folder)} --spec",
        "status R",
        rewrite("R/round.yaml", "spec_digest.*\n", ""),
        A_ROUND,
    ),
    Case(
        "hrge-xl round update-spec {quoted(folder)} --spec",
        "status R",
        rewrite("R/spec/*/rules.yaml", "\\Z", "# more\n"),
    ),
    Case(
        "or move it to another version",
        "validate R --spec ./other",
        an_own_spec("other", "rules.yaml", "[]\n"),
    ),
    # workbooks
    Case("A sample is of a spec", "generate R --sample", informs=True),
    Case(
        "For another number, outside the round",
        "generate R --blank-rows 5",
        fill={"…": "PAK", " N": " 3"},
        informs=True,
    ),
    Case(
        "continues from its own answers",
        "generate R --answers R/returned/Rabat.xlsx",
        lambda: shutil.copytree("R", "before"),
        ONE_RETURN | {"EARLIER_ROUND": "before"},
        informs=True,
    ),
    Case("where `hrge-xl status {round}` looks", "generate R -o o", informs=True),
    Case(
        "For one workbook: hrge-xl generate",
        "generate example --from R",
        fill=ONE_RETURN,
        informs=True,
    ),
    Case(
        "In a copy of the spec that is your own",
        "generate ./other --country PAK --language es",
        both(
            A_TRANSLATION,
            rewrite("other/languages/es.po", UNTRANSLATED, r"msgid \1msgstr \1", most=1),
        ),
        {"FOLDER": "./other", "FILE": "es.xlsx"},
        informs=True,
    ),
    # translations
    Case(
        "Delete it and state again who reviewed what",
        "spec check ./other --fast",
        both(
            A_TRANSLATION,
            rewrite("other/languages/es.po", UNTRANSLATED, r"msgid \1msgstr \1"),
            a_file("other/languages.yaml"),
        ),
        {"SPEC": "./other", "LANG": "es", "ROLE": "officer"},
    ),
    Case(
        "or move it away and begin a new one",
        "spec check ./other --fast",
        an_own_spec("other", "languages/fr.po", "msgfoo x\n"),
        {"SPEC": "./other", "LANG": "fr"},
    ),
)
AWAY = {  # what a remedy says to take away before the command is typed
    "move it away and set the round up again": ("R/round.yaml",),
    "Delete it and state again who reviewed what": ("other/languages.yaml",),
    "or move it away and begin a new one": ("other/languages/fr.po",),
}


AT_ONCE = pytest.mark.xdist_group("remedies")  # by one process, which plays the round once


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a round of two teams, and a dataset of it elsewhere."""
    folder = tmp_path_factory.mktemp("played")
    (folder / "teams.csv").write_text("team,country\nRabat,MAR\nKarachi,PAK\n", encoding="utf-8")
    ran("round", "init", folder / "R", "--spec", "example", "--teams", folder / "teams.csv")
    key = (folder / "R" / "signing.key").read_bytes()
    for day, team in enumerate(("Rabat", "Karachi"), 1):
        file = folder / "R" / "returned" / f"{team}.xlsx"
        file.write_bytes(workbook(team, day, right=team == "Rabat", key=key, round_="R"))
    ran("consolidate", folder / "R", "-o", folder / "D", "--shareable")
    return folder


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=AT_ONCE if case.quick else pytest.mark.deep)
        for case in CASES
    ],
)
def test_following_a_remedy_leads_to_another_state(
    case: Case, played: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "office"
    shutil.copytree(played, folder)
    monkeypatch.chdir(folder)
    case.prepare()
    words = shlex.split(case.command)
    error = ran(*words, code=None)
    remedies = commands_in(error.out + error.err)
    assert remedies, error
    for part in AWAY.get(case.says, ()):
        Path(part).unlink()
    for remedy in remedies:
        follow(filled_in(remedy, case.fill))
    if not case.informs:
        after = ran(*words, code=None)
        assert after != error
        assert set(remedies).isdisjoint(commands_in(after.out + after.err)), after


def filled_in(remedy: str, words: Mapping[str, str]) -> str:
    """Return a command with what somebody types in the places of its words in capitals."""
    for placeholder, value in words.items():
        remedy = remedy.replace(placeholder, value)
    return remedy


def follow(remedy: str) -> None:
    """Type a command as it stands, and say yes where it asks: it does what it says, whatever it finds."""
    words = shlex.split(remedy)
    says_yes = "--reason" in words and words[0] == "round"
    ran(*words, *(["--yes"] if says_yes else []), code=(0, 1, 4))
