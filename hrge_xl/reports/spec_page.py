"""A spec to read: every sheet, question, list and rule, as text or as one HTML page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from ..fields import Field, When
from ..spec.model import (
    CatalogueBlock,
    ChecklistBlock,
    FieldBlock,
    ItemsFrom,
    RegisterBlock,
    Rule,
    Spec,
    Tool,
)


def html(spec: Spec, language: str = "") -> str:
    """Give the spec as one self-contained page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("spec.html.j2")
    say = language or spec.languages[0]
    tags = {mark: text.say(say) for mark, text in spec.tags.items()}
    return page.render(
        spec=spec, language=say, tags=tags, required=required, choices=choices, items=items, rules=rules_of,
        prefilled=prefilled,
    )  # fmt: skip


def text(spec: Spec, language: str = "") -> str:
    """Give the spec as text for a terminal."""
    say = language or spec.languages[0]
    lines = [f"{spec.title.say(say)} ({spec.name} {spec.version})", spec.note.say(say), ""]
    for tool in spec.tools:
        lines += _tool(spec, tool, say)
    lines += ["LISTS", ""]
    for name, vocabulary in spec.vocabularies.items():
        entries = "; ".join(item.as_step(say) for item in vocabulary.items)
        lines.append(f"  {name}: {entries}")
    return "\n".join(lines) + "\n"


def _tool(spec: Spec, tool: Tool, say: str) -> Iterator[str]:
    tag = f" [{spec.tags[tool.tag].say(say)}]" if tool.tag in spec.tags else ""
    yield f"{tool.code}  {tool.title.say(say)}{tag}"
    if tool.purpose:
        yield f"  {tool.purpose.say(say)}"
    for block in tool.blocks:
        yield f"  {block.kind}" + (f": {block.title.say(say)}" if block.title else "")
        for code, label in items(spec, block, say):
            yield f"    {code}  {label}"
        for field in block.fields if isinstance(block, FieldBlock) else ():
            about = f"{field.type}{choices(field)}; {required(field)}{prefilled(field)}"
            yield f"    {field.code}  {field.asks(say)}  ({about})"
            if field.note:
                yield f"      note: {field.note.say(say)}"
    for rule in rules_of(spec, tool):
        yield f"  rule {rule.code} ({rule.severity}): {rule.message.say(say)}"
    yield ""


def items(spec: Spec, block: object, say: str) -> list[tuple[str, str]]:
    """Give the fixed rows of a block as (code, label)."""
    if not isinstance(block, ChecklistBlock | CatalogueBlock):
        return [(f"{block.id}01 …", f"{block.rows} rows")] if isinstance(block, RegisterBlock) else []
    if not isinstance(block.items, ItemsFrom):
        return [(item.code, item.label.say(say)) for item in block.items]
    if block.items.vocabulary:
        return [(item.code, item.label.say(say)) for item in spec.vocabularies[block.items.vocabulary].items]
    return [("…", "one row for each sheet")]


def required(field: Field) -> str:
    """Say when the answer is required, in words."""
    if isinstance(field.required, When):
        return f"required when {field.required.when}"
    return {"always": "required", "ticked": "required when the sheet is used", "optional": "optional"}[
        field.required
    ]


def prefilled(field: Field) -> str:
    """Say what the cell is issued with."""
    return f"; prefilled with {', '.join(field.default)}" if field.default else ""


def choices(field: Field) -> str:
    """Say what the answer is chosen from, or calculated by."""
    if field.vocabulary:
        return f" {field.vocabulary}"
    if field.to:
        return f" to {', '.join(field.to)}{only(field)}"
    return f" {field.formula}" if field.formula else ""


def only(field: Field) -> str:
    """Say which rows a reference is limited to."""
    return "".join(f", only {name} {code}" for name, code in field.only.items())


def rules_of(spec: Spec, tool: Tool) -> list[Rule]:
    """Give the rules that point to a sheet."""
    return [rule for rule in spec.rules if rule.tool == tool.code]
