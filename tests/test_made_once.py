"""What would be the same again is not made again; and every page follows each thing that it is made of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import jinja2
import openpyxl
import pytest
import sqlalchemy as sa

from hrge_xl import load
from tests import small_returns
from tests.audited import DAY, hrge, round_folder, workbook
from tests.face import DATASET, Schema, open_file, write_workbook
from tests.telling import telling

LATER = "2026-07-03"


def refreshed(folder: Path, day: str = DAY) -> dict[str, bytes]:
    """The pages of a round after a refresh."""
    assert hrge("-q", "refresh", folder, "--today", day) == 0
    reports = folder / "reports"
    return {
        path.relative_to(reports).as_posix(): path.read_bytes() for path in reports.rglob("*.html")
    }


def test_a_page_that_would_be_the_same_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = round_folder(tmp_path)
    pages = refreshed(folder)
    assert {"overview.html", "validation.html"} <= pages.keys()

    def made(*_: object, **__: object) -> str:
        raise AssertionError("a page was made again")

    monkeypatch.setattr(jinja2.Template, "render", made)
    assert refreshed(folder) == pages


def waived(folder: Path) -> None:
    words = ("--reason", "As agreed", "--by", "A. Name", "--today", DAY, "--ledger", folder)
    assert hrge("-q", "waive", "V001", "--file", "PAK.xlsx", *words) == 0


def decided(folder: Path) -> None:
    words = (
        "--withdraw",
        "AFG.xlsx",
        "--reason",
        "Sent too early",
        "--by",
        "A. Name",
        "--today",
        DAY,
    )
    assert hrge("-q", "decide", folder, *words) == 0


def another_team(folder: Path) -> None:
    with (folder / "round.yaml").open("a", encoding="utf-8") as said:
        said.write("- team: MAR\n  country: MAR\n")


def another_return(folder: Path) -> None:
    (folder / "returned" / "late.xlsx").write_bytes(workbook("MAR"))


def another_name(folder: Path) -> None:
    (folder / "returned" / "AFG.xlsx").rename(folder / "returned" / "AFG 2.xlsx")


@pytest.mark.parametrize(
    "change",
    telling([waived, decided, another_team, another_return, another_name], waived, another_return),
)
def test_a_page_follows_each_thing_that_it_is_made_of(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    folder = round_folder(tmp_path)
    before = refreshed(folder)
    change(folder)
    after = refreshed(folder)
    assert after != before
    assert after == made_anew(folder, DAY)


def test_a_page_follows_the_day(tmp_path: Path) -> None:
    folder = round_folder(tmp_path)
    before = refreshed(folder)
    after = refreshed(folder, LATER)
    assert after["overview.html"] != before["overview.html"]
    assert after == made_anew(folder, LATER)


@pytest.mark.parametrize("page", telling(["overview.html", "validation.html"], "overview.html"))
def test_a_page_that_somebody_changed_is_made_again(tmp_path: Path, page: str) -> None:
    folder = round_folder(tmp_path)
    before = refreshed(folder)
    (folder / "reports" / page).write_text("All teams have answered.", "utf-8")
    assert refreshed(folder) == before


def made_anew(folder: Path, day: str) -> dict[str, bytes]:
    """The pages of a round in which there were none."""
    for path in (folder / "reports").rglob("*.html"):
        path.unlink()
    return refreshed(folder, day)


@pytest.mark.deep
def test_what_takes_long_gives_way_to_a_note_until_it_is_made_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "dataset"
    page, book = out / "reports" / "overview.html", out / "data.xlsx"
    returned = small_returns.returns(tmp_path / "in", 13)
    small_returns.run(returned, out, formats=("xlsx", "csv"), overview=page.parent)
    words = ("--reason", "Sent too early", "--by", "A. Name", "--today", small_returns.ASKED.today)
    assert hrge("-q", "decide", out, "03.xlsx", "--withdraw", *words) == 0
    assert f"hrge-xl consolidate {out} -o {out}" in " ".join(capsys.readouterr().err.split())
    (sheet,) = openpyxl.load_workbook(book).worksheets
    brief = page.with_name("brief.html")
    for text in (str(sheet["A1"].value), page.read_text("utf-8"), brief.read_text("utf-8")):
        assert "no longer agrees" in text
    assert "withdrawn" in (out / "csv" / "submissions.csv").read_text("utf-8-sig")

    assert hrge("verify", out) == 0
    assert capsys.readouterr().out.count("a note stands in its place") == 3
    note = page.read_bytes()
    page.write_bytes(note.replace(b"no longer agrees", b"agrees"))
    assert hrge("verify", out) == 1  # another note is none

    small_returns.run(returned, out, overview=page.parent)
    assert hrge("verify", out) == 0
    page.write_bytes(note)
    assert hrge("verify", out) == 1  # nothing was entered since it was made


def test_what_is_older_than_its_dataset_is_named_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asking who has answered takes in what is new; the files beside the dataset follow with the next refresh."""
    folder = round_folder(tmp_path)
    refreshed(folder)
    another_return(folder)
    assert hrge("status", folder, "--today", DAY) == 0
    older = "Older than the dataset: data.xlsx, reports/overview.html, reports/brief.html."
    assert older in " ".join(capsys.readouterr().err.split())
    assert hrge("verify", folder) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert older in told
    assert "Made again: 1 difference" in told


def test_data_xlsx_works_each_sheet_out_once(tmp_path: Path) -> None:
    """Its first sheet counts rows, and its figures too: of the rows that its sheets then show."""
    folder = round_folder(tmp_path)
    refreshed(folder)
    with open_file(folder / DATASET, write=False) as store:
        store.use(Schema(load("example")), write=False)
        asked = list[str]()
        sa.event.listen(store.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
        write_workbook(store, tmp_path / "data.xlsx", date(2026, 7, 1))
        of_view = [statement for statement in asked if 'FROM main."plan"' in statement]
        assert len(of_view) == 1
        shown = [*openpyxl.load_workbook(tmp_path / "data.xlsx")["plan"]]
        assert (
            len([*store.rows("plan")]) == len(shown) - 3
        )  # from the view again, below title, codes and heads
