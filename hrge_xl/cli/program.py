"""The program itself: `hrge-xl demo`, `explain`, `doctor`, `completion` and `help`."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.parsers.expat import EXPAT_VERSION

import click
from click import Context, Parameter, ParamType, pass_context
from click.shell_completion import CompletionItem, get_completion_class

import hrge_xl

from ..core.errors import Exit
from ..core.paths import quoted, write_whole
from ..core.words import Translate, translator
from .common import command_line, completes, verb
from .settings import check_all
from .terminal import block, data, line, output_to, print_json, print_lines, print_text


@verb("demo")
def demo(output: Path, spec: str) -> None:
    """Issue workbooks, let simulated teams fill them in, consolidate what came back, and write the reports.

    \b
    hrge-xl demo -o output/demo

    Next: open output/demo/reports/overview.html; hrge-xl help round
    """
    hrge_xl.play_teams(spec, output)
    line("Putting together what came back …", err=True)
    print_lines(hrge_xl.demonstrate(spec, output, command_line()).lines(), err=True)
    for description, path in (
        ("what the teams received", "issued"),
        ("what came back", "returned"),
        ("all teams at a glance, offline", "reports/overview.html"),
        (
            "the same with small counts of people masked, to share",
            "reports/overview_shareable.html",
        ),
        ("what it comes to, on one sheet of paper", "reports/brief.html"),
        ("the report for auditors, offline", "reports/validation.html"),
        ("the data of all teams, in Excel", "dataset/data.xlsx"),
        ("the same as a database", "dataset/dataset.sqlite"),
    ):
        line(f"{output / path}  {description}")


@verb("quickstart")
def quickstart(folder: Path, spec: str, today: date) -> None:
    """Set up a round of two teams to try everything out, with their workbooks.

    \b
    hrge-xl quickstart practice

    Next: fill in a workbook, save it into practice/returned; hrge-xl refresh practice
    """
    loaded = hrge_xl.load(spec)
    codes = [*loaded.vocabularies[loaded.countries].by_code][:2] if loaded.countries else ["", ""]
    listed = f"team,country\nTEAM-A,{codes[0]}\nTEAM-B,{codes[-1]}\n"
    with TemporaryDirectory(prefix="hrge-xl-") as home:
        Path(home, "teams.csv").write_text(listed, encoding="utf-8")
        hrge_xl.init_round(folder, spec, Path(home, "teams.csv"))
    write_whole(folder / "teams.csv", listed.encode())
    issued = hrge_xl.issue_round(folder, today=today).paths
    place = quoted(folder)
    print_text(
        f"{folder}: a round of two teams.",
        f"1. Fill in {issued[0]} in Excel or LibreOffice, and save it into {folder / 'returned'}.",
        f"2. hrge-xl refresh {place}",
        f"3. Open {folder / 'reports' / 'overview.html'}. Who has answered: hrge-xl status {place}",
        f"A round of your own begins with a list such as {folder / 'teams.csv'}: hrge-xl help round init",
    )


# explain


PARTS_OF_A_RULE = {"when": "When", "check": "Check"}  # words of the spec language


class CodeName(ParamType[str]):
    """A code of a finding, or its name."""

    name = "code"

    def shell_complete(
        self, ctx: Context, param: Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer codes with their names; names once one was begun."""
        from ..findings import CATALOGUE

        offered = [
            CompletionItem(text, help=kind.name)
            for kind in CATALOGUE.values()
            for text in (kind.code, kind.name)
        ]
        return [
            completion for completion in offered if completion.value.startswith(incomplete or "V0")
        ]


@verb("explain", code=CodeName())
def explain(code: str, spec: str | None, as_json: bool, output: Path | None, language: str) -> None:
    """Explain what a code means, why it matters, and what to do. The name of a finding, or a code written another way,
    works too.

    \b
    hrge-xl explain V002
    hrge-xl explain not-in-list
    hrge-xl explain r-m1

    Next: hrge-xl waive, where an answer is right as it is
    """
    explained = hrge_xl.explain(code, spec, language)
    facts = {key: text for key, text in asdict(explained).items() if text}
    with output_to(output):
        if as_json:
            print_json(facts)
        else:
            _print(facts, translator(language))


def _print(facts: Mapping[str, str], say: Translate) -> None:
    """Print what a code means: its head, what is said of an answer, and the rest below."""
    severity = say(facts["severity"])
    if "spec" in facts:
        line(f"{facts['code']} ({severity}), {say('a rule of {spec}').format(spec=facts['spec'])}")
    else:
        line(f"{facts['code']} {facts['name']} ({severity})")
    heads = {"why": say("Why it matters"), "example": say("Example"), "remedy": say("What to do")}
    paragraphs = (
        f"{head}: {facts[key]}" for key, head in (heads | PARTS_OF_A_RULE).items() if key in facts
    )
    print_text("", facts["message"], "", *paragraphs)


# doctor


NEEDED = (
    "xlsxwriter",
    "openpyxl",
    "pandas",
    "pandera",
    "pydantic",
    "babel",
    "sqlalchemy",
    "python-calamine",
)
EXTRAS = {  # by package: the extra that it comes with, and what that is for
    "psycopg": ("postgres", "a dataset in PostgreSQL"),
    "pyarrow": ("parquet", "Parquet files"),
    "distributed": ("cluster", "consolidation on a cluster"),
    "msoffcrypto-tool": ("encrypted", "workbooks with a password"),
    "olefile": ("mail", "mails of Outlook, .msg"),
    "cryptography": ("sign", "signed seals"),
    "pyxform": ("xlsform", "what is wrong with an XLSForm"),
    "starlette": ("desk", "a round in the browser"),
}
# From here on expat is proof against entities, tokens and nesting that take any time, stack or memory.
SAFE_EXPAT = (2, 7, 2)
OUTSIDE = {
    "network": "network",
    "program": "other program",
    "process": "other process",
    "reading": "other file",
    "writing": "writing",
}
NOT_STARTED = "CANNOT BE STARTED, so no file can be read. A security program may forbid it, or memory may be short."


@verb("doctor")
@pass_context
def doctor(ctx: Context) -> int:
    """Show what is installed, what each extra would add, and what the processes that read files are kept from.

    The whole file of your settings is checked, where there is one; other commands look only at what is meant for them.

    The exit code is 1 if something is missing that every command needs.

    \b
    hrge-xl doctor

    Next: hrge-xl demo
    """
    line(f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")
    print_text(_about_expat(EXPAT_VERSION))
    missing = [package for package in NEEDED if _version(package) is None]
    for package in NEEDED:
        line(f"{package} {_version(package) or 'MISSING: reinstall hrge-xl'}")
    for package, (extra, purpose) in EXTRAS.items():
        installed = _version(package)
        state = (
            f"installed ({package} {installed})"
            if installed
            else f'not installed: pip install "hrge-xl[{extra}]"'
        )
        print_text(f"Extra {extra}, for {purpose}: {state}")
    if missing:
        return Exit.FINDINGS
    for spec in map(hrge_xl.load, hrge_xl.versions()):
        about = f"{len(spec.tools)} sheets, {', '.join(spec.languages)}"
        print_text(f"spec {spec.name} {spec.version}, {about}")
    print_text(
        f"Specs that passed every check are kept in {hrge_xl.specs_folder() or 'no folder: this user has none'}"
    )
    line(check_all(ctx.find_root()))
    confinement = hrge_xl.confinement()
    print_text(
        f"Reading processes: {_confinement_text(confinement) if confinement else NOT_STARTED}"
    )
    return Exit.OK if confinement else Exit.FINDINGS


def _about_expat(version: str) -> str:
    """Say whether the parser of XML is new enough."""
    text = version.replace("_", " ")
    least = ".".join(map(str, SAFE_EXPAT))
    if tuple(map(int, version.removeprefix("expat_").split("."))) >= SAFE_EXPAT:
        return text
    return (
        f"{text} is OLDER than {least}: a crafted file may keep a reading process busy until its limits end it. "
        "Install the newest release of Python; where Python uses the parser of the system, update its package expat "
        "(some systems fix an older one without changing its number)."
    )


def _confinement_text(confinement: hrge_xl.Confinement) -> str:
    """Say what a reading process is denied, and by what; then what it has."""
    closed = [
        f"no {resource}" for attempt, resource in OUTSIDE.items() if attempt not in confinement.open
    ]
    means = f" ({', '.join(confinement.means)})" if confinement.means else ""
    text = f"{', '.join(closed) or 'limits of time and memory only'}{means}"
    if confinement.open:
        text += f"; NOT KEPT from: {', '.join(OUTSIDE[attempt] for attempt in confinement.open)}"
    return "; ".join([text, *confinement.missing])


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


# completion


VARIABLE = "_HRGE_XL_COMPLETE"
SHELLS = ("bash", "zsh", "fish", "powershell")


@verb("completion", shells=SHELLS)
@pass_context
def completion(ctx: Context, shell: str) -> None:
    """Print a script for a shell: with it, the Tab key completes commands, options, specs, countries, teams and codes.

    \b
    hrge-xl completion bash >> ~/.bashrc
    hrge-xl completion zsh >> ~/.zshrc
    hrge-xl completion fish > ~/.config/fish/completions/hrge-xl.fish
    hrge-xl completion powershell >> $PROFILE

    Next: open a new window, type hrge-xl and a space, and press Tab
    """
    root = ctx.find_root()
    kind = get_completion_class(shell)
    assert kind is not None  # click has one for each of these
    data(kind(root.command, {}, str(root.info_name), VARIABLE).source())


# help


def _commands_within(ctx: Context) -> list[str]:
    """Return the commands within the one that was typed so far; none where the words lead nowhere."""
    root = ctx.find_root()
    try:
        context = _context_of(ctx.params.get("words") or (), Context(root.command))
    except click.UsageError:
        return []
    return (
        context.command.list_commands(context) if isinstance(context.command, click.Group) else []
    )


def _context_of(words: Iterable[str], ctx: Context) -> Context:
    """Return the context of the command that some words lead to. Raises `click.UsageError` where there is none."""
    for word in words:
        if not isinstance(ctx.command, click.Group):
            raise click.UsageError(
                f"'{ctx.command_path}' has no commands within it. Leave '{word}' out.", ctx
            )
        _, command, _ = ctx.command.resolve_command(ctx, [word])
        assert command is not None
        ctx = Context(command, info_name=word, parent=ctx)
    return ctx


@verb("help", commands=completes(_commands_within))
@pass_context
def help(ctx: Context, words: tuple[str, ...]) -> None:
    """Show what a command does, with its options and an example. The same as --help after it.

    \b
    hrge-xl help validate
    hrge-xl help spec diff

    Next: hrge-xl help, for all commands
    """
    block(_context_of(words, ctx.find_root()).get_help())
