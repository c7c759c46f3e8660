"""Makes the files in use of this release: `make release-files`, once, before the release is given out.

Two rounds of a small spec and two of the Toolkit, one after the other and each thing on its day: issued, prefilled and
feedback workbooks in three languages, returns by hand and corrected, a decision, a waiver, seals, a round that was
closed. Beside the archive stands what was read from it (`tests.release_files`). Neither is ever made again.
`python -m tests.write_release_files NAME DAY` only reads an archive that is there and writes what was read.
"""

from __future__ import annotations

import json
import lzma
import shutil
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

from hrge_xl import Order, Spec, __version__, load, load_round
from tests.command_line import ran
from tests.face import Answers, Value, build, find, from_mapping, orders, saved_on, story
from tests.release_files import RELEASES, SUFFIX, read_round, unpack
from tests.rounds_in_time import KEY, filled_in, risk, spec_in_time, whole

TEAMS = {"Kabul": ("AFG", "en"), "Rabat": ("MAR", "fr"), "Cairo": ("EGY", "ar")}
BEFORE, ROUND = "2025-H2", "2026-H1"
ISSUED = {BEFORE: date(2025, 7, 1), ROUND: date(2026, 1, 10)}
RETURNED = {BEFORE: date(2025, 12, 1), ROUND: date(2026, 6, 1)}
DEADLINE = {BEFORE: date(2025, 12, 31), ROUND: date(2026, 7, 15)}
CLOSED, TODAY = date(2026, 1, 5), date(2026, 6, 20)
LANGUAGES = (
    "fr",
    "ar",
)  # beside English; the other languages of the Toolkit would be most of the archive
SHEETS = ("FORM", "T3.2", "T4.A", "T4.B", "T4.C")
WHO = ("--by", "Office", "--reason", "The team wrote: it is right.")
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Play:
    """Two rounds of one spec in a folder: what teams get, and what they answer in which round."""

    spec: Spec
    folder: Path
    choice: str  # of the list of teams: its profile and sheets
    missing: Key  # a required answer, which two teams leave out and one of them sends later
    answers: Mapping[str, Mapping[str, Answers]]  # by round and country

    def play(self) -> None:
        """Play a round to its end, and the next one up to a week in its middle."""
        with chdir(self.folder):
            self._begin(BEFORE)
            self._send(BEFORE, "Kabul", {})
            self._send(BEFORE, "Cairo", {})
            self._refresh(BEFORE, date(2025, 12, 10))
            self._run("round", "close", BEFORE, *WHO, "--yes", "--today", CLOSED)
            self._begin(ROUND, "--from", BEFORE)
            self._send(ROUND, "Kabul", {})
            self._send(ROUND, "Rabat", {self.missing: None})
            self._send(ROUND, "Cairo", {self.missing: None})
            self._refresh(ROUND, date(2026, 6, 10))
            self._correct("Rabat")
            self._refresh(ROUND, date(2026, 6, 15))
            self._judge()
        shutil.rmtree(self.folder / "spec")

    def _begin(self, name: str, *more: str) -> None:
        rows = ["team,country,language,deadline,profile,tools"]
        for team, (country, language) in TEAMS.items():
            rows.append(f"{team},{country},{language},{DEADLINE[name]},{self.choice}")
        Path("teams.csv").write_text("\n".join(rows), "utf-8")
        self._run(
            "round",
            "init",
            name,
            "--spec",
            "./spec",
            "--teams",
            "teams.csv",
            "--today",
            ISSUED[name],
        )
        Path("teams.csv").unlink()
        Path(name, "signing.key").write_bytes(KEY)
        self._run("generate", name, *more, "--today", ISSUED[name])

    def _send(self, round_: str, team: str, changes: Mapping[Key, Value | None]) -> None:
        """Let a team fill in what it was issued."""
        (issued,) = Path(round_, "issued").glob(f"{team}_*.xlsx")
        country = TEAMS[team][0]
        answers = {**self.answers[round_][country], **changes}
        data = self._filled(round_, team, issued, answers)
        Path(round_, "returned", issued.name).write_bytes(saved_on(data, RETURNED[round_]))

    def _correct(self, team: str) -> None:
        """Let a team put right what its feedback marks."""
        (feedback,) = Path(ROUND, "feedback").glob(f"{team}*.xlsx")
        value = self.answers[ROUND][TEAMS[team][0]][self.missing]
        data = self._filled(ROUND, team, feedback, {self.missing: value})
        Path(ROUND, "returned", f"{team}_2.xlsx").write_bytes(saved_on(data, date(2026, 6, 12)))

    def _filled(
        self, round_: str, team: str, workbook: Path, answers: Mapping[Key, Value | None]
    ) -> bytes:
        order = self._order(round_, team)
        data = workbook.read_bytes()
        language = TEAMS[team][1]
        return filled_in(data, self.spec, answers, language, order.tools, order.blank_rows)

    def _order(self, round_: str, team: str) -> Order:
        listed = orders(load_round(round_), ISSUED[round_])
        return next(order for order in listed if order.team == team)

    def _judge(self) -> None:
        """Decide, waive, report and seal."""
        today = ("--today", TODAY)
        (cairo,) = Path(ROUND, "returned").glob("Cairo*.xlsx")
        self._run("decide", ROUND, "Rabat_2.xlsx", "--withdraw", *WHO, *today)
        self._run("waive", "V001", "--file", cairo.name, "--ledger", ROUND, *WHO, *today)
        self._refresh(ROUND, TODAY)
        self._run("report", ROUND, "--format", "json", "-o", f"{ROUND}/reports", *today)
        self._run("sign", f"{ROUND}/reports/validation.json", "--by", "Office")

    def _refresh(self, round_: str, day: date) -> None:
        self._run("refresh", round_, "--jobs", 1, "--today", day)

    def _run(self, *words: object) -> None:
        ran(*words, code=(0, 1, 4))


def play_example(folder: Path) -> None:
    """Play the rounds of the example spec, with fields that go on from round to round."""
    spec = spec_in_time(folder / "spec")
    begun = whole("Train the trainers") | risk("K-01", RSK_03=3.0, RSK_04=3.0) | risk("K-02")
    begun |= {("PLAN", "1", "PLN_04"): date(2025, 9, 1), ("PLAN", "1", "PLN_05"): date(2025, 9, 2)}
    went_on = whole("Train them again") | risk("K-01", RSK_03=3.0, RSK_04=3.0, RSK_06="ACC")
    answers: dict[str, dict[str, Answers]] = {BEFORE: {}, ROUND: {}}
    for country, _ in TEAMS.values():
        answers[BEFORE][country] = begun
        answers[ROUND][country] = went_on
    Play(spec, folder, ",", ("PLAN", "1", "PLN_06"), answers).play()


def play_toolkit(folder: Path) -> None:
    """Play the rounds of the Toolkit in three languages, with its profile *quick* and one table of risks."""
    shutil.copytree(find("hrge_toolkit"), folder / "spec")
    for path in (folder / "spec" / "languages").iterdir():
        if path.stem not in LANGUAGES:
            path.unlink()
    spec = load(folder / "spec")
    answers: dict[str, dict[str, Answers]] = {BEFORE: {}, ROUND: {}}
    for round_, start, end in (
        (BEFORE, date(2025, 7, 1), date(2025, 12, 31)),
        (ROUND, date(2026, 1, 1), date(2026, 6, 30)),
    ):
        for country, _ in TEAMS.values():
            answers[round_][country] = _toolkit_answers(spec, country, start, end)
    Play(spec, folder, "quick,3.2", ("FORM", "1", "FRM_03"), answers).play()


def _toolkit_answers(spec: Spec, country: str, start: date, end: date) -> Answers:
    """Return what the teams of the demonstration answer on the sheets of the profile."""
    demonstration = story("hrge_toolkit")
    everything = from_mapping(demonstration.answers, build(spec, "en", demonstration.tools))
    layout = build(spec, "en", SHEETS, spec.profiles["quick"].rows)
    answers: Answers = {key: value for key, value in everything.items() if key in layout.slots}
    rows = {key[:2] for key in answers}
    for key, slot in layout.slots.items():
        if slot.field.vocabulary == spec.countries and key[:2] in rows:
            answers[key] = country
    period = {
        ("FORM", "1", "FRM_04"): country,
        ("FORM", "1", "FRM_06"): start,
        ("FORM", "1", "FRM_07"): end,
    }
    return answers | period


def _pack(folder: Path, archive: Path) -> None:
    """Pack the folder without what is made again at once; nothing in it names a machine or a user."""
    for pattern in ("*/*/issued/*.html", "*/*/drafts", "*/*/csv"):
        for path in folder.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    with tarfile.open(archive, "w:xz", preset=9 | lzma.PRESET_EXTREME) as packed:
        packed.add(folder, ".", filter=_anonymous)


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    member.mtime = 0
    return member


def write_archive(release: str) -> None:
    """Play the rounds and pack them. Workbooks are not compressed on their own: together they are a tenth so large."""
    compressor = zlib.compressobj

    def stored(_: int = -1, *more: Any) -> Any:
        return compressor(0, *more)

    with tempfile.TemporaryDirectory() as name, patch("zlib.compressobj", stored):
        for spec, play in (("example", play_example), ("toolkit", play_toolkit)):
            folder = Path(name, spec)
            folder.mkdir()
            play(folder)
        _pack(Path(name), RELEASES / f"{release}{SUFFIX}")


def write_reading(release: str, day: str) -> None:
    """Write what is read from the archive of a release."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rounds = {
            path.relative_to(folder).as_posix(): read_round(path, day)
            for path in unpack(release, folder)
        }
    document = {"today": day, "rounds": rounds}
    path = RELEASES / f"{release}.json"
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")


def main(release: str = __version__, day: str = str(TODAY)) -> None:
    """Write the files of this release, or (with a name and a day) only what is read from those of another one."""
    archive = RELEASES / f"{release}{SUFFIX}"
    if release == __version__:
        if archive.exists():
            sys.exit(f"{archive} is there: the files of a release are made once.")
        write_archive(release)
    write_reading(release, day)


if __name__ == "__main__":
    main(*sys.argv[1:])
