"""`hrge-xl spec`: check, show and describe specs."""

from __future__ import annotations

import click


@click.group()
def command() -> None:
    """Check, show and describe specs: SPEC is a name or a folder."""


@command.command("check")
@click.argument("spec")
def check_spec(spec: str) -> None:
    """Every mistake of a spec, with file:line:column, the reason and the remedy."""
    from ..layout import build
    from ..spec.load import load

    loaded = load(spec)
    fields = sum(len(tool.fields) for tool in loaded.tools)
    for language in loaded.languages:
        build(loaded, language)
    click.echo(
        f"{loaded.name} {loaded.version}: {len(loaded.tools)} sheets, {fields} fields, "
        f"{len(loaded.vocabularies)} lists, {len(loaded.rules)} rules, "
        f"languages {', '.join(loaded.languages)}. No mistake."
    )


@command.command("show")
@click.argument("spec")
@click.option("--format", "how", type=click.Choice(["text", "html"]), default="text", show_default=True)
def show_spec(spec: str, how: str) -> None:
    """Every sheet, question, list and rule, to read."""
    from ..reports.spec_page import html, text
    from ..spec.load import load

    loaded = load(spec)
    click.echo(html(loaded) if how == "html" else text(loaded), nl=False)


@command.command("schema")
def schema() -> None:
    """A JSON Schema of the spec language, for editors."""
    import json

    from ..spec.model import Spec

    click.echo(json.dumps(Spec.model_json_schema(), indent=2))
