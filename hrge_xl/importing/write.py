"""From the neutral tree to the files of a spec folder: what a spec cannot say is taken out first, and told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from textwrap import indent
from typing import Annotated, Any

from msgspec import Meta
from pydantic import ValidationError

from ..core.bounds import BoundedText
from ..core.csv_files import csv_text
from ..core.errors import UsageError
from ..core.spec_parts import Path
from ..exchange.spec_smoke_test import beyond_limits
from ..spec.carried import LISTS
from ..spec.load import ACCOUNT, CHECKS, HEAD_FILE
from ..spec.model import NEWEST, Spec
from ..spec.yaml_file import MOST_BYTES, dumped
from .neutral import DraftBlock, DraftField, DraftSpec, DraftTool, PartOutcome

# of every kind of part: how many were kept, changed, left out
Sums = list[tuple[BoundedText, int, int, int]]
# of a file of a draft: the account of a large source is longer than any text in it
DraftText = Annotated[str, Meta(max_length=1 << 25)]
# what a draft can have for a file: its path below the folder, the code of a sheet being a name of few letters
DraftPath = Annotated[
    str,
    Meta(
        pattern=rf"\A(?:{re.escape(HEAD_FILE)}|{LISTS}|{ACCOUNT}|tools/[A-Z][A-Z0-9]{{0,11}}(?:\.[0-9]{{1,2}})?\.yaml)\Z"
    ),
]


def write(draft: DraftSpec, name: str) -> dict[DraftPath, str]:
    """Return the text of every file by its path in the folder.

    Raises `UsageError` where nothing is left to ask, and where a file would be larger than a spec may have one.
    """
    head = _without_mistakes(draft, name)
    first = "A first draft. Every guess is marked: check it, then take the comment away."
    sheets = {"sheets": [tool.code for tool in draft.tools]}
    files = {HEAD_FILE: _comments([first]) + dumped(head | sheets) + _guesses(draft.messages)}
    if lists := _lists(draft):
        codes = "guess: answers are kept by these codes. Change them now or never."
        files[LISTS] = _comments([codes]) + dumped(lists, flow=None)
    files |= {f"tools/{tool.code}.yaml": _file_of(tool) for tool in draft.tools}
    for path, text in files.items():
        if len(text.encode()) > MOST_BYTES:
            raise UsageError(
                f"{path} would have more than {MOST_BYTES // 10**6} MB. Import it in parts."
            )
    account = [
        (part.kind, part.place, part.text, str(part.outcome), part.explanation)
        for part in draft.parts
    ]
    return files | {ACCOUNT: csv_text([("kind", "place", "source", "outcome", "how"), *account])}


def sums(draft: DraftSpec) -> Sums:
    """Count what became of every kind of part, in the order of the source."""
    counts = Counter((part.kind, part.outcome) for part in draft.parts)
    kept_outcome, changed, left_out = PartOutcome
    return [
        (kind, counts[kind, kept_outcome], counts[kind, changed], counts[kind, left_out])
        for kind in dict.fromkeys(part.kind for part in draft.parts)
    ]


# the text of a sheet, with comments above what they are about


def _file_of(tool: DraftTool) -> str:
    text = _guesses(tool.notes) + dumped(_head(tool)) + "blocks:\n"
    for block in tool.blocks:
        text += indent(_guesses(block.notes) + dumped([_options(block)]), "  ") + "    fields:\n"
        for field in block.fields:
            outcomes = [
                f"{part.outcome}: {part.kind} {part.text}: {part.explanation}"
                for option, parts in field.parts.items()
                for part in parts
                if option and part.outcome is not PartOutcome.KEPT
            ]
            text += indent(
                _guesses(field.notes)
                + _comments(outcomes)
                + dumped([_field_options(field)], flow=None),
                " " * 6,
            )
    return text


def _guesses(notes: Iterable[str]) -> str:
    return _comments(f"guess: {note}" for note in notes)


def _comments(lines: Iterable[str]) -> str:
    return "".join(f"# {' '.join(line.split())}\n" for line in lines)


# the tree as the spec has it


def _lists(draft: DraftSpec) -> dict[str, Any]:
    return {name: {"items": entries} for name, entries in draft.vocabularies.items() if entries}


def _head(tool: DraftTool) -> dict[str, Any]:
    return {
        "code": tool.code,
        "sheet": tool.sheet,
        "title": tool.title or tool.sheet,
        **tool.options,
    }


def _options(block: DraftBlock) -> dict[str, Any]:
    items = [
        {name: value for name, value in vars(draft_item).items() if value}
        for draft_item in block.items
    ]
    return {"kind": block.kind, **block.options} | ({"items": items} if items else {})


def _field_options(field: DraftField) -> dict[str, Any]:
    said = {"code": field.code, "type": field.type, "label": field.label, **field.options}
    if field.type == "calculated":  # what it would be chosen from, were it asked
        said.pop("vocabulary", None)
    return said


# what a spec cannot say

# a part of a draft, and an option of it
Owner = tuple[DraftSpec | DraftTool | DraftBlock | DraftField, str]
# A field without them is none.
NEEDED = (
    "code",
    "type",
    "label",
    "formula",
    "vocabulary",
    "to",
    "",
)
# what else of a field goes into the formula that checks it
CHECKED = ("constraint", "relevant", "required")


def _without_mistakes(draft: DraftSpec, name: str) -> dict[str, Any]:
    """Take out whatever the checks of specs find, until they find nothing: each option, or the field that needs it."""
    while True:
        _leave_out_blanks(draft)
        if not draft.tools:
            raise UsageError(" ".join(["nothing in it can be asked in a sheet.", *draft.messages]))
        head = {
            "name": name,
            "version": "0.1",
            "title": draft.title,
            "languages": draft.languages,
            **NEWEST,
        }
        tools = [
            _head(tool)
            | {
                "blocks": [
                    _options(block) | {"fields": [*map(_field_options, block.fields)]}
                    for block in tool.blocks
                ]
            }
            for tool in draft.tools
        ]
        whole = head | {"vocabularies": _lists(draft), "tools": tools, "digest": "", "folder": ""}
        mistakes = _mistakes(draft, whole)
        if not mistakes:
            return head
        for (owner, option), reason in mistakes:
            if isinstance(owner, DraftField):
                _take_out(draft, owner, option, reason)
            elif isinstance(owner, DraftSpec) or owner.options.pop(option, None) is None:
                raise UsageError(f"{option}: {reason}")
            else:
                owner.notes.append(f"`{option}` was left out: {reason}")


def _take_out(draft: DraftSpec, field: DraftField, option: str, reason: str) -> None:
    """Take an option out of a field, with as little else as need be."""
    if option == "code":  # what is checked of it
        option = next((name for name in CHECKED if name in field.options), option)
    if option == "formula" and field.typed_as:
        field.ask(reason)
    elif option in NEEDED:
        draft.leave_out(field, reason)
    elif option != "constraint" or not reason.startswith("A sheet cannot") or not field.only_read():
        field.leave_out(option, reason)


def _mistakes(draft: DraftSpec, whole: dict[str, Any]) -> list[tuple[Owner, str]]:
    """Return what is wrong with a draft, each with its part and option. Raises `UsageError` for what is of no field.

    A value that no option can have keeps the rest from being checked.
    """
    try:
        spec = Spec.model_validate(whole)
    except ValidationError as error:
        wrong = [(detail["loc"], detail["msg"]) for detail in error.errors()]
        # behind a block stands of which kind it is
        of_fields = [((*path[:4], *path[5:]), reason) for path, reason in wrong if "fields" in path]
        if not of_fields:
            path, reason = wrong[0]
            raise UsageError(f"{'/'.join(map(str, path))}: {reason}") from error
        return [(_owner(draft, path), reason) for path, reason in of_fields]
    mistakes = [mistake for check in CHECKS for mistake in check(spec)] or beyond_limits(spec)
    return [(_owner(draft, path), str(reason)) for path, reason, _ in mistakes]


def _leave_out_blanks(draft: DraftSpec) -> None:
    """Take out registers in which nothing is asked, and blocks and sheets without fields."""
    for tool in draft.tools:
        for block in tool.blocks:
            if block.kind == "register" and all(
                field.type == "calculated" for field in block.fields
            ):
                for field in block.fields:
                    draft.leave_out(field, "nothing is asked in its rows")
        tool.blocks = [block for block in tool.blocks if block.fields]
    draft.tools = [tool for tool in draft.tools if tool.blocks]


def _owner(draft: DraftSpec, path: Path) -> Owner:
    """Return the part of the draft that a mistake is about, and the option in it."""
    owner: Any = draft
    while path[:1] in (("tools",), ("blocks",), ("fields",)):
        part, place, *remaining_path = path
        owner = getattr(owner, str(part))[place]
        path = tuple(remaining_path)
    return owner, str(path[0]) if path else ""
