"""A small spec that counts people in every way there is, and returns of it without any file: for attacks on masking."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from hrge_xl import Result, Spec, load
from tests.answers import TODAY
from tests.build_submission import Keyed, submission
from tests.face import ACCEPTED, Answers, Identity, Layout, Outcome, Store, Submission, build
from tests.read_and_check import check, checked_answers
from tests.temporary import of_results


@cache
def people_spec() -> Spec:
    """The spec, loaded once."""
    return load(Path(__file__).parent / "fixtures" / "people")


@cache
def people_layout() -> Layout:
    """Its layout."""
    return build(people_spec(), "en")


@dataclass(frozen=True)
class Return:
    """What a team says: numbers and texts by field of the form, people by case; `more` is anything else.

    `changes` are attributes of single answers, such as what stands in a cell that cannot be read.
    """

    team: str
    form: Mapping[str, Any]
    cases: tuple[int, ...] = ()
    more: Mapping[Keyed, Any] = field(default_factory=dict)
    changes: Mapping[Keyed, dict[str, Any]] = field(default_factory=dict)
    saved: str = ""

    @property
    def country(self) -> str:
        """The first part of its name."""
        return self.team[:3]

    @property
    def answers(self) -> Answers:
        """Its answers by cell."""
        found: Answers = {("FORM", "1", "PPL_ID"): "P", ("FORM", "1", "PPL_CTY"): self.country}
        found |= {("FORM", "1", code): _value(value) for code, value in self.form.items()}
        for number, people in enumerate(self.cases, start=1):
            found["CASES", f"C-{number:02d}", "CAS_T"] = "Case"
            found["CASES", f"C-{number:02d}", "CAS_N"] = float(people)
        return found | {key: _value(value) for key, value in self.more.items()}


def _value(value: Any) -> Any:
    return float(value) if isinstance(value, int) else value


@contextmanager
def dataset(*returns: Return) -> Iterator[Store]:
    """The dataset of some returns of the spec that counts people."""
    with dataset_of(
        people_layout(), [(each.team, each.answers, each.changes, each.saved) for each in returns]
    ) as store:
        yield store


@contextmanager
def dataset_of(
    layout: Layout, returns: Iterable[tuple[str, Answers, Mapping[Keyed, Any], str]]
) -> Iterator[Store]:
    """The dataset of some returns: team, answers, changed attributes of answers, and when each was saved."""
    read = [_read(layout, *each) for each in returns]
    checked = check([(each, layout) for each in read], today=TODAY)
    results = [_result(layout, sent, outcome) for sent, outcome in zip(read, checked, strict=True)]
    with of_results(results, layout.spec, TODAY) as store:
        yield store


def _result(layout: Layout, sent: Submission, outcome: Outcome) -> Result:
    more = checked_answers(sent, outcome), outcome
    team, read_by = sent.identity.team, layout.spec.folder
    return Result(
        sent.path, sent.sha256, 1, ACCEPTED, outcome.findings, *more, read_by=read_by, team=team
    )


def _read(
    layout: Layout, team: str, answers: Answers, changes: Mapping[Keyed, dict[str, Any]], saved: str
) -> Submission:
    """A return as it was read."""
    spec = layout.spec
    end = answers.get(("FORM", "1", spec.identity.period_end or ""))
    stamp = Identity(
        spec.name,
        spec.version,
        layout.digest,
        "en",
        team,
        team[:3],
        "2026-H1",
        copy=f"{team} {end}",
    )
    sha256 = hashlib.sha256(repr((team, answers, changes, saved)).encode()).hexdigest()
    path = f"{team} {sha256[:4]}.xlsx"
    return submission(
        layout, answers, changes, identity=stamp, sha256=sha256, path=path, saved=saved
    )
