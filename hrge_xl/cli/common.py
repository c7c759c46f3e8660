"""What several commands share: arguments and options, the day, how findings are printed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click
from click import Command, Context, Group, Parameter, ParamType
from click.core import ParameterSource
from click.shell_completion import CompletionItem

import hrge_xl

from ..core.dates import RANGE, parse_day
from ..core.errors import Exit, UsageError
from ..core.paths import masked, path_text, quoted, read_regular
from ..core.suggest import did_you_mean
from .groups import COMPLETIONS
from .terminal import beside, line, output_to, print_json, print_lines, style, width

if TYPE_CHECKING:
    from .. import Dataset, Facts, Question
    from ..outputs.document import FileRow


MOST_PASSWORD_BYTES = 10_000
WARNING = "yellow"
AS_SUITS = 0  # as many processes as suit the files


def as_day(value: object) -> date:
    """Give a day as 2026-03-31 says it; a file of settings may have a day, a text or a number."""
    day = value if isinstance(value, date) else parse_day(str(value))
    if day is None:
        raise click.BadParameter(f"{value} is not {RANGE}. Write it as 2026-03-31.")
    return day


def as_codes(value: object) -> tuple[str, ...]:
    """Give codes that are separated by commas or spaces, or are a list in a file of settings, where 3.4 is a number."""
    codes = value if isinstance(value, list | tuple) else str(value).replace(",", " ").split()
    return tuple(map(str, codes))


class SpecName(ParamType[str]):
    """The name of a spec that is installed, or the path of a folder; a name that is also a folder here is told."""

    name = "spec"

    def convert(self, value: Any, param: Parameter | None, ctx: Context | None) -> str:
        """Text as it is."""
        text = str(value)
        if hint := hrge_xl.shadowed_name(text):
            line(f"{text} is the spec of this name that is installed. {hint}", err=True)
        return text

    def shell_complete(self, ctx: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
        """Offer the specs that are installed; folders once none of these is meant."""
        found = [CompletionItem(name) for name in hrge_xl.versions() if name.startswith(incomplete)]
        return found or [CompletionItem(incomplete, type="dir")]


# `-` as a path

STDIN = "-"
LIST = "@-"  # a list of paths, a path a line
NAMES = {STDIN: "stdin.xlsx", LIST: "stdin.txt"}
MOST_BYTES = 100_000_000


class ReturnedPath(click.Path):
    """The path of returned files: a file, folder, glob, @list.txt, or `-` for a workbook on standard input."""

    def __init__(self) -> None:
        super().__init__(allow_dash=True)

    def convert(self, value: Any, param: Parameter | None, ctx: Context | None) -> str:
        """Give the path; where it is `-`, that of a file with what comes."""
        text = str(value)
        return text if text not in NAMES else _kept(text, ctx)


def _kept(text: str, ctx: Context | None) -> str:
    """Keep standard input in a file until the command is done."""
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise UsageError(
            f"{text}: more than {MOST_BYTES // 1_000_000} MB arrived on standard input. Name a file."
        )
    assert ctx is not None
    file = Path(ctx.find_root().with_resource(TemporaryDirectory(prefix="hrge-xl-")), NAMES[text])
    file.write_bytes(data)
    return f"@{file}" if text == LIST else str(file)


# arguments and options


def today() -> date:
    """Give the day it is here."""
    return datetime.now().astimezone().date()


def known_language(tag: str) -> str | None:
    """Give a language that the program speaks; none where none is said. Raises `UsageError` with those that it does."""
    from ..core.words import languages

    if not tag:
        return None
    if tag not in (known := languages()):
        raise UsageError(
            f"There is no language '{tag}'. {did_you_mean(tag, known)}Known are: {', '.join(known)}."
        )
    return tag


TYPES: Mapping[str, Any] = {
    "day": as_day,
    "codes": as_codes,
    "spec": SpecName(),
    "returned": ReturnedPath(),
    "language": known_language,
    "language of words": lambda tag: known_language(tag) or "en",
    "int": int,
    "folder": click.Path(exists=True, file_okay=False, path_type=Path),
    "file": click.Path(exists=True, dir_okay=False, path_type=Path),
    "file or stdin": click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True),
    "there": click.Path(exists=True, path_type=Path),  # a file or a folder
    "anywhere": click.Path(path_type=Path),  # what may not be there yet
    "anywhere or stdout": click.Path(path_type=Path, allow_dash=True),
}
CALLED: Mapping[str, Any] = {  # what a default or callback stands for
    "today": today,
    "password": lambda _ctx, _option, file: file and first_line(file),
    "jobs": lambda _ctx, _option, jobs: jobs or AS_SUITS,
}


@cache
def _table() -> dict[str, dict[str, Any]]:
    import yaml  # not needed for the list of commands

    data = Path(__file__).with_name("options.yaml").read_bytes()
    table: dict[str, dict[str, Any]] = yaml.load(data, Loader=yaml.CSafeLoader)
    return table


def verb(name: str, group: Group | None = None, **own: Any) -> Callable[[Callable[..., Any]], Command]:
    """Make a command of a function, within a group or not, with what `options.yaml` says under its name.

    `own` are the types, choices and completions that only this command has.
    """

    def made(function: Callable[..., Any]) -> Command:
        for entry in reversed(_table()["commands"][name]):
            names, how = _parameter(entry, own)
            kind = click.option if names[0].startswith("-") else click.argument
            function = kind(*names, **how)(function)
        return (group.command if group else click.command)(name.rpartition(" ")[2])(function)

    return made


def _parameter(entry: str | dict[str, Any], own: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """Give the names of an argument or option, and what click has to know of it."""
    shared = _table()["shared"]
    how = dict(shared[entry]) if isinstance(entry, str) else shared.get(entry.get("like", ""), {}) | entry
    if "type" in how:
        how["type"] = own.get(how["type"]) or TYPES[how["type"]]
    if "choice" in how:
        choice = how.pop("choice")
        how["type"] = click.Choice(own[choice] if isinstance(choice, str) else choice)
    if "range" in how:
        how["type"] = click.IntRange(*how.pop("range"))
    if "shell_complete" in how:
        how["shell_complete"] = own.get(how["shell_complete"]) or COMPLETIONS[how["shell_complete"]]
    how |= {key: CALLED.get(how[key], how[key]) for key in ("default", "callback") if key in how}
    how.pop("like", None)
    return how.pop("names").split(), how


def first_line(file: Path) -> str:
    """Give a password from a file, so that it stands in no command line."""
    try:
        stdin = str(file) == STDIN
        data = (
            sys.stdin.buffer.read(MOST_PASSWORD_BYTES) if stdin else read_regular(file, MOST_PASSWORD_BYTES)
        )
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{file}: the password cannot be read. Save it as UTF-8 text, on the first line."
        ) from error
    return (text.splitlines() or [""])[0]


# what is asked, and what is said of it


def question(paths: Sequence[str], how: dict[str, Any]) -> Question:
    """Take what is asked of returned files out of the options of a command."""
    received = how.pop("received", None)
    known = {name: how.pop(name) for name in ("today", "spec", "password", "ledger", "jobs") if name in how}
    arrived = hrge_xl.Arrived(received, stated=True) if received else hrge_xl.Arrived()
    return hrge_xl.Question(paths, rejudge=day_is_stated(), arrived=arrived, **known)


def day_is_stated() -> bool:
    """Tell whether the day was named, with `--today` or by the command itself, and is not just the one it is here."""
    return click.get_current_context().get_parameter_source("today") is not ParameterSource.DEFAULT


def command_line() -> str:
    """Give the command as it was typed, without the path of the program and what could be a password."""
    return path_text(masked(" ".join(["hrge-xl", *sys.argv[1:]]), sys.argv[1:]))


def facts(asked: Question, *, redacted: bool = False, language: str | None = None) -> Facts:
    """Give what a report says of the run. With a fixed day it began with that day: so reports repeat to the byte."""
    began = datetime.combine(asked.today, time.min, UTC) if asked.rejudge else datetime.now(UTC)
    command = f"{click.get_current_context().command_path} --redact" if redacted else command_line()
    return hrge_xl.Facts(f"{began:%Y-%m-%dT%H:%M:%SZ}", asked.today, command, language or "en", redacted)


def print_result(output: Path | None, as_json: bool, value: object, lines: Iterable[object]) -> None:
    """Print a result as lines or as JSON, into a file where one is named."""
    with output_to(output):
        if as_json:
            print_json(value)
        else:
            print_lines(lines)


def print_totals(datasets: Sequence[Dataset]) -> None:
    """Print what was received and what became of it on stderr, as the last lines."""
    from ..outputs.build import totals

    print_notes(*datasets)
    print_lines(totals(datasets).lines(), err=True)


def print_notes(*datasets: Dataset) -> None:
    """Print on stderr what there is to know of datasets before anything of them is believed."""
    print_lines(dict.fromkeys(note for each in datasets for note in each.notes), err=True)


def next_step(command: str, *words: str | Path, and_then: str = "", language: str = "en") -> None:
    """Say on stderr, last of all, which command comes next."""
    from ..core.words import translator

    typed = " ".join(["hrge-xl", command, *map(quoted, words)])
    line(f"{translator(language)('Next')}: {typed}{and_then}", err=True)


def exit_code(files: Sequence[FileRow], fail_on: str) -> Exit:
    """Give 4 when files were refused, 1 when findings reach `fail_on` that nobody waived or settled, else 0."""
    from ..outputs.document import is_waived

    if any(file["verdict"] == "refused" for file in files):
        return Exit.REFUSED
    levels = {"error": {"error"}, "warning": {"error", "warning"}, "never": set()}[fail_on]
    found = (finding for file in files if not file["settled"] for finding in file["findings"])
    hit = any(each["severity"] in levels and not is_waived(each) for each in found)
    return Exit.FINDINGS if hit else Exit.OK


def warn(text: str) -> None:
    """Print on stderr what somebody should know and nothing stops for."""
    first = "warning: "
    print_lines(beside(style(first, fg=WARNING), text, width(), indent=len(first)), err=True)


def warn_of_ledgers(*folders: Path) -> None:
    """Say on stderr what is doubtful about the ledgers of some folders."""
    for told in hrge_xl.ledger_doubts(*folders):
        warn(told)
