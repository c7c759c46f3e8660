"""Settings of a workbook that change its figures or leave them behind are told, once for the file."""

from __future__ import annotations

import pytest

from tests.face import ooxml
from tests.intake_files import sheet, workbook


@pytest.mark.parametrize(
    ("calculation", "codes"),
    [
        ("", []),
        ('<calcPr calcId="124519" fullCalcOnLoad="1"/>', []),
        (
            '<calcPr iterateCount="9" refMode="A1" iterate="false" fullPrecision="true" calcMode="auto"/>',
            [],
        ),
        ('<calcPr calcMode="autoNoTable" fullPrecision="1"/>', []),
        ('<calcPr fullPrecision="0"/>', ["S037"]),
        ('<calcPr fullPrecision="false"/>', ["S037"]),
        ('<calcPr calcMode="manual"/>', ["S038"]),
        ('<calcPr calcMode="manual" fullPrecision="0"/>', ["S037", "S038"]),
    ],
)
def test_settings_of_calculation(calculation: str, codes: list[str]) -> None:
    read = ooxml.read(workbook(sheet(), workbook=calculation))
    assert [each.code for each in read.observations] == codes
    assert all(each.sheet is None for each in read.observations)
