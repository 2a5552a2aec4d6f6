"""Each key of an exercise's help page does what the page says; those of the editor also in an exam."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.tui import stage as stages
from tests.tui.conftest import NARROW, run, settle
from tests.tui.help_keys import covers, keys_of, press
from tests.tui.stage import OpenStage, misspelled, passing, too_wide
from trainer.capture import DockerStatus
from trainer.errors import CaptureCancelled
from trainer.grading import LEARNER_FILE
from trainer.session.exam_store import read_drafts
from trainer.tui.desk import Feed
from trainer.tui.node_visit import NodeTask, NodeVisit
from trainer.tui.screens.confirm import ConfirmScreen
from trainer.tui.screens.exam import ExamScreen
from trainer.tui.screens.exercises import ExerciseList
from trainer.tui.screens.rules import BaseRulesScreen
from trainer.tui.screens.study import StudyScreen
from trainer.tui.screens.work import WorkScreen
from trainer.tui.widgets.editor import RuleEditor
from trainer.tui.widgets.frame import ProgressLine, TitleBar
from trainer.tui.widgets.problem import ProblemLine
from trainer.tui.widgets.proposals import ProposalList
from trainer.tui.widgets.results import TABS

stage, stage_pack = stages.stage, stages.stage_pack
"""The fixtures."""
WORK = ("study", "exam")
both = pytest.mark.parametrize("page", WORK)
OWN = "- macro: mine\n  condition: evt.type = open\n- rule: Uses it\n  desc: d\n  condition: mine and spawned_process\n  output: o\n  priority: INFO\n"


def on_both(*pressed: str) -> tuple[tuple[str, str], ...]:
    return tuple((page, label) for page in WORK for label in pressed)


async def work(on: stages.Stage, pilot: Pilot[int], page: str, text: str | None = None) -> WorkScreen:
    """The page's screen with ``text`` in its editor, and the cursor there."""
    screen = await on.open(pilot, page)
    assert isinstance(screen, WorkScreen)
    if text is not None:
        screen.editor.load_text(text)
    screen.action_pane("editor")
    await settle(pilot)
    return screen


# The run.


@covers(*keys_of("study", "F5", "Ctrl+R"))
async def test_run(stage: OpenStage) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await on.study(pilot)
        screen.editor.load_text(passing(screen))
        await settle(pilot)
        for attempts, label in enumerate(("F5", "Ctrl+R"), 1):
            await press(pilot, "study", label)
            await settle(pilot)
            report = screen.results.criteria.report
            assert report is not None
            assert report.passed
            assert on.desk.store.attempt_count("find-links") == attempts


@covers(*keys_of("study", "F6", "Ctrl+C"))
async def test_stop(stage: OpenStage, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped: list[bool] = []

    def slow(exercise: Any, files: Any, feed: Feed, cancel: threading.Event, lang: str) -> Any:
        stopped.append(cancel.wait(10))
        raise CaptureCancelled("stopped")

    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await on.study(pilot)
        monkeypatch.setattr(on.desk, "run", slow)
        for label in ("F6", "Ctrl+C"):
            screen.action_run()
            await pilot.pause()
            await press(pilot, "study", label)
            await settle(pilot)
            assert screen.feed is None
            assert "Nothing was left running" in str(screen.query_one(ProgressLine).content)
        assert stopped == [True, True]
        await press(pilot, "study", "F6")
        assert "No run is going on" in on.told


@covers(("study", "F7"))
async def test_live_and_recorded(stage: OpenStage) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await on.study(pilot)
        on.desk.docker = DockerStatus(True, "27.0", image_present=True, tracer_present=True)
        screen.show_status()
        seen = [mode_of(screen)]
        for _ in range(2):
            await press(pilot, "study", "F7")
            await pilot.pause()
            seen.append(mode_of(screen))
        assert seen == ["live", "recorded", "live"]


def mode_of(screen: StudyScreen) -> str:
    return str(screen.query_one(TitleBar).content).split("● ")[1].strip()


@covers(("study", "Ctrl+O"))
async def test_another_variant(stage: OpenStage) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await on.study(pilot, "# mine")
        await press(pilot, "study", "Ctrl+O")
        assert isinstance(on.app.screen, ConfirmScreen)
        await pilot.press("escape")
        assert on.app.screen is screen
        await press(pilot, "study", "Ctrl+O")
        await pilot.press("enter")
        await settle(pilot)
        other = on.app.screen
        assert isinstance(other, StudyScreen)
        assert {screen.sitting.seed, other.sitting.seed} == {0, 3}
        assert other.editor.text == other.exercise.starter.text


# Panes and results.


@covers(*on_both("F2", "F3", "F4", "Ctrl+T"))
@both
async def test_panes(stage: OpenStage, page: str) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await work(on, pilot, page)

        def in_front() -> str:
            (front,) = [pane for pane in screen.PANES if screen.query_one(f"#{pane}").region.area]
            assert screen.focused is not None
            assert screen.query_one(f"#{front}") in screen.focused.ancestors_with_self
            return front

        seen = []
        for label in ("F2", "F3", "F4", "Ctrl+T", "Ctrl+T", "Ctrl+T"):
            await press(pilot, page, label)
            await pilot.pause()
            seen.append(in_front())
        assert seen == [*screen.PANES, *screen.PANES]
        if page == "exam":
            await pilot.press("ctrl+o")  # the row of F4 names it too
            await pilot.pause()
            assert in_front() == "questions"


@covers(*keys_of("study", "Ctrl+N", *"1234567"))
async def test_tabs(stage: OpenStage) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await on.study(pilot)
        screen.action_pane("results")
        for number, tab in enumerate(TABS, 1):
            await press(pilot, "study", str(number))
            await pilot.pause()
            assert screen.results.tabs.active == tab
            assert screen.results.part(tab).region.area
        for tab in TABS:
            await press(pilot, "study", "Ctrl+N")
            await pilot.pause()
            assert screen.results.tabs.active == tab


@covers(*keys_of("study", "Enter", "r", "e", "h"))
async def test_results(stage: OpenStage) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await on.study(pilot)
        screen.editor.load_text(too_wide(passing(screen)))
        await settle(pilot)
        await run(pilot)
        results, why = screen.results, screen.results.why
        for tab in ("alerts", "actions", "events"):
            why.event_num = None
            why.relabel()
            results.open(tab)
            await pilot.pause()
            await press(pilot, "study", "Enter")
            await settle(pilot)
            assert results.tabs.active == "why"
            assert why.event_num is not None
            assert why.explanation is not None
        rules = why.run_shown.rules if why.run_shown else ()
        assert why.rule == rules[0] == "Shell in web"
        await press(pilot, "study", "r")
        await pilot.pause()
        assert why.rule == rules[1]
        results.open("actions")
        results.actions.choose(3)
        await pilot.pause()
        await press(pilot, "study", "e")
        await pilot.pause()
        assert results.tabs.active == "events"
        table = results.events.table
        assert [table.texts(row)[1] for row in range(len(table.rows))] == ["cat-in-web", "cat-in-web"]
        for count in (1, 2):
            await press(pilot, "study", "h")
            await pilot.pause()
            assert results.tabs.active == "hints"
            assert str(results.hints.query_one(Static).content).count("Hint ") == count
            assert screen.sitting.hints == count


@covers(("study", "Escape"))
async def test_back_to_the_list(stage: OpenStage) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await on.study(pilot, "# kept")
        screen.action_pane("editor")
        await press(pilot, "study", "Escape")
        await pilot.pause()
        assert (on.app.screen, screen.pane) == (screen, "task")
        await press(pilot, "study", "Escape")
        await settle(pilot)
        assert isinstance(on.app.screen, ExerciseList)
    assert on.desk.store.draft("find-links") == "# kept"


# The editor, in an exercise and in an exam.


@covers(*on_both("F8", "Shift+F8"))
@both
async def test_problems(stage: OpenStage, page: str) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        rule = misspelled(passing(await work(on, pilot, page)))  # type: ignore[arg-type]
        screen = on.app.screen
        assert isinstance(screen, WorkScreen)
        screen.editor.load_text(rule + rule.replace("Shell in web", "Another"))
        screen.action_pane("task")
        await settle(pilot)
        seen = []
        for label, way in (("F8", 0), ("F8", 0), ("Shift+F8", 0), ("F8", 0), ("Shift+F8", 1)):
            await press(pilot, page, label, way)
            await pilot.pause()
            line = screen.query_one(ProblemLine)
            assert screen.editor.has_focus
            assert line.shown is not None
            assert "proc.nam" in str(line.content)
            seen.append(screen.editor.cursor_location[0])
        assert seen == [2, 8, 2, 8, 2]


@covers(*on_both("F9"))
@both
async def test_base_rules_and_definitions(stage: OpenStage, page: str) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await work(on, pilot, page, OWN)
        editor = screen.editor

        async def defined(name: str) -> str:
            """The line where F9 leads from the last place of a name."""
            editor.move_cursor(editor.location_of(OWN.rindex(name) + 2))
            await settle(pilot)
            await press(pilot, page, "F9")
            await settle(pilot)
            shown = on.app.screen.query_one(RuleEditor)
            return shown.document.get_line(shown.cursor_location[0])

        assert await defined("mine") == "- macro: mine"
        assert on.app.screen is screen
        assert await defined("spawned_process") == "- macro: spawned_process"
        assert isinstance(on.app.screen, BaseRulesScreen)
        await pilot.press("escape")
        assert await defined("INFO") == "- macro: container"
        assert isinstance(on.app.screen, BaseRulesScreen)
        assert on.app.screen.query_one(RuleEditor).cursor_location == (0, 0)


@covers(*on_both("Ctrl+Space", "Ctrl+/"))
@both
async def test_proposals_and_comments(stage: OpenStage, page: str) -> None:
    on = stage()
    begun = "- rule: Mine\n  desc: d\n  condition: spawned_p"
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await work(on, pilot, page, begun)
        proposals = screen.query_one(ProposalList)
        for way in (0, 1):
            screen.editor.load_text(begun)
            screen.editor.move_cursor(screen.editor.document.end)
            await settle(pilot)
            await press(pilot, page, "Ctrl+Space", way)
            await pilot.pause()
            assert proposals.display
            await pilot.press("tab")
            assert screen.editor.text == begun + "rocess"
            assert not proposals.display
        for way in (0, 1):
            await press(pilot, page, "Ctrl+/", way)
            assert screen.editor.document.get_line(2) == "  # condition: spawned_process"
            await press(pilot, page, "Ctrl+/", way)
            assert screen.editor.document.get_line(2) == "  condition: spawned_process"


@covers(*on_both("Ctrl+Z", "Ctrl+Y", "Ctrl+S"))
@both
async def test_undo_redo_and_save(stage: OpenStage, page: str) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await work(on, pilot, page, "# one\n")
        screen.editor.insert("# two\n", (1, 0))
        await press(pilot, page, "Ctrl+Z")
        assert screen.editor.text == "# one\n"
        await press(pilot, page, "Ctrl+Y")
        assert screen.editor.text == "# one\n# two\n"
        await press(pilot, page, "Ctrl+S")
        assert "Draft saved" in on.told
        if isinstance(screen, ExamScreen):
            drafts = read_drafts(on.desk.store.rows, screen.exam.attempt.id)
            kept = next(draft.text for draft in drafts if (draft.number, draft.file) == (1, LEARNER_FILE))
        else:
            kept = on.desk.store.draft("find-links") or ""
        assert kept == "# one\n# two\n"


@covers(("study", "Ctrl+G"), ("exam", "Ctrl+G"))
@both
async def test_next_file(stage: OpenStage, page: str) -> None:
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen: WorkScreen
        if page == "study":
            screen = await on.study(pilot, slug="find-files")
        else:
            screen = exam = await on.exam(pilot)
            exam.go_to(2)
            await settle(pilot)
        names = [screen.editor.file_name]
        for _ in range(2):
            await press(pilot, page, "Ctrl+G")
            await settle(pilot)
            names.append(screen.editor.file_name)
        assert names == [LEARNER_FILE, "culprit.txt", LEARNER_FILE]


@covers(*on_both("Ctrl+E", "F12", "Ctrl+\\"))
@both
async def test_own_editor_and_node_shell(stage: OpenStage, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    visited: list[str] = []

    @contextlib.contextmanager
    def lent() -> Iterator[None]:
        yield

    def visit(task: NodeTask, *_: object) -> NodeVisit:
        visited.append(task.texts[LEARNER_FILE])
        return NodeVisit({LEARNER_FILE: f"# from the node {len(visited)}\n"})

    monkeypatch.setattr("trainer.tui.screens.work.edited", lambda text, name: f"{text}# from {name}\n")
    monkeypatch.setattr("trainer.tui.screens.work.visit", visit)
    on = stage()
    async with on.app.run_test(size=NARROW) as pilot:
        screen = await work(on, pilot, page, "# mine\n")
        monkeypatch.setattr(on.app, "suspend", lent)
        await press(pilot, page, "Ctrl+E")
        await settle(pilot)
        edited = f"# mine\n# from {LEARNER_FILE}\n"
        assert screen.editor.text == edited
        for number, label in enumerate(("F12", "Ctrl+\\"), 1):
            await press(pilot, page, label)
            await settle(pilot)
            assert screen.editor.text == f"# from the node {number}\n"
        assert visited == [edited, "# from the node 1\n"]
