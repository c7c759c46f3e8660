"""The data dictionary: what every column means, and what values mean where there are few.

A name means the same wherever it stands; where it does not, the entry is `table.column`, or `rows.column` for the views
with one row per row of a sheet.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..answer import State
from ..findings import Severity
from ..ledger.ledger import FIRST_SEEN, STATED
from ..stamp import INVALID, UNCHECKED, UNSIGNED, VALID
from ..validation import ACCEPTED, REFUSED, RETURNED
from .aggregates.risks import AFTER, BEFORE
from .aggregates.sql import BY_COUNTRY, BY_TOOL, TOTAL
from .answer_rows import NUMBER_TYPE, TRUTH_TYPE
from .return_status import STATUSES
from .rows import COMMENT, LOOSE_TEXT
from .schema import MASKED
from .table import Column, Table

MEANINGS: Mapping[str, str] = {
    # who and what
    "submission_id": "The submission as a whole number, which facts go by.",
    "submission": "The content received: the first hex digits of its SHA-256.",
    "team": "The team that the workbook was issued to.",
    "country": "The country, as the form says, else as the workbook was issued.",
    "period": "The period that its figures belong to: the round it was issued for, else the days its form says.",
    "file_sha256": "The SHA-256 of the file that it comes from.",
    "current": "Whether the submission counts: figures are made of those that do.",
    "tool": "The code of the sheet.",
    "row": "The code of the row; 1 in a form.",
    "field": "The code of the question.",
    "part": "Which cell of a question with several, from 1; 0 where there is one.",
    "sheet": "The name of the sheet.",
    "cell": "The address of the cell.",
    "slot": "The number of the cell, the same in every dataset of the spec.",
    "n": "The number of the line, which keeps the order.",
    "answers.n": "The number of the cell (`slots`), which keeps the order of the workbook.",
    "rows.n": "The number of the first cell that somebody filled in (`slots`), which keeps the order of the workbook.",
    "rows.cell": "The address of the first cell that somebody filled in.",
    # submissions
    "path": "Where the file was found: the way from the folder of the dataset.",
    "sha256": "The SHA-256 of the content; empty where the file could not be read at all.",
    "size": "How many bytes.",
    "verdict": "The result of checking it.",
    "status": "What became of it.",
    "superseded_by": "The submission that it gives way to, or meets.",
    "reason": "Why it has this status.",
    "reason_details": "The same as JSON: what is needed to say it in another language.",
    "return_number": "Which content it is in the order of receipt: what is shared calls its file by team and number.",
    "language": "The language of the workbook.",
    "spec": "The spec that the workbook was made from.",
    "spec_version": "The version of that spec.",
    "round": "The round that the workbook was issued for.",
    "period_start": "The first day of the period, as the form says.",
    "period_end": "The last day of the period, as the form says.",
    "project": "The project, as the form says.",
    "intervention": "The intervention, as the form says.",
    "copy": "The issued workbook: all its versions have the same.",
    "predecessor": "The submission that the workbook was given back for, where it is feedback.",
    "issued": "The day on which the workbook was issued.",
    "saved": "When the file was last saved, as it says itself.",
    "arrived": "The day on which it arrived.",
    "arrival": "What that day is.",
    "checked": "The day of the check: what is overdue is measured by it.",
    "read_for": "The round whose key, teams and period it was checked by; empty: none.",
    "signature": "Whether the stamp of the workbook was signed with the key of the round.",
    "errors": "How many errors.",
    "warnings": "How many warnings.",
    "infos": "How many notes on what was normalised.",
    "required": "How many answers are required.",
    "answered": "How many of the required answers are there.",
    "checks_run": "The codes of the checks that ran.",
    "stamp": "The whole stamp of the workbook, as JSON.",
    "last_answers": "The answers of the round before that the workbook was issued with, as JSON.",
    "untouched": "Whether nothing stands in it that does not stand in every blank workbook of its kind.",
    "submissions.waived": "How many findings somebody has accepted as they are.",
    # files
    "received": "The day on which it arrived.",
    "stated": "Whether somebody stated that day, or it came by e-mail; else it is the day on which it was first seen.",
    # answers
    "state": "What kind of content, or none, the cell has.",
    "code": "The code of the entry chosen.",
    "text": "The text typed in.",
    "number": "The number; a share is between 0 and 1.",
    "date": "The day.",
    "original": "The content of the cell, as people saw it.",
    "original_type": "What type that was, where it is not the type of the value.",
    "problem": "The code of the finding that says why it means nothing.",
    "calculated": "Whether a formula of the sheet shows it: such values are worked out again, never believed.",
    "value": "What a row shows there: the code, number, day or text.",
    "placed_answers.value": "The code or the text.",
    "entry": "The code by which its label is found: of a step of a scale its number.",
    "typed": "The slot, where a person filled it in.",
    "list": "The list that codes are from.",
    "about": "The row of another sheet that it refers to in the end.",
    # findings
    "name": "The finding in a few words.",
    "severity": "How much it weighs.",
    "label": "What the question asks.",
    "message": "What was found, in the language of the spec.",
    "remedy": "What to do about it.",
    "suggestion": "The entry that may be meant.",
    "waived": "Whether somebody has accepted it as it is.",
    "waiver": "Who has accepted it, when and why.",
    "waiver_number": "The number of that waiver in the ledger.",
    "details": "What is needed to word it again, as JSON.",
    "findings.code": "The code of the finding.",
    "findings_fact.code": "The code of the finding.",
    "findings.value": "The content of the cell.",
    "findings_fact.value": "The content of the cell.",
    "checks_not_run.code": "The code of the check.",
    "checks_not_run.why": "Why it did not run.",
    # what has no cell of its own
    "what": "What it is.",
    "unplaced.text": "The text.",
    "unplaced_fact.text": "The text.",
    "question": "What it answered, where that is known.",
    # lists and matrices
    "item": "The number of the item in the lists of the workbook.",
    "block": "The number of the block in its sheet.",
    "source": "The number of the source in its list.",
    "position": "Its place in the list.",
    "column_code": "The code of the column of the list.",
    "due": "The day on which it is due.",
    "due_field": "The field that says when an item is due.",
    "listed_rows.list": "The sheet whose list shows it.",
    "listed_fact.list": "The sheet whose list shows it.",
    "list_columns.list": "The sheet with the list.",
    "overdue.list": "The sheet whose list shows it.",
    "days_late": "How many days that is past.",
    "down": "The step down the matrix.",
    "across": "The step across the matrix.",
    "down_number": "The same, as a number.",
    "across_number": "The same, as a number.",
    "down_field": "The field down the matrix.",
    "across_field": "The field across the matrix.",
    "down_label": "The label of the step down.",
    "across_label": "The label of the step across.",
    "level": "The level of the two steps.",
    "level_label": "The label of the level.",
    # the spec
    "spec_files.path": "The path of the file in the folder of the spec.",
    "content": "The whole content of the file.",
    "codes.code": "The code of the entry.",
    "codes.label": "The label of the entry in the first language of the spec.",
    "type": "The type of the question.",
    "vocabulary": "The list that its codes are from.",
    "code_label": "The label of the code.",
    "help": "The help beside the question.",
    "unit": "The unit of the value.",
    "restricted": "Whether the answers must not be shared.",
    "table_name": "The wide table that it is a column of.",
    "section": "The heading above the row.",
    "codebook.code": "A code that it can be answered with; empty in the line of the question itself.",
    "codebook.required": "When an answer is required.",
    "codebook.unit": "The unit of its figures, or how they are written.",
    "tag": "The mark of the question in the spec, else of its sheet; in the line of a code that of its list.",
    "note": "What the author remarks on it; in the line of a code on its list.",
    "items.label": "What the row is about.",
    # figures
    "by": "What the line is about: all, or one of a breakdown.",
    "count": "How many there are.",
    "teams": "How many teams it is based on.",
    "submissions": "How many submissions it is based on.",
    "files": "How many files it is based on.",
    "from_returned": "How many of them are from files that have to be corrected.",
    "total": "The sum.",
    "mean": "The mean.",
    "least": "The least.",
    "most": "The greatest.",
    "share": "The share of 1.",
    "title": "The title of the matrix.",
    "tools": "The sheets whose rows it counts.",
    "stage": "Before or after mitigation.",
    "aggregate_risks.code": "The code of the part that the line is about.",
    "aggregate_risks.label": "The label of that part.",
    "top_risks.name": "What the risk is called.",
    "before_down": "The step down before mitigation.",
    "before_across": "The step across before mitigation.",
    "level_before": "The level before mitigation.",
    "after_down": "The step down after mitigation.",
    "after_across": "The step across after mitigation.",
    "level_after": "The level after mitigation.",
    "framework": "The row of the framework that the value is about.",
    "indicator": "The code of the indicator; of one of a team's own the team and the row.",
    "own": "Whether it is an indicator of a team's own.",
    "kind": "The kind of value, which says whether values may be added up.",
    "numerator": "The numerator.",
    "denominator": "The denominator.",
    "baseline": "The baseline.",
    "target": "The target.",
    "baseline_year": "The year of the baseline.",
    "target_year": "The year of the target.",
    "progress": "How far the value is from baseline to target, as a share of 1.",
    "counted": "Whether the value goes into totals.",
    "why": "Why there is no total.",
    "indicator_values.period": "The period that the value is for.",
    "indicator_values.label": "The name of the indicator.",
    "indicator_values.value": "The value.",
    "indicator_values.status": "The status of the value, as the team says.",
    "indicator_values.why": "Why the value does not count.",
    "aggregate_indicators.period": "The period that the values are for.",
    "aggregate_indicators.label": "The name of the indicator.",
    "aggregate_indicators.target": "The sum of the targets of the teams that gave a value; others are not in it.",
    "aggregate_splits.period": "The period that the values are for.",
    "aggregate_splits.label": "The name of the indicator.",
    "missing": "How many teams have a row, but no value.",
    "how": "How the total was made: a sum, or numerators over denominators.",
    "previous": "The period before.",
    "same_teams": "How many teams reported in both periods.",
    "previous_total": "Their total in the period before.",
    "same_total": "Their total in this period.",
    "change": "The difference of the two.",
    "split": "The code of the breakdown.",
    "split_label": "The label of the breakdown.",
    "part_of": "The field that the parts add up to.",
    "aggregate_splits.part": "The field of the part.",
    "part_label": "The label of the part.",
    "disagree": "How many values are not the sum of their parts in this split.",
    "no": "How many answered with no.",
    "teams_no": "How many teams answered with no.",
    "aggregate_gaps.answered": "How many answered.",
    "aggregate_gaps.item": "What the fixed row is about.",
    "aggregate_completeness.required": "How many answers are required, over all files.",
    "aggregate_completeness.answered": "How many of these are there.",
    # reconciliation
    "reconciliation.received": "How many items arrived.",
    "accepted": "How many are accepted.",
    "returned": "How many have to be corrected.",
    "refused": "How many could not be read as returns.",
    **{f"reconciliation.{each.part}": each.column for each in STATUSES},
    # what the dataset says of itself
    "meta.name": "What it is.",
    "meta.value": "What it says.",
}
"""What a column means, by its name, or by `table.column` where it means something else there."""

VALUES: Mapping[str, Mapping[str, str]] = {
    "verdict": {
        ACCEPTED: "No error is open.",
        RETURNED: "It has errors and goes back to the team.",
        REFUSED: "It could not be read as a return.",
    },
    "submissions.status": {
        **{each.code: each.meaning for each in STATUSES if each.meaning},
        REFUSED: "It could not be read as a return.",
    },
    "arrival": {
        STATED: "Somebody stated the day, or it came by e-mail then.",
        FIRST_SEEN: "Neither: the day on which the content was first seen.",
    },
    "signature": {
        VALID: "It was signed with the key of the round.",
        UNCHECKED: "It carries one, and there was no key to check it with.",
        INVALID: "It was changed after it was signed, or signed with another key.",
        UNSIGNED: "It was not signed, or there was no key to check it with.",
    },
    "severity": {
        Severity.ERROR.value: "The file goes back to the team.",
        Severity.WARNING.value: "Somebody has to look at it.",
        Severity.INFO.value: "Something was normalised.",
    },
    "state": {
        State.ANSWERED.value: "An answer; in `answers_fact` this is left empty.",
        State.ERROR.value: "The cell shows an error such as `#REF!`.",
        State.NOT_CALCULATED.value: "A formula without a result.",
        MASKED: "An answer that is withheld, in a copy to share.",
    },
    "original_type": {
        NUMBER_TYPE: "A number.",
        TRUTH_TYPE: "TRUE or FALSE.",
    },
    "what": {
        LOOSE_TEXT: "Text in a cell that does not belong to the sheet.",
        COMMENT: "A comment at a cell.",
    },
    "by": {
        TOTAL: "All of them.",
        BY_TOOL: "One sheet.",
        BY_COUNTRY: "One country.",
    },
    "stage": {
        BEFORE: "Before mitigation.",
        AFTER: "After mitigation.",
    },
}
"""The values that a column can have, each with what it means."""

ROWS = "rows"  # the views with one row per row of a sheet, whatever they are called


def meaning(table: Table, column: Column) -> str:
    """Give what a column means; of a question what it asks. Raises `KeyError` for one that nobody has described."""
    if column.title:
        return f"The label of `{column.label_of}`: {column.title}" if column.label_of else column.title
    names = [f"{table.name}.{column.name}", *([f"{ROWS}.{column.name}"] if table.tools else [])]
    return MEANINGS[next((name for name in names if name in MEANINGS), column.name)]
