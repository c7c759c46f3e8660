"""XML of unknown origin through expat: no DTD, no entities, limited depth, attributes and elements.

Names arrive short whatever prefix or dialect the file uses: expat writes a name as "namespace local", and
its intern table, filled beforehand, hands our short name ("x|row") to the handlers instead. Names that
nobody asked for stay long and fall through every comparison.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Generic, NamedTuple, NoReturn, TypeVar
from xml.etree import ElementTree
from xml.parsers import expat
from xml.sax.saxutils import unescape

from ..findings import Kind
from ..findings.file import (
    BAD_ENCODING,
    FORBIDDEN_DECLARATION,
    MALFORMED_PART,
    NESTED_TOO_DEEPLY,
    TOO_MANY_ATTRIBUTES,
    TOO_MANY_ELEMENTS,
)
from .limits import ReadLimits
from .raw import Unreadable
from .zip_package import shown

Attributes = dict[str, str]
OnStart = Mapping[str, Callable[[Attributes], None]]
OnEnd = Mapping[str, Callable[[ElementTree.Element], None]]

# our short prefixes, each with the namespaces that it stands for, and the local names that somebody asks for
_PREFIXES = json.loads(Path(__file__).with_name("xml_names.json").read_text(encoding="ascii"))
MAIN: str = _PREFIXES["x"]["namespaces"][0]
_SHORT_NAMES = {
    f"{uri} {local}": f"{prefix}|{local}"
    for prefix, known in _PREFIXES.items()
    for uri in known["namespaces"]
    for local in known["names"].split()
}
_ENCODINGS = frozenset({"utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii"})


class XmlGuard:
    """What every part is held to; `part` names it in the findings."""

    def __init__(self, part: str, limits: ReadLimits) -> None:
        self.part = part
        self.limits = limits
        self.parser: expat.XMLParserType | None = None  # that reads the part now

    def refuse(self, kind: Kind, **detail: str) -> NoReturn:
        """Give this file up, with a finding on this part."""
        raise Unreadable(kind.at(part=shown(self.part), **detail))

    def refuse_here(self, kind: Kind, **detail: str) -> NoReturn:
        """Give this file up, with a finding on the place that is read now."""
        if self.parser is not None:
            detail |= {
                "line": str(self.parser.CurrentLineNumber),
                "column": str(self.parser.CurrentColumnNumber + 1),
            }
        self.refuse(kind, **detail)

    def forbid_dtd(self, *_declaration: object) -> None:
        """Refuse a document type declaration: the door to entity bombs and to outside files."""
        self.refuse(FORBIDDEN_DECLARATION)

    def check_declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        """OOXML parts are Unicode; anything else is a mangled or a hand-made file."""
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            self.refuse(BAD_ENCODING)


def parse_tree(
    content: bytes, guard: XmlGuard, opened: OnStart | None = None, closed: OnEnd | None = None
) -> ElementTree.Element:
    """Return a part as a tree, whose names are short ("x|sheet").

    For long ones: `opened` hears of elements as they begin, `closed` takes those that are complete, and they leave no
    children behind.
    """
    builder = ElementTree.TreeBuilder()
    starts = opened or {}
    ends = closed or {}
    max_depth = guard.limits.depth
    max_attributes = guard.limits.attributes
    depth = 0

    def start(name: str, attributes: Attributes) -> None:
        nonlocal depth
        depth += 1
        if depth > max_depth:
            guard.refuse(NESTED_TOO_DEEPLY, limit=str(max_depth))
        if len(attributes) > max_attributes:
            guard.refuse(TOO_MANY_ATTRIBUTES, limit=str(max_attributes))
        builder.start(name, attributes)
        if name in starts:
            starts[name](attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        element = builder.end(name)
        if name in ends:
            ends[name](element)
            element.clear()

    prove(content, guard, start, end, builder.data)
    return builder.close()


def prove(
    content: bytes,
    guard: XmlGuard,
    start: Callable[[str, Attributes], None] | None = None,
    end: Callable[[str], None] | None = None,
    data: Callable[[str], object] | None = None,
) -> None:
    """Let expat look at every byte of a part, and call these for what it holds; raises Unreadable."""
    parser = expat.ParserCreate(namespace_separator=" ", intern=_SHORT_NAMES.copy())
    parser.buffer_text = True
    parser.buffer_size = 65_536
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = guard.forbid_dtd
    parser.XmlDeclHandler = guard.check_declaration
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    guard.parser = parser
    # opening angle brackets: no fewer than there are elements
    most = guard.limits.elements
    if len(content) > most * len(b"<a/>") and content.count(b"<") - content.count(b"</") > most:
        guard.refuse(TOO_MANY_ELEMENTS, limit=str(most))
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        # what expat says becomes a finding; running out of memory stays what it is
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]:
            raise MemoryError from error
        names = (expat.errors.XML_ERROR_UNKNOWN_ENCODING, expat.errors.XML_ERROR_INCORRECT_ENCODING)
        kind = (
            BAD_ENCODING
            if error.code in {expat.errors.codes[name] for name in names}
            else MALFORMED_PART
        )
        try:
            content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
        except UnicodeDecodeError:
            kind = BAD_ENCODING
        guard.refuse(kind, line=str(error.lineno), column=str(error.offset + 1))
    finally:  # parser and guard hold each other, and nobody looks for cycles while a file is read
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.XmlDeclHandler = None
        parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None


def resolved(text: str) -> str:
    """Return a text out of a part that expat found well-formed, with its named references resolved; it has no
    others.
    """
    return unescape(text, {"&quot;": '"', "&apos;": "'"}) if "&" in text else text


class Stretch(NamedTuple):
    """Where the content of one element stands in a part, and that content as text."""

    start: int
    stop: int
    text: str


def find_stretch(content: bytes, element: bytes) -> Stretch | None:
    """Return the content of the first such element; None when it is empty, or when anything could mislead us.

    Before the element no comment, CDATA section or further processing instruction may stand: then its tag,
    wherever the bytes show it, is a tag for expat too.
    """
    opening = re.search(rb"<" + element + rb"(?: [^<>]*[^<>/])?>", content)
    if opening is None:
        return None
    start = opening.end()
    stop = content.find(b"</" + element + b">", opening.end())
    head = content[:start]
    if stop < 0 or b"<!" in head or head.count(b"<?") > head.startswith(b"<?xml "):
        return None
    try:
        return Stretch(start, stop, content[start:stop].decode())
    except UnicodeDecodeError:
        return None


# Hundreds of returns of one workbook are alike in most of their bytes. What follows from bytes alone need be worked out
# once in a process; it is found again by those very bytes, so that no file can change what another one says.

OVERHEAD = 400  # bytes, about, that Python takes for a small thing besides its text

Key = TypeVar("Key")
Value = TypeVar("Value")


class Cache(Generic[Key, Value]):
    """Values in two generations of about `most` size each; what is alone larger than `largest` is not kept.

    `young` holds the later one, for whoever looks up very many.
    """

    def __init__(self, most: int, largest: int | None = None) -> None:
        self._most = most
        self._largest = most if largest is None else largest
        self._size = 0
        self.young: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}

    def recall(self, key: Key, size: int, work_out: Callable[[], Value]) -> Value:
        """Return what is remembered, else what is worked out now; what is asked for stays in memory."""
        value = self.young.get(key)
        if value is not None:
            return value
        value = self._old.get(key)
        if value is None:
            value = work_out()
        if size <= self._largest:
            if self._size >= self._most:
                self._old = self.young
                self.young = {}
                self._size = 0
            self.young[key] = value
            self._size += size
        return value
