"""The rows of a block from a data file of the spec: its list, or a named part of it whose keys are its own."""

from __future__ import annotations

import yaml

from .nodes import get, mapping, sequence


def items_in(file: yaml.Node, wanted: yaml.Node | None) -> yaml.SequenceNode | None:
    """Give the items that `items: {file: …}` means in a file; None where the file has no such list."""
    part = get(wanted, "part")
    found = file if part is None else get(file, str(part.value))
    if not isinstance(found, yaml.SequenceNode):
        return None
    label, values = get(wanted, "label"), get(wanted, "values")
    if label is None and values is None:
        return found
    named = "label" if label is None else str(label.value)
    columns = values.value if isinstance(values, yaml.MappingNode) else []
    fields = [(str(field.value), str(key.value)) for field, key in columns]
    return sequence([_item(entry, named, fields) for entry in found.value])


def _item(entry: yaml.Node, label: str, fields: list[tuple[str, str]]) -> yaml.Node:
    """Give an entry as an item: what its keys are called is up to the file."""
    filled = [(field, value) for field, key in fields if (value := get(entry, key)) is not None]
    pairs = [("code", get(entry, "code")), ("label", get(entry, label)), ("section", get(entry, "section"))]
    known = [(name, value) for name, value in pairs if value is not None]
    return mapping([*known, ("values", mapping(filled, entry))], entry)
