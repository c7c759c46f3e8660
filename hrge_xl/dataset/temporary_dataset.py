"""A dataset that lives as long as it is looked at: the same tables and figures, and nothing of it stays."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from ..core.program import isolate_failures
from ..exchange.validation import Noticed, Result, stopped_result
from ..findings import Waiver
from ..ledger.events import Arrival, Arrived, DecisionMade, FilesReceived
from ..ledger.judgements import Decision
from ..ledger.ledger import DATASET, NAME, Ledger
from ..spec.model import Spec
from .rows import RowBuilder, all_rows, submission_id
from .schema import SUBMISSIONS, Schema
from .store import FILLED, Store, open_file
from .update_statuses import update_statuses


class Temporary(NamedTuple):
    """A dataset with its ledger, in a folder that goes with them."""

    store: Store
    ledger: Ledger


@contextmanager
def in_a_copy(folder: Path | None, *names: str, lasting: bool = True) -> Iterator[Temporary]:
    """Give a dataset with its ledger in a folder of their own, begun with copies of what a folder has under names."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="hrge-xl-")))
        for file in (folder / name for name in names if folder is not None):
            if file.is_file():
                shutil.copyfile(file, home / file.name)
        store = stack.enter_context(open_file(home / DATASET, lasting=lasting))
        yield Temporary(store, stack.enter_context(Ledger.open(home, lasting=lasting)))


@contextmanager
def temporary_dataset(
    results: Sequence[Result], spec: Spec | None, waivers: Sequence[Waiver] = (), arrived: Arrived | None = None,
    *, ledger: Path | None = None, answers: bool = True, noticed: Mapping[str, Noticed] | None = None,
) -> Iterator[Temporary]:  # fmt: skip
    """Give the dataset of files that were just checked. Files of another spec than `spec` bring no answers.

    `ledger` is a folder whose ledger says what was decided about files and when they came. Without `answers` it
    holds what is known of each file, and none of its answers. `noticed` is what `update_statuses` is given.
    """
    with in_a_copy(ledger, NAME, lasting=False) as made:
        made.ledger.forget_places()
        arrivals = [Arrival(each.path, each.sha256, each.size) for each in results]
        made.ledger.receive(sorted(arrivals, key=lambda each: each.path), arrived or Arrived())
        _fill(made, results, spec, waivers, answers=answers, noticed=noticed)
        yield made


@contextmanager
def dataset_as_told(
    results: Sequence[Result], spec: Spec | None, waivers: Sequence[Waiver], receipts: Iterable[FilesReceived],
    decisions: Iterable[Decision],
) -> Iterator[Temporary]:  # fmt: skip
    """Give the dataset of files that were checked again, as a report tells when they came and what was decided."""
    with in_a_copy(None, lasting=False) as made:
        for receipt in receipts:
            made.ledger.enter(receipt)
        for decision in sorted(decisions, key=lambda decision: decision.n):
            made.ledger.enter(DecisionMade(number=decision.n, **asdict(decision)), by=decision.by)
        _fill(made, results, spec, waivers)
        yield made


def _fill(
    made: Temporary, results: Sequence[Result], spec: Spec | None, waivers: Sequence[Waiver], *, answers: bool = True,
    noticed: Mapping[str, Noticed] | None = None,
) -> None:  # fmt: skip
    """Put in what the files say, and work out what counts."""
    schema = Schema(spec, answers=answers)
    made.store.use(schema)
    put_in(made.store, RowBuilder(schema, every_slot=False), _each_once(results))
    update_statuses(made.store, made.ledger, waivers, noticed)
    made.store.set_fact(FILLED, "yes")


def put_in(store: Store, builder: RowBuilder, results: Sequence[Result]) -> None:
    """Put the rows of results into a dataset; one that a fault of ours shows with says that in place of its own."""

    def take(some: Sequence[Result]) -> list[None]:
        rows = all_rows(map(builder.rows, some), builder.schema)
        store.take([str(row[SUBMISSIONS.at["submission"]]) for row in rows["submissions"]], rows)
        return []

    isolate_failures(take, results, lambda each, fault: take([stopped_result(each, fault)]))


def _each_once(results: Sequence[Result]) -> list[Result]:
    """Give the same bytes count once, whatever the names."""
    first: dict[str, Result] = {}
    for result in sorted(results, key=lambda each: each.path):
        first.setdefault(submission_id(result.sha256, result.path), result)
    return list(first.values())
