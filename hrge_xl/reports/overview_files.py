"""The overview of a dataset as a page: as it is, or as it may be shared."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from pathlib import Path

from ..dataset.kinds import FILE
from ..dataset.opening import open_dataset
from ..dataset.run_history import RunChange, last_change
from ..dataset.schema import spec_language
from ..dataset.store import DERIVED, Store
from ..disclosure_control.sharing import shared
from ..errors import StoreError
from ..output_files import write_if_changed
from ..rounds.rounds import Round, load_round
from . import overview_page
from .overview import render


def of_folder(
    folder: Path,
    language: str | None,
    round_: Round | None = None,
    *,
    masked: bool = False,
    period: str | None = None,
) -> str:
    """Give the page of a dataset, as of the day of its last run. Raises `StoreError` where that was cut off."""
    with open_dataset(folder) as store:
        return of_dataset(store, language, round_, masked=masked, period=period, change=last_change(folder))


def of_dataset(
    store: Store,
    language: str | None,
    round_: Round | None = None,
    *,
    masked: bool = False,
    period: str | None = None,
    change: RunChange | None = None,
) -> str:
    """Give the page of a dataset whose figures are up to date: of the latest period, unless another one is named.

    `change` is what the last run changed; a page that may be shared does not tell it.

    Raises `StoreError` where they are not, `UsageError` where there is no such period.
    """
    if not store.fact(DERIVED):
        raise StoreError(
            f"The last run over {store.name} was cut off. Run `hrge-xl consolidate` again, then this."
        )
    today = date.fromisoformat(store.fact(DERIVED))
    with ExitStack() as stack:
        shown = stack.enter_context(shared(store, today)) if masked else store
        language = language or spec_language(store.schema.spec)
        change = None if masked else change
        return render(shown, today, language, round_, period=period, change=change, whole=store)


def overview_of_folder(
    folder: Path, output: Path, language: str | None = None, round_: Round | None = None,
    *, masked: bool = False, period: str | None = None,
) -> Path:  # fmt: skip
    """Write the overview of a consolidated folder; a round folder says itself who was expected."""
    if round_ is None and (folder / FILE).is_file():
        round_ = load_round(folder)
    text = of_folder(folder, language, round_, masked=masked, period=period)
    return write_overview(text, output, masked=masked)


def write_overview(text: str, folder: Path, *, masked: bool = False) -> Path:
    """Write the page into a folder; gives the file."""
    path = overview_page(folder, masked=masked)
    write_if_changed(path, text.encode("utf-8", "replace"))
    return path
