"""Reports: the same numbers in every format, nothing breaks out, the same bytes, and pages for everybody."""

import html as entities
import io
import json
import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator
from pydantic import TypeAdapter

from tests import report_schema
from tests.face import (
    CALLED,
    CELL_LIMIT,
    STATUSES,
    Document,
    cell_length,
    isolated,
    visible,
    write_whole,
    xlsx,
)
from tests.face import html_module as html
from tests.face import json as json_format
from tests.pages import Parsed, in_a_window, stands_alone, unfold, violations
from tests.report_document import NASTY, build, recount
from tests.telling import telling

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DOCUMENTS = {
    "realistic": lambda: build(12, 150, nasty=True),
    "clean": lambda: build(3, 0, nasty=False),
    "empty": lambda: build(0, 0, nasty=False),
}
FORMATS = {"html": html, "xlsx": xlsx, "json": json_format}
SEVERITY_OF_WORD = {CALLED[key]: key for key in html.SEVERITIES}
STATUS_OF_WORD = {CALLED[key]: key for key in ("refused", *(status.code for status in STATUSES))}
VERDICT_OF_WORD = {CALLED[key]: key for key in html.VERDICTS}
SURROGATE = re.compile("[\ud800-\udfff]")


def plain() -> Document:
    """A report without texts that want to break out."""
    return build(12, 150, nasty=False)


def first_finding(document: Document) -> Any:
    return next(row for file in document["files"] for row in file["findings"])


def all_findings(document: Document) -> int:
    return sum(recount(document)[key] for key in html.SEVERITIES)


# what each format counts: verdicts and statuses of files, severities and codes of findings


def from_html(document: Document) -> Iterator[str]:
    text = html.render(document)
    for row in Parsed(text).findings:
        yield from (SEVERITY_OF_WORD[row[0]], row[1].split()[0])
    heads = re.findall(r'<details class="file"[^>]*>\s*<summary>(.*?)</summary>', text)
    for verdict, *status in (re.findall(r'class="(\w+) tag"', head) for head in heads):
        yield from (
            verdict,
            *(status or ["refused" if verdict == "refused" else "counts"]),
            "files",
        )


def from_html_cards(document: Document) -> dict[str, int]:
    found = re.findall(r'data-sum="(\w+)"><b>([\d,]+)</b>', html.render(document))
    return {key: int(number.replace(",", "")) for key, number in found}


def workbook(document: Document) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(xlsx.render(document)))


def from_xlsx(document: Document) -> Iterator[str]:
    book = workbook(document)
    for row in book["Findings"].iter_rows(min_row=2, values_only=True):
        if row[0] is not None:
            yield from (SEVERITY_OF_WORD[str(row[1])], str(row[2]))
    for row in book["Files"].iter_rows(min_row=2, values_only=True):
        if row[2] is not None:
            yield from (VERDICT_OF_WORD[str(row[3])], STATUS_OF_WORD[str(row[4])], "files")


def from_json(document: Document) -> Iterator[str]:
    return recount(json.loads(json_format.render(document))).elements()


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("count", [from_html, from_xlsx, from_json])
def test_every_format_gives_the_same_numbers(name: str, count: Any) -> None:
    document = DOCUMENTS[name]()
    assert Counter(count(document)) == +recount(document)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_sums_shown_are_those_of_the_document(name: str) -> None:
    document = DOCUMENTS[name]()
    summary: dict[str, Any] = {**document["summary"]}
    other = summary.pop("other")
    cards = from_html_cards(document)
    assert cards == {key: summary[key] for key in cards}
    assert {key for key in summary if summary[key]} <= set(cards)
    lines = workbook(document)["Summary"].iter_rows(max_col=2, values_only=True)
    rows = {line[0]: line[1] for line in lines if line[1] is not None}
    words = {"files": "Files", "error": "Errors", "warning": "Warnings", "info": "Info"}
    words |= {"counted": "Counted", "waived": "Waived"}
    assert {key: rows[words.get(key) or CALLED[key]] for key in summary} == summary
    told = "{error} errors, {warning} warnings, {info} info".format(**other)
    assert rows["Findings in files that do not count"] == told
    if summary["files"] != summary["counted"]:
        said = f'<p id="other">In the files that do not count, marked as such: {told}.'
        assert said in html.render(document)


def test_what_became_of_the_files_is_said_as_on_the_terminal() -> None:
    page = html.render(build())
    assert (
        "12 files: 4 accepted, 7 returned, 1 refused. Of the 11 that could be read: 7 counted, "
        in page
    )
    assert "1 superseded, 1 newer but with errors, 1 in conflict, 1 excluded." in page


def table_of(page: str, name: str) -> str:
    """The text of a table of the page by its label."""
    found = re.search(rf'aria-label="{name}">(.*?)</table>', page, re.DOTALL)
    assert found is not None
    return re.sub("<.*?>", " ", found[1])


def test_only_files_that_count_are_counted_by_team_sheet_and_rule() -> None:
    document = plain()
    page = html.render(document)
    aside = [file for file in document["files"] if not file["counted"]]
    teams = {file["identity"]["team"] for file in aside if file["identity"]}
    assert teams
    assert not [team for team in teams if f" {team} " in table_of(page, "By team")]
    numbers = [int(n) for n in re.findall(r" (\d+) *\n", table_of(page, "By rule"))]
    counted = [
        finding for file in document["files"] if file["counted"] for finding in file["findings"]
    ]
    assert sum(numbers[at] for at in range(len(numbers)) if at % 4 < 3) == len(counted)
    assert f"{all_findings(document)} findings in total." in page


def test_a_file_that_does_not_count_says_why_and_keeps_its_findings() -> None:
    document = plain()
    old, new = document["files"][4], document["files"][0]
    old["superseded_by"] = new["submission"]
    assert old["findings"]
    page = html.render(document)
    section = page.partition('<div id="f4">')[2].partition("</details>")[0]
    assert (
        'class="superseded tag">Superseded</span>: A newer version of the same workbook counts.'
        in section
    )
    assert f'<a href="#f0"><bdi>{new["path"]}</bdi></a>' in section
    rows = [line for line in headed(workbook(document)["Findings"]) if line["File"] == old["path"]]
    assert {line["File status"] for line in rows} == {"Superseded"}
    assert len(rows) == len(old["findings"])


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_document_gives_the_same_bytes(name: str) -> None:
    first, second = FORMATS[name].render(build()), FORMATS[name].render(build())
    assert first == second
    if isinstance(first, str):
        assert "object at 0x" not in first
        first.encode()
        assert first.endswith("\n") or name == "html"


def test_the_page_has_no_script_but_its_own_and_leads_nowhere_else() -> None:
    assert stands_alone(html.render(build()), "script")


def spoil(document: Document, text: str) -> None:
    """Put a text wherever a finding has one."""
    row = first_finding(document)
    row["value"] = row["message"] = row["label"] = row["suggestion"] = row["remedy"] = text
    row["sheet"] = text[:31]


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_a_nasty_text_is_shown_as_it_is_and_stays_a_text(text: str) -> None:
    document, shown = build(2, 1, nasty=False), visible(text)
    spoil(document, text)
    document["files"][0]["path"] = document["codes"][0]["why"] = text
    assert shown in Parsed(html.render(document)).findings[0][4]
    if not SURROGATE.search(text):
        assert json.loads(json_format.render(document)) == json.loads(json.dumps(document))
    document["files"][0]["unplaced"] = [{"sheet": "S", "cell": "A1", "text": text}]
    document["run"]["command"] = text
    book = workbook(document)
    cell = book["Findings"]["G2"]
    assert cell.data_type == "s"
    too_long = len(text) > CELL_LIMIT and "cut here: 40,000 characters" in str(cell.value)
    assert cell.value == shown or too_long
    for found in (found for sheet in book for line in sheet.iter_rows() for found in line):
        assert found.data_type != "f"
        assert found.hyperlink is None or found.hyperlink.target is None


def test_each_value_stands_under_its_header() -> None:
    document = build()
    book = workbook(document)
    wanted = [(file, row) for file in document["files"] for row in file["findings"]]
    for line, (file, row) in zip(headed(book["Findings"]), wanted, strict=True):
        assert line["File"] == file["path"]
        assert (line["Sheet"], line["Cell"], line["Row code"]) == (
            row["sheet"],
            row["cell"],
            row["row"],
        )
        assert line["What to do"] == visible(row["remedy"])
    for line, file in zip(headed(book["Files"]), document["files"], strict=True):
        assert (line["File"], line["SHA-256"], line["Bytes"]) == (
            file["path"],
            file["sha256"],
            file["size"],
        )
        assert (line["Team"] == "(none)") == (file["identity"] is None)


def headed(sheet: Any) -> Iterator[dict[str, Any]]:
    headers, *rows = sheet.iter_rows(values_only=True)
    return (dict(zip(headers, row, strict=True)) for row in rows)


def test_a_lone_surrogate_comes_back_from_json_and_a_text_is_cut_where_excel_counts_two() -> None:
    document = build(2, 1, nasty=False)
    first_finding(document)["value"] = "a\ud800b\udfffc"
    text = json_format.render(document)
    assert "\\ud800" in text
    assert json.loads(text)["files"][1]["findings"][0]["value"] == "a\ud800b\udfffc"
    first_finding(document)["value"] = "😀" * 20_000
    cut = str(next(headed(workbook(document)["Findings"]))["Content of the cell"])
    assert cell_length(cut) <= CELL_LIMIT
    assert cut.endswith("20,000 characters in total; the JSON report has the full text]")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_workbook_opens_without_repair(name: str, tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    path.write_bytes(xlsx.render(DOCUMENTS[name]()))
    assert OpenXmlValidator().validate(str(path)).errors == []


def test_the_workbook_can_be_worked_through() -> None:
    sheet = workbook(build())["Findings"]
    assert sheet.freeze_panes == "D2"
    table = next(iter(sheet.tables.values()))
    assert table.autoFilter is not None
    assert {"Status", "Comment"} <= set(table.column_names)
    rule = sheet.data_validations.dataValidation[0]
    assert rule.type == "list"
    assert rule.showErrorMessage
    assert str(rule.sqref) == f"K2:K{sheet.max_row}"
    assert sheet["C2"].hyperlink.location.startswith("'Codes'!A")


def test_an_arabic_page_runs_from_right_to_left_and_paths_do_not() -> None:
    document = build()
    document["run"]["language"] = "ar"
    path = document["files"][0]["path"] = "/srv/returned/PAK.xlsx"
    page = html.render(document)
    assert f"<bdi>{path}</bdi></a>" in page
    assert f"· <bdi>{path}</bdi></h3>" in page
    assert " ←<th" in page
    assert "→" not in page
    assert str(isolated("في 4.C Values!D9: لا")) == 'في <bdi dir="ltr">4.C Values!D9</bdi>: لا'


PRINTED = {  # what an auditor needs on paper, by sheet
    "Files": {"Team", "File", "Verdict", "File status", "Errors", "Why it does not count"},
    "By team": {"Team", "Received", "Counted", "In conflict", "Errors", "Info"},
    "By rule": {"Code", "Name", "Files"},
    "Findings": {
        "Severity",
        "Code",
        "Place",
        "Question",
        "Content of the cell",
        "Reason",
        "What to do",
    },
    "Codes": {"Code", "Why", "What to do"},
}


def test_what_is_printed_can_be_read() -> None:
    """At least 65 percent of full size, on A4, with titles and page numbers on every page."""
    for sheet in workbook(build()):
        assert sheet.page_setup.paperSize == 9, sheet.title
        assert sheet.oddFooter.right.text == "&P / &N"
        if sheet.title in ("Summary", "Risk matrices"):
            continue
        assert sheet.print_title_rows == "$1:$1"
        area = sheet[sheet.print_area.rpartition("!")[2].replace("$", "")]
        shown = {cell.value for cell in area[0]}
        assert shown >= PRINTED.get(sheet.title, set()), sheet.title
        runs = sheet.column_dimensions.values()  # of columns that are equally wide
        across = sum(max(0, min(run.max, len(area[0])) - run.min + 1) * run.width for run in runs)
        assert across * 0.65 < 140, sheet.title


def test_no_matrix_is_cut_by_the_end_of_a_page() -> None:
    document = build()
    document["matrices"] = document["matrices"][:1] * 9
    sheet = workbook(document)["Risk matrices"]
    tall = 3 + len(document["matrices"][0]["down"])
    breaks = [each.id for each in sheet.row_breaks.brk]
    assert breaks
    assert not sheet.sheet_properties.pageSetUpPr.fitToPage  # Excel would heed no break
    assert all(at % tall == 0 for at in breaks)


def test_the_schema_closes_the_lists_and_leaves_room_for_keys() -> None:
    for document in DOCUMENTS.values():
        TypeAdapter(Document).validate_python(document())
    made = report_schema.json_schema()
    assert made["properties"]["schema"] == {"const": "hrge-xl/validation-report/1"}
    assert made["$defs"]["FindingRow"]["properties"]["severity"]["enum"] == [
        "error",
        "warning",
        "info",
    ]
    assert "additionalProperties" not in made["$defs"]["FindingRow"]
    assert {"code", "severity", "suggestion"} <= set(made["$defs"]["FindingRow"]["required"])


def test_what_was_not_checked_is_said_in_every_format() -> None:
    document = build()
    why = "Only one round was given."
    assert why in html.render(document)
    assert why in [row[3] for row in workbook(document)["Not checked"].iter_rows(values_only=True)]
    cells = re.findall(
        r'<tr><th scope="row">(.*?)<td>The file could not be read\.', html.render(document)
    )
    assert [re.sub("<.*?>", "", cell) for cell in cells] == ["P, R, S, V, X"]


def test_values_withheld_are_said_to_be() -> None:
    document = build(2, 1, nasty=False)
    document["run"]["redacted"] = True
    first_finding(document)["value"] = None
    document["files"][0]["unplaced"] = [{"sheet": "S", "cell": "A1", "text": None}]
    text = html.render(document)
    assert "Values of cells are withheld in this report." in text
    assert Parsed(text).findings[0][4] == "withheld"


def test_a_matrix_without_rows_is_one_sentence_and_a_colour_that_is_none_reaches_no_style() -> None:
    document = build(2, 1, nasty=False)
    document["matrices"][0]["levels"][0]["colour"] = "red}</style><script>"
    assert "red}" not in html.render(document)
    assert workbook(document)["Risk matrices"]
    text = html.render(build(0, 0, nasty=False))
    assert 'class="matrix"' not in text
    assert "No row of 3.2 Risk strategy in the files that count falls into this matrix." in text


@pytest.mark.deep
def test_a_large_report_stays_small() -> None:
    document = build(500, 20_000, nasty=False)
    text = html.render(document)
    assert len(text.encode()) < 15_000_000
    assert text.count("<tr class=") == 20_000 == all_findings(document)
    told = (
        "Where a remedy is the general one for its code, it is given once, on the page of the code."
    )
    assert told in text


def opened(
    browser: "Browser", tmp_path: Path, document: Document, width: int = 1280, scripts: bool = True
) -> AbstractContextManager[tuple["Page", list[str]]]:
    path = tmp_path / "report.html"
    path.write_text(html.render(document), encoding="utf-8")
    return in_a_window(browser, path, width, scripts)


def shown_rows(page: "Page", rows: str = ".f tbody tr") -> int:
    return int(
        page.evaluate(
            f"[...document.querySelectorAll('{rows}')].filter(r => r.checkVisibility()).length"
        )
    )


def wait_for_count(page: "Page", start: str) -> None:
    """Wait until the line that is read aloud starts like this."""
    from playwright.sync_api import expect

    expect(page.locator("#shown")).to_have_text(re.compile("^" + re.escape(start)))


@pytest.mark.browser
@pytest.mark.parametrize("width", telling([1280, 768, 320], 320))
@pytest.mark.parametrize("name", telling(["realistic", "clean", "empty"], "realistic"))
def test_axe_finds_nothing(browser: "Browser", tmp_path: Path, width: int, name: str) -> None:
    with opened(browser, tmp_path, DOCUMENTS[name](), width) as (page, trouble):
        unfold(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == []
        assert trouble == []


@pytest.mark.browser
def test_without_scripts_everything_is_there(browser: "Browser", tmp_path: Path) -> None:
    document = build()
    with opened(browser, tmp_path, document, scripts=False) as (page, trouble):
        assert page.locator(".f tbody tr").count() == all_findings(document)
        assert page.locator("#filter").is_hidden()
        assert page.locator("button.print").first.is_hidden()
        page.locator(".file", has=page.locator(".f")).first.locator("summary").first.click()
        assert page.locator(".f tbody tr").first.is_visible()
        page.locator(".matrix a").first.click()
        assert page.locator(".matrix a").first.is_visible()
        assert trouble == []


@pytest.mark.browser
def test_the_filter_works_by_keyboard(browser: "Browser", tmp_path: Path) -> None:
    document = plain()
    total, wanted = all_findings(document), recount(document)["V006"]
    with opened(browser, tmp_path, document) as (page, trouble):
        unfold(page)
        page.locator("select[name=team]").focus()
        for _ in range(5):
            page.keyboard.press("Tab")
        page.keyboard.type("V006")
        wait_for_count(page, f"{wanted} of {total} ")
        assert shown_rows(page) == wanted
        assert page.locator("#shown").get_attribute("role") == "status"
        page.keyboard.press("Tab")
        page.keyboard.type("no such word anywhere")
        wait_for_count(page, "0 of ")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        wait_for_count(page, f"{total} of {total} ")
        assert shown_rows(page) == total
        assert trouble == []


@pytest.mark.deep
@pytest.mark.browser
def test_each_filter_counts_right(browser: "Browser", tmp_path: Path) -> None:
    document = plain()
    rows = [(file, row) for file in document["files"] for row in file["findings"]]
    cases = {
        ("team", "AFG"): sum(
            (file["identity"] or {"team": ""})["team"] == "AFG" for file, _ in rows
        ),
        ("severity", "w"): sum(row["severity"] == "warning" for _, row in rows),
        ("sheet", "1.1 Legislation"): sum(row["sheet"] == "1.1 Legislation" for _, row in rows),
        ("code", "V001"): sum(row["code"] == "V001" for _, row in rows),
        ("verdict", "accepted"): sum(file["verdict"] == "accepted" for file, _ in rows),
        ("status", "superseded"): sum(file["status"] == "superseded" for file, _ in rows),
    }
    with opened(browser, tmp_path, document) as (page, _):
        unfold(page)
        for (name, value), count in cases.items():
            page.locator(f"select[name={name}]").select_option(value)
            wait_for_count(page, f"{count} of ")
            assert shown_rows(page) == count
            page.locator("#filter button[type=reset]").click()
            wait_for_count(page, f"{len(rows)} of ")


@pytest.mark.deep
@pytest.mark.browser
def test_sorting_keeps_every_row_and_links_open_what_they_lead_to(
    browser: "Browser", tmp_path: Path
) -> None:
    document = plain()
    with opened(browser, tmp_path, document) as (page, _):
        before = page.locator(".f tbody tr").count()
        page.locator("select[name=sort]").select_option("severity")
        classes = page.evaluate(
            "[...document.querySelector('.f tbody').rows].map(r => r.className).join('')"
        )
        assert re.fullmatch("e*w*i*", classes)
        assert page.locator(".f tbody tr").count() == before
        head = page.locator("#file-table th").nth(5)
        head.locator("button").press("Enter")
        head.locator("button").press("Enter")
        assert head.get_attribute("aria-sort") == "descending"
        errors = page.evaluate(
            "[...document.querySelector('#file-table tbody').rows].map(r => +r.cells[5].textContent)"
        )
        assert errors == sorted(errors, reverse=True)
        for link in ("#file-table a", ".matrix a"):
            page.locator(link).first.click()
            assert page.locator(page.evaluate("location.hash")).is_visible()


@pytest.mark.deep
@pytest.mark.browser
def test_paper_is_a_summary_and_everything_on_request(browser: "Browser", tmp_path: Path) -> None:
    document = build(300, 600, nasty=False)
    for scripts in (True, False):
        with opened(browser, tmp_path, document, scripts=scripts) as (page, _):
            page.emulate_media(media="print")
            assert page.locator("#f0").is_hidden()
            assert (
                page.locator("#file-table tbody tr")
                .nth(html.ReportView.paper_rows - 1)
                .is_visible()
            )
            assert page.locator("#file-table tbody tr").nth(html.ReportView.paper_rows).is_hidden()
            assert page.locator(".papernote").is_visible()
            assert pages_of(page.pdf(prefer_css_page_size=True)) <= 10
            page.goto(f"{page.url}#everything")
            assert page.locator("#f0").bounding_box() is not None
            assert page.locator("#file-table tbody tr").last.is_visible()
            assert page.locator("#filter .fields").is_hidden()


def pages_of(paper: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", paper))


@pytest.mark.browser
def test_a_filter_stands_in_the_address(browser: "Browser", tmp_path: Path) -> None:
    document = plain()
    returned = [
        file for file in document["files"] if file["verdict"] == "returned" and file["counted"]
    ]
    wanted = sum(row["code"] == "V001" for file in returned for row in file["findings"])
    with opened(browser, tmp_path, document) as (page, trouble):
        for name, value in (("verdict", "returned"), ("status", "counts"), ("code", "V001")):
            page.locator(f"select[name={name}]").select_option(value)
        wait_for_count(page, f"{wanted} of ")
        assert page.url.endswith("#verdict=returned&status=counts&code=V001")
        page.reload()
        wait_for_count(page, f"{wanted} of ")
        assert page.locator("select[name=status]").input_value() == "counts"
        assert shown_rows(page, "#file-table tbody tr") == len(returned)
        page.locator("#filter button[type=reset]").click()
        wait_for_count(page, f"{all_findings(document)} of ")
        assert "#" not in page.url
        assert trouble == []


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Document:
    """A report that has a page for each team."""
    monkeypatch.setattr(html, "LARGE", 100)
    return build(12, 150, nasty=True)


def test_a_large_report_has_a_page_a_team(large: Document) -> None:
    main, pages = html.render(large), dict(html.beside(large))
    assert Parsed(main).findings == []
    teams = {
        file["identity"]["team"] if file["identity"] else "(no team)" for file in large["files"]
    }
    assert len(pages) == len(teams)
    assert sum(len(Parsed(page).findings) for page in pages.values()) == all_findings(large)
    assert from_html_cards(large)["error"] == large["summary"]["error"]
    small = build(2, 1, nasty=False)
    assert dict(html.beside(small)) == {}


def test_every_link_of_a_large_report_has_its_target(large: Document) -> None:
    pages = {html.MAIN: html.render(large), **dict(html.beside(large))}
    parsed = {name: Parsed(text) for name, text in pages.items()}
    for name, each in parsed.items():
        for address in each.links:
            file, _, anchor = str(address).partition("#")
            place = (
                posixpath.normpath(posixpath.join(posixpath.dirname(name), file)) if file else name
            )
            assert place in pages, (name, address)
            assert not anchor or anchor in parsed[place].ids, (name, address)


def test_teams_whose_names_look_alike_have_pages_of_their_own(large: Document) -> None:
    for file, name in zip(
        large["files"], ("A/B", "A B", "a b", "الفريق", "..", "CON"), strict=False
    ):
        if file["identity"]:
            file["identity"]["team"] = name
    names = [name.casefold() for name, _ in html.beside(large)]
    assert len(names) == len(set(names))
    assert all(
        re.fullmatch(r"validation_pages/[0-9]+-[A-Za-z0-9-]+\.html", name, re.I) for name in names
    )


@pytest.mark.deep
@pytest.mark.browser
def test_a_large_report_filters_its_files_and_leads_to_them(
    browser: "Browser", tmp_path: Path, large: Document
) -> None:
    for name, text in html.beside(large):
        write_whole(tmp_path / name, text.encode("utf-8", "replace"))
    with opened(browser, tmp_path, large) as (page, trouble):
        page.locator("select[name=verdict]").select_option("refused")
        wait_for_count(
            page, f"{sum(file['verdict'] == 'refused' for file in large['files'])} of 12 "
        )
        assert violations(page) == []
        page.locator("#filter button[type=reset]").click()
        wait_for_count(page, "12 of 12 ")
        page.locator("#file-table a").first.click()
        assert page.locator("#f0").is_visible()
        assert violations(page) == []
        assert [
            each for each in trouble if ".html#f0" not in each and "validation_pages" not in each
        ] == []


def test_countries_and_sheets_go_by_name() -> None:
    document = plain()
    text = html.render(document)
    assert re.search(r"\bAFG Afghanistan\b", table_of(text, "By team"))
    assert re.search(r"\bIRN IRN\b", table_of(text, "By team"))  # of which no name is known
    assert re.search(r"\b1\.1 Legislation\n", table_of(text, "By sheet"))
    assert "1.1 التشريعات" not in table_of(text, "By sheet")
    assert {row["Country"] for row in headed(workbook(document)["Files"])} >= {
        "Afghanistan",
        "Iraq",
    }


def test_the_workbook_adds_up_by_team_and_by_rule() -> None:
    document = plain()
    book, summary = workbook(document), dict(document["summary"])
    *teams, total = headed(book["By team"])
    named = {file["identity"]["team"] if file["identity"] else "" for file in document["files"]}
    assert len(teams) == len(named)
    for head, key in (
        ("Received", "files"),
        ("Accepted", "accepted"),
        ("Returned", "returned"),
        ("Refused", "refused"),
        ("Counted", "counted"),
        ("Superseded", "superseded"),
        ("Errors", "error"),
        ("Warnings", "warning"),
    ):
        assert total[head] == sum(row[head] for row in teams) == summary[key], head
    rules = [*headed(book["By rule"])]
    found = sum(row["Errors"] + row["Warnings"] + row["Info"] for row in rules)
    assert found == sum(summary[key] for key in html.SEVERITIES)


def test_the_workbook_shows_the_matrix_as_the_page_does() -> None:
    """The highest step on top, on the page as in the workbook and on the sheets that teams fill in."""
    document = plain()
    matrix = document["matrices"][0]
    rows = list(workbook(document)["Risk matrices"].iter_rows(min_row=3, values_only=True))
    labels = [label for _, label in reversed(matrix["down"])]
    assert [row[0] for row in rows[: len(labels)]] == labels
    table = html.render(document).partition('<table class="matrix">')[2].partition("</table>")[0]
    heads = re.findall(r'<tr><th scope="row">([^<\n]+)', table)
    assert [entities.unescape(head).strip() for head in heads] == labels
    counts = {(cell["down"], cell["across"]): cell["count"] for cell in matrix["cells"]}
    assert [list(row[1:6]) for row in rows[: len(labels)]] == [
        [counts[down, across] for across, _ in matrix["across"]]
        for down, _ in reversed(matrix["down"])
    ]
