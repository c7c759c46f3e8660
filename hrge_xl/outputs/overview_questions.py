"""The questions of an overview: those answered with no, and how the answers to each are distributed over the teams."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from ..core.words import translator
from ..dataset.aggregates.sql import said
from ..dataset.schema import AGGREGATE_ANSWERS, AGGREGATE_NUMBERS, ANSWERS, FINDINGS, Record, Row
from ..findings.value import ANSWER_MISSING
from .overview_model import AnswerCount, FigureReader, QuestionGap, QuestionProfile

MOST_ROWS_OF_A_QUESTION = 40
OF_AN_ANSWER = ("submission", "team", "tool", "row", "field", "code", "number", "sheet", "cell")
OF_A_FINDING = ("submission", "team", "tool", "row_code", "field", "sheet", "cell")
TEAM, PLACE, CODE = 1, slice(2, 5), 5  # where these stand in both, and in the first
NO, BLANK, OTHER = range(3)  # which rows behind a question come first
Key = tuple[str, str | None, str]  # sheet, fixed row, question


def gaps(reader: FigureReader, lines: Sequence[Record]) -> list[QuestionGap]:
    """Give the first of the questions that were answered with no, with these answers of the period."""
    spec, asked = reader.spec, reader.spec.figures.questions
    if asked is None:
        return []
    lines = lines[: spec.figures.overview.top_gaps]
    table = reader.store[ANSWERS].c
    fields = {line["field"] for line in lines}
    ours = (table.current, table.period == reader.period, table.code.in_(asked.no), table.field.in_(fields))
    told: dict[Key, list[Record]] = defaultdict(list)
    for row in reader.store.records(ANSWERS.name, *ours):
        told[_key(reader, row["tool"], row["row"], row["field"])].append(row)
    return [
        QuestionGap(
            spec.tool[line["tool"]].sheet.say(reader.language),
            reader.fixed_rows.get((line["tool"], line["row_code"])) or reader.field(line).label.say(reader.language),
            line,
            reader.behind(
                told[line["tool"], line["row_code"], line["field"]],
                lambda row: said(spec, reader.field(row), row["code"], reader.language),
            ),
        )
        for line in lines
    ]  # fmt: skip


def _key(reader: FigureReader, tool: str, row: str, code: str) -> Key:
    return tool, row if (tool, row) in reader.fixed_rows else None, code


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


class QuestionProfiles:
    """Reads the figures of the questions of one period, and the rows behind them."""

    def __init__(self, reader: FigureReader) -> None:
        self.reader, self.spec, self.language = reader, reader.spec, reader.language
        self.blank = translator(reader.language)("Missing")
        self.found: dict[Key, QuestionProfile] = {}
        self.rows: dict[Key, _Rows] = defaultdict(_Rows)

    def all(self) -> list[QuestionProfile]:
        """Give every question that somebody answered or should have, with its rows.

        Those most often answered with no come first, then those most often missing, then those that differ most.
        """
        self._count_codes()
        self._count_numbers()
        self._list_answers()
        self._list_missing()
        place = {(tool.code, asked.code): at for at, (tool, _, asked) in enumerate(self.spec.places())}
        keys = sorted(self.found, key=lambda key: (place[key[0], key[2]], key[1] or ""))
        for key in keys:
            rows = self.rows[key]
            self.found[key].behind = self.reader.listed(
                rows.listed(), self._said, rows.count, len(rows.teams)
            )
        return sorted((self.found[key] for key in keys), key=lambda each: each.weight, reverse=True)

    # figures, as they stand in every export

    def _count_codes(self) -> None:
        gaps = self.spec.figures.questions
        for line in self.reader.lines(AGGREGATE_ANSWERS.name):
            asked = self.reader.field(line)
            is_no = gaps is not None and asked.vocabulary == gaps.vocabulary and line["code"] in gaps.no
            label = said(self.spec, asked, line["code"], self.language)
            answer = AnswerCount(line["code"], label, line["frequency"], is_no)
            self._question(line["tool"], line["row_code"], line["field"]).answers.append(answer)

    def _count_numbers(self) -> None:
        """Numbers whose rows mean the same: those that are about something else in each row have their own figures."""
        for line in self.reader.lines(AGGREGATE_NUMBERS.name):
            asked = self.reader.field(line)
            comparable = line["refers_to"] is None or asked.vocabulary is not None
            least, most = line["minimum"], line["maximum"]
            if comparable and not asked.calculated and least is not None:
                each = self._question(line["tool"], line["row_code"], line["field"])
                each.numbers += line["frequency"]
                each.least = least if each.least is None else min(each.least, least)
                each.most = most if each.most is None else max(each.most, most)

    # rows behind them

    def _list_answers(self) -> None:
        table = self.reader.store[ANSWERS].c
        gaps = {
            key: {answer.code for answer in each.answers if answer.is_no} for key, each in self.found.items()
        }
        given = sa.or_(table.code.is_not(None), table.number.is_not(None))
        of_period = (table.current, table.period == self.reader.period, given)
        for row in self.reader.store.rows(ANSWERS.name, *of_period, columns=OF_AN_ANSWER):
            key = _key(self.reader, *map(str, row[PLACE]))
            if key in gaps:
                self.rows[key].add(NO if row[CODE] in gaps[key] else OTHER, OF_AN_ANSWER, row)

    def _list_missing(self) -> None:
        table = self.reader.store[FINDINGS].c
        missing = (
            table.current, table.period == self.reader.period, table.code == ANSWER_MISSING.code,
        )  # fmt: skip
        for row in self.reader.store.rows(FINDINGS.name, *missing, columns=OF_A_FINDING):
            tool, item, asked = map(str, row[PLACE])
            if tool in self.spec.tool and asked in self.spec.tool[tool].fields:
                self._question(tool, item, asked).missing += 1
                self.rows[_key(self.reader, tool, item, asked)].add(BLANK, OF_A_FINDING, row)

    def _said(self, row: Record) -> str:
        """Give what stands in a row behind a question: an answer, or a finding that says that there is none."""
        if "number" not in row:
            return self.blank
        given = row["number"] if row["code"] is None else row["code"]
        return said(self.spec, self.reader.field(row), given, self.language)

    def _question(self, tool: str, row: str, code: str) -> QuestionProfile:
        """Give what is known of a question so far, in words: its fixed row, if it has one, and what is asked there."""
        key = _key(self.reader, tool, row, code)
        if key not in self.found:
            asked = self.spec.tool[tool].fields[code].label.say(self.language)
            item = self.reader.fixed_rows.get((tool, row))
            sheet = self.spec.tool[tool].sheet.say(self.language)
            self.found[key] = QuestionProfile(sheet, f"{item} · {asked}" if item else asked, code)
        return self.found[key]
