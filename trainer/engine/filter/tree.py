"""From lark's tree to the condition's: nodes with their spans.

A node on the way up is ``_Part(node, start, end)``: the extent grows with parentheses, which leave no node behind.
"""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar, cast

from lark import ParseTree, Token, Tree

from trainer.engine.filter.ast import (
    AndExpr,
    BinaryCheckExpr,
    Expr,
    FieldExpr,
    FieldTransformerExpr,
    IdentifierExpr,
    ListExpr,
    NotExpr,
    OrExpr,
    TransformerArg,
    TransformerListExpr,
    UnaryCheckExpr,
    ValueExpr,
)
from trainer.engine.filter.escaping import unescape
from trainer.source import MappedText, Span

_BLANKS = " \t\b\r\n"

_Node = TypeVar("_Node", covariant=True)
_Left: TypeAlias = FieldExpr | FieldTransformerExpr
_Right: TypeAlias = ValueExpr | ListExpr | FieldExpr | FieldTransformerExpr


class _Part(NamedTuple, Generic[_Node]):
    node: _Node
    start: int
    end: int


_Any: TypeAlias = "_Part[Expr] | Token"


def _start(token: Token) -> int:
    """Where the token's own text starts, behind the blanks that it owns."""
    return _offset(token) + len(token) - len(token.lstrip(_BLANKS))


def _offset(token: Token) -> int:
    return cast(int, token.start_pos)


def _text(constant: str) -> str:
    """A quoted constant's text; the grammar has let only good escapes through."""
    return unescape(constant[1:-1], constant[0])[0] if constant[:1] in ("'", '"') else constant


class TreeBuilder:
    """One method for each rule or alias of grammar.lark. (lark's own Transformer takes twice the time.)"""

    def __init__(self, text: MappedText) -> None:
        self._mapped = text

    def build(self, tree: ParseTree) -> Expr:
        """The condition that lark's tree stands for. Depth costs no stack."""
        parents_first: list[ParseTree | Token] = []
        pending: list[ParseTree | Token] = [tree]
        while pending:
            node = pending.pop()
            parents_first.append(node)
            if isinstance(node, Tree):
                pending += node.children
        made: list[Any] = []
        for node in reversed(parents_first):
            if isinstance(node, Tree):
                first = len(made) - len(node.children)
                children = made[first:]
                del made[first:]
                made.append(getattr(self, node.data)(children))
            else:
                made.append(node)
        return cast(Expr, made.pop())

    def _span(self, start: int, end: int) -> Span:
        return self._mapped.span(start, end)

    def start(self, children: list[_Any]) -> Expr:
        return next(child for child in children if not isinstance(child, Token)).node

    # Boolean levels.

    def disjunction(self, children: list[_Part[Expr]]) -> _Part[Expr]:
        start, end = children[0].start, children[-1].end
        return _Part(OrExpr(tuple(child.node for child in children), self._span(start, end), start), start, end)

    def conjunction(self, children: list[_Part[Expr]]) -> _Part[Expr]:
        start, end = children[0].start, children[-1].end
        return _Part(AndExpr(tuple(child.node for child in children), self._span(start, end), start), start, end)

    def group(self, children: list[_Any]) -> _Part[Expr]:
        opening, inner, closing = cast("tuple[Token, _Part[Expr], Token]", tuple(children))
        return _Part(inner.node, _offset(opening) + opening.index("("), _offset(closing) + len(closing))

    def negation(self, children: list[_Any]) -> _Part[Expr]:
        nots = [child for child in children if isinstance(child, Token) and child.type != "RPAR"]
        inner = next(child for child in children if not isinstance(child, Token))
        start, last = _offset(nots[0]), children[-1]
        end = _offset(last) + len(last) if isinstance(last, Token) else last.end
        if len(nots) % 2 == 0:
            return _Part(inner.node, start, end)
        return _Part(NotExpr(inner.node, self._span(start, end), start), start, end)

    # Checks.

    def identifier(self, children: list[Token]) -> _Part[Expr]:
        start, end = self._extent(children[0])
        return _Part(IdentifierExpr(str(children[0]), self._span(start, end), start), start, end)

    def unary_check(self, children: list[_Part[_Left] | Token]) -> _Part[Expr]:
        left, operator = cast("tuple[_Part[_Left], Token]", tuple(children))
        end = _offset(operator) + len(operator)
        return _Part(UnaryCheckExpr(left.node, operator.strip(_BLANKS), self._span(left.start, end), left.start), left.start, end)

    def binary_check(self, children: list[_Part[_Left] | _Part[_Right] | Token]) -> _Part[Expr]:
        left, operator, right = cast("tuple[_Part[_Left], Token, _Part[_Right]]", tuple(children))
        return self._check(left, operator, None, right)

    def modified_check(self, children: list[_Part[_Left] | _Part[_Right] | Token]) -> _Part[Expr]:
        left, operator, modifier, right = cast("tuple[_Part[_Left], Token, Token, _Part[_Right]]", tuple(children))
        return self._check(left, operator, modifier.strip(_BLANKS), right)

    def _check(self, left: _Part[_Left], operator: Token, modifier: str | None, right: _Part[_Right]) -> _Part[Expr]:
        name, at = operator.strip(_BLANKS), _start(operator)
        span, operator_span = self._span(left.start, right.end), self._span(at, at + len(name))
        node = BinaryCheckExpr(left.node, name, modifier, right.node, span, operator_span, left.start)
        return _Part(node, left.start, right.end)

    # Fields and transformers.

    def field(self, children: list[Token]) -> _Part[FieldExpr]:
        start, end = _offset(children[0]), self._extent(children[-1])[1]
        argument = _text(children[1][1:-1]) if len(children) == 2 else None
        return _Part(FieldExpr(str(children[0]), argument, self._span(start, end), start), start, end)

    def transformer(self, children: list[_Part[TransformerArg] | Token]) -> _Part[FieldTransformerExpr]:
        opening, last = cast(Token, children[0]), cast(Token, children[-1])
        start, end = _offset(opening), _offset(last) + len(last)
        arguments = tuple(child.node for child in children if not isinstance(child, Token))
        argument = _text(last[1:-1]) if last.type == "FIELD_ARG" else None
        name = opening.rstrip(_BLANKS)[:-1]
        return _Part(FieldTransformerExpr(name, arguments, argument, self._span(start, end), start), start, end)

    def transformer_list(self, children: list[_Part[TransformerArg] | Token]) -> _Part[TransformerListExpr]:
        start, end = self._parenthesised(cast(Token, children[0]), cast(Token, children[-1]))
        items = tuple(child.node for child in children if not isinstance(child, Token))
        return _Part(TransformerListExpr(items, self._span(start, end), start), start, end)

    # Constants.

    def value(self, children: list[Token]) -> _Part[ValueExpr]:
        return self._value(children[0])

    def constants(self, children: list[_Part[ValueExpr] | Token]) -> _Part[ListExpr]:
        start, end = self._parenthesised(cast(Token, children[0]), cast(Token, children[-1]))
        items = tuple(child.node for child in children if not isinstance(child, Token))
        return _Part(ListExpr(items, self._span(start, end), start), start, end)

    def named_list(self, children: list[Token]) -> _Part[ListExpr]:
        item = self._value(children[0])
        return _Part(ListExpr((item.node,), item.node.span, item.start, bare=True), item.start, item.end)

    def _value(self, token: Token) -> _Part[ValueExpr]:
        start, end = self._extent(token)
        name = next((region.list_name for region in self._mapped.regions if region.start <= start < region.end), None)
        return _Part(ValueExpr(_text(token), self._span(start, end), start, token.type == "QUOTED", name), start, end)

    def _extent(self, token: Token) -> tuple[int, int]:
        start = _offset(token)
        return start, start + len(token)

    def _parenthesised(self, opening: Token, closing: Token) -> tuple[int, int]:
        return _offset(opening), _offset(closing) + len(closing)
