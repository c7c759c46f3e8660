"""Makes the files that later versions must go on reading: `python -m tests.write_fixtures FOLDER`.

Run once, by the last commit before something that is stored was touched; what it made stays under `tests/fixtures`.
Two rounds of a small spec in three languages, one after the other: issued, prefilled and feedback workbooks, returns by
mail and by hand, decisions, waivers, seals, own texts of mails, the dataset. Beside them stands what the program said
of it all (`expected.json`) and which names are stored (`names.json`).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tests.face import Answers, Spec, Value, saved_on
from tests.files_of_today import EARLIER, EXPECTED, NAMES, ROUND, TODAY, names_in, said_of
from tests.letters import mail
from tests.rounds_in_time import KEY, filled_in, risk, spec_in_time, whole

TEAMS = {
    "Karachi": ("PAK", "en"),
    "Rabat": ("MAR", "fr"),
    "Cairo": ("EGY", "ar"),
    "Quetta": ("PAK", "en"),
}
WHO = ("--by", "A. Name", "--reason", "The team wrote: it is right.")
PURPOSE, PEOPLE, DAY = ("PLAN", "1", "PLN_03"), ("PLAN", "1", "PLN_06"), ("PLAN", "1", "PLN_05")


def program(folder: Path, *command: object) -> str:
    """Run a command in a folder; give what it prints."""
    words = [str(word) for word in command]
    done = subprocess.run(
        [sys.executable, "-m", "hrge_xl", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1, 4):
        raise RuntimeError(f"{' '.join(words)}: {done.returncode} {done.stderr}")
    return done.stdout


class Office:
    """What the coordinator and the teams of a round do, each thing on its day."""

    def __init__(self, folder: Path, spec: Spec) -> None:
        self.folder, self.spec = folder, spec

    def begin(
        self,
        name: str,
        teams: Mapping[str, tuple[str, str]],
        issued: date,
        deadline: date,
        *more: str,
    ) -> Path:
        """Set a round up and issue its workbooks."""
        head = "team,country,language,deadline,contact,email"
        rows = [head]
        for team, (country, language) in teams.items():
            rows.append(f"{team},{country},{language},{deadline},Office,{team.lower()}@example.org")
        (self.folder / "teams.csv").write_text("\n".join(rows), "utf-8")
        program(self.folder, "round", "init", name, "--spec", "./spec", "--teams", "teams.csv")
        (self.folder / "teams.csv").unlink()
        round_ = self.folder / name
        (round_ / "signing.key").write_bytes(KEY)
        program(self.folder, "generate", name, *more, "--today", issued)
        return round_

    def filled(
        self, workbook: Path, answers: Mapping[Any, Value | None], day: date, language: str
    ) -> bytes:
        return saved_on(filled_in(workbook.read_bytes(), self.spec, answers, language), day)


def play(folder: Path) -> None:
    office = Office(folder, spec_in_time(folder / "spec"))
    veterans = {team: TEAMS[team] for team in ("Karachi", "Rabat", "Cairo")}
    first = office.begin(EARLIER, veterans, date(2025, 11, 1), date(2026, 1, 15))
    long_ago = _set(whole("Train the trainers"), PLN_04=date(2025, 12, 1), PLN_05=date(2025, 12, 2))
    for team in veterans:
        (issued,) = (first / "issued").glob(f"{team}_*.xlsx")
        answers = long_ago | risk("K-01", RSK_03=3.0, RSK_04=3.0) | risk("K-02")
        data = office.filled(issued, answers, date(2026, 1, 10), TEAMS[team][1])
        (first / "returned" / f"{team}.xlsx").write_bytes(data)
    days = ("--today", "2026-01-20", "--received", "2026-01-12")
    program(folder, "consolidate", EARLIER, *days, "--formats", "csv")

    second = office.begin(ROUND, TEAMS, date(2026, 6, 1), date(2026, 7, 15), "--from", EARLIER)
    program(folder, "round", "messages", ROUND)
    texts = second / "messages" / "en.txt"
    texts.write_text(texts.read_text("utf-8").replace("Dear colleagues", "Dear friends"), "utf-8")
    program(folder, "drafts", ROUND, "issue", "--today", "2026-06-01")
    _returns(office, second)
    _what_the_office_says(folder, second)


def _set(answers: Answers, **form: Value) -> Answers:
    return answers | {("PLAN", "1", code): value for code, value in form.items()}


def _returns(office: Office, round_: Path) -> None:
    """Let the returns of the second round come: by mail, corrected, in two copies, with mistakes, spoilt."""
    issued = {team: next((round_ / "issued").glob(f"{team}_*.xlsx")) for team in TEAMS}
    good = whole("Train the trainers again") | risk("K-02")
    wrong = (
        good
        | risk("K-01", RSK_03=3.0, RSK_04=3.0, RSK_06="ACC")
        | {PEOPLE: None, DAY: date(2026, 6, 1)}
    )

    def sends(
        team: str, day: int, workbook: Path, answers: Mapping[Any, Value | None], name: str = ""
    ) -> None:
        """Let a team send a workbook by mail, and let the office do its weekly work on the day after."""
        (round_ / "inbox").mkdir(exist_ok=True)
        data = office.filled(workbook, answers, date(2026, 7, day), TEAMS[team][1])
        sent = datetime(2026, 7, day, 15, tzinfo=UTC)
        made = mail(f"{team.lower()}@example.org", sent, {name or workbook.name: data})
        made.set_boundary("=-=")
        (round_ / "inbox" / f"{team}-{day}.eml").write_bytes(bytes(made))
        program(office.folder, "refresh", ROUND, "--today", f"2026-07-{day + 1:02d}", "--jobs", 1)

    sends("Karachi", 6, issued["Karachi"], wrong)
    (feedback,) = (round_ / "feedback").glob("Karachi*.xlsx")
    sends("Karachi", 9, feedback, {PEOPLE: 25.0, DAY: date(2026, 6, 12)})
    sends("Rabat", 7, issued["Rabat"], good)
    sends("Rabat", 10, issued["Rabat"], _set(good, PLN_03="Planifier"), "Rabat_bis.xlsx")
    sends(
        "Cairo",
        12,
        issued["Cairo"],
        wrong | {("PLAN", "1", "PLN_11"): "perhaps", PURPOSE: "word " * 50},
    )
    sends("Quetta", 14, issued["Quetta"], good | risk("K-01") | {PEOPLE: "about 20"})
    (round_ / "returned" / "scan.xlsx").write_bytes(b"%PDF-1.7 not a workbook")


def _what_the_office_says(folder: Path, round_: Path) -> None:
    """Decide, waive, give feedback, and seal."""
    day = ("--today", TODAY)
    program(folder, "decide", ROUND, "Rabat_bis.xlsx", "--use", *WHO, *day)
    waived = ("--file", "Cairo_ar.xlsx", "--ledger", ROUND, *WHO, *day)
    program(folder, "waive", "V001", *waived)
    program(folder, "waive", "V002", *waived, "--until", "2027-01-01")
    program(folder, "waive", "--withdraw", 2, "--by", "A. Name", "--ledger", ROUND, *day)
    program(folder, "refresh", ROUND, *day)
    program(folder, "feedback", ROUND, "-o", f"{ROUND}/feedback", *day)
    program(
        folder,
        "report",
        ROUND,
        "--format",
        "json",
        "--format",
        "html",
        "-o",
        f"{ROUND}/reports",
        *day,
    )
    program(folder, "sign", ROUND, "--by", "A. Name")
    program(folder, "sign", "--new-key", "mine.pem")
    program(
        folder, "sign", f"{ROUND}/reports/validation.json", "--by", "A. Name", "--key", "mine.pem"
    )
    (folder / "mine.pem").unlink()


def _thin_out(folder: Path) -> None:
    """Leave out what can be made again and says nothing new."""
    for pattern in (
        "*/reports/*.html",
        "*/issued/*.html",
        f"{EARLIER}/csv",
        f"{EARLIER}/datapackage.json",
    ):
        for path in folder.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    mails = [*folder.glob(f"{ROUND}/inbox/*"), *folder.glob(f"{ROUND}/drafts/*/*.eml")]
    for path in mails:
        if path.name != "Karachi-6.eml":
            path.unlink()


def main(target: Path) -> None:
    """Play the rounds where no name of a machine can come in, and note what is said of them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "files"
        folder.mkdir()
        play(folder)
        _thin_out(folder)
        shutil.move(folder, target)
    for path, told in ((EXPECTED, said_of(target)), (NAMES, names_in(target))):
        (target / path).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
