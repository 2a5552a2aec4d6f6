"""Opening the TUI where it cannot work, the documentation's picture, and the size of the app's module."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import sys
import time
from pathlib import Path

import pytest
from textual.widgets import DataTable

import trainer.tui
from tests.tui.conftest import NARROW, OpenApp, open_study, settle
from trainer.tui import run_tui
from trainer.tui.home import found_at
from trainer.tui.picture import picture
from trainer.tui.screens.exercises import ExerciseList


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


@pytest.mark.parametrize(
    "wanted, text, found",
    [
        ("", "anything", True),
        ("shell", "Detect a Shell", True),
        ("dtshl", "Detect a shell", True),
        ("llehs", "Detect a shell", False),
        ("셸 찾기", "웹 앱의 셸 찾기", True),
        ("셸기", "웹 앱의 셸 찾기", True),
        ("de sh", "detect shell", True),
    ],
)
def test_letters_in_their_order(wanted: str, text: str, found: bool) -> None:
    assert (found_at(wanted, text) is not None) is found


def test_a_run_of_letters_is_the_better_find() -> None:
    ranks = [found_at("shell", text) for text in ("a shell", "shell", "s-h-e-l-l")]
    assert None not in ranks
    assert sorted(ranks, key=str) == [ranks[1], ranks[0], ranks[2]]


async def test_the_list_is_filtered_while_typing(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        table = app.screen.query_one(DataTable)
        assert table.row_count == 2  # below its heading
        await pilot.press("z", "z")
        assert table.row_count == 0
        await pilot.press("enter")
        assert isinstance(app.screen, ExerciseList)
        await pilot.press("backspace", "backspace", "f", "i", "n", "d")
        assert table.row_count == 1
        await pilot.press("escape")
        assert app.screen.wanted == ""
        await pilot.press("escape")
    assert app.return_value == 0


async def test_a_click_on_find_does_not_quit(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await pilot.press("z")
        await pilot.click("KeyBar", offset=(15, 0))
        assert isinstance(app.screen, ExerciseList)
        assert app.screen.wanted == ""
        await pilot.click("KeyBar", offset=(15, 0))
        await pilot.pause()
        assert app.return_value is None
        assert app.is_running


async def test_the_list_begins_where_the_learner_was(open_app: OpenApp) -> None:
    app = open_app()
    assert app.desk.last_exercise() is None
    async with app.run_test(size=NARROW) as pilot:
        await open_study(pilot)
    assert open_app().desk.last_exercise() == "find-shells"


@pytest.mark.parametrize("told", [True, False], ids=["with a signal", "without a signal"])
def test_a_terminal_that_goes_away_ends_the_process(tmp_path: Path, pack_folder: Path, told: bool) -> None:
    """Closed, it takes no output: nothing may wait for it. Under make the signal goes to another process."""
    deaf = "" if told else "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP]); "
    code = (
        "import signal, sys; from pathlib import Path; from trainer.tui import run_tui; "
        f"{deaf}sys.exit(run_tui(Path({str(pack_folder)!r}), False))"
    )
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ |= {"CKS_TRAINER_HOME": str(tmp_path / "home"), "PYTHONPATH": os.getcwd(), "TERM": "xterm-256color"}
        os.execv(sys.executable, [sys.executable, "-c", code])
    try:
        shown = b""
        while b"Find shells" not in shown:
            shown += os.read(terminal, 65536)
        os.close(terminal)
        end = time.monotonic() + 30
        while (ended := os.waitpid(pid, os.WNOHANG)) == (0, 0) and time.monotonic() < end:
            time.sleep(0.1)
        assert ended[0] == pid
    finally:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
