"""Values that came in: none of them in a redacted report, a log or a traceback, and none that runs in what goes out."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from hrge_xl import ExpectedReturn, Order, Result, generate, load
from tests.command_line import hrge
from tests.damage import (
    CHECKLIST,
    PLAN,
    RISKS,
    add,
    commented,
    dressed,
    edited,
    formula,
    inserted,
    move,
    new_cell,
    new_sheet,
    on_top,
    text_of,
    words,
)
from tests.face import validation
from tests.fixture_types import Capsys, Folders, Patch
from tests.intake_files import pack
from tests.read_and_check import read_many
from tests.telling import telling

pytestmark = pytest.mark.xdist_group("canaries")  # what its fixtures play is played once
CANARY = "zqx7"
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="2">'
    f'<c r="B2" t="inlineStr"><is><t>{CANARY} on a sheet of their own</t></is></c></row></sheetData></worksheet>'
)


def told() -> bytes:
    """A return with a canary in every kind of place, and with something wrong in most of them."""
    return edited(
        move(RISKS, rows=inserted(8)),
        words(PLAN, "E7", f"{CANARY} and far too long for a code"),
        words(PLAN, "E8", f"Pakistan {CANARY}"),
        words(PLAN, "E9", f"{CANARY} " * 45 + f"{CANARY}@example.org, +92 300 1234567"),
        words(PLAN, "E10", f"{CANARY} day"),
        words(PLAN, "E13", f"{CANARY} women"),
        words(PLAN, "E18", f"{CANARY} {'very ' * 80}"),
        words(PLAN, "E19", f"  {CANARY} women"),
        words(PLAN, "E22", f"{CANARY} a person"),
        formula(PLAN, "E14", f'"{CANARY}"&amp;1', "1"),
        words(CHECKLIST, "F9", f"Passport no. {CANARY.upper()}1234567"),
        words(CHECKLIST, "H9", f"{CANARY} soon"),
        words(RISKS, "K7", f"{CANARY}_09"),
        dressed(PLAN, "E9", font="<strike/>"),
        dressed(PLAN, "E18", code=f';;;"{CANARY} seen"'),
        new_cell(RISKS, "D8", f"{CANARY} note"),
        new_cell(PLAN, "C40", f"{CANARY} below"),
        *commented(PLAN, "E11", f"{CANARY} comment"),
        *on_top(PLAN, f"<x:sp><a:p><a:r><a:t>{CANARY} on top</a:t></a:r></a:p></x:sp>"),
        *on_top(
            RISKS,
            f'<x:pic><x:nvPicPr><x:cNvPr id="1" name="{CANARY} picture"/></x:nvPicPr></x:pic>',
        ),
        new_sheet("Notes", SHEET),
        add("xl/vbaProject.bin", CANARY),
    )()


@pytest.fixture
def returned(tmp_path: Path) -> Path:
    path = tmp_path / "return.xlsx"
    path.write_bytes(told())
    return path


def texts_in(path: Path) -> Iterator[tuple[str, str]]:
    """Every text of a file that a command wrote, parts of packed ones one by one."""
    data = path.read_bytes()
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield f"{path.name}!{name}", archive.read(name).decode("utf-8", errors="replace")
    else:
        yield path.name, data.decode("utf-8", errors="replace")


def leaks(folder: Path) -> list[str]:
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    assert files
    found = []
    for name, text in (pair for path in files for pair in texts_in(path)):
        at = text.lower().find(CANARY)
        if at >= 0:
            found.append(f"{name}: {text[max(at - 80, 0) : at + 40]!r}")
    return found


# redacted


@pytest.mark.parametrize("format", telling(["html", "xlsx", "json"], "html", "xlsx", "json"))
def test_a_redacted_report_shows_no_value(format: str, returned: Path, tmp_path: Path) -> None:
    whole, redacted = tmp_path / "whole", tmp_path / "redacted"
    assert hrge("report", returned, "--format", format, "-o", whole) == 0
    assert hrge("report", returned, "--format", format, "-o", redacted, "--redact") == 0
    assert leaks(whole) != []
    assert leaks(redacted) == []


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_redacted_validation_prints_no_value(
    more: list[str], returned: Path, capfd: Capsys
) -> None:
    assert hrge("validate", returned, *more) == 1
    assert CANARY in "".join(capfd.readouterr()).lower()
    assert hrge("validate", returned, "--redact", *more) == 1
    out, err = capfd.readouterr()
    assert CANARY not in (out + err).lower()
    assert "V002" in out


def test_giving_back_prints_no_value(returned: Path, tmp_path: Path, capfd: Capsys) -> None:
    assert hrge("-v", "feedback", returned, "-o", tmp_path / "back") == 0
    assert CANARY not in "".join(capfd.readouterr()).lower()


# logs and tracebacks


def test_no_value_in_the_log_of_a_bug_or_its_traceback(
    returned: Path, tmp_path: Path, monkeypatch: Patch, capfd: Capsys
) -> None:
    """A bug on the way from reading to checking, whose message quotes an answer, as those of Python do."""

    def broken(result: Result, _: object) -> None:
        answers = result.submission.answers if result.submission else ()
        try:
            float(next(each.original for each in answers if CANARY in str(each.original)))
        except ValueError as error:
            raise KeyError(str(error)) from error

    monkeypatch.setattr(validation, "_judged", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert hrge("--debug", "-v", "validate", returned, "--jobs", "1") == 70
    out, err = capfd.readouterr()
    (log,) = tmp_path.glob("hrge-xl-*.log")
    for text in (out, err, log.read_text(encoding="utf-8")):
        assert CANARY not in text.lower()
    for text in (err, log.read_text(encoding="utf-8")):
        assert "KeyError" in text
        assert "ValueError" in text
        assert "test_canaries.py" in text


# nothing that runs

STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t=",
    "\r=",
    "\n=",
    "＝",
    "＋",
    "－",
    "＠",
    "%0A=",
    ";=",
    "'=",
    '"=',
    "=cmd|' /C calc'!A0#",
    "@SUM(1+1)*cmd|' /C calc'!A0#",
    '=HYPERLINK("http://example.org/zqx7","x")#',
    '=WEBSERVICE("http://example.org")#',
    "http://example.org/#",
    "https://example.org/#",
    "mailto:a@example.org#",
    "ftp://example.org/#",
    "file:///etc/passwd#",
    "internal:Sheet1!A1#",
    "external:other.xlsx#",
    "{=1+1}#",
    "javascript:alert(1)#",
    "<script>alert(1)</script>#",
    "<img src=x onerror=alert(1)>#",
    '"><svg onload=alert(1)>#',
    "</script><script>alert(1)</script>#",
    "{{7*7}}#",
    "]]><script>alert(1)</script>#",
    "<a href=javascript:alert(1)>x</a>#",
    "&#x3C;script>#",
    "\u202e=1+1#",
    "\ufeff=1+1#",
)


TEXTS = [f"{start}{CANARY}" for start in STARTS]
CELLS = [
    *(("R1", f"K-0{row}", field) for row in range(1, 9) for field in ("RSK_01", "RSK_07")),
    *(("C1", f"C1_0{row}", field) for row in range(1, 4) for field in ("CHK_02", "FOL_01")),
    ("PLAN", "1", "PLN_03"),
    ("PLAN", "1", "PLN_12"),
]


def nasty(country: str, texts: list[str]) -> bytes:
    """A return that holds these texts as answers, as entries of no list, beside the cells and in comments."""
    answers = dict(zip(CELLS, texts, strict=False)) | {("PLAN", "1", "PLN_01"): f"WS-{country}"}
    order = Order(country, date(2026, 3, 1), country, "en", answers=answers)
    parts = text_of(generate(load("example"), order))
    for edit in (
        *(
            words(PLAN, cell, text)
            for cell, text in zip(("E16", "E18", "E10", "E21"), texts, strict=False)
        ),
        words(RISKS, "L6", texts[4]),
        *(new_cell(PLAN, f"C{50 + number}", text) for number, text in enumerate(texts)),
        *commented(PLAN, "E10", texts[5]),
    ):
        edit(parts)
    return pack(parts)


@pytest.fixture(scope="module")
def out(tmp_path_factory: Folders) -> Path:
    """Everything that the program writes about such returns."""
    home = tmp_path_factory.mktemp("nasty")
    half = len(CELLS)
    (home / "returned").mkdir()
    (home / "returned" / "PAK.xlsx").write_bytes(nasty("PAK", TEXTS[:half]))
    (home / "returned" / "AFG.xlsx").write_bytes(nasty("AFG", TEXTS[-half:]))
    returned, dataset = str(home / "returned"), str(home / "out" / "dataset")
    assert hrge("consolidate", returned, "-o", dataset) in (0, 1)
    formats = ["html", "xlsx", "json"]
    told = [part for each in formats for part in ("--format", each)]
    assert hrge("report", returned, *told, "-o", home / "out" / "reports") == 0
    assert hrge("report", dataset, "--format", "overview", "-o", home / "out" / "overview") == 0
    assert hrge("feedback", returned, "-o", home / "out" / "feedback") == 0
    for table in ("answers", "findings", "questions", "risks"):
        for ending in ("csv", "xlsx"):
            made = str(home / "out" / "export" / f"{table}.{ending}")
            (home / "out" / "export").mkdir(exist_ok=True)
            assert hrge("export", dataset, "--table", table, "-o", made) == 0
    return home / "out"


def files(out: Path, ending: str) -> list[Path]:
    found = sorted(out.rglob(f"*.{ending}"))
    assert found
    return found


def test_the_values_are_there(out: Path) -> None:
    """Or the tests below would show nothing."""
    with_values = {
        path.name
        for path in out.rglob("*")
        if path.is_file() and CANARY in "".join(text for _, text in texts_in(path))
    }
    assert {
        "data.xlsx",
        "validation.xlsx",
        "validation.html",
        "validation.json",
        "answers.csv",
        "answers.xlsx",
        "PAK_WS-PAK_feedback.xlsx",
    } <= with_values


def test_no_value_is_a_formula_or_a_link_in_a_workbook(out: Path) -> None:
    seen = 0
    for path in files(out, "xlsx"):
        for name, text in texts_in(path):
            assert not (name.endswith(".rels") and CANARY in text), name
            assert 'TargetMode="External"' not in text, name
            assert not any(
                CANARY in each for each in re.findall(r"<f[ >].*?</f>", text, re.DOTALL)
            ), name
            assert not any(
                CANARY in each for each in re.findall(r"<(?:hyperlink|definedName)\b.*?>", text)
            ), name
        for sheet in openpyxl.load_workbook(path):
            for cell in (
                each for row in sheet.iter_rows() for each in row if CANARY in str(each.value)
            ):
                seen += 1
                assert (cell.data_type, cell.hyperlink) == ("s", None), (
                    f"{path.name} {sheet.title}!{cell.coordinate}"
                )
    assert seen > 3 * len(TEXTS)


RUNS = re.compile(r"^\s*[=+\-@＝＋－＠]")


def test_no_value_is_a_formula_in_a_csv(out: Path) -> None:
    seen = 0
    for path in out.rglob("*.csv"):
        text = path.read_text(encoding="utf-8-sig")
        for delimiter in ",;\t":
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
                for cell in row:
                    seen += CANARY in cell
                    assert not (CANARY in cell and RUNS.match(cell)), (path.name, delimiter, cell)
    assert seen > len(TEXTS)


class Page(HTMLParser):
    """What a browser would make of a page, so far as it could run or lead away."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.wrong: list[str] = []
        self._script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._script = tag == "script"
        if self._script:
            self.scripts.append("")
        for name, value in attrs:
            leads = name in ("href", "src", "action", "formaction", "xlink:href", "style", "srcdoc")
            if name.startswith("on") or (leads and CANARY in (value or "")):
                self.wrong.append(f"{tag} {name}={value}")
        if tag in ("img", "iframe", "object", "embed", "base"):
            self.wrong.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._script = self._script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._script:
            self.scripts[-1] += data


def test_no_value_is_a_script_or_a_link_in_a_page(out: Path) -> None:
    for path in files(out, "html"):
        page = Page(path.read_text(encoding="utf-8"))
        assert page.wrong == [], path.name
        assert len(page.scripts) <= 2, path.name
        for script in page.scripts:
            if CANARY in script:  # only as data, which cannot end its element
                assert "<" not in script, path.name
                json.loads(script)


def test_what_goes_back_to_the_team_reads_the_same(out: Path) -> None:
    """Made harmless, and not changed: the answers of the feedback workbook are those of the return."""
    paths = [out / "feedback" / "PAK_WS-PAK_feedback.xlsx", out.parent / "returned" / "PAK.xlsx"]
    again, first = (result.submission for result in read_many(paths, ExpectedReturn()))
    assert again is not None
    assert first is not None
    assert again.values() == first.values()
    assert len(first.values()) >= len(CELLS)
