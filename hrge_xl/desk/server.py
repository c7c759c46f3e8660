"""Serves the desk to one browser on this computer, until its window closes or an hour passes without a request."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import BinaryIO

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from ..core.errors import HrgeError, OutputError
from .acts import ACTS, Do, Form
from .desk import Desk
from .guard import Guard
from .pages import ASSETS, Pages, asset_of, back_to

IDLE_SECONDS = 3600
BETWEEN_EVENTS = 0.3  # seconds
QUICK = 1.0  # seconds that one waits for what was done, before the page shows how far it is
MOST_FILES = 2_000  # of one upload
LOOPBACK = "127.0.0.1"


def serve(
    folder: Path | None,
    opened: Callable[[str], object],
    *,
    port: int = 0,
    read_only: bool = False,
    language: str,
) -> None:
    """Serve a round until it is interrupted; `opened` is told the address. Raises `OutputError` for a port in use."""
    with _listen(port) as listener:
        desk = Desk(folder, language, read_only=read_only)
        guard = Guard(application(desk), listener.getsockname()[1], read_only=read_only)
        opened(guard.address)
        with suppress(KeyboardInterrupt):  # that is how it ends
            _Server(guard, desk).run(sockets=[listener])
        desk.worker.close()


def _listen(port: int) -> socket.socket:
    """Return a socket that only programs of this computer reach."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "nt":  # pragma: no cover (nobody else takes the port meanwhile)
            exclusive = socket.SO_EXCLUSIVEADDRUSE  # type: ignore[attr-defined,unused-ignore]
            listener.setsockopt(socket.SOL_SOCKET, exclusive, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen()  # whoever is told the address may ask at once
    except OSError as error:
        listener.close()
        raise OutputError(
            f"The port {port} cannot be had ({error.strerror}).",
            remedy="Name another one with --port, or none for one that is free.",
        ) from error
    return listener


class _Server(uvicorn.Server):
    """A server that says nothing of what it serves, and ends by itself when nobody asks any more."""

    def __init__(self, guard: Guard, desk: Desk) -> None:
        self._guard = guard
        self._desk = desk
        super().__init__(
            uvicorn.Config(
                guard,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,  # addresses hold the secret
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=2,
            )
        )

    async def on_tick(self, counter: int) -> bool:
        """Say whether to end: after an hour of nothing."""
        idle = monotonic() - self._guard.last_request
        if idle > IDLE_SECONDS and not self._desk.worker.is_busy:
            return True
        return await super().on_tick(counter)


def application(desk: Desk) -> Starlette:
    """Return the pages of a desk as an ASGI application; who may ask is for its guard to say."""
    pages = Pages(desk)

    def page(show: Callable[[Request], Response]) -> Callable[[Request], Response]:
        """Show a page, or why it cannot be shown."""

        def endpoint(request: Request) -> Response:
            try:
                return show(request)
            except Exception as error:  # noqa: BLE001 (whatever it is, the desk goes on)
                return pages.problem(request, error)

        return endpoint

    async def act(request: Request) -> Response:
        form = await _read_form(request, desk)
        try:
            return await run_in_threadpool(_do, pages, request, form)
        except HTTPException:
            raise
        except Exception as error:  # noqa: BLE001 (as above)
            return pages.problem(request, error, back_to(form["back"]))

    async def events(request: Request) -> Response:
        return StreamingResponse(_events(request, desk), media_type="text/event-stream")

    routes = [
        *(Route(f"/{name}", page(show)) for name, show in pages.by_name.items()),
        Route("/act", act, methods=["POST"]),
        Route("/events", events),
        *(Route(f"/{name}", show_asset) for name in ASSETS),
    ]
    return Starlette(routes=routes)


def show_asset(request: Request) -> Response:
    """Return the style or the script of every page."""
    return asset_of(request.url.path.rpartition("/")[2])


def _do(pages: Pages, request: Request, form: Form) -> Response:
    """Do what a form asks for, or show first what it means."""
    desk = pages.desk
    act = ACTS.get(form["act"])
    if act is None:
        raise HTTPException(404)
    run: Do = act.carry_out
    if act.preview is not None and not form["confirmed"]:
        try:
            return pages.confirm(request, form, act.preview(desk, form))
        except HrgeError:
            run = act.preview  # it is told as work that failed, above the form with what was typed
    work = desk.worker.submit(
        form["form"],
        form["act"],
        act.commands(desk, form),
        lambda: run(desk, form),
        form.fields,
    )
    work.finished.wait(QUICK)
    return RedirectResponse(back_to(form["back"], work), 303)


async def _read_form(request: Request, desk: Desk) -> Form:
    """Return what a form sent. Raises `HTTPException` for one that is not of a page of this run."""
    sent = await request.form(max_files=MOST_FILES, max_fields=MOST_FILES)
    fields: dict[str, list[str]] = {}
    uploads: list[tuple[str, BinaryIO]] = []
    for name, value in sent.multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
        elif value.filename:
            uploads.append((value.filename, value.file))
    form = Form(fields, uploads)
    if not desk.is_own_form(form["token"], form["form"]):
        raise HTTPException(403, "This form is not of a page of this run. Load the page again.")
    return form


async def _events(request: Request, desk: Desk) -> AsyncIterator[str]:
    """Yield how far the last piece of work is, until it is finished."""
    sent_state = None
    while not await request.is_disconnected():
        work = desk.worker.last
        state = work.state if work else {"finished": True, "number": 0}
        if state != sent_state:
            yield f"data: {json.dumps(state)}\n\n"
            sent_state = state
        if state["finished"]:
            return
        await asyncio.sleep(BETWEEN_EVENTS)
