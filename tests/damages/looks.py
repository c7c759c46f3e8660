"""Changes of how cells look: fonts, fills, number formats, columns and rows that are not seen."""

from __future__ import annotations

import re
from html import escape

from tests.damages.book import STYLES, At, Book, Cell, attributes, written
from tests.damages.kinds import Edit, at

WHITE = "FFFFFFFF"
FIRST_FORMAT = 300


def _entries(book: Book, section: str, element: str) -> list[str]:
    """The elements of a section of the styles."""
    inside = re.search(rf"<{section}\b[^>]*>(.*?)</{section}>", book[STYLES], re.DOTALL)
    assert inside, f"there is no {section}"
    return re.findall(
        rf"<{element}(?:\s[^>]*?)?/>|<{element}(?:\s[^>]*)?>.*?</{element}>", inside[1], re.DOTALL
    )


def _append(book: Book, section: str, element: str, entry: str) -> int:
    """A new element of a section, and its number."""
    number = len(_entries(book, section, element))
    book.swap(STYLES, f"</{section}>", f"{entry}</{section}>")
    book.regex(STYLES, rf'<{section} count="\d+"', f'<{section} count="{number + 1}"')
    return number


def _number_format(book: Book, code: str) -> str:
    """The number of a new number format."""
    if "<numFmts" not in book[STYLES]:
        book.regex(STYLES, r"(<styleSheet[^>]*>)", r'\1<numFmts count="0"></numFmts>')
    number = str(FIRST_FORMAT + len(_entries(book, "numFmts", "numFmt")))
    _append(book, "numFmts", "numFmt", f'<numFmt numFmtId="{number}" formatCode="{escape(code)}"/>')
    return number


def derived(book: Book, style: str, font: str = "", fill: str = "", number_format: str = "") -> str:
    """A format like another one, but for some of its font, its fill or its number format."""
    xf = _entries(book, "cellXfs", "xf")[int(style or 0)]
    head = xf[: xf.index(">")].removesuffix("/")
    said = attributes(head)
    if font:
        old = _entries(book, "fonts", "font")[int(said["fontId"])]
        element = font.partition(" ")[0].strip("<>/")
        inside = re.sub(
            rf"<{element}\b[^>]*/>", "", old.removeprefix("<font>").removesuffix("</font>")
        )
        said |= {
            "fontId": str(_append(book, "fonts", "font", f"<font>{font}{inside}</font>")),
            "applyFont": "1",
        }
    if fill:
        solid = f'<patternFill patternType="solid"><fgColor rgb="{fill}"/><bgColor indexed="64"/></patternFill>'
        said |= {
            "fillId": str(_append(book, "fills", "fill", f"<fill>{solid}</fill>")),
            "applyFill": "1",
        }
    if number_format:
        said |= {"numFmtId": _number_format(book, number_format), "applyNumberFormat": "1"}
    return str(_append(book, "cellXfs", "xf", f"<xf{written(said)}{xf[len(head) :]}"))


def restyled(where: str, font: str = "", fill: str = "", number_format: str = "") -> Edit:
    """Give a cell another look and leave what it holds."""
    sheet, place = at(where)

    def edit(book: Book) -> None:
        cell_at = At.of(place)
        cells = book.row(sheet, cell_at.row)
        old = cells.get(cell_at.column, Cell())
        style = derived(book, old.style, font, fill, number_format)
        cells[cell_at.column] = Cell(style, old.type, old.inside)
        book.put_row(sheet, cell_at.row, cells)

    return edit


def struck(where: str, mark: str = "<strike/>") -> Edit:
    """Strike a whole cell through."""
    return restyled(where, font=mark)


def runs(where: str, *pieces: tuple[str, bool]) -> Edit:
    """Type a text of several runs, some of them struck through."""
    sheet, place = at(where)
    entries = "".join(
        f'<r><rPr>{"<strike/>" if gone else ""}<sz val="10"/><rFont val="Calibri"/></rPr>'
        f'<t xml:space="preserve">{escape(said)}</t></r>'
        for said, gone in pieces
    )
    return lambda book: book.put(sheet, place, "s", f"<v>{book.string('', xml=entries)}</v>")


def column(where: str, **said: str) -> Edit:
    """Change what is said of one column of a sheet: `hidden`, `width`."""
    sheet, letters = at(where)
    number = At.of(f"{letters}1").column

    def edit(book: Book) -> None:
        part = book.sheets[sheet]
        made: dict[int, str] = {}
        for old in map(attributes, re.findall(r"<col\b[^>]*/>", book[part])):
            first, last = int(old["min"]), int(old["max"])
            for start, stop in ((first, min(last, number - 1)), (max(first, number + 1), last)):
                if start <= stop:
                    made[start] = f"<col{written({**old, 'min': str(start), 'max': str(stop)})}/>"
            if first <= number <= last:
                made[number] = (
                    f"<col{written({**old, 'min': str(number), 'max': str(number), **said})}/>"
                )
        assert number in made, f"nothing is said of column {letters}"
        text = "".join(made[start] for start in sorted(made))
        book.regex(part, r"<cols>.*?</cols>", f"<cols>{text}</cols>")

    return edit


def row(where: str, **said: str) -> Edit:
    """Change what is said of one row of a sheet: `hidden`, `ht`, `customHeight`."""
    sheet, number = at(where)

    def edit(book: Book) -> None:
        part = book.sheets[sheet]
        found = re.search(rf'<row\b[^>]*?\br="{number}"[^>]*?(/?)>', book[part])
        assert found, f"there is no row {number}"
        old = attributes(found[0])
        new = f"<row{written({**old, **said})}{found[1]}>"
        book[part] = book[part][: found.start()] + new + book[part][found.end() :]

    return edit


def shown_again(sheet: str) -> Edit:
    """Show the hidden codes."""

    def edit(book: Book) -> None:
        row(f"{sheet}!1", hidden="0")(book)
        column(f"{sheet}!A", hidden="0")(book)

    return edit
