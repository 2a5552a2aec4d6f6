"""Conditions compiled and explained, outputs rendered; one operators table behind both."""

from trainer.engine.evaluate.compile import CheckWarning, Compiled, SharedMacros, compile_condition
from trainer.engine.evaluate.explain import Explanation, deciding, explain, satisfied
from trainer.engine.evaluate.operands import CompileError
from trainer.engine.evaluate.output import FieldToken, Output, compile_output, format_time, value_text
from trainer.engine.evaluate.reasons import reason, shown

__all__ = [
    "CheckWarning",
    "CompileError",
    "Compiled",
    "Explanation",
    "FieldToken",
    "Output",
    "SharedMacros",
    "compile_condition",
    "compile_output",
    "deciding",
    "explain",
    "format_time",
    "reason",
    "satisfied",
    "shown",
    "value_text",
]
