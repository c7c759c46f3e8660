"""Two hundred deliberate breakages of the program, each held against the tests: does anybody notice?

`python -m tests.breakages` breaks one thing at a time in a copy: a comparison, a condition, a number, a statement that
is left out. Which things is drawn by lot, always the same for the same program, over all packages by their size.
Against each run the test files that are nearest to the broken module by their imports, until one test fails. What was
found stays in `output/breakages`, so that a run can be cut off and taken up; `--only N` tries N more of them.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
RESULTS = HERE / "output" / "breakages" / "results.jsonl"
COPIED = (
    "hrge_xl",
    "tests",
    "workbook_specs",
    "docs",
    ".ci",
    "Makefile",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
)
SEED, COUNT = 29, 200
MOST_FILES = 10  # with tests, nearest first
MOST_SECONDS = 600.0  # for the tests against one breakage
FARTHEST = (
    "test_files_of_today.py",
    "test_story.py",
    "test_cli.py",
)  # which go through everything: asked last
OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Breakage:
    """One thing that is broken: in which file and line, and how it reads before and after."""

    file: str
    line: int
    kind: str
    nth: int  # of its kind in the file
    before: str
    after: str

    @property
    def name(self) -> str:
        """A name that changes with what is broken, so that no old result is taken for a new one."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:12]

    @property
    def package(self) -> str:
        """The package of the file."""
        return parts[1] if len(parts := Path(self.file).parts) > 2 else "."

    @property
    def module(self) -> str:
        """The module of the file."""
        return ".".join(Path(self.file).with_suffix("").parts).removesuffix(".__init__")


# what can be broken


def broken(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Give every way to break a node: the kind of it, and what stands there then."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in OPPOSITE:
            yield "comparison turned", ast.Compare(node.left, [OPPOSITE[type(op)]()], node.comparators)
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
        case (
            ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom())
            | ast.AugAssign()
            | ast.Raise()
            | ast.Continue()
        ):
            yield "statement left out", ast.Pass()


def sites(tree: ast.Module) -> Iterator[tuple[ast.AST, str, ast.AST]]:
    """Give every node that can be broken, with how; not what only type checkers read."""
    passed_over = {
        id(part)
        for node in ast.walk(tree)
        for part in (
            [*ast.walk(node.annotation)] if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation
            else [*ast.walk(node)] if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            else ()
        )
    }  # fmt: skip
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
    """Give the module as it reads when it is broken."""
    tree = ast.parse((HERE / breakage.file).read_text(encoding="utf-8"))
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


# who may notice


def imports_of(file: Path, module: str) -> Iterator[tuple[str, str, str]]:
    """Give what a module imports: from which module, under which name there, and under which here."""
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "", "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            home = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*home, *([node.module] if node.module else [])])
            yield from ((source, alias.name, alias.asname or alias.name) for alias in node.names)


class Imports:
    """Which module of program and tests imports which; a name that is only handed on leads to where it is made."""

    def __init__(self) -> None:
        self.file = {
            ".".join(path.relative_to(HERE).with_suffix("").parts).removesuffix(".__init__"): path
            for home in ("hrge_xl", "tests") for path in sorted((HERE / home).rglob("*.py"))
        }  # fmt: skip
        self._imports = {module: [*imports_of(path, module)] for module, path in self.file.items()}
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

    def nearest(self, module: str) -> list[str]:
        """Give the files with tests that import a module: those named like it first, then by fewer steps."""
        found, seen, step = list[Path](), {module}, [module]
        while step:
            step = sorted({importer for name in step for importer in self.importers[name]} - seen)
            seen.update(step)
            tests = [self.file[name] for name in step if name.startswith("tests.test_")]
            found += sorted(tests, key=lambda path: path.stat().st_size)
        words = {word.rstrip("s") for name in module.split(".")[1:] for word in name.split("_")}
        found.sort(key=lambda path: words.isdisjoint(word.rstrip("s") for word in path.stem.split("_")))
        near = [path.name for path in found if path.name not in FARTHEST][: MOST_FILES - len(FARTHEST)]
        return [*near, *FARTHEST]


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
    """Break one thing in a copy, and run tests until one fails that passes otherwise."""
    began, file = time.monotonic(), copy / breakage.file
    sound = file.read_text(encoding="utf-8")
    file.write_text(text_with(breakage), encoding="utf-8")
    failed = first_failure(copy, *(f"tests/{name}" for name in tests))
    file.write_text(sound, encoding="utf-8")
    by = failed if failed and not first_failure(copy, *failed.split(" ")) else ""
    change = f"{breakage.kind}: {breakage.before}  →  {breakage.after}"
    return Trial(breakage.name, breakage.file, breakage.line, change, by, round(time.monotonic() - began, 1))


def first_failure(copy: Path, *tests: str) -> str:
    """Run tests in a copy; gives the first that fails, all of them where they do not end, nothing where all pass."""
    options = ["-n", "0", "-x", "-q", "--no-header", "-p", "no:cacheprovider"]
    command = [sys.executable, "-P", "-m", "pytest", *options, *tests]
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        command, cwd=copy, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            printed, _ = process.communicate(timeout=MOST_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return " ".join(tests)
    if process.returncode in (0, 5):
        return ""
    failed = FAILED.search(printed)
    return failed[1] if failed else tests[0]


def kept() -> dict[str, Trial]:
    """Give what earlier runs found, by the name of the breakage."""
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
    yield from (f"not noticed: {trial.file}:{trial.line} {trial.change}" for _, trial in done if not trial.by)


def say(line: str) -> None:
    """Print a line at once: somebody may be waiting."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Try the breakages that were not tried yet."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    options.add_argument("--only", type=int, default=COUNT, metavar="N", help="try N more at most")
    options.add_argument(
        "--list", action="store_true", help="list the breakages and the tests against each; try none"
    )
    given = options.parse_args()
    breakages, imports, trials = chosen(), Imports(), kept()
    waiting = [breakage for breakage in breakages if breakage.name not in trials][: given.only]
    if given.list:
        for breakage in breakages:
            say(f"{breakage.file}:{breakage.line} {breakage.kind}: {breakage.before}  →  {breakage.after}")
            say(f"    {' '.join(imports.nearest(breakage.module))}")
        return
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="breakages-") as name:
        copy = Path(name)
        for part in COPIED:
            (shutil.copytree if (HERE / part).is_dir() else shutil.copy)(HERE / part, copy / part)
        for breakage in waiting:
            trial = attempt(breakage, copy, imports.nearest(breakage.module))
            with RESULTS.open("a", encoding="utf-8") as results:
                results.write(json.dumps(asdict(trial), ensure_ascii=False) + "\n")
            say(f"{trial.file}:{trial.line} {trial.change}: {trial.by or 'NOT NOTICED'} ({trial.seconds} s)")
    for line in told(breakages, kept()):
        say(line)


if __name__ == "__main__":
    main()
