"""How every screen looks, at the smallest usual size and at a comfortable one, in both languages. Behaviour is tested elsewhere."""

from __future__ import annotations

import importlib
import pkgutil
import threading
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
from pytest_textual_snapshot import SVGImageExtension
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Static, TextArea

import trainer.tui
from tests.tui import stage as stages
from tests.tui.conftest import NARROW, WIDE, run, settle
from tests.tui.stage import OpenStage, Stage, misspelled, passing, too_wide
from trainer.capture import Progress
from trainer.errors import CaptureCancelled
from trainer.tui.app import TrainerApp
from trainer.tui.desk import Feed
from trainer.tui.screens.confirm import ConfirmScreen
from trainer.tui.screens.exam import ExamScreen
from trainer.tui.screens.exercises import ExerciseList
from trainer.tui.screens.help import HelpScreen
from trainer.tui.screens.progress import PathScreen, ProgressScreen
from trainer.tui.screens.report import ReportScreen
from trainer.tui.screens.rules import BaseRulesScreen
from trainer.tui.screens.study import StudyScreen
from trainer.tui.screens.work import WorkScreen
from trainer.tui.widgets.find_bar import FindBar
from trainer.tui.widgets.frame import KeyBar, TrainerScreen
from trainer.tui.widgets.results import TABS

stage, stage_pack = stages.stage, stages.stage_pack
"""The fixtures."""
BASES = {TrainerScreen, WorkScreen}
"""Only other screens are made of them."""
PICTURES: Mapping[str, Mapping[str, type[Screen[Any]]]] = MappingProxyType(
    {
        "home": {
            **dict.fromkeys(("list", "found", "nothing-found"), ExerciseList),
            "help-list": HelpScreen,
            "new-again": ConfirmScreen,
            "start": ConfirmScreen,
            "progress": ProgressScreen,
            "help-progress": HelpScreen,
            "import": PathScreen,
            "reset": ConfirmScreen,
            "drill": StudyScreen,
        },
        "study": {
            **dict.fromkeys(("task", "problem", "proposals", "running", "passed"), StudyScreen),
            "find": StudyScreen,
            "base-rules": BaseRulesScreen,
            "help-rules": HelpScreen,
            "give-up": ConfirmScreen,
            "help-study": HelpScreen,
            "variant": ConfirmScreen,
            **dict.fromkeys(TABS, StudyScreen),
            "solution-open": StudyScreen,
            "solution-compared": StudyScreen,
        },
        "exam": {
            **dict.fromkeys(("exam-task", "exam-editor", "exam-files", "exam-questions"), ExamScreen),
            "help-exam": HelpScreen,
            "hand-in": ConfirmScreen,
            "report": ReportScreen,
            "help-report": HelpScreen,
            "list-with-exam": ExerciseList,
            "progress-with-exam": ProgressScreen,
        },
    }
)
"""What each test below takes, and the screen that is on it."""


class Camera:
    """Takes the pictures of one test. One run of the app gives many, where snap_compare would start it for each."""

    def __init__(self, pilot: Pilot[int], snapshot: Any, journey: str) -> None:
        self.pilot = pilot
        self.snapshot = snapshot.use_extension(SVGImageExtension)
        self.expected = PICTURES[journey]
        self.taken: set[str] = set()
        self.differ: list[str] = []

    async def take(self, name: str, *, at_rest: bool = True) -> None:
        app = self.pilot.app
        assert isinstance(app, TrainerApp)
        if app.work_screen is not None:
            app.work_screen.save()  # it would say for a moment that it does so
        app.clear_notifications()  # they go by themselves, in their own time
        for widget in app.screen.query("*"):
            if isinstance(widget, TextArea | Input):
                widget.cursor_blink = False
        if at_rest:
            await settle(self.pilot)
        await self.pilot.pause()
        assert type(app.screen) is self.expected[name]
        for bar in app.screen.query(KeyBar):
            assert bar.render().cell_length <= bar.content_size.width, f"{name}: a key is cut off"
        for page in app.screen.query("#help"):
            text = page.query_one(Static).render()
            assert max(line.cell_length for line in text.split("\n")) <= page.scrollable_content_region.width, f"{name}: cut off"
        picture = app.export_screenshot(title=app.title, simplify=True)
        same = self.snapshot(name=name) == picture
        if not same:
            self.differ.append(name)
            Path(f"{name}.svg").write_text(picture, encoding="utf-8")
        self.taken.add(name)

    def end(self) -> None:
        assert not self.differ, f"the pictures of now are in {Path.cwd()}; --snapshot-update accepts them"
        assert self.taken == set(self.expected)


sizes = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
languages = pytest.mark.parametrize("lang", ["en", "ko"])


@sizes
@languages
async def test_home_and_progress(stage: OpenStage, snapshot: Any, size: tuple[int, int], lang: str) -> None:
    on = stage(lang)
    async with on.app.run_test(size=size) as pilot:
        await settle(pilot)
        camera = Camera(pilot, snapshot, "home")
        home = on.app.screen
        assert isinstance(home, ExerciseList)
        await camera.take("list")
        home._filter("shells")
        await camera.take("found")
        home._filter("zzz")
        await camera.take("nothing-found")
        home._filter("")
        home.action_help()
        await camera.take("help-list")
        await pilot.press("escape")
        await pilot.press("delete")
        await camera.take("new-again")
        await pilot.press("escape")
        home._ask(home.exams[-1])
        await camera.take("start")
        await pilot.press("escape")
        store, folder = on.desk.store, on.desk.store.path
        store.path = PurePosixPath("/home/learner/.local/share/cks-trainer/progress.sqlite3")  # type: ignore[assignment]
        home.action_progress()
        await camera.take("progress")
        for key, name in (("f1", "help-progress"), ("i", "import"), ("x", "reset")):
            await pilot.press(key)
            await camera.take(name)
            await pilot.press("escape")
        await pilot.press("escape")
        store.path = folder
        await pilot.press("f5")
        await camera.take("drill")
        camera.end()


@sizes
@languages
async def test_study(stage: OpenStage, snapshot: Any, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], lang: str) -> None:
    on = stage(lang)
    async with on.app.run_test(size=size) as pilot:
        screen = await on.study(pilot)
        camera = Camera(pilot, snapshot, "study")
        screen.action_pane("task")
        await camera.take("task")
        screen.editor.load_text(misspelled(passing(screen)))
        await settle(pilot)
        await pilot.press("f8")
        await camera.take("problem")
        screen.editor.action_propose()
        await camera.take("proposals")
        screen.editor.close_proposals()
        await pilot.press("ctrl+f")
        screen.query_one(FindBar).wanted.value = "proc"
        await camera.take("find")
        await pilot.press("escape", "f9")
        await camera.take("base-rules")
        await pilot.press("f1")
        await camera.take("help-rules")
        await pilot.press("escape", "escape")
        for key, name in (("f1", "help-study"), ("ctrl+o", "variant")):
            await pilot.press(key)
            await camera.take(name)
            await pilot.press("escape")
        await while_running(on, pilot, camera, monkeypatch)
        screen.editor.load_text(too_wide(passing(screen)))
        await settle(pilot)
        await run(pilot)
        screen.results.actions.choose(2)
        await pilot.press("h")
        screen.results.events.table.cursor = 5
        screen.results.why.show(5)
        for tab in TABS:
            screen.results.open(tab)
            await camera.take(tab)
        await pilot.press("g")
        await camera.take("give-up")
        await pilot.press("escape")
        screen.editor.load_text(passing(screen))
        await settle(pilot)
        await run(pilot)
        await camera.take("passed")
        screen.results.open("solution")
        await camera.take("solution-open")
        await pilot.press("c")
        await camera.take("solution-compared")
        camera.end()


async def while_running(on: Stage, pilot: Pilot[int], camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that has come to its second step, after seven seconds."""
    screen = on.app.screen
    assert isinstance(screen, StudyScreen)
    far = threading.Event()

    def slow(exercise: Any, files: Any, feed: Feed, cancel: threading.Event, lang: str) -> Any:
        feed.started = 0.0
        feed.set_progress(Progress(2, 4, "bash-in-web"))
        far.set()
        assert cancel.wait(10)
        raise CaptureCancelled("stopped")

    with monkeypatch.context() as patch:
        patch.setattr(on.desk, "run", slow)
        patch.setattr("trainer.tui.widgets.frame.time", SimpleNamespace(monotonic=lambda: 7.0))
        screen.action_run()
        while not far.is_set():
            await pilot.pause(0.01)
        screen._drain()
        await pilot.pause()
        await camera.take("running", at_rest=False)
        screen.action_cancel()
        await settle(pilot)


@sizes
@languages
async def test_exam_and_report(stage: OpenStage, snapshot: Any, size: tuple[int, int], lang: str) -> None:
    on = stage(lang)
    async with on.app.run_test(size=size) as pilot:
        screen = await on.exam(pilot)
        camera = Camera(pilot, snapshot, "exam")
        await camera.take("exam-task")
        screen.editor.load_text(passing(screen))
        screen.note.value = "출력 형식을 다시 볼 것"
        screen.action_flag()
        screen.action_pane("editor")
        on.hands.now = 75
        screen.second()
        await camera.take("exam-editor")
        screen.go_to(2)
        await settle(pilot)
        screen.editor.load_text(too_wide(passing(screen)))
        screen.code.next_file()
        screen.action_pane("editor")
        await camera.take("exam-files")
        screen.action_pane("questions")
        await camera.take("exam-questions")
        await pilot.press("f1")
        await camera.take("help-exam")
        await pilot.press("escape", "f10")
        await camera.take("hand-in")
        on.hands.now = 250
        await pilot.press("enter")
        await camera.take("report")
        await pilot.press("f1")
        await camera.take("help-report")
        await pilot.press("escape", "escape")
        await camera.take("list-with-exam")
        on.desk.store.path = PurePosixPath("/home/learner/.local/share/cks-trainer/progress.sqlite3")  # type: ignore[assignment]
        await pilot.press("f3")
        await camera.take("progress-with-exam")
        camera.end()


@languages
@pytest.mark.parametrize("page, texts", [("report", ["#overview"]), ("progress", ["#levels", "#times"])])
async def test_bars_stay_on_their_line_beside_a_scroll_bar(stage: OpenStage, page: str, texts: list[str], lang: str) -> None:
    on = stage(lang)
    async with on.app.run_test(size=(WIDE[0], 16)) as pilot:
        await on.report(pilot)
        on.app.pop_screen()
        screen = await on.open(pilot, page)
        for name in texts:
            text = screen.query_one(f"{name} Static", Static)
            bars = [line for line in text.render().split("\n") if any(mark in line.plain for mark in "━░█┃")]
            assert max(line.cell_length for line in bars) <= text.content_size.width


def test_no_screen_is_left_out() -> None:
    for module in pkgutil.walk_packages(trainer.tui.__path__, "trainer.tui."):
        importlib.import_module(module.name)

    def below(kind: type[Any]) -> set[type[Any]]:
        return {one for child in kind.__subclasses__() for one in {child, *below(child)}}

    screens = {one for one in below(Screen) if one.__module__.startswith("trainer.tui.")}
    assert screens - BASES == {kind for pictures in PICTURES.values() for kind in pictures.values()}
