"""`hrge-xl spec`: check, show, describe and draft specs."""

from __future__ import annotations

from pathlib import Path

import click

import hrge_xl

from ..errors import Exit, UsageError
from ..shell_words import quoted
from . import translate
from .common import ANYWHERE, SPEC, data_options, jobs_option, password_option
from .groups import CommandGroup, said
from .terminal import block, data, line, output_to, print_json, print_lines


@click.group(cls=CommandGroup)
def command() -> None:
    """Check, show, compare, describe and draft specs: SPEC is a name or a folder.

    \b
    hrge-xl spec check ./my_spec

    Next: hrge-xl generate ./my_spec --country PAK
    """


@command.command("check")
@click.argument("spec", type=SPEC)
@click.option("--fast", is_flag=True, help="Only read the spec; make no workbook from it.")
def check_spec(spec: str, fast: bool) -> None:
    """List every mistake in a spec, with file:line:column, the reason and the remedy.

    A spec without mistakes is tried out: its workbook is made in every language, blank and filled in, and read back.

    \b
    hrge-xl spec check ./my_spec

    Next: hrge-xl generate ./my_spec --country PAK
    """
    loaded = hrge_xl.check_spec(spec, fast=fast)
    fields = sum(len(tool.fields) for tool in loaded.tools)
    line(
        f"{loaded.name} {loaded.version}: {len(loaded.tools)} sheets, {fields} fields, "
        f"{len(loaded.vocabularies)} lists, {len(loaded.rules)} rules, "
        f"languages {', '.join(loaded.languages)}. No mistake."
    )


@command.command("show")
@click.argument("spec", type=SPEC)
@click.option("--format", "how", type=click.Choice(["text", "html"]), default="text", show_default=True)
def show_spec(spec: str, how: str) -> None:
    """Print every sheet, question, list and rule of a spec.

    \b
    hrge-xl spec show hrge_toolkit --format html > spec.html

    Next: hrge-xl generate hrge_toolkit --sample
    """
    from ..reports.spec_page import html, text

    loaded = hrge_xl.load(spec)
    if how == "html":
        data(html(loaded), nl=False)
    else:
        block(text(loaded).rstrip("\n"))


@command.command("schema")
def schema() -> None:
    """Print a JSON Schema of the spec language, for editors.

    \b
    hrge-xl spec schema > spec.schema.json

    Next: hrge-xl spec check ./my_spec
    """
    import json

    data(json.dumps(hrge_xl.spec_schema(), indent=2))


@command.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option(
    "--returned", multiple=True, metavar="PATHS…|ROUND", help="Show which answers of these are affected."
)
@click.argument("more", nargs=-1, metavar="")
@data_options()
@password_option
@jobs_option
def diff_specs(  # noqa: PLR0913 (one parameter an option)
    before: str, after: str, returned: tuple[str, ...], more: tuple[str, ...],
    as_json: bool, output: Path | None, password: str | None, jobs: int,
) -> Exit:  # fmt: skip
    """Show what changed from version A of a spec to version B, and what it means for answers already given.

    Copy the folder of a spec before you change it: the copy is A. The exit code is 1 when a change breaks something (a
    code was lost or has another meaning), and 4 when returned files could not be read with A.

    \b
    hrge-xl spec diff old/my_spec ./my_spec --returned 2026-H1

    Next: hrge-xl round update-spec 2026-H1 --spec ./my_spec
    """
    from ..reports.spec_diff import as_data, file_lines, lines

    if more and not returned:
        raise UsageError(f"'{more[0]}': name two specs, and returned files after --returned.")
    found = hrge_xl.diff(hrge_xl.load(before), hrge_xl.load(after))
    files = hrge_xl.touched_files(found, hrge_xl.returned_files([*returned, *more]), before, jobs, password)
    codes = {Exit.FINDINGS if found.breaks else Exit.OK}
    with output_to(output):
        if as_json:
            told = list(files)
            print_json(as_data(found, told))
            return max(codes | {Exit.REFUSED for file in told if file.refused})
        print_lines(lines(found))
        for file in files:
            codes |= {Exit.REFUSED} if file.refused else set()
            print_lines(file_lines(file, places=not said("quiet")))
    return max(codes)


@command.command("draft")
@click.argument("file", type=ANYWHERE)
@click.option("-o", "--output", required=True, type=ANYWHERE, help="Folder of the new spec.")
@click.option("--name", default="", metavar="NAME", help="Name of the spec (default: that of the folder).")
@password_option
def draft_spec(file: Path, output: Path, name: str, password: str | None) -> None:
    """Draft a spec from a workbook that your office already uses; every guess is marked `# guess:`.

    \b
    hrge-xl spec draft "our form.xlsx" -o my_spec

    Next: hrge-xl spec check ./my_spec
    """
    loaded, messages = hrge_xl.draft_spec(file, output, name, password)
    print_lines(messages, err=True)
    fields = sum(len(tool.fields) for tool in loaded.tools)
    line(
        f"{output}: {len(loaded.tools)} sheets, {fields} fields, {len(loaded.vocabularies)} lists. "
        f"Look for `# guess:`, then run: hrge-xl spec check {quoted(hrge_xl.typed(output))}"
    )


command.add_command(translate.command)
