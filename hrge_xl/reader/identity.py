"""Whose workbook it is: reads both copies of the stamp and says whether the file can be read as a return."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import PurePath
from typing import NamedTuple

from ..answers.submission import (
    FIELDS,
    INVALID,
    PROGRAM,
    PROPERTY_PREFIX,
    SHEET_FIELDS,
    UNCHECKED,
    UNSIGNED,
    VALID,
    Identity,
    Period,
    from_pairs,
    verify,
)
from ..core import message_templates
from ..core.dates import RANGE, parse_day
from ..core.message_templates import MessageTemplate, joined
from ..core.numerals import shown
from ..core.paths import check_several
from ..core.versions import version_of
from ..core.words import fold
from ..findings import Finding, Kind
from ..findings.identity import (
    ANOTHER_ROUND,
    ANOTHER_SPEC,
    FILE_NAME_NAMES_ANOTHER,
    NEWER_VERSION,
    NO_STAMP,
    OLDER_VERSION,
    SAMPLE_RETURNED,
    SIGNATURE_INVALID,
    STAMP_DAMAGED,
    UNKNOWN_LANGUAGE,
    UNKNOWN_TEAM,
)
from ..spec.load import load, names
from ..spec.model import Spec
from ..spec.supplements import IDENTITY_KEY, IDENTITY_SHEET, SAMPLE_KEY
from .limits import LIMITS
from .ooxml_parts import Parts
from .raw import CellKind, RawSheet, RawWorkbook, Unreadable, whole_number
from .zip_package import ZipPackage

SHEET_ROWS = 200  # of the hidden sheet that are looked at
MOST_ROWS = 500  # of a register, as in the spec language
BELIEVED_ROWS = 100  # without our signature; more of them the file must show
MOST_SHOWN = 60  # characters of a field that is wrong
DAYS = ("issued", "deadline", "today")  # the fields that hold a day
MARK_OF_SAMPLE = (2, 1)  # row and column of the hidden mark, below the key of a sheet
PENDING = "pending"  # whoever has the key will say


class Elsewhere(NamedTuple):
    """In the place of a key: signatures are checked elsewhere, where this stamp was found to be signed, if any was."""

    believed: Identity | None = None


Key = bytes | Elsewhere | None


@dataclass(frozen=True, slots=True)
class ExpectedReturn:
    """What a returned file should be: of this spec, round and team, signed under this key. None: any."""

    spec: str | None = None  # name or folder
    round: str | None = None
    teams: tuple[str, ...] | None = None
    key: Key = None
    period: Period = (None, None)  # of the round
    formerly: tuple[
        tuple[str, str], ...
    ] = ()  # codes that teams had before, each with the one of today
    issued: str = ""  # the folder of what was issued

    def __post_init__(self) -> None:
        check_several("teams", self.teams)

    def team_now(self, code: str) -> str:
        """Return the team that a code means today."""
        return dict(self.formerly).get(code, code)


@dataclass(slots=True)
class Stamp:
    """What the stamp says, and what is wrong with it. No `identity`: it was not issued from here.

    `copies` are both copies as they stand in the file, the one that counts first.
    """

    identity: Identity | None = None
    signature: str = UNSIGNED
    copies: tuple[Identity, ...] = ()
    observations: list[Finding] = field(default_factory=list)


def read_stamp(workbook: RawWorkbook, file: str, key: Key = None) -> Stamp:
    """Return the stamp of a workbook. Where its two copies disagree, the one with our signature counts."""
    names = {PROPERTY_PREFIX + name: name for name in FIELDS}
    in_properties = {
        names[key]: value for key, value in workbook.properties.items() if key in names
    }
    sheet = workbook.own_sheet(IDENTITY_KEY, IDENTITY_SHEET)
    rows = sorted(row for row in sheet.cells if 1 < row <= SHEET_ROWS) if sheet else ()
    pairs = {_text(sheet, row, 1): _text(sheet, row, 2) for row in rows if sheet}
    on_sheet = {name: value for name, value in pairs.items() if name in SHEET_FIELDS}
    program = in_properties.pop(PROGRAM, "")
    copies = [copy for copy in map(from_pairs, (on_sheet, in_properties)) if copy is not None]
    if not copies:
        return Stamp(observations=[_about(NO_STAMP, file)])
    copies = [replace(copy, program=program) for copy in copies]
    copies.sort(key=lambda copy: _signature(copy, key) != VALID)
    stamp = Stamp(copies[0], _signature(copies[0], key), tuple(copies))
    differing = _damage(on_sheet, in_properties, workbook.cannot_tell)
    for damage in (differing, _drop_impossible_days(stamp), _shorten(stamp, workbook)):
        if damage is not None:
            stamp.observations.append(_about(STAMP_DAMAGED, file, detail=damage))
    return stamp


def _text(sheet: RawSheet, row: int, column: int) -> str:
    cell = sheet.cell(row, column)
    if cell is None or cell.kind not in (CellKind.TEXT, CellKind.NUMBER):
        return ""
    return shown(cell.value)


def _signature(identity: Identity, key: Key) -> str:
    if isinstance(key, Elsewhere):
        return VALID if identity == key.believed else PENDING
    if key is not None:
        return verify(identity, key)
    return UNCHECKED if identity.signature else UNSIGNED


def _damage(
    on_sheet: Mapping[str, str], in_properties: Mapping[str, str], lost: Collection[str]
) -> MessageTemplate | None:
    """In which way the two copies differ; None when they agree."""
    if not in_properties and "properties" in lost:
        return None
    if not on_sheet:
        return message_templates.NO_STAMP_SHEET
    if not in_properties:
        return message_templates.NO_STAMP_PROPERTIES
    pairs = ((name, on_sheet.get(name, ""), in_properties.get(name, "")) for name in SHEET_FIELDS)
    format_difference = message_templates.COPIES_DIFFER.format
    differing = [
        format_difference(
            name=name, one=sheet_value[:MOST_SHOWN], other=property_value[:MOST_SHOWN]
        )
        for name, sheet_value, property_value in pairs
        if sheet_value != property_value
    ]
    return joined(differing[:3], "; ") if differing else None


def _drop_impossible_days(stamp: Stamp) -> MessageTemplate | None:
    """Take days that are none out of a stamp: they are as if it did not say them."""
    assert stamp.identity is not None
    stated_days = {name: getattr(stamp.identity, name) for name in DAYS}
    wrong = {name: day for name, day in stated_days.items() if day and parse_day(day) is None}
    stamp.identity = replace(stamp.identity, **dict.fromkeys(wrong, ""))
    format_mistake = message_templates.NO_DAY.format
    days = [
        format_mistake(name=name, day=day[:MOST_SHOWN], range=RANGE) for name, day in wrong.items()
    ]
    return joined(days, "; ") if days else None


def _shorten(stamp: Stamp, workbook: RawWorkbook) -> MessageTemplate | None:
    """Bring a claim of many register rows down to what the sheets hold: laying them out takes time and memory."""
    assert stamp.identity is not None
    claimed = register_rows(stamp.identity) or 0
    stored = max((len(sheet.cells) for sheet in workbook.sheets), default=0)
    if stamp.signature == VALID or claimed <= max(BELIEVED_ROWS, stored):
        return None
    stamp.identity = replace(stamp.identity, rows=str(max(BELIEVED_ROWS, stored)))
    return message_templates.TOO_MANY_ROWS.format(rows=claimed)


def _about(kind: Kind, file: str, **detail: str | MessageTemplate) -> Finding:
    return kind.at(value=str(detail.get("found") or ""), file=file, **detail)


def sample(workbook: RawWorkbook, stamp: Stamp, file: str) -> Finding | None:
    """Say whether a file is a sample, by its stamp; or by the marks on its sheets, whatever has become of the stamp."""
    if any(copy.sample for copy in stamp.copies):
        return _about(SAMPLE_RETURNED, file, detail=message_templates.STAMP_OF_SAMPLE)
    marked = [
        sheet.name for sheet in workbook.sheets if _text(sheet, *MARK_OF_SAMPLE) == SAMPLE_KEY
    ]
    if marked:
        return _about(
            SAMPLE_RETURNED, file, detail=message_templates.MARK_OF_SAMPLE.format(sheet=marked[0])
        )
    return None


# what the stamp means for reading


load_spec = lru_cache(maxsize=16)(load)


def spec_of(identity: Identity, source: str | None) -> Spec | None:
    """Return the spec of a stamp, if it is the wanted one. A stamp names a spec; it never leads to a folder."""
    if source is not None:
        spec = load_spec(source)
        return spec if spec.name == identity.spec else None
    return load_spec(identity.spec) if identity.spec in names() else None


def unreadable(identity: Identity, spec: Spec | str, file: str) -> Finding | None:
    """Say why a workbook cannot be read: too new, in a language that the spec does not have, or of another spec.

    Then `spec` is the name of the one expected, or those known here.
    """
    if isinstance(spec, str):
        return _about(ANOTHER_SPEC, file, found=identity.spec, expected=spec)
    if version_of(identity.spec_version) > version_of(spec.version):
        return _about(NEWER_VERSION, file, found=identity.spec_version, expected=spec.version)
    if identity.language not in spec.languages:
        return _about(
            UNKNOWN_LANGUAGE, file, found=identity.language, expected=", ".join(spec.languages)
        )
    return None


def is_older(identity: Identity, spec: Spec) -> bool:
    """Say whether a workbook was issued from an earlier version of the spec."""
    return version_of(identity.spec_version) < version_of(spec.version)


def disagreements(stamp: Stamp, spec: Spec, file: str, want: ExpectedReturn) -> Iterator[Finding]:
    """Report what is wrong with a stamp that can be read."""
    identity = stamp.identity
    if identity is None:
        return
    if is_older(identity, spec):
        yield _about(OLDER_VERSION, file, found=identity.spec_version, expected=spec.version)
    if want.key is not None and stamp.signature in (INVALID, UNSIGNED, PENDING):
        yield _about(SIGNATURE_INVALID, file)
    if want.round is not None and identity.round != want.round:
        yield _about(ANOTHER_ROUND, file, found=identity.round, expected=want.round)
    yield from doubts_about_team(identity.team, stamp.signature, file, want)


def doubts_about_team(
    stamped: str, signature: str, file: str, want: ExpectedReturn
) -> Iterator[Finding]:
    """Report a team that nobody expects, or another one in the name of the file; both may have had other codes."""
    if want.teams is None:
        return
    team = want.team_now(stamped)
    if team not in want.teams:
        yield _about(UNKNOWN_TEAM, file, found=stamped)
    elif signature not in (INVALID, UNSIGNED):  # else the stamp itself says nothing
        named = {*map(want.team_now, teams_named(file, [*want.teams, *dict(want.formerly)]))}
        if len(named) == 1 and team not in named:
            yield _about(FILE_NAME_NAMES_ANOTHER, file, found=named.pop(), expected=team)


def chosen_tools(identity: Identity, spec: Spec) -> list[str] | None:
    """Return the tools that were issued and that the spec still has; None for all."""
    named = [code.strip() for code in identity.tools.split(",") if code.strip()]
    return [code for code in named if code in spec.tool] if named else None


def register_rows(identity: Identity) -> int | None:
    """Return how many rows the registers were issued with, where it is not the spec's own number."""
    number = whole_number(identity.rows) or 0
    return number if 1 <= number <= MOST_ROWS else None


# Signatures are checked where the key is: in the parent. A process that reads files never has it. It reads a file by
# the first copy of its stamp, and hands both over. Where another copy turns out to be the signed one, or only a signed
# one may be believed, the file is read once more, with that copy named. What the process says of the signature itself
# is not asked.


def signed_copy(stamps: Sequence[Identity], key: bytes) -> Identity | None:
    """Return the copy of a stamp that is signed under this key; None where none is."""
    return next((stamp for stamp in stamps if verify(stamp, key) == VALID), None)


def is_read_by(signed: Identity, stamps: Sequence[Identity], read_by: Identity | None) -> bool:
    """Say whether a file was read by the signed copy of its stamp, and not by another one or less of it.

    `stamps` are its copies, the one that counted first; `read_by` is what was left of that, if the file could be read.
    """
    return signed == stamps[0] and (read_by is None or read_by.rows == signed.rows)


def settled(
    read_by: Identity, stamps: Sequence[Identity], signed: Identity | None, key: bytes
) -> tuple[str, Kind]:
    """Return what the signature of a file is, and the finding that was only noted in case it is otherwise.

    It is that of the signed copy where the file was read by nothing but what this says.
    """
    if signed is not None:
        signed_fields = asdict(signed)
        genuine = all(value in ("", signed_fields[name]) for name, value in asdict(read_by).items())
        signature = VALID if genuine else INVALID
    else:
        signature = verify(stamps[0], key) if stamps else UNSIGNED
    # Either is told, never both: of a forged stamp nothing is believed.
    return signature, SIGNATURE_INVALID if signature == VALID else FILE_NAME_NAMES_ANOTHER


PART = "docProps/custom.xml"
BRIEF = replace(LIMITS, elements=10_000)  # in this very process: a stamp has a few dozen


def stamp_alone(data: bytes) -> Identity | None:
    """Return the stamp of a workbook that was issued and has come through no other program since; None without one."""
    return from_pairs(own_properties(data))


def own_properties(data: bytes) -> dict[str, str]:
    """Return what a workbook that was issued says of itself in its properties: its stamp, and more."""
    try:
        properties = Parts(ZipPackage(data), BRIEF).custom_properties(PART)
    except Unreadable:
        return {}
    return {name.removeprefix(PROPERTY_PREFIX): value for name, value in properties.items()}


BETWEEN = re.compile(r"[\W_]+")
# characters of a code that says something: a name may hold any letter or number for other reasons
SHORTEST = 2


def teams_named(file: str, teams: Iterable[str]) -> set[str]:
    """Find the teams whose codes are whole words in the name of a file; `PAK 2` goes before the `PAK` within it."""
    words = _words(PurePath(file).stem)
    named_teams = set()
    for team in sorted(teams, key=lambda code: (-len(_words(code)), code)):
        code = _words(team)
        tells = len(code.strip()) >= SHORTEST and any(map(str.isalpha, code))
        if code in words and tells:
            named_teams.add(team)
            words = words.replace(code, "  ")
    return named_teams


def _words(text: str) -> str:
    """Return the words of a text, each between two spaces."""
    return f" {BETWEEN.sub(' ', fold(text)).strip()} "
