"""The rule language: filter, fields, evaluate, rules."""

from typing import TYPE_CHECKING, Any

from trainer.engine.evaluate import (
    CheckWarning,
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
    value_text,
)
from trainer.engine.fields import FieldCatalogue, FieldExample, FieldInfo, load_catalogue
from trainer.engine.filter import ParseError, parse_condition, to_string, tokenize
from trainer.engine.rules import (
    AUDIT_PLUGINS,
    KNOWN_PLUGINS,
    Alert,
    CompiledRule,
    FileResult,
    ListInfo,
    LoadResult,
    MacroInfo,
    Priority,
    Ruleset,
    falco_results,
    falco_text,
    load_rules,
    plugins_for,
    plugins_of,
)

if TYPE_CHECKING:
    from trainer.engine.rules.lints import extended_outputs
    from trainer.engine.rules.settings import FalcoSettings, SettingsProblem, read_settings

__all__ = [
    "AUDIT_PLUGINS",
    "KNOWN_PLUGINS",
    "Alert",
    "CheckWarning",
    "CompileError",
    "Compiled",
    "CompiledRule",
    "Explanation",
    "FalcoSettings",
    "FieldCatalogue",
    "FieldExample",
    "FieldInfo",
    "FileResult",
    "ListInfo",
    "LoadResult",
    "MacroInfo",
    "Output",
    "ParseError",
    "Priority",
    "Ruleset",
    "SettingsProblem",
    "compile_condition",
    "compile_output",
    "deciding",
    "explain",
    "extended_outputs",
    "falco_results",
    "falco_text",
    "format_time",
    "load_catalogue",
    "load_rules",
    "parse_condition",
    "plugins_for",
    "plugins_of",
    "read_settings",
    "reason",
    "to_string",
    "tokenize",
    "value_text",
]


def __getattr__(name: str) -> Any:
    """What few callers need is imported when they ask for it."""
    if name == "extended_outputs":
        from trainer.engine.rules.lints import extended_outputs

        return extended_outputs
    if name in __all__:
        from trainer.engine.rules import settings

        return getattr(settings, name)
    raise AttributeError(name)
