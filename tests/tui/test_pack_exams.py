"""Exams of installed packs on the first screen: listed, begun, continued after a kill, and their best score."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable, Static

from tests.exam_pack import FIXED, PASSING, write_exam_pack
from tests.small_pack import PACK
from tests.tui.conftest import NARROW, NO_DOCKER, WIDE, settle
from trainer.session import Store
from trainer.session.exam_store import attempt_numbers, read_attempt
from trainer.tui.app import TrainerApp
from trainer.tui.desk import Desk
from trainer.tui.exam_desk import ExamRow
from trainer.tui.screens.exam import ExamScreen
from trainer.tui.screens.exercises import ExerciseList
from trainer.tui.screens.report import ReportScreen

OpenHome = Callable[..., TrainerApp]
EVENING = FIXED.replace("0c01", "0d01").replace("Fixed exam", "Evening exam").replace("고정 시험", "저녁 시험")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenHome]:
    """Makes an app on a pack with two exams, beside an installed pack that has one more of the same slug."""
    core = write_exam_pack(tmp_path / "core")
    other = write_exam_pack(tmp_path / "home" / "packs" / "other" / "1.0.0", fixed=EVENING)
    (other / "exercises" / "exams" / "drawn.yaml").unlink()
    text = PACK.replace("id: small", "id: other").replace("version: 1.2.0", "version: 1.0.0").replace("en: Small", "en: Other")
    (other / "exercises" / "pack.yaml").write_text(text, encoding="utf-8")
    (other / "installed.json").write_text("{}")
    monkeypatch.setenv("CKS_TRAINER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("trainer.tui.app.docker_status", lambda: NO_DOCKER)
    stores: list[Store] = []

    def make(lang: str = "en") -> TrainerApp:
        desk = Desk.open(core)
        desk.chance = random.Random(1)
        stores.append(desk.store)
        return TrainerApp(desk, lang)

    yield make
    for store in stores:
        store.close()


def shown(app: TrainerApp) -> dict[str, list[str]]:
    table = app.screen.query_one(DataTable)
    cells = [[str(cell) for cell in table.get_row_at(row)] for row in range(table.row_count)]
    return {row[0]: row[1:] for row in cells}


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await settle(pilot)


async def test_they_stand_beside_the_core_packs(home: OpenHome) -> None:
    app = home()
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        names = list(shown(app))
        start = names.index("Mock exams")
        assert names[start + 1 : start + 4] == ["Drawn exam", "Fixed exam", "Evening exam"]
        assert shown(app)["Evening exam"][0] == "other@1.0.0"
        assert shown(app)["Evening exam"][-1] == "○ new"
        await press(pilot, *"evening")
        assert list(shown(app)) == ["Evening exam"]
        assert "Other  other@1.0.0  ·  Two tasks." in str(app.screen.query_one("#about", Static).content)


async def test_in_korean_too(home: OpenHome) -> None:
    app = home("ko")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        assert "저녁 시험" in shown(app)


async def test_one_is_begun_left_continued_and_graded_with_its_own_pack(home: OpenHome) -> None:
    app = home()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await press(pilot, *"evening", "enter")
        await press(pilot, "enter")
        screen = app.screen
        assert isinstance(screen, ExamScreen)
        assert (screen.exam.attempt.pack, screen.exam.attempt.exam) == ("other@1.0.0", "fixed")
        assert screen.exam.pack.id == "other"
        screen.editor.load_text(PASSING)
        await press(pilot, "escape", "escape")
        assert isinstance(app.screen, ExerciseList)
        await press(pilot, "escape")
        names = list(shown(app))
        assert names[:2] == ["Continue", "Evening exam"]
        assert names.count("Evening exam") == 1
        assert shown(app)["Fixed exam"][-1] == "○ new"  # the core pack's own exam of that slug does not run
    again = home()
    async with again.run_test(size=NARROW) as pilot:
        await settle(pilot)
        assert list(shown(again))[1] == "Evening exam"
        await press(pilot, "enter")
        await press(pilot, "enter")
        screen = again.screen
        assert isinstance(screen, ExamScreen)
        assert screen.editor.text == PASSING
        await press(pilot, "f10")
        await press(pilot, "enter")
        assert isinstance(again.screen, ReportScreen)
        number = attempt_numbers(again.desk.store)[0]
        attempt = read_attempt(again.desk.store.rows, number)
        assert (attempt.pack, attempt.passed) == ("other@1.0.0", True)
        await press(pilot, "escape")
        assert shown(again)["Evening exam"][-1] == f"● best {attempt.percent:g} %"
        assert shown(again)["Fixed exam"][-1] == "○ new"


async def test_two_packs_with_an_exam_of_one_slug_are_two_rows(home: OpenHome) -> None:
    app = home()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, ExerciseList)
        assert [row.key for row in screen.exams] == ["drawn", "fixed", "other/fixed"]
        screen._go_to("exam other/fixed")
        await press(pilot, "ctrl+l")  # the list is made anew, and the same row is chosen
        chosen = screen.chosen()
        assert isinstance(chosen, ExamRow)
        assert chosen.key == "other/fixed"
