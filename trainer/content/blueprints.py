"""Drawing exercises for a blueprint: deterministic by seed, and never so that a later draw finds no exercise left."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from trainer.content.exam_model import BlueprintDraw
from trainer.content.model import Exercise


def impossible_draw(blueprint: Sequence[BlueprintDraw], exercises: Sequence[Exercise]) -> BlueprintDraw | None:
    """The first draw for which no exercise would be left, however the draws before it choose; None when all can be drawn."""
    places = _places(blueprint)
    holders: dict[str, int] = {}
    for place, draw in enumerate(places):
        if not _seat(place, places, exercises, holders, set()):
            return draw
    return None


def draw_blueprint(
    blueprint: Sequence[BlueprintDraw], exercises: Sequence[Exercise], seed: int
) -> list[tuple[Exercise, BlueprintDraw]]:
    """An exercise for each place, with the draw that it is of; shorter than the blueprint where that is impossible.

    Seed 0 takes the first that fit. Another seed's order hangs on the slugs only, not on the order of ``exercises``.
    """
    places = _places(blueprint)
    free = sorted(exercises, key=lambda one: seeded_number(seed, one.slug)) if seed else list(exercises)
    drawn: list[tuple[Exercise, BlueprintDraw]] = []
    for number, draw in enumerate(places):
        for exercise in free:
            others = [one for one in free if one is not exercise]
            if draw.fits(exercise) and _can_all_sit(places[number + 1 :], others):
                drawn.append((exercise, draw))
                free = others
                break
        else:
            break
    return drawn


def seeded_number(seed: int, name: str) -> int:
    """A number below 2**64 that looks random, and hangs on nothing but seed and name."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8])


def _places(blueprint: Sequence[BlueprintDraw]) -> list[BlueprintDraw]:
    return [draw for draw in blueprint for _ in range(draw.count)]


def _can_all_sit(places: Sequence[BlueprintDraw], exercises: Sequence[Exercise]) -> bool:
    holders: dict[str, int] = {}
    return all(_seat(place, places, exercises, holders, set()) for place in range(len(places)))


def _seat(
    place: int, places: Sequence[BlueprintDraw], exercises: Sequence[Exercise], holders: dict[str, int], tried: set[str]
) -> bool:
    """Finds an exercise for one place, and another for whoever holds it: bipartite matching by augmenting paths."""
    for exercise in exercises:
        if exercise.slug in tried or not places[place].fits(exercise):
            continue
        tried.add(exercise.slug)
        holder = holders.get(exercise.slug)
        if holder is None or _seat(holder, places, exercises, holders, tried):
            holders[exercise.slug] = place
            return True
    return False
