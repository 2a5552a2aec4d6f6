"""Which words may stand as an exception's comparison, and which as its field."""

from __future__ import annotations

from trainer.engine.evaluate import CompileError, compile_condition
from trainer.engine.fields import FieldCatalogue
from trainer.engine.filter import ParseError, parse_condition
from trainer.source import MappedText

_STRING = (
    "==",
    "=",
    "!=",
    "glob",
    "iglob",
    "contains",
    "icontains",
    "bcontains",
    "startswith",
    "bstartswith",
    "endswith",
    "regex",
)
_NUMERIC = ("<=", "<", ">=", ">")
_LIST = ("intersects", "in", "pmatch")
_MODIFIERS = ("oneof", "anyof", "allof")


def _has_modifier(word: str) -> bool:
    parts = word.split()
    return len(parts) == 2 and parts[0] in _STRING and parts[1] in _MODIFIERS


def is_operator(word: str) -> bool:
    return word in (*_STRING, *_NUMERIC, *_LIST, "exists") or _has_modifier(word)


def is_single_field_operator(word: str) -> bool:
    return word in _LIST or _has_modifier(word)


def is_list_operator(word: str) -> bool:
    return word in _LIST or _has_modifier(word)


def field_exists(name: str, source: str, catalogue: FieldCatalogue) -> bool:
    """A field or a transformer on fields in rules of ``source``, as Falco tries it: by compiling it with ``exists``."""
    parsed = parse_condition(MappedText.plain(f"{name} exists"))
    return not isinstance(parsed, ParseError) and not isinstance(compile_condition(parsed, source, catalogue), CompileError)
