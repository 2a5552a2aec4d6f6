"""Submissions that look alike: what two learners wrote that hardly anybody else did, and that nobody gave them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from trainer.grading.class_submissions import HandedIn

ALIKE = 0.6
_WORDS = re.compile(r"[\w./-]+|[^\w\s]")
_LENGTH = 3
"""Words in a row that are compared."""
_LEAST = 6
"""So many rare runs must be shared: short rules are alike by nature."""


@dataclass(frozen=True, slots=True)
class LookAlike:
    one: str
    other: str
    exercises: tuple[tuple[str, float], ...]
    """Exercise, and how alike from 0 to 1; the most alike first."""


def look_alikes(handed_in: Sequence[HandedIn], given: Mapping[str, Sequence[str]]) -> tuple[LookAlike, ...]:
    """Pairs of learners, the most alike first. ``given`` holds, by exercise, the texts that everybody had or should have come to."""
    by_exercise: dict[str, list[HandedIn]] = defaultdict(list)
    for one in handed_in:
        if one.rules:
            by_exercise[one.exercise].append(one)
    pairs: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    for exercise, group in by_exercise.items():
        for pair, alike in _pairs(group, given.get(exercise, ())):
            pairs[pair].append((exercise, alike))
    found = [
        LookAlike(one, other, tuple(sorted(places, key=lambda place: (-place[1], place[0]))))
        for (one, other), places in pairs.items()
    ]
    return tuple(sorted(found, key=lambda pair: (-sum(alike for _, alike in pair.exercises), pair.one, pair.other)))


def _pairs(group: Sequence[HandedIn], given: Sequence[str]) -> list[tuple[tuple[str, str], float]]:
    common: set[tuple[str, ...]] = set().union(*(_runs(text) for text in given)) if given else set()
    runs = {one.learner: _runs(one.rules) - common for one in group}
    spread = Counter(run for own in runs.values() for run in own)
    most = max(5, len(group) // 10)
    rare = {learner: {run for run in own if spread[run] <= most} for learner, own in runs.items()}
    owners: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for learner, own in rare.items():
        for run in own:
            owners[run].append(learner)
    shared = Counter(pair for learners in owners.values() for pair in combinations(sorted(learners), 2))
    found = []
    for (one, other), count in shared.items():
        alike = count / len(rare[one] | rare[other])
        if count >= _LEAST and alike >= ALIKE:
            found.append(((one, other), round(alike, 2)))
    return found


def _runs(text: str) -> set[tuple[str, ...]]:
    """Runs of words; case, spaces, quotes and line breaks do not count, comments do: who copies a file copies them too."""
    words = [word for word in _WORDS.findall(text.lower()) if word not in "\"'>|"]
    return {tuple(words[start : start + _LENGTH]) for start in range(len(words) - _LENGTH + 1)}
