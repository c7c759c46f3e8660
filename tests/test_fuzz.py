"""Mutated returns: whatever the bytes, a submission or a refusal comes out, and no exception.

`python -m tests.test_fuzz 200000 7` runs longer: so many mutations, from that seed. `… 20000 7 others` does the
same to .xls, .xlsb and .ods, each of them in a process that can be killed.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hrge_xl import ExpectedReturn, Reader, Result, read
from hrge_xl.exchange.validation import checked
from tests.damage import RETURNS, TODAY, filled, openpyxl_saved
from tests.face import ProgramFault
from tests.intake_files import members, pack
from tests.read_and_check import read_many

FIXTURES = Path(__file__).parent / "fixtures" / "intake"
RUNS, MUTATIONS, SEED = 4, 1_300, 20_260_301  # several runs, so that processes can share them
OTHERS = 150  # mutations of other formats
AT_ONCE = 100
LONGEST_SECONDS = 20.0  # for one file; a child that reads returns is ended after longer
RARELY = 200  # how seldom one of the big files is chosen
TOKENS = (
    b"",
    b"-1",
    b"0",
    b"NaN",
    b"inf",
    b"1e999",
    b"99999999999999999999",
    b"A0",
    b"XFD1048576",
    b"XFE1",
    b"A1:XFD1048576",
    b"s",
    b"b",
    b"e",
    b"str",
    b"inlineStr",
    b"d",
    b"n",
    b"true",
    b"rId1",
    b"rId99",
    b"../..",
    b"/",
    b"http://example.org",
    b"External",
    b"shared",
    b"array",
    b"&#0;",
    b"&#x1F;",
    b"&lt;",
    b"&unknown;",
    b"<",
    b">",
    b"]]>",
    b"<![CDATA[x]]>",
    b"<!--x-->",
    b"<?x y?>",
    b"<!DOCTYPE x>",
    b"_x0000_",
    b"_xD800_",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xe2\x80\x8b",
    b"\x00",
    b"<c/>",
    b"<row/>",
    b'<row r="1"/>',
    b'<c r="A1" t="s"><v>1</v></c>',
    b"<f/>",
    b"<is/>",
    b"<v/>",
    b"<t/>",
    b"x" * 40_000,
    "١٤٠٥".encode(),
    b"2026-02-30",
    b"9999-99-99",
    b"1,234",
    b"Solar",
    b"Risks",
    b"PLN_01",
    b"K-01",
    b"hrge_spec",
)
PLACES = re.compile(rb'"[^"<>]*"|>[^<>]*<|</?[\w:]+')
ELEMENTS = re.compile(
    rb"<(c|row|sheet|definedName|dataValidation|si|property|Relationship|xf|v|f)\b[^>]*?(?:/>|>.*?</\1>)",
    re.DOTALL,
)


@dataclass
class Return:
    """A return to mutate: its bytes, and its parts unpacked."""

    data: bytes
    suffix: str = "xlsx"
    parts: dict[str, bytes] = field(init=False)
    told: list[str] = field(init=False)  # the parts that say something

    def __post_init__(self) -> None:
        self.parts = {} if self.suffix == "xls" else members(self.data)
        endings = (".xml", ".rels", ".bin")
        self.told = [name for name in self.parts if name.endswith(endings) and "theme" not in name]


def flip(data: bytes, chance: random.Random) -> bytes:
    """Some bytes replaced."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(data: bytes, chance: random.Random) -> bytes:
    """A stretch taken out, or doubled, or the end missing."""
    start, length = chance.randrange(len(data)), chance.choice((1, 7, 300, len(data)))
    piece = data[start : start + length]
    return data[:start] + chance.choice((b"", piece * 2)) + data[start + length :]


def retoken(data: bytes, chance: random.Random) -> bytes:
    """An attribute, a text or a tag replaced by something that belongs elsewhere."""
    found = list(PLACES.finditer(data))
    for place in sorted(
        chance.sample(found, min(len(found), chance.choice((1, 1, 2, 30)))),
        key=lambda m: -m.start(),
    ):
        text, new = place[0], chance.choice(TOKENS)
        if text[:1] in b'">' and len(text) > 1:
            new = text[:1] + new + text[-1:]
        data = data[: place.start()] + new + data[place.end() :]
    return data


def revalue(data: bytes, chance: random.Random) -> bytes:
    """An attribute or a text replaced by another one of the same part: well-formed, and wrong."""
    found = [place for place in PLACES.finditer(data) if place[0][:1] in b'">']
    for place in sorted(
        chance.sample(found, min(len(found), chance.choice((1, 3, 10)))), key=lambda m: -m.start()
    ):
        other = chance.choice(found)[0][1:-1]
        data = data[: place.start() + 1] + other + data[place.end() - 1 :]
    return data


def restructure(data: bytes, chance: random.Random) -> bytes:
    """Elements taken out, doubled or moved."""
    found = list(ELEMENTS.finditer(data))
    if not found:
        return retoken(data, chance)
    one, other = chance.choice(found), chance.choice(found)
    act = chance.randrange(3)
    if act == 0:
        return data[: one.start()] + data[one.end() :]
    if act == 1:
        return data[: one.end()] + one[0] * chance.choice((1, 1, 50)) + data[one.end() :]
    return data[: one.start()] + other[0] + data[one.end() :]


Change = Callable[[bytes, random.Random], bytes]
IN_XML: tuple[Change, ...] = (flip, cut, retoken, revalue, revalue, restructure)


def mutate(source: Return, chance: random.Random) -> bytes:
    """A return with something wrong: in the bytes of the file, or inside one or two of its parts."""
    if not source.told or chance.random() < 0.2:
        return chance.choice((flip, cut))(source.data, chance)
    parts = dict(source.parts)
    for _ in range(chance.choice((1, 1, 1, 2))):
        name = chance.choice(source.told)
        act = chance.randrange(40)
        if act == 0:
            parts.pop(name, None)
        elif act == 1:
            parts[name] = source.parts[chance.choice(source.told)]
        elif parts.get(name):
            how = (flip, cut) if name.endswith(".bin") else IN_XML
            parts[name] = chance.choice(how)(parts[name], chance)
    return pack(parts, zipfile.ZIP_STORED)


@dataclass
class Tally:
    """What became of all mutations."""

    codes: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[int, str]] = field(
        default_factory=list
    )  # number of the mutation, traceback
    slowest: tuple[float, int] = (0.0, -1)


def mutation(sources: list[Return], seed: int, number: int) -> bytes:
    """One mutation; the same numbers give the same bytes."""
    chance = random.Random(f"{seed} {number}")
    source = chance.choice(sources[SMALL:] if chance.randrange(RARELY) == 0 else sources[:SMALL])
    return mutate(source, chance)


SMALL = 3


def sources() -> list[Return]:
    """The small return first, as it was issued and saved by two other programs, then the big ones."""
    resaved = (FIXTURES / "resaved.xlsx").read_bytes()
    small = [filled(), openpyxl_saved(lambda book: None)(), resaved]
    return [
        Return(data)
        for data in (*small, *(path.read_bytes() for path in sorted(RETURNS.glob("*.xlsx"))))
    ]


def others() -> list[Return]:
    """The same return in other formats."""
    return [
        Return((FIXTURES / f"returned.{each}").read_bytes(), each)
        for each in ("xls", "xlsb", "ods")
    ]


def fuzz(count: int, seed: int, folder: Path) -> Tally:
    """Read and check so many mutations, each as a file that arrived, in this process."""
    tally, path, known = Tally(), folder / "return.xlsx", sources()
    for number in range(count):
        path.write_bytes(mutation(known, seed, number))
        started = time.perf_counter()
        try:
            result = checked(read(path, ExpectedReturn()), None, TODAY)
        except Exception:  # noqa: BLE001 - any exception is what is looked for
            tally.failures.append((number, traceback.format_exc()))
            continue
        tally.slowest = max(tally.slowest, (time.perf_counter() - started, number))
        if isinstance(result, ProgramFault):
            tally.failures.append((number, "\n".join((*result.frames, result.type))))
        elif isinstance(result, Result):
            tally.codes[outcome(result)] += 1
    return tally


def fuzz_others(count: int, seed: int, folder: Path) -> Tally:
    """The same for other formats, whose reader may take a process down with it: only F063 is a failure."""
    tally, known = Tally(), others()
    with Reader() as pool:
        for start in range(0, count, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, count))
            paths = []
            for number in numbers:
                chance = random.Random(f"{seed} {number}")
                source = known[number % len(known)]
                paths.append(folder / f"{number - start}.{source.suffix}")
                paths[-1].write_bytes(mutate(source, chance))
            results = list(zip(numbers, read_many(paths, ExpectedReturn(), by=pool), strict=True))
            codes = [outcome(result) for _, result in results]
            tally.codes.update(codes)
            tally.failures += [
                (number, code)
                for number, code in zip(numbers, codes, strict=True)
                if code in ("F063", "F064")
            ]
    return tally


def outcome(result: Result) -> str:
    """The code that a file was refused with, or that it was read."""
    return result.findings[0].code if result.submission is None else "read"


@pytest.mark.deep
def test_no_mutation_of_another_format_raises(tmp_path: Path) -> None:
    tally = fuzz_others(OTHERS, SEED, tmp_path)
    assert tally.failures == []
    assert tally.codes.total() == OTHERS
    assert tally.codes["read"] > OTHERS // 10


@pytest.mark.deep
@pytest.mark.parametrize("run", range(RUNS))
def test_no_mutation_raises(run: int, tmp_path: Path) -> None:
    tally = fuzz(MUTATIONS, SEED + run, tmp_path)
    assert tally.failures == []
    assert tally.codes.total() == MUTATIONS
    assert tally.slowest[0] < LONGEST_SECONDS
    assert (
        tally.codes["read"] > MUTATIONS // 10
    )  # mutations that nothing survives would show little
    assert len(tally.codes) > 5


def main() -> None:
    """A longer run by hand."""
    count, seed = (int(text) for text in (*sys.argv[1:3], "20000", "1")[:2])
    run = fuzz_others if "others" in sys.argv else fuzz
    with tempfile.TemporaryDirectory() as folder:
        tally = run(count, seed, Path(folder))
    kinds = Counter(text.strip().splitlines()[-1] for _, text in tally.failures)
    for number, text in tally.failures[:5]:
        sys.stdout.write(f"mutation {number}\n{text}\n")
    told = (
        tally.codes.most_common(),
        f"slowest {tally.slowest}",
        f"failures {kinds.most_common()}",
    )
    sys.stdout.write("\n".join(map(str, told)) + "\n")


if __name__ == "__main__":
    main()
