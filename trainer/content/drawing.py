"""The tasks of one attempt at an exam: which exercises, for how many points, and which variant of each."""

from __future__ import annotations

from pathlib import Path

from trainer.content.blueprints import draw_blueprint, seeded_number
from trainer.content.exam_model import DrawnTask, Exam
from trainer.content.loader import recordings_by_seed
from trainer.content.model import Exercise, Pack
from trainer.errors import PackError


def draw_tasks(exam: Exam, pack: Pack, seed: int) -> tuple[DrawnTask, ...]:
    """The tasks in their order. The same seed draws the same; seed 0 takes the first exercises that fit, and first variants.

    Only variants that were recorded are drawn, so every task can be graded without Docker. Raises PackError when the exam asks
    for exercises that the pack does not have.
    """
    known = {exercise.slug: exercise for exercise in pack.exercises}
    missing = [task.exercise for task in exam.tasks if task.exercise not in known]
    if exam.tasks:
        drawn = [(known[task.exercise], task.points) for task in exam.tasks if task.exercise in known]
    else:
        drawn = [(exercise, draw.points) for exercise, draw in draw_blueprint(exam.blueprint, pack.exercises, seed)]
    if len(drawn) < exam.task_count:
        lacks = f"exercise {missing[0]!r}" if missing else "enough exercises that fit"
        raise PackError(f"exam {exam.slug!r} cannot be drawn: the pack has not {lacks}", "run: cks-trainer pack lint")
    return tuple(
        DrawnTask(exercise.slug, exercise.points if points is None else points, _variant(exercise, pack.folder, seed))
        for exercise, points in drawn
    )


def _variant(exercise: Exercise, folder: Path, seed: int) -> int:
    recorded = list(recordings_by_seed(folder / "scenarios" / exercise.scenario))
    if not seed or not recorded:
        return 0
    return recorded[seeded_number(seed, f"variant of {exercise.slug}") % len(recorded)]
