"""The overview of a consolidated folder, or of files that were just checked; as it is, or as it may be shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
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
    folder: Path, language: str | None, round_: Round | None = None, *, masked: bool = False
) -> str:
    """The page of a dataset, as of the day of its last run. Raises `StoreError` where that was cut off."""
    with passing.of_folder(folder) as store:
        state = store.state().split()
        if not state:
            raise StoreError(
                f"The last run in {folder} was cut off. Run `hrge-xl consolidate` again, then this."
            )
        return _page(store, date.fromisoformat(state[1]), language, round_, _came(folder), masked=masked)


def of_results(
    results: Sequence[Result], spec: Spec | None, today: date, language: str | None, round_: Round | None = None,
    *, masked: bool = False,
) -> str:  # fmt: skip
    """The page of files that are in no dataset yet."""
    with passing.of_results(results, spec, today) as store:
        return _page(store, today, language, round_, {}, masked=masked)


def _page(
    store: Store, today: date, language: str | None, round_: Round | None, came: Mapping[str, str], *, masked: bool
) -> str:  # fmt: skip
    with ExitStack() as stack:
        shown = stack.enter_context(shared(store, today)) if masked else store
        return render(shown, today, language or spec_language(store.schema.spec), round_, came)


def _came(folder: Path) -> dict[str, str]:
    """The day on which each file came, by its hash."""
    if not (folder / NAME).is_file():
        return {}
    with Ledger.open(folder, write=False) as ledger:
        return {sha256: day for sha256, (_, day) in ledger.arrived().items() if day}


def file_name(*, masked: bool) -> str:
    """How the page is called."""
    return "overview_shareable.html" if masked else "overview.html"
