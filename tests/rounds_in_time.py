"""A spec whose rounds go on from one another, the rounds of it, and teams that fill in what they were issued."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from hrge_xl import ExpectedReturn, Spec, load, read
from tests.command_line import hrge
from tests.face import Answers, Layout, Refusal, Submission, Value, address, build, find, saved_on

KEY = b"k" * 32
CHANGES = {  # in the register and the form of the example
    "shows: RSK_01": "shows: RSK_01\n    closed: RSK_09 == 'Y'\n    series: {of: [RSK_01], over: FOL_02}",
    "{code: RSK_03, type: scale,": "{code: RSK_03, type: scale, carry: last,",
    "{code: RSK_04, type: scale,": "{code: RSK_04, type: scale, carry: both,",
    "      - {code: RSK_08,": "      - {code: RSK_09, type: yesno, carry: nothing,"
    " label: {en: Over, fr: Fini, ar: انتهى}}\n      - {code: RSK_08,",
    "{code: PLN_06, type: integer,": "{code: PLN_06, type: integer, carry: last,",
    "{code: PLN_13, type: many,": "{code: PLN_13, type: many, carry: both,",
}
RULES = "\n" + Path(__file__).with_name("rules_in_time.yaml").read_text(encoding="utf-8")


def spec_in_time(folder: Path) -> Spec:
    """The example spec with fields that go on in every way, and rules that read what was said before."""
    shutil.copytree(find("example"), folder)
    for file in folder.glob("tools/*.yaml"):
        text = file.read_text(encoding="utf-8")
        for old, new in CHANGES.items():
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
    rules = folder / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8") + RULES, encoding="utf-8")
    head = folder / "workbook.yaml"
    head.write_text(
        head.read_text("utf-8").replace("name: example", "name: in_time"), encoding="utf-8"
    )
    return load(folder)


@dataclass(frozen=True)
class InTime:
    """Rounds of one spec, one after the other."""

    spec: Spec
    folder: Path

    def begin(self, name: str, teams: Mapping[str, str], issued: date, earlier: str = "") -> Path:
        """Set a round up (teams with their country) and issue its workbooks."""
        listed = self.folder / f"{name}.csv"
        listed.write_text(
            "team,country\n" + "".join(f"{team},{at}\n" for team, at in teams.items()), "utf-8"
        )
        round_ = self.folder / name
        assert hrge("round", "init", round_, "--spec", self.spec.folder, "--teams", listed) == 0
        (round_ / "signing.key").chmod(0o600)
        (round_ / "signing.key").write_bytes(KEY)
        more = ["--from", str(self.folder / earlier)] if earlier else []
        assert hrge("generate", round_, *more, "--today", issued) == 0
        return round_

    def issued(self, name: str, team: str) -> bytes:
        return (self.folder / name / "issued" / f"{team}_en.xlsx").read_bytes()

    def send(self, name: str, file: str, workbook: bytes, day: date) -> Path:
        """Put what a team saved on a day among what came back."""
        path = self.folder / name / "returned" / f"{file}.xlsx"
        path.write_bytes(saved_on(workbook, day))
        return path

    def read(self, path: Path) -> Submission:
        found = read(path, ExpectedReturn(self.spec.folder, key=KEY))
        assert not isinstance(found, Refusal), found
        return found


def filled_in(
    workbook: bytes,
    spec: Spec,
    answers: Mapping[Any, Value | None],
    language: str = "en",
    tools: Sequence[str] | None = None,
    blank_rows: int | None = None,
) -> bytes:
    """A workbook, with these sheets and so many blank rows, after a team typed answers into it; None empties a cell."""
    book = load_workbook(BytesIO(workbook))
    layout = build(spec, language, tools, blank_rows, last="_hrge_last" in book.sheetnames)
    for key, value in answers.items():
        slot = layout.slots[key]
        values = value if isinstance(value, tuple) else (value,)
        for place, each in zip(slot.cells, values, strict=False):
            book[layout.sheet[slot.tool].name][address(*place)].value = _typed(layout, key, each)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _typed(layout: Layout, key: tuple[str, str, str], value: Any) -> Any:
    return layout.labels_of.get(key, {}).get(str(value), value)


def whole(purpose: str = "Plan it") -> Answers:
    """Everything that the form and the checklist ask for."""
    form: dict[str, Value] = {
        "PLN_01": "WS-07",
        "PLN_03": purpose,
        "PLN_04": date(2026, 6, 10),
        "PLN_05": date(2026, 6, 11),
        "PLN_06": 20.0,
        "PLN_11": "N",
        "PLN_13": ("WOM", "YOU"),
    }
    found: Answers = {("PLAN", "1", code): value for code, value in form.items()}
    found |= {("PLAN", tool, "USE_01"): "Y" for tool in ("C1", "R1")}
    return found | {("C1", row, "CHK_01"): "Y" for row in ("C1_01", "C1_02", "C1_03")}


def risk(row: str, **more: Value | None) -> dict[tuple[str, str, str], Value | None]:
    """A risk with everything that is asked of it."""
    given: dict[str, Value | None] = {
        "RSK_01": f"Risk {row}",
        "RSK_02": ("WOM",),
        "RSK_03": 2.0,
        "RSK_04": 2.0,
        "RSK_06": "RED",
        "RSK_07": "Act",
        **more,
    }
    return {("R1", row, code): value for code, value in given.items()}
