"""Pictures of what people see: workbooks on the screen of a laptop and as printed, web pages as shown by Chromium.

python -m tests.office.pictures FILE… -o DIR [--sheet NAME] [--only screen|print] [--dpi 70]

Of a workbook DIR/STEM/screen/ holds every sheet on its screens, DIR/STEM/print/ every page, and DIR/STEM/ contact
sheets of both.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.office.driver import Office, OfficeError
from tests.office.laptop import contact_sheets, file_name, screen_pictures
from tests.office.screen import Screen, ScreenError

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

WIDTHS = (1280, 320)
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
PAGES = (".html", ".htm")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
)
CHROMIUM_ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
TOOL_SECONDS = 120


class PictureError(Exception):
    """A picture could not be made."""


def find_chromium() -> str | None:
    named = (shutil.which(name) for name in CHROMIUM_NAMES)
    return next(
        (path for path in (*named, *CHROMIUM_PLACES) if path and Path(path).is_file()), None
    )


@contextmanager
def chromium(width: int) -> Iterator["BrowserContext"]:
    """Run Chromium without a window and without network, on a new profile."""
    from playwright.sync_api import sync_playwright

    program = find_chromium()
    if program is None:
        raise PictureError("Chromium is not installed")
    with (
        tempfile.TemporaryDirectory(
            prefix="hrge-xl-chromium-", ignore_cleanup_errors=True
        ) as profile,
        sync_playwright() as play,
    ):
        context = play.chromium.launch_persistent_context(
            profile,
            executable_path=program,
            headless=True,
            args=list(CHROMIUM_ARGUMENTS),
            viewport={"width": width, "height": 900},
            offline=True,
        )
        try:
            yield context
        finally:
            context.close()


def page_pictures(path: Path, folder: Path) -> list[Path]:
    """Take pictures of a whole web page at each width, and print it."""
    made = []
    for width in WIDTHS:
        with chromium(width) as context:
            page = context.new_page()
            page.goto(path.resolve().as_uri(), wait_until="load")
            target = folder / f"{path.stem}-{width}.png"
            page.screenshot(path=target, full_page=True)
            made.append(target)
            if width == WIDTHS[0]:
                printed = folder / f"{path.stem}.pdf"
                page.pdf(path=printed, format="A4", print_background=True)
                made.append(printed)
    return made


def pages_of(prefix: Path) -> list[Path]:
    pattern = re.compile(re.escape(prefix.name) + r"-\d+\.png")
    return sorted(path for path in prefix.parent.iterdir() if pattern.fullmatch(path.name))


def split_pages(printed: Path, stem: str, folder: Path, dpi: int) -> list[Path]:
    """Turn a PDF file into one picture per page."""
    program = shutil.which("pdftoppm")
    if program is None:
        raise PictureError("pdftoppm is not installed (on Debian: poppler-utils)")
    prefix = folder / f"{stem}-page"
    for old in pages_of(prefix):
        old.unlink()
    command = [program, "-r", str(dpi), "-png", str(printed), str(prefix)]
    subprocess.run(command, check=True, timeout=TOOL_SECONDS, capture_output=True)
    return pages_of(prefix)


def printed_pictures(
    office: Office, path: Path, folder: Path, sheet: str | None, dpi: int
) -> list[Path]:
    """Print a workbook, or one sheet of it, and take a picture of every page."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = path.stem if sheet is None else file_name(sheet)
    with office.open(path) as document:
        if sheet is not None and sheet not in document.sheets():
            raise PictureError(
                f"{path}: no sheet {sheet!r}; there are: {', '.join(document.sheets())}"
            )
        printed = document.save_as(folder / f"{stem}.pdf", sheet=sheet)
    return split_pages(printed, stem, folder, dpi)


def workbook_pictures(
    screen: Screen, office: Office, path: Path, options: argparse.Namespace
) -> list[Path]:
    """Take pictures of a workbook on the screen and printed, and contact sheets of them."""
    folder = options.output / path.stem
    made = []
    if options.only != "print":
        shown = screen_pictures(screen, office, path, folder / "screen", options.sheet)
        made += [*shown, *contact_sheets(shown, folder / "screen")]
    if options.only != "screen":
        printed = printed_pictures(office, path, folder / "print", options.sheet, options.dpi)
        made += [*printed, *contact_sheets(printed, folder / "print")]
    return made


def take_pictures(
    screen: Screen, office: Office, path: Path, options: argparse.Namespace
) -> list[Path]:
    if path.suffix.lower() in PAGES:
        return page_pictures(path, options.output)
    if path.suffix.lower() in WORKBOOKS:
        return workbook_pictures(screen, office, path, options)
    raise PictureError(f"{path}: neither a workbook nor a web page")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.office.pictures", description=__doc__)
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="workbooks and web pages"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    parser.add_argument("--sheet", help="only this sheet of a workbook")
    parser.add_argument(
        "--only", choices=("screen", "print"), help="of a workbook only these pictures"
    )
    parser.add_argument("--dpi", type=int, default=70, help="of printed pages")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    failed = False
    with Screen() as screen, Office(screen=screen) as office:
        for path in options.files:
            try:
                made = take_pictures(screen, office, path, options)
            except (
                PictureError,
                ScreenError,
                OfficeError,
                OSError,
                subprocess.SubprocessError,
            ) as problem:
                sys.stderr.write(f"{problem}\n")
                failed = True
                continue
            sys.stdout.writelines(f"{picture}\n" for picture in made)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
