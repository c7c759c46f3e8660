"""Deliberate breakages of the program, each held against the tests: does anybody notice?

`python -m tests.breakages` breaks one thing at a time in a copy: a comparison, a condition, a number, a statement that
is left out. Which two hundred is drawn by lot, always the same for the same program, over all packages by their size.
With `--fixed` it tries those of `breakages.yaml`, which somebody wrote who had read the program: what no lot draws.
Against each run the tests that go through the broken line, quick ones first, until one fails; which these are is
recorded once by `--record` (in `output/breakages` too, some forty minutes), and again where a module has changed since.
Where nothing is recorded of a line, the test files run that are nearest to its module by their imports. What was found
stays, so that a run can be cut off and taken up; `--only N` tries N more of them.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from copy import deepcopy
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml
from coverage.numbits import numbits_to_nums

from hrge_xl.spec.carried import CACHE
from tests.property_tests import import_everything

HERE = Path(__file__).resolve().parent.parent
PUBLIC = HERE / "hrge_xl" / "__init__.pyi"
FIXED = HERE / "tests" / "breakages.yaml"
HOME = HERE / "output" / "breakages"
RESULTS, LINES = HOME / "results.jsonl", HOME / "lines"
SECONDS, MODULES = HOME / "seconds.json", HOME / "modules.json"
COPIED = (
    *("hrge_xl", "tests", "workbook_specs", "docs", ".ci"),
    *("Makefile", "pyproject.toml", "README.md", "CHANGELOG.md"),
)
SEED, COUNT = 29, 200
MOST_FILES = 10  # with tests, nearest first, where nothing is recorded
MOST_SECONDS = (
    600.0  # for the tests against one breakage, on a clock that others' work does not stop
)
BUDGET = 45.0  # seconds that the tests against one breakage took when they were recorded
USUAL = 0.2  # seconds, of a test whose time was not recorded
RECORDED = "not long and not deep and not office and not browser and not postgres"
FARTHEST = (
    "test_files_of_today.py",
    "test_cli.py",
)  # go through everything: asked last
OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Breakage:
    """One thing that is broken: in which file and line, and how it reads before and after."""

    file: str
    line: int
    kind: str
    nth: int  # of its kind in the file
    before: str
    after: str
    # of one that somebody wrote: what a user would suffer, and the test that noticed it last
    why: str = ""
    by: str = ""

    @property
    def name(self) -> str:
        """A name that changes with what is broken, so that no old result is taken for a new one."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:12]

    @property
    def package(self) -> str:
        return parts[1] if len(parts := Path(self.file).parts) > 2 else "."

    @property
    def module(self) -> str:
        return ".".join(Path(self.file).with_suffix("").parts).removesuffix(".__init__")


# what can be broken


def broken(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Give every way to break a node: the kind of it, and what stands there then."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in OPPOSITE:
            yield (
                "comparison turned",
                ast.Compare(node.left, [OPPOSITE[type(op)]()], node.comparators),
            )
        case ast.UnaryOp(op=ast.Not()):
            yield "not dropped", node.operand
        case ast.BoolOp(op=ast.And()):
            yield "and made or", ast.BoolOp(ast.Or(), node.values)
        case ast.BoolOp(op=ast.Or()):
            yield "or made and", ast.BoolOp(ast.And(), node.values)
        case ast.Constant(value=bool()):
            yield "truth turned", ast.Constant(not node.value)
        case ast.Constant(value=int() as number):
            yield "number changed", ast.Constant(number + 1)
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()):
            yield "statement left out", ast.Pass()
        case ast.AugAssign() | ast.Raise() | ast.Continue():
            yield "statement left out", ast.Pass()


def sites(tree: ast.Module) -> Iterator[tuple[ast.AST, str, ast.AST]]:
    """Give every node that can be broken, with how; not what only type checkers read."""
    passed_over = {
        id(part)
        for node in ast.walk(tree)
        for part in (
            [*ast.walk(node.annotation)]
            if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation
            else [*ast.walk(node)]
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            else ()
        )
    }
    for node in ast.walk(tree):
        if id(node) not in passed_over:
            yield from ((node, kind, instead) for kind, instead in broken(node))


def breakages_of(file: Path) -> Iterator[Breakage]:
    """Give everything that can be broken in a module."""
    count: Counter[str] = Counter()
    for node, kind, instead in sites(ast.parse(file.read_text(encoding="utf-8"))):
        place = file.relative_to(HERE).as_posix()
        line = int(getattr(node, "lineno", 0))
        yield Breakage(place, line, kind, count[kind], _short(node), _short(instead))
        count[kind] += 1


def _short(node: ast.AST) -> str:
    return ast.unparse(node).splitlines()[0][:100]


class _Break(ast.NodeTransformer):
    def __init__(self, node: ast.AST, instead: ast.AST) -> None:
        self.node, self.instead = node, instead

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self.node:
            return ast.copy_location(deepcopy(self.instead), node)
        return self.generic_visit(node)


def text_with(breakage: Breakage) -> str:
    """Give the file as it reads when it is broken."""
    text = (HERE / breakage.file).read_text(encoding="utf-8")
    if breakage.why:
        return text.replace(breakage.before, breakage.after)
    tree = ast.parse(text)
    alike = [(node, instead) for node, kind, instead in sites(tree) if kind == breakage.kind]
    node, instead = alike[breakage.nth]
    return ast.unparse(ast.fix_missing_locations(_Break(node, instead).visit(tree))) + "\n"


def chosen() -> list[Breakage]:
    """Draw the breakages by lot: from each package by its size, from each at least two."""
    by_package: dict[str, list[Breakage]] = defaultdict(list)
    for file in sorted((HERE / "hrge_xl").rglob("*.py")):
        for breakage in breakages_of(file):
            by_package[breakage.package].append(breakage)
    lot, total, found = random.Random(SEED), sum(map(len, by_package.values())), list[Breakage]()
    for _, every in sorted(by_package.items()):
        share = max(2, round(COUNT * len(every) / total))
        found += lot.sample(every, min(share, len(every)))
    lot.shuffle(found)
    return found[:COUNT]


def written() -> list[Breakage]:
    """Return the breakages that somebody wrote, in their order."""
    breakages: list[Breakage] = []
    for entry in yaml.safe_load(FIXED.read_text(encoding="utf-8")):
        above = (HERE / entry["file"]).read_text(encoding="utf-8").partition(entry["before"])[0]
        breakages.append(Breakage(line=above.count("\n") + 1, kind="written", nth=0, **entry))
    return breakages


# who may notice


def imports_of(file: Path, module: str) -> Iterator[tuple[str, str, str]]:
    """Give what a module imports: from which module, under which name there, and under which here."""
    package = module if file.stem == "__init__" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "", "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            home = (
                package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            )
            source = ".".join([*home, *([node.module] if node.module else [])])
            yield from ((source, alias.name, alias.asname or alias.name) for alias in node.names)


class Imports:
    """Which module of program and tests imports which; a name that is only handed on leads to where it is made."""

    def __init__(self) -> None:
        self.file = {
            ".".join(path.relative_to(HERE).with_suffix("").parts).removesuffix(".__init__"): path
            for home in ("hrge_xl", "tests")
            for path in sorted((HERE / home).rglob("*.py"))
        }
        self._imports = {module: [*imports_of(path, module)] for module, path in self.file.items()}
        self._imports["hrge_xl"] = [*imports_of(PUBLIC, "hrge_xl")]  # loaded when first asked for
        self._handed_on = {
            module: {here: (source, name) for source, name, here in found if here}
            for module, found in self._imports.items()
            if module == "tests.face" or self.file[module].name == "__init__.py"
        }
        self.importers: dict[str, set[str]] = defaultdict(set)
        for module, found in self._imports.items():
            for source, name, _ in found:
                self.importers[self._made_in(source, name)].add(module)

    def _made_in(self, source: str, name: str) -> str:
        if f"{source}.{name}" in self.file:
            return f"{source}.{name}"
        onwards = self._handed_on.get(source, {}).get(name)
        return self._made_in(*onwards) if onwards else source

    def _users_of(self, breakage: Breakage) -> list[str]:
        """Return the module that is broken; of a file that none imports those that name it, or else its folder."""
        if breakage.module in self.importers:
            return [breakage.module]
        path = Path(breakage.file)
        program = {
            module: file.read_text(encoding="utf-8")
            for module, file in self.file.items()
            if module.startswith("hrge_xl")
        }
        for name in (path.name, path.stem.partition(".")[0], path.parent.name):
            users = [module for module, text in program.items() if f'"{name}"' in text]
            if users:
                return users
        return []

    def nearest(self, breakage: Breakage) -> list[str]:
        """Give the files with tests that import what is broken: those named like it first, then by fewer steps."""
        module = breakage.module
        step = self._users_of(breakage)
        found, seen = list[Path](), set(step)
        while step:
            step = sorted({importer for name in step for importer in self.importers[name]} - seen)
            seen.update(step)
            tests = [self.file[name] for name in step if name.startswith("tests.test_")]
            found += sorted(tests, key=lambda path: path.stat().st_size)
        words = {word.rstrip("s") for name in module.split(".")[1:] for word in name.split("_")}
        found.sort(
            key=lambda path: words.isdisjoint(word.rstrip("s") for word in path.stem.split("_"))
        )
        near = [path.name for path in found if path.name not in FARTHEST][
            : MOST_FILES - len(FARTHEST)
        ]
        return [f"tests/{name}" for name in (*near, *FARTHEST)]


class Recorded:
    """Which tests went through which lines of the program when that was recorded, and how long they took."""

    def __init__(self) -> None:
        self._files = [*LINES.glob("data*")]
        self._modules: dict[str, str] = (
            json.loads(MODULES.read_text("utf-8")) if MODULES.is_file() else {}
        )
        seconds = json.loads(SECONDS.read_text("utf-8")) if SECONDS.is_file() else {}
        self._seconds: dict[str, dict[str, float]] = {
            _plain(name): took for name, took in seconds.items()
        }

    def tests(self, breakage: Breakage) -> list[str]:
        """Give the tests that go through the broken line, as many as the time allows; none where nothing is recorded.

        The quickest of each file first. Lines that run when a module is imported stand for all of the module.
        """
        if self._modules.get(breakage.file) != _digest(breakage.file):
            return []
        by_line = self._lines(breakage.file)
        tree = ast.parse((HERE / breakage.file).read_text(encoding="utf-8"))
        inside = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body[0].lineno <= breakage.line <= (node.end_lineno or 0)
        ]
        if not inside:
            return self._affordable({test for tests in by_line.values() for test in tests})
        statements = [
            node
            for node in ast.walk(inside[-1])
            if isinstance(node, ast.stmt) and node.lineno <= breakage.line <= (node.end_lineno or 0)
        ]
        first = max(statement.lineno for statement in statements)
        return self._affordable(by_line.get(breakage.line) or by_line.get(first) or set())

    def _affordable(self, tests: Iterable[str]) -> list[str]:
        by_file: dict[str, list[str]] = defaultdict(list)
        for test in sorted(tests, key=lambda test: (self._of(test), test)):
            by_file[test.partition("::")[0]].append(test)
        by_turns = sorted(
            (n, self._of(test) + (0.0 if n else self._setup(test.partition("::")[0])), test)
            for some in by_file.values()
            for n, test in enumerate(some)
        )
        found, spent, files = list[str](), 0.0, set[str]()
        for n, seconds, test in by_turns:
            file = test.partition("::")[0]
            dear = spent + seconds > BUDGET or (
                n and file not in files
            )  # its fixtures alone cost too much
            if not dear or not found:
                spent += seconds
                files.add(file)
                found.append(test)
        return found

    def _of(self, test: str) -> float:
        return self._seconds.get(test, {}).get("call", USUAL)

    @cache  # noqa: B019 - one for the whole run
    def _setup(self, file: str) -> float:
        """Give how long the fixtures of a file took, and what comes with any file."""
        of_file = (phases for test, phases in self._seconds.items() if test.startswith(f"{file}::"))
        return USUAL + max((phases.get("setup", 0.0) for phases in of_file), default=0.0)

    @cache  # noqa: B019 - one for the whole run
    def _lines(self, file: str) -> dict[int, set[str]]:
        """Give the tests that went through each line of a module."""
        found: dict[int, set[str]] = defaultdict(set)
        query = (
            "SELECT context, numbits FROM line_bits JOIN context ON context.id = context_id"
            " JOIN file ON file.id = file_id WHERE path LIKE '%/' || ? AND context != ''"
        )
        for data in self._files:
            with closing(sqlite3.connect(data)) as database:
                for test, bits in database.execute(query, (file,)):
                    for line in numbits_to_nums(bits):
                        found[line].add(_plain(test))
        passes = {
            test for tests in found.values() for test in tests if self._of(test) != float("inf")
        }
        return {line: tests & passes for line, tests in found.items()}


def _plain(test: str) -> str:
    """Give the name of a test without the group that pytest-xdist puts behind it."""
    return re.sub(r"@[\w ]+$", "", test)


def _digest(file: str) -> str:
    return hashlib.sha256((HERE / file).read_bytes()).hexdigest()


def record() -> None:
    """Run the tests once, to record which of them go through which lines."""
    shutil.rmtree(LINES, ignore_errors=True)
    LINES.mkdir(parents=True)
    modules = {path.relative_to(HERE).as_posix() for path in (HERE / "hrge_xl").rglob("*.py")}
    MODULES.write_text(
        json.dumps({file: _digest(file) for file in sorted(modules)}), encoding="utf-8"
    )
    command = [
        sys.executable,
        "-m",
        "coverage",
        "run",
        f"--data-file={LINES / 'data'}",
        "-m",
        "pytest",
        "-n",
        "2",
        "--dist",
        "loadgroup",
        "-p",
        "tests.record_lines",
        "-m",
        RECORDED,
    ]
    subprocess.run(
        command, cwd=HERE, env=os.environ | {"SECONDS_OF_TESTS": str(SECONDS)}, check=False
    )


# the trial


@dataclass(frozen=True)
class Trial:
    """What became of a breakage: by which test it was noticed; empty where by none."""

    breakage: str
    file: str
    line: int
    change: str
    by: str
    seconds: float


def attempt(breakage: Breakage, copy: Path, tests: Sequence[str]) -> Trial:
    """Break one thing in a copy, and run tests until one fails that passes otherwise; without tests nothing is run."""
    began, file = time.monotonic(), copy / breakage.file
    sound = file.read_text(encoding="utf-8")
    file.write_text(text_with(breakage), encoding="utf-8")
    failed = first_failure(copy, *tests)
    file.write_text(sound, encoding="utf-8")
    by = failed if failed and not first_failure(copy, *failed.split("\n")) else ""
    if failed and not by:
        say(f"fails without the breakage too: {failed}")
    change = breakage.why or f"{breakage.kind}: {breakage.before}  →  {breakage.after}"
    return Trial(
        breakage.name, breakage.file, breakage.line, change, by, round(time.monotonic() - began, 1)
    )


def first_failure(copy: Path, *tests: str) -> str:
    """Run tests in a copy; gives the first that fails, all of them where they do not end, nothing where all pass."""
    if not tests:
        return ""
    with tempfile.TemporaryDirectory(prefix="breakages-") as place:
        printed = Path(place, "printed")
        child = os.fork()
        if not child:
            try:
                _run(copy, Path(place), tests)
            finally:
                os._exit(1)
        deadline, status = time.monotonic() + MOST_SECONDS, None
        while status is None and time.monotonic() < deadline:
            time.sleep(0.1)
            ended, code = os.waitpid(child, os.WNOHANG)
            status = os.waitstatus_to_exitcode(code) if ended else None
        if status is None:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
        if status is None or status < 0:  # it went on and on
            return "\n".join(tests)
        if status in (0, 5):
            return ""
        failed = FAILED.search(printed.read_text("utf-8", "replace"))
        return failed[1] if failed else tests[0]


def _run(copy: Path, place: Path, tests: Sequence[str]) -> None:
    """Become pytest in a process that has loaded what the program uses, and nothing of the program."""
    os.setsid()
    resource.setrlimit(
        resource.RLIMIT_CPU, (int(4 * BUDGET), resource.RLIM_INFINITY)
    )  # whatever others do
    told = os.open(place / "printed", os.O_WRONLY | os.O_CREAT, 0o600)
    for stream in (1, 2):
        os.dup2(told, stream)
    os.chdir(copy)
    os.environ |= {
        "PYTHONPATH": str(copy),
        "PYTHONDONTWRITEBYTECODE": "1",
        CACHE: str(place / "cache"),
    }
    sys.dont_write_bytecode = True
    sys.path[:] = [str(copy), *(path for path in sys.path if path not in ("", str(HERE)))]
    options = ["-n", "0", "-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider"]
    code = pytest.main([*options, *tests])
    sys.stdout.flush()
    os._exit(code)


def load_libraries() -> None:
    """Load whatever the program imports, and forget the program itself."""
    import_everything()
    for name in [*sys.modules]:
        if name.partition(".")[0] in ("hrge_xl", "tests"):
            del sys.modules[name]


def kept() -> dict[str, Trial]:
    lines = RESULTS.read_text(encoding="utf-8").splitlines() if RESULTS.is_file() else []
    return {trial.breakage: trial for trial in (Trial(**json.loads(line)) for line in lines)}


def told(breakages: Sequence[Breakage], trials: Mapping[str, Trial]) -> Iterator[str]:
    """Say by package how many were noticed, and name each that was not."""
    done = [(breakage, trials[breakage.name]) for breakage in breakages if breakage.name in trials]
    tried = Counter(breakage.package for breakage, _ in done)
    noticed = Counter(breakage.package for breakage, trial in done if trial.by)
    for package, count in sorted(tried.items()):
        yield f"{package:<22} {noticed[package]:>3} of {count:>3} noticed"
    yield f"{'all':<22} {noticed.total():>3} of {tried.total():>3} noticed, {len(breakages) - len(done)} not tried yet"
    yield from (
        f"not noticed: {trial.file}:{trial.line} {trial.change}"
        for _, trial in done
        if not trial.by
    )


def say(line: str) -> None:
    """Print a line at once: somebody may be waiting."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument(
        "--fixed",
        action="store_true",
        help="try those of breakages.yaml; fail where one is not noticed",
    )
    options.add_argument("--only", type=int, default=COUNT, metavar="N", help="try N more at most")
    options.add_argument(
        "--list",
        action="store_true",
        help="list the breakages and the tests against each; try none",
    )
    options.add_argument(
        "--record", action="store_true", help="record which tests go through which lines; try none"
    )
    given = options.parse_args()
    if given.record:
        record()
        return
    breakages = written() if given.fixed else chosen()
    imports, recorded, trials = Imports(), Recorded(), kept()
    waiting = [breakage for breakage in breakages if breakage.name not in trials][: given.only]
    if given.list:
        for breakage in breakages:
            say(
                f"{breakage.file}:{breakage.line} {breakage.kind}: {breakage.before}  →  {breakage.after}"
            )
            say(f"    {' '.join(recorded.tests(breakage) or imports.nearest(breakage))}")
        return
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    load_libraries()
    with tempfile.TemporaryDirectory(prefix="breakages-") as name:
        copy = Path(name)
        for part in COPIED:
            (shutil.copytree if (HERE / part).is_dir() else shutil.copy)(HERE / part, copy / part)
        for breakage in waiting:
            noticed_last = [f"tests/{breakage.by}"] if breakage.by else []
            trial = attempt(breakage, copy, noticed_last)
            if not trial.by:
                tests = recorded.tests(breakage) or imports.nearest(breakage)
                trial = attempt(breakage, copy, tests)
            with RESULTS.open("a", encoding="utf-8") as results:
                results.write(json.dumps(asdict(trial), ensure_ascii=False) + "\n")
            say(
                f"{trial.file}:{trial.line} {trial.change}: {trial.by or 'NOT NOTICED'} ({trial.seconds} s)"
            )
    trials = kept()
    for line in told(breakages, trials):
        say(line)
    tried = [trials[breakage.name] for breakage in breakages if breakage.name in trials]
    if given.fixed and not all(trial.by for trial in tried):
        sys.exit(1)


if __name__ == "__main__":
    main()
