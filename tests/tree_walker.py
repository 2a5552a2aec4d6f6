"""The straightforward evaluator that the compiled engine is measured against: walks the tree for every rule and event.

It reads fields and converts constants when it meets them, knows no event types and shares nothing between rules. ``tests.bench`` and
a law in tests/engine hold it against the engine: the two must agree on every event.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trainer.engine import CompiledRule, load_catalogue
from trainer.engine.evaluate import extract
from trainer.engine.evaluate.constants import convert, kind_of
from trainer.engine.evaluate.operators import OPERATORS, typed
from trainer.engine.fields import FieldInfo
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
from trainer.events import Event


class TreeWalker:
    def __init__(self, rules: Sequence[CompiledRule]) -> None:
        self._rules = [rule for rule in rules if rule.enabled]
        self._catalogue = load_catalogue()
        self._getters: dict[tuple[str, str | None], extract.Getter] = {}
        self._types: dict[str, str] = {}

    def first(self, event: Event) -> str | None:
        """Name of the first rule that matches."""
        for rule in self._rules:
            if rule.source == event.source and self.holds(rule.condition.expr, event):
                return rule.name
        return None

    def holds(self, expr: Expr, event: Event) -> bool:
        if isinstance(expr, AndExpr):
            return all(self.holds(child, event) for child in expr.children)
        if isinstance(expr, OrExpr):
            return any(self.holds(child, event) for child in expr.children)
        if isinstance(expr, NotExpr):
            return not self.holds(expr.child, event)
        if isinstance(expr, MacroExpr):
            return self.holds(expr.body, event)
        assert isinstance(expr, UnaryCheckExpr | BinaryCheckExpr)
        assert isinstance(expr.left, FieldExpr), "no transformer in the rules that are measured"
        values = self._values(expr.left, event)
        if isinstance(expr, UnaryCheckExpr):
            return bool(values)
        return any(self._compares(expr, value) for value in values)

    def _values(self, field: FieldExpr, event: Event) -> tuple[Any, ...]:
        if field.name in extract.SIDES:
            return extract.sides(event, field.name)
        if field.name in extract.ANY_ANCESTOR and field.argument is None:
            return extract.ancestors(event, field.name)
        key = (field.name, field.argument)
        get = self._getters.get(key)
        if get is None:
            get = self._getters[key] = extract.getter(*key)
        value = get(event)
        return () if value is None else (value,)

    def _compares(self, expr: BinaryCheckExpr, value: Any) -> bool:
        assert isinstance(expr.left, FieldExpr)
        type_ = self._type(expr.left)
        kind = kind_of(type_)
        operator = "=" if expr.operator == "==" else expr.operator
        held = typed(value, kind)
        if held is None:
            return False
        test = OPERATORS[kind][operator]
        items = expr.right.items if isinstance(expr.right, ListExpr) else (expr.right,)
        for item in items:
            assert isinstance(item, ValueExpr)
            if test(held, convert(item.text, type_, operator)):
                return True
        return False

    def _type(self, field: FieldExpr) -> str:
        found = self._types.get(field.name)
        if found is None:
            info = self._catalogue.lookup(field.name, field.argument, "syscall")
            assert isinstance(info, FieldInfo)
            found = self._types[field.name] = info.type
        return found
