"""White space between the cells of an .ods, as gnumeric writes it: the reader of that format refuses it."""

from __future__ import annotations

import re

from .zip_package import ZipPackage, packed

_CONTENT = "content.xml"
# White space before these elements stands between cells, rows and tables, or around the paragraphs of a cell: it is
# no text. Within a paragraph, before a span for example, it may be.
_BETWEEN = re.compile(rb">[ \t\r\n]++(?=</?+(?:table:|office:|text:p[ />]))")


def without_layout(data: bytes, package: ZipPackage) -> bytes:
    """Give the same workbook without white space between its cells; `data` itself where there is none."""
    contents = {name: package.read(name) for name in package.names}
    content = contents.get(_CONTENT, b"")
    bare = _BETWEEN.sub(b">", content)
    return data if bare == content else packed(contents | {_CONTENT: bare})
