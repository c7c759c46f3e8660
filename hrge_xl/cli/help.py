"""`hrge-xl help`: the help of a command."""

from __future__ import annotations

import click

from .groups import Group, names_within, offered, path_of
from .terminal import block


def _words_that_may_follow(ctx: click.Context) -> list[str]:
    """Give the commands within the one that was typed so far."""
    root = ctx.find_root().command
    assert isinstance(root, Group)
    return names_within(root, ctx.params.get("words") or ())


@click.command()
@click.argument("words", metavar="[COMMAND]...", nargs=-1, shell_complete=offered(_words_that_may_follow))
@click.pass_context
def command(ctx: click.Context, words: tuple[str, ...]) -> None:
    """Show what a command does, with its options and an example. The same as --help after it.

    \b
    hrge-xl help validate
    hrge-xl help spec diff

    Next: hrge-xl help, for all commands
    """
    root = ctx.find_root()
    assert isinstance(root.command, Group)
    block(path_of(root.command, words, root).get_help())
