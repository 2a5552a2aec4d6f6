"""Find in the editor, in the exam and in the base rules, with real keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.pilot import Pilot
from textual.widgets import Static

from tests.exam_pack import write_exam_pack
from tests.tui.conftest import NARROW, NO_DOCKER, PASSING, WIDE, OpenApp, open_study, settle
from trainer.session import Store
from trainer.tui.app import TrainerApp
from trainer.tui.desk import LEARNER_FILE, Desk
from trainer.tui.screens.exam import ExamScreen
from trainer.tui.screens.exercises import ExerciseList
from trainer.tui.screens.rules import BaseRulesScreen
from trainer.tui.screens.study import StudyScreen
from trainer.tui.widgets.find_bar import FindBar
from trainer.tui.widgets.finding import next_place, places

TEXT = "one Cat\ncat two\ncats\n"


def bar_of(app: TrainerApp) -> FindBar:
    return app.screen.query_one(FindBar)


def count(app: TrainerApp) -> str:
    return str(bar_of(app).query_one("#found", Static).content).split("  ")[0]


def selected(app: TrainerApp) -> tuple[tuple[int, int], tuple[int, int]]:
    return tuple(bar_of(app).editor.selection)


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await settle(pilot)


async def finding(pilot: Pilot[int], text: str = TEXT) -> StudyScreen:
    screen = await open_study(pilot, text)
    screen.action_pane("editor")
    screen.editor.move_cursor((0, 0))
    await press(pilot, "ctrl+f")
    return screen


def test_small_letters_find_capitals_and_capitals_only_themselves() -> None:
    lines = TEXT.split("\n")
    assert places(lines, "cat") == [((0, 4), (0, 7)), ((1, 0), (1, 3)), ((2, 0), (2, 3))]
    assert places(lines, "Cat") == [((0, 4), (0, 7))]
    assert places(["a.b", "axb"], "a.b") == [((0, 0), (0, 3))]
    assert places(lines, "") == []


def test_the_next_place_goes_round_the_ends() -> None:
    found = places(TEXT.split("\n"), "cat")
    assert next_place(found, (0, 4), (0, 7), 1) == 1
    assert next_place(found, (2, 0), (2, 3), 1) == 0
    assert next_place(found, (0, 4), (0, 7), -1) == 2
    assert next_place(found, (0, 4), (0, 4), 1) == 0


async def test_it_finds_as_one_types_and_escape_leaves_it_selected(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await finding(pilot)
        await press(pilot, "c", "a")
        assert (count(app), selected(app)) == ("1 of 3", ((0, 4), (0, 6)))
        await press(pilot, "t", "s")
        assert (count(app), selected(app)) == ("1 of 1", ((2, 0), (2, 4)))
        await press(pilot, "backspace")
        assert (count(app), selected(app)) == ("1 of 3", ((0, 4), (0, 7)))
        await press(pilot, "escape")
        assert app.screen is screen
        assert not bar_of(app).display
        assert screen.editor.has_focus
        assert screen.editor.selected_text == "Cat"
        assert screen.editor.text == TEXT


async def test_it_steps_both_ways_round_the_ends(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        await finding(pilot)
        await press(pilot, *"cat")
        for key, number in (
            ("enter", 2),
            ("f3", 3),
            ("down", 1),
            ("shift+enter", 3),
            ("shift+f3", 2),
            ("f15", 1),
            ("up", 3),
        ):
            await press(pilot, key)
            assert count(app) == f"{number} of 3", key
        assert selected(app) == ((2, 0), (2, 3))


async def test_shift_f3_as_terminals_send_it(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        await finding(pilot)
        await press(pilot, *"cat")
        for event in XTermParser(False).feed("\x1b[1;2R"):
            app.post_message(event)
        await settle(pilot)
        assert count(app) == "3 of 3"


async def test_what_is_not_there_leaves_the_cursor_where_it_was(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await finding(pilot)
        await press(pilot, "escape")
        screen.editor.move_cursor((1, 2))
        await press(pilot, "ctrl+f", *"zzz")
        assert (count(app), selected(app)) == ("none", ((1, 2), (1, 2)))
        await press(pilot, "enter", "up")
        assert count(app) == "none"


async def test_the_selected_word_is_sought_and_the_last_one_is_kept(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await finding(pilot)
        await press(pilot, *"two", "escape")
        screen.editor.move_cursor((0, 0))
        await press(pilot, "ctrl+f")
        assert (bar_of(app).wanted.value, count(app)) == ("two", "1 of 1")
        await press(pilot, "escape")
        screen.editor.move_cursor((1, 0))
        screen.editor.move_cursor((1, 3), select=True)
        await press(pilot, "ctrl+f")
        assert (bar_of(app).wanted.value, count(app)) == ("cat", "2 of 3")
        await press(pilot, "o", "n", "e")
        assert bar_of(app).wanted.value == "one"


async def test_keys_in_one_burst_reach_what_they_were_typed_for(open_app: OpenApp) -> None:
    """As a terminal hands them over that was slow: all at once."""
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, TEXT)
        screen.action_pane("editor")
        screen.editor.move_cursor((0, 0))
        await settle(pilot)
        for key in ("x", "y", "ctrl+f", "t", "v", "backspace", "w", "o", "escape", "z", "q"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await settle(pilot)
        assert bar_of(app).wanted.value == "two"
        assert screen.editor.text == "xyone Cat\ncat zq\ncats\n"
        assert app.desk.store.draft(screen.exercise.slug) == screen.editor.text


async def test_what_is_found_waits_for_the_keys_before_it(open_app: OpenApp) -> None:
    """Else they would take the place of what it selects."""
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await finding(pilot)
        await press(pilot, *"cat", "escape")
        screen.editor.move_cursor((0, 0))
        await settle(pilot)
        for key in ("x", "y", "z", "ctrl+f"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await settle(pilot)
        assert screen.editor.text == f"xyz{TEXT}"
        assert (count(app), selected(app)) == ("1 of 3", ((0, 7), (0, 10)))


async def test_it_comes_to_the_editor_from_any_pane_and_speaks_korean(open_app: OpenApp) -> None:
    app = open_app(lang="ko")
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, TEXT)
        await press(pilot, "f2", "alt+s", *"cat")
        assert (screen.pane, count(app)) == ("editor", "3개 중 1번째")
        assert str(bar_of(app).query_one("#find-label", Static).content) == "찾기:"
        await press(pilot, "ctrl+l")
        assert count(app) == "1 of 3"
        await press(pilot, "escape", "f3")
        assert screen.editor.has_focus


async def test_the_base_rules_are_searched(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await open_study(pilot, PASSING)
        await press(pilot, "f9", "slash", *"shell", "enter")
        assert isinstance(app.screen, BaseRulesScreen)
        assert count(app) == "2 of 2"
        assert app.screen.query_one(FindBar).editor.selected_text == "shell"
        await press(pilot, "escape")
        assert isinstance(app.screen, BaseRulesScreen)
        await press(pilot, "ctrl+f", "q", "escape", "f1")
        assert "Ctrl+F, Alt+S, /" in str(app.screen.query_one("#help Static", Static).content)
        await press(pilot, "escape", "escape")
        assert app.screen is screen


async def test_the_palette_opens_it(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        await open_study(pilot, TEXT)
        await press(pilot, "ctrl+p")
        await press(pilot, *"find in")
        await press(pilot, "enter")
        await press(pilot, *"cat")
        assert count(app) == "1 of 3"


async def test_in_an_exam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CKS_TRAINER_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("trainer.tui.app.docker_status", lambda: NO_DOCKER)
    app = TrainerApp(Desk.open(write_exam_pack(tmp_path / "pack")), "en")
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, *"fixed", "enter")
        await press(pilot, "enter")
        screen = app.screen
        assert isinstance(screen, ExamScreen)
        screen.editor.load_text(TEXT)
        await press(pilot, "alt+s", *"cat", "f3")
        assert (screen.pane, count(app)) == ("editor", "2 of 3")
        await press(pilot, "escape")
        assert screen.editor.has_focus
        assert screen.editor.selected_text == "cat"
        await press(pilot, "alt+s", "f7")
        assert screen.exam.number == 2
        assert not bar_of(app).display
        assert screen.editor.has_focus
        await press(pilot, "escape", "escape")
        assert isinstance(app.screen, ExerciseList)
    with Store.open(tmp_path / "home") as store:
        rows = store.rows("SELECT text FROM exam_draft WHERE number = 1 AND file = ?", (LEARNER_FILE,))
    assert rows == [(TEXT.encode(),)]
    app.desk.store.close()
