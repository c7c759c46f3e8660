"""Reads a Frictionless Table Schema or data package as the form that says the same: each table is a repeat."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any, TypeVar

from ..core.errors import UsageError
from .expressions import COUNTERPARTS
from .neutral import DraftSpec, SourcePart, in_one_line
from .source_form import FormRow, SourceForm

KEPT = ("name", "title", "description")
OF_FIELD = (*KEPT, "type", "example", "constraints", "categories", "arrayItem", "format")
FORMATS = ("email", "default", "")  # that a spec knows
Json = dict[str, Any]
Kind = TypeVar("Kind", Json, list[Any], str)


def read_schema(content: bytes, stem: str) -> SourceForm:
    """Return the form of a Table Schema, of a resource with one, or of a data package. Raises `UsageError`."""
    remedy = "Import a Table Schema (with `fields`) or a datapackage.json (with `resources`)."
    try:
        package = json.loads(content.decode("utf-8-sig"), parse_int=_whole_number)
    except RecursionError as error:
        raise UsageError(f"it is not JSON, or what it says nests too deep. {remedy}") from error
    except ValueError as error:
        raise UsageError(f"it is not JSON: {error}. {remedy}") from error
    if _of(package, "fields", list):
        package = {
            "name": stem,
            "resources": [{"name": _words(package, "name") or stem, "schema": package}],
        }
    elif _of(package, "schema", dict):
        package = {"name": stem, "resources": [package]}
    resources = _of(package, "resources", list)
    if not resources:
        raise UsageError(f"it has neither `fields` nor `resources`. {remedy}")
    form = SourceForm(DraftSpec(_words(package, "title", "name") or stem))
    _properties(form, "", package, ["resources"])
    for number, resource in enumerate(resources, 1):
        form.survey += _table(
            form, _words(resource, "name") or f"table_{number}", _object(resource)
        )
    return form


def _table(form: SourceForm, name: str, resource: Json) -> Iterator[FormRow]:
    """Yield the rows that a table is in a form."""
    schema = _of(resource, "schema", dict)
    fields = _of(schema, "fields", list)
    _properties(form, name, resource, ["schema"] if schema else [])
    _properties(form, f"{name}/schema", schema, ["fields"])
    title, purpose = (
        _words(resource, key) or _words(schema, key) for key in ("title", "description")
    )
    whole = form.draft.part("table", name, title or name)
    if not fields:
        whole.leave_out("its schema is not in this file, or has no fields")
        return
    yield _row(whole, type="begin repeat", name=name, label=title, purpose=purpose)
    for number, field in enumerate(map(_object, fields), 1):
        field_name = _words(field, "name")
        yield _question(
            form,
            f"{name}/{number}",
            field,
            unique=schema.get("primaryKey") in (field_name, [field_name]),
        )
    yield _row(whole, type="end repeat")


def _question(form: SourceForm, place: str, field: Json, *, unique: bool) -> FormRow:
    """Return the row that a column is in a form."""
    name = _words(field, "name")
    type = _words(field, "type") or "string"
    constraints = _of(field, "constraints", dict)
    format = _words(field, "format")
    part = form.draft.part("column", place, f"{name} · {type}")
    item_constraints = _of(_of(field, "arrayItem", dict), "constraints", dict)
    lists = (_of(field, "categories", list), _of(constraints, "enum", list))
    entries = next(filter(None, lists), _of(item_constraints, "enum", list))
    select = "select_one"
    if type in ("array", "list"):
        select = "select_multiple"
        entries = _each_once(entries)
    listed = place.replace(" ", "_")
    for number, entry in enumerate(entries, 1):
        value = _shown(_object(entry).get("value", entry))
        texts = {"list_name": listed, "name": value, "label": _words(entry, "label") or value}
        form.add_choice(texts, form.draft.part("choice", f"{place}/{number}", value))
    example = field.get("example")
    checks = {"constraint::email": "is-email(.)"} if format == "email" else {}
    checks |= {"constraint::key": "unique(.)", "required": "yes"} if unique else {}
    for key, value in constraints.items():
        if key == "required":
            checks["required"] = "yes" if value is True else "no"
        elif key in COUNTERPARTS["constraints"] and value is not False:
            quoted = value if isinstance(value, int | float) else _quoted(str(value))
            check = COUNTERPARTS["constraints"][key].format(quoted)
            if select == "select_multiple":
                check = check.replace("string-length", "count-selected")
            checks[f"constraint::{key}"] = check
        elif key != "enum" or not entries:
            constraint_part = form.draft.part("constraint", f"{place} {key}", _shown(value))
            constraint_part.keep() if value is False else constraint_part.leave_out(
                "a spec cannot check this"
            )
    _properties(form, place, field, OF_FIELD if format in FORMATS else OF_FIELD[:-1])
    return _row(
        part,
        type=f"{select} {listed}" if entries else type,
        name=name,
        label=_words(field, "title"),
        hint=_words(field, "description"),
        example=str(example) if isinstance(example, str | int | float) else "",
        **checks,
    )


def _each_once(entries: list[Any]) -> list[Any]:
    """Return the entries that lists of them are made of."""
    by_text: dict[str, Any] = {}
    for entry in entries:
        for part in entry if isinstance(entry, list) else [entry]:
            by_text.setdefault(_shown(part), part)
    return [*by_text.values()]


def _properties(form: SourceForm, place: str, of: Json, apart: Collection[str]) -> None:
    """Register what is said of a whole; what is looked at by itself is not."""
    for key, value in of.items():
        if key not in apart:
            part = form.draft.part("property", f"{place}/{key}".lstrip("/"), _shown(value))
            if key in KEPT or value == [""] or (key == "primaryKey" and isinstance(value, str)):
                part.keep()


def _row(part: SourcePart, **texts: str) -> FormRow:
    return FormRow({heading: text for heading, text in texts.items() if text}, part)


# what a file says, of whatever kind it ought to be

MOST_DIGITS = 4_000  # of a whole number, which Python reads in no time


def _whole_number(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise UsageError(
            f"a number in it has {len(digits):,} digits: {digits[:12]}…. Write one that a cell can hold."
        )
    return int(digits)


def _of(whole: object, key: str, kind: type[Kind]) -> Kind:
    value = _object(whole).get(key)
    return value if isinstance(value, kind) else kind()


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _words(whole: object, *keys: str) -> str:
    return next(filter(None, (in_one_line(_of(whole, key, str)) for key in keys)), "")


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"
