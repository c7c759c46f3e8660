"""XML of unknown origin through expat: no DTD, no entities, limited depth, attributes and elements.

Names arrive short whatever prefix or dialect the file uses: expat writes a name as "namespace local", and
its intern table, filled beforehand, hands our short name ("x|row") to the handlers instead. Names that
nobody asked for stay long and fall through every comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, NoReturn
from xml.etree import ElementTree
from xml.parsers import expat

from ..findings import Kind
from ..findings.file import (
    BAD_ENCODING,
    FORBIDDEN_DECLARATION,
    MALFORMED_PART,
    NESTED_TOO_DEEPLY,
    TOO_MANY_ATTRIBUTES,
    TOO_MANY_ELEMENTS,
)
from .limits import Limits
from .raw import Unreadable
from .zip_package import shown

Attributes = dict[str, str]

_OFFICE = "http://schemas.openxmlformats.org"
_STRICT = "http://purl.oclc.org/ooxml"
_MICROSOFT = "http://schemas.microsoft.com/office"
_DRAWING = f"{_OFFICE}/drawingml/2006"
_NAMESPACES = {
    f"{_OFFICE}/spreadsheetml/2006/main": "x",
    f"{_STRICT}/spreadsheetml/main": "x",
    f"{_OFFICE}/officeDocument/2006/relationships": "r",
    f"{_STRICT}/officeDocument/relationships": "r",
    f"{_OFFICE}/package/2006/relationships": "rel",
    f"{_OFFICE}/package/2006/content-types": "ct",
    f"{_OFFICE}/officeDocument/2006/custom-properties": "cp",
    f"{_STRICT}/officeDocument/customProperties": "cp",
    f"{_OFFICE}/package/2006/metadata/core-properties": "core",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/dc/elements/1.1/": "dc",
    f"{_MICROSOFT}/spreadsheetml/2009/9/main": "x14",
    f"{_MICROSOFT}/excel/2006/main": "xm",
    f"{_MICROSOFT}/spreadsheetml/2018/threadedcomments": "tc",
    f"{_DRAWING}/main": "a",
    f"{_STRICT}/drawingml/main": "a",
    f"{_DRAWING}/spreadsheetDrawing": "xdr",
    f"{_STRICT}/drawingml/spreadsheetDrawing": "xdr",
    f"{_OFFICE}/markup-compatibility/2006": "mc",
    f"{_MICROSOFT}/drawing/2010/main": "a14",
    f"{_MICROSOFT}/excel/2010/spreadsheetDrawing": "xdr14",
    "urn:schemas-microsoft-com:vml": "v",
    "urn:schemas-microsoft-com:office:office": "o",
    "urn:schemas-microsoft-com:office:excel": "xv",
}
_LOCAL_NAMES = {
    "x": (
        "worksheet chartsheet dialogsheet sheetData row c v f is t r rPh col sheetPr sheetProtection "
        "autoFilter filterColumn mergeCell dataValidation formula1 formula2 customSheetViews "
        "workbook workbookPr sheets sheet definedNames definedName sst si "
        "styleSheet numFmts numFmt cellXfs xf fonts font strike sz color fills fill patternFill fgColor "
        "colors indexedColors rgbColor calcPr comments authors author commentList comment text table "
        "externalLink externalBook ddeLink oleLink picture oleObject control from "
        "oddHeader oddFooter evenHeader evenFooter firstHeader firstFooter scenario"
    ),
    "r": "id dm",
    "rel": "Relationships Relationship",
    "ct": "Types Default Override",
    "cp": "Properties property",
    "core": "coreProperties keywords category",
    "dc": "subject description",
    "dcterms": "modified",
    "x14": "dataValidation formula1 formula2",
    "xm": "f sqref macrosheet",
    "tc": "ThreadedComments threadedComment text",
    "a": "p t br theme clrScheme",
    "xdr": (
        "twoCellAnchor oneCellAnchor absoluteAnchor from col row sp cxnSp pic graphicFrame contentPart cNvPr"
    ),
    "mc": "AlternateContent",
    "a14": "compatExt",
    "xdr14": "contentPart",
    "v": "textbox",
    "o": "spid",
    "xv": "ClientData Anchor",
}
_SHORT_NAMES = {
    f"{uri} {local}": f"{prefix}|{local}"
    for uri, prefix in _NAMESPACES.items()
    for local in _LOCAL_NAMES[prefix].split()
}
_ENCODINGS = frozenset({"utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii"})


class XmlGuard:
    """What every part is held to; `part` names it in the findings."""

    def __init__(self, part: str, limits: Limits) -> None:
        self.part = part
        self.limits = limits
        self.parser: expat.XMLParserType | None = None  # that reads the part now

    def refuse(self, kind: Kind, **detail: str) -> NoReturn:
        """Give this file up with a finding on this part."""
        raise Unreadable(kind.at(part=shown(self.part), **detail))

    def refuse_here(self, kind: Kind, **detail: str) -> NoReturn:
        """Give this file up with a finding on the place that is read now."""
        if self.parser is not None:
            detail |= {
                "line": str(self.parser.CurrentLineNumber), "column": str(self.parser.CurrentColumnNumber + 1),
            }  # fmt: skip
        self.refuse(kind, **detail)

    def too_deep(self) -> NoReturn:
        """Elements are nested deeper than any office program does."""
        self.refuse(NESTED_TOO_DEEPLY, limit=str(self.limits.depth))

    def too_many_attributes(self) -> NoReturn:
        """Give one element carries more attributes than any office program writes."""
        self.refuse(TOO_MANY_ATTRIBUTES, limit=str(self.limits.attributes))

    def check_elements(self, content: bytes) -> None:
        """Bound the elements by counting opening angle brackets: no fewer than there are elements."""
        if len(content) <= self.limits.elements * len(b"<a/>"):
            return
        if content.count(b"<") - content.count(b"</") > self.limits.elements:
            self.refuse(TOO_MANY_ELEMENTS, limit=str(self.limits.elements))

    def forbid_dtd(self, *_declaration: object) -> None:
        """Refuse a document type declaration: the door to entity bombs and to outside files."""
        self.refuse(FORBIDDEN_DECLARATION)

    def check_declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        """OOXML parts are Unicode; anything else is a mangled or a hand-made file."""
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            self.refuse(BAD_ENCODING)


@dataclass(frozen=True, slots=True)
class Handlers:
    """What hears of a part; `start` watches depth and attributes itself (the hot loops inline it)."""

    start: Callable[[str, Attributes], object]
    end: Callable[[str], object]
    text: Callable[[str], object]


class Known(NamedTuple):
    """A stretch of a part that the handlers need not hear of, if `agreed()` when they stand before it."""

    start: int
    stop: int
    agreed: Callable[[], bool]
    proven: bool  # well-formed for certain, so that expat need not look at it


def run_expat(content: bytes, guard: XmlGuard, handlers: Handlers, known: Known | None = None) -> bool:
    """Check every byte of a part and report it to the handlers; true when they were spared `known`."""
    guard.check_elements(content)
    parser = _parser(guard)
    _connect(parser, handlers)
    try:
        if known is None:
            parser.Parse(content, True)
            return False
        parser.Parse(content[: known.start], False)
        spared = known.agreed()
        if not (spared and known.proven):
            _connect(parser, None if spared else handlers)
            parser.Parse(content[known.start : known.stop], False)
        _connect(parser, handlers)
        parser.Parse(content[known.stop :], True)
        return spared
    except expat.ExpatError as error:
        _explain(_placed(error, content, known), content, guard)


def _parser(guard: XmlGuard) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ", intern=_SHORT_NAMES.copy())
    parser.buffer_text = True
    parser.buffer_size = 65_536
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = guard.forbid_dtd
    parser.EntityDeclHandler = guard.forbid_dtd
    parser.XmlDeclHandler = guard.check_declaration
    guard.parser = parser
    return parser


def _connect(parser: expat.XMLParserType, handlers: Handlers | None) -> None:
    parser.StartElementHandler = handlers.start if handlers else None
    parser.EndElementHandler = handlers.end if handlers else None
    parser.CharacterDataHandler = handlers.text if handlers else None


def _placed(error: expat.ExpatError, content: bytes, known: Known | None) -> expat.ExpatError:
    """Give an error with its place in the whole part, where a stretch of it was left out."""
    if known is None or not known.proven:
        return error
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(content, True)
    except expat.ExpatError as again:
        return again
    return error


def _explain(error: expat.ExpatError, content: bytes, guard: XmlGuard) -> NoReturn:
    """Turn what expat says into a finding; running out of memory stays what it is."""
    if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]:
        raise MemoryError from error
    where = {"line": str(error.lineno), "column": str(error.offset + 1)}
    if _is_encoding_fault(error.code, content):
        guard.refuse(BAD_ENCODING, **where)
    guard.refuse(MALFORMED_PART, **where)


def _is_encoding_fault(code: int, content: bytes) -> bool:
    names = (expat.errors.XML_ERROR_UNKNOWN_ENCODING, expat.errors.XML_ERROR_INCORRECT_ENCODING)
    if code in {expat.errors.codes[name] for name in names}:
        return True
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return True
    return False


def is_whole(element: str) -> bool:
    """Say whether an element without declarations and prefixes is well-formed by itself."""
    try:
        expat.ParserCreate().Parse(element, True)
    except expat.ExpatError:
        return False
    return True


def parse_tree(content: bytes, part: str, limits: Limits) -> ElementTree.Element:
    """Give a whole part as a tree, for the parts that are small; names are short ("x|sheet")."""
    guard = XmlGuard(part, limits)
    builder = ElementTree.TreeBuilder()
    depth = 0

    def start(name: str, attributes: Attributes) -> None:
        nonlocal depth
        depth += 1
        if depth > limits.depth:
            guard.too_deep()
        if len(attributes) > limits.attributes:
            guard.too_many_attributes()
        builder.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name)

    run_expat(content, guard, Handlers(start, end, builder.data))
    return builder.close()
