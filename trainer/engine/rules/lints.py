"""Lints."""

from __future__ import annotations

from collections.abc import Sequence

from trainer.diagnostics import Diagnostic
from trainer.engine.rules.definitions import Definitions
from trainer.engine.rules.ruleset import Ruleset
from trainer.source import SourceFile


def lint(files: Sequence[SourceFile], known: Definitions, ruleset: Ruleset) -> list[Diagnostic]:
    return []
