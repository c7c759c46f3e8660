"""`hrge-xl explain`: what a finding code means, offline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from ..errors import UsageError
from ..suggest import alike, plain
from ..words import SOURCE_LANGUAGE, Translate, translator
from .columns import print_text
from .common import SpecName, lang_option
from .terminal import block, line

if TYPE_CHECKING:
    from ..findings import Kind
    from ..spec.model import Rule

CLOSE = 75  # how alike a name must be to be offered


class CodeName(click.ParamType[str]):
    """A code of a finding, or its name."""

    name = "code"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer codes with their names; names once one was begun."""
        from ..findings import CATALOGUE

        offered = [
            CompletionItem(text, help=kind.name)
            for kind in CATALOGUE.values()
            for text in (kind.code, kind.name)
        ]
        return [item for item in offered if item.value.startswith(incomplete or "V0")]


@click.command()
@click.argument("code", type=CodeName())
@click.option(
    "--spec", type=SpecName(), default=None, metavar="SPEC", help="Where rules of a spec (R-…) are looked up."
)
@lang_option
def command(code: str, spec: str | None, lang: str | None) -> None:
    """Explain what a code means, why it matters, and what to do. The name of a finding, or a code written another way,
    works too.

    \b
    hrge-xl explain V002
    hrge-xl explain not-in-list
    hrge-xl explain r-m1

    Next: hrge-xl waive, where an answer is right as it is
    """
    from ..findings import kind_called

    language = lang or SOURCE_LANGUAGE
    kind = kind_called(code)
    if kind is not None:
        _explain_kind(kind, translator(language))
        return
    rules = list(_rules(spec))
    for name, rule in rules:
        if plain(code) == plain(rule.code):
            _explain_rule(name, rule, language)
            return
    raise UsageError(f"There is no code '{code}'. {_hint(code, [rule.code for _, rule in rules])}")


def _explain_kind(kind: Kind, say: Translate) -> None:
    from ..findings import shown

    message, remedy = shown(kind, say)
    block(f"{kind.code} {kind.name} ({say(kind.severity.value)})\n")
    print_text(
        message,
        "",
        f"{say('Why it matters')}: {say(kind.why)}",
        f"{say('Example')}: {say(kind.example)}",
        f"{say('What to do')}: {remedy}",
    )


def _explain_rule(name: str, rule: Rule, language: str) -> None:
    from ..findings import general

    say = translator(language)
    rule_of = say("a rule of {spec}").format(spec=name)
    block(f"{rule.code} ({say(rule.severity)}), {rule_of}\n")
    message, remedy = (general(text.say(language)) for text in (rule.message, rule.remedy))
    print_text(message, "", f"{say('What to do')}: {remedy}")
    if rule.why:
        print_text(f"{say('Why it matters')}: {rule.why.say(language)}")
    for key in ("when", "check"):
        if getattr(rule, key):
            line(f"{key.capitalize()}: {getattr(rule, key)}")


def _rules(spec: str | None) -> Iterator[tuple[str, Rule]]:
    """Yield the rules of a spec, or of all that are installed, with its name."""
    from ..spec.load import load, names

    for name in [spec] if spec else names():
        yield from ((name, rule) for rule in load(name).rules)


def _hint(code: str, rules: list[str]) -> str:
    """Say which may have been meant, by code, by name or by a word of it."""
    from ..findings import CATALOGUE

    kinds = CATALOGUE.values()
    word = plain(code)
    with_word = [kind for kind in kinds if len(word) > 2 and word in plain(kind.name)]
    named = {kind.name: kind for kind in kinds} | {kind.code: kind for kind in kinds}
    near = alike(code, [*named, *rules], close=CLOSE)
    kinds_near = dict.fromkeys([*with_word, *(named[each] for each in near if each in named)])
    told = [f"{kind.code} ({kind.name})" for kind in kinds_near] + [each for each in near if each in rules]
    return f"Did you mean {', or '.join(told[:6])}?" if told else "See docs/findings.md for all of them."
