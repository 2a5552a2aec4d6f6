"""The terminal interface. Imports Textual, so nothing headless imports this package."""

from trainer.tui.main import run_tui

__all__ = ["run_tui"]
