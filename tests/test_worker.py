"""Work in processes that can be killed: what each way to die becomes, and that the rest goes on."""

from __future__ import annotations

import io
import os
import pickle
import random
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from openpyxl.utils import get_column_letter

from hrge_xl import ExpectedReturn, Reader
from tests.confined import in_a_thread
from tests.damage import filled
from tests.face import LIMITS, Died, ReadLimits, WorkerPool, loads, run_guarded, serve
from tests.intake_files import members, pack
from tests.read_and_check import read_many
from tests.telling import telling
from tests.worker_actions import act, burn

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has the wall limit only")
linux = pytest.mark.skipif(
    sys.platform != "linux", reason="Linux alone has the sandbox and this measure of memory"
)


QUICK = replace(LIMITS, wall_seconds=3.0, cpu_seconds=1)


def test_results_come_in_the_order_of_the_items() -> None:
    items = ["sleep 0.2", "say b", "sleep 0.1", *(f"say {number}" for number in range(30))]
    expected = ["0.2", "b", "0.1", *(str(number) for number in range(30))]
    assert list(run_guarded(act, items, jobs=2)) == expected


def test_a_worker_is_used_again() -> None:
    assert len(set(run_guarded(act, ["pid"] * 5, jobs=1))) == 1


def test_large_items_and_results_pass_whole() -> None:
    results = list(run_guarded(act, ["size 30000000", "say " + "y" * 3_000_000], jobs=1))
    assert [len(result) for result in results if isinstance(result, str | bytes)] == [
        30_000_000,
        3_000_000,
    ]


DEATHS = {
    "exception": ("fail secret", Died("exception", "KeyError")),
    "exit": ("crash 1", Died("crash")),
    "exit as if all were well": ("crash 0", Died("crash")),
    "result that cannot be sent": ("unpicklable", Died("exception", "AttributeError")),
    "wall": ("sleep 30", Died("time")),
}
POSIX_DEATHS = {
    "abort": ("abort", Died("crash")),
    "killed by the system": ("killed", Died("memory")),
    "memory": ("fill 4000", Died("memory")),
    "processor": ("spin", Died("time")),
}


@pytest.mark.parametrize("what", telling(DEATHS, "exception", "result that cannot be sent", "wall"))
def test_a_death_costs_one_item(what: str) -> None:
    item, died = DEATHS[what]
    outcomes = list(run_guarded(act, ["say a", item, "say b", "say c"], jobs=1, limits=QUICK))
    if died == Died(
        "exception", "AttributeError"
    ):  # Python says it with another type in newer versions
        assert isinstance(outcomes[1], Died)
        assert outcomes[1].reason == "exception"
        outcomes[1] = died
    assert outcomes == ["a", died, "b", "c"]


@posix
@pytest.mark.parametrize("what", telling(POSIX_DEATHS, "killed by the system", "memory"))
def test_a_death_by_the_system_costs_one_item(what: str) -> None:
    item, died = POSIX_DEATHS[what]
    limits = replace(QUICK, wall_seconds=10.0)
    assert list(run_guarded(act, ["say a", item, "say b"], jobs=1, limits=limits)) == [
        "a",
        died,
        "b",
    ]


@pytest.mark.deep
@posix
def test_memory_is_limited_on_top_of_what_is_held() -> None:
    limits = replace(LIMITS, worker_bytes=300 * 1024 * 1024)
    outcomes = list(run_guarded(act, ["fill 200", "fill 400", "fill 200"], jobs=1, limits=limits))
    assert outcomes == [200 * 1024 * 1024, Died("memory"), 200 * 1024 * 1024]


@pytest.mark.deep
@posix
def test_processor_time_counts_for_each_item_alone() -> None:
    """Three items of 0.6 seconds each pass under a limit of one second."""
    assert (
        list(run_guarded(burn, [0.6] * 3, jobs=1, limits=replace(QUICK, wall_seconds=60.0)))
        == [0.6] * 3
    )


def test_what_a_child_prints_goes_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    assert list(run_guarded(act, ["print a secret", "fail a secret"], jobs=1)) == [
        "a secret",
        Died("exception", "KeyError"),
    ]
    assert capfd.readouterr() == ("", "")


def test_items_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def items() -> Iterator[str]:
        for number in range(1000):
            taken.append(number)
            yield f"say {number}"

    results = run_guarded(act, items(), jobs=2)
    assert next(results) == "0"
    assert len(taken) <= 10
    results.close()  # type: ignore[attr-defined]


def test_leaving_early_ends_the_children_at_once() -> None:
    started = time.monotonic()
    results = run_guarded(act, ["pid", "sleep 90", "sleep 90"], jobs=2)
    child = next(results)
    results.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 30
    if sys.platform != "win32":
        assert isinstance(child, int)
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


def test_a_function_that_children_cannot_import_is_refused() -> None:
    def function(item: str) -> str:
        return item

    function.__module__ = "__main__"
    with pytest.raises(ValueError, match="import"):
        next(run_guarded(function, ["a"], jobs=1))


@posix
def test_interrupting_the_parent_ends_parent_and_children(tmp_path: Path) -> None:
    script = textwrap.dedent(
        """
        import signal, sys
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
        sys.path[:] = sys.argv[1].split("|")
        from hrge_xl.reader.worker import run_guarded
        from tests.worker_actions import act
        def main():
            for result in run_guarded(act, ["pid", "sleep 60", "sleep 60"], jobs=2):
                print(result, flush=True)
        code = 0
        try:
            main()
        except KeyboardInterrupt:  # here or in the iteration: both ends it
            code = 130
        sys.exit(code)
        """
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, "|".join(sys.path)],
        stdout=subprocess.PIPE,
        start_new_session=True,
        cwd=tmp_path,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    os.killpg(parent.pid, signal.SIGINT)  # as Ctrl-C does: to the parent and its children alike
    assert parent.wait(timeout=20) == 130
    parent.stdout.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


# a child's own side, in a thread of this process


@dataclass
class Asked:
    """What a child asks of the system for the whole of its process."""

    handlers: dict[int, Any] = field(default_factory=dict)
    limits: list[tuple[int, tuple[int, int]]] = field(default_factory=list)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Have it noted and not done: this process is to go on."""
    found = Asked()
    monkeypatch.setattr("signal.signal", found.handlers.__setitem__)
    monkeypatch.setattr(
        "resource.setrlimit", lambda kind, bounds: found.limits.append((kind, bounds))
    )
    return found


def served(
    items: list[str], capture: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> list[object]:
    """What a child answers to some items, after which its parent is gone."""
    sent = b"".join(map(pickle.dumps, ((), QUICK, act, *items)))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(sent)))
    monkeypatch.setattr(sys, "stdout", open(1, "w", buffering=1, encoding="utf-8", closefd=False))  # noqa: SIM115
    in_a_thread(serve, monkeypatch)
    written = io.BytesIO(capture.readouterr().out)
    answers: list[object] = []
    while size := written.read(8):
        answers.append(written.read(int.from_bytes(size, "big")))
    assert answers.pop(0) == b"ready"
    return [loads(answer, (Died, Any)) for answer in answers]


@linux
def test_a_child_limits_itself(
    asked: Asked, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On top of what it holds and of the time that it took so far; Ctrl-C is for its parent."""
    import resource

    before = time.process_time()
    served(["say a", "say b"], capfdbinary, monkeypatch)
    assert asked.handlers == {signal.SIGINT: signal.SIG_IGN}
    core, memory, *times = asked.limits
    assert core == (resource.RLIMIT_CORE, (0, 0))  # an image of its memory would hold answers
    kind, (soft, hard) = memory
    assert kind == resource.RLIMIT_AS
    assert soft == hard
    held = (
        int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        * resource.getpagesize()
    )
    assert held / 2 < soft - QUICK.worker_bytes < held * 2
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    assert [(kind, hard) for kind, (_, hard) in times] == [(resource.RLIMIT_CPU, most)] * 2
    for _, (soft, _) in times:
        assert before < soft - QUICK.cpu_seconds < time.process_time() + 1


# real files that the gate lets in and that cost too much

real_files = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="children are looked for in /proc"
)

MEGABYTE = 1024 * 1024
SHEETS = ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet5.xml", "xl/worksheets/sheet6.xml")
ROWS, COLUMNS, RUNS = 2_500, 60, 5


def heavy() -> bytes:
    """Within every limit of the gate and of the XML: half a million cells, each of several runs of text."""
    chance = random.Random(1)
    runs = [
        "".join(f"<r><t>{chance.randrange(10_000)}</t></r>" for _ in range(RUNS))
        for _ in range(COLUMNS * 40)
    ]
    rows = []
    for row in range(1_000, 1_000 + ROWS):
        cells = (
            f'<c r="{get_column_letter(column)}{row}" t="inlineStr"><is>{runs[chance.randrange(len(runs))]}</is></c>'
            for column in range(1, COLUMNS + 1)
        )
        rows.append(f'<row r="{row}">{"".join(cells)}</row>')
    data = "".join(rows).encode()
    parts = members(filled())
    for name in SHEETS:
        parts[name] = re.sub(
            b"</sheetData>", lambda _: data + b"</sheetData>", parts[name], count=1
        )
    return pack(parts)


def repeated() -> bytes:
    """A cell of .ods that says of itself that it is there twenty million times."""
    source = Path(__file__).parent / "fixtures" / "intake" / "returned.ods"
    parts = members(source.read_bytes())
    row = (
        '<table:table-row table:number-rows-repeated="20000"><table:table-cell '
        'table:number-columns-repeated="1000" office:value-type="float" office:value="1"/>'
        "</table:table-row></table:table>"
    )
    parts["content.xml"] = parts["content.xml"].decode().replace("</table:table>", row, 1).encode()
    return pack(parts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("files")
    (home / "heavy.xlsx").write_bytes(heavy())
    (home / "repeated.ods").write_bytes(repeated())
    for number in range(3):
        (home / f"good{number}.xlsx").write_bytes(filled())
    return home


def children() -> Iterator[int]:
    """The child processes of this one, dead ones that nobody has buried included."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                _, _, rest = (
                    (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(") ")
                )
            except OSError:
                continue
            if int(rest.split()[1]) == os.getpid():
                yield int(entry.name)


LOW: list[tuple[str, ReadLimits, str]] = [
    ("heavy.xlsx", replace(LIMITS, worker_bytes=60 * MEGABYTE), "F061"),
    ("heavy.xlsx", replace(LIMITS, cpu_seconds=2, worker_bytes=4000 * MEGABYTE), "F060"),
    ("heavy.xlsx", replace(LIMITS, wall_seconds=4.0, worker_bytes=4000 * MEGABYTE), "F060"),
    # the reader of this format aborts where it gets no memory, and takes its process along
    ("repeated.ods", replace(LIMITS, worker_bytes=300 * MEGABYTE), "F062"),
]


@real_files
@pytest.mark.deep
@pytest.mark.parametrize(
    ("bad", "limits", "code"), LOW, ids=["memory", "processor", "clock", "abort"]
)
def test_a_file_that_costs_too_much_costs_itself_only(
    bad: str, limits: ReadLimits, code: str, folder: Path
) -> None:
    before = set(children())
    paths = [folder / name for name in ("good0.xlsx", bad, "good1.xlsx", bad, "good2.xlsx")]
    with Reader(1, limits) as pool:
        first = list(read_many(paths[:1], ExpectedReturn(), by=pool))
        worker = set(children()) - before
        results = [*first, *read_many(paths[1:], ExpectedReturn(), by=pool)]
        replaced = set(children()) - before
    assert [result.path for result in results] == [str(path) for path in paths]
    refusals = [result for result in results if result.submission is None]
    assert [finding.code for refusal in refusals for finding in refusal.findings] == [code, code]
    assert all(refusal.sha256 and refusal.size for refusal in refusals)
    assert len(worker) == len(replaced) == 1
    assert worker != replaced
    assert set(children()) <= before
    assert [result.verdict for result in results] == [*["accepted", "refused"] * 2, "accepted"]


@real_files
@pytest.mark.deep
@pytest.mark.long
def test_under_the_usual_limits_it_is_read(folder: Path) -> None:
    """What it holds besides is kept as text without a place, so far as a sheet may."""
    assert (folder / "heavy.xlsx").stat().st_size < LIMITS.file_bytes
    (result,) = read_many([folder / "heavy.xlsx"], ExpectedReturn())
    assert result.submission is not None
    assert result.submission.values()["PLAN", "1", "PLN_01"] == "WS-07"


@pytest.mark.deep
@posix
def test_a_child_that_somebody_else_kills_costs_nothing() -> None:
    with WorkerPool(act, 1) as pool, ThreadPoolExecutor(1) as thread:
        (child_id,) = pool.work(["pid"])
        outcomes = thread.submit(list, pool.work(["sleep 0.5"]))
        time.sleep(0.1)
        psutil.Process(int(child_id)).kill()
        assert outcomes.result() == ["0.5"]
