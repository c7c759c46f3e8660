"""What stands on top of the cells and beside them: comments, text boxes, pictures, page headers, words about the file.

Their texts are kept, the rest is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..findings import Finding, Kind
from ..findings.appearance import PICTURE_ON_TOP, TEXT_ON_TOP
from ..findings.structure import COMMENT_KEPT, TEXT_WITHOUT_PLACE
from ..layout import address
from ..submission import Unplaced
from ..words import Translate, and_more, fold, translator
from .expected import observe_at, one_by_one, shorten
from .raw import Drawn, RawWorkbook
from .read_result import ReadResult
from .unplaced import KEPT_TEXTS, SINGLE_REPORTS

SECTION, PAGE_WORDS = re.compile("&[LCR]"), 2  # of a page header; words beside its number: Page 1 of 2
MARGIN_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-F]{2}[0-9A-F+-]{4}|\d{1,3}|[A-Z])')
CORNER = "A1"  # stands for the place of a text that has none


def note_overlays(workbook: RawWorkbook, found: ReadResult) -> None:
    """Keep every comment, whatever was drawn, and words beside cells, with the answers that they belong to, if any."""
    if any(sheet.comments or sheet.drawn for sheet in workbook.sheets):
        below, what = _Below(found), _what(translator(found.plan.layout.language))
        for sheet in workbook.sheets:
            for row, column, text in sheet.comments:
                cell, value = address(row, column), shorten(text, 200)
                found.comments.append(Unplaced(sheet.name, cell, text))
                found.observations.append(below.seen(COMMENT_KEPT, sheet.name, cell, value=value))
        for sheet in workbook.sheets:
            texts = [each for each in sheet.drawn if each.text]
            found.unplaced += [
                Unplaced(sheet.name, _cell(each) or CORNER, each.text) for each in texts[:KEPT_TEXTS]
            ]
            others = [*{each[:3]: each for each in sheet.drawn if not each.text}.values()]
            # very many are told together at the end
            for first, *more in one_by_one(texts, SINGLE_REPORTS):
                about = {
                    "place": _cell(first) or sheet.name,
                    "value": shorten(first.text, 200) + and_more(len(more)),
                }
                found.observations.append(below.seen(TEXT_ON_TOP, sheet.name, _cell(first), **about))
            for first, *more in one_by_one(others, SINGLE_REPORTS):
                place = (_cell(first) or sheet.name) + and_more(len(more))
                about = {"what": what[first.what], "place": place, "value": shorten(first.name)}
                found.observations.append(below.seen(PICTURE_ON_TOP, sheet.name, _cell(first), **about))
    _note_words(workbook, found)


def _note_words(workbook: RawWorkbook, found: ReadResult) -> None:
    """Keep what people typed into the margins of pages, and about the file: that is told on its first sheet."""
    layout = found.plan.layout
    sample = re.escape(fold(translator(layout.language)("SAMPLE")))
    ours = re.compile(rf"{re.escape(fold(layout.spec.name))} [\w.-]+|{sample}")  # of this version or another
    places = [(workbook.sheets[0].name, workbook.words)] if workbook.sheets else []
    for sheet in workbook.sheets:
        places.append((sheet.name, [text for written in sheet.margins for text in _typed(written)]))
    for name, texts in places:
        for text in dict.fromkeys(texts):
            if any(map(str.isalnum, text)) and not ours.fullmatch(fold(text)):
                found.unplaced.append(Unplaced(name, CORNER, text.strip()))
                about = {"value": shorten(text, 200), "count": "1"}
                found.observations.append(TEXT_WITHOUT_PLACE.at(name, **about))


def _typed(margin: str) -> Iterator[str]:
    """Give the words of a header or footer, part by part, without codes and what names the number of a page."""
    for part in SECTION.split(margin.replace("&&", "\0")):
        text = MARGIN_CODE.sub("", part).replace("\0", "&").strip()
        if "&P" not in part or len(text.split()) > PAGE_WORDS:
            yield text


def _cell(each: Drawn) -> str | None:
    return address(each.row, each.column) if each.row else None


def _what(say: Translate) -> dict[str, str]:
    return {
        "shape": say("A shape"),
        "picture": say("A picture"),
        "background": say("A background picture"),
        "chart": say("A chart"),
        "diagram": say("A diagram"),
        "ink": say("Something handwritten"),
        "control": say("A button or another control"),
        "object": say("An embedded object"),
    }


class _Below:
    """The answers below what lies on top, by sheet and cell."""

    def __init__(self, found: ReadResult) -> None:
        self._plan, sheets = found.plan, found.sheets
        self._tools = {name: tool for tool, name in sheets.items()}
        parts = {part.key: part for part in found.plan.parts}
        self._parts = {
            (sheets[tool], cell): parts[key]
            for tool, cells in found.cells.items()
            for key, cell in cells.items()
        }

    def seen(self, kind: Kind, sheet: str, cell: str | None, **detail: str) -> Finding:
        """Give an observation about the answer at a cell, or about the place alone."""
        part = self._parts.get((sheet, cell or ""))
        if part is None:
            return kind.at(sheet, cell, self._tools.get(sheet), **detail)
        return observe_at(kind, sheet, cell, part, label=self._plan.label(part), **detail)
