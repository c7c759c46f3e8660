"""What stands on the pages of a round, and the words around it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

import hrge_xl

from ..core.errors import HrgeError, UsageError
from ..core.words import direction
from ..outputs.page import STRICT, Data, asset, isolated, shown, words
from .desk import Desk, RoundState
from .work import Work

WITHIN = re.compile(r"(?:\./|[a-z-]+)(?:\?[\w.~%&=+-]*)?", re.ASCII)  # a page of the desk
PACKAGE = "hrge_xl.desk"
ASSETS = {"desk.css": "text/css", "desk.js": "text/javascript"}


@cache
def environment() -> Environment:
    """Templates that escape everything."""
    loader = PackageLoader(PACKAGE, "templates")
    templates = Data(loader=loader, autoescape=True, finalize=shown, **STRICT)
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

    def render(
        self, request: Request, template: str, title: str, status: int = 200, **values: object
    ) -> HTMLResponse:
        """Return a page in the language of the desk, below what is being done or was just done."""
        desk = self.desk
        say = words(desk.language)["say"]
        page = request.url.path.rpartition("/")[2] or "./"
        query = {name: text for name, text in request.query_params.items() if name != "work"}
        state = values.get("state")
        text = (
            environment()
            .get_template(template)
            .render(
                {
                    "desk": desk,
                    "state": state,
                    "title": say(title) if title.isascii() else title,
                    "here": page,
                    "back": page + ("?" + urlencode(query) if query else ""),
                    "work": self._work_to_show(request),
                    "menu": _menu(state) if isinstance(state, RoundState) else (),
                    "new_form": desk.new_form,
                    "lang": desk.language,
                    "dir": direction(desk.language),
                    **words(desk.language),
                    **values,
                }
            )
        )
        return HTMLResponse(text, status)

    def problem(self, request: Request, error: HrgeError, back: str = "") -> HTMLResponse:
        """Return the page that says why something was not done."""
        status = 404 if isinstance(error, UsageError) else 409
        return self.render(
            request, "problem.html.j2", "Error", status, lines=error.lines, back=back
        )

    def _work_to_show(self, request: Request) -> Work | None:
        works = self.desk.worker.works
        last = self.desk.worker.last
        if last is not None and not last.finished.is_set():
            return last
        number = request.query_params.get("work", "")
        return works.get(int(number)) if number.isdecimal() else None

    # who has answered

    def teams(self, request: Request) -> Response:
        """Show where every team stands: all, those in a state, or those with some letters in their code."""
        state = self.desk.state()
        chosen = request.query_params.get("state", "")
        search = request.query_params.get("search", "")
        in_state = [status for status in state.teams if chosen in ("", status.state)]
        rows = [status for status in in_state if search.casefold() in _name_of(status).casefold()]
        return self.render(
            request,
            "teams.html.j2",
            "Teams",
            state=state,
            rows=rows,
            chosen=chosen,
            search=search,
            counts=_counts(state),
            states=[*dict.fromkeys(status.state for status in state.teams)],
            next_step=hrge_xl.what_comes_next,
        )


def back_to(page: str, work: Work | None = None) -> str:
    """Return the address of the page that a form was sent from, with the work that came of it."""
    place = page if WITHIN.fullmatch(page) else "./"
    if work is None:
        return place
    return f"{place}{'&' if '?' in place else '?'}work={work.number}"


def _menu(state: RoundState) -> list[tuple[str, str, int]]:
    """Return the pages with their names, and how many things wait there."""
    return [("./", "Teams", 0)]


def _counts(state: RoundState) -> Iterable[tuple[str, str, int, str]]:
    """Yield what the first line counts: its colour, what it is, how many, and where these are."""
    states = Counter(status.state for status in state.expected)
    answered = states["accepted"] + states["returned"]
    silent = sum(states[name] for name in hrge_xl.OPEN if name != "blank")
    yield "accepted", "Answered", answered, "./"
    yield "info", "To correct", states["returned"], "./?state=returned"
    yield "refused", "Blank", states["blank"], "./?state=blank"
    yield (
        "returned",
        "Not answered",
        silent,
        "./?state=late" if states["late"] else "./?state=issued",
    )
    yield "info", "To decide", len(state.to_decide), "./?state=to+decide"


def _name_of(status: hrge_xl.TeamStatus) -> str:
    """Return the code of a team; of a file that is nobody's its name."""
    return status.team.code or status.returns[0].name
