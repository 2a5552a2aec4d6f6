"""Which event came nearest to a rule: the one to explain when an action was missed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trainer.engine import Explanation, Ruleset
from trainer.events import Event

_WRITTEN_ALIKE_AMONG = 64
"""How many equally near events are compared by their values."""


def satisfied(explanation: Explanation) -> tuple[int, int]:
    """Leaves that are as the rule wants them, and leaves in all; of an ``or`` only its best branch counts."""
    if explanation.kind == "or" and explanation.children:
        return max((satisfied(child) for child in explanation.children), key=_share)
    if explanation.kind in ("and", "macro") and explanation.children:
        parts = [satisfied(child) for child in explanation.children]
        return sum(part[0] for part in parts), sum(part[1] for part in parts)
    return int(explanation.matched), 1


def _share(part: tuple[int, int]) -> tuple[float, int]:
    return (part[0] / part[1], part[0])


def nearest_event(
    ruleset: Ruleset, rule: str, events: Sequence[Event], prefer: Callable[[Event], bool] | None = None
) -> Event | None:
    """The event with the most satisfied leaves. Of equals: one that ``prefer`` likes, then the one whose values look most like
    what the failed checks wanted, then the earliest. None without events."""
    found = nearest_explanation(ruleset, rule, events, prefer)
    return found[0] if found else None


def nearest_explanation(
    ruleset: Ruleset, rule: str, events: Sequence[Event], prefer: Callable[[Event], bool] | None = None
) -> tuple[Event, Explanation] | None:
    best: list[tuple[Event, Explanation]] = []
    best_share = (-1.0, -1)
    for event in events:
        explanation = ruleset.explain(rule, event)
        share = (2.0, 0) if explanation.matched else _share(satisfied(explanation))
        if share > best_share:
            best, best_share = [], share
        if share == best_share:
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
