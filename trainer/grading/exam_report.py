"""The report of an exam: points, percent, by skill and difficulty, seconds against target, and each criterion's actual and expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

from trainer.content import Exercise
from trainer.grading.report import CriterionResult, GradeReport, Outcome

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class ExamCriterion:
    """One criterion of one task, in the report's language where it is not text by language."""

    id: str
    kind: str
    text: Mapping[str, str]
    outcome: Outcome
    points: int
    """Of the exercise's own points, before the exam's weight."""
    max_points: int
    actual: str
    expected: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ExamTaskResult:
    """One graded task. A task that could not be graded has a ``problem``, and its points are neither won nor lost."""

    number: int
    exercise: str
    title: Mapping[str, str]
    domain: str
    skills: tuple[str, ...]
    difficulty: str
    points: int
    """What the task weighs in this exam."""
    seed: int
    seconds: float
    target_seconds: int
    edited: bool
    """Something was changed."""
    criteria: tuple[ExamCriterion, ...] = ()
    source: str = "recorded"
    problem: str = ""

    @property
    def score(self) -> Fraction:
        """Points of the exam that were won."""
        return self._share(one.points for one in self.criteria)

    @property
    def max_score(self) -> Fraction:
        """``points`` without those of criteria that the trainer could not judge."""
        return self._share(one.max_points for one in self.criteria if one.outcome is not Outcome.ERROR)

    @property
    def passed(self) -> bool:
        """Whole: every criterion passed."""
        return bool(self.criteria) and all(one.outcome is Outcome.PASSED for one in self.criteria)

    @property
    def is_ours(self) -> bool:
        """Something of it could not be graded, which is the trainer's fault."""
        return bool(self.problem) or any(one.outcome is Outcome.ERROR for one in self.criteria)

    def _share(self, points: Iterable[int]) -> Fraction:
        whole = sum(one.max_points for one in self.criteria)
        return Fraction(self.points * sum(points), whole) if whole else Fraction(0)


@dataclass(frozen=True, slots=True)
class ExamGroup:
    """The tasks of one skill or one difficulty. A task of several skills counts whole in each."""

    name: str
    tasks: int
    passed: int
    score: Fraction
    max_score: Fraction
    seconds: float
    target_seconds: int

    @property
    def percent(self) -> float:
        return percent_of(self.score, self.max_score)


@dataclass(frozen=True, slots=True)
class ExamReport:
    """Times are in seconds, moments in seconds since the epoch."""

    exam: str
    """Slug."""
    title: Mapping[str, str]
    attempt: int
    seed: int
    started_at: float
    ended_at: float
    ended: str
    """``handed in`` or ``time over``."""
    duration: float
    elapsed: float
    pass_percent: int
    language: str
    """Of the sentences in ``actual``, ``expected`` and ``reason``."""
    tasks: tuple[ExamTaskResult, ...]

    @property
    def score(self) -> Fraction:
        return sum((task.score for task in self.tasks), Fraction(0))

    @property
    def max_score(self) -> Fraction:
        return sum((task.max_score for task in self.tasks), Fraction(0))

    @property
    def percent(self) -> float:
        """One digit after the point, rounded down: what is not passed never looks as if it were."""
        return percent_of(self.score, self.max_score)

    @property
    def passed(self) -> bool:
        return self.max_score > 0 and self.score * 100 >= self.max_score * self.pass_percent

    @property
    def is_complete(self) -> bool:
        """Nothing failed that is the trainer's fault."""
        return not any(task.is_ours for task in self.tasks)

    @property
    def by_skill(self) -> tuple[ExamGroup, ...]:
        """The weakest first."""
        groups = self._groups(lambda task: task.skills)
        return tuple(sorted(groups, key=lambda group: (group.percent, group.name)))

    @property
    def by_difficulty(self) -> tuple[ExamGroup, ...]:
        """From quick to deep."""
        order = ("quick", "core", "deep")
        groups = self._groups(lambda task: (task.difficulty,))
        return tuple(sorted(groups, key=lambda group: order.index(group.name) if group.name in order else len(order)))

    def _groups(self, names_of: Callable[[ExamTaskResult], Sequence[str]]) -> list[ExamGroup]:
        members: dict[str, list[ExamTaskResult]] = {}
        for task in self.tasks:
            for name in dict.fromkeys(names_of(task)):
                members.setdefault(name, []).append(task)
        return [
            ExamGroup(
                name,
                tasks=len(tasks),
                passed=sum(task.passed for task in tasks),
                score=sum((task.score for task in tasks), Fraction(0)),
                max_score=sum((task.max_score for task in tasks), Fraction(0)),
                seconds=sum(task.seconds for task in tasks),
                target_seconds=sum(task.target_seconds for task in tasks),
            )
            for name, tasks in members.items()
        ]

    def to_json(self) -> dict[str, Any]:
        """Everything, as ``from_json`` reads it; scores are rounded to two digits there, and made again from the criteria here."""
        return {
            "format_version": FORMAT_VERSION,
            "exam": self.exam,
            "title": dict(self.title),
            "attempt": self.attempt,
            "seed": self.seed,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "ended": self.ended,
            "duration_seconds": self.duration,
            "elapsed_seconds": round(self.elapsed, 1),
            "language": self.language,
            "score": shown(self.score),
            "max_score": shown(self.max_score),
            "percent": self.percent,
            "pass_percent": self.pass_percent,
            "passed": self.passed,
            "by_skill": [_group_json(group) for group in self.by_skill],
            "by_difficulty": [_group_json(group) for group in self.by_difficulty],
            "tasks": [_task_json(task) for task in self.tasks],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ExamReport:
        """What ``to_json`` made."""
        return cls(
            exam=data["exam"],
            title=data["title"],
            attempt=data["attempt"],
            seed=data["seed"],
            started_at=data["started_at"],
            ended_at=data["ended_at"],
            ended=data["ended"],
            duration=data["duration_seconds"],
            elapsed=data["elapsed_seconds"],
            pass_percent=data["pass_percent"],
            language=data["language"],
            tasks=tuple(_task_from_json(task) for task in data["tasks"]),
        )


def task_result(
    exercise: Exercise,
    report: GradeReport | None,
    *,
    number: int,
    points: int,
    seed: int,
    seconds: float,
    edited: bool,
    problem: str = "",
) -> ExamTaskResult:
    """One task of the report. ``report`` None: it could not be graded, and ``problem`` says why. ``exercise`` is the variant's."""
    return ExamTaskResult(
        number=number,
        exercise=exercise.slug,
        title=exercise.title,
        domain=exercise.domain,
        skills=exercise.skills,
        difficulty=exercise.difficulty,
        points=points,
        seed=seed,
        seconds=seconds,
        target_seconds=exercise.target_seconds,
        edited=edited,
        criteria=tuple(_criterion(result) for result in report.criteria) if report is not None else (),
        source=report.source if report is not None else "recorded",
        problem=problem or (report.problem if report is not None else ""),
    )


def percent_of(score: Fraction, whole: Fraction) -> float:
    """One digit after the point, rounded down; 0 of nothing."""
    return floor(score * 1000 / whole) / 10 if whole else 0.0


def shown(points: Fraction) -> float:
    """Points as people read them: two digits after the point."""
    return round(float(points), 2)


def _criterion(result: CriterionResult) -> ExamCriterion:
    return ExamCriterion(
        result.criterion_id,
        result.kind,
        result.text,
        result.outcome,
        result.points,
        result.max_points,
        *(_readable(text) for text in (result.actual, result.solution or result.expected, result.reason)),
    )


def _readable(text: str) -> str:
    """Bytes of a learner's file that are no UTF-8 are kept as surrogates, which no export could write."""
    return str(text).encode("utf-8", "replace").decode("utf-8")


def _group_json(group: ExamGroup) -> dict[str, Any]:
    return {
        "name": group.name,
        "tasks": group.tasks,
        "passed": group.passed,
        "score": shown(group.score),
        "max_score": shown(group.max_score),
        "percent": group.percent,
        "seconds": round(group.seconds, 1),
        "target_seconds": group.target_seconds,
    }


def _task_json(task: ExamTaskResult) -> dict[str, Any]:
    return {
        "number": task.number,
        "exercise": task.exercise,
        "title": dict(task.title),
        "domain": task.domain,
        "skills": list(task.skills),
        "difficulty": task.difficulty,
        "points": task.points,
        "score": shown(task.score),
        "max_score": shown(task.max_score),
        "passed": task.passed,
        "seed": task.seed,
        "seconds": round(task.seconds, 1),
        "target_seconds": task.target_seconds,
        "edited": task.edited,
        "source": task.source,
        "problem": task.problem,
        "criteria": [
            {
                "id": one.id,
                "kind": one.kind,
                "text": dict(one.text),
                "outcome": one.outcome.value,
                "points": one.points,
                "max_points": one.max_points,
                "actual": one.actual,
                "expected": one.expected,
                "reason": one.reason,
            }
            for one in task.criteria
        ],
    }


def _task_from_json(data: Mapping[str, Any]) -> ExamTaskResult:
    names = ("number", "exercise", "title", "domain", "difficulty", "points", "seed", "seconds", "target_seconds", "edited")
    criteria = tuple(ExamCriterion(**{**one, "outcome": Outcome(one["outcome"])}) for one in data["criteria"])
    rest = {name: data[name] for name in (*names, "source", "problem")}
    return ExamTaskResult(**rest, skills=tuple(data["skills"]), criteria=criteria)
