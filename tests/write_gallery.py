"""Writes docs/gallery.md: small sources of others, what is made of each, and what is left out."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hrge_xl import import_spec
from tests.small_sources import SOURCES

HEAD = """# What becomes of forms from elsewhere

Each of these small files was imported by the tests with `hrge-xl spec import`; what came out was issued, filled in
and read back. This page is made from the program: `python -m tests.write_docs`.
"""
ABOUT = {
    "visit.xlsx": "An XLSForm: two languages, groups, a cascade, a repeat within a repeat",
    "datapackage.json": "A data package with one table",
    "in use.xlsx": "A workbook in use: a form above a table, another table below it",
}
SHOWN = 14  # lines of a sheet


def gallery_page() -> str:
    """The page as Markdown."""
    return "\n".join([HEAD, *(_entry(name, about) for name, about in ABOUT.items())])


def _entry(name: str, about: str) -> str:
    with TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(SOURCES[name]())
        made = import_spec(Path(folder) / name, Path(folder) / "spec")
        account = (Path(folder) / "spec" / "imported.csv").read_text(encoding="utf-8")
        sheet = (Path(folder) / "spec" / "tools" / f"{made.spec.tools[0].code}.yaml").read_text(
            encoding="utf-8"
        )
    lines = [*csv.DictReader(io.StringIO(account))]
    whys = Counter(
        (line["kind"], line["source"], line["how"]) for line in lines if line["outcome"] == "left out"
    )
    counts = "\n".join(
        f"| {kind} | {kept} | {changed} | {left_out} |" for kind, kept, changed, left_out in made.sums
    )
    left = "\n".join(f"* {kind} `{source or '…'}`: {how}" for kind, source, how in whys)
    excerpt = "\n".join(sheet.splitlines()[:SHOWN])
    return f"""## {about}

```text
hrge-xl spec import "{name}" -o spec
```

| part | kept | changed | left out |
|---|---|---|---|
{counts}

The beginning of its first sheet:

```text
{excerpt}
```

Left out, as `imported.csv` says it:

{left}
"""
