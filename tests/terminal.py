"""The program in a terminal of its own: a pseudo-terminal, and a screen that shows what a person would see."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

ROOT = Path(__file__).resolve().parent.parent
KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "down": "\x1b[B",
    "pagedown": "\x1b[6~",
    "f5": "\x1b[15~",
    "f10": "\x1b[21~",
}


def surroundings(home: Path, env: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a program under test: its own data folder, no Docker."""
    around = {
        **os.environ,
        "CKS_TRAINER_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "DOCKER_HOST": "unix:///nowhere.sock",
        "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "cks-trainer-tests-bytecode"),
        **(env or {}),
    }
    # Who installed the program has its byte code; the size is this terminal's.
    for name in ("PYTHONDONTWRITEBYTECODE", "COLUMNS", "LINES"):
        around.pop(name, None)
    return around


class Gone(Exception):
    """The program ended, or did not show in time what was waited for; the text holds its screen."""


class Terminal:
    """Runs ``python -m trainer ARGUMENTS`` (or ``command``) at ``columns`` x ``rows``."""

    def __init__(
        self,
        arguments: Sequence[str] = (),
        *,
        home: Path,
        columns: int = 100,
        rows: int = 30,
        env: Mapping[str, str] | None = None,
        command: Sequence[str] | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        around = surroundings(home, env)
        program = [*(command or (sys.executable, "-m", "trainer")), *arguments]
        self.started = time.perf_counter()
        self.pid, self._file = pty.fork()
        if self.pid == 0:  # the child
            try:
                os.execvpe(program[0], program, around)
            finally:
                os._exit(127)
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.status: int | None = None

    @property
    def text(self) -> str:
        # Not pyte's own ``display``, which fails on half of a wide character that was written over.
        cells = [
            [self.screen.buffer[row][column].data for column in range(self.screen.columns)] for row in range(self.screen.lines)
        ]
        return "\n".join(map("".join, cells))

    def send(self, *keys: str) -> None:
        """Keys by name (``enter``, ``f5``), or text as it is typed."""
        os.write(self._file, "".join(KEYS.get(key, key) for key in keys).encode())

    def read(self, seconds: float) -> float | None:
        """Takes in what comes within ``seconds``; when it came, or None when nothing did."""
        came, data = self.take(seconds)
        if data:
            self.feed(data)
        return came if data else None

    def feed(self, data: bytes) -> None:
        """Draws what ``take`` brought."""
        self._stream.feed(data)

    def take(self, seconds: float) -> tuple[float, bytes]:
        """What comes within ``seconds``, if anything does, not drawn yet (drawing takes longer than a program's answer), and when."""
        ready, _, _ = select.select([self._file], [], [], seconds)
        if not ready:
            return time.perf_counter(), b""
        try:
            data = os.read(self._file, 1 << 16)
        except OSError:
            data = b""
        came = time.perf_counter()
        if not data:
            raise Gone(f"the program ended:\n{self.text}")
        return came, data

    def wait(self, wanted: str | Callable[[str], bool], seconds: float = 60) -> float:
        """Until the screen holds a text; the moment at which the bytes came that completed it."""
        holds = wanted if callable(wanted) else lambda text: wanted in text
        limit = time.perf_counter() + seconds
        came = time.perf_counter()
        while not holds(self.text):
            left = limit - time.perf_counter()
            found = self.read(max(left, 0))
            if found is None:
                raise Gone(f"not seen in {seconds} s: {wanted!r}\n{self.text}")
            came = found
        return came

    def rest(self, seconds: float = 0.15, limit: float = 20) -> None:
        """Until nothing comes for ``seconds``."""
        end = time.perf_counter() + limit
        while time.perf_counter() < end and self.read(seconds) is not None:
            pass

    def kill(self, with_signal: int = signal.SIGKILL) -> None:
        if self.status is None:
            os.kill(self.pid, with_signal)
            self.close()

    def close(self) -> int:
        """Waits for the end; the wait status."""
        if self.status is None:
            while True:
                try:
                    if self.read(0.2) is None and os.waitpid(self.pid, os.WNOHANG)[0]:
                        self.status = 0
                        break
                except Gone:
                    _, self.status = os.waitpid(self.pid, 0)
                    break
            os.close(self._file)
        return self.status
