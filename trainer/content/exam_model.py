"""Mock exams as data: what an exam asks for, and the tasks that an attempt drew. Reading them is trainer.content.exams' work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trainer.content.model import Exercise


class ExamClock(StrEnum):
    """What the exam's clock does while no program has the exam open."""

    RUNNING = "running"
    """It runs on, as in the exam."""
    PAUSED = "paused"
    """It stands still: for training."""


@dataclass(frozen=True, slots=True)
class ExamTask:
    """A task that stands in the exam's list."""

    exercise: str
    """Slug."""
    points: int | None = None
    """None: as many as the exercise has."""


@dataclass(frozen=True, slots=True)
class BlueprintDraw:
    """So many tasks of the exercises that fit. An empty filter lets everything through; of several words one is enough."""

    count: int
    skills: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    difficulties: tuple[str, ...] = ()
    points: int | None = None

    def fits(self, exercise: Exercise) -> bool:
        return (
            (not self.skills or not set(self.skills).isdisjoint(exercise.skills))
            and (not self.domains or exercise.domain in self.domains)
            and (not self.difficulties or exercise.difficulty in self.difficulties)
        )


@dataclass(frozen=True, slots=True)
class Exam:
    """A mock exam. Either ``tasks`` or ``blueprint`` is filled."""

    uuid: str
    slug: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    duration_minutes: int
    pass_percent: int
    clock: ExamClock
    tasks: tuple[ExamTask, ...] = ()
    blueprint: tuple[BlueprintDraw, ...] = ()
    seed: int | None = None
    """Every attempt draws with it; None: each attempt has a seed of its own."""

    @property
    def task_count(self) -> int:
        return len(self.tasks) or sum(draw.count for draw in self.blueprint)


@dataclass(frozen=True, slots=True)
class DrawnTask:
    """One task of an attempt."""

    exercise: str
    """Slug."""
    points: int
    seed: int
    """The variant of the exercise's scenario."""
