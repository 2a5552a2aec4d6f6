"""A learner's progress in figures, made from what was practised. Pure: the command line and the TUI show the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

from trainer.session.history import Practice, Try, day_of, exam_practices, practices, read_tries
from trainer.session.repetition import TOP, Box, Recall, boxes
from trainer.session.shelf import Shelved
from trainer.session.store import ExerciseState, Store

DAYS_SHOWN = 28
WEAKEST = 3


@dataclass(frozen=True, slots=True)
class ExerciseFigures:
    key: str
    state: ExerciseState
    clean: bool
    """Passed at a first try, without hints and without the solution, at least once."""
    due: bool
    """Passed before, and one of its skills is due again."""
    attempts: int
    practices: int
    first_tries: int
    """Of the practices: passed at the first try."""
    best_seconds: float | None
    """Least time to a pass that was measured."""
    last_seconds: float | None
    target_seconds: int


@dataclass(frozen=True, slots=True)
class SkillFigures:
    skill: str
    level: int
    """Its box, 1 to TOP; 0 when nothing that trains it was tried."""
    due_on: date | None
    due: bool
    practices: int
    first_tries: int
    pace: float | None
    """Median of time taken by target time, over what was passed."""

    @property
    def first_try_rate(self) -> float | None:
        return self.first_tries / self.practices if self.practices else None


@dataclass(frozen=True, slots=True)
class Figures:
    today: date
    exercises: tuple[ExerciseFigures, ...]
    """In the order of the shelf."""
    skills: tuple[SkillFigures, ...]
    """In the order in which the shelf names them first."""
    practices: int
    first_tries: int
    attempts: int
    seconds: float
    """Worked in all sittings, as far as it was measured."""
    streak: int
    """Days in a row with practice, until today or yesterday."""
    days: tuple[int, ...]
    """Attempts on each of the last DAYS_SHOWN days, today last."""

    @property
    def first_try_rate(self) -> float | None:
        return self.first_tries / self.practices if self.practices else None

    @property
    def due_skills(self) -> tuple[str, ...]:
        """The longest due first."""
        due = sorted((one for one in self.skills if one.due), key=lambda one: one.due_on or self.today)
        return tuple(one.skill for one in due)

    @property
    def due_exercises(self) -> tuple[str, ...]:
        """Keys, in the order of the shelf."""
        return tuple(one.key for one in self.exercises if one.due)

    @property
    def weakest(self) -> tuple[SkillFigures, ...]:
        """Skills that were tried and are not on top: lowest box, then fewest first tries, then slowest."""
        tried = [one for one in self.skills if one.practices and one.level < TOP]
        return tuple(sorted(tried, key=lambda one: (one.level, one.first_try_rate or 0.0, -(one.pace or 0.0)))[:WEAKEST])

    def of(self, key: str) -> ExerciseFigures | None:
        return next((one for one in self.exercises if one.key == key), None)

    def to_json(self) -> dict[str, Any]:
        """As ``progress --json`` shows it."""
        return {
            "today": self.today.isoformat(),
            "exercises": [{"slug": one.key, **_plain(one, "key")} for one in self.exercises],
            "skills": [{**_plain(one), "top_level": TOP, "first_try_rate": _rounded(one.first_try_rate)} for one in self.skills],
            "due_today": {"skills": list(self.due_skills), "exercises": list(self.due_exercises)},
            "weakest_skills": [one.skill for one in self.weakest],
            "practices": self.practices,
            "first_tries": self.first_tries,
            "first_try_rate": _rounded(self.first_try_rate),
            "attempts": self.attempts,
            "seconds": round(self.seconds, 1),
            "streak_days": self.streak,
            "days": list(self.days),
        }


def read_figures(store: Store, shelf: Sequence[Shelved], today: date | None = None) -> Figures:
    """The figures as they are now. The shelf's first exercise is the core pack's. Raises StoreError."""
    core = shelf[0].pack.id if shelf else ""
    seconds = store.rows("SELECT coalesce(sum(seconds), 0) FROM sitting", ())[0][0]
    return figures(shelf, read_tries(store), exam_practices(store, core), today or date.today(), seconds)


def figures(
    shelf: Sequence[Shelved], tries: Sequence[Try], exams: Iterable[Practice], today: date, seconds: float = 0.0
) -> Figures:
    """``exams``: tasks of mock exams; they count for skills, time and first tries, not for an exercise's state."""
    alone = practices(tries)
    done = tuple(sorted((*alone, *exams), key=lambda one: one.ended_at))
    skills_of = {one.key: one.exercise.skills for one in shelf}
    found = boxes((skill, recall(one), one.day) for one in done for skill in skills_of.get(one.exercise, ()))
    due = {skill for skill, box in found.items() if box.is_due(today)}
    by_exercise: dict[str, list[Practice]] = {}
    for practice in alone:
        by_exercise.setdefault(practice.exercise, []).append(practice)
    attempts: dict[str, int] = {}
    days: dict[date, int] = {}
    for one in tries:
        attempts[one.exercise] = attempts.get(one.exercise, 0) + 1
        days[day_of(one.at)] = days.get(day_of(one.at), 0) + 1
    for practice in done:
        if practice.exam:
            days[practice.day] = days.get(practice.day, 0) + 1
    ever = {one.exercise for one in tries if one.passed}
    return Figures(
        today,
        tuple(
            _exercise(one, by_exercise.get(one.key, []), attempts.get(one.key, 0), one.key in ever, due, today) for one in shelf
        ),
        _skills(shelf, done, found, today),
        len(done),
        sum(practice.first_try for practice in done),
        len(tries),
        seconds,
        _streak(days, today),
        tuple(days.get(today - timedelta(days=back), 0) for back in range(DAYS_SHOWN - 1, -1, -1)),
    )


def recall(practice: Practice) -> Recall:
    """What a practice says about the skills that it trains."""
    if practice.clean:
        return Recall.CLEAN
    return Recall.HELPED if practice.passed else Recall.FAILED


def _exercise(one: Shelved, done: Sequence[Practice], attempts: int, passed: bool, due: set[str], today: date) -> ExerciseFigures:
    times = [practice.seconds for practice in done if practice.passed and practice.seconds is not None]
    state = ExerciseState.PASSED if passed else ExerciseState.TRIED if attempts else ExerciseState.NEW
    return ExerciseFigures(
        one.key,
        state,
        any(practice.clean for practice in done),
        passed and bool(due.intersection(one.exercise.skills)),
        attempts,
        len(done),
        sum(practice.first_try for practice in done),
        min(times, default=None),
        times[-1] if times else None,
        one.exercise.target_seconds,
    )


def _skills(
    shelf: Sequence[Shelved], done: Sequence[Practice], found: Mapping[str, Box], today: date
) -> tuple[SkillFigures, ...]:
    exercises = {one.key: one.exercise for one in shelf}
    names = dict.fromkeys(skill for one in shelf for skill in one.exercise.skills)
    own: dict[str, list[Practice]] = {name: [] for name in names}
    for practice in done:
        for skill in exercises[practice.exercise].skills if practice.exercise in exercises else ():
            own[skill].append(practice)
    rows = []
    for name in names:
        box = found.get(name)
        paces = [
            practice.seconds / exercises[practice.exercise].target_seconds
            for practice in own[name]
            if practice.passed and practice.seconds is not None and exercises[practice.exercise].target_seconds
        ]
        rows.append(
            SkillFigures(
                name,
                box.level if box is not None else 0,
                box.due if box is not None else None,
                box is not None and box.is_due(today),
                len(own[name]),
                sum(practice.first_try for practice in own[name]),
                median(paces) if paces else None,
            )
        )
    return tuple(rows)


def _streak(days: Mapping[date, int], today: date) -> int:
    day = today if days.get(today) else today - timedelta(days=1)
    count = 0
    while days.get(day):
        count += 1
        day -= timedelta(days=1)
    return count


def _plain(one: ExerciseFigures | SkillFigures, *without: str) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else _rounded(value) if isinstance(value, float) else value
        for name, value in asdict(one).items()
        if name not in without
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
