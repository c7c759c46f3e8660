"""What people get wrong in the files of a spec, in words: the reason, and what to write, by `common_mistakes.yaml`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources

import msgspec
import yaml

from ..core.errors import Mistake
from ..core.spec_parts import Words
from ..core.words import is_language

HERE = "\0"  # the place that is looked at, ¦ in the table: no text of YAML holds it
AROUND = 4_000  # characters on either side of it that are looked at: most patterns go over them many times
LEAD = re.compile(r"[ \t]*(?:- *)*")  # the spaces and dashes that a line begins with


class CommonMistake(msgspec.Struct, frozen=True):
    """An entry of the table, in which it is said what each part of it means."""

    reason: str
    remedy: str
    says: str = ""
    at: str = "mark"
    fits: str = ""
    of_line: bool = False


@cache
def common_mistakes() -> dict[str, list[CommonMistake]]:
    """Give the table, by what is read: `yaml`, the `shape` of the model, an `expression`."""
    data = resources.files(__package__).joinpath("common_mistakes.yaml").read_bytes()
    return msgspec.yaml.decode(data, type=dict[str, list[CommonMistake]])


def common_mistake_in(
    kind: str, says: str, texts: Mapping[str, str], options: Collection[str] = (), /, **facts: str
) -> tuple[CommonMistake, re.Match[str], Words] | None:
    """Give the first entry of a kind that fits one of some texts, which go by what `at` calls them, with its words."""

    def is_known(name: str) -> bool:
        return name in options or (name.islower() and is_language(name))

    for entry in common_mistakes()[kind]:
        found = re.search(entry.fits.replace("¦", HERE), texts.get(entry.at, ""), re.MULTILINE)
        if found is None or entry.at not in texts or not re.search(entry.says, says):
            continue
        pieces = {name: str(piece).replace(HERE, "").strip() for name, piece in found.groupdict().items()}
        if is_known(pieces.get("known", "en")) and not is_known(pieces.get("strange", "")):
            facts |= pieces | {"character": str(found.start() + 1)}
            facts |= {f"{name}_quoted": _in_quotes(text) for name, text in facts.items()}
            return entry, found, (entry.reason.format(**facts), entry.remedy.format(**facts))
    return None


def explained(error: yaml.YAMLError, text: str, file: str, options: Collection[str]) -> tuple[Mistake, bool]:
    """Say what is wrong with the text of a file that YAML does not take, and whether it says nothing of other lines.

    `options` are the names that a spec knows.
    """
    if isinstance(error, yaml.reader.ReaderError):
        says, code = "character", f"U+{error.character:04X}"
        places = {"mark": text.index(chr(error.character))}
    else:
        assert isinstance(error, yaml.MarkedYAMLError)  # the C loader raises no other
        assert error.problem_mark is not None
        says, code = f"{error.context}: {error.problem}", ""
        start = (error.context_mark or error.problem_mark).index
        places = {"mark": error.problem_mark.index, "start": start}
        opened, rest = max(text.rfind(sign, 0, start + 1) for sign in "{["), text[places["mark"] :]
        if opened >= 0 and (_is_outside(text, places["mark"], opened) or not rest.strip()):
            places["opened"] = opened
    texts = {
        name: text[max(at - AROUND, 0) : at] + HERE + text[at : at + AROUND] for name, at in places.items()
    }
    tabs = len(re.findall(r"\n *\t", text[places["mark"] :]))
    more = f" ({tabs} more below)" if tabs else ""
    found = common_mistake_in("yaml", says, texts, options, more=more, code=code)
    assert found is not None  # the last one fits everything
    entry, match, words = found
    at = places[entry.at]
    if "at" in match.groupdict():
        here = max(at - AROUND, 0) + match.start("at")
        at = here - (here > at)
    lines = f"{text[:at]}|".splitlines()
    return Mistake(file, len(lines), len(lines[-1]), *words), entry.of_line


def _is_outside(text: str, at: int, opened: int) -> bool:
    """Say whether a place is in a line that cannot be within a bracket, by how far it is indented."""
    begins = [text.rfind("\n", 0, place) + 1 for place in (opened, at)]
    first, second = (next(LEAD.finditer(text, begin)).end() - begin for begin in begins)
    return begins[0] < begins[1] and second <= first


def _in_quotes(text: str) -> str:
    """Give a text as it stands in quotation marks, those left out that stood around it."""
    bare = text.strip()
    mark = bare[:1]
    if mark and mark in "\"'":
        bare = bare.strip(mark) if bare.endswith(mark) else bare.replace(mark, "")
    bare = bare.strip("“”„")
    if '"' not in bare and "\\" not in bare:
        return f'"{bare}"'
    return "'" + bare.replace("'", "''") + "'"
