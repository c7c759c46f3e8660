"""What stands in a collected list and is past its day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from ..schema import LISTED_ROWS, Row
from ..store import Store


def overdue(store: Store, today: date) -> Iterator[Row]:
    """One line an item, the oldest first."""
    table = store.tables[LISTED_ROWS.name]
    columns = list(store.schema.list_columns)
    at = LISTED_ROWS.at
    items: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in store.rows(LISTED_ROWS.name, table.c.current, table.c.due < today):
        key = (row[at["submission"]], row[at["item"]])
        item = items.setdefault(key, {name: row[index] for name, index in at.items()} | {"shown": {}})
        item["shown"][row[at["column_code"]]] = row[at["value"]]
    late = sorted(items.items(), key=lambda each: (each[1]["due"], each[0]))
    for _, item in late:
        yield (
            *(item[name] for name in ("submission", "team", "country", "list", "tool", "row", "due")),
            (today - item["due"]).days, *(item["shown"].get(column) for column in columns),
            item["sheet"], item["cell"], item["file_sha256"],
        )  # fmt: skip
