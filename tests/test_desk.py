"""The desk as somebody uses it: a round in a browser, from what came to what is shared."""

from __future__ import annotations

import getpass
import json
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default as email_policy
from html import unescape
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

import hrge_xl
from tests.command_line import hrge
from tests.desks import TEAMS, RunningDesk, round_of_four, running, week_of_four, write_mails
from tests.fixture_types import Folders
from tests.letters import mail
from tests.pages import unfold, violations
from tests.played_rounds import workbook

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.xdist_group("desk")
PAGES = ("", "team?code=Karachi", "letters", "decide", "find?value=11", "share", "round", "rounds")
WHY = "Agreed by telephone."


@pytest.fixture(scope="module")
def issued(tmp_path_factory: Folders) -> Path:
    """A round whose workbooks are out, with what its teams will send beside it."""
    folder = tmp_path_factory.mktemp("desk")
    write_mails(folder / "mails")
    return round_of_four(folder)


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: Folders) -> Path:
    """The same after its first week, by command."""
    return week_of_four(tmp_path_factory.mktemp("week"))


@pytest.fixture(scope="module")
def desk(taken_in: Path) -> Iterator[RunningDesk]:
    with running(taken_in) as started:
        started.enter()
        yield started


def opened(browser: Browser, desk: RunningDesk, width: int = 1366) -> tuple[Page, list[str]]:
    """Open the address of a desk; the list fills with whatever goes wrong in the browser."""
    page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto(desk.address)
    page.wait_for_url(lambda address: "secret" not in address)
    return page, trouble


def compared(round_: Path, earlier: str, later: str) -> str:
    """The page that shows two returns side by side."""
    return f"compare?earlier={submission(round_, earlier)}&later={submission(round_, later)}"


def submission(round_: Path, name: str) -> str:
    with hrge_xl.last_dataset(round_) as dataset:
        return next(each.submission for each in dataset.returns() if each.name == name)


@pytest.mark.parametrize("width", [pytest.param(1366, marks=pytest.mark.deep), 375])
def test_axe_finds_nothing_and_every_page_fits(
    browser: Browser, desk: RunningDesk, taken_in: Path, width: int
) -> None:
    page, trouble = opened(browser, desk, width)
    name = submission(taken_in, "Karachi_one.xlsx")
    two_versions = compared(taken_in, "Cairo_one.xlsx", "Cairo_other.xlsx")
    for address in (*PAGES, f"return?id={name}", two_versions, "view?page=overview"):
        answer = page.goto(f"http://{desk.host}{desk.home}{address}")
        assert answer is not None
        assert answer.ok, address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        if not address.startswith("view"):  # those run no script, not even that of axe
            unfold(page)
            assert violations(page) == [], address
    assert trouble == []
    page.context.close()


def test_what_is_dropped_is_taken_in(browser: Browser, issued: Path, tmp_path: Path) -> None:
    """Each file with what became of it; what is dropped again is there already."""
    round_ = shutil.copytree(issued, tmp_path / "2026-H1")
    files = sorted((issued.parent / "mails").iterdir())
    with running(round_) as desk:
        page, trouble = opened(browser, desk)
        page.set_input_files("input[type=file]", files)
        page.get_by_role("button", name="Take in what came").click()
        page.wait_for_selector("#work:not([data-running])", timeout=60_000)
        told = page.inner_text("#work")
        assert "4 workbooks taken in" in told
        assert "Karachi_one.xlsx (Karachi): returned, 1 error" in told
        assert "left aside" in told
        states = page.locator("#teams tbody tr").all_inner_texts()
        assert [row.split("\t")[1].strip() for row in states] == [
            "accepted",
            "returned",
            "to decide",
            "late",
        ]
        page.set_input_files("input[type=file]", files[:1])
        page.get_by_role("button", name="Take in what came").click()
        page.wait_for_selector("#work:not([data-running])", timeout=60_000)
        assert "0 workbooks taken in" in page.inner_text("#work")
        assert trouble == []
        page.context.close()
    assert len([*(round_ / "returned").iterdir()]) == 4


def ask_for(page: Page, act: str, **fields: str) -> None:
    """Fill in the form of an act and send it."""
    unfold(page)
    form = page.locator(f"form:has(input[name=act][value={act}])").first
    for name, value in fields.items():
        field = form.locator(f"[name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.locator("button").click()


def confirm(page: Page) -> str:
    """Say that what is shown is meant; return what was shown."""
    shown = page.locator("form ul").inner_text()
    page.get_by_label("Reason").fill(WHY)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_selector("#work:not([data-running])", timeout=60_000)
    return shown


@pytest.mark.deep
def test_a_round_that_is_clicked_ends_as_one_that_is_typed(
    browser: Browser, issued: Path, tmp_path: Path
) -> None:
    """From what came to a round that goes on: the same dataset, states, figures and ledger."""
    clicked = shutil.copytree(issued, tmp_path / "clicked" / "2026-H1")
    typed = shutil.copytree(issued, tmp_path / "typed" / "2026-H1")
    mails = sorted((issued.parent / "mails").iterdir())
    with running(clicked) as desk:
        page, trouble = opened(browser, desk)
        home = f"http://{desk.host}{desk.home}"

        def finished() -> str:
            page.wait_for_selector("#work:not([data-running])", timeout=60_000)
            assert page.locator("#work .error").count() == 0, page.inner_text("#work")
            return page.inner_text("#work")

        page.set_input_files("input[type=file]", mails)
        page.get_by_role("button", name="Take in what came").click()
        assert "4 workbooks taken in" in finished()
        karachi = submission(clicked, "Karachi_one.xlsx")
        cairo = submission(clicked, "Cairo_other.xlsx")
        page.goto(f"{home}return?id={karachi}")
        page.goto(f"{home}return?id={karachi}")
        ask_for(page, "correct", value="12", reason=WHY)
        assert "Plan!E12" in finished()
        page.goto(f"{home}return?id={karachi}")
        form = page.locator("form:has(input[name=act][value=waive])").first
        waived = {name: form.locator(f"[name={name}]").input_value() for name in ("code", "place")}
        ask_for(page, "waive", reason=WHY)
        finished()
        page.goto(f"{home}decide")
        form = page.locator(f"form:has(input[value='{cairo}'])")
        form.locator("[name=choice]").select_option("counts")
        form.locator("[name=reason]").fill(WHY)
        form.locator("button").click()
        assert "Cairo_other.xlsx (Cairo): counts" in finished()
        page.goto(f"{home}team?code=Bamako")
        ask_for(page, "extend", deadline="2027-01-31")
        assert "Bamako: 2026-08-05 → 2027-01-31" in confirm(page)
        ask_for(page, "note", text="Called; the office moves.")
        finished()
        change_teams(page, home)
        page.goto(f"{home}letters")
        ask_for(page, "sent")
        assert "→ sent/" in finished()
        page.goto(f"{home}round")
        ask_for(page, "close")
        assert "Without an answer: Bamako, Gao." in confirm(page)
        page.goto(f"{home}round")
        ask_for(page, "reopen")
        confirm(page)
        assert trouble == []
        page.context.close()
    type_the_same(typed, mails, karachi, cairo, waived)
    assert what_it_came_to(clicked) == what_it_came_to(typed)


def change_teams(page: Page, home: str) -> None:
    """Give a team another address and another code, take the code back, and let another team join."""
    ask_for(page, "contact", address="segou@example.org")
    assert "segou@example.org" in confirm(page)
    page.goto(f"{home}team?code=Bamako")
    ask_for(page, "rename", code="Segou")
    assert "Segou" in confirm(page)
    page.goto(f"{home}round")
    ask_for(page, "undo")
    assert "Bamako" in confirm(page)
    page.goto(f"{home}round")
    ask_for(page, "add-team", team="Gao", country="PAK", deadline="2027-01-31")
    assert "Gao" in confirm(page)


def type_the_same(
    typed: Path, mails: list[Path], karachi: str, cairo: str, waived: dict[str, str]
) -> None:
    """Do by commands what was clicked."""
    for path in mails:
        shutil.copy(path, typed / "inbox")
    assert hrge("refresh", typed) == 0
    who = ("--reason", WHY, "--by", getpass.getuser())
    first = hrge_xl.waiting_drafts(typed)[0]
    for words in (
        ("decide", typed, karachi, "--cell", "Plan!E12", "--value", "12", *who),
        ("drafts", typed),
        (
            "waive",
            waived["code"],
            "--file",
            karachi,
            "--cell",
            waived["place"],
            "--ledger",
            typed,
            *who,
        ),
        ("drafts", typed),
        ("decide", typed, cairo, "--use", *who),
        ("drafts", typed),
        ("round", "extend", typed, "2027-01-31", "Bamako", "--yes", *who),
        ("round", "note", typed, "Called; the office moves.", "--team", "Bamako"),
        ("round", "contact", typed, "Bamako", "segou@example.org", "--yes", *who),
        ("round", "rename-team", typed, "Bamako", "Segou", "--yes", *who),
        ("round", "undo", typed, "--yes", *who),
        (
            "round",
            "add-team",
            typed,
            "Gao",
            "--country",
            "PAK",
            "--deadline",
            "2027-01-31",
            "--yes",
            *who,
        ),
        ("drafts", typed, "--done", "--team", first.team),
        ("round", "close", typed, "--yes", *who),
        ("round", "reopen", typed, "--yes", *who),
    ):
        assert hrge(*words) == 0, words


def what_it_came_to(round_: Path) -> dict[str, object]:
    """The states of a round, its answers and figures, and what people entered."""
    tables = ("answers", "findings", "aggregate_numbers", "teams")
    lines = (round_ / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    volatile = ("time", "previous", "digest", "n", "content")
    return {
        "states": [(each.team.code, each.state) for each in hrge_xl.status(round_)],
        "tables": {name: hrge_xl.read_table(round_, name).to_csv() for name in tables},
        "ledger": [{k: v for k, v in each.items() if k not in volatile} for each in entries],
        "round": (round_ / "round.yaml").read_text(encoding="utf-8"),
        "sent": sorted(path.name for path in (round_ / "sent").rglob("*.eml")),
    }


def test_one_form_acts_once(desk: RunningDesk, taken_in: Path) -> None:
    """However often it is sent; and a second page shows what came of it."""
    form = desk.ask("team?code=Bamako").form("note") | {"text": "Once.", "by": "office"}
    places = {desk.send("act", form).headers["location"] for _ in range(3)}
    assert len(places) == 1
    assert desk.ask("team?code=Bamako").text.count("Once. (office)") == 1


def test_one_form_acts_once_however_much_was_done_since(taken_in: Path, tmp_path: Path) -> None:
    """Somebody goes back in the browser, hours later, and sends what stands there again."""
    round_ = shutil.copytree(taken_in, tmp_path / "2026-H1")
    with running(round_) as desk:
        desk.enter()
        form = desk.ask("team?code=Bamako").form("note") | {"text": "Later once.", "by": "office"}
        first = desk.send("act", form).headers["location"]
        other = desk.ask("letters").form("letters") | {"kind": "no such kind"}
        for number in range(60):
            desk.send("act", other | {"form": f"other {number}"})
        assert desk.send("act", form).headers["location"] == first
        assert desk.ask("team?code=Bamako").text.count("Later once. (office)") == 1


@pytest.mark.parametrize(
    "address", ["?work=" + "9" * 5000, "find?table=answers&row=" + "9" * 5000, "?work=-1"]
)
def test_a_number_that_is_none_breaks_no_page(desk: RunningDesk, address: str) -> None:
    answer = desk.ask(address)
    assert answer.status in (200, 409)
    assert "This is a bug" not in answer.text


def test_the_first_line_counts_every_team_once_and_leads_to_these(desk: RunningDesk) -> None:
    page = desk.ask().text
    cards = re.findall(r'<li class="\w+"><a href="([^"]*)"><b>(\d+)</b> <strong>([^<]+)', page)
    counts = {name: int(count) for _, count, name in cards}
    assert counts == {
        "accepted": 1,
        "returned": 1,
        "to decide": 1,
        "blank": 0,
        "Not answered": 1,
    }
    assert sum(counts.values()) == len(TEAMS)
    for address, count, name in cards:
        text = desk.ask(unescape(address)).text
        rows = re.search(r"<tbody>(.*?)</table>", text, re.DOTALL)
        assert rows
        assert rows[1].count("<tr>") == int(count), name
        assert f'<option value="{name}" selected>' in text


def test_what_was_typed_is_there_again_after_an_error(desk: RunningDesk, taken_in: Path) -> None:
    """Beside what is wrong, whether it was noticed before one had to confirm or when it was done."""
    page = f"return?id={submission(taken_in, 'Karachi_one.xlsx')}"
    form = desk.ask(page).form("waive")
    typed = {"reason": "As they said.", "by": "Office", "until": "2020-01-31"}
    refused = ended(desk, form | typed)
    assert "2020-01-31 is past already" in refused
    again = refused[refused.index("<details open>") :]
    for text in typed.values():
        assert f'value="{text}"' in again
    assert "<details open>" not in desk.ask(page).text
    refused = ended(
        desk, desk.ask("round").form("add-team") | {"team": "Karachi", "country": "PK9"}
    )
    assert 'class="error tag"' in refused
    assert 'value="PK9"' in refused


@pytest.mark.deep
def test_what_was_judged_is_taken_back(taken_in: Path, tmp_path: Path) -> None:
    """A correction, a waiver and a decision; letters that are due after each are there without being asked for."""
    round_ = shutil.copytree(taken_in, tmp_path / "2026-H1")
    before = [(status.team.code, status.state) for status in hrge_xl.status(round_)]
    karachi = f"return?id={submission(round_, 'Karachi_one.xlsx')}"
    two_versions = compared(round_, "Cairo_one.xlsx", "Cairo_other.xlsx")
    why = {"reason": WHY, "by": "Office"}
    with running(round_) as desk:
        desk.enter()

        def asks_to_correct() -> bool:
            (draft,) = (each for each in hrge_xl.waiting_drafts(round_) if each.team == "Karachi")
            mail = message_from_bytes((round_ / draft.file).read_bytes(), policy=email_policy)
            body = mail.get_body(("plain",))
            assert body is not None
            return "It was accepted." not in body.get_content()

        assert asks_to_correct()
        done = ended(desk, desk.ask(karachi).form("correct") | why | {"value": "12"})
        assert "→ accepted" in done
        assert "hrge-xl drafts" in done
        assert not asks_to_correct()
        ended(desk, desk.ask("decide").form("withdraw-correction") | why)
        assert asks_to_correct()
        ended(desk, desk.ask(karachi).form("waive") | why)
        assert not asks_to_correct()
        ended(desk, desk.ask("decide").form("withdraw-waiver") | why)
        assert asks_to_correct()
        decided = desk.ask(two_versions).form("decide") | why | {"choice": "counts"}
        assert "counts" in ended(desk, decided)
        taken_back = desk.ask("decide").text
        assert "<h2>Decisions</h2>" in taken_back
        form = re.findall(r"<form.*?</form>", taken_back, re.DOTALL)[0]
        assert 'value="undone"' in form
        ended(desk, desk.ask("decide").form("decide") | why | {"choice": "undone"})
        desk.process.terminate()
    assert [(status.team.code, status.state) for status in hrge_xl.status(round_)] == before


def test_letters_that_were_sent_are_listed(taken_in: Path, tmp_path: Path) -> None:
    round_ = shutil.copytree(taken_in, tmp_path / "2026-H1")
    with running(round_) as desk:
        desk.enter()
        letters = desk.ask("letters")
        assert "Marked as sent" not in letters.text
        ended(desk, letters.form("sent"))
        page = desk.ask("letters")
        (sent,) = hrge_xl.sent_drafts(round_)
        assert sent.file in page.text.partition("<h2>Marked as sent</h2>")[2]
        waiting = len(hrge_xl.waiting_drafts(round_))
        ended(desk, page.form("not-sent"))
    assert hrge_xl.sent_drafts(round_) == []
    assert len(hrge_xl.waiting_drafts(round_)) == waiting + 1


def test_a_draft_that_somebody_saved_otherwise_hides_no_other(
    taken_in: Path, tmp_path: Path
) -> None:
    """A mail program wrote it anew, or somebody worked in it as a text."""
    round_ = shutil.copytree(taken_in, tmp_path / "2026-H1")
    first, second, *_ = hrge_xl.waiting_drafts(round_)
    head, _, _ = (round_ / first.file).read_bytes().partition(b"\r\n\r\n")
    kept = b"\r\n".join(line for line in head.splitlines() if line.startswith(b"X-"))
    strange = b"\r\nSubject: =?nothing?B?//?=\r\nTo: <<\r\nContent-Type: text/plain; charset=none\r\n\r\n\xff\xfe"
    (round_ / first.file).write_bytes(kept + strange)
    with running(round_) as desk:
        desk.enter()
        letters = desk.ask("letters")
        assert letters.status == 200
        assert f"{second.team.lower()}@example.org" in letters.text
        assert letters.text.count("<section id=") == len(hrge_xl.waiting_drafts(round_))


def test_letters_of_every_kind_are_written_and_every_file_is_made(
    taken_in: Path, tmp_path: Path
) -> None:
    """What the first choice of a form says is what it does; what no page has made yet can be made from it."""
    round_ = shutil.copytree(taken_in, tmp_path / "2026-H1")
    with running(round_) as desk:
        desk.enter()
        page = desk.ask("letters")
        assert "no kind of e-mail" not in ended(desk, page.form("letters") | {"kind": ""})
        share = desk.ask("share")
        assert 'href="data"' not in share.text
        ended(desk, share.form("files"))
        assert 'href="data"' in desk.ask("share").text


def ended(desk: RunningDesk, fields: dict[str, str]) -> str:
    """Send a form and wait until what it asks for is done; return the page that says what came of it."""
    page = desk.send("act", fields).headers["location"]
    until = time.monotonic() + 60
    while "data-running" in (text := desk.ask(page).text) and time.monotonic() < until:
        time.sleep(0.2)
    return text


def test_letters_with_a_tick_are_marked_as_sent_and_no_others(
    taken_in: Path, tmp_path: Path
) -> None:
    round_ = shutil.copytree(taken_in, tmp_path / "2026-H1")
    with running(round_) as desk:
        desk.enter()
        letters = desk.ask("letters")
        ids = re.findall(
            r'type="checkbox" name="draft" value="([^"]+)" form="several"', letters.text
        )
        assert len(ids) > 2
        shown = desk.send("act", letters.form("all-sent") | {"draft": ids[:2]})
        assert shown.text.count("→ sent/") == 2
        meant = re.findall(r'type="hidden" name="draft" value="([^"]+)"', shown.text)
        confirmed = shown.form("all-sent") | {"draft": meant, "reason": WHY, "by": "office"}
        desk.send("act", confirmed)
        left = desk.ask("letters").text
        assert [letter for letter in ids if f'id="{letter}"' in left] == ids[2:]
    assert len([*(round_ / "sent").rglob("*.eml")]) == 2


def test_what_was_confirmed_is_what_is_done(desk: RunningDesk, taken_in: Path) -> None:
    """Where something changed after it was shown, it is not done, and one looks again."""
    asked = desk.ask("team?code=Rabat").form("extend") | {"deadline": "2027-02-01"}
    shown = desk.send("act", asked)
    assert "Rabat: 2026-08-05 → 2027-02-01" in shown.text
    confirmed = shown.form("extend") | {"reason": WHY, "by": "office"}
    stale = desk.send("act", confirmed | {"confirmed": "0" * 64})
    assert "Something has changed since this was shown." in desk.ask(stale.headers["location"]).text
    assert hrge_xl.load_round(taken_in).teams[0].deadline is not None
    assert str(hrge_xl.load_round(taken_in).teams[0].deadline) == "2026-08-05"


def test_a_command_meanwhile_is_told_and_breaks_nothing(desk: RunningDesk, taken_in: Path) -> None:
    """Pages go on showing; an act says that another run is writing."""
    from tests.face import only_writer

    form = desk.ask("team?code=Rabat").form("note") | {"text": "Meanwhile.", "by": "office"}
    with only_writer(taken_in):
        assert desk.ask("team?code=Rabat").status == 200
        told = desk.send("act", form)
        assert "Another run is writing" in desk.ask(told.headers["location"]).text
    again = desk.ask("team?code=Rabat").form("note") | {"text": "Meanwhile.", "by": "office"}
    assert desk.send("act", again).status == 303
    assert "Meanwhile. (office)" in desk.ask("team?code=Rabat").text


def test_what_is_not_there_is_said_and_no_path_is_taken(desk: RunningDesk) -> None:
    for page in (
        "team?code=../../etc",
        "team",
        "return?id=../../../etc/passwd",
        "letter?id=../signing.key",
        "compare?earlier=x&later=y",
        "find?table=../x&row=1",
        "find?table=answers&row=x",
    ):
        answer = desk.ask(page)
        assert answer.status == 409, page
        assert 'role="alert"' in answer.text
        assert "This is a bug" not in answer.text
    assert desk.ask("signing.key").status == 404
    assert desk.ask("..%2fsigning.key").status == 404


def test_without_a_round_it_shows_those_that_lie_here(taken_in: Path) -> None:
    with running(folder=taken_in.parent) as desk:
        desk.enter()
        listed = desk.ask()
        assert "2026-H1" in listed.text
        chosen = desk.send("act", listed.form("choose"))
        assert chosen.status == 303
        assert "Karachi" in desk.ask().text


def test_the_next_round_begins_with_the_teams_of_this_one(taken_in: Path, tmp_path: Path) -> None:
    round_ = shutil.copytree(taken_in, tmp_path / "2026-H1")
    with running(round_) as desk:
        desk.enter()
        form = desk.ask("rounds").form("begin") | {"name": "2026-H2", "deadline": "2099-01-31"}
        assert desk.send("act", form | {"name": "../elsewhere", "from": "1"}).status == 303
        again = desk.ask("rounds").form("begin") | {"name": "2026-H2", "deadline": "2099-01-31"}
        begun = desk.ask(desk.send("act", again | {"from": "1"}).headers["location"])
    assert "2026-H2: 4 teams." in begun.text
    assert not (tmp_path.parent / "elsewhere").exists()
    assert [team.code for team in hrge_xl.load_round(tmp_path / "2026-H2").teams] == [*TEAMS]


@pytest.mark.deep
def test_what_was_checked_again_is_told(desk: RunningDesk) -> None:
    begun = desk.send("act", desk.ask("round").form("verify")).headers["location"]
    with_progress = desk.ask("events")
    assert with_progress.headers["content-type"].startswith("text/event-stream")
    last = json.loads(with_progress.text.strip().splitlines()[-1].removeprefix("data: "))
    assert last["finished"]
    assert "identical" in desk.ask(begun).text.casefold()


def test_the_words_are_those_of_the_reader_or_of_the_team(taken_in: Path) -> None:
    """The pages speak a language of the program; a return is told in that, or in that of its team."""
    name = submission(taken_in, "Karachi_one.xlsx")
    with running(taken_in, "--language", "ar", "--read-only") as desk:
        desk.enter()
        arabic = desk.ask(f"return?id={name}").text
        english = desk.ask(f"return?id={name}&language=en").text
    assert '<html lang="ar" dir="rtl">' in arabic
    assert "Fill in this cell." not in arabic
    assert "Fill in this cell." in english
    assert '<div lang="en" dir="ltr">' in english


@pytest.mark.deep
def test_what_a_team_wrote_does_nothing_in_a_page(
    browser: Browser, issued: Path, tmp_path: Path
) -> None:
    """Neither in a file name nor in an answer; and what was uploaded is never a page."""
    round_ = shutil.copytree(issued, tmp_path / "2026-H1")
    name = "<img src=x onerror=alert(1)>.xlsx"
    sent = workbook("Karachi", 2, right=False)
    letter = mail("karachi@example.org", datetime(2026, 7, 9, tzinfo=UTC), {name: sent})
    page_of_theirs = b"<script>document.title = 'taken over'</script>"
    with running(round_) as desk:
        page, trouble = opened(browser, desk)
        page.on("dialog", lambda dialog: trouble.append(dialog.message))
        page.set_input_files(
            "input[type=file]",
            [
                {"name": "a.eml", "mimeType": "message/rfc822", "buffer": bytes(letter)},
                {"name": "../../x.html", "mimeType": "text/html", "buffer": page_of_theirs},
            ],
        )
        page.get_by_role("button", name="Take in what came").click()
        page.wait_for_selector("#work:not([data-running])", timeout=60_000)
        page.goto(f"http://{desk.host}{desk.home}team?code=Karachi")
        assert page.locator("img").count() == 0
        page.locator("main table a").first.click()
        assert "taken over" not in page.title()
        assert trouble == []
        page.context.close()
        desk.enter()
        for address in ("x.html", "inbox/x.html", "returned/x.html"):
            assert desk.ask(address).status == 404
    assert (round_ / "inbox" / "x.html").read_bytes() == page_of_theirs
    assert not (tmp_path.parent / "x.html").exists()


def test_nobody_asking_ends_it(taken_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hrge_xl.desk import server

    monkeypatch.setattr(server, "IDLE_SECONDS", 0.1)
    told: list[str] = []
    serving = Thread(
        target=server.serve, args=(taken_in, told.append), kwargs={"language": "en"}, daemon=True
    )
    serving.start()
    serving.join(20)
    assert not serving.is_alive()
    assert told[0].startswith("http://127.0.0.1:")


@pytest.mark.deep
def test_a_desk_that_is_killed_leaves_what_a_killed_command_leaves(
    issued: Path, tmp_path: Path
) -> None:
    """The next run goes on, with everything that came."""
    round_ = shutil.copytree(issued, tmp_path / "2026-H1")
    write_mails(round_ / "inbox")
    with running(round_) as desk:
        desk.enter()
        desk.send("act", desk.ask().form("take-in"))
        desk.process.kill()
        desk.process.wait()
    assert hrge("refresh", round_) == 0
    states = [(each.team.code, each.state) for each in hrge_xl.status(round_)]
    assert states == [
        ("Rabat", "accepted"),
        ("Karachi", "returned"),
        ("Cairo", "to decide"),
        ("Bamako", "late"),
    ]
    assert hrge("verify", round_) == 0


def test_tables_of_figures_are_named_as_people_call_them(desk: RunningDesk) -> None:
    found = desk.ask("find?value=11").text
    assert "<h2>Totals, means and ranges of the numbers: 1</h2>" in found
    assert "<h2>aggregate_numbers" not in found


def add_findings(round_: Path, count: int) -> None:
    """Put very many findings in cells into the dataset of a round, beside those that are there."""
    with closing(sqlite3.connect(round_ / "dataset.sqlite")) as dataset, dataset:
        copied = dataset.execute(
            "SELECT * FROM findings_fact WHERE code = 'V001' AND cell IS NOT NULL"
        )
        columns = [column[0] for column in copied.description]
        finding = dict(zip(columns, copied.fetchone(), strict=True))
        marks = ", ".join("?" * len(columns))
        dataset.executemany(
            f"INSERT INTO findings_fact VALUES ({marks})",
            (
                tuple((finding | {"n": 1000 + at, "cell": f"E{100 + at}"}).values())
                for at in range(count)
            ),
        )


def test_a_page_reads_what_it_shows_and_not_every_finding(
    taken_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round of 120 teams may have 300,000 of them."""
    from hrge_xl.dataset.store import Store

    round_ = shutil.copytree(taken_in, tmp_path / "2026-H1")
    add_findings(round_, 5000)
    rows_read = 0
    select = Store.select

    def counting(store: Store, query: Any) -> Iterator[tuple[Any, ...]]:
        nonlocal rows_read
        for row in select(store, query):
            rows_read += 1
            yield row

    monkeypatch.setattr(Store, "select", counting)
    with hrge_xl.last_dataset(round_) as dataset:
        hrge_xl.decisions(dataset)
        hrge_xl.trace(dataset, value="11", most=20)
    assert 0 < rows_read < 5000
