"""`hrge-xl explain`: what a finding code means, offline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click
from click.shell_completion import CompletionItem

import hrge_xl

from ..words import Translate, translator
from .common import SPEC, data_options, lang_option
from .terminal import line, output_to, print_json, print_text

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
@data_options("The same as JSON on stdout.")
@lang_option
def command(code: str, spec: str | None, as_json: bool, output: Path | None, lang: str) -> None:
    """Explain what a code means, why it matters, and what to do. The name of a finding, or a code written another way,
    works too.

    \b
    hrge-xl explain V002
    hrge-xl explain not-in-list
    hrge-xl explain r-m1

    Next: hrge-xl waive, where an answer is right as it is
    """
    explained = hrge_xl.explain(code, spec, lang)
    told = {key: text for key, text in asdict(explained).items() if text}
    with output_to(output):
        if as_json:
            print_json(told)
        else:
            _print(told, translator(lang))


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
