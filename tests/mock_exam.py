"""Answers to the core pack's exam ``mock-a`` and what they must earn: by the word of the pack, without the grader and its report.

The pack says what each decoy fails, and what each criterion needs; a reference fails nothing, and a starter does nothing but load.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.report_figures import Criterion, Figures, Group, percent
from trainer.content import Exercise, Pack
from trainer.grading import LEARNER_FILE, Submission, grade
from trainer.session.exam import TaskSheet
from trainer.source import SourceFile

SLUG, TITLE, SECONDS, PASS_PERCENT = "mock-a", "Mock exam A", 120 * 60, 67
BROKEN_STARTERS = ("yaml-repair",)
"""Exercises whose starter does not even load."""


@dataclass(frozen=True)
class Answer:
    """The files of one task as the learner leaves them."""

    files: Mapping[str, str]
    fails: frozenset[str]
    """Criteria that fail by themselves, not because of others that they need."""


def reference(sheet: TaskSheet) -> Answer:
    own = sheet.exercise
    return Answer({LEARNER_FILE: own.reference.text} | _texts(own.reference_answers), frozenset())


def decoy(sheet: TaskSheet, name: str) -> Answer:
    one = next(one for one in sheet.exercise.decoys if one.name == name)
    answers = {**sheet.exercise.reference_answers, **one.answers}
    return Answer({LEARNER_FILE: one.file.text} | _texts(answers), frozenset(one.fails))


def starter(sheet: TaskSheet) -> Answer:
    return useless(sheet, sheet.files[LEARNER_FILE], loads=sheet.exercise.slug not in BROKEN_STARTERS)


def useless(sheet: TaskSheet, text: str, *, loads: bool) -> Answer:
    """Rules that at best load, beside files as the task gives them."""
    fails = frozenset(one.id for one in sheet.exercise.criteria if one.kind != "loads" or not loads)
    return Answer({**sheet.files, LEARNER_FILE: text}, fails)


def _texts(files: Mapping[str, SourceFile]) -> dict[str, str]:
    return {name: file.text for name, file in files.items()}


def criteria_of(sheet: TaskSheet, answer: Answer) -> tuple[Criterion, ...]:
    """Outcome, points and possible points of each criterion, in the exercise's order."""
    found: dict[str, Criterion] = {}
    for one in sheet.exercise.criteria:
        if any(found[need][0] != "passed" for need in one.needs):
            found[one.id] = ("skipped", 0, one.points)
        elif one.id in answer.fails:
            found[one.id] = ("failed", 0, one.points)
        else:
            found[one.id] = ("passed", one.points, one.points)
    assert sum(whole for _, _, whole in found.values()) == sheet.points  # the exam weighs its tasks as the exercises do
    return tuple(found.values())


def graded_alone(sheet: TaskSheet, answer: Answer, pack: Pack) -> tuple[Criterion, ...]:
    """What the grader says of one answer outside of any exam."""
    exercise = next(one for one in pack.exercises if one.slug == sheet.exercise.slug)
    submission = Submission.of_rules(
        answer.files[LEARNER_FILE], {name: text for name, text in answer.files.items() if name != LEARNER_FILE}
    )
    report = grade(exercise, submission, pack.base_rules, pack=pack, seed=sheet.seed, live=False)
    return tuple((one.outcome.value, one.points, one.max_points) for one in report.criteria)


def figures_of(sheets: Mapping[int, TaskSheet], answers: Mapping[int, Answer], times: Mapping[int, str]) -> Figures:
    """Every figure that the report must have. ``times``: spent on each task, as people read it."""
    criteria = {number: criteria_of(sheet, answers[number]) for number, sheet in sheets.items()}
    won = {number: sum(points for _, points, _ in found) for number, found in criteria.items()}
    whole = {number: sum(points for _, _, points in found) for number, found in criteria.items()}

    def groups(names_of: Callable[[Exercise], Sequence[str]]) -> dict[str, Group]:
        made: dict[str, Group] = {}
        for name in dict.fromkeys(name for sheet in sheets.values() for name in names_of(sheet.exercise)):
            own = [number for number, sheet in sheets.items() if name in names_of(sheet.exercise)]
            points, most = sum(won[number] for number in own), sum(whole[number] for number in own)
            made[name] = (percent(points, most), points, most, sum(won[number] == whole[number] for number in own), len(own))
        return made

    total, most = sum(won.values()), sum(whole.values())
    return Figures(
        percent=percent(total, most),
        won=total,
        whole=most,
        passed=100 * total >= PASS_PERCENT * most,
        tasks={number: (won[number], whole[number]) for number in sheets},
        times=times,
        skills=groups(lambda exercise: exercise.skills),
        difficulties=groups(lambda exercise: (exercise.difficulty,)),
        criteria=criteria,
    )
