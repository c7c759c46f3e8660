"""A spec as a workbook for people who think in Excel: its files as rows of sheets, and such rows as files again.

A value stands in a cell by the path to it: in the row of its field, its entry, its rule, under a heading that says the
rest of the path (`constraint/check`, `label::fr`). What has no such place is a row of the sheet `settings`, with the
whole path. Files that are no tree of options stand line by line in the sheet `files`. `spec_workbook.yaml` has the
columns. A workbook becomes files in a folder, and mistakes in them are told with the cell that each came from.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from io import BytesIO, StringIO
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, NamedTuple, get_args, get_origin

import yaml
from xlsxwriter import Workbook
from yaml import Node

from ..core.bounds import BoundedText
from ..core.errors import LimitError, Mistake, SpecError, UsageError, did_you_mean, listed
from ..core.numerals import plain_number, shown
from ..core.paths import (
    check_not_there,
    check_spec_name,
    is_plain_name,
    path_in,
    whole_folder,
    write_whole,
)
from ..core.spec_parts import Model, Text
from ..core.words import CELL_LIMIT, fits_a_cell
from ..fields import FIELD_TYPES, Field
from ..fields.field import FieldType
from ..findings import Finding
from ..reader import Job, content_of, look_into
from ..reader.raw import CellKind, RawCell, shown_cell
from ..spec import model
from ..spec.carried import LIST, LISTS, pack
from ..spec.csv_file import take_in_lists
from ..spec.load import HEAD_FILE, load
from ..spec.shape import OWN_FILES, annotations_at, options_of
from ..spec.yaml_file import MAX_DEPTH, Loader, SkippedInput, dumped, entries_of, plain, walk
from ..workbook.cell_writer import no_cell_holds
from ..workbook.plain_sheets import PlainSheet, add_sheet, new_book
from .spec_cells import MistakeInCell, Places, SpecCell, knowing_cells, placed

SUFFIX = ".xlsx"  # of a workbook that is written
NOTE = "_"  # with which the names of sheets and the headings begin that are none of the spec
NAMES = f"{NOTE}names"  # the sheet that works out the names of the lists
OF_FILES = re.compile(r"(?:[^/]+\.yaml|languages/[^/]+\.(?:po|yaml)|facts/[^/]+\.csv)")
BLOCKS = get_args(get_args(model.AnyBlock)[0])
COLUMN_SETS = "columns"
MOST_ROWS = 2000  # that have dropdowns
MOST_LISTS = 200
MOST_LINES = 500  # of a file that has a row for each
SEPARATOR = ";"
REMEDY = "Check that it opens in Excel, and save it as .xlsx."
# signs that have a meaning in a path, within a name
ESCAPES = (("~", "~0"), ("/", "~1"), ("#", "~2"), (":", "~3"))
PARTS: Mapping[str, Sequence[type[Model]]] = {  # what the rows of a sheet are
    "sheets": (model.Tool, *BLOCKS),
    "fields": (Field,),
    "items": (model.Item,),
    "lists": (model.VocabularyItem,),
    "rules": (model.Rule,),
}
SEVERAL = ("for", "covered_by")  # options of lists that only the loader knows
# what is JSON, if it can be read as that
WRITTEN_OUT = re.compile(r'null|[-+.0-9e]{16,}|[\[{"].*[\]}"]', re.DOTALL)

Value = str | int | float | bool | None
Steps = tuple[str | int, ...]  # numbers are those of entries, from 1
# by sheet: row, column, value; None is an error, or a formula without a result
CellValues = list[
    tuple[BoundedText, list[tuple[int, int, BoundedText | int | float | bool | None]]]
]


@cache
def layout() -> dict[str, Any]:
    """Return what `spec_workbook.yaml` says."""
    content = Path(__file__).with_suffix(".yaml").read_bytes()
    table: dict[str, Any] = yaml.load(content, Loader=yaml.CSafeLoader)
    return table


class SpecLeaf(NamedTuple):
    """What one cell says."""

    value: Any
    place: SpecCell


# paths and headings


def written_path(steps: Sequence[str | int]) -> str:
    """Return a path as it is written: `checks/#1/message`."""
    return "/".join(f"#{step}" if isinstance(step, int) else _escaped(step) for step in steps)


def _escaped(name: str) -> str:
    for sign, code in ESCAPES:
        name = name.replace(sign, code)
    return name


def read_path(text: str) -> Steps:
    """Return the steps of a path, or of a heading; a language behind :: is the last one, also as `French (fr)`."""
    path, _, language = text.partition("::")
    steps: list[str | int] = []
    for step in path.strip().split("/"):
        number = re.fullmatch(r"#([0-9]{1,6})", step)
        name = step
        for sign, code in reversed(ESCAPES):
            name = name.replace(code, sign)
        steps.append(int(number[1]) if number else name)
    tag = re.search(r"\(([^()]+)\)\s*$", language)
    name = (tag[1] if tag else language).strip()
    return (*steps, name) if name else tuple(steps)


def heading_of(steps: Steps, languages: Sequence[str]) -> str:
    """Return the heading of a path; a language at its end stands behind ::."""
    if len(steps) > 1 and steps[-1] in languages:
        return f"{written_path(steps[:-1])}::{steps[-1]}"
    return written_path(steps)


def _annotations(steps: Steps) -> list[Any]:
    """Return what the model takes at a path of the whole tree, in which codes and numbers of entries are no options."""
    names = [step for step in steps if isinstance(step, str)] or [""]
    if names[0] in ("tools", "vocabularies", COLUMN_SETS):
        del names[1:2]
    if names[0] == COLUMN_SETS:
        names[:1] = ["tools", "blocks", "fields"]
    return annotations_at(names)


def _takes_several(steps: Steps) -> bool:
    """Say whether a list of plain values belongs here."""
    if steps[-1] in SEVERAL or (steps[0], steps[-1]) == ("rules", "tools"):
        return True
    kinds = [kind for annotation in _annotations(steps) for kind in _kinds(annotation)]
    return any(
        get_origin(kind) is tuple
        and not any(
            _is_a(part, (Model, Text)) for inner in get_args(kind) for part in _kinds(inner)
        )
        for kind in kinds
    )


def _takes_text_alone(steps: Steps) -> bool:
    kinds = {kind for annotation in _annotations(steps) for kind in _kinds(annotation)}
    return bool(kinds) and kinds <= {str, Text, type(None)}


def _kinds(annotation: Any) -> tuple[Any, ...]:
    """Return the kinds that an annotation allows, those of a union one by one."""
    if get_origin(annotation) in (tuple, dict, Literal) or not get_args(annotation):
        return (annotation,)
    return tuple(kind for inner in get_args(annotation) for kind in _kinds(inner))


def _is_a(kind: Any, classes: tuple[type, ...]) -> bool:
    return isinstance(kind, type) and issubclass(kind, classes)


# new specs, and specs in another form


def new_spec(name: str, output: str | Path, languages: Sequence[str] = ("en",)) -> Path:
    """Write a small spec to begin with: as a workbook, or as YAML into a folder that is not there yet; return its path.

    Raises `UsageError`.
    """
    check_spec_name(name)
    starter = json.dumps(layout()["starter"])
    bare = re.sub(r'\{"TEXT": ("[^"]*")\}', r"\1", starter)
    worded = bare if len(languages) < 2 else starter.replace("TEXT", languages[0])
    parts: dict[str, Any] = json.loads(worded)
    tools = parts.pop("tools")
    head: dict[str, Any] = {"name": name, "version": "1", "title": name, "languages": [*languages]}
    head |= {**model.NEWEST, "sheets": [*tools]}
    files = {HEAD_FILE: head} | {f"{part}.yaml": tree for part, tree in parts.items()}
    files |= {f"tools/{code}.yaml": {"code": code} | tool for code, tool in tools.items()}
    with TemporaryDirectory(prefix="hrge-xl-") as home:
        for path, tree in files.items():
            write_whole(path_in(Path(home), *path.split("/")), dumped(tree, flow=None).encode())
        return export_spec(home, output)


def export_spec(spec: str | Path, output: str | Path) -> Path:
    """Write a spec as a workbook, or as YAML into a folder that is not there yet; return its path.

    Raises `UsageError`, `SpecError`, and `LimitError` where a text is longer than a cell.
    """
    loaded = load(spec)
    output = Path(output)
    check_not_there(output)
    if output.suffix.lower() == SUFFIX:
        write_whole(output, workbook_of(loaded))
        return output
    with whole_folder(output) as unfinished:
        for path, content in pack(Path(loaded.folder)).items():
            write_whole(path_in(unfinished, *path.split("/")), content)
    return output


# from a spec to a workbook


def workbook_of(spec: model.Spec) -> bytes:
    """Return a spec as a workbook. Raises `LimitError` where a text is longer than a cell."""
    tables = _SpecTables(spec)
    return _draw(tables.rows, spec.languages)


@dataclass
class _SpecTables:
    """The rows of every sheet: the value of each cell by its heading."""

    spec: model.Spec
    rows: dict[str, list[dict[str, Value]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows = {name: [] for name in layout()["sheets"]}
        root, files = _tree_of(self.spec)
        remaining: list[tuple[Steps, Any]] = []
        for code, tool in root.pop("tools").items():
            remaining += self._add_tool(code, tool)
        for name, fields in root.pop(COLUMN_SETS, {}).items():
            keys = {"sheet": f"{COLUMN_SETS}/{name}"}
            remaining += self._add_entries("fields", keys, (COLUMN_SETS, name), fields)
        for name, vocabulary in root.get("vocabularies", {}).items():
            at = ("vocabularies", name, "items")
            remaining += self._add_entries("lists", {"list": name}, at, vocabulary.pop("items"))
        remaining += self._add_entries("rules", {}, ("rules",), root.pop("rules", []))
        for steps, value in [*self._leaves(root), *remaining]:
            if value != {} or steps[0] != "vocabularies":  # else nothing is left of a list
                self._add_setting(steps, value)
        for path, content in files.items():
            self.rows["files"] += [{"file": path, "lines": lines} for lines in _lines_of(content)]

    def _add_tool(self, code: str, tool: dict[str, Any]) -> Iterator[tuple[Steps, Any]]:
        """Add a row for each block of a sheet, the first with what is said of the sheet; yield what has no column."""
        blocks = tool.pop("blocks")
        tool.pop("code")
        for number, block in enumerate(blocks, 1):
            at = ("tools", code, "blocks", number)
            keys: dict[str, Value] = {"sheet": code} | ({"block": number} if number > 1 else {})
            for name in ("fields", "items"):
                if isinstance(block.get(name), list) and block[name]:
                    yield from self._add_entries(name, keys, (*at, name), block.pop(name))
            row: dict[str, Value] = {"code": code}
            if number == 1:
                yield from self._fill("sheets", row, ("tools", code), tool)
            yield from self._fill("sheets", row, at, block)
            self.rows["sheets"].append(row)

    def _add_entries(
        self, table: str, keys: Mapping[str, Value], at: Steps, entries: Sequence[Any]
    ) -> Iterator[tuple[Steps, Any]]:
        """Add a row for each entry; yield what has no place in it."""
        for number, entry in enumerate(entries, 1):
            row = dict(keys)
            yield from self._fill(table, row, (*at, number), entry)
            self.rows[table].append(row)

    def _fill(
        self, table: str, row: dict[str, Value], at: Steps, part: Any
    ) -> Iterator[tuple[Steps, Any]]:
        """Put what is said in a part into the cells of a row; yield what has no place there."""
        columns = {name.removesuffix("::") for name in layout()["sheets"][table]}
        for steps, value in self._leaves(part):
            shown_steps = steps
            if "blocks" in at and table == "sheets" and steps[0] in options_of(model.Tool):
                shown_steps = ("block", *steps)
            heading = heading_of(shown_steps, self.spec.languages)
            cell = _cell_of(value, (*at, *steps))
            if cell is None or (table == "sheets" and heading.partition("::")[0] not in columns):
                yield (*at, *steps), value
            else:
                row[heading] = cell

    def _add_setting(self, steps: Steps, value: Any) -> None:
        language = str(steps[-1]) if len(steps) > 1 and steps[-1] in self.spec.languages else ""
        cell = _cell_of(value, steps)
        if cell is None or (isinstance(cell, str) and WRITTEN_OUT.fullmatch(cell)):
            cell = json.dumps(_written(value), ensure_ascii=False)
        if language and cell == value:
            path = written_path(steps[:-1])
            rows = self.rows["settings"]
            if rows and rows[-1]["path"] == path and f"value::{language}" not in rows[-1]:
                rows[-1][f"value::{language}"] = cell
            else:
                rows.append({"path": path, f"value::{language}": cell})
        else:
            self.rows["settings"].append({"path": written_path(steps), "value": cell})

    def _leaves(self, part: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Any]]:
        """Yield all that a part says, with its path: values, lists of texts, and what no column can hold."""
        if isinstance(part, dict) and part and self._in_order(part):
            for name, below in part.items():
                yield from self._leaves(below, (*steps, str(getattr(name, "written", name))))
        elif isinstance(part, list) and any(isinstance(entry, dict | list) for entry in part):
            for number, entry in enumerate(part, 1):
                yield from self._leaves(entry, (*steps, number))
        else:
            yield steps, part

    def _in_order(self, part: Mapping[Any, Any]) -> bool:
        """Say whether the columns of the languages bring a text back as it is: the first one counts most."""
        tags = [name for name in part if name in self.spec.languages]
        return tags == [tag for tag in self.spec.languages if tag in part]


def _lines_of(content: bytes) -> list[str]:
    """Return the lines of a file, those of a long one by many in a cell."""
    lines = content.decode("utf-8").split("\n")
    if len(lines) <= MOST_LINES:
        return lines
    together: list[list[str]] = [[]]
    length = 0
    for line in lines:
        length += len(line) + 1
        if length > CELL_LIMIT:
            together.append([])
            length = len(line) + 1
        together[-1].append(line)
    return ["\n".join(some) for some in together]


def _tree_of(spec: model.Spec) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return all that the files of a spec say as one tree, its tools by their codes; and the files that are no part."""
    files = pack(Path(spec.folder))
    own = [path for path in files if path == HEAD_FILE or path.removesuffix(".yaml") in OWN_FILES]
    own += [path for path in files if path.startswith("tools/")]
    nodes = {path: _node(files.pop(path).decode("utf-8-sig")) for path in own}
    take_in_lists(Path(spec.folder), nodes.get(LISTS), spec.languages[0], [], SkippedInput())
    trees = {path: plain(node) for path, node in nodes.items()}
    by_code = {str(tree["code"]): tree for path, tree in trees.items() if path.startswith("tools/")}
    root: dict[str, Any] = trees[HEAD_FILE]
    del root["sheets"]
    root |= {name: trees[f"{name}.yaml"] for name in OWN_FILES if f"{name}.yaml" in trees}
    root["tools"] = {tool.code: by_code[tool.code] for tool in spec.tools}
    lists = {path for path in files if "/" not in path and path.endswith(LIST)}
    return root, {path: content for path, content in files.items() if path not in lists}


def _node(text: str) -> Node:
    node = yaml.compose(StringIO(text.replace("\r\n", "\n")), Loader)
    assert node is not None  # a file that was dumped, or read before
    return node


def _cell_of(value: Any, steps: Steps) -> Value:
    """Return a value as a cell holds it, from which it can be read again; None where there is no such cell."""
    several = _takes_several(steps)
    if several and isinstance(value, list) and value and all(map(_is_plain, value)):
        return f"{SEPARATOR} ".join(value)
    value = _written(value)
    if isinstance(value, str):
        return value if _is_plain(value) or (value == value.strip() != "" and not several) else None
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and float(f"{value:.15g}") == value:
        return value
    return None


def _written(value: Any) -> Any:
    """Return a value without what YAML knows of it: a number that is written in another way is a text."""
    if isinstance(value, list):
        return [_written(entry) for entry in value]
    if isinstance(value, dict):
        return {str(getattr(name, "written", name)): _written(part) for name, part in value.items()}
    written = getattr(value, "written", None)
    if written is None:
        return value
    return int(value) if written == str(int(value)) else written


def _is_plain(value: Any) -> bool:
    """Say whether a text can stand among others in a cell."""
    return isinstance(value, str) and value == value.strip() != "" and SEPARATOR not in value


# how the sheets look


def _draw(tables: Mapping[str, list[dict[str, Value]]], languages: Sequence[str]) -> bytes:
    target = BytesIO()
    book = new_book(target, num_format="@", valign="top")
    plain_cell = book.add_format({"num_format": "@", "valign": "top"})
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#DDEBF7", "num_format": "@"})
    for name, rows in tables.items():
        helps = _headings(name, languages)
        headings = dict.fromkeys([*helps, *(heading for row in rows for heading in row)])
        sheet = add_sheet(book, name, "en")
        cells = PlainSheet(sheet, {})
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, head)
            text = "::" in heading or heading in ("label", "title", "message", "lines", "value")
            sheet.set_column(column, column, 36 if text else max(12, len(heading) + 2))
            if heading in helps:
                message = {"input_title": heading[:32], "input_message": helps[heading]}
                sheet.data_validation(0, column, 0, column, {"validate": "any", **message})
            source = _dropdown(name, heading)
            if source:
                options = {"validate": "list", "source": source, "show_error": False}
                sheet.data_validation(1, column, MOST_ROWS, column, options)
        for number, row in enumerate(rows, 1):
            for column, heading in enumerate(headings):
                value = row.get(heading)
                if isinstance(value, str) and not fits_a_cell(value):
                    raise LimitError(f"{name}!{heading}: {no_cell_holds(value)}")
                if value is not None:
                    cells.put(number, column, value, plain_cell)
        sheet.freeze_panes(1, 2 if name != "settings" else 1)
        sheet.autofilter(0, 0, max(len(rows), 1), len(headings) - 1)
    _add_names(book, [str(row["list"]) for row in tables["lists"]])
    book.close()
    return target.getvalue()


def _headings(table: str, languages: Sequence[str]) -> dict[str, str]:
    """Return the columns that a sheet begins with, each with its help."""
    headings: dict[str, str] = {}
    for name, text in layout()["sheets"][table].items():
        bare = name.removesuffix("::")
        tags = languages if name != bare and len(languages) > 1 else ()
        if not tags or table == "settings":
            headings[bare] = text
        headings |= {f"{bare}::{tag}": text for tag in tags}
    return headings


def _dropdown(table: str, heading: str) -> str | list[str]:
    """Return what a column offers: cells, or texts; nothing where it offers nothing."""
    offered = layout()["offered"]
    if table in ("settings", "files"):
        return ""
    if heading in offered["sheets"]:
        return f"=sheets!$A$2:$A${MOST_ROWS}"
    if heading in offered["lists"]:
        return f"={NAMES}!$A$1:$A${MOST_LISTS}"
    steps = read_path(heading)
    places: Mapping[str, tuple[Steps, ...]] = {
        "sheets": (("tools", "", *steps), ("tools", "", "blocks", *steps)),
        "fields": (("tools", "", "blocks", "fields", *steps),),
        "items": (("tools", "", "blocks", "items", *steps),),
        "lists": (("vocabularies", "", "items", *steps),),
        "rules": (("rules", *steps),),
    }
    kinds = [
        kind
        for place in places[table]
        for annotation in _annotations(place)
        for kind in _kinds(annotation)
    ]
    return list(dict.fromkeys(choice for kind in kinds for choice in _choices(kind)))


def _choices(kind: Any) -> list[str]:
    """Return the values that an option can have, where they are few."""
    if kind is bool:
        return ["TRUE", "FALSE"]
    if kind is FieldType:
        return list(FIELD_TYPES)
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    return [str(entry.value) for entry in kind] if _is_a(kind, (Enum,)) else []


def _add_names(book: Workbook, lists: Sequence[str]) -> None:
    """Add the sheet that works out the name of each list once, as rows of a list stand together."""
    sheet = add_sheet(book, NAMES, "en")
    names = list(dict.fromkeys(lists))
    for row in range(MOST_LISTS):
        above = f"A{row}"
        next_row = f"MATCH({above},lists!$A:$A,0)+COUNTIF(lists!$A:$A,{above})"
        formula = f'=IF({above}="","",IFERROR(INDEX(lists!$A:$A,{next_row})&"",""))'
        if row == 0:
            formula = '=lists!$A$2&""'
        cell_format = book.add_format({"num_format": "General"}) if row == 0 else None
        sheet.write_formula(row, 0, formula, cell_format, names[row] if row < len(names) else "")
    sheet.hide()


# from a workbook to the files of a spec


@contextmanager
def open_spec_workbook(file: str | Path) -> Iterator[Path]:
    """Yield a folder with the files of a spec that is a workbook, which is gone afterwards.

    A `SpecError` that is raised meanwhile tells the cell of each mistake. Raises `UsageError` for a file that cannot
    be read, or is no such workbook.
    """
    sheets: CellValues = look_into(cells_in, Path(file), REMEDY)
    names = [name.casefold() for name, _ in sheets]
    if not {"sheets", "fields"} <= {*names}:
        raise UsageError(
            f"{file} is not a spec: it has no sheets called `sheets` and `fields`.",
            remedy="Begin with a workbook of: hrge-xl spec new NAME -o FILE.xlsx",
        )
    rows = _SpecRows()
    for name, cells in sheets:
        rows.read(name, cells)
    files = rows.files()
    with TemporaryDirectory(prefix="hrge-xl-") as home:
        folder = Path(home, "spec")
        for path, (content, _) in files.items():
            target = path_in(folder, *path.split("/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        with knowing_cells(folder, {path: places for path, (_, places) in files.items()}):
            if rows.mistakes:
                raise SpecError([*rows.mistakes, *placed(folder, _mistakes_in(folder))])
            try:
                yield folder
            except SpecError as error:
                raise SpecError(placed(folder, error.mistakes)) from error


def _mistakes_in(folder: Path) -> Sequence[Mistake]:
    try:
        load(folder)
    except SpecError as error:
        return error.mistakes
    return ()


def cells_in(job: Job) -> CellValues | Finding:
    """Return what stands in each cell of a file that was let in. Runs in a worker."""
    content = content_of(job)
    if isinstance(content, Finding):
        return content
    return [
        (
            sheet.name,
            [
                (row, column, _value_of(cell))
                for row, cells in sorted(sheet.cells.items())
                for column, cell in sorted(cells.items())
                if cell.kind is not CellKind.BLANK
            ],
        )
        for sheet in content.sheets
        if not sheet.name.startswith(NOTE)
    ]


def _value_of(cell: RawCell) -> Value:
    if cell.kind in (CellKind.ERROR, CellKind.NOT_CALCULATED):
        return None
    if cell.kind is CellKind.DATE:
        return shown_cell(cell)
    value: Value = cell.value
    return int(value) if isinstance(value, float) and value.is_integer() else value


Row = dict[Steps, SpecLeaf]  # what a row says, by the paths in its headings


@dataclass
class _SpecRows:
    """The rows of a workbook put together: one tree, whose parts know their cells, and files as they stand there."""

    mistakes: list[Mistake] = field(default_factory=list)
    root: dict[str | int, Any] = field(default_factory=dict)
    tables: dict[str, list[Row]] = field(default_factory=dict)
    numbers: Counter[Steps] = field(
        default_factory=Counter
    )  # of entries, by the path of their list

    def _say(self, place: SpecCell, reason: str, remedy: str) -> None:
        self.mistakes.append(MistakeInCell(*place, reason, remedy))

    def read(self, name: str, cells: Sequence[tuple[int, int, Value]]) -> None:
        """Take in a sheet: the paths in its first row, and what stands below them."""
        table = name.strip().casefold()
        tables = list(layout()["sheets"])
        if table not in tables:
            remedy = did_you_mean(table, tables) or f"Its sheets are {listed(tables)}. "
            remedy += f"A sheet whose name begins with {NOTE} is a note of your own."
            self._say(SpecCell(name), f"A spec has no sheet '{name}'.", remedy)
            return
        headings = self._headings(table, cells)
        rows: dict[int, Row] = {}
        for row, column, value in cells:
            place = SpecCell(table, row, column)
            text = value if table == "files" or not isinstance(value, str) else value.strip()
            if row == 1 or text == "":
                continue
            if column not in headings:
                self._say(place, "This column has no heading.", "Write one into its first row.")
                headings[column] = None
            steps = headings[column]
            if value is None:
                reason = "This cell holds an error, or a formula that was never calculated."
                self._say(place, reason, "Write what it should say.")
            elif steps is not None:
                rows.setdefault(row, {})[steps] = SpecLeaf(text, place)
        self.tables[table] = list(rows.values())

    def _headings(
        self, table: str, cells: Sequence[tuple[int, int, Value]]
    ) -> dict[int, Steps | None]:
        """Return the paths of the columns; None for those of notes, and of mistakes, which are told."""
        options = _options_of(table)
        headings: dict[int, Steps | None] = {}
        for row, column, value in cells:
            heading = shown(value).strip() if row == 1 and value is not None else ""
            if not heading:
                continue
            steps = read_path(heading)
            headings[column] = None
            if heading.startswith(NOTE):
                continue
            place = SpecCell(table, row, column)
            if steps in headings.values():
                self._say(place, f"`{heading}` is the heading of two columns.", "Keep one of them.")
            elif steps[0] not in options or len(steps) > MAX_DEPTH:
                remedy = did_you_mean(steps[0], options) or f"The options are {listed(options)}. "
                remedy += f"A heading that begins with {NOTE} is a note of your own."
                self._say(place, f"`{heading}` is not an option here.", remedy)
            else:
                headings[column] = steps
        return headings

    def files(self) -> dict[str, tuple[bytes, Places]]:
        """Return the files of the spec by their paths: the content of each, and the cells of its places, in order."""
        self._read_sheets()
        for table in ("fields", "items"):
            for row in self.tables.get(table, []):
                self._read_entry(table, row)
        for row in self.tables.get("lists", []):
            list_name = self._key(row, ("list",), "the name of its list")
            if list_name is not None:
                self._add(("vocabularies", str(list_name.value), "items"), row)
        for row in self.tables.get("rules", []):
            self._add(("rules",), row)
        for row in self.tables.get("settings", []):
            self._read_setting(row)
        made = dict(self._made_files())
        return made | self._files_as_they_stand(made)

    def _key(self, row: Row, steps: Steps, name: str) -> SpecLeaf | None:
        """Take what says where a row belongs out of it; None, and a mistake, where nothing does."""
        leaf = row.pop(steps, None)
        if leaf is None:
            place = next(iter(row.values())).place
            column = written_path(steps)
            self._say(place._replace(column=1), f"The row has no `{column}`.", f"Write {name}.")
            return None
        return SpecLeaf(shown(leaf.value), leaf.place)

    def _read_sheets(self) -> None:
        """Read the rows of `sheets`: what is said of each sheet, and of its blocks in their order."""
        tool_options = options_of(model.Tool)
        for row in self.tables.get("sheets", []):
            code = self._key(row, ("code",), "the code of the sheet")
            if code is None:
                continue
            at: Steps = ("tools", str(code.value))
            number = self._next((*at, "blocks"))
            if number == 1:
                self._put((*at, "code"), code)
                self._put(("sheets", self._next(("sheets",))), code)
            for steps, leaf in row.items():
                if steps[0] == "block":
                    self._put((*at, "blocks", number, *steps[1:]), leaf)
                elif steps[0] in tool_options:
                    self._put((*at, *steps), leaf)
                else:
                    self._put((*at, "blocks", number, *steps), leaf)

    def _read_entry(self, table: str, row: Row) -> None:
        """Read a field or an item into the block that it belongs to."""
        sheet = self._key(row, ("sheet",), "the code of the sheet that it belongs to")
        block = row.pop(("block",), None)
        if sheet is None:
            return
        code = str(sheet.value)
        if table == "fields" and code.startswith(f"{COLUMN_SETS}/"):
            self._add((COLUMN_SETS, code.partition("/")[2]), row)
            return
        codes = [str(known) for known in self.root.get("tools", {})]
        if code not in codes:
            remedy = did_you_mean(code, codes) or f"The sheets are {listed(codes)}."
            self._say(sheet.place, f"There is no sheet '{code}' among `sheets`.", remedy)
            return
        blocks = self.numbers["tools", code, "blocks"]
        number = (plain_number(shown(block.value)) if block else 1) or 0
        if number not in range(1, blocks + 1):
            place = block.place if block else sheet.place
            reason = f"The sheet {code} has no block of this number."
            self._say(place, reason, f"Write a number from 1 to {blocks}: its rows in `sheets`.")
            return
        self._add(("tools", code, "blocks", int(number), table), row)

    def _read_setting(self, row: Row) -> None:
        path = self._key(row, ("path",), "the option or the path to it")
        if path is None:
            return
        steps = read_path(str(path.value))
        if len(steps) > MAX_DEPTH:
            self._say(path.place, "This path has too many steps.", "Look where it came from.")
            return
        for (_, *language), leaf in row.items():
            value = _from_json(leaf.value)
            self._put(
                (*steps, *language), SpecLeaf(value, leaf.place), as_it_is=value != leaf.value
            )

    def _next(self, at: Steps) -> int:
        self.numbers[at] += 1
        return self.numbers[at]

    def _add(self, at: Steps, row: Row) -> None:
        """Put a row into the tree as the next entry of a list."""
        number = self._next(at)
        for steps, leaf in row.items():
            self._put((*at, number, *steps), leaf)

    def _put(self, steps: Steps, leaf: SpecLeaf, *, as_it_is: bool = False) -> None:
        """Put a value into the tree; what stands there already is told."""
        value = leaf.value
        if not as_it_is and isinstance(value, str) and _takes_several(steps):
            parts = (part.strip() for part in value.split(SEPARATOR))
            value = [part for part in parts if part]
        elif not as_it_is and _takes_text_alone(steps):
            value = shown(value)
        part: Any = self.root
        for step, below in zip(steps, (*steps[1:], None), strict=True):
            first = next(iter(part), step)
            other = part.get(step) if below is None else None
            if isinstance(first, int) != isinstance(step, int):
                other = part[first]
            if other is None and below is None:
                part[step] = SpecLeaf(value, leaf.place)
                return
            part = part.setdefault(step, {}) if other is None else other
            if other is not None or isinstance(part, SpecLeaf):
                reason = f"`{written_path(steps[-1:])}` is said here and in {_first(part).place}."
                self._say(leaf.place, reason, "Keep one of the two.")
                return

    def _made_files(self) -> Iterator[tuple[str, tuple[bytes, Places]]]:
        """Yield the YAML files that the tree is, each with the cells of its places."""
        tools = self.root.pop("tools", {})
        if isinstance(tools, SpecLeaf):
            self._say(tools.place, "`tools` is no option here.", "Write them into `sheets`.")
            tools = {}
        own = {f"{name}.yaml": self.root.pop(name) for name in OWN_FILES if name in self.root}
        trees: dict[str, Any] = {HEAD_FILE: self.root} | own
        for number, (code, tool) in enumerate(tools.items(), 1):
            is_name = re.fullmatch(r"[A-Za-z0-9.]{1,40}", str(code)) and is_plain_name(str(code))
            path = f"tools/{code}.yaml" if is_name else f"tools/{number}.yaml"
            taken = path.casefold() in map(str.casefold, trees)
            trees[f"tools/{number}-{code}.yaml" if taken else path] = tool
        for path, tree in trees.items():
            ordered = _ordered(tree)
            text = dumped(_bare(ordered))
            places = sorted(_places(_node(text), ordered), key=lambda place: place[:2])
            yield path, (text.encode(), places)

    def _files_as_they_stand(self, made: Mapping[str, object]) -> dict[str, tuple[bytes, Places]]:
        """Return the files whose lines stand in `files`."""
        cells: dict[str, list[tuple[str, SpecCell]]] = {}
        for row in self.tables.get("files", []):
            path = self._key(row, ("file",), "the name of the file")
            if path is None:
                continue
            lines = row.get(("lines",), SpecLeaf("", path.place))
            cells.setdefault(str(path.value), []).append((shown(lines.value), lines.place))
        files: dict[str, tuple[bytes, Places]] = {}
        for name, texts in cells.items():
            if not OF_FILES.fullmatch(name) or not all(map(is_plain_name, name.split("/"))):
                reason = f"'{name}' is no file that a spec can have here."
                self._say(texts[0][1], reason, "Write languages/fr.po or facts/NAME.csv.")
            elif name.casefold() in map(str.casefold, made):
                reason = f"What {name} says stands in other sheets."
                self._say(texts[0][1], reason, "Take these rows out.")
            else:
                first_lines = accumulate((1 + text.count("\n") for text, _ in texts), initial=1)
                places = [
                    (line, 1, cell[1]) for line, cell in zip(first_lines, texts, strict=False)
                ]
                files[name] = ("\n".join(text for text, _ in texts).encode("utf-8"), places)
        return files


def _options_of(table: str) -> list[str]:
    """Return what the first steps of the headings of a sheet can be."""
    columns = [name.removesuffix("::").partition("/")[0] for name in layout()["sheets"][table]]
    options = [option for part in PARTS.get(table, ()) for option in options_of(part)]
    return list(dict.fromkeys([*columns, *options]))


def _from_json(value: Value) -> Any:
    """Return what a cell of `settings` says that is written out as JSON; of any other what stands there."""
    if not isinstance(value, str) or not WRITTEN_OUT.fullmatch(value):
        return value
    try:
        written = json.loads(value)
        return written if _depth(written) < MAX_DEPTH else value
    except (ValueError, RecursionError):
        return value


def _depth(value: Any) -> int:
    parts = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, parts), default=0) if isinstance(value, dict | list) else 0


def _ordered(part: Any) -> Any:
    """Return a part of the tree with lists in place of what is numbered."""
    if isinstance(part, SpecLeaf):
        return part
    if isinstance(next(iter(part), None), int):
        return [_ordered(part[number]) for number in sorted(part)]
    return {name: _ordered(below) for name, below in part.items()}


def _bare(part: Any) -> Any:
    """Return a part of the tree without its cells."""
    if isinstance(part, SpecLeaf):
        return part.value
    if isinstance(part, list):
        return [_bare(below) for below in part]
    return {name: _bare(below) for name, below in part.items()}


def _first(part: Any) -> SpecLeaf:
    """Return what is said first in a part."""
    while not isinstance(part, SpecLeaf):
        part = next(iter(part.values() if isinstance(part, dict) else part))
    return part


def _places(node: Node, part: Any) -> Iterator[tuple[int, int, SpecCell]]:
    """Yield the cell of each place in a file: line and column where a part of it begins, from 1."""
    if isinstance(part, SpecLeaf):
        for below in walk(node):
            yield below.start_mark.line + 1, below.start_mark.column + 1, part.place
        return
    parts = part.values() if isinstance(part, dict) else part
    for entry, below in zip(entries_of(node), parts, strict=True):
        for name in entry[:-1]:
            yield name.start_mark.line + 1, name.start_mark.column + 1, _first(below).place
        yield from _places(entry[-1], below)
