"""Settings: defaults of options that somebody keeps in a file of their own, or in the environment.

What is typed goes first, then the environment, then the file. HRGE_XL_JOBS and `jobs = 2` are for every command that
has the option; HRGE_XL_VALIDATE_JOBS, and `jobs = 2` below [validate], for that one. The file lies in the folder that
the system keeps for settings of the user, or is named. One that merely lies where somebody works is not read: anybody
may have sent it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

import click
from click import Command, Context, Group, Option, Parameter
from click.core import ParameterSource

from ..core.errors import UsageError, remedy_for
from ..core.paths import read_regular
from ..core.work import grouped
from .common import everywhere, is_set
from .terminal import line

FILE = "hrge-xl.toml"
CONFIG = "HRGE_XL_CONFIG"
EARLIER_NAMES = {"lang": "language"}  # of options: they go on being taken
MOST_BYTES = 1_000_000


class Settings(NamedTuple):
    """What a file says, and which one that is."""

    path: Path = Path()
    table: Mapping[str, Any] = {}


def settings_option(*, shown: bool) -> Option:
    """Return the option that names the file; it is read before any other option is looked at."""
    return Option(
        ["--config"],
        type=click.Path(path_type=Path),
        metavar="FILE",
        is_eager=True,
        expose_value=False,
        hidden=not shown,
        callback=_use,
        envvar=CONFIG if shown else None,
        help=f"The {FILE} with your settings (default: that in your own folder for settings, if there is one).",
    )


def prepared(ctx: Context, command: Command, *words: str) -> dict[str, Any]:
    """Have a command take what every one takes, and its settings; gives what the file says, as click's `default_map`.

    Raises `UsageError` for what the command does not have.
    """
    if "config" not in {parameter.name for parameter in command.params}:
        command.params += [*everywhere(shown=False), settings_option(shown=False)]
        if command.callback and not isinstance(command, Group):
            command.callback = _telling(command.callback)
        for typed, option in _options(command).items():
            spellings = [typed, *(old for old, new in EARLIER_NAMES.items() if new == typed)]
            names = [
                ("HRGE_XL", *scope, spelling) for spelling in spellings for scope in (words, ())
            ]
            option.envvar = ["_".join(name).upper().replace("-", "_") for name in names]
    settings = _of(ctx)
    section: Any = settings.table
    for word in words:
        section = section.get(word, {})
        if not isinstance(section, dict):
            raise UsageError(
                f"{settings.path}: '{word}' is a command. Write [{word}], and options below it."
            )
    within = command.commands if isinstance(command, Group) else {}
    options = _options(command)
    option_names = list(within or options)
    if wrong := [key for key in section if _plain(key) not in option_names]:
        place = f"{settings.path}: [{'.'.join(words)}]"
        raise UsageError(
            *(
                f"{place} has no option '{key}'. {remedy_for(_plain(key), option_names)}"
                for key in wrong
            )
        )
    if within:
        return {name: prepared(ctx, inner, *words, name) for name, inner in within.items()}
    common = [(key, value) for key, value in settings.table.items() if not isinstance(value, dict)]
    pairs = [*common, *section.items()]
    return {str(options[_plain(key)].name): value for key, value in pairs if _plain(key) in options}


def check_all(root: Context) -> str:
    """Hold the whole file against every command; gives what there is to say. Raises `UsageError` for mistakes."""
    assert isinstance(root.command, Group)
    settings = _of(root)
    option_names = set[str]()
    group = root.command
    waiting = [*filter(None, (group.get_command(root, name) for name in group.list_commands(root)))]
    for command in waiting:
        option_names.update(_options(command))
        waiting += command.commands.values() if isinstance(command, Group) else ()
    for key, value in settings.table.items():
        if not isinstance(value, dict) and _plain(key) not in option_names:
            hint = remedy_for(_plain(key), sorted(option_names))
            raise UsageError(f"{settings.path}: no command has an option '{key}'. {hint}")
    return f"{settings.path}: no mistake" if settings.table else f"No settings in {_home()}"


def _of(ctx: Context) -> Settings:
    settings: Settings = ctx.meta.get(__name__, Settings())
    return settings


def _use(ctx: Context, option: Parameter, named: Path | None) -> None:
    """Read the file that is named, else that of the user. Raises `UsageError` for one that says nothing of use."""
    if named is None and ctx.parent is not None:
        return
    from_environment = ctx.get_parameter_source("config") is ParameterSource.ENVIRONMENT
    if named and from_environment and not named.is_absolute():
        raise UsageError(
            f"{CONFIG}={named} would be another file in every folder. Give it its whole path."
        )
    path = named or _home()
    if not named and not path.is_file():
        return
    import tomllib  # seldom needed

    try:
        table = tomllib.loads(read_regular(path, MOST_BYTES).decode("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path}: the settings cannot be read ({error}). Correct the file."
        ) from error
    root = ctx.find_root().command
    commands = root.list_commands(ctx) if isinstance(root, Group) else []
    wrong = [
        f"{path}: '{key}' is a command. Write [{key}], and options below it."
        if key in commands
        else f"{path} is about no command: [{key}]. {remedy_for(key, commands)}"
        for key, value in table.items()
        if (key in commands) != isinstance(value, dict)
    ]
    if wrong:
        raise UsageError(*wrong)
    ctx.meta[__name__] = Settings(path, table)
    if ctx.parent is not None:
        ctx.default_map = prepared(ctx, ctx.command, *ctx.command_path.split()[1:])


def _home() -> Path:
    from platformdirs import user_config_path

    return user_config_path("hrge-xl", appauthor=False) / FILE


def _telling(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Have a command say first, on stderr, which options it takes from where, and which file it does not."""

    @wraps(callback)
    def run_and_tell(*args: Any, **options: Any) -> Any:
        ctx = click.get_current_context()
        applied = list[tuple[str, str]]()
        used = _of(ctx).path
        for typed, option in _options(ctx.command).items():
            source = ctx.get_parameter_source(str(option.name))
            if source is ParameterSource.DEFAULT_MAP:
                applied.append((str(used), typed))
            elif source is ParameterSource.ENVIRONMENT:
                applied.append(
                    (next(name for name in option.envvar or () if os.environ.get(name)), typed)
                )
        if applied and not is_set("quiet"):
            parts = (
                f"{', '.join(some)} from {origin}" for origin, some in grouped(applied).items()
            )
            line(f"Settings: {'; '.join(parts)}", err=True)
        stray = Path(FILE)
        if stray.is_file() and not (used.is_file() and stray.samefile(used)):
            line(
                f"{FILE} in the current folder is not used: anybody may have put it there. If it is yours, move it to "
                f"{_home()}, or name it: hrge-xl --config {FILE} …",
                err=True,
            )
        return callback(*args, **options)

    return run_and_tell


def _options(command: Command) -> dict[str, Option]:
    """Return the options that can be set, as they are typed; not those of which one of several is chosen."""
    return {
        word.removeprefix("--"): option
        for option in command.params
        if isinstance(option, Option) and option.expose_value
        if not option.is_flag or option.is_bool_flag
        for word in option.opts
        if word.startswith("--")
    }


def _plain(key: str) -> str:
    name = key.replace("_", "-")
    return EARLIER_NAMES.get(name, name)
