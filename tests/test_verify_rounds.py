"""`verify` over whole rounds: versions, copies, conflicts, decisions, waivers, excluded and refused files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrge_xl import Audit
from tests.audited import forged_report, look, said, verify_report
from tests.command_line import hrge
from tests.face import Ledger, VerificationRequest
from tests.fixture_types import Folders
from tests.played_rounds import (
    ACTS,
    TEAMS,
    TODAY,
    Act,
    corrected,
    decided,
    forged,
    made_worse,
    of_another_round,
    old_version_sent_twice,
    play,
    two_copies,
    unreadable,
    waived,
    withdrawn,
)
from tests.property_tests import examples

# what its fixtures play is played once
pytestmark = [pytest.mark.xdist_group("verify_rounds"), pytest.mark.deep]
BUSY = (
    (corrected, made_worse, two_copies, forged),
    (decided, old_version_sent_twice, withdrawn, waived),
    (of_another_round, unreadable, two_copies, corrected),
)
STATUSES = {
    "counts",
    "superseded",
    "waiting",
    "doubled",
    "conflict",
    "excluded",
    "withdrawn",
    "refused",
}


def reported(folder: Path, *paths: object, **options: object) -> Path:
    more = [word for key, value in options.items() for word in (f"--{key}", value)]
    code = hrge(
        "report",
        *paths,
        "--format",
        "json",
        "-o",
        folder / "reports",
        "--today",
        TODAY.isoformat(),
        *more,
    )
    assert code in (0, 4)
    return folder / "reports" / "validation.json"


def data_of(report: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return data


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: Folders) -> list[Path]:
    """Rounds in which everything happens that can."""
    found = []
    for acts in BUSY:
        folder = play(tmp_path_factory.mktemp("busy"), acts)
        (folder / "returned" / "later").mkdir()
        shutil.copy(
            folder / "returned" / f"{TEAMS[0]}_one.xlsx",
            folder / "returned" / "later" / "copy.xlsx",
        )
        reported(folder, folder)
        found.append(folder)
    return found


def test_an_untouched_report_holds_whatever_happened(rounds: list[Path]) -> None:
    """Of versions, copies, conflicts, decisions, waivers, excluded, withdrawn and refused files."""
    statuses: set[str] = set()
    for folder in rounds:
        report = folder / "reports" / "validation.json"
        audit = verify_report(VerificationRequest(report, [folder / "returned"]))
        assert audit.identical, said(audit)
        statuses |= {file["status"] for file in data_of(report)["files"]}
    assert statuses == STATUSES


def test_it_holds_from_the_files_that_were_kept(rounds: list[Path], tmp_path: Path) -> None:
    """A round or dataset keeps what came under its hash: names say nothing any more."""
    for folder in rounds:
        shutil.copytree(folder / "reports", tmp_path / folder.parent.name / "reports")
        report = tmp_path / folder.parent.name / "reports" / "validation.json"
        audit = verify_report(VerificationRequest(report, [folder / "received"], ledger=folder))
        assert audit.identical, said(audit)


def test_it_holds_without_the_folder_of_the_round(rounds: list[Path], tmp_path: Path) -> None:
    """An auditor has files and report, and no key: what the round alone can tell is taken from the report."""
    for n, folder in enumerate(rounds):
        for name in ("returned", "reports"):
            shutil.copytree(folder / name, tmp_path / str(n) / name)
        audit = look(tmp_path / str(n))
        assert audit.identical, said(audit)
        assert any("signatures and teams (I006" in note for note in audit.notes)


def test_a_report_of_two_rounds_and_of_loose_files_holds(
    rounds: list[Path], tmp_path: Path
) -> None:
    loose = tmp_path / "loose"
    shutil.copytree(rounds[0] / "returned", loose)
    other = tmp_path / "2026-H2"
    shutil.copytree(rounds[1], other)
    text = (other / "round.yaml").read_text(encoding="utf-8")
    (other / "round.yaml").write_text(
        text.replace("name: 2026-H1", "name: 2026-H2"), encoding="utf-8"
    )
    (other / "dataset.sqlite").unlink()  # read anew: to this round they are strangers
    report = reported(tmp_path, rounds[0], other, loose)
    assert [row["round"] for row in data_of(report)["run"]["datasets"]] == [
        "2026-H1",
        "2026-H2",
        None,
    ]
    folders = [rounds[0] / "returned", other / "returned", loose]
    audit = verify_report(VerificationRequest(report, folders))
    assert audit.identical, said(audit)


def test_a_report_of_a_consolidated_folder_holds(rounds: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "dataset"
    for folder in rounds[:1]:
        hrge("consolidate", folder, "-o", out, "--today", TODAY.isoformat())
    report = reported(out, out)
    audit = verify_report(VerificationRequest(report, [out / "received", rounds[0]]))
    assert audit.identical, said(audit)
    (row,) = data_of(report)["run"]["datasets"]
    assert (row["round"], row["lasting"]) == (None, True)
    with Ledger.open(
        rounds[0], write=False
    ) as ledger:  # which rules, whichever command saw the files first
        days = {sha256: str(day) for sha256, (day, _) in ledger.days().items()}
    assert {file["sha256"]: file["arrived"] for file in data_of(report)["files"]} == days
    assert {file["read_for"] for file in data_of(report)["files"]} == {"2026-H1"}


def test_a_round_kept_elsewhere_holds(rounds: list[Path], tmp_path: Path) -> None:
    """Only the round is told of, whatever else the dataset holds."""
    out = tmp_path / "dataset"
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.xlsx").write_bytes(b"another letter")
    hrge("consolidate", other, "-o", out, "--today", TODAY.isoformat())
    report = reported(tmp_path, rounds[0], ledger=out)
    names = {Path(file["path"]).name for file in data_of(report)["files"]}
    assert "letter.xlsx" not in names
    audit = verify_report(VerificationRequest(report, [rounds[0] / "returned"], ledger=out))
    assert audit.identical, said(audit)


@examples(3)
@given(st.tuples(*[st.sampled_from(ACTS)] * len(TEAMS)))
def test_any_round_holds(acts: tuple[Act, ...]) -> None:
    with TemporaryDirectory() as home:
        folder = play(Path(home), acts)
        if any((folder / "returned").iterdir()):
            audit = verify_report(
                VerificationRequest(reported(folder, folder), [folder / "returned"])
            )
            assert audit.identical, said(audit)


# what was changed shows


@pytest.fixture
def busy(rounds: list[Path], tmp_path: Path) -> Path:
    """A copy of the report of a busy round that may be spoilt."""
    shutil.copytree(rounds[0], tmp_path / "case")
    return tmp_path / "case"


def places(audit: Audit) -> set[str]:
    return {each.place.partition("[")[0] for each in audit.differences}


def test_a_status_that_was_changed_is_noticed(busy: Path) -> None:
    """A superseded version that is said to count, with sums and number that fit."""

    with forged_report(busy, fits=True) as data:
        file = next(file for file in data["files"] if file["status"] == "superseded")
        file |= {
            "status": "counts",
            "counted": True,
            "settled": False,
            "reason": None,
            "superseded_by": None,
        }
    audit = look(busy)
    assert audit.problems == []
    assert places(audit) >= {"status", "counted", "reason", "superseded_by"}
    assert "status: “counts” in the report, “superseded” now." in said(audit)


def test_a_day_of_arrival_that_was_changed_is_noticed_where_the_ledger_is(busy: Path) -> None:
    with forged_report(busy, fits=True) as data:
        for file in data["files"]:
            if file["arrival"] is not None:
                file |= {"arrived": "2026-01-01", "arrival": "stated"}
                file |= {"late_by": "arrived", "late_day": "2026-01-01"}
    told = [line for line in look(busy).problems if "the ledger says that it arrived on" in line]
    assert told
    assert "the report says otherwise." in told[0]


def test_a_decision_that_nobody_made_is_noticed(rounds: list[Path], tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(rounds[1], folder)

    with forged_report(folder, fits=True) as data:
        data["decisions"][0]["by"] = "somebody else"
        for file in data["files"]:
            file["reason"] = (file["reason"] or "").replace("by office", "by somebody else") or None
            for finding in file["findings"]:
                finding["message"] = finding["message"].replace("by office", "by somebody else")
    number = data_of(folder / "reports" / "validation.json")["decisions"][0]["n"]
    wrong = f"Decision {number} of the report is not in the ledger as the report states it."
    assert wrong in look(folder).problems


def test_a_decision_that_was_left_out_is_noticed(rounds: list[Path], tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(rounds[1], folder)
    with forged_report(folder, fits=True) as data:
        data["decisions"].clear()
    audit = look(folder)
    assert "status" in places(audit)
    assert any("is not in the report: made since, or left out." in note for note in audit.notes)


def test_a_missing_file_does_not_make_the_others_differ(busy: Path) -> None:
    """Without the newer version the older one would count: what counts is not compared then."""
    (busy / "returned" / f"{TEAMS[0]}_two.xlsx").unlink()
    audit = look(busy)
    assert len(audit.problems) == 1
    assert "missing" in audit.problems[0]
    assert audit.differences == [], said(audit)
    assert any("what counts, and matrices" in note for note in audit.notes)
