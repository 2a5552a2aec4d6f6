"""What was practised: every attempt without its texts, and the attempts of a sitting taken together.

Pure but for ``read_tries`` and ``exam_practices``, which read the store.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from trainer.session.store import Store


@dataclass(frozen=True, slots=True)
class Try:
    """One graded attempt. Moments are seconds since the epoch."""

    exercise: str
    at: float
    passed: bool
    score: int
    max_score: int
    seconds: float | None = None
    """Worked in the sitting until then; None where nobody measured."""
    hints: int = 0
    solution: bool = False
    seed: int = 0
    sitting: str | None = None
    gave_up: bool = False


@dataclass(frozen=True, slots=True)
class Practice:
    """The attempts of one sitting until the first that passed, or until the learner gave up; what is tried after that says nothing new."""

    exercise: str
    ended_at: float
    """When it was passed, or tried last."""
    tries: int
    passed: bool
    seconds: float | None = None
    helped: bool = False
    """With hints, or after a look at the solution."""
    exam: bool = False

    @property
    def first_try(self) -> bool:
        return self.passed and self.tries == 1

    @property
    def clean(self) -> bool:
        """Passed at the first try, without hints and without the solution."""
        return self.first_try and not self.helped

    @property
    def day(self) -> date:
        """In the local calendar."""
        return day_of(self.ended_at)


def day_of(at: float) -> date:
    """The local day of a moment."""
    return date.fromtimestamp(at)


def read_tries(store: Store) -> tuple[Try, ...]:
    """Every attempt, the oldest first. Raises StoreError."""
    rows = store.rows(
        "SELECT exercise, at, passed, score, max_score, seconds, hints, solution, seed, sitting, gave_up FROM attempt ORDER BY at, id",
        (),
    )
    return tuple(
        Try(exercise, at, bool(passed), score, top, seconds, hints, bool(solution), seed, sitting, bool(up))
        for exercise, at, passed, score, top, seconds, hints, solution, seed, sitting, up in rows
    )


def practices(tries: Iterable[Try]) -> tuple[Practice, ...]:
    """In the order in which they ended. Attempts without a sitting (the command line's) go together by variant and day."""
    groups: dict[tuple[str, object], list[Try]] = {}
    for one in sorted(tries, key=lambda one: one.at):
        group = groups.setdefault((one.exercise, one.sitting or (one.seed, day_of(one.at))), [])
        if not group or not (group[-1].passed or group[-1].gave_up):
            group.append(one)
    found = [
        Practice(exercise, last.at, len(group), last.passed, last.seconds, last.hints > 0 or last.solution)
        for (exercise, _), group in groups.items()
        for last in group[-1:]
    ]
    return tuple(sorted(found, key=lambda one: one.ended_at))


def exam_practices(store: Store, core: str) -> tuple[Practice, ...]:
    """The graded tasks of mock exams on which something was written, one try each; ``core`` is the core pack's id. Raises StoreError."""
    found = []
    rows = store.rows(
        "SELECT pack, started_at, ended_at, report FROM exam_attempt WHERE report IS NOT NULL ORDER BY started_at", ()
    )
    for pack, started, ended, report in rows:
        pack_id = pack.partition("@")[0]
        for task in json.loads(report).get("tasks", ()):
            if task["passed"] or (task["edited"] and not task["problem"]):
                key = task["exercise"] if pack_id == core else f"{pack_id}/{task['exercise']}"
                found.append(Practice(key, ended or started, 1, task["passed"], task["seconds"], exam=True))
    return tuple(found)
