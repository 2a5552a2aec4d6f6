"""The program in tmux, as many learners have it: keys, pastes and what is on the screen go through a real terminal."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal import Gone, surroundings

SECONDS = 60.0
"""For one thing to be seen, on a machine that has much to do."""
CONFIG = """\
set -g remain-on-exit on
set -g status off
set -g exit-empty off
"""


def need_tmux() -> None:
    """Skips the test where there is no tmux; where the project is tested there must be one."""
    if shutil.which("tmux") is None:
        if os.environ.get("CI"):
            pytest.fail("tmux is not installed: apt-get install tmux")
        pytest.skip("tmux is not installed")


class Tmux:
    """Terminals in a server of its own, one at a time. Each stays after its program's end, to be looked at."""

    def __init__(self, *, home: Path, work: Path, columns: int, rows: int) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="cks-tmux-"))  # not pytest's: a socket's path must be short
        (self._folder / "conf").write_text(CONFIG, encoding="utf-8")
        self._env = surroundings(home, {"LC_ALL": "en_US.UTF-8", "LANGUAGE": "en", "CKS_TRAINER_LANG": "en"})
        self._env.pop("TMUX", None)
        self._size = ("-x", str(columns), "-y", str(rows))
        self._work = work
        self._session = 0

    def tmux(self, *arguments: str, text: str | None = None) -> str:
        command = ["tmux", "-u", "-S", str(self._folder / "s"), "-f", str(self._folder / "conf"), *arguments]
        done = subprocess.run(command, input=text, env=self._env, capture_output=True, text=True, timeout=SECONDS, check=False)
        if done.returncode:
            raise Gone(f"tmux {arguments[0]}: {done.stderr}")
        return done.stdout

    def start(self, *arguments: str) -> None:
        """Runs ``python -m trainer ARGUMENTS`` in a new terminal; the one before is closed."""
        before, self._session = self._session, self._session + 1
        program = (sys.executable, "-m", "trainer", *arguments)
        self.tmux("new-session", "-d", "-s", str(self._session), *self._size, "-c", str(self._work), *program)
        if before:
            self.tmux("kill-session", "-t", str(before))

    @property
    def text(self) -> str:
        return self.tmux("capture-pane", "-p")

    def wait(self, wanted: str | Callable[[str], bool], seconds: float = SECONDS) -> str:
        """The screen, as soon as it holds what is wanted."""
        holds = wanted if callable(wanted) else lambda text: wanted in text
        limit = time.monotonic() + seconds
        while not holds(text := self.text):
            if time.monotonic() > limit:
                raise Gone(f"not seen in {seconds} s: {wanted!r}\n{text}")
            time.sleep(0.02)
        return text

    def press(self, *keys: str) -> None:
        """Keys by tmux's names for them."""
        self.tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        self.tmux("send-keys", "-l", text)

    def paste(self, text: str) -> None:
        """As with the mouse: in brackets, where the program asked the terminal for them."""
        self.tmux("load-buffer", "-b", "text", "-", text=text)
        self.tmux("paste-buffer", "-p", "-d", "-b", "text")

    def kill(self) -> None:
        """SIGKILL, and nothing is left to the program."""
        os.kill(int(self._pane("pid")), signal.SIGKILL)
        self._until(lambda: self._pane("dead") == "1")

    def ended(self) -> int:
        """Waits for the program's own end; its exit code."""

        def known() -> bool:
            self.tmux("run-shell", "true")  # tmux at times misses a child's end, and learns of it with the next one's
            return self._pane("dead_status") != ""

        self._until(known)
        return int(self._pane("dead_status"))

    def _pane(self, name: str) -> str:
        return self.tmux("display-message", "-p", f"#{{pane_{name}}}").strip()

    def _until(self, done: Callable[[], bool]) -> None:
        limit = time.monotonic() + SECONDS
        while not done():
            if time.monotonic() > limit:
                raise Gone(f"the program has not ended:\n{self.text}")
            time.sleep(0.02)

    def close(self) -> None:
        try:
            if self._session:
                self.tmux("kill-server")
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
