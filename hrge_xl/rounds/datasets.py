"""The datasets behind a command: what is said about returned files is a query of one of these.

A round and a consolidated folder have a lasting dataset, which takes in what is new. Loose files have one that lives as
long as the command; files of several specs have one each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..dataset.decisions import Made, history
from ..dataset.ledger import NAME, Arrived, Ledger
from ..dataset.opening import DATASET, open_dataset
from ..dataset.returns import Return, returns
from ..dataset.store import Store
from ..dataset.temporary_dataset import temporary_dataset
from ..dataset.waivers import waivers
from ..errors import UsageError
from ..findings import Waiver
from ..intake import Wanted
from ..paths import expand
from ..spec.load import find, load
from ..spec.model import Spec
from ..validation import Result, ValidationRequest, spec_of, validate
from .rounds import FILE as ROUND
from .rounds import Round, load_round, spec_at

if TYPE_CHECKING:  # what fills lasting datasets is not needed for loose files
    from ..dataset.take_in import Source

RETURNED = "returned"  # the folder of a round that holds what came back


@dataclass(frozen=True)
class Question:
    """What is asked of returned files, by whoever gives a command.

    `paths` are files, folders, globs, lists, rounds and consolidated folders. `ledger` is a folder whose waivers,
    decisions and days of arrival count for loose files. `rejudge`: the day was asked for, so that what was checked on
    another one is checked again. Without `answers` the dataset of loose files has none: it is made sooner.
    """

    paths: Sequence[str]
    today: date
    spec: str | None = None
    jobs: int = 1
    password: str | None = None
    ledger: Path | None = None
    rejudge: bool = False
    arrived: Arrived = field(default_factory=Arrived)
    answers: bool = True
    wanted: Wanted | None = None  # what loose files should be, where more is known than their spec

    @cached_property
    def source(self) -> str | None:
        """What the spec that was asked for is loaded by. Raises `UsageError` where there is none."""
        source = None if self.spec is None else spec_at(self.spec)
        if source is not None:
            find(source)
        return source

    def wanted_in(self, round_: Round | None) -> Wanted:
        """Tell what files of a round, or loose ones, should be. Raises `UsageError` for a round of another spec."""
        if round_ is None:
            return self.wanted or Wanted(self.source)
        if self.source is not None and load(self.source).digest != load(round_.spec_source).digest:
            raise UsageError(
                f"The round {round_.name} says itself of which spec it is. Leave --spec out, or move it to another "
                f"version: hrge-xl round update-spec {round_.folder} --spec {self.spec}"
            )
        return round_.wanted

    def request(self, wanted: Wanted) -> ValidationRequest:
        """What readers and checks have to know."""
        known = _waivers(self.ledger, self.today) if self.ledger else ()
        return ValidationRequest(wanted, self.today, self.jobs, self.password, known, self.rejudge)


@dataclass(frozen=True)
class Dataset:
    """An open dataset with what belongs to it, and what its ledger tells."""

    store: Store
    waivers: tuple[Waiver, ...] = ()
    round: Round | None = None
    folder: Path | None = None  # None: it goes with the command
    new: int = 0  # files that were read now
    spec_asked: str | None = None  # the name of the spec that every file had to be of
    order: Mapping[str, int] = field(default_factory=dict)  # in which files came, by hash
    decisions: tuple[Made, ...] = ()  # in force

    @property
    def spec(self) -> Spec | None:
        """The spec that it was made with."""
        return self.store.schema.spec

    def returns(self, wanted: Sequence[str] | None = None) -> list[Return]:
        """Give every return, or the wanted ones."""
        return list(self._returns) if wanted is None else returns(self.store, self.waivers, wanted)

    @cached_property
    def _returns(self) -> list[Return]:
        return returns(self.store, self.waivers)


@dataclass(frozen=True)
class Place:
    """Where returned files are: a round, a consolidated folder, or (without a folder) loose files."""

    folder: Path | None = None
    round: Round | None = None
    paths: tuple[str, ...] = ()

    def files(self) -> list[Path]:
        """Give the files. Raises `UsageError` where loose paths lead to none."""
        if self.round is None:
            return expand(self.paths) if self.paths else []
        returned = self.round.folder / RETURNED
        return expand([str(returned)]) if any(path.is_file() for path in returned.rglob("*")) else []


def places(paths: Sequence[str]) -> list[Place]:
    """Tell rounds and consolidated folders from loose files. A round stands for its `returned`."""
    found: dict[Path, Place] = {}
    loose: list[str] = []
    for text in paths:
        path = Path(text)
        around = [path, path.parent] if path.name == RETURNED else [path]
        folder = next((each for each in around if (each / ROUND).is_file()), None)
        if folder is not None:
            found.setdefault(folder.resolve(), Place(folder, load_round(folder)))
        elif (path / DATASET).is_file():
            found.setdefault(path.resolve(), Place(path))
        else:
            loose.append(text)
    return [*found.values(), *([Place(paths=tuple(loose))] if loose else [])]


def sources(question: Question) -> list[Source]:
    """Give the files with what is asked of them: those of each round by its teams and key. Raises `UsageError`."""
    from ..dataset.take_in import Source

    wanted = [(place, question.wanted_in(place.round)) for place in places(question.paths)]
    return [Source(place.files(), question.request(some)) for place, some in wanted]


@contextmanager
def datasets(question: Question) -> Iterator[list[Dataset]]:
    """Open the datasets that hold what is asked about, with what is new taken in.

    Raises `UsageError` for a path that leads nowhere, `RoundError`, `SpecError`, `StoreError`, `OutputError`.
    """
    with ExitStack() as stack:
        opened: list[Dataset] = []
        for place, wanted in [(place, question.wanted_in(place.round)) for place in places(question.paths)]:
            if place.folder is None:
                opened += _loose(stack, question, place, wanted)
            elif place.round is None:
                opened.append(_as_it_is(stack, place.folder, question.today))
            else:
                opened.append(_of_round(stack, question, place, place.round, wanted))
        yield opened


def _of_round(stack: ExitStack, question: Question, place: Place, round_: Round, wanted: Wanted) -> Dataset:
    """The dataset of a round, in its own folder or where it is kept, with what is new in `returned`."""
    from ..dataset.take_in import Options, Source, take_in

    folder = question.ledger or round_.folder
    source = Source(place.files(), replace(question, ledger=None).request(wanted))
    taken = take_in([source], folder, arrived=question.arrived, options=Options(jobs=question.jobs))
    run = stack.enter_context(taken)
    kept = Dataset(run.file, _waivers(folder, question.today), round_, folder, run.new, _name(run.file))
    return _with_ledger(kept, run.ledger)


def _as_it_is(stack: ExitStack, folder: Path, today: date) -> Dataset:
    store = stack.enter_context(open_dataset(folder))
    kept = Dataset(store, _waivers(folder, today), folder=folder, spec_asked=_name(store))
    with Ledger.open(folder, write=False) as ledger:
        return _with_ledger(kept, ledger)


def _loose(stack: ExitStack, question: Question, place: Place, wanted: Wanted) -> Iterator[Dataset]:
    """A dataset for each spec that the files are of; files that could not be read go with the first."""
    asked = question.request(wanted)
    results = validate(place.files(), asked)
    first = spec_of(asked, results)
    for spec, some in _by_spec(results, first):
        made = temporary_dataset(
            some, spec, asked.waivers, question.arrived, ledger=question.ledger, answers=question.answers
        )
        store, ledger = stack.enter_context(made)
        name = first.name if wanted.spec and first else None
        yield _with_ledger(Dataset(store, asked.waivers, new=len(some), spec_asked=name), ledger)


def _with_ledger(dataset: Dataset, ledger: Ledger) -> Dataset:
    decided = tuple(made for made in history(ledger) if made.in_force)
    return replace(dataset, order=ledger.order(), decisions=decided)


def _name(store: Store) -> str | None:
    return store.schema.spec.name if store.schema.spec else None


def _by_spec(results: Sequence[Result], first: Spec | None) -> list[tuple[Spec | None, list[Result]]]:
    groups: dict[str, tuple[Spec | None, list[Result]]] = {first.name if first else "": (first, [])}
    for result in results:
        spec = result.layout.spec if result.layout else first
        groups.setdefault(spec.name if spec else "", (spec, []))[1].append(result)
    return list(groups.values())


def _waivers(folder: Path, today: date) -> tuple[Waiver, ...]:
    """The waivers of the ledger in a folder, as they stand on a day; none of a folder without a ledger."""
    if not (folder / NAME).is_file():
        return ()
    with Ledger.open(folder, write=False) as ledger:
        return waivers(ledger, today)
