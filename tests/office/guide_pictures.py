"""The pictures of README.md and of the guides, made of the demonstration: small, and the same size everywhere.

python -m tests.office.guide_pictures [DEMO] -o DIR

DEMO is the folder that `hrge-xl demo` and `hrge-xl feedback DEMO/returned -o DEMO/feedback` have filled;
without it only those of the gallery are made.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import hrge_xl
from hrge_xl import Order, generate, load
from tests.desks import running, week_of_four
from tests.face import choose, sample_order
from tests.office.driver import Office
from tests.office.pictures import chromium
from tests.office.screen import TOOL_SECONDS, Screen, find_tool
from tests.parity import recalculated
from tests.write_gallery import GALLERY, picture_of, shown

ARABIC = "arabic.xlsx"
WIDTH, COLOURS = 1000, 48  # pixels across, and colours, of a picture in a guide


class Sheet(NamedTuple):
    """A sheet of a workbook on the screen, with the cursor on a cell; `keys` are pressed there."""

    picture: str
    file: str
    sheet: str
    cell: str
    keys: tuple[str, ...] = ()


class Page(NamedTuple):
    """The top of a web page, or of the part of it that has an id."""

    picture: str
    file: str
    part: str = ""


SHEETS = (
    Sheet("cover", "issued/PAK.xlsx", "Cover", "A1"),
    Sheet("form", "returned/PAK.xlsx", "Form", "E9"),
    Sheet("risk-sheet", "returned/PAK.xlsx", "3.2 Risk strategy", "G7", ("alt+Down",)),
    Sheet("cover-ar", ARABIC, "الغلاف", "A1"),
    Sheet("risk-sheet-ar", ARABIC, "3.2 مخاطر الاستراتيجية", "G7", ("alt+Down",)),
    Sheet("feedback", "feedback/IRQ_IRQ-2026-XDEM_feedback.xlsx", "To correct", "C6", ("Escape",)),
    Sheet("data-contents", "dataset/data.xlsx", "Contents", "A1"),
    Sheet("data-figures", "dataset/data.xlsx", "Figures", "A1"),
)
PAGES = (
    Page("overview", "reports/overview.html"),
    Page("overview-risks", "reports/overview.html", "risks"),
    Page("brief", "reports/brief.html"),
    Page("validation", "reports/validation.html"),
)


SPEC = (  # a spec that is a workbook, and the one that comes of it
    Sheet("spec-sheets", "visits.xlsx", "sheets", "D2", ("alt+Down",)),
    Sheet("spec-fields", "visits.xlsx", "fields", "D6", ("alt+Down",)),
    Sheet("spec-lists", "visits.xlsx", "lists", "C2", ("Escape",)),
    Sheet("spec-made", "look/visits.xlsx", "Tasks", "D7", ("Escape",)),
)
DESK = {"desk": "", "desk-return": "return?id="}  # pages of a round


def in_arabic() -> bytes:
    """The sample of the Toolkit, as a team might send it: right to left, with texts in Arabic."""
    toolkit = load("hrge_toolkit")
    layout, order = sample_order(toolkit, "ar", choose(toolkit, "quick", ["3.2"]))
    return generate(
        layout.spec, replace(order, sample=False, team="XEX", contact="coordination@example.org")
    )


def of_sheets(demo: Path, folder: Path, wanted: Sequence[Sheet]) -> Iterator[Path]:
    """Take a picture of each sheet as LibreOffice shows it."""
    with Screen() as screen, Office(screen=screen) as office:
        for each in wanted:
            with office.open(demo / each.file) as document:
                document.go_to(each.sheet, each.cell)
                for key in each.keys:
                    screen.press(key)
                yield screen.shoot(folder / f"{each.picture}.png")
                if each.keys:
                    screen.press("Escape")


def of_gallery(folder: Path) -> Iterator[Path]:
    """Take a picture of a sheet of each imported form, with some answers."""
    with Screen() as screen, Office(screen=screen) as office, TemporaryDirectory() as place:
        for name, about in GALLERY.items():
            (within := Path(place) / picture_of(name)).mkdir()
            form = shown(name, within)
            path = recalculated(form.where, form.cells(about["typed"]), within, office)
            with office.open(path) as document:
                document.go_to(*form.cursor(about["at"]))
                screen.press(*about.get("keys", ["Escape"]))
                yield screen.shoot(folder / f"{picture_of(name)}.png")
                screen.press("Escape")


def of_spec(folder: Path) -> Iterator[Path]:
    """Take pictures of a new spec in Excel, and of the workbook that is made of it."""
    with TemporaryDirectory() as name:
        place = Path(name)
        file = hrge_xl.new_spec("visits", place / "visits.xlsx")
        with hrge_xl.open_spec_workbook(file) as opened:
            (place / "look").mkdir()
            (place / "look" / "visits.xlsx").write_bytes(generate(load(opened), Order("NORTH")))
        yield from of_sheets(place, folder, SPEC)


def of_pages(demo: Path, folder: Path, wanted: Sequence[Page]) -> Iterator[Path]:
    """Take a picture of each page as Chromium shows it."""
    with chromium(1280) as context:
        for each in wanted:
            page = context.new_page()
            address = (demo / each.file).resolve().as_uri()
            page.goto(f"{address}#{each.part}" if each.part else address, wait_until="load")
            target = folder / f"{each.picture}.png"
            page.screenshot(path=target)
            yield target


def of_desk(folder: Path) -> Iterator[Path]:
    """Take pictures of a round of four teams as the desk shows it."""
    with TemporaryDirectory() as place:
        round_ = week_of_four(Path(place))
        returns = hrge_xl.status(round_)[1].returns
        with running(round_) as desk, chromium(1280) as context:
            context.set_offline(False)
            page = context.new_page()
            page.goto(desk.address)
            page.wait_for_url(lambda address: "secret" not in address)
            for name, address in DESK.items():
                page.goto(page.url.partition("?")[0].rpartition("/")[0] + "/" + address)
                if address:
                    page.goto(f"{page.url}{returns[0].submission}")
                target = folder / f"{name}.png"
                page.screenshot(path=target)
                yield target


def make_small(picture: Path) -> None:
    """Fit a picture to the width of a page, in few colours."""
    shrunk = f"-resize {WIDTH}x -dither None -colors {COLOURS} -strip".split()
    command = [find_tool("convert"), str(picture), *shrunk, str(picture)]
    subprocess.run(command, check=True, timeout=TOOL_SECONDS, capture_output=True)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.office.guide_pictures", description=__doc__
    )
    parser.add_argument("demo", type=Path, metavar="DEMO", nargs="?")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    made = chain(of_spec(options.output), of_desk(options.output), of_gallery(options.output))
    if options.demo:
        (options.demo / ARABIC).write_bytes(in_arabic())
        place = (options.demo, options.output)
        made = chain(made, of_sheets(*place, SHEETS), of_pages(*place, PAGES))
    for picture in made:
        make_small(picture)
        sys.stdout.write(f"{picture}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
