"""A tolerant lexer for colouring a condition while it is typed: it never fails, and knows nothing of nesting."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is field, operator, keyword, number, string, identifier, punct or transformer."""

    kind: str
    start: int
    end: int


_NUMBER = r"(?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|[0-9]+(?:\.[0-9]+)?)(?![\w./-]))"
_QUOTED = r"""(?P<string>"(?:[^"]|(?<=\\)")*+"?|'(?:[^']|(?<=\\)')*+'?)"""
_TRANSFORMER = r"(?P<transformer>(?:tolower|toupper|b64|basename|len|join|concat|getopt|val)(?=\())"
_WORD_OPERATORS = r"(?:exists|i?glob|[ib]?contains|b?startswith|endswith|regex|intersects|in|pmatch|oneof|anyof|allof)(?![\w./-])"

_TOKENS = re.compile(
    rf"""{_QUOTED}
    |{_TRANSFORMER}
    |(?P<field>[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)+(?:\[[^\]\s]*\])?)
    |(?P<keyword>(?:and|or|not)(?![\w./-]))
    |(?P<operator>{_WORD_OPERATORS}|<=|>=|==|!=|[<>=])
    |{_NUMBER}
    |(?P<punct>[(),])
    |(?P<identifier>[^\s()=,"'<>!]+|.)""",
    re.VERBOSE | re.DOTALL,
)
# Behind these operators a bare word is a constant or a list's name, whatever it looks like: `= run.sh` compares with no field.
_VALUE = re.compile(rf"{_QUOTED}|{_TRANSFORMER}|{_NUMBER}|(?P<bare>[^()\"'\s=,]+)")
_BEFORE_VALUE = frozenset(
    ["=", "==", "!=", "glob", "iglob", "contains", "icontains", "bcontains", "startswith", "bstartswith", "endswith", "regex"]
)
_MODIFIER = re.compile(r"(?:oneof|anyof|allof)(?=\s+[(a-zA-Z])")
_BEFORE_LIST = frozenset(["in", "intersects", "pmatch", "oneof", "anyof", "allof"])


def tokenize(text: str) -> list[Token]:
    """Tokens of a condition, blanks left out."""
    tokens: list[Token] = []
    pos = 0
    last, in_list = "", False
    while pos < len(text):
        if text[pos].isspace():
            pos += 1
            continue
        found = None
        if in_list or (last in _BEFORE_VALUE and not _MODIFIER.match(text, pos)):
            found = _VALUE.match(text, pos)
        found = found or _TOKENS.match(text, pos)
        assert found is not None  # the last alternative takes any character
        kind = found.lastgroup or "identifier"
        tokens.append(Token("identifier" if kind == "bare" else kind, pos, found.end()))
        word = found.group()
        in_list = (in_list and word != ")") or (word == "(" and last in _BEFORE_LIST)
        last = word if kind == "operator" else ""
        pos = found.end()
    return tokens
