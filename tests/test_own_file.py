"""A team's own file: `feedback ROUND --team TEAM`, whatever became of what it sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import ran
from tests.letters import mail
from tests.test_senders import SENT, arrives, begun, workbook


@pytest.mark.parametrize("changes", [{}, {"PLN_03": None}])
def test_a_team_gets_its_answers_and_a_silent_one_its_workbook(
    changes: dict[str, str | None], tmp_path: Path
) -> None:
    round_ = begun(tmp_path)
    sent = workbook(round_, "Odesa", **changes)
    arrives(round_, mail("odesa@example.org", SENT, {"Odesa.xlsx": sent}))
    ran("refresh", round_, "--today", "2026-07-08")
    words = (
        "feedback",
        round_,
        "--team",
        "odesa",
        "--team",
        "Minsk",
        "-o",
        tmp_path / "own",
        "--today",
        "2026-07-08",
    )
    written = [Path(path) for path in ran(*words).out.split()]
    assert [path.name for path in written] == ["Odesa_WS-07_feedback.xlsx", "Minsk_en.xlsx"]
    assert written[1].read_bytes() == (round_ / "issued" / "Minsk_en.xlsx").read_bytes()
    times = [path.stat().st_mtime_ns for path in written]
    ran(*words)
    assert [path.stat().st_mtime_ns for path in written] == times
    assert (
        "Did you mean"
        in ran("feedback", round_, "--team", "Odessa", "-o", tmp_path / "own", code=2).err
    )
