"""What python-calamine does not make of the content of an .ods: line breaks, and white space between cells."""

from __future__ import annotations

import re

from .zip_package import ZipPackage, packed

_CONTENT = "content.xml"
# White space before these elements stands between cells, rows and tables, or around the paragraphs of a cell, as
# gnumeric writes it: it is no text, and calamine refuses it. Within a paragraph, before a span for example, it may be.
_BETWEEN = re.compile(rb">[ \t\r\n]++(?=</?+(?:table:|office:|text:p[ />]))")
# What calamine leaves out of a text: a break or a tab within a paragraph, with what it stands for.
_BREAK = re.compile(rb"<text:(line-break|tab)\b[^<>]*+(?:(?<=/)>|></text:\1>)")
_SIGNS = {b"line-break": b"&#10;", b"tab": b"&#9;"}


def as_calamine_reads(data: bytes, package: ZipPackage) -> bytes:
    """Give the same workbook with signs for breaks, and nothing between its cells; `data` itself where it is so."""
    contents = {name: package.read(name) for name in package.names}
    content = contents.get(_CONTENT, b"")
    bare = _BREAK.sub(lambda found: _SIGNS[found[1]], _BETWEEN.sub(b">", content))
    return data if bare == content else packed(contents | {_CONTENT: bare})
