"""The learner at one variant of an exercise: which variant it is, and what is counted for the attempt. Belongs to the UI thread."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from trainer.content import Exercise, recordings_by_seed
from trainer.content.seeds import variables_of
from trainer.errors import StoreError
from trainer.grading import GradeReport
from trainer.session import ExerciseState
from trainer.session.drill import draw_seed
from trainer.session.sittings import Sitting, WorkTime, begin_sitting, count_in, open_sitting
from trainer.tui.desk import Desk, answer_files

KEEP_SECONDS = 10.0
"""Work that a kill may leave uncounted."""


class OpenSitting:
    def __init__(self, desk: Desk, sitting: Sitting) -> None:
        self.desk = desk
        self.seed = sitting.seed
        self.exercise = desk.variant(sitting.exercise, sitting.seed)
        self.passed, self.gave_up = sitting.passed, sitting.gave_up
        self._sitting = sitting
        self.hints, self.solution, self._seconds = sitting.hints, sitting.solution, sitting.seconds
        self._time = WorkTime(time.monotonic())
        self._kept = time.monotonic()
        self._uncounted = 0.0
        """Seconds that are not in the store yet."""
        desk.seeds[sitting.exercise] = sitting.seed

    @classmethod
    def open(cls, desk: Desk, exercise: Exercise, fresh: bool = False) -> OpenSitting:
        """Goes on with the sitting that is open. A new variant begins with ``fresh``, and when the exercise is due again.

        A store that cannot be written does not keep anybody from practising: saving the first draft tells it.
        """
        key = exercise.slug
        try:
            return cls(desk, _sitting(desk, exercise, fresh))
        except StoreError:
            return cls(desk, Sitting("", key, desk.seeds.get(key, 0), time.time()))

    @property
    def variants(self) -> int:
        """How many there are to draw from; 0 for any number."""
        return 0 if _any_seed(self.desk, self.exercise) else max(1, len(_recorded(self.desk, self.exercise)))

    def touch(self) -> None:
        """A sign of life: the time until now was work."""
        now = time.monotonic()
        self._time.touch(now)
        if now - self._kept >= KEEP_SECONDS:
            self.keep()

    def keep(self) -> None:
        """Counts the time in the store, as ``Desk.type`` keeps a key: what cannot be written now is written with the next."""
        self._kept = time.monotonic()
        seconds = self._time.take(self._kept)
        self._seconds += seconds
        self._uncounted += seconds
        with suppress(StoreError), self.desk.store.lightly():
            count_in(self.desk.store, self._sitting.id, seconds=self._uncounted)
            self._uncounted = 0.0

    def hint(self, count: int) -> None:
        """So many hints are on the screen. Raises StoreError."""
        if not self.passed and count > self.hints:
            more, self.hints = count - self.hints, count
            count_in(self.desk.store, self._sitting.id, hints=more)

    def saw_solution(self) -> None:
        """The solution is on the screen. Raises StoreError."""
        if not self.passed and not self.solution:
            self.solution = True
            count_in(self.desk.store, self._sitting.id, solution=True)

    def record(self, rules: str, report: GradeReport) -> None:
        """Keeps a graded attempt. Raises StoreError."""
        self.passed = self.passed or report.passed
        self._record(rules, report.to_json(), report.score, report.max_score, report.passed, seed=report.seed)

    def give_up(self, rules: str) -> None:
        """Keeps that the learner gave up, after which the solution may be seen. Raises StoreError."""
        self._record(rules, {}, 0, self.exercise.points, False, seed=self.seed, gave_up=True)
        self.gave_up = True

    def _record(
        self, rules: str, report: Mapping[str, Any], score: int, most: int, passed: bool, *, seed: int, gave_up: bool = False
    ) -> None:
        self.keep()
        pack = self.desk.shelved(self.exercise).pack
        self.desk.store.record_attempt(
            *(self.exercise.slug, rules, report, score, most, passed),
            seconds=self._seconds,
            hints=self.hints,
            solution=self.solution,
            seed=seed,
            pack=f"{pack.id}@{pack.version}",
            sitting=self._sitting.id or None,
            gave_up=gave_up,
        )


def _sitting(desk: Desk, exercise: Exercise, fresh: bool) -> Sitting:
    key, store = exercise.slug, desk.store
    there = open_sitting(store, key)
    if there is None and not fresh:
        state = store.exercise_state(key)
        if state is not ExerciseState.NEW or any(store.draft(key, name) is not None for name in desk.texts(exercise)):
            # Begun with the command line, or with a version that knew no sittings.
            there = begin_sitting(store, key, 0, keep_drafts=True, passed=state is ExerciseState.PASSED)
    if there is not None and not fresh:
        if not (there.over and _is_due(desk, exercise, there)):
            return there
    used = [row[0] for row in store.rows("SELECT seed FROM sitting WHERE exercise = ? ORDER BY began_at", (key,))]
    seed = draw_seed(_recorded(desk, exercise), used, desk.chance, live=_any_seed(desk, exercise))
    return begin_sitting(store, key, seed)


def _is_due(desk: Desk, exercise: Exercise, sitting: Sitting) -> bool:
    figures = desk.figures()
    own = figures.of(exercise.slug)
    if own is not None and own.due:
        return True
    return sitting.gave_up and not set(exercise.skills).isdisjoint(figures.due_skills)


def _recorded(desk: Desk, exercise: Exercise) -> list[int]:
    return list(recordings_by_seed(desk.shelved(exercise).pack.folder / "scenarios" / exercise.scenario))


def _any_seed(desk: Desk, exercise: Exercise) -> bool:
    """Live containers, and audit events that are made anew, have every variant; where the scenario has variables at all.

    Where files are asked for that come from the node, only recorded ones are drawn: the node's shell works on the recording.
    """
    if not (exercise.is_given or desk.live_now) or answer_files(exercise):
        return False
    return bool(variables_of(desk.shelved(exercise).pack.folder / "scenarios" / exercise.scenario))
