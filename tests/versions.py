"""Two versions of the example spec, and returns of the first: what an office has when its questionnaire changes.

Version 2.0: the budget is asked no more, the project code has another label, young people are not a group any more (the
code is gone), the checklist is left out, and a sheet of lessons is new.
"""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

from hrge_xl import Order, generate, load
from tests import audited
from tests.face import Answers, find

TODAY = date(2026, 6, 30)
returned = audited.returned
LESSONS = """\
code: N1
sheet: {en: Lessons, fr: Leçons, ar: الدروس}
title: {en: Lessons learnt, fr: Leçons apprises, ar: الدروس المستفادة}
blocks:
  - kind: register
    id: N-
    rows: 4
    fields:
      - {code: LES_01, type: text, required: always, label: {en: Lesson, fr: Leçon, ar: الدرس}}
"""


def copy(folder: Path) -> Path:
    """The example spec in a folder of its own."""
    return Path(
        shutil.copytree(find("example"), folder, ignore=shutil.ignore_patterns("sample.yaml"))
    )


def edit(spec: Path, file: str, *pairs: tuple[str, str]) -> None:
    """Replace texts (patterns) in one file of a spec, each exactly once."""
    text = (spec / file).read_text(encoding="utf-8")
    for before, after in pairs:
        text, count = re.subn(before, after, text, flags=re.M)
        assert count == 1, (file, before, count)
    (spec / file).write_text(text, encoding="utf-8")


def without(code: str) -> tuple[str, str]:
    """The pair that takes a one-line field or entry out."""
    return (rf"^ +- \{{code: {code},.*\n", "")


def raised(spec: Path, version: str = "2.0") -> Path:
    """The same spec with a higher version."""
    edit(spec, "workbook.yaml", ('version: "1.0"', f'version: "{version}"'))
    return spec


def second(folder: Path) -> Path:
    """Version 2.0, as the head of this module says."""
    spec = raised(copy(folder))
    edit(spec, "workbook.yaml", (r"\[PLAN, C1, R1, SUMMARY\]", "[PLAN, R1, N1, SUMMARY]"))
    (spec / "tools/checklist.yaml").unlink()
    (spec / "tools/lessons.yaml").write_text(LESSONS, encoding="utf-8")
    edit(
        spec,
        "tools/plan.yaml",
        without("PLN_08"),
        without("PLN_14"),
        ("Project code", "Code of the project"),
    )
    edit(spec, "tools/risks.yaml", without("RSK_08"))
    edit(spec, "vocabularies.yaml", without("YOU"))
    return spec


def answers(project: str = "WS-07", **more: Any) -> Answers:
    """A return of version 1.0 without a mistake; `more` by field code of the form."""
    form: dict[str, Any] = {
        "PLN_01": project,
        "PLN_02": "PAK",
        "PLN_03": "Plan the workshop",
        "PLN_04": date(2026, 3, 2),
        "PLN_05": date(2026, 3, 4),
        "PLN_06": 20.0,
        "PLN_07": 12.0,
        "PLN_08": 5000.5,
        "PLN_11": "N",
        "PLN_13": ("WOM", "YOU"),
    } | more
    risk = {
        "RSK_01": "Nobody comes",
        "RSK_02": ("WOM",),
        "RSK_03": 2.0,
        "RSK_04": 3.0,
        "RSK_06": "RED",
        "RSK_07": "Call them",
        "RSK_08": "C1_02",
        "FOL_01": "Coordinator",
        "FOL_02": date(2026, 5, 1),
    }
    found: Answers = {
        ("PLAN", "1", code): value for code, value in form.items() if value is not None
    }
    found |= {("R1", "K-01", code): value for code, value in risk.items()}
    found |= {("C1", row, "CHK_01"): "Y" for row in ("C1_01", "C1_03")}
    found |= {("C1", "C1_02", "CHK_01"): "P", ("C1", "C1_02", "CHK_02"): "A private room"}
    found |= {("C1", "C1_02", "FOL_01"): "Host", ("C1", "C1_02", "FOL_02"): date(2026, 4, 1)}
    return found | {("PLAN", tool, "USE_01"): "Y" for tool in ("C1", "R1")}


def workbook(
    team: str = "PAK", project: str = "WS-07", language: str = "en", round: str = "", **more: Any
) -> bytes:
    order = Order(team, TODAY, "PAK", language, round=round, answers=answers(project, **more))
    return generate(load("example"), order)


# changes that a version may make, each by itself, and any of them together

CHANGES: dict[str, tuple[tuple[str, tuple[str, str]], ...]] = {
    "budget gone": (("tools/plan.yaml", without("PLN_08")), ("tools/plan.yaml", without("PLN_14"))),
    "share gone": (("tools/plan.yaml", without("PLN_09")),),
    "women a text": (
        ("tools/plan.yaml", (r"PLN_07, type: integer, minimum: 0", "PLN_07, type: text")),
        ("tools/plan.yaml", (r",\n +constraint: \{check: not \(value > PLN_06.*\}\}\}", "}")),
    ),
    "year calculated": (
        (
            "tools/plan.yaml",
            (
                r"PLN_10, type: year, minimum: 2000, maximum: 2100",
                "PLN_10, type: calculated, formula: PLN_06 + 1",
            ),
        ),
    ),
    "fewer cells": (
        ("tools/plan.yaml", (r"vocabulary: GROUP, cells: 3", "vocabulary: GROUP, cells: 2")),
    ),
    "children a list": (
        ("tools/plan.yaml", (r"PLN_11, type: yesno", "PLN_11, type: choice, vocabulary: ANSWER")),
    ),
    "young people gone": (("vocabularies.yaml", without("YOU")),),
    "women worded anew": (
        ("vocabularies.yaml", ("en: Women, fr: Femmes", "en: Women and girls, fr: Filles")),
    ),
    "responses swapped": (
        ("vocabularies.yaml", ("en: Reduce, fr: Réduire", "en: Accept, fr: Accepter")),
        (
            "vocabularies.yaml",
            ("ACC, label: {en: Accept, fr: Accepter", "ACC, label: {en: Reduce, fr: Réduire"),
        ),
    ),
    "likely gone": (
        ("vocabularies.yaml", (r"^ +- \{code: 3, label: \{en: Likely.*\n", "")),
        ("matrix.yaml", (r"^  3: \{1: M.*\n", "")),
    ),
    "fewer risks": (("tools/risks.yaml", ("rows: 8", "rows: 1")),),
    "an item gone": (("tools/checklist.yaml", without("C1_02")),),
    "reference gone": (("tools/risks.yaml", without("RSK_08")),),
    "due dates gone": (("columns.yaml", (r"  - code: FOL_02\n(    .*\n)+", "")),),
    "sheets in another order": (("workbook.yaml", (r"\[PLAN, C1, R1,", "[PLAN, R1, C1,")),),
    "another language first": (
        ("workbook.yaml", (r"languages: \[en, fr, ar\]", "languages: [en, ar, fr]")),
    ),
}


def changed(folder: Path, names: list[str]) -> Path:
    spec = raised(copy(folder))
    for name in names:
        for file, pair in CHANGES[name]:
            edit(spec, file, pair)
    return spec
