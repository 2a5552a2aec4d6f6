"""The command line. stdout is data, stderr is narration; exit 0 yes, 1 no, 2 usage or environment. Never imports the TUI."""

from trainer.cli.main import run_cli

__all__ = ["run_cli"]
