"""A spec to read: every sheet, question, list and rule, as text or as one HTML page."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from ..fields import Field, When
from ..spec.model import (
    CatalogueBlock,
    ChecklistBlock,
    ItemsFrom,
    RegisterBlock,
    Rule,
    Spec,
    Tool,
)


def html(spec: Spec, language: str = "") -> str:
    """Give the spec as one self-contained page."""
    return _rendered("spec.html.j2", spec, language)


def text(spec: Spec, language: str = "") -> str:
    """Give the spec as text for a terminal."""
    return _rendered("spec.txt.j2", spec, language)


def _rendered(template: str, spec: Spec, language: str) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=template.endswith(".html.j2"),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    say = language or spec.languages[0]
    tags = {mark: text.say(say) for mark, text in spec.tags.items()}
    return environment.get_template(template).render(
        spec=spec, language=say, tags=tags, required=required, choices=choices, items=items, rules=rules_of,
        prefilled=prefilled,
    )  # fmt: skip


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
        only = "".join(f", only {name} {code}" for name, code in field.only.items())
        return f" to {', '.join(field.to)}{only}"
    return f" {field.formula}" if field.formula else ""


def rules_of(spec: Spec, tool: Tool) -> list[Rule]:
    """Give the rules that point to a sheet."""
    return [rule for rule in spec.rules if rule.tool == tool.code]
