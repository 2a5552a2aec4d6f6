"""The server: its page, its tabs, its end. Everything that the page loads comes from here; the browser needs no other network."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

import textual_serve
from aiohttp import web

from trainer.cli.web.door import Door
from trainer.cli.web.tab import END_SECONDS, Tab
from trainer.cli.web.texts import say
from trainer.errors import TrainerError

MOST_TABS = 8
"""Open at once: each is a process of about 100 MB."""
LIBRARY = Path(textual_serve.__file__).parent / "static"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises TrainerError when the address cannot be had."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        step = "use another port, for instance --port 0, which takes a free one" if host else "give an address after --host"
        raise TrainerError(f"{host}:{port} cannot be listened on: {reason}", step) from error


class BrowserServer:
    """Serves ``command``, once for each tab, on a socket that listens. ``announce`` gets every sentence for the terminal."""

    def __init__(self, command: str, listening: socket.socket, host: str, lang: str, announce: Callable[[str], None]) -> None:
        self.command = command
        self.lang = lang
        self.door = Door()
        self._announce = announce
        self._listening = listening
        port = listening.getsockname()[1]
        shown = socket.gethostname() if host in ("0.0.0.0", "::") else host
        self._base = f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
        self._cookie = f"cks-trainer-{port}"
        self._tabs: set[Tab] = set()

    @property
    def address(self) -> str:
        """What opens the trainer, once."""
        return f"{self._base}/?token={self.door.invitation}"

    async def run(self) -> int:
        """Until a signal; then all tabs are closed. How many programs had to be killed."""
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            # Windows has no such handlers: there KeyboardInterrupt ends this.
            with suppress(NotImplementedError, AttributeError):
                loop.add_signal_handler(getattr(signal, name), stop.set)
        runner = web.AppRunner(self.application(), handle_signals=False, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.SockSite(runner, self._listening).start()
            self._announce(say(self.lang, "address", address=self.address))
            self._announce(say(self.lang, "once"))
            await stop.wait()
        finally:
            killed = await self._close_tabs()
            await runner.cleanup()
        return killed

    def application(self) -> web.Application:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._guard(request, handler)

        app = web.Application(middlewares=[guard])
        app.add_routes(
            [
                web.get("/", self._index),
                web.get("/ws", self._open_tab),
                web.get("/page.js", self._script),
                web.static("/static", LIBRARY),
            ]
        )
        return app

    async def _close_tabs(self) -> int:
        tabs = list(self._tabs)
        if tabs:
            self._announce(say(self.lang, "ending", count=len(tabs)))
        await asyncio.gather(*(tab.close() for tab in tabs))
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*(tab.done.wait() for tab in tabs)), 2 * END_SECONDS + 5)
        return sum(tab.killed for tab in tabs)

    # Who may come in.

    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Nothing but the library's files without the cookie; no websocket for another page, though the browser sends the cookie."""
        if request.path.startswith("/static/"):
            return await handler(request)
        if not self.door.knows(request.cookies.get(self._cookie, "")):
            return self._entrance(request)
        if request.path == "/ws" and urlsplit(request.headers.get("Origin", "")).netloc != request.host:
            raise web.HTTPForbidden(text="the websocket is for this server's own page")
        response = await handler(request)
        if not response.prepared:
            response.headers["Cache-Control"] = "no-store"
        return response

    def _entrance(self, request: web.Request) -> web.StreamResponse:
        cookie = self.door.enter(request.query.get("token", "")) if request.path == "/" else None
        if cookie is None:
            title, text = (escape(say(self.lang, key)) for key in ("no.title", "no.text"))
            page = f'<!DOCTYPE html><html lang="{self.lang}"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1><p>{text}</p>'
            return web.Response(text=page, content_type="text/html", status=403)
        self._announce(say(self.lang, "another", address=self.address))
        response = web.Response(
            status=303, headers={"Location": "/", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        )
        response.set_cookie(self._cookie, cookie, httponly=True, samesite="Lax")
        return response

    # The page.

    async def _index(self, request: web.Request) -> web.StreamResponse:
        if request.query:  # an address that this browser had used before: out of the history with its token
            return web.Response(status=303, headers={"Location": "/"})
        words = {
            key.replace(".", "_"): escape(say(self.lang, key))
            for key in ("page.starting", "page.closed", "page.again", "page.script")
        }
        text = Template(_resource("page.html")).substitute(words, lang=self.lang)
        policy = (
            f"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:;"
            f" connect-src 'self' ws://{request.host} wss://{request.host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def _script(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text=_resource("page.js"), content_type="text/javascript")

    # The tabs.

    async def _open_tab(self, request: web.Request) -> web.StreamResponse:
        tab = Tab(self.command)
        if len(self._tabs) >= MOST_TABS:
            return await tab.refuse(request, say(self.lang, "tabs.full", count=MOST_TABS))
        self._tabs.add(tab)
        try:
            return await tab.serve(request)
        finally:
            self._tabs.discard(tab)


def _resource(name: str) -> str:
    return files("trainer.cli.web").joinpath(name).read_text(encoding="utf-8")
