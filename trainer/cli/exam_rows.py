"""Exams and attempts as rows, for the lists and for scripts."""

from __future__ import annotations

from collections.abc import Sequence

from trainer.cli.exam_names import NamedExam, named_exams
from trainer.content import Pack
from trainer.session.exam import ExamSession
from trainer.session.exam_store import ExamAttempt, ExamState, attempt_numbers, read_attempt, running_attempt
from trainer.session.store import Store

Row = dict[str, object]


def all_attempts(store: Store) -> tuple[ExamAttempt, ...]:
    """The newest first, the running one with its time as it is now."""
    if (running := running_attempt(store)) is not None:
        ExamSession(store, running).look()
    return tuple(read_attempt(store.rows, number) for number in attempt_numbers(store))


def attempt_row(attempt: ExamAttempt) -> Row:
    """One attempt, as ``exam list --json`` and ``progress --json`` show it."""
    return {
        "attempt": attempt.id,
        "exam": attempt.exam,
        "pack": attempt.pack,
        "seed": attempt.seed,
        "state": attempt.state.value,
        "clock": attempt.clock.value,
        "paused": attempt.state is ExamState.RUNNING and not attempt.counting,
        "started_at": attempt.started_at,
        "ended_at": attempt.ended_at,
        "elapsed_seconds": round(attempt.elapsed, 1),
        "seconds_left": round(attempt.seconds_left, 1) if attempt.state is ExamState.RUNNING else 0.0,
        "percent": attempt.percent,
        "passed": attempt.passed,
        "folder": None if attempt.folder is None else str(attempt.folder),
    }


def exam_rows(packs: Sequence[Pack], attempts: Sequence[ExamAttempt]) -> list[Row]:
    """Every exam of the packs, core pack first, with what was reached in it: as ``list --json`` and ``exam list --json`` show it."""
    return [_exam_row(one, attempts) for one in named_exams(packs)]


def _exam_row(named: NamedExam, attempts: Sequence[ExamAttempt]) -> Row:
    exam = named.exam
    own = [attempt for attempt in attempts if attempt.uuid == exam.uuid]
    percents = [attempt.percent for attempt in own if attempt.percent is not None]
    if any(attempt.state is ExamState.RUNNING for attempt in own):
        state = "running"
    elif not own:
        state = "new"
    else:
        state = "passed" if any(attempt.passed for attempt in own) else "tried"
    return {
        "name": named.name,
        "slug": exam.slug,
        "uuid": exam.uuid,
        "pack": named.pack.id,
        "title": dict(exam.title),
        "description": dict(exam.description),
        "duration_minutes": exam.duration_minutes,
        "pass_percent": exam.pass_percent,
        "clock": exam.clock.value,
        "tasks": exam.task_count,
        "drawn": bool(exam.blueprint),
        "state": state,
        "attempts": len(own),
        "best_percent": max(percents, default=None),
    }
