"""Mock exams in the TUI: from the list through the answers, a kill and the end of the time to the report."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, Markdown, Static

from tests.exam_pack import PASSING, write_exam_pack
from tests.small_pack import EVERY_CONTAINER
from tests.tui.conftest import NARROW, NO_DOCKER, WIDE, settle
from trainer.errors import StoreError
from trainer.grading import Submission, grade
from trainer.session import Store
from trainer.session.exam import ExamSession
from trainer.session.exam_clock import Reading
from trainer.session.exam_grading import exam_report
from trainer.session.exam_store import ExamAttempt, ExamState, attempt_numbers, read_attempt, read_drafts
from trainer.source import SourceFile
from trainer.tui.app import TrainerApp
from trainer.tui.desk import LEARNER_FILE, Desk
from trainer.tui.exam_desk import clock_text
from trainer.tui.screens.confirm import ConfirmScreen
from trainer.tui.screens.exam import ExamScreen
from trainer.tui.screens.exercises import ExerciseList
from trainer.tui.screens.help import HelpScreen
from trainer.tui.screens.report import ReportScreen
from trainer.tui.screens.rules import BaseRulesScreen
from trainer.tui.widgets.frame import TitleBar

WALL = 1_800_000_000.0
WRONG = EVERY_CONTAINER.replace("${app}", "web")


class Hands:
    """A clock that goes only when a test moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def read(self) -> Reading:
        return Reading("boot", 5_000 + self.now, WALL + self.now)


OpenExams = Callable[..., TrainerApp]


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def exams(tmp_path: Path, home: Path, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenExams]:
    """Makes an app on a pack with exams and a clock in the test's hands."""
    folder = write_exam_pack(tmp_path / "pack")
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    monkeypatch.setenv("CKS_TRAINER_HOME", str(home))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("trainer.tui.app.docker_status", lambda: NO_DOCKER)
    monkeypatch.setattr("trainer.tui.exam_desk.secrets.randbelow", lambda limit: 41)
    stores: list[Store] = []

    def make(lang: str = "en", at: Path | None = None) -> TrainerApp:
        if at is not None:
            monkeypatch.setenv("CKS_TRAINER_HOME", str(at))
        desk = Desk.open(folder)
        desk.clock = hands
        stores.append(desk.store)
        return TrainerApp(desk, lang)

    yield make
    for store in stores:
        store.close()


def exam_screen(app: TrainerApp) -> ExamScreen:
    assert isinstance(app.screen, ExamScreen)
    return app.screen


def report_screen(app: TrainerApp) -> ReportScreen:
    assert isinstance(app.screen, ReportScreen)
    return app.screen


def rows(app: TrainerApp) -> list[list[str]]:
    table = app.screen.query_one(DataTable)
    return [[str(cell) for cell in table.get_row_at(row)] for row in range(table.row_count)]


def title(app: TrainerApp) -> str:
    return str(app.screen.query_one(TitleBar).content)


async def open_exam(pilot: Pilot[int], slug: str = "fixed") -> ExamScreen:
    """By the filter of the list, as a learner does."""
    await settle(pilot)
    await pilot.press(*slug, "enter")
    await settle(pilot)
    await pilot.press("enter")
    await settle(pilot)
    assert isinstance(pilot.app, TrainerApp)
    return exam_screen(pilot.app)


async def continue_exam(pilot: Pilot[int]) -> ExamScreen:
    await settle(pilot)
    await pilot.press("enter")
    await settle(pilot)
    await pilot.press("enter")
    await settle(pilot)
    assert isinstance(pilot.app, TrainerApp)
    return exam_screen(pilot.app)


def told_by(app: TrainerApp, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that the app tells from now on, however long it is shown."""
    told: list[str] = []
    monkeypatch.setattr(app, "notify", lambda message, **_: told.append(message))
    return told


async def answer(pilot: Pilot[int], text: str) -> None:
    assert isinstance(pilot.app, TrainerApp)
    exam_screen(pilot.app).editor.load_text(text)
    await settle(pilot)


async def until_saved(pilot: Pilot[int]) -> None:
    """By the screen itself, in its own time."""
    assert isinstance(pilot.app, TrainerApp)
    while exam_screen(pilot.app).exam.unsaved:
        await pilot.pause(0.02)


def saved(home: Path, number: int, file: str = LEARNER_FILE) -> str:
    with Store.open(home) as store:
        drafts = read_drafts(store.rows, attempt_numbers(store)[0])
    return next(draft.text for draft in drafts if (draft.number, draft.file) == (number, file))


def newest(home: Path) -> ExamAttempt:
    with Store.open(home) as store:
        return read_attempt(store.rows, attempt_numbers(store)[0])


# The list.


async def test_exams_are_in_the_list_and_found_while_typing(exams: OpenExams) -> None:
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        found = {row[0]: row for row in rows(app)}
        assert found["Fixed exam"] == ["Fixed exam", "2 tasks", "10 min", "○ new"]
        assert rows(app)[-1][0] == "Fixed exam"
        await pilot.press(*"mock exam")
        assert [row[0] for row in rows(app)] == ["Drawn exam", "Fixed exam"]
        assert "Two of three" in str(app.screen.query_one("#about", Static).content)


async def test_nothing_starts_before_the_second_enter(exams: OpenExams) -> None:
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await pilot.press(*"fixed", "enter")
        await settle(pilot)
        assert isinstance(app.screen, ConfirmScreen)
        text = str(app.screen.query_one("#question", Static).content)
        for word in ("Fixed exam", "Two tasks.", "10 minutes", "67 %", "No hints", "clock runs on"):
            assert word in text
        await pilot.press("escape")
        assert isinstance(app.screen, ExerciseList)
        assert attempt_numbers(app.desk.store) == ()


async def test_a_running_exam_is_the_first_row_and_is_continued(exams: OpenExams, hands: Hands) -> None:
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_exam(pilot)
        await pilot.press("f7")
        await settle(pilot)
        hands.now += 60
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, ExerciseList)
        await pilot.press("escape")
        assert rows(app)[1] == ["Fixed exam", "2 tasks", "10 min", "▶ running: 9 min left"]
        hands.now += 60
        assert (await continue_exam(pilot)) is not screen
        assert exam_screen(app).exam.number == 2
        assert "8:00" in title(app)


async def test_another_exam_leads_to_the_one_that_runs(exams: OpenExams) -> None:
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        await open_exam(pilot)
        await pilot.press("escape")
        await settle(pilot)
        await pilot.press("escape", *"drawn", "enter")
        await settle(pilot)
        assert "Another exam is running: Fixed exam, 10:00 left" in str(app.screen.query_one("#question", Static).content)
        await pilot.press("enter")
        await settle(pilot)
        assert exam_screen(app).exam.attempt.exam == "fixed"


async def test_a_training_exam_stands_still_while_it_is_closed(exams: OpenExams, hands: Hands) -> None:
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        await open_exam(pilot, "drawn")
        hands.now += 100
        await pilot.press("escape")
        await settle(pilot)
        assert "paused" in rows(app)[0][3]
        hands.now += 5_000
        await pilot.press("escape")
        await continue_exam(pilot)
        assert "8:20" in title(app)


# The questions.


async def test_answers_flags_and_notes_are_kept_per_question(exams: OpenExams, home: Path) -> None:
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_exam(pilot)
        assert "question 1/2" in title(app)
        assert "10 points" in title(app)
        await answer(pilot, PASSING)
        await pilot.press("ctrl+f", "ctrl+n", *"come back", "enter")
        await pilot.press("f7")
        await settle(pilot)
        assert "question 2/2" in title(app)
        assert "5 points" in title(app)
        assert screen.editor.text == screen.exam.sheets[2].files[LEARNER_FILE]
        assert screen.query_one("#note", Input).value == ""
        await answer(pilot, WRONG)
        await pilot.press("ctrl+g")
        assert screen.editor.file_name == "culprit.txt"
        await answer(pilot, "web\n")
        await pilot.press("f6")
        await settle(pilot)
        assert screen.editor.text == PASSING
        assert screen.query_one("#note", Input).value == "come back"
        assert "⚑" in title(app)
        await pilot.press("f4", "down", "enter")
        await settle(pilot)
        assert (screen.exam.number, screen.pane) == (2, "task")
    assert (saved(home, 1), saved(home, 2), saved(home, 2, "culprit.txt")) == (PASSING, WRONG, "web\n")
    first, second = newest(home).tasks
    assert (first.flagged, first.note, first.edited) == (True, "come back", True)
    assert (second.flagged, second.note, second.edited) == (False, "", True)


async def test_the_list_of_questions_shows_state_and_flag(exams: OpenExams) -> None:
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_exam(pilot)
        await answer(pilot, PASSING)
        await pilot.press("f7", "ctrl+f")
        await settle(pilot)
        first, second = (screen.questions.line(number).plain for number in (1, 2))
        assert "◐" in first
        assert "⚑" not in first
        assert "○" in second
        assert "⚑" in second
        assert second.startswith("▸")
        await pilot.press("ctrl+f")
        assert "⚑" not in screen.questions.line(2).plain


async def test_a_late_change_belongs_to_the_question_that_it_was_made_in(exams: OpenExams, home: Path) -> None:
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_exam(pilot)
        screen.editor.load_text("# one")
        screen.go_to(2)
        screen.editor.load_text("# two")
        screen.go_to(1)
        await settle(pilot)
        assert screen.editor.text == "# one"
    assert (saved(home, 1), saved(home, 2)) == ("# one", "# two")


async def test_the_editor_checks_but_there_is_no_run_and_no_hint(exams: OpenExams) -> None:
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_exam(pilot)
        await answer(pilot, PASSING.replace("proc.name in", "proc.nam in"))
        assert [found.is_error for found in screen.editor.diagnostics] == [True]
        await pilot.press("f5", "ctrl+r")
        await settle(pilot)
        assert app.screen is screen
        await pilot.press("f9")
        assert isinstance(app.screen, BaseRulesScreen)
        await pilot.press("escape", "f1")
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("escape")
        assert app.screen is screen
        assert not screen.query("Hints")
        assert "Shell in web" in screen.query_one(Markdown).source


async def test_completion_works_and_escape_steps_out(exams: OpenExams) -> None:
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_exam(pilot)
        await answer(pilot, PASSING)
        await pilot.press("f3")
        screen.editor.move_cursor((2, 13))
        await pilot.press("ctrl+@")
        await pilot.pause()
        assert screen.query_one("#proposals").display
        await pilot.press("escape")
        assert not screen.query_one("#proposals").display
        assert screen.pane == "editor"
        await pilot.press("escape")
        await pilot.pause()
        assert screen.pane == "questions"
        await pilot.press("escape")
        assert isinstance(app.screen, ExerciseList)


async def test_panes_by_keys(exams: OpenExams) -> None:
    app = exams()
    for size, together in ((NARROW, False), (WIDE, True)):
        app = exams()
        async with app.run_test(size=size) as pilot:
            screen = await (open_exam(pilot) if not together else continue_exam(pilot))
            for key, pane in (("f3", "editor"), ("f4", "questions"), ("ctrl+t", "task"), ("ctrl+o", "questions"), ("f2", "task")):
                await pilot.press(key)
                await pilot.pause()
                shown = [name for name in screen.PANES if screen.query_one(f"#{name}").region.area]
                assert shown == (list(screen.PANES) if together else [pane])
                assert screen.pane == pane


async def test_language_changes_in_place(exams: OpenExams) -> None:
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_exam(pilot)
        await answer(pilot, PASSING)
        await pilot.press("ctrl+l")
        await pilot.pause()
        assert "고정 시험" in title(app)
        assert "문제 1/2" in title(app)
        assert screen.editor.text == PASSING


# Kills.


async def test_a_kill_loses_nothing_that_was_saved_and_the_clock_runs_on(
    exams: OpenExams, home: Path, tmp_path: Path, hands: Hands
) -> None:
    left = tmp_path / "what a kill leaves"
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        await open_exam(pilot)
        await answer(pilot, PASSING)
        await pilot.press("f7", "ctrl+f", "ctrl+n", *"half")
        await answer(pilot, WRONG)
        await until_saved(pilot)
        shutil.copytree(home, left)
    hands.now += 125
    again = exams(at=left)
    async with again.run_test(size=NARROW) as pilot:
        screen = await continue_exam(pilot)
        assert screen.exam.number == 2
        assert "7:55" in title(again)
        assert screen.editor.text == WRONG
        assert screen.exam.texts[1][LEARNER_FILE] == PASSING
        assert screen.query_one("#note", Input).value == "half"
        assert screen.exam.task.flagged


@pytest.mark.parametrize("how", ["SIGTERM", "SIGHUP", "ctrl+q", "ctrl+c"])
async def test_every_way_out_saves_the_last_key(exams: OpenExams, home: Path, hands: Hands, how: str) -> None:
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_exam(pilot)
        hands.now += 30
        screen.editor.load_text("# typed just now")
        screen.query_one("#note", Input).value = "noted just now"
        if how.startswith("SIG"):
            os.kill(os.getpid(), getattr(signal, how))
            while not app._exit:
                await pilot.pause(0.01)
        else:
            await pilot.press(*[how] * (2 if how == "ctrl+c" else 1))
    assert app.return_value == 0
    assert saved(home, 1) == "# typed just now"
    attempt = newest(home)
    assert (attempt.state, attempt.elapsed) == (ExamState.RUNNING, 30)
    assert attempt.tasks[0].note == "noted just now"


@pytest.mark.parametrize("last", ["f7", "ctrl+q"])
async def test_keys_that_come_at_once_are_all_typed_where_they_belong(exams: OpenExams, home: Path, last: str) -> None:
    """A slow moment of the machine brings many keys together: none may be lost, or land in another question."""
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        await open_exam(pilot)
        await pilot.press("f3")
        for letter in "abcdefgh":
            app.post_message(Key(letter, letter))
        app.post_message(Key(last, None))
        await pilot.pause()
        if last == "f7":
            await settle(pilot)
            screen = exam_screen(app)
            assert screen.exam.number == 2
            assert screen.editor.text == screen.exam.sheets[2].files[LEARNER_FILE]
    assert saved(home, 1).startswith("abcdefgh")


@pytest.mark.parametrize("begun_in", ["f2", "f3", "f4"])
@pytest.mark.parametrize("key, kept", [("ctrl+n", ("", "abcdefgh")), ("f3", ("abcdefgh", ""))])
async def test_keys_behind_one_that_moves_the_focus_go_where_it_moved(
    exams: OpenExams, home: Path, begun_in: str, key: str, kept: tuple[str, str]
) -> None:
    """A note that begins in the answer would cost points that nobody sees."""
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_exam(pilot)
        await pilot.press(begun_in)
        before = screen.editor.text
        for one in (key, *"abcdefgh"):
            app.post_message(Key(one, one if len(one) == 1 else None))
        await pilot.pause()
        await settle(pilot)
        assert (screen.editor.text, screen.query_one("#note", Input).value) == (kept[0] + before, kept[1])
        assert screen.pane == ("editor" if key == "f3" else {"f2": "task", "f3": "editor", "f4": "questions"}[begun_in])


async def test_a_store_that_fails_is_told_once_and_the_text_stays(
    exams: OpenExams, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = exams()
    told = told_by(app, monkeypatch)
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_exam(pilot)

        def full(*_: object, **__: object) -> bool:
            raise StoreError("the disk is full", "free some space")

        with monkeypatch.context() as patch:
            patch.setattr(ExamSession, "save_draft", full)
            patch.setattr(ExamSession, "tick", full)
            await answer(pilot, PASSING)
            assert not screen.save()
            told.clear()
            for _ in range(10):
                screen.second()
            assert not told
            assert screen.exam.unsaved
            await pilot.press("escape", "escape")
            assert app.screen is screen
        assert screen.save()
    assert saved(home, 1) == PASSING


# The end.


async def test_the_report_is_right_to_the_point(exams: OpenExams, home: Path, hands: Hands, tmp_path: Path) -> None:
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_exam(pilot)
        await answer(pilot, PASSING)
        hands.now += 200
        await pilot.press("f7")
        await settle(pilot)
        await answer(pilot, WRONG)
        await pilot.press("ctrl+g")
        await answer(pilot, "web\n")
        hands.now += 40
        sheets = screen.exam.sheets
        await pilot.press("f10")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        report = report_screen(app).report
        assert report is not None
        pack = app.desk.pack
        texts = {1: (PASSING, {}), 2: (WRONG, {"culprit.txt": "web\n"})}
        score = 0.0
        for number, (rules, answers) in texts.items():
            exercise = next(one for one in pack.exercises if one.slug == sheets[number].exercise.slug)
            submission = Submission({LEARNER_FILE: SourceFile(LEARNER_FILE, rules)}, answers)
            single = grade(exercise, submission, pack.base_rules, pack=pack, seed=sheets[number].seed, live=False)
            task = report.tasks[number - 1]
            assert [(one.id, one.outcome, one.points, one.actual, one.expected) for one in task.criteria] == [
                (one.criterion_id, one.outcome, one.points, one.actual, one.expected) for one in single.criteria
            ]
            score += sheets[number].points * single.score / single.max_score
        assert float(report.score) == pytest.approx(score)
        assert report.tasks[0].passed
        assert not report.tasks[1].passed
        assert [task.seconds for task in report.tasks] == [200, 40]
        assert report.percent == int(1000 * score / 15) / 10
        assert report.passed
        overview = str(app.screen.query_one("#overview Static", Static).content)
        assert "PASSED" in overview
        assert f"{report.percent:g} % of 67 % needed" in overview
        assert "3:20 /  2:00" in overview
        details = str(app.screen.query_one("#details Static", Static).content)
        wrong = next(one for one in report.tasks[1].criteria if one.outcome.value == "failed")
        assert wrong.actual in details
        assert wrong.expected in details
        await pilot.press("e")
        await pilot.pause()
        stored = json.loads((tmp_path / "cwd" / "exam-fixed-1.json").read_text())
        assert stored == report.to_json()
        assert {path.name for path in (tmp_path / "cwd").iterdir()} == {
            f"exam-fixed-1.{form}" for form in ("json", "csv", "md", "html")
        }
        await pilot.press("escape")
        await settle(pilot)
        await pilot.press("escape")
        assert rows(app)[-1] == ["Fixed exam", "2 tasks", "10 min", f"● best {report.percent:g} %"]
        await pilot.press(*"fixed", "enter", "r")
        await settle(pilot)
        assert report_screen(app).report == report
    with Store.open(home) as store:
        assert exam_report(store, 1) == report


async def test_handing_in_asks_first_and_names_what_is_open(exams: OpenExams) -> None:
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_exam(pilot)
        await answer(pilot, PASSING)
        await pilot.press("ctrl+f", "f10")
        await settle(pilot)
        text = str(app.screen.query_one("#question", Static).content)
        assert "Untouched:\n  2. Find shells" in text
        assert "Flagged:\n  1. Find shells" in text
        await pilot.press("escape")
        assert app.screen is screen
        assert not screen.exam.ended
        await pilot.press("f4", "end", "enter")
        await settle(pilot)
        assert isinstance(app.screen, ConfirmScreen)


async def test_the_clock_warns_once_each_and_hands_in_at_the_end(
    exams: OpenExams, home: Path, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = exams()
    told = told_by(app, monkeypatch)
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_exam(pilot)
        await answer(pilot, PASSING)
        await until_saved(pilot)
        hands.now = 299
        screen.second()
        assert not told
        for now, expected in ((300, ["5:00 left."]), (320, ["5:00 left."]), (545, ["5:00 left.", "0:55 left."])):
            hands.now = now
            screen.second()
            screen.second()
            assert told == expected
        await pilot.press("f9")
        hands.now = 600
        screen.second()
        await settle(pilot)
        assert "The time is over" in told[-1]
        report = report_screen(app).report
        assert report is not None
        assert report.ended == "time over"
        assert report.tasks[0].passed
        assert not report.tasks[1].edited
    assert newest(home).state is ExamState.TIME_OVER


async def test_what_is_typed_after_the_end_does_not_count(exams: OpenExams, home: Path, hands: Hands) -> None:
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_exam(pilot)
        await answer(pilot, PASSING)
        await until_saved(pilot)
        hands.now = 598
        screen.editor.load_text("# last words")
        await pilot.pause()
        hands.now = 601
        screen.editor.load_text("# too late")
        await settle(pilot)
        screen.second()
        await settle(pilot)
        assert report_screen(app).report is not None
    assert saved(home, 1) == "# last words"


async def test_time_that_ended_while_closed_leads_to_the_report(exams: OpenExams, hands: Hands) -> None:
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        await open_exam(pilot)
        await answer(pilot, PASSING)
        await pilot.press("ctrl+q")
    hands.now += 5_000
    again = exams()
    async with again.run_test(size=NARROW) as pilot:
        await settle(pilot)
        assert rows(again)[-1][3] == "◐ not graded yet"
        await pilot.press(*"fixed", "enter", "r")
        await settle(pilot)
        report = report_screen(again).report
        assert report is not None
        assert report.ended == "time over"
        assert report.tasks[0].passed


async def test_grading_that_fails_is_a_sentence_and_can_be_repeated(exams: OpenExams, monkeypatch: pytest.MonkeyPatch) -> None:
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        await open_exam(pilot)
        await answer(pilot, PASSING)

        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("[oops]")

        with monkeypatch.context() as patch:
            patch.setattr("trainer.tui.exam_desk.grade_attempt", fail)
            await pilot.press("f10", "enter")
            await settle(pilot)
            screen = report_screen(app)
            assert screen.report is None
            assert "RuntimeError" in str(screen.query_one("ProgressLine", Static).content)
            await pilot.press("e")
        await pilot.press("g")
        await settle(pilot)
        assert screen.report is not None


async def test_leaving_during_the_grading_stops_it(exams: OpenExams, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    app = exams()
    started, go_on = threading.Event(), threading.Event()

    def slow(*args: Any, on_task: Any, **_: Any) -> None:
        on_task(1, 2, "find-shells")
        started.set()
        assert go_on.wait(10)
        on_task(2, 2, "find-files")
        raise AssertionError("it was not stopped")

    async with app.run_test(size=NARROW) as pilot:
        await open_exam(pilot)
        with monkeypatch.context() as patch:
            patch.setattr("trainer.tui.exam_desk.grade_attempt", slow)
            await pilot.press("f10", "enter")
            while not started.is_set():
                await pilot.pause(0.01)
            await pilot.pause()
            assert "grading 1 of 2" in str(app.screen.query_one("ProgressLine", Static).content)
            await pilot.press("escape")
            go_on.set()
            await settle(pilot)
        assert isinstance(app.screen, ExerciseList)
        await pilot.press("escape")
        assert rows(app)[-1][3] == "◐ not graded yet"


async def test_an_export_overwrites_no_other_report(exams: OpenExams, tmp_path: Path) -> None:
    other = tmp_path / "cwd" / "exam-fixed-1.md"
    other.write_text("somebody else's")
    app = exams()
    async with app.run_test(size=NARROW) as pilot:
        await open_exam(pilot)
        await pilot.press("f10", "enter")
        await settle(pilot)
        await pilot.press("e", "e")
        await pilot.pause()
    assert other.read_text() == "somebody else's"
    assert len(list((tmp_path / "cwd").iterdir())) == 5


@pytest.mark.parametrize(
    "seconds, text", [(7200, "2:00:00"), (899.2, "15:00"), (60, "1:00"), (0.3, "0:01"), (0, "0:00"), (59.0000001, "0:59")]
)
def test_countdown(seconds: float, text: str) -> None:
    assert clock_text(seconds) == text
