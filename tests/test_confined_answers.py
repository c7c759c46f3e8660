"""What a confined process answers leads nowhere: its texts are bounded, its names plain, its weight known."""

from __future__ import annotations

import ast
import csv
import dataclasses
import json
import subprocess
import sys
import time
import types
import typing
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import msgpack
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

import hrge_xl
from hrge_xl import ExpectedReturn, Result, Waiver, importing
from hrge_xl.audit.differences import cells_apart
from hrge_xl.audit.second_opinion import cells_of
from hrge_xl.core.errors import HrgeError, OutputError, UsageError
from hrge_xl.core.paths import is_plain_name, path_in
from hrge_xl.exchange.spec_smoke_test import tried_out
from hrge_xl.exchange.spec_workbook import cells_in
from hrge_xl.exchange.validation import FileToCheck, believed, check_file, check_with_cache
from hrge_xl.importing import Draft, drafted
from hrge_xl.reader import unpacking
from hrge_xl.reader.office_files import table_of
from hrge_xl.reader.sandbox import look_outside
from hrge_xl.reader.unpacking import Workbook as FoundWorkbook
from hrge_xl.reader.unpacking import open_layers
from hrge_xl.reader.worker import kinds_of, loads
from tests.audited import workbook
from tests.command_line import ran
from tests.face import File, open_untrusted
from tests.small_sources import form_in_csv, saved
from tests.telling import telling
from tests.worker_actions import draft_elsewhere, endings_of_mails

CONFINED: list[Callable[..., Any]] = [
    check_with_cache,
    cells_apart,
    cells_in,
    cells_of,
    drafted,
    look_outside,
    open_layers,
    table_of,
    tried_out,
]
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


def test_no_process_accepts_what_it_found_itself(tmp_path: Path) -> None:
    """A waiver is of the ledger, whatever an answer says."""
    (tmp_path / "PAK.xlsx").write_bytes(workbook(whole=False))
    file = open_untrusted(tmp_path / "PAK.xlsx")
    assert isinstance(file, File)
    job = FileToCheck(file, ExpectedReturn(), date(2026, 6, 30))
    answer = check_file(job)
    assert isinstance(answer, Result)
    waiver = Waiver(1, "V001", file.sha256, file.name, None, None, "Fine", "nobody", "2026-06-30")
    answer.findings = [dataclasses.replace(each, waiver=waiver) for each in answer.findings]
    trusted = believed(job, answer)
    assert isinstance(trusted, Result)
    assert [(each.code, each.open) for each in trusted.findings] == [("V001", True)]


@pytest.mark.parametrize("format_", ["/../../../x", "exe", "xlsx/../../x", "xlsx\0"])
def test_a_workbook_in_a_mail_has_one_of_few_endings(format_: str) -> None:
    found = {"name": "a", "place": {"way": ["x.eml"]}, "data": b"x", "format": format_}
    kind = typing.get_type_hints(FoundWorkbook, include_extras=True)["format"]
    with pytest.raises(ValueError, match="enum"):
        msgspec.convert(found["format"], kind)


@pytest.mark.parametrize(
    "place",
    telling(
        ["..+..+left", "..+left", "tools+..+..+..+left.yaml", ".bashrc"], "..+..+left", ".bashrc"
    ),
)
def test_an_import_that_was_taken_over_writes_nothing(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "drafted", draft_elsewhere)
    home = tmp_path / "a" / "b"
    home.mkdir(parents=True)
    form = home / f"{place}.csv"
    form.write_bytes(form_in_csv())
    with pytest.raises(UsageError, match="crashed"):
        hrge_xl.import_spec(form, home / "c" / "spec")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [form]


def test_what_an_import_says_does_nothing_in_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "drafted", draft_elsewhere)
    (tmp_path / "words.csv").write_bytes(form_in_csv())
    said = ran("spec", "import", tmp_path / "words.csv", "-o", tmp_path / "out", code=2)
    assert "is read" in said.err
    assert not set(said.err + said.out) & set("\x1b\x07\u202e")


@pytest.mark.parametrize("name", ["ending.eml", "names.eml"])
def test_a_mail_that_took_its_reader_over_leaves_nothing_outside(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "teams.csv").write_text("team,country\nKabul,AFG\n", encoding="utf-8")
    folder = hrge_xl.init_round(tmp_path / "round", "example", tmp_path / "teams.csv").folder
    monkeypatch.setattr(unpacking, "open_layers", endings_of_mails)
    (tmp_path / "came").mkdir()
    (tmp_path / "came" / name).write_bytes(b"From: a@example.org\nTo: b@example.org\n\nx")
    before = {path for path in tmp_path.rglob("*") if path.parent.name != "returned"}
    received = hrge_xl.receive(folder, [str(tmp_path / "came")], date(2026, 7, 20))
    made = {path for path in tmp_path.rglob("*") if path.parent.name != "returned"} - before
    assert not [path for path in made if "left" in path.name or not path.is_relative_to(folder)]
    taken = sorted(path.name for path in (folder / "returned").iterdir())
    assert len(taken) == len(received.placed) == (0 if name == "ending.eml" else 5)
    assert all(is_plain_name(each) and each.endswith(".xlsx") for each in taken)


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


PEAK = """
import resource, sys
from msgspec import msgpack
from hrge_xl.reader.limits import LIMITS
from hrge_xl.reader.office_files import table_of
from hrge_xl.reader.worker import kinds_of, loads
rows = int(sys.argv[1])
answer = b"\\x00\\xdd" + rows.to_bytes(4, "big") + b"\\x92\\x01\\x90" * rows
try:
    print(len(loads(answer, kinds_of(table_of))), end=" ")
except MemoryError:
    print("refused", end=" ")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.deep
@pytest.mark.skipif(sys.platform == "win32", reason="no module tells how much memory was taken")
@pytest.mark.parametrize(("rows", "outcome"), [(900_000, "900000"), (44_000_000, "refused")])
def test_no_answer_takes_more_memory_than_a_machine_has(rows: int, outcome: str) -> None:
    """128 MB of empty rows took 6 GB."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(rows)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    came, megabytes = done.stdout.split()
    assert came == outcome
    assert int(megabytes) < 700


@pytest.mark.parametrize("beginning", [b"", b"From x\n\nFrom y\n", b"PK\x03\x04"])
def test_a_folder_of_sparse_files_takes_no_time(beginning: bytes, tmp_path: Path) -> None:
    for number in range(20):
        with (tmp_path / f"{number}.eml").open("wb") as stream:
            stream.write(beginning)
            stream.truncate(10 << 30)
    started = time.monotonic()
    found = list(unpacking.found_in([str(tmp_path)]))
    assert time.monotonic() - started < 20
    assert len(found) == 20
    assert all("too large" in str(item) for item in found)


def test_a_sparse_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "sparse.xlsx"
    with file.open("wb") as stream:
        stream.truncate(10 << 30)
    started = time.monotonic()
    result = hrge_xl.check(file)
    assert result.verdict == "refused"
    assert time.monotonic() - started < 5


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


def in_one_group_of_another() -> bytes:
    groups = 40
    rows = [f"begin repeat,g{n},G" for n in range(groups)] + ["end repeat,,"] * groups
    return "\n".join(["type,name,label", *rows]).encode()


TOO_MUCH: dict[str, tuple[Callable[[], bytes], str]] = {
    "choices.csv": (
        lambda: (
            b"type,name,label\nselect_one l,q,Q\nchoices,,\nlist_name,name,label\n"
            + b"".join(b"l,c%d,C\n" % n for n in range(100_000))
        ),
        "more than 50,000 parts",
    ),
    "columns.csv": (
        lambda: b"type,name,label" + b"".join(b",h%d" % n for n in range(60_000)) + b"\ntext,q,Q\n",
        "more than 50,000 parts",
    ),
    "questions.csv": (
        lambda: b"type,name,label\n" + b"text,q,Q\n" * 6_000,
        "6,000 rows of questions",
    ),
    "groups.csv": (in_one_group_of_another, "survey!32: groups and repeats nest more than 30 deep"),
    "tables.json": (
        lambda: json.dumps(
            {
                "resources": [
                    {"name": f"t{n}", "schema": {"fields": [{"name": "a"}]}} for n in range(300)
                ]
            }
        ).encode(),
        "more than 200 sheets",
    ),
    "properties.json": (
        lambda: json.dumps(
            {"fields": [{"name": "a", **{f"p{n}": n for n in range(60_000)}}]}
        ).encode(),
        "more than 50,000 parts",
    ),
    "digits.json": (
        lambda: b'{"fields": [{"name": "a", "constraints": {"minimum": ' + b"9" * 5_000 + b"}}]}",
        "5,000 digits",
    ),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_no_spec_has_room_for_is_told_before_the_work(name: str, tmp_path: Path) -> None:
    make, why = TOO_MUCH[name]
    data = make()
    with pytest.raises(UsageError, match=why):
        drafted_here(name, data)


def drafted_here(name: str, data: bytes) -> None:
    """Draft in this process. Raises `UsageError` with what the draft says where there is none."""
    draft = drafted(name, "x", (data, Path(name).suffix.removeprefix(".")))
    assert isinstance(draft, Draft)
    if not draft.files:
        raise UsageError(*draft.messages)


@pytest.mark.parametrize("form", ["range", "constraint"])
def test_a_number_that_no_cell_holds_is_left_out_with_its_place(form: str, tmp_path: Path) -> None:
    digits = "9" * 4_000
    rows = {
        "range": f"type,name,label,parameters\nrange,q,Q,start=0 end={digits}\n",
        "constraint": f"type,name,label,constraint\ninteger,q,Q,. <= {digits}\n",
    }
    (tmp_path / "form.csv").write_text(rows[form], encoding="utf-8")
    spec = hrge_xl.import_spec(tmp_path / "form.csv", tmp_path / "out").spec
    assert [field.maximum for field in spec.tool["FORM"].fields.values()] == [None]
    with (tmp_path / "out" / "imported.csv").open(encoding="utf-8", newline="") as stream:
        account = [*csv.DictReader(stream)]
    told = [line for line in account if "more digits than a cell holds" in line["how"]]
    assert [line["place"].partition(" ")[0] for line in told] == ["survey!2"]


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
    draft = drafted("form.csv", "x", (form.read_bytes(), "csv"))
    assert isinstance(draft, Draft)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "nested", ["ROUND({},2)", "SUM({},1)", "IF({0}>1,{0},1)", "{0}&{0}", "IFERROR({},1)"]
)
def test_formulas_of_a_workbook_in_formulas_take_no_longer_each(nested: str) -> None:
    """Twenty-four of ROUND took 78 s."""
    depth = 10 if nested.count("{0}") > 1 else 24  # else they are longer than a cell has room for
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Place", "Women", "All", "Weather"])
    for row in range(2, 8):
        formula = f"B{row}"
        for _ in range(depth):
            formula = nested.format(formula)
        sheet.append([f"Place {row}", row, f"={formula}", None])
    rule = DataValidation("list", formula1='"Sun,Rain"')
    rule.add("D2:D40")
    sheet.add_data_validation(rule)
    data = saved(book)
    started = time.process_time()
    draft = drafted("form.xlsx", "x", (data, "xlsx"))
    assert isinstance(draft, Draft)
    assert draft.files
    assert time.process_time() - started < 5
