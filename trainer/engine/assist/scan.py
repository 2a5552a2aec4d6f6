"""A condition's text as tokens that know what was expected where they stand. Never fails: it is made for text that is being typed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

State: TypeAlias = Literal["check", "operator", "value", "number", "list", "item", "separator", "argument", "comma", "join"]
"""What may come next: a check, an operator, a value, a number, a list, a list's item, a comma in a list, an argument of a transformer,
a comma behind one, or ``and`` and ``or``."""
Role: TypeAlias = Literal["field", "operator", "keyword", "macro", "list", "value", "transformer", "punct", "junk"]

TRANSFORMERS: Final = ("tolower", "toupper", "b64", "basename", "len", "join", "concat", "getopt")
MODIFIERS: Final = ("oneof", "anyof", "allof")
STRING_WORDS: Final = ("glob", "iglob", "contains", "icontains", "bcontains", "startswith", "bstartswith", "endswith", "regex")
STRING: Final = ("=", "==", "!=", *STRING_WORDS)
NUMERIC: Final = ("<", "<=", ">", ">=")
LISTS: Final = ("in", "intersects", "pmatch")

_BLANKS = " \t\b\r\n\v\f"
_WORD = re.compile(r"[a-zA-Z0-9_.][a-zA-Z0-9_.\-]*")
_ARGUMENT = re.compile(r"""\[("[^"]*"?|'[^']*'?|[^\]\["'\s]*)\]?""")
_TRANSFORMER = re.compile(rf"({'|'.join((*TRANSFORMERS, 'val'))})\(")
_SYMBOL = re.compile(r"==|!=|<=|>=|[=<>!]")
_BARE = re.compile(r"[^()\"'\s=,]+")
_LETTERS = re.compile(r"[a-zA-Z]+")
_QUOTED = re.compile(r"""(?P<quote>["'])(?:(?!(?P=quote))[^\\]|\\.)*(?P<end>(?P=quote))?""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Check:
    """The left side and operator of the check that a token belongs to."""

    left: str = ""
    operator: str = ""
    modifier: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    role: Role
    start: int
    end: int
    state: State
    """What was expected where the token starts."""
    check: Check = Check()
    is_open: bool = False
    """A quote or bracket that nothing closes."""


@dataclass(frozen=True, slots=True)
class _Group:
    kind: Literal["group", "list", "transformer", "arguments"]
    start: int
    left: bool = False
    """A transformer on the left side of a check."""


@dataclass
class Scan:
    """The tokens of a text, and what is expected at its end."""

    text: str
    tokens: list[Token] = field(default_factory=list)
    state: State = "check"
    check: Check = Check()
    _open: list[_Group] = field(default_factory=list)

    def depth(self) -> int:
        return len(self._open)

    def innermost(self) -> str:
        """The name of the transformer whose argument the end is in, or nothing."""
        for group in reversed(self._open):
            if group.kind == "transformer":
                return self.text[group.start : self.text.index("(", group.start)]
            if group.kind != "arguments":
                return ""
        return ""

    def word(self, token: Token) -> str:
        return self.text[token.start : token.end]

    # One step for each state. Each reads from `pos` and returns where it stopped.

    def run(self) -> Scan:
        pos, size = 0, len(self.text)
        while pos < size:
            if self.text[pos] in _BLANKS or self.text[pos].isspace():
                pos += 1
                continue
            pos = self._step(pos)
        return self

    def _step(self, pos: int) -> int:
        if self.state == "check":
            return self._check(pos)
        if self.state == "operator":
            return self._operator(pos)
        if self.state in ("value", "number", "list"):
            return self._value(pos)
        if self.state in ("item", "separator"):
            return self._item(pos)
        if self.state in ("argument", "comma"):
            return self._argument(pos)
        return self._join(pos)

    def _add(self, role: Role, start: int, end: int, state: State, *, is_open: bool = False) -> int:
        """Adds a token and says what comes next."""
        self.tokens.append(Token(role, start, end, self.state, self.check, is_open))
        self.state = state
        return end

    def _push(self, kind: Literal["group", "list", "transformer", "arguments"], start: int, *, left: bool = False) -> None:
        self._open.append(_Group(kind, start, left))

    def _close(self, pos: int) -> int:
        """A closing parenthesis, whatever was expected."""
        end = self._add("punct", pos, pos + 1, "join")
        group = self._open.pop() if self._open else None
        if group is None or group.kind in ("group", "list"):
            return end
        if self._open and self._open[-1].kind in ("transformer", "arguments"):
            self.state = "comma"
        elif group.left:
            if self.text[group.start : group.start + 7] == "getopt(" and (found := _ARGUMENT.match(self.text, end)):
                end = found.end()
            self.check = Check(self.text[group.start : end])
            self.state = "operator"
        return end

    def _quoted(self, pos: int, role: Role, state: State) -> int:
        found = _QUOTED.match(self.text, pos)
        if found is None:  # a backslash at the end of the text
            return self._add(role, pos, len(self.text), state, is_open=True)
        return self._add(role, pos, found.end(), state, is_open=found["end"] is None)

    def _field(self, pos: int, end: int, state: State) -> int:
        """A field's name up to ``end`` and the argument behind it."""
        found = _ARGUMENT.match(self.text, end)
        is_open = found is not None and not found.group().endswith("]")
        end = found.end() if found is not None else end
        at = self._add("field", pos, end, state, is_open=is_open)
        if state == "operator":
            self.check = Check(self.text[pos:end])
        return at

    def _check(self, pos: int) -> int:
        char = self.text[pos]
        if char == "(":
            self._push("group", pos)
            return self._add("punct", pos, pos + 1, "check")
        if char == ")":
            return self._close(pos)
        if char in "\"'":
            return self._quoted(pos, "junk", "join")
        if found := _TRANSFORMER.match(self.text, pos):
            self._push("transformer", pos, left=True)
            return self._add("transformer", pos, found.end(), "argument")
        found = _WORD.match(self.text, pos)
        if found is None:
            return self._add("junk", pos, pos + 1, "check")
        word, end = found.group(), found.end()
        if word in ("not", "and", "or"):
            return self._add("keyword", pos, end, "check")
        if "." in word or self.text[end : end + 1] == "[":
            return self._field(pos, end, "operator")
        return self._add("macro", pos, end, "join")

    def _operator(self, pos: int) -> int:
        if found := _SYMBOL.match(self.text, pos):
            return self._operator_is(pos, found.end())
        if self.text[pos] == ")":
            return self._close(pos)
        found = _LETTERS.match(self.text, pos)
        if found is None:
            return self._add("junk", pos, pos + 1, "operator")
        if found.group() in ("and", "or"):
            return self._add("keyword", pos, found.end(), "check")
        return self._operator_is(pos, found.end())

    def _operator_is(self, pos: int, end: int) -> int:
        word = self.text[pos:end]
        after: State = "join" if word == "exists" else "number" if word in NUMERIC else "list" if word in LISTS else "value"
        if word == "!":
            after = "operator"
        at = self._add("operator", pos, end, after)
        self.check = Check(self.check.left, word)
        return at

    def _value(self, pos: int) -> int:
        char, text = self.text[pos], self.text
        if char == "(":
            self._push("list", pos)
            return self._add("punct", pos, pos + 1, "item")
        if char == ")":
            return self._close(pos)
        if char in "\"'":
            return self._quoted(pos, "value", "join")
        if found := _TRANSFORMER.match(text, pos):
            self._push("transformer", pos)
            return self._add("transformer", pos, found.end(), "argument")
        found = _BARE.match(text, pos)
        if found is None:
            return self._add("junk", pos, pos + 1, self.state)
        word, end = found.group(), found.end()
        if self.state == "value" and word in MODIFIERS and text[pos - 1 : pos].isspace() and self._modifies(end):
            at = self._add("operator", pos, end, "list")
            self.check = Check(self.check.left, self.check.operator, modifier=True)
            return at
        return self._add("list" if self.state == "list" else "value", pos, end, "join")

    def _modifies(self, end: int) -> bool:
        """Whether a list follows the modifier, or may yet be typed."""
        rest = self.text[end:].lstrip()
        return not rest or rest[0] == "(" or (_LETTERS.match(rest) is not None and not re.match(r"(?:and|or|not)(?!\w)", rest))

    def _item(self, pos: int) -> int:
        char = self.text[pos]
        if char == ")":
            return self._close(pos)
        if char == ",":
            return self._add("punct", pos, pos + 1, "item")
        if char in "\"'":
            return self._quoted(pos, "value", "separator")
        found = _BARE.match(self.text, pos)
        if found is None:
            return self._add("junk", pos, pos + 1, self.state)
        return self._add("value", pos, found.end(), "separator")

    def _argument(self, pos: int) -> int:
        char = self.text[pos]
        if char == ")":
            return self._close(pos)
        if char == ",":
            return self._add("punct", pos, pos + 1, "argument")
        if char == "(":
            self._push("arguments", pos)
            return self._add("punct", pos, pos + 1, "argument")
        if char in "\"'":
            return self._quoted(pos, "value", "comma")
        if found := _TRANSFORMER.match(self.text, pos):
            self._push("transformer", pos)
            return self._add("transformer", pos, found.end(), "argument")
        found = _WORD.match(self.text, pos)
        if found is None:
            return self._add("junk", pos, pos + 1, self.state)
        if found.group()[0].isdigit():
            return self._add("value", pos, found.end(), "comma")
        return self._field(pos, found.end(), "comma")

    def _join(self, pos: int) -> int:
        char = self.text[pos]
        if char == ")":
            return self._close(pos)
        if char in "\"'":
            return self._quoted(pos, "junk", "join")
        found = _WORD.match(self.text, pos)
        if found is None:
            return self._add("junk", pos, pos + 1, "join")
        if found.group() in ("and", "or"):
            return self._add("keyword", pos, found.end(), "check")
        if "." in found.group():  # `and` was forgotten
            return self._field(pos, found.end(), "operator")
        return self._add("junk", pos, found.end(), "join")


def scan(text: str) -> Scan:
    return Scan(text).run()


def event_types(found: Scan) -> list[str]:
    """Constants that evt.type is compared with, in order."""
    return [
        found.word(token).strip("\"'")
        for token in found.tokens
        if token.role in ("value", "list") and token.check.left in ("evt.type", "syscall.type")
    ]
