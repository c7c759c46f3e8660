"""`hrge-xl spec translate`: the translations of a spec into one language, for translators and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from .common import ANYWHERE, FILE, SPEC, password_option, today
from .terminal import line

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

    from ..exports.translation_xlsx import TranslationRow
    from ..spec.model import Spec


@click.command("translate")
@click.argument("spec", type=SPEC)
@click.option("--lang", "language", required=True, metavar="LANG", help="A tag such as fr, ar-IQ or fa-AF.")
@click.option("--to-xlsx", type=ANYWHERE, help="A workbook for translators.")
@click.option(
    "--from",
    "source",
    type=FILE,
    help="Read in what they wrote: that workbook, or a PO file.",
)
@click.option("--status", is_flag=True, help="Only count missing, draft and reviewed texts.")
@click.option("--reviewed-by", metavar="WHO", help="Mark everything as reviewed, and by whom.")
@password_option
def command(
    spec: str, language: str, to_xlsx: Path | None, source: Path | None, status: bool, reviewed_by: str | None,
    password: str | None,
) -> None:  # fmt: skip
    """Create or update the translations of a spec: `languages/LANG.po` beside it, one entry for each text.

    What translators wrote is kept: translations, comments, draft marks. What they send back is checked first, and
    accepted as a whole or not at all.

    \b
    hrge-xl spec translate ./my_spec --lang fr --to-xlsx fr.xlsx
    hrge-xl spec translate ./my_spec --lang fr --from fr.xlsx
    hrge-xl spec translate ./my_spec --lang fr --reviewed-by "programme officer, Dakar"

    Next: hrge-xl spec check ./my_spec
    """
    from ..exports.translation_xlsx import workbook_of
    from ..output_files import write_whole
    from ..spec.load import find, load
    from ..spec.translating import as_file, coverage, new_catalogue, updated, wanted_of
    from ..spec.translations import Translations, read_catalogue
    from ..words import proper_tag

    if proper_tag(language) != language:
        raise UsageError(f"'{language}' is not a language tag. Write one such as fr, ar-IQ or fa-AF.")
    loaded = load(spec)
    translations = Translations(find(spec), loaded.languages[0])
    file = translations.file(language)
    known = read_catalogue(file) if file.is_file() else new_catalogue(loaded.name, loaded.version, "")
    fresh = updated(wanted_of(loaded), known)
    if source is not None:
        line(f"Translated differently from before: {_take_in(loaded, fresh, source, password)}.")
    if not status:
        write_whole(file, as_file(fresh, language))
        line(file)
    if reviewed_by is not None:
        line(_note_review(translations.folder, loaded, language, fresh, reviewed_by))
    if to_xlsx is not None:
        write_whole(to_xlsx, workbook_of(list(_rows(fresh)), language))
        line(to_xlsx)
    count = coverage(loaded, fresh)
    line(
        f"{language}: {count.texts} texts, {count.missing} missing, {count.drafts} drafts, {count.reviewed} reviewed."
    )


def _take_in(spec: Spec, fresh: Catalog, source: Path, password: str | None) -> int:
    """Merge what translators sent, and count it. Raises `UsageError` with everything that is wrong with it."""
    from ..exports import translation_xlsx
    from ..spec.translating import merge, sent_in, slips
    from ..spec.translations import read_catalogue

    is_catalogue = source.suffix.lower() == ".po"
    sent = sent_in(read_catalogue(source)) if is_catalogue else translation_xlsx.sent_in(source, password)
    changes = merge(fresh, sent)
    wrong = [
        f"{place}: {spec.name} has no such text. Take a new file with --to-xlsx." for place in changes.strange
    ]
    wrong += [f"{slip.place}: {slip.reason} {slip.remedy}" for slip in slips(spec, fresh)]
    if wrong:
        raise UsageError(*wrong)
    return changes.translated


def _rows(fresh: Catalog) -> Iterator[TranslationRow]:
    from ..exports.translation_xlsx import MACHINE, MISSING, REVIEWED, TranslationRow
    from ..spec.translating import limit_of, sent_in

    for each in sent_in(fresh):
        state = MISSING if not each.said else REVIEWED if each.reviewed else MACHINE
        yield TranslationRow(each.place, limit_of(each.place), each.text, each.said, state, each.comment)


def _note_review(folder: Path, spec: Spec, language: str, fresh: Catalog, by: str) -> Path:
    """Write that somebody looked at everything. Raises `UsageError` where something is missing or still a draft."""
    from ..spec.translating import coverage
    from ..spec.translations import Table, write_state

    count = coverage(spec, fresh)
    if count.missing or count.drafts:
        raise UsageError(
            f"{count.missing} texts are missing and {count.drafts} are drafts. Have each one checked, then "
            "remove the mark `fuzzy`, or set the state to reviewed in the workbook."
        )
    state = {"by": by, "on": today().isoformat(), "digest": Table.of(fresh).digest}
    return write_state(folder, language, state)
