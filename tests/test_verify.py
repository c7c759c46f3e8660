"""`verify`: a report holds against its files, and every change of report, files, spec or reader shows by itself."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hrge_xl import ExpectedReturn, Order, generate, load
from hrge_xl.audit.files_again import Setting
from hrge_xl.core.errors import UsageError
from tests import damage, intake_files
from tests.audited import (
    DAY,
    RETURNS,
    TODAY,
    edited,
    forged_report,
    look,
    renumber,
    reported,
    returned,
    round_folder,
    said,
    verify_report,
    workbook,
)
from tests.command_line import hrge, ran
from tests.face import (
    BLANK,
    EQUAL,
    Seen,
    VerificationRequest,
    cells_of,
    equality,
    name_of,
    read_report,
    second_opinion,
    summed_up,
    write_report,
)
from tests.face import comparison_find as find
from tests.face import html_module as html
from tests.fixture_types import Folders, Patch
from tests.intake_files import LINKS, MAIN, STRICT, STRICT_LINKS, sheet
from tests.read_and_check import read_many

pytestmark = pytest.mark.xdist_group("verify")  # what its fixtures play is played once
UNREADABLE = {  # damage that our reader gets over and openpyxl does not: why it gives up
    "number that is none": "ValueError",
    "setting damaged": "TypeError",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: Folders) -> Path:
    """Reports in three formats, and their files put together."""
    folder = tmp_path_factory.mktemp("verify")
    reported(folder, "--format", "html", "--format", "xlsx")
    assert hrge("consolidate", folder / "returned", "-o", folder / "dataset", "--today", DAY) == 4
    return folder


@pytest.fixture
def case(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "case")


def row_of(data: dict[str, Any], name: str) -> dict[str, Any]:
    return next(file for file in data["files"] if Path(file["path"]).name == name)


# identical


def test_a_report_holds_against_its_files(made: Path) -> None:
    audit = look(made)
    assert audit.identical, said(audit)
    assert (audit.files, audit.opinion.files) == (5, 3)  # the same bytes are read once
    assert audit.opinion.cells > 300
    assert (
        f"Read with openpyxl: identical ({audit.opinion.cells:,} cells compared in 3 files)."
        in said(audit)
    )
    assert "Made again: identical (5 files, " in said(audit)
    assert {"day", "empty"} <= set(audit.opinion.explained)


def test_files_are_found_by_their_hash_whatever_they_are_called(made: Path, tmp_path: Path) -> None:
    for number, path in enumerate(sorted((made / "returned").iterdir())):
        target = tmp_path / "deep" / str(number) / f"{number}.bin"
        target.parent.mkdir(parents=True)
        shutil.copy(path, target)
    assert verify_report(
        VerificationRequest(made / "reports" / "validation.json", [tmp_path / "deep"])
    ).identical


@pytest.mark.deep
def test_the_received_files_of_a_consolidated_folder_will_do(made: Path) -> None:
    report = made / "reports" / "validation.json"
    told = ran("verify", report, "--returned", made / "dataset" / "received").out
    assert "validation.json has no seal." in told
    assert "Read with openpyxl: identical" in told


@pytest.mark.parametrize("name", ["validation.html", "validation.xlsx"])
def test_a_page_is_verified_by_the_data_beside_it(case: Path, name: str) -> None:
    assert look(case, name).identical
    (case / "reports" / "validation.json").unlink()
    with pytest.raises(UsageError, match=r"beside it, as validation\.json"):
        look(case, name)


def test_the_pages_of_teams_are_verified_too(case: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr(html, "LARGE", 0)
    document = json.loads((case / "reports" / "validation.json").read_text(encoding="utf-8"))
    write_report(document, "html", case / "reports")
    assert read_report(case / "reports" / "validation.html").faults == ()
    page = next((case / "reports" / html.TEAM_PAGES).iterdir())
    page.write_text(page.read_text(encoding="utf-8").replace("error", "Error", 1), encoding="utf-8")
    (fault,) = read_report(case / "reports" / "validation.html").faults
    assert "does not say what its JSON report says" in fault


@pytest.mark.parametrize(
    ("encoding", "newline"), [("utf-8-sig", "\r\n"), ("utf-16", "\r\n"), ("utf-8", "\r\n")]
)
def test_a_report_that_a_windows_shell_wrote_is_the_same(
    case: Path, encoding: str, newline: str
) -> None:
    path = case / "reports" / "validation.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text, encoding=encoding, newline=newline)
    assert read_report(path).faults == ()


def test_json(made: Path) -> None:
    report = made / "reports" / "validation.json"
    data = json.loads(ran("verify", report, "--returned", made / "returned", "--json").out)
    assert (data["schema"], data["identical"], data["differences"]) == (
        "hrge-xl/verification/1",
        True,
        [],
    )
    assert data["second_opinion"]["files"] == 3
    assert data["run"] == json.loads(report.read_text(encoding="utf-8"))["run"]["id"]


# the report changed


def test_a_verdict_that_was_changed(case: Path) -> None:
    with forged_report(case) as data:
        row_of(data, "digits.xlsx")["verdict"] = "accepted"
        data["summary"]["accepted"] += 1
        data["summary"]["returned"] -= 1
    audit = look(case)
    assert not audit.identical
    (line,) = [each for each in audit.lines() if "digits.xlsx: verdict" in each]
    assert line.endswith("digits.xlsx: verdict: “accepted” in the report, “returned” now.")


def test_a_number_that_became_another_kind_of_number(case: Path) -> None:
    with forged_report(case) as data:
        data["summary"]["files"] = float(data["summary"]["files"])
    audit = look(case)
    assert "summary.files" in said(audit)
    assert not audit.identical


def test_findings_gone_new_and_changed_are_told_one_by_one(case: Path) -> None:
    with forged_report(case) as data:
        row = row_of(data, "digits.xlsx")
        by_code = {each["code"]: each for each in row["findings"]}
        by_code["V104"]["value"] = "Partly"
        by_code["V002"]["cell"] = "Z99"
    audit = look(case)
    kinds = [each.kind for each in audit.differences]
    assert sorted(kinds) == ["changed", "gone", "new"]
    assert "gone: findings[V002 الخطة!Z99], in the report, not found again." in said(audit)
    assert "new: findings[V002 الخطة!E19], found now, not in the report." in said(audit)
    assert "digits.xlsx: findings[V104 الخطة!E12].value: “Partly” in the report" in said(audit)
    hidden = look(case, redacted=True)
    assert "Partly" not in said(hidden)
    assert "Partly" not in json.dumps(hidden.data())


def test_a_file_that_was_taken_out_of_the_report(case: Path) -> None:
    with forged_report(case) as data:
        data["files"] = [file for file in data["files"] if not file["path"].endswith("letter.xlsx")]
        data["summary"]["files"] -= 1
        data["summary"]["refused"] -= 1
        data["summary"]["error"] -= 1
    told = said(look(case))
    assert "The number of the report is not that of its files" in told
    assert "1 other file in the folders: the report does not speak of them." in told


def test_a_report_written_anew_by_another_program_says_so(case: Path) -> None:
    path = case / "reports" / "validation.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")
    assert look(case).problems == [
        "validation.json was changed: it is not written as hrge-xl writes it."
    ]


@pytest.mark.parametrize("name", ["validation.html", "validation.xlsx"])
def test_a_page_that_was_changed(case: Path, name: str) -> None:
    path = case / "reports" / name
    if name.endswith("html"):
        path.write_bytes(path.read_bytes().replace(b"</main>", b"<p>All is well.</p></main>"))
    else:
        book = openpyxl.load_workbook(path)
        book["Findings"]["K2"] = "Corrected"
        book.save(path)
    assert look(case, name).problems == [
        f"{name} does not say what its JSON report says: it was changed, or worked in."
    ]
    assert look(case).identical


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a complete JSON report"),
        (b"\xff\x00\xfe", "not text"),
        (b"[]", "not a validation report"),
        (b'{"schema": "hrge-xl/validation-report/2"}', "not a validation report"),
        (b'{"schema": "hrge-xl/validation-report/1"}', "not a complete report"),
        (b'{"schema": "hrge-xl/validation-report/1", "files": [7]}', "not a complete report"),
        (b"[" * 100_000, "not a complete JSON report"),
        (b'{"schema": "hrge-xl/validation-report/1", "size": NaN}', "not a complete JSON report"),
        (b'{"schema": "hrge-xl/validation-report/1", "size": 1e999}', "not a complete JSON report"),
    ],
)
def test_what_is_no_report_is_one_line(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "validation.json"
    path.write_bytes(data)
    told = ran("verify", path, "--returned", tmp_path, code=2).err
    assert words in told
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("where", "key", "value"),
    [("run", "today", "yesterday"), ("", "checked", ""), ("", "path", ".."), ("", "sha256", 7)],
)
def test_a_report_with_an_impossible_entry_is_one_line(
    case: Path, where: str, key: str, value: Any
) -> None:
    with forged_report(case) as data:
        (data[where] if where else data["files"][0])[key] = value
    with pytest.raises(UsageError, match="not a complete report"):
        look(case)


def test_keys_missing_and_unknown_are_told_with_their_place(case: Path) -> None:
    with forged_report(case) as data:
        data["summary"]["ingo"] = data["summary"].pop("info")
        data["matrices"][0]["cells"][0]["remark"] = None
        row = row_of(data, "pak.xlsx")
        row["identity"]["teams"] = row["identity"].pop("team")
        del row["size"], row["completeness"][1]["answered"]
    report = case / "reports" / "validation.json"
    found = json.loads(ran("verify", report, "--returned", case / "returned", "--json", code=1).out)
    told = found["differences"]
    assert [(each["kind"], each["what"]) for each in told] == [
        ("gone", "identity.teams"),
        ("new", "identity.team"),
        ("new", "completeness[Checklist].answered"),
        ("new", "size"),
        ("gone", "summary.ingo"),
        ("new", "summary.info"),
        ("gone", "matrices[Risk matrix].cells[1 1].remark"),
    ]
    assert [Path(each["file"] or "").name for each in told] == ["pak.xlsx"] * 4 + [""] * 3
    lines = [*look(case).lines()]
    assert "new: summary.info, found now, not in the report. It says “3”." in lines
    assert "gone: summary.ingo, in the report, not found again. It says “3”." in lines
    assert "new: summary.info, found now, not in the report." in [
        *look(case, redacted=True).lines()
    ]


def test_items_that_moved_or_came_twice_are_told(case: Path) -> None:
    with forged_report(case) as data:
        checks = row_of(data, "pak.xlsx")["checks"]["run"]
        checks[0], checks[1] = checks[1], checks[0]
        data["codes"].append(data["codes"][-1])
    kinds = [(each.kind, each.then, each.now) for each in look(case).differences]
    assert [kind for kind, _, _ in kinds] == ["new", "gone", "gone"]
    assert kinds[0][2] == kinds[1][1]


def test_what_a_run_needs_and_a_report_lacks_is_told_all_at_once(case: Path) -> None:
    with forged_report(case) as data:
        del data["run"]["today"], data["files"][0]["path"]
    with pytest.raises(
        UsageError, match=r"run\.today: Field required; files\.0\.path: Field required\."
    ):
        look(case)


def test_data_of_which_no_page_can_be_made_are_told(case: Path) -> None:
    with forged_report(case) as data:
        data["summary"].clear()
    audit = look(case, "validation.html")
    assert "validation.html does not say what its JSON report says" in said(audit)
    assert {each.place.partition(".")[0] for each in audit.differences} == {"summary"}


# files


def test_missing_and_changed_files_each_have_their_line(case: Path) -> None:
    (case / "returned" / "afg.xlsx").unlink()
    path = case / "returned" / "digits.xlsx"
    book = openpyxl.load_workbook(path)
    book.worksheets[1]["E7"] = "Another workshop"
    book.save(path)
    (case / "returned" / "z again.xlsx").unlink()  # or the content would still be there
    report = case / "reports" / "validation.json"
    lines = ran("verify", report, "--returned", case / "returned", code=1).out.splitlines()
    assert any(
        re.search(r"afg\.xlsx: missing\. No file with SHA-256 [0-9a-f]{64}", line) for line in lines
    )
    assert any("digits.xlsx has changed since. SHA-256 then " in line for line in lines)
    assert any("again.xlsx: missing." in line for line in lines)


def test_two_files_that_changed_names_are_told_by_content(case: Path) -> None:
    one, other = case / "returned" / "afg.xlsx", case / "returned" / "digits.xlsx"
    one.rename(case / "x")
    other.rename(one)
    (case / "x").rename(other)
    assert look(case).identical


def test_a_forged_hash_does_not_help(case: Path) -> None:
    """Somebody swaps a file and writes its hash and a fitting number into the report: the findings tell."""
    swapped = case / "returned" / "digits.xlsx"
    swapped.write_bytes(workbook("MAR", whole=False))
    (case / "returned" / "z again.xlsx").unlink()

    with forged_report(case) as data:
        found = find(data, [case / "returned"], Setting(None, {}))
        data["files"] = [
            file for file in data["files"] if not file["path"].endswith("z again.xlsx")
        ]
        row_of(data, "digits.xlsx")["sha256"] = (
            next(told for told in found.problems if "has changed since" in told)
            .rsplit(" ", 1)[1]
            .strip(".")
        )
        data["summary"] = summed_up(data["files"])
        renumber(data)
    audit = look(case)
    assert audit.problems == []
    assert {each.kind for each in audit.differences} >= {"gone", "new"}
    assert all(each.file is None or each.file.endswith("digits.xlsx") for each in audit.differences)


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """The report of a return and of a link, which is never followed: it has no hash."""
    came = returned(tmp_path / "returned", {"pak.xlsx": workbook("PAK")})[0].parent
    (came / "link.xlsx").symlink_to(came / "pak.xlsx")
    assert hrge("report", came, "--format", "json", "-o", tmp_path / "reports", "--today", DAY) == 4
    return tmp_path


def test_a_file_that_the_report_could_not_read_is_not_compared(linked: Path) -> None:
    audit = look(linked)
    assert audit.identical
    assert any(
        note.endswith("not compared, because it could not be read for the report either.")
        for note in audit.notes
    )


def test_all_the_rest_is_compared_where_a_file_could_not_be_read(linked: Path) -> None:
    with forged_report(linked) as data:
        row_of(data, "link.xlsx")["counts"]["warning"] += 1
        data["summary"]["ingo"] = data["summary"].pop("info")
        data["matrices"][0]["teams"] += 1
    assert [each.place for each in look(linked).differences] == [
        "counts.warning",
        "summary.ingo",
        "summary.info",
        "matrices[Risk matrix].teams",
    ]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("returned\\PAK.xlsx", "PAK.xlsx"),
        ("C:\\x\\a b.xlsx", "a b.xlsx"),
        ("x/a\\b.xlsx", "a\\b.xlsx"),
        ("a", "a"),
    ],
)
def test_names_of_every_system(path: str, name: str) -> None:
    assert name_of(path) == name


# program, spec, round


def test_another_program_is_told_and_is_no_difference(case: Path) -> None:
    with forged_report(case) as data:
        data["run"]["engine_version"] = "0.0.9"
        renumber(data)
    audit = look(case)
    assert audit.identical, said(audit)
    assert any(note.startswith("hrge-xl 0.0.9 made the report; this is ") for note in audit.notes)
    page = look(case, "validation.html")
    assert (
        "Another version made validation.html: it cannot be compared with its JSON report."
        in page.notes
    )


def test_another_spec_is_told_and_is_a_difference(case: Path) -> None:
    with forged_report(case) as data:
        data["run"]["spec_digest"] = data["run"]["datasets"][0]["spec_digest"] = "0" * 64
        renumber(data)
    (line,) = look(case).problems
    assert line.startswith("Another spec: the report was made with example 1.0 (digest 0000")


def test_a_spec_of_ones_own_is_named(tmp_path: Path) -> None:
    own = tmp_path / "specs" / "own"
    shutil.copytree(Path("workbook_specs/example"), own)
    file = own / "workbook.yaml"
    file.write_text(
        re.sub(r"(?m)^name:.*$", "name: own", file.read_text(encoding="utf-8")), encoding="utf-8"
    )
    data = generate(load(own), Order("PAK", TODAY, "PAK", "en", answers=damage.ANSWERS))
    returned(tmp_path / "returned", {"pak.xlsx": data})
    made = [
        "report",
        str(tmp_path / "returned"),
        "--format",
        "json",
        "--today",
        DAY,
        "--spec",
        str(own),
    ]
    assert hrge(*made, "-o", tmp_path / "reports") == 0
    assert look(tmp_path, spec=str(own)).identical
    shutil.move(own, tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="No spec 'own'"):
        look(tmp_path)
    assert look(tmp_path, spec=str(tmp_path / "elsewhere")).identical


@pytest.fixture(scope="module")
def reported_round(tmp_path_factory: Folders) -> Path:
    """A round with one signed return, one without a valid signature, and its report."""
    folder = round_folder(tmp_path_factory.mktemp("signed"))
    path = folder / "returned" / "PAK.xlsx"
    stamp = r"xl/(sharedStrings|worksheets/sheet8)\.xml|docProps/custom\.xml"
    path.write_bytes(edited(path.read_bytes(), stamp, r">PAK<", r">AFG<"))
    assert hrge("report", folder, "--format", "json", "-o", folder / "reports", "--today", DAY) == 0
    return folder


@pytest.fixture
def round_(reported_round: Path, tmp_path: Path) -> Path:
    return shutil.copytree(reported_round, tmp_path / "round")


@pytest.fixture
def apart(round_: Path, tmp_path: Path) -> Path:
    """The same files and report, where the round is not."""
    for name in ("returned", "reports"):
        shutil.copytree(round_ / name, tmp_path / "post" / name)
    return tmp_path / "post"


def test_signatures_are_checked_again_with_the_key_of_the_round(round_: Path, apart: Path) -> None:
    report = json.loads((round_ / "reports" / "validation.json").read_text(encoding="utf-8"))
    assert "I006" in [each["code"] for file in report["files"] for each in file["findings"]]
    assert look(round_).identical
    alone = look(apart)
    assert alone.identical, said(alone)
    assert any("round is not available: signatures and teams (I006" in note for note in alone.notes)
    again = look(apart, ledger=round_)
    assert again.identical, said(again)
    assert not any("not available: signatures" in note for note in again.notes)


def test_all_but_what_the_round_decides_is_compared_without_it(apart: Path) -> None:
    with forged_report(apart) as data:
        row = row_of(data, "PAK.xlsx")
        row["verdict"] = "accepted"
        row["identity"]["signature"] = "valid"  # this cannot be told
        row["identity"]["copy"] = "another"
        row["counts"]["warning"] += 1
        row["checks"]["run"].remove("V001")
        row_of(data, "AFG.xlsx")["verdict"] = "returned"
        data["matrices"][0]["teams"] += 1
        data["run"]["spec_title"] = "Another"
    places = [re.sub(r"\[.*\]", "[]", each.place) for each in look(apart).differences]
    verdicts, others = places[:2], places[2:]
    assert verdicts == ["verdict", "verdict"]
    assert others == [
        "identity.copy",
        "counts.warning",
        "checks.run[]",
        "run.spec_title",
        "matrices[].teams",
    ]


def test_why_a_check_of_the_round_did_not_run_is_said_by_no_template_of_a_report(
    apart: Path,
) -> None:
    """It could take any room."""
    kept = json.dumps({"why": {"text": "{name:>1000}", "values": {"name": "x"}}})

    with forged_report(apart) as data:
        row_of(data, "PAK.xlsx")["checks"]["not_run"] = [
            {"code": "I006", "why": "x", "details": kept}
        ]
    places = [re.sub(r"\[.*\]", "[]", each.place) for each in look(apart).differences]
    assert places == ["checks.not_run[].details"]


def test_the_folder_of_another_round_is_told(round_: Path) -> None:
    with forged_report(round_) as data:
        data["run"]["round"] = data["run"]["datasets"][0]["round"] = "2025-H1"
        for row in data["files"]:
            row["read_for"] = "2025-H1"
        renumber(data)
    assert look(round_).problems == [
        f"The report names the round 2025-H1; {round_.resolve()} is the round round."
    ]


def test_a_signature_that_was_talked_away(round_: Path) -> None:
    with forged_report(round_) as data:
        row = row_of(data, "PAK.xlsx")
        row["findings"] = [each for each in row["findings"] if each["code"] != "I006"]
        row["identity"]["signature"] = "valid"
    audit = look(round_)
    assert not audit.identical
    assert "new: findings[I006], found now" in said(audit)


def test_encrypted_workbooks(tmp_path: Path) -> None:
    from msoffcrypto.format.ooxml import OOXMLFile

    sealed = io.BytesIO()
    OOXMLFile(io.BytesIO(workbook("PAK"))).encrypt("open sesame", sealed)
    returned(tmp_path / "returned", {"pak.xlsx": sealed.getvalue()})
    word = tmp_path / "word.txt"
    word.write_text("open sesame\n", encoding="utf-8")
    report = tmp_path / "reports" / "validation.json"
    report.parent.mkdir()
    report.write_text(
        ran(
            "validate", tmp_path / "returned", "--json", "--today", DAY, "--password-file", word
        ).out,
        encoding="utf-8",
    )
    arguments = ["verify", str(report), "--returned", str(tmp_path / "returned")]
    without = ran(*arguments, code=1).out
    assert "pak.xlsx: not compared. The file " in without
    assert " 1 difference (0 files" in without
    assert hrge(*arguments, "--password-file", word) == 0


# the second opinion


def opinion(files: dict[str, bytes], folder: Path, want: ExpectedReturn | None = None) -> Any:
    paths = returned(folder, files)
    results = zip(read_many(paths, want or ExpectedReturn()), paths, strict=True)
    return second_opinion(
        [(result.submission, path) for result, path in results if result.submission]
    )


def test_two_readers_that_differ_are_told_with_both_values(tmp_path: Path) -> None:
    """A cell that stands twice in the file: our reader takes the first, openpyxl the last."""
    cell = r'(<c r="E12"[^>]*><v>)24(</v></c>)'
    data = edited(workbook("PAK"), "xl/worksheets/sheet2.xml", cell, r"\g<1>24\g<2>\g<1>25\g<2>")
    returned(tmp_path / "returned", {"pak.xlsx": data})
    report = ["report", str(tmp_path / "returned"), "--format", "json", "--today", DAY]
    assert hrge(*report, "-o", tmp_path / "reports") == 0
    audit = look(tmp_path)
    assert not audit.identical
    assert not audit.differences
    (found,) = audit.opinion.differences
    assert (found.sheet, found.cell) == ("Plan", "E12")
    assert "Plan!E12: our reader sees number “24”, openpyxl sees number “25”." in said(audit)
    hidden = look(tmp_path, redacted=True)
    assert "“24”" not in said(hidden)
    assert "Plan!E12: our reader and openpyxl see different values (number, number)." in said(
        hidden
    )
    (row,) = hidden.data()["second_opinion"]["differences"]
    assert row == {
        "file": found.file,
        "sheet": "Plan",
        "cell": "E12",
        "ours_kind": "number",
        "openpyxl_kind": "number",
    }


def test_a_format_that_openpyxl_does_not_know_is_told() -> None:
    path = Path(__file__).parent / "fixtures" / "intake" / "returned.ods"
    (result,) = read_many([path], ExpectedReturn())
    assert result.submission is not None
    found = second_opinion([(result.submission, path)])
    assert (found.cells, found.failed) == (0, [])
    assert found.not_read[0].endswith("it is of the format .ods, which openpyxl does not read.")


@pytest.mark.deep
def test_the_kept_returns_read_the_same_with_both(tmp_path: Path) -> None:
    found = opinion(
        {path.name: path.read_bytes() for path in sorted(RETURNS.glob("*.xlsx"))}, tmp_path
    )
    assert (found.differences, found.failed) == ([], [])
    assert found.files >= 7
    assert found.cells > 15_000


def compared(kinds: dict[str, damage.Damage], folder: Path) -> Any:
    """Damaged files read with both readers; openpyxl gives up exactly where that is known."""
    names = dict(enumerate(kinds))
    files = {f"{number}.xlsx": kinds[name].make() for number, name in names.items()}
    found = opinion(files, folder, damage.WANTED)
    assert [each.line(redacted=False) for each in found.differences] == []
    gave_up = {names[int(re.findall(r"(\d+)\.xlsx", line)[0])]: line for line in found.failed}
    assert gave_up.keys() == UNREADABLE.keys() & kinds.keys()
    assert all(UNREADABLE[name] in line for name, line in gave_up.items())
    assert set(found.explained) == set(EQUAL)
    return found


DAMAGED = {kind.name: kind for kind in damage.EXAMPLE if kind.name != "formula not current"}
TELLING = (
    "serial 60",
    "serial out of range",
    "control characters",
    "only spaces",
    "formula without a result",
    "number that is none",
    "column inserted with a note",
    "openpyxl: saved",
)


def test_telling_kinds_of_damage_read_the_same_with_both(tmp_path: Path) -> None:
    compared({name: DAMAGED[name] for name in TELLING}, tmp_path)


@pytest.mark.long
def test_every_kind_of_damage_reads_the_same_with_both(tmp_path: Path) -> None:
    """Not one cell differs without an explanation."""
    assert compared(DAMAGED, tmp_path).files > 120


def number(value: float) -> Seen:
    return Seen("number", value)


def text(value: str, *, formula: bool = False) -> Seen:
    return Seen("text", value, formula)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (text("a"), text("a"), ""),
        (text("a"), text("b"), None),
        (text("a"), BLANK, None),
        (BLANK, text("a"), None),
        (BLANK, text(" \t"), "spaces"),
        (text("1"), number(1.0), None),
        (number(1.0), number(1.0), ""),
        (number(1.0), number(1.0000001), None),
        (number(1.0), Seen("truth value", True), None),
        (Seen("truth value", True), Seen("truth value", True), ""),
        (Seen("error", "#REF!"), Seen("error", "#REF!"), ""),
        (Seen("error", "#REF!"), Seen("error", "#N/A"), None),
        (text("#REF!"), Seen("error", "#REF!"), None),
        (number(46000.0), Seen("date", 46000.0), "day"),
        (number(46000.5), Seen("date", 46000.5 + 4e-9), "day"),
        (number(46000.0), Seen("date", 46001.0), None),
        (number(60.0), Seen("date", 59.0), "phantom"),
        (number(61.0), Seen("date", 60.0), None),
        (number(1e10), Seen("error", "#VALUE!"), "no-day"),
        (number(1e10), Seen("error", "#N/A"), None),
        (text("\x07"), text("_x0007_"), "escape"),
        (text("_x0007_"), text("\x07"), None),
        (Seen("nothing", None, True), Seen("nothing", None, True), "not-calculated"),
        (Seen("nothing", None, True), BLANK, None),
        (BLANK, Seen("nothing", None, True), None),
        (text("", formula=True), BLANK, "empty"),
        (text("", formula=True), Seen("nothing", None, True), "empty"),
        (text("x", formula=True), Seen("nothing", None, True), None),
    ],
)
def test_when_two_readers_agree(ours: Seen, theirs: Seen, expected: str | None) -> None:
    assert equality(ours, theirs) == expected


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: Patch) -> None:
    monkeypatch.chdir(Path(__file__).parent.parent)


# what openpyxl sees in the cells of a return


VALUES = {  # a cell as the file has it, and what openpyxl sees in it
    '<c r="B2" t="inlineStr"><is><t>words</t></is></c>': Seen("text", "words"),
    '<c r="B2" t="inlineStr"><is><t xml:space="preserve"> </t></is></c>': Seen("text", " "),
    '<c r="B2" t="inlineStr"><is><t>_x0007_</t></is></c>': Seen("text", "_x0007_"),
    '<c r="B2"><v>24</v></c>': Seen("number", 24.0),
    '<c r="B2"><v>0.5</v></c>': Seen("number", 0.5),
    '<c r="B2" t="b"><v>1</v></c>': Seen("truth value", True),
    '<c r="B2" t="e"><v>#REF!</v></c>': Seen("error", "#REF!"),
    '<c r="B2" s="1"><v>46000</v></c>': Seen("date", 46000.0),
    '<c r="B2" s="1"><v>46000.5</v></c>': Seen("date", 46000.5),
    '<c r="B2" s="1"><v>0.25</v></c>': Seen("date", 0.25),
    '<c r="B2" s="1"><v>1e10</v></c>': Seen("error", "#VALUE!"),
    '<c r="B2" s="3"><v>1.5</v></c>': Seen("date", 1.5),
    '<c r="B2"><f>1+1</f><v>2</v></c>': Seen("number", 2.0),
    '<c r="B2"><f>1+1</f></c>': Seen("nothing", None, True),
    '<c r="B2"/>': BLANK,
}


@pytest.mark.parametrize(("cell", "seen"), VALUES.items())
def test_every_kind_of_value(cell: str, seen: Seen) -> None:
    """Of the cells that are asked for, and of no other."""
    others = '<c r="A2"><v>1</v></c>', '<c r="C2"><f>2+2</f></c>'
    rows = f'<row r="2">{others[0]}{cell}{others[1]}</row><row r="3"><c r="B3"><v>9</v></c></row>'
    book = intake_files.workbook(sheet(rows), sheet(rows))
    found = cells_of(
        (book, {"S1": frozenset({"B2", "A9"}), "S2": frozenset(), "S3": frozenset({"B2"})})
    )
    assert found == ({} if seen == BLANK else {("S1", "B2"): seen})


def test_what_a_file_says_of_its_own_size_is_not_believed() -> None:
    rows = '<row r="7"><c r="D7"><v>7</v></c></row>'
    book = intake_files.workbook(sheet(rows, before='<dimension ref="A1:B2"/>'))
    assert cells_of((book, {"S1": frozenset({"D7"})})) == {("S1", "D7"): Seen("number", 7.0)}


def test_days_that_are_counted_from_1904() -> None:
    """The number that is stored is what both readers compare."""
    parts = intake_files.parts(sheet('<row r="1"><c r="A1" s="1"><v>44538</v></c></row>'))
    book = str(parts["xl/workbook.xml"])
    parts["xl/workbook.xml"] = book.replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    seen = cells_of((intake_files.pack(parts), {"S1": frozenset({"A1"})}))
    assert seen == {("S1", "A1"): Seen("date", 46000.0)}


def test_no_sheet_is_found_in_strict_open_xml() -> None:
    book = intake_files.workbook(sheet(namespace=STRICT), strict=True)
    assert cells_of((book, {"S1": frozenset({"A1"})})) is None


def test_a_return_in_strict_open_xml_has_no_second_opinion(tmp_path: Path) -> None:
    data = edited(workbook(), r"xl/.*\.xml|_rels/.rels", MAIN, STRICT)
    data = edited(data, r"xl/.*\.(xml|rels)|_rels/.rels", LINKS, STRICT_LINKS)
    found = opinion({"pak.xlsx": data}, tmp_path)
    assert found.files == 0
    assert [line.rpartition("/")[2] for line in found.failed] == [
        "pak.xlsx: no second opinion, because openpyxl finds no sheet in it (as in “Strict Open XML”)."
    ]


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        (' t="b"><v>1</v>', "truth value"),
        (' t="e"><v>#N/A</v>', "error"),
        ("><f>1+1</f>", "nothing"),
    ],
)
def test_what_is_no_answer_is_seen_alike(cell: str, kind: str, tmp_path: Path) -> None:
    """Where a number is asked for."""
    data = edited(
        workbook(), "xl/worksheets/sheet2.xml", r'(<c r="E12")[^>]*><v>24</v>', rf"\1{cell}"
    )
    found = opinion({"pak.xlsx": data}, tmp_path)
    assert (found.files, found.differences, found.failed) == (1, [], [])
    assert ("not-calculated" in found.explained) is (kind == "nothing")
