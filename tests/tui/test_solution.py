"""What the Solution tab shows, and how one gives up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.tui.conftest import NARROW, PASSING, WIDE, OpenApp, open_study, run, settle
from trainer.content import core_pack_folder, load_pack
from trainer.session.history import practices, read_tries
from trainer.session.sittings import open_sitting
from trainer.source import SourceFile
from trainer.tui.app import TrainerApp
from trainer.tui.desk import Feed
from trainer.tui.screens.confirm import ConfirmScreen
from trainer.tui.screens.study import StudyScreen
from trainer.tui.widgets.comparison import BOTH, OWN, REFERENCE, Comparison, Line, compared
from trainer.tui.widgets.frame import ProgressLine
from trainer.tui.widgets.hints import solution_text

WRONG = PASSING.replace("WARNING", "INFO")


def test_the_solution_holds_the_answer_files() -> None:
    answers = {"culprit.txt": SourceFile("culprit.txt", "metrics-db\n")}
    pack, _ = load_pack(core_pack_folder())
    assert pack is not None
    exercise = replace(pack.exercises[0], reference_answers=answers)
    assert solution_text(exercise) == f"{exercise.reference.text}\n# culprit.txt\nmetrics-db\n"
    assert solution_text(replace(exercise, reference_answers={})) == exercise.reference.text


# Comparing.


def test_lines_and_words_that_differ() -> None:
    own = "- rule: x\n  priority: INFO\n  tags: [a]\n"
    reference = "- rule: x\n  priority: WARNING\n"
    assert list(compared(own, reference)) == [
        Line(BOTH, (("- rule: x", False),)),
        Line(OWN, (("  priority: ", False), ("INFO", True))),
        Line(OWN, (("  tags: [a]", False),)),
        Line(REFERENCE, (("  priority: ", False), ("WARNING", True))),
    ]


@pytest.mark.parametrize(
    "own, reference", [("", ""), ("", "a\nb"), ("a\nb", ""), ("a\n\nb", "b\n\na"), ("한글 [b]", "한 글[/b]")]
)
def test_no_line_of_either_text_is_lost(own: str, reference: str) -> None:
    lines = list(compared(own, reference))
    texts = {
        mark: ["".join(text for text, _ in line.parts) for line in lines if line.mark in (BOTH, mark)]
        for mark in (OWN, REFERENCE)
    }
    assert texts == {OWN: own.splitlines(), REFERENCE: reference.splitlines()}


def comparison(screen: StudyScreen) -> str:
    return str(screen.query_one(Comparison).query_one(Static).content)


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await settle(pilot)


async def test_after_passing_c_compares_and_shows_the_solution_alone(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await open_study(pilot, PASSING.replace("A shell in the web container.", "Mine."))
        await run(pilot)
        await press(pilot, "7")
        assert screen.results.solution.query_one("#reference").display
        await press(pilot, "c")
        assert not screen.results.solution.query_one("#reference").display
        assert "-   desc: Mine." in comparison(screen)
        assert "+   desc: A shell in the web container." in comparison(screen)
        assert screen.query_one(Comparison).has_focus
        await press(pilot, "c")
        assert screen.results.solution.query_one("#reference").has_focus
        await press(pilot, "1", "c")
        assert (screen.results.tabs.active, screen.query_one(Comparison).display) == ("solution", True)


async def test_the_comparison_follows_the_text_and_says_when_it_is_the_same(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, PASSING)
        await run(pilot)
        await press(pilot, "c")
        assert "Yours is the same." in comparison(screen)
        await press(pilot, "1")
        screen.editor.load_text(WRONG)
        await press(pilot, "7")
        assert "Yours is the same." not in comparison(screen)
        assert "-   priority: INFO" in comparison(screen)


# Giving up.


async def give_up(pilot: Pilot[int], text: str = WRONG) -> StudyScreen:
    screen = await open_study(pilot, text)
    await press(pilot, "f4", "g")
    assert isinstance(pilot.app.screen, ConfirmScreen)
    await press(pilot, "enter")
    return screen


def attempts(app: TrainerApp) -> list[tuple[bool, bool, str]]:
    return [(one.passed, one.gave_up, one.rules) for one in app.desk.store.attempts("find-shells")]


async def test_the_solution_is_locked_and_c_does_not_open_it(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, WRONG)
        await press(pilot, "f4", "c")
        assert screen.results.tabs.active == "solution"
        assert "Press g to give up" in str(screen.results.solution.query_one(".note", Static).content)
        assert not screen.results.solution.unlocked
        assert not screen.query_one(Comparison).display
        assert not screen.results.solution.query_one("#reference").display


async def test_the_question_can_be_left(open_app: OpenApp) -> None:
    app = open_app(lang="ko")
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, WRONG)
        await press(pilot, "f4", "g")
        assert "포기하고 모범 답안을 볼까요?" in str(app.screen.query_one("#question", Static).content)
        await press(pilot, "escape")
        assert app.screen is screen
        assert not screen.results.solution.unlocked
        assert attempts(app) == []


async def test_giving_up_is_kept_and_shows_the_solution_beside_the_own_text(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await give_up(pilot)
        assert (screen.pane, screen.results.tabs.active) == ("results", "solution")
        assert "-   priority: INFO" in comparison(screen)
        assert "+   priority: WARNING" in comparison(screen)
        assert str(screen.query_one(ProgressLine).content).startswith("Given up")
        assert screen.editor.text == WRONG
        assert attempts(app) == [(False, True, WRONG)]
        assert app.desk.state(screen.exercise) == "tried"
        await press(pilot, "g")  # once is enough
        assert app.screen is screen
        assert len(attempts(app)) == 1
        sitting = open_sitting(app.desk.store, "find-shells")
        assert sitting is not None
        assert (sitting.gave_up, sitting.passed, sitting.solution) == (True, False, True)
    again = open_app()
    async with again.run_test(size=NARROW) as pilot:
        await settle(pilot)
        screen = await open_study(pilot)
        assert screen.results.solution.unlocked
        assert screen.editor.text == WRONG


async def test_repetition_takes_it_as_failed_whatever_comes_after(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await give_up(pilot)
        screen.editor.load_text(PASSING)
        await settle(pilot)
        await run(pilot)
        assert [(passed, up) for passed, up, _ in attempts(app)] == [(True, False), (False, True)]
        assert [one.passed for one in practices(read_tries(app.desk.store))] == [False]
        own = app.desk.figures().of("find-shells")
        assert own is not None
        assert (own.clean, own.first_tries, own.best_seconds) == (False, 0, None)
        skill = next(one for one in app.desk.figures().skills if one.skill == "spawned_process")
        assert (skill.level, skill.due_on) == (1, app.desk.today() + timedelta(days=1))


async def test_another_day_begins_another_sitting_with_the_solution_locked(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        await give_up(pilot)
        await press(pilot, "escape")
        assert not app.desk.going_on()
        tomorrow = app.desk.today() + timedelta(days=1)
        app.desk.today = lambda: tomorrow
        screen = await open_study(pilot)
        assert not screen.results.solution.unlocked
        assert screen.editor.text == screen.exercise.starter.text


async def test_a_drill_goes_on_after_giving_up(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await press(pilot, "f5")
        assert isinstance(app.screen, StudyScreen)
        await press(pilot, "f4", "g")
        await press(pilot, "enter", "escape")
        assert any("0 of 1 passed" in str(note.message) for note in app._notifications)


async def test_giving_up_waits_for_the_run(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=NARROW) as pilot:
        screen = await open_study(pilot, WRONG)
        screen.feed = Feed()
        await pilot.press("f4", "g")
        await pilot.pause()
        assert app.screen is screen
        assert any("F6" in str(note.message) for note in app._notifications)
        assert attempts(app) == []
        screen.feed = None
