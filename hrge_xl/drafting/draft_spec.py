"""Drafts a spec from a workbook: whatever the workbook is, it is taken apart in a process of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..errors import UsageError
from ..findings import Finding
from ..intake import Job, RawWorkbook, content_of, look_into
from .guess import DraftItem, DraftSpec, DraftTool, guess
from .read import Book, read

MOST_MERGED = 200_000  # cells below others: openpyxl makes each of them
READ = ("xlsx", "xlsm")
REMEDY = "Check that it opens in Excel; save an empty one as .xlsx, and draft from that."


@dataclass(frozen=True, slots=True)
class Draft:
    """The texts of a first spec by their paths in its folder, none where there can be none, and what is to be said."""

    files: Mapping[str, str]
    messages: Sequence[str]


def draft(path: Path, name: str, password: str | None = None) -> Draft:
    """Give a first spec of this name. Raises `UsageError` for what is no .xlsx, or holds nothing to fill in."""
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


def _book(file: str, job: Job, content: RawWorkbook) -> Book:
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


# A draft as the YAML files of a spec folder, with a comment wherever it was guessed

PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9 _-]*[A-Za-z0-9])?")
WORDS = frozenset({"true", "false", "null"})


def write(draft: DraftSpec, name: str) -> dict[str, str]:
    """Give the text of every file by its path in the folder."""
    files = {"workbook.yaml": _text(_workbook(draft, name))}
    if draft.vocabularies:
        files["vocabularies.yaml"] = _text(_vocabularies(draft))
    for tool in draft.tools:
        files[f"tools/{tool.code}.yaml"] = _text(_tool(tool))
    return files


def _text(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"


def scalar(value: object) -> str:
    """Give a value as YAML, in quotes unless it is plainly a word."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, int):
        return str(value)
    text = str(value)
    if PLAIN.fullmatch(text) and text.casefold() not in WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


def _guess(notes: Sequence[str]) -> str:
    return f"  # guess: {'; '.join(' '.join(note.split()) for note in notes)}" if notes else ""


def _flow(pairs: dict[str, object]) -> str:
    return "{" + ", ".join(f"{key}: {scalar(value)}" for key, value in pairs.items()) + "}"


def _workbook(draft: DraftSpec, name: str) -> Iterator[str]:
    yield "# A first draft, made from a workbook. Every guess is marked: check it, then take the comment away."
    yield f"name: {scalar(name)}"
    yield 'version: "0.1"'
    yield f"title: {scalar(draft.title)}  # guess: from the properties or the name of the file"
    yield f"languages: [{draft.language}]  # guess: from the letters of the labels"
    yield "# identity: {project: …, country: …}  say here which fields make the key of a return"
    yield "sheets:"
    for tool in draft.tools:
        yield f"  - {tool.code}  # {tool.sheet}"
    for message in draft.messages:
        yield f"# guess: {' '.join(message.split())}"


def _vocabularies(draft: DraftSpec) -> Iterator[str]:
    yield "# guess: the codes come from the labels. Change them now or never: answers are kept by code."
    for name, items in draft.vocabularies.items():
        yield f"{name}:"
        yield "  items:"
        for code, label in items:
            yield f"    - {_flow({'code': code, 'label': label})}"


def _tool(tool: DraftTool) -> Iterator[str]:
    yield f"code: {tool.code}"
    yield f"sheet: {scalar(tool.sheet)}{_guess(tool.notes)}"
    yield f"title: {scalar(tool.title)}"
    yield "blocks:"
    for block in tool.blocks:
        yield f"  - kind: {block.kind}{_guess(block.notes)}"
        for key, value in block.options.items():
            yield f"    {key}: {scalar(value)}"
        if block.items:
            yield "    items:"
            for item in block.items:
                yield f"      - {_item(item)}"
        yield "    fields:"
        for field in block.fields:
            pairs: dict[str, object] = {"code": field.code, "type": field.type, "label": field.label}
            yield f"      - {_flow(pairs | field.options)}{_guess(field.notes)}"


def _item(item: DraftItem) -> str:
    pairs: dict[str, object] = {"code": item.code}
    if item.section:
        pairs["section"] = item.section
    text = _flow(pairs | {"label": item.label})
    return f"{text[:-1]}, values: {_flow(dict(item.values))}}}" if item.values else text
