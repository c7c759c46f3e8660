"""Reads a Frictionless Table Schema or data package as the form that says the same: each table is a repeat."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..core.errors import UsageError
from ..language.functions.words import NotAPattern, compiled_pattern
from .form import FormRow, SourceForm
from .neutral import DraftSpec, SourcePart, in_one_line

CHECKS = {  # what a constraint is in a form; a day is a text there
    "minLength": "string-length(.) >= {}", "maxLength": "string-length(.) <= {}", "minimum": ". >= {}",
    "maximum": ". <= {}", "exclusiveMinimum": ". > {}", "exclusiveMaximum": ". < {}", "pattern": "regex(., {})",
}  # fmt: skip
KEPT = ("name", "title", "description")
OF_FIELD = {*KEPT, "type", "example", "constraints", "categories", "format"}


def read_schema(data: bytes, stem: str) -> SourceForm:
    """Give the form of a Table Schema, of a resource with one, or of a data package. Raises `UsageError`."""
    remedy = "Import a Table Schema (with `fields`) or a datapackage.json (with `resources`)."
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"It is not JSON: {error}. {remedy}") from error
    if _list(_dict(found), "fields"):
        found = {"name": stem, "resources": [{"name": _text(found, "name") or stem, "schema": found}]}
    elif _dict(_dict(found).get("schema")):
        found = {"name": stem, "resources": [found]}
    resources = _list(_dict(found), "resources")
    if not resources:
        raise UsageError(f"It has neither `fields` nor `resources`. {remedy}")
    form = SourceForm(DraftSpec(_text(found, "title") or _text(found, "name") or stem))
    _properties(form, "", found, {"resources"})
    for number, resource in enumerate(resources, 1):
        form.survey += _table(form, _text(resource, "name") or f"table_{number}", _dict(resource))
    return form


def _table(form: SourceForm, name: str, resource: Mapping[str, Any]) -> Iterator[FormRow]:
    """Give the rows that a table is in a form."""
    schema = _dict(resource.get("schema"))
    _properties(form, name, resource, {"schema"} if schema else set())
    _properties(form, f"{name}/schema", schema, {"fields"})
    title = _text(resource, "title") or _text(schema, "title")
    said = {
        "name": name,
        "label": title,
        "purpose": _text(resource, "description") or _text(schema, "description"),
    }
    whole = form.draft.part("table", name, title or name)
    if not _list(schema, "fields"):
        whole.leave_out("its schema is not in this file, or has no fields")
        return
    yield FormRow({"type": "begin repeat"} | {key: text for key, text in said.items() if text}, whole)
    key = schema.get("primaryKey")
    for number, field in enumerate(map(_dict, _list(schema, "fields")), 1):
        yield _question(
            form, f"{name}/{number}", field, unique=key in (_text(field, "name"), [_text(field, "name")])
        )
    yield FormRow({"type": "end repeat"}, whole)


def _question(form: SourceForm, place: str, field: dict[str, Any], *, unique: bool) -> FormRow:
    """Give the row that a column is in a form."""
    name, type, constraints = (
        _text(field, "name"),
        _text(field, "type") or "string",
        _dict(field.get("constraints")),
    )
    part = form.draft.part("column", place, f"{name} · {type}")
    said = {"type": type, "name": name, "label": _text(field, "title"), "hint": _text(field, "description")}
    entries = _list(field, "categories") or _list(constraints, "enum")
    if entries:
        said["type"] = f"select_one {place.replace(' ', '_')}"
    for number, entry in enumerate(entries, 1):
        value = _shown(_dict(entry).get("value", entry))
        row = {
            "list_name": place.replace(" ", "_"),
            "name": value,
            "label": _text(_dict(entry), "label") or value,
        }
        form.choices.append(FormRow(row, form.draft.part("choice", f"{place}/{number}", value)))
    if isinstance(field.get("example"), str | int | float):
        said["example"] = str(field["example"])
    said |= {"constraint::email": "is-email(.)"} if _text(field, "format") == "email" else {}
    said |= {"constraint::key": "unique(.)", "required": "yes"} if unique else {}
    for key, value in constraints.items():
        if key in CHECKS and (key != "pattern" or _is_pattern(value)):
            said[f"constraint::{key}"] = CHECKS[key].format(
                value if isinstance(value, int | float) else _quoted(str(value))
            )
        elif key == "required":
            said["required"] = "yes" if value is True else "no"
        elif (key, value) == ("unique", True):
            said["constraint::unique"] = "unique(.)"
        elif key != "enum" or not entries:
            part_of = form.draft.part("constraint", f"{place} {key}", _shown(value))
            part_of.keep() if value is False else part_of.leave_out("a spec cannot check this")
    _properties(form, place, {key: field[key] for key in field.keys() - OF_FIELD}, set())
    return FormRow({key: text for key, text in said.items() if text}, part)


def _properties(form: SourceForm, place: str, of: Mapping[str, Any], apart: Iterable[str]) -> None:
    """Register what is said of a whole; what is looked at by itself is not."""
    for key, value in of.items():
        if key not in apart:
            part: SourcePart = form.draft.part("property", f"{place}/{key}".lstrip("/"), _shown(value))
            if (
                key in KEPT
                or (key, value) == ("missingValues", [""])
                or (key == "primaryKey" and isinstance(value, str))
            ):
                part.keep()


def _is_pattern(value: object) -> bool:
    try:
        compiled_pattern(str(value))
    except NotAPattern:
        return False
    return True


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(part: Mapping[str, Any], key: str) -> list[Any]:
    value = part.get(key)
    return value if isinstance(value, list) else []


def _text(part: Mapping[str, Any], key: str) -> str:
    value = part.get(key)
    return in_one_line(value) if isinstance(value, str) else ""


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
