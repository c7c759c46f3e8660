"""Drafts through time: written again, moved, deleted and open elsewhere; none is lost, and none is overwritten."""

from __future__ import annotations

import random
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.command_line import ran
from tests.fixture_types import Folders, Patch
from tests.letters import mail, mbox
from tests.test_round_changes import as_sent
from tests.test_senders import SENT, arrives, begun, workbook

DAY = "2026-07-08"
NEXT_DAY = "2026-07-09"


@pytest.fixture(scope="module")
def issued(tmp_path_factory: Folders) -> Path:
    """A round of two teams whose workbooks are issued, and drafted."""
    round_ = begun(tmp_path_factory.mktemp("drafts"))
    ran("drafts", round_, "issue", "--today", DAY)
    return round_


@pytest.fixture
def round_(issued: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(issued, tmp_path / issued.name))


def names(round_: Path, folder: str = "drafts") -> list[str]:
    return sorted(
        path.relative_to(round_ / folder).as_posix() for path in (round_ / folder).rglob("*.eml")
    )


def contents(round_: Path, folder: str) -> dict[str, bytes]:
    return {name: (round_ / folder / name).read_bytes() for name in names(round_, folder)}


def issue_again(round_: Path, deadline: str) -> None:
    """Have both teams' workbooks issued anew: a draft is of the workbook that is attached."""
    ran("round", "extend", round_, deadline, "--reason", "They asked", "--today", DAY, "--yes")
    for path in (round_ / "issued").glob("*.xlsx"):
        path.unlink()
    ran("generate", round_, "--today", DAY)


def test_both_teams_drafts_are_moved_after_they_were_written_again_on_the_day(round_: Path) -> None:
    issue_again(round_, "2026-08-01")
    ran("drafts", round_, "issue", "--today", DAY)
    drafted = contents(round_, "drafts")
    assert [*drafted] == [f"{DAY}/Minsk_issue.eml", f"{DAY}/Odesa_issue.eml"]
    moved = ran("drafts", round_, "--done", "--today", DAY)
    assert moved.err.splitlines()[-1] == "2 drafts moved."
    assert contents(round_, "sent") == drafted
    assert "0 drafts moved." in ran("drafts", round_, "--done", "--today", DAY).err


def test_what_is_sent_twice_lies_twice_among_what_was_sent(round_: Path) -> None:
    ran("drafts", round_, "--done", "--today", DAY)
    first = contents(round_, "sent")
    issue_again(round_, "2026-08-01")
    ran("drafts", round_, "issue", "--today", DAY)
    second = contents(round_, "drafts")
    moved = ran("drafts", round_, "--done", "--team", "Odesa", "--today", DAY).out.split()
    assert [Path(path).name for path in moved] == ["Odesa_issue_2.eml"]
    ran("drafts", round_, "--done", "--today", DAY)
    sent = contents(round_, "sent")
    assert {name: sent[name] for name in first} == first
    assert {
        name.replace("_2.eml", ".eml"): sent[name] for name in sent if name not in first
    } == second


def test_drafts_of_another_kind_are_left_alone(round_: Path) -> None:
    """Feedback that is out of date is removed where feedback is written, and named."""
    wrong = workbook(round_, "Odesa", PLN_03=None)
    arrives(round_, mail("odesa@example.org", SENT, {"Odesa.xlsx": wrong}))
    ran("refresh", round_, "--today", DAY)
    (feedback,) = [name for name in names(round_) if "feedback" in name]
    ran("decide", round_, "Odesa.xlsx", "--withdraw", "--reason", "Wrong file", "--today", DAY)
    told = ran("drafts", round_, "issue", "--today", DAY)
    assert "removed" not in told.err
    assert feedback in names(round_)
    told = ran("drafts", round_, "--today", DAY)
    assert f"removed, no longer due: {round_ / 'drafts' / feedback}" in told.err
    assert feedback not in names(round_)


def test_what_cannot_be_moved_is_named_and_the_others_are_moved(round_: Path) -> None:
    ran("remind", round_, "--today", NEXT_DAY)
    (round_ / "sent").mkdir()
    (round_ / "sent" / DAY).write_text("in the way", encoding="utf-8")
    told = ran("drafts", round_, "--done", "--today", NEXT_DAY, code=5)
    assert names(round_, "sent") == [
        f"{NEXT_DAY}/Minsk_reminder-before.eml",
        f"{NEXT_DAY}/Odesa_reminder-before.eml",
    ]
    assert len(told.out.splitlines()) == 2
    text = " ".join(told.err.split())
    for name in names(round_):
        assert f"drafts/{name} was not moved: File exists. Close it" in text
    (round_ / "sent" / DAY).unlink()
    assert len(ran("drafts", round_, "--done", "--today", NEXT_DAY).out.splitlines()) == 2
    assert names(round_) == []


def test_a_draft_or_list_that_is_open_elsewhere_stops_nothing(
    round_: Path, monkeypatch: Patch
) -> None:
    """As Windows has it: what a mail program or Excel shows can neither be written, moved nor deleted."""
    unlink, rename, replace = Path.unlink, Path.rename, Path.replace

    def refuse(path: Path) -> None:
        if path.name in ("Minsk_issue.eml", "mail-merge.csv"):
            raise PermissionError(13, "it is used by another process", str(path))

    def guarded_unlink(path: Path, missing_ok: bool = False) -> None:
        refuse(path)
        unlink(path, missing_ok)

    def guarded_rename(path: Path, target: Path) -> Path:
        refuse(path)
        return rename(path, target)

    def guarded_replace(path: Path, target: Path) -> Path:
        refuse(Path(target))
        return replace(path, target)

    issue_again(round_, "2026-08-01")
    with monkeypatch.context() as windows:
        windows.setattr(Path, "unlink", guarded_unlink)
        windows.setattr(Path, "rename", guarded_rename)
        windows.setattr(Path, "replace", guarded_replace)
        told = ran("drafts", round_, "issue", "--today", DAY, code=5)
        assert [Path(path).name for path in told.out.split()] == ["Odesa_issue.eml"]
        assert "Minsk_issue.eml cannot be written: it is open in another program" in " ".join(
            told.err.split()
        )
        told = ran("drafts", round_, "--done", "--today", DAY, code=5)
        assert [Path(path).name for path in told.out.split()] == ["Odesa_issue.eml"]
        assert "Minsk_issue.eml was not moved: it is used by another process." in " ".join(
            told.err.split()
        )
    told = ran("drafts", round_, "issue", "--today", DAY)
    assert [Path(path).name for path in told.out.split()] == ["Minsk_issue.eml"]
    assert names(round_) == [f"{DAY}/Minsk_issue.eml"]


def test_what_was_marked_as_sent_by_mistake_is_a_draft_again(round_: Path) -> None:
    """Under its name, and the history of its team says both; of the other team nothing changes."""
    drafted = contents(round_, "drafts")
    ran("drafts", round_, "--done", "--today", DAY)
    moved = ran("drafts", round_, "--undo", "--team", "Odesa", "--today", NEXT_DAY)
    assert moved.err.splitlines()[-1] == "1 draft moved."
    assert names(round_) == [f"{DAY}/Odesa_issue.eml"]
    assert names(round_, "sent") == [f"{DAY}/Minsk_issue.eml"]
    history = ran("status", round_, "--team", "Odesa", "--today", NEXT_DAY).out
    assert "Not sent: Odesa_issue.eml" in history
    ran("drafts", round_, "--done", "--today", NEXT_DAY)
    assert contents(round_, "sent") == drafted


def test_nothing_is_overwritten_where_a_draft_goes_back(round_: Path) -> None:
    ran("drafts", round_, "--done", "--team", "Odesa", "--today", DAY)
    ran("drafts", round_, "issue", "--again", "--today", DAY)
    ran("drafts", round_, "--done", "--team", "Odesa", "--today", DAY)
    before = {*contents(round_, "drafts").values(), *contents(round_, "sent").values()}
    ran("drafts", round_, "--undo", "--team", "Odesa", "--today", DAY)
    after = {*contents(round_, "drafts").values(), *contents(round_, "sent").values()}
    assert after == before
    assert "Name each with --team" in ran("drafts", round_, "--undo", code=2).err
    assert "opposites" in ran("drafts", round_, "--undo", "--done", code=2).err


def test_a_draft_that_was_moved_by_hand_is_sent(round_: Path) -> None:
    """Its mail is known among what comes, and the blank workbook in it is no return."""
    draft = round_ / "drafts" / DAY / "Odesa_issue.eml"
    (round_ / "sent").mkdir()
    draft.rename(round_ / "sent" / draft.name)
    letter = as_sent(round_ / "sent" / draft.name)
    (round_.parent / "Sent.mbox").write_bytes(mbox(letter))
    told = ran("receive", round_, round_.parent / "Sent.mbox", "--today", "2026-07-10")
    assert "0 workbooks taken in" in told.err
    moved = ran("drafts", round_, "--done", "--today", "2026-07-10").out.split()
    assert [Path(path).name for path in moved] == ["Minsk_issue.eml"]
    assert "no draft" in ran("drafts", round_, "issue", "--today", "2026-07-10").err


def test_a_file_of_somebody_else_is_not_overwritten(round_: Path) -> None:
    own = round_ / "drafts" / NEXT_DAY / "Odesa_reminder-before.eml"
    own.parent.mkdir()
    own.write_bytes(b"X-Hrge-Xl-Draft: 00\r\n\r\nMine")
    written = ran("remind", round_, "--today", NEXT_DAY).out.split()
    assert {Path(path).name for path in written} == {
        "Minsk_reminder-before.eml",
        "Odesa_reminder-before_2.eml",
    }
    assert own.read_bytes().endswith(b"Mine")


def test_a_mail_in_the_place_of_a_draft_is_not_deleted_with_it(round_: Path) -> None:
    """Somebody saved the mail to another team over it; then the team answers."""
    ran("remind", round_, "--today", NEXT_DAY)
    minsk, odesa = (
        round_ / "drafts" / NEXT_DAY / f"{team}_reminder-before.eml" for team in ("Minsk", "Odesa")
    )
    odesa.write_bytes(minsk.read_bytes())
    arrives(round_, mail("odesa@example.org", SENT, {"Odesa.xlsx": workbook(round_, "Odesa")}))
    ran("refresh", round_, "--today", NEXT_DAY, code=None)
    assert odesa.is_file()


# whatever is done, in whichever order

COMMANDS = (
    ("issue",),
    ("issue", "reminder", "--again"),
    (),
    ("--done",),
    ("--done", "--team", "Minsk"),
)


def happen(round_: Path, chance: random.Random) -> None:
    """Do what people do between two commands: answer, delete or move a draft, put something in the way."""
    drafted = names(round_)
    event = chance.choice(("answer", "delete", "move", "in the way"))
    name = chance.choice(drafted) if drafted else ""
    target = round_ / "sent" / name
    if event == "answer":
        changes: dict[str, str | None] = {"PLN_03": None} if chance.random() < 0.5 else {}
        made = workbook(round_, "Odesa", **changes)
        (round_ / "returned" / f"{chance.random()}.xlsx").write_bytes(made)
    elif event == "delete" and name:
        (round_ / "drafts" / name).unlink()
    elif event == "move" and name and not target.parent.exists():
        target.parent.mkdir(parents=True)
        (round_ / "drafts" / name).rename(target)
    elif event == "in the way" and name and not target.parent.exists():
        target.parent.parent.mkdir(exist_ok=True)
        target.parent.write_text("", encoding="utf-8")


@pytest.mark.parametrize(
    "seed", [2, *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(3, 25))]
)
def test_no_draft_gets_lost_in_any_order(round_: Path, seed: int) -> None:
    """A draft is where it was, or was named as moved or removed; what was sent stays as it is."""
    chance = random.Random(seed)
    day = date.fromisoformat(DAY)
    for _ in range(4):
        happen(round_, chance)
        before = contents(round_, "drafts")
        sent = contents(round_, "sent")
        command = chance.choice(COMMANDS)
        told = ran("drafts", round_, *command, "--today", day, code=(0, 5))
        after = contents(round_, "drafts")
        now_sent = contents(round_, "sent")
        assert {name: now_sent.get(name) for name in sent} == sent, (seed, command)
        moved = {data: name for name, data in now_sent.items() if name not in sent}
        text = f"{told.out}\n{told.err}"
        gone = [name for name, data in before.items() if after.get(name) != data]
        assert [name for name in gone if moved.get(before[name], name) not in text] == [], (
            seed,
            command,
        )
        assert [name for name in after.keys() - before.keys() if name not in text] == [], (
            seed,
            command,
        )
        day += timedelta(days=chance.choice((0, 0, 1, 7)))
    for path in (round_ / "sent").glob("2*"):
        if path.is_file():
            path.unlink()
    ran("drafts", round_, "--done", "--today", day)
    assert names(round_) == []
