"""Reading mock exams: good ones become data, bad ones diagnostics at their place. Drawing hangs on the seed only, and never fails."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest

from tests.exam_pack import DRAWN, FIXED, write_exam_pack
from trainer.content import (
    BlueprintDraw,
    Exam,
    ExamClock,
    ExamTask,
    Exercise,
    Pack,
    core_pack_folder,
    draw_tasks,
    load_pack,
)
from trainer.content.blueprints import draw_blueprint, impossible_draw
from trainer.diagnostics import Code
from trainer.source import SourceFile


def read(folder: Path) -> Pack:
    pack, found = load_pack(folder)
    assert pack is not None
    assert found == ()
    return pack


def test_good_exams_are_read_whole(tmp_path: Path) -> None:
    drawn, fixed = read(write_exam_pack(tmp_path)).exams
    assert (fixed.slug, fixed.duration_minutes, fixed.pass_percent, fixed.clock) == ("fixed", 10, 67, ExamClock.RUNNING)
    assert fixed.tasks == (ExamTask("find-shells"), ExamTask("find-files", 5))
    assert fixed.title == {"en": "Fixed exam", "ko": "고정 시험"}
    assert fixed.task_count == 2
    assert (drawn.clock, drawn.pass_percent, drawn.seed) == (ExamClock.PAUSED, 67, None)
    assert drawn.blueprint == (
        BlueprintDraw(1, skills=("open_read",)),
        BlueprintDraw(1, difficulties=("core", "quick"), points=4),
    )
    assert drawn.task_count == 2


@pytest.mark.parametrize(
    "text, old, new, words, marked",
    [
        pytest.param(FIXED, "pass_percent: 67", "pass_percant: 67", "no key 'pass_percant'", "pass_percant", id="unknown key"),
        pytest.param(FIXED, "- find-shells", "- find-shels", "no exercise 'find-shels'", "find-shels", id="unknown exercise"),
        pytest.param(FIXED, "exercise: find-files", "exercise: find-shells", "'find-shells' stands here twice", "find-shells", id="task twice"),
        pytest.param(FIXED, "points: 5", "points: 0", "between 1 and 1000", "0", id="points"),
        pytest.param(FIXED, "points: 5", "weight: 5", "no key 'weight'", "weight", id="key of a task"),
        pytest.param(FIXED, "- find-shells", "- [find-shells]", "an item of 'tasks'", "[find-shells]", id="task is a list"),
        pytest.param(FIXED, "tasks:\n  - find-shells\n  - {exercise: find-files, points: 5}", "tasks: []", "must not be empty", "[]", id="no tasks"),
        pytest.param(FIXED, "tasks:\n  - find-shells\n  - {exercise: find-files, points: 5}\n", "", "one of: tasks, blueprint", None, id="neither"),
        pytest.param(FIXED, "tasks:\n", "blueprint: [{count: 1}]\ntasks:\n", "one of: tasks, blueprint", None, id="both"),
        pytest.param(FIXED, "duration_minutes: 10", "duration_minutes: 0", "between 1 and 480", "0", id="duration"),
        pytest.param(FIXED, "pass_percent: 67", "pass_percent: 101", "between 1 and 100", "101", id="percent"),
        pytest.param(FIXED, "clock: running", "clock: ticking", "one of: running, paused", "ticking", id="clock"),
        pytest.param(FIXED, "slug: fixed", "slug: fixd", "the file is fixed.yaml", "fixd", id="slug"),
        pytest.param(FIXED, "uuid: 5b6d", "uuid: zzzz", "not a uuid", "zzzz7a0e-1c53-4f0a-9a38-6a3c6f9f0c01", id="uuid"),
        pytest.param(FIXED, "title: {en: Fixed exam, ko: 고정 시험}", "title: {ko: 고정 시험}", "no en text", "title", id="english"),
        pytest.param(FIXED, "format_version: 1", "format_version: 2", "format_version 2", "2", id="version"),
        pytest.param(DRAWN, "skills: [open_read]", "skills: [open_raed]", "no exercise has the skill 'open_raed'", "open_raed", id="unknown skill"),
        pytest.param(DRAWN, "skills: [open_read]", "domains: [cluster]", "no exercise has the domain 'cluster'", "cluster", id="unknown domain"),
        pytest.param(DRAWN, "[core, quick]", "[core, easy]", "no difficulty 'easy'", "easy", id="unknown difficulty"),
        pytest.param(DRAWN, "count: 1, skills: [open_read]", "count: 3, skills: [open_read]", "wants 3 exercises, and 2 of the pack fit", "3", id="too many"),
        pytest.param(DRAWN, "count: 1, difficulties: [core, quick]", "count: 1, domains: [runtime], skills: [open_read], difficulties: [deep]", "and 0 of the pack fit", "1", id="nothing fits all"),
        pytest.param(DRAWN, "  - {count: 1, skills: [open_read]}\n", "  - {count: 1, skills: [open_read]}\n  - {count: 2, difficulties: [core, deep]}\n", "no exercise is left", "2", id="taken before"),
        pytest.param(DRAWN, "count: 1, skills", "skill", "has no key 'skill'", "skill", id="key of a draw"),
    ],
)  # fmt: skip
def test_a_mistake_is_a_diagnostic_at_its_place(
    tmp_path: Path, text: str, old: str, new: str, words: str, marked: str | None
) -> None:
    assert old in text
    slug = "fixed" if text is FIXED else "drawn"
    pack, found = load_pack(write_exam_pack(tmp_path, **{slug: text.replace(old, new, 1)}))
    hits = [diagnostic for diagnostic in found if words in diagnostic.message]
    assert hits, [diagnostic.message for diagnostic in found]
    assert hits[0].is_error
    assert hits[0].code is Code.TRN_CONTENT
    assert hits[0].span is not None
    assert hits[0].span.file.name.endswith(f"{slug}.yaml")
    if marked is not None:
        assert hits[0].span.text == marked
    assert pack is not None
    assert [exam.slug for exam in pack.exams] == ["drawn" if slug == "fixed" else "fixed"]
    assert len(pack.exercises) == 3


def test_a_typing_mistake_gets_a_suggestion(tmp_path: Path) -> None:
    _, found = load_pack(write_exam_pack(tmp_path, fixed=FIXED.replace("- find-shells", "- find-shels")))
    assert [diagnostic.help for diagnostic in found] == ["did you mean 'find-shells'?"]


def test_an_exercise_with_problems_of_its_own_is_said_to_have_them(tmp_path: Path) -> None:
    write_exam_pack(tmp_path)
    path = tmp_path / "exercises" / "find-files" / "exercise.yaml"
    path.write_text(path.read_text().replace("points: 12", "points: 13"))
    _, found = load_pack(tmp_path)
    assert any("'find-files' cannot be used" in diagnostic.message for diagnostic in found)


def test_two_exams_with_one_uuid(tmp_path: Path) -> None:
    second = FIXED.replace("slug: fixed", "slug: second")
    pack, found = load_pack(write_exam_pack(tmp_path, second=second))
    assert ["exam 'fixed' has the same uuid" in diagnostic.message for diagnostic in found] == [True]
    assert pack is not None
    assert [exam.slug for exam in pack.exams] == ["drawn", "fixed"]


def test_target_times_that_do_not_fit_are_a_warning(tmp_path: Path) -> None:
    pack, found = load_pack(write_exam_pack(tmp_path, fixed=FIXED.replace("duration_minutes: 10", "duration_minutes: 3")))
    assert [(diagnostic.is_error, diagnostic.message) for diagnostic in found] == [
        (False, "the tasks' target times add up to 4 minutes, and the exam has 3")
    ]
    assert pack is not None
    assert len(pack.exams) == 2


def test_a_file_of_another_name_is_a_warning_and_a_hidden_one_is_nothing(tmp_path: Path) -> None:
    write_exam_pack(tmp_path)
    (tmp_path / "exercises" / "exams" / "half.yml").write_text(FIXED)
    (tmp_path / "exercises" / "exams" / ".fixed.yaml.swp").write_text("x")
    _, found = load_pack(tmp_path)
    assert [(diagnostic.is_error, "half.yml is not read" in diagnostic.message) for diagnostic in found] == [(False, True)]


def test_a_fixed_exam_has_its_tasks_in_order_with_their_points(tmp_path: Path) -> None:
    pack = read(write_exam_pack(tmp_path))
    tasks = draw_tasks(pack.exams[1], pack, 7)
    assert [(task.exercise, task.points, task.seed) for task in tasks] == [("find-shells", 10, 0), ("find-files", 5, 0)]


def test_a_seed_draws_the_same_and_other_seeds_draw_others(tmp_path: Path) -> None:
    pack = read(write_exam_pack(tmp_path))
    exam = pack.exams[0]
    draws = [[task.exercise for task in draw_tasks(exam, pack, seed)] for seed in range(30)]
    assert draws == [[task.exercise for task in draw_tasks(exam, pack, seed)] for seed in range(30)]
    assert {tuple(draw) for draw in draws} == {
        ("find-files", "find-shells"), ("find-links", "find-files"), ("find-links", "find-shells")
    }  # fmt: skip
    turned = Pack(**{**{name: getattr(pack, name) for name in pack.__slots__}, "exercises": pack.exercises[::-1]})
    assert [[task.exercise for task in draw_tasks(exam, turned, seed)] for seed in range(1, 30)] == draws[1:]
    assert [task.points for task in draw_tasks(exam, pack, 1)] == [draw_tasks(exam, pack, 1)[0].points, 4]


def exercise(slug: str, difficulty: str, *skills: str) -> Exercise:
    nothing = SourceFile("", "")
    return Exercise(slug, slug, {}, "runtime", skills, difficulty, 60, 10, "", (), (), (), {}, nothing, nothing)


def test_an_early_draw_leaves_a_later_one_what_it_needs() -> None:
    """Whatever the seed: only `b` fits the second draw, so the first may not take it."""
    exercises = [exercise("b", "deep", "x"), exercise("a", "quick", "x")]
    blueprint = (BlueprintDraw(1, skills=("x",)), BlueprintDraw(1, difficulties=("deep",)))
    for seed in range(20):
        assert [one.slug for one, _ in draw_blueprint(blueprint, exercises, seed)] == ["a", "b"]


def test_what_the_reader_calls_possible_is_drawn_by_every_seed_and_the_rest_by_none() -> None:
    """Against trying all ways, on small random blueprints."""
    dice = random.Random(5)
    seen = {True: 0, False: 0}
    for _ in range(150):
        exercises = [
            exercise(f"e{n}", dice.choice(("quick", "core", "deep")), *dice.sample("xyz", dice.randint(1, 2))) for n in range(5)
        ]
        blueprint = tuple(
            BlueprintDraw(
                dice.randint(1, 2),
                skills=tuple(dice.sample("xyz", dice.randint(0, 2))),
                difficulties=tuple(dice.sample(("quick", "core", "deep"), dice.randint(0, 1))),
            )
            for _ in range(dice.randint(1, 3))
        )
        places = [draw for draw in blueprint for _ in range(draw.count)]
        possible = any(
            all(draw.fits(one) for draw, one in zip(places, chosen, strict=True))
            for chosen in itertools.permutations(exercises, len(places))
        )
        seen[possible] += 1
        assert (impossible_draw(blueprint, exercises) is None) is possible
        for seed in range(4):
            drawn = draw_blueprint(blueprint, exercises, seed)
            if possible:
                assert len({one.slug for one, _ in drawn}) == len(places)
                assert all(draw.fits(one) for one, draw in drawn)
            else:
                assert len(drawn) < len(places)
    assert min(seen.values()) > 20


def test_the_core_pack_has_its_exams() -> None:
    pack = read(core_pack_folder())
    exams = {exam.slug: exam for exam in pack.exams}
    assert (exams["full-mock"].duration_minutes, exams["full-mock"].clock) == (120, ExamClock.RUNNING)
    assert (exams["short-drill"].duration_minutes, exams["short-drill"].task_count) == (25, 4)
    assert any(exam.blueprint for exam in exams.values())
    for exam in pack.exams:
        assert set(exam.title) == set(exam.description) == {"en", "ko"}
        assert exam.pass_percent == 67
        for seed in range(5):
            tasks = draw_tasks(exam, pack, seed)
            assert len({task.exercise for task in tasks}) == exam.task_count
            targets = {one.slug: one.target_seconds for one in pack.exercises}
            assert sum(targets[task.exercise] for task in tasks) <= exam.duration_minutes * 60


def test_variants_are_drawn_of_those_that_were_recorded() -> None:
    pack = read(core_pack_folder())
    exam = next(exam for exam in pack.exams if exam.slug == "mock-a")
    variants = {seed: {task.exercise: task.seed for task in draw_tasks(exam, pack, seed)} for seed in range(40)}
    assert {tasks["memory-culprit"] for tasks in variants.values()} == {0, 1, 2}
    assert set(variants[0].values()) == {0}


def test_an_exam_of_another_pack_cannot_be_drawn(tmp_path: Path) -> None:
    from trainer.errors import PackError

    pack = read(write_exam_pack(tmp_path))
    exam = Exam("u", "x", {}, {}, 1, 67, ExamClock.RUNNING, tasks=(ExamTask("gone"),))
    with pytest.raises(PackError, match="'gone'"):
        draw_tasks(exam, pack, 0)


def test_verify_asks_an_exams_texts_for_every_language(tmp_path: Path) -> None:
    from trainer.grading import verify_pack

    text = FIXED.replace("{en: Two tasks., ko: 문제 두 개.}", "{en: Two tasks.}")
    pack, _ = load_pack(write_exam_pack(tmp_path, fixed=text))
    assert pack is not None
    rows = [(row.exercise, row.ok, row.detail) for row in verify_pack(pack).rows if row.exercise.startswith("exam ")]
    assert rows == [("exam drawn", True, ""), ("exam fixed", False, "description (ko)")]
