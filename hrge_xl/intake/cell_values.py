"""What the stored text of a cell means: escapes, numbers, truth values and ISO dates."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from xml.etree.ElementTree import Element

from ..numerals import from_serial, shown
from .raw import CellKind, Follower, RawCell

BLANK = RawCell(CellKind.BLANK, None)

_NEW = tuple.__new__  # a third of the time that the constructor of a named tuple takes
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SURROGATE = re.compile("[\ud800-\udfff]")
_TRUTH = {"1": True, "true": True, "0": False, "false": False}
_DAY_SECONDS = 86_400
DAYS_BEFORE_1904 = 1_462  # that a day has more where it is counted from 1900, as all are here
_LEAST_SIZE = 1.0  # points of height, characters of width: below it nothing is seen


def is_true(value: str | None) -> bool:
    """Give an XML truth value; a missing one is false."""
    return value is not None and _TRUTH.get(value.strip().lower(), False)


def is_unseen(attributes: Mapping[str, str], size: str) -> bool:
    """Say whether a row or a column is hidden, or has a size (`ht`, `width`) that leaves nothing to see."""
    own = parse_number(attributes.get(size, ""))
    return is_true(attributes.get("hidden")) or (own is not None and own < _LEAST_SIZE)


def struck_through(text: str) -> str:
    """Give a text as we write what is struck through: ~~text~~, spaces around it left outside."""
    bare = text.strip()
    return text.replace(bare, f"~~{bare}~~", 1) if bare else text


def rich_text(element: Element) -> tuple[str, str]:
    """Give the text of all runs but phonetic readings, and the same with ~~what is struck through~~ marked."""
    runs, marked, struck = [], [], False
    readings = {run for reading in element.iter("x|rPh") for run in reading.iter("x|t")}
    for part in element.iter():
        if part.tag == "x|strike":
            struck = is_true(part.get("val", "1"))
        elif part.tag == "x|t" and part not in readings:
            runs.append("".join(part.itertext()))
            marked.append(struck_through(runs[-1]) if struck else runs[-1])
            struck = False
    return "".join(runs), "".join(marked)


def unescape(text: str) -> str:
    """Decode `_xHHHH_`, by which OOXML writes characters that XML cannot hold, and literal underscores."""
    if "_x" not in text:
        return text
    decoded = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    if _SURROGATE.search(decoded):
        # Pairs become their character; a lone half could never be written out again.
        decoded = decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return decoded


def parse_number(text: str) -> float | None:
    """Give a stored number; None for what Python would take and Excel would not ("1_000", "nan", "٣")."""
    try:
        number = float(text)
    except ValueError:
        return None
    plain = text.isascii() and "_" not in text and math.isfinite(number)
    return number if plain else None


def whole_number(text: str | None) -> int | None:
    """Give the number that a text of up to seven digits is; None for any other text."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 8 else None


def stored_cell(
    kind: str | None, text: str | None, formula: str | None, *, is_date: bool, epoch_1904: bool
) -> RawCell | None:
    """Give the cell of a stored type and text, but for shared texts; None when they do not fit together."""
    if text and (kind is None or kind == "n"):
        number = parse_number(text)
        if is_date and epoch_1904 and number is not None and number >= 1:
            number += DAYS_BEFORE_1904
        number_kind = CellKind.DATE if is_date else CellKind.NUMBER
        return None if number is None else _NEW(RawCell, (number_kind, number, formula))
    return typed_cell(kind or "n", text, formula)


def iso_serial(text: str) -> float | None:
    """Give the serial number of an ISO date, time or both; None if it has none."""
    try:
        if "T" in text.lstrip("T") or "-" in text:
            return date_serial(datetime.fromisoformat(text.strip()).replace(tzinfo=None))
        return day_fraction(time.fromisoformat(text.strip().lstrip("T")))
    except ValueError:
        return None


def day_fraction(moment: time) -> float:
    """Give a time of day as a fraction of a day."""
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6
    return seconds / _DAY_SECONDS


def date_serial(moment: date | datetime) -> float | None:
    """Excel's number of a day; None before its calendar begins. 1900 counts a 29 February that never was."""
    days = moment.toordinal() - date(1904, 1, 1).toordinal() + DAYS_BEFORE_1904
    days -= days < 61
    if days < 1:
        return None
    fraction = day_fraction(moment.time()) if isinstance(moment, datetime) else 0.0
    return days + fraction


def typed_cell(kind: str, text: str | None, formula: str | None) -> RawCell | None:
    """Give the cell of any type but numbers and shared texts; None when text and type disagree."""
    if text is None or (text == "" and kind in ("n", "b", "e", "d")):
        return BLANK if formula is None else RawCell(CellKind.NOT_CALCULATED, None, formula)
    if kind in ("str", "inlineStr"):
        return RawCell(CellKind.TEXT, unescape(text), formula)
    if kind == "e":
        return RawCell(CellKind.ERROR, text.strip(), formula)
    value: float | bool | None = None
    if kind == "b":
        value = _TRUTH.get(text.strip())
    elif kind == "d":
        value = iso_serial(text)
    if value is None:
        return None
    return RawCell(CellKind.BOOL if kind == "b" else CellKind.DATE, value, formula)


def shown_cell(cell: RawCell | None) -> str:
    """Return the text that a cell shows, if there is one; a formula that was never calculated shows itself."""
    if cell is None or cell.kind is CellKind.BLANK:
        return ""
    if cell.kind is CellKind.DATE and isinstance(cell.value, float | int) and cell.value == cell.value // 1:
        return shown(from_serial(float(cell.value)) or cell.value)
    if cell.kind is CellKind.NOT_CALCULATED:
        return f"={cell.formula}" if cell.formula and not isinstance(cell.formula, Follower) else ""
    return shown(cell.value)
