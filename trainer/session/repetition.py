"""Spaced repetition by skill: the Leitner system, as a pure function of what was practised.

Five boxes, which are come back to after 1, 3, 7, 14 and 30 days. A skill begins in box 1. When its day has come and an exercise that
trains it is passed clean (first try, no hints, no solution), it goes one box up; before its day a clean pass changes nothing, so an
evening of repeating the same thing does not count as a month of knowing it. Passed with help or after failed tries, it goes one box
down; not passed, it goes back to box 1. Nothing of this is stored: it is made again from the attempts, so histories can be merged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

INTERVALS = (1, 3, 7, 14, 30)
"""Days until a skill of box 1, 2, ... is due again."""
TOP = len(INTERVALS)


class Recall(StrEnum):
    CLEAN = "clean"
    HELPED = "helped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Box:
    level: int
    """1 to TOP."""
    due: date

    def is_due(self, today: date) -> bool:
        return self.due <= today


def reviewed(box: Box | None, recall: Recall, day: date) -> Box:
    """Where a skill lies after an exercise that trains it was practised on ``day``; None: it never was before."""
    if recall is Recall.CLEAN:
        if box is not None and not box.is_due(day):
            return box
        level = 1 if box is None else min(box.level + 1, TOP)
    elif recall is Recall.HELPED:
        level = 1 if box is None else max(box.level - 1, 1)
    else:
        level = 1
    return Box(level, day + timedelta(days=INTERVALS[level - 1]))


def boxes(reviews: Iterable[tuple[str, Recall, date]]) -> dict[str, Box]:
    """Where each skill lies after all reviews, which are in the order of their days."""
    found: dict[str, Box] = {}
    for skill, recall, day in reviews:
        found[skill] = reviewed(found.get(skill), recall, day)
    return found
