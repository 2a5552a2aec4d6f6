"""The TUI under test: the small pack with its recording, a private store, English, no Docker, a still cursor."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.small_pack import REFERENCE, write_pack
from trainer.capture import DockerStatus
from trainer.session import Store
from trainer.tui.app import TrainerApp
from trainer.tui.desk import Desk
from trainer.tui.screens.study import StudyScreen

PASSING = REFERENCE.replace("${app}", "web")
NO_DOCKER = DockerStatus(False, problem="no engine answers", next_step="start Docker")
NARROW, WIDE = (80, 24), (140, 40)

OpenApp = Callable[..., TrainerApp]


@pytest.fixture
def pack_folder(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack")


@pytest.fixture
def open_app(tmp_path: Path, pack_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenApp]:
    """Makes an app on the small pack; apps of one test share the store's folder, as runs of the program do."""
    monkeypatch.setenv("CKS_TRAINER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("trainer.tui.app.docker_status", lambda: NO_DOCKER)
    stores: list[Store] = []

    def make(lang: str | None = "en", live: bool | None = None) -> TrainerApp:
        desk = Desk.open(pack_folder, live)
        desk.chance = random.Random(1)  # which variant is drawn
        stores.append(desk.store)
        return TrainerApp(desk, lang)

    yield make
    for store in stores:
        store.close()


async def settle(pilot: Pilot[int]) -> None:
    """Lets timers, workers and their messages come to rest."""
    for _ in range(200):
        await pilot.pause(0.02)
        await pilot.app.workers.wait_for_complete()
        if not any(getattr(screen, "busy", False) for screen in pilot.app.screen_stack):
            break
    await pilot.pause()


async def open_study(pilot: Pilot[int], text: str | None = None) -> StudyScreen:
    """Opens the first exercise, and puts ``text`` into its editor."""
    await pilot.press("enter")
    await settle(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, StudyScreen)
    if text is not None:
        screen.editor.load_text(text)
        await settle(pilot)
    return screen


async def run(pilot: Pilot[int]) -> None:
    await pilot.press("f5")
    await settle(pilot)
