"""The TUI behind ``cks-trainer serve``: no terminal, but a server that carries keys and pictures through pipes."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import cast

from textual.app import App
from textual.drivers.web_driver import WebDriver

from trainer.errors import TrainerError
from trainer.tui.app import TrainerApp
from trainer.tui.desk import Desk, attempt


class ServedDriver(WebDriver):
    """Ends the app as a terminal does that goes away: keys that are on their way arrive first, then all is saved."""

    def __init__(self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._write = self._write_all  # type: ignore[assignment]

    def start_application_mode(self) -> None:
        super().start_application_mode()
        # Ctrl-C in the server's terminal reaches its children too.
        with suppress(NotImplementedError):
            self._loop.add_signal_handler(signal.SIGINT, cast(TrainerApp, self._app).told_to_end)

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        if packet_type == "quit":
            cast(TrainerApp, self._app).end_from_thread()
        else:
            super().on_meta(packet_type, payload)

    def _write_all(self, data: bytes) -> int:
        """A server that is gone takes nothing more; that it is gone is seen on stdin."""
        rest = memoryview(data)
        with suppress(BrokenPipeError):
            while rest:
                rest = rest[os.write(self.fileno, rest) :]
        return len(data)


def run_served() -> int:
    """Runs until the learner quits or the server says so. What went wrong outside is shown in the browser, and told on stderr."""
    if sys.stdin.isatty() or sys.stdout.isatty():
        print("error: --served is how the server starts the trainer for a browser", file=sys.stderr)
        print("next: run cks-trainer serve", file=sys.stderr)
        return 2
    os.environ.pop("TEXTUAL_DRIVER", None)  # of this process, not of those that it starts
    try:
        desk = Desk.open()
    except TrainerError as error:
        lines = [f"error: {error.message}", *([f"next: {error.help}"] if error.help else [])]
        print("\n".join(lines), file=sys.stderr)
        _show(lines)
        return 2
    app = TrainerApp(desk)
    app.driver_class = ServedDriver
    app.owns_process = True
    try:
        app.run()
    finally:
        attempt(desk.flush)
        desk.store.close()
    return 2 if app.return_code else 0


def _show(lines: list[str]) -> None:
    """Plain lines in the protocol of textual-serve."""
    data = "".join(f"\r\n  {line}" for line in lines).encode()
    with suppress(BrokenPipeError):
        os.write(1, b"__GANGLION__\nD" + len(data).to_bytes(4, "big") + data)
