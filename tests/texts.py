"""Every text that the engine translates, and the catalogues in their canonical form.

    python -m tests.texts       writes hrge_xl/languages/*.po again: source order, places, no stale entries

A text that is new stands there without a translation, and `tests/test_words.py` fails until it has one.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from hrge_xl.findings import CATALOGUE
from hrge_xl.words import CATALOGUES

PACKAGE = CATALOGUES.parent
HEADER = """# hrge_xl: the engine's own texts in one language.
# msgid is the English text as it stands in the code; what stands in {{braces}} is filled in and stays as it is.
# `python -m tests.texts` puts new texts in and takes old ones out.
msgid ""
msgstr ""
"Project-Id-Version: hrge_xl\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""


@dataclass
class Use:
    """Where a text is used: files of the package, and in words for the translator."""

    files: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, file: str, note: str) -> None:
        """One more use."""
        for known, new in ((self.files, file), (self.notes, note)):
            if new not in known:
                known.append(new)


@cache
def texts() -> dict[str, Use]:
    """Every translatable text in source order: findings by family, then what the code says."""
    found: dict[str, Use] = {}
    for text, file, note in (*_findings(), *_said()):
        found.setdefault(text, Use()).add(file, note)
    return found


def _findings() -> Iterator[tuple[str, str, str]]:
    files = {each: each.read_text(encoding="utf-8") for each in sorted((PACKAGE / "findings").glob("*.py"))}
    for kind in CATALOGUE.values():
        name = next(each.name for each, code in files.items() if f'code="{kind.code}"' in code)
        module = f"hrge_xl/findings/{name}"
        yield kind.message, module, f"{kind.code} {kind.name}"
        if kind.message_of_value:
            yield kind.message_of_value, module, f"{kind.code} {kind.name}"
        yield kind.remedy, module, f"{kind.code} what to do"


def _said() -> Iterator[tuple[str, str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.name == "html.py":  # the report page has words of its own
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = _named(tree)
        for node in ast.walk(tree):
            for text in _texts_in(node, named):
                yield text, f"hrge_xl/{path.relative_to(PACKAGE).as_posix()}", ""


def _named(tree: ast.AST) -> dict[str, ast.expr]:
    """What names stand for: the right sides of plain assignments."""
    return {
        node.targets[0].id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def _texts_in(node: ast.AST, named: dict[str, ast.expr]) -> Iterator[str]:
    """Texts of `say("…")` and `translator(…)("…")`, of either branch of `say("…" if … else "…")`,
    and of `say(each) for each in ("…", …)`; `text.say("fr")` is another thing.
    """
    if isinstance(node, ast.Call) and _is_say(node.func) and len(node.args) == 1:
        argument = node.args[0]
        options = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
        yield from _constants(options)
    if isinstance(node, ast.ListComp | ast.GeneratorExp) and _says(node.elt, node.generators[0].target):
        source = node.generators[0].iter
        source = named.get(source.id, source) if isinstance(source, ast.Name) else source
        yield from _constants(source.elts if isinstance(source, ast.Tuple | ast.List) else [])


def _constants(nodes: Iterable[ast.expr]) -> Iterator[str]:
    return (each.value for each in nodes if isinstance(each, ast.Constant) and isinstance(each.value, str))


def _says(tree: ast.expr, target: ast.expr) -> bool:
    """Whether `say(target)` stands anywhere in an expression."""
    return any(
        isinstance(call, ast.Call)
        and _is_say(call.func)
        and len(call.args) == 1
        and isinstance(call.args[0], ast.Name)
        and isinstance(target, ast.Name)
        and call.args[0].id == target.id
        for call in ast.walk(tree)
    )


def _is_say(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id == "say"
    if isinstance(function, ast.Attribute):
        return function.attr == "say" and isinstance(function.value, ast.Name) and function.value.id == "self"
    return (
        isinstance(function, ast.Call)
        and isinstance(function.func, ast.Name)
        and function.func.id == "translator"
    )


def catalogue(path: Path) -> dict[str, str]:
    """English text to translation, fuzzy ones left out."""
    with path.open("rb") as stream:
        entries = read_po(stream)
    return {str(each.id): str(each.string) for each in entries if each.id and not each.fuzzy}


def canonical(path: Path) -> str:
    """A catalogue as it should stand: every text in source order, with the places where it is used."""
    known, result = catalogue(path), Catalog()
    for text, use in texts().items():
        notes = [note for note in use.notes if note]
        locations = [(file, 1) for file in use.files]
        result.add(text, known.get(text, ""), locations=locations, auto_comments=notes)
    stream = io.BytesIO()
    write_po(stream, result, width=110, omit_header=True, include_lineno=False)
    lines = stream.getvalue().decode("utf-8")
    return HEADER.format(language=path.stem) + "\n" + lines.strip("\n") + "\n"


def main() -> None:
    """Write every catalogue again."""
    for path in sorted(CATALOGUES.glob("*.po")):
        path.write_text(canonical(path), encoding="utf-8")


if __name__ == "__main__":
    main()
