"""Fixed columns of items: numbers are numbers in the sheet, and texts in its language, so that formulas use them."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from hrge_xl import ExpectedReturn, Order, generate, load, read
from tests.face import Answers, Spec, Submission
from tests.office.driver import Office
from tests.read_and_check import calculated, check, layout_of

TODAY = date(2026, 3, 2)
ROWS: Answers = {
    ("R", "R-01", "ROW_1"): "I_1", ("R", "R-02", "ROW_1"): "I_2", ("R", "R-02", "ROW_2"): 3.0,
}  # fmt: skip
EXPECTED = {
    ("R-01", "ROW_3"): 200.0, ("R-02", "ROW_3"): 5.0, ("R-01", "ROW_4"): date(2026, 4, 1),
    ("R-02", "ROW_4"): date(2026, 1, 31), ("R-01", "ROW_5"): 2.0, ("R-02", "ROW_5"): 6.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Spec:
    """A price list, and rows that refer to it."""
    folder = tmp_path_factory.mktemp("spec")
    (folder / "tools").mkdir()
    columns = [
        {"code": "IT_1", "type": "decimal", "label": "Price", "fixed": True},
        {"code": "IT_2", "type": "date", "label": "From", "fixed": True},
        {"code": "IT_3", "type": "text", "label": "Unit", "fixed": True},
        {"code": "IT_4", "type": "scale", "vocabulary": "STEPS", "label": "Step", "fixed": True},
    ]
    values = [
        {"IT_1": 100, "IT_2": "2026-03-02", "IT_3": {"en": "piece", "fr": "pièce"}, "IT_4": 1},
        {"IT_1": 2.5, "IT_2": "2026-01-01", "IT_3": {"en": "box", "fr": "boîte"}, "IT_4": 3},
    ]
    items = [
        {"code": f"I_{n}", "label": f"Item {n}", "values": each} for n, each in enumerate(values, start=1)
    ]
    fields: list[dict[str, Any]] = [
        {"code": "ROW_1", "type": "reference", "to": ["I"], "label": "Item"},
        {"code": "ROW_2", "type": "decimal", "label": "Number"},
        {"code": "ROW_3", "type": "calculated", "label": "Twice", "formula": "lookup(ROW_1, IT_1) * 2"},
        {
            "code": "ROW_4",
            "type": "calculated",
            "label": "To",
            "formula": "lookup(ROW_1, IT_2) + 30",
            "result": "date",
        },
        {"code": "ROW_5", "type": "calculated", "label": "Steps", "formula": "lookup(ROW_1, IT_4) * 2"},
        {
            "code": "ROW_6",
            "type": "calculated",
            "label": "Unit",
            "formula": "lookup(ROW_1, IT_3)",
            "result": "text",
        },
    ]
    files: dict[str, Any] = {
        "workbook.yaml": {
            "name": "prices", "version": "1.0", "title": "Prices", "languages": ["en", "fr"], "sheets": ["I", "R"],
        },
        "vocabularies.yaml": {"STEPS": {"items": [{"code": str(n), "label": f"Step {n}"} for n in (1, 2, 3)]}},
        "tools/i.yaml": {
            "code": "I", "sheet": "Items", "title": "Items",
            "blocks": [{"kind": "catalogue", "items": items, "fields": columns}],
        },
        "tools/r.yaml": {
            "code": "R", "sheet": "Rows", "title": "Rows",
            "blocks": [{"kind": "register", "id": "R-", "rows": 3, "fields": fields}],
        },
    }  # fmt: skip
    for name, content in files.items():
        (folder / name).write_text(
            yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8"
        )
    return load(folder)


@pytest.mark.parametrize(("language", "units"), [("en", ["piece", "box"]), ("fr", ["pièce", "boîte"])])
def test_sheet_and_reader_calculate_alike(
    spec: Spec, language: str, units: list[str], tmp_path: Path, office: Office
) -> None:
    path, saved = tmp_path / "sent.xlsx", tmp_path / "saved.xlsx"
    path.write_bytes(generate(spec, Order("T", TODAY, language=language, answers=ROWS)))
    sent = read(office.recalculate(path, saved), ExpectedReturn(spec.folder))
    assert isinstance(sent, Submission)
    (outcome,) = check([(sent, layout_of(sent, ExpectedReturn(spec.folder)))], today=TODAY)
    assert [finding.code for finding in outcome.findings] == []
    found = {key[1:]: value for key, value in calculated(outcome).items()}
    assert {key: found[key] for key in EXPECTED} == EXPECTED
    assert [found[row, "ROW_6"] for row in ("R-01", "R-02")] == units
    sheet = openpyxl.load_workbook(saved, data_only=True)["Rows"]
    shown = {cell.value for row in sheet.iter_rows() for cell in row}
    assert {200, 5, 2, 6, *units} <= shown


def test_fixed_numbers_are_numbers(spec: Spec) -> None:
    sheet = openpyxl.load_workbook(BytesIO(generate(spec, Order("T", TODAY))))["Items"]
    values = {cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int | float)}
    assert {100, 2.5, 1, 3} <= values


def test_a_fixed_day_that_is_none_is_a_mistake(spec: Spec, tmp_path: Path) -> None:
    import shutil

    from tests.face import SpecError

    folder = tmp_path / "broken"
    shutil.copytree(spec.folder, folder)
    file = folder / "tools" / "i.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("2026-03-02", "spring"), encoding="utf-8")
    with pytest.raises(SpecError, match="'spring' is not a date, and 'IT_2' is of type date"):
        load(folder)
