"""A small spec that counts people in every way there is, and returns of it without any file: for attacks on masking."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hrge_xl import load
from tests.answers import TODAY
from tests.build_submission import Keyed, submission
from tests.face import ACCEPTED, Answers, Identity, Layout, Result, Spec, Store, Submission, build
from tests.read_and_check import check, checked_answers
from tests.temporary import of_results

FILES = {
    "workbook.yaml": """
name: people
version: "1.0"
title: People counted
languages: [en]
countries: COUNTRY
identity: {project: PPL_ID, country: PPL_CTY}
sheets: [FORM, CASES, RISKS, LIST]
""",
    "vocabularies.yaml": """
COUNTRY: {items: [{code: PAK, label: Pakistan}, {code: AFG, label: Afghanistan}]}
STEP: {items: [{code: 1, label: One}, {code: 2, label: Two}]}
""",
    "matrix.yaml": """
down: STEP
across: STEP
levels: [{code: L, label: Low, colour: "#D9EAD3"}, {code: H, label: High, colour: "#F4B6A6"}]
cells: {1: {1: L, 2: L}, 2: {1: L, 2: H}}
""",
    "figures.yaml": """
risks:
  tools: [RISKS]
  name: RSK_T
  before: {down: RSK_A, across: RSK_B}
  shows: [RSK_N]
  by: {size: {label: Size, field: RSK_CN}}
""",
    "rules.yaml": """
- {code: R-1, tool: FORM, at: [PPL_TOLD], check: PPL_TOLD == PPL_W + PPL_M + PPL_U, message: Wrong., remedy: Mend.}
- {code: R-2, tool: FORM, at: [PPL_PCT], check: absolute(PPL_PCT - PPL_W / PPL_TOLD * 100) < 1, message: No, remedy: Do}
- {code: R-3, tool: FORM, at: [PPL_BUD], check: PPL_BUD > PPL_W, message: Wrong., remedy: Mend.}
""",
    "tools/form.yaml": """
code: FORM
sheet: Form
title: Form
always: true
blocks:
  - kind: form
    fields:
      - {code: PPL_ID, type: text, label: Project}
      - {code: PPL_CTY, type: choice, vocabulary: COUNTRY, label: Country}
      - {code: PPL_BUD, type: integer, label: Budget}
      - {code: PPL_W, type: integer, people: true, label: Women}
      - {code: PPL_M, type: integer, people: true, label: Men}
      - {code: PPL_U, type: integer, people: true, label: Not recorded}
      - {code: PPL_TOLD, type: integer, people: true, label: All as told}
      - {code: PPL_PCT, type: decimal, label: Percentage of women as told}
      - {code: PPL_ARR, type: integer, people: true, label: Arrived}
      - {code: PPL_BED, type: integer, label: Beds}
      - {code: PPL_ALL, type: calculated, formula: "total(PPL_W, PPL_M, PPL_U)", label: All}
      - {code: PPL_LEFT, type: calculated, formula: PPL_ARR - PPL_W, label: Still here}
      - {code: PPL_SHR, type: calculated, formula: PPL_W / PPL_ALL * 100, label: Share of women}
      - {code: PPL_HALF, type: calculated, formula: PPL_SHR / 2, label: Half of that}
      - {code: PPL_CAS, type: calculated, formula: "sum('CASES', CAS_N)", label: In all cases}
      - {code: PPL_BAND, type: calculated, result: text, formula: "'few' if PPL_W < 11 else 'many'", label: In words}
      - {code: PPL_LVL, type: calculated, result: level, formula: "level(PPL_W, 1)", label: As a level}
      - {code: PPL_DAY, type: calculated, result: date, formula: today() + PPL_W, label: As a day}
      - {code: PPL_NOTE, type: text, restricted: true, label: Not for everybody}
      - {code: PPL_COPY, type: calculated, result: text, formula: "join(PPL_NOTE, '!')", label: Its copy}
      - {code: PPL_OVER, type: calculated, formula: PPL_ARR - PPL_BUD, label: More than the budget is for}
      - {code: PPL_MIX, type: calculated, formula: PPL_SHR + PPL_M, label: A share and a count}
      - {code: PPL_PER, type: calculated, formula: PPL_BUD / (PPL_BED - PPL_ARR), label: Budget by free bed}
      - {code: PPL_PCT2, type: calculated, formula: PPL_PCT * 2, label: Twice as told}
""",
    "tools/cases.yaml": """
code: CASES
sheet: Cases
title: Cases
blocks:
  - kind: register
    id: C-
    rows: 4
    shows: CAS_T
    fields:
      - {code: CAS_T, type: text, label: Case}
      - {code: CAS_N, type: integer, people: true, label: People in it}
      - {code: CAS_SHR, type: calculated, formula: CAS_N / PPL_ALL, label: Share of all}
""",
    "tools/risks.yaml": """
code: RISKS
sheet: Risks
title: Risks
blocks:
  - kind: register
    id: K-
    rows: 3
    fields:
      - {code: RSK_T, type: text, label: Risk}
      - {code: RSK_A, type: scale, vocabulary: STEP, label: Likely}
      - {code: RSK_B, type: scale, vocabulary: STEP, label: Grave}
      - {code: RSK_N, type: integer, people: true, label: People at risk}
      - {code: RSK_C, type: reference, to: [CASES], label: Case}
      - {code: RSK_CN, type: calculated, formula: "lookup(RSK_C, CAS_N)", label: People in the case}
      - {code: RSK_DUE, type: date, restricted: true, label: Due}
""",
    "tools/list.yaml": """
code: LIST
sheet: List
title: List
always: true
blocks:
  - {kind: matrix, sources: [RISKS], down: RSK_CN, across: RSK_B}
  - kind: collect
    columns: {n: People, risk: Risk, due: Due}
    due: due
    sources: [{tool: RISKS, keep: filled(RSK_T), columns: {n: RSK_N, risk: RSK_T, due: RSK_DUE}}]
""",
}


FOLDER = TemporaryDirectory()  # which lives as long as the tests


@cache
def people_spec() -> Spec:
    """The spec, loaded once."""
    for name, text in FILES.items():
        path = Path(FOLDER.name, name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.lstrip(), encoding="utf-8")
    return load(FOLDER.name)


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
    results = [
        Result(
            sent.path,
            sent.sha256,
            1,
            ACCEPTED,
            outcome.findings,
            checked_answers(sent, outcome),
            outcome,
            read_by=layout.spec.folder,
        )
        for sent, outcome in zip(read, checked, strict=True)
    ]
    with of_results(results, layout.spec, TODAY) as store:
        yield store


def _read(
    layout: Layout, team: str, answers: Answers, changes: Mapping[Keyed, dict[str, Any]], saved: str
) -> Submission:  # fmt: skip
    """A return as it was read."""
    spec = layout.spec
    end = answers.get(("FORM", "1", spec.identity.period_end or ""))
    stamp = Identity(
        spec.name, spec.version, layout.digest, "en", team, team[:3], "2026-H1", copy=f"{team} {end}"
    )
    sha256 = hashlib.sha256(repr((team, answers, changes, saved)).encode()).hexdigest()
    path = f"{team} {sha256[:4]}.xlsx"
    return submission(layout, answers, changes, identity=stamp, sha256=sha256, path=path, saved=saved)
