"""Writes the generated pages of docs/; `tests/test_guides.py` fails when one is stale."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import click
from markdown_it import MarkdownIt

from hrge_xl import load
from tests import report_schema
from tests.face import CATALOGUE, FAMILIES, FIELD_TYPES, Field, FieldType, cli, generation
from tests.face import findings_shown as shown
from tests.write_dataset import dataset_page
from tests.write_dictionary import dictionary_page
from tests.write_gallery import gallery_page
from tests.write_rules import rules_page

DOCS = Path(__file__).parent.parent / "docs"


FINDINGS = """# Findings

Every code that a report can show. `hrge-xl explain CODE` says the same offline. Rules of a spec have codes
of their own (`R-…`); see [rules.md](rules.md). Names, cells and values in the messages below are examples.

An *error* goes back to the team, a *warning* is worth a look, an *info* says what was read and how.

| family | error | warning | info |
|---|---|---|---|"""


def findings_page() -> str:
    """Every kind of finding, by family."""
    severities = ("error", "warning", "info")
    lines = [FINDINGS]
    for letter, (title, kinds) in FAMILIES.items():
        counts = Counter(kind.severity.value for kind in kinds)
        anchor = f"{letter}-{title}".lower().replace(" ", "-").replace(",", "")
        numbers = " | ".join(str(counts[severity] or "") for severity in severities)
        lines.append(f"| [{letter}: {title}](#{anchor}) | {numbers} |")
    for letter, (title, kinds) in FAMILIES.items():
        lines += [
            "",
            f"## {letter}: {title}",
            "",
            "| code | name | severity | what it says |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| [{kind.code}](#{kind.code.lower()}) | {kind.name} | {kind.severity.value} "
            f"| {_first_sentence(shown(kind, str)[0])} |"
            for kind in sorted(kinds, key=lambda kind: kind.code)
        ]
    lines += ["", "## All of them", ""]
    for kind in sorted(CATALOGUE.values(), key=lambda kind: [*FAMILIES].index(kind.code[0])):
        verdict = " The file is refused." if kind.refuses else ""
        message, remedy = shown(kind, str)
        told = (
            f"### {kind.code}",
            f"**{kind.name}** ({kind.severity.value}).{verdict}",
            f"> {message}",
        )
        why = (f"Why: {kind.why}", f"Example: {kind.example}", f"What to do: {remedy}", "")
        lines.append("\n\n".join((*told, *why)).removesuffix("\n"))
    return "\n".join(lines)


def _first_sentence(message: str) -> str:
    return message.partition(". ")[0].rstrip(".").replace("|", "\\|")


def cli_page() -> str:
    codes = "Exit codes: 0 nothing at or above `--fail-on`, 1 findings, 2 usage, 3 spec or round invalid,"
    more = (
        "4 done, but some files were refused, 5 output not writable, 70 our bug, 130 interrupted."
    )
    lines = ["# Command line", "", codes, more, ""]
    context = click.Context(cli, info_name="hrge-xl", **cli.context_settings)
    lines += ["## hrge-xl", "", "```text", cli.get_help(context), "```", ""]
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        lines += _command(command, click.Context(command, info_name=name, parent=context))
    return "\n".join(lines)


def _command(command: click.Command, context: click.Context) -> list[str]:
    lines = [f"## {context.command_path}", "", "```text", command.get_help(context), "```", ""]
    if isinstance(command, click.Group):
        for name, below in sorted(command.commands.items()):
            lines += _command(below, click.Context(below, info_name=name, parent=context))
    return lines


TYPES_HEAD = "| type | answer | needs | may have |\n|---|---|---|---|\n"


def guide_to_specs() -> str:
    """The guide as it is written by hand, with its table of field types as they are."""
    above, below = (DOCS / "writing-a-spec.md").read_text(encoding="utf-8").split(TYPES_HEAD)
    return (
        above
        + TYPES_HEAD
        + "".join(map(_row, FIELD_TYPES.values()))
        + below[below.index("\n\n") + 1 :]
    )


def _row(kind: FieldType) -> str:
    options = (name for name in Field.model_fields if name in (*kind.needs, *kind.allows))
    named = [(name in kind.needs, f"`{name}`") for name in options]
    cells = [" ".join(text for needed, text in named if needed is here) for here in (True, False)]
    return f"| {kind.name} | {kind.meaning} |{''.join(f' {cell} |' if cell else ' |' for cell in cells)}\n"


PICTURE = re.compile(r"(?<=\]\()(?:\.\./)?(pictures/[^)]*)(?=\))")
# to another page, which does not go out with this one
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|#)[^)]*\)")


def guide_for_teams(language: str) -> str:
    """The guide for teams in one language as HTML, without the frame of its page."""
    own = DOCS / "filling-in" / f"{language}.md"
    text = (own if own.is_file() else DOCS / "filling-in.md").read_text(encoding="utf-8")
    pages = MarkdownIt("commonmark", {"html": False}).enable("table")
    return str(pages.render(PICTURE.sub(within, LINK.sub(r"\1", text))))


def within(picture: re.Match[str]) -> str:
    """A picture as part of the page, which goes out alone, without a folder beside it."""
    data = base64.b64encode((DOCS / picture[1]).read_bytes()).decode("ascii")
    return f"data:image/png;base64,{data}"


GUIDES = ("en", *sorted(path.stem for path in (DOCS / "filling-in").glob("*.md")))
PAGES: dict[str, Callable[[], str]] = {
    "findings.md": findings_page,
    "cli.md": cli_page,
    "writing-a-spec.md": guide_to_specs,
    "dictionary.md": lambda: dictionary_page(load("hrge_toolkit")),
    "rules.md": lambda: rules_page(load("hrge_toolkit")),
    "gallery.md": gallery_page,
    "dataset.md": lambda: dataset_page(load("example"), load("hrge_toolkit")),
    "validation-report.schema.json": report_schema.render,
}


def main() -> None:
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
    for language in GUIDES:
        page = generation.PAGES / f"filling-in_{language}.html"
        page.write_text(guide_for_teams(language), encoding="utf-8")


if __name__ == "__main__":
    main()
