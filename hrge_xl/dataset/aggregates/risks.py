"""Risks over all teams: how many stand where before and after mitigation, broken down, and which weigh most."""

from __future__ import annotations

import sqlalchemy as sa

from ...spec.model import Spec
from ...spec.supplements import Breakdown, Crossing, RiskFigures
from ..definitions import in_bytes
from ..schema import field_column, shown_column, spec_language
from ..store import Store
from . import sql
from .sql import BY_COUNTRY, BY_TOOL, picked, same

BEFORE = "before"
AFTER = "after"
ROW = ("submission", "tool", "row_code")
STEPS = ("matrix_row", "matrix_column")
UNLISTED = 1_000_000  # the place of a part that stands in no list: the last one
MOST = 200  # risks of a period in the list of those that weigh most
PLACED = "period submission team country tool row_code matrix_row matrix_column level sheet cell file_sha256"


def risk_figures(spec: Spec | None) -> RiskFigures:
    """Return what the spec says of risks."""
    assert spec is not None
    assert spec.figures.risks is not None
    return spec.figures.risks


def stages(figures: RiskFigures) -> dict[str, Crossing]:
    """Return the crossings that place a risk."""
    return {BEFORE: figures.before} | ({AFTER: figures.after} if figures.after else {})


# where each risk stands


def risk_parts(source: sql.Sources) -> sql.Select:
    """Every risk at every stage, once for each part (`code`) of each breakdown that it belongs to."""
    figures = risk_figures(source.spec)
    placed = placed_risks(source).cte("placed")
    parts = [
        _part(placed, BY_TOOL, placed.c.tool),
        _part(placed, BY_COUNTRY, sa.func.nullif(placed.c.country, "")),
        *(_broken_down(source, placed, name, breakdown) for name, breakdown in figures.by.items()),
    ]
    return sa.select(sa.union_all(*parts).subquery())


def placed_risks(source: sql.Sources) -> sql.Select:
    """Return every risk of the returns that count at every stage, with the cell that places it."""
    figures = risk_figures(source.spec)
    rows = sql.current(source, "matrix_rows")
    files = source["submissions"]
    lines = [
        (stage, at.down, at.across, place)
        for place, (stage, at) in enumerate(stages(figures).items())
    ]
    stage = sql.listed("stages", "stage matrix_row_field matrix_column_field place:integer", lines)
    return (
        sa.select(
            *picked(PLACED, rows, stage=stage.c.stage, stage_place=stage.c.place),
            sql.returned(files),
        )
        .select_from(rows)
        .join(files, same(files, rows, "submission"))
        .join(stage, same(stage, rows, "matrix_row_field", "matrix_column_field"))
        .where(rows.c.tool.in_(figures.tools))
    )


def _part(placed: sa.FromClause, breakdown: str, code: sql.Expression) -> sql.Select:
    return sa.select(sa.literal(breakdown).label("breakdown"), code.label("code"), placed)


def _broken_down(source: sql.Sources, placed: sa.CTE, by: str, breakdown: Breakdown) -> sql.Select:
    """Return risks by what their sheet stands for, or by each of the answers to a question."""
    if breakdown.field is None:
        stands_for = sa.case(breakdown.tools, value=placed.c.tool)
        return _part(placed, by, stands_for).where(stands_for.is_not(None))
    answers = sql.answers_to(source, breakdown.field, risk_figures(source.spec).tools)
    code = sa.func.coalesce(answers.c.code, sql.as_text(answers.c.number), answers.c.text)
    answered = (
        _part(placed, by, code).select_from(placed).join(answers, same(answers, placed, *ROW))
    )
    return answered.where(code.is_not(None))


def unplaced_risks(store: Store, period: str | None) -> dict[str, int]:
    """Count by stage the risks of a period that have no level."""
    schema = store.schema
    entered = 0
    figures = risk_figures(schema.spec)
    placed = store["aggregate_risks"].c
    for tool in figures.tools:
        rows = store[schema.wide[tool].name].c
        entered_count = sa.select(sa.func.count()).where(
            rows.current, rows.period == period, rows.tool == tool
        )
        entered += next(store.select(entered_count))[0]
    total = sa.select(placed.stage, sql.whole(sa.func.sum(placed.frequency)))
    counts = dict(store.select(total.where(placed.period == period).group_by(placed.stage)))
    return {stage: entered - counts.get(stage, 0) for stage in stages(figures)}


# how many stand where


def aggregate_risks(source: sql.Sources) -> sql.Select:
    """Return the cells with a risk by stage."""
    counted = sql.counted(placed_risks(source), f"period stage stage_place {' '.join(STEPS)}")
    return sql.numbered(
        source, "aggregate_risks", _with_cells(source, counted), "period stage_place cell"
    )


def _with_cells(source: sql.Sources, counted: sql.Select) -> sql.Select:
    """Return counts with what is said of the cells of the matrix that they are of."""
    cells = matrix_cells(source.spec)
    lines = counted.subquery()
    return sa.select(lines, *picked(CELL, cells)).join(cells, same(cells, lines, *STEPS))


def aggregate_risks_by_part(source: sql.Sources) -> sql.Select:
    """Return the same for each part of each breakdown."""
    spec = source.spec
    language = spec_language(spec)
    by = {breakdown: place for place, breakdown in enumerate(ways(spec))}
    labels = [
        (breakdown, code, label, place)
        for breakdown in by
        for place, (code, label) in enumerate(part_labels(spec, breakdown, language).items())
    ]  # of every part of every breakdown, in the order of its list
    cells = matrix_cells(spec)
    names = sql.listed("names", "breakdown code label place:integer", labels)
    keys = f"period breakdown code stage stage_place {' '.join(STEPS)}"
    counted = sql.counted(risk_parts(source), keys).subquery()
    labelled = (
        sa.select(
            counted,
            *picked(
                CELL,
                cells,
                label=sa.func.coalesce(names.c.label, counted.c.code),
                place=sa.func.coalesce(names.c.place, UNLISTED),
                way=sa.case(by, value=counted.c.breakdown),
            ),
        )
        .select_from(counted)
        .join(cells, same(cells, counted, *STEPS))
        .outerjoin(names, same(names, counted, "breakdown", "code"))
    )
    return sql.numbered(
        source, "aggregate_risks_by_part", labelled, "period way place code stage_place cell"
    )


def ways(spec: Spec) -> tuple[str, ...]:
    """List what risks are broken down by, in the order in which it is shown."""
    return BY_TOOL, BY_COUNTRY, *risk_figures(spec).by


def part_labels(spec: Spec, by: str, language: str) -> dict[str, str]:
    """Return the parts of a breakdown with their labels, in the order of their list."""
    figures = risk_figures(spec)
    name = spec.countries
    if by == BY_TOOL:
        return {code: spec.tool[code].title.say(language) for code in figures.tools}
    if by != BY_COUNTRY:
        breakdown = figures.by[by]
        fields = spec.tool[figures.tools[0]].fields
        name = breakdown.vocabulary or fields[breakdown.field or ""].vocabulary
    return spec.vocabularies[name].labels(language) if name in spec.vocabularies else {}


# which weigh most


def top_risks(source: sql.Sources) -> sql.Select:
    """Open risks by weight: level after mitigation, then steps, then the same before; the first of each period."""
    weighed = _weighed(source).subquery()
    heaviest = [weighed.c.weight.desc(), weighed.c.weight_before.desc()]
    alike = [in_bytes(weighed.c[name]) for name in ("team", "tool", "row_code", "submission")]
    rank = sa.func.row_number().over(partition_by=weighed.c.period, order_by=[*heaviest, *alike])
    ranked = sa.select(weighed, rank.label("rank")).subquery()
    return sql.numbered(
        source, "top_risks", sa.select(ranked).where(ranked.c.rank <= MOST), "period rank"
    )


def _weighed(source: sql.Sources) -> sql.Select:
    """Return every open risk with its two places, what they weigh, and the cell that names it."""
    figures = risk_figures(source.spec)
    cells = matrix_cells(source.spec)
    placed = sql.materialized_cte(_both_places(source))
    rows = sql.materialized_cte(_open_rows(source))
    named = sql.answers_to(source, figures.name, figures.tools)
    before = cells.alias("cell_before")
    after = cells.alias("cell_after")
    shown = [rows.c[shown_column(code)] for code in figures.shows]
    return (
        sa.select(
            placed,
            *shown,
            *picked(
                "name file_sha256",
                rows,
                level_before=before.c.level,
                level_after=after.c.level,
                weight_before=sa.func.coalesce(before.c.weight, -1),
                weight=sa.func.coalesce(after.c.weight, before.c.weight, -1),
                sheet=sa.func.coalesce(named.c.sheet, rows.c.sheet),
                cell=sa.func.coalesce(named.c.cell, rows.c.cell),
            ),
        )
        .select_from(placed)
        .join(rows, same(rows, placed, *ROW))
        .outerjoin(named, same(named, placed, *ROW))
        .outerjoin(before, _at(before, placed, BEFORE))
        .outerjoin(after, _at(after, placed, AFTER))
    )


def _both_places(source: sql.Sources) -> sql.Select:
    """Return one line a risk, with its steps at each stage."""
    placed = placed_risks(source).subquery()
    steps = {
        f"{side}_{stage}": sa.func.max(sa.case((placed.c.stage == stage, placed.c[side])))
        for stage in (BEFORE, AFTER)
        for side in STEPS
    }
    return sql.grouped(placed, "period submission team country tool row_code", **steps)


def _open_rows(source: sql.Sources) -> sql.Select:
    """Return the rows of all sheets of risks that are not over, with what a list of risks shows."""
    figures = risk_figures(source.spec)
    rows = []
    for table in dict.fromkeys(source.store.schema.wide[tool].name for tool in figures.tools):
        wide = source[table]
        shown = {"name": figures.name} | {shown_column(code): code for code in figures.shows}
        shown_columns = {
            name: sql.as_text(wide.c[field_column(code)]) for name, code in shown.items()
        }
        over = [
            sa.func.coalesce(sql.as_text(wide.c[field_column(code)]), "").in_(codes)
            for code, codes in figures.closed.items()
        ]
        rows.append(
            sa.select(
                *picked("submission tool row_code sheet cell file_sha256", wide, **shown_columns)
            ).where(wide.c.tool.in_(figures.tools), sa.not_(sa.or_(sa.false(), *over)))
        )
    return sa.select(sa.union_all(*rows).subquery())


def _at(cell: sa.FromClause, placed: sa.FromClause, stage: str) -> sql.Expression:
    return sa.and_(*(cell.c[side] == placed.c[f"{side}_{stage}"] for side in STEPS))


# the matrices over all teams

CELL = "matrix_row_label matrix_column_label level level_label cell"  # what is said of one


def aggregate_matrix(source: sql.Sources) -> sql.Select:
    """Return the cells with a row by sheet and the two questions that are crossed, whichever matrix shows them."""
    rows = sql.current(source, "matrix_rows")
    files = source["submissions"]
    pair = "period tool matrix_row_field matrix_column_field"
    keys = f"{pair} {' '.join(STEPS)}"
    lines = sa.select(*picked(f"{keys} submission team", rows), sql.returned(files))
    counted = sql.counted(lines.join(files, same(files, rows, "submission")), keys)
    return sql.numbered(source, "aggregate_matrix", _with_cells(source, counted), f"{pair} cell")


def matrix_cells(spec: Spec) -> sa.CTE:
    """Return every cell of the matrix: its labels, its level, its number, and how much it weighs."""
    matrix = spec.matrix
    language = spec_language(spec)
    assert matrix is not None
    downs, acrosses = (spec.vocabularies[name].items for name in (matrix.down, matrix.across))
    rank = {code: number for number, code in enumerate(matrix.level)}
    most = max(int(down.code) * int(across.code) for down in downs for across in acrosses) + 1
    lines: list[tuple[str | int, ...]] = []
    for down in downs:
        for across in acrosses:
            level = matrix.level[matrix.cells[down.code][across.code]]
            weight = rank[level.code] * most + int(down.code) * int(across.code)
            labels = [step.label.say(language) for step in (down, across, level)]
            lines.append((down.code, across.code, level.code, *labels, len(lines), weight))
    columns = f"{' '.join(STEPS)} level matrix_row_label matrix_column_label level_label cell:integer weight:integer"
    return sql.listed("cells", columns, lines)
