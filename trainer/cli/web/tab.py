"""One open tab: a program of its own behind a websocket, ended with it."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import Process
from contextlib import suppress

from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

END_SECONDS = 30.0
"""For a program to save, stop a run and remove its containers; it gives itself less."""
CLOSE_SECONDS = 3.0
"""For a browser to say that it has seen the end."""
SMALLEST, LARGEST = 1, 1000
"""Cells that a browser may ask for in a direction."""


class Program(AppService):
    """textual-serve's child process. Its output is taken as long as it comes, whoever sees it, so that it never waits for a reader."""

    process: Process | None = None

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        self.process = await super()._open_app_process(width, height)
        return self.process

    async def run(self) -> None:
        try:
            await super().run()
        finally:
            await self.remote_close()

    async def end(self) -> bool:
        """Asks it to end, and waits. False when it had to be killed."""
        with suppress(TimeoutError, OSError):
            await asyncio.wait_for(self.stop(), END_SECONDS)
        process = self.process
        if process is None:
            return True
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), END_SECONDS)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            return False
        return True


class Tab:
    """The websocket of a page and the program behind it."""

    def __init__(self, command: str) -> None:
        self._socket = web.WebSocketResponse(heartbeat=15, timeout=CLOSE_SECONDS)
        self._program = Program(
            command,
            write_bytes=self._show,
            write_str=self._tell,
            close=self.close,
            download_manager=DownloadManager(),
        )
        self.done = asyncio.Event()
        """Set when the program has ended."""
        self.killed = False

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Until the page or the program ends."""
        try:
            await self._socket.prepare(request)
            await self._program.start(_cells(request, "width", 80), _cells(request, "height", 24))
            async for message in self._socket:
                if message.type == WSMsgType.TEXT:
                    await self._take(message.data)
        finally:
            # Whoever cancels this waits for ``done``: the program has to save first.
            ending = asyncio.ensure_future(self._end())
            await asyncio.shield(ending)
        return self._socket

    async def refuse(self, request: web.Request, reason: str) -> web.WebSocketResponse:
        """Shows a sentence instead of a program."""
        await self._socket.prepare(request)
        await self._show(f"\r\n  {reason}\r\n".encode())
        await self.close()
        return self._socket

    async def close(self) -> None:
        if not self._socket.closed:
            with suppress(ConnectionError, RuntimeError):
                await self._socket.close()

    async def _end(self) -> None:
        try:
            self.killed = not await self._program.end()
        finally:
            self.done.set()

    async def _show(self, data: bytes) -> None:
        if not self._socket.closed:
            with suppress(ConnectionError, RuntimeError):
                await self._socket.send_bytes(data)

    async def _tell(self, text: str) -> None:
        if not self._socket.closed:
            with suppress(ConnectionError, RuntimeError):
                await self._socket.send_str(text)

    async def _take(self, text: str) -> None:
        """One message of the page; what is not of its kind is nothing."""
        try:
            kind, *rest = json.loads(text)
        except (ValueError, TypeError):
            return
        match kind, rest:
            case "stdin", [str(keys)]:
                await self._program.send_bytes(keys.encode("utf-8", "replace"))
            case "resize", [{"width": int(width), "height": int(height)}]:
                await self._program.set_terminal_size(_within(width), _within(height))
            case "ping", [str(sent)]:
                await self._tell(json.dumps(["pong", sent]))
            case "focus", _:
                await self._program.focus()
            case "blur", _:
                await self._program.blur()
            case _:
                pass


def _within(cells: int) -> int:
    return max(SMALLEST, min(LARGEST, cells))


def _cells(request: web.Request, name: str, default: int) -> int:
    given = request.query.get(name, "")
    return _within(int(given)) if given.isascii() and given.isdigit() and len(given) < 6 else default
