"""The validation report as JSON: the document itself, which the others are made from."""

from __future__ import annotations

import json
import re

from ..document import Document

SUFFIX = "json"
_SURROGATE = re.compile("[\ud800-\udfff]")


def render(document: Document) -> str:
    """Give the document as JSON text: keys in their order, nothing lost, a newline at the end.

    Lone surrogates, which UTF-8 cannot hold, are written as `\\uXXXX`, so that reading gives them back.
    """
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"
