"""What changes in a round while it runs: by command, with a reason, in the ledger, and taken back again."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import StringIO
from pathlib import Path

import openpyxl
import pytest

from hrge_xl import change_round, init_round, load, load_round, merge_teams, rename_team
from hrge_xl.core.errors import RoundError
from tests.command_line import hrge, ran
from tests.face import Ledger
from tests.letters import mail, mbox
from tests.rounds_in_time import filled_in
from tests.test_senders import SENT, TEAMS, arrives, begun, workbook

WHY = ("--reason", "As they asked", "--by", "A. Name", "--today", "2026-07-08")


def file(round_: Path) -> str:
    return (round_ / "round.yaml").read_text("utf-8")


def entered(round_: Path) -> list[str]:
    """What the ledger says of changes, in its order, without numbers."""
    with Ledger.open(round_, write=False) as ledger:
        return [
            entry.about.partition(": ")[2] for entry in ledger.chain() if entry.kind == "change"
        ]


def state(round_: Path, team: str, day: str) -> str:
    lines = ran("status", round_, "--today", day).out.splitlines()
    return next(line for line in lines if line.startswith(team))


@pytest.mark.deep
def test_a_team_is_added_and_the_rest_stays(tmp_path: Path) -> None:
    round_ = begun(tmp_path)
    written = file(round_).rstrip("\n").replace("\n", "\r\n").encode()
    (round_ / "round.yaml").write_bytes(written)
    words = (
        "--country",
        "Pakistan",
        "--language",
        "fr",
        "--deadline",
        "2026-07-20",
        "--email",
        "riga@example.org",
    )
    told = ran("round", "add-team", round_, "Riga", *words, "--yes", *WHY)
    assert "country PAK, language fr, deadline 2026-07-20" in told.out
    now = (round_ / "round.yaml").read_bytes()
    assert now.startswith(written)
    assert now.count(b"\n") == now.count(b"\r\n")
    added = load_round(round_).teams[-1]
    assert (added.code, added.language, added.email) == ("Riga", "fr", "riga@example.org")
    assert "not issued" in state(round_, "Riga", "2026-07-08")
    assert hrge("generate", round_, "--today", "2026-07-08") == 0
    assert len([*(round_ / "issued").glob("Riga_*.xlsx")]) == 1
    assert hrge("verify", round_) == 0


def teams_in(folder: Path) -> list[str]:
    """The teams of the returns that count, in the report of a dataset, as in the dataset itself."""
    files = json.loads(ran("validate", folder, "--json", "--today", "2026-07-10", code=None).out)[
        "files"
    ]
    told = sorted(each["identity"]["team"] for each in files if each["counted"])
    with closing(sqlite3.connect(folder / "dataset.sqlite")) as dataset:
        teams = dataset.execute(
            "SELECT DISTINCT team FROM answers WHERE current ORDER BY team"
        ).fetchall()
    assert [team for (team,) in teams] == told
    return told


def issued(round_: Path) -> set[str]:
    """The names of the workbooks that are to be sent."""
    return {path.name for path in (round_ / "issued").glob("*.xlsx")}


def replaced(round_: Path) -> list[bytes]:
    """The workbooks that others took the place of."""
    return [path.read_bytes() for path in (round_ / "issued" / "replaced").glob("*.xlsx")]


def test_a_workbook_is_issued_again_and_the_earlier_one_is_kept(tmp_path: Path) -> None:
    """It may have been sent: a return of it counts, and it goes on being verified."""
    round_ = begun(tmp_path)
    names = issued(round_)
    sent = (round_ / "issued" / "Odesa_en.xlsx").read_bytes()
    renamed = ran("round", "rename-team", round_, "Odesa", "Odesa-South", "--yes", *WHY)
    assert f"hrge-xl generate {round_} --reissue Odesa-South" in renamed.out
    reissue = ("generate", round_, "--reissue", "odesa-south", "--today", "2026-07-08")
    (path,) = ran(*reissue).out.split()
    assert Path(path).name == "Odesa-South_en.xlsx"
    assert issued(round_) == names - {"Odesa_en.xlsx"} | {"Odesa-South_en.xlsx"}
    assert replaced(round_) == [sent]
    assert ran("generate", round_, "--today", "2026-07-09").out == ""
    assert "Odesa-South_issue.eml" in ran("drafts", round_, "issue", "--today", "2026-07-09").out
    filled = filled_in(sent, load("example"), {("PLAN", "1", "PLN_03"): "Plan it"})
    arrives(round_, mail("odesa@example.org", SENT, {"Odesa.xlsx": filled}))
    ran("refresh", round_, "--today", "2026-07-10", code=None)
    assert state(round_, "Odesa-South", "2026-07-10").split()[1] == "returned"
    assert hrge("verify", round_) == 0
    ran(*reissue)
    assert len(replaced(round_)) == 2, "each that was issued is kept"


def test_a_workbook_of_another_line_leaves_the_earlier_one(tmp_path: Path) -> None:
    """Whatever makes `generate` write a workbook again."""
    round_ = begun(tmp_path)
    sent = (round_ / "issued" / "Odesa_en.xlsx").read_bytes()
    ran("round", "extend", round_, "2026-08-15", "Odesa", "--yes", *WHY)
    assert (
        Path(ran("generate", round_, "--today", "2026-07-08").out.strip()).name == "Odesa_en.xlsx"
    )
    assert replaced(round_) == [sent]


@pytest.mark.parametrize(
    ("spec", "team", "words"),
    [
        ("example", "Odesa", "--reissue is for the teams of a round"),
        ("ROUND", "Odesssa", "Did you mean 'Odesa'?"),
    ],
)
def test_what_cannot_be_issued_again_is_refused(
    tmp_path: Path, spec: str, team: str, words: str
) -> None:
    round_ = begun(tmp_path)
    names = issued(round_)
    refused = ran("generate", spec.replace("ROUND", str(round_)), "--reissue", team, code=2)
    assert words in refused.err
    assert issued(round_) == names
    assert not replaced(round_)


@pytest.mark.deep
def test_a_renamed_team_keeps_what_it_has(tmp_path: Path) -> None:
    """What comes under its old code, before and after, counts for it here and in a dataset elsewhere."""
    round_ = begun(tmp_path)
    with_error, whole = (workbook(round_, "Odesa", PLN_03=text) for text in (None, "Plan it"))
    arrives(round_, mail("odesa@example.org", SENT, {"Odesa-South.xlsx": with_error}))
    ran("refresh", round_, "--today", "2026-07-08", code=None)
    told = ran("round", "rename-team", round_, "odesa", "Odesa-South", "--yes", *WHY)
    assert "what comes back under the code Odesa counts for it" in told.out
    assert "Odesa_en.xlsx" in told.out
    assert told.err.count("\n") == 1
    drafts = [*(round_ / "drafts").rglob("*.eml")]
    ran("refresh", round_, "--today", "2026-07-08", code=None)
    assert sorted((round_ / "drafts").rglob("*.eml")) == sorted(drafts)  # nothing is written twice
    assert state(round_, "Odesa-South", "2026-07-08").split()[1] == "returned"
    ran("generate", round_, "--today", "2026-07-09")
    assert not [*(round_ / "issued").glob("Odesa-South*")]
    book = next((round_ / "feedback").glob("*.xlsx"))
    ran("feedback", round_, "-o", tmp_path / "again", "--today", "2026-07-09", code=None)
    (again,) = (tmp_path / "again").glob("Odesa-South*.xlsx")
    cover = openpyxl.load_workbook(again).worksheets[0]
    assert "Odesa-South" in [cell.value for row in cover.iter_rows() for cell in row]
    corrected = filled_in(again.read_bytes(), load("example"), {("PLAN", "1", "PLN_03"): "Plan it"})
    arrives(round_, mail("odesa@example.org", SENT, {"new.xlsx": corrected}), "new.eml")
    ran("refresh", round_, "--today", "2026-07-10", code=None)
    assert state(round_, "Odesa-South", "2026-07-10").split()[1] == "accepted"
    arrives(round_, mail("odesa@example.org", SENT, {"Odesa.xlsx": whole}), "late.eml")
    ran("refresh", round_, "--today", "2026-07-10", code=None)
    assert "not in this round" not in ran("status", round_, "--today", "2026-07-10").out
    elsewhere = tmp_path / "year"
    ran("consolidate", round_, "-o", elsewhere, "--today", "2026-07-10", code=None)
    assert teams_in(round_) == teams_in(elsewhere) == ["Odesa-South"]
    assert hrge("verify", round_) == hrge("verify", elsewhere) == 0
    history = ran("status", round_, "--team", "Odesa-South", "--today", "2026-07-10").out
    assert {"issued    Odesa_en.xlsx", f"drafted   drafts/2026-07-08/{book.stem}.eml"} <= {
        line[12:].strip() for line in history.splitlines()
    }
    assert "changed   team Odesa renamed to Odesa-South" in history
    ran("round", "undo", round_, "--yes", *WHY)
    ran("refresh", round_, "--today", "2026-07-10", code=None)
    ran("consolidate", round_, "-o", elsewhere, "--today", "2026-07-10", code=None)
    told_back = ran("status", round_, "--today", "2026-07-10").out
    assert (
        "Odesa-South  not in this round" in told_back
    )  # its corrected workbook has a code that no team has now
    assert state(round_, "Odesa ", "2026-07-10").split()[1] == "accepted"
    assert teams_in(round_) == teams_in(elsewhere) == ["Odesa"]
    assert hrge("verify", round_) == hrge("verify", elsewhere) == 0


@pytest.mark.deep
def test_merged_teams_are_one(tmp_path: Path) -> None:
    """Both returns are its own, and of two about one intervention neither counts until somebody decides."""
    round_ = begun(tmp_path, TEAMS + "Kyiv,PAK,en,2026-07-20,Desk,kyiv@example.org\n")
    odesa, kyiv = (workbook(round_, team) for team in ("Odesa", "Kyiv"))
    arrives(round_, mail("odesa@example.org", SENT, {"Odesa.xlsx": odesa}))
    ran("refresh", round_, "--today", "2026-07-08", code=None)
    told = ran(
        "round", "merge-teams", round_, "kyiv", "minsk", "--into", "odesa", "--yes", *WHY
    ).out
    assert (
        "E-mails to Odesa go to odesa@example.org, deputy@example.org, kyiv@example.org, minsk@"
        in told
    )
    assert "Kyiv_en.xlsx, Minsk_en.xlsx" in told
    assert [(team.code, team.formerly) for team in load_round(round_).teams] == [
        ("Odesa", ("Kyiv", "Minsk"))
    ]
    arrives(round_, mail("kyiv@example.org", SENT, {"Kyiv.xlsx": kyiv}), "kyiv.eml")
    week = ran("refresh", round_, "--today", "2026-07-08", code=None).out
    assert "To decide:  Odesa." in week
    assert "decide between: Kyiv.xlsx, Odesa.xlsx" in state(round_, "Odesa", "2026-07-08")
    ran("decide", round_, "Kyiv.xlsx", "--use", *WHY)
    assert teams_in(round_) == ["Odesa"]
    ran("refresh", round_, "--today", "2026-07-08", code=None)
    assert hrge("verify", round_) == 0
    ran("round", "undo", round_, "--yes", *WHY)
    ran("refresh", round_, "--today", "2026-07-08", code=None)
    assert teams_in(round_) == ["Kyiv", "Odesa"]
    assert hrge("verify", round_) == 0


def test_a_merged_team_is_spared_what_one_of_them_was_spared(tmp_path: Path) -> None:
    """What endangers people in one of the places stays out of the workbook of all."""
    teams = tmp_path / "teams.csv"
    teams.write_text("team,country,sensitive\nOdesa,PAK,\nKyiv,PAK,leave out\n", encoding="utf-8")
    round_ = init_round(tmp_path / "round", "hrge_toolkit", teams).folder
    merged = change_round(merge_teams(round_, ["Kyiv"], "Odesa"), reason="Asked", by="Office")
    assert [(team.code, team.leave_out) for team in merged.teams] == [("Odesa", True)]


def test_what_a_colleague_wrote_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    """A change that was looked at is not made over another one."""
    (tmp_path / "teams.csv").write_text(TEAMS, encoding="utf-8")
    round_ = init_round(tmp_path / "round", "example", tmp_path / "teams.csv").folder
    planned = rename_team(round_, "Odesa", "South")
    (round_ / "round.yaml").write_text(file(round_) + "# see the letter of 3 July\n", "utf-8")
    with pytest.raises(RoundError, match="edited meanwhile"):
        change_round(planned, reason="Asked", by="Office")
    assert file(round_).endswith("# see the letter of 3 July\n")
    assert entered(round_) == []


def test_the_next_round_goes_on_under_another_code(tmp_path: Path) -> None:
    """A team that has had another code since goes on from what it answered under the old one."""
    before = begun(tmp_path)
    arrives(before, mail("odesa@example.org", SENT, {"Odesa.xlsx": workbook(before, "Odesa")}))
    ran("refresh", before, "--today", "2026-07-08", code=None)
    ran("round", "init", tmp_path / "next", "--spec", "example", "--teams", tmp_path / "teams.csv")
    ran("round", "rename-team", tmp_path / "next", "Odesa", "South", "--yes", *WHY)
    told = ran("generate", tmp_path / "next", "--from", before, "--today", "2027-01-01").err
    assert f"Workbooks that continue from {before}: 1; blank ones: 1." in told


def test_workbooks_of_no_team_are_named(tmp_path: Path) -> None:
    round_ = begun(tmp_path)
    ran("round", "add-team", round_, "Odesa_2", "--country", "PAK", "--yes", *WHY)
    ran("generate", round_, "--today", "2026-07-08")
    named = "of no team of the round: Odesa_2_en.xlsx."
    assert named not in ran("generate", round_, "--today", "2026-07-08").err
    (round_ / "issued" / "Riga_en.xlsx").write_bytes(
        (round_ / "issued" / "Odesa_2_en.xlsx").read_bytes()
    )
    assert (
        "of no team of the round: Riga_en.xlsx." in ran("round", "undo", round_, "--yes", *WHY).err
    )


def test_lateness_and_feedback_follow_another_deadline(tmp_path: Path) -> None:
    round_ = begun(tmp_path)
    sent = workbook(round_, "Odesa", PLN_03=None)
    arrives(round_, mail("odesa@example.org", SENT, {"Odesa.xlsx": sent}))
    assert "late" in state(round_, "Minsk", "2026-07-12")
    ran("round", "extend", round_, "2026-07-31", "--yes", *WHY)
    assert "late" not in state(round_, "Minsk", "2026-07-12")
    ran("refresh", round_, "--today", "2026-07-12", code=None)
    (book,) = (round_ / "feedback").glob("*.xlsx")
    cover = openpyxl.load_workbook(book).worksheets[0]
    said = " ".join(str(cell.value) for row in cover.iter_rows() for cell in row if cell.value)
    assert "2026-07-31" in said
    assert "2026-07-10" not in said


def test_changes_are_entered_and_taken_back_one_by_one(tmp_path: Path) -> None:
    round_ = begun(tmp_path)
    texts = [file(round_)]
    for words in (
        ("add-team", round_, "Riga", "--country", "PAK"),
        ("extend", round_, "2026-08-01", "riga", "Minsk"),
        ("contact", round_, "Odesa", "new@example.org"),
    ):
        ran("round", *words, "--yes", *WHY)
        texts.append(file(round_))
    assert len({*texts}) == 4
    for text in reversed(texts[:-1]):
        ran("round", "undo", round_, "--yes", *WHY)
        assert file(round_) == text
    assert "Nothing was changed" in ran("round", "undo", round_, "--yes", *WHY, code=2).err
    assert entered(round_) == [
        "team Riga added",
        "deadline 2026-08-01 for Riga, Minsk",
        "address of Odesa: new@example.org",
        "address of Odesa: new@example.org: taken back",
        "deadline 2026-08-01 for Riga, Minsk: taken back",
        "team Riga added: taken back",
    ]
    for name in ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"):
        (round_ / name).unlink(missing_ok=True)
    assert hrge("recover", round_) == 0
    assert len(entered(round_)) == 6


def test_lines_that_are_added_end_as_those_of_the_file_do(tmp_path: Path) -> None:
    """A digest that the round did not say, deadlines and addresses of teams that had none; behind the last line too."""
    round_ = begun(tmp_path)
    teams = "- team: Odesa", "  country: PAK", "- country: MAR", "  team: Minsk"
    written = "\r\n".join(["# ours", "name: R", "spec: example", "teams:", *teams])
    (round_ / "round.yaml").write_bytes(written.encode())
    ran("round", "update-spec", round_, "--spec", "example")
    ran("round", "extend", round_, "2026-08-01", "--yes", *WHY)
    ran("round", "contact", round_, "Minsk", "new@example.org", "--yes", *WHY[2:])
    now = (round_ / "round.yaml").read_bytes()
    assert now.count(b"\n") == now.count(b"\r\n") == written.count("\n") + 5
    changed = load_round(round_)
    assert [str(team.deadline) for team in changed.teams] == ["2026-08-01"] * 2
    assert [team.email for team in changed.teams] == ["", "new@example.org"]
    assert b"spec_digest" in now


@pytest.mark.parametrize(
    ("answer", "made"), [("n\n", []), ("y\n", ["address of Odesa: new@example.org"])]
)
def test_whoever_sits_there_is_asked(
    answer: str, made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Keyboard(StringIO):
        def isatty(self) -> bool:
            return True

    round_ = begun(tmp_path)
    before = file(round_)
    monkeypatch.setattr("sys.stdin", Keyboard(answer))
    told = ran("round", "contact", round_, "Odesa", "new@example.org", *WHY[2:])
    assert "Odesa: new@example.org" in told.out
    assert ("Nothing was changed" in told.err) == (not made)
    assert entered(round_) == made
    assert (file(round_) == before) == (not made)


def test_what_was_edited_by_hand_is_not_taken_back(tmp_path: Path) -> None:
    round_ = begun(tmp_path)
    ran("round", "extend", round_, "2026-08-01", "--yes", *WHY)
    edited = file(round_).replace("Desk", "The desk")
    (round_ / "round.yaml").write_text(edited, "utf-8")
    assert "was edited after change 1" in ran("round", "undo", round_, "--yes", *WHY, code=2).err
    assert file(round_) == edited


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add-team", "minsk", "--country", "PAK"), "has a team 'minsk' already"),
        (("add-team", "a/b", "--country", "Atlantis"), "There is no country 'Atlantis'"),
        (
            ("add-team", "Riga", "--deadline", "31.02.2026"),
            "'31.02.2026' is not an unambiguous date",
        ),
        (("rename-team", "Minks", "Riga"), "Did you mean 'Minsk'?"),
        (("rename-team", "Minsk", "odesa"), "has a team 'odesa' already"),
        (("rename-team", "Minsk", "Minsk"), "Minsk is called so already"),
        (("rename-team", "Minsk", "a/b"), "'a/b' cannot name a file"),
        (("merge-teams", "Minsk", "--into", "Riga"), "has no team 'Riga'"),
        (("merge-teams", "Minsk", "Odesa", "--into", "minsk"), "Minsk cannot go into itself"),
        (("extend", "2026-08-01", "Minks"), "Did you mean 'Minsk'?"),
        (("extend", "2026-07-10"), "That is the deadline of all of them already"),
        (("note", "Called", "--team", "Minks"), "Did you mean 'Minsk'?"),
    ],
)
def test_what_cannot_be_changed_is_said(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    round_, (verb, *rest) = begun(tmp_path), words
    before, why = file(round_), WHY[2:] if verb == "note" else WHY
    assert said in " ".join(ran("round", verb, round_, *rest, *why, code=2).err.split())
    assert file(round_) == before
    assert entered(round_) == []


def test_a_change_needs_a_reason(tmp_path: Path) -> None:
    round_ = begun(tmp_path)
    assert "--reason TEXT" in ran("round", "extend", round_, "2026-08-01", "--yes", code=2).err


@pytest.mark.parametrize(
    "words",
    [
        ("add-team", "Riga", "--country", "PAK", *WHY),
        ("rename-team", "Odesa", "South", *WHY),
        ("merge-teams", "Minsk", "--into", "Odesa", *WHY),
        ("extend", "2026-08-01", *WHY),
        ("contact", "Odesa", "new@example.org", *WHY[2:]),
        ("close", *WHY),
    ],
)
def test_nothing_changes_where_nobody_can_be_asked(words: tuple[str, ...], tmp_path: Path) -> None:
    """As in a script, which says --yes where it means it."""
    round_ = begun(tmp_path)
    before = file(round_)
    verb, *rest = words
    told = ran("round", verb, round_, *rest, code=2)
    assert "add --yes" in told.err
    assert file(round_) == before
    assert entered(round_) == []


def test_everything_that_happened_with_a_team(tmp_path: Path) -> None:
    round_ = begun(tmp_path)
    sent = workbook(round_, "Odesa")
    arrives(round_, mail("odesa@example.org", SENT, {"Odesa.xlsx": sent}))
    ran("refresh", round_, "--today", "2026-07-08", code=None)
    ran("round", "note", round_, "Called; they move", "--team", "Odesa", *WHY[2:])
    ran("round", "extend", round_, "2026-08-01", "Odesa", "--yes", *WHY)
    ran("decide", round_, "Odesa.xlsx", "--withdraw", *WHY)
    told = ran("status", round_, "--team", "odesa", "--today", "2026-07-08")
    kinds = [line.split()[1] for line in told.out.splitlines()[1:] if line.startswith("2026")]
    assert kinds[0] == "issued"
    assert {"came", "drafted", "note", "changed", "decided"} <= {*kinds}
    text = " ".join(told.out.split())
    assert "from odesa@example.org: withdrawn" in text
    assert "Called; they move (A. Name)" in text
    assert "deadline 2026-08-01 for Odesa, by A. Name: As they asked" in text
    assert "Next: its answer is awaited (deadline 2026-08-01)" in " ".join(told.err.split())
    assert "Minsk" not in told.out
    elsewhere = tmp_path / "dataset"
    ran("consolidate", round_, "-o", elsewhere, "--today", "2026-07-08", code=None)
    ran("decide", elsewhere, "Odesa.xlsx", "--undo", *WHY)
    there = ran(
        "status", round_, "--ledger", elsewhere, "--team", "Odesa", "--today", "2026-07-08"
    ).out
    assert "undone, by A. Name" in " ".join(
        there.split()
    )  # which the ledger of the round does not know
    assert [text.split()[1] for text in there.splitlines()[1:] if text.startswith("2026")].count(
        "drafted"
    ) == 1
    assert "from odesa@example.org" in " ".join(there.split())
    assert "Called; they move" in there
    assert "--wide" in ran("status", round_, "--team", "Odesa", "--wide", code=2).err
    assert "Did you mean 'Odesa'?" in ran("status", round_, "--team", "Odessa", code=2).err


def test_what_was_sent_is_moved_away(tmp_path: Path) -> None:
    round_ = begun(tmp_path)
    ran("drafts", round_, "issue", "--today", "2026-07-08")
    ran("remind", round_, "--today", "2026-07-08")
    there = sorted(path.name for path in (round_ / "drafts" / "2026-07-08").glob("*.eml"))
    assert len(there) == 4
    moved = ran("drafts", round_, "--done", "--team", "odesa", "--today", "2026-07-08").out.split()
    assert {Path(path).parent for path in moved} == {round_ / "sent" / "2026-07-08"}
    assert sorted(Path(path).name for path in moved) == [
        name for name in there if name.startswith("Odesa")
    ]
    listed = (round_ / "drafts" / "2026-07-08" / "mail-merge.csv").read_text("utf-8-sig")
    assert "Minsk" in listed
    assert "Odesa" not in listed
    told = ran("refresh", round_, "--today", "2026-07-09", code=None).out
    assert "2 drafts of earlier days still there, the oldest of 2026-07-08" in " ".join(
        told.split()
    )
    assert all(Path(path).is_file() for path in moved)  # also when they are no longer due
    assert "Sent: Odesa_" in ran("status", round_, "--team", "Odesa", "--today", "2026-07-09").out
    assert ran("drafts", round_, "--done", "--team", "Odesa").out == ""
    assert (
        "Did you mean 'Odesa'?" in ran("drafts", round_, "--done", "--team", "Odessa", code=2).err
    )
    assert "goes with --done" in ran("drafts", round_, "issue", "--team", "Odesa", code=2).err
    assert "of every kind" in ran("drafts", round_, "issue", "--done", code=2).err


def as_sent(draft: Path, **changed: str) -> EmailMessage:
    """A draft as it lies among what was sent: another program wrote it, and it was edited before."""
    made = message_from_bytes(draft.read_bytes(), policy=default)
    assert isinstance(made, EmailMessage)
    heads = {
        "Subject": str(made["Subject"]),
        "To": str(made["To"]),
        "From": "office@example.org",
        "Date": "Thu, 09 Jul 2026 10:00:00 +0000",
    } | changed
    sent = EmailMessage(policy=default)
    for name, text in heads.items():
        sent[name] = text
    sent.set_content("Dear colleagues, as we said on the telephone.")
    for part in made.iter_attachments():
        kind, form = part.get_content_type().split("/")
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        sent.add_attachment(data, maintype=kind, subtype=form, filename=part.get_filename())
    return sent


def test_a_mail_that_was_sent_marks_its_draft(tmp_path: Path) -> None:
    """Where it lies in a mailbox that is received; what is attached to it is no return."""
    round_ = begun(tmp_path)
    ran("drafts", round_, "issue", "--today", "2026-07-08")
    ran("remind", round_, "--today", "2026-07-08")
    draft = round_ / "drafts" / "2026-07-08" / "Odesa_issue.eml"
    other = (round_ / "drafts" / "2026-07-08" / "Minsk_issue.eml").read_bytes()
    box = mbox(
        as_sent(draft),
        as_sent(draft, Subject="Something else"),
        as_sent(round_ / "drafts" / "2026-07-08" / "Minsk_issue.eml", To="office@example.org"),
        as_sent(round_ / "drafts" / "2026-07-08" / "Minsk_issue.eml", From="minsk@bücher.example"),
        other,  # a draft is not sent yet
    )
    (tmp_path / "Sent.mbox").write_bytes(box)
    told = ran("receive", round_, tmp_path / "Sent.mbox", "--today", "2026-07-10")
    assert "1 draft found as sent." in told.err
    assert "left aside, sent by the office (2): Odesa_en.xlsx, filling-in_en.html" in told.out
    assert not draft.exists()
    assert (round_ / "sent" / "2026-07-08" / "Odesa_issue.eml").is_file()
    assert sorted(path.name for path in (round_ / "drafts").rglob("*.eml")) == [
        "Minsk_issue.eml",
        "Minsk_reminder-before.eml",
        "Odesa_reminder-before.eml",
    ]
    assert "Odesa_issue" not in (round_ / "drafts" / "2026-07-08" / "mail-merge.csv").read_text(
        "utf-8-sig"
    )
    history = ran("status", round_, "--team", "Odesa", "--today", "2026-07-10").out
    assert "2026-07-09  note      Sent: Odesa_issue.eml (office@example.org)" in history
    entries = entered(round_)
    ran("receive", round_, tmp_path / "Sent.mbox", "--today", "2026-07-10")
    assert entered(round_) == entries


def test_a_subject_that_another_program_folded_is_that_of_its_draft(tmp_path: Path) -> None:
    """Which encodes some of the words, and breaks the line before the next one."""
    round_ = begun(tmp_path)
    (round_ / "messages").mkdir()
    (round_ / "messages" / "en.txt").write_text(
        "[issue]\nSubject: {round} : le classeur d'équipe à remplir (par {team})\n\nHello\n",
        encoding="utf-8",
    )
    ran("drafts", round_, "issue", "--today", "2026-07-08")
    letter = as_sent(
        round_ / "drafts" / "2026-07-08" / "Odesa_issue.eml", Subject="PLACE"
    ).as_bytes()
    name = round_.name.encode()
    words = (
        b"Subject: "
        + name
        + b" : le classeur\n =?utf-8?q?d=27=C3=A9quipe?= =?utf-8?q?_=C3=A0?=\n remplir (par Odesa)"
    )
    (tmp_path / "Sent.mbox").write_bytes(mbox(letter.replace(b"Subject: PLACE", words)))
    told = ran("receive", round_, tmp_path / "Sent.mbox", "--today", "2026-07-10")
    assert "1 draft found as sent." in told.err


def test_a_renamed_team_is_not_written_to_twice(tmp_path: Path) -> None:
    """A reminder under its old code is its reminder, and is marked as sent under the new one."""
    round_ = begun(tmp_path)
    ran("remind", round_, "--today", "2026-07-08")
    ran("round", "rename-team", round_, "Minsk", "Minsk-North", "--yes", *WHY)
    assert "no draft" in ran("remind", round_, "--today", "2026-07-09").err
    assert (round_ / "drafts" / "2026-07-08" / "Minsk_reminder-before.eml").is_file()
    moved = ran("drafts", round_, "--done", "--team", "Minsk-North", "--today", "2026-07-09").out
    assert "Minsk_reminder-before.eml" in moved
    assert "no draft" in ran("remind", round_, "--today", "2026-07-09").err
    assert "Minsk-North_reminder-on.eml" in ran("remind", round_, "--today", "2026-07-10").out
    ran("round", "undo", round_, "--yes", *WHY)
    told = ran(
        "remind", round_, "--today", "2026-07-10"
    ).out  # in the place of the one with a code that is gone
    assert "Minsk_reminder-on.eml" in told
    assert [path.name for path in (round_ / "drafts").rglob("Minsk*.eml")] == [
        "Minsk_reminder-on.eml"
    ]
    history = ran("status", round_, "--team", "Minsk", "--today", "2026-07-10").out
    assert "drafted   sent/2026-07-08/Minsk_reminder-before.eml" in history
    assert history.count("reminder-before") == 1
