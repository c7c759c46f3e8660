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
from ..words import Translate, country_names, translator


def heads(say: Translate) -> dict[str, str]:
    """Name of a column → its head. A column of the spec has the words of its question instead."""
    return {
        **_of_returns(say),
        **_of_answers(say),
        **_of_findings(say),
        **_of_matrices(say),
        **_of_figures(say),
        **_of_indicators(say),
        **_of_the_spec(say),
    }


def _of_returns(say: Translate) -> dict[str, str]:
    return {
        "submission": say("Submission"),
        "return_number": say("Number of the return"),
        "path": say("File"),
        "sha256": say("SHA-256"),
        "file_sha256": say("SHA-256"),
        "size": say("Bytes"),
        "verdict": say("Verdict"),
        "status": say("Status"),
        "current": say("Counts"),
        "superseded_by": say("Gives way to"),
        "reason": say("Reason"),
        "team": say("Team"),
        "country": say("Country"),
        "language": say("Language"),
        "spec": say("Spec"),
        "spec_version": say("Spec version"),
        "round": say("Round"),
        "period": say("Period"),
        "period_start": say("First day of the period"),
        "period_end": say("Last day of the period"),
        "project": say("Project"),
        "intervention": say("Intervention"),
        "copy": say("Copy"),
        "predecessor": say("Copy of"),
        "issued": say("Issued"),
        "saved": say("Saved (as the file says)"),
        "arrived": say("Arrived"),
        "arrival": say("Arrival is"),
        "checked": say("Checked on"),
        "read_for": say("Checked for"),
        "signature": say("Signature"),
        "errors": say("Errors"),
        "warnings": say("Warnings"),
        "infos": say("Notes on what was normalised"),
        "waived": say("Waived"),
        "required": say("Required"),
        "answered": say("Answered"),
        "stated": say("Somebody stated this day"),
        **status_words(say),
    }


def _of_answers(say: Translate) -> dict[str, str]:
    return {
        "n": say("No."),
        "tool": say("Tool"),
        "row": say("Row"),
        "field": say("Question"),
        "part": say("Part of the answer"),
        "code": say("Code"),
        "text": say("Text"),
        "number": say("Number"),
        "date": say("Date"),
        "value": say("Value"),
        "sheet": say("Sheet"),
        "cell": say("Cell"),
        "original": say("Content of the cell"),
        "state": say("State"),
        "problem": say("Problem"),
        "calculated": say("Calculated"),
        "about": say("Refers to"),
        "list": say("List"),
        "due": say("Due date"),
        "days_late": say("Days late"),
    }


def _of_findings(say: Translate) -> dict[str, str]:
    return {
        "name": say("Name"),
        "severity": say("Severity"),
        "label": say("Label"),
        "message": say("What is wrong"),
        "remedy": say("What to do"),
        "suggestion": say("Did you mean"),
        "waiver": say("Waiver"),
        "what": say("What it is"),
    }


def _of_matrices(say: Translate) -> dict[str, str]:
    return {
        "block": say("Matrix"),
        "title": say("Title"),
        "by": say("Broken down by"),
        "tools": say("Sheets"),
        "down": say("Row of the matrix"),
        "across": say("Column of the matrix"),
        "level": say("Level"),
        "stage": say("Before or after mitigation"),
    }


def _of_figures(say: Translate) -> dict[str, str]:
    return {
        "count": say("How many"),
        "teams": say("Teams"),
        "submissions": say("Submissions"),
        "files": say("Files"),
        "from_returned": say("Of these from files to correct"),
        "total": say("Total"),
        "mean": say("Mean"),
        "least": say("Least"),
        "most": say("Greatest"),
        "share": say("Share"),
        "item": say("Item"),
        "no": say("Answered with no"),
        "teams_no": say("Teams that say no"),
    }


def _of_indicators(say: Translate) -> dict[str, str]:
    return {
        "framework": say("Row of the framework"),
        "indicator": say("Indicator"),
        "own": say("The team's own indicator"),
        "kind": say("Kind of value"),
        "unit": say("Unit"),
        "numerator": say("Numerator"),
        "denominator": say("Denominator"),
        "baseline": say("Baseline"),
        "target": say("Target"),
        "baseline_year": say("Year of the baseline"),
        "target_year": say("Year of the target"),
        "progress": say("Progress to target"),
        "why": say("Why not"),
        "missing": say("Teams without a value"),
        "how": say("How it was added up"),
        "previous": say("Period before"),
        "same_teams": say("Teams in both periods"),
        "previous_total": say("Their total in the period before"),
        "same_total": say("Their total in this period"),
        "change": say("Change"),
        "split": say("Split by"),
        "part_of": say("Part of"),
        "disagree": say("Values that are not the sum of their parts"),
    }


def _of_the_spec(say: Translate) -> dict[str, str]:
    return {
        "type": say("Type of answer"),
        "vocabulary": say("List"),
        "help": say("Help"),
        "restricted": say("Not to be shared"),
        "table_name": say("Table"),
        "tag": say("Tag"),
        "note": say("Note"),
        "section": say("Section"),
    }


def titles(say: Translate) -> dict[str, str]:
    """Name of a table → what it holds. A table of the spec has the titles of its sheets instead."""
    return {
        "reconciliation": say("What came in and what became of it, by period"),
        "completeness": say("Completeness of each sheet of each return"),
        "submissions": say("Returns: who sent them, when, and whether they count"),
        "files": say("Files received, also those that could not be read"),
        "findings": say("Findings: what is wrong or was noticed, with file and cell"),
        "unplaced": say("Texts and comments outside the cells to fill in"),
        "overdue": say("Overdue actions"),
        "indicator_values": say("Values of indicators, one per row: made for pivot tables"),
        "aggregate_indicators": say("Indicators by period, with totals where they mean something"),
        "aggregate_splits": say("Indicators split by group, over all teams"),
        "aggregate_risks": say("Number of risks by level, before and after mitigation"),
        "aggregate_matrix": say("Number of rows in each cell of the matrices"),
        "aggregate_answers": say("How often each entry was chosen"),
        "aggregate_numbers": say("Totals, means and ranges of the numbers"),
        "aggregate_completeness": say("Completeness by sheet and country"),
        "aggregate_gaps": say("Questions most often answered with no"),
        "answers": say("Every answer, one per row, with file, sheet and cell"),
        "codebook": say("Codebook: every question and the codes that it can be answered with"),
        "items": say("The fixed rows of the lists, by code"),
    }


def groups(say: Translate) -> dict[str, str]:
    """Key of a group of sheets → its heading, in the order of the contents."""
    return {
        "figures": say("Figures"),
        "answers": say("Answers"),
        "returns": say("Returns and findings"),
        "details": say("For pivot tables and analysis"),
        "spec": say("Questions and codes"),
    }


def states(say: Translate) -> dict[str, str]:
    """Code of a verdict, status or severity → its word."""
    return {
        **status_words(say),
        "counts": say("Counts"),
        "error": say("Error"),
        "warning": say("Warning"),
        "info": say("Info"),
    }


# what the codes in the rows of a dataset are called, in the language of a reader

Record = Mapping[str, Any]
Label = Callable[[Record], str | None]  # what a code of a row is called; nothing where it has no name


class CodeLabels:
    """The names of everything that a spec gives a code, each looked up once."""

    def __init__(self, spec: Spec | None, language: str) -> None:
        self.spec, self.language = spec, language
        self.say = translator(language)
        self.entries_of = cache(self._entries)

    def _entries(self, name: str) -> dict[str, str]:
        return dict(entries(self.spec, name, self.language)) if self.spec else {}

    @cached_property
    def states(self) -> dict[str, str]:
        """Words for verdicts, statuses and severities."""
        return states(self.say)

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
        known = self.spec.tool.get(tool) if self.spec else None
        return known.sheet.say(self.language) if known else None

    def item(self, row: Record) -> str | None:
        """Give what a fixed row is about."""
        return self.items.get((row["tool"], row["row"]), ("", ""))[1] or None

    def section(self, row: Record) -> str | None:
        """Give the heading that a fixed row stands under."""
        return self.items.get((row["tool"], row["row"]), ("", ""))[0] or None

    def field(self, tool: str, code: str) -> Field | None:
        """Give a question by the codes of its sheet and its own."""
        known = self.spec.tool.get(tool) if self.spec else None
        return known.fields.get(code) if known else None

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
        return (
            part_labels(self.spec, row["by"], self.language).get(row["code"])
            if self.spec and row["code"]
            else None
        )

    def matrix(self, row: Record) -> str | None:
        """Give the title of a matrix, by its number."""
        blocks = matrix_blocks(self.spec) if self.spec else []
        number = row["block"] - 1
        return blocks[number].title.say(self.language) or None if number < len(blocks) else None

    def indicator(self, row: Record) -> str | None:
        """Give the name of an indicator of the catalogue."""
        return catalogue_label(self.spec, row["indicator"], self.language) or None if self.spec else None
