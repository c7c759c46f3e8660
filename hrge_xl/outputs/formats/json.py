"""The validation report as JSON: the document itself, which the others are made from."""

from __future__ import annotations

import json
import re

from ..document import Document

SUFFIX = "json"
_ESCAPED = re.compile("[\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def render(document: Document) -> str:
    """Return the document as JSON text: keys in their order, nothing lost, a newline at the end.

    Lone surrogates, which UTF-8 cannot hold, and marks that turn letters are written as `\\uXXXX`: reading gives them
    back.
    """
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"
