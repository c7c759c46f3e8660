"""Makes the files of a version that later ones must go on reading: `python -m tests.write_fixtures FOLDER`.

Run once, by the last commit before something that is stored is touched; what it made stays under `tests/fixtures`.
A round of the example spec in three languages: issued, prefilled and feedback workbooks, filled returns that came by
mail, decisions, waivers and seals, the dataset, and what the program says of all of it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from hrge_xl.spec.load import load
from tests.letters import mail
from tests.rounds_in_time import filled_in, risk, whole

TEAMS = {"Karachi": ("PAK", "en"), "Rabat": ("MAR", "fr"), "Cairo": ("EGY", "ar"), "Quetta": ("PAK", "en")}
WHO = ["--by", "office", "--reason", "Asked the team."]
EXPECTED = "expected.json"


def program(*command: str, cwd: Path) -> str:
    """Run a command; give what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "hrge_xl", *command], cwd=cwd, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1, 4):
        raise RuntimeError(f"{' '.join(command)}: {done.returncode} {done.stderr}")
    return done.stdout


def said_of(folder: Path) -> dict[str, Any]:
    """Give what the program says of the files: findings by file, the state of each team, answers, what verify finds."""
    report = json.loads(program("validate", "round", "--json", "--today", "2026-07-20", cwd=folder))
    status = json.loads(program("status", "round", "--json", cwd=folder))
    program("export", "round", "--table", "answers", "-o", "answers.csv", cwd=folder)
    answers = (folder / "answers.csv").read_text("utf-8").splitlines()
    (folder / "answers.csv").unlink()
    return {
        "findings": {
            Path(file["path"]).name: [
                file["verdict"], *sorted(f"{each['code']} {each['sheet']}!{each['cell']}" for each in file["findings"])
            ]
            for file in report["files"]
        },
        "status": status,
        "answers": answers,
        "seals": program("sign", "--list", "--ledger", "round", cwd=folder).splitlines(),
    }  # fmt: skip


def make(folder: Path) -> None:
    """Play the round."""
    folder.mkdir(parents=True)
    listed = folder / "teams.csv"
    rows = [
        f"{team},{at},{language},2026-07-15,{team.lower()}@example.org"
        for team, (at, language) in TEAMS.items()
    ]
    listed.write_text("\n".join(["team,country,language,deadline,contact", *rows]), "utf-8")
    program("round", "init", "round", "--spec", "example", "--teams", "teams.csv", cwd=folder)
    program("generate", "round", "--today", "2026-06-01", cwd=folder)
    spec, inbox = load("example"), folder / "inbox"
    inbox.mkdir()
    first = whole("Train the trainers") | risk("K-01") | {("PLAN", "1", "PLN_06"): None}
    second = whole("Train the trainers") | risk("K-01")
    for number, (team, answers) in enumerate(
        (("Karachi", first), ("Karachi", second), ("Rabat", second), ("Cairo", second), ("Quetta", first))
    ):
        send(folder, inbox, team, number, spec, answers)
        program("refresh", "round", str(inbox), "--today", f"2026-07-{10 + number}", cwd=folder)
    program("waive", "V001", "--file", "Quetta_en.xlsx", "--ledger", "round", *WHO, cwd=folder)
    shutil.rmtree(inbox)


def send(folder: Path, inbox: Path, team: str, number: int, spec: Any, answers: Mapping[Any, Any]) -> None:
    """Write the mail that a team sends its filled workbook with."""
    (issued,) = (folder / "round" / "issued").glob(f"{team}_*.xlsx")
    data = filled_in(issued.read_bytes(), spec, answers)
    made = mail(f"{team.lower()}@example.org", date(2026, 7, 10 + number), {issued.name: data})
    (inbox / f"{number}.eml").write_bytes(bytes(made))


if __name__ == "__main__":
    target = Path(sys.argv[1])
    make(target)
    (target / EXPECTED).write_text(json.dumps(said_of(target), indent=1, ensure_ascii=False), "utf-8")
