"""Where and why a text is no condition: Falco's message at Falco's position.

Lark decides what is accepted. Its own errors name a token set at a place that Falco never reports, so a rejected text is read again
by libsinsp's productions, in libsinsp's order. Parentheses and transformers run on explicit stacks: nesting costs no Python frames.
"""

from __future__ import annotations

import re

from trainer.engine.filter.escaping import unescape
from trainer.source import frozen

_BLANK = re.compile(r"[ \t\b\r\n]+")
_NOT = re.compile(r"not[ \t\n\v\f\r]+")
_IDENTIFIER = re.compile(r"[a-zA-Z][a-zA-Z0-9_]*")
_FIELD = re.compile(r"[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)+")
_FIELD_ARG = re.compile(r"[^\]\[\"' \t\n\v\f\r]+")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|[+\-]?[0-9]+\.?[0-9]*(?:[eE][+\-][0-9]+)?")
_BARE = re.compile(r"[^()\"' \t\n\v\f\r=,]+")
_QUOTED = re.compile(r"\"(?:[^\"\0]|(?<=\\)\")*+(?<!\\)\"|'(?:[^'\0]|(?<=\\)')*+(?<!\\)'")

_TRANSFORMERS = ("tolower", "toupper", "b64", "basename", "len", "join", "concat", "getopt")
_TRANSFORMER = re.compile(rf"(?:{'|'.join(_TRANSFORMERS)})\(")
_STRING_WORDS = ("glob", "iglob", "contains", "icontains", "bcontains", "startswith", "bstartswith", "endswith", "regex")
_NUMERIC = re.compile(r"<=|<|>=|>")
_STRING = re.compile(rf"(==|=|!=)|({'|'.join(_STRING_WORDS)})(?=[ \t\b\r\n])")
_LIST = re.compile(r"intersects|in|pmatch")
_MODIFIER = re.compile(r"(?:oneof|anyof|allof)(?=[ \t\b\r\n]+(?:\(|(?!(?:and|or|not)(?![a-zA-Z0-9_]))[a-zA-Z]))")

OPERATORS = ("exists", "<=", "<", ">=", ">", "==", "=", "!=", *_STRING_WORDS, "intersects", "in", "pmatch")
_WITH_TRANSFORMER = "a field with a valid transformer: " + ", ".join(f"'{name}'" for name in ("val", *_TRANSFORMERS))


@frozen
class Fault:
    """Falco's message and the index where its parser stood; ``opened`` is the parenthesis that was open there."""

    message: str
    pos: int
    opened: int | None = None
    token: tuple[int, int] | None = None
    """Place of the wrong token where that does not start at ``pos``."""


class _Stop(Exception):
    """Ends the reading; never leaves this module."""

    def __init__(self, message: str, token: tuple[int, int] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.token = token


def diagnose(text: str, max_depth: int) -> Fault | None:
    """The first fault of ``text``, or None where it is a condition."""
    reader = _Reader(text, max_depth)
    try:
        reader.condition()
    except _Stop as stop:
        return Fault(stop.message, reader.pos, reader.open[-1] if reader.open else None, stop.token)
    return None


def transformer_ends(text: str, start: int, max_depth: int = 1000) -> tuple[int, ...]:
    """Where the transformer that begins at ``start`` ends, with its ``[argument]`` first and then without; nothing where it is none."""
    reader = _Reader(text, max_depth)
    reader.pos = start
    try:
        whole = reader.pos if reader.transformer() else 0
    except _Stop:
        whole = 0
    if reader.open or not reader.closed:
        return ()
    return (whole, reader.closed) if whole > reader.closed else (reader.closed,)


class _Reader:
    def __init__(self, text: str, max_depth: int) -> None:
        self.text = text
        self.pos = 0
        self.last = ""
        self.open: list[int] = []
        self.closed = 0
        """End of the parenthesis that was closed last."""
        self.max_depth = max_depth

    # Scanner. `last` is what Falco's "unexpected token after" shows.

    def blank(self) -> bool:
        found = _BLANK.match(self.text, self.pos)
        if found is not None:
            self.pos = found.end()
        return found is not None

    def take(self, token: str) -> bool:
        if not self.text.startswith(token, self.pos):
            return False
        self.pos += len(token)
        self.last = token
        return True

    def match(self, pattern: re.Pattern[str]) -> bool:
        found = pattern.match(self.text, self.pos)
        if found is None:
            return False
        self.pos = found.end()
        self.last = found.group()
        return True

    def opened(self) -> None:
        """A parenthesis was read."""
        self.open.append(self.pos - 1)
        if len(self.open) >= self.max_depth:
            raise _Stop(f"exceeded max depth limit of {self.max_depth}")

    def close(self, message: str) -> None:
        if not self.take(")"):
            raise _Stop(message)
        self.open.pop()
        self.closed = self.pos

    def quoted(self) -> bool:
        found = _QUOTED.match(self.text, self.pos)
        if found is None:
            return False
        self.pos = found.end()
        self.last, problem = unescape(found.group()[1:-1], found.group()[0])
        if problem is not None:
            raise _Stop(problem, found.span())
        return True

    # Boolean levels. Behind an `or(...)` no `and` is read.

    def condition(self) -> None:
        if not self.text:
            raise _Stop("filter input string is empty")
        levels: list[str] = []
        while True:
            if self.operand():
                levels.append("and")
                continue
            state = "and"
            while True:
                self.blank()
                if state == "and" and self.take("and"):
                    if self.tail("and"):
                        levels.append("and")
                    break
                if self.take("or"):
                    if self.tail("or"):
                        levels.append("or")
                    break
                if not levels:
                    if self.pos != len(self.text):
                        raise _Stop(f"unexpected token after '{self.last}', expecting 'or', 'and'")
                    return
                self.close("expected a ')' token")
                state = levels.pop()

    def operand(self) -> bool:
        """Reads the nots and a check; True when a parenthesis was opened instead."""
        self.blank()
        while self.match(_NOT):
            pass
        if self.take("not("):
            self.opened()
            return True
        self.blank()
        if self.take("("):
            self.opened()
            return True
        self.check()
        return False

    def tail(self, word: str) -> bool:
        """What follows ``and`` or ``or``: a blank, or a parenthesis at once (True)."""
        if self.blank():
            return False
        if not self.take("("):
            raise _Stop(f"expected blank or '(' after '{word}'")
        self.opened()
        return True

    # Checks.

    def check(self) -> None:
        if self.field() or self.transformer():
            self.comparison()
        elif not self.match(_IDENTIFIER):
            raise _Stop("expected a '(' token, a field check, or an identifier")

    def comparison(self) -> None:
        self.blank()
        if self.take("exists"):
            return
        if self.match(_NUMERIC):
            self.blank()
            if not (self.right_field() or self.match(_NUMBER)):
                raise _Stop(f"expected a number value or {_WITH_TRANSFORMER}")
        elif self.match(_STRING):
            blank = self.blank()
            if blank and self.match(_MODIFIER):
                self.blank()
                if not (self.constants() or self.match(_IDENTIFIER)):
                    raise _Stop("expected a list or an identifier")
            elif not (self.right_field() or self.string()):
                raise _Stop(f"expected a string value or {_WITH_TRANSFORMER}")
        elif self.match(_LIST):
            self.blank()
            if not (self.constants() or self.right_field() or self.match(_IDENTIFIER)):
                raise _Stop(f"expected a list, an identifier, or {_WITH_TRANSFORMER}")
        else:
            raise _Stop("expected a valid check operator: one of " + ", ".join(f"'{name}'" for name in OPERATORS))

    def string(self) -> bool:
        return self.quoted() or self.match(_BARE)

    def constants(self) -> bool:
        if not self.take("("):
            return False
        self.opened()
        self.blank()
        if self.string():
            self.blank()
            while self.take(","):
                self.blank()
                if not self.string():
                    raise _Stop("expected a string value")
                self.blank()
        self.close("expected a ')' token")
        return True

    # Fields and transformers.

    def field(self) -> bool:
        if not self.match(_FIELD):
            return False
        self.field_argument()
        return True

    def field_argument(self) -> None:
        if not self.take("["):
            return
        if not (self.quoted() or self.match(_FIELD_ARG)):
            raise _Stop("expected a valid field argument: a quoted string or a bare string")
        if not self.take("]"):
            raise _Stop("expected a ']' token")

    def right_field(self) -> bool:
        if self.transformer():
            return True
        if not self.take("val("):
            return False
        self.opened()
        self.blank()
        if not self.field():
            raise _Stop("expected a field within 'val' transformer")
        self.blank()
        self.close("expected a ')' token closing the transformer")
        self.field_argument()
        return True

    def transformer(self) -> bool:
        if not self.match(_TRANSFORMER):
            return False
        self.opened()
        inside = ["transformer"]
        while True:
            if self.argument(inside):
                continue
            while True:
                self.blank()
                if self.take(","):
                    break
                if inside.pop() == "list":
                    self.close("expected ')'")
                else:
                    self.close("expected a ')' token closing the transformer")
                    self.field_argument()
                if not inside:
                    return True

    def argument(self, inside: list[str]) -> bool:
        """Reads one argument; True when it opened a transformer or a list, whose own arguments come next."""
        self.blank()
        if self.match(_NUMBER) or self.quoted():
            return False
        if self.match(_TRANSFORMER):
            self.opened()
            inside.append("transformer")
            return True
        if self.field():
            return False
        if inside[-1] == "list":
            raise _Stop("expected transformer list argument: field, transformer, quoted string, or number")
        if not self.take("("):
            raise _Stop("expected field transformer argument: field, transformer, quoted string, number, or transformer list")
        self.opened()
        self.blank()
        if self.take(")"):
            self.open.pop()
            return False
        inside.append("list")
        return True
