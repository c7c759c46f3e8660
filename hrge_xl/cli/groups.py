"""Groups of commands: a misspelt name is asked back, and what goes for every command may stand behind its name too.

And what the shell completes: names of the spec, the round or the dataset that the line speaks of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click import Command, Context, Group, Option, Parameter
from click.shell_completion import CompletionItem

import hrge_xl

from ..core.errors import HrgeError
from ..core.suggest import did_you_mean, listed
from .terminal import colours

if TYPE_CHECKING:
    from .. import Spec


EVERYWHERE = {  # options of the program, which every command takes too: what they are called, and what they do
    "quiet": (("-q", "--quiet"), "Print errors only."),
    "verbose": (("-v", "--verbose"), "Print every line, and what is being done."),
    "no_color": (("--no-color",), "No colours (NO_COLOR and FORCE_COLOR are respected too)."),
    "debug": (("--debug",), "Show the traceback of internal errors."),
}


class CommandGroup(Group):
    """Says what may have been meant by a command that there is not."""

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """Find the command. Raises `click.UsageError` with the nearest name."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            known = self.list_commands(ctx)
            remedy = did_you_mean(args[0], known).rstrip() or f"There are: {listed(known)}."
            raise click.UsageError(f"There is no command '{args[0]}'. {remedy}", ctx)
        return super().resolve_command(ctx, args)


def everywhere(shown: bool) -> list[Option]:
    """Give the options that go for every command."""
    return [
        Option(names, is_flag=True, expose_value=False, help=text, hidden=not shown, callback=_remember)
        for names, text in EVERYWHERE.values()
    ]


def _remember(ctx: Context, option: Parameter, value: bool) -> None:
    """Keep what was said for the whole run, wherever it stood."""
    told: dict[str, Any] = ctx.find_root().ensure_object(dict)
    told[str(option.name)] = told.get(str(option.name), False) or value
    if value and option.name == "no_color":
        colours(False)


def said(name: str) -> bool:
    """Tell whether an option that goes for every command was given."""
    return bool((click.get_current_context().find_root().obj or {}).get(name))


# what the shell is offered to complete

Offer = Callable[[Context, Parameter, str], list[CompletionItem]]


def offered(names: Callable[[Context], Iterable[str]]) -> Offer:
    """Give what an option needs to complete one of some names; a spec that cannot be read offers none."""

    def complete(ctx: Context, _: Parameter, begun: str) -> list[CompletionItem]:
        try:
            found = [*names(ctx)]
        except HrgeError:
            return []
        return [CompletionItem(name) for name in found if name.casefold().startswith(begun.casefold())]

    return complete


def of_spec(names: Callable[[Spec], Iterable[str]]) -> Offer:
    """Give what an option needs to complete a name of the spec that the command is about."""

    def found(ctx: Context) -> Iterable[str]:
        round_ = hrge_xl.round_named(_named(ctx))
        return names(hrge_xl.load(round_.spec_source if round_ else _named(ctx)))

    return offered(found)


def _named(ctx: Context) -> str:
    """Give what spec or round the command is about, as it was typed; else the dataset that it looks at by default.

    Behind an option whose value is just being typed click leaves words where they are.
    """
    named = (ctx.params.get(name) for name in ("spec", "folder"))
    words = ctx.params.get("words") or ctx.params.get("paths") or ctx.args
    return str(next(filter(None, (*named, *words, ctx.params.get("dataset"))), ""))


COMPLETIONS = {
    "countries": of_spec(
        lambda spec: [item.code for item in spec.vocabularies[spec.countries].items] if spec.countries else []
    ),
    "languages": of_spec(lambda spec: spec.languages),
    "profiles": of_spec(lambda spec: spec.profiles),
    "tools": of_spec(lambda spec: spec.tool),
    "fields": of_spec(lambda spec: dict.fromkeys(code for tool in spec.tools for code in tool.fields)),
    "teams": offered(lambda ctx: [team.code for team in hrge_xl.load_round(Path(_named(ctx))).teams]),
}
