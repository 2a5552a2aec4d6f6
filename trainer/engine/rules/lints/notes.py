"""What every lint of a rule works with: the rule, its checks, and the Diagnostic that it makes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from trainer.diagnostics import Annotation, Code, Diagnostic, Fix, Severity
from trainer.engine.filter import checks
from trainer.engine.filter.ast import BinaryCheckExpr, FieldExpr, ListExpr, ValueExpr
from trainer.engine.rules.chains import Trail, trail
from trainer.engine.rules.definitions import RuleDef
from trainer.engine.rules.ruleset import CompiledRule
from trainer.source import SourceFile, Span


@dataclass(frozen=True, slots=True)
class Subject:
    """A rule that compiled, what it was made from, and the learner's file: its excerpts."""

    rule: CompiledRule
    definition: RuleDef
    own: Collection[SourceFile]

    def checks(self) -> Iterator[BinaryCheckExpr]:
        return (check for check in checks(self.rule.condition.expr) if isinstance(check, BinaryCheckExpr))

    def trail(self, check: BinaryCheckExpr) -> Trail:
        """From a check inside macros back to the rule."""
        return trail(check.origin, self.rule.name)

    def types(self, most: int) -> frozenset[str]:
        """Event types that the condition is about; none where they are too many to be meant."""
        types = self.rule.condition.event_types
        return types if types is not None and len(types) <= most else frozenset()


RuleLint = Callable[[Subject], Iterator[Diagnostic]]


def note(
    code: Code, severity: Severity, message: str, span: Span, help: str, fix: Fix | None = None, beside: Trail | None = None
) -> Diagnostic:
    beside = beside or Trail()
    return Diagnostic(
        code, severity, message, annotations=(Annotation(span), *beside.annotations), notes=beside.notes, help=help, fix=fix
    )


def values(check: BinaryCheckExpr) -> tuple[ValueExpr, ...]:
    """The constants that a check compares with."""
    if isinstance(check.right, ValueExpr):
        return (check.right,)
    return check.right.items if isinstance(check.right, ListExpr) else ()


def field_name(check: BinaryCheckExpr) -> str:
    """Empty where a transformer's result is compared."""
    return check.left.name if isinstance(check.left, FieldExpr) else ""
