"""Mistakes in codes and names: what Excel refuses, what the program needs itself, and what stands there twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from keyword import kwlist

from ..frozen import Found, Path
from ..language import FUNCTIONS
from ..words import SOURCE_LANGUAGE, cell_length, is_language, translator
from .check_languages import texts
from .model import CatalogueBlock, ChecklistBlock, FieldBlock, FormBlock, RegisterBlock, Spec, Tool
from .own_sheets import IDENTITY_SHEET, KEYS, LAST_SHEET, NAMES

FIELD_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]*_[A-Za-z0-9_]*[A-Za-z0-9]|[A-Za-z][A-Za-z_]{2,}")
ROW_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]*")
TOOL_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)?")
WORDS_OF_EXPRESSIONS = frozenset({"value", "this", *FUNCTIONS, *(word.lower() for word in kwlist)})
LIST_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
SPEC_NAME = re.compile(r"\w[\w\-]*")
SHEET_NAME_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]|^'|'$")
LIMIT_SHEET_NAME, LIMIT_CODE = 31, 60
OF_EXCEL = "history"  # a sheet name that Excel keeps for itself
RESERVED = frozenset(
    [OF_EXCEL, IDENTITY_SHEET, LAST_SHEET, *(name.casefold() for name in NAMES)]
)  # in English, folded
Coded = Sequence[tuple[Path, str]]


def check_names(spec: Spec) -> Found:
    """Give every code and name of a spec that cannot be one, or is not the only one."""
    if not SPEC_NAME.fullmatch(spec.name):
        yield (
            ("name",),
            f"'{spec.name}' cannot be the name of a spec.",
            "Use letters, digits, _ and -: it names files.",
        )
    yield from _sheet_names(spec)
    for index, tool in enumerate(spec.tools):
        yield from _tool_code(tool, ("tools", index))
        yield from _codes_on_sheet(tool, ("tools", index))
    yield from _spellings(spec)
    yield from _single_fields(spec)
    yield from _list_names(spec)


def doubled(paths: Coded, what: str, *, fold: bool = False) -> Found:
    """Say of every name that is not the first of its kind which one it repeats."""
    seen: dict[str, str] = {}
    for path, code in paths:
        key = code.casefold() if fold else code
        if seen.get(key) == code:
            yield path, f"The {what} '{code}' is used twice.", "Give each its own."
        elif key in seen:
            reason = (
                f"The {what} '{code}' differs from '{seen[key]}' in capitals only, which Excel does not see."
            )
            yield path, reason, "Give each its own."
        seen.setdefault(key, code)


# sheets


def _sheet_names(spec: Spec) -> Found:
    known = list(filter(is_language, spec.languages)) or [SOURCE_LANGUAGE]
    for language in known:
        yield from doubled(list(_named(spec, language)), f"sheet name ({language})", fold=True)
    own = _own_names(known)
    for index, tool in enumerate(spec.tools):
        for path, text in texts(tool.sheet, ("tools", index, "sheet")):
            for language, name in text.by_language.items():
                yield from _sheet_name((*path, language) if language else path, name, own)


def _named(spec: Spec, language: str) -> Iterator[tuple[Path, str]]:
    """Give the sheet names in a language, each with the place where it stands."""
    for index, tool in enumerate(spec.tools):
        name = tool.sheet.say(language)
        place = next(
            (tag for tag in tool.sheet.by_language if tag and tool.sheet.by_language[tag] == name), ""
        )
        path: Path = ("tools", index, "sheet")
        yield (*path, place) if place else path, name


def _own_names(languages: Iterable[str]) -> dict[str, str]:
    """Give what the program's own sheets are called in some languages and in English: folded name → English name."""
    spoken = dict.fromkeys([SOURCE_LANGUAGE, *languages])
    found = {translator(tag)(name).casefold(): name for tag in spoken for name in NAMES}
    return found | {IDENTITY_SHEET: IDENTITY_SHEET, OF_EXCEL: "History"}


def _sheet_name(path: Path, name: str, own: dict[str, str]) -> Found:
    if cell_length(name) > LIMIT_SHEET_NAME:
        count, most = cell_length(name), LIMIT_SHEET_NAME
        reason = (
            f"The sheet name has {count} characters, {count - most} more than the {most} that Excel allows."
        )
        yield path, reason, "Shorten it."
    if not name.strip():
        yield path, "The sheet name is empty.", "Give the sheet a name."
    elif SHEET_NAME_FORBIDDEN.search(name):
        reason = f"'{name}' cannot be a sheet name: Excel forbids [ ] : * ? / \\ in it, and ' at its ends."
        yield path, reason, "Write it without these."
    elif name.casefold() in own:
        whose = "Excel's own" if name.casefold() == OF_EXCEL else "the program's own"
        reason = f"'{name}' cannot be a sheet name: a sheet of {whose} is called so in one of the languages."
        yield path, reason, "Choose another name."


# codes


def _tool_code(tool: Tool, path: Path) -> Found:
    if not TOOL_CODE.fullmatch(tool.code):
        remedy = "Use letters and digits, for example PLAN or C1."
        yield (*path, "code"), f"'{tool.code}' cannot be a tool code.", remedy
    elif tool.code.upper() in KEYS:
        reason = f"'{tool.code}' cannot be a tool code: one of the program's own sheets has it."
        yield (*path, "code"), reason, "Choose another code."
    elif len(tool.code) > LIMIT_CODE:
        yield (*path, "code"), *_long_code(tool.code)


def _long_code(code: str) -> tuple[str, str]:
    return f"The code '{code[:20]}…' has {len(code)} characters; {LIMIT_CODE} are the most.", "Shorten it."


def _codes_on_sheet(tool: Tool, path: Path) -> Found:
    blocks = [
        (block, (*path, "blocks", number))
        for number, block in enumerate(tool.blocks)
        if isinstance(block, FieldBlock)
    ]
    fields = [
        ((*where, "fields", number, "code"), field.code)
        for block, where in blocks
        for number, field in enumerate(block.fields)
    ]
    yield from doubled(fields, "field code", fold=True)
    for place, code in fields:
        if not FIELD_CODE.fullmatch(code):
            yield (
                place,
                f"'{code}' cannot be a field code.",
                "Use letters and digits with an underscore, for example PLN_01.",
            )
        elif code.casefold() in WORDS_OF_EXPRESSIONS:
            yield place, f"'{code}' is a word of expressions.", "Take another code, for example PLN_01."
        elif len(code) > LIMIT_CODE:
            yield place, *_long_code(code)
    rows = [row for block, where in blocks for row in _rows(block, where)]
    yield from doubled(rows, "row code", fold=True)
    for place, code in rows:
        if not ROW_CODE.fullmatch(code):
            yield place, f"'{code}' cannot be a row code.", "Start with a letter, for example C1_01."
    registers = [((*where, "id"), block.id) for block, where in blocks if isinstance(block, RegisterBlock)]
    yield from doubled(registers, "beginning of row codes")
    for place, code in registers:
        if not ROW_CODE.fullmatch(code):
            yield place, f"'{code}' cannot start row codes.", "Start with a letter, for example R-."


def _rows(block: FieldBlock, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(block, ChecklistBlock | CatalogueBlock) and isinstance(block.items, tuple):
        yield from (((*path, "items", i, "code"), item.code) for i, item in enumerate(block.items))


def _spellings(spec: Spec) -> Found:
    """Give a code that stands on several sheets is written alike on all of them."""
    fields = [
        ((*where, "fields", number, "code"), field.code)
        for t, tool in enumerate(spec.tools)
        for b, block in enumerate(tool.blocks)
        if isinstance(block, FieldBlock)
        for where in [("tools", t, "blocks", b)]
        for number, field in enumerate(block.fields)
    ]
    tools = [(("tools", t, "code"), tool.code) for t, tool in enumerate(spec.tools)]
    for what, places in (("tool code", tools), ("field code", fields)):
        seen: dict[str, str] = {}
        for path, code in places:
            first = seen.setdefault(code.casefold(), code)
            if first != code:
                yield path, f"The {what} '{code}' is also written '{first}'.", "Write it alike everywhere."


def _single_fields(spec: Spec) -> Found:
    """Give questions that are asked once are known by their code everywhere: no two may share one."""
    seen: dict[str, str] = {}
    for t, tool in enumerate(spec.tools):
        for b, block in enumerate(tool.blocks):
            if not isinstance(block, FormBlock) or block.records > 1:
                continue
            for f, field in enumerate(block.fields):
                first = seen.setdefault(field.code, tool.code)
                if first != tool.code:
                    reason = f"The field code '{field.code}' is used by a form of '{first}' as well."
                    yield ("tools", t, "blocks", b, "fields", f, "code"), reason, "Give each its own."


def _list_names(spec: Spec) -> Found:
    names: list[tuple[Path, str]] = [(("vocabularies", name), name) for name in spec.vocabularies]
    yield from doubled(names, "name of a list", fold=True)
    for path, name in names:
        if not LIST_NAME.fullmatch(name) or len(name) > LIMIT_CODE:
            remedy = f"Begin with a letter; use letters, digits and _ only, {LIMIT_CODE} at most: COUNTRY."
            yield path, f"'{name}' cannot be the name of a list.", remedy
