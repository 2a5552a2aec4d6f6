"""Figures, sittings and drills, on attempts of known days."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.exam_pack import write_exam_pack
from tests.practice_data import TODAY, noon, practise
from trainer.content import load_pack
from trainer.session import Store
from trainer.session.drill import DRILL_SECONDS, draw_drill, draw_seed
from trainer.session.figures import read_figures, recall
from trainer.session.history import Try, practices
from trainer.session.repetition import Recall
from trainer.session.shelf import Shelved, shelf
from trainer.session.sittings import IDLE_SECONDS, WorkTime, begin_sitting, count_in, open_sitting


@pytest.fixture
def three(tmp_path: Path) -> tuple[Shelved, ...]:
    """find-shells (quick: spawned_process), find-files (core: open_read, output), find-links (deep: open_read)."""
    pack, _ = load_pack(write_exam_pack(tmp_path / "pack"))
    assert pack is not None
    return tuple(sorted(shelf(pack), key=lambda one: ["find-shells", "find-files", "find-links"].index(one.key)))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "home") as opened:
        yield opened


def test_clean_is_the_first_try_without_help(store: Store, three: tuple[Shelved, ...]) -> None:
    practise(store, "find-shells", 5, True)
    practise(store, "find-files", 4, False, True)
    practise(store, "find-links", 3, True, hints=1)
    figures = read_figures(store, three, TODAY)
    assert [(one.state, one.clean) for one in figures.exercises] == [("passed", True), ("passed", False), ("passed", False)]
    assert (figures.practices, figures.first_tries, figures.attempts) == (3, 2, 4)
    assert [one.practices for one in figures.skills] == [1, 2, 1]


def test_a_look_at_the_solution_is_help(store: Store, three: tuple[Shelved, ...]) -> None:
    practise(store, "find-shells", 5, True, solution=True)
    assert not read_figures(store, three, TODAY).exercises[0].clean


def test_what_is_tried_after_the_pass_changes_nothing(store: Store, three: tuple[Shelved, ...]) -> None:
    practise(store, "find-shells", 5, True, False, False)
    figures = read_figures(store, three, TODAY)
    assert (figures.practices, figures.exercises[0].clean, figures.attempts) == (1, True, 3)


def test_due_again_and_what_is_weak(store: Store, three: tuple[Shelved, ...]) -> None:
    practise(store, "find-shells", 1, True, seconds=60)
    practise(store, "find-files", 0, False, True, seconds=240)
    figures = read_figures(store, three, TODAY)
    assert figures.due_skills == ("spawned_process",)
    assert figures.due_exercises == ("find-shells",)
    assert [one.skill for one in figures.weakest] == ["open_read", "output", "spawned_process"]
    assert [one.pace for one in figures.skills if one.skill == "spawned_process"] == [0.5]
    assert read_figures(store, three, TODAY - timedelta(days=1)).due_skills == ()


def test_streak_and_days(store: Store, three: tuple[Shelved, ...]) -> None:
    for days_ago in (1, 2, 3, 5):
        practise(store, "find-shells", days_ago, True)
    figures = read_figures(store, three, TODAY)
    assert figures.streak == 3
    assert figures.days[-6:] == (1, 0, 1, 1, 1, 0)
    assert read_figures(store, three, TODAY + timedelta(days=1)).streak == 0


def test_tasks_of_graded_exams_count_for_skills_and_not_for_states(store: Store, three: tuple[Shelved, ...]) -> None:
    def task(slug: str, passed: bool, **more: object) -> dict[str, object]:
        return {"exercise": slug, "passed": passed, "edited": True, "problem": "", "seconds": 60.0, **more}

    tasks = [task("find-shells", True), task("find-files", False), task("find-links", False, edited=False)]
    for pack, report in (("small@1.2.0", {"tasks": tasks}), ("other@1.0.0", {"tasks": [task("find-shells", False)]})):
        with store.change() as db:
            db.execute(
                "INSERT INTO exam_attempt (exam, uuid, pack, title, seed, duration, pass_percent, clock, counting, started_at,"
                " elapsed, boot_id, boot_seconds, wall_seconds, current, state, ended_at, report)"
                " VALUES ('e', 'u', ?, '{}', 0, 60, 67, 'running', 1, 100, 60, 'b', 1, 160, 1, 'handed in', ?, ?)",
                (pack, noon(1), json.dumps(report)),
            )
    figures = read_figures(store, three, TODAY)
    assert {one.state for one in figures.exercises} == {"new"}
    assert [(one.skill, one.practices, one.first_tries) for one in figures.skills] == [
        ("spawned_process", 1, 1),
        ("open_read", 1, 0),
        ("output", 1, 0),
    ]
    assert figures.due_skills == ("spawned_process", "open_read", "output")
    assert figures.streak == 1


def test_command_line_attempts_of_one_day_and_variant_are_one_sitting() -> None:
    day = 1_790_000_000.0
    made = [Try("a", day + number, number == 2, 1, 1) for number in range(4)] + [Try("a", day + 9, True, 1, 1, seed=3)]
    assert [(one.tries, one.passed) for one in practices(made)] == [(3, True), (1, True)]


def test_a_sitting_that_was_given_up_is_failed_whatever_comes_after() -> None:
    made = [Try("a", 1.0, False, 1, 1, sitting="s"), Try("a", 2.0, False, 0, 1, sitting="s", gave_up=True)]
    made.append(Try("a", 3.0, True, 1, 1, sitting="s", solution=True))
    (practice,) = practices(made)
    assert (practice.tries, practice.passed, practice.clean, recall(practice)) == (2, False, False, Recall.FAILED)


def test_a_new_sitting_keeps_the_text_of_the_one_before(store: Store) -> None:
    first = begin_sitting(store, "a", 0)
    store.save_draft("a", "half done")
    count_in(store, first.id, seconds=3.0, hints=2, solution=True)
    assert open_sitting(store, "a") == replace(first, seconds=3.0, hints=2, solution=True)
    second = begin_sitting(store, "a", 4)
    assert store.draft("a") is None
    assert store.rows("SELECT text, sitting FROM earlier_draft", ()) == [(b"half done", first.id)]
    assert open_sitting(store, "a") == second
    store.record_attempt("a", "x", {}, 1, 1, True, sitting=second.id, seed=4, pack="p@1")
    newest = open_sitting(store, "a")
    assert newest is not None
    assert newest.passed
    attempt = store.attempts("a")[0]
    assert (attempt.seed, attempt.pack, attempt.sitting) == (4, "p@1", second.id)


def test_a_long_pause_is_not_work() -> None:
    time = WorkTime(100.0)
    time.touch(160.0)
    assert time.take(160.0 + 10 * IDLE_SECONDS) == 60.0 + IDLE_SECONDS
    assert time.take(160.0 + 10 * IDLE_SECONDS) == 0.0


def test_a_drill_is_what_is_due_and_fits(store: Store, three: tuple[Shelved, ...]) -> None:
    nothing = draw_drill(three, read_figures(store, three, TODAY), random.Random(1))
    assert [one.key for one in nothing] == ["find-shells"]
    for slug in ("find-links", "find-files", "find-shells"):
        practise(store, slug, 20, True)
    figures = read_figures(store, three, TODAY)
    assert len(figures.due_exercises) == 3
    drawn = draw_drill(three, figures, random.Random(1))
    assert [one.key for one in drawn] == ["find-shells", "find-files"]
    assert sum(one.exercise.target_seconds for one in drawn) <= DRILL_SECONDS


def test_seeds_are_drawn_from_those_recorded_the_unused_first() -> None:
    chance = random.Random(7)
    used: list[int] = []
    for _ in range(6):
        used.append(draw_seed([0, 2, 5], used, chance))
    assert sorted(used[:3]) == sorted(used[3:]) == [0, 2, 5]
    assert all(one != other for one, other in pairwise(used))
    assert draw_seed([0], [0], chance) == 0
    assert draw_seed([], [], chance) == 0
    assert draw_seed([0], [0], chance, live=True) > 0
