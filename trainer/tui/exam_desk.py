"""Mock exams for the screens, and nothing of Textual: the rows of the list, an open exam with what is not saved yet, exports.

``sheets_of`` and ``grade_ended`` are for worker threads; the rest uses the store and belongs to the UI thread.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from trainer.content import Exam, Pack
from trainer.content.installing import find_installed, load_installed
from trainer.errors import CaptureCancelled, PackError, StoreError
from trainer.grading import ExamReport
from trainer.grading.exam_export import to_csv, to_html, to_markdown
from trainer.grading.exam_texts import minutes
from trainer.session import Store, data_folder
from trainer.session.exam import ExamSession, TaskSheet, attempt_sheets, draw_sheets
from trainer.session.exam_clock import seconds_between
from trainer.session.exam_grading import Told, grade_attempt
from trainer.session.exam_store import (
    ExamAttempt,
    ExamResults,
    ExamState,
    TaskState,
    exam_results,
    read_attempt,
    running_attempt,
)
from trainer.tui.desk import Checked, Desk, check

MAX_SEED = 999_999


@dataclass(frozen=True, slots=True)
class ExamRow:
    """One mock exam of the list, or the attempt that runs, whose pack may be gone."""

    slug: str
    title: Mapping[str, str]
    tasks: int
    minutes: int
    exam: Exam | None
    running: ExamAttempt | None = None
    results: ExamResults | None = None
    pack: Pack | None = None
    """Where an exam of an installed pack comes from; None for the core pack's."""

    @property
    def key(self) -> str:
        """Tells exams of all packs apart."""
        return self.slug if self.pack is None else f"{self.pack.id}/{self.slug}"


def exam_rows(desk: Desk) -> tuple[ExamRow, ...]:
    """The exams of the core pack, then those of the installed ones; the attempt that runs is the first. Raises StoreError."""
    number = running_attempt(desk.store)
    attempt = ExamSession(desk.store, number, desk.clock).look() if number is not None else None
    running = attempt if attempt is not None and attempt.state is ExamState.RUNNING else None
    results = exam_results(desk.store)
    rows = [
        ExamRow(exam.slug, exam.title, exam.task_count, exam.duration_minutes, exam, None, results.get(exam.uuid), pack)
        for pack, exams in ((None, desk.pack.exams), *((pack, pack.exams) for pack in desk.packs))
        for exam in exams
    ]
    if running is None:
        return tuple(rows)
    pack_id = running.pack.partition("@")[0]
    own = next(
        (row for row in rows if row.exam is not None and (row.exam.uuid, (row.pack or desk.pack).id) == (running.uuid, pack_id)),
        None,
    )
    first = ExamRow(
        running.exam,
        running.title,
        len(running.tasks),
        round(running.duration / 60),
        own.exam if own is not None else None,
        running,
        results.get(running.uuid),
        own.pack if own is not None else None,
    )
    return (first, *(row for row in rows if row is not own))


def pack_of(attempt: ExamAttempt, desk: Desk) -> Pack:
    """The pack that an attempt began with. Raises PackError."""
    pack_id = attempt.pack.partition("@")[0]
    if pack_id == desk.pack.id:
        return desk.pack
    folder = data_folder() / "packs"
    try:
        return load_installed(find_installed(folder, attempt.pack))
    except PackError:
        return load_installed(find_installed(folder, pack_id))


@dataclass(frozen=True, slots=True)
class Prepared:
    """What an exam needs before its clock may start or go on."""

    pack: Pack
    sheets: tuple[TaskSheet, ...]
    seed: int


def sheets_of(row: ExamRow, desk: Desk) -> Prepared:
    """Draws a new attempt's tasks, or makes those of the one that runs. Reads files, so a worker calls it. Raises PackError."""
    if row.running is not None:
        pack = pack_of(row.running, desk)
        return Prepared(pack, attempt_sheets(row.running, pack), row.running.seed)
    if row.exam is None:
        raise PackError(f"the exam {row.slug!r} is in no pack", "see those that are: cks-trainer exam list")
    pack = row.pack or desk.pack
    seed = row.exam.seed if row.exam.seed is not None else 1 + secrets.randbelow(MAX_SEED)
    return Prepared(pack, draw_sheets(row.exam, pack, seed), seed)


class OpenExam:
    """An attempt that a screen has open: what the store has of it, and the changes that are not written yet."""

    def __init__(self, desk: Desk, session: ExamSession, prepared: Prepared) -> None:
        self.desk = desk
        self.pack = prepared.pack
        self.sheets = {sheet.number: sheet for sheet in prepared.sheets}
        self.attempt = session.attempt
        self.texts = {sheet.number: dict(sheet.files) for sheet in prepared.sheets}
        """The files of each task, the rules first, as they are in the editor."""
        for draft in session.drafts():
            self.texts[draft.number][draft.file] = draft.text
        self.notes = {task.number: task.note for task in self.attempt.tasks}
        self._session = session
        self._unsaved: dict[tuple[int, str], str] = {}
        self._unsaved_notes: dict[int, str] = {}
        desk.rescue = self._rescue

    @classmethod
    def start(cls, desk: Desk, exam: Exam, prepared: Prepared) -> OpenExam:
        """Starts the clock. Raises ExamError when another attempt runs, and StoreError."""
        session = ExamSession.begin(desk.store, exam, prepared.pack, prepared.sheets, seed=prepared.seed, clock=desk.clock)
        return cls(desk, session, prepared)

    @classmethod
    def resume(cls, desk: Desk, prepared: Prepared) -> OpenExam:
        """Goes on with the attempt that runs. Raises ExamError when none does, and StoreError."""
        return cls(desk, ExamSession.resume(desk.store, desk.clock), prepared)

    # What it is now.

    @property
    def ended(self) -> bool:
        return self.attempt.state is not ExamState.RUNNING

    @property
    def number(self) -> int:
        """Of the task that the learner is at."""
        return self.attempt.current

    @property
    def count(self) -> int:
        return len(self.attempt.tasks)

    @property
    def task(self) -> TaskState:
        return self.attempt.tasks[self.number - 1]

    @property
    def sheet(self) -> TaskSheet:
        return self.sheets[self.number]

    @property
    def left(self) -> float:
        """Seconds, without a look into the store."""
        if self.ended:
            return 0.0
        return max(0.0, self.attempt.seconds_left - seconds_between(self.attempt.reading, self.desk.clock.read()))

    def check(self, number: int, text: str) -> Checked:
        """The live check of one task's rules, for worker threads."""
        return check(self.sheets[number].exercise, text, self.pack)

    # Changes.

    @property
    def unsaved(self) -> bool:
        return bool(self._unsaved or self._unsaved_notes)

    def edit(self, number: int, file: str, text: str) -> None:
        """Takes a text with a key's change in it, before the key is seen. ``flush`` makes it last."""
        self.texts[number][file] = text
        self._unsaved[number, file] = text
        with suppress(StoreError), self.desk.store.lightly():  # flush tries again, and says why not
            self._session.save_draft(number, text, file)

    def note(self, number: int, text: str) -> None:
        self.notes[number] = text
        self._unsaved_notes[number] = text
        with suppress(StoreError), self.desk.store.lightly():
            self._session.note(number, text)

    def flush(self) -> None:
        """Writes what is not written. Raises StoreError, and keeps what it could not write. After the end nothing counts."""
        for (number, file), text in sorted(self._unsaved.items()):
            self._session.save_draft(number, text, file)
            del self._unsaved[number, file]
        for number, text in sorted(self._unsaved_notes.items()):
            self._session.note(number, text)
            del self._unsaved_notes[number]
        self.attempt = self._session.attempt

    def _rescue(self) -> None:
        if self.unsaved:
            self.flush()

    def tick(self) -> None:
        self.attempt = self._session.tick()

    def go_to(self, number: int) -> None:
        self._session.go_to(number)
        self.attempt = self._session.attempt

    def flag(self) -> None:
        """Puts the flag up or takes it down."""
        self._session.flag(self.number, not self.task.flagged)
        self.attempt = self._session.attempt

    def close(self) -> None:
        """Accounts for the time, and brings the files of an attempt that has a folder up to date there."""
        self.tick()
        with suppress(OSError):  # the drafts are safe; the folder is for who goes on without the TUI
            self._session.bring_back()

    def hand_in(self) -> None:
        self.flush()
        self.attempt = self._session.hand_in()


# After the end.


def ended_attempt(desk: Desk, number: int) -> ExamAttempt:
    return read_attempt(desk.store.rows, number)


def grade_ended(attempt: ExamAttempt, desk: Desk, lang: str, on_task: Told, cancel: threading.Event) -> ExamReport:
    """Grades on the recordings, with a store of the calling thread's own. Raises TrainerError; CaptureCancelled after ``cancel``."""

    def told(number: int, count: int, slug: str) -> None:
        if cancel.is_set():
            raise CaptureCancelled("the grading was stopped")
        on_task(number, count, slug)

    pack = pack_of(attempt, desk)
    with Store.open(desk.store.path.parent) as store:
        return grade_attempt(store, attempt.id, pack, lang=lang, on_task=told, cancel=cancel)


def export_report(report: ExamReport, lang: str) -> tuple[Path, list[str]]:
    """Writes the report in every format into the current folder, or into the data folder where that cannot be written.

    The folder, and the names there. A file that is there and is another report stays. Raises OSError.
    """
    texts = {
        "json": json.dumps(report.to_json(), ensure_ascii=False, indent=2) + "\n",
        "csv": to_csv(report, lang),
        "md": to_markdown(report, lang),
        "html": to_html(report, lang),
    }
    folder = Path.cwd()
    if not os.access(folder, os.W_OK):
        folder = data_folder() / "reports"
        folder.mkdir(parents=True, exist_ok=True)
    stem = f"exam-{report.exam}-{report.attempt}"
    for copy in range(1, 1000):
        names = {form: f"{stem}-{copy}.{form}" if copy > 1 else f"{stem}.{form}" for form in texts}
        if all(_is_free(folder / name, texts[form]) for form, name in names.items()):
            break
    for form, name in names.items():
        (folder / name).write_bytes(texts[form].encode("utf-8"))
    return folder, list(names.values())


def _is_free(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode("utf-8")
    except FileNotFoundError:
        return True
    except OSError:
        return False


def clock_text(seconds: float) -> str:
    """The countdown: a second that has begun is still there."""
    return minutes(ceil(seconds - 1e-6))
