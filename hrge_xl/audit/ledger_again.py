"""The tables of a ledger besides its entries, held against the entries, the journal, and the dataset made again.

What a run only notes, and no file or entry says again, is not compared: which drafts and mails there were, on which day
a run was, what the runs before the last one found, and which pages were left as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..core.dates import parse_day
from ..dataset.opening import SPECS, Temporary
from ..dataset.run_history import run_result
from ..dataset.store import STATE, Store
from ..ledger.chain import read_journal
from ..ledger.events import FilesReceived
from ..ledger.files import sha256_of
from ..ledger.judgements import closings, rounds_elsewhere, waived_contents
from ..ledger.ledger import DATASET, LEFT_OUT, Ledger, look_up
from ..rounds.rounds import Round
from ..spec.carried import find
from .differences import Difference, differences, of_document


def of_ledger(
    ledger: Ledger, store: Store, remade: Temporary, rounds: Mapping[Path, Round]
) -> Iterator[Difference]:
    """Yield what the tables of a ledger say otherwise. `rounds` are those at hand, by their folder."""
    yield from _entries(ledger)
    yield from _identity(ledger)
    yield from _files(ledger, remade.ledger)
    yield from _sightings(ledger, store)
    yield from _last_run(ledger, remade.store)
    yield from _dataset(ledger, store)
    yield from _rounds(ledger, rounds)
    yield from _closings(ledger, rounds)


def _entries(ledger: Ledger) -> Iterator[Difference]:
    """Yield where an entry differs from the line of the journal with its number or digest."""
    lines = read_journal(ledger.home).entries
    by_number = {line.n: line for line in lines}
    by_digest = {line.digest: line for line in lines}
    for entry in ledger.chain():
        line = by_digest.get(entry.digest) or by_number.get(entry.n)
        if line is not None:
            yield from differences(asdict(entry), asdict(line), f"entries[n {entry.n}]")


def _identity(ledger: Ledger) -> Iterator[Difference]:
    stated = read_journal(ledger.home).identity
    if stated and ledger.name != stated:
        yield Difference("identity.id", ledger.name, stated)


def _files(ledger: Ledger, remade: Ledger) -> Iterator[Difference]:
    """Yield what is noted of the status of a file otherwise than it is worked out again."""
    remade_rows = {row["sha256"]: row for row in remade.rows()}
    for row in ledger.rows():
        yield from of_document(row, remade_rows[row["sha256"]], "files", file=str(row["path"]))


def _sightings(ledger: Ledger, store: Store) -> Iterator[Difference]:
    """Yield the places of contents that neither a receipt nor the dataset has, or that they have otherwise."""
    receipts = {
        (row["sha256"], row["path"]): (table, row)
        for _, receipt in ledger.events(FilesReceived)
        for table, row in receipt.rows()
    }
    days = {row["sha256"]: str(row["received"]) for row in ledger.rows()}
    left_out = {row["sha256"] for row in ledger.rows() if row["state"] == LEFT_OUT}
    submissions = store.records("submissions", columns=("submission_id", "sha256"))
    contents = {row["submission_id"]: row["sha256"] for row in submissions}
    places = {
        (contents.get(number), path)
        for number, path in store.raw("files_fact", ("submission_id", "path"))
    }
    for row in ledger.rows_of("sightings"):
        sha256 = row["sha256"]
        path = row["path"]
        place = f"sightings[{path}]"
        if (sha256, path) in receipts:
            yield from differences(row, receipts[sha256, path][1], place)
        elif (sha256, path) not in places and sha256 not in left_out:
            yield Difference(place, then=row)
        else:  # it was seen there by a later run
            if parse_day(row["received"] or "") is None or row["received"] < days[sha256]:
                yield Difference(f"{place}.received", row["received"], days[sha256])
            if row["place"] != path and ledger.place_of(path) == path:
                yield Difference(f"{place}.place", row["place"], path)


def _last_run(ledger: Ledger, remade: Store) -> Iterator[Difference]:
    """Yield what the last run found otherwise, and runs that are not counted from 1."""
    runs = ledger.rows_of("runs")
    for number, row in enumerate(runs, start=1):
        if row["n"] != number:
            yield Difference(f"runs[n {row['n']}].n", row["n"], number)
    if runs:
        stored_result: Any = json.loads(runs[-1]["found"] or "{}")
        # as it comes out of a text
        remade_result = json.loads(json.dumps(run_result(remade)))
        yield from differences(stored_result, remade_result, f"runs[n {runs[-1]['n']}].found")


def _dataset(ledger: Ledger, store: Store) -> Iterator[Difference]:
    """Yield what the last run noted otherwise of the dataset that it left; it notes nothing where it was cut off."""
    noted = {row["name"]: row["sha256"] for row in ledger.rows_of("datasets")}
    sha256 = sha256_of(ledger.home / DATASET)
    if DATASET in noted:
        yield from differences(noted[DATASET], sha256, f"datasets[{DATASET}].sha256")
    elif store.fact(STATE):
        yield Difference(f"datasets[{DATASET}]", now={"name": DATASET, "sha256": sha256})


def _rounds(ledger: Ledger, at_hand: Mapping[Path, Round]) -> Iterator[Difference]:
    """Yield what is noted otherwise of a round in another folder than that round itself says."""
    for noted in rounds_elsewhere(ledger):
        round_ = at_hand.get(noted.folder.resolve())
        if round_ is None:
            continue
        place = f"rounds[{noted.name}]"
        yield from differences(noted.name, round_.name, f"{place}.name")
        copies = ledger.home / SPECS
        if noted.spec_digest != round_.spec_digest and not find(copies, noted.spec_digest):
            yield Difference(f"{place}.spec_digest", noted.spec_digest, round_.spec_digest)
        entries = look_up(noted.folder, Ledger.chain) or []
        if noted.last and noted.last not in {entry.digest for entry in entries}:
            yield Difference(f"{place}.last", noted.last, entries[-1].digest if entries else "")


def _closings(ledger: Ledger, at_hand: Mapping[Path, Round]) -> Iterator[Difference]:
    """Yield the days of closing that a round says otherwise; whether it was closed or reopened a later run notes."""
    noted = closings(ledger)
    for sha256 in sorted(noted.keys() - waived_contents(ledger)):
        yield Difference(f"closings[{sha256}]", then={"day": str(noted[sha256])})
    for folder, round_ in at_hand.items():
        if round_.closed is None:
            continue
        waived = look_up(folder, waived_contents) or set()
        for sha256 in sorted(waived & noted.keys()):
            place = f"closings[{sha256}].day"
            yield from differences(str(noted[sha256]), str(round_.closed), place)
