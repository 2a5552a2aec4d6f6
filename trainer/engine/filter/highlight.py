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


_TOKENS = re.compile(
    r"""(?P<string>"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?)
    |(?P<transformer>(?:tolower|toupper|b64|basename|len|join|concat|getopt|val)(?=\())
    |(?P<field>[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)+(?:\[[^\]\s]*\])?)
    |(?P<keyword>(?:and|or|not)(?![\w./-]))
    |(?P<operator>(?:exists|i?glob|[ib]?contains|b?startswith|endswith|regex|intersects|in|pmatch|oneof|anyof|allof)(?![\w./-])|<=|>=|==|!=|[<>=])
    |(?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|[0-9]+)(?![\w./-]))
    |(?P<punct>[(),])
    |(?P<identifier>[^\s()=,"'<>!]+|.)""",
    re.VERBOSE | re.DOTALL,
)


def tokenize(text: str) -> list[Token]:
    """Tokens of a condition, blanks left out."""
    return [
        Token(found.lastgroup or "identifier", found.start(), found.end())
        for found in _TOKENS.finditer(text)
        if not found.group().isspace()
    ]
