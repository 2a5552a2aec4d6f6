"""Which event came nearest to a rule: the one to explain when an action was missed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trainer.engine import Explanation, Ruleset
from trainer.engine.evaluate import satisfied
from trainer.events import Event

_WRITTEN_ALIKE_AMONG = 64
"""How many equally near events are compared by their values."""


def nearest_event(
    ruleset: Ruleset, rule: str, events: Sequence[Event], prefer: Callable[[Event], bool] | None = None
) -> Event | None:
    """The event where the fewest checks would have to change, and of those the one with the most satisfied checks. Of equals: one
    that ``prefer`` likes, then the one whose values look most like what the failed checks wanted, then the earliest. None without
    events."""
    found = nearest_explanation(ruleset, rule, events, prefer)
    return found[0] if found else None


def nearest_explanation(
    ruleset: Ruleset, rule: str, events: Sequence[Event], prefer: Callable[[Event], bool] | None = None
) -> tuple[Event, Explanation] | None:
    best: list[tuple[Event, Explanation]] = []
    distance: tuple[int, int] | None = None
    for event in events:
        explanation = ruleset.explain(rule, event)
        far = satisfied(explanation)
        if distance is None or far < distance:
            best, distance = [], far
        if far == distance:
            best.append((event, explanation))
    if prefer is not None and len(best) > 1:
        best = [pair for pair in best if prefer(pair[0])] or best
    if not best:
        return None
    return max(best[:_WRITTEN_ALIKE_AMONG], key=lambda pair: _alike(pair[1])) if len(best) > 1 else best[0]


def _alike(explanation: Explanation) -> int:
    """How much the values of failed checks look like what was wanted, so that a missed `/etc/shadow` is explained with the
    open of `/etc/shadow-` and not with that of the C library."""
    if explanation.children:
        return sum(_alike(child) for child in explanation.children)
    if explanation.matched or not isinstance(explanation.actual, str) or not explanation.expected:
        return 0
    actual = explanation.actual
    return max(_common_prefix(actual, word) for word in explanation.expected.strip("()").replace(",", " ").split() or [""])


def _common_prefix(one: str, other: str) -> int:
    other = other.strip("\"'`")
    length = min(len(one), len(other))
    return next((index for index in range(length) if one[index] != other[index]), length)
