"""Lists put into conditions as text, macros put into them as trees."""

from __future__ import annotations

import re
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
from trainer.source import MappedText, Span, frozen

_BLANKS = " \t\n\r"
_DELIMITERS = _BLANKS + "(),="
_DELIMITER = re.compile(r"[ \t\n\r(),=]")
_Node = TypeVar("_Node", bound=Expr)


@frozen
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


MAX_CONDITION = 500_000
"""Characters of a condition with its lists put in; lists of lists could make any number."""
MAX_NODES = 10_000
"""Nodes of a condition with its macros put in."""
MAX_MACROS = 400
"""Macros inside one another; more would be refused as conditions nested too deep."""


def substitute(condition: MappedText, lists: Iterable[ResolvedList]) -> tuple[MappedText, set[str]] | None:
    """The condition with every list's name replaced by its items, as text, and the names that were found; None when too long."""
    used: set[str] = set()
    words = set(_DELIMITER.split(condition.text))
    for entry in lists:
        # A name is replaced where it stands alone; one that holds a delimiter itself is no word.
        if entry.name not in words and _DELIMITER.search(entry.name) is None:
            continue
        count = condition.text.count(entry.name)
        if len(condition.text) + count * len(entry.text) > MAX_CONDITION:
            return None
        replaced = _substitute_one(condition, entry)
        if replaced is not None:
            condition = replaced
            used.add(entry.name)
            words = set(_DELIMITER.split(condition.text))
    return condition, used


def _substitute_one(condition: MappedText, entry: ResolvedList) -> MappedText | None:
    """None when the name does not stand alone anywhere."""
    text, name = condition.text, entry.name
    pieces: list[MappedText] = []
    done = 0
    place = text.find(name)
    while place >= 0:
        end = place + len(name)
        alone_before = place == 0 or place == done or text[place - 1] in _DELIMITERS
        if not alone_before or (end < len(text) and text[end] not in _DELIMITERS):
            place = text.find(name, place + 1)
            continue
        where = condition.span(place, end)
        # What stands in an outer list's items is shown under the name that the learner wrote.
        outer = next((region.list_name for region in condition.regions if region.start <= place < region.end), "")
        while end < len(text) and text[end] in _BLANKS:
            end += 1
        pieces.append(condition.slice(done, place))
        _strip_end(pieces, _BLANKS)
        if not entry.text and not _strip_comma(pieces) and text[end : end + 1] == ",":
            end += 1
        first = not pieces
        if not first:
            pieces.append(MappedText.at(" ", _before(where), outer))
        pieces.append(MappedText.at(entry.text, where, outer or name))
        pieces.append(MappedText.at(" ", _after(where), outer))
        done = end
        # At the very beginning Falco goes on one character further.
        place = text.find(name, done + 1 if first else done)
    if not done:
        return None
    pieces.append(condition.slice(done, len(text)))
    return MappedText.join(pieces)


def _strip_end(pieces: list[MappedText], characters: str) -> None:
    while pieces:
        last = pieces.pop()
        kept = len(last.text.rstrip(characters))
        if kept:
            pieces.append(last if kept == len(last.text) else last.slice(0, kept))
            return


def _strip_comma(pieces: list[MappedText]) -> bool:
    if not pieces or not pieces[-1].text.endswith(","):
        return False
    last = pieces.pop()
    if len(last.text) > 1:
        pieces.append(last.slice(0, len(last.text) - 1))
    return True


def _before(span: Span) -> Span:
    return Span(span.file, span.start, span.start)


def _after(span: Span) -> Span:
    return Span(span.file, span.end, span.end)


@frozen
class Unresolved:
    message: str
    name: str
    pos: int
    span: Span
    broken: bool = False
    """The macro exists, but its own condition has an error."""
    path: tuple[str, ...] = ()
    """Of a loop: each macro in the order of use, the first again at the end."""


@dataclass
class MacroResolver:
    """Replaces names by the macros that one condition may see."""

    visible: VisibleMacros
    broken: frozenset[str] = frozenset()
    used: set[str] = field(default_factory=set)
    loops: list[Unresolved] = field(default_factory=list)
    unknown: list[Unresolved] = field(default_factory=list)
    _path: list[str] = field(default_factory=list)
    _nodes: int = 0
    _level: int = 0

    def run(self, expr: Expr) -> Expr | Unresolved:
        resolved = self._visit(expr, None)
        problems = self.loops or self.unknown
        return problems[0] if problems else resolved

    def _visit(self, expr: Expr, origin: Expansion | None) -> Expr:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            if not self.loops:
                message = f"the condition has more than {MAX_NODES} checks once its macros are put in"
                self.loops.append(Unresolved(message, "", expr.pos, expr.span))
            return expr
        match expr:
            case AndExpr() | OrExpr():
                return type(expr)(tuple([self._visit(child, origin) for child in expr.children]), expr.span, expr.pos, origin)
            case NotExpr():
                return NotExpr(self._visit(expr.child, origin), expr.span, expr.pos, origin)
            case IdentifierExpr():
                return self._identifier(expr, origin)
            case MacroExpr():
                return self._macro(expr.name, expr.body, expr, origin)
            case UnaryCheckExpr() | BinaryCheckExpr():
                return expr if origin is None else replace(expr, origin=origin)

    def _macro(self, name: str, body: Expr, use: MacroExpr | IdentifierExpr, origin: Expansion | None) -> Expr:
        if self._level >= MAX_MACROS:
            if not self.loops:
                self.loops.append(Unresolved("exceeded max depth limit of 1000", name, use.pos, use.span))
            return use
        self._level += 1
        resolved = self._visit(body, Expansion(name, use.span, origin))
        self._level -= 1
        return MacroExpr(name, resolved, use.span, use.pos, origin)

    def _identifier(self, expr: IdentifierExpr, origin: Expansion | None) -> Expr:
        name = expr.name
        if name in self._path:
            path = (*self._path[self._path.index(name) :], name)
            self.loops.append(Unresolved(f"reference loop in macro '{name}'", name, expr.pos, expr.span, path=path))
            return expr
        body = self.visible.get(name)
        if body is None:
            message = f"Undefined macro '{name}' used in filter."
            self.unknown.append(Unresolved(message, name, expr.pos, expr.span, broken=name in self.broken))
            return expr
        self.used.add(name)
        self._path.append(name)
        resolved = self._macro(name, body, expr, origin)
        self._path.pop()
        return resolved


@frozen
class VisibleMacros:
    """Macros that a definition of this visibility may use; None sees all. Looked up when asked for: few of them are used by one condition."""

    macros: Mapping[str, MacroDef]
    exprs: Mapping[str, Expr]
    visibility: int | None

    def get(self, name: str) -> Expr | None:
        definition = self.macros.get(name)
        if definition is None or (self.visibility is not None and definition.index >= self.visibility):
            return None
        return self.exprs.get(name)
