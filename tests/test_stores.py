"""The same dataset in a file and in a database; and what is said when a database cannot be had."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from hrge_xl import ExpectedReturn, ValidationRequest, load, validate
from hrge_xl.coordination.consolidation import consolidate_sources, decide
from hrge_xl.core.errors import StoreError
from hrge_xl.dataset.ingest import Options
from hrge_xl.exchange.validation import Source
from tests.face import DATASET, OF_DATABASE, Schema, Store, Value, open_file, open_url
from tests.fixture_types import Patch
from tests.test_consolidate import TODAY, returned, rewritten, workbook

SPEC = load("example")
ASKED = ValidationRequest(ExpectedReturn(), TODAY)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Four returns in three languages, with texts that databases stumble over."""
    data = {
        "pak.xlsx": workbook("PAK", RSK_01="a\\b\tc 'd' \"e\" %s :f {g} \\N"),
        "mar.xlsx": workbook("MAR", "WS-08", "fr", PLN_06=None, RSK_01="L’été à 10 €"),
        "egy.xlsx": workbook("EGY", "WS-09", "ar", RSK_01="خطر"),
        "odd.xlsx": rewritten(workbook("ODD", "WS-10", RSK_01="ZERO"), b"ZERO", b"a_x0000_b"),
    }
    return returned(tmp_path / "returned", data)


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    assert store.use(Schema(SPEC), write=False)
    return {table.name: list(store.rows(table.name)) for table in Schema(SPEC).shown}


def both(out: Path, address: str) -> tuple[dict[str, Any], dict[str, Any]]:
    with open_file(out / DATASET, write=False) as file, open_url(address) as database:
        return everything(file), everything(database)


def test_file_and_database_hold_the_same(files: list[Path], tmp_path: Path, database: str) -> None:
    consolidate_sources([Source(files, ASKED)], tmp_path / "out", options=Options(store=database))
    file, other = both(tmp_path / "out", database)
    assert file == other
    assert len(file["submissions"]) == 4


def test_the_database_holds_what_the_files_say(
    files: list[Path], tmp_path: Path, database: str
) -> None:
    consolidate_sources([Source(files, ASKED)], tmp_path / "out", options=Options(store=database))
    said = sorted(
        (str(result.sha256), *key, str(one).replace("\0", "\ufffd"))
        for result in validate(files, ASKED)
        if result.submission is not None
        for key, value in result.submission.values().items()
        for one in (value if isinstance(value, tuple) else (value,))
    )
    with open_url(database) as store:
        answers = everything(store)["answers"]
    at = Schema(SPEC).by_name["answers"].at
    kept = sorted(
        (
            row[at["file_sha256"]],
            row[at["tool"]],
            row[at["row"]],
            row[at["field"]],
            str(value_of(row, at)),
        )
        for row in answers
        if not row[at["calculated"]]
    )
    assert kept == said


def value_of(row: tuple[Any, ...], at: dict[str, int]) -> Value:
    return next(
        row[at[kind]] for kind in ("code", "number", "date", "text") if row[at[kind]] is not None
    )


def test_a_database_that_comes_later_is_filled_too(
    files: list[Path], tmp_path: Path, database: str
) -> None:
    consolidate_sources([Source(files, ASKED)], tmp_path / "out")
    consolidate_sources(
        [Source(files[:1], ASKED)], tmp_path / "out", options=Options(store=database)
    )
    file, other = both(tmp_path / "out", database)
    assert {row[0] for row in other["submissions"]} == {row[0] for row in file["submissions"]}
    assert file["answers"] == other["answers"]


def written_by(address: str) -> dict[str, str]:
    """The transaction that wrote the answers of each file, by its name."""
    engine = sa.create_engine(address)
    query = """SELECT s.path, max(a.xmin::text) FROM answers_fact a JOIN submissions s USING (submission_id)
        GROUP BY s.path"""
    with engine.connect() as connection:
        written = {Path(path).name: by for path, by in connection.exec_driver_sql(query)}
    engine.dispose()
    return written


@pytest.mark.deep
def test_a_database_follows_its_file_whatever_happened(
    files: list[Path], tmp_path: Path, database: str
) -> None:
    """Only what a run changed is written, unless the database missed one."""
    out = tmp_path / "out"

    def consolidate(*given: Path, store: str | None = database, **more: Any) -> None:
        options = Options(store=store, **more)
        consolidate_sources([Source([*given], ASKED)], out, options=options)

    def holds_the_same() -> bool:
        file, other = both(out, database)
        with open_file(out / DATASET, write=False) as store, open_url(database) as another:
            known = store.facts().items()
            return file == other and known <= another.facts().items()

    consolidate(*files[:2])
    assert holds_the_same()
    first = written_by(database)
    (newer,) = returned(tmp_path / "newer", {"pak2.xlsx": workbook("PAK", RSK_01="another")})
    consolidate(*files[:2], newer, files[2])  # a newer return of a team, and one of another team
    assert holds_the_same()
    second = written_by(database)
    assert second["mar.xlsx"] == first["mar.xlsx"]
    assert second["egy.xlsx"] not in first.values()
    decide(out, [str(newer)], "withdrawn", reason="a draft", by="coordinator", store=database)
    assert holds_the_same()
    assert written_by(database) == second
    consolidate(files[3], store=None)  # which the database does not hear of
    consolidate(files[3])
    assert holds_the_same()
    third = written_by(database)
    assert not set(third.values()) & set(second.values())
    consolidate(files[3])  # nothing is new
    assert written_by(database) == third
    consolidate(*files[1:3], only_these=True)
    assert holds_the_same()
    (out / DATASET).unlink()
    consolidate(*files[1:3])
    assert holds_the_same()


def test_tables_of_somebody_else_are_not_touched(
    files: list[Path], tmp_path: Path, database: str
) -> None:
    engine = sa.create_engine(database)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE answers (mine text)")
        connection.exec_driver_sql("INSERT INTO answers VALUES ('keep me')")
    with pytest.raises(StoreError, match="already holds other tables named answers"):
        consolidate_sources(
            [Source(files, ASKED)], tmp_path / "out", options=Options(store=database)
        )
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT mine FROM answers").scalar() == "keep me"
    engine.dispose()


def test_a_changed_spec_is_read_again(files: list[Path], tmp_path: Path) -> None:
    consolidate_sources([Source(files, ASKED)], tmp_path / "out")
    with open_file(tmp_path / "out" / DATASET) as store:
        before = everything(store)
        with store.transaction() as connection:
            which = store.meta_table.c.name == "spec_digest"
            connection.execute(sa.update(store.meta_table).where(which).values(value="old"))
    assert consolidate_sources([Source(files[:1], ASKED)], tmp_path / "out").earlier == 3
    with open_file(tmp_path / "out" / DATASET) as store:
        assert everything(store)["answers"] == before["answers"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nonsense", "--store wants an address"),
        ("mongodb://localhost/x", "Other databases are not supported"),
        ("postgresql://nobody@127.0.0.1:{port}/none", "cannot be used"),
    ],
)
def test_a_database_that_cannot_be_had(
    address: str, said: str, files: list[Path], tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = address.format(port=probe.getsockname()[1])
        with pytest.raises(StoreError, match=said) as caught:
            consolidate_sources(
                [Source(files, ASKED)], tmp_path / "out", options=Options(store=address)
            )
    assert "\n" not in str(caught.value)


def test_a_large_transaction_does_not_lock_its_own_reading_out(
    tmp_path: Path, monkeypatch: Patch
) -> None:
    """SQLite locks its file for everybody else once a transaction no longer fits into memory."""
    monkeypatch.setattr("hrge_xl.ledger.files.CACHE", "cache_size=2")
    monkeypatch.setattr("hrge_xl.ledger.files.WAIT", 1)
    with open_file(tmp_path / DATASET) as store:
        store.use(Schema(SPEC))
        figures = Schema(SPEC).by_name["aggregate_answers"]
        texts = ["x" * 90] * (len(figures.columns) - 1)
        rows = [(number, *texts) for number in range(2_000)]
        with store.transaction():
            store.insert(figures.name, rows)
            assert len(list(store.rows(figures.name))) == 2_000
            assert store.facts()["spec"] == "example"


def test_a_database_belongs_to_one_folder(files: list[Path], tmp_path: Path, database: str) -> None:
    """From another folder, one that knows nothing of it or is a copy, its decisions would be undone."""
    source, out = Source(files, ASKED), tmp_path / "out"
    consolidate_sources([source], out, options=Options(store=database))
    said = "belongs to another folder .*out.*undo each other's decisions"
    with pytest.raises(StoreError, match=said):
        consolidate_sources([source], tmp_path / "other", options=Options(store=database))
    shutil.copytree(out, tmp_path / "copy")
    with pytest.raises(StoreError, match=said):
        consolidate_sources([source], tmp_path / "copy", options=Options(store=database))
    consolidate_sources([source], out, options=Options(store=database))
    out.rename(tmp_path / "moved")
    assert (
        consolidate_sources([source], tmp_path / "moved", options=Options(store=database)).new == 0
    )


def test_a_database_of_an_earlier_program_belongs_to_the_folder_that_knows_its_files(
    files: list[Path], tmp_path: Path, database: str
) -> None:
    consolidate_sources([Source(files, ASKED)], tmp_path / "out", options=Options(store=database))
    with open_url(database) as store:
        for name in OF_DATABASE:
            store.set_fact(name, "")
    with pytest.raises(StoreError, match="belongs to another folder"):
        consolidate_sources(
            [Source(files[:1], ASKED)], tmp_path / "other", options=Options(store=database)
        )
    consolidate_sources(
        [Source(files[:1], ASKED)], tmp_path / "out", options=Options(store=database)
    )
    with open_url(database) as store:
        assert store.facts()["ledger_folder"] == str(tmp_path / "out")
