"""Opens the TUI and brings it to its end: exit code, and sentences for what went wrong outside of it."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from trainer.errors import TrainerError
from trainer.tui.app import TrainerApp
from trainer.tui.desk import Desk, attempt

SWITCH = 0.0003
"""Seconds for which the thread of a run may keep the interpreter while a key waits: a key changes threads four times on its way."""


def run_tui(folder: Path | None = None, live: bool | None = None, drill: bool = False) -> int:
    """Runs until the learner quits; ``drill``: begins with a five-minute drill. ``folder`` is a pack (default: the core pack); ``live`` forces containers or recordings."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        # Textual reads from stdin and draws on stderr.
        print("error: the trainer's window needs a terminal on stdin and stderr", file=sys.stderr)
        print("next: start it without redirections, or use the commands: cks-trainer --help", file=sys.stderr)
        return 2
    gc.disable()  # until the first screen is there: nothing of it is garbage
    try:
        desk = Desk.open(folder, live)
    except TrainerError as error:
        print(f"error: {error.message}", file=sys.stderr)
        if error.help:
            print(f"next: {error.help}", file=sys.stderr)
        return 2
    sys.setswitchinterval(SWITCH)
    app = TrainerApp(desk, drill=drill)
    app.owns_process = True
    try:
        app.run()
    except KeyboardInterrupt:
        pass  # a signal from outside: the drafts are written below
    finally:
        attempt(desk.flush)
        desk.store.close()
    return 2 if app.return_code else 0
