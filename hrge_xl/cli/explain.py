"""`hrge-xl explain`: what a finding code means, offline."""

from __future__ import annotations

import click

from ..errors import UsageError
from .common import SpecName
from .terminal import block


@click.command()
@click.argument("code")
@click.option(
    "--spec", type=SpecName(), default=None, metavar="SPEC", help="Where rules of a spec (R-…) are looked up."
)
def command(code: str, spec: str | None) -> None:
    """What a code means, why it matters, and what to do.

    \b
    hrge-xl explain V002
    hrge-xl explain not-in-list
    """
    from ..findings import CATALOGUE

    for kind in CATALOGUE.values():
        if code.casefold() in (kind.code.casefold(), kind.name):
            block(f"{kind.code} {kind.name} ({kind.severity.value})\n")
            block(f"{kind.message}\n\nWhy: {kind.why}\nExample: {kind.example}\nWhat to do: {kind.remedy}")
            return
    _rule(code, spec)


def _rule(code: str, spec: str | None) -> None:
    from ..spec.load import load, names

    for name in [spec] if spec else names():
        for rule in load(name).rules:
            if rule.code.casefold() == code.casefold():
                block(f"{rule.code} ({rule.severity}), a rule of {name}\n")
                block(f"{rule.message.say('en')}\n\nWhat to do: {rule.remedy.say('en')}")
                for key in ("why", "when", "check"):
                    if getattr(rule, key):
                        block(f"{key.capitalize()}: {getattr(rule, key)}")
                return
    raise UsageError(f"There is no code '{code}'. See docs/findings.md for all of them.")
