"""Sittings: a learner at one variant of one exercise, from its starter until it is left behind for another variant.

What is counted for an attempt (time, hints, a look at the solution) is counted here, in the store, so that closing the program
or killing it between two attempts loses none of it. The newest sitting of an exercise is the one that is open.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from trainer.session.store import Store

IDLE_SECONDS = 300.0
"""A pause in which nothing is done counts for no more than this."""
_COLUMNS = (
    "id, exercise, seed, began_at, seconds, hints, solution, passed, EXISTS (SELECT 1 FROM attempt"
    " WHERE attempt.exercise = sitting.exercise AND attempt.sitting = sitting.id AND attempt.gave_up)"
)


@dataclass(frozen=True, slots=True)
class Sitting:
    id: str
    exercise: str
    seed: int
    """Variant of the exercise's scenario."""
    began_at: float
    """Seconds since the epoch."""
    seconds: float = 0.0
    """Worked on it so far."""
    hints: int = 0
    """Hints that were read."""
    solution: bool = False
    """The reference solution was looked at before it was passed."""
    passed: bool = False
    gave_up: bool = False
    """The learner gave up, and has seen the solution."""

    @property
    def over(self) -> bool:
        """What is tried in it from now on says nothing new."""
        return self.passed or self.gave_up


class WorkTime:
    """How long somebody works: the time between two signs of life, of which a long pause counts as IDLE_SECONDS."""

    def __init__(self, now: float) -> None:
        """``now``, as everywhere here: seconds of a clock that only goes forward."""
        self._last = now
        self._seconds = 0.0

    def touch(self, now: float) -> None:
        """A sign of life."""
        self._seconds += min(max(0.0, now - self._last), IDLE_SECONDS)
        self._last = now

    def take(self, now: float) -> float:
        """The seconds since they were taken last."""
        self.touch(now)
        seconds, self._seconds = self._seconds, 0.0
        return seconds


def open_sitting(store: Store, exercise: str) -> Sitting | None:
    """The newest sitting of an exercise. Raises StoreError."""
    rows = store.rows(f"SELECT {_COLUMNS} FROM sitting WHERE exercise = ? ORDER BY began_at DESC, id LIMIT 1", (exercise,))
    return _sitting(rows[0]) if rows else None


def open_sittings(store: Store) -> dict[str, Sitting]:
    """The newest sitting of every exercise that has one. Raises StoreError."""
    rows = store.rows(f"SELECT {_COLUMNS} FROM sitting ORDER BY began_at, id DESC", ())
    return {row[1]: _sitting(row) for row in rows}


def begin_sitting(store: Store, exercise: str, seed: int, *, keep_drafts: bool = False, passed: bool = False) -> Sitting:
    """A new sitting. The texts of the one before are put aside, or with ``keep_drafts`` are this one's. Raises StoreError."""
    sitting = Sitting(secrets.token_hex(12), exercise, seed, time.time(), passed=passed)
    before = open_sitting(store, exercise)
    with store.change() as db:
        if not keep_drafts:
            db.execute(
                "INSERT OR IGNORE INTO earlier_draft (exercise, file, saved_at, text, sitting)"
                " SELECT exercise, file, saved_at, text, ? FROM draft WHERE exercise = ?",
                (before.id if before is not None else None, exercise),
            )
            db.execute("DELETE FROM draft WHERE exercise = ?", (exercise,))
        db.execute(
            "INSERT INTO sitting (id, exercise, seed, began_at, passed) VALUES (?, ?, ?, ?, ?)",
            (sitting.id, exercise, seed, sitting.began_at, passed),
        )
    return sitting


def count_in(store: Store, sitting: str, *, seconds: float = 0.0, hints: int = 0, solution: bool = False) -> None:
    """Adds to what a sitting has: seconds, and hints that were read since. Raises StoreError."""
    with store.change() as db:
        db.execute(
            "UPDATE sitting SET seconds = seconds + ?, hints = hints + ?, solution = max(solution, ?) WHERE id = ?",
            (seconds, hints, solution, sitting),
        )


def _sitting(row: tuple[str, str, int, float, float, int, int, int, int]) -> Sitting:
    return Sitting(*row[:6], bool(row[6]), bool(row[7]), bool(row[8]))
