"""The Falco-compatible engine: rules files to a ruleset, events to alerts, and the reason for each."""

from trainer.engine.evaluate import (
    Compiled,
    CompileError,
    Explanation,
    Output,
    compile_condition,
    compile_output,
    deciding,
    explain,
    format_time,
    reason,
    satisfied,
    shown,
)
from trainer.engine.fields import FieldInfo, load_catalogue
from trainer.engine.filter import ParseError, parse_condition, to_string, tokenize, walk

__all__ = [
    "CompileError",
    "Compiled",
    "Explanation",
    "FieldInfo",
    "Output",
    "ParseError",
    "compile_condition",
    "compile_output",
    "deciding",
    "explain",
    "format_time",
    "load_catalogue",
    "parse_condition",
    "reason",
    "satisfied",
    "shown",
    "to_string",
    "tokenize",
    "walk",
]
