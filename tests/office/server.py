"""Bridge that the Python of LibreOffice runs: JSON commands on standard input, answers on standard output.

It starts one private LibreOffice, obeys one command a line, and takes LibreOffice and its profile away
as soon as its standard input closes, also when whoever started it was killed. Documents open out of sight, or, where
they are to be shown, in a window that fills the screen. It stands alone: only the standard library, `uno` and the
modules `book` and `window` beside it are imported, and it runs on Python 3.10 and newer.
"""

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import uno
import window
from book import CONTENT, Book, Refused, cell_state, plain, prop, some
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException, IllegalArgumentException
from com.sun.star.sheet import TableFilterField
from com.sun.star.sheet.FillDirection import TO_BOTTOM
from com.sun.star.sheet.FilterOperator import EQUAL
from com.sun.star.sheet.ValidationType import LIST
from com.sun.star.table import TableSortField

FILTERS = {
    "xlsx": "Calc MS Excel 2007 XML",
    "xlsm": "Calc MS Excel 2007 VBA XML",
    "xls": "MS Excel 97",
    "ods": "calc8",
    "fods": "OpenDocument Spreadsheet Flat XML",
    "csv": "Text - txt - csv (StarCalc)",
    "html": "HTML (StarCalc)",
    "pdf": "calc_pdf_Export",
}
ASK_SECONDS = 5
SETTINGS = (
    ("/org.openoffice.Setup/L10N", "ooSetupSystemLocale", "{locale}"),
    ("/org.openoffice.Office.Common/Misc", "UseLocking", "false"),
    ("/org.openoffice.Office.Common/Misc", "UseDocumentSystemFileLocking", "false"),
    ("/org.openoffice.Office.Common/Misc", "FirstRun", "false"),
    ("/org.openoffice.Office.Common/Misc", "ShowTipOfTheDay", "false"),
    ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
)


def write_settings(profile: Path, locale: str) -> None:
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value.format(locale=locale)}</value></prop></item>"
        for path, name, value in SETTINGS
    )
    user = profile / "user"
    user.mkdir(parents=True, exist_ok=True)
    (user / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        f"{items}</oor:items>",
        encoding="utf-8",
    )


def kill_group(process: subprocess.Popen[bytes]) -> None:
    try:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait(ASK_SECONDS)
    except (ProcessLookupError, PermissionError, subprocess.TimeoutExpired):
        return


class Bridge:
    """One LibreOffice and its open documents."""

    def __init__(self, soffice: str, folder: Path, locale: str, shown: bool) -> None:
        self.books: dict[int, Book] = {}
        self.shown = shown
        self.last = 0
        self.folder = folder
        profile = folder / "profile"
        write_settings(profile, locale)
        pipe = f"hrge-xl-{os.getpid()}-{os.urandom(6).hex()}"
        self.process = subprocess.Popen(
            [
                soffice,
                f"-env:UserInstallation={profile.as_uri()}",
                *(() if shown else ("--headless", "--invisible")),
                *(
                    "--nologo",
                    "--nodefault",
                    "--norestore",
                    "--nolockcheck",
                    "--nofirststartwizard",
                ),
                f"--accept=pipe,name={pipe};urp;",
            ],
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            stderr=sys.stderr,
            start_new_session=True,
        )
        self.address = f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext"
        self.context: Any = None
        self.desktop: Any = None

    def connect(self) -> None:
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext(
            "com.sun.star.bridge.UnoUrlResolver", local
        )
        while True:
            try:
                self.context = resolver.resolve(self.address)
                break
            except NoConnectException:
                if self.process.poll() not in (None, 0):
                    raise Refused(
                        "crashed", f"LibreOffice ended with {self.process.returncode}"
                    ) from None
                time.sleep(0.05)
        services = self.context.ServiceManager
        self.desktop = services.createInstanceWithContext(
            "com.sun.star.frame.Desktop", self.context
        )

    def end(self) -> None:
        asking = threading.Thread(target=self.ask_to_end, daemon=True)
        asking.start()
        asking.join(ASK_SECONDS)
        kill_group(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask_to_end(self) -> None:
        try:
            self.desktop.terminate()
            self.process.wait(ASK_SECONDS)
        except Exception:  # noqa: BLE001 - whatever it is, the process is ended right after
            return

    def book(self, number: int) -> Book:
        if number not in self.books:
            raise Refused("closed", "the document is closed")
        return self.books[number]

    def load(self, url: str) -> Any:
        """Load a document out of sight, with neither macros nor links."""
        return self.load_with(url, prop("Hidden", True), prop("MacroExecutionMode", 0))

    def load_with(self, url: str, *arguments: PropertyValue) -> Any:
        """Load a document without its links; what macros may do, the profile says as well."""
        return self.desktop.loadComponentFromURL(
            url, "_blank", 0, (prop("UpdateDocMode", 0), *arguments)
        )

    # Commands: one method a verb.

    def do_open(self, path: str) -> dict[str, Any]:
        try:
            load = self.load_with if self.shown else self.load
            model = load(uno.systemPathToFileUrl(path))
        except IllegalArgumentException as problem:
            raise Refused(
                "unreadable", f"LibreOffice cannot open {path}: {problem.Message}"
            ) from problem
        if model is None or not hasattr(model, "Sheets"):
            if model is not None:
                model.close(True)
            raise Refused("unreadable", f"LibreOffice cannot open {path} as a spreadsheet")
        if self.shown:
            window.arrange(model)
        self.last += 1
        self.books[self.last] = Book(model)
        return {"book": self.last, "sheets": list(model.Sheets.ElementNames)}

    def do_close(self, book: int) -> None:
        found = self.books.pop(book, None)
        if found is not None:
            found.model.close(True)

    def do_sheets(self, book: int, shown: bool) -> list[str]:
        sheets = self.book(book).model.Sheets
        return [
            name for name in sheets.ElementNames if not shown or sheets.getByName(name).IsVisible
        ]

    def do_fill(self, book: int, cells: list[list[Any]]) -> int:
        owner = self.book(book)
        # Each new object costs a millisecond: sheets are looked up once, cells without a detour.
        pages = {name: owner.sheet(name) for name in {row[0] for row in cells}}
        targets = [
            (sheet, owner.range(sheet, address, pages[sheet]), kind, value)
            for sheet, address, kind, value in cells
        ]
        protected = {name: page.isProtected() for name, page in pages.items()}
        locked = [
            f"{sheet}!{row[1]}"
            for row, (sheet, cell, _, _) in zip(cells, targets, strict=True)
            if protected[sheet] and cell.CellProtection.IsLocked
        ]
        if locked:
            raise Refused("locked", f"locked on a protected sheet: {some(locked)}")
        automatic = owner.model.isAutomaticCalculationEnabled()
        owner.model.addActionLock()
        owner.model.enableAutomaticCalculation(False)
        try:
            for _, cell, kind, value in targets:
                owner.write(cell, kind, value)
        finally:
            owner.model.enableAutomaticCalculation(automatic)
            owner.model.removeActionLock()
        return len(targets)

    def do_clear(self, book: int, sheet: str, address: str) -> None:
        owner = self.book(book)
        place = owner.range(sheet, address)
        owner.must_be_open(sheet, place)
        place.clearContents(CONTENT)

    def do_paste(
        self, book: int, sheet: str, source: str, target: str, source_sheet: str | None
    ) -> None:
        owner = self.book(book)
        origin = owner.range(source_sheet or sheet, source).RangeAddress
        start = owner.cell(sheet, target)
        where = start.CellAddress
        end_column = where.Column + origin.EndColumn - origin.StartColumn
        end_row = where.Row + origin.EndRow - origin.StartRow
        page = owner.sheet(sheet)
        owner.must_be_open(
            sheet, page.getCellRangeByPosition(where.Column, where.Row, end_column, end_row)
        )
        page.copyRange(where, origin)

    def do_cut(self, book: int, sheet: str, source: str, target: str) -> None:
        owner = self.book(book)
        page = owner.sheet(sheet)
        place = owner.range(sheet, source)
        origin = place.RangeAddress
        where = owner.cell(sheet, target).CellAddress
        end_column = where.Column + origin.EndColumn - origin.StartColumn
        end_row = where.Row + origin.EndRow - origin.StartRow
        owner.must_be_open(sheet, place)
        owner.must_be_open(
            sheet, page.getCellRangeByPosition(where.Column, where.Row, end_column, end_row)
        )
        page.moveRange(where, origin)

    def do_drag(self, book: int, sheet: str, address: str) -> None:
        owner = self.book(book)
        place = owner.range(sheet, address)
        owner.must_be_open(sheet, place)
        place.fillAuto(TO_BOTTOM, 1)

    def do_insert(self, book: int, sheet: str, axis: str, index: int, count: int) -> None:
        owner = self.book(book)
        owner.must_be_unprotected(sheet, f"insert {axis.lower()}")
        getattr(owner.sheet(sheet), axis).insertByIndex(index, count)

    def do_delete(self, book: int, sheet: str, axis: str, index: int, count: int) -> None:
        owner = self.book(book)
        owner.must_be_unprotected(sheet, f"delete {axis.lower()}")
        getattr(owner.sheet(sheet), axis).removeByIndex(index, count)

    def do_rename_sheet(self, book: int, sheet: str, name: str) -> None:
        owner = self.book(book)
        owner.must_have_open_structure("rename a sheet")
        owner.sheet(sheet).Name = name

    def do_delete_sheet(self, book: int, sheet: str) -> None:
        owner = self.book(book)
        owner.must_have_open_structure("delete a sheet")
        owner.sheet(sheet)
        owner.model.Sheets.removeByName(sheet)

    def do_move_sheet(self, book: int, sheet: str, position: int) -> None:
        owner = self.book(book)
        owner.must_have_open_structure("move a sheet")
        owner.sheet(sheet)
        names = list(owner.model.Sheets.ElementNames)
        # LibreOffice counts the position before the sheet is taken out.
        owner.model.Sheets.moveByName(
            sheet, position + 1 if position > names.index(sheet) else position
        )

    def do_unprotect(self, book: int, sheet: str, password: str) -> None:
        page = self.book(book).sheet(sheet)
        try:
            page.unprotect(password)
        except IllegalArgumentException as problem:
            raise Refused("locked", f"wrong password for sheet {sheet!r}") from problem
        if page.isProtected():
            raise Refused("locked", f"wrong password for sheet {sheet!r}")

    def do_protect(self, book: int, sheet: str, password: str) -> None:
        self.book(book).sheet(sheet).protect(password)

    def do_sort(
        self, book: int, sheet: str, address: str, column: int, ascending: bool, header: bool
    ) -> None:
        owner = self.book(book)
        place = owner.range(sheet, address)
        owner.must_be_open(sheet, place)
        field = TableSortField()
        field.Field, field.IsAscending = column, ascending
        fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
        place.sort(
            (
                prop("SortFields", fields),
                prop("ContainsHeader", header),
                prop("IsSortColumns", False),
            )
        )

    def do_filter(self, book: int, sheet: str, address: str, column: int, value: str) -> None:
        place = self.book(book).range(sheet, address)
        chosen = place.createFilterDescriptor(True)
        field = TableFilterField()
        field.Field, field.IsNumeric, field.StringValue, field.Operator = (
            column,
            False,
            value,
            EQUAL,
        )
        chosen.setFilterFields((field,))
        place.filter(chosen)

    def do_merge(self, book: int, sheet: str, address: str, merged: bool) -> None:
        owner = self.book(book)
        owner.must_be_unprotected(sheet, "merge cells")
        owner.range(sheet, address).merge(merged)

    def do_hide(self, book: int, sheet: str, axis: str | None, address: str, hidden: bool) -> None:
        owner = self.book(book)
        page = owner.sheet(sheet)
        if axis is None:
            owner.must_have_open_structure("hide or show a sheet")
            page.IsVisible = not hidden
            if page.IsVisible == hidden:
                raise Refused(
                    "locked", f"sheet {sheet!r} cannot be hidden: it is the last visible one"
                )
        else:
            owner.must_be_unprotected(sheet, f"hide or show {axis.lower()}")
            getattr(owner.range(sheet, address), axis).IsVisible = not hidden

    def do_show(self, book: int, sheet: str, column: int, row: int) -> dict[str, Any]:
        return window.show(self.book(book), sheet, column, row)

    def do_go_to(self, book: int, sheet: str, address: str) -> None:
        window.go_to(self.context, self.book(book), sheet, address)

    def do_cursor(self, book: int) -> dict[str, str]:
        return window.cursor(self.book(book))

    def do_recalculate(self, book: int) -> None:
        self.book(book).model.calculateAll()

    def do_value(self, book: int, sheet: str, address: str) -> dict[str, Any]:
        return cell_state(self.book(book).cell(sheet, address))

    def do_values(self, book: int, sheet: str, address: str) -> list[list[Any]]:
        place = self.book(book).range(sheet, address)
        return [
            [
                plain(value, formula, lambda c=column, r=row: place.getCellByPosition(c, r))
                for column, (value, formula) in enumerate(zip(values, formulas, strict=True))
            ]
            for row, (values, formulas) in enumerate(
                zip(place.getDataArray(), place.getFormulaArray(), strict=True)
            )
        ]

    def do_formulas(self, book: int, sheet: str, address: str) -> list[list[str]]:
        return [list(row) for row in self.book(book).range(sheet, address).getFormulaArray()]

    def do_set_list(self, book: int, sheet: str, address: str, source: str) -> None:
        owner = self.book(book)
        owner.must_be_unprotected(sheet, "change validity")
        cells = owner.range(sheet, address)
        rule = cells.Validation
        rule.Type = LIST
        rule.setFormula1(source)
        cells.Validation = rule

    def do_save(self, book: int, path: str, format: str, sheet: str | None = None) -> None:
        if format not in FILTERS:
            raise Refused("missing", f"no format {format!r}; there are: {', '.join(FILTERS)}")
        owner = self.book(book)
        options = [prop("FilterName", FILTERS[format]), prop("Overwrite", True)]
        if sheet is not None:
            chosen = uno.Any(
                "[]com.sun.star.beans.PropertyValue", (prop("Selection", owner.sheet(sheet)),)
            )
            options.append(prop("FilterData", chosen))
        try:
            owner.model.storeToURL(uno.systemPathToFileUrl(path), tuple(options))
        except DisposedException:
            raise
        except uno.getClass("com.sun.star.uno.Exception") as problem:
            raise Refused(
                "unwritable", f"LibreOffice cannot write {path}: {problem.Message}"
            ) from problem

    def answer(self, command: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"ok": getattr(self, "do_" + command["verb"])(**command["args"])}
        except Refused as refused:
            return {"error": refused.kind, "message": str(refused)}
        except DisposedException as gone:
            return {"error": "crashed", "message": f"LibreOffice went away: {gone.Message}"}
        except Exception as problem:  # noqa: BLE001 - the test gets every mistake by its name
            text = getattr(problem, "Message", None) or str(problem)
            return {
                "error": "failed",
                "message": f"{command['verb']}: {type(problem).__name__}: {text}",
            }


def send(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main(soffice: str, folder: str, locale: str, shown: str) -> None:
    lines: queue.Queue[str] = queue.Queue()
    bridge = Bridge(soffice, Path(folder), locale, shown == "shown")

    def read() -> None:
        for line in sys.stdin:
            lines.put(line)
        # The other end is gone, perhaps in the middle of a long command: leave nothing behind.
        bridge.end()
        os._exit(0)

    send({"ok": {"pid": bridge.process.pid}})
    threading.Thread(target=read, daemon=True).start()
    try:
        bridge.connect()
    except Refused as refused:
        send({"error": refused.kind, "message": str(refused)})
        bridge.end()
        return
    send({"ok": "ready"})
    while True:
        send(bridge.answer(json.loads(lines.get())))


if __name__ == "__main__":
    main(*sys.argv[1:])
