"""`hrge-xl explain`: what a finding code means, offline."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from ..errors import UsageError
from ..suggest import alike, plain
from ..words import SOURCE_LANGUAGE, Translate, translator
from .common import SPEC, json_option, lang_option, output_option
from .terminal import line, output_to, print_json, print_text

if TYPE_CHECKING:
    from ..findings import Kind
    from ..spec.model import Rule

CLOSE = 75  # how alike a name must be to be offered
PARTS_OF_A_RULE = {"when": "When", "check": "Check"}  # words of the spec language


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
@click.option("--spec", type=SPEC, metavar="SPEC", help="Where rules of a spec (R-…) are looked up.")
@json_option("The same as JSON on stdout.")
@output_option
@lang_option
def command(code: str, spec: str | None, as_json: bool, output: Path | None, lang: str | None) -> None:
    """Explain what a code means, why it matters, and what to do. The name of a finding, or a code written another way,
    works too.

    \b
    hrge-xl explain V002
    hrge-xl explain not-in-list
    hrge-xl explain r-m1

    Next: hrge-xl waive, where an answer is right as it is
    """
    language = lang or SOURCE_LANGUAGE
    told = _told(code, spec, language)
    with output_to(output):
        if as_json:
            print_json(told)
        else:
            _print(told, translator(language))


def _told(code: str, spec: str | None, language: str) -> dict[str, str]:
    """Give what a code means. Raises `UsageError` with what may have been meant."""
    from ..findings import kind_called

    kind = kind_called(code)
    if kind is not None:
        return _of_kind(kind, translator(language))
    from ..spec.load import load, names  # only rules stand in specs

    rules = [(name, rule) for name in ([spec] if spec else names()) for rule in load(name).rules]
    for name, rule in rules:
        if plain(code) == plain(rule.code):
            return _of_rule(name, rule, language)
    raise UsageError(f"There is no code '{code}'. {_hint(code, [rule.code for _, rule in rules])}")


def _of_kind(kind: Kind, say: Translate) -> dict[str, str]:
    from ..findings import shown

    message, remedy = shown(kind, say)
    return {
        "code": kind.code, "name": kind.name, "severity": kind.severity.value, "message": message,
        "why": say(kind.why), "example": say(kind.example), "remedy": remedy,
    }  # fmt: skip


def _of_rule(name: str, rule: Rule, language: str) -> dict[str, str]:
    from ..findings import general

    told = {
        "code": rule.code, "severity": rule.severity, "spec": name, "message": general(rule.message.say(language)),
        "remedy": general(rule.remedy.say(language)), "why": rule.why.say(language) if rule.why else "",
        "when": str(rule.when or ""), "check": str(rule.check or ""),
    }  # fmt: skip
    return {key: text for key, text in told.items() if text}


def _print(told: Mapping[str, str], say: Translate) -> None:
    """Print what a code means: its head, what is said of an answer, and the rest below."""
    severity = say(told["severity"])
    if "spec" in told:
        line(f"{told['code']} ({severity}), {say('a rule of {spec}').format(spec=told['spec'])}")
    else:
        line(f"{told['code']} {told['name']} ({severity})")
    heads = {"why": say("Why it matters"), "example": say("Example"), "remedy": say("What to do")}
    said = (f"{head}: {told[key]}" for key, head in (heads | PARTS_OF_A_RULE).items() if key in told)
    print_text("", told["message"], "", *said)


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
