"""Event types that a condition can be true on (libsinsp filter/ppm_codes.cpp): what Falco tries a rule on, and LOAD_NO_EVTTYPE."""

from __future__ import annotations

from trainer.engine.fields import FieldCatalogue
from trainer.engine.filter.ast import (
    AndExpr,
    BinaryCheckExpr,
    Expr,
    FieldExpr,
    ListExpr,
    MacroExpr,
    NotExpr,
    OrExpr,
    UnaryCheckExpr,
    ValueExpr,
)

TOO_MANY = 100
"""Above this many event types Falco warns."""


def event_types(expr: Expr, catalogue: FieldCatalogue) -> frozenset[str] | None:
    """Names of the event types, or None for all of them."""
    universe = catalogue.event_names
    found = _visit(expr, False, universe, catalogue)
    return None if found == universe else found


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
    if expr.left.name not in ("evt.type", "syscall.type"):
        return None
    if isinstance(expr, UnaryCheckExpr):
        return (
            universe
            if expr.left.name == "evt.type"
            else frozenset(
                name for name in universe if name in catalogue.syscall_names or "syscall" in _category(name, catalogue)
            )
        )
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


def _category(name: str, catalogue: FieldCatalogue) -> str:
    info = catalogue.events.get(name)
    return info.category if info else ""
