"""Keys of the help pages: finding, the base rules' page, giving up, and making an exercise new again."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.tui import stage as stages
from tests.tui.conftest import NARROW, run, settle
from tests.tui.help_keys import Key, covers, keys_of, press
from tests.tui.stage import OpenStage, Stage, passing
from trainer.tui.screens.confirm import ConfirmScreen
from trainer.tui.screens.exercises import ExerciseList
from trainer.tui.screens.help import HelpScreen
from trainer.tui.screens.rules import BaseRulesScreen
from trainer.tui.screens.study import StudyScreen
from trainer.tui.screens.work import WorkScreen
from trainer.tui.widgets.editor import RuleEditor
from trainer.tui.widgets.find_bar import FindBar

stage, stage_pack = stages.stage, stages.stage_pack
"""The fixtures."""
TEXT = "# cat\n# dog\n# cat\n# cat\n"
STEPS = ("↑", "↓", "Shift+F3")


def found(on: Stage) -> str:
    """What the line below the editor counts."""
    return str(on.app.screen.query_one(FindBar).query_one("#found", Static).content).split("  ")[0]


async def pressed(pilot: Pilot[int], page: str, label: str) -> None:
    await press(pilot, page, label)
    await settle(pilot)


async def steps(on: Stage, pilot: Pilot[int], page: str, onwards: tuple[str, ...]) -> None:
    """The line is open and has found the first of three."""
    assert found(on) == "1 of 3"
    place = 1
    for label in onwards:
        await pressed(pilot, page, label)
        place = place % 3 + 1
        assert found(on) == f"{place} of 3"
    for label in ("Shift+F3", "↑"):
        await pressed(pilot, page, label)
        place = (place - 2) % 3 + 1
        assert found(on) == f"{place} of 3"


BOTH_PAGES: tuple[Key, ...] = (*keys_of("study", "Ctrl+F", "Alt+S", *STEPS), *keys_of("exam", "Alt+S", *STEPS))


@covers(*BOTH_PAGES)
@pytest.mark.parametrize("page", ["study", "exam"])
async def test_finding(stage: OpenStage, page: str) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await on.open(pilot, page)
        assert isinstance(screen, WorkScreen)
        screen.editor.load_text(TEXT)
        screen.action_pane("editor")
        screen.editor.move_cursor((0, 0))
        await settle(pilot)
        for label in ("Alt+S", "Ctrl+F") if page == "study" else ("Alt+S",):
            screen.editor.move_cursor((0, 0))
            await pressed(pilot, page, label)
            bar = screen.query_one(FindBar)
            assert bar.display
            bar.wanted.value = "cat"
            await settle(pilot)
            await steps(on, pilot, page, ("Enter", "F3", "↓"))
            await pressed(pilot, page, "Escape")
            assert not bar.display
            assert screen.editor.selected_text == "cat"
            assert screen.editor.has_focus


@covers(*keys_of("rules", "↑", "↓", "PgUp", "PgDn", "Ctrl+F", "Alt+S", "/", "Enter", "F3", "Shift+F3", "Escape", "F9", "q"))
async def test_base_rules(stage: OpenStage) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await on.open(pilot, "study")
        assert isinstance(screen, StudyScreen)

        async def base() -> BaseRulesScreen:
            screen.action_definition()
            await settle(pilot)
            assert isinstance(on.app.screen, BaseRulesScreen)
            return on.app.screen

        shown = await base()
        await pilot.press("f1")
        assert isinstance(on.app.screen, HelpScreen)
        await pilot.press("escape")
        editor = shown.query_one(RuleEditor)
        editor.move_cursor((0, 0))
        rows = [0]
        for label in ("↓", "PgDn", "PgUp", "↓", "↑"):
            await pressed(pilot, "rules", label)
            rows.append(editor.cursor_location[0])
        assert rows[1] == 1
        assert rows[2] > 2
        assert rows[3] < rows[2]
        assert rows[4] - rows[3] == 1
        assert rows[5] == rows[3]
        for label in ("/", "Ctrl+F", "Alt+S"):
            await pressed(pilot, "rules", label)
            bar = shown.query_one(FindBar)
            assert bar.display
            bar.wanted.value = "o"
            await settle(pilot)
            first = found(on)
            assert first.startswith("1 of ")
            for onwards in ("Enter", "F3"):
                before = found(on)
                await pressed(pilot, "rules", onwards)
                assert int(found(on).split()[0]) == int(before.split()[0]) + 1
            await pressed(pilot, "rules", "Shift+F3")
            assert found(on).startswith("2 of ")
            await pressed(pilot, "rules", "Escape")
            assert not bar.display
            editor.move_cursor((0, 0))
        for label in ("Escape", "F9", "q"):
            await pressed(pilot, "rules", label)
            assert on.app.screen is screen
            await base()


@covers(*keys_of("study", "g", "c"))
async def test_giving_up_and_comparing(stage: OpenStage) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await on.study(pilot, "- macro: own\n  condition: evt.type = open\n")
        screen.action_pane("results")
        await settle(pilot)
        assert not screen.results.solution.unlocked
        await pressed(pilot, "study", "g")
        assert isinstance(on.app.screen, ConfirmScreen)
        await pilot.press("enter")
        await settle(pilot)
        assert screen.results.solution.unlocked
        assert screen.results.tabs.active == "solution"
        before = screen.results.solution.comparing
        await pressed(pilot, "study", "c")
        assert screen.results.solution.comparing is not before


@covers(*keys_of("list", "Delete", "F8"))
async def test_an_exercise_is_made_new(stage: OpenStage) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        for label in ("Delete", "F8"):
            screen = await on.study(pilot)
            screen.editor.load_text(passing(screen))
            await settle(pilot)
            await run(pilot)
            on.app.pop_screen()
            await settle(pilot)
            home = on.app.screen
            assert isinstance(home, ExerciseList)
            home._go_to("find-links")
            await pressed(pilot, "list", label)
            assert isinstance(on.app.screen, ConfirmScreen)
            await pilot.press("x")
            await settle(pilot)
            assert on.desk.store.rows("SELECT id FROM attempt WHERE exercise = 'find-links'", ()) == []
