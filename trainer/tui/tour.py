"""The pictures of docs/tour.md: from the first start to the first passed exercise, with one mistake on the way.

The real app is driven key by key on the core pack's recordings, with a private store and no clock in sight, so that
two tours are equal. ``python -m trainer.tui.picture --tour docs/tour`` writes them.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from trainer.content import core_pack_folder, load_pack
from trainer.session import Store
from trainer.tui.app import TrainerApp
from trainer.tui.desk import Desk
from trainer.tui.screens.work import WorkScreen

TOUR_SIZE = (100, 26)
TO_CONDITION = ("down", "down", "end", *["backspace"] * len("proc.name = CHANGEME"))
"""From the first problem to the end of the condition, and its open place out."""
SHELLS = "bash, sh)"
MISTAKE = f"container.name = my-web-app and proc.name in ({SHELLS}"
RIGHT = "shell_binaries)"


@dataclass(frozen=True, slots=True)
class Step:
    """One screen: its name, the keys that lead to it from the one before, and words that are on it."""

    name: str
    keys: Sequence[str]
    words: tuple[str, ...]
    picture: bool = True
    """Else docs/tour.md shows it as text."""


STEPS = (
    Step("1-start", (), ("Detect a shell in a container", "○ new", "Enter Open")),
    Step("2-task", ("enter",), ("Write a rule named Shell in my-web-app", "F3 Editor", "F5 Run")),
    Step("3-editor", ("f3", "f8"), ("proc.name = CHANGEME", "the rule is not limited to containers")),
    Step(
        "4-missed",
        (*TO_CONDITION, *MISTAKE, "f5"),
        ("not passed", "missed: dash-in-web", "`dash`, which is none of bash, sh", "Next: 3"),
        picture=False,
    ),
    Step("5-why", ("3", "down", "down", "enter"), ("event 423: execve by dash", "(was 'dash')", "(was 'my-web-app')")),
    Step("6-hint", ("h",), ("Hint 1", "Press h for the next hint"), picture=False),
    Step("7-base-rules", ("f3", "f9"), ("list: shell_binaries", "dash")),
    Step(
        "8-passed",
        ("escape", *["backspace"] * len(SHELLS), *RIGHT, "f5"),
        ("passed", "10 of 10 points", "Next: Escape for another exercise"),
    ),
    Step("9-home", ("escape", "down"), ("1 of 61 passed", "● passed")),
)


async def rest(pilot: Pilot[int]) -> None:
    """Lets timers, workers and their messages come to rest."""
    for _ in range(100):
        await pilot.pause(0.1)
        await pilot.app.workers.wait_for_complete()
        if not any(getattr(screen, "busy", False) for screen in pilot.app.screen_stack):
            break
    await pilot.pause(0.1)


def write_pictures(folder: Path) -> None:
    """The pictures of docs/tour.md, and no other file of their kind, in ``folder``."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["CKS_TRAINER_HOME"] = home  # installed packs would be in the list
        made = asyncio.run(tour(Path(home)))
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    for step in STEPS:
        if step.picture:
            (folder / f"{step.name}.svg").write_text(made[step.name], encoding="utf-8")


async def tour(home: Path, size: tuple[int, int] = TOUR_SIZE, lang: str = "en") -> dict[str, str]:
    """Name and SVG of every step, in order."""
    pack, _ = load_pack(core_pack_folder())
    assert pack is not None
    made: dict[str, str] = {}
    with Store.open(home) as store:
        app = TrainerApp(Desk(pack, store, live=False), lang)
        async with app.run_test(size=size) as pilot:
            await rest(pilot)
            for step in STEPS:
                for key in step.keys:
                    await pilot.press({" ": "space"}.get(key, key))
                    if key in ("enter", "f5", "f8", "f9", "escape"):
                        await rest(pilot)
                    if isinstance(app.screen, WorkScreen):
                        app.screen.editor.cursor_blink = False
                await rest(pilot)
                made[step.name] = app.export_screenshot(title="cks-trainer")
    return made
