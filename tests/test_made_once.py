"""What would be the same again is not made again; and every page follows each thing that it is made of."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import jinja2
import openpyxl
import pytest
import sqlalchemy as sa

import hrge_xl
from hrge_xl import load
from tests.audited import DAY, hrge, round_folder, workbook
from tests.face import DATASET, Ledger, Schema, open_file, write_workbook
from tests.fixture_types import Folders
from tests.telling import telling

LATER = "2026-07-03"

pytestmark = pytest.mark.xdist_group("made once")  # what its fixture makes is made once


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: Folders) -> Path:
    """A round with its dataset and all files beside it."""
    folder = round_folder(tmp_path_factory.mktemp("written"))
    assert hrge("-q", "consolidate", folder, "--write", "--today", DAY) == 0
    return folder


@pytest.fixture
def written(untouched: Path, tmp_path: Path) -> Path:
    return shutil.copytree(untouched, tmp_path / "round")


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


# what nobody asked for is not made


OLDER = "Older than the dataset: reports/overview.html, reports/brief.html, data.xlsx."


def files_beside(folder: Path) -> dict[str, bytes]:
    """What stands beside a dataset, by its bytes."""
    paths = (folder / "data.xlsx", *(folder / "reports").glob("*.html"))
    return {path.name: path.read_bytes() for path in paths if path.is_file()}


def told(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    return " ".join(f"{captured.out} {captured.err}".split())


@pytest.mark.deep
def test_a_dataset_alone_says_how_its_files_are_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = round_folder(tmp_path)
    assert hrge("consolidate", folder, "--today", DAY) == 0
    assert f"hrge-xl refresh {folder} --write" in told(capsys)
    waived(folder)
    decided(folder)
    assert files_beside(folder) == {}
    assert hrge("verify", folder) == 0
    pages = {"overview.html", "brief.html", "validation.html"}
    refreshed(folder)
    assert files_beside(folder).keys() == pages
    assert hrge("-q", "refresh", folder, "--write", "--today", DAY) == 0
    assert files_beside(folder).keys() == {"data.xlsx", *pages}
    assert hrge("verify", folder) == 0


@pytest.mark.parametrize("change", telling([waived, decided, another_return], waived))
def test_what_is_older_stays_and_is_named_until_it_is_asked_for(
    written: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Path], None]
) -> None:
    """And then has the same bytes as in a folder where all of it was made at once."""
    before = files_beside(written)
    change(written)
    assert hrge("-q", "consolidate", written, "--today", DAY) == 0
    assert f"{OLDER} To make them again: hrge-xl refresh {written} --write" in told(capsys)
    assert files_beside(written) == before
    assert hrge("verify", written) == 0
    assert f"Not compared. {OLDER}" in told(capsys)

    assert hrge("-q", "consolidate", written, "--write", "--today", DAY) == 0
    assert "Older than" not in told(capsys)
    assert hrge("verify", written) == 0
    now = files_beside(written)
    assert now != before
    for name in now:
        (written / ("data.xlsx" if name == "data.xlsx" else f"reports/{name}")).unlink()
    assert hrge("-q", "consolidate", written, "--write", "--today", DAY) == 0
    assert files_beside(written) == now


def test_one_page_that_is_asked_for_is_of_today(
    written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = written / "reports"
    another_return(written)
    report = ("report", written, "--format", "overview", "-o", reports, "--today", DAY)
    assert hrge(*report) == 0
    capsys.readouterr()
    assert hrge("status", written, "--today", DAY) == 0
    assert "Older than the dataset: reports/brief.html, data.xlsx." in told(capsys)
    assert hrge("sign", reports / "brief.html", "--by", "A. Name") == 0
    assert "brief.html was made before the dataset was last changed" in told(capsys)
    assert hrge("sign", reports / "overview.html", "--by", "A. Name") == 0
    assert "was last changed" not in told(capsys)
    assert hrge("consolidate", written, "--write", "--today", DAY) == 0
    assert hrge("export", written, "-o", written / "data.xlsx") == 0
    assert hrge("verify", written) == 0


@pytest.mark.parametrize("name", telling(["data.xlsx", "reports/brief.html"], "data.xlsx"))
def test_a_file_that_is_older_is_still_nobodys_to_change(
    written: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    waived(written)
    file = written / name
    file.write_bytes(file.read_bytes() + b" ")
    assert hrge("verify", written) == 1
    assert f"{name} was changed since it was made." in told(capsys)


def test_an_office_that_wants_all_of_it_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = round_folder(tmp_path)
    settings = tmp_path / "hrge-xl.toml"
    settings.write_text("write = true\n", encoding="utf-8")
    monkeypatch.setenv("HRGE_XL_CONFIG", str(settings))
    assert hrge("-q", "refresh", folder, "--today", DAY) == 0
    before = files_beside(folder)
    decided(folder)
    after = files_beside(folder)
    assert "data.xlsx" in after
    assert after["data.xlsx"] != before["data.xlsx"]


def test_files_of_an_earlier_program_are_as_old_as_its_dataset(written: Path) -> None:
    """It noted of none of them of which state they are, and had made all of them with its last run."""
    with Ledger.open(written) as ledger, ledger.transaction() as connection:
        connection.execute("DELETE FROM datasets WHERE name != ?", (DATASET,))
    assert [*hrge_xl.not_made_again(written)] == []
    assert hrge("verify", written) == 0
    waived(written)
    assert OLDER in " ".join(hrge_xl.not_made_again(written))


def test_who_only_asks_leaves_the_files_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asking who has answered takes in what is new; the files beside the dataset follow when they are asked for."""
    folder = round_folder(tmp_path)
    assert hrge("-q", "refresh", folder, "--write", "--today", DAY) == 0
    another_return(folder)
    assert hrge("status", folder, "--today", DAY) == 0
    assert OLDER in told(capsys)


def test_data_xlsx_works_each_sheet_out_once(written: Path, tmp_path: Path) -> None:
    """Its first sheet counts rows, and its figures too: of the rows that its sheets then show."""
    with open_file(written / DATASET, write=False) as store:
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
