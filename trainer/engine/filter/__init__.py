"""Falco's condition language: text to tree and back."""

from trainer.engine.filter import ast
from trainer.engine.filter.diagnose import OPERATORS, transformer_ends
from trainer.engine.filter.escaping import escape, unescape
from trainer.engine.filter.highlight import Token, tokenize
from trainer.engine.filter.hints import nearest
from trainer.engine.filter.parser import ParseError, parse_condition
from trainer.engine.filter.printer import Node, checks, to_string, walk

__all__ = [
    "OPERATORS",
    "Node",
    "ParseError",
    "Token",
    "ast",
    "checks",
    "escape",
    "nearest",
    "parse_condition",
    "to_string",
    "tokenize",
    "transformer_ends",
    "unescape",
    "walk",
]
