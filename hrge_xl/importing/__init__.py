"""First drafts of specs, guessed from workbooks that an office already uses.

In goes the path of an .xlsx or .xlsm file; out come the texts of the YAML files of a spec folder, with a comment
wherever something was guessed. Whatever the workbook is, it is taken apart in a process of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from ..core.errors import UsageError
from ..findings import Finding
from ..reader import Job, RawWorkbook, content_of, look_into
from .guess import DraftSpec, guess
from .read import SourceWorkbook, read

MOST_MERGED = 200_000  # cells below others: openpyxl makes each of them
READ = ("xlsx", "xlsm")
REMEDY = "Check that it opens in Excel; save an empty one as .xlsx, and draft from that."


@dataclass(frozen=True, slots=True)
class Draft:
    """The texts of a first spec by their paths in its folder, none where there can be none, and what is to be said."""

    files: Mapping[str, str]
    messages: Sequence[str]


def draft(path: str | Path, name: str, password: str | None = None) -> Draft:
    """Give a first spec of this name. Raises `UsageError` for what is no .xlsx, or holds nothing to fill in."""
    path = Path(path)
    outcome: Draft = look_into(partial(drafted, path.name, name), path, REMEDY, password)
    if not outcome.files:
        raise UsageError(*outcome.messages)
    return outcome


def drafted(file: str, name: str, job: Job) -> Draft | Finding:
    """Give the draft from a file that was let in. Runs in a worker."""
    content = content_of(job)
    if isinstance(content, Finding):
        return content
    try:
        book = _book(file, job, content)
        guessed = guess(book)
    except UsageError as error:
        return Draft({}, error.lines)
    return Draft(write(guessed, name), guessed.messages)


def _book(file: str, job: Job, content: RawWorkbook) -> SourceWorkbook:
    """Give a workbook as openpyxl sees it, if it can. Raises `UsageError`."""
    if content.format not in READ:
        raise UsageError(f"{file} is in the format .{content.format}. Save it as .xlsx and draft from that.")
    for sheet in content.sheets:
        merged = sum(
            (a.last_row - a.first_row + 1) * (a.last_column - a.first_column + 1) for a in sheet.merges
        )
        if merged > MOST_MERGED:
            raise UsageError(
                f"{file}: the sheet “{sheet.name}” merges {merged:,} cells; at most {MOST_MERGED:,} are allowed. "
                "Unmerge whole rows, columns and sheets, and save it."
            )
    try:
        return read(job[0], Path(file).stem)
    except MemoryError:
        raise
    except Exception as error:
        reason = f"{file} cannot be read as an .xlsx workbook ({type(error).__name__})."
        raise UsageError(f"{reason} {REMEDY}") from error


# a draft as the YAML files of a spec folder, with a comment wherever it was guessed

PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9 _-]*[A-Za-z0-9])?")
WORDS = frozenset({"true", "false", "null"})


def scalar(value: object) -> str:
    """Give a value as YAML, in quotes unless it is plainly a word."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    text = json.dumps(value, ensure_ascii=False)
    plain = isinstance(value, str) and PLAIN.fullmatch(value) and value.casefold() not in WORDS
    return text[1:-1] if plain else text


TEMPLATE = Path(__file__).with_name("draft.yaml.j2").read_text(encoding="utf-8")
ENVIRONMENT = Environment(trim_blocks=True, autoescape=False, undefined=StrictUndefined)
ENVIRONMENT.filters |= {"scalar": scalar, "one_line": lambda text: " ".join(text.split())}


def write(draft: DraftSpec, name: str) -> dict[str, str]:
    """Give the text of every file by its path in the folder."""
    parts: Any = ENVIRONMENT.from_string(TEMPLATE).module
    files = {"workbook.yaml": parts.workbook(draft, name)}
    if draft.vocabularies:
        files["vocabularies.yaml"] = parts.vocabularies(draft)
    return files | {f"tools/{tool.code}.yaml": parts.tool(tool) for tool in draft.tools}
