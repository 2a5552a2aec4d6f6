"""Where a learner's work lives: drafts, attempts and states in one SQLite file that several processes may share.

The folder is ``CKS_TRAINER_HOME`` or the platform's data folder. WAL lets readers go on while one process writes; a draft is
one row written in one transaction, so a crash leaves the old text or the new one. Texts are kept as bytes: a file that is not
UTF-8 comes back as it was.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any

import platformdirs

from trainer.errors import StoreError
from trainer.session.exam_schema import EXAM_SCHEMA
from trainer.session.practice_schema import GIVEN_UP_SCHEMA, PRACTICE_SCHEMA

_BUSY_SECONDS = 10.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS draft (
    exercise TEXT NOT NULL, file TEXT NOT NULL, text BLOB NOT NULL, saved_at REAL NOT NULL, PRIMARY KEY (exercise, file)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS attempt (
    id INTEGER PRIMARY KEY, exercise TEXT NOT NULL, at REAL NOT NULL, seconds REAL, score INTEGER NOT NULL,
    max_score INTEGER NOT NULL, passed INTEGER NOT NULL,
    hints INTEGER NOT NULL DEFAULT 0, rules BLOB NOT NULL, report TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS attempt_exercise ON attempt (exercise, id);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_MIGRATIONS = (_SCHEMA, EXAM_SCHEMA, PRACTICE_SCHEMA, GIVEN_UP_SCHEMA)
"""What makes each version of the store from the one before it. Only ever added to."""
_VERSION = len(_MIGRATIONS)
_MAIN_FILE = "falco_rules.local.yaml"


class ExerciseState(StrEnum):
    NEW = "new"
    TRIED = "tried"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Attempt:
    id: int
    exercise: str
    at: float
    """Seconds since the epoch."""
    score: int
    max_score: int
    passed: bool
    rules: str = field(repr=False)
    """The learner's file as it was graded."""
    report: Mapping[str, Any] = field(repr=False)
    seconds: float | None = None
    """How long the learner had worked on it."""
    hints: int = 0
    """How many hints had been read."""
    solution: bool = False
    """The reference solution had been looked at before it was passed."""
    seed: int = 0
    """Variant of the exercise's scenario."""
    pack: str | None = None
    """``ID@VERSION``; None for attempts of the first versions."""
    sitting: str | None = None
    """Which of the learner's sittings it belongs to; None for the command line's."""
    gave_up: bool = False
    """Nothing was graded: the learner gave up, to see the solution."""


def data_folder() -> Path:
    """Folder of the store; not made yet."""
    chosen = os.environ.get("CKS_TRAINER_HOME")
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_data_dir("cks-trainer", appauthor=False))


def cache_folder() -> Path:
    """Folder of what can be made again: it may be removed at any time."""
    return data_folder() / "cache"


class Store:
    """The progress store. Every method may raise StoreError; use it as a context manager or call ``close``.

    One Store belongs to the thread that opened it.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self.path = path

    @classmethod
    def open(cls, folder: Path | None = None) -> Store:
        folder = folder or data_folder()
        path = folder / "progress.sqlite3"
        connection: sqlite3.Connection | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
            _prepare(connection, path)
        except (OSError, sqlite3.Error) as error:
            if connection is not None:
                connection.close()
            raise _clear(error, path) from error
        except StoreError:
            if connection is not None:
                connection.close()
            raise
        return cls(connection, path)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def save_draft(self, exercise: str, text: str, file: str = _MAIN_FILE) -> None:
        with self.change() as db:
            db.execute(
                "INSERT INTO draft VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET text = excluded.text, saved_at = excluded.saved_at",
                (exercise, file, to_bytes(text), time.time()),
            )

    def draft(self, exercise: str, file: str = _MAIN_FILE) -> str | None:
        """The text that was saved last; None when there is none."""
        rows = self.rows("SELECT text FROM draft WHERE exercise = ? AND file = ?", (exercise, file))
        return to_text(rows[0][0]) if rows else None

    def drop_draft(self, exercise: str, file: str = _MAIN_FILE) -> None:
        with self.change() as db:
            db.execute("DELETE FROM draft WHERE exercise = ? AND file = ?", (exercise, file))

    def record_attempt(
        self,
        exercise: str,
        rules: str,
        report: Mapping[str, Any],
        score: int,
        max_score: int,
        passed: bool,
        *,
        seconds: float | None = None,
        hints: int = 0,
        solution: bool = False,
        seed: int = 0,
        pack: str | None = None,
        sitting: str | None = None,
        gave_up: bool = False,
    ) -> int:
        """Keeps one graded attempt, or with ``gave_up`` that there is none; its number. A sitting in which it passed is passed with it."""
        with self.change() as db:
            if sitting is not None and passed:
                db.execute("UPDATE sitting SET passed = 1 WHERE id = ?", (sitting,))
            cursor = db.execute(
                "INSERT INTO attempt"
                " (exercise, at, seconds, score, max_score, passed, hints, rules, report, solution, seed, pack, sitting,"
                " gave_up) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    exercise,
                    time.time(),
                    seconds,
                    score,
                    max_score,
                    passed,
                    hints,
                    to_bytes(rules),
                    json.dumps(report),
                    *(solution, seed, pack, sitting, gave_up),
                ),
            )
            return int(cursor.lastrowid or 0)

    def attempts(self, exercise: str, limit: int = 100) -> tuple[Attempt, ...]:
        """The newest first."""
        rows = self.rows(
            "SELECT id, exercise, at, score, max_score, passed, rules, report, seconds, hints, solution, seed, pack,"
            " sitting, gave_up FROM attempt"
            " WHERE exercise = ? ORDER BY id DESC LIMIT ?",
            (exercise, limit),
        )
        found = []
        for number, name, at, score, top, passed, rules, report, seconds, hints, solution, seed, pack, sitting, up in rows:
            made = (number, name, at, score, top, bool(passed), to_text(rules), json.loads(report))
            found.append(Attempt(*made, seconds, hints, bool(solution), seed, pack, sitting, bool(up)))
        return tuple(found)

    def attempt_count(self, exercise: str) -> int:
        return int(self.rows("SELECT count(*) FROM attempt WHERE exercise = ?", (exercise,))[0][0])

    def exercise_state(self, exercise: str) -> ExerciseState:
        return self.states([exercise])[exercise]

    def states(self, exercises: list[str]) -> dict[str, ExerciseState]:
        """State of each exercise: passed once is passed for good; a draft alone does not count as tried."""
        best = dict(self.rows("SELECT exercise, max(passed) FROM attempt GROUP BY exercise", ()))
        words = {None: ExerciseState.NEW, 0: ExerciseState.TRIED, 1: ExerciseState.PASSED}
        return {exercise: words[best.get(exercise)] for exercise in exercises}

    def setting(self, name: str) -> str | None:
        rows = self.rows("SELECT value FROM setting WHERE name = ?", (name,))
        return rows[0][0] if rows else None

    def set_setting(self, name: str, value: str) -> None:
        with self.change() as db:
            db.execute("INSERT INTO setting VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (name, value))

    def rows(self, query: str, values: tuple[object, ...]) -> list[Any]:
        """All rows of one query, as they are now."""
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise _clear(error, self.path) from error

    @contextmanager
    def lightly(self) -> Iterator[None]:
        """For each key that is pressed: changes made inside outlast the process, but not yet a power cut, and wait for nobody.

        A change outside, of anything, makes them last. They raise StoreError at once where another program is writing.
        """
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {int(_BUSY_SECONDS * 1000)}")
            self._db.execute("PRAGMA synchronous = FULL")

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """One transaction. IMMEDIATE, so that a second writer waits at the start instead of failing in the middle."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise _clear(error, self.path) from error


def to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def to_text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    version = _known_version(db, path)
    db.execute(f"PRAGMA busy_timeout = {int(_BUSY_SECONDS * 1000)}")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    if version < _VERSION:
        # Two processes may come here at once: the second waits, and then finds everything made.
        db.execute("BEGIN IMMEDIATE")
        for schema in _MIGRATIONS[_known_version(db, path) :]:
            for statement in schema.split(";"):
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {_VERSION}")
        db.execute("COMMIT")


def _known_version(db: sqlite3.Connection, path: Path) -> int:
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > _VERSION:
        raise StoreError(
            f"{path} was written by a newer cks-trainer (store version {version}, this one knows {_VERSION})",
            "upgrade cks-trainer, or point CKS_TRAINER_HOME at another folder",
        )
    return version


def _clear(error: Exception, path: Path) -> StoreError:
    """The sentence for people, and what to do next."""
    elsewhere = "or set CKS_TRAINER_HOME to another folder"
    name = getattr(error, "sqlite_errorname", "") or ""
    text = str(error)
    if isinstance(error, PermissionError) or name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
        return StoreError(f"progress cannot be kept: {path} cannot be written", f"make {path.parent} writable, {elsewhere}")
    if name.startswith("SQLITE_FULL") or getattr(error, "errno", None) == 28:
        return StoreError(f"progress cannot be kept: the disk of {path} is full", f"free some space, {elsewhere}")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreError(f"{path} is in use by another program", "close it and try again")
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return StoreError(f"{path} is damaged", f"move the file away to start afresh, {elsewhere}")
    if name.startswith("SQLITE_IOERR"):
        return StoreError(f"progress cannot be kept: {path}: input/output error", f"check the disk, {elsewhere}")
    if isinstance(error, OSError):
        return StoreError(
            f"progress cannot be kept: {path.parent}: {error.strerror or text}",
            f"check that this folder can be made, {elsewhere}",
        )
    return StoreError(f"progress cannot be kept in {path}: {text}", elsewhere)
