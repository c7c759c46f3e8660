"""A fault of ours that shows with one file costs that file alone, wherever it is raised, and leaves a log."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from hrge_xl import Order, Result, generate, load
from hrge_xl.core.errors import OutputError, StoreError, UsageError
from tests.audited import DAY, hrge
from tests.face import (
    ANSWERS_FACT,
    SPEC_HOMES,
    FileToCheck,
    RowBuilder,
    WorkerPool,
    isolate_failures,
    kind_called,
    validation,
    write_log,
)
from tests.face import second_opinion_module as second_opinion
from tests.versions import answers
from tests.worker_actions import fail_in_checks

STOPPED_BY_THIS_FILE = kind_called("stopped-by-this-file")

NAMES = ("a", "b", "c", "d", "e", "f", "g")
ANSWER = "what somebody answered"
Break = Callable[[pytest.MonkeyPatch], None]


# the mechanism


class Broken(Exception):
    """Nobody foresaw it."""


def doubled(items: Sequence[int]) -> list[int]:
    if any(item < 0 for item in items):
        raise Broken
    return [2 * item for item in items]


@pytest.mark.parametrize(
    "items", [[], [1], [-1], [1, 2, -3], [-1, 2, 3, -4, 5, 6, 7], [-1, -2, -3], list(range(50))]
)
def test_what_fails_has_something_in_its_place_and_all_stays_in_order(items: list[int]) -> None:
    assert isolate_failures(doubled, items, lambda item, _: [item]) == [
        item if item < 0 else 2 * item for item in items
    ]


def test_what_only_fails_together_is_done_apart() -> None:
    def shy(items: Sequence[int]) -> Sequence[int]:
        if len(items) > 2:
            raise Broken
        return items

    assert isolate_failures(shy, [1, 2, 3, 4, 5], lambda item, _: [-item]) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "error", [OutputError("x"), StoreError("x"), UsageError("x"), OSError(), MemoryError()]
)
def test_what_is_no_fault_of_a_file_passes_on(error: Exception) -> None:
    def stop(_: object) -> list[int]:
        raise error

    with pytest.raises(type(error)):
        isolate_failures(stop, [1, 2], lambda item, _: [item])


def test_a_fault_has_one_log_that_names_all_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    logs = set()

    def broken(items: Sequence[int]) -> list[int]:
        raise Broken(ANSWER)

    isolate_failures(
        broken, [1, 2, 3], lambda item, fault: logs.add(write_log(fault, [f"{item}.xlsx"])) or []
    )
    (log,) = logs
    said = log.read_text(encoding="utf-8")
    assert re.findall(r"While looking at: (.*)", said) == ["1.xlsx", "2.xlsx", "3.xlsx"]
    assert ANSWER not in said


def test_the_place_of_a_log_that_somebody_else_took_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    taken = write_log(Broken())
    taken.unlink()
    (tmp_path / "other").write_text("x", encoding="utf-8")
    taken.symlink_to(tmp_path / "other")
    log = write_log(Broken())
    assert log != taken
    assert (tmp_path / "other").read_text(encoding="utf-8") == "x"


# through the program


def named(path: object) -> bool:
    return Path(str(path)).name == "d.xlsx"


def fails_where(module: Any, name: str, shows: Callable[..., bool]) -> Break:
    """Have a function fail for the file that is called d."""

    def put(monkeypatch: pytest.MonkeyPatch) -> None:
        right = getattr(module, name)

        def wrong(*given: Any, **more: Any) -> Any:
            if shows(*given):
                raise Broken(ANSWER)
            return right(*given, **more)

        monkeypatch.setattr(module, name, wrong)

    return put


def in_the_process(function: Callable[[FileToCheck], Any]) -> Break:
    """Have the processes that read and check do it by this function."""

    def put(monkeypatch: pytest.MonkeyPatch) -> None:
        for module in ("exchange.validation", "dataset.ingest", "audit.report_again"):
            monkeypatch.setattr(
                f"hrge_xl.{module}.Reader",
                lambda _jobs=1: WorkerPool(
                    function, readable=SPEC_HOMES, believed=validation.believed
                ),
            )

    return put


AT = {
    "the gate": fails_where(validation, "open_untrusted", lambda path, *_: named(path)),
    "arrival": fails_where(validation, "_of_file", lambda _, job: named(job.file.path)),
    "checks": in_the_process(fail_in_checks),
    "rows": fails_where(
        RowBuilder, "rows", lambda _, result: named(result.path) and result.submission
    ),
}


@pytest.fixture
def returned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "returned"
    folder.mkdir()
    for name in NAMES:
        order = Order(f"T-{name}", date(2026, 6, 1), "PAK", answers=answers(f"WS-{name}"))
        (folder / f"{name}.xlsx").write_bytes(generate(load("example"), order))
    return folder


def report(folder: Path, *places: Path, code: int) -> dict[str, Any]:
    """The files of a report by name, without what depends on how many came."""
    words = ("report", *places, "--format", "json", "-o", folder, "--today", DAY, "--jobs", 1)
    assert hrge(*words) == code
    files = json.loads((folder / "validation.json").read_text(encoding="utf-8"))["files"]
    return {
        Path(file["path"]).name: {key: file[key] for key in file if key != "order"}
        for file in files
    }


OFTEN = (
    ("the gate", True),
    ("checks", False),
    ("rows", True),
)  # in an ordinary run; `make alone` plays all


@pytest.mark.deep
@pytest.mark.parametrize(
    ("place", "lasting"),
    [
        pytest.param(place, lasting, marks=() if (place, lasting) in OFTEN else pytest.mark.long)
        for place, lasting in [*((place, True) for place in AT), ("checks", False), ("rows", False)]
    ],
)
def test_the_others_are_as_without_it(
    place: str, lasting: bool, returned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "dataset" if lasting else returned
    with monkeypatch.context() as broken:
        AT[place](broken)
        if lasting:
            assert hrge("consolidate", returned, "-o", source, "--today", DAY, "--jobs", 1) == 4
        files = report(tmp_path, source, code=4)
        assert hrge("verify", "validation.json", "--returned", returned, "--jobs", 1) == 0
    stopped = files.pop("d.xlsx")
    (finding,) = stopped["findings"]
    assert (stopped["verdict"], finding["code"]) == ("refused", STOPPED_BY_THIS_FILE.code)
    log = re.search(r"\S+\.log", finding["remedy"])
    assert log is not None
    assert "While looking at: " in Path(log[0]).read_text(encoding="utf-8")
    data = (returned / "d.xlsx").read_bytes()
    (returned / "d.xlsx").unlink()
    without = tmp_path / "without" if lasting else returned
    if lasting:
        assert hrge("consolidate", returned, "-o", without, "--today", DAY, "--jobs", 1) == 0
    assert report(tmp_path, without, code=0) == files
    (returned / "d.xlsx").write_bytes(data)
    if lasting:  # what a mistake of ours kept out is tried again
        assert hrge("consolidate", returned, "-o", source, "--today", DAY, "--jobs", 1) == 0
        assert report(tmp_path, source, code=0)["d.xlsx"]["verdict"] == "accepted"


def test_a_row_that_no_dataset_takes(
    returned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault shows only where the rows of several files are written together."""
    right = RowBuilder.rows

    def wrong(self: RowBuilder, result: Result) -> Any:
        rows = right(self, result)
        if named(result.path) and result.submission is not None:
            text = ANSWERS_FACT.at["text"]
            rows["answers_fact"] = [
                row if row[text] is None else (*row[:text], "\ud800", *row[text + 1 :])
                for row in rows["answers_fact"]
            ]
        return rows

    monkeypatch.setattr(RowBuilder, "rows", wrong)
    out = tmp_path / "dataset"
    assert hrge("consolidate", returned, "-o", out, "--today", DAY, "--jobs", 1) == 4
    files = report(tmp_path, out, code=4)
    assert {name: file["verdict"] for name, file in files.items()} == {
        f"{name}.xlsx": "refused" if name == "d" else "accepted" for name in NAMES
    }
    assert [finding["code"] for finding in files["d.xlsx"]["findings"]] == [
        STOPPED_BY_THIS_FILE.code
    ]


def test_feedback_that_cannot_be_made(
    returned: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fails_where(
        import_module("hrge_xl.outputs.feedback_files"),
        "give_back",
        lambda result, *_: named(result.path),
    )(monkeypatch)
    assert (
        hrge("feedback", returned, "--all", "-o", tmp_path / "out", "--today", DAY, "--jobs", 1)
        == 4
    )
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == len(NAMES) - 1
    assert "d.xlsx: F064 The file d.xlsx could not be fully processed" in err
    log = re.search(r"Report this with (\S+\.log)", err)
    assert log is not None
    assert ANSWER not in out + err + Path(log[1]).read_text(encoding="utf-8")


@pytest.mark.deep
def test_a_second_opinion_that_cannot_be_had(
    returned: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    report(tmp_path, returned, code=0)
    fails_where(second_opinion, "_opinion", lambda sent, _: named(sent.path))(monkeypatch)
    assert hrge("verify", "validation.json", "--returned", returned, "--jobs", 1) == 1
    said = capsys.readouterr().out
    assert (
        "d.xlsx: no second opinion, because of an error in this program (F064). Report this with "
        in said
    )
    assert "; 1 file not read." in said


@pytest.mark.deep
def test_a_file_that_changes_before_the_second_opinion(
    returned: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    report(tmp_path, returned, code=0)
    asked = second_opinion.second_opinion

    def meanwhile(*given: Any, **more: Any) -> Any:
        (returned / "d.xlsx").write_bytes((returned / "a.xlsx").read_bytes())
        return asked(*given, **more)

    monkeypatch.setattr(import_module("hrge_xl.audit.report_again"), "second_opinion", meanwhile)
    assert hrge("verify", "validation.json", "--returned", returned, "--jobs", 1) == 1
    assert (
        "d.xlsx: no second opinion, because it was changed while it was read."
        in capsys.readouterr().out
    )
