"""What several commands share: groups, arguments and options with what a shell completes, the day, what is asked.

`options.yaml` says what can be typed behind each command; `verb` makes the command of it and of its function.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from click import Command, Context, Group, Option, Parameter, ParamType
from click.core import ParameterSource
from click.shell_completion import CompletionItem

import hrge_xl

from ..core.dates import RANGE, day_here, parse_day
from ..core.errors import HrgeError, UsageError, did_you_mean, listed
from ..core.interpreter import end_unused, start_ahead
from ..core.paths import masked, path_text, quoted, read_regular
from .terminal import beside, colours, line, output_to, print_json, print_lines, style, width


@cache
def _table() -> dict[str, dict[str, Any]]:
    import yaml  # not needed for the list of commands

    content = Path(__file__).with_name("options.yaml").read_bytes()
    table: dict[str, dict[str, Any]] = yaml.load(content, Loader=yaml.CSafeLoader)
    return table


def verb(
    name: str, group: Group | None = None, **substitutes: Any
) -> Callable[[Callable[..., Any]], Command]:
    """Make a command of a function, within a group or not, with what `options.yaml` says under its name.

    `substitutes` are the types, choices and completions that only this command has.
    """

    def make_command(function: Callable[..., Any]) -> Command:
        table = _table()
        for key, entry in reversed(table["commands"][name].items()):
            stated = {"help": entry} if isinstance(entry, str) else entry or {}
            arguments = {"names": key, **table["shared"].get(key, {}), **stated}
            if arguments.keys() == {"names", "help"}:
                arguments["is_flag"] = True
            if "type" in arguments:
                arguments["type"] = substitutes.get(arguments["type"]) or TYPES[arguments["type"]]
            if "choice" in arguments:
                choice = arguments.pop("choice")
                arguments["type"] = click.Choice(
                    substitutes[choice] if isinstance(choice, str) else choice
                )
            if "range" in arguments:
                arguments["type"] = click.IntRange(*arguments.pop("range"))
            if "shell_complete" in arguments:
                arguments["shell_complete"] = (
                    substitutes.get(arguments["shell_complete"])
                    or COMPLETIONS[arguments["shell_complete"]]
                )
            arguments |= {
                key: CALLED.get(arguments[key], arguments[key])
                for key in ("default", "callback")
                if key in arguments
            }
            names = arguments.pop("names").split()
            kind = click.option if names[0].startswith("-") else click.argument
            function = kind(*names, **arguments)(function)
        return (group.command if group else click.command)(name.rpartition(" ")[2])(function)

    return make_command


# what can be typed behind a command

MOST_PASSWORD_BYTES = 10_000
AS_SUITS = 0  # as many processes as suit the files


def as_day(value: object) -> date:
    """Return a day as 2026-03-31 says it; a file of settings may have a day, a text or a number."""
    day = value if isinstance(value, date) else parse_day(str(value))
    if day is None:
        raise click.BadParameter(f"{value} is not {RANGE}. Write it as 2026-03-31.")
    return day


def as_codes(value: object) -> tuple[str, ...]:
    """Return codes that are separated by commas or spaces, or are a list in a file of settings, where 3.4 is a
    number.
    """
    codes = value if isinstance(value, list | tuple) else str(value).replace(",", " ").split()
    return tuple(map(str, codes))


WORKBOOKS = (".xlsx", ".xlsm", ".ods")


class SpecName(ParamType[str]):
    """The name of a spec that is installed, or the path of a folder or a workbook; a name that is also a folder here is
    told.
    """

    name = "spec"

    def convert(self, value: Any, param: Parameter | None, ctx: Context | None) -> str:
        """Return the text as it is; for a workbook the folder with its files, which lasts as long as the command."""
        text = str(value)
        if text.lower().endswith(WORKBOOKS):
            assert ctx is not None
            return str(ctx.find_root().with_resource(hrge_xl.open_spec_workbook(text)))
        if hint := hrge_xl.shadowed_name(text):
            line(f"{text} is the spec of this name that is installed. {hint}", err=True)
        return text

    def shell_complete(
        self, ctx: Context, param: Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the specs that are installed; folders once none of these is meant."""
        completions = [
            CompletionItem(name) for name in hrge_xl.versions() if name.startswith(incomplete)
        ]
        return completions or [CompletionItem(incomplete, type="file")]


class SpecFolder(SpecName):
    """The same, but for a workbook: something is written beside the files of the spec."""

    def convert(self, value: Any, param: Parameter | None, ctx: Context | None) -> str:
        """Return the text as it is. Raises `UsageError` for a workbook."""
        text = str(value)
        if text.lower().endswith(WORKBOOKS):
            raise UsageError(
                f"{text} is a workbook, and a folder is needed here.",
                remedy=f"Make one: hrge-xl spec export {quoted(text)} -o FOLDER",
            )
        return super().convert(value, param, ctx)


def known_language(tag: str) -> str | None:
    """Return a language that the program speaks; none where none is said. Raises `UsageError` with those that it
    does.
    """
    from ..core.words import languages

    if not tag:
        return None
    if tag not in (tags := languages()):
        raise UsageError(
            f"There is no language '{tag}'. {did_you_mean(tag, tags)}Known are: {', '.join(tags)}."
        )
    return tag


def first_line(file: Path) -> str:
    """Return a password from a file, so that it stands in no command line."""
    try:
        stdin = str(file) == STDIN
        content = (
            sys.stdin.buffer.read(MOST_PASSWORD_BYTES)
            if stdin
            else read_regular(file, MOST_PASSWORD_BYTES)
        )
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{file}: the password cannot be read. Save it as UTF-8 text, on the first line."
        ) from error
    return (text.splitlines() or [""])[0]


# `-` as a path

STDIN = "-"
LIST = "@-"  # a list of paths, a path a line
NAMES = {STDIN: "stdin.xlsx", LIST: "stdin.txt"}
MOST_BYTES = 100_000_000


class ReturnedPath(click.Path):
    """The path of returned files: a file, folder, glob, @list.txt, or `-` for a workbook on standard input."""

    def convert(self, value: Any, param: Parameter | None, ctx: Context | None) -> str:
        """Return the path; where it is `-`, that of a file with what comes, which lasts as long as the command."""
        text = str(value)
        if text not in NAMES:
            return text
        content = sys.stdin.buffer.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise UsageError(
                f"{text}: more than {MOST_BYTES // 1_000_000} MB arrived on standard input. Name a file."
            )
        assert ctx is not None
        folder = ctx.find_root().with_resource(TemporaryDirectory(prefix="hrge-xl-"))
        file = Path(folder, NAMES[text])
        file.write_bytes(content)
        return f"@{file}" if text == LIST else str(file)


TYPES: Mapping[str, Any] = {
    "day": as_day,
    "codes": as_codes,
    "spec": SpecName(),
    "spec folder": SpecFolder(),
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
    "today": day_here,
    "password": lambda _ctx, _option, file: file and first_line(file),
    "jobs": lambda _ctx, _option, jobs: jobs or AS_SUITS,
}


# what the shell completes

Completion = Callable[[Context, Parameter, str], list[CompletionItem]]


def completes(names: Callable[[Context], Iterable[str]]) -> Completion:
    """Return what an option needs to complete one of some names; a spec that cannot be read offers none."""

    def complete(ctx: Context, _: Parameter, begun: str) -> list[CompletionItem]:
        try:
            candidates = [*names(ctx)]
        except HrgeError:
            return []
        return [
            CompletionItem(name)
            for name in candidates
            if name.casefold().startswith(begun.casefold())
        ]

    return complete


def spec_completion(names: Callable[[hrge_xl.Spec], Iterable[str]]) -> Completion:
    """Return what an option needs to complete a name of the spec that the command is about."""

    def names_of_spec(ctx: Context) -> Iterable[str]:
        round_ = hrge_xl.round_named(_named(ctx))
        return names(hrge_xl.load(round_.spec_source if round_ else _named(ctx)))

    return completes(names_of_spec)


def _named(ctx: Context) -> str:
    """Return what spec or round the command is about, as it was typed; else the dataset that it looks at by default.

    Behind an option whose value is just being typed click leaves words where they are.
    """
    named = (ctx.params.get(name) for name in ("spec", "folder"))
    words = ctx.params.get("words") or ctx.params.get("paths") or ctx.args
    return str(next(filter(None, (*named, *words, ctx.params.get("dataset"))), ""))


COMPLETIONS = {
    "countries": spec_completion(
        lambda spec: (
            [entry.code for entry in spec.vocabularies[spec.countries].items]
            if spec.countries
            else []
        )
    ),
    "languages": spec_completion(lambda spec: spec.languages),
    "profiles": spec_completion(lambda spec: spec.profiles),
    "tools": spec_completion(lambda spec: spec.tool),
    "fields": spec_completion(
        lambda spec: dict.fromkeys(code for tool in spec.tools for code in tool.fields)
    ),
    "teams": completes(
        lambda ctx: [team.code for team in hrge_xl.load_round(Path(_named(ctx))).teams]
    ),
}


# groups of commands, and options that go for every command

EVERYWHERE = {  # options of the program, which every command takes too: what they do, and what they are called
    "Print errors only.": ("-q", "--quiet"),
    "Print every line, and what is being done.": ("-v", "--verbose"),
    "No colours (NO_COLOR and FORCE_COLOR are respected too).": ("--no-color",),
    "Show the traceback of internal errors.": ("--debug",),
}


class CommandGroup(Group):
    """Says what may have been meant by a command that there is not."""

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        """Find the command. Raises `click.UsageError` with the nearest name."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            commands = self.list_commands(ctx)
            remedy = did_you_mean(args[0], commands).rstrip() or f"There are: {listed(commands)}."
            raise click.UsageError(f"There is no command '{args[0]}'. {remedy}", ctx)
        return super().resolve_command(ctx, args)


def everywhere(shown: bool) -> list[Option]:
    """Return the options that go for every command."""
    return [
        Option(
            names, is_flag=True, expose_value=False, help=text, hidden=not shown, callback=_remember
        )
        for text, names in EVERYWHERE.items()
    ]


def _remember(ctx: Context, option: Parameter, value: bool) -> None:
    """Keep what was said for the whole run, wherever it stood."""
    flags: dict[str, Any] = ctx.find_root().ensure_object(dict)
    flags[str(option.name)] = flags.get(str(option.name), False) or value
    if value and option.name == "no_color":
        colours(False)


def is_set(name: str) -> bool:
    """Tell whether an option that goes for every command was given."""
    return bool((click.get_current_context().find_root().obj or {}).get(name))


# what is asked, and what is said of it


def dataset_request(paths: Sequence[str], options: dict[str, Any]) -> hrge_xl.DatasetRequest:
    """Take what is asked of returned files out of the options of a command.

    Where some of these are no rounds or datasets, which often hold nothing new, a process comes up that reads them.
    Whoever shows figures asks for them.
    """
    if not all(any(Path(path).glob("*.sqlite")) for path in paths):
        start_ahead("hrge_xl.exchange.validation", "hrge_xl.reader.read", "hrge_xl.checks")
        click.get_current_context().call_on_close(end_unused)
    received = options.pop("received", None)
    request_options = {
        name: options.pop(name)
        for name in ("today", "spec", "password", "ledger", "jobs")
        if name in options
    }
    arrived = hrge_xl.Arrived(received, stated=True) if received else hrge_xl.Arrived()
    return hrge_xl.DatasetRequest(
        paths, day_is_stated=day_is_stated(), arrived=arrived, figures=False, **request_options
    )


def day_is_stated() -> bool:
    """Tell whether the day was named, with `--today` or by the command itself, and is not just the one it is here."""
    return click.get_current_context().get_parameter_source("today") is not ParameterSource.DEFAULT


def command_line() -> str:
    """Return the command as it was typed, without the path of the program and what could be a password."""
    return path_text(masked(" ".join(["hrge-xl", *sys.argv[1:]]), sys.argv[1:]))


def print_result(
    output: Path | None, as_json: bool, value: object, lines: Iterable[object]
) -> None:
    """Print a result as lines or as JSON, into a file where one is named."""
    with output_to(output):
        if as_json:
            print_json(value)
        else:
            print_lines(lines)


def print_notes(*datasets: hrge_xl.Dataset) -> None:
    """Print on stderr what there is to know of datasets before anything of them is believed."""
    print_lines(dict.fromkeys(note for dataset in datasets for note in dataset.notes), err=True)


def next_step(command: str, *words: str | Path, and_then: str = "", language: str = "en") -> None:
    """Say on stderr, last of all, which command comes next."""
    from ..core.words import translator

    typed = " ".join(["hrge-xl", command, *map(quoted, words)])
    line(f"{translator(language)('Next')}: {typed}{and_then}", err=True)


def warn(*texts: str) -> None:
    """Print on stderr what somebody should know and nothing stops for."""
    first = "warning: "
    for text in texts:
        print_lines(beside(style(first, fg="yellow"), text, width(), indent=len(first)), err=True)


def warn_of_ledgers(*folders: Path) -> None:
    """Say on stderr what is doubtful about the ledgers of some folders."""
    warn(*hrge_xl.ledger_doubts(*folders))
