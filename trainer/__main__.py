"""Entry point: the TUI without arguments and for a drill, the command line otherwise. Either is imported only when it is used."""

from __future__ import annotations

import os
import sys


def main() -> int:
    # Read by Textual when it is imported. At its 60 a second a key is on the screen after 26 ms, at 120 after 8.
    os.environ.setdefault("TEXTUAL_FPS", "120")
    if sys.argv[1:] == ["--served"]:  # for the server of `cks-trainer serve`
        from trainer.tui.served import run_served

        return run_served()
    drill = sys.argv[1:] == ["drill"]
    if (len(sys.argv) > 1 and not drill) or sys.stdout is None or not sys.stdout.isatty():
        from trainer.cli import run_cli

        return run_cli(sys.argv[1:])
    from trainer.tui import run_tui

    return run_tui(drill=drill)


if __name__ == "__main__":
    sys.exit(main())
