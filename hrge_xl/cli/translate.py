"""`hrge-xl spec translate`: the translations of a spec into one language, for translators and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from .common import SpecName
from .terminal import line

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

    from ..exports.translation_xlsx import Row
    from ..spec.model import Spec
    from ..spec.translations import Translations


@click.command("translate")
@click.argument("spec", type=SpecName())
@click.option("--lang", "language", required=True, metavar="LANG", help="A tag such as fr, ar-IQ or fa-AF.")
@click.option("--to-xlsx", type=click.Path(path_type=Path), default=None, help="A workbook for translators.")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="Take in what they wrote: that workbook, or a PO file.",
)
@click.option("--status", is_flag=True, help="Only count what is missing, a draft, or reviewed.")
@click.option("--reviewed-by", default=None, metavar="WHO", help="Everything was looked at, by whom.")
def command(
    spec: str, language: str, to_xlsx: Path | None, source: Path | None, status: bool, reviewed_by: str | None
) -> None:
    """Create or update the translations of a spec: `languages/LANG.po` beside it, one entry for each text.

    What translators wrote stays: translations, comments, marks of drafts. What they send back is checked first, and
    taken in whole or not at all.

    \b
    hrge-xl spec translate ./my_spec --lang fr --to-xlsx fr.xlsx
    hrge-xl spec translate ./my_spec --lang fr --from fr.xlsx
    hrge-xl spec translate ./my_spec --lang fr --reviewed-by "programme officer, Dakar"
    """
    from ..spec.load import find, load
    from ..spec.translating import as_file, new_catalogue, updated, wanted_of
    from ..spec.translations import Translations, read_catalogue
    from ..words import proper_tag

    if proper_tag(language) != language:
        raise UsageError(f"'{language}' is not a tag of a language. Write one such as fr, ar-IQ or fa-AF.")
    loaded, translations = load(spec), Translations(find(spec))
    file = translations.file(language)
    known = read_catalogue(file) if file.is_file() else new_catalogue(loaded.name, loaded.version, "")
    fresh = updated(wanted_of(loaded), known)
    if source is not None:
        _take_in(loaded, fresh, source)
    if not status:
        from ..paths import write_whole

        write_whole(file, as_file(fresh, language))
        line(str(file))
    if reviewed_by is not None:
        _state(translations, loaded, language, fresh, reviewed_by)
    if to_xlsx is not None:
        _hand_out(fresh, language, to_xlsx)
    _tell(loaded, language, fresh)


def _take_in(spec: Spec, fresh: Catalog, source: Path) -> None:
    """Merge what translators wrote. Raises `UsageError` with everything that is wrong, and merges nothing then."""
    from ..exports.translation_xlsx import REVIEWED, read_rows
    from ..spec.translating import merged, slips
    from ..spec.translations import DRAFT, read_catalogue

    if source.suffix.lower() == ".po":
        entries = (entry for entry in read_catalogue(source) if entry.id)
        given = [
            (
                str(e.context or ""),
                str(e.id),
                str(e.string or ""),
                DRAFT not in e.flags,
                "\n".join(e.user_comments),
            )
            for e in entries
        ]
    else:
        given = [
            (row.place, row.text, row.said, row.state == REVIEWED, row.comment) for row in read_rows(source)
        ]
    strange = merged(fresh, given)
    wrong = [
        f"{place}: this text is not one of {spec.name}. Take a new file with --to-xlsx." for place in strange
    ]
    wrong += [f"{slip.place}: {slip.reason} {slip.remedy}" for slip in slips(spec, fresh)]
    if wrong:
        raise UsageError(*wrong)


def _hand_out(fresh: Catalog, language: str, target: Path) -> None:
    from ..exports.translation_xlsx import write_rows
    from ..paths import write_whole
    from ..words import right_to_left

    write_whole(target, write_rows(list(_rows(fresh)), language, right_to_left=right_to_left(language)))
    line(str(target))


def _rows(fresh: Catalog) -> Iterator[Row]:
    from ..exports.translation_xlsx import MACHINE, MISSING, REVIEWED, Row
    from ..spec.translating import limit_of
    from ..spec.translations import DRAFT

    for entry in fresh:
        if entry.id:
            place, said = str(entry.context or ""), str(entry.string or "")
            state = MISSING if not said else MACHINE if DRAFT in entry.flags else REVIEWED
            comment = "\n".join(entry.user_comments)
            yield Row(place, limit_of(place), str(entry.id), said, state, comment)


def _state(translations: Translations, spec: Spec, language: str, fresh: Catalog, by: str) -> None:
    """Write that somebody looked at everything. Raises `UsageError` where something is missing or still a draft."""
    from datetime import date

    import yaml

    from ..paths import write_whole
    from ..spec.translating import coverage
    from ..spec.translations import STATES, Table, read_states

    count = coverage(spec, fresh)
    if count.missing or count.drafts:
        raise UsageError(
            f"{count.missing} texts are missing and {count.drafts} are drafts. Have somebody look at each, and take "
            "the mark `fuzzy` away, or set the state to reviewed in the workbook."
        )
    file = translations.folder / STATES
    states = read_states(translations.folder)
    states[language] = {"by": by, "on": date.today().isoformat(), "digest": Table.of(fresh).digest}
    write_whole(file, yaml.safe_dump(states, allow_unicode=True, sort_keys=True).encode())
    line(str(file))


def _tell(spec: Spec, language: str, fresh: Catalog) -> None:
    from ..spec.translating import coverage

    count = coverage(spec, fresh)
    line(
        f"{language}: {count.texts} texts, {count.missing} missing, {count.drafts} drafts, {count.reviewed} reviewed."
    )
