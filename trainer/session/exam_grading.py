"""Grading an attempt that has ended: every task with what was saved of it, once."""

from __future__ import annotations

import threading
from collections.abc import Callable

from trainer.content import Exercise, Pack
from trainer.errors import CaptureCancelled, DockerUnavailable, ExamError, ImageMissing, TrainerError
from trainer.grading import LEARNER_FILE, ExamReport, ExamTaskResult, GradeReport, Submission, grade, task_result
from trainer.session.exam import task_sheet
from trainer.session.exam_store import (
    Draft,
    ExamState,
    TaskState,
    keep_report,
    kept_report,
    read_attempt,
    read_drafts,
)
from trainer.session.store import Store
from trainer.source import SourceFile

Told = Callable[[int, int, str], None]
"""Called before each task with its number, how many there are, and its exercise's slug."""


def exam_report(store: Store, attempt: int) -> ExamReport | None:
    """The stored report; None when the attempt was not graded yet, or when something in it could not be graded."""
    kept = kept_report(store, attempt)
    report = ExamReport.from_json(kept) if kept is not None else None
    return report if report is not None and report.is_complete else None


def grade_attempt(
    store: Store,
    attempt: int,
    pack: Pack,
    *,
    live: bool = False,
    lang: str = "en",
    on_task: Told | None = None,
    cancel: threading.Event | None = None,
) -> ExamReport:
    """Grades an attempt that has ended and stores the report. Blocks; the store's thread must call it.

    A task that cannot be graded is in the report with its problem, and costs no points. Raises ExamError when the attempt runs,
    CaptureCancelled when ``cancel`` is set, and DockerUnavailable or ImageMissing when ``live`` is asked for and cannot be.
    """
    state = read_attempt(store.rows, attempt)
    if state.state is ExamState.RUNNING or state.ended_at is None:
        raise ExamError(f"attempt {attempt} has not ended", "hand it in first: cks-trainer exam resume --finish")
    drafts = read_drafts(store.rows, attempt)
    results = []
    for task in state.tasks:
        if on_task is not None:
            on_task(task.number, len(state.tasks), task.exercise)
        results.append(_grade_task(task, [draft for draft in drafts if draft.number == task.number], pack, live, lang, cancel))
    report = ExamReport(
        exam=state.exam,
        title=state.title,
        attempt=state.id,
        seed=state.seed,
        started_at=state.started_at,
        ended_at=state.ended_at,
        ended=state.state.value,
        duration=state.duration,
        elapsed=state.elapsed,
        pass_percent=state.pass_percent,
        language=lang,
        tasks=tuple(results),
    )
    kept = report.to_json()
    keep_report(store, attempt, kept, report.percent, report.passed)
    # As it is read from now on: it is kept with rounded times, and the first look must not show others.
    return ExamReport.from_json(kept)


def _grade_task(
    task: TaskState, drafts: list[Draft], pack: Pack, live: bool, lang: str, cancel: threading.Event | None
) -> ExamTaskResult:
    exercise = next((one for one in pack.exercises if one.slug == task.exercise), None)

    def result(filled: Exercise, report: GradeReport | None, problem: str = "") -> ExamTaskResult:
        return task_result(
            filled,
            report,
            number=task.number,
            points=task.points,
            seed=task.seed,
            seconds=task.seconds,
            edited=task.edited,
            problem=problem,
        )

    if exercise is None:
        return result(_gone(task.exercise), None, f"the pack {pack.id} {pack.version} has no exercise {task.exercise!r}")
    texts = {draft.file: draft.text for draft in drafts}
    rules = SourceFile(LEARNER_FILE, texts.pop(LEARNER_FILE, ""))
    try:
        sheet = task_sheet(pack, task.number, task.exercise, task.points, task.seed)
        report = grade(
            exercise,
            Submission({LEARNER_FILE: rules}, texts),
            pack.base_rules,
            live=live,
            seed=task.seed,
            pack=pack,
            lang=lang,
            cancel=cancel,
        )
    except (CaptureCancelled, DockerUnavailable, ImageMissing):
        raise
    except TrainerError as error:
        return result(exercise, None, error.message)
    return result(sheet.exercise, report)


def _gone(slug: str) -> Exercise:
    """Stands in the report for an exercise that the pack does not have any more."""
    nothing = SourceFile(slug, "")
    return Exercise("", slug, {"en": slug}, "", (), "core", 0, 0, "", (), (), (), {}, nothing, nothing)
