"""What the left side of a check is, and what may stand behind it. Asks the compiler's own tables."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from trainer.engine.assist.scan import LISTS, NUMERIC, STRING, STRING_WORDS
from trainer.engine.evaluate.constants import BadConstant, convert, kind_of
from trainer.engine.evaluate.operands import CompileError, Operand, left_operand
from trainer.engine.evaluate.operators import refusal
from trainer.engine.evaluate.transform import SINGLE, result_type
from trainer.engine.fields import FieldInfo
from trainer.engine.filter import ParseError, parse_condition
from trainer.engine.filter.ast import UnaryCheckExpr
from trainer.engine.rules.plugins import catalogue_of
from trainer.source import MappedText

ORDER: Final = ("=", "!=", "in", *STRING_WORDS, "pmatch", "intersects", "exists", "<", "<=", ">", ">=", "==")
"""Operators as they are proposed: those that most checks need come first."""


@lru_cache(maxsize=1024)
def operand_of(left: str, sources: tuple[str, ...], plugins: frozenset[str]) -> Operand | None:
    """The left side of a check compiled; None where Falco would refuse it."""
    try:
        parsed = parse_condition(MappedText.plain(f"{left} exists"))
        if isinstance(parsed, ParseError) or not isinstance(parsed, UnaryCheckExpr):
            return None
        for source in sources:
            operand = left_operand(parsed.left, source, catalogue_of(plugins))
            if not isinstance(operand, CompileError):
                return operand
    except (ValueError, RecursionError):
        return None
    return None


def operators_of(operand: Operand | None) -> tuple[str, ...]:
    """The operators with which some constant compiles; all for a left side that is not known."""
    return ORDER if operand is None else tuple(name for name in ORDER if allowed(operand, name))


def allowed(operand: Operand, operator: str, modifier: bool = False) -> bool:
    if operator == "exists" or operand.type == "DYN":
        return operator == "exists" or not modifier or operator in STRING
    kind = kind_of(operand.type)
    if refusal(kind, operator, modifier, operand.is_list, operand.type) is not None:
        return False
    if operand.name == "evt.around":
        return operator in ("=", "==")
    if operand.name == "evt.type" and operator in NUMERIC:  # a number is the name of no event
        return False
    if kind == "numeric" and not operand.is_list and isinstance(convert("1", operand.type, operator), BadConstant):
        return False
    return operator not in (*NUMERIC, *LISTS) if modifier else True


def fits(operand: Operand | None, constants: tuple[str, ...], event_names: frozenset[str], lists: frozenset[str]) -> bool:
    """Whether a list of these items can be compared with; names of lists in it are taken as they are."""
    if operand is None:
        return True
    for text in constants:
        if text in lists:
            continue
        if operand.name == "evt.type" and not operand.transformed:
            if text not in event_names:
                return False
        elif operand.type != "CHARBUF" and operand.type != "DYN" and isinstance(convert(text, operand.type, "in"), BadConstant):
            return False
    return True


def takes(transformer: str, info: FieldInfo, right_of: Operand | None) -> bool:
    """Whether a field may stand inside the transformer; ``val`` wants the type of the check's left side."""
    if transformer == "val":
        return "NO_RHS" not in info.flags and (right_of is None or info.type == right_of.type)
    if transformer in SINGLE:
        return "NO_TRANSFORMER" not in info.flags and result_type(transformer, info.type, info.is_list) is not None
    if transformer == "concat":
        return kind_of(info.type) == "string" and not info.is_list
    return True


def takes_fields(operand: Operand | None, operator: str) -> bool:
    """Whether the right side may be a field: val(...) or a transformer."""
    if operator in ("pmatch", "regex", "exists", ""):
        return False
    return operand is None or ("NO_RHS" not in operand.flags and kind_of(operand.type) != "network")
