"""The core pack's exam ``mock-a``, sat from the first key to the exported report, with two kills on the way."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from textual.events import Key, Paste
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests import report_figures
from tests.mock_exam import (
    SECONDS,
    SLUG,
    TITLE,
    Answer,
    criteria_of,
    decoy,
    figures_of,
    graded_alone,
    reference,
    starter,
    useless,
)
from tests.report_figures import clock
from tests.tui.conftest import NO_DOCKER, settle
from trainer.session import Store
from trainer.session.exam import TaskSheet
from trainer.session.exam_clock import Reading
from trainer.session.exam_store import ExamState, attempt_numbers, read_attempt
from trainer.tui.app import TrainerApp
from trainer.tui.desk import LEARNER_FILE, Desk
from trainer.tui.screens.confirm import ConfirmScreen
from trainer.tui.screens.exam import ExamScreen
from trainer.tui.screens.report import ReportScreen
from trainer.tui.widgets.frame import TitleBar

SIZE = (110, 40)
BROKEN = "- rule: Reverse shell\n  condition: [spawned_process\n"
"""YAML that ends in the middle."""


class Hands:
    """A clock that goes only when the test moves it."""

    now = 0

    def read(self) -> Reading:
        return Reading("boot", 5_000.0 + self.now, 1_800_000_000.0 + self.now)


class Learner:
    """What the learner did, and what must be there whenever the exam is open."""

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self.files: dict[int, dict[str, str]] = {}
        self.flags: set[int] = set()
        self.notes: dict[int, str] = {}
        self.spent: dict[int, int] = {}
        self.pilot: Pilot[int]

    @property
    def screen(self) -> ExamScreen:
        screen = self.pilot.app.screen
        assert isinstance(screen, ExamScreen)
        return screen

    @property
    def number(self) -> int:
        return self.screen.exam.number

    @property
    def title(self) -> str:
        return str(self.screen.query_one(TitleBar).content)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await settle(self.pilot)

    async def start(self, pilot: Pilot[int]) -> dict[int, TaskSheet]:
        self.pilot = pilot
        await settle(pilot)
        await self.press(*TITLE.casefold(), "enter")
        await self.press("enter")
        sheets = dict(self.screen.exam.sheets)
        self.files = {number: dict(sheet.files) for number, sheet in sheets.items()}
        self.spent = dict.fromkeys(sheets, 0)
        return sheets

    async def resume(self, pilot: Pilot[int]) -> None:
        self.pilot = pilot
        await settle(pilot)
        await self.press("enter")
        await self.press("enter")

    def spend(self, seconds: int, at: int) -> None:
        """Also while the program is not there: this exam's clock runs on."""
        self.hands.now += seconds
        self.spent[at] += seconds

    async def write(self, text: str) -> None:
        """Takes the place of all that the editor holds, by keys as they come when one is held down, and a paste."""
        editor = self.screen.editor
        for key in ("ctrl+home", *["shift+down"] * (editor.wrapped_document.height + 1)):
            self.pilot.app.post_message(Key(key, None))
        await self.pilot.pause()
        assert editor.selected_text == editor.text
        if text:
            self.pilot.app.post_message(Paste(text))
            await settle(self.pilot)
        else:
            await self.press("delete")
        assert editor.text == text
        self.files[self.number][editor.file_name] = text

    async def answer(self, answer: Answer, seconds: int) -> None:
        """Writes what differs from what is there, file by file."""
        self.spend(seconds, self.number)
        await self.press("f3")
        for name, text in answer.files.items():
            while self.screen.editor.file_name != name:
                await self.press("ctrl+g")
            if self.screen.editor.text != text:
                await self.write(text)
        while self.screen.editor.file_name != LEARNER_FILE:
            await self.press("ctrl+g")

    async def flag(self) -> None:
        self.flags ^= {self.number}
        await self.press("ctrl+f")

    async def note(self, text: str) -> None:
        self.notes[self.number] = text
        await self.press("ctrl+n", *text)

    async def look_round(self) -> None:
        """Through all questions and back to where it began: each is as it was left."""
        begun_at = self.number
        for _ in self.files:
            screen, number = self.screen, self.number
            assert f"question {number}/{len(self.files)}" in self.title
            assert ("⚑" in self.title) is (number in self.flags)
            assert screen.query_one("#note", Input).value == self.notes.get(number, "")
            for name, text in self.files[number].items():
                assert (screen.editor.file_name, screen.editor.text) == (name, text)
                if len(self.files[number]) > 1:
                    await self.press("ctrl+g")
            line = screen.questions.line(number).plain
            assert ("◐" in line) is (self.files[number] != screen.exam.sheets[number].files)
            assert ("⚑" in line) is (number in self.flags)
            assert clock(SECONDS - self.hands.now) in self.title
            await self.press("f7")
        assert self.number == begun_at


MakeApp = Callable[[Path], TrainerApp]


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def app_at(tmp_path: Path, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeApp]:
    """Makes an app on the core pack, with the data folder that it is given."""
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("trainer.tui.app.docker_status", lambda: NO_DOCKER)
    monkeypatch.setattr("trainer.tui.exam_desk.secrets.randbelow", lambda limit: 41)
    stores: list[Store] = []

    def make(home: Path) -> TrainerApp:
        monkeypatch.setenv("CKS_TRAINER_HOME", str(home))
        desk = Desk.open()
        desk.clock = hands
        stores.append(desk.store)
        return TrainerApp(desk, "en")

    yield make
    for store in stores:
        store.close()


def final_answers(sheets: Mapping[int, TaskSheet]) -> dict[int, Answer]:
    """134 of 199 points: one point less, and the exam is not passed."""
    repair = sheets[7].files[LEARNER_FILE] + "# later"
    return {number: reference(sheet) for number, sheet in sheets.items()} | {
        3: decoy(sheets[3], "prefix.yaml"),  # 10 of 12
        4: decoy(sheets[4], "only-folder.yaml"),  # 1 of 11: four criteria need the one that fails
        5: starter(sheets[5]),  # 1 of 13
        6: decoy(sheets[6], "field-culprit.txt"),  # 12 of 17: right rules, and a wrong answer file that another one needs
        7: useless(sheets[7], repair, loads=False),  # 0 of 10
        9: useless(sheets[9], "", loads=True),  # 1 of 12
        10: useless(sheets[10], BROKEN, loads=False),  # 0 of 14
        12: decoy(sheets[12], "rewritten.yaml"),  # 12 of 13
    }


async def test_sat_whole_killed_twice_and_right_to_the_point(app_at: MakeApp, hands: Hands, tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    learner = Learner(hands)

    async with app_at(first).run_test(size=SIZE) as pilot:
        sheets = await learner.start(pilot)
        assert [sheet.exercise.slug for sheet in sheets.values()][:3] == [
            "shell-in-container",
            "csv-for-the-log-store",
            "read-shadow",
        ]
        assert any(sheet.seed for sheet in sheets.values())  # other variants than the first, so that names are filled in
        answers = final_answers(sheets)
        for number in (1, 2):
            await learner.answer(answers[number], 60 + number)
            await learner.press("f7")
        await learner.answer(decoy(sheets[3], "any-open.yaml"), 40)  # for a better answer later
        await learner.flag()
        await learner.press("f7")
        await learner.answer(answers[4], 75)
        await learner.press("f7")
        learner.spend(10, 5)
        await learner.flag()
        await learner.press("f7")
        await learner.answer(answers[6], 300)
        await learner.press("f7")
        learner.spend(33, 7)
        await learner.note("the tab? half a th")
        await pilot.press("f3", "ctrl+end")
        for letter in "# later":
            pilot.app.post_message(Key(letter, letter))
        await pilot.pause()
        # The program is gone before the timer that saves for good: this is what it leaves.
        shutil.copytree(first, second)
    learner.files[7][LEARNER_FILE] += "# later"
    learner.spend(417, 7)

    async with app_at(second).run_test(size=SIZE) as pilot:
        await learner.resume(pilot)
        assert learner.number == 7
        await learner.look_round()
        for number in (8, 9, 10, 11, 12):
            await learner.press("f7")
            await learner.answer(answers[number], 100 + number)
        await learner.flag()
        await learner.press("f6", "f10")
        assert isinstance(pilot.app.screen, ConfirmScreen)  # asked, and not answered
        shutil.copytree(second, third)
    learner.spend(1_000, 11)

    app = app_at(third)
    async with app.run_test(size=SIZE) as pilot:
        await learner.resume(pilot)
        assert learner.number == 11
        await learner.look_round()
        await learner.press("f4", *["down"] * 2, "enter")
        for number in (13, 14, 15, 16):
            assert learner.number == number
            await learner.answer(answers[number], 200)
            await learner.press("f7")
        assert learner.number == 1  # round the end
        await learner.press("f4", *["down"] * 2, "enter")
        await learner.answer(answers[3], 25)
        await learner.flag()
        assert learner.files == {number: dict(answer.files) for number, answer in answers.items()}

        await learner.press("f10")
        question = str(app.screen.query_one("#question", Static).content)
        assert f"{clock(SECONDS - hands.now)} left" in question
        untouched, flagged = question.partition("Untouched:")[2].split("Flagged:")
        titles = {number: sheet.exercise.title["en"] for number, sheet in sheets.items()}
        assert untouched.split("\n")[1:-2] == [f"  5. {titles[5]}"]
        assert flagged.split("\n")[1:] == [f"  {number}. {titles[number]}" for number in (5, 12)]
        await learner.press("enter")

        screen = app.screen
        assert isinstance(screen, ReportScreen)
        assert screen.report is not None
        expected = figures_of(sheets, answers, {number: clock(seconds) for number, seconds in learner.spent.items()})
        assert (expected.won, expected.whole, expected.percent, expected.passed) == (134, 199, 67.3, True)
        for number, sheet in sheets.items():
            assert graded_alone(sheet, answers[number], app.desk.pack) == criteria_of(sheet, answers[number]), sheet.exercise.slug
        data = screen.report.to_json()
        assert report_figures.of_json(data) == expected
        assert [task["edited"] for task in data["tasks"]] == [number != 5 for number in sheets]
        assert [task["seconds"] for task in data["tasks"]] == list(learner.spent.values())
        assert (data["elapsed_seconds"], data["duration_seconds"], data["ended"]) == (hands.now, SECONDS, "handed in")
        overview, details = (str(screen.query_one(f"#{name} Static", Static).content) for name in ("overview", "details"))
        assert report_figures.of_screen(overview, details) == expected.without_counts

        await learner.press("e")
        exported = {
            form: (tmp_path / "cwd" / f"exam-{SLUG}-1.{form}").read_text("utf-8") for form in ("json", "csv", "md", "html")
        }
        assert json.loads(exported["json"]) == data
        assert report_figures.of_csv(exported["csv"], expected) == expected
        assert report_figures.of_markdown(exported["md"]) == expected
        assert report_figures.of_html(exported["html"]) == expected

    with Store.open(third) as store:
        assert attempt_numbers(store) == (1,)
        attempt = read_attempt(store.rows, 1)
        assert (attempt.state, attempt.percent, attempt.passed) == (ExamState.HANDED_IN, 67.3, True)
        assert {task.number: task.note for task in attempt.tasks if task.note} == learner.notes
        assert {task.number for task in attempt.tasks if task.flagged} == learner.flags
