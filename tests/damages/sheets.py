"""What is done to whole sheets, rows and columns, and to settings of the workbook."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from tests.damages.book import (
    BOOK,
    LINKS,
    TYPES,
    At,
    Book,
    Cell,
    attributes,
    block,
    outside_texts,
    written,
)
from tests.damages.drawings import declare
from tests.damages.kinds import Edit, at

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


def _entry(book: Book, name: str) -> str:
    """The line of a sheet in the list of sheets."""
    entries = re.findall(r"<sheet [^>]*/>", book[BOOK])
    return next(entry for entry in entries if attributes(entry)["name"] == escape(name))


def said_of(name: str, **said: str) -> Edit:
    """Change what the list of sheets says of one: `state`."""

    def edit(book: Book) -> None:
        entry = _entry(book, name)
        book.swap(BOOK, entry, f"<sheet{written({**attributes(entry), **said})}/>")

    return edit


def deleted(name: str) -> Edit:
    """Delete a sheet; names that belong to the sheets behind it move up."""

    def edit(book: Book) -> None:
        gone, part = list(book.sheets).index(name), book.sheets[name]
        book.remove(part)
        book.swap(BOOK, _entry(book, name), "")
        book.regex(
            LINKS, rf'<Relationship\b[^>]*Target="(?:/xl/)?{part.removeprefix("xl/")}"[^>]*/>', ""
        )
        book.regex(TYPES, rf'<Override\b[^>]*PartName="/{part}"[^>]*/>', "")

        def moved(found: re.Match[str]) -> str:
            number = int(found[1])
            return (
                ""
                if number == gone
                else found[0].replace(
                    f'localSheetId="{number}"', f'localSheetId="{number - (number > gone)}"'
                )
            )

        own = r'<definedName [^>]*?localSheetId="(\d+)".*?</definedName>'
        book[BOOK] = re.sub(own, moved, book[BOOK], flags=re.DOTALL)
        book.look_again()

    return edit


def renamed(name: str, new: str) -> Edit:
    """Rename a sheet; references in formulas, rules and names follow, texts in formulas do not."""
    bare = [f"{name}!"] if re.fullmatch(r"[^\W\d]\w*", name) else []
    old = [f"'{name}'!", f"&apos;{name}&apos;!", *bare]
    reference = re.compile(rf"(?<![\w'&;])(?:{'|'.join(map(re.escape, old))})")

    def formula(found: re.Match[str]) -> str:
        changed = outside_texts(found[2], lambda piece: reference.sub(f"'{escape(new)}'!", piece))
        return found[1] + changed + found[3]

    def edit(book: Book) -> None:
        entry = _entry(book, name)
        book.swap(BOOK, entry, entry.replace(f'"{escape(name)}"', f'"{escape(new)}"'))
        for part in [BOOK, *book.sheets.values()]:
            pattern = r"(<(?:f|formula\d?|definedName)\b[^>]*>)([^<]*)(<)"
            book[part] = re.sub(pattern, formula, book[part])
        book.look_again()

    return edit


def doubled(name: str, new: str) -> Edit:
    """Copy a sheet within the workbook."""
    return lambda book: add(book, new, book[book.sheets[name]])


def add(book: Book, name: str, content: str) -> None:
    """A new sheet at the end."""
    part = "xl/worksheets/sheet99.xml"
    content = re.sub(r"<(drawing|legacyDrawing|pageSetup|hyperlink) [^>]*/>", "", content)
    book[part] = re.sub(r"<hyperlinks[^>]*>\s*</hyperlinks>", "", content)
    declare(book, part, SHEET)
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    link = f'<Relationship Id="rId777" Type="{relation}" Target="worksheets/sheet99.xml"/></Relationships>'
    book.swap(LINKS, "</Relationships>", link)
    book.swap(
        BOOK, "</sheets>", f'<sheet name="{escape(name)}" sheetId="99" r:id="rId777"/></sheets>'
    )
    book.look_again()


def own_sheet(name: str, **cells: str) -> Edit:
    """A sheet of one's own, with texts."""

    def edit(book: Book) -> None:
        add(book, name, f'<worksheet xmlns="{MAIN}"><sheetData></sheetData></worksheet>')
        for place, said in cells.items():
            book.type_text(name, place, said)

    return edit


def first(name: str) -> Edit:
    """Move a sheet in front of all others."""

    def edit(book: Book) -> None:
        entry = _entry(book, name)
        book.swap(BOOK, entry, "")
        book.swap(BOOK, "<sheets>", f"<sheets>{entry}")

    return edit


# cells among each other


def exchanged(one: str, other: str) -> Edit:
    """Let two areas of a size change places, with all that they hold; formats stay where they are."""
    return _moved([(one, other), (other, one)])


def pasted(one: str, other: str) -> Edit:
    """Copy an area over another one, values only."""
    return _moved([(one, other)])


def _moved(moves: list[tuple[str, str]]) -> Edit:
    def edit(book: Book) -> None:
        found: list[tuple[str, At, Cell]] = []
        for source, target in moves:
            (sheet, area), (other, to) = at(source), at(target)
            for start, end in zip(block(area), block(to), strict=True):
                found.append((other, end, book.row(sheet, start.row).get(start.column, Cell())))
        for sheet, end, cell in found:
            if "<f" not in cell.inside:
                book.put(sheet, str(end), cell.type, cell.inside)

    return edit


# rules and settings


def without_rule(where: str) -> Edit:
    """Take the validation rule away that begins at a cell."""
    return _rule(where, lambda rule: "")


def without_alert(where: str, said: str = "showErrorMessage") -> Edit:
    """Let the rule that begins at a cell no longer refuse wrong entries."""

    def change(rule: str) -> str:
        return re.sub(rf' {said}="\w+"', "", rule)

    return _rule(where, change)


def milder(where: str, style: str) -> Edit:
    """Let the rule that begins at a cell only warn, or only inform."""
    return _rule(
        where,
        lambda rule: re.sub(r' errorStyle="\w+"', "", rule).replace(
            "<dataValidation ", f'<dataValidation errorStyle="{style}" '
        ),
    )


def rule(where: str, old: str, new: str) -> Edit:
    """Change something in the rule that begins at a cell."""

    def change(text: str) -> str:
        plain = text.replace("&quot;", '"') if old not in text else text
        assert old in plain, f"{old} is not in {text}"
        return plain.replace(old, new)

    return _rule(where, change)


def _rule(where: str, change: Callable[[str], str]) -> Edit:
    sheet, place = at(where)

    def edit(book: Book) -> None:
        part = book.sheets[sheet]
        rules = re.findall(
            r"<dataValidation\b(?:[^>]*/>|.*?</dataValidation>)", book[part], re.DOTALL
        )
        found = [each for each in rules if re.search(rf'sqref="{place}[:" ]', each)]
        assert found, f"no rule begins at {where}"
        for each in found:
            book.swap(part, each, change(each))

    return edit


def unprotected(name: str) -> Edit:
    """Take the protection of a sheet off."""
    return lambda book: book.regex(book.sheets[name], r"<sheetProtection[^>]*/>", "")


def name_changed(name: str, refers: str | None) -> Edit:
    """Let a defined name stand for something else, or take it away."""

    def edit(book: Book) -> None:
        pattern = rf'(<definedName [^>]*?name="{name}"[^>]*>)[^<]*(</definedName>)'
        book.regex(BOOK, pattern, "" if refers is None else rf"\g<1>{refers}\g<2>")

    return edit


# hidden codes


def codes_cleared(sheet: str, *, row: bool = False, column: bool = False) -> Edit:
    """Clear the hidden first row, the hidden first column, or both."""

    def edit(book: Book) -> None:
        for number in list(book.rows(sheet)):
            cells = book.row(sheet, number)
            left = {
                at: cell
                for at, cell in cells.items()
                if not (row and number == 1) and not (column and at == 1)
            }
            if left != cells:
                book.put_row(sheet, number, left)

    return edit


def column_deleted(where: str) -> Edit:
    """Delete a column with everything in it; its rules move along, formulas stay as they are."""
    sheet, letters = at(where)
    gone = At.of(f"{letters}1").column

    def moved(place: At) -> At | None:
        return None if place.column == gone else At(place.row, place.column - (place.column > gone))

    def areas(found: re.Match[str]) -> str:
        kept = []
        for area in found[2].split():
            first, _, last = area.partition(":")
            ends = moved(At.of(first)), moved(At.of(last or first))
            kept += [":".join(map(str, dict.fromkeys(ends)))] if None not in ends else []
        return f'{found[1]}"{" ".join(kept) or "XFD1048576"}"'

    def edit(book: Book) -> None:
        for number in list(book.rows(sheet)):
            cells = book.row(sheet, number)
            left = {At(number, column): cell for column, cell in cells.items()}
            book.put_row(
                sheet,
                number,
                {to.column: cell for place, cell in left.items() if (to := moved(place))},
            )
        part = book.sheets[sheet]
        rows, end, rules = book[part].partition("</sheetData>")
        book[part] = rows + end + re.sub(r'( sqref=)"([^"]*)"', areas, rules)

    return edit
