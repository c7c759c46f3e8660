"""Files read again: under the names that they came with, for the rounds and on the days that they were checked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from ..dataset.received import under_their_names
from ..findings import Waiver
from ..intake import Wanted
from ..rounds.rounds import Round
from ..validation import Readers, Result, ValidationRequest, validated
from .of_round import take_over

BATCH = 50  # files whose results are held at a time


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a file: where its bytes are, its path then, for which round and on which day it was checked.

    `row` is what was found in it, as a row of a report: what only the folder of its round could tell is taken from it
    where that is not at hand.
    """

    file: Path
    path: str
    read_for: str | None
    checked: date
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """What every file is asked: the spec, where one was named; the rounds at hand, by name; and what was waived."""

    spec: str | None
    rounds: Mapping[str, Round]
    specs: Mapping[str, str] = field(default_factory=dict)  # by the round, where one has a version of its own
    waivers: Sequence[Waiver] = ()
    jobs: int = 1
    password: str | None = field(default=None, repr=False)

    def request(self, round_: str | None, day: date) -> ValidationRequest:
        """Ask for the files of a round, or of none, on a day."""
        wanted = Wanted(self.specs.get(round_ or "", self.spec))
        if round_ is not None and round_ in self.rounds:
            wanted = replace(self.rounds[round_].wanted, spec=wanted.spec)
        return ValidationRequest(wanted, day, self.jobs, self.password, tuple(self.waivers))


def read_again(files: Mapping[int, Told], setting: Setting, pool: Readers) -> Iterator[dict[int, Result]]:
    """Give the results by the number of their file, some at a time: a thousand are more than fits into memory."""
    groups: dict[tuple[str | None, date], list[int]] = defaultdict(list)
    for number, told in files.items():
        groups[told.read_for, told.checked].append(number)
    for (round_, day), numbers in groups.items():
        request = setting.request(round_, day)
        for start in range(0, len(numbers), BATCH):
            some = {number: files[number] for number in numbers[start : start + BATCH]}
            results = dict(zip(some, _results(list(some.values()), request, pool), strict=True))
            for number, told in some.items() if round_ is not None else ():
                take_over(results[number], told.row, setting.waivers, at_hand=round_ in setting.rounds)
            yield results


def _results(files: Sequence[Told], request: ValidationRequest, pool: Readers) -> list[Result]:
    with under_their_names([(told.file, told.path) for told in files]) as paths:
        results = [*validated(paths, request, pool)]
    for told, result in zip(files, results, strict=True):
        result.path, result.read_for = told.path, told.read_for
        if result.submission is not None:
            result.submission.path = told.path
    return results
