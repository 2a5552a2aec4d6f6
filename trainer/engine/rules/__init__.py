"""Rules files loaded as Falco loads them."""

from trainer.engine.rules.definitions import Priority
from trainer.engine.rules.loader import FileResult, LoadResult, load_rules
from trainer.engine.rules.plugins import AUDIT_PLUGINS, KNOWN_PLUGINS, plugins_for, plugins_of
from trainer.engine.rules.report import falco_results, falco_text
from trainer.engine.rules.ruleset import Alert, CompiledRule, ListInfo, MacroInfo, Ruleset

__all__ = [
    "AUDIT_PLUGINS",
    "KNOWN_PLUGINS",
    "Alert",
    "CompiledRule",
    "FileResult",
    "ListInfo",
    "LoadResult",
    "MacroInfo",
    "Priority",
    "Ruleset",
    "falco_results",
    "falco_text",
    "load_rules",
    "plugins_for",
    "plugins_of",
]
