"""`hrge-xl explain`: what a finding code means, offline."""

from __future__ import annotations

import click

from ..errors import UsageError
from ..words import SOURCE_LANGUAGE, translator
from .common import SpecName, lang_option
from .terminal import block


@click.command()
@click.argument("code")
@click.option(
    "--spec", type=SpecName(), default=None, metavar="SPEC", help="Where rules of a spec (R-…) are looked up."
)
@lang_option
def command(code: str, spec: str | None, lang: str | None) -> None:
    """What a code means, why it matters, and what to do.

    \b
    hrge-xl explain V002
    hrge-xl explain not-in-list
    """
    from ..findings import CATALOGUE

    language = lang or SOURCE_LANGUAGE
    say = translator(language)
    for kind in CATALOGUE.values():
        if code.casefold() in (kind.code.casefold(), kind.name):
            block(f"{kind.code} {kind.name} ({say(kind.severity.value)})\n")
            block(
                f"{say(kind.message)}\n\n{say('Why it matters')}: {say(kind.why)}\n"
                f"{say('Example')}: {say(kind.example)}\n{say('What to do')}: {say(kind.remedy)}"
            )
            return
    _rule(code, spec, language)


def _rule(code: str, spec: str | None, language: str) -> None:
    from ..spec.load import load, names

    for name in [spec] if spec else names():
        for rule in load(name).rules:
            if rule.code.casefold() == code.casefold():
                say = translator(language)
                rule_of = say("a rule of {spec}").format(spec=name)
                block(f"{rule.code} ({say(rule.severity)}), {rule_of}\n")
                block(f"{rule.message.say(language)}\n\n{say('What to do')}: {rule.remedy.say(language)}")
                for key in ("why", "when", "check"):
                    if getattr(rule, key):
                        block(f"{key.capitalize()}: {getattr(rule, key)}")
                return
    raise UsageError(f"There is no code '{code}'. See docs/findings.md for all of them.")
