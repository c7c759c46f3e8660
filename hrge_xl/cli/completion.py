"""`hrge-xl completion`: what a shell needs to complete commands, options and names."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from .terminal import data

VARIABLE = "_HRGE_XL_COMPLETE"
SHELLS = ("bash", "zsh", "fish", "powershell")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print a script for a shell: with it, the Tab key completes commands, options, specs, countries, teams and codes.

    \b
    hrge-xl completion bash >> ~/.bashrc
    hrge-xl completion zsh >> ~/.zshrc
    hrge-xl completion fish > ~/.config/fish/completions/hrge-xl.fish
    hrge-xl completion powershell >> $PROFILE

    Next: open a new window, type hrge-xl and a space, and press Tab
    """
    root = ctx.find_root()
    kind = get_completion_class(shell)
    assert kind is not None  # click has one for each of these
    data(kind(root.command, {}, str(root.info_name), VARIABLE).source())
