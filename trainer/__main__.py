"""Entry point: the TUI without arguments, the command line with them. Either front end is imported only when it is used."""

from __future__ import annotations

import sys


def main() -> int:
    if sys.argv[1:] == ["--served"]:  # for the server of `cks-trainer serve`
        from trainer.tui.served import run_served

        return run_served()
    if len(sys.argv) > 1 or sys.stdout is None or not sys.stdout.isatty():
        from trainer.cli import run_cli

        return run_cli(sys.argv[1:])
    from trainer.tui import run_tui

    return run_tui()


if __name__ == "__main__":
    sys.exit(main())
