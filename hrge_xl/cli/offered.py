"""What the shell is offered to complete: specs, countries, languages, tools and teams, of the spec or round named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from ..errors import HrgeError

if TYPE_CHECKING:
    from ..spec.model import Spec

Offer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def offered(names: Callable[[click.Context], Iterable[str]]) -> Offer:
    """Give what an option needs to complete one of some names; a spec that cannot be read offers none."""

    def complete(ctx: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
        try:
            found = [*names(ctx)]
        except HrgeError:
            return []
        return [CompletionItem(name) for name in found if name.casefold().startswith(begun.casefold())]

    return complete


def _named(ctx: click.Context) -> str:
    """Give what spec or round the command is about, as it was typed; else the dataset that it looks at by default.

    Behind an option whose value is just being typed click leaves words where they are.
    """
    named = (ctx.params.get(name) for name in ("spec", "round_folder", "folder"))
    words = ctx.params.get("words") or ctx.params.get("paths") or ctx.args
    return str(next(filter(None, (*named, *words, ctx.params.get("dataset"))), ""))


def _spec(ctx: click.Context) -> Spec:
    """Give the spec that the command is about. Raises `HrgeError`."""
    from ..rounds.rounds import spec_at
    from ..spec.load import load

    return load(spec_at(_named(ctx)))


def countries(ctx: click.Context) -> list[str]:
    """Give the codes of the countries of the spec."""
    spec = _spec(ctx)
    return [item.code for item in spec.vocabularies[spec.countries].items] if spec.countries else []


def languages(ctx: click.Context) -> list[str]:
    """Give the languages of the spec."""
    return [*_spec(ctx).languages]


def profiles(ctx: click.Context) -> list[str]:
    """Give the profiles of the spec."""
    return [*_spec(ctx).profiles]


def tools(ctx: click.Context) -> list[str]:
    """Give the codes of the tools of the spec."""
    return [*_spec(ctx).tool]


def fields(ctx: click.Context) -> list[str]:
    """Give the codes of the questions of the spec."""
    return [*dict.fromkeys(code for tool in _spec(ctx).tools for code in tool.fields)]


def teams(ctx: click.Context) -> list[str]:
    """Give the teams of the round."""
    from ..rounds.rounds import load_round

    return [team.code for team in load_round(Path(_named(ctx))).teams]
