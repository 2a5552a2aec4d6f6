"""Home, variants, drills, the progress screen and the learner's data, with real keys."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, Static

from tests.exam_pack import write_exam_pack
from tests.practice_data import TODAY, practise
from tests.small_pack import PACK, recording, write_pack
from tests.tui.conftest import NARROW, NO_DOCKER, PASSING, WIDE, run, settle
from trainer.__main__ import main
from trainer.content.variables import draw
from trainer.events import write_recording
from trainer.session import Store
from trainer.session.sittings import open_sitting
from trainer.tui.app import TrainerApp
from trainer.tui.desk import Desk
from trainer.tui.home import Heading
from trainer.tui.screens.exercises import ExerciseList
from trainer.tui.screens.progress import ProgressScreen
from trainer.tui.screens.study import StudyScreen
from trainer.tui.widgets.frame import ProgressLine, TitleBar

OpenHome = Callable[..., TrainerApp]


def app_of(seed: int) -> str:
    return draw({"app": ("web", "shop", "billing")}, seed)["app"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenHome]:
    """Makes an app on a pack with three exercises, two of them practised, and an installed pack."""
    folder = write_exam_pack(tmp_path / "pack")
    recordings = folder / "scenarios" / "shells" / "recordings"
    write_recording(recording(3, app_of(3)), recordings / "seed-3.jsonl")
    monkeypatch.setenv("CKS_TRAINER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("trainer.tui.app.docker_status", lambda: NO_DOCKER)
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    other = write_pack(tmp_path / "home" / "packs" / "other" / "1.0.0", pack=PACK.replace("id: small", "id: other"))
    (other / "installed.json").write_text("{}")
    with Store.open(tmp_path / "home") as store:
        practise(store, "find-shells", 4, True, seconds=75)
        practise(store, "find-files", 0, False, True, seconds=400)
    stores: list[Store] = []

    def make(lang: str = "en") -> TrainerApp:
        desk = Desk.open(folder)
        desk.today = lambda: TODAY
        desk.chance = random.Random(1)
        stores.append(desk.store)
        return TrainerApp(desk, lang)

    yield make
    for store in stores:
        store.close()


def home_of(app: TrainerApp) -> ExerciseList:
    assert isinstance(app.screen, ExerciseList)
    return app.screen


def shown(app: TrainerApp) -> list[str]:
    table = app.screen.query_one(DataTable)
    return [str(table.get_row_at(row)[0]) for row in range(table.row_count)]


def study(app: TrainerApp) -> StudyScreen:
    assert isinstance(app.screen, StudyScreen)
    return app.screen


def title(app: TrainerApp) -> str:
    return str(app.screen.query_one(TitleBar).content)


async def test_home_has_what_is_due_then_skills_exams_and_packs(home: OpenHome) -> None:
    app = home()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        rows = home_of(app).shown
        assert [row.text for row in rows if isinstance(row, Heading)] == [
            "Due today",
            "open_read",
            "Mock exams",
            "Small  other@1.2.0",
        ]
        assert "1 due" in title(app)
        table = app.screen.query_one(DataTable)
        seen = set()
        for key in ["down"] * len(rows) + ["up"] * len(rows) + ["pagedown", "home", "end"]:
            await pilot.press(key)
            seen.add(table.cursor_row)
        assert seen == {number for number, row in enumerate(rows) if not isinstance(row, Heading)}


async def test_words_find_states_skills_and_packs(home: OpenHome) -> None:
    app = home()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        for wanted, found in (("due", 1), ("open_read", 2), ("other", 1), ("shells other", 1), ("복습", 1), ("shells zzz", 0)):
            home_of(app)._filter(wanted)
            await pilot.pause()
            assert len(shown(app)) == found, wanted


async def test_the_order_of_the_list_is_remembered(home: OpenHome) -> None:
    app = home()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        assert "open_read" in shown(app)
        await pilot.press("f4")
        assert "Exercises" in shown(app)
        assert "open_read" not in shown(app)
    again = home()
    async with again.run_test(size=NARROW) as pilot:
        await settle(pilot)
        assert "Exercises" in shown(again)


async def test_an_exercise_of_an_installed_pack_is_graded_under_its_own_name(home: OpenHome) -> None:
    app = home()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await pilot.press(*"other", "enter")
        await settle(pilot)
        study(app).editor.load_text(PASSING)
        await settle(pilot)
        await run(pilot)
        attempt = app.desk.store.attempts("other/find-shells")[0]
        assert (attempt.passed, attempt.pack) == (True, "other@1.2.0")
        assert app.desk.store.attempt_count("find-shells") == 1


async def test_another_variant_begins_afresh_and_keeps_the_text(home: OpenHome) -> None:
    app = home()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await pilot.press(*"find-links", "enter")
        await settle(pilot)
        first = study(app).sitting.seed
        study(app).editor.load_text("# mine")
        await settle(pilot)
        await pilot.press("ctrl+o", "escape")
        assert study(app).editor.text == "# mine"
        await pilot.press("ctrl+o")
        assert "2 variants" in str(app.screen.query_one("#question", Static).content)
        await pilot.press("enter")
        await settle(pilot)
        second = study(app).sitting.seed
        assert {first, second} == {0, 3}
        assert f"variant {second}" in title(app)
        assert study(app).editor.text == study(app).exercise.starter.text
        study(app).editor.load_text(PASSING.replace("web", app_of(second), 2).replace(f"in {app_of(second)}", "in web", 1))
        await settle(pilot)
        await run(pilot)
        attempt = app.desk.store.attempts("find-links")[0]
        assert (attempt.seed, attempt.report["seed"], attempt.passed) == (second, second, True)
        kept = app.desk.store.rows("SELECT text FROM earlier_draft WHERE exercise = 'find-links'", ())
        assert kept == [(b"# mine",)]


async def test_what_was_left_goes_on_with_its_variant_and_its_counts(home: OpenHome) -> None:
    app = home()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await pilot.press(*"find-links", "enter")
        await settle(pilot)
        seed = study(app).sitting.seed
        study(app).editor.load_text("# half")
        await settle(pilot)
        await pilot.press("f4", "h")
        await settle(pilot)
        assert study(app).sitting.hints == 1
    app = home()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        assert shown(app)[0] == "Continue"
        await pilot.press("enter")
        await settle(pilot)
        assert (study(app).exercise.slug, study(app).sitting.seed, study(app).sitting.hints) == ("find-links", seed, 1)
        assert study(app).editor.text == "# half"


async def test_a_look_at_the_solution_is_counted(home: OpenHome) -> None:
    app = home()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await pilot.press(*"due", "enter")  # passed before, so its solution is open
        await settle(pilot)
        assert not study(app).sitting.solution
        await pilot.press("f4", "7")
        await settle(pilot)
        sitting = open_sitting(app.desk.store, "find-shells")
        assert sitting is not None
        assert sitting.solution


async def test_a_drill_draws_what_is_due_with_another_variant(home: OpenHome) -> None:
    app = home()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await pilot.press("f5")
        await settle(pilot)
        assert title(app).startswith("Drill 1/1")
        assert study(app).exercise.slug == "find-shells"
        assert study(app).sitting.seed == 3
        assert study(app).editor.text == study(app).exercise.starter.text
        study(app).editor.load_text(PASSING.replace('"web"', f'"{app_of(3)}"'))
        await settle(pilot)
        await run(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert not home_of(app).drill.left
        messages = [str(note.message) for note in app._notifications]
        assert any("1 of 1 passed" in text for text in messages)


async def test_the_data_goes_out_is_forgotten_and_comes_back(home: OpenHome, tmp_path: Path) -> None:
    app = home()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await pilot.press("f3")
        assert isinstance(app.screen, ProgressScreen)
        await pilot.press("e")
        exported = next((tmp_path / "cwd").glob("cks-trainer-data-*.json"))
        assert len(json.loads(exported.read_text())["tables"]["attempt"]) == 3
        await pilot.press("x", "escape")
        assert app.desk.store.attempt_count("find-files") == 2
        await pilot.press("x", "x")
        await pilot.pause()
        assert app.desk.store.attempt_count("find-files") == 0
        backup = next((tmp_path / "home" / "backups").glob("*.json"))
        assert any(str(backup) in str(note.message) for note in app._notifications)
        await pilot.press("i")
        app.screen.query_one(Input).value = str(exported)
        await pilot.press("enter")
        await pilot.pause()
        assert app.desk.store.attempt_count("find-files") == 2
        await pilot.press("escape")
        assert "Due today" in shown(app)


async def test_a_variant_that_is_not_recorded_says_what_to_do(home: OpenHome) -> None:
    app = home()
    with app.desk.store.change() as db:
        db.execute("INSERT INTO sitting (id, exercise, seed, began_at) VALUES ('live', 'find-links', 77, 1)")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await pilot.press(*"find-links", "enter")
        await settle(pilot)
        await run(pilot)
        shown = str(app.screen.query_one(ProgressLine).content)
        assert "variant 77 is not recorded" in shown
        assert "Ctrl+O" in shown


async def test_work_is_counted_while_the_store_is_in_use_and_written_later(home: OpenHome, tmp_path: Path) -> None:
    app = home()
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await pilot.press(*"find-links", "enter")
        await settle(pilot)
        sitting = study(app).sitting
        with Store.open(tmp_path / "home") as other, other.change():
            sitting._time._seconds += 30.0
            sitting.keep()
        before = open_sitting(app.desk.store, "find-links")
        sitting.keep()
        after = open_sitting(app.desk.store, "find-links")
        assert before is not None
        assert after is not None
        assert before.seconds < 30.0 <= after.seconds


def test_drill_opens_the_tui(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, bool]] = []
    monkeypatch.setattr("trainer.tui.run_tui", lambda **how: asked.append(how) or 0)
    monkeypatch.setattr("sys.stdout", SimpleNamespace(isatty=lambda: True))
    for arguments in (["drill"], []):
        monkeypatch.setattr("sys.argv", ["cks-trainer", *arguments])
        main()
    assert asked == [{"drill": True}, {"drill": False}]


async def test_the_palette_speaks_the_learners_language(home: OpenHome) -> None:
    app = home("ko")
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert titles == ["5분 연습", "학습 기록", "이 문제 초기화", "내 데이터 내보내기", "언어: English", "색 테마", "종료"]
        await pilot.press("ctrl+p")
        await settle(pilot)
        assert app.screen.query_one(Input).placeholder == "명령 찾기…"
        for letter in "기록":
            app.screen.query_one(Input).value += letter
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, ProgressScreen)


SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
LANGUAGES = pytest.mark.parametrize("lang", ["en", "ko"])


@SIZES
@LANGUAGES
def test_home_looks(home: OpenHome, snap_compare: Any, size: tuple[int, int], lang: str) -> None:
    async def prepare(pilot: Pilot[int]) -> None:
        await settle(pilot)

    assert snap_compare(home(lang), terminal_size=size, run_before=prepare)


@SIZES
@LANGUAGES
def test_progress_looks(home: OpenHome, snap_compare: Any, size: tuple[int, int], lang: str) -> None:
    app = home(lang)
    app.desk.store.path = Path("/home/learner/cks-trainer/progress.sqlite3")

    async def prepare(pilot: Pilot[int]) -> None:
        await settle(pilot)
        await pilot.press("f3")
        await settle(pilot)

    assert snap_compare(app, terminal_size=size, run_before=prepare)
