"""One exercise is made new again from the first screen."""

from __future__ import annotations

import json
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import DataTable, Input, Static

from tests.tui.conftest import NARROW, PASSING, OpenApp, open_study, run, settle
from trainer.errors import StoreError
from trainer.session.archive import kept_of
from trainer.tui.app import TrainerApp
from trainer.tui.screens.confirm import ConfirmScreen
from trainer.tui.screens.exercises import ExerciseList
from trainer.tui.screens.study import StudyScreen


def state(app: TrainerApp) -> str:
    table = app.screen.query_one(DataTable)
    return str(table.get_row_at(table.cursor_row)[3])


def told(app: TrainerApp) -> str:
    return "\n".join(str(note.message) for note in app._notifications)


async def passed(pilot: Pilot[int]) -> None:
    """The exercise is passed, and the first screen shows it."""
    await settle(pilot)
    await open_study(pilot, PASSING)
    await run(pilot)
    await pilot.press("escape")
    await settle(pilot)


async def test_it_is_new_again_and_the_backup_brings_it_back(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        await passed(pilot)
        assert state(app) == "★ clean"
        await pilot.press("delete")
        assert isinstance(app.screen, ConfirmScreen)
        question = str(app.screen.query_one("#question", Static).content)
        assert "Find shells" in question
        assert "attempts (1)" in question
        await pilot.press("x")
        await settle(pilot)
        assert isinstance(app.screen, ExerciseList)
        assert state(app) == "○ new"
        assert kept_of(app.desk.store, "find-shells") == 0
        backup = next((tmp_path / "home" / "backups").glob("*-find-shells.json"))
        assert str(backup) in told(app)
        assert len(json.loads(backup.read_text())["tables"]["attempt"]) == 1
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, StudyScreen)
        assert app.screen.editor.text == app.screen.exercise.starter.text
        assert not app.screen.results.solution.unlocked
        await pilot.press("escape", "f3", "i")
        app.screen.query_one(Input).value = str(backup)
        await pilot.press("enter", "escape")
        await settle(pilot)
        assert state(app) == "★ clean"


async def test_the_question_can_be_left(open_app: OpenApp) -> None:
    app = open_app(lang="ko")
    async with app.run_test(size=NARROW) as pilot:
        await passed(pilot)
        await pilot.press("f8")
        assert "이 문제의 기록을 지울까요?" in str(app.screen.query_one("#question", Static).content)
        await pilot.press("enter", "escape")
        await settle(pilot)
        assert state(app) == "★ 한 번에"


async def test_what_has_no_record_is_not_asked_about(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await pilot.press("delete")
        await settle(pilot)
        assert isinstance(app.screen, ExerciseList)
        assert "it is new" in told(app)


async def test_without_a_backup_nothing_is_forgotten(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        await passed(pilot)
        (tmp_path / "home" / "backups").write_text("in the way")
        await pilot.press("delete", "x")
        await settle(pilot)
        assert state(app) == "★ clean"
        assert "cannot be written" in told(app)


async def test_a_text_that_could_not_be_written_keeps_the_exercise(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        await passed(pilot)

        def refuse(*_: object) -> None:
            raise StoreError("the disk is full", "free some space")

        app.desk.unsaved["find-shells", "falco_rules.local.yaml"] = "# not written yet"
        app.desk.store.save_draft = refuse  # type: ignore[method-assign]
        await pilot.press("delete")
        await settle(pilot)
        assert isinstance(app.screen, ExerciseList)
        assert "the disk is full" in told(app)
        app.desk.unsaved.clear()
