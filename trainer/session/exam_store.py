"""Exam attempts in the progress store: rows to data and back. When time passes, and what that means, is trainer.session.exam's."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from trainer.content import Exam, ExamClock
from trainer.errors import ExamError
from trainer.session.exam_clock import Reading
from trainer.session.store import Store, to_bytes, to_text

Rows = Callable[[str, tuple[object, ...]], list[Any]]


class ExamState(StrEnum):
    RUNNING = "running"
    HANDED_IN = "handed in"
    TIME_OVER = "time over"


@dataclass(frozen=True, slots=True)
class TaskState:
    """One task of an attempt, as far as the learner has come."""

    number: int
    """From 1, in the exam's order."""
    exercise: str
    """Slug."""
    points: int
    seed: int
    """Variant of the exercise's scenario."""
    flagged: bool
    note: str
    seconds: float
    """Spent on this task."""
    edited: bool
    """Some file differs from what the task began with."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One file of one task, as it was saved last."""

    number: int
    """Of the task."""
    file: str
    text: str = field(repr=False)
    saved_at: float
    """Seconds since the epoch, as the wall clock said."""
    starter: str
    """Digest of what the task began with."""
    seen: str
    """Digest of what the file in the attempt's folder held when it was read or written last."""


@dataclass(frozen=True, slots=True)
class ExamAttempt:
    """One attempt at an exam as it was saved last. Times are in seconds; moments are seconds since the epoch."""

    id: int
    exam: str
    """Slug."""
    uuid: str
    """Of the exam."""
    pack: str
    """``ID@VERSION`` of the pack that it began with."""
    title: Mapping[str, str]
    seed: int
    duration: float
    pass_percent: int
    clock: ExamClock
    counting: bool
    """Time counts while no program has the attempt open."""
    started_at: float
    elapsed: float
    """At ``reading``; at most ``duration``."""
    reading: Reading = field(repr=False)
    current: int
    """Number of the task that the learner is at."""
    state: ExamState
    ended_at: float | None
    folder: Path | None
    """Where the files lie that the learner edits; None when the drafts are edited by a program."""
    tasks: tuple[TaskState, ...]
    percent: float | None = None
    """None until graded."""
    passed: bool | None = None

    @property
    def seconds_left(self) -> float:
        """At ``reading``."""
        return max(0.0, self.duration - self.elapsed)


@dataclass(frozen=True, slots=True)
class NewTask:
    """What an attempt begins with."""

    exercise: str
    points: int
    seed: int
    files: Mapping[str, str]
    """Names to texts."""


def digest(text: str) -> str:
    """Tells two texts of a file apart."""
    return hashlib.sha256(to_bytes(text)).hexdigest()


def insert_attempt(
    db: sqlite3.Connection,
    exam: Exam,
    tasks: Sequence[NewTask],
    *,
    pack: str,
    seed: int,
    reading: Reading,
    folder: Path | None,
    counting: bool,
) -> int:
    """A new attempt that runs from ``reading`` on; its number. Raises ExamError when another one runs."""
    running = db.execute("SELECT id, exam FROM exam_attempt WHERE state = 'running'").fetchone()
    if running is not None:
        raise ExamError(
            f"attempt {running[0]} at the exam {running[1]!r} is running",
            "go on with it: cks-trainer exam resume; or hand it in: cks-trainer exam resume --finish",
        )
    cursor = db.execute(
        "INSERT INTO exam_attempt (exam, uuid, pack, title, seed, duration, pass_percent, clock, counting, started_at, elapsed,"
        " boot_id, boot_seconds, wall_seconds, current, state, folder)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, 1, 'running', ?)",
        (
            *(exam.slug, exam.uuid, pack, json.dumps(dict(exam.title)), seed, exam.duration_minutes * 60.0, exam.pass_percent),
            *(exam.clock.value, counting, reading.wall_seconds, reading.boot_id, reading.boot_seconds, reading.wall_seconds),
            None if folder is None else str(folder),
        ),
    )
    attempt = int(cursor.lastrowid or 0)
    for number, task in enumerate(tasks, 1):
        db.execute(
            "INSERT INTO exam_task (attempt, number, exercise, points, seed) VALUES (?, ?, ?, ?, ?)",
            (attempt, number, task.exercise, task.points, task.seed),
        )
        for name, text in task.files.items():
            made = digest(text)
            db.execute(
                "INSERT INTO exam_draft VALUES (?, ?, ?, ?, ?, ?, ?)",
                (attempt, number, name, to_bytes(text), reading.wall_seconds, made, made),
            )
    return attempt


def write_draft(db: sqlite3.Connection, attempt: int, number: int, file: str, text: str, at: float, seen: str | None) -> None:
    """Saves one file. ``seen`` None: the folder's file is as it was. A file that the task did not begin with began empty."""
    db.execute(
        "INSERT INTO exam_draft VALUES (?1, ?2, ?3, ?4, ?5, ?6, coalesce(?7, ?6))"
        " ON CONFLICT DO UPDATE SET text = ?4, saved_at = ?5, seen = coalesce(?7, seen)",
        (attempt, number, file, to_bytes(text), at, digest(""), seen),
    )


def write_time(
    db: sqlite3.Connection, attempt: int, elapsed: float, reading: Reading, seconds: Mapping[int, float], counting: bool
) -> None:
    """Saves how much time has passed, and on which tasks."""
    db.execute(
        "UPDATE exam_attempt SET elapsed = ?, boot_id = ?, boot_seconds = ?, wall_seconds = ?, counting = ? WHERE id = ?",
        (elapsed, reading.boot_id, reading.boot_seconds, reading.wall_seconds, counting, attempt),
    )
    for number, more in seconds.items():
        db.execute("UPDATE exam_task SET seconds = seconds + ? WHERE attempt = ? AND number = ?", (more, attempt, number))


def write_end(db: sqlite3.Connection, attempt: int, state: ExamState, at: float) -> None:
    db.execute("UPDATE exam_attempt SET state = ?, ended_at = ? WHERE id = ?", (state.value, at, attempt))


def running_attempt(store: Store) -> int | None:
    """Number of the attempt that runs, as far as the store knows: its time may have ended since."""
    rows = store.rows("SELECT id FROM exam_attempt WHERE state = 'running'", ())
    return int(rows[0][0]) if rows else None


def attempt_numbers(store: Store) -> tuple[int, ...]:
    """Of all attempts, the newest first."""
    return tuple(row[0] for row in store.rows("SELECT id FROM exam_attempt ORDER BY id DESC", ()))


@dataclass(frozen=True, slots=True)
class ExamResults:
    """What was reached in one exam, over all its attempts."""

    attempts: int
    best: float | None
    """Percent; None before the first grading."""
    passed: bool
    newest: int | None
    """Of the attempts that have ended."""
    newest_graded: bool


def exam_results(store: Store) -> dict[str, ExamResults]:
    """By the exam's uuid."""
    found = store.rows(
        "SELECT uuid, count(*), max(percent), max(passed), max(CASE WHEN state != 'running' THEN id END) FROM exam_attempt GROUP BY uuid",
        (),
    )
    ungraded = {row[0] for row in store.rows("SELECT id FROM exam_attempt WHERE state != 'running' AND percent IS NULL", ())}
    return {
        uuid: ExamResults(count, best, bool(passed), newest, newest not in ungraded)
        for uuid, count, best, passed, newest in found
    }


def read_attempt(rows: Rows, attempt: int) -> ExamAttempt:
    """Raises ExamError when there is no such attempt."""
    found = rows(
        "SELECT id, exam, uuid, pack, title, seed, duration, pass_percent, clock, counting, started_at, elapsed, boot_id,"
        " boot_seconds, wall_seconds, current, state, ended_at, folder, percent, passed FROM exam_attempt WHERE id = ?",
        (attempt,),
    )
    if not found:
        raise ExamError(f"there is no exam attempt {attempt}", "see those that are: cks-trainer exam list")
    row = found[0]
    edited = {
        number
        for number, text, starter in rows("SELECT number, text, starter FROM exam_draft WHERE attempt = ?", (attempt,))
        if digest(to_text(text)) != starter
    }
    tasks = tuple(
        TaskState(number, exercise, points, seed, bool(flagged), to_text(note), seconds, number in edited)
        for number, exercise, points, seed, flagged, note, seconds in rows(
            "SELECT number, exercise, points, seed, flagged, note, seconds FROM exam_task WHERE attempt = ? ORDER BY number",
            (attempt,),
        )
    )
    return ExamAttempt(
        *(row[0], row[1], row[2], row[3], json.loads(row[4]), row[5], row[6], row[7], ExamClock(row[8]), bool(row[9])),
        *(row[10], row[11], Reading(row[12], row[13], row[14]), row[15], ExamState(row[16]), row[17]),
        *(None if row[18] is None else Path(row[18]), tasks, row[19], None if row[20] is None else bool(row[20])),
    )


def read_drafts(rows: Rows, attempt: int) -> tuple[Draft, ...]:
    """Every file of an attempt, by task and name."""
    found = rows(
        "SELECT number, file, text, saved_at, starter, seen FROM exam_draft WHERE attempt = ? ORDER BY number, file", (attempt,)
    )
    return tuple(Draft(number, file, to_text(text), at, starter, seen) for number, file, text, at, starter, seen in found)


def keep_report(store: Store, attempt: int, report: Mapping[str, Any], percent: float, passed: bool) -> None:
    """Stores what an attempt was graded with."""
    with store.change() as db:
        db.execute(
            "UPDATE exam_attempt SET report = ?, percent = ?, passed = ? WHERE id = ?",
            (json.dumps(report), percent, passed, attempt),
        )


def kept_report(store: Store, attempt: int) -> Mapping[str, Any] | None:
    """What ``keep_report`` stored; None when the attempt was not graded yet."""
    rows = store.rows("SELECT report FROM exam_attempt WHERE id = ?", (attempt,))
    report: Mapping[str, Any] | None = json.loads(rows[0][0]) if rows and rows[0][0] is not None else None
    return report
