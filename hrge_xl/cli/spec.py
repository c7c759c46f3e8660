"""`hrge-xl spec`: check, show, describe, translate and import specs."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from pathlib import Path

from click import group

import hrge_xl

from ..core.errors import Exit, UsageError
from ..core.paths import quoted
from .common import CommandGroup, is_set, verb, warn
from .terminal import block, data, line, output_to, print_json, print_lines


@group(cls=CommandGroup)
def spec() -> None:
    """Check, show, compare, describe and import specs: SPEC is a name, a folder or a workbook.

    \b
    hrge-xl spec check ./my_spec

    Next: hrge-xl generate ./my_spec --country PAK
    """


@verb("spec check", spec)
def check_spec(spec: str, fast: bool) -> None:
    """List every mistake in a spec, with file:line:column or its cell, the reason and the remedy.

    A spec without mistakes is tried out: its workbook is made in every language, blank and filled in, and read back.

    \b
    hrge-xl spec check ./my_spec

    Next: hrge-xl generate ./my_spec --country PAK
    """
    loaded = hrge_xl.check_spec(spec, fast=fast)
    line(
        f"{loaded.name} {loaded.version}: {_size_of(loaded)}, languages {', '.join(loaded.languages)}. No mistake."
    )
    warn(*map(str, hrge_xl.spec_warnings(loaded)), *_untranslated(loaded, spec))


def _untranslated(loaded: hrge_xl.Spec, named: str) -> Iterator[str]:
    """Yield in which languages texts are missing, without which no workbook is issued, and what to do about it.

    The words of the program itself appear in English where it lacks a language.
    """
    from ..core.words import SOURCE_LANGUAGE, counted, language_of_words

    for language, missing in hrge_xl.missing_translations(loaded).items():
        yield (
            f"{language}: {counted(len(missing), 'text')} not translated, the first is {missing[0]}. "
            f"To have it translated: hrge-xl spec translate {quoted(named)} --language {language} --to-xlsx FILE"
        )
    for language in loaded.languages:
        if language != SOURCE_LANGUAGE and language_of_words(language) == SOURCE_LANGUAGE:
            yield f"{language}: the program's own words (cover, checks, findings) appear in English."


def _size_of(loaded: hrge_xl.Spec) -> str:
    from ..core.words import counted

    fields = sum(len(tool.fields) for tool in loaded.tools)
    sizes = {
        "sheet": len(loaded.tools),
        "field": fields,
        "list": len(loaded.vocabularies),
        "rule": len(loaded.rules),
    }
    return ", ".join(counted(size, noun) for noun, size in sizes.items())


@verb("spec show", spec)
def show_spec(spec: str, format_: str) -> None:
    """Print every sheet, question, list and rule of a spec.

    \b
    hrge-xl spec show hrge_toolkit --format html > spec.html

    Next: hrge-xl generate hrge_toolkit --sample
    """
    from ..outputs.specs import html, text

    loaded = hrge_xl.load(spec)
    if format_ == "html":
        data(html(loaded), nl=False)
    else:
        block(text(loaded).rstrip("\n"))


@verb("spec schema", spec)
def schema() -> None:
    """Print a JSON Schema of the spec language, for editors.

    \b
    hrge-xl spec schema > spec.schema.json

    Next: hrge-xl spec check ./my_spec
    """
    import json

    data(json.dumps(hrge_xl.spec_schema(), indent=2))


@verb("spec diff", spec)
def diff_specs(  # noqa: PLR0913 (one parameter an option)
    before: str,
    after: str,
    returned: tuple[str, ...],
    more: tuple[str, ...],
    as_json: bool,
    output: Path | None,
    password: str | None,
    jobs: int,
) -> Exit:
    """Show what changed from version A of a spec to version B, and what it means for answers already given.

    Copy the folder of a spec before you change it: the copy is A. The exit code is 1 when a change breaks something (a
    code was lost or has another meaning), and 4 when returned files could not be read with A.

    \b
    hrge-xl spec diff old/my_spec ./my_spec --returned 2026-H1

    Next: hrge-xl round update-spec 2026-H1 --spec ./my_spec
    """
    from ..outputs.specs import as_data, file_lines, lines

    if more and not returned:
        raise UsageError(f"'{more[0]}': name two specs, and returned files after --returned.")
    spec_diff = hrge_xl.diff(hrge_xl.load(before), hrge_xl.load(after))
    files = hrge_xl.touched_files(
        spec_diff, hrge_xl.returned_files([*returned, *more]), before, jobs, password
    )
    codes = {Exit.FINDINGS if spec_diff.breaks else Exit.OK}
    with output_to(output):
        if as_json:
            touched = list(files)
            print_json(as_data(spec_diff, touched))
            return max(codes | {Exit.REFUSED for file in touched if file.refused})
        print_lines(lines(spec_diff))
        for file in files:
            codes |= {Exit.REFUSED} if file.refused else set()
            print_lines(file_lines(file, places=not is_set("quiet")))
    return max(codes)


@verb("spec new", spec)
def new_spec(name: str, output: Path | None, languages: tuple[str, ...]) -> None:
    """Begin a spec: a small one, as a workbook with dropdowns or as YAML, to be changed.

    \b
    hrge-xl spec new my_form --languages en,fr

    Next: hrge-xl spec check my_form.xlsx
    """
    line(hrge_xl.new_spec(name, output or f"{name}.xlsx", languages))


@verb("spec export", spec)
def export_spec(spec: str, output: Path) -> None:
    """Write a spec as a workbook, which can be changed in Excel and used in its place; or a workbook as YAML.

    \b
    hrge-xl spec export ./my_spec -o my_spec.xlsx
    hrge-xl spec export my_spec.xlsx -o my_spec

    Next: hrge-xl spec check my_spec.xlsx
    """
    line(hrge_xl.export_spec(spec, output))


@verb("spec import", spec)
def import_spec(file: Path, output: Path, name: str, password: str | None) -> None:
    """Make a first spec of an XLSForm (.xlsx, .xls, .csv), a Table Schema, a datapackage.json, or a workbook in use.

    Every guess is marked `# guess:`, and imported.csv tells what became of every part of the source.

    \b
    hrge-xl spec import "our form.xlsx" -o my_spec

    Next: hrge-xl spec check ./my_spec
    """
    imported = hrge_xl.import_spec(file, output, name, password)
    print_lines(imported.messages, err=True)
    line(f"{output}: {_size_of(imported.spec)}.")
    for kind, unchanged, changed, left_out in imported.sums:
        total = unchanged + changed + left_out
        line(
            f"  {kind}: {total}, of these {unchanged} kept, {changed} changed, {left_out} left out."
        )
    line(
        f"{quoted(output / 'imported.csv')} tells of each what became of it. "
        f"Look for `# guess:`, then run: hrge-xl spec check {quoted(hrge_xl.typed(output))}"
    )


draft = copy(import_spec)  # as it was called
draft.hidden = True
spec.add_command(draft, "draft")


# translate


@verb("spec translate", spec)
def translate(
    spec: str,
    language: str,
    to_xlsx: Path | None,
    source: Path | None,
    status: bool,
    reviewed_by: str | None,
    password: str | None,
) -> None:
    """Create or update the translations of a spec: `languages/LANG.po` beside it, one entry for each text.

    What translators wrote is kept: translations, comments, draft marks. What they send back is checked first, and
    accepted as a whole or not at all.

    \b
    hrge-xl spec translate ./my_spec --language fr --to-xlsx fr.xlsx
    hrge-xl spec translate ./my_spec --language fr --from fr.xlsx
    hrge-xl spec translate ./my_spec --language fr --reviewed-by "programme officer, Dakar"

    Next: hrge-xl spec check ./my_spec
    """
    translated = hrge_xl.translate(
        spec,
        language,
        to_xlsx=to_xlsx,
        source=source,
        status=status,
        reviewed_by=reviewed_by,
        password=password,
    )
    if translated.taken_in is not None:
        line(f"Translated differently from before: {translated.taken_in}.")
    print_lines(translated.written)
    count = translated.coverage
    line(
        f"{language}: {count.texts} texts, {count.missing} missing, {count.drafts} drafts, {count.reviewed} reviewed."
    )
