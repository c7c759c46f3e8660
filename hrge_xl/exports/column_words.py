"""The heads of the columns and the titles of the tables in `data.xlsx`, in one language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import Any

from ..dataset.aggregates.risks import part_labels
from ..dataset.aggregates.sql import label_of
from ..dataset.aggregates.values import catalogue_label
from ..dataset.dimensions import entries, fixed_rows, matrix_blocks
from ..dataset.return_status import status_words
from ..dataset.schema import list_of
from ..fields import Field
from ..layout.lists import LEVELS
from ..spec.model import Spec
from ..words import country_names, translator

HEADS: dict[str, str] = {  # of columns by name; a column of the spec has the words of its question instead
    "submission": "Submission",
    "return_number": "Number of the return",
    "path": "File",
    "sha256": "SHA-256",
    "file_sha256": "SHA-256",
    "size": "Bytes",
    "verdict": "Verdict",
    "status": "Status",
    "current": "Counts",
    "superseded_by": "Gives way to",
    "reason": "Reason",
    "team": "Team",
    "country": "Country",
    "language": "Language",
    "spec": "Spec",
    "spec_version": "Spec version",
    "round": "Round",
    "period": "Period",
    "period_start": "First day of the period",
    "period_end": "Last day of the period",
    "project": "Project",
    "intervention": "Intervention",
    "copy": "Copy",
    "predecessor": "Copy of",
    "issued": "Issued",
    "saved": "Saved (as the file says)",
    "arrived": "Arrived",
    "arrival": "Arrival is",
    "checked": "Checked on",
    "read_for": "Checked for",
    "signature": "Signature",
    "errors": "Errors",
    "warnings": "Warnings",
    "infos": "Notes on what was normalised",
    "waived": "Waived",
    "required": "Required",
    "answered": "Answered",
    "stated": "Somebody stated this day",
    "n": "No.",
    "tool": "Tool",
    "row": "Row",
    "field": "Question",
    "part": "Part of the answer",
    "code": "Code",
    "text": "Text",
    "number": "Number",
    "date": "Date",
    "value": "Value",
    "sheet": "Sheet",
    "cell": "Cell",
    "original": "Content of the cell",
    "state": "State",
    "problem": "Problem",
    "calculated": "Calculated",
    "about": "Refers to",
    "list": "List",
    "due": "Due date",
    "days_late": "Days late",
    "name": "Name",
    "severity": "Severity",
    "label": "Label",
    "message": "What is wrong",
    "remedy": "What to do",
    "suggestion": "Did you mean",
    "waiver": "Waiver",
    "what": "What it is",
    "block": "Matrix",
    "title": "Title",
    "by": "Broken down by",
    "tools": "Sheets",
    "down": "Row of the matrix",
    "across": "Column of the matrix",
    "level": "Level",
    "stage": "Before or after mitigation",
    "count": "How many",
    "teams": "Teams",
    "submissions": "Submissions",
    "files": "Files",
    "from_returned": "Of these from files to correct",
    "total": "Total",
    "mean": "Mean",
    "least": "Least",
    "most": "Greatest",
    "share": "Share",
    "item": "Item",
    "no": "Answered with no",
    "teams_no": "Teams that say no",
    "framework": "Row of the framework",
    "indicator": "Indicator",
    "own": "The team's own indicator",
    "kind": "Kind of value",
    "unit": "Unit",
    "numerator": "Numerator",
    "denominator": "Denominator",
    "baseline": "Baseline",
    "target": "Target",
    "baseline_year": "Year of the baseline",
    "target_year": "Year of the target",
    "progress": "Progress to target",
    "why": "Why not",
    "missing": "Teams without a value",
    "how": "How it was added up",
    "previous": "Period before",
    "same_teams": "Teams in both periods",
    "previous_total": "Their total in the period before",
    "same_total": "Their total in this period",
    "change": "Change",
    "split": "Split by",
    "part_of": "Part of",
    "disagree": "Values that are not the sum of their parts",
    "type": "Type of answer",
    "vocabulary": "List",
    "help": "Help",
    "restricted": "Not to be shared",
    "table_name": "Table",
    "tag": "Tag",
    "note": "Note",
    "section": "Section",
}
TITLES: dict[str, str] = {  # what each table holds; a table of the spec has the titles of its sheets instead
    "reconciliation": "What came in and what became of it, by period",
    "completeness": "Completeness of each sheet of each return",
    "submissions": "Returns: who sent them, when, and whether they count",
    "files": "Files received, also those that could not be read",
    "findings": "Findings: what is wrong or was noticed, with file and cell",
    "unplaced": "Texts and comments outside the cells to fill in",
    "overdue": "Overdue actions",
    "indicator_values": "Values of indicators, one per row: made for pivot tables",
    "aggregate_indicators": "Indicators by period, with totals where they mean something",
    "aggregate_splits": "Indicators split by group, over all teams",
    "aggregate_risks": "Number of risks by level, before and after mitigation",
    "aggregate_matrix": "Number of rows in each cell of the matrices",
    "aggregate_answers": "How often each entry was chosen",
    "aggregate_numbers": "Totals, means and ranges of the numbers",
    "aggregate_completeness": "Completeness by sheet and country",
    "aggregate_gaps": "Questions most often answered with no",
    "answers": "Every answer, one per row, with file, sheet and cell",
    "codebook": "Codebook: every question and the codes that it can be answered with",
    "items": "The fixed rows of the lists, by code",
}
GROUPS = (  # of sheets, in the order of the contents
    "Figures",
    "Answers",
    "Returns and findings",
    "For pivot tables and analysis",
    "Questions and codes",
)
SEVERITIES: dict[str, str] = {"error": "Error", "warning": "Warning", "info": "Info"}


# what the codes in the rows of a dataset are called, in the language of a reader

Record = Mapping[str, Any]
Label = Callable[[Record], str | None]  # what a code of a row is called; nothing where it has no name


class CodeLabels:
    """The names of everything that a spec gives a code, each looked up once."""

    def __init__(self, spec: Spec | None, language: str) -> None:
        self.spec, self.language = spec, language
        self.tools = spec.tool if spec else {}
        self.say = translator(language)
        self.entries_of = cache(self._entries)

    def _entries(self, name: str) -> dict[str, str]:
        return dict(entries(self.spec, name, self.language)) if self.spec else {}

    def in_words(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Give words of ours in the language, by the same names."""
        return {name: self.say(text) for name, text in texts.items()}

    @cached_property
    def heads(self) -> dict[str, str]:
        """The heads of the columns that every dataset has, by name."""
        return {**self.in_words(HEADS), **status_words(self.say)}

    @cached_property
    def states(self) -> dict[str, str]:
        """Words for verdicts, statuses and severities."""
        return {**status_words(self.say), "counts": self.say("Counts"), **self.in_words(SEVERITIES)}

    @cached_property
    def items(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Section and label of every fixed row, by tool and row."""
        rows = fixed_rows(self.spec, self.language) if self.spec else ()
        return {(tool, row): (section, label) for tool, row, section, label in rows}

    def country(self, code: str) -> str | None:
        """Give the country as the spec names it, else as the language does."""
        if self.spec is None:
            return None
        named = label_of(self.spec, self.spec.countries, code, self.language)
        return named if named != code else country_names(self.language).get(code)

    def sheet(self, tool: str) -> str | None:
        """Give the name of the sheet of a tool."""
        return self.tools[tool].sheet.say(self.language) if tool in self.tools else None

    def item(self, row: Record) -> str | None:
        """Give what a fixed row is about."""
        return self.items.get((row["tool"], row["row"]), ("", ""))[1] or None

    def section(self, row: Record) -> str | None:
        """Give the heading that a fixed row stands under."""
        return self.items.get((row["tool"], row["row"]), ("", ""))[0] or None

    def field(self, tool: str, code: str) -> Field | None:
        """Give a question by the codes of its sheet and its own."""
        return self.tools[tool].fields.get(code) if tool in self.tools else None

    def question(self, row: Record) -> str | None:
        """Give what a question asks."""
        field = self.field(row["tool"], row["field"])
        return field.label.say(self.language) if field else None

    def entry(self, row: Record) -> str | None:
        """Give the name of the entry that a question was answered with."""
        field = self.field(row["tool"], row["field"])
        return self.answer(field, row["code"]) if field else None

    def answer(self, field: Field, value: Any) -> str | None:
        """Give the names for the codes of an answer; several stand in one text."""
        name = list_of(field)
        if name is None or value is None:
            return None
        found, codes = self.entries_of(name), f"{value:g}" if isinstance(value, float) else str(value)
        return "; ".join(found.get(code, code) for code in codes.split(";"))

    def step(self, side: str) -> Label:
        """Give the name of a step `down` or `across`."""
        matrix = self.spec.matrix if self.spec else None
        found = self.entries_of(str(getattr(matrix, side))) if matrix else {}
        return lambda row: found.get(str(row[side]))

    def level(self, row: Record) -> str | None:
        """Give the name of a level."""
        return self.entries_of(LEVELS).get(row["level"])

    def part(self, row: Record) -> str | None:
        """Give the name of a part in the breakdown of risks."""
        if self.spec is None or not row["code"]:
            return None
        return part_labels(self.spec, row["by"], self.language).get(row["code"])

    def matrix(self, row: Record) -> str | None:
        """Give the title of a matrix, by its number."""
        blocks = matrix_blocks(self.spec) if self.spec else []
        number = row["block"] - 1
        return blocks[number].title.say(self.language) or None if number < len(blocks) else None

    def indicator(self, row: Record) -> str | None:
        """Give the name of an indicator of the catalogue."""
        return catalogue_label(self.spec, row["indicator"], self.language) or None if self.spec else None
