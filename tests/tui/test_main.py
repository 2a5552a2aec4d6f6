"""Opening the TUI where it cannot work, the documentation's picture, and the size of the app's module."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import trainer.tui
from trainer.tui import run_tui
from trainer.tui.picture import picture


def test_without_a_terminal_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_tui() == 2
    assert "cks-trainer --help" in capsys.readouterr().err


def test_broken_pack_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CKS_TRAINER_HOME", str(tmp_path / "home"))
    for stream in (sys.stdin, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    assert run_tui(tmp_path) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: ")
    assert "next: " in err
    assert "Traceback" not in err


async def test_picture_shows_why_a_rule_missed(pack_folder: Path, tmp_path: Path) -> None:
    svg = await picture(pack_folder, tmp_path / "home")
    assert svg.startswith("<svg")
    for word in ("proc.name", "bash", "was", "Criteria"):
        assert word in svg


def test_the_app_only_wires() -> None:
    app = Path(trainer.tui.__file__).parent / "app.py"
    assert len(app.read_text(encoding="utf-8").splitlines()) <= 300
