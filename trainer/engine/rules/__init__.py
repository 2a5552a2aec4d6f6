"""Rules files loaded as Falco loads them."""

from trainer.engine.rules.definitions import Priority
from trainer.engine.rules.lints import extended_outputs
from trainer.engine.rules.loader import FileResult, LoadResult, load_rules
from trainer.engine.rules.plugins import AUDIT_PLUGINS, KNOWN_PLUGINS, plugins_for
from trainer.engine.rules.report import falco_results, falco_text
from trainer.engine.rules.ruleset import Alert, CompiledRule, ListInfo, MacroInfo, Ruleset
from trainer.engine.rules.settings import FalcoSettings, SettingsProblem, read_settings

__all__ = [
    "AUDIT_PLUGINS",
    "KNOWN_PLUGINS",
    "Alert",
    "CompiledRule",
    "FalcoSettings",
    "FileResult",
    "ListInfo",
    "LoadResult",
    "MacroInfo",
    "Priority",
    "Ruleset",
    "SettingsProblem",
    "extended_outputs",
    "falco_results",
    "falco_text",
    "load_rules",
    "plugins_for",
    "read_settings",
]
