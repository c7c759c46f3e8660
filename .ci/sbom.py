"""Puts a bill of materials into the wheel: every package that it runs with, with version and hashes (CycloneDX).

A hook of hatchling. It says what stands in `requirements.txt` beside it, and nothing that differs from build to build.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PINS = Path(".ci", "requirements.txt")
HASH = re.compile(r"\s--hash=sha256:([0-9a-f]{64})")


class SbomHook(BuildHookInterface[Any]):
    """Writes the bill before a wheel is built, and takes it away afterwards."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Have the builder put the bill where PEP 770 says."""
        self.folder = tempfile.TemporaryDirectory()
        file = Path(self.folder.name, f"{self.metadata.core.name}.cdx.json")
        pins = Path(self.root, PINS).read_text(encoding="utf-8")
        bill = bill_of_materials(
            self.metadata.core.name, self.metadata.version, pins, self.metadata.core.dependencies
        )
        file.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8", newline="\n")
        build_data["sbom_files"].append(str(file))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Clean up."""
        self.folder.cleanup()


def bill_of_materials(name: str, version: str, pins: str, needs: list[str]) -> dict[str, Any]:
    """Give the bill of a package with these pins, of which it needs some itself."""
    root = f"pkg:pypi/{name}@{version}"
    components = [component(pin) for pin in pins.replace("\\\n", " ").splitlines() if "==" in pin]
    direct = {canonicalize_name(Requirement(need).name) for need in needs}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": name,
                "version": version,
                "purl": root,
            }
        },
        "components": components,
        "dependencies": [
            {
                "ref": root,
                "dependsOn": [each["bom-ref"] for each in components if each["name"] in direct],
            }
        ],
    }


def component(pin: str) -> dict[str, Any]:
    """Give a package as one of its parts; the hashes are those of every file in which it is distributed."""
    requirement = Requirement(HASH.sub("", pin))
    name, version = (
        canonicalize_name(requirement.name),
        str(requirement.specifier).removeprefix("=="),
    )
    purl = f"pkg:pypi/{name}@{version}"
    hashes = [{"alg": "SHA-256", "content": digest} for digest in HASH.findall(pin)]
    only = [{"name": "environment", "value": str(requirement.marker)}] if requirement.marker else []
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "externalReferences": [{"type": "distribution", "url": purl, "hashes": hashes}],
        **({"properties": only} if only else {}),
    }
