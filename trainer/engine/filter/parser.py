"""The condition parser: libsinsp's productions over a scanner, with Falco's own messages and positions.

The three boolean levels run on an explicit stack, so nesting costs no Python frames.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

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
from trainer.engine.filter.hints import hint_for
from trainer.source import MappedText, Span

_BLANK = re.compile(r"[ \t\b\r\n]+")
_NOT = re.compile(r"not[ \t\n\v\f\r]+")
_IDENTIFIER = re.compile(r"[a-zA-Z]+[a-zA-Z0-9_]*")
_FIELD = re.compile(r"[a-zA-Z]+[a-zA-Z0-9_]*(?:\.[a-zA-Z]+[a-zA-Z0-9_]*)+")
_FIELD_ARG = re.compile(r"[^\]\[\"' \t\n\v\f\r]+")
_HEX = re.compile(r"0[xX][0-9a-fA-F]+")
_NUMBER = re.compile(r"[+\-]?[0-9]+\.?[0-9]*(?:[eE][+\-][0-9]+)?")
_BARE = re.compile(r"[^()\"' \t\n\v\f\r=,]+")
_TRANSFORMERS = ("tolower", "toupper", "b64", "basename", "len", "join", "concat", "getopt")
_TRANSFORMER = re.compile(r"(tolower|toupper|b64|basename|len|join|concat|getopt)\(")
_NUMERIC = ("<=", "<", ">=", ">")
_STRING = ("==", "=", "!=")
_STRING_WORDS = ("glob", "iglob", "contains", "icontains", "bcontains", "startswith", "bstartswith", "endswith", "regex")
_STRING_WORD = re.compile(r"(glob|iglob|contains|icontains|bcontains|startswith|bstartswith|endswith|regex)[ \t\b\r\n]+")
_LIST = ("intersects", "in", "pmatch")
_MODIFIER = re.compile(r"(oneof|anyof|allof)(?=[ \t\b\r\n]+(?:\(|(?!(?:and|or|not)(?![a-zA-Z0-9_]))[a-zA-Z]))")
OPERATORS = ("exists", *_NUMERIC, *_STRING, *_STRING_WORDS, *_LIST)
_ALL_TRANSFORMERS = ", ".join(f"'{name}'" for name in ("val", *_TRANSFORMERS))


@dataclass(frozen=True, slots=True)
class ParseError:
    """Why a condition does not parse: Falco's message and position (line and column 1-based), our hint."""

    message: str
    pos: int
    line: int
    column: int
    span: Span
    hint: str = ""
    expected: tuple[str, ...] = ()


class _Stop(Exception):
    """Ends the parse; never leaves this module."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


_Left: TypeAlias = FieldExpr | FieldTransformerExpr
_Right: TypeAlias = ValueExpr | ListExpr | FieldExpr | FieldTransformerExpr


@dataclass(slots=True)
class _Frame:
    """One open level: the expression behind an opening parenthesis, or the whole text."""

    negated: bool
    start: int
    ors: list[Expr]
    ands: list[Expr]
    resume: str
    """State behind the closing parenthesis: ``operator``, ``or``; ``top`` for the whole text."""


class _Parser:
    def __init__(self, mapped: MappedText, max_depth: int) -> None:
        self.mapped = mapped
        self.text = mapped.text
        self.pos = 0
        self.last = ""
        self.max_depth = max_depth

    # Scanner.

    def blank(self) -> bool:
        found = _BLANK.match(self.text, self.pos)
        if found is None:
            return False
        self.pos = found.end()
        return True

    def take(self, token: str) -> bool:
        if not self.text.startswith(token, self.pos):
            return False
        self.pos += len(token)
        self.last = token
        return True

    def match(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self.text, self.pos)
        if found is None:
            return None
        self.pos = found.end()
        self.last = found.group()
        return self.last

    def span(self, start: int, end: int | None = None) -> Span:
        return self.mapped.span(start, self.pos if end is None else end)

    # Boolean levels.

    def parse(self) -> Expr:
        if not self.text:
            raise _Stop("filter input string is empty")
        stack = [_Frame(False, 0, [], [], "top")]
        operand: Expr | None = None
        state = "operand"
        while True:
            frame = stack[-1]
            if state == "operand":
                start, negated = self.negations()
                if self.take("not("):
                    self.push(stack, _Frame(not negated, start, [], [], "operator"))
                elif self.take("("):
                    self.push(stack, _Frame(negated, start, [], [], "operator"))
                else:
                    check = self.check()
                    operand = NotExpr(check, self.span(start), start) if negated else check
                    state = "operator"
                continue
            if state == "operator":
                assert operand is not None
                frame.ands.append(operand)
                self.blank()
                if self.take("and"):
                    state = self.tail(stack, "and", "operator")
                    continue
                frame.ors.append(self.join(frame.ands, AndExpr))
                frame.ands = []
            self.blank()
            if self.take("or"):
                # libsinsp reads no `and` behind `or(...)`: the parenthesis alone is the disjunct
                state = self.tail(stack, "or", "or")
                continue
            whole = self.join(frame.ors, OrExpr)
            self.blank()
            if frame.resume == "top":
                if self.pos != len(self.text):
                    raise _Stop(f"unexpected token after '{self.last}', expecting 'or', 'and'")
                return whole
            if not self.take(")"):
                raise _Stop("expected a ')' token")
            stack.pop()
            operand = NotExpr(whole, self.span(frame.start), frame.start) if frame.negated else whole
            state = frame.resume
            if state == "or":
                stack[-1].ors.append(operand)

    def negations(self) -> tuple[int, bool]:
        """Start of the operand, and whether an odd number of ``not`` stands before it."""
        self.blank()
        start = self.pos
        negated = False
        while (found := _NOT.match(self.text, self.pos)) is not None:
            self.pos = found.end()
            self.last = found.group()
            negated = not negated
        return start, negated

    def tail(self, stack: list[_Frame], word: str, resume: str) -> str:
        """What follows ``and`` or ``or``: a blank, or a parenthesis at once."""
        if not self.blank():
            if not self.take("("):
                raise _Stop(f"expected blank or '(' after '{word}'")
            self.push(stack, _Frame(False, self.pos - 1, [], [], resume))
        return "operand"

    def push(self, stack: list[_Frame], frame: _Frame) -> None:
        if len(stack) >= self.max_depth:
            raise _Stop(f"exceeded max depth limit of {self.max_depth}")
        stack.append(frame)

    def join(self, children: list[Expr], kind: type[AndExpr] | type[OrExpr]) -> Expr:
        if len(children) == 1:
            return children[0]
        return kind(tuple(children), self.span(children[0].pos), children[0].pos)

    # Checks.

    def check(self) -> Expr:
        start = self.pos
        left: _Left | None = self.field()
        if left is None:
            left = self.transformer()
        if left is not None:
            return self.condition(left, start)
        name = self.match(_IDENTIFIER)
        if name is not None:
            return IdentifierExpr(name, self.span(start), start)
        raise _Stop("expected a '(' token, a field check, or an identifier")

    def field(self) -> FieldExpr | None:
        start = self.pos
        name = self.match(_FIELD)
        if name is None:
            return None
        argument = self.field_argument()
        return FieldExpr(name, argument, self.span(start), start)

    def field_argument(self) -> str | None:
        if not self.take("["):
            return None
        argument = self.quoted()
        if argument is None:
            argument = self.match(_FIELD_ARG)
        if argument is None:
            raise _Stop("expected a valid field argument: a quoted string or a bare string")
        if not self.take("]"):
            raise _Stop("expected a ']' token")
        return argument

    def quoted(self) -> str | None:
        quote = self.text[self.pos : self.pos + 1]
        if quote not in ("'", '"') or not quote:
            return None
        end = self.pos + 1
        while True:
            end = self.text.find(quote, end)
            if end < 0:
                return None
            if self.text[end - 1] != "\\":
                break
            end += 1
        text, problem = unescape(self.text[self.pos + 1 : end], quote)
        self.pos = end + 1
        if problem is not None:
            raise _Stop(problem)
        self.last = text
        return text

    def transformer(self, nesting: int = 0) -> FieldTransformerExpr | None:
        start = self.pos
        found = _TRANSFORMER.match(self.text, self.pos)
        if found is None:
            return None
        if nesting > 100:
            raise _Stop(f"exceeded max depth limit of {self.max_depth}")
        self.pos = found.end()
        self.last = "("
        arguments: list[TransformerArg] = []
        while True:
            self.blank()
            arguments.append(self.transformer_argument(nesting))
            self.blank()
            if not self.take(","):
                break
        if not self.take(")"):
            raise _Stop("expected a ')' token closing the transformer")
        argument = self.field_argument()
        return FieldTransformerExpr(found.group(1), tuple(arguments), argument, self.span(start), start)

    def scalar_argument(self, nesting: int) -> TransformerArg | None:
        start = self.pos
        number = self.match(_HEX) or self.match(_NUMBER)
        if number is not None:
            return self.value(number, start, False)
        text = self.quoted()
        if text is not None:
            return self.value(text, start, True)
        return self.transformer(nesting + 1) or self.field()

    def transformer_argument(self, nesting: int) -> TransformerArg:
        start = self.pos
        found = self.scalar_argument(nesting)
        if found is not None:
            return found
        if not self.take("("):
            raise _Stop("expected field transformer argument: field, transformer, quoted string, number, or transformer list")
        items: list[TransformerArg] = []
        self.blank()
        if not self.take(")"):
            while True:
                self.blank()
                item = self.scalar_argument(nesting)
                if item is None:
                    raise _Stop("expected transformer list argument: field, transformer, quoted string, or number")
                items.append(item)
                self.blank()
                if not self.take(","):
                    break
            if not self.take(")"):
                raise _Stop("expected ')'")
        return TransformerListExpr(tuple(items), self.span(start), start)

    def value(self, text: str, start: int, quoted: bool) -> ValueExpr:
        name = next((r.list_name for r in self.mapped.regions if r.start <= start < r.end), None)
        return ValueExpr(text, self.span(start), start, quoted, name)

    def condition(self, left: _Left, start: int) -> Expr:
        self.blank()
        at = self.pos
        if self.take("exists"):
            return UnaryCheckExpr(left, "exists", self.span(start), start)
        operator = next((token for token in _NUMERIC if self.take(token)), None)
        if operator is not None:
            operator_span = self.span(at)
            return self.binary(left, operator, None, self.number_value(), start, operator_span)
        operator = next((token for token in _STRING if self.take(token)), None)
        operator_end = self.pos
        if operator is None and (found := _STRING_WORD.match(self.text, self.pos)) is not None:
            operator = self.last = found.group(1)
            operator_end = found.end(1)
            self.pos = found.end()
        if operator is not None:
            operator_span = self.span(at, operator_end)
            blank = self.blank() or operator not in _STRING
            modifier = self.match(_MODIFIER) if blank else None
            if modifier is not None:
                self.blank()
                return self.binary(left, operator, modifier, self.list_or_name(), start, operator_span)
            return self.binary(left, operator, None, self.string_value(), start, operator_span)
        operator = next((token for token in _LIST if self.take(token)), None)
        if operator is not None:
            return self.binary(left, operator, None, self.list_value(), start, self.span(at))
        raise _Stop("expected a valid check operator: one of " + ", ".join(f"'{name}'" for name in OPERATORS))

    def binary(self, left: _Left, operator: str, modifier: str | None, right: _Right, start: int, operator_span: Span) -> Expr:
        return BinaryCheckExpr(left, operator, modifier, right, self.span(start), operator_span, start)

    def right_field(self) -> FieldExpr | FieldTransformerExpr | None:
        found = self.transformer()
        if found is not None:
            return found
        start = self.pos
        if not self.take("val("):
            return None
        self.blank()
        field = self.field()
        if field is None:
            raise _Stop("expected a field within 'val' transformer")
        self.blank()
        if not self.take(")"):
            raise _Stop("expected a ')' token closing the transformer")
        return FieldTransformerExpr("val", (field,), self.field_argument(), self.span(start), start)

    def number_value(self) -> _Right:
        self.blank()
        right = self.right_field()
        if right is not None:
            return right
        start = self.pos
        number = self.match(_HEX) or self.match(_NUMBER)
        if number is None:
            raise _Stop(f"expected a number value or a field with a valid transformer: {_ALL_TRANSFORMERS}")
        return self.value(number, start, False)

    def string_value(self) -> _Right:
        self.blank()
        right = self.right_field()
        if right is not None:
            return right
        found = self.string()
        if found is None:
            raise _Stop(f"expected a string value or a field with a valid transformer: {_ALL_TRANSFORMERS}")
        return found

    def string(self) -> ValueExpr | None:
        start = self.pos
        text = self.quoted()
        if text is not None:
            return self.value(text, start, True)
        bare = self.match(_BARE)
        return None if bare is None else self.value(bare, start, False)

    def list_value(self) -> _Right:
        self.blank()
        found = self.list()
        if found is not None:
            return found
        right = self.right_field()
        if right is not None:
            return right
        named = self.named_list()
        if named is None:
            raise _Stop(f"expected a list, an identifier, or a field with a valid transformer: {_ALL_TRANSFORMERS}")
        return named

    def list_or_name(self) -> _Right:
        found = self.list() or self.named_list()
        if found is None:
            raise _Stop("expected a list or an identifier")
        return found

    def named_list(self) -> ListExpr | None:
        start = self.pos
        name = self.match(_IDENTIFIER)
        return None if name is None else ListExpr((self.value(name, start, False),), self.span(start), start, bare=True)

    def list(self) -> ListExpr | None:
        start = self.pos
        if not self.take("("):
            return None
        self.blank()
        items: list[ValueExpr] = []
        first = self.string()
        if first is not None:
            items.append(first)
            self.blank()
            while self.take(","):
                self.blank()
                item = self.string()
                if item is None:
                    raise _Stop("expected a string value")
                items.append(item)
                self.blank()
        if not self.take(")"):
            raise _Stop("expected a ')' token")
        return ListExpr(tuple(items), self.span(start), start)


def position(text: str, pos: int) -> tuple[int, int]:
    """Falco's line and column, both 1-based; a carriage return and a line feed each start a line."""
    line = 1 + sum(char in "\r\n" for char in text[:pos])
    start = max(text.rfind("\n", 0, pos), text.rfind("\r", 0, pos)) + 1
    return line, pos - start + 1


def parse_condition(text: MappedText, max_depth: int = 1000) -> Expr | ParseError:
    """Parses one condition. Never raises: what is wrong with the text is the returned ParseError."""
    parser = _Parser(text, max_depth)
    try:
        return parser.parse()
    except _Stop as stop:
        line, column = position(text.text, parser.pos)
        hint, expected = hint_for(stop.message, text.text, parser.pos)
        place = text.span(parser.pos, min(parser.pos + 1, len(text.text)))
        return ParseError(stop.message, parser.pos, line, column, place, hint, expected)
