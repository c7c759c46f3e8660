"""The document properties that carry the second copy of the stamp."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ..errors import LimitError
from ..stamp import FIELDS, PROPERTY_PREFIX
from .texts import escaped

CUSTOM, CORE = "docProps/custom.xml", "docProps/core.xml"
DRAWN_ON = datetime(2000, 1, 1)
VALUE_LIMIT = 255
HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"'
    ' xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
)
FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # of custom properties, in every document
FIRST_NUMBER = 2


def custom(facts: Mapping[str, str]) -> bytes:
    """Give every field of the stamp that has a value. Raises `LimitError` for one that is too long."""
    given = [(name, facts[name]) for name in FIELDS if facts[name]]
    return (
        HEAD + "".join(_property(*each) for each in enumerate(given, FIRST_NUMBER)) + "</Properties>"
    ).encode()


def _property(number: int, pair: tuple[str, str]) -> str:
    name, value = pair
    if len(value) > VALUE_LIMIT:
        raise LimitError(f"{name}: {len(value)} characters; Excel takes {VALUE_LIMIT}. Shorten it.")
    attributes = f'fmtid="{FORMAT}" pid="{number}" name="{PROPERTY_PREFIX}{name}"'
    return f"<property {attributes}><vt:lpwstr>{escaped(value)}</vt:lpwstr></property>"


def core(drawn: bytes, facts: Mapping[str, str]) -> bytes:
    """Give the usual properties with day of issue and language, in place of what they were drawn with."""
    day = datetime.fromisoformat(facts["issued"]) if facts["issued"] else DRAWN_ON
    language = f"<dc:language>{escaped(facts['language'])}</dc:language></cp:coreProperties>".encode()
    return drawn.replace(_written(DRAWN_ON), _written(day)).replace(b"</cp:coreProperties>", language)


def _written(day: datetime) -> bytes:
    return day.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
