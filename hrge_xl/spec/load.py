"""From a spec folder to a `Spec`: all files, all mistakes at once, each with file, line and column."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import process

from ..errors import Mistake, SpecError, UsageError
from . import figures, model
from .base import Model
from .carried import digest_of, pack
from .check import check
from .csv_lists import take_in_lists
from .nodes import compose, file_beside, get, mapping, mistake_at, plain, sequence
from .texts import Text

SPEC_HOMES = (
    Path(__file__).parent.parent / "workbook_specs",  # installed: inside the package
    Path(__file__).parent.parent.parent / "workbook_specs",  # a checkout: beside it
)
HEAD_FILE = "workbook.yaml"
SEPARATORS = {"/", os.sep}
OPTIONS = sorted(
    {
        name
        for part in (*vars(model).values(), *vars(figures).values())
        if isinstance(part, type) and issubclass(part, Model)
        for name in part.model_fields
    }
)


def names() -> list[str]:
    """Names of the specs that come with the program."""
    homes = [home for home in SPEC_HOMES if home.is_dir()]
    return sorted({file.parent.name for home in homes for file in home.glob(f"*/{HEAD_FILE}")})


def is_path(spec: str | Path) -> bool:
    """Whether a folder is meant, and not the name of a spec: a path has a separator."""
    return (
        isinstance(spec, Path) or spec in (os.curdir, os.pardir) or any(mark in spec for mark in SEPARATORS)
    )


def find(spec: str | Path) -> Path:
    """The folder of a spec given by name or by path. Raises `UsageError` with the known names.

    A name is never a folder that happens to lie in the current one: anybody may have put it there.
    """
    homes = [Path(spec).absolute()] if is_path(spec) else [home / spec for home in SPEC_HOMES]
    found = next((folder for folder in homes if (folder / HEAD_FILE).is_file()), None)
    if found is None:
        raise UsageError(
            f"No spec '{spec}': it is neither a folder with a {HEAD_FILE} nor one of {', '.join(names())}."
            + (f" {hint}" if (hint := hint_at(spec)) else "")
        )
    return found


def typed(folder: str | Path) -> str:
    """A folder as it has to be typed so that it is not taken for a name."""
    text = str(folder)
    return text if is_path(text) else f"{os.curdir}{os.sep}{text}"


def hint_at(spec: str | Path) -> str:
    """What to write where a bare name is also that of a folder here; empty where it is not."""
    if is_path(spec) or not (Path(spec) / HEAD_FILE).is_file():
        return ""
    return f"For the folder {spec} that lies here, write {typed(spec)}."


def load(spec: str | Path) -> model.Spec:
    """Load a spec by name or folder. Raises `SpecError` with every mistake in it."""
    folder = find(spec)
    return _load(folder, digest_of(pack(folder)))


@lru_cache(maxsize=16)
def _load(folder: Path, digest: str) -> model.Spec:
    """The spec in a folder whose files have this digest: the same files are taken apart once."""
    mistakes: list[Mistake] = []
    root = _assemble(folder, mistakes)
    if mistakes or root is None:
        raise SpecError(mistakes)
    try:
        data = plain(root)
        loaded = model.Spec.model_validate(data | {"digest": digest, "folder": str(folder)})
    except ValidationError as error:
        raise SpecError([_mistake(root, detail) for detail in error.errors()]) from error
    found = [mistake_at(root, path, reason, remedy) for path, reason, remedy in check(loaded)]
    if found:
        raise SpecError(found)
    return loaded


def _assemble(folder: Path, mistakes: list[Mistake]) -> yaml.Node | None:
    """One tree out of all files: tools in sheet order, column sets taken in, one rule for each tool."""
    head = compose(folder / HEAD_FILE, HEAD_FILE, mistakes)
    parts = {
        name: compose(folder / f"{name}.yaml", f"{name}.yaml", mistakes)
        for name in ("vocabularies", "columns", "matrix", "rules", "figures")
        if (folder / f"{name}.yaml").is_file()
    }
    if not isinstance(head, yaml.MappingNode):
        return None
    first = get(get(head, "languages"), 0)
    take_in_lists(folder, parts.get("vocabularies"), str(first.value) if first else "", mistakes)
    tools = _tools(folder, head, mistakes)
    columns = parts.pop("columns", None)
    for tool in tools:
        for block in getattr(get(tool, "blocks"), "value", []):
            _take_in_columns(block, columns, mistakes)
            _take_in_file(folder, block, mistakes)
    rules = parts.get("rules")
    if isinstance(rules, yaml.SequenceNode):
        parts |= _rules(rules, mistakes)
    entries = [(key.value, value) for key, value in head.value if key.value != "sheets"]
    entries += [(name, node) for name, node in parts.items() if node is not None]
    return mapping([*entries, ("tools", sequence(tools))], like=head)


def _tools(folder: Path, head: yaml.Node, mistakes: list[Mistake]) -> list[yaml.Node]:
    """The tool files in the order of `sheets`; each named once, each file named."""
    by_code: dict[str, yaml.Node] = {}
    for file in sorted((folder / "tools").glob("[!.]*.yaml")):
        node = compose(file, f"tools/{file.name}", mistakes)
        code = get(node, "code")
        if node is not None and code is None:
            mistakes.append(
                mistake_at(node, (), "The tool has no `code`.", "Add one, for example `code: PLAN`.")
            )
        elif node is not None and code is not None:
            if code.value in by_code:
                mistakes.append(
                    mistake_at(node, ("code",), f"The tool '{code.value}' is described twice.", "Keep one.")
                )
            by_code[code.value] = node
    sheets = get(head, "sheets")
    if not isinstance(sheets, yaml.SequenceNode):
        mistakes.append(
            mistake_at(head, (), "`sheets` is missing.", "List the codes of the tools in sheet order.")
        )
        return []
    return _in_order(sheets, by_code, mistakes)


def _in_order(
    sheets: yaml.SequenceNode, by_code: dict[str, yaml.Node], mistakes: list[Mistake]
) -> list[yaml.Node]:
    ordered = []
    left = dict(by_code)
    for entry in sheets.value:
        if entry.value in left:
            ordered.append(left.pop(entry.value))
        else:
            doubled = entry.value in by_code
            reason = f"The sheet '{entry.value}' is " + (
                "listed twice." if doubled else "described in no file of tools/."
            )
            mistakes.append(mistake_at(entry, (), reason, _similar(str(entry.value), list(by_code))))
    for code, node in left.items():
        mistakes.append(
            mistake_at(
                node,
                ("code",),
                f"The tool '{code}' is not among the sheets.",
                "Add it to `sheets` in workbook.yaml.",
            )
        )
    return ordered


def _take_in_columns(block: yaml.Node, columns: yaml.Node | None, mistakes: list[Mistake]) -> None:
    """Replace each `- use: NAME` among the fields by the fields of that set."""
    fields = get(block, "fields")
    if not isinstance(fields, yaml.SequenceNode):
        return
    taken: list[yaml.Node] = []
    for entry in fields.value:
        use = get(entry, "use")
        found = get(columns, use.value) if use is not None else None
        if use is None:
            taken.append(entry)
        elif isinstance(found, yaml.SequenceNode):
            taken.extend(found.value)
        else:
            known = [key.value for key, _ in columns.value] if isinstance(columns, yaml.MappingNode) else []
            mistakes.append(
                mistake_at(use, (), f"There is no column set '{use.value}'.", _similar(use.value, known))
            )
    fields.value[:] = taken


def _take_in_file(folder: Path, block: yaml.Node, mistakes: list[Mistake]) -> None:
    """Replace `items: {file: NAME}` by the items of that file."""
    name = get(get(block, "items"), "file")
    if name is None:
        return
    file = file_beside(folder, name, ".yaml", mistakes)
    if file is None:
        return
    items = compose(file, str(name.value), mistakes)
    if items is not None and isinstance(block, yaml.MappingNode):
        block.value[:] = [(key, items if key.value == "items" else value) for key, value in block.value]


def _rules(entries: yaml.Node, mistakes: list[Mistake]) -> dict[str, yaml.Node]:
    """The rules, one for each tool that an entry names, and apart from them what needs no rule."""
    rules: list[yaml.Node] = []
    covered: list[yaml.Node] = []
    for entry in entries.value:
        tools = get(entry, "tools")
        if get(entry, "covered_by") is not None:
            covered.append(entry)
        elif tools is None:
            rules.append(entry)
        elif not isinstance(tools, yaml.SequenceNode) or not tools.value or get(entry, "tool") is not None:
            mistakes.append(
                mistake_at(
                    entry,
                    ("tools",),
                    "`tools` must be a list of tools, and stand in place of `tool`.",
                    "Write `tool: A` for one tool, `tools: [A, B]` for several.",
                )
            )
        else:
            others = [(key.value, value) for key, value in entry.value if key.value != "tools"]
            rules += [mapping([*others, ("tool", tool)], like=entry) for tool in tools.value]
    return {"rules": sequence(rules), "covered": sequence(covered)}


def _similar(wrong: str, known: Sequence[str]) -> str:
    if not known:
        return ""
    close = process.extractOne(wrong, known, score_cutoff=70)
    return f"Did you mean '{close[0]}'?" if close else f"Known are: {', '.join(sorted(known)[:40])}."


def _mistake(root: yaml.Node, detail: ErrorDetails) -> Mistake:
    """A pydantic error in the words of a spec author, at its place."""
    path = [step for step in detail["loc"] if step != "function-after[_from_yaml()"]
    last = str(path[-1]) if path else ""
    if detail["type"] == "missing":
        return mistake_at(root, path[:-1], f"`{last}` is missing.", "Add it.")
    if detail["type"] == "extra_forbidden":
        return mistake_at(root, path, f"`{last}` is not an option here.", _similar(last, OPTIONS))
    if detail["type"] in {"enum", "literal_error", "union_tag_invalid"}:
        context = detail.get("ctx", {})
        expected = context.get("expected") or context.get("expected_tags")
        where = [*path, "kind"] if detail["type"] == "union_tag_invalid" else path
        value = context.get("tag", detail["input"])
        return mistake_at(root, where, f"'{value}' is not known here.", f"Use one of {expected}.")
    if detail["type"] == "union_tag_not_found":
        return mistake_at(root, path, "`kind` is missing.", "Say what kind of block this is.")
    return mistake_at(root, path, f"{detail['msg'].rstrip('.')}.", f"Found: {_short(detail['input'])}.")


def _short(value: object) -> str:
    text = str(value.by_language if isinstance(value, Text) else value)
    return text if len(text) <= 60 else text[:57] + "..."
