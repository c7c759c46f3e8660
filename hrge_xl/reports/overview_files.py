"""The overview of a consolidated folder, or of files that were just checked; as it is, or as it may be shared."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path

from ..dataset import temporary_dataset as passing
from ..dataset.ledger import NAME, Ledger
from ..dataset.schema import spec_language
from ..dataset.store import Store
from ..disclosure_control.shared_copy import shared
from ..errors import StoreError
from ..rounds.rounds import Round
from ..spec.model import Spec
from ..validation import Result
from .overview import render


def of_folder(
    folder: Path, language: str | None, round_: Round | None = None,
    *, masked: bool = False, period: str | None = None,
) -> str:  # fmt: skip
    """The page of a dataset, as of the day of its last run: of the latest period, unless another one is named.

    Raises `StoreError` where that run was cut off, `UsageError` where there is no such period.
    """
    with passing.of_folder(folder) as store:
        state = store.state().split()
        if not state:
            raise StoreError(
                f"The last run in {folder} was cut off. Run `hrge-xl consolidate` again, then this."
            )
        today = date.fromisoformat(state[1])
        with _as_shown(store, today, masked=masked) as shown:
            tag = language or spec_language(store.schema.spec)
            return render(shown, today, tag, round_, _came(folder), period=period)


def of_results(
    results: Sequence[Result], spec: Spec | None, today: date, language: str | None, round_: Round | None = None,
    *, masked: bool = False, period: str | None = None,
) -> str:  # fmt: skip
    """The page of files that are in no dataset yet. Raises `UsageError` where there is no such period."""
    with (
        passing.of_results(results, spec, today) as store,
        _as_shown(store, today, masked=masked) as shown,
    ):
        return render(shown, today, language or spec_language(spec), round_, period=period)


def _as_shown(store: Store, today: date, *, masked: bool) -> AbstractContextManager[Store]:
    """The dataset as it is, or as it may be shared."""
    return shared(store, today) if masked else nullcontext(store)


def _came(folder: Path) -> dict[str, str]:
    """The day on which each file came, by its hash."""
    if not (folder / NAME).is_file():
        return {}
    with Ledger.open(folder, write=False) as ledger:
        return {sha256: day for sha256, (_, day) in ledger.arrived().items() if day}


def file_name(*, masked: bool) -> str:
    """How the page is called."""
    return "overview_shareable.html" if masked else "overview.html"
