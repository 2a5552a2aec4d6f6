"""Lists put into conditions as text, macros put into them as trees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from trainer.engine.filter.ast import (
    AndExpr,
    BinaryCheckExpr,
    Expansion,
    Expr,
    IdentifierExpr,
    MacroExpr,
    NotExpr,
    OrExpr,
    UnaryCheckExpr,
)
from trainer.engine.rules.definitions import ListDef, MacroDef
from trainer.source import MappedText, Span

_BLANKS = " \t\n\r"
_DELIMITERS = _BLANKS + "(),="
_Node = TypeVar("_Node", bound=Expr)


@dataclass(frozen=True, slots=True)
class ResolvedList:
    name: str
    items: tuple[str, ...]
    text: str
    """The items as they are put into conditions."""


def resolve_lists(lists: Mapping[str, ListDef]) -> tuple[dict[str, ResolvedList], set[str]]:
    """Each list with the names of earlier lists among its items replaced, one level deep; and the names so used."""
    found: dict[str, ResolvedList] = {}
    used: set[str] = set()
    for definition in lists.values():
        items: list[str] = []
        for item in definition.items:
            other = lists.get(item)
            if other is not None and other.index < definition.visibility:
                used.add(other.name)
                items.extend(other.items)
            else:
                items.append(item)
        found[definition.name] = ResolvedList(definition.name, tuple(items), _joined(items))
    return found, used


def _joined(items: Iterable[str]) -> str:
    text = ""
    for item in items:
        text += (", " if text else "") + quoted(item)
    return text


def quoted(item: str) -> str:
    return f'"{item}"' if " " in item and item[:1] not in ("'", '"') else item


def substitute(condition: MappedText, lists: Iterable[ResolvedList]) -> tuple[MappedText, set[str]]:
    """The condition with every list's name replaced by its items, as text, and the names that were found."""
    used: set[str] = set()
    for entry in lists:
        if entry.name in condition.text:
            condition, found = _substitute_one(condition, entry)
            if found:
                used.add(entry.name)
    return condition, used


def _substitute_one(condition: MappedText, entry: ResolvedList) -> tuple[MappedText, bool]:
    used = False
    name, size = entry.name, len(entry.name)
    place = condition.text.find(name)
    while place >= 0:
        text = condition.text
        end = place + size
        if (place == 0 or text[place - 1] in _DELIMITERS) and (end >= len(text) or text[end] in _DELIMITERS):
            where = condition.span(place, end)
            start = place
            while start > 0 and text[start - 1] in _BLANKS:
                start -= 1
            while end < len(text) and text[end] in _BLANKS:
                end += 1
            if not entry.text:
                if start > 0 and text[start - 1] == ",":
                    start -= 1
                elif end < len(text) and text[end] == ",":
                    end += 1
            pieces = [condition.slice(0, start), MappedText.at(" ", _before(where))] if start > 0 else []
            pieces.append(MappedText.at(entry.text, where, name))
            pieces.append(MappedText.at(" ", _after(where)))
            pieces.append(condition.slice(end, len(text)))
            condition = MappedText.join(pieces)
            place = start + len(entry.text) + 1
            used = True
        place = condition.text.find(name, place + 1)
    return condition, used


def _before(span: Span) -> Span:
    return Span(span.file, span.start, span.start)


def _after(span: Span) -> Span:
    return Span(span.file, span.end, span.end)


@dataclass(frozen=True, slots=True)
class Unresolved:
    message: str
    name: str
    pos: int
    span: Span
    broken: bool = False
    """The macro exists, but its own condition has an error."""


@dataclass
class MacroResolver:
    """Replaces names by the macros that one condition may see."""

    visible: Mapping[str, Expr]
    broken: frozenset[str] = frozenset()
    used: set[str] = field(default_factory=set)
    loops: list[Unresolved] = field(default_factory=list)
    unknown: list[Unresolved] = field(default_factory=list)
    _path: list[str] = field(default_factory=list)

    def run(self, expr: Expr) -> Expr | Unresolved:
        resolved = self._visit(expr, None)
        problems = self.loops or self.unknown
        return problems[0] if problems else resolved

    def _visit(self, expr: Expr, origin: Expansion | None) -> Expr:
        match expr:
            case AndExpr() | OrExpr():
                return replace(expr, children=tuple(self._visit(child, origin) for child in expr.children), origin=origin)
            case NotExpr():
                return replace(expr, child=self._visit(expr.child, origin), origin=origin)
            case IdentifierExpr():
                return self._identifier(expr, origin)
            case MacroExpr():
                inner = Expansion(expr.name, expr.span, origin)
                return replace(expr, body=self._visit(expr.body, inner), origin=origin)
            case UnaryCheckExpr() | BinaryCheckExpr():
                return expr if origin is None else replace(expr, origin=origin)

    def _identifier(self, expr: IdentifierExpr, origin: Expansion | None) -> Expr:
        name = expr.name
        if name in self._path:
            self.loops.append(Unresolved(f"reference loop in macro '{name}'", name, expr.pos, expr.span))
            return expr
        body = self.visible.get(name)
        if body is None:
            message = f"Undefined macro '{name}' used in filter."
            self.unknown.append(Unresolved(message, name, expr.pos, expr.span, broken=name in self.broken))
            return expr
        self.used.add(name)
        self._path.append(name)
        resolved = self._visit(body, Expansion(name, expr.span, origin))
        self._path.pop()
        return MacroExpr(name, resolved, expr.span, expr.pos, origin)


def visible_macros(macros: Mapping[str, MacroDef], exprs: Mapping[str, Expr], visibility: int | None) -> dict[str, Expr]:
    """Macros that a definition of this visibility may use; None sees all."""
    return {
        name: exprs[name]
        for name, definition in macros.items()
        if name in exprs and (visibility is None or definition.index < visibility)
    }
