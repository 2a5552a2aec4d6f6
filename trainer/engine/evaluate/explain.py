"""Why a condition matched an event or not: a tree with the value that each field really had, and the leaves that decide."""

from __future__ import annotations

from typing import Any

from trainer.engine.evaluate import extract
from trainer.engine.evaluate.compile import Compiled, Node
from trainer.engine.filter import to_string
from trainer.engine.filter.ast import AndExpr, BinaryCheckExpr, Expr, ListExpr, MacroExpr, NotExpr, OrExpr, ValueExpr
from trainer.events import Event, FieldValue
from trainer.source import Span, frozen


@frozen
class Explanation:
    """One node of a condition on one event.

    ``evaluated`` is False where short-circuit skipped the node; its ``matched`` is then what it would have been. ``actual`` is the
    field's value, meaningful when ``has_value``.
    """

    node: Expr
    text: str
    kind: str
    """``and``, ``or``, ``not``, ``macro`` or ``check``."""
    matched: bool
    evaluated: bool
    span: Span
    field: str | None = None
    actual: FieldValue | None = None
    has_value: bool = False
    operator: str | None = None
    expected: str | None = None
    list_name: str | None = None
    children: tuple[Explanation, ...] = ()


def explain(compiled: Compiled, event: Event) -> Explanation:
    """Law: ``explain(c, e).matched == c.matches(e)``; both run the same compiled checks."""
    return _explain(compiled.root, event, True)


def _explain(node: Node, event: Event, evaluated: bool) -> Explanation:
    expr = node.expr
    if isinstance(expr, AndExpr | OrExpr):
        stop = isinstance(expr, OrExpr)
        children: list[Explanation] = []
        live = evaluated
        for child in node.children:
            found = _explain(child, event, live)
            children.append(found)
            if found.matched is stop:
                live = False
        matched = any(c.matched for c in children) if stop else all(c.matched for c in children)
        kind = "or" if stop else "and"
        return Explanation(expr, kind, kind, matched, evaluated, expr.span, children=tuple(children))
    if isinstance(expr, NotExpr):
        inner = _explain(node.children[0], event, evaluated)
        return Explanation(expr, "not", "not", not inner.matched, evaluated, expr.span, children=(inner,))
    if isinstance(expr, MacroExpr):
        inner = _explain(node.children[0], event, evaluated)
        return Explanation(expr, expr.name, "macro", inner.matched, evaluated, expr.span, children=(inner,))
    return _check(node, event, evaluated)


def _check(node: Node, event: Event, evaluated: bool) -> Explanation:
    expr, operand = node.expr, node.operand
    assert operand is not None
    actual: Any = None
    if operand.name in extract.SIDES:
        actual = extract.sides(event, operand.name) or None
    elif operand.any_ancestor:
        actual = extract.ancestors(event, operand.name) or None
    else:
        actual = operand.get(event)
    expected: str | None = None
    list_name: str | None = None
    operator = "exists"
    if isinstance(expr, BinaryCheckExpr):
        operator = f"{expr.operator} {expr.modifier}" if expr.modifier else expr.operator
        expected = to_string(expr.right)
        if isinstance(expr.right, ListExpr):
            list_name = next((item.list_name for item in expr.right.items if item.list_name), None)
        elif isinstance(expr.right, ValueExpr):
            list_name = expr.right.list_name
    matched = node.matches(event)
    return Explanation(
        expr, to_string(expr), "check", matched, evaluated, expr.span, operand.text, actual, actual is not None, operator, expected, list_name
    )  # fmt: skip


def deciding(explanation: Explanation) -> tuple[Explanation, ...]:
    """A smallest set of checks whose outcomes, changed, would change the result; of equally small ones the most telling."""
    return _deciding(explanation, explanation.matched)


def _deciding(explanation: Explanation, result: bool) -> tuple[Explanation, ...]:
    while explanation.kind in ("not", "macro"):
        explanation = explanation.children[0]
    kind = explanation.kind
    if kind == "check":
        return (explanation,)
    # To flip an `and` that is false (an `or` that is true), every child with the result's value has to flip; else one is enough.
    every = (kind == "and") is not explanation.matched
    found: list[Explanation] = []
    best: tuple[Explanation, ...] = ()
    best_cost = (0, 0)
    for child in explanation.children:
        if child.matched is not explanation.matched:
            continue
        leaves = _deciding(child, result)
        if every:
            found.extend(leaves)
            continue
        cost = (len(leaves), sum(_dullness(leaf, result) for leaf in leaves))
        if not best or cost < best_cost:
            best, best_cost = leaves, cost
    return tuple(found) if every else best


def supporting(explanation: Explanation) -> tuple[Explanation, ...]:
    """The telling ones of the checks that together make the result what it is; never none."""
    chosen = deciding(explanation)
    if not explanation.matched:
        return chosen  # all of them are needed to change the result, so all of them are its causes
    ids = {id(leaf) for leaf in chosen}
    return tuple(leaf for leaf in _causes(explanation) if id(leaf) in ids or not _dullness(leaf, True)) or chosen


def _causes(explanation: Explanation) -> tuple[Explanation, ...]:
    if not explanation.children:
        return (explanation,)
    same = explanation.children
    if explanation.kind in ("and", "or"):
        same = tuple(child for child in same if child.matched is explanation.matched)
        if (explanation.kind == "or") is explanation.matched:
            same = same[:1]
    return tuple(leaf for child in same for leaf in _causes(child))


def _dullness(leaf: Explanation, result: bool) -> int:
    """Every matching rule has the right event type and container and none of its exceptions: that says little."""
    common = leaf.field == "container.id" or (leaf.field or "").startswith("evt.")
    return common + 2 * (leaf.matched is not result) + (not leaf.has_value)


def satisfied(explanation: Explanation) -> tuple[int, int]:
    """How near a condition came to matching: (checks to change, minus the checks that stand as wanted)."""
    if explanation.matched:
        return (0, -_leaves(explanation, True))
    return (len(deciding(explanation)), -_leaves(explanation, True))


def _leaves(explanation: Explanation, positive: bool) -> int:
    if explanation.kind == "check":
        return int(explanation.matched is positive)
    if explanation.kind == "not":
        return _leaves(explanation.children[0], not positive)
    return sum(_leaves(child, positive) for child in explanation.children)
