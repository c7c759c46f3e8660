"""The full Toolkit workbook, damaged in every way that we could think of: all of it is found, and nothing else.

An ordinary run tries every twelfth kind, by turns on one of three carriers: as issued, as LibreOffice saved it,
and as Excel writes it. `make damage` tries every kind on all of them, twice in one process.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path

import openpyxl
import pytest

from hrge_xl import ValidationRequest, validate
from tests.answers import TODAY
from tests.conftest import missing
from tests.damage import Place
from tests.damages import KINDS
from tests.damages.carriers import WANTED, Carrier, as_issued, by_excel, by_office, issued
from tests.damages.kinds import Kind
from tests.face import ACCEPTED, CATALOGUE, REFUSED, RETURNED, Severity
from tests.office.driver import Office, why_missing
from tests.test_damage import seen, unfinished

CARRIERS = ("issued", "LibreOffice", "Excel")
SHARE = 12  # an ordinary run tries one of so many kinds
AGAIN = 12  # and one of so many of these once more in the same process
Case = tuple[Kind, str]  # a kind of damage, and the carrier that it is done to
Found = tuple[list[Place], str]  # all findings of a file, and what became of it

pytestmark = pytest.mark.xdist_group("damages")
ALL: list[Case] = [
    (kind, carrier)
    for kind in KINDS
    for carrier in CARRIERS
    if not (kind.by_day and carrier == "LibreOffice")
]
BY_TURNS: list[Case] = [
    (kind, "issued" if kind.by_day else CARRIERS[number % len(CARRIERS)])
    for number, kind in enumerate(KINDS[::SHARE])
]


@pytest.fixture(scope="module")
def carrier_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Carrier]:
    """Give a carrier by its name; LibreOffice is started when the first file of it is wanted."""
    saved: list[Carrier] = []

    def give(name: str) -> Carrier:
        if name != "LibreOffice":
            return as_issued() if name == "issued" else by_excel()
        if not saved:
            reason = why_missing()
            if reason:
                missing(reason)
            saved.append(by_office(tmp_path_factory.mktemp("carrier")))
        return saved[0]

    return give


def damaged(
    cases: Iterable[Case], carrier_of: Callable[[str], Carrier], folder: Path
) -> list[Path]:
    """The damaged files, each in a folder of its own, for a name can matter."""
    paths = []
    for number, (kind, carrier) in enumerate(cases):
        home = folder / str(number)
        home.mkdir()
        paths.append(home / kind.file)
        paths[-1].write_bytes(carrier_of(carrier).damaged(kind, calculated=kind.calculated))
    return paths


def looked_at(paths: list[Path]) -> list[Found]:
    """What is found in some files, all in one run."""
    results = [*validate(paths, ValidationRequest(WANTED, TODAY, jobs=2))]
    assert [Path(result.path) for result in results] == paths
    assert unfinished(results) == []
    return [seen(result) for result in results]


def expected(kind: Kind) -> Found:
    """What must be found."""
    severities = [CATALOGUE[code].severity for code, _, _ in kind.expected if code in CATALOGUE]
    refused = any(code in CATALOGUE and CATALOGUE[code].refuses for code, _, _ in kind.expected)
    verdict = REFUSED if refused else RETURNED if Severity.ERROR in severities else ACCEPTED
    return list(kind.expected), verdict


@pytest.fixture(scope="module")
def by_turns(
    carrier_of: Callable[[str], Carrier], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Found]]:
    """What is found of the kinds of an ordinary run, and of some of them once more."""
    paths = damaged(BY_TURNS, carrier_of, tmp_path_factory.mktemp("damages"))
    found = {kind.name: [once] for (kind, _), once in zip(BY_TURNS, looked_at(paths), strict=True)}
    for (kind, _), again in zip(BY_TURNS[::AGAIN], looked_at(paths[::AGAIN]), strict=True):
        found[kind.name].append(again)
    return found


@pytest.fixture(scope="module")
def on_all(
    carrier_of: Callable[[str], Carrier], tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], list[Found]]:
    """What is found of every kind on every carrier, twice in one process."""
    paths = damaged(ALL, carrier_of, tmp_path_factory.mktemp("all"))
    runs = looked_at(paths), looked_at(paths)
    return {
        (kind.name, carrier): [first, second]
        for (kind, carrier), first, second in zip(ALL, *runs, strict=True)
    }


@pytest.mark.deep
def test_damage_is_found_and_nothing_else(by_turns: dict[str, list[Found]]) -> None:
    missed = {
        kind.name: by_turns[kind.name] for kind, _ in BY_TURNS if differs(by_turns[kind.name], kind)
    }
    assert missed == {}


@pytest.mark.long
def test_damage_is_found_on_every_carrier(on_all: dict[tuple[str, str], list[Found]]) -> None:
    cases = [(kind, on_all[kind.name, carrier], carrier) for kind, carrier in ALL]
    assert {
        (kind.name, carrier): found for kind, found, carrier in cases if differs(found, kind)
    } == {}


def differs(found: list[Found], kind: Kind) -> bool:
    """Whether something else was found than must be, the first time or again."""
    return any(each != expected(kind) for each in found)


@pytest.mark.deep
def test_a_clean_workbook_is_clean_whoever_saved_it(
    carrier_of: Callable[[str], Carrier], tmp_path: Path
) -> None:
    paths = []
    for name in CARRIERS:
        for calculated in (True, False):
            paths.append(tmp_path / f"{name}-{calculated}.xlsx")
            paths[-1].write_bytes(
                carrier_of(name).damaged(lambda book: None, calculated=calculated)
            )
    assert looked_at(paths) == [([], ACCEPTED)] * len(paths)


@pytest.mark.long
def test_a_clean_workbook_is_clean_in_other_formats(office: Office, tmp_path: Path) -> None:
    source = tmp_path / "issued.xlsx"
    source.write_bytes(issued())
    paths = [tmp_path / f"saved.{suffix}" for suffix in ("xlsx", "ods", "xls")]
    with office.open(source) as document:
        for path in paths:
            document.save_as(path)
    told = [{code for code, _, _ in places} for places, _ in looked_at(paths)]
    assert told == [set(), {"F046"}, {"F046"}]


@pytest.mark.long
def test_other_programs_read_what_excel_is_imitated_with(
    carrier_of: Callable[[str], Carrier], tmp_path: Path, office: Office
) -> None:
    path = tmp_path / "excel.xlsx"
    path.write_bytes(carrier_of("Excel").damaged(lambda book: None, calculated=True))
    ours, theirs = (
        openpyxl.load_workbook(io.BytesIO(data)) for data in (issued(), path.read_bytes())
    )
    assert theirs.sheetnames == ours.sheetnames
    for sheet in ours.worksheets:
        told = {
            cell.coordinate: str(cell.value)
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        }
        same = theirs[sheet.title]
        assert {place: bare(str(same[place].value)) for place in told} == {
            p: bare(said) for p, said in told.items()
        }
    with office.open(path) as document:
        assert document.value("Risk matrix", "E8").value == 1.0
        assert document.value("4.C Values", "C9").text.startswith("IND-04")


@pytest.mark.long
def test_what_excel_is_imitated_with_is_valid(
    carrier_of: Callable[[str], Carrier], tmp_path: Path
) -> None:
    from openxml_audit import OpenXmlValidator

    path = tmp_path / "excel.xlsx"
    path.write_bytes(carrier_of("Excel").damaged(lambda book: None, calculated=True))
    assert OpenXmlValidator().validate(str(path)).errors == []


def bare(formula: str) -> str:
    """A formula without the quotes around names of sheets."""
    return formula.replace("'", "") if formula.startswith("=") else formula


def test_every_kind_has_a_name_of_its_own() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS) >= 350
