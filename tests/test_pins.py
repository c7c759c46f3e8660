"""What is installed: every pin with its hashes, the same in every file, and told in the wheel."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from hrge_xl import __version__
from tests.fixture_types import Capsys, Folders, Patch

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / ".ci").glob("requirements*.txt"))
PIN = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)[^\n]*\\\n(?P<hashes>(?: +--hash=\S+(?: \\)?\n)+)",
    re.M,
)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def pins(file: str) -> dict[str, tuple[str, set[str]]]:
    """Version and hashes of every package in a file."""
    text = (ROOT / ".ci" / file).read_text(encoding="utf-8")
    return {
        pin["name"]: (pin["version"], set(HASH.findall(pin["hashes"])))
        for pin in PIN.finditer(text)
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_pin_has_hashes_and_no_file_says_where_packages_come_from(file: Path) -> None:
    """What is installed is held against its hash, wherever it comes from."""
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(pins(file.name)) == sum(line[:1].isalnum() for line in lines) > 0
    assert all(hashes for _, hashes in pins(file.name).values())
    assert [line for line in lines if "://" in line or line.startswith("-")] == []


def test_what_is_tested_is_what_is_installed() -> None:
    """Of every package that the program runs with or is built with, the tests use that very version."""
    tested = pins("requirements-test.txt")
    for file in ("requirements.txt", "requirements-extras.txt", "requirements-build.txt"):
        assert pins(file).items() <= tested.items(), file
    assert pins("requirements.txt").items() < pins("requirements-extras.txt").items()


def test_what_the_project_asks_for_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    asked = {
        "requirements.txt": project["project"]["dependencies"],
        "requirements-test.txt": extras.pop("dev"),
    }
    asked["requirements-extras.txt"] = [need for needs in extras.values() for need in needs]
    asked["requirements-build.txt"] = project["build-system"]["requires"]
    for file, needs in asked.items():
        there = pins(file)
        for need in map(Requirement, needs):
            version, _ = there[canonicalize_name(need.name)]
            assert need.specifier.contains(version), f"{need} in {file}: make pins"


def test_the_readme_installs_what_is_there() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = {path.replace("\\", "/") for path in re.findall(r"\.ci[/\\][\w.-]+", readme)}
    assert named == {".ci/requirements.txt", ".ci/requirements-build.txt"}
    assert all((ROOT / path).is_file() for path in named)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: Folders) -> list[Path]:
    """The wheel, built twice."""
    folders = [tmp_path_factory.mktemp("wheel") for _ in range(2)]
    for folder in folders:
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return [next(folder.glob("*.whl")) for folder in folders]


@pytest.mark.deep
def test_a_wheel_is_the_same_each_time_and_tells_what_it_runs_with(wheels: list[Path]) -> None:
    assert wheels[0].read_bytes() == wheels[1].read_bytes()
    with ZipFile(wheels[0]) as wheel:
        (name,) = [name for name in wheel.namelist() if ".dist-info/sboms/" in name]
        bill = json.loads(wheel.read(name))
    assert (bill["bomFormat"], bill["metadata"]["component"]["version"]) == (
        "CycloneDX",
        __version__,
    )
    told = {
        part["name"]: (
            part["version"],
            {each["content"] for each in part["externalReferences"][0]["hashes"]},
        )
        for part in bill["components"]
    }
    assert told == pins("requirements.txt")
    purls = {f"pkg:pypi/{name}@{version}" for name, (version, _) in told.items()}
    assert purls == {part["purl"] for part in bill["components"]}
    (graph,) = bill["dependencies"]
    assert f"pkg:pypi/pandas@{told['pandas'][0]}" in graph["dependsOn"]
    assert f"pkg:pypi/numpy@{told['numpy'][0]}" not in graph["dependsOn"]


@pytest.mark.deep
def test_a_wheel_works_without_a_checkout(wheels: list[Path], tmp_path: Path) -> None:
    """Unpacked elsewhere it has all that it needs: specs, languages, templates, guides."""
    with ZipFile(wheels[0]) as wheel:
        wheel.extractall(tmp_path / "installed")
    alone = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}

    def hrge(*arguments: str) -> str:
        command = [sys.executable, "-m", "hrge_xl", *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=alone, capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 1), done.stderr
        return done.stdout

    where = "import hrge_xl; from hrge_xl.spec.load import find; print(hrge_xl.__file__, find('hrge_toolkit'))"
    told = subprocess.check_output(
        [sys.executable, "-c", where], cwd=tmp_path, env=alone, text=True
    )
    assert told.count(str(tmp_path / "installed")) == 2
    hrge("generate", "example", "--country", "MAR", "--language", "fr", "-o", "issued")
    assert "V001" in hrge("validate", "issued/example_MAR_fr.xlsx", "--language", "fr")
    hrge("consolidate", "--write", "issued", "-o", "data")
    for page in ("html", "overview", "xlsx"):
        hrge("report", "data", "--format", page)
    assert {"data.xlsx", "dataset.sqlite"} <= {path.name for path in (tmp_path / "data").iterdir()}


CLEAN = {"name": "click", "version": "8.5.1", "vulns": []}
KNOWN = {"name": "click", "version": "8.5.1", "vulns": [{"id": "CVE-1"}]}
SKIPPED = {"name": "click", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        ({"pypi": [CLEAN], "osv": [CLEAN]}, 0, "1 pins were looked at, 0 vulnerabilities"),
        ({"pypi": [SKIPPED], "osv": [CLEAN]}, 0, "1 pins were looked at"),
        ({"pypi": [KNOWN], "osv": None}, 1, "click 8.5.1: CVE-1"),
        ({"pypi": [SKIPPED], "osv": None}, 2, "NOT AUDITED: 1 pins"),
        ({"pypi": None, "osv": None}, 2, "NOT AUDITED: all pins"),
    ],
)
def test_an_audit_without_a_database_is_none(
    answers: dict[str, Any], code: int, said: str, monkeypatch: Patch, capsys: Capsys
) -> None:
    """The tool by itself says that nothing is known, and ends well, of a package that its database lacks."""

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        database = next(word for word in command if "service=" in word).partition("=")[2]
        found = answers[database]
        text = b"" if found is None else json.dumps({"dependencies": found}).encode()
        return subprocess.CompletedProcess(command, 0, text, b"no network")

    audit = runpy.run_path(str(ROOT / ".ci" / "audit.py"))
    monkeypatch.setattr(subprocess, "run", run)
    assert audit["main"](["pins.txt"]) == code
    assert said in capsys.readouterr().out


def test_the_workflow_runs_on_the_versions_that_are_promised() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text("utf-8"))
    matrix = workflow["jobs"]["portable"]["strategy"]["matrix"]
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    promised = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', project)
    assert matrix["python"] == promised
    assert {name.split("-")[0] for name in matrix["os"]} == {"windows", "macos", "ubuntu"}
