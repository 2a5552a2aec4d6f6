"""Help for load errors."""

from __future__ import annotations

from trainer.diagnostics import Diagnostic
from trainer.engine.rules.definitions import Definitions


def with_help(diagnostic: Diagnostic, known: Definitions) -> Diagnostic:
    return diagnostic
