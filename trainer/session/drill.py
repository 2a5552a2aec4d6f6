"""What a five-minute drill draws, and which variant a sitting gets. Pure but for the generator that is handed in."""

from __future__ import annotations

import random
from collections.abc import Sequence

from trainer.session.figures import Figures
from trainer.session.shelf import Shelved

DRILL_SECONDS = 300
MOST = 3
LIVE_SEEDS = 9_999
"""Live, any variant from 1 to this may be drawn."""
_LEVELS = ("quick", "core", "deep")


def draw_drill(shelf: Sequence[Shelved], figures: Figures, chance: random.Random) -> tuple[Shelved, ...]:
    """One to three exercises whose target times fit into five minutes; a single one may take longer. None where the shelf is empty.

    Due ones, quick ones first, and among those the skills that are due for longest. When nothing is due: what was passed and has the
    weakest skills; when nothing was passed: the first quick exercise of the shelf.
    """
    due = {skill: place for place, skill in enumerate(figures.due_skills)}
    levels = {one.skill: one.level for one in figures.skills}
    states = {one.key: one for one in figures.exercises}
    candidates = [one for one in shelf if states[one.key].due]
    if not candidates:
        candidates = [one for one in shelf if states[one.key].state == "passed"]
    if not candidates:
        order = sorted(shelf, key=lambda one: (_level(one), states[one.key].state != "new"))
        return tuple(order[:1])

    def urgency(one: Shelved) -> tuple[int, int, int, float]:
        waiting = min((due[skill] for skill in one.exercise.skills if skill in due), default=len(due))
        return (_level(one), waiting, min((levels[skill] for skill in one.exercise.skills), default=0), chance.random())

    drawn: list[Shelved] = []
    trained: set[str] = set()
    seconds = 0
    for one in sorted(candidates, key=urgency):
        fits = seconds + one.exercise.target_seconds <= DRILL_SECONDS
        new = not due or bool((set(one.exercise.skills) & due.keys()) - trained)
        if not drawn or (fits and new):
            drawn.append(one)
            trained.update(one.exercise.skills)
            seconds += one.exercise.target_seconds
        if len(drawn) == MOST:
            break
    return tuple(drawn)


def draw_seed(recorded: Sequence[int], used: Sequence[int], chance: random.Random, *, live: bool = False) -> int:
    """A variant to practise on: one of those recorded, those first that were used least; ``live``: any.

    ``used``: the variants of earlier sittings, the newest last. The newest is drawn again only where there is no other.
    """
    if live:
        seed = chance.randint(1, LIVE_SEEDS)
        return seed if not used or seed != used[-1] else seed % LIVE_SEEDS + 1
    if not recorded:
        return 0
    others = [seed for seed in recorded if not used or seed != used[-1]] or list(recorded)
    least = min(used.count(seed) for seed in others)
    return chance.choice([seed for seed in others if used.count(seed) == least])


def _level(one: Shelved) -> int:
    return _LEVELS.index(one.exercise.difficulty) if one.exercise.difficulty in _LEVELS else len(_LEVELS)
