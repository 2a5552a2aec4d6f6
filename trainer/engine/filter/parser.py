"""Parses a condition: lark accepts and builds the tree, ``diagnose`` says why a text is refused."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from trainer.engine.filter.ast import Expr
from trainer.engine.filter.diagnose import Fault, diagnose
from trainer.engine.filter.hints import hint_for
from trainer.source import MappedText, Span, frozen

# lark is imported when the first condition is parsed: it takes longer to import than the rest of the engine.
if TYPE_CHECKING:
    from lark import Lark, ParseTree

_OPENING = frozenset({"LPAR", "AND_PAREN", "OR_PAREN", "NOT_PAREN", "TRANSFORMER", "VAL"})
_WORD = re.compile(r"[^\s()=,\"']+|[<>=!]+")


@frozen
class ParseError:
    """Why a condition does not parse.

    ``message`` is Falco's, ``pos`` the index where Falco's parser stood; ``line`` and ``column`` are Falco's, both 1-based. ``span``
    is the wrong token in the learner's file, ``hint`` what it probably should be, in plain words.
    """

    message: str
    pos: int
    line: int
    column: int
    span: Span
    hint: str = ""
    expected: tuple[str, ...] = ()


@cache
def _grammar() -> Lark:
    from lark import Lark

    return Lark.open("grammar.lark", rel_to=__file__, parser="lalr", lexer="contextual", maybe_placeholders=False)


_REMEMBERED = 2_000
"""Texts up to this length keep their tree: while a file is edited, all conditions but one stay as they are."""


@lru_cache(maxsize=1024)
def _remembered_tree(text: str, max_depth: int) -> ParseTree | None:
    return _tree(text, max_depth)


def _tree(text: str, max_depth: int) -> ParseTree | None:
    """Lark's tree, or None where ``text`` is refused. Where the depth limit could be met, tokens come one by one, to stop there."""
    from lark import UnexpectedInput

    try:
        if text.count("(") < max_depth:
            return _grammar().parse(text)
        parse, depth = _grammar().parse_interactive(text), 0
        for token in parse.iter_parse():
            if token.type in _OPENING:
                depth += 1
                if depth >= max_depth:
                    return None
            elif token.type == "RPAR":
                depth -= 1
        tree: ParseTree = parse.feed_eof()  # type: ignore[no-untyped-call]
    except UnexpectedInput:
        return None
    return tree


def parse_condition(text: MappedText, max_depth: int = 1000) -> Expr | ParseError:
    """Parses one condition. Never raises: what is wrong with the text is the returned ParseError."""
    read = _remembered_tree if len(text.text) <= _REMEMBERED else _tree
    tree = read(text.text, max_depth)
    if tree is not None:
        from trainer.engine.filter.tree import TreeBuilder

        return TreeBuilder(text).build(tree)
    fault = diagnose(text.text, max_depth)
    # The two agree on what is a condition (tests/engine/test_filter_laws.py); an answer is due even where they should not.
    return _error(fault or Fault("unexpected token after '', expecting 'or', 'and'", 0), text)


def _error(fault: Fault, text: MappedText) -> ParseError:
    line, column = position(text.text, fault.pos)
    start, end = fault.token or _token_at(text.text, fault.pos)
    hint, expected = hint_for(fault, text.text)
    return ParseError(fault.message, fault.pos, line, column, text.span(start, end), hint, expected)


def _token_at(text: str, pos: int) -> tuple[int, int]:
    found = _WORD.match(text, pos)
    return pos, found.end() if found else min(pos + 1, len(text))


def position(text: str, pos: int) -> tuple[int, int]:
    """Falco's line and column, both 1-based; a carriage return and a line feed each start a line."""
    before = text[:pos]
    line = 1 + before.count("\n") + before.count("\r")
    return line, pos - max(before.rfind("\n"), before.rfind("\r"))
