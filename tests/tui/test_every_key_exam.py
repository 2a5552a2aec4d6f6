"""Each key of an exam's help page does what the page says; those of its editor are tested with an exercise's."""

from __future__ import annotations

from tests.tui import stage as stages
from tests.tui.conftest import NARROW, settle
from tests.tui.help_keys import covers, keys_of, press
from tests.tui.stage import OpenStage
from trainer.session.exam_store import ExamState, read_attempt, running_attempt
from trainer.tui.screens.confirm import ConfirmScreen
from trainer.tui.screens.exercises import ExerciseList
from trainer.tui.screens.report import ReportScreen
from trainer.tui.widgets.frame import TitleBar

stage, stage_pack = stages.stage, stages.stage_pack
"""The fixtures."""


@covers(*keys_of("exam", "F6", "F7", "Enter"))
async def test_questions(stage: OpenStage) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await on.exam(pilot)
        seen = []
        for label in ("F7", "F6", "F6", "F7"):
            await press(pilot, "exam", label)
            await settle(pilot)
            assert f"question {screen.exam.number}/2" in str(screen.query_one(TitleBar).content)
            seen.append(screen.exam.number)
        assert seen == [2, 1, 2, 1]
        screen.action_pane("questions")
        screen.questions.options.highlighted = 1
        await press(pilot, "exam", "Enter")
        await settle(pilot)
        assert (screen.exam.number, screen.pane) == (2, "task")
        screen.action_pane("questions")
        screen.questions.options.action_last()
        await press(pilot, "exam", "Enter")
        await settle(pilot)
        assert isinstance(on.app.screen, ConfirmScreen)


@covers(*keys_of("exam", "Ctrl+F", "Ctrl+N"))
async def test_flag_and_note(stage: OpenStage) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await on.exam(pilot)
        screen.action_pane("editor")
        for flagged in (True, False):
            await press(pilot, "exam", "Ctrl+F")
            await settle(pilot)
            assert ("⚑" in str(screen.query_one(TitleBar).content)) == flagged
            assert ("⚑" in screen.questions.line(1).plain) == flagged
            assert read_attempt(on.desk.store.rows, screen.exam.attempt.id).tasks[0].flagged == flagged
        before = screen.editor.text
        await press(pilot, "exam", "Ctrl+N")
        assert screen.note.has_focus
        await pilot.press("a", "enter")
        assert screen.editor.has_focus
        assert screen.editor.text == before
        assert screen.exam.notes[1] == "a"


@covers(*keys_of("exam", "F10"))
async def test_hand_in(stage: OpenStage) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await on.exam(pilot)
        await press(pilot, "exam", "F10")
        await settle(pilot)
        assert isinstance(on.app.screen, ConfirmScreen)
        assert running_attempt(on.desk.store) is not None
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(on.app.screen, ReportScreen)
        assert on.app.screen.report is not None
        assert read_attempt(on.desk.store.rows, screen.exam.attempt.id).state is ExamState.HANDED_IN


@covers(*keys_of("exam", "Escape"))
async def test_steps_out(stage: OpenStage) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await on.exam(pilot)
        screen.action_pane("editor")
        await press(pilot, "exam", "Escape")
        await pilot.pause()
        assert (on.app.screen, screen.pane) == (screen, "questions")
        await press(pilot, "exam", "Escape")
        await settle(pilot)
        assert isinstance(on.app.screen, ExerciseList)
        assert running_attempt(on.desk.store) == screen.exam.attempt.id
