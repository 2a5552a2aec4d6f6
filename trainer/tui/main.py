"""Opens the TUI and brings it to its end: exit code, and sentences for what went wrong outside of it."""

from __future__ import annotations

import sys
from pathlib import Path

from trainer.errors import TrainerError
from trainer.tui.app import TrainerApp
from trainer.tui.desk import Desk


def run_tui(folder: Path | None = None, live: bool | None = None) -> int:
    """Runs until the learner quits. ``folder`` is a pack (default: the core pack); ``live`` forces containers or recordings."""
    try:
        desk = Desk.open(folder, live)
    except TrainerError as error:
        print(f"error: {error.message}", file=sys.stderr)
        if error.help:
            print(f"next: {error.help}", file=sys.stderr)
        return 2
    app = TrainerApp(desk)
    try:
        app.run()
    except KeyboardInterrupt:
        app.flush()
    finally:
        desk.store.close()
    return 2 if app.return_code else 0
