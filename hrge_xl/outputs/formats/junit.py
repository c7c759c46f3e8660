"""The validation report as JUnit XML, for build servers: a suite a file, a case a finding."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from ..document import Document, FileRow, FindingRow, is_waived, place_of, visible

SUFFIX = "xml"


def render(document: Document) -> str:
    """Return the report as JUnit XML text; the same document gives the same text.

    An error is a failure, unless it is waived or its file is settled: then it is skipped, with who accepted it, or what
    counts in place of the file. JUnit has no warnings: a warning or info is a case that passed, with its severity as
    a property. A check that did not run is skipped, with the reason.
    """
    run = document["run"]
    root = ET.Element("testsuites", _attributes(name="hrge_xl", errors=0))
    suites = [_suite(file, run["started"]) for file in document["files"]]
    for count in ("tests", "failures", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.extend(suites)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(file: FileRow, started: str) -> ET.Element:
    reported_codes = {finding["code"] for finding in file["findings"]}
    skipped = file["checks"]["not_run"]
    quiet = [code for code in file["checks"]["run"] if code not in reported_codes]
    outcomes = [_outcome(finding, file) for finding in file["findings"]]
    suite = ET.Element(
        "testsuite",
        _attributes(
            name=file["path"],
            tests=len(file["findings"]) + len(quiet) + len(skipped),
            failures=outcomes.count("failure"),
            errors=0,
            skipped=len(skipped) + outcomes.count("skipped"),
            timestamp=started.removesuffix("Z"),
            time=0,
        ),
    )
    identity = file["identity"]
    _properties(
        suite,
        verdict=file["verdict"],
        status=file["status"],
        reason=file["reason"],
        team=identity["team"] if identity else None,
        signature=identity["signature"] if identity else None,
        sha256=file["sha256"],
    )
    suite.extend(_case(file, finding) for finding in file["findings"])
    suite.extend(_testcase(file, code) for code in quiet)
    for skip in skipped:
        case = _testcase(file, skip["code"])
        ET.SubElement(case, "skipped", _attributes(message=skip["why"]))
        suite.append(case)
    return suite


def _case(file: FileRow, finding: FindingRow) -> ET.Element:
    place = place_of(finding)
    case = _testcase(file, " ".join(filter(None, (finding["code"], finding["name"], place))))
    row = finding["waiver"]
    waiver = (
        f"Waiver {row['number']}, {row['state']}: {row['reason']} ({row['by']}, {row['day']})"
        if row
        else ""
    )
    _properties(case, severity=finding["severity"], code=finding["code"], waiver=waiver or None)
    outcome = _outcome(finding, file)
    if outcome == "failure":
        output = ET.SubElement(
            case, "failure", _attributes(type=finding["code"], message=finding["message"])
        )
    elif outcome == "skipped":
        why = waiver if is_waived(finding) else f"{file['status']}: {file['reason']}"
        ET.SubElement(case, "skipped", _attributes(message=why))
    if outcome != "failure":
        output = ET.SubElement(case, "system-out")
    lines = (
        ("", finding["message"]),
        ("Place: ", place),
        ("Question: ", finding["label"]),
        ("Value: ", finding["value"]),
        ("What to do: ", finding["remedy"]),
        ("", waiver),
        ("Did you mean: ", finding["suggestion"]),
    )
    output.text = visible("\n".join(word + text for word, text in lines if text))
    return case


def _testcase(file: FileRow, name: str) -> ET.Element:
    return ET.Element("testcase", _attributes(classname=file["path"], name=name, time=0))


def _outcome(finding: FindingRow, file: FileRow) -> str:
    """Return what becomes of a finding as a test: failure, skipped (an error that is waived or settled) or passed."""
    if finding["severity"] != "error":
        return "passed"
    return "skipped" if file["settled"] or is_waived(finding) else "failure"


def _properties(parent: ET.Element, **values: str | None) -> None:
    holder = ET.SubElement(parent, "properties")
    for name, value in values.items():
        if value is not None:
            ET.SubElement(holder, "property", _attributes(name=name, value=value))


def _attributes(**values: str | int) -> dict[str, str]:
    return {name: visible(str(value)) for name, value in values.items()}
