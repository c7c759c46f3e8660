"""Defaults of options that somebody has set: in hrge-xl.toml, or in the environment.

What is typed goes first, then the environment, then the file. HRGE_XL_JOBS and `jobs = 2` are for every command that
has the option; HRGE_XL_VALIDATE_JOBS, and `jobs = 2` below [validate], for that one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from ..errors import UsageError
from ..paths import read_regular
from ..suggest import did_you_mean, remedy_for

FILE = "hrge-xl.toml"
PREFIX = "HRGE_XL_"
CONFIG = f"{PREFIX}CONFIG"  # another file in its place
MOST_BYTES = 1_000_000
Table = Mapping[str, Any]
OPTIONS = {  # of all commands, so that none is imported just to know them; a test holds them against each
    "again", "all", "allow-draft", "also", "answers", "blank-rows", "by", "cell", "check", "country", "current", "data",
    "digest", "dry-run", "end", "engine", "fail-on", "fast", "field", "file", "finding", "format", "formats", "from",
    "jobs", "json", "key", "lang", "ledger", "list", "name", "new-key", "only-these", "output", "passphrase-file",
    "password-file", "period", "profile", "reason", "received", "redact", "reply-by", "resume", "returned",
    "reviewed-by", "row", "sample", "shareable", "spec", "start", "status", "store", "table", "team", "teams",
    "to-xlsx", "today", "tools", "trust", "until", "wide", "withdraw", "xlsx",
}  # fmt: skip


def defaults(ctx: click.Context, command: click.Command, *words: str) -> dict[str, Any]:
    """Give the defaults of the options of a command, by their names in the program; of a group those within it."""
    if isinstance(command, click.Group):
        return {name: defaults(ctx, within, *words, name) for name, within in command.commands.items()}
    settable = dict(_settable(command))
    file, path = _file(ctx)
    table = _table(file, path, words)
    _check(table, settable, f"{path}: [{'.'.join(words)}]")
    own = {settable[_plain(key)]: value for key, value in table.items()}
    found = {**_common(file, settable), **own}
    for option, name in settable.items():
        value = _of_environment(option, words)
        if value is not None:
            found[name] = value
    return found


def check_names(group: click.Group, ctx: click.Context) -> None:
    """Raise `UsageError` for commands and options that there are not. No command is imported for it."""
    file, where = _file(ctx)
    commands = group.list_commands(ctx)
    wrong = []
    for key, value in file.items():
        if key in commands:
            wrong += [] if isinstance(value, dict) else [_no_table(where, key)]
        elif isinstance(value, dict):
            wrong.append(f"{where} is about no command: [{key}]. {remedy_for(key, commands)}")
        elif _plain(key) not in OPTIONS:
            hint = did_you_mean(_plain(key), sorted(OPTIONS))
            wrong.append(f"{where}: no command has an option '{key}'. {hint}".rstrip())
    if wrong:
        raise UsageError(*wrong)


def check_all(group: click.Group, ctx: click.Context) -> str:
    """Import every command, and give the name of the file if there is one. Raises `UsageError` for its mistakes."""
    for name in group.list_commands(ctx):
        group.get_command(ctx, name)
    file, where = _file(ctx)
    return where if file else ""


def _settable(command: click.Command) -> Iterator[tuple[str, str]]:
    """Yield the options that a default can be set for, as they are typed, with their names in the program."""
    for option in command.params:
        if isinstance(option, click.Option) and option.expose_value and not _is_choice_of_flags(option):
            for word in option.opts:
                if word.startswith("--"):
                    yield word.removeprefix("--"), str(option.name)


def _is_choice_of_flags(option: click.Option) -> bool:
    return bool(option.is_flag) and not option.is_bool_flag


def _plain(key: str) -> str:
    return key.replace("_", "-")


def _file(ctx: click.Context) -> tuple[Table, str]:
    """Give the file with its name; it is read once for each run. Raises `UsageError` as `_read` does."""
    if __name__ not in ctx.meta:
        ctx.meta[__name__] = _read()
    found: tuple[Table, str] = ctx.meta[__name__]
    return found


def _read() -> tuple[Table, str]:
    """Read the file, and give it with its name. Raises `UsageError` where it is none that can be read."""
    named = os.environ.get(CONFIG)
    path = Path(named or FILE)
    if not named and not path.is_file():
        return {}, FILE
    import tomllib  # seldom needed

    try:
        return tomllib.loads(read_regular(path, MOST_BYTES).decode("utf-8-sig")), str(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: the defaults cannot be read ({error}). Correct the file.") from error


def _table(file: Table, path: str, words: tuple[str, ...]) -> Table:
    """Give what the file says for one command alone. Raises `UsageError` where that is not a table."""
    table: Any = file
    for word in words:
        table = table.get(word, {}) if isinstance(table, dict) else {}
    if not isinstance(table, dict):
        raise UsageError(_no_table(path, *words))
    return table


def _no_table(path: str, *words: str) -> str:
    return f"{path}: '{words[-1]}' is a command. Write [{'.'.join(words)}], and options below it."


def _common(file: Table, settable: Mapping[str, str]) -> dict[str, Any]:
    """Give what the file says for every command that has the option."""
    return {settable[_plain(key)]: value for key, value in file.items() if _plain(key) in settable}


def _check(table: Table, settable: Mapping[str, str], where: str) -> None:
    """Raise `UsageError` for options that the command does not have."""
    wrong = [
        f"{where} has no option '{key}'. {did_you_mean(_plain(key), list(settable))}"
        f"It has: {', '.join(settable)}."
        for key in table
        if _plain(key) not in settable
    ]
    if wrong:
        raise UsageError(*wrong)


def _of_environment(option: str, words: tuple[str, ...]) -> str | None:
    """Give what the environment says, for the one command before all of them."""
    own, every = (PREFIX + "_".join(parts) for parts in ((*words, option), (option,)))
    names = (name.upper().replace("-", "_") for name in (own, every))
    return next((value for name in names if (value := os.environ.get(name))), None)
