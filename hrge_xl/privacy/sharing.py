"""What may leave the house: no restricted question, no text of findings, and small counts of people masked.

A masked figure is empty. Figures that would give a masked one away are masked as well: the next smallest of the
row or of the teams, totals where nothing else helps, and whatever is worked out from a masked figure.

In place of the names that teams chose, a file is called by its team and the number of the return, which is its place in
the order of receipt: it stays the same whatever arrives, and with it, or with the hash, the office finds the file in
its own dataset. A sheet keeps a name that the program gives; one that was renamed has its name back, and those that a
team added are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import product

from ..core.dates import parse_moment
from ..core.words import translator
from ..dataset.aggregates.counts import NO_REFERENCE
from ..dataset.aggregates.risks import STEPS, stages
from ..dataset.returns import Return, shared_name
from ..dataset.schema import (
    MASKED,
    SUBMISSION_ID,
    TABLES,
    Record,
    Row,
    Schema,
    Table,
    shown_column,
)
from ..dataset.store import DERIVED, STATE, Store, passing_store
from ..spec.model import CollectBlock, Spec
from ..spec.supplements import IDENTITY_SHEET, LAST_SHEET, NAMES, RiskFigures
from .suppressed_figures import SuppressedFigures

SAID = (
    "code",
    "text",
    "number",
    "date",
    "original",
    "original_type",
)  # what an answer says, by column
DUE = ""  # the days of a list, which stand in a column of their own
Change = Callable[[Record], Record | None]


@contextmanager
def shared(store: Store, today: date) -> Iterator[Store]:
    """Yield a copy of a dataset without what must not be told, which lives as long as it is looked at."""
    with passing_store() as copy:
        fill_shareable(copy, store, today)
        yield copy


def fill_shareable(copy: Store, store: Store, today: date) -> None:
    """Fill an empty dataset with what may be told of another one: facts and figures; views follow from these."""
    copy.use(Schema(store.schema.spec))
    copy.fill(Masking(store).rows)
    copy.set_fact(DERIVED, str(today))
    copy.set_fact(STATE, f"done {today} {MASKED}")


@dataclass(frozen=True)
class _Stored:
    """A table that is read anew whenever somebody goes through it."""

    store: Store
    table: Table

    def __iter__(self) -> Iterator[Record]:
        return self.store.records(self.table.name, columns=self.table.names)


class Masking:
    """Takes out of each table that holds something what must not be told."""

    def __init__(self, store: Store) -> None:
        schema = store.schema
        self.tables = tables = {
            table.name: _Stored(store, table) for table in schema.by_name.values()
        }
        self.changes: dict[str, Change] = {
            "submissions": self._submission,
            "files_fact": self._file,
        }
        self.returns = {row[SUBMISSION_ID]: row for row in tables["submissions"]}
        noticed = (row for name in ("findings", "unplaced") for row in tables[name])
        self.sheets = SheetNames(
            schema.spec,
            schema.language,
            ((self._name(row), row["tool"], row["sheet"]) for row in tables["sheets"]),
            ((row["submission"], row["sheet"]) for row in noticed if row["sheet"]),
        )
        self.untold: dict[str, None] = {}  # what a return says of itself, and must not be told
        if schema.spec is not None:
            self._by_spec(schema, schema.spec)
        if wrong := self.changes.keys() - TABLES.keys():  # else a table would be told as it is
            raise KeyError(f"There is no table {', '.join(wrong)}")

    def _name(self, record: Record) -> str:
        return str(record.get("submission") or self.returns[record[SUBMISSION_ID]]["submission"])

    def _by_spec(self, schema: Schema, spec: Spec) -> None:
        """Learn from the spec what must not be told."""
        self.spec = spec
        self.suppressed = suppressed = SuppressedFigures(schema, spec, self.tables)
        self.lists = _lists(spec)
        self.untold = {
            part: None
            for part, code in spec.identity.parts.items()
            if (spec.single_fields[code][0], code) in suppressed.restricted
        }
        self.leading = {  # sheets with rows that refer to another one by an answer which must not be told
            tool.code
            for tool, _, field in spec.places()
            if field.to and (tool.code, field.code) in suppressed.restricted
        }
        self.cells = {row["slot"]: row for row in self.tables["slots"]}
        self.changes |= {
            "answers_fact": self._answer,
            "row_references": lambda record: None if record["tool"] in self.leading else record,
            "aggregate_numbers": self._number,
            "aggregate_numbers_by_country": self._number,
            "aggregate_indicators": self._indicator,
            "aggregate_splits": lambda record: (
                record | dict.fromkeys(suppressed.hidden_in_split(record))
            ),
            "aggregate_gaps": self._question,
            "aggregate_answers": self._question,
            "aggregate_answers_by_country": self._question,
            "aggregate_matrix": self._matrix,
            "indicator_values": lambda record: (
                record | dict.fromkeys(suppressed.hidden_in_value(record))
            ),
            "overdue": self._overdue,
        }
        if spec.figures.risks is not None:
            self._by_risks(spec.figures.risks)

    def _by_risks(self, risks: RiskFigures) -> None:
        shown = {"name": {risks.name}} | {shown_column(code): {code} for code in risks.shows}
        crossed = {
            stage: {crossing.down, crossing.across} for stage, crossing in stages(risks).items()
        }
        for stage, codes in crossed.items():
            shown |= {f"{quantity}_{stage}": codes for quantity in (*STEPS, "level")}

        def counted(record: Record) -> Record | None:
            part = risks.by.get(record.get("breakdown", ""))
            by = {part.field} if part is not None and part.field else set()
            return self._unless_hidden(record, risks.tools, crossed[record["stage"]] | by)

        self.changes["top_risks"] = lambda record: record | self._blank(record, shown)
        self.changes |= {"aggregate_risks": counted, "aggregate_risks_by_part": counted}

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield the rows of one table that may be told, as they may be told."""
        change = self.changes.get(table.name, dict)
        withheld = dict.fromkeys(table.withheld)
        places = "sheet" in table.at and not {"submission", SUBMISSION_ID}.isdisjoint(table.at)
        for record in self.tables[table.name]:
            changed = change(record | withheld)
            if changed is not None:
                if places and changed["sheet"]:
                    changed = changed | {
                        "sheet": self.sheets(self._name(changed), changed["sheet"])
                    }
                yield tuple(changed[name] for name in table.names)

    def _submission(self, record: Record) -> Record:
        """Leave out what the file is called, and when it was saved where that is no moment."""
        return self._file(record | {"saved": moment_saved(record["saved"])} | self.untold)

    def _file(self, record: Record) -> Record:
        return_row = self.returns[record[SUBMISSION_ID]]
        name = shared_name(
            return_row["team"],
            return_row["return_number"],
            return_row["submission"],
            record.get("n", 1),
        )
        return record | {"path": name}

    def _answer(self, record: Record) -> Record | None:
        cell = self.cells[record["slot"]]
        if (cell["tool"], cell["field"]) in self.suppressed.restricted:
            return None
        if self.suppressed.hides_answer(cell | {"submission": self._name(record)}):
            return record | dict.fromkeys(SAID) | {"state": MASKED}
        return record

    # figures

    def _overdue(self, record: Record) -> Record | None:
        columns = self.lists.get((record["list"], record["tool"]), {})
        if self.suppressed.hides(record, columns.get(DUE, ())):
            return None
        shown = {f"list_{column}": codes for column, codes in columns.items() if column != DUE}
        return record | self._blank(record, shown)

    def _blank(self, record: Record, shown: Mapping[str, Iterable[str]]) -> Record:
        """Return the columns that show an answer which must not be told, without it."""
        return {
            column: None for column, codes in shown.items() if self.suppressed.hides(record, codes)
        }

    def _unless_hidden(
        self, record: Record, tools: Iterable[str], codes: Iterable[str]
    ) -> Record | None:
        """Return a line that sorts rows by their answers; None where one of these must not be told."""
        hidden = not self.suppressed.fields.isdisjoint(product(tools, codes))
        return None if hidden else record

    def _question(self, record: Record) -> Record | None:
        return self._unless_hidden(record, (record["tool"],), (record["field"],))

    def _matrix(self, record: Record) -> Record | None:
        crossed = (record["matrix_row_field"], record["matrix_column_field"])
        return self._unless_hidden(record, (record["tool"],), crossed)

    def _number(self, record: Record) -> Record | None:
        refers = record["refers_to"] not in (None, NO_REFERENCE)
        by_reference = refers and record["tool"] in self.leading
        if by_reference or (record["tool"], record["field"]) in self.suppressed.restricted:
            return None
        return record | dict.fromkeys(self.suppressed.hidden_in_numbers(record))

    def _indicator(self, record: Record) -> Record:
        hidden = self.suppressed.hidden_in_indicator(record)
        reason = {"reason": MASKED} if "total" in hidden else {}
        return record | dict.fromkeys(hidden) | reason


def _lists(spec: Spec) -> dict[tuple[str, str], dict[str, set[str]]]:
    """Return for each collected list and sheet the fields that may stand in its columns, and in its due days."""
    fields_by_list: dict[tuple[str, str], dict[str, set[str]]] = {}
    for tool in spec.tools:
        for block in (block for block in tool.blocks if isinstance(block, CollectBlock)):
            for source in block.sources:
                columns = fields_by_list.setdefault((tool.code, source.tool), {})
                for column, code in source.columns.items():
                    columns.setdefault(column, set()).add(code)
                if block.due in source.columns:
                    columns.setdefault(DUE, set()).add(source.columns[block.due])
    return fields_by_list


# what stands in place of names that teams chose


def moment_saved(saved: str | None) -> str | None:
    """Return when a file says that it was saved, unless that is something else than a moment."""
    return saved if saved and parse_moment(saved) else None


class SheetNames:
    """What the sheets of some returns are called.

    `tools` are the sheets with questions (submission, tool, name in the file), `others` whatever else something was
    noticed on (submission, name).
    """

    def __init__(
        self,
        spec: Spec | None,
        language: str,
        tools: Iterable[tuple[str, str, str]],
        noticed: Iterable[tuple[str, str]],
    ) -> None:
        titles = {tool.code: tool.sheet for tool in spec.tools} if spec else {}
        self._issued = {IDENTITY_SHEET, LAST_SHEET}
        for issued_in in spec.languages if spec else (language,):
            self._issued |= {sheet.say(issued_in) for sheet in titles.values()}
            self._issued |= set(map(translator(issued_in), NAMES))
        self._added = translator(language)("a sheet of their own ({number})")
        counts = Counter[str]()
        self._names = {
            (submission, sheet): titles[tool].say(language) if tool in titles else tool
            for submission, tool, sheet in tools
        }
        for submission, sheet in sorted(set(noticed)):
            if sheet not in self._issued and (submission, sheet) not in self._names:
                counts[submission] += 1
                self._names[submission, sheet] = self._added.format(number=counts[submission])

    def __call__(self, submission: str, sheet: str) -> str:
        """Return what a sheet of a return is called."""
        if sheet in self._issued:
            return sheet
        return self._names.get((submission, sheet), self._added.format(number="…"))


def sheet_names(returns: Sequence[Return], spec: Spec | None, language: str) -> SheetNames:
    """Return what the sheets of returns are called, for readers of a language."""
    tools = (
        (sent.submission, sheet.tool, sheet.sheet) for sent in returns for sheet in sent.sheets
    )
    noticed = [
        (sent.submission, finding.sheet)
        for sent in returns
        for finding in sent.findings
        if finding.sheet
    ]
    noticed += [
        (sent.submission, text.sheet)
        for sent in returns
        for text in (*sent.unplaced, *sent.comments)
    ]
    return SheetNames(spec, language, tools, noticed)


def under_shared_names(sent: Return, sheets: SheetNames, folder: str = "") -> Return:
    """Return a return with the names under which it is shared."""
    return_identity = (sent.team, sent.return_number, sent.submission)
    called = partial(sheets, sent.submission)
    places = [
        received._replace(path=folder + shared_name(*return_identity, place))
        for place, received in enumerate([sent.item, *sent.copies], 1)
    ]
    path = places[0].path
    return replace(
        sent,
        path=path,
        items=places,
        saved=moment_saved(sent.saved),
        sheets=[sheet._replace(sheet=called(sheet.sheet)) for sheet in sent.sheets],
        unplaced=[replace(text, sheet=called(text.sheet)) for text in sent.unplaced],
        findings=[
            replace(
                finding,
                sheet=finding.sheet and called(finding.sheet),
                waiver=finding.waiver and replace(finding.waiver, file=path, sheet=None),
            )
            for finding in sent.findings
        ],
    )
