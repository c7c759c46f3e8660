"""A dataset made again: from the received bytes, the ledger and the spec, in a folder that is gone afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..dataset.derive import derive
from ..dataset.ledger import NAME, Ledger
from ..dataset.opening import DATASET
from ..dataset.rows import RowBuilder
from ..dataset.schema import CHECKS_NOT_RUN, FINDINGS_FACT, SLOTS, SUBMISSIONS, Schema
from ..dataset.store import Store, open_file
from ..dataset.table import SUBMISSION_ID
from ..dataset.temporary_dataset import put_in
from ..dataset.update_statuses import OF_MAIL, update_statuses
from ..dataset.waivers import waivers
from ..dataset.workers import Workers
from ..validation import readers
from .dataset_sources import Source
from .read_again import Setting, Told, read_again

Record = dict[str, Any]


@dataclass(frozen=True)
class Rebuilt:
    """A dataset that was made again, with its ledger and the folder that both are in."""

    store: Store
    ledger: Ledger
    folder: Path


def told_of(store: Store, files: Mapping[int, Source]) -> dict[int, Told]:
    """Give what a dataset tells of some of its returns, by their numbers."""
    rows = _by_submission(store, SUBMISSIONS.name, files)
    findings = _by_submission(store, FINDINGS_FACT.name, files)
    not_run = _by_submission(store, CHECKS_NOT_RUN.name, files)
    return {
        number: _told(files[number], row, findings.get(number, ()), not_run.get(number, ()))
        for number, (row,) in rows.items()
    }


def _by_submission(store: Store, name: str, wanted: Collection[int]) -> dict[int, list[Record]]:
    """Give the rows of a table as they stand there, whatever they are: another program may have written them."""
    found: dict[int, list[Record]] = {}
    names = store.schema.by_name[name].names
    for row in store.raw(name, [f'"{column}"' for column in names]):
        record: Record = dict(zip(names, row, strict=True))
        if record[SUBMISSION_ID] in wanted:
            found.setdefault(record[SUBMISSION_ID], []).append(record)
    return found


def _told(source: Source, row: Record, findings: Sequence[Record], not_run: Sequence[Record]) -> Told:
    """Give what a report would tell of a return."""
    found = [each | {"waiver": None} for each in findings if each["n"] > 0]  # the others are of the dataset
    as_row = {
        "identity": {"signature": row["signature"]},
        "checks": {"run": str(row["checks_run"] or "").split(), "not_run": not_run},
        "findings": found,
    }
    return Told(source.file, source.path, row["read_for"], source.checked, as_row)


@contextmanager
def rebuilt(
    folder: Path, store: Store, files: Mapping[int, Source], setting: Setting, today: date, pool: Workers
) -> Iterator[Rebuilt]:  # fmt: skip
    """Give the dataset of a folder made again as of a day, with the files beside it still to be written.

    The returns in `files` are read from where their bytes are; what the others brought is taken over as it stands in
    the dataset. Everything that follows from it is worked out again. Raises as `consolidate` does.
    """
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="hrge-xl-")))
        shutil.copyfile(folder / NAME, home / NAME)
        ledger = stack.enter_context(Ledger.open(home))
        made = stack.enter_context(open_file(home / DATASET))
        made.use(Schema(store.schema.spec))
        _take_over(made, folder / DATASET, files)
        builder, by = RowBuilder(made.schema), stack.enter_context(readers(setting.jobs))
        for results in read_again(told_of(store, files), setting, by):
            put_in(made, builder, list(results.values()))
        codes, again = (", ".join(map(repr, some)) for some in (OF_MAIL, sorted(files)))
        of_mail = f"code IN ({codes}) AND {SUBMISSION_ID} IN ({again or 'NULL'})"
        made.copy_rows(
            folder / DATASET, {FINDINGS_FACT.name: of_mail}
        )  # no file tells them, and addresses change
        update_statuses(made, ledger, waivers(ledger, today))
        made.filled()
        made.analyze()
        derive([made], home / DATASET, today, pool)
        made.set_derived(str(today))
        yield Rebuilt(made, ledger, home)


def _take_over(made: Store, other: Path, files: Collection[int]) -> None:
    """Copy what the other returns brought, with the cells that only they have."""
    names = [
        SLOTS.name,
        SUBMISSIONS.name,
        *(table.name for table in made.schema.base if table.of_submissions),
    ]
    others = f'"{SUBMISSION_ID}" NOT IN ({", ".join(map(str, sorted(files))) or "NULL"})' if files else "1"
    where = dict.fromkeys(names, others) | {
        SLOTS.name: f"slot IN (SELECT slot FROM other.answers_fact WHERE {others})"
    }
    made.copy_rows(other, where)
