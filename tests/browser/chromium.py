"""A real Chromium, headless, on a served trainer: the server as a process, and a page whose terminal is read as a person reads it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SERVE_NEEDED = [name for name in ("textual_serve", "aiohttp") if find_spec(name) is None]
BROWSER_NEEDED = [
    *SERVE_NEEDED,
    *(["playwright"] if find_spec("playwright") is None else []),
    *([] if CHROMIUM else ["Chromium"]),
]

needs_serve = pytest.mark.skipif(bool(SERVE_NEEDED), reason=f"not installed: {', '.join(SERVE_NEEDED)}; pip install '.[serve]'")
needs_chromium = pytest.mark.skipif(bool(BROWSER_NEEDED), reason=f"not on this machine: {', '.join(BROWSER_NEEDED)}")

SIZE = (1280, 800)
SECONDS = 60.0
"""For anything to be seen: far more than it takes."""

_FIND_TERMINAL = """
// xterm.js keeps its terminal to itself: the object that gets a fitAddon has it, too.
Object.defineProperty(Object.prototype, "fitAddon", {
  configurable: true,
  set(value) {
    Object.defineProperty(this, "fitAddon", { value, writable: true, configurable: true, enumerable: true });
    if (this.terminal) window.shownTerminal = this.terminal;
  },
});
"""
_READ_TERMINAL = """() => {
  const buffer = window.shownTerminal?.buffer.active;
  if (!buffer) return "";
  return Array.from({ length: buffer.length }, (_, row) => buffer.getLine(row)?.translateToString(true) ?? "").join("\\n");
}"""


class Served:
    """``cks-trainer serve`` as a process, and what it printed."""

    def __init__(self, home: Path, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        surroundings = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "CKS_TRAINER_HOME": str(home),
            "CKS_TRAINER_LANG": "en",
            "DOCKER_HOST": "unix:///nowhere.sock",
            **(env or {}),
        }
        surroundings.pop("NO_COLOR", None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "trainer", "serve", *(arguments or ("--port", "0"))],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=surroundings,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.address = wait_for(lambda: self._address("open in a browser: "), "an address", lambda: self.output)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def _address(self, before: str) -> str:
        assert self.process.poll() is None, self.output
        return next((line.removeprefix(before) for line in reversed(self.lines) if line.startswith(before)), "")

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    @property
    def next_address(self) -> str:
        """For the browser after the last one."""
        return wait_for(lambda: self._address("for another browser: "), "another address", lambda: self.output)

    def children(self) -> list[int]:
        """Process ids of the programs that it runs for its tabs."""
        done = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False)
        return [int(pid) for pid in done.stdout.split()]

    def end(self, with_signal: int = signal.SIGTERM, seconds: float = SECONDS) -> int:
        """Its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        try:
            code = self.process.wait(seconds)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
        self._reader.join(SECONDS)
        return code


@contextmanager
def served(home: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Served]:
    server = Served(home, *arguments, env=env)
    try:
        yield server
    finally:
        server.end()


@contextmanager
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Without its sandbox, which a container that runs as root cannot have; without a GPU, which it has not.
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        try:
            yield browser
        finally:
            browser.close()


class Tab:
    """One open page of the trainer."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.asked: list[str] = []
        """Addresses that the page loaded or tried to load."""
        self.errors: list[str] = []
        self.dialogs: list[str] = []
        self.leave = True
        """What is answered when the browser asks whether the page may be left."""
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("dialog", self._asks)
        self.page.add_init_script(_FIND_TERMINAL)
        self.page.goto(address)

    def _asks(self, dialog: object) -> None:
        self.dialogs.append(dialog.type)  # type: ignore[attr-defined]
        dialog.accept() if self.leave else dialog.dismiss()  # type: ignore[attr-defined]

    @property
    def text(self) -> str:
        """What the terminal shows; nothing while the page is loaded."""
        from playwright.sync_api import Error

        try:
            return str(self.page.evaluate(_READ_TERMINAL))
        except Error:
            if self.page.is_closed():
                raise
            return ""

    def wait(self, wanted: str | re.Pattern[str], seconds: float = SECONDS) -> str:
        """Until the terminal shows it; what was shown then."""
        pattern = wanted if isinstance(wanted, re.Pattern) else re.compile(re.escape(wanted))
        return wait_for(
            lambda: self.text if pattern.search(self.text) else "",
            f"{pattern.pattern!r} in the terminal",
            lambda: self.text,
            seconds,
            lambda: self.page.wait_for_timeout(100),
        )

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)


def wait_for(
    found: Callable[[], str],
    what: str,
    shown: Callable[[], str],
    seconds: float = SECONDS,
    rest: Callable[[], None] = lambda: time.sleep(0.05),
) -> str:
    """The first answer that is not empty. Fails with what is ``shown`` when there is none within ``seconds``."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := found():
            return answer
        rest()
    raise AssertionError(f"no sign of {what} in {seconds} s; there is:\n{shown()}")
