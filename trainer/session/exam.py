"""An exam attempt: its clock, its drafts, and its end. Each change is one transaction that first accounts for the time.

Several processes may have the same attempt open, and any of them may be killed at any moment: what counts is in the store, and
each second is counted once, by whoever comes first. What changes an attempt returns False, and changes nothing, when it has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from trainer.content import Exam, ExamClock, Exercise, Pack, draw_tasks, fill_exercise
from trainer.errors import ExamError, PackError
from trainer.grading import LEARNER_FILE, scenario_of
from trainer.session.exam_clock import Clock, SystemClock, seconds_between
from trainer.session.exam_folder import FolderFile, bring_back, collect
from trainer.session.exam_store import (
    Draft,
    ExamAttempt,
    ExamState,
    NewTask,
    digest,
    insert_attempt,
    read_attempt,
    read_drafts,
    running_attempt,
    write_draft,
    write_end,
    write_time,
)
from trainer.session.store import Store, to_bytes

Change = Callable[[Connection, ExamAttempt], None]


@dataclass(frozen=True, slots=True)
class TaskSheet:
    """What a learner gets for one task of an attempt."""

    number: int
    """From 1."""
    exercise: Exercise
    """With the variables of the attempt's variant put in."""
    points: int
    seed: int
    files: dict[str, str]
    """Every file that the learner may hand in, with the text that it begins with."""


def task_sheet(pack: Pack, number: int, slug: str, points: int, seed: int) -> TaskSheet:
    """Raises PackError when the pack does not have the exercise any more."""
    exercise = next((one for one in pack.exercises if one.slug == slug), None)
    if exercise is None:
        raise PackError(
            f"the pack {pack.id!r} has no exercise {slug!r}", "install the version of the pack that the exam began with"
        )
    filled = fill_exercise(exercise, scenario_of(exercise, seed, pack).variables)
    files = {LEARNER_FILE: filled.starter.text}
    for criterion in filled.criteria:
        name = {"answer": criterion.params.get("file"), "config": "falco.yaml"}.get(criterion.kind)
        if name is not None:
            files[str(name)] = ""
    files |= {name: file.text for name, file in filled.starter_answers.items()}
    return TaskSheet(number, filled, points, seed, files)


def draw_sheets(exam: Exam, pack: Pack, seed: int) -> tuple[TaskSheet, ...]:
    """The tasks of a new attempt. Raises PackError."""
    drawn = draw_tasks(exam, pack, seed)
    return tuple(task_sheet(pack, number, task.exercise, task.points, task.seed) for number, task in enumerate(drawn, 1))


def attempt_sheets(attempt: ExamAttempt, pack: Pack) -> tuple[TaskSheet, ...]:
    """The tasks of an attempt that was begun. Raises PackError."""
    return tuple(task_sheet(pack, task.number, task.exercise, task.points, task.seed) for task in attempt.tasks)


class ExamSession:
    """One attempt, open in this process. Methods raise StoreError; the session belongs to the store's thread."""

    def __init__(self, store: Store, attempt: int, clock: Clock | None = None) -> None:
        """Opens nothing and counts nothing: see ``begin``, ``resume`` and ``look``."""
        self._store = store
        self._clock = clock or SystemClock()
        self.number = attempt
        self.problems: list[str] = []
        """Sentences about files of the folder that could not be read at the last look."""

    @classmethod
    def begin(
        cls,
        store: Store,
        exam: Exam,
        pack: Pack,
        sheets: Sequence[TaskSheet],
        *,
        seed: int,
        clock: Clock | None = None,
        folder: Path | None = None,
        counting: bool = False,
    ) -> ExamSession:
        """Starts the clock. ``counting``: time counts also while no program has the attempt open, as it always does where the
        exam's clock is a running one. Raises ExamError when another attempt runs.
        """
        clock = clock or SystemClock()
        if (running := running_attempt(store)) is not None:
            cls(store, running, clock).look()  # its time may be over
        tasks = [NewTask(sheet.exercise.slug, sheet.points, sheet.seed, sheet.files) for sheet in sheets]
        with store.change() as db:
            number = insert_attempt(
                db,
                exam,
                tasks,
                pack=f"{pack.id}@{pack.version}",
                seed=seed,
                reading=clock.read(),
                folder=folder,
                counting=counting or exam.clock is ExamClock.RUNNING,
            )
        return cls(store, number, clock)

    @classmethod
    def resume(
        cls, store: Store, clock: Clock | None = None, *, counting: bool = False, folder: Path | None = None
    ) -> ExamSession:
        """The attempt that runs, or whose time ended unseen, with what was changed in its folder. The time since it was open
        counts where its clock ran on. ``folder``: where its folder is now, when it was moved.

        Raises ExamError when no attempt runs.
        """
        number = running_attempt(store)
        if number is None:
            raise ExamError("no exam is running", "begin one: cks-trainer exam start EXAM; see the exams: cks-trainer exam list")
        session = cls(store, number, clock)
        session._settle(opening=True, collecting=True, counting=counting, folder=folder)
        return session

    @property
    def attempt(self) -> ExamAttempt:
        """As saved last; ``look`` and ``tick`` bring its time up to date."""
        return read_attempt(self._store.rows, self.number)

    def drafts(self) -> tuple[Draft, ...]:
        """Every file of every task, as saved last."""
        return read_drafts(self._store.rows, self.number)

    def tick(self) -> ExamAttempt:
        """Counts the time since the last reading; for a program that has the attempt open, every few seconds."""
        return self._settle()

    def look(self) -> ExamAttempt:
        """The attempt now, for who has it not open: an attempt whose clock stands still is left alone."""
        attempt = self.attempt
        return self._settle() if attempt.counting and attempt.state is ExamState.RUNNING else attempt

    def save_draft(self, number: int, text: str, file: str = LEARNER_FILE) -> bool:
        """Saves one file of one task."""

        def save(db: Connection, attempt: ExamAttempt) -> None:
            write_draft(db, attempt.id, number, file, text, self._clock.read().wall_seconds, None)

        return self._change(save)

    def flag(self, number: int, flagged: bool = True) -> bool:
        """Marks a task to come back to."""

        def save(db: Connection, attempt: ExamAttempt) -> None:
            db.execute("UPDATE exam_task SET flagged = ? WHERE attempt = ? AND number = ?", (flagged, attempt.id, number))

        return self._change(save)

    def note(self, number: int, text: str) -> bool:
        """Keeps the learner's note on a task."""

        def save(db: Connection, attempt: ExamAttempt) -> None:
            db.execute("UPDATE exam_task SET note = ? WHERE attempt = ? AND number = ?", (to_bytes(text), attempt.id, number))

        return self._change(save)

    def go_to(self, number: int) -> bool:
        """From now on time is spent on this task. Raises ExamError when there is no such task."""
        if number not in [task.number for task in self.attempt.tasks]:
            raise ExamError(f"the exam has no task {number}", f"tasks: 1 to {len(self.attempt.tasks)}")

        def save(db: Connection, attempt: ExamAttempt) -> None:
            db.execute("UPDATE exam_attempt SET current = ? WHERE id = ?", (number, attempt.id))

        return self._change(save)

    def collect(self) -> ExamAttempt:
        """Saves what was changed in the attempt's folder."""
        return self._settle(collecting=True)

    def bring_back(self) -> int:
        """Writes to the folder what is missing there; how many files. Raises OSError."""
        attempt = self.attempt
        if attempt.folder is None or attempt.state is not ExamState.RUNNING:
            return 0
        written = bring_back(attempt.folder, attempt.tasks, self.drafts())
        if written:
            with self._store.change() as db:
                for draft in written:
                    db.execute(
                        "UPDATE exam_draft SET seen = ? WHERE attempt = ? AND number = ? AND file = ?",
                        (digest(draft.text), attempt.id, draft.number, draft.file),
                    )
        return len(written)

    def pause(self) -> ExamAttempt:
        """Stops the clock until the next ``resume``. Raises ExamError where the exam's clock runs on."""
        if self.attempt.clock is ExamClock.RUNNING:
            raise ExamError(
                "this exam's clock cannot be stopped: it runs on, as in the exam", "hand in with: exam resume --finish"
            )
        return self._settle(collecting=True, counting=False)

    def hand_in(self) -> ExamAttempt:
        """Ends the attempt with what is saved and in the folder now. An attempt whose time is over stays as it was then."""

        def end(db: Connection, attempt: ExamAttempt) -> None:
            write_end(db, attempt.id, ExamState.HANDED_IN, self._clock.read().wall_seconds)

        return self._settle(end, collecting=True)

    def _change(self, change: Change) -> bool:
        return self._settle(change).state is ExamState.RUNNING

    def _settle(
        self,
        change: Change | None = None,
        *,
        collecting: bool = False,
        opening: bool = False,
        counting: bool | None = None,
        folder: Path | None = None,
    ) -> ExamAttempt:
        """Counts the time, ends the attempt when it is over, and otherwise makes one change; the attempt after it.

        When the time is over, a file of the folder counts when it was saved before the deadline; otherwise its last saved draft.
        """
        with self._store.change() as db:

            def rows(query: str, values: tuple[object, ...]) -> list[Any]:
                return db.execute(query, values).fetchall()

            attempt = read_attempt(rows, self.number)
            if attempt.state is not ExamState.RUNNING:
                return attempt
            now = self._clock.read()  # in the transaction, which may have waited for another process
            spent = 0.0 if opening and not attempt.counting else seconds_between(attempt.reading, now)
            left = attempt.duration - attempt.elapsed
            over = spent >= left
            end = now.wall_seconds - max(0.0, spent - left)
            spent = min(spent, left)
            files: list[FolderFile] = []
            if folder is not None:
                db.execute("UPDATE exam_attempt SET folder = ? WHERE id = ?", (str(folder), attempt.id))
            place = folder or attempt.folder
            if place is not None and (collecting or over):
                files, self.problems = collect(place, attempt.tasks, read_drafts(rows, self.number))
            files = [file for file in files if not over or file.changed_at <= end]
            for file in files:
                write_draft(db, attempt.id, file.number, file.file, file.text, now.wall_seconds, digest(file.text))
            shares, current = share_seconds(spent, end, files, attempt.current)
            if current != attempt.current:
                db.execute("UPDATE exam_attempt SET current = ? WHERE id = ?", (current, attempt.id))
            keeps_counting = attempt.counting if counting is None else counting or attempt.clock is ExamClock.RUNNING
            write_time(db, attempt.id, attempt.duration if over else attempt.elapsed + spent, now, shares, keeps_counting)
            if over:
                write_end(db, attempt.id, ExamState.TIME_OVER, end)
            elif change is not None:
                change(db, attempt)
            return read_attempt(rows, self.number)


def share_seconds(spent: float, end: float, saves: Sequence[FolderFile], current: int) -> tuple[dict[int, float], int]:
    """Seconds by task of the last ``spent`` seconds before ``end``, and the task that the learner is at now.

    Who works in a folder does not say at which task: the time up to each save went to the task that was saved, the rest to the
    last of them. Without saves all of it went to the ``current`` one.
    """
    start = at = end - spent
    shares: dict[int, float] = {}
    for save in sorted(saves, key=lambda one: one.changed_at):
        moment = min(max(save.changed_at, at), end)
        shares[save.number] = shares.get(save.number, 0.0) + moment - at
        at, current = moment, save.number
    if saves:
        shares[current] = shares.get(current, 0.0) + end - at
    else:
        shares[current] = end - start
    return shares, current
