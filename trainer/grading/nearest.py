"""Which event came nearest to a rule: the one to explain when an action was missed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from trainer.engine import Compiled, Explanation, Ruleset
from trainer.engine.evaluate.compile import Node
from trainer.engine.filter.ast import AndExpr, NotExpr, OrExpr
from trainer.events import Event

_COMPARED = 64
"""How many equally near events are compared by their values."""


class _Standing(NamedTuple):
    matched: bool
    flips: int
    """Checks that would have to change to change the result."""
    agreed: int
    """Checks that stand as the condition wants them."""
    opposed: int


def distance(compiled: Compiled, event: Event) -> tuple[int, int]:
    """How far a condition is from matching: checks to change, minus the checks that stand as wanted. As the engine's ``satisfied``
    of an explanation, but without building one: it is asked for thousands of events."""
    standing = _standing(compiled.root, event)
    return (0 if standing.matched else standing.flips, -standing.agreed)


def _standing(node: Node, event: Event) -> _Standing:
    children = node.children
    if not children:
        matched = node.matches(event)
        return _Standing(matched, 1, matched, not matched)
    if not isinstance(node.expr, AndExpr | OrExpr):
        child = _standing(children[0], event)
        if isinstance(node.expr, NotExpr):
            return _Standing(not child.matched, child.flips, child.opposed, child.agreed)
        return child
    parts = [_standing(child, event) for child in children]
    is_or = isinstance(node.expr, OrExpr)
    matched = any(part.matched for part in parts) if is_or else all(part.matched for part in parts)
    flips = [part.flips for part in parts if part.matched is matched]
    every = matched is is_or
    return _Standing(
        matched, sum(flips) if every else min(flips), sum(part.agreed for part in parts), sum(part.opposed for part in parts)
    )


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
    compiled_rule = ruleset.rule(rule)
    if compiled_rule is None:
        raise KeyError(rule)
    compiled = compiled_rule.condition
    best: list[Event] = []
    nearest: tuple[int, int] | None = None
    for event in events:
        far = distance(compiled, event)
        if nearest is None or far < nearest:
            best, nearest = [], far
        if far == nearest:
            best.append(event)
    if prefer is not None and len(best) > 1:
        best = [event for event in best if prefer(event)] or best
    pairs = [(event, ruleset.explain(rule, event)) for event in best[:_COMPARED]]
    return max(pairs, key=lambda pair: _alike(pair[1])) if pairs else None


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
