"""Who may ask for a page: the browser that opened the address of this run, from pages of this run, and nobody else.

Whoever can reach the port may try: a page elsewhere in the same browser, a name that leads here by a forged DNS answer,
another server or another user of this computer. See the threat model.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from secrets import compare_digest, token_urlsafe
from time import monotonic

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_UPLOADED = 1_000_000_000  # bytes of one request: a mailbox with the returns of a round
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {  # of every answer
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # with less of it a form would not say where it comes from
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
OWN_SITE = (None, "same-origin", "none")  # none: typed, or a bookmark
ENTERED = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="refresh" content="0;url=./"><title>hrge-xl</title></head>
<body><main><h1>hrge-xl</h1><p><a href="./">→</a></p></main></body></html>"""
NOT_FROM_HERE = "Open the address that the window of hrge-xl open shows.\n"


class Guard:
    """Lets through what comes from this run's own pages; every other request ends here."""

    def __init__(self, application: ASGIApp, port: int, *, read_only: bool = False) -> None:
        self._application = application
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self._read_only = read_only
        self._secret = token_urlsafe(32)
        self._session = token_urlsafe(32)
        # a browser sends cookies to every port of a computer, but not to another path
        self.home = f"/{token_urlsafe(12)}/"
        self._cookie = f"hrge-xl-{port}"
        self.address = f"http://127.0.0.1:{port}{self.home}?secret={self._secret}"
        self.last_request = monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on with its path below the home of this run."""
        if scope["type"] != "http":  # no websockets here
            return
        refusal = self._refuse(scope)
        if refusal is not None:
            await refusal(scope, receive, _with_headers(send))
            return
        self.last_request = monotonic()
        own_path = "/" + scope["path"].removeprefix(self.home)
        within = {**scope, "path": own_path, "raw_path": None}
        await self._application(within, _limited(receive), _with_headers(send))

    def _refuse(self, scope: Scope) -> Response | None:
        """Return what a request is answered with that goes no further; None for one that does."""
        headers = Headers(scope=scope)
        if headers.getlist("host") not in [[host] for host in self._hosts]:
            return PlainTextResponse(NOT_FROM_HERE, 421)
        if not scope["path"].startswith(self.home):
            return PlainTextResponse(NOT_FROM_HERE, 404)
        method = scope["method"]
        origin = headers.get("origin")
        if origin not in (None, f"http://{headers['host']}"):
            return PlainTextResponse(NOT_FROM_HERE, 403)
        given_secret = QueryParams(scope["query_string"]).get("secret")
        if method == "GET" and scope["path"] == self.home and given_secret is not None:
            return self._enter(given_secret)
        if headers.get("sec-fetch-site") not in OWN_SITE or not self._is_known(headers):
            return PlainTextResponse(NOT_FROM_HERE, 403)
        if method not in ("GET", "POST"):
            return PlainTextResponse("", 405)
        if method == "POST" and (self._read_only or origin is None):
            return PlainTextResponse("This desk only shows.\n" if origin else NOT_FROM_HERE, 403)
        if int(headers.get("content-length", "0")) > MOST_UPLOADED:
            return PlainTextResponse("That is too much at once.\n", 413)
        return None

    def _enter(self, given_secret: str) -> Response:
        """Exchange the secret of the address for a cookie.

        The page then goes on by itself: a cookie that a redirection sets is not sent along by the browser.
        """
        if not compare_digest(given_secret.encode(), self._secret.encode()):
            return PlainTextResponse(NOT_FROM_HERE, 403)
        page = HTMLResponse(ENTERED)
        page.headers["Referrer-Policy"] = "no-referrer"
        page.set_cookie(
            self._cookie, self._session, path=self.home, httponly=True, samesite="strict"
        )
        return page

    def _is_known(self, headers: Headers) -> bool:
        """Say whether a request has the cookie of this run."""
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        cookie = cookies.get(self._cookie)
        return cookie is not None and compare_digest(cookie.value.encode(), self._session.encode())


def _with_headers(send: Send) -> Send:
    """Have every answer say that it is kept nowhere, framed by nobody, and loads nothing from elsewhere."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers


def _limited(receive: Receive) -> Receive:
    """Have a request end that sends more than it said, or does not say how much."""
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        return message if received <= MOST_UPLOADED else {"type": "http.disconnect"}

    return receive_limited
