"""Whose address a return came from: others are told, wait for a decision, and `round contact` settles it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from shutil import rmtree

import pytest

from hrge_xl import generate, load, load_round
from hrge_xl.cli import run
from tests.face import Answers, orders, saved_on
from tests.letters import mail, msg, with_logo, zipped
from tests.test_consolidate import answers

DAY = date(2026, 7, 8)
SENT = datetime(2026, 7, 7, 9, tzinfo=UTC)
TEAMS = """\
team,country,language,deadline,contact,email
Odesa,PAK,en,2026-07-10,Desk <office@example.org>,"odesa@example.org; Deputy <deputy@example.org>"
Minsk,MAR,en,2026-07-10,Desk <office@example.org>,minsk@bücher.example
"""


def begun(folder: Path, teams: str = TEAMS) -> Path:
    """A round whose workbooks are issued."""
    (folder / "teams.csv").write_text(teams, encoding="utf-8")
    made = folder / "round"
    assert (
        run(["round", "init", str(made), "--spec", "example", "--teams", str(folder / "teams.csv")])
        == 0
    )
    assert run(["generate", str(made), "--today", "2026-07-01"]) == 0
    return made


def workbook(round_: Path, team: str, **changes: str | None) -> bytes:
    """What a team fills in."""
    (order,) = [each for each in orders(load_round(round_), date(2026, 7, 1)) if each.team == team]
    given: Answers = answers(country=order.country, **changes)
    return saved_on(generate(load("example"), replace(order, answers=given)), SENT.date())


def arrives(round_: Path, content: EmailMessage | bytes, name: str = "x.eml") -> None:
    (round_ / "inbox" / name).write_bytes(
        content if isinstance(content, bytes) else content.as_bytes()
    )


def week(round_: Path, capsys: pytest.CaptureFixture[str], day: date = DAY) -> dict[str, object]:
    """What a refresh says, as data."""
    capsys.readouterr()
    run(["refresh", str(round_), "--json", "--today", str(day)])
    data: dict[str, object] = json.loads(capsys.readouterr().out)
    return data


def warnings(round_: Path, capsys: pytest.CaptureFixture[str], *place: str) -> list[str]:
    """The messages of I017, file by file."""
    capsys.readouterr()
    run(["validate", *(place or [str(round_)]), "--json", "--today", str(DAY)])
    files = json.loads(capsys.readouterr().out)["files"]
    return [
        each["message"] for file in files for each in file["findings"] if each["code"] == "I017"
    ]


def notes(round_: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, str]:
    capsys.readouterr()
    assert run(["status", str(round_), "--json", "--today", str(DAY), *more]) == 0
    return {each["team"]: each["note"] for each in json.loads(capsys.readouterr().out)}


@pytest.mark.deep
def test_a_workbook_from_another_teams_address_waits_for_a_decision(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It counts with a warning; both teams show it, nobody is thanked or reminded, until the address is settled."""
    round_ = begun(tmp_path)
    arrives(round_, mail("minsk@bücher.example", SENT, {"answer.xlsx": workbook(round_, "Odesa")}))
    told = week(round_, capsys)
    assert told["to_decide"] == ["answer.xlsx, not sent from Odesa"]
    assert told["drafts"]["new"] == []  # type: ignore[index]
    assert told["counts"]["counted"] == 1  # type: ignore[index]
    said = (
        "answer.xlsx was sent from m***@bücher.example (Minsk), which is not an address of Odesa."
    )
    assert warnings(round_, capsys) == [said]
    assert warnings(round_, capsys, str(round_ / "returned" / "answer.xlsx")) == [said]
    assert notes(round_, capsys) == {
        "Odesa": "not sent from its address (I017): answer.xlsx",
        "Minsk": "sent from its address (I017): answer.xlsx, Odesa",
    }
    capsys.readouterr()
    assert run(["status", str(round_), "--today", str(DAY)]) == 0
    assert "To decide: hrge-xl decide" in capsys.readouterr().err
    assert run(["decide", str(round_), "--today", str(DAY)]) == 0
    assert said in capsys.readouterr().out
    assert (
        run(
            [
                "round",
                "contact",
                str(round_),
                "odesa",
                "Minsk <MINSK@xn--bcher-kva.example>",
                "--also",
                "--yes",
            ]
        )
        == 0
    )
    assert run(["verify", str(round_)]) == 0, capsys.readouterr()  # the change is no forgery
    assert warnings(round_, capsys) == []
    told = week(round_, capsys)
    assert told["to_decide"] == []
    assert [(each["team"], each["occasion"]) for each in told["drafts"]["new"]] == [  # type: ignore[index]
        ("Minsk", "reminder-before"),
        ("Odesa", "thanks"),
    ]


@pytest.mark.parametrize("choice", ["--use", pytest.param("--withdraw", marks=pytest.mark.deep)])
def test_a_decision_settles_it_too(
    choice: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    round_ = begun(tmp_path)
    arrives(round_, mail("stranger@example.net", SENT, {"answer.xlsx": workbook(round_, "Odesa")}))
    assert week(round_, capsys)["to_decide"] == ["answer.xlsx, not sent from Odesa"]
    decision = [
        "answer.xlsx",
        choice,
        "--reason",
        "It is known.",
        "--by",
        "the office",
        "--today",
        str(DAY),
    ]
    assert run(["decide", str(round_), *decision]) == 0
    assert warnings(round_, capsys) == []
    assert week(round_, capsys)["to_decide"] == []
    assert run(["decide", str(round_), *decision[:1], "--undo", *decision[2:]]) == 0
    assert week(round_, capsys)["to_decide"] == ["answer.xlsx, not sent from Odesa"]


STRANGE = (
    "stranger@example.net",
    "odesa@example.org <stranger@example.net>",
    '"odesa@example.org" <stranger@example.net>',
    "stranger@example.net (odesa@example.org)",
    "nobody",
)
KNOWN = (
    "odesa@example.org",
    "ODESA@Example.ORG",
    "=?utf-8?b?0J7QtNC10YHQsA==?= <odesa@example.org>",
)
KNOWN += ('"Office, Odesa" <deputy@example.org>', "Desk <office@example.org>")


MINSK = (
    "minsk@bücher.example",
    "Minsk <minsk@XN--bcher-kva.example>",
)  # a domain in its own letters


def test_senders_as_mails_name_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Case, a name before the address and any of several addresses are known; a name is no address."""
    round_ = begun(tmp_path)
    for number, sender in enumerate([*STRANGE, *KNOWN, *MINSK]):
        content = workbook(round_, "Minsk" if sender in MINSK else "Odesa", PLN_03=f"Plan {number}")
        made = mail("odesa@example.org", SENT, {f"{number}.xlsx": content}).as_bytes()
        sent = made.replace(b"From: odesa@example.org", f"From: {sender}".encode())
        arrives(round_, sent, f"{number}.eml")
    week(round_, capsys)
    files = [warning.partition(" ")[0] for warning in warnings(round_, capsys)]
    assert sorted(files) == [f"{number}.xlsx" for number in range(len(STRANGE))]


def test_a_mail_inside_a_mail_says_nothing_about_who_sent_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Except where the office itself has sent it on; the same for messages of Outlook, and for what is in a zip."""
    round_, made = begun(tmp_path), workbook
    for number, sender in enumerate(["stranger@example.net", "office@example.org"]):
        content = made(round_, "Odesa", PLN_03=f"Plan {number}")
        inner = mail("odesa@example.org", SENT, {f"{number}.xlsx": content})
        arrives(
            round_,
            mail(sender, SENT, {"old.zip": zipped({"old.eml": inner.as_bytes()})}),
            f"{number}.eml",
        )
    arrives(round_, msg("stranger@example.net", SENT, {"2.xlsx": made(round_, "Minsk")}), "2.msg")
    arrives(round_, made(round_, "Minsk", PLN_03="By hand"), "3.xlsx")
    week(round_, capsys)
    assert warnings(round_, capsys) == [
        "0.xlsx was sent from s***@example.net, which is not an address of Odesa.",
        "2.xlsx was sent from s***@example.net, which is not an address of Minsk.",
    ]


def test_without_addresses_nothing_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    round_ = begun(tmp_path, "team,country\nOdesa,PAK\nMinsk,MAR\n")
    arrives(round_, mail("stranger@example.net", SENT, {"answer.xlsx": workbook(round_, "Odesa")}))
    assert week(round_, capsys)["to_decide"] == []
    assert warnings(round_, capsys) == []
    assert run(["round", "contact", str(round_), "Minsk", "stranger@example.net", "--yes"]) == 0
    assert week(round_, capsys)["to_decide"] == [
        "answer.xlsx, not sent from Odesa"
    ]  # received before that


@pytest.mark.deep
def test_it_is_told_alike_in_a_dataset_elsewhere_and_left_out_of_what_is_redacted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    round_, year = begun(tmp_path), tmp_path / "year"
    arrives(round_, mail("stranger@example.net", SENT, {"answer.xlsx": workbook(round_, "Odesa")}))
    week(round_, capsys)
    assert (
        run(["consolidate", str(round_), "-o", str(year), "--today", str(DAY), "--shareable"]) == 0
    )
    assert len(warnings(round_, capsys, str(year))) == 1
    assert "I017" in notes(round_, capsys, "--ledger", str(year))["Odesa"]
    rmtree(year / "reports")  # nobody says here who else was expected
    assert run(["verify", str(year), "--returned", str(round_ / "returned")]) == 0
    capsys.readouterr()
    run(
        [
            "report",
            str(round_),
            "--format",
            "json",
            "-o",
            str(tmp_path),
            "--redact",
            "--today",
            str(DAY),
        ]
    )
    (report,) = tmp_path.glob("*.json")
    text = report.read_text(encoding="utf-8")
    assert "I017" in text
    assert "example.net" not in text
    assert (
        run(["round", "contact", str(round_), "Odesa", "stranger@example.net", "--also", "--yes"])
        == 0
    )
    assert run(["verify", str(report), "--returned", str(round_ / "returned")]) == 0, (
        capsys.readouterr().out
    )
    for path in (year / "shareable").rglob("*"):
        assert not path.is_file() or b"example.net" not in path.read_bytes()


# what `round contact` writes

WRITTEN = """\
# Ours, do not lose.
name: round
spec: example
spec_digest: DIGEST
teams:
- team: Odesa  # the first
  country: PAK
- {team: Minsk, country: MAR}  # the second
- country: MAR
  team: Rabat
  email: rabat@example.org  # ask Nadia
- team: Cairo
  email: [a@example.org, b@example.org]
- team: Kabul
  email:
"""


@pytest.mark.parametrize(
    ("team", "also", "old", "new"),
    [
        ("Odesa", False, "  country: PAK", "  email: 'o''x@example.org'\n  country: PAK"),
        ("Minsk", True, "{team: Minsk,", "{team: Minsk, email: 'o''x@example.org',"),
        ("Rabat", False, "rabat@example.org", "'o''x@example.org'"),
        ("Rabat", True, "rabat@example.org", "'rabat@example.org, o''x@example.org'"),
        (
            "Cairo",
            True,
            "[a@example.org, b@example.org]",
            "'a@example.org, b@example.org, o''x@example.org'",
        ),
        (
            "Kabul",
            False,
            "- team: Kabul\n  email:\n",
            "- team: Kabul\n  email: 'o''x@example.org'\n",
        ),
    ],
)
def test_an_address_is_put_into_the_file_and_the_rest_stays(
    team: str, also: bool, old: str, new: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Comments, line ends and all else, in whichever way the team is written."""
    round_ = begun(tmp_path)
    written = WRITTEN.replace("DIGEST", load_round(round_).spec_digest)
    (round_ / "round.yaml").write_bytes(written.replace("\n", "\r\n").encode())
    options = ["--also"] if also else []
    assert (
        run(["round", "contact", str(round_), team, "o'x@example.org", *options, "--yes"]) == 0
    ), capsys.readouterr().err
    assert (round_ / "round.yaml").read_bytes().decode().replace("\r\n", "\n") == written.replace(
        old, new
    )
    (found,) = [each for each in load_round(round_).teams if each.code == team]
    assert "o'x@example.org" in found.email.split(", ")


@pytest.mark.parametrize(
    ("team", "address", "said"),
    [
        ("Odessa", "a@example.org", "round has no team 'Odessa'. Did you mean 'Odesa'?"),
        ("Odesa", "odesa", "'odesa' is not an e-mail address."),
        ("Odesa", " ", "Name an address, as name@example.org."),
    ],
)
def test_what_cannot_be_set_is_said(
    team: str, address: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    round_ = begun(tmp_path)
    before = (round_ / "round.yaml").read_bytes()
    assert run(["round", "contact", str(round_), team, address, "--yes"]) == 2
    assert said in capsys.readouterr().err
    assert (round_ / "round.yaml").read_bytes() == before


# who wrote, and sent no workbook


def test_who_wrote_without_a_workbook_is_named_until_one_comes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    round_ = begun(tmp_path)
    arrives(
        round_,
        mail("odesa@example.org", SENT, {"report.pdf": b"%PDF-1.7\n", "scan.jpg": b"\xff\xd8\xff"}),
        "1.eml",
    )
    arrives(round_, mail("minsk@bücher.example", SENT, {}, subject="We are late"), "2.eml")
    arrives(round_, mail("stranger@example.net", SENT, {}), "3.eml")
    assert set(week(round_, capsys)["wrote_without_workbook"]) == {"Odesa", "Minsk"}  # type: ignore[call-overload]
    capsys.readouterr()
    run(["refresh", str(round_), "--today", str(DAY)])
    told = " ".join(capsys.readouterr().out.split())
    assert "wrote without a workbook: Odesa (PDF, picture), Minsk (letter)." in told
    files = {"Odesa.xlsx": workbook(round_, "Odesa"), "a.pdf": b"%PDF-1.7\n"}
    arrives(round_, mail("odesa@example.org", SENT + timedelta(hours=3), files), "4.eml")
    assert week(round_, capsys)["wrote_without_workbook"] == {"Minsk": ["letter"]}


LINKED = "Too large for a mail: https://onedrive.live.com/?id=7 Regards"


@pytest.mark.parametrize(
    ("letter", "said", "named"),
    [
        (
            mail("odesa@example.org", SENT, {"report.pdf": b"%PDF-1.7\n"}),
            "PDF",
            "You sent: report.pdf",
        ),
        pytest.param(mail("odesa@example.org", SENT, {}), "letter", "", marks=pytest.mark.deep),
        pytest.param(
            with_logo(mail("odesa@example.org", SENT, {}, text=LINKED)),
            "link to OneDrive",
            "",
            marks=pytest.mark.deep,
        ),
        (
            mail("odesa@example.org", SENT, {"all.rar": b"Rar!\x1a\x07"}),
            "all.rar",
            "You sent: all.rar",
        ),
        pytest.param(
            mail("odesa@example.org", SENT, {"o.7z": b"7z\xbc\xaf\x27\x1c"}),
            "o.7z",
            "You sent: o.7z",
            marks=pytest.mark.deep,
        ),
    ],
)
def test_who_wrote_without_a_workbook_is_asked_for_it(
    letter: EmailMessage, said: str, named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once, with the workbook; also when the mail is gone from the inbox, until a return comes."""
    round_ = begun(tmp_path)
    arrives(round_, letter)
    assert week(round_, capsys)["wrote_without_workbook"] == {"Odesa": [said]}
    (draft,) = (round_ / "drafts").rglob("Odesa*.eml")  # and no reminder
    asked = message_from_bytes(draft.read_bytes(), policy=default)
    assert isinstance(asked, EmailMessage)
    assert str(asked["To"]).startswith("odesa@example.org")
    text = asked.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert ("You sent" in text, named in text) == (bool(named), True)
    assert ".zip" in text
    assert [part.get_filename() for part in asked.iter_attachments()] == ["Odesa_en.xlsx"]
    (round_ / "inbox" / "x.eml").unlink()
    told = week(round_, capsys)
    assert told["wrote_without_workbook"] == {"Odesa": [said]}
    assert told["ask_again"] == []  # what is not in the inbox any more
    assert [*(round_ / "drafts").rglob("Odesa*.eml")] == [draft]
    arrives(round_, letter)
    later = SENT + timedelta(hours=1)
    arrives(
        round_, mail("odesa@example.org", later, {"o.xlsx": workbook(round_, "Odesa")}), "2.eml"
    )
    told = week(round_, capsys)
    assert (told["wrote_without_workbook"], told["ask_again"]) == ({}, [])
    assert not draft.exists()


def test_a_file_is_asked_for_again_until_a_good_one_comes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the same day too; what comes spoilt after a good one is asked for again."""
    round_ = begun(tmp_path)
    good = workbook(round_, "Odesa")
    arrives(round_, mail("odesa@example.org", SENT, {"one.xlsx": good[:2000]}), "1.eml")
    (round_ / "inbox" / "Minsk.rar").write_bytes(b"Rar!\x1a\x07")
    assert week(round_, capsys)["ask_again"] == ["one.xlsx (Odesa)", "Minsk.rar (Minsk)"]
    arrives(
        round_, mail("odesa@example.org", SENT + timedelta(hours=1), {"two.xlsx": good}), "2.eml"
    )
    assert week(round_, capsys)["ask_again"] == ["Minsk.rar (Minsk)"]
    arrives(
        round_,
        mail("odesa@example.org", SENT + timedelta(hours=2), {"new.xlsx": good[:3000]}),
        "3.eml",
    )
    minsk = workbook(round_, "Minsk")
    arrives(
        round_, mail("minsk@bücher.example", SENT + timedelta(hours=2), {"m.xlsx": minsk}), "4.eml"
    )
    assert week(round_, capsys)["ask_again"] == ["new.xlsx (Odesa)"]


def test_whose_file_cannot_be_read_is_not_reminded_as_if_nothing_had_come(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    round_ = begun(tmp_path)
    spoilt = workbook(round_, "Odesa")[:2000]
    arrives(round_, mail("odesa@example.org", SENT, {"one.xlsx": spoilt}))
    week(round_, capsys)
    drafts = {path.name for path in (round_ / "drafts" / str(DAY)).glob("*_reminder-*.eml")}
    assert {name.partition("_")[0] for name in drafts} == {"Minsk"}


@pytest.mark.deep
def test_who_sent_a_workbook_of_another_round_is_asked_for_that_of_this_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At once, in the language of the team, once, with the right workbook; until it comes."""
    (tmp_path / "earlier").mkdir()
    earlier, round_ = (
        begun(tmp_path / "earlier"),
        begun(tmp_path, TEAMS.replace("PAK,en", "PAK,fr")),
    )
    (round_ / "round.yaml").write_text(
        (round_ / "round.yaml").read_text("utf-8").replace("name: round", "name: 2026-H2"), "utf-8"
    )
    rmtree(round_ / "issued")
    assert run(["generate", str(round_), "--today", "2026-07-01"]) == 0
    arrives(round_, mail("odesa@example.org", SENT, {"Odesa.xlsx": workbook(earlier, "Odesa")}))
    week(round_, capsys)
    week(round_, capsys)
    (file,) = (round_ / "drafts").rglob("Odesa*.eml")  # and no reminder
    draft = message_from_bytes(file.read_bytes(), policy=default)
    assert isinstance(draft, EmailMessage)
    body = draft.get_body(("plain",))
    assert body is not None
    assert file.name == "Odesa_ask-other-round.eml"
    assert (
        "d'un autre cycle : ses réponses ne peuvent pas compter dans 2026-H2" in body.get_content()
    )
    assert [each.get_filename() for each in draft.iter_attachments()] == ["Odesa_fr.xlsx"]
    arrives(
        round_,
        mail("odesa@example.org", SENT, {"Right.xlsx": workbook(round_, "Odesa")}),
        "right.eml",
    )
    week(round_, capsys)
    assert "Odesa_thanks.eml" in [
        path.name.replace("_WS-07", "") for path in (round_ / "drafts").rglob("*.eml")
    ]
    assert not [*(round_ / "drafts").rglob("*ask-other-round.eml")]
