"""Questions by how often they were answered with no."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from ...spec.figures import QuestionFigures
from ...spec.model import Spec
from ..dimensions import labels
from ..schema import ANSWERS, ITEMS, Row
from ..store import Store
from .common import Record, records

Question = tuple[str, str, str]  # tool, fixed row or nothing, field
TOLD = ("submission", "team", "tool", "row", "field", "code", "sheet", "cell")  # of each answer


@dataclass
class Gap:
    """The answers to one question, over all returns that count."""

    no: list[Record] = field(default_factory=list)
    others: list[Record] = field(default_factory=list)

    @property
    def answered(self) -> int:
        """How many answers there are."""
        return len(self.no) + len(self.others)

    @property
    def teams(self) -> int:
        """How many teams answered."""
        return len({record["team"] for record in (*self.no, *self.others)})

    @property
    def teams_no(self) -> int:
        """How many teams answered with no."""
        return len({record["team"] for record in self.no})


def gaps(store: Store, spec: Spec) -> dict[Question, Gap]:
    """The questions with at least one no, the most frequent first."""
    asked = spec.figures.questions
    if asked is None:
        return {}
    found = _collected(store, spec, asked)
    place = {(tool.code, each.code): n for n, (tool, _, each) in enumerate(spec.places())}
    return dict(
        sorted(
            ((question, gap) for question, gap in found.items() if gap.no),
            key=lambda pair: (
                -pair[1].teams_no, -len(pair[1].no) / pair[1].answered, place[pair[0][0], pair[0][2]], pair[0],
            ),
        )
    )  # fmt: skip


def _collected(store: Store, spec: Spec, asked: QuestionFigures) -> dict[Question, Gap]:
    fields = {(t.code, f.code) for t, _, f in spec.places() if f.vocabulary == asked.vocabulary}
    fixed = {(row[1], row[2]) for row in store.rows(ITEMS.name)}
    table = store.tables[ANSWERS.name]
    answers = records(
        store, ANSWERS.name, table.c.current, table.c.code.is_not(None),
        table.c.field.in_({code for _, code in fields}), columns=TOLD,
    )  # fmt: skip
    found: dict[Question, Gap] = defaultdict(Gap)
    for record in answers:
        tool, row, code = record["tool"], record["row"], record["field"]
        if (tool, code) in fields and record["code"] not in asked.left_out:
            gap = found[tool, row if (tool, row) in fixed else "", code]
            (gap.no if record["code"] in asked.no else gap.others).append(record)
    return found


def aggregate_gaps(store: Store, spec: Spec) -> Iterator[Row]:
    """One line a question with at least one no."""
    label = labels(store.schema)
    items = {(row[1], row[2]): row[4] for row in store.rows(ITEMS.name)}
    for (tool, row, code), gap in gaps(store, spec).items():
        no, answered = len(gap.no), gap.answered
        yield (
            tool, row or None, code, label[tool, code], items.get((tool, row)),
            no, answered, round(no / answered, 4), gap.teams_no, gap.teams,
        )  # fmt: skip
