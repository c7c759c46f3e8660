"""A spreadsheet document and its cells, as the bridge to LibreOffice handles them (see `server.py`)."""

from collections.abc import Callable
from typing import Any

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.lang import DisposedException

CONTENT = 1 | 2 | 4 | 16  # values, dates, strings, formulas: what the Delete key clears
ERROR_RESULT, TEXT_RESULT = 4, 2


class Refused(Exception):
    """A command that LibreOffice or a careful user would not carry out."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def prop(name: str, value: Any) -> PropertyValue:
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


class Book:
    """One open spreadsheet document."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def sheet(self, name: str) -> Any:
        if not self.model.Sheets.hasByName(name):
            known = ", ".join(self.model.Sheets.ElementNames)
            raise Refused("missing", f"no sheet {name!r}; there are: {known}")
        return self.model.Sheets.getByName(name)

    def range(self, sheet: str, address: str, page: Any = None) -> Any:
        """Find a cell or a range by its address; `page` saves looking the sheet up."""
        page = page or self.sheet(sheet)
        try:
            return page.getCellRangeByName(address)
        except DisposedException:
            raise
        except uno.getClass("com.sun.star.uno.Exception") as problem:
            raise Refused(
                "missing", f"no cell or range {address!r} on sheet {sheet!r}"
            ) from problem

    def cell(self, sheet: str, address: str) -> Any:
        return self.range(sheet, address).getCellByPosition(0, 0)

    def locked(self, sheet: str, place: Any) -> list[str]:
        if not self.sheet(sheet).isProtected():
            return []
        where = place.RangeAddress
        found = []
        for row in range(where.EndRow - where.StartRow + 1):
            for column in range(where.EndColumn - where.StartColumn + 1):
                cell = place.getCellByPosition(column, row)
                if cell.CellProtection.IsLocked:
                    found.append(cell.AbsoluteName.rpartition(".")[2].replace("$", ""))
        return found

    def must_be_open(self, sheet: str, place: Any) -> None:
        """Refuse to write where a user could not."""
        locked = self.locked(sheet, place)
        if locked:
            raise Refused("locked", f"locked on the protected sheet {sheet!r}: {some(locked)}")

    def must_be_unprotected(self, sheet: str, deed: str) -> None:
        """Refuse what a protected sheet does not allow."""
        if self.sheet(sheet).isProtected():
            raise Refused("locked", f"sheet {sheet!r} is protected: cannot {deed}")

    def must_have_open_structure(self, deed: str) -> None:
        """Refuse what a protected workbook structure does not allow."""
        if self.model.isProtected():
            raise Refused("locked", f"the workbook structure is protected: cannot {deed}")

    def write(self, cell: Any, kind: str, value: Any) -> None:
        if kind == "clear":
            cell.clearContents(CONTENT)
        elif kind == "number":
            cell.Value = value
        elif kind == "text":
            cell.String = value
        else:
            cell.FormulaLocal = value


def some(names: list[str], most: int = 8) -> str:
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def cell_state(cell: Any) -> dict[str, Any]:
    formula = cell.Formula if cell.Type.value == "FORMULA" else ""
    result = cell.FormulaResultType2 if formula else 0
    state = {"text": cell.String, "formula": formula, "error": cell.getError()}
    if state["error"] or result == ERROR_RESULT:
        return state | {"type": "error", "value": cell.String}
    if cell.Type.value == "EMPTY":
        return state | {"type": "empty", "value": None}
    if cell.Type.value == "TEXT" or result == TEXT_RESULT:
        return state | {"type": "text", "value": cell.String}
    return state | {"type": "number", "value": cell.Value}


def plain(value: Any, formula: str, cell: Callable[[], Any]) -> Any:
    """Turn one entry of a data array into a number, a text, the text of an error, or nothing."""
    if value is None:
        return cell().String
    return None if value == "" and formula == "" else value
