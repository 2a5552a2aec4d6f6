"""A drill in the TUI: which exercises were drawn, at which the learner is, and which were passed."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.content import Exercise
from trainer.session.drill import draw_drill
from trainer.session.figures import Figures
from trainer.session.sittings import open_sitting
from trainer.tui.desk import Desk


@dataclass
class Drill:
    exercises: tuple[Exercise, ...] = ()
    at: int = 0
    """How many were opened."""
    passed: int = 0

    @classmethod
    def draw(cls, desk: Desk, figures: Figures | None) -> Drill:
        """Nothing is drawn while the store cannot be read."""
        if figures is None:
            return cls()
        by_key = {one.slug: one for one in desk.exercises}
        return cls(tuple(by_key[one.key] for one in draw_drill(desk.shelf, figures, desk.chance)))

    @property
    def count(self) -> int:
        return len(self.exercises)

    @property
    def left(self) -> bool:
        """It goes on: an exercise of it is open, or about to be."""
        return bool(self.exercises)

    @property
    def has_next(self) -> bool:
        return self.at < self.count

    def next(self) -> tuple[Exercise, tuple[int, int]]:
        """The next exercise and its place in the drill."""
        self.at += 1
        return self.exercises[self.at - 1], (self.at, self.count)

    def came_back(self, desk: Desk) -> bool:
        """Counts the exercise that was left; whether it was passed or given up. Raises StoreError."""
        sitting = open_sitting(desk.store, self.exercises[self.at - 1].slug)
        self.passed += sitting is not None and sitting.passed
        return sitting is not None and sitting.over
