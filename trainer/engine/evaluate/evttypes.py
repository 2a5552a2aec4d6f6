"""Event types that a condition can be true on (libsinsp filter/ppm_codes.cpp): what Falco tries a rule on, and LOAD_NO_EVTTYPE."""

from __future__ import annotations

from trainer.engine.evaluate.operands import CompileError
from trainer.engine.fields import FieldCatalogue
from trainer.engine.filter import checks
from trainer.engine.filter.ast import (
    AndExpr,
    BinaryCheckExpr,
    Expr,
    FieldExpr,
    FieldTransformerExpr,
    ListExpr,
    MacroExpr,
    NotExpr,
    OrExpr,
    TransformerArg,
    UnaryCheckExpr,
    ValueExpr,
)

TOO_MANY = 100
"""Above this many event types Falco warns."""

_TYPE_FIELDS = ("evt.type", "syscall.type")
_TRANSFORMED = "event code search does not support `evt.type` checks with transformers"
_RIGHT_SIDE = "right-hand field comparisons on `evt.type`/`syscall.type` checks are not supported by event code search"


def event_types(expr: Expr, catalogue: FieldCatalogue) -> frozenset[str] | None:
    """Names of the event types, or None for all of them."""
    universe = catalogue.event_names
    found = _visit(expr, False, universe, catalogue)
    return None if found == universe else found


def uncountable(expr: Expr) -> CompileError | None:
    """A check that ends a real Falco while it looks for a rule's event types (language.md 10.11)."""
    for node in checks(expr):
        message = ""
        if isinstance(node.left, FieldTransformerExpr):
            message = _TRANSFORMED if _mentions_type(node.left) else ""
        elif node.left.name in _TYPE_FIELDS and isinstance(node, BinaryCheckExpr):
            if isinstance(node.right, FieldExpr | FieldTransformerExpr):
                message = _TRANSFORMED if _mentions_type(node.right) else _RIGHT_SIDE
        if message:
            return CompileError(message, node.span, node.pos, fatal=True)
    return None


def _mentions_type(expr: TransformerArg) -> bool:
    """Through nested transformers, but not into their lists: `join(",", (evt.type, "x"))` loads."""
    if isinstance(expr, FieldExpr):
        return expr.name in _TYPE_FIELDS
    return isinstance(expr, FieldTransformerExpr) and any(_mentions_type(argument) for argument in expr.arguments)


def table_count(types: frozenset[str] | None, catalogue: FieldCatalogue) -> int:
    """How many of the table's event types the set covers; generic system calls count as one."""
    if types is None:
        return len(catalogue.events)
    tabled = sum(name in catalogue.events for name in types)
    return tabled + any(name not in catalogue.events for name in types)


def _visit(expr: Expr, inverted: bool, universe: frozenset[str], catalogue: FieldCatalogue) -> frozenset[str]:
    while isinstance(expr, MacroExpr | NotExpr):
        if isinstance(expr, NotExpr):
            inverted = not inverted
            expr = expr.child
        else:
            expr = expr.body
    if isinstance(expr, AndExpr | OrExpr):
        sets = [_visit(child, inverted, universe, catalogue) for child in expr.children]
        meet = isinstance(expr, AndExpr) != inverted
        found = sets[0]
        for other in sets[1:]:
            found = found & other if meet else found | other
        return found
    own = _leaf(expr, universe, catalogue)
    if own is None:
        return universe
    return universe - own if inverted else own


def _leaf(expr: Expr, universe: frozenset[str], catalogue: FieldCatalogue) -> frozenset[str] | None:
    """Types of a check on evt.type or syscall.type; None for any other check."""
    if not isinstance(expr, UnaryCheckExpr | BinaryCheckExpr) or not isinstance(expr.left, FieldExpr):
        return None
    if expr.left.name not in _TYPE_FIELDS:
        return None
    if isinstance(expr, UnaryCheckExpr):
        return universe  # syscall.type too: `not syscall.type exists` is tried on no event at all (language.md 10.17)
    names: frozenset[str]
    if isinstance(expr.right, ValueExpr):
        names = frozenset({expr.right.text})
    elif isinstance(expr.right, ListExpr):
        names = frozenset(item.text for item in expr.right.items)
    else:
        return None
    if expr.modifier is not None:
        return None
    if expr.operator in ("=", "==", "in"):
        return names & universe
    if expr.operator == "!=":
        return universe - names
    return None
