"""The validation report as JUnit XML, for build servers: a suite a file, a case a finding."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from .document import Document, FileRow, FindingRow
from .json_text import visible


def render(document: Document) -> str:
    """Give the report as JUnit XML text; the same document gives the same text.

    An error is a failure. JUnit has no warnings: a warning or info is a case that passed, with its
    severity as a property. A check that did not run is skipped, with the reason.
    """
    run, summary = document["run"], document["summary"]
    root = ET.Element("testsuites", _attributes(name="hrge_xl", failures=summary["error"], errors=0))
    suites = [_suite(file, run["started"]) for file in document["files"]]
    root.set("tests", str(sum(int(suite.get("tests", "0")) for suite in suites)))
    root.set("skipped", str(sum(int(suite.get("skipped", "0")) for suite in suites)))
    root.extend(suites)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(file: FileRow, started: str) -> ET.Element:
    found = {finding["code"] for finding in file["findings"]}
    skipped = file["checks"]["not_run"]
    quiet = [code for code in file["checks"]["run"] if code not in found]
    suite = ET.Element(
        "testsuite",
        _attributes(
            name=file["path"],
            tests=len(file["findings"]) + len(quiet) + len(skipped),
            failures=file["counts"]["error"],
            errors=0,
            skipped=len(skipped),
            timestamp=started.removesuffix("Z"),
            time=0,
        ),
    )
    identity = file["identity"]
    _properties(
        suite,
        verdict=file["verdict"],
        team=identity["team"] if identity else None,
        signature=identity["signature"] if identity else None,
        sha256=file["sha256"],
    )
    for finding in file["findings"]:
        suite.append(_case(file["path"], finding))
    for code in quiet:
        ET.SubElement(suite, "testcase", _attributes(classname=file["path"], name=code, time=0))
    for skip in skipped:
        case = ET.SubElement(
            suite, "testcase", _attributes(classname=file["path"], name=skip["code"], time=0)
        )
        ET.SubElement(case, "skipped", _attributes(message=skip["why"]))
    return suite


def _case(path: str, finding: FindingRow) -> ET.Element:
    place = "!".join(part for part in (finding["sheet"], finding["cell"]) if part)
    name = " ".join(part for part in (finding["code"], finding["name"], place) if part)
    case = ET.Element("testcase", _attributes(classname=path, name=name, time=0))
    _properties(case, severity=finding["severity"], code=finding["code"])
    if finding["severity"] == "error":
        told = ET.SubElement(case, "failure", _attributes(type=finding["code"], message=finding["message"]))
    else:
        told = ET.SubElement(case, "system-out")
    lines = (
        ("", finding["message"]),
        ("Place: ", place),
        ("Question: ", finding["label"]),
        ("Value: ", finding["value"]),
        ("What to do: ", finding["remedy"]),
        ("Did you mean: ", finding["suggestion"]),
    )
    told.text = visible("\n".join(word + text for word, text in lines if text))
    return case


def _properties(parent: ET.Element, **values: str | None) -> None:
    holder = ET.SubElement(parent, "properties")
    for name, value in values.items():
        if value is not None:
            ET.SubElement(holder, "property", _attributes(name=name, value=value))


def _attributes(**values: str | int) -> dict[str, str]:
    return {name: visible(str(value)) for name, value in values.items()}
