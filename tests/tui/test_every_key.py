"""Each key of the help pages does what its page says; here the first screen, progress and report. No key may be without a test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.widgets import Input, Static

from tests.tui import stage as stages
from tests.tui import test_every_key_exam, test_every_key_find, test_every_key_study
from tests.tui.conftest import NARROW, WIDE, settle
from tests.tui.help_keys import COVERED, covers, keys_of, labels, names, press
from tests.tui.stage import OpenStage, Stage
from trainer.session.exam_store import attempt_numbers, running_attempt
from trainer.tui.app import TrainerApp
from trainer.tui.home import Heading
from trainer.tui.screens.confirm import ConfirmScreen
from trainer.tui.screens.exam import ExamScreen
from trainer.tui.screens.exercises import ExerciseList
from trainer.tui.screens.help import HelpScreen
from trainer.tui.screens.progress import PathScreen, ProgressScreen
from trainer.tui.screens.report import ReportScreen
from trainer.tui.screens.rules import BaseRulesScreen
from trainer.tui.screens.study import StudyScreen
from trainer.tui.text import HELP
from trainer.tui.widgets.actions import Actions
from trainer.tui.widgets.editor import RuleEditor
from trainer.tui.widgets.frame import TitleBar
from trainer.tui.widgets.results import Results
from trainer.tui.widgets.why import Why

stage, stage_pack = stages.stage, stages.stage_pack
"""The fixtures."""
LOW = (80, 16)
"""The lowest window: everything that can be scrolled has to be."""
BOUND = {
    "list": (ExerciseList,),
    "study": (StudyScreen, RuleEditor, Results, Actions, Why),
    "exam": (ExamScreen, RuleEditor),
    "report": (ReportScreen,),
    "progress": (ProgressScreen,),
    "rules": (BaseRulesScreen,),
}
"""What takes the keys of each page's screen."""
UNNAMED = {
    *("f1", "question_mark"),  # who reads the page has found it
    *("q", "ctrl+c", "escape"),  # out, as everywhere
    *("alt+t", "alt+n", "f20"),  # the same keys as a browser, and as some terminals, send them
    *("ctrl+home", "ctrl+end"),  # as in every editor
}
"""Keys that no page need name."""
ELSEWHERE = {
    *(("exam", "f5"), ("exam", "ctrl+r")),  # they only say that an exam has no run
    ("exam", "ctrl+o"),  # in the words of F4's row
}
"""Keys that a page need not have in its column of keys."""


def test_every_key_has_a_test() -> None:
    for module in (test_every_key_exam, test_every_key_find, test_every_key_study):
        assert module.covers  # they say what they cover when they are imported
    assert set(COVERED) == {(page, label) for page in HELP for label in labels(page)}


@pytest.mark.parametrize("page", HELP)
def test_every_key_is_in_the_help(page: str) -> None:
    kinds = {kind for shown in (*BOUND[page], TrainerApp) for kind in shown.__mro__ if kind.__module__.startswith("trainer.")}
    bindings = (binding for kind in kinds for binding in vars(kind).get("BINDINGS", ()))
    bound = {name for binding in bindings for name in binding.key.split(",")}
    named = {name for label in labels(page) for name in names(label)}
    assert {name for name in bound - named - UNNAMED if (page, name) not in ELSEWHERE} == set()


# The first screen.


def home_of(on: Stage) -> ExerciseList:
    assert isinstance(on.app.screen, ExerciseList)
    return on.app.screen


@covers(*keys_of("list", "↑", "↓", "Enter"))
async def test_arrows_choose_and_enter_opens(stage: OpenStage) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        home = home_of(on)
        first = home.chosen()
        await press(pilot, "list", "↓")
        second = home.chosen()
        assert None not in (first, second)
        assert second != first
        await press(pilot, "list", "↑")
        assert home.chosen() == first
        await press(pilot, "list", "Enter")
        await settle(pilot)
        assert isinstance(on.app.screen, StudyScreen)
        assert on.app.screen.exercise.slug == getattr(first, "slug", "")
        on.app.pop_screen()
        await settle(pilot)
        home._go_to("exam fixed")
        await press(pilot, "list", "Enter")
        await settle(pilot)
        assert isinstance(on.app.screen, ConfirmScreen)
        assert "2 tasks, 10 minutes" in str(on.app.screen.query_one("#question", Static).content)
        assert attempt_numbers(on.desk.store) == ()


@covers(*keys_of("list", "F1", "F3", "F4", "F5", "Ctrl+P"))
async def test_what_is_reached_from_the_first_screen(stage: OpenStage) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        home = home_of(on)
        await press(pilot, "list", "F1")
        assert isinstance(on.app.screen, HelpScreen)
        assert on.app.screen.page == "list"
        await pilot.press("escape")
        await press(pilot, "list", "F3")
        assert isinstance(on.app.screen, ProgressScreen)
        await pilot.press("escape")
        assert headings(home)[1:3] == ["open_read", "Mock exams"]
        await press(pilot, "list", "F4")
        assert headings(home)[1:3] == ["Exercises", "Mock exams"]
        await press(pilot, "list", "F4")
        assert headings(home)[1:3] == ["open_read", "Mock exams"]
        await press(pilot, "list", "Ctrl+P")
        assert isinstance(on.app.screen, CommandPalette)
        await pilot.press("escape")
        await press(pilot, "list", "F5")
        await settle(pilot)
        assert isinstance(on.app.screen, StudyScreen)
        assert on.app.screen.place == (1, 1)
        assert on.app.screen.exercise.slug == "find-shells"


def headings(home: ExerciseList) -> list[str]:
    return [row.text for row in home.shown if isinstance(row, Heading)]


@covers(*keys_of("list", "a-z"))
async def test_letters_find_and_escape_shows_all(stage: OpenStage) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        home = home_of(on)
        everything = home.shown
        await press(pilot, "list", "a-z")
        await pilot.press(*"ther q")  # q is a letter here
        assert home.wanted == "other q"
        await pilot.press("backspace", "backspace")
        assert [on.desk.shelved(row).pack.id for row in home.shown if not isinstance(row, Heading)] == ["other"]  # type: ignore[arg-type]
        await pilot.press("escape")
        assert home.shown == everything
        assert on.app.is_running


@covers(*keys_of("list", "q", "Escape"))
async def test_out_of_the_first_screen(stage: OpenStage) -> None:
    for label in ("q", "Escape"):
        on = stage()
        async with on.app.run_test(size=NARROW) as pilot:
            await settle(pilot)
            await press(pilot, "list", label)
        assert on.app.return_value == 0


# Every screen.


@covers(*((page, label) for page in HELP for label in ("Ctrl+L", "Ctrl+Q")))
@pytest.mark.parametrize("page", HELP)
async def test_language_and_quit(stage: OpenStage, page: str) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await on.open(pilot, page)
        before = shown(screen)
        await press(pilot, page, "Ctrl+L")
        await settle(pilot)
        assert not is_korean(before)
        assert is_korean(shown(screen))
        assert on.desk.store.setting("language") == "ko"
        await press(pilot, page, "Ctrl+L")
        await settle(pilot)
        assert shown(screen) == before
        await press(pilot, page, "Ctrl+Q")
        await settle(pilot)
    assert on.app.return_value == 0
    assert (running_attempt(on.desk.store) is not None) == (page == "exam")


def shown(screen: object) -> str:
    """Title and keys, which every screen has."""
    assert isinstance(screen, ExerciseList | StudyScreen | ExamScreen | ReportScreen | ProgressScreen)
    return "\n".join(str(bar.content) for bar in screen.query(".bar").results(Static)).replace("한/영", "").replace("한국어", "")


def is_korean(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)


@covers(*((page, label) for page in ("report", "progress") for label in ("↑", "↓", "PgUp", "PgDn")))
@pytest.mark.parametrize("page", ["report", "progress"])
async def test_scrolling(stage: OpenStage, page: str) -> None:
    on = stage()
    async with on.app.run_test(size=LOW) as pilot:
        screen = await on.open(pilot, page)
        box = screen.query_one({"report": "#report", "progress": "#figures"}[page])
        places = []
        for label in ("↓", "PgDn", "↑", "PgUp"):
            await press(pilot, page, label)
            await settle(pilot)
            places.append(box.scroll_y)
        line, further, back, start = places
        assert 0 < line < further
        assert start < back < further


@covers(("report", "Tab"), ("progress", "Tab"))
@pytest.mark.parametrize("page, columns", [("report", ["details", "overview"]), ("progress", ["levels", "times"])])
async def test_tab_goes_to_the_other_column(stage: OpenStage, page: str, columns: list[str]) -> None:
    on = stage()
    async with on.app.run_test(size=WIDE) as pilot:
        screen = await on.open(pilot, page)
        seen = [screen.focused.id if screen.focused else None]
        for _ in range(2):
            await press(pilot, page, "Tab")
            seen.append(screen.focused.id if screen.focused else None)
        assert seen == [*columns, columns[0]]


# Progress.


@covers(*keys_of("progress", "e", "i", "x", "Escape"))
async def test_data_goes_out_is_forgotten_and_comes_back(stage: OpenStage) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await on.open(pilot, "progress")
        await press(pilot, "progress", "e")
        exported = next(Path.cwd().glob("cks-trainer-data-*.json"))
        assert len(json.loads(exported.read_text())["tables"]["attempt"]) == 3
        await press(pilot, "progress", "x")
        assert isinstance(on.app.screen, ConfirmScreen)
        assert on.desk.store.attempt_count("find-files") == 2
        await pilot.press("x")
        await pilot.pause()
        assert on.desk.store.attempt_count("find-files") == 0
        assert "Nothing was practised yet" in str(screen.query_one("#levels Static", Static).content)
        backup = next((on.desk.store.path.parent / "backups").glob("*.json"))
        assert str(backup) in on.told
        await press(pilot, "progress", "i")
        assert isinstance(on.app.screen, PathScreen)
        on.app.screen.query_one(Input).value = str(exported)
        await pilot.press("enter")
        await pilot.pause()
        assert on.desk.store.attempt_count("find-files") == 2
        await press(pilot, "progress", "Escape")
        assert isinstance(on.app.screen, ExerciseList)


# The report.


@pytest.fixture
def broken_grading(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Until the patches are undone."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no grading today")

    with monkeypatch.context() as patch:
        patch.setattr("trainer.tui.exam_desk.grade_attempt", fail)
        yield patch


@covers(*keys_of("report", "e", "g", "Escape"))
async def test_report_is_graded_again_and_exported(stage: OpenStage, broken_grading: pytest.MonkeyPatch) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await on.report(pilot)
        assert screen.report is None
        await press(pilot, "report", "e")
        assert "no report yet" in on.told
        broken_grading.undo()
        await press(pilot, "report", "g")
        await settle(pilot)
        report = screen.report
        assert report is not None
        assert "Report" in str(screen.query_one(TitleBar).content)
        await press(pilot, "report", "g")  # nothing is left to grade
        await settle(pilot)
        assert screen.report is report
        await press(pilot, "report", "e")
        assert {path.suffix for path in Path.cwd().iterdir()} == {".json", ".csv", ".md", ".html"}
        await press(pilot, "report", "Escape")
        assert isinstance(on.app.screen, ExerciseList)
