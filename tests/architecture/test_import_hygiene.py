"""Importing a headless package never brings the TUI's libraries in, and the engine stays light."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEADLESS = ["source", "diagnostics", "events", "engine", "content", "capture", "grading", "session", "cli"]


@pytest.mark.parametrize("package", HEADLESS)
def test_headless_package_does_not_import_the_tui(package: str) -> None:
    code = f"import sys, trainer.{package}; print([m for m in ('textual', 'rich', 'trainer.tui') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("package", ["source", "diagnostics", "events", "engine", "content", "grading", "session"])
def test_docker_is_imported_only_when_it_is_used(package: str) -> None:
    code = f"import sys, trainer.{package}; print('docker' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
