"""Reports: one module per format, all made from the same document."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from .document import Document


class Format(NamedTuple):
    """A report format: the module that renders it, and how its files end."""

    module: str
    suffix: str


FORMATS = {
    "html": Format("html", "html"),
    "xlsx": Format("xlsx", "xlsx"),
    "json": Format("json_text", "json"),
    "sarif": Format("sarif", "sarif"),
    "junit": Format("junit", "xml"),
}


def report(document: Document, name: str) -> bytes:
    """The report in one of `FORMATS`, as the bytes of a file."""
    render: Callable[[Document], str | bytes] = import_module(f".{FORMATS[name].module}", __name__).render
    data = render(document)
    return data if isinstance(data, bytes) else data.encode("utf-8")
