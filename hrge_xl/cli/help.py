"""`hrge-xl help`: the help of a command."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from .groups import Group, names_within, path_of
from .terminal import block


class _Words(click.ParamType[str]):
    """The words of a command."""

    name = "command"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the commands that may come next."""
        root = ctx.find_root().command
        assert isinstance(root, Group)
        names = names_within(root, ctx.params.get("words") or ())
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command()
@click.argument("words", metavar="[COMMAND]...", nargs=-1, type=_Words())
@click.pass_context
def command(ctx: click.Context, words: tuple[str, ...]) -> None:
    """Show what a command does, with its options and an example. The same as --help behind it.

    \b
    hrge-xl help validate
    hrge-xl help spec diff

    Next: hrge-xl help, for all commands
    """
    root = ctx.find_root()
    assert isinstance(root.command, Group)
    block(path_of(root.command, words, root).get_help())
