"""`hrge-xl help`: the help of a command."""

from __future__ import annotations

from collections.abc import Iterable

import click

from .groups import offered
from .terminal import block


def _commands_within(ctx: click.Context) -> list[str]:
    """Give the commands within the one that was typed so far; none where the words lead nowhere."""
    root = ctx.find_root()
    try:
        found = _context_of(ctx.params.get("words") or (), click.Context(root.command))
    except click.UsageError:
        return []
    return found.command.list_commands(found) if isinstance(found.command, click.Group) else []


def _context_of(words: Iterable[str], ctx: click.Context) -> click.Context:
    """Give the context of the command that some words lead to. Raises `click.UsageError` where there is none."""
    for word in words:
        if not isinstance(ctx.command, click.Group):
            raise click.UsageError(
                f"'{ctx.command_path}' has no commands within it. Leave '{word}' out.", ctx
            )
        _, found, _ = ctx.command.resolve_command(ctx, [word])
        assert found is not None
        ctx = click.Context(found, info_name=word, parent=ctx)
    return ctx


@click.command()
@click.argument("words", metavar="[COMMAND]...", nargs=-1, shell_complete=offered(_commands_within))
@click.pass_context
def command(ctx: click.Context, words: tuple[str, ...]) -> None:
    """Show what a command does, with its options and an example. The same as --help after it.

    \b
    hrge-xl help validate
    hrge-xl help spec diff

    Next: hrge-xl help, for all commands
    """
    block(_context_of(words, ctx.find_root()).get_help())
