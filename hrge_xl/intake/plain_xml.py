"""XML in the plain form that nearly every program writes: stretches of it that patterns can prove well-formed."""

from __future__ import annotations

import re
from typing import NamedTuple

from .safe_xml import Attributes, is_whole

# Text may hold no carriage return: XML would turn it into a line feed.
TEXT = r"[^<\r]*+"
SPACE = r"[ \t\r\n]"
_ATTRIBUTE = re.compile(r' ++(?!xmlns)([A-Za-z0-9]++(?::[A-Za-z0-9]++)?+)="([^"<>&\t\r\n]*+)"', re.ASCII)
_ATTRIBUTES = re.compile(rf"(?:{_ATTRIBUTE.pattern})*+ *+", re.ASCII)
_MOST_ATTRIBUTES = 60  # of a plain element
_PREFIX = re.compile(r' ([A-Za-z0-9]++):[A-Za-z0-9]++="', re.ASCII)
_DECLARED = re.compile(rb"[\s]xmlns:([A-Za-z0-9]+)=")
_UTF8 = re.compile(rb"encoding=(?:\"utf-8\"|'utf-8')", re.IGNORECASE)
_NO_CHARACTERS = "\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff"
_NO_TEXT = re.compile(f"[{_NO_CHARACTERS}]|]]>")
_NO_REFERENCE = re.compile(r"&(?!(?:lt|gt|amp|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)", re.ASCII)
_NUMBERED = re.compile(r"&#(?:x([0-9a-fA-F]+)|([0-9]+));", re.ASCII)

# White space after a tag or a value (\0) and before another one is not text, but for what an element holds itself.
_AFTER_TAG = re.compile(rf">{SPACE}++(?=<(?!/[tf]>)|\0)")
_AFTER_VALUE = re.compile(rf"\0{SPACE}++(?=<)")

_T = rf"<t(?:\s[^<>/]*+)?+>({TEXT})</t>"
_SIMPLE_TEXT = re.compile(rf'<si><t(?: xml:space="preserve")?+>([^<>&\r{_NO_CHARACTERS}]*+)</t>')
_PLAIN_TEXT = re.compile(rf'<si><t(?: xml:space="preserve")?+>({TEXT})</t>')
# Runs, phonetic readings and their properties: any elements without prefix, comment or CDATA section.
_RICH_TEXT = re.compile(rf"<si>(?:</?+[A-Za-z0-9]++(?:\s[^<>]*+)?+/?+>{TEXT})*+")
_RUN = re.compile(_T)
_TAG = re.compile(r"<(/)?+[^<>]*?(/)?+>")
_DEEPEST = 8  # text, run, properties, font
_RUN_START = re.compile(r"<t[\s>]")
_READING = re.compile(r"<rPh(?:\s[^<>/]*+)?+>(?:(?!<rPh[\s>]).)*?</rPh>", re.DOTALL)


class Stretch(NamedTuple):
    """Where the content of one element stands in a part, that content as text, and the prefixes before it."""

    start: int
    stop: int
    text: str
    prefixes: frozenset[str]


class Text(NamedTuple):
    """A shared text, and whether the stretch that it came from is proven to be well-formed."""

    text: str
    proven: bool


def find_stretch(content: bytes, element: bytes) -> Stretch | None:
    """Give the content of the first such element; None when it is empty, or when anything could mislead us.

    Before the element no comment, CDATA section or further processing instruction may stand: then its tag,
    wherever the bytes show it, is a tag for expat too.
    """
    opening = re.compile(rb"<" + element + rb"(?: [^<>]*[^<>/])?>").search(content)
    if opening is None:
        return None
    start, stop = opening.end(), content.find(b"</" + element + b">", opening.end())
    head = content[:start]
    if stop < 0 or b"<!" in head or head.count(b"<?") > head.startswith(b"<?xml ") or not _is_utf8(head):
        return None
    try:
        text = content[start:stop].decode()
    except UnicodeDecodeError:
        return None
    return Stretch(start, stop, text, frozenset(map(bytes.decode, _DECLARED.findall(head))))


def closed_up(text: str) -> str:
    """Give a stretch without the white space by which some programs lay elements out; a value is written \\0 there.

    Those begin every line with it; what begins otherwise is left as it is.
    """
    if not text[:1].isspace():
        return text
    return _AFTER_VALUE.sub("\0", _AFTER_TAG.sub(">", text.strip(" \t\r\n")))


def _is_utf8(head: bytes) -> bool:
    declaration = head[: head.find(b"?>")] if head.startswith(b"<?xml ") else b""
    return b"encoding" not in declaration or _UTF8.search(declaration) is not None


def is_sound(text: str) -> bool:
    """Say whether XML allows every character of a text, and every character that a reference in it stands for."""
    if _NO_TEXT.search(text):
        return False
    if "&" not in text:
        return True
    if _NO_REFERENCE.search(text):
        return False
    return "&#" not in text or all(map(_is_character, map(_code, _NUMBERED.finditer(text))))


def _is_character(code: int) -> bool:
    return (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )


def _code(match: re.Match[str]) -> int:
    return int(match[1], 16) if match[1] else int(match[2])


NO_PREFIX: frozenset[str] = frozenset()  # one object for very many cells


def prefixes(text: str) -> frozenset[str]:
    """Give the namespace prefixes that attributes of a stretch use; what only looks like one counts too."""
    return frozenset(_PREFIX.findall(text)) - {"xml"} or NO_PREFIX


def plain_attributes(raw: str) -> Attributes | None:
    """Give the attributes of an element from what stands between its name and its end; None when not plain."""
    if not _ATTRIBUTES.fullmatch(raw):
        return None
    pairs = _ATTRIBUTE.findall(raw)
    attributes = dict(pairs)
    return attributes if len(attributes) == len(pairs) <= _MOST_ATTRIBUTES else None


def plain_text(item: str) -> Text | None:
    """Give the shared text of an `si` element, given without its end tag; None when it is not plain."""
    simple = _SIMPLE_TEXT.fullmatch(item)  # nearly all of them: what it says needs no second look
    if simple is not None:
        return Text(simple[1], proven=True)
    plain = _PLAIN_TEXT.fullmatch(item)
    if plain is not None:
        return Text(resolved(plain[1]), is_sound(item))
    if "xmlns" in item or "<strike" in item or not _RICH_TEXT.fullmatch(item) or not _is_flat(item):
        return None
    said = _READING.sub("", item)
    runs = _RUN.findall(said)
    if len(runs) < len(_RUN_START.findall(said)):  # an element within a text
        return None
    return Text(resolved("".join(runs)), is_whole(f"{item}</si>"))


def _is_flat(item: str) -> bool:
    """Whether the elements of a rich text are no deeper, and have no more attributes, than any program writes them."""
    depth = 0
    for tag in _TAG.finditer(item):
        depth += 0 if tag[2] else -1 if tag[1] else 1
        if depth > _DEEPEST or tag[0].count("=") > _MOST_ATTRIBUTES:
            return False
    return True


def resolved(raw: str) -> str:
    """Text with its character references resolved; what is not a reference stays, for expat to refuse."""
    if "&" not in raw:
        return raw
    if "&#" in raw:
        raw = _NUMBERED.sub(_character, raw)
    raw = raw.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&apos;", "'")
    return raw.replace("&amp;", "&")


def _character(match: re.Match[str]) -> str:
    code = _code(match)
    # An ampersand written as a number must not begin a second reference.
    return "&amp;" if code == 0x26 else chr(code) if code < 0x110000 else match[0]
