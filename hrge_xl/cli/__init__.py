"""The command line: one thin function a command; exceptions of the library become one line and an exit code.

In go the words that were typed, the environment and a file of settings. Each command calls its verb of `hrge_xl` and
shows what comes back: data on standard output, all else on stderr, nothing that a terminal would obey.
"""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import Any

import click
from click import Command, Context, Group, Parameter

import hrge_xl

from .. import __version__
from ..core.errors import Exit, HrgeError, SpecError
from ..core.paths import masked
from ..core.program import log_text, running, write_log
from .common import CommandGroup, everywhere
from .settings import EARLIER_NAMES, prepared, settings_option
from .terminal import (
    block,
    colours,
    colours_of_environment,
    line,
    listen,
    print_text,
    progress_shown,
    style,
)

COMMANDS = {  # name, which is that of its function too -> what it does
    "demo": "Play a whole round with six simulated countries.",
    "quickstart": "Set up a round of two teams to try everything out.",
    "spec": "Check, show, compare and describe specs.",
    "round": "Set up a round: teams, deadlines, signing key.",
    "generate": "Issue workbooks to teams.",
    "refresh": "Do the weekly work: receive, update, write feedback and drafts.",
    "open": "Open a round as pages in your browser.",
    "receive": "Take returned workbooks out of e-mails, archives and folders.",
    "validate": "Check returned files: what is wrong, and where.",
    "check": "Check one workbook before it is sent.",
    "consolidate": "Put returned files together into one dataset.",
    "decide": "Decide which of several returns counts.",
    "status": "Show who has answered, and how far each team is.",
    "report": "Write the report of a consolidated folder.",
    "feedback": "Give each team its own answers back with what to correct.",
    "remind": "Write draft reminders to teams that owe something.",
    "drafts": "Write draft e-mails to teams: workbooks, feedback, reminders, thanks.",
    "compare": "Show what changed between two returns, or two rounds.",
    "export": "Write one table of a dataset, or the whole workbook, to a file.",
    "trace": "Trace a figure to its file and cell.",
    "verify": "Check that a report or dataset still agrees with its files.",
    "waive": "Accept a finding of one file as it is, with a reason.",
    "recover": "Rebuild a lost or damaged ledger from its journal.",
    "sign": "Seal a report, so that a later change shows.",
    "explain": "Show what a finding code means.",
    "doctor": "Check this installation.",
    "completion": "Print a script for shell completion.",
    "help": "Show the help of a command.",
}
ROOMS = {  # the modules that hold several commands; any other has the name of its only one
    "dataset": ("consolidate", "compare", "export", "trace", "decide", "waive", "sign", "recover"),
    "desk": ("open",),
    "program": ("demo", "quickstart", "explain", "doctor", "completion", "help"),
    "returns": ("validate", "check", "report", "feedback", "verify"),
    "round": ("round", "generate"),
    "week": ("refresh", "receive", "drafts", "remind"),
}
MODULES = {name: name for name in COMMANDS} | {
    name: room for room, names in ROOMS.items() for name in names
}
PROGRAM = "hrge-xl"


def _show_versions(context: Context, _option: Parameter, value: bool) -> None:
    """Print which program this is and which specs come with it, and end."""
    if not value:
        return
    line(f"{PROGRAM} {__version__}")
    line(f"specs: {', '.join(f'{name} {version}' for name, version in hrge_xl.versions().items())}")
    context.exit()


class LazyGroup(CommandGroup):
    """Knows its commands by name and imports one only when it is called."""

    def list_commands(self, ctx: Context) -> list[str]:
        """In the order in which a coordinator meets them."""
        return [*COMMANDS]

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """Import the module of a command, and give it the settings that there are."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f".{MODULES[cmd_name]}", __package__), cmd_name)
        assert isinstance(command, Command)
        ctx.default_map = {**(ctx.default_map or {}), cmd_name: prepared(ctx, command, cmd_name)}
        return command

    def format_commands(self, ctx: Context, formatter: click.HelpFormatter) -> None:
        """Names and one line each, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([*COMMANDS.items()])


FIRST_STEPS = (
    "Issues workbooks from a spec, and turns the returned workbooks into data that can be trusted.",
    "",
    "Begin with one of these:",
    "  hrge-xl demo                                    the whole story, in a minute",
    "  hrge-xl quickstart practice                     a round of two teams to try out",
    "  hrge-xl generate hrge_toolkit --country PAK     a workbook to send",
    "  hrge-xl validate returned/                      what came back",
    "",
    "Every command: hrge-xl --help. How one works: hrge-xl help validate.",
)


@click.command(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "token_normalize_func": lambda name: EARLIER_NAMES.get(name, name),
    },
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_versions,
    help="Show the versions of the program and its specs, and exit.",
)
@click.pass_context
def cli(context: Context) -> None:
    """Issue workbooks from a spec, and turn the returned workbooks into data that can be trusted.

    \b
    hrge-xl demo                                    the whole story, in a minute
    hrge-xl quickstart practice                     a round of two teams to try out
    hrge-xl generate hrge_toolkit --country PAK     a workbook to send
    hrge-xl validate returned/                      what came back

    Options may come before or after the command. For help on a command: hrge-xl help validate. Settings of your own
    go into a file hrge-xl.toml (hrge-xl doctor says where), or into the environment: HRGE_XL_JOBS=2.
    """
    if context.invoked_subcommand is None:
        print_text(*FIRST_STEPS)


cli.params += [settings_option(shown=True), *everywhere(shown=True)]


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    # searches for cycles take a tenth of a short command while modules load
    gc.set_threshold(200_000)
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; every exception becomes one line on stderr and an exit code."""
    # consoles of Windows have code pages that lack most letters of the world
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    listen()
    colours(colours_of_environment())
    typed = sys.argv[1:] if arguments is None else arguments
    with running(partial(_without_values, typed)), progress_shown():
        return _run(arguments, typed)


def _run(arguments: list[str] | None, typed: Sequence[str]) -> int:
    say = partial(_say, typed)
    try:
        exit_code: Any = cli.main(arguments, prog_name=PROGRAM, standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return say(Exit.INTERRUPTED, "Interrupted.")
    except click.ClickException as error:
        return _usage(typed, error)
    except click.exceptions.Exit as finished:
        return finished.exit_code
    except SpecError as error:
        count = len(error.mistakes)
        return say(
            Exit.SPEC, *error.lines, f"{count} mistake{'s' if count != 1 else ''} in the spec."
        )
    except HrgeError as error:
        return say(error.exit_code, *error.lines)
    except BrokenPipeError:
        return Exit.OK
    except OSError as error:
        prefix = f"{error.filename}: " if error.filename else ""
        return say(
            Exit.OUTPUT, f"{prefix}{error.strerror or error}. Check the path and the free space."
        )
    except Exception as error:  # noqa: BLE001 (our own bug: nobody should have to read a traceback)
        log = write_log(error)  # it holds nothing that was typed or sent
        if "--debug" in typed:
            block(log_text(error), err=True)
        return say(
            Exit.BUG, f"This is a bug in hrge-xl, not in your files. Please report it with {log}."
        )
    return exit_code if isinstance(exit_code, int) else Exit.OK


def _say(typed: Sequence[str], code: Exit, *lines: str) -> int:
    head = style("Error: ", fg="red", bold=True) if code != Exit.INTERRUPTED else ""
    for text in lines:
        line(head + masked(text, typed), err=True)
        head = ""
    return code


def _usage(typed: Sequence[str], error: click.ClickException) -> int:
    """Print what click says of a command that was not understood; it quotes what was typed."""
    context = getattr(error, "ctx", None)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        block(error.ctx.get_help(), err=True)
        return Exit.USAGE
    if context is not None:
        block(f"{context.get_usage()}\nTry '{context.command_path} --help' for help.\n", err=True)
    # choices stand in lines of their own there
    text = re.sub(r"\s*\n\s*", " ", error.format_message())
    line(f"Error: {masked(text, typed)}", err=True)
    return Exit.USAGE


def _without_values(typed: Sequence[str]) -> str:
    """Return what was typed: words of ours, with a mark for everything else."""
    modules = {name: sys.modules.get(f"{__package__}.{room}") for name, room in MODULES.items()}
    imported = {name: getattr(module, name) for name, module in modules.items() if module}
    program_words = {*imported}
    waiting = [cli, *imported.values()]
    for command in waiting:
        program_words.update(word for parameter in command.params for word in parameter.opts)
        if isinstance(command, Group):
            program_words.update(command.commands)
            waiting += command.commands.values()
    names = (word.partition("=")[0] for word in typed)
    return " ".join(("hrge-xl", *(name if name in program_words else "…" for name in names)))
