"""Pictures for the documentation: ``python -m trainer.tui.picture docs/tui.svg``, or ``--tour docs/tour`` (``make pictures``).

The first is the study screen, of the real program on the core pack's first exercise: a rule that misses an action, a run on the
recording, and the reason. Nothing of the learner's own data is read or written.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from trainer.content import core_pack_folder, load_pack
from trainer.session import Store
from trainer.tui.app import TrainerApp
from trainer.tui.desk import Desk
from trainer.tui.screens.study import StudyScreen
from trainer.tui.tour import rest, write_pictures

SIZE = (140, 40)


async def picture(folder: Path, home: Path, size: tuple[int, int] = SIZE, lang: str = "en") -> str:
    """The screen as SVG after a run of the first decoy that misses an action."""
    pack, _ = load_pack(folder)
    if pack is None or not pack.exercises:
        raise SystemExit(f"error: there is no pack with exercises in {folder}")
    with Store.open(home) as store:
        app = TrainerApp(Desk(pack, store, live=False), lang)
        async with app.run_test(size=size) as pilot:
            await rest(pilot)
            await pilot.press("enter")
            await rest(pilot)
            screen = app.screen
            assert isinstance(screen, StudyScreen)
            for decoy in screen.exercise.decoys:
                screen.editor.load_text(decoy.file.text)
                await rest(pilot)
                await pilot.press("f5")
                await rest(pilot)
                missed = [row for row, found in enumerate(screen.results.actions.verdicts) if found.verdict == "missed"]
                if missed:
                    screen.results.open("actions")
                    screen.results.actions.choose(missed[0])
                    await pilot.press("enter")
                    break
            await rest(pilot)
            return app.export_screenshot(title="cks-trainer")


def main() -> int:
    os.environ.pop("NO_COLOR", None)
    if len(sys.argv) == 3 and sys.argv[1] == "--tour":
        write_pictures(Path(sys.argv[2]))
        return 0
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(
            "usage: python -m trainer.tui.picture FILE.svg\n       python -m trainer.tui.picture --tour FOLDER", file=sys.stderr
        )
        return 2
    with tempfile.TemporaryDirectory() as home:
        svg = asyncio.run(picture(core_pack_folder(), Path(home)))
    Path(sys.argv[1]).write_text(svg, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
