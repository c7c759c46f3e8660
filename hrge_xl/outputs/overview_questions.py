"""Profiles of the questions: how the answers to each are distributed over the teams, what is missing, and where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from ..dataset.aggregates.sql import said
from ..dataset.schema import AGGREGATE_ANSWERS, AGGREGATE_NUMBERS, ANSWERS, FINDINGS, Record, Row
from ..dataset.store import Store
from ..fields import Field
from ..findings.value import ANSWER_MISSING
from ..spec.model import Spec
from .overview_model import AnswerCount, Drilldown, QuestionProfile

MOST_ROWS_OF_A_QUESTION = 40
OF_AN_ANSWER = ("submission", "team", "tool", "row", "field", "code", "number", "sheet", "cell")
OF_A_FINDING = ("submission", "team", "tool", "row_code", "field", "sheet", "cell")
TEAM, PLACE, CODE = 1, slice(2, 5), 5  # where these stand in both, and in the first
NO, BLANK, OTHER = range(3)  # which rows behind a question come first
Key = tuple[str, str | None, str]  # sheet, fixed row, question


@dataclass
class _Rows:
    """The rows behind a question: how many, of which teams, and the first of each kind, which are listed."""

    count: int = 0
    teams: set[str] = field(default_factory=set)
    first: tuple[list[Record], list[Record], list[Record]] = field(default_factory=lambda: ([], [], []))

    def add(self, kind: int, names: Sequence[str], row: Row) -> None:
        """Count a row, and keep it if it may be listed; a question can have thousands."""
        self.count += 1
        self.teams.add(str(row[TEAM]))
        if len(self.first[kind]) < MOST_ROWS_OF_A_QUESTION:
            self.first[kind].append(dict(zip(names, row, strict=True)))

    def listed(self) -> list[Record]:
        """Give those that are listed, in their order."""
        return [row for rows in self.first for row in rows][:MOST_ROWS_OF_A_QUESTION]


@dataclass
class Profiles:
    """Reads the figures of the questions of one period, and the rows behind them."""

    store: Store
    spec: Spec
    language: str
    period: str | None
    blank: str  # what is said of a missing answer
    # takes rows that are listed, their texts, how many there are, of how many teams
    behind: Callable[..., Drilldown]
    fixed_rows: Mapping[tuple[str, str], str]  # the texts of fixed rows, by tool and row
    found: dict[Key, QuestionProfile] = field(default_factory=dict)
    rows: dict[Key, _Rows] = field(default_factory=lambda: defaultdict(_Rows))

    def questions(self) -> list[QuestionProfile]:
        """Give every question that somebody answered or should have: most often no first, then missing, then spread."""
        self._count_codes()
        self._count_numbers()
        self._list_answers()
        self._list_missing()
        place = {(tool.code, asked.code): at for at, (tool, _, asked) in enumerate(self.spec.places())}
        keys = sorted(self.found, key=lambda key: (place[key[0], key[2]], key[1] or ""))
        for key in keys:
            rows = self.rows[key]
            self.found[key].behind = self.behind(rows.listed(), self._said, rows.count, len(rows.teams))
        return sorted((self.found[key] for key in keys), key=lambda each: each.weight, reverse=True)

    # figures, as they stand in every export

    def _lines(self, name: str) -> Iterable[Record]:
        if name not in self.store.tables:
            return ()
        table = self.store.tables[name].c
        return self.store.records(name, table.period == self.period)

    def _asked(self, line: Record) -> Field:
        return self.spec.tool[line["tool"]].fields[line["field"]]

    def _key(self, tool: str, row: str, code: str) -> Key:
        return tool, row if (tool, row) in self.fixed_rows else None, code

    def _count_codes(self) -> None:
        gaps = self.spec.figures.questions
        for line in self._lines(AGGREGATE_ANSWERS.name):
            asked = self._asked(line)
            is_no = gaps is not None and asked.vocabulary == gaps.vocabulary and line["code"] in gaps.no
            label = said(self.spec, asked, line["code"], self.language)
            key = self._key(line["tool"], line["row_code"], line["field"])
            self._question(key).answers.append(AnswerCount(line["code"], label, line["frequency"], is_no))

    def _count_numbers(self) -> None:
        """Numbers whose rows mean the same: those that are about something else in each row have their own figures."""
        for line in self._lines(AGGREGATE_NUMBERS.name):
            asked = self._asked(line)
            comparable = line["refers_to"] is None or asked.vocabulary is not None
            least, most = line["minimum"], line["maximum"]
            if comparable and not asked.calculated and least is not None:
                each = self._question(self._key(line["tool"], line["row_code"], line["field"]))
                each.numbers += line["frequency"]
                each.least = least if each.least is None else min(each.least, least)
                each.most = most if each.most is None else max(each.most, most)

    # rows behind them

    def _list_answers(self) -> None:
        table = self.store[ANSWERS].c
        gaps = {
            key: {answer.code for answer in each.answers if answer.is_no} for key, each in self.found.items()
        }
        given = sa.or_(table.code.is_not(None), table.number.is_not(None))
        of_period = (table.current, table.period == self.period, given)
        for row in self.store.rows(ANSWERS.name, *of_period, columns=OF_AN_ANSWER):
            key = self._key(*map(str, row[PLACE]))
            if key in gaps:
                self.rows[key].add(NO if row[CODE] in gaps[key] else OTHER, OF_AN_ANSWER, row)

    def _list_missing(self) -> None:
        table = self.store[FINDINGS].c
        of_period = (table.current, table.period == self.period, table.code == ANSWER_MISSING.code)
        for row in self.store.rows(FINDINGS.name, *of_period, columns=OF_A_FINDING):
            tool, item, asked = map(str, row[PLACE])
            if tool in self.spec.tool and asked in self.spec.tool[tool].fields:
                key = self._key(tool, item, asked)
                self._question(key).missing += 1
                self.rows[key].add(BLANK, OF_A_FINDING, row)

    def _said(self, row: Record) -> str:
        """Give what stands in a row behind a question: an answer, or a finding that says that there is none."""
        if "number" not in row:
            return self.blank
        given = row["number"] if row["code"] is None else row["code"]
        return said(self.spec, self._asked(row), given, self.language)

    def _question(self, key: Key) -> QuestionProfile:
        """Give what is known of a question so far, in words: its fixed row, if it has one, and what is asked there."""
        if key not in self.found:
            tool, row, code = key
            asked = self.spec.tool[tool].fields[code].label.say(self.language)
            item = self.fixed_rows.get((tool, row or ""))
            sheet = self.spec.tool[tool].sheet.say(self.language)
            self.found[key] = QuestionProfile(sheet, f"{item} · {asked}" if item else asked, code)
        return self.found[key]
