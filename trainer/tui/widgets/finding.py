"""Find in a text: where the wanted words stand, and which of the places is the next. Text in, places out."""

from __future__ import annotations

import re
from collections.abc import Sequence

Place = tuple[tuple[int, int], tuple[int, int]]
"""Row and column of the first character, and of the one behind the last."""


def places(lines: Sequence[str], wanted: str) -> list[Place]:
    """Every place in its order. Small letters find capitals too; a capital finds only itself."""
    if not wanted:
        return []
    pattern = re.compile(re.escape(wanted), re.IGNORECASE if wanted == wanted.lower() else 0)
    return [((row, hit.start()), (row, hit.end())) for row, line in enumerate(lines) for hit in pattern.finditer(line)]


def next_place(found: Sequence[Place], start: tuple[int, int], end: tuple[int, int], step: int) -> int:
    """Number of the place behind ``end`` (step 1) or before ``start`` (step -1), round the ends of the text."""
    if step > 0:
        return next((number for number, place in enumerate(found) if place[0] >= end), 0)
    return next((number for number in range(len(found) - 1, -1, -1) if found[number][1] <= start), len(found) - 1)
