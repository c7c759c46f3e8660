"""What the program says of the kept files of a round, by its command line, and the names under which it stores things.

Both were noted when the files were made; `test_files_of_today` asks again.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from email import message_from_bytes
from email.policy import default
from functools import wraps
from io import StringIO
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from openpyxl import load_workbook

from hrge_xl.cli import run

FILES = Path(__file__).parent / "fixtures" / "round"
EARLIER, ROUND, TODAY = "2025-H2", "2026-H1", "2026-07-20"
EXPECTED, NAMES = "expected.json", "names.json"
WHO = ("--by", "A. Name", "--reason", "Asked.")


def command(*words: object) -> str:
    """Run a command; give what it prints."""
    printed, told = StringIO(), StringIO()
    with redirect_stdout(printed), redirect_stderr(told):
        code = run([str(word) for word in words])
    assert code in (0, 1, 4), (words, told.getvalue())
    return printed.getvalue()


def in_a_copy(ask: Callable[[Path], Any]) -> Callable[[Path], Any]:
    """Let something be asked in a copy of the files, where keys are as secret as a round wants them."""

    @wraps(ask)
    def asked(files: Path) -> Any:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name).resolve() / "files"
            shutil.copytree(files, folder, copy_function=shutil.copy)
            for key in folder.glob("*/signing.key"):
                key.chmod(0o600)
            with chdir(folder):
                return json.loads(json.dumps(ask(folder)).replace(str(folder), "."))

    return asked


@in_a_copy
def said_of(folder: Path) -> dict[str, Any]:
    """Say of every workbook, of the round and of its dataset what the program says."""
    kept = {name: dataset_of(made_anew(name)) for name in (EARLIER, ROUND)}
    command(
        "consolidate", ROUND, "--write", "--today", TODAY
    )  # a dataset of an earlier version is verified as it is made now
    verified = [
        {
            key: told
            for key, told in json.loads(command("verify", *what, "--json")).items()
            if key not in ("engine_version", "files_compared")
        }
        for what in (
            [ROUND],
            [f"{ROUND}/reports/validation.json", "--returned", f"{ROUND}/received"],
        )
    ]
    for verification in verified:  # each release adds that it is another one than made the report
        notes = verification["notes"]
        verification["notes"] = [note for note in notes if "made the report; this is" not in note]
    status = json.loads(command("status", ROUND, "--json", "--today", TODAY))
    command("report", ROUND, "--format", "json", "-o", "again", "--today", TODAY)
    report = json.loads((folder / "again" / "validation.json").read_text("utf-8"))
    command("consolidate", ROUND, "--no-resume", "--today", TODAY)
    return {
        "files": {EARLIER: files_of(EARLIER), ROUND: files_of(ROUND)},
        "datasets": kept,
        "every file read again": {
            table: told == kept[ROUND][table]
            for table, told in dataset_of(ROUND).items()
            if table != "submissions"  # that says when it was checked
        },
        "status": status,
        "summary": report["summary"],
        "verified": verified,
        "traced": json.loads(
            command("trace", "--data", ROUND, "--team", "Karachi", "--field", "PLN_06", "--json")
        ),
        "compared": json.loads(command("compare", EARLIER, ROUND, "--json", "--today", TODAY))[
            "summary"
        ],
        "waivers": json.loads(
            command("waive", "--list", "--json", "--ledger", ROUND, "--today", TODAY)
        ),
        "seals": command("sign", "--list", "--all", "--ledger", ROUND).splitlines(),
        "sealed": command("sign", f"{ROUND}/reports/validation.json", "--check").splitlines(),
        "mail": mail_text(),
        "goes on": next_round(folder),
        "recovered": recovered(),
    }


def files_of(round_: str) -> dict[str, Any]:
    """Give what `validate` says of each workbook that was issued, sent back or given back in a round."""
    for path in Path(round_, "feedback").glob(
        "*.xlsx"
    ):  # its key is looked for only where what it issued lies
        shutil.copy(path, Path(round_, "issued", f"given_back_{path.name}"))
    paths = sorted(
        path for name in ("issued", "returned") for path in Path(round_, name).glob("*.xlsx")
    )
    report = json.loads(command("validate", *paths, "--spec", round_, "--json", "--today", TODAY))
    return {
        Path(file["path"]).relative_to(round_).as_posix(): in_short(file)
        for file in report["files"]
    }


def in_short(file: dict[str, Any]) -> dict[str, Any]:
    """Give the verdict on a file, whose it is, whether its stamp is genuine, and each finding with its cell."""
    kept = (
        "verdict",
        "identity",
        "counts",
        "completeness",
        "saved",
        "unplaced",
        "read_as",
        "read_for",
    )
    findings = sorted(
        f"{finding['code']} {finding['sheet']}!{finding['cell']} {finding['tool']}/{finding['row']}/{finding['field']}"
        for finding in file["findings"]
    )
    return {name: file[name] for name in kept} | {"findings": findings}


def made_anew(round_: str) -> str:
    """Make the dataset, which is of an earlier shape, anew from what was received, as of the day of its last run."""
    place = Path("anew", round_)
    shutil.copytree(round_, place)
    with sqlite3.connect(place / "dataset.sqlite") as connection:
        ((day,),) = connection.execute("SELECT value FROM meta WHERE name = 'derived'").fetchall()
    command("consolidate", place, "-o", place, "--today", day)
    return str(place)


def dataset_of(round_: str) -> dict[str, Any]:
    """Give of each table that a dataset exports its headings, the number of its rows, and a digest of them.

    Asked where no round is around it: nothing is to be worked out anew for the day on which somebody asks.
    """
    place, found = Path("alone", round_), {}
    place.mkdir(parents=True, exist_ok=True)
    for name in ("dataset.sqlite", "ledger.sqlite"):
        shutil.copy(Path(round_, name), place)
    for table in (
        "answers",
        "findings",
        "submissions",
        "risks",
        "completeness",
        "aggregate_answers",
    ):
        head, *rows = csv.reader(
            StringIO(command("export", place, "--table", table).lstrip("\ufeff"))
        )
        digest = hashlib.sha256(json.dumps(sorted(rows)).encode()).hexdigest()
        found[table] = {"columns": head, "rows": len(rows), "digest": digest}
    return found


def recovered() -> bool:
    """Say whether the ledger is the same after it was lost and rebuilt from its journal."""
    before = command("sign", "--list", "--all", "--ledger", ROUND)
    (Path(ROUND) / "ledger.sqlite").unlink()
    command("recover", ROUND)
    return command("sign", "--list", "--all", "--ledger", ROUND) == before


def mail_text() -> list[str]:
    """Give the first line of each reminder that is due, in the words that the office chose."""
    command("remind", ROUND, "--today", "2026-08-10")
    found = []
    for path in sorted(Path(ROUND, "drafts", "2026-08-10").glob("*.eml")):
        body = message_from_bytes(path.read_bytes(), policy=default).get_body()
        assert body is not None
        found.append(str(body.get_content()).lstrip().splitlines()[0])
    return found


def next_round(folder: Path) -> dict[str, Any]:
    """Give what a round that goes on from the kept one has in its workbooks from the start."""
    begin(folder, "2026-H2", "--from", ROUND)
    return {
        name: {"findings": file["findings"], "completeness": file["completeness"]}
        for name, file in files_of("2026-H2").items()
    }


def begin(folder: Path, name: str, *more: str) -> None:
    """Set up a round of the same spec and issue its workbooks."""
    (folder / "teams.csv").write_text(
        "team,country,language,email\nKarachi,PAK,en,karachi@example.org\n", "utf-8"
    )
    command("round", "init", name, "--spec", "./spec", "--teams", "teams.csv")
    command("generate", name, *more, "--today", "2026-12-01")


@in_a_copy
def names_in(folder: Path) -> dict[str, Any]:
    """Give every name under which the program of now stores or tells something."""
    begin(folder, "new", "--from", ROUND)
    book = load_workbook(next((folder / "new" / "issued").glob("*.xlsx")))
    report = json.loads(command("validate", ROUND, "--json", "--today", TODAY))
    return {
        "stamp": stamp_of(book),
        "hidden codes": {sheet.title: codes_of(sheet) for sheet in book.worksheets},
        "defined names": sorted(book.defined_names),
        "report": sorted(set(keys_of(report))),
        "answers": dataset_of(made_anew(ROUND))["answers"]["columns"],
        "ledger": ledger_names(folder),
        "ledger tables": tables_of(folder / "new" / "ledger.sqlite"),
        "findings": findings(),
        "messages": sorted(messages()),
    }


def stamp_of(book: Any) -> dict[str, Any]:
    """Give the keys of the stamp in both of its places, and the digest of the layout that it names."""
    pairs = {row[0].value: row[1].value for row in book["_hrge"].iter_rows(max_col=2)}
    properties = [prop.name for prop in book.custom_doc_props.props]
    return {"sheet": list(pairs), "properties": properties, "layout": pairs["layout"]}


def codes_of(sheet: Any) -> str:
    """Give a digest of the codes in the hidden row and column of a sheet."""
    column = [cell.value for cell in sheet["A"]]
    row = [cell.value for cell in sheet[1]]
    return hashlib.sha256(json.dumps([column, row], default=str).encode()).hexdigest()[:16]


def keys_of(value: Any, path: str = "") -> Iterator[str]:
    """Give the path of every key of a JSON document but those that are names of the spec or of a finding."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}.{key}"
            if not re.search(r"\.(names\.\w+|details)$", f"{path}.{key}"):
                yield from keys_of(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner, f"{path}[]")


def ledger_names(folder: Path) -> dict[str, list[str]]:
    """Give by kind the keys of the entries that receiving, deciding, waiving and sealing make."""
    name = "new"
    command("receive", name, *sorted((folder / ROUND / "inbox").glob("*.eml")))
    command("consolidate", name, "--today", TODAY, "--received", TODAY)
    returned = next((folder / name / "returned").glob("*.xlsx"))
    command("decide", name, returned.name, "--withdraw", *WHO)
    command("decide", name, returned.name, "--undo", *WHO)
    command("waive", "V001", "--file", returned.name, "--ledger", name, *WHO)
    command("waive", "--withdraw", 1, "--by", "A. Name", "--ledger", name)
    command("report", name, "--format", "json", "-o", f"{name}/reports")
    command("sign", name, "--by", "A. Name")
    command("sign", f"{name}/reports/validation.json", "--by", "A. Name")
    return entries_of(folder / name)


def entries_of(round_: Path) -> dict[str, list[str]]:
    """Give by kind the keys of the entries in a journal, of the entry and of its content."""
    found: dict[str, set[str]] = {}
    for line in (round_ / "ledger.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        content = json.loads(entry["content"])
        inside = (re.sub(r"\.terms\.[^.]+|(?<=\.teams)\..*", "", key) for key in keys_of(content))
        found.setdefault(entry["kind"], set()).update(entry, inside)
    return {kind: sorted(keys - {""}) for kind, keys in sorted(found.items())}


def tables_of(database: Path) -> dict[str, list[str]]:
    """Give the columns of every table of a database."""
    connection = sqlite3.connect(database)
    try:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).fetchall()
        return {
            name: [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
            for (name,) in tables
        }
    finally:
        connection.close()


def findings() -> dict[str, str]:
    """Give the name of each finding by its code, as the reference tells them."""
    text = (Path(__file__).parent.parent / "docs" / "findings.md").read_text("utf-8")
    codes = dict.fromkeys(re.findall(r"^### ([A-Z]\d{3})$", text, re.MULTILINE))
    return {code: json.loads(command("explain", code, "--json"))["name"] for code in codes}


def messages() -> Iterator[str]:
    """Give the texts that translators have: the msgid of each."""
    with (Path(__file__).parent.parent / "hrge_xl" / "languages" / "fr.po").open("rb") as file:
        for message in read_po(file):
            text = message.id if isinstance(message.id, str) else " | ".join(message.id)
            if text:
                yield f"{message.context}: {text}" if message.context else text
