"""Eight weeks of a round with twelve teams, the next round and their year, by the command line alone.

The coordinator knows the guides: every command stands in one of them, and there are at most fifty. Between them nothing
in a round is edited or deleted; what comes by mail, and what was sent, is put into the inbox. Teams type into the
workbooks that were attached to the drafts. Every figure is held against every other place that tells it, and against
the files in `returned/`, which openpyxl counts by the words on their sheets.
"""

from __future__ import annotations

import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import chdir
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

import msoffcrypto
import openpyxl
import pytest

from tests.command_line import Agreeing, ran
from tests.databases import queried
from tests.face import saved_on
from tests.fixture_types import Folders
from tests.letters import encrypted, mail, mbox, zipped
from tests.test_guides import GUIDES, text_of
from tests.test_round_changes import as_sent
from tests.test_terms import Counts, collected

pytestmark = [pytest.mark.xdist_group("eight weeks"), pytest.mark.deep]

FIRST, NEXT, YEAR = "2026-H1", "2026-H2", "year"
ISSUED = date(2026, 7, 1)
DEADLINE = date(2026, 8, 5)
WHY = ("--reason", "Agreed with the office", "--by", "coordination office")
PASSWORD = "Sesam"
COUNTRIES = {
    "Kabul": "AFG",
    "Lahore": "PAK",
    "Karachi": "PAK",
    "Erbil": "IRQ",
    "Rabat": "MAR",
    "Fes": "MAR",
    "Bamako": "MLI",
    "Gao": "MLI",
    "Cairo": "EGY",
    "Aswan": "EGY",
    "Basra": "IRQ",
    "Mosul": "IRQ",
}
LANGUAGES = {"MAR": "fr", "MLI": "fr", "EGY": "ar", "Basra": "ar", "Mosul": "ar"}  # others: en
WORDS = {
    "en": {"yes": "Yes", "no": "No", "women": "Women", "reduce": "Reduce"},
    "fr": {"yes": "Oui", "no": "Non", "women": "Femmes", "reduce": "Réduire"},
    "ar": {"yes": "نعم", "no": "لا", "women": "نساء", "reduce": "تقليل"},
}
Files = dict[Path, tuple[int, int]]
Figures = Mapping[str, tuple[float, int]]  # team → participants, risks


def language_of(team: str) -> str:
    country = COUNTRIES.get(team, "MLI")
    return LANGUAGES.get(team, LANGUAGES.get(country, "en"))


def address(team: str) -> str:
    return f"{team.lower()}@example.org"


def moment(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def in_week(number: int) -> date:
    """Return the day on which the office does the work of a week."""
    return ISSUED + timedelta(weeks=number)


@dataclass
class Office:
    """The coordinator at the command line, the mailbox, and what the teams have on their computers."""

    commands: list[tuple[str, ...]] = field(default_factory=list)
    said: dict[str, str] = field(
        default_factory=dict
    )  # what a command said, by its name in the story
    workbooks: dict[str, bytes] = field(default_factory=dict)  # address → what it was sent last
    sent: list[bytes] = field(default_factory=list)  # mails
    letters: int = 0
    counting: dict[str, bytes] = field(default_factory=dict)  # team → the file that counts
    files: Files = field(default_factory=dict)  # of the rounds, after the last command
    terms: dict[str, dict[str, Counts]] = field(default_factory=dict)  # stage → place → counts
    figures: dict[str, dict[str, Figures]] = field(default_factory=dict)  # stage → place → figures

    def command(self, *words: object, name: str = "") -> str:
        """Type a command, agree to what it asks, and return what it says; a file could not be read (exit code 4)."""
        assert files_of_rounds() == self.files, "edited or deleted by hand"
        self.commands.append(tuple(map(str, words)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.stdin", Agreeing())
            said = ran(*words, code=(0, 4))
        self.files = files_of_rounds()
        text = said.out + said.err
        if name:
            self.said[name] = text
        return text

    def send_drafts(self, folder: str, day: date) -> None:
        """Send every draft there is; what was sent lies in the inbox from then on."""
        for draft in sorted(Path(folder, "drafts").rglob("*.eml")):
            letter = as_sent(draft, Date=format_datetime(moment(day)))
            self.sent.append(letter.as_bytes())
            for part in letter.iter_attachments():
                content = part.get_payload(decode=True)
                if str(part.get_filename()).endswith(".xlsx") and isinstance(content, bytes):
                    self.workbooks |= dict.fromkeys(str(letter["To"]).split(", "), content)
        put_into_inbox(folder, "Sent.mbox", mbox(*self.sent))

    def fill(self, team: str, day: date, people: int, **answers: Any) -> bytes:
        """Return the workbook that a team was sent last as it fills it in and saves it on a day."""
        form = {"PLN_01": f"P-{team}", "PLN_06": people} | answers
        return filled(self.workbooks[address(team)], language_of(team), day, form)

    def receive(self, folder: str, day: date, sender: str, **attached: bytes) -> None:
        """Put a mail into the inbox; a file is named without its ending."""
        self.letters += 1
        endings = {b"PK": "xlsx", b"%P": "pdf", b"\xd0\xcf": "xlsx"}
        files = {f"{name}.{endings[data[:2]]}": data for name, data in attached.items()}
        letter = mail(sender, moment(day), files)
        put_into_inbox(folder, f"mail {self.letters}.eml", letter.as_bytes())

    def answer(
        self, folder: str, team: str, day: date, people: int, *, sender: str = "", **answers: Any
    ) -> bytes:
        """Let a team send its workbook, and return it."""
        content = self.fill(team, day, people, **answers)
        self.receive(folder, day, sender or address(team), **{f"{team}_{day}": content})
        self.counting[team] = content
        return content

    def look(self, stage: str, folder: str, day: date, week: str) -> None:
        """Collect what every place tells of a round on a day, with commands that are not of the story."""
        self.terms[stage] = dict(collected(Path(folder), day, week))
        self.figures[stage] = {
            "files": by_hand(Path(folder), self.counting),
            "round": by_sql(Path(folder), folder),
            "data.xlsx": by_data_xlsx(Path(folder)),
        }
        self.files = files_of_rounds()


def put_into_inbox(folder: str, name: str, content: bytes) -> None:
    inbox = Path(folder, "inbox")
    inbox.mkdir(exist_ok=True)
    (inbox / name).write_bytes(content)


def files_of_rounds() -> Files:
    """Return the size of every file of a round, and when it was written; the inbox is the office's own."""
    paths = (path for name in (FIRST, NEXT) for path in Path(name).rglob("*") if path.is_file())
    stats = {path: path.stat() for path in paths if path.parts[1] != "inbox"}
    return {path: (stat.st_size, stat.st_mtime_ns) for path, stat in stats.items()}


def filled(workbook: bytes, language: str, day: date, form: Mapping[str, Any]) -> bytes:
    """Return a workbook as it is when somebody has typed into its sheets, and saved it on a day."""
    words = WORDS[language]
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    plan, checklist, risks = (
        sheet for sheet in book.worksheets if sheet["A1"].value in ("PLAN", "C1", "R1")
    )
    usual = {
        "PLN_03": "Plan the workshop",
        "PLN_04": datetime(2026, 9, 7),
        "PLN_05": datetime(2026, 9, 9),
        "PLN_11": words["no"],
        "PLN_13.1": words["women"],
    }
    answers = usual | dict(form)
    for (code,), (cell,) in zip(plan["A7:A22"], plan["E7:E22"], strict=True):
        if code.value in answers:
            cell.value = answers[code.value]
    for row in (8, 9, 11):
        checklist.cell(row, 5).value = words["yes"]
    risk = {
        "D7": "Nobody comes",
        "E7": words["women"],
        "G7": 2,
        "H7": 3,
        "I7": words["reduce"],
        "J7": "Call them",
        "L7": "Coordinator",
        "M7": datetime(2026, 9, 30),  # the day passes before the year is over
    }
    for place, value in risk.items():
        risks[place].value = value
    target = io.BytesIO()
    book.save(target)
    return saved_on(target.getvalue(), day)


# the same figures, counted in other ways


def by_hand(folder: Path, counting: Mapping[str, bytes]) -> Figures:
    """Count in the files that somebody knows who reads the mails; each of them lies in `returned/`."""
    returned = {path.read_bytes() for path in (folder / "returned").iterdir()}
    assert set(counting.values()) <= returned
    return {team: counted(content) for team, content in counting.items()}


@cache
def counted(content: bytes) -> tuple[float, int]:
    """Return the participants and the number of risks, in cells of sheets that somebody looks at."""
    if content[:2] != b"PK":
        target = io.BytesIO()
        office_file = msoffcrypto.OfficeFile(io.BytesIO(content))
        office_file.load_key(password=PASSWORD)
        office_file.decrypt(target)
        content = target.getvalue()
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    plan = next(sheets[name] for name in ("Plan", "الخطة") if name in sheets)
    risks = next(sheets[name] for name in ("Risks", "Risques", "المخاطر") if name in sheets)
    return float(plan["E12"].value), sum(bool(cell.value) for (cell,) in risks["D7:D14"])


def by_sql(folder: Path, period: str) -> Figures:
    """Count in a dataset, what counts in a period."""
    people = queried(
        folder,
        f"SELECT team, number FROM answers WHERE field = 'PLN_06' AND current AND period = '{period}'",
    )
    risks = queried(
        folder,
        f"SELECT team, COUNT(*) FROM risks WHERE current AND period = '{period}' GROUP BY team",
    )
    return {team: (float(number), dict(risks)[team]) for team, number in people}


def by_data_xlsx(folder: Path) -> Figures:
    """Count in `data.xlsx`, as a pivot adds its rows up."""
    book = openpyxl.load_workbook(folder / "data.xlsx", read_only=True)

    def rows(name: str) -> list[dict[Any, Any]]:
        codes, _, *lines = book[name].iter_rows(min_row=2, values_only=True)
        return [dict(zip(codes, line, strict=True)) for line in lines]

    people = {row["team"]: float(row["pln_06"]) for row in rows("plan") if row["current"]}
    risks = Counter(row["team"] for row in rows("risks") if row["current"])
    return {team: (number, risks[team]) for team, number in people.items()}


# the story


@pytest.fixture(scope="module")
def office(tmp_path_factory: Folders) -> Iterator[Office]:
    """From the list of teams to a round that is closed."""
    with chdir(tmp_path_factory.mktemp("eight")):
        office = Office()
        set_up(office)
        first_returns(office)
        teams_change(office)
        deadline(office)
        decisions(office)
        close(office)
        yield office


@pytest.fixture(scope="module")
def year(office: Office) -> Office:
    """What follows: what is handed out, what an auditor does, the next round, the dataset of both."""
    hand_out(office)
    next_round(office)
    return office


def set_up(office: Office) -> None:
    """The office has its list in Excel, with a title and a column of its own."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Offices of the programme"])
    sheet.append(["Team", "Country", "Language", "Deadline", "Contact", "Email", "Telephone"])
    for team, country in COUNTRIES.items():
        day = datetime.combine(DEADLINE, time())
        line = [team, country, language_of(team), day, "coordination office", address(team), "-"]
        sheet.append(line)
    book.save("teams.xlsx")
    init = ("round", "init", FIRST, "--spec", "example", "--teams", "teams.xlsx")
    office.command(*init, "--dry-run", "--today", ISSUED, name="list")
    office.command(*init, "--today", ISSUED)
    office.command("generate", FIRST, "--today", ISSUED)
    office.command("drafts", FIRST, "issue", "--today", ISSUED)
    office.send_drafts(FIRST, ISSUED)
    office.command("drafts", FIRST, "--done", "--today", ISSUED, name="done")


def first_returns(office: Office) -> None:
    """Weeks 1 and 2: a blank form, mistakes, a broken file, a PDF, a zip; and what becomes of them."""
    day = in_week(1) - timedelta(days=1)
    office.receive(FIRST, day, address("Kabul"), Kabul=office.workbooks[address("Kabul")])
    office.answer(FIRST, "Lahore", day, 20)
    office.answer(FIRST, "Rabat", day, 30, PLN_03=None)
    whole = office.fill("Bamako", day, 40)
    office.receive(FIRST, day, address("Bamako"), Bamako=whole[: len(whole) // 2])
    office.receive(FIRST, day, address("Karachi"), answers=b"%PDF-1.7")
    office.command("refresh", FIRST, "--today", in_week(1), name="week 1")
    office.send_drafts(FIRST, in_week(1))

    day = in_week(2) - timedelta(days=1)
    office.answer(FIRST, "Rabat", day, 31, PLN_03="Former les formateurs")
    office.answer(FIRST, "Cairo", day, 80, sender="deputy.cairo@example.org")
    office.counting["Bamako"] = office.fill("Bamako", day, 41)
    office.counting["Fes"] = office.fill("Fes", day, 50)
    office.counting["Gao"] = office.fill(
        "Gao", day, 60, PLN_11="Oui"
    )  # and nobody looks after them
    office.counting["Erbil"] = office.fill("Erbil", day, 73)
    archived = {f"{team}.xlsx": office.counting[team] for team in ("Bamako", "Fes", "Gao")}
    Path("Downloads").mkdir()
    Path("Downloads/returns.zip").write_bytes(zipped(archived))
    Path("Downloads/Erbil.xlsx").write_bytes(office.counting["Erbil"])
    sources = ("Downloads/returns.zip", "Downloads/Erbil.xlsx")
    office.command("receive", FIRST, *sources, "--today", in_week(2))
    office.command("refresh", FIRST, "--today", in_week(2), name="week 2")
    new_address = ("Cairo", "deputy.cairo@example.org", "--also")
    office.command("round", "contact", FIRST, *new_address, "--today", in_week(2))
    office.send_drafts(FIRST, in_week(2))


def teams_change(office: Office) -> None:
    """Weeks 3 and 4: a new name, a file that comes twice, a second version, a team that joins."""
    rename = ("round", "rename-team", FIRST, "Aswan", "Luxor")
    office.command(*rename, *WHY, "--today", in_week(3))
    day = in_week(3) - timedelta(days=1)
    content = office.answer(FIRST, "Aswan", day, 90)  # in the workbook that says its old name
    office.counting["Luxor"] = office.counting.pop("Aswan")
    office.receive(FIRST, day, address("Aswan"), again=content)
    office.answer(FIRST, "Lahore", day, 21)
    week = office.command("refresh", "--write", FIRST, "--today", in_week(3), name="week 3")
    office.look("week 3", FIRST, in_week(3), week)
    own_file = ("feedback", FIRST, "--team", "Fes", "-o", "feedback")
    office.command(*own_file, "--today", in_week(3), name="own file")
    office.send_drafts(FIRST, in_week(3))

    joins = ("Kayes", "--country", "MLI", "--language", "fr", "--deadline", "2026-08-19")
    where = ("--email", address("Kayes"))
    office.command("round", "add-team", FIRST, *joins, *where, *WHY, "--today", in_week(4))
    office.command("generate", FIRST, "--today", in_week(4), name="late workbook")
    office.command("drafts", FIRST, "issue", "--today", in_week(4))
    office.answer(FIRST, "Basra", in_week(4) - timedelta(days=1), 100, PLN_01="P-South")
    office.command("refresh", FIRST, "--today", in_week(4), name="week 4")
    office.send_drafts(FIRST, in_week(4))


def deadline(office: Office) -> None:
    """Weeks 5 and 6: the real answer after a blank one, more time, a telephone call, two teams become one."""
    office.answer(FIRST, "Kabul", date(2026, 7, 30), 10)
    extend = ("round", "extend", FIRST, "2026-08-12", "Mosul")
    office.command(*extend, *WHY, "--today", in_week(5))
    call = ("Called: their head is away", "--team", "Karachi", "--by", "coordination office")
    office.command("round", "note", FIRST, *call, "--today", in_week(5))
    day = in_week(5) - timedelta(days=1)
    protected = encrypted(office.fill("Mosul", day, 110, PLN_01="P-South"), PASSWORD)
    office.receive(FIRST, day, address("Mosul"), Mosul=protected)
    passwords = Path(FIRST, "passwords.csv")  # the one file that a guide has the office write
    passwords.write_text(f"team,password\nMosul,{PASSWORD}\n", encoding="utf-8")
    office.files = files_of_rounds()
    office.command("refresh", FIRST, "--today", in_week(5), name="week 5")
    office.send_drafts(FIRST, in_week(5))

    merge = ("round", "merge-teams", FIRST, "Mosul", "--into", "Basra")
    office.command(*merge, *WHY, "--today", in_week(6))
    office.answer(FIRST, "Kayes", in_week(6) - timedelta(days=1), 120)
    week = office.command("refresh", "--write", FIRST, "--today", in_week(6), name="week 6")
    del office.counting["Basra"]  # of the two that it has now neither counts
    office.look("week 6", FIRST, in_week(6), week)
    office.counting["Basra"] = protected


def decisions(office: Office) -> None:
    """Weeks 6 and 7: which of two counts, a finding that is accepted, a correction by mail, and who is late."""
    office.command("decide", FIRST, "--today", in_week(6), name="to decide")
    office.command("decide", FIRST, "Mosul.xlsx", "--use", *WHY, "--today", in_week(6))
    office.command("validate", FIRST, "--today", in_week(6), name="findings")
    finding = ("V001", "--file", "Gao.xlsx", "--cell", "Plan!E18", "--until", "2026-12-31")
    office.command("waive", *finding, *WHY, "--ledger", FIRST, "--today", in_week(6))
    value = ("Erbil.xlsx", "--cell", "Plan!E12", "--value", 37)
    office.command("decide", FIRST, *value, *WHY, "--today", in_week(6))
    office.send_drafts(FIRST, in_week(6))

    office.answer(FIRST, "Karachi", in_week(7) - timedelta(days=1), 130)
    office.command("refresh", FIRST, "--today", in_week(7), name="week 7")
    office.send_drafts(FIRST, in_week(7))
    office.command("status", FIRST, "--today", in_week(7), name="status")
    for team in ("Rabat", "Karachi", "Basra"):
        of_one = ("status", FIRST, "--team", team)
        office.command(*of_one, "--today", in_week(7), name=f"history of {team}")


def close(office: Office) -> None:
    """Week 8: seals, and in the week after it a file that comes too late."""
    office.command("sign", "--new-key", "office.pem", "--by", "coordination office")
    office.command("round", "close", FIRST, *WHY, "--today", in_week(8))
    brief = f"{FIRST}/reports/brief.html"
    office.command("sign", brief, "--by", "coordination office", "--key", "office.pem")
    office.command("sign", brief, "--check", "--trust", "office.pem.pub", name="seal")
    office.look("closed", FIRST, in_week(8), office.said["week 7"])
    day = in_week(9) - timedelta(days=1)
    office.receive(FIRST, day, address("Fes"), too_late=office.fill("Fes", day, 55))
    office.command("refresh", FIRST, "--today", in_week(9), name="too late")


def hand_out(office: Office) -> None:
    """The report of the round, a copy that may be shared, and what an auditor finds."""
    report = ("--format", "html", "--format", "xlsx", "-o", "reports")
    office.command("report", FIRST, *report, "--today", in_week(9), name="report")
    share = ("consolidate", "--write", FIRST, "-o", "dataset", "--shareable")
    office.command(*share, "--today", in_week(9))
    office.command("verify", FIRST, name="verified")
    office.figures["handed out"] = {
        "files": office.figures["closed"]["files"],
        "dataset": by_sql(Path("dataset"), FIRST),
        "to share": by_sql(Path("dataset/shareable"), FIRST),
    }


def next_round(office: Office) -> None:
    """The teams as they are now get their answers back, the first return comes, and both rounds make a year."""
    begin, day = date(2026, 12, 1), date(2027, 1, 12)
    again = ("round", "init", NEXT, "--from", FIRST, "--deadline", "2027-01-31")
    office.command(*again, "--today", begin, name="next round")
    office.command("generate", NEXT, "--from", FIRST, "--today", begin, name="next workbooks")
    office.command("drafts", NEXT, "issue", "--today", begin)
    office.sent = []
    office.counting = {}
    office.send_drafts(NEXT, begin)
    office.answer(NEXT, "Lahore", day - timedelta(days=1), 22)
    week = office.command("refresh", "--write", NEXT, "--today", day, name="next week")
    office.look("next round", NEXT, day, week)
    office.command("consolidate", "--write", FIRST, NEXT, "-o", YEAR, "--today", day, name="year")
    office.figures["next round"]["year"] = by_sql(Path(YEAR), NEXT)
    office.figures["handed out"]["year"] = by_sql(Path(YEAR), FIRST)
    office.command("status", FIRST, "--ledger", YEAR, "--today", day, name="in the year")
    office.command("compare", FIRST, NEXT, "--today", day, name="compared")


# what has to be so


def test_forty_commands_are_enough_for_a_round(office: Office) -> None:
    assert len(office.commands) <= 40
    assert_guides_show(office.commands)


@pytest.mark.deep
def test_fifty_commands_are_enough_for_all(year: Office) -> None:
    """From the list of teams to the dataset of the year."""
    assert len(year.commands) <= 50
    assert_guides_show(year.commands)


def assert_guides_show(commands: list[tuple[str, ...]]) -> None:
    """Each command with each of its options; but for the day of the story: today needs no option."""
    shown = defaultdict[str, set[str]](set)
    for guide in GUIDES:
        for words in re.findall(r"hrge-xl ([a-z][^`\n]*)", text_of(guide)):
            shown[name_of(words.split())] |= set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", words))
    for command in commands:
        options = {word for word in command if re.fullmatch("--?[a-z-]+", word)} - {"--today"}
        assert options <= shown[name_of(command)], command
        assert name_of(command) in shown


def name_of(words: tuple[str, ...] | list[str]) -> str:
    """Return the name of a command: one word, or two where it belongs to a group."""
    return " ".join(words[: 2 if words[0] in ("round", "spec") else 1])


@pytest.mark.parametrize("stage", ["week 3", "week 6", "closed"])
def test_a_term_is_the_same_number_everywhere(office: Office, stage: str) -> None:
    assert_terms_agree(office, stage)


@pytest.mark.deep
def test_a_term_is_the_same_number_in_the_next_round(year: Office) -> None:
    assert_terms_agree(year, "next round")


def assert_terms_agree(office: Office, stage: str) -> None:
    """A term counts the same in every place that tells it."""
    numbers = defaultdict[str, dict[str, int]](dict)
    for place, counts in office.terms[stage].items():
        for term, number in counts.items():
            numbers[term][place] = number
    assert {term: places for term, places in numbers.items() if len(set(places.values())) > 1} == {}


@pytest.mark.parametrize(("stage", "teams"), [("week 3", 8), ("week 6", 10), ("closed", 12)])
def test_every_figure_is_that_of_the_files(office: Office, stage: str, teams: int) -> None:
    assert_figures_agree(office, stage, teams)


@pytest.mark.deep
@pytest.mark.parametrize(("stage", "teams"), [("handed out", 12), ("next round", 1)])
def test_every_figure_elsewhere_is_that_of_the_files(year: Office, stage: str, teams: int) -> None:
    assert_figures_agree(year, stage, teams)


def assert_figures_agree(office: Office, stage: str, teams: int) -> None:
    """Each dataset, each copy and `data.xlsx` says what the files say; the office corrected one answer."""
    corrected = {"Erbil": (37.0, 1)} if stage in ("closed", "handed out") else {}
    figures = dict(office.figures[stage])
    right = {**figures.pop("files"), **corrected}
    assert len(right) == teams
    assert {place: told for place, told in figures.items() if told != right} == {}


def test_the_terminal_counts_each_team_once(office: Office) -> None:
    """A file that could not be read is no team."""
    assert "12 accepted.\nArrived late: Karachi." in office.said["status"]
    assert "Teams:      12 expected: 12 accepted." in office.said["week 7"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("list", "Columns that are not read: Telephone."),
        ("done", "12 drafts moved."),
        ("week 1", "Teams: 12 expected: 1 blank, 1 accepted, 9 issued, 1 returned."),
        ("week 1", "Ask again: Bamako.xlsx (Bamako)."),
        ("week 1", "wrote without a workbook: Karachi (PDF)."),
        ("week 2", "To decide: Cairo_2026-07-14.xlsx, not sent from Cairo."),
        ("week 3", "To decide: nothing."),
        ("own file", "feedback/Fes_P-Fes_feedback.xlsx"),
        ("late workbook", "12 of 13 workbooks were issued before and stay as they are."),
        ("week 5", "Teams: 13 expected: 10 accepted, 2 issued, 1 returned."),
        ("week 6", "Late now: Karachi (7 days), Gao (7 days, to correct)."),
        ("week 6", "To decide: Basra."),
        ("to decide", "100 → 110"),
        ("findings", "V001 Who looks after them: the answer is missing. (Plan!E18)"),
        ("history of Rabat", "Findings: 1 fixed, 0 new, 0 unchanged."),
        ("history of Karachi", "without a workbook, from karachi@example.org: PDF (answers.pdf)"),
        ("history of Karachi", "Called: their head is away (coordination office)"),
        ("history of Basra", "Mosul merged into Basra"),
        ("seal", "Seal 5 is signed with the key of coordination office"),
        ("too late", "What came since waits: too_late.xlsx."),
    ],
)
def test_the_coordinator_is_told(office: Office, name: str, words: str) -> None:
    assert words in " ".join(office.said[name].split())


@pytest.mark.deep
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("verified", "Made again: identical (17 returns of 17 read again"),
        ("next round", "2026-H2: 12 teams."),
        ("next workbooks", "Workbooks that continue from 2026-H1: 12; blank ones: 0."),
        ("next week", "Teams: 12 expected: 11 issued, 1 accepted."),
        ("in the year", "12 accepted. Arrived late: Karachi."),
        ("compared", "P-Lahore / PAK / Lahore: Answers changed: 1."),
    ],
)
def test_the_coordinator_is_told_later(year: Office, name: str, words: str) -> None:
    assert words in " ".join(year.said[name].split())


@pytest.mark.deep
def test_who_was_accepted_stays_accepted_in_the_year(year: Office) -> None:
    """Days on which something was due, and the last day of a waiver, have passed since the round was closed."""
    verdicts = queried(
        Path(YEAR),
        f"SELECT team, verdict FROM submissions WHERE period = '{FIRST}' AND status = 'counts'",
    )
    teams = {*COUNTRIES, "Luxor", "Kayes"} - {"Aswan", "Mosul"}
    assert dict(verdicts) == dict.fromkeys(teams, "accepted")
