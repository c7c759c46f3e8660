"""The star: every column described, the package that tells others of it, labels, keys, datasets of earlier versions."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
import yaml
from frictionless import Package
from frictionless import system as frictionless_system

from hrge_xl import ExpectedReturn, Order, Spec, ValidationRequest, generate, load, validate
from hrge_xl.exchange.validation import Source
from tests.answers import full, layout
from tests.command_line import ran
from tests.databases import queried, tampered
from tests.face import (
    CATALOGUES,
    DATASET,
    DATASET_COLUMNS,
    LABEL,
    META,
    OFFERED,
    WITHDRAWN,
    Ledger,
    Options,
    Schema,
    Store,
    allowed_values,
    decide,
    description,
    field_column,
    ingest,
    open_store,
    opened,
    returns,
    temporary_dataset,
)
from tests.face import TableColumn as Column
from tests.fixture_types import Folders, Patch
from tests.made_specs import write
from tests.read_package import read
from tests.small_returns import consolidated
from tests.telling import telling
from tests.test_consolidate import returned, rewritten
from tests.write_dataset import QUERIES
from tests.write_docs import DOCS

pytestmark = pytest.mark.xdist_group("dataset")  # what its fixtures play is played once

ROOT = Path(__file__).resolve().parent.parent
TODAY = date(2026, 6, 30)
ASKED = ValidationRequest(ExpectedReturn(), TODAY)
SPECS = ("example", "hrge_toolkit")
ODD = (
    "007",
    "NO",
    "NA",
    "null",
    "1e5",
    "true",
    "2026-01-01",
    "nan",
)  # texts, whatever they look like
ACCEPTED = {"RSK_06": "ACC"}  # the response to each risk
NOT_IN_CSV = ("submission_id", "checks_run", "stamp")


def workbook(team: str, language: str = "en", spec: str = "example", **more: Any) -> bytes:
    """A return with every cell filled in; `more` by field code, None leaves a question out."""
    where = layout(spec, language)
    wanted = {str(where.spec.identity.country): "PAK", **ACCEPTED, **more}
    found = {key: wanted.get(key[2], value) for key, value in full(where).items()}
    kept = {key: value for key, value in found.items() if value is not None}
    return generate(where.spec, Order(team, TODAY, "PAK", language, answers=kept))


def run(files: list[Path], out: Path, **options: Any) -> None:
    consolidated(files, out, ASKED, formats=("xlsx", "csv"), **options)


def odd_risks() -> bytes:
    """A return whose risks are called what programs take for something else."""
    answers = full(layout("example")) | {("PLAN", "1", "PLN_02"): "PAK"}
    for n, text in enumerate(ODD, start=1):
        risk = {"RSK_01": text, "RSK_02": ("WOM", "DIS"), **ACCEPTED}
        answers |= {("R1", f"K-{n:02d}", code): value for code, value in risk.items()}
    return generate(load("example"), Order("0042", TODAY, "PAK", answers=answers))


@pytest.fixture(scope="module")
def files(tmp_path_factory: Folders) -> list[Path]:
    """Returns in three languages: two versions of one, one twice, one to be corrected, and what is not a workbook."""
    first, french = odd_risks(), workbook("NA", "fr", PLN_06=30.0)
    files = {
        "one.xlsx": first,
        "two.xlsx": rewritten(first, b"Answer 12<", b"Answer twelve<"),
        "fr.xlsx": french,
    }
    files |= {"ar.xlsx": workbook("MLI", "ar", PLN_06=None, FOL_01="=1+1"), "copy.xlsx": french}
    files["broken.xlsx"] = b"PK\x03\x04 not a workbook"
    return returned(tmp_path_factory.mktemp("star") / "returned", files)


@pytest.fixture(scope="module")
def out(files: list[Path]) -> Path:
    """Their dataset with the files beside it."""
    run(files, files[0].parent.parent / "out")
    return files[0].parent.parent / "out"


# what it says of itself


@pytest.mark.parametrize("name", SPECS)
def test_every_column_is_described(name: str) -> None:
    schema = Schema(load(name))
    for table in (META, *schema.by_name.values()):
        for column in table.columns:
            assert column.description, f"{table.name}.{column.name}"


def test_labels_are_known_where_only_some_of_the_sheets_choose_from_a_list() -> None:
    """On the others the question refers to rows, whose codes have no label there."""
    schema = Schema(load("hrge_toolkit"))
    tools = schema.spec.tool if schema.spec else {}
    fields = {"FORM": tools["FORM"].fields["FRM_24"], "T1.1": tools["T1.1"].fields["EV_LINK"]}
    column = Column("frm_24_label", fields=fields, label_of="frm_24")
    assert {"Yes", "Partly", "No"} < set(allowed_values(schema, column))
    assert allowed_values(schema, column._replace(label_of="")) == ()


def test_nothing_is_described_that_is_not_there() -> None:
    schema = Schema(load("hrge_toolkit"))
    used = {column.name for table in (META, *schema.by_name.values()) for column in table.columns}
    assert DATASET_COLUMNS.keys() - used == set()
    described = yaml.safe_load(
        (CATALOGUES.parent / "dataset" / "tables.yaml").read_text(encoding="utf-8")
    )["tables"]
    for name, table in described.items():
        assert table.get("own_columns", {}).keys() <= {*table["columns"].split()}, name


def problems(out: Path) -> list[Any]:
    with frictionless_system.use_context(trusted=True):
        report = Package(str(out / "datapackage.json")).validate()
    return report.flatten(["type", "title", "message"])


def test_the_package_holds_what_it_says(out: Path) -> None:
    """Types, keys, what refers to what, and the values that columns can have."""
    assert problems(out) == []
    statuses = {status for (status,) in queried(out, "SELECT status FROM submissions")}
    assert statuses == {"counts", "superseded", "refused"}


def test_the_package_says_whose_it_is_and_what_its_files_hash_to(out: Path) -> None:
    package = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))
    assert package["version"]
    assert package["licenses"][0].keys() == {"name", "title"}
    assert package["sources"] == [{"title": "Workbooks of Workshop planner as teams returned them"}]
    counted = {team for (team,) in queried(out, "SELECT team FROM submissions WHERE current")}
    assert [each["title"] for each in package["contributors"]] == sorted(counted)
    for each in package["resources"]:
        data = (out / each["path"]).read_bytes()
        assert (each["bytes"], each["hash"]) == (
            len(data),
            f"sha256:{hashlib.sha256(data).hexdigest()}",
        )


@pytest.mark.parametrize(
    ("table", "old", "new", "problem"),
    [
        ("submissions", "superseded,", "surpassed,", "constraint-error"),
        (
            "submissions",
            "superseded,false,[0-9a-f]{16}",
            "superseded,false,0000000000000000",
            "foreign-key",
        ),
        ("findings", "\n[0-9a-f]{16},", "\n0000000000000000,", "foreign-key"),
        ("answers", "\n[0-9a-f]{16},", "\n,", "constraint-error"),
        ("risks", "WOM;DIS", "WOM,DIS", "constraint-error"),
        ("risks", ",ACC,", ",ACCEPT,", "constraint-error"),
        ("files", ",2,", ",1,", "primary-key"),
    ],
)
def test_the_package_tells_what_is_wrong(
    table: str, old: str, new: str, problem: str, out: Path, tmp_path: Path
) -> None:
    package = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [
        each for each in package["resources"] if each["title"] in (table, "submissions")
    ]
    for each in package["resources"]:
        text = (out / each["path"]).read_text(encoding="utf-8")
        each["path"] = f"{each['title']}.csv"
        wrong = re.sub(old, new, text, count=1) if each["title"] == table else text
        (tmp_path / each["path"]).write_text(wrong, encoding="utf-8")
    (tmp_path / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    assert problem in {kind for kind, *_ in problems(tmp_path)}


def test_the_package_knows_lists(out: Path) -> None:
    with opened(out / DATASET) as store:
        told = {
            (each["title"], field["name"]): field.get("constraints", {})
            for each in description(store, out)["resources"]
            for field in each["schema"]["fields"]
        }
    assert told["plan", "pln_02"]["enum"] == ["PAK", "AFG", "IRQ", "MAR", "MLI", "EGY"]
    assert told["plan", "pln_11"]["enum"] == ["Y", "N"]
    assert told["risks", "rsk_05"]["enum"] == ["L", "M", "H"]
    assert told["risks", "rsk_02"] == {"pattern": "(WOM|MEN|YOU|DIS)(;(WOM|MEN|YOU|DIS))*"}
    # a number beyond the scale is a finding, and stays in its column
    assert "enum" not in told["risks", "rsk_03"]
    assert told["answers", "state"]["enum"] == ["answered", "error", "not-calculated", "masked"]
    assert not any((table, name) in told for table, _ in told for name in NOT_IN_CSV)


def test_a_column_of_several_sheets_has_the_codes_of_all(tmp_path: Path) -> None:
    """In the united table of two sheets each draws on a list of its own."""
    lists = {"WAY": ["BUS", "RAIL"], "BOAT": ["FERRY"]}
    files = {
        "workbook.yaml": {
            "name": "made",
            "version": "1",
            "title": "Made",
            "languages": ["en"],
            "sheets": ["A", "B"],
            "tables": {"ways": {"tools": ["A", "B"]}},
        },
        "vocabularies.yaml": {
            name: {"items": [{"code": code, "label": code} for code in codes]}
            for name, codes in lists.items()
        },
    }
    for tool, name in zip("AB", lists, strict=True):
        field = {"code": "W_1", "type": "choice", "vocabulary": name, "label": "Way"}
        block = {"kind": "register", "id": f"{tool}-", "fields": [field]}
        files[f"tools/{tool.lower()}.yaml"] = {
            "code": tool,
            "sheet": tool,
            "title": tool,
            "blocks": [block],
        }
    schema = Schema(load(write(files, tmp_path)))
    ways = schema.by_name["ways"]
    assert set(allowed_values(schema, ways.columns[ways.at["w_1"]])) == {"BUS", "RAIL", "FERRY"}


def test_no_two_columns_of_a_view_have_one_name(tmp_path: Path) -> None:
    """Whatever fields are called: as a column that every view has, as the label of another, as what facts go by."""
    codes = ("CELL", "CELL_", "SHEET", "submission_id", "WAY_LABEL", "WAY_LABEL_")
    fields = [{"code": code, "type": "text", "label": code} for code in codes]
    fields.append({"code": "WAY", "type": "yesno", "label": "Way"})
    files = {
        "workbook.yaml": {
            "name": "made",
            "version": "1",
            "title": "Made",
            "languages": ["en"],
            "sheets": ["A"],
        },
        "tools/a.yaml": {
            "code": "A",
            "sheet": "A",
            "title": "A",
            "blocks": [{"kind": "form", "fields": fields}],
        },
    }
    (view,) = Schema(load(write(files, tmp_path))).sheets
    assert len({*view.names}) == len(view.names)
    assert "submission_id" not in view.names  # by which a view joins
    assert view.at["way_label"] < view.at["way"] < view.at["way_label__"]


def test_a_view_gives_the_columns_that_are_described(out: Path) -> None:
    with opened(out / DATASET) as store, sqlite3.connect(out / DATASET) as connection:
        for table in store.schema.views:
            described = connection.execute(f"SELECT * FROM {table.name} LIMIT 0").description
            assert tuple(name for name, *_ in described) == table.names, table.name


# read by others


def test_pandas_reads_every_table_by_its_description(out: Path) -> None:
    """Every value as the dataset has it: types, codes with leading zeros, NO, NA and what is empty."""
    kinds = {"text": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}
    kinds["date"] = "datetime64"
    with opened(out / DATASET) as store:
        for table in (shown.as_csv for shown in store.schema.shown):
            frame = read(out, table.name)
            assert tuple(frame.columns) == table.names
            for column in table.columns:
                found = str(frame[column.name].dtype)
                assert found.partition("[")[0] == kinds[column.kind], (table.name, column.name)
            rows = list(store.rows(table.name, columns=table.names))
            assert [tuple(map(plain, row)) for row in frame.itertuples(index=False)] == [
                tuple(map(as_written, row)) for row in rows
            ], table.name
    assert set(ODD) <= set(read(out, "risks")["rsk_01"])
    assert set(read(out, "submissions")["team"].dropna()) == {"0042", "NA", "MLI"}


def plain(value: Any) -> Any:
    if value is pd.NA or value is pd.NaT or value is None:
        return None
    if isinstance(value, str):
        return value or None
    return value.date() if isinstance(value, pd.Timestamp) else value


def as_written(value: Any) -> Any:
    """A text as CSV has it: nothing is the same as empty, and what looks like a formula has a mark."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith("=") else value or None
    return value


# the page about it


def test_the_page_shows_every_table() -> None:
    page = (DOCS / "dataset.md").read_text(encoding="utf-8")
    heads = set(re.findall(r"^### (.+)$", page, re.MULTILINE))
    for name in SPECS:
        schema = Schema(load(name))
        assert schema.by_name.keys() - {table.name for table in schema.sheets} <= heads
    assert {"plan", "risks", "c1"} <= heads
    assert page.count("erDiagram") == 1


def asked(out: Path, name: str) -> list[tuple[Any, ...]]:
    """What a question of the page gives, asked as the page shows it."""
    statement = QUERIES[name][1]
    assert f"{statement};" in (DOCS / "dataset.md").read_text(encoding="utf-8")
    return queried(out, statement)


def test_the_questions_of_the_page(out: Path) -> None:
    period = "2026-06-27/2026-06-26"
    assert asked(out, "findings") == [
        ("V108", "text-like-a-formula", "info", 11, 1),
        ("R-E02", "high-risk-accepted", "warning", 9, 3),
        ("R-E01", "end-before-start", "error", 3, 3),
        ("V001", "answer-missing", "error", 1, 1),
    ]
    risks = [
        (team, risk, response, Path(path).name, *at)
        for team, risk, response, path, *at in asked(out, "risks")
    ]
    assert risks[0] == ("0042", "NO", "Accept", "two.xlsx", "Risks", "D8")
    named = full(layout("example", "ar"))["R1", "K-02", "RSK_01"]
    assert risks[3] == ("MLI", named, "Accept", "ar.xlsx", "المخاطر", "D8")
    assert len(risks) == 9
    assert asked(out, "participants") == [(period, "0042", 1.0, 31.0), (period, "NA", 30.0, 31.0)]


# labels


def in_french(spec: Spec) -> Spec:
    """The same spec with French as the language that its datasets speak."""
    others = [tag for tag in spec.languages if tag != "fr"]
    return spec.model_copy(
        update={"languages": ("fr", *others), "digest": f"{spec.digest} in French"}
    )


def labels_in(store: Store) -> set[tuple[str, str, str, str]]:
    """Tool, column, code and label of everything that views with labels show, each code beside its label."""
    found = set()
    schema = store.schema
    for shown in schema.sheets:
        for row in store.rows(shown.name):
            for name in (name for name in shown.names if name.endswith(LABEL)):
                code, label = row[shown.at[name.removesuffix(LABEL)]], row[shown.at[name]]
                assert (code is None) == (label is None), (shown.name, name, row)
                codes = str(int(code) if isinstance(code, float) else code or "").split(";")
                column = name.removesuffix(LABEL)
                found |= {
                    (str(row[shown.at["tool"]]), column, code, one)
                    for code, one in zip(codes, str(label or "").split(";"), strict=True)
                    if code
                }
    return found


def labels_of(store: Store) -> dict[tuple[str, str, str], str]:
    """The label of every code by tool and column, as the questions and their lists have it."""
    return {
        (question["tool"], question["column_name"], entry["code"]): entry["label"]
        for entry in store.records("codes")
        for question in store.records(
            "questions", store.tables["questions"].c.list == entry["list"]
        )
    }


def test_labels_are_those_of_the_lists(out: Path) -> None:
    """Whatever language the workbooks are in, in every coded column."""
    with opened(out / DATASET) as store:
        found, known = labels_in(store), labels_of(store)
    assert {known[tool, field, code] for tool, field, code, _ in found} >= {
        "Women",
        "Yes",
        "Rare",
        "High",
    }
    assert all(known[tool, field, code] == label for tool, field, code, label in found)
    coded = {(tool, field) for tool, field, _ in known}
    assert {(tool, field) for tool, field, *_ in found} == coded


@pytest.mark.parametrize("name", telling(SPECS, "example"))
def test_labels_speak_the_language_of_the_spec(
    name: str, files: list[Path], tmp_path: Path
) -> None:
    """In the Toolkit English, in another spec whatever comes first."""
    spec = in_french(load(name)) if name == "example" else load(name)
    full_ones = returned(tmp_path, {"full.xlsx": workbook("PAK", spec=name)})
    results = validate(
        files if name == "example" else full_ones, ValidationRequest(ExpectedReturn(name), TODAY)
    )
    with temporary_dataset([*results], spec) as made:
        found, known = labels_in(made.store), labels_of(made.store)
    yes = "Oui" if spec.languages[0] == "fr" else "Yes"
    assert yes in {label for *_, label in found}
    assert all(known[tool, field, code] == label for tool, field, code, label in found)
    given = {
        (tool.code, field_column(field.code)) for tool, _, field in spec.places() if not field.fixed
    }
    assert {(tool, field) for tool, field, *_ in found} == {
        (tool, field) for tool, field, _ in known
    } & given


def test_what_a_label_says_is_not_kept_again(out: Path) -> None:
    """The label in the sheet stands in `codes`; a tick, and a label of another language, are kept as they were."""
    shown = "SELECT language, original FROM answers JOIN submissions USING (submission) WHERE code = 'Y'"
    kept = f"""
        SELECT language, count(original) - total(original = '{OFFERED[0]}')
        FROM answers_fact JOIN submissions USING (submission_id)
        JOIN codes USING (code) JOIN slots USING (slot, list) WHERE NOT calculated GROUP BY language"""
    words = {("en", "Yes"), ("fr", "Oui"), ("ar", "نعم")}
    assert {*queried(out, shown)} == words | {(language, OFFERED[0]) for language, _ in words}
    counts = dict(queried(out, kept))
    assert counts["en"] == 0
    assert counts["fr"] > 0


# what refers to what


def every_kind_of_run(files: list[Path], out: Path, store: str | None = None) -> Iterator[str]:
    """Fill a dataset and change it in every way; after each run its name."""
    one, two, french, arabic, again, broken = files
    runs: list[tuple[str, list[Path], dict[str, Any]]] = [
        ("first", [one, french, broken], {}),
        ("nothing new", [one, french, broken], {}),
        ("a newer version", [two, arabic], {}),
        ("the same once more", [again], {}),
        ("read anew", [one, two], {"resume": False}),
        ("only the older version", [one, broken], {"only_these": True}),
        ("both versions", [two, french], {}),
    ]
    for name, some, more in runs:
        with ingest([Source(some, ASKED)], out, options=Options(store, **more)):
            pass
        yield name
    with opened(out / DATASET) as file, Ledger.open(out) as ledger:
        sent = [each for each in returns(file) if each.name == "two.xlsx"]
        decide(ledger, sent, WITHDRAWN, reason="Sent by mistake.", by="office", day=TODAY)
    with ingest([Source([], ASKED)], out, options=Options(store)):
        pass
    yield "withdrawn"
    newer = shutil.copytree(ROOT / "workbook_specs" / "example", out.parent / "newer" / "example")
    about = newer / "workbook.yaml"
    about.write_text(about.read_text(encoding="utf-8").replace('"1.0"', '"1.1"'), encoding="utf-8")
    asked = ValidationRequest(ExpectedReturn(str(newer)), TODAY)
    with ingest([Source([], asked)], out, options=Options(store)):
        pass
    yield "a newer spec"


def test_nothing_refers_to_what_is_gone(files: list[Path], tmp_path: Path) -> None:
    statuses = {}
    for name in every_kind_of_run(files, tmp_path / "out"):
        assert queried(tmp_path / "out", "PRAGMA foreign_key_check") == [], name
        shown = queried(tmp_path / "out", "SELECT status FROM submissions ORDER BY status")
        statuses[name] = [status for (status,) in shown]
    assert statuses["a newer version"] == ["counts"] * 3 + ["refused", "superseded"]
    assert statuses["only the older version"] == ["counts", "refused"]
    assert (
        statuses["withdrawn"]
        == ["counts", "counts", "refused", "withdrawn"]
        == statuses["a newer spec"]
    )


@pytest.mark.deep
@pytest.mark.postgres
def test_a_database_sees_to_it(files: list[Path], tmp_path: Path, database: str) -> None:
    """PostgreSQL lets nothing in that refers to nothing, and every run comes through all the same."""
    engine = sa.create_engine(database)
    for name in every_kind_of_run(files, tmp_path / "out", database):
        with opened(tmp_path / "out" / DATASET) as file, open_store(database) as other:
            for table in file.schema.shown:
                there = list(other.rows(table.name, columns=table.names))
                assert there == list(file.rows(table.name, columns=table.names)), (name, table.name)
    for statement in (
        "INSERT INTO answers_fact (submission_id, slot) SELECT submission_id, 999999 FROM submissions",
        "INSERT INTO answers_fact (submission_id, slot) SELECT 1, slot FROM slots",
        "UPDATE submissions SET superseded_by = 'nobody'",
        "DELETE FROM submissions",
        "DELETE FROM slots",
    ):
        with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
            connection.exec_driver_sql(statement)
    engine.dispose()


# datasets of earlier versions


READ_ANEW = (
    "The dataset was of an earlier version of the program or of the spec: it was read again."
)


@pytest.fixture
def old(out: Path, tmp_path: Path) -> Path:
    """The dataset as an earlier version of the program left it; the files that it was made from are gone."""
    folder = shutil.copytree(out, tmp_path / "old")
    with Ledger.open(folder) as ledger:
        ledger.forget_checksum(folder / DATASET)
    tampered(folder, "UPDATE meta SET value = '2' WHERE name = 'schema_version'")
    return folder


def test_an_old_dataset_is_read_anew_from_what_is_kept(old: Path, out: Path) -> None:
    told = ran("consolidate", old, "-o", old, "--formats", "csv", "--today", TODAY, code=(0, 4)).out
    assert told.splitlines().count(READ_ANEW) == 1
    for table in ("answers", "risks"):
        wanted = f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4, 5, 6"
        assert queried(old, wanted) == queried(out, wanted)
    assert problems(old) == []
    assert READ_ANEW not in ran("consolidate", old, "-o", old, "--today", TODAY, code=None).out


@pytest.mark.parametrize(
    "command",
    [
        ["export", "--table", "answers"],
        ["report", "--format", "overview", "-o", "reports"],
        ["trace", "answers", "1", "--data"],
    ],
)
def test_who_only_reads_is_told_what_to_do(
    command: list[str], old: Path, monkeypatch: Patch
) -> None:
    monkeypatch.chdir(old.parent)
    assert ran(*command, "old", code=2).err == (
        "Error: dataset.sqlite was made by an earlier version of this program. "
        "Run `hrge-xl consolidate old -o old` first.\n"
    )
