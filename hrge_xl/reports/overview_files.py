"""The overview of a dataset as a page: as it is, or as it may be shared."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from pathlib import Path

from ..dataset.opening import open_dataset
from ..dataset.schema import spec_language
from ..dataset.store import Store
from ..disclosure_control.shared_copy import shared
from ..errors import StoreError
from ..rounds.rounds import Round
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
        return of_dataset(store, language, round_, masked=masked, period=period)


def of_dataset(
    store: Store,
    language: str | None,
    round_: Round | None = None,
    *,
    masked: bool = False,
    period: str | None = None,
) -> str:
    """Give the page of a dataset whose figures are up to date: of the latest period, unless another one is named.

    Raises `StoreError` where they are not, `UsageError` where there is no such period.
    """
    if not store.derived():
        raise StoreError(
            f"The last run over {store.name} was cut off. Run `hrge-xl consolidate` again, then this."
        )
    today = date.fromisoformat(store.derived())
    with ExitStack() as stack:
        shown = stack.enter_context(shared(store, today)) if masked else store
        return render(shown, today, language or spec_language(store.schema.spec), round_, period=period)


def file_name(*, masked: bool) -> str:
    """How the page is called."""
    return "overview_shareable.html" if masked else "overview.html"
