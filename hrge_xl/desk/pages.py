"""What stands on the pages of a round, and the words around it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import ChoiceLoader, Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

import hrge_xl

from ..core.errors import HrgeError, UsageError
from ..core.message_templates import text_of
from ..core.numerals import shown as shown_value
from ..core.words import direction
from ..ledger.ledger import DATASET
from ..outputs.exports import WORKBOOK
from ..outputs.page import STRICT, Data, asset, isolated, shown, words
from .acts import ACTS, Form, digest_of
from .desk import Desk, RoundState, id_of_draft
from .views import LetterView, QuestionLabels, ReturnView
from .work import Work, describe_error

WITHIN = re.compile(r"(?:\./|[a-z-]+)(?:\?[\w.~%&=+-]*)?", re.ASCII)  # a page of the desk
PACKAGES = ("hrge_xl.desk", "hrge_xl.outputs")  # whose templates and parts of them these are
SANDBOX = "sandbox; frame-ancestors 'none'"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROW_NUMBER = re.compile("[0-9]{1,9}")
OWN_FIELDS = ("token", "form", "reason", "by", "confirmed")  # each page gives these anew
WAITS = ("conflict", "excluded", "waiting")  # returns about which something can be decided
# what the tiles of the first page count, and what its table is filtered by: each state is in one of them
STATE_GROUPS: Mapping[str, Sequence[str]] = {
    "accepted": ("accepted",),
    "returned": ("returned",),
    "to decide": ("to decide",),
    "refused": ("refused",),
    "blank": ("blank",),
    "Not answered": [state for state in hrge_xl.OPEN if state != "blank"],
}
COLOURS = {
    "accepted": "accepted",
    "returned": "returned",
    "to decide": "info",
    "refused": "refused",
    "blank": "refused",
    "Not answered": "info",
}
MOST_PLACES = 20  # of a figure, on each page and in each table
ASSETS = {"desk.css": "text/css", "desk.js": "text/javascript"}


@cache
def environment() -> Environment:
    """Templates that escape everything."""
    loaders = [PackageLoader(package, "templates") for package in PACKAGES]
    templates = Data(loader=ChoiceLoader(loaders), autoescape=True, finalize=shown, **STRICT)
    templates.filters["isolated"] = isolated
    return templates


@cache
def asset_of(name: str) -> Response:
    """Return the style or the script of every page; the style begins with that of the overview."""
    loader = environment().loader
    assert loader is not None
    own_text = loader.get_source(environment(), name)[0]
    style = asset("report.css") + asset("overview.css") if name == "desk.css" else ""
    return Response(style + own_text, media_type=ASSETS[name])


class Pages:
    """Makes the pages of a desk; each is read from the round anew."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.say = words(desk.language)["say"]

    def render(
        self, request: Request, template: str, title: str, http_status: int = 200, **values: object
    ) -> HTMLResponse:
        """Return a page in the language of the desk, below what is being done or was just done."""
        desk = self.desk
        page = request.url.path.rpartition("/")[2] or "./"
        query = [pair for pair in request.query_params.multi_items() if pair[0] != "work"]
        state = values.get("state")
        work = self._work_to_show(request)
        text = (
            environment()
            .get_template(template)
            .render(
                {
                    "desk": desk,
                    "state": state,
                    "title": title,
                    "closed": state.round.closed if isinstance(state, RoundState) else None,
                    "here": page,
                    "back": page + ("?" + urlencode(query) if query else ""),
                    "work": work,
                    "typed": partial(_typed, work),
                    "menu": _menu(state) if isinstance(state, RoundState) else (),
                    "new_form": desk.new_form,
                    "lang": desk.language,
                    "dir": direction(desk.language),
                    **words(desk.language),
                    **values,
                }
            )
        )
        return HTMLResponse(text, http_status)

    def problem(self, request: Request, error: Exception, back: str = "") -> HTMLResponse:
        """Return the page that says why something was not done."""
        lines = describe_error(error).splitlines()
        http_status = 409 if isinstance(error, HrgeError) else 500
        return self.render(
            request,
            "problem.html.j2",
            self.say("Error"),
            http_status,
            state=self.desk.last_state,
            lines=lines,
            back=back or "./",
        )

    def _work_to_show(self, request: Request) -> Work | None:
        worker = self.desk.worker
        if worker.is_busy:
            return worker.last
        number = request.query_params.get("work", "")
        return next((work for work in worker.works if str(work.number) == number), None)

    @property
    def by_name(self) -> Mapping[str, Callable[[Request], Response]]:
        """The pages by the names that stand in their addresses."""
        return {
            "": self.teams,
            "team": self.team,
            "return": self.one_return,
            "compare": self.compared,
            "letters": self.letters,
            "letter": self.letter,
            "decide": self.to_decide,
            "find": self.find,
            "share": self.share,
            "view": self.view,
            "data": self.data,
            "round": self.round,
            "rounds": self.rounds,
        }

    def confirm(self, request: Request, form: Form, lines: Sequence[str]) -> HTMLResponse:
        """Return the page that shows what an act means before it is done."""
        sent = [(name, text) for name, texts in form.fields.items() for text in texts]
        return self.render(
            request,
            "confirm.html.j2",
            self.say("Confirm"),
            state=self.desk.state(),
            lines=lines,
            confirmed=digest_of(lines),
            fields=[pair for pair in sent if pair[0] not in OWN_FIELDS],
            same=ACTS[form["act"]].commands(self.desk, form),
            back=back_to(form["back"]),
        )

    # who has answered

    def teams(self, request: Request) -> Response:
        """Show where every team stands: all, those in a state, or those with some letters in their code."""
        if self.desk.folder is None:
            return self.rounds(request)
        state = self.desk.state()
        chosen = request.query_params.get("state", "")
        states = STATE_GROUPS.get(chosen, (chosen,))
        search = request.query_params.get("search", "")
        in_state = [status for status in state.teams if not chosen or status.state in states]
        rows = [status for status in in_state if search.casefold() in _name_of(status).casefold()]
        return self.render(
            request,
            "teams.html.j2",
            self.say("Teams"),
            state=state,
            rows=rows,
            chosen=chosen,
            search=search,
            tiles=_tiles(state),
            next_step=hrge_xl.what_comes_next,
        )

    def team(self, request: Request) -> Response:
        """Show what happened with a team, what it sent, and what can be changed about it."""
        state = self.desk.state()
        status = state.team(request.query_params.get("code", ""))
        with self.desk.dataset() as dataset:
            history = hrge_xl.team_history(dataset, status)
        versions = sorted(status.returns, key=lambda return_: return_.age)
        return self.render(
            request,
            "team.html.j2",
            status.team.code,
            state=state,
            status=status,
            history=history,
            versions=versions,
            earlier=_earlier(versions),
            next_step=hrge_xl.what_comes_next(status),
            drafts=[draft for draft in state.drafts if draft.team in status.team.codes],
            id_of=id_of_draft,
        )

    # why something was returned

    def one_return(self, request: Request) -> Response:
        """Show what was found in a return: its causes, and each cell within its row."""
        state = self.desk.state()
        with self.desk.dataset() as dataset:
            checked_return = _result_of(dataset, request.query_params.get("id", ""))
        view = ReturnView(
            checked_return, request.query_params.get("language", ""), self.desk.language
        )
        statuses = {status.team.code: status for status in state.expected}
        return self.render(
            request,
            "return.html.j2",
            Path(checked_return.path).name,
            state=state,
            result=checked_return,
            view=view,
            status=statuses.get(checked_return.team),
            submission=request.query_params["id"],
        )

    def compared(self, request: Request) -> Response:
        """Show two returns side by side: only where they differ."""
        state = self.desk.state()
        with self.desk.dataset() as dataset:
            submissions = [request.query_params.get(name, "") for name in ("earlier", "later")]
            before, after = (_result_of(dataset, submission) for submission in submissions)
            decisions = hrge_xl.decisions(dataset)
        return self.render(
            request,
            "compare.html.j2",
            f"{Path(before.path).name} → {Path(after.path).name}",
            state=state,
            names=[Path(before.path).name, Path(after.path).name],
            comparison=hrge_xl.compare(before, after, self.desk.language),
            waiting=[
                return_ for return_ in _waiting(decisions) if return_.submission in submissions
            ],
            decisions=decisions,
            text_of=_answer_text,
            label=QuestionLabels(after, self.desk.language),
        )

    def to_decide(self, request: Request) -> Response:
        """Show what waits for a decision, each beside what it conflicts with."""
        state = self.desk.state()
        with self.desk.dataset() as dataset:
            decisions = hrge_xl.decisions(dataset)
        by_submission = {return_.submission: return_ for return_ in decisions.returns}
        submission_by_content = {
            return_.sha256: return_.submission for return_ in decisions.returns
        }
        waiting = _waiting(decisions)
        return self.render(
            request,
            "decide.html.j2",
            self.say("To decide"),
            state=state,
            decisions=decisions,
            waiting=waiting,
            rivals={
                return_.submission: by_submission.get(return_.superseded_by or "")
                for return_ in waiting
            },
            reason_of=partial(text_of, language=self.desk.language),
            submission_by_content=submission_by_content,
            waivers=[
                waiver
                for waiver in hrge_xl.waivers(self.desk.round_folder)
                if waiver.withdrawn is None
            ],
        )

    # letters

    def letters(self, request: Request) -> Response:
        """Show the drafts that wait to be sent, each with what it is about."""
        state = self.desk.state()
        letters = [LetterView.of(draft, state.round.folder) for draft in state.drafts]
        codes = {status.team.code for status in state.expected}
        return self.render(
            request,
            "letters.html.j2",
            self.say("Letters"),
            state=state,
            letters=letters,
            codes=codes,
            kinds=hrge_xl.MAIL_KINDS,
            sent=hrge_xl.sent_drafts(state.round.folder),
            id_of=id_of_draft,
        )

    def letter(self, request: Request) -> Response:
        """Give a draft as a file, for the mail program."""
        state = self.desk.state()
        draft = state.draft(request.query_params.get("id", ""))
        return download(state.round.folder / draft.file, "message/rfc822")

    # figures

    def find(self, request: Request) -> Response:
        """Show where a figure stands, and from which cells it comes."""
        query = {name: request.query_params.get(name, "") for name in ("value", "table", "row")}
        folder = self.desk.round_folder
        hits: Sequence[object] = ()
        same = ""
        with self.desk.dataset() as dataset:
            titles = {table.name: table.title for table in dataset.store.schema.shown}
            if query["table"]:
                row = int(query["row"]) if ROW_NUMBER.fullmatch(query["row"]) else 0
                answers = hrge_xl.answers_behind(dataset, query["table"], row)
                if answers:
                    hits = [{"where": query["table"], "count": len(answers), "hits": answers}]
                same = self.desk.command("trace", query["table"], row, "--data", folder)
            elif query["value"]:
                hits = hrge_xl.trace(dataset, value=query["value"], most=MOST_PLACES)
                same = self.desk.command("trace", folder, "--value", query["value"])
        return self.render(
            request,
            "find.html.j2",
            self.say("Figures"),
            state=self.desk.state(),
            value=query["value"],
            hits=hits,
            titles=titles,
            same=same,
            row_of=_row_of,
        )

    def share(self, request: Request) -> Response:
        """Show what can be shown to others, of which day it is, and whether something has come since."""
        state = self.desk.state()
        folder = state.round.folder
        change = hrge_xl.last_change(folder)
        has_dataset = (folder / DATASET).is_file()
        return self.render(
            request,
            "share.html.j2",
            self.say("Show and share"),
            state=state,
            change=[*change.lines(self.desk.language)] if change else [],
            older=[*hrge_xl.not_made_again(folder)] if has_dataset else [],
            workbook=date.fromtimestamp((folder / WORKBOOK).stat().st_mtime)
            if (folder / WORKBOOK).is_file()
            else None,
        )

    def view(self, request: Request) -> Response:
        """Show the overview or the brief, as it is or as it may be shared, by itself: nothing in it can do anything."""
        masked = request.query_params.get("masked") == "1"
        with self.desk.dataset() as dataset:
            if request.query_params.get("page") == "brief":
                pages = hrge_xl.brief([dataset], language=self.desk.language, masked=masked)
                text = pages[""]
                name = "brief"
            else:
                text = hrge_xl.overview([dataset], language=self.desk.language, masked=masked)
                name = "overview"
        answer = HTMLResponse(text)
        # beside the policy that the page has of its own, which lets its own style stand
        answer.headers["Content-Security-Policy"] = SANDBOX
        if request.query_params.get("save") == "1":
            file = f"{name}{'_shareable' if masked else ''}.html"
            answer.headers["Content-Disposition"] = f'attachment; filename="{file}"'
        return answer

    def data(self, request: Request) -> Response:
        """Give data.xlsx as a file."""
        return download(self.desk.round_folder / WORKBOOK, SPREADSHEET)

    # the round itself

    def round(self, request: Request) -> Response:
        """Show what can be done with the round as a whole."""
        return self.render(request, "round.html.j2", self.say("Round"), state=self.desk.state())

    def rounds(self, request: Request) -> Response:
        """Show the rounds that lie here, and begin one."""
        return self.render(
            request,
            "rounds.html.j2",
            self.say("Round"),
            rounds=self.desk.rounds(),
            specs=hrge_xl.versions(),
            state=self.desk.state() if self.desk.folder else None,
        )


def _result_of(dataset: hrge_xl.Dataset, submission: str) -> hrge_xl.Result:
    """Return a return of the dataset by what pages call it. Raises `UsageError` where there is none."""
    returns = dataset.returns([submission])
    if not returns:
        raise UsageError("There is no such return in this round.")
    return dataset.result(returns[0])


def _waiting(decisions: hrge_xl.Decisions) -> list[hrge_xl.Return]:
    """Return the returns about which something is to be decided."""
    return [return_ for return_ in decisions.returns if return_.status in WAITS]


def _typed(work: Work | None, act: str, hidden: Mapping[str, object]) -> Mapping[str, str]:
    """Return what was typed into a form whose work failed; nothing of any other form."""
    if work is None or not work.error or work.act != act:
        return {}
    typed = {name: texts[-1] for name, texts in work.fields.items()}
    is_same_form = all(typed.get(name) == str(value) for name, value in hidden.items())
    return typed if is_same_form else {}


def _row_of(hit: hrge_xl.Traced) -> tuple[str, int] | None:
    """Return the table and the row that a figure stands in; None for an answer, and where it is of several rows."""
    if not isinstance(hit, hrge_xl.FigureHit) or hit.file or len(hit.rows) != 1:
        return None
    return hit.table, hit.rows[0]


def _earlier(versions: Sequence[hrge_xl.Return]) -> dict[str, hrge_xl.Return]:
    """Return the version before each, by submission, where both could be read."""
    readable = [version for version in versions if version.identity]
    return {later.submission: earlier for earlier, later in pairwise(readable)}


def _answer_text(value: object) -> str:
    """Return an answer as it is read; nothing for none."""
    if value is None:
        return ""
    return "; ".join(value) if isinstance(value, tuple) else shown_value(value)


def download(file: Path, media_type: str) -> Response:
    """Give a file to be saved, never to be shown as a page. Raises `UsageError` where it is not there."""
    if not file.is_file():
        raise UsageError(f"{file.name} is not there yet.", remedy="Take in what came.")
    return FileResponse(file, media_type=media_type, filename=file.name)


def back_to(page: str, work: Work | None = None) -> str:
    """Return the address of the page that a form was sent from, with the work that came of it."""
    place = page if WITHIN.fullmatch(page) else "./"
    if work is None:
        return place
    return f"{place}{'&' if '?' in place else '?'}work={work.number}"


def _menu(state: RoundState) -> list[tuple[str, str, int]]:
    """Return the pages with their names, and how many things wait there."""
    return [
        ("./", "Teams", 0),
        ("letters", "Letters", len(state.drafts)),
        ("decide", "To decide", len(state.to_decide)),
        ("find", "Figures", 0),
        ("share", "Show and share", 0),
        ("round", "Round", 0),
    ]


def _tiles(state: RoundState) -> list[tuple[str, str, int]]:
    """Return the groups of states that teams are in, each with its colour and how many: together all teams."""
    counts = Counter(status.state for status in state.expected)
    tiles = [
        (COLOURS[name], name, sum(counts[state] for state in states))
        for name, states in STATE_GROUPS.items()
    ]
    return [(css, name, count) for css, name, count in tiles if count or name != "refused"]


def _name_of(status: hrge_xl.TeamStatus) -> str:
    """Return the code of a team; of a file that is nobody's its name."""
    return status.team.code or status.returns[0].name
