"""The canonical text of a condition (libsinsp filter/ast.cpp, string_visitor), as ``condition_compiled`` shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from trainer.engine.filter.ast import (
    AndExpr,
    BinaryCheckExpr,
    Expr,
    FieldExpr,
    FieldTransformerExpr,
    IdentifierExpr,
    ListExpr,
    MacroExpr,
    NotExpr,
    OrExpr,
    TransformerListExpr,
    UnaryCheckExpr,
    ValueExpr,
)
from trainer.engine.filter.escaping import escape

Node: TypeAlias = Expr | FieldExpr | FieldTransformerExpr | TransformerListExpr | ValueExpr | ListExpr


def children_of(node: Node) -> tuple[Node, ...]:
    if isinstance(node, AndExpr | OrExpr):
        return node.children
    if isinstance(node, NotExpr):
        return (node.child,)
    if isinstance(node, MacroExpr):
        return (node.body,)
    if isinstance(node, UnaryCheckExpr):
        return (node.left,)
    if isinstance(node, BinaryCheckExpr):
        return (node.left, node.right)
    if isinstance(node, FieldTransformerExpr):
        return node.arguments
    if isinstance(node, ListExpr | TransformerListExpr):
        return node.items
    return ()


def walk(node: Node) -> Iterator[Node]:
    """All nodes, parents first, in the order of the text."""
    stack: list[Node] = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(children_of(current)))


def checks(expr: Expr) -> Iterator[UnaryCheckExpr | BinaryCheckExpr]:
    """The checks of a condition in the order of the text, those of its macros too; quicker than ``walk``, which goes into values."""
    stack: list[Expr] = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, AndExpr | OrExpr):
            stack.extend(reversed(node.children))
        elif isinstance(node, NotExpr):
            stack.append(node.child)
        elif isinstance(node, MacroExpr):
            stack.append(node.body)
        elif not isinstance(node, IdentifierExpr):
            yield node


def to_string(node: Node) -> str:
    """Canonical text; a resolved macro prints as its body."""
    out: list[str] = []
    stack: list[Node | str] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            out.append(item)
        else:
            stack.extend(reversed(_parts(item)))
    return "".join(out)


def _argument(argument: str | None) -> str:
    """``[x]`` behind a field or getopt; an empty one shows its quotes."""
    return "" if argument is None else f"[{escape(argument) or chr(34) * 2}]"


def _joined(items: tuple[Node, ...], separator: str) -> list[Node | str]:
    parts: list[Node | str] = []
    for index, item in enumerate(items):
        if index:
            parts.append(separator)
        parts.append(item)
    return parts


def _parts(node: Node) -> list[Node | str]:
    if isinstance(node, AndExpr):
        return ["(", *_joined(node.children, " and "), ")"]
    if isinstance(node, OrExpr):
        return ["(", *_joined(node.children, " or "), ")"]
    if isinstance(node, NotExpr):
        return ["not ", node.child]
    if isinstance(node, MacroExpr):
        return [node.body]
    if isinstance(node, IdentifierExpr):
        return [node.name]
    if isinstance(node, UnaryCheckExpr):
        return [node.left, f" {node.operator}"]
    if isinstance(node, BinaryCheckExpr):
        return [node.left, f" {node.operator} ", f"{node.modifier} " if node.modifier else "", node.right]
    if isinstance(node, ValueExpr):
        return [escape(node.text)]
    if isinstance(node, FieldExpr):
        return [node.name + _argument(node.argument)]
    if isinstance(node, FieldTransformerExpr):
        return [f"{node.transformer}(", *_joined(node.arguments, ","), f"){_argument(node.argument)}"]
    if isinstance(node, TransformerListExpr):
        return ["(", *_joined(node.items, ","), ")"]
    if node.bare:
        return [*node.items]
    return ["(", *_joined(node.items, ", "), ")"]
