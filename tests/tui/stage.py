"""The stage of the tests of every screen and every key: a pack with exercises, exams and an installed pack beside it, a learner who
has practised, and nothing that differs from run to run: no clock, no chance, no animation.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from tests.exam_pack import write_exam_pack
from tests.practice_data import TODAY, noon, practise
from tests.small_pack import PACK, recording, write_pack
from tests.tui.conftest import NO_DOCKER, settle
from trainer.content import Pack, load_pack
from trainer.content.variables import draw
from trainer.events import write_recording
from trainer.session import Store
from trainer.session.exam_clock import Reading
from trainer.tui.app import TrainerApp
from trainer.tui.desk import Desk
from trainer.tui.exam_desk import OpenExam, exam_rows, sheets_of
from trainer.tui.screens.exam import ExamScreen
from trainer.tui.screens.progress import ProgressScreen
from trainer.tui.screens.report import ReportScreen
from trainer.tui.screens.study import StudyScreen

KOREAN_TASK = """\
`web` 컨테이너 안에서 **셸**이 실행되면 경보를 내는 룰을 작성하세요.

- 룰의 이름은 `Shell in web`, 우선순위는 `WARNING`입니다.
- 출력 형식은 `%evt.num,%user.uid,%proc.name`이며, 다른 컨테이너에서 일어나는 정상적인 작업에는 경보를 내지 않아야 합니다.
"""


class Hands:
    """A clock that goes only when a test moves it, on the day that everything is shown on."""

    def __init__(self) -> None:
        self.now = 0.0

    def read(self) -> Reading:
        return Reading("boot", 5_000 + self.now, noon(0) + self.now)


class Stage:
    """One run of the app, with short ways to its screens: keys are pressed where a test is about them."""

    def __init__(self, app: TrainerApp, hands: Hands) -> None:
        self.app = app
        self.desk = app.desk
        self.hands = hands

    async def study(self, pilot: Pilot[int], text: str | None = None, slug: str = "find-links") -> StudyScreen:
        """An exercise, with ``text`` in its editor."""
        await settle(pilot)
        exercise = next(one for one in self.desk.exercises if one.slug == slug)
        self.desk.remember(exercise)
        screen = StudyScreen(self.desk, exercise)
        await self.app.push_screen(screen)
        await settle(pilot)
        if text is not None:
            screen.editor.load_text(text)
            await settle(pilot)
        return screen

    def _begun(self) -> OpenExam:
        row = next(row for row in exam_rows(self.desk) if row.slug == "fixed")
        assert row.exam is not None
        return OpenExam.start(self.desk, row.exam, sheets_of(row, self.desk))

    async def exam(self, pilot: Pilot[int], text: str | None = None) -> ExamScreen:
        """The fixed exam, just begun, with ``text`` as the answer to its first question."""
        await settle(pilot)
        screen = ExamScreen(self._begun())
        await self.app.push_screen(screen)
        await settle(pilot)
        if text is not None:
            screen.editor.load_text(text)
            await settle(pilot)
        return screen

    async def report(self, pilot: Pilot[int]) -> ReportScreen:
        """The report of that exam, handed in with nothing answered."""
        await settle(pilot)
        begun = self._begun()
        begun.hand_in()
        screen = ReportScreen(self.desk, begun.attempt)
        await self.app.push_screen(screen)
        await settle(pilot)
        return screen

    async def open(self, pilot: Pilot[int], page: str) -> Screen[Any]:
        """The screen of a help page."""
        await settle(pilot)
        if page == "study":
            return await self.study(pilot)
        if page == "exam":
            return await self.exam(pilot)
        if page == "report":
            return await self.report(pilot)
        if page == "progress":
            await self.app.push_screen(ProgressScreen(self.desk))
            await settle(pilot)
        return self.app.screen

    @property
    def told(self) -> str:
        """The messages that are shown."""
        return "\n".join(note.message for note in self.app._notifications)


OpenStage = Callable[..., Stage]


@pytest.fixture(scope="session")
def stage_pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """Loaded once: nobody changes it."""
    folder = write_exam_pack(tmp_path_factory.mktemp("stage") / "pack")
    for task in folder.glob("exercises/*/task.ko.md"):
        task.write_text(KOREAN_TASK, encoding="utf-8")
    app = draw({"app": ("web", "shop", "billing")}, 3)["app"]
    write_recording(recording(3, app), folder / "scenarios" / "shells" / "recordings" / "seed-3.jsonl")
    pack, _ = load_pack(folder)
    assert pack is not None
    return pack


@pytest.fixture
def stage(tmp_path: Path, stage_pack: Pack, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenStage]:
    home, cwd = tmp_path / "home", tmp_path / "cwd"
    cwd.mkdir()
    monkeypatch.chdir(cwd)
    monkeypatch.setenv("CKS_TRAINER_HOME", str(home))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr("trainer.tui.app.docker_status", lambda: NO_DOCKER)
    monkeypatch.setattr("trainer.tui.exam_desk.secrets.randbelow", lambda limit: 41)
    other = write_pack(home / "packs" / "other" / "1.0.0", pack=PACK.replace("id: small", "id: other"))
    (other / "installed.json").write_text("{}")
    with Store.open(home) as store:
        practise(store, "find-shells", 4, True, seconds=75)
        practise(store, "find-files", 0, False, True, seconds=400)
    stores: list[Store] = []

    def make(lang: str = "en") -> Stage:
        desk = Desk(stage_pack, Store.open())
        stores.append(desk.store)
        hands = Hands()
        desk.clock, desk.today, desk.chance = hands, lambda: TODAY, random.Random(1)
        app = TrainerApp(desk, lang)
        app.animation_level = "none"
        return Stage(app, hands)

    yield make
    for store in stores:
        store.close()
    monkeypatch.undo()
    time.tzset()


def passing(screen: StudyScreen | ExamScreen) -> str:
    """What solves the variant that the screen shows."""
    exercise = screen.exercise if isinstance(screen, StudyScreen) else screen.exam.sheet.exercise
    return exercise.reference.text


def too_wide(text: str) -> str:
    """Rules that alert in every container."""
    return re.sub(r'container\.name = "\w+"', "container", text)


def misspelled(text: str) -> str:
    return text.replace("proc.name in", "proc.nam in")
