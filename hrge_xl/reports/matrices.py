"""The risk matrices of a report: for each period, the rows of the files that count at each crossing of two steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from ..dataset.dimensions import matrix_blocks
from ..dataset.schema import MATRIX_ROWS
from ..dataset.store import Store
from ..disclosure_control.names import SheetNames
from ..spec.model import MatrixBlock, Spec
from .document import FileRow, MatrixCell, MatrixRow

Crossing = tuple[str, str]  # the steps down and across
Places = Mapping[Crossing, Sequence[dict[str, str]]]


def matrices(
    store: Store, files: Sequence[FileRow], dataset: int, language: str, sheets: SheetNames | None = None
) -> Iterator[MatrixRow]:
    """Give every matrix of the spec of a dataset over the files that count, one a period; of none, without rows."""
    spec = store.schema.spec
    if spec is None or spec.matrix is None:
        return
    counted = {file["submission"]: file for file in files if file["counted"]}
    periods = sorted({file["period"] or "" for file in counted.values()}) or [""]
    for block in matrix_blocks(spec):
        found = _rows(store, block, counted, sheets)
        for period in periods:
            yield _matrix(spec, block, found.get(period, {}), dataset, period, language)


def _rows(
    store: Store, block: MatrixBlock, files: Mapping[str, FileRow], sheets: SheetNames | None
) -> Mapping[str, Places]:
    """Give every row of some files that stands in a matrix, by period and crossing, in the order of files and cells."""
    found: dict[str, dict[Crossing, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    table = store[MATRIX_ROWS].c
    columns = ("submission", "n", "down", "across", "team", "sheet", "cell", "row")
    wanted = sa.select(*(table[name] for name in columns)).where(
        table.current, table.tool.in_(block.sources),
        table.down_field == block.down, table.across_field == block.across,
    )  # fmt: skip
    rows = [(files[row[0]], *row) for row in store.select(wanted) if row[0] in files]
    for file, _, _, down, across, team, *place in sorted(rows, key=lambda row: (row[0]["path"], row[1:3])):
        said = dict(zip(("sheet", "cell", "row"), place, strict=True))
        if sheets is not None:
            said["sheet"] = sheets(file["submission"], said["sheet"])
        found[file["period"] or ""][down, across].append({"team": team or "", "file": file["path"], **said})
    return found


def _matrix(
    spec: Spec, block: MatrixBlock, rows: Places, dataset: int, period: str, language: str
) -> MatrixRow:
    matrix = spec.matrix
    assert matrix is not None
    down, across = spec.vocabularies[matrix.down], spec.vocabularies[matrix.across]
    fields = spec.tool[block.sources[0]].fields
    cells: list[MatrixCell] = [
        {
            "down": one, "across": other, "level": matrix.cells[one][other],
            "count": len(rows.get((one, other), ())), "rows": [*rows.get((one, other), ())],
        }
        for one in down.by_code
        for other in across.by_code
    ]  # fmt: skip
    return {
        "title": block.title.say(language),
        "dataset": dataset,
        "period": period,
        "tools": list(block.sources),
        "down_label": fields[block.down].label.say(language),
        "across_label": fields[block.across].label.say(language),
        "down": [(item.code, item.label.say(language)) for item in down.items],
        "across": [(item.code, item.label.say(language)) for item in across.items],
        "levels": [
            {"code": level.code, "label": level.label.say(language), "colour": level.colour}
            for level in matrix.levels
        ],
        "teams": len({place["team"] for places in rows.values() for place in places}),
        "cells": cells,
    }
