"""`verify` of a dataset or round: whatever is changed in any of its files is named, wherever it stands."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa

from hrge_xl import Audit
from tests.audited import (
    DAY,
    csv_rows,
    edited,
    in_workbook,
    put_text,
    returned,
    round_folder,
    verify_dataset,
    workbook,
)
from tests.command_line import hrge, ran
from tests.databases import tampered
from tests.face import VerificationRequest
from tests.fixture_types import Capsys, Folders

# what its fixtures play is played once
pytestmark = [pytest.mark.xdist_group("verify dataset"), pytest.mark.deep]
WHY = ("--reason", "Agreed with the team", "--by", "office")
PARQUET = ("items.parquet", "questions.parquet")
OFTEN = 12  # an ordinary run makes every twelfth of the edits; `make insider` all of them


class Edit(NamedTuple):
    """What somebody who can write into the folder changes, and what has to be told of it."""

    what: str
    do: Callable[[Path], object]
    told: str


def in_database(statements: str, file: str = "dataset.sqlite") -> Callable[[Path], object]:
    """Change a database of the folder as any program can, leaving no other trace."""
    return lambda folder: tampered(folder / file, statements)


def in_ledger(statements: str) -> Callable[[Path], object]:
    return in_database(statements, "ledger.sqlite")


def in_text(name: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda folder: put_text(old, new)(folder / name)


def in_csv(name: str, change: Callable[[list[list[str]]], object]) -> Callable[[Path], object]:
    return lambda folder: csv_rows(change)(folder / "csv" / name)


def in_data_xlsx(sheet: str, cell: str, value: object) -> Callable[[Path], object]:
    return lambda folder: in_workbook(lambda book: book[sheet].__setitem__(cell, value))(
        folder / "data.xlsx"
    )


def in_received(folder: Path) -> None:
    kept = sorted((folder / "received").glob("*.xlsx"))[0]
    kept.chmod(0o600)
    kept.write_bytes(kept.read_bytes() + b" ")


def in_issued(folder: Path) -> None:
    file = sorted((folder / "issued").rglob("*.xlsx"))[0]
    file.write_bytes(
        edited(
            file.read_bytes(),
            r"xl/worksheets/sheet\d+.xml|xl/sharedStrings.xml",
            "workshop",
            "trial",
        )
    )


ANSWER = "(submission_id, slot) = (SELECT submission_id, slot FROM answers_fact WHERE text = 'WS-07' LIMIT 1)"
EDITS = [
    Edit(
        "an answer",
        in_database(f"UPDATE answers_fact SET text = 'WS-99' WHERE {ANSWER}"),
        "Plan!E7",
    ),
    Edit(
        "a number",
        in_database("UPDATE answers_fact SET number = 1e6 WHERE number = 24"),
        "“1000000.0” in the dataset",
    ),
    Edit(
        "an answer less",
        in_database(f"DELETE FROM answers_fact WHERE {ANSWER}"),
        "new: answers_fact[Plan!E7]",
    ),
    Edit(
        "an answer more",
        in_database(
            "INSERT INTO answers_fact (submission_id, slot, text, cell) SELECT s.submission_id, max(t.slot), 'more', "
            "'Z9' FROM submissions s, slots t "
            "WHERE t.slot NOT IN (SELECT slot FROM answers_fact) GROUP BY s.submission_id"
        ),
        "gone: answers_fact[",
    ),
    Edit(
        "a verdict",
        in_database("UPDATE submissions SET verdict = 'returned'"),
        "submissions.verdict",
    ),
    Edit(
        "what counts",
        in_database("UPDATE submissions SET current = 1 - current"),
        "submissions.current",
    ),
    Edit(
        "a team",
        in_database("UPDATE submissions SET team = 'XXX' WHERE team = 'AFG'"),
        "submissions.team",
    ),
    Edit(
        "a day", in_database("UPDATE submissions SET issued = 'soon'"), "submissions.issued: “soon”"
    ),
    Edit(
        "the day of a check",
        in_database("UPDATE submissions SET checked = 'never'"),
        "submissions.checked: “never”",
    ),
    Edit(
        "a path",
        in_database("UPDATE submissions SET path = 'other.xlsx' WHERE team = 'AFG'"),
        "submissions.path",
    ),
    Edit(
        "a hash",
        in_database("UPDATE submissions SET sha256 = '00' WHERE team = 'AFG'"),
        "its bytes are not in received/",
    ),
    Edit(
        "a finding less",
        in_database("DELETE FROM findings_fact WHERE code = 'V001'"),
        "new: findings_fact[Plan!E9]",
    ),
    Edit(
        "a finding waived",
        in_database("UPDATE findings_fact SET waived = 1, waiver = 'by me'"),
        "findings_fact[",
    ),
    Edit(
        "a figure",
        in_database("UPDATE aggregate_answers SET frequency = 99 WHERE n = 3"),
        "aggregate_answers[n 3",
    ),
    Edit("a label", in_database("UPDATE codes SET label = 'No' WHERE code = 'Y'"), "codes[list"),
    Edit(
        "the spec", in_database("UPDATE spec_files SET content = content || ' '"), "spec_files[path"
    ),
    Edit(
        "a view",
        in_database("DROP VIEW unplaced; CREATE VIEW unplaced AS SELECT 1 AS text"),
        "view unplaced",
    ),
    Edit(
        "a trigger",
        in_database("CREATE TRIGGER t AFTER UPDATE ON codes BEGIN SELECT 1; END"),
        "trigger t",
    ),
    Edit(
        "a fact about it",
        in_database("UPDATE meta SET value = 'yes' WHERE name = 'derived'"),
        "Run",
    ),
    Edit("a state in the ledger", in_ledger("UPDATE files SET state = 'withdrawn'"), "files.state"),
    Edit("a day of arrival", in_ledger("UPDATE files SET received = '2026-01-01'"), "arrived"),
    Edit(
        "a place",
        in_ledger("UPDATE sightings SET path = 'a.xlsx' WHERE path LIKE '%AFG%'"),
        "path",
    ),
    Edit(
        "a reason",
        in_ledger("UPDATE entries SET content = replace(content, 'Agreed', 'Denied')"),
        "decision 1",
    ),
    Edit("a waiver less", in_ledger("DELETE FROM entries WHERE kind = 'waiver'"), "waiver 1"),
    Edit(
        "a receipt",
        in_ledger("UPDATE entries SET content = replace(content, 'AFG.', 'AFX.')"),
        "receipt 1",
    ),
    Edit(
        "the last entry",
        in_ledger("DELETE FROM entries WHERE n = (SELECT max(n) FROM entries)"),
        "is in ledger.jsonl but not in the ledger",
    ),
    Edit(
        "the order", in_ledger("UPDATE files SET n = n + 9; UPDATE files SET n = 12 - n"), "number"
    ),
    Edit("no ledger", lambda folder: (folder / "ledger.sqlite").unlink(), "hrge-xl recover"),
    Edit(
        "a damaged one",
        lambda folder: (folder / "ledger.sqlite").write_bytes(b"x" * 9000),
        "hrge-xl recover",
    ),
    Edit(
        "a cell of the CSV",
        in_csv("answers.csv", lambda rows: rows[3].__setitem__(2, "XXX")),
        "answers.csv[",
    ),
    Edit("a row less", in_csv("answers.csv", lambda rows: rows.pop()), "new: answers.csv["),
    Edit("rows exchanged", in_csv("items.csv", lambda rows: rows.reverse()), "items.csv"),
    Edit(
        "no CSV",
        lambda folder: (folder / "csv" / "items.csv").write_bytes(b"\xff\xfe\0"),
        "items.csv: “cannot be read",
    ),
    Edit(
        "the description",
        in_text("datapackage.json", '"answers"', '"replies"'),
        "datapackage.json: resources[",
    ),
    Edit(
        "no JSON",
        lambda folder: (folder / "datapackage.json").write_text("{"),
        "datapackage.json: “cannot be read",
    ),
    Edit(
        "the words for Datasette",
        in_text("metadata.yaml", "The team that", "A team that"),
        "metadata.yaml, line",
    ),
    Edit(
        "a cell of data.xlsx",
        in_data_xlsx("answers", "G3", "Forged"),
        "data.xlsx: answers!G3: “Forged”",
    ),
    Edit("a heat map", in_data_xlsx("Heat maps", "B4", 99), "data.xlsx: Heat maps!B4: “99”"),
    Edit("data.xlsx saved again", in_data_xlsx("Contents", "A1", None), "data.xlsx: Contents!A1"),
    Edit(
        "no workbook",
        lambda folder: (folder / "data.xlsx").write_bytes(b"PK\x03\x04"),
        "data.xlsx: “cannot be read",
    ),
    Edit(
        "Parquet",
        lambda folder: shutil.copyfile(*(folder / "parquet" / name for name in PARQUET)),
        "questions.parquet",
    ),
    Edit("the overview", in_text("reports/overview.html", ">AFG<", ">AFX<"), "overview.html, line"),
    Edit("bytes received", in_received, "is not what was received"),
    Edit(
        "bytes more",
        lambda folder: (folder / "received" / f"{'0' * 64}.xlsx").write_bytes(b"x"),
        "has no such file",
    ),
    Edit(
        "what came back",
        lambda folder: (folder / "returned/PAK.xlsx").write_bytes(workbook("PAK")),
        "was changed after it arrived",
    ),
    Edit("what was issued", in_issued, "is not as it was issued: S023 at How to fill in!"),
    Edit(
        "the key",
        lambda folder: (folder / "signing.key").write_bytes(b"f" * 32),
        "submissions.signature: “valid”",
    ),
    Edit(
        "a deadline",
        in_text("round.yaml", "country: AFG", "country: AFG\n  deadline: 2026-09-09"),
        "2026-09-09",
    ),
    Edit("a team less", in_text("round.yaml", "team: AFG", "team: BGD"), "I008"),
    Edit(
        "the period",
        in_text("round.yaml", "name: round", "name: other"),
        "The folder of the round round is not available",
    ),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: Folders) -> Path:
    """A round with everything beside its dataset."""
    folder = round_folder(tmp_path_factory.mktemp("held"))
    assert hrge("generate", folder, "--today", DAY) == 0
    assert (
        hrge("consolidate", "--write", folder, "--today", DAY, "--formats", "xlsx,csv,parquet") == 0
    )
    assert (
        hrge("waive", "V001", "--file", "PAK.xlsx", "--ledger", folder, *WHY, "--today", DAY) == 0
    )
    assert hrge("decide", folder, "AFG.xlsx", "--use", *WHY) == 0
    assert hrge("consolidate", "--write", folder, "--today", DAY) == 0
    assert hrge("sign", folder, "--by", "office") == 0
    return folder


@pytest.fixture
def case(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "round")


def look(folder: Path, **more: object) -> Audit:
    return verify_dataset(VerificationRequest(folder, **more))  # type: ignore[arg-type]


def said(folder: Path, **more: object) -> str:
    """All that is told, or why nothing can be."""
    audit = look(folder, **more)
    assert audit.identical is (not audit.problems and not audit.differences)
    return "\n".join(audit.lines())


def test_what_nobody_touched_is_identical(made: Path) -> None:
    told = ran("verify", made).out
    assert told.startswith("Made again: identical (2 returns of 2 read again, ")
    assert len(told.splitlines()) == 1


def some(edits: list[Edit]) -> list[object]:
    """The edits, most of them left out of an ordinary run."""
    long = pytest.mark.long
    return [
        pytest.param(each, id=each.what, marks=() if n % OFTEN == 0 else long)
        for n, each in enumerate(edits)
    ]


@pytest.mark.parametrize("edit", some(EDITS))
def test_every_edit_is_named(case: Path, edit: Edit, capsys: Capsys) -> None:
    edit.do(case)
    assert hrge("verify", case) != 0
    told = capsys.readouterr()
    assert edit.told in told.out + told.err
    assert "Traceback" not in told.err


def test_the_copy_to_share_is_compared_too(case: Path) -> None:
    assert hrge("consolidate", "--write", case, "--shareable", "--today", DAY) == 0
    assert look(case).identical
    in_text("shareable/csv/items.csv", "C1", "C9")(case)
    assert "items.csv[" in said(case)
    assert "is a copy to share" in ran("verify", case / "shareable", code=2).err
    database = case / "shareable" / "dataset.sqlite"
    database.rename(case / "elsewhere.sqlite")
    assert "items.csv[" in said(case)  # the files that were sent on are compared without it
    (case / "elsewhere.sqlite").rename(database)
    in_database("UPDATE meta SET value = '8' WHERE name = 'schema_version'")(case / "shareable")
    told = said(case)
    assert "shareable/ was made by an earlier version of this program." in told
    assert "items.csv" not in told  # nothing of it is compared


def test_a_sample_notices_what_it_reads_and_every_figure(case: Path) -> None:
    in_database(f"UPDATE answers_fact SET text = 'WS-99' WHERE {ANSWER}")(case)
    assert "Plan!E7" in said(case, sample=2)
    in_database("UPDATE aggregate_answers SET frequency = 99 WHERE n = 3")(case)
    assert "aggregate_answers[n 3" in said(case, sample=1)


def test_redacted_nothing_of_a_file_is_shown(case: Path) -> None:
    in_database(f"UPDATE answers_fact SET text = 'WS-99' WHERE {ANSWER}")(case)
    told = said(case, redacted=True)
    assert "WS-99" not in told
    assert "answers_fact[Plan!E7].text differs" in told


def test_the_dataset_of_several_rounds_kept_elsewhere(tmp_path: Path) -> None:
    """Rounds that are not named are not at hand: what only they can tell is taken as it stands, all else is not."""
    folder, out = round_folder(tmp_path), tmp_path / "dataset"
    returned(tmp_path / "loose", {"irq.xlsx": workbook("IRQ"), "letter.xlsx": b"no workbook"})
    assert (
        hrge("consolidate", "--write", folder, tmp_path / "loose", "-o", out, "--today", DAY) == 4
    )
    assert look(out).identical
    assert look(out, returned=[folder / "returned"]).identical
    in_database("UPDATE submissions SET signature = 'invalid'")(out)
    assert "submissions.signature" in said(out, returned=[folder / "returned"])
    in_database("UPDATE answers_fact SET text = 'WS-99' WHERE text = 'WS-07'")(out)
    assert "Plan!E7" in said(out)


def test_what_cannot_be_verified_says_why(made: Path, tmp_path: Path) -> None:
    for words, why in (
        (("verify", made / "issued"), "is among returned files"),
        (("verify", made / "returned"), "is among returned files"),
        (("verify", made, "--spec", "example"), "--spec is about a report"),
        (("verify", made / "reports" / "overview.html"), "--returned DIR"),
    ):
        assert why in ran(*words, code=2).err
    shutil.copytree(made, tmp_path / "round")
    (tmp_path / "round" / "ledger.sqlite").unlink()
    assert "is lost" in ran("verify", tmp_path / "round", code=5).err


def test_a_database_that_holds_the_same(tmp_path: Path, database: str) -> None:
    """The address of the database is named beside the folder that it belongs to."""
    folder = round_folder(tmp_path)
    assert hrge("consolidate", "--write", folder, "--store", database, "--today", DAY) == 0
    assert look(folder, store=database).identical
    with sa.create_engine(database).begin() as connection:
        connection.execute(sa.text(f"UPDATE answers_fact SET text = 'WS-99' WHERE {ANSWER}"))
    told = said(folder, store=database)
    assert "answers_fact[Plan!E7].text: “WS-99” in the dataset, “WS-07” now" in told
    assert "answers[Plan!E7].text: “WS-99” in the dataset, “WS-07” now" in told
