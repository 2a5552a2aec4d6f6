"""The command line under test: a private data directory, no colours, English."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from trainer.cli import run_cli


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Runs one command line in this process."""
    monkeypatch.setenv("CKS_TRAINER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CKS_TRAINER_LANG", "en")
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: str, bug: bool = False) -> Done:
        """``bug``: a fault of ours is what the test wants to see."""
        capfd.readouterr()
        code = run_cli(arguments)
        captured = capfd.readouterr()
        assert "Traceback" not in captured.out + captured.err
        assert ("a bug in cks-trainer" in captured.err) is bug
        return Done(code, captured.out, captured.err)

    return run
