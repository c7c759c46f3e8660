"""What a confined process answers leads nowhere: its texts are bounded, its names plain, its weight known."""

from __future__ import annotations

import ast
import csv
import dataclasses
import json
import os
import time
import types
import typing
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import msgpack

import hrge_xl
from hrge_xl.audit.differences import cells_apart
from hrge_xl.audit.second_opinion import cells_of
from hrge_xl.core.errors import HrgeError, OutputError
from hrge_xl.core.paths import path_in
from hrge_xl.exchange.spec_smoke_test import tried_out
from hrge_xl.exchange.validation import check_with_cache
from hrge_xl.importing import Draft, drafted
from hrge_xl.reader.office_files import table_of
from hrge_xl.reader.sandbox import look_outside
from hrge_xl.reader.unpacking import Workbook, open_layers
from hrge_xl.reader.worker import kinds_of, loads
from tests.command_line import ran

CONFINED: list[Callable[..., Any]] = [
    check_with_cache, cells_apart, cells_of, drafted, look_outside, open_layers, table_of, tried_out,
]  # fmt: skip
ROOT = Path(__file__).parent.parent


def free_texts(kind: Any, way: str, seen: set[Any]) -> Iterator[str]:
    """Yield each place in a type where a text of any length or content may stand."""
    origin = typing.get_origin(kind)
    if kind is str or kind is Any or kind is object:
        yield way
    elif origin is typing.Annotated:
        bounds = [mark for mark in kind.__metadata__ if isinstance(mark, msgspec.Meta)]
        if not any(mark.max_length or mark.pattern for mark in bounds):
            yield from free_texts(typing.get_args(kind)[0], way, seen)
    elif origin is typing.Literal:
        return
    elif origin is not None or isinstance(kind, types.UnionType):
        for part in typing.get_args(kind):
            yield from free_texts(part, f"{way}[]", seen)
    elif isinstance(kind, type) and kind not in seen:
        seen.add(kind)
        is_record = (
            dataclasses.is_dataclass(kind)
            or issubclass(kind, msgspec.Struct)
            or hasattr(kind, "_fields")
        )
        if is_record:
            for name, part in typing.get_type_hints(kind, include_extras=True).items():
                if typing.get_origin(part) is not typing.ClassVar:
                    yield from free_texts(part, f"{kind.__name__}.{name}", seen)


@pytest.mark.parametrize("function", CONFINED, ids=lambda function: function.__name__)
def test_every_text_that_crosses_is_bounded(function: Callable[..., Any]) -> None:
    seen: set[Any] = set()
    assert not [
        way for kind in kinds_of(function) for way in free_texts(kind, function.__name__, seen)
    ]


def test_these_are_all_functions_that_run_confined() -> None:
    """So that a new one is looked at too."""
    called = set()
    for file in (ROOT / "hrge_xl").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = ast.unparse(node.func).partition("[")[0].rpartition(".")[2]
            first = node.args[0]
            if name in ("run_guarded", "look_into", "WorkerPool") and isinstance(first, ast.Name):
                called.add(first.id)
    known = {function.__name__ for function in CONFINED} | {"check", "decrypt", "function", "trial"}
    assert called <= known


OUTSIDE = (
    "../../x",
    "/etc/x",
    "tools/../x.yaml",
    "C:\\x.yaml",
    "workbook.yaml\0",
    "a/b/c.yaml",
    "x",
)


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_draft_names_no_file_but_those_of_a_spec(path: str) -> None:
    kinds = kinds_of(drafted)
    number = kinds.index(Draft)
    for name, passes in (("workbook.yaml", True), ("tools/T1.yaml", True), (path, False)):
        answer = bytes([number]) + msgpack.encode(
            {"files": {name: "x"}, "messages": [], "sums": []}
        )
        if passes:
            assert loads(answer, kinds).files == {name: "x"}
        else:
            with pytest.raises(ValueError, match=r"pattern|Expected"):
                loads(answer, kinds)


@pytest.mark.parametrize("format_", ["/../../../x", "exe", "xlsx/../../x", "xlsx\0"])
def test_a_workbook_in_a_mail_has_one_of_few_endings(format_: str) -> None:
    found = {"name": "a", "place": {"way": ["x.eml"]}, "data": b"x", "format": format_}
    kind = typing.get_type_hints(Workbook, include_extras=True)["format"]
    with pytest.raises(ValueError, match="enum"):
        msgspec.convert(found["format"], kind)


@pytest.mark.parametrize(
    "name",
    [
        "..",
        ".",
        "",
        "a/b",
        "a\\b",
        "C:x",
        "a\0",
        "a\x1b[2J",
        "con",
        "NUL.txt",
        "a.",
        "a ",
        "a\u202egpj.exe",
        "x" * 256,
        "/x",
    ],
)
def test_no_other_name_becomes_a_path(name: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        path_in(tmp_path, name)


def test_what_is_written_by_names_goes_through_one_function() -> None:
    """A folder is joined with a name that comes from elsewhere by `path_in` alone."""
    from_elsewhere = {
        "api.py": ("drafted",),
        "rounds/receiving.py": ("workbook", "_named"),
        "outputs/feedback_files.py": ("file_name",),
    }
    for module, names in from_elsewhere.items():
        tree = ast.parse((ROOT / "hrge_xl" / module).read_text(encoding="utf-8"))
        joins = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
        ]
        assert not [
            ast.unparse(join)
            for join in joins
            if any(name in ast.unparse(join.right) for name in names)
        ]


# CSV


FORMULAS = (
    '=HYPERLINK("http://example.org")',
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "+1+1",
    "-2+3",
    "\t=1",
    "＝1",
)


def test_csv_is_written_in_one_place() -> None:
    for file in (ROOT / "hrge_xl").rglob("*.py"):
        if file.name != "csv_files.py":
            text = file.read_text(encoding="utf-8")
            assert "csv.writer" not in text, file
            assert "DictWriter" not in text, file
            assert "to_csv(" not in text, file


def test_what_became_of_a_form_has_no_formulas(tmp_path: Path) -> None:
    rows = [
        f'text,q{number},"{text.replace(chr(34), chr(34) * 2)}"'
        for number, text in enumerate(FORMULAS)
    ]
    form = tmp_path / "form.csv"
    form.write_text("survey,,\ntype,name,label\n" + "\n".join(rows) + "\n", encoding="utf-8")
    schema = {
        "fields": [
            {"name": f"q{n}", "type": "string", "title": text, "rdfType": text}
            for n, text in enumerate(FORMULAS)
        ]
    }
    (tmp_path / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    ran("spec", "import", tmp_path / "schema.json", "-o", tmp_path / "out")
    with (tmp_path / "out" / "imported.csv").open(encoding="utf-8", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert any(text in cell for text in FORMULAS[:3] for cell in cells)
    assert not [cell for cell in cells if cell.lstrip()[:1] in tuple("=+-@＝")]


# limits


def test_an_answer_of_very_many_values_is_not_made() -> None:
    """Ten million empty rows are ten megabytes there, and would be a gigabyte here."""
    kinds = kinds_of(table_of)
    much = 10_000_000
    answer = b"\x00" + b"\xdd" + much.to_bytes(4, "big") + b"\x90" * much
    with pytest.raises(MemoryError):
        loads(answer, kinds)


def test_a_sparse_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "sparse.xlsx"
    with file.open("wb") as stream:
        stream.truncate(10 << 30)
    started = time.monotonic()
    result = hrge_xl.check(file)
    assert result.verdict == "refused"
    assert time.monotonic() - started < 5
    mail = EmailMessage()
    mail.set_content("x")
    (tmp_path / "mails").mkdir()
    os.link(file, tmp_path / "mails" / "sparse.eml")
    assert (tmp_path / "mails" / "sparse.eml").stat().st_size == 10 << 30


def schema_of(folder: Path, *fields: dict[str, Any]) -> Path:
    file = folder / "schema.json"
    file.write_text(json.dumps({"fields": fields}), encoding="utf-8")
    return file


def test_a_number_of_four_thousand_digits(tmp_path: Path) -> None:
    """It is told with its place, or left out and told; in no case is it an error of the program."""
    huge = {"name": "a", "type": "integer", "constraints": {"minimum": "9" * 4000}}
    text = schema_of(tmp_path, huge).read_text().replace('"' + "9" * 4000 + '"', "9" * 4000)
    (tmp_path / "schema.json").write_text(text)
    said = ran("spec", "import", tmp_path / "schema.json", "-o", tmp_path / "out", code=None)
    assert "bug" not in said.err
    assert "error in this program" not in said.err


@pytest.mark.deep
def test_what_is_too_much_to_import_leaves_nothing_behind(tmp_path: Path) -> None:
    many = {
        "name": "a",
        "type": "string",
        "constraints": {"enum": [f"c{n}" for n in range(100_000)]},
    }
    question = {"name": "b", "type": "string"}
    with pytest.raises(HrgeError) as refused:
        hrge_xl.import_spec(schema_of(tmp_path, many, question), tmp_path / "out")
    assert "bug" not in str(refused.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["schema.json"]
    hrge_xl.import_spec(schema_of(tmp_path, question), tmp_path / "out")
    assert hrge_xl.check_spec(tmp_path / "out", fast=True)


@pytest.mark.parametrize(
    "nested",
    ["round({}, 2)", "if({}, 1, 2)", "coalesce({}, 1)", "min({}, 3)", "abs({})", "int({})"],
)
def test_formulas_in_formulas_take_no_longer_each(nested: str, tmp_path: Path) -> None:
    """Twenty-four deep: a few hundred characters, which took a minute or all memory."""
    formula = "${q1}"
    for _ in range(24):
        formula = nested.format(formula)
    form = tmp_path / "form.csv"
    form.write_text(
        "survey,,,\n,type,name,label,calculation\n,integer,q1,One,\n"
        f',calculate,q2,Two,"{formula}"\n,note,n,Sum ${{q2}},\n',
        encoding="utf-8",
    )
    started = time.process_time()
    ran("spec", "import", form, "-o", tmp_path / "out", code=None)
    ended = os.times()
    assert time.process_time() - started < 20
    assert ended.children_user < 300
