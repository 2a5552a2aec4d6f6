"""A picture of the study screen, for the documentation: ``python -m trainer.tui.picture docs/tui.svg``.

It is the real program on the core pack's first exercise: a rule that misses an action, a run on the recording, and the reason.
Nothing of the learner's own data is read or written.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from textual.pilot import Pilot

from trainer.content import core_pack_folder, load_pack
from trainer.session import Store
from trainer.tui.app import TrainerApp
from trainer.tui.desk import Desk
from trainer.tui.screens.study import StudyScreen

SIZE = (140, 40)


async def picture(folder: Path, home: Path, size: tuple[int, int] = SIZE, lang: str = "en") -> str:
    """The screen as SVG after a run of the first decoy that misses an action."""
    pack, _ = load_pack(folder)
    if pack is None or not pack.exercises:
        raise SystemExit(f"error: there is no pack with exercises in {folder}")
    with Store.open(home) as store:
        app = TrainerApp(Desk(pack, store, live=False), lang)
        async with app.run_test(size=size) as pilot:
            await _rest(pilot)
            await pilot.press("enter")
            await _rest(pilot)
            screen = app.screen
            assert isinstance(screen, StudyScreen)
            for decoy in screen.exercise.decoys:
                screen.editor.load_text(decoy.file.text)
                await _rest(pilot)
                await pilot.press("f5")
                await _rest(pilot)
                missed = [row for row, found in enumerate(screen.results.actions.verdicts) if found.verdict == "missed"]
                if missed:
                    screen.results.open("actions")
                    screen.results.actions.choose(missed[0])
                    await pilot.press("enter")
                    break
            await _rest(pilot)
            return app.export_screenshot(title="cks-trainer")


async def _rest(pilot: Pilot[int]) -> None:
    for _ in range(3):
        await pilot.pause(0.15)
        await pilot.app.workers.wait_for_complete()


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python -m trainer.tui.picture FILE.svg", file=sys.stderr)
        return 2
    os.environ.pop("NO_COLOR", None)
    with tempfile.TemporaryDirectory() as home:
        svg = asyncio.run(picture(core_pack_folder(), Path(home)))
    Path(sys.argv[1]).write_text(svg, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
