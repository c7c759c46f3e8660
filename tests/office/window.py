"""The window of an open document: what it shows, where its cursor stands, what its menus do (see `server.py`)."""

from typing import Any

from book import Book, prop


def arrange(model: Any) -> None:
    """Let the window fill the screen, with nothing beside the cells."""
    controller = model.CurrentController
    controller.Frame.ContainerWindow.IsMaximized = True
    controller.Sidebar.setVisible(False)


def show(owner: Book, sheet: str, column: int, row: int) -> dict[str, Any]:
    """Scroll a sheet to a column and a row, counted from 0; say what is seen beside the frozen cells."""
    page, controller = owner.sheet(sheet), owner.model.CurrentController
    controller.setActiveSheet(page)
    pane = controller.getByIndex(controller.Count - 1)
    pane.setFirstVisibleColumn(column)
    pane.setFirstVisibleRow(row)
    seen, (last_column, last_row) = pane.getVisibleRange(), end(page)
    return {
        "first": [seen.StartColumn, seen.StartRow],
        "last": [seen.EndColumn, seen.EndRow],
        "end": [last_column, last_row],
    }


def end(page: Any) -> tuple[int, int]:
    cursor = page.createCursor()
    cursor.gotoEndOfUsedArea(False)
    where = cursor.RangeAddress
    return last_visible(page.Columns, where.EndColumn), last_visible(page.Rows, where.EndRow)


def last_visible(lines: Any, last: int) -> int:
    while last and not lines.getByIndex(last).IsVisible:
        last -= 1
    return last


def go_to(context: Any, owner: Book, sheet: str, address: str) -> None:
    """Put the cursor on a cell or a range, as the name box does: a selection would hold Tab and Enter inside it."""
    owner.model.CurrentController.setActiveSheet(owner.sheet(sheet))
    owner.range(sheet, address)
    run(context, owner, ".uno:GoToCell", {"ToPoint": address})


def cursor(owner: Book) -> dict[str, str]:
    chosen = owner.model.CurrentSelection
    parts = getattr(chosen, "AbsoluteName", "").split(":")
    return {
        "sheet": owner.model.CurrentController.ActiveSheet.Name,
        "cells": ":".join(part.rpartition(".")[2].replace("$", "") for part in parts),
    }


def run(context: Any, owner: Book, command: str, arguments: dict[str, Any]) -> None:
    helper = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.frame.DispatchHelper", context
    )
    named = tuple(prop(name, value) for name, value in arguments.items())
    helper.executeDispatch(owner.model.CurrentController.Frame, command, "", 0, named)
