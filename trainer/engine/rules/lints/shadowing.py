"""Rules that never answer, because an earlier rule matches whatever they match (Falco's ``rule_matching: first``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from trainer.diagnostics import Annotation, Code, Diagnostic, Severity, say
from trainer.engine.filter import Node, checks, to_string
from trainer.engine.filter.ast import (
    AndExpr,
    BinaryCheckExpr,
    Expr,
    FieldExpr,
    ListExpr,
    MacroExpr,
    NotExpr,
    OrExpr,
    UnaryCheckExpr,
    ValueExpr,
)
from trainer.engine.rules.chains import Trail
from trainer.engine.rules.lints.notes import Subject, note
from trainer.engine.rules.ruleset import CompiledRule, Ruleset

_MOST_STEPS = 20_000
"""Comparisons of two parts of conditions for one pair of rules; more are not worth a wait at each key press."""
_ODD_LISTS = frozenset(("fd.ip", "fd.net", "fd.cnet", "fd.snet", "fd.lnet", "fd.rnet", "fd.types", "proc.apid"))
"""Fields whose ``in`` is not a row of ``=`` (language.md section 10)."""


@dataclass
class Proofs:
    """What was found out about pairs of conditions the last time: of a file that is edited, all rules but one stay as they are."""

    pairs: dict[tuple[int, int], tuple[Expr, Expr, bool]] = field(default_factory=dict)
    """By identity; the trees are held, so that their identities stay theirs."""


def shadowed(subjects: Sequence[Subject], ruleset: Ruleset, proofs: Proofs) -> Iterator[Diagnostic]:
    """One note for a rule, on the first earlier rule that silences it. What is not certain is not said."""
    before, proofs.pairs = proofs.pairs, {}
    proof = _Proof()
    for subject in subjects:
        rule = subject.rule
        types = rule.condition.event_types
        if not rule.enabled or types is None or not types:
            continue
        for earlier in ruleset.rules:
            if earlier.index >= rule.index:
                break
            if not earlier.enabled or earlier.source != rule.source or not _sees(earlier, types):
                continue
            narrow, wide = rule.condition.expr, earlier.condition.expr
            pair = (id(narrow), id(wide))
            found = before.get(pair) or (narrow, wide, proof.could(narrow, wide) and proof.run(narrow, wide))
            proofs.pairs[pair] = found
            if found[2]:
                place = Annotation(earlier.span, say("this rule comes first"), primary=False)
                yield note(
                    Code.TRN_SHADOWED,
                    Severity.WARNING,
                    say("the earlier rule `{rule}` answers every event of this rule", rule=earlier.name),
                    subject.definition.context.span,
                    say(
                        "With `rule_matching: first` Falco tries the rules in the order of their first definition and stops at the "
                        "first that matches, so this rule prints nothing. Change the earlier rule with `override`, add an exception to "
                        "it, or disable it."
                    ),
                    beside=Trail((place,)),
                )
                break


def _sees(rule: CompiledRule, types: frozenset[str]) -> bool:
    return rule.condition.event_types is None or types <= rule.condition.event_types


@dataclass
class _Proof:
    """Whether one condition implies another, by their shape: never wrong with yes, often ignorant with no."""

    steps: int = 0
    texts: dict[int, str] = field(default_factory=dict)
    known: dict[tuple[int, int], bool] = field(default_factory=dict)
    asked: dict[int, frozenset[str]] = field(default_factory=dict)
    demanded: dict[int, frozenset[str]] = field(default_factory=dict)

    def could(self, given: Expr, wanted: Expr) -> bool:
        """False where no proof can succeed: each check that ``wanted`` demands needs the same, or a narrower one, in ``given``."""
        if id(given) not in self.asked:
            asked = list(checks(given))
            self.asked[id(given)] = frozenset(map(self._text, asked)) | {self._text(c.left) for c in asked if _choices(c)}
        if id(wanted) not in self.demanded:
            self.demanded[id(wanted)] = frozenset(
                self._text(check.left if _choices(check) else check) for check in _demands(wanted)
            )
        return self.demanded[id(wanted)] <= self.asked[id(given)]

    def run(self, given: Expr, wanted: Expr) -> bool:
        self.steps = 0
        try:
            return self.implies(given, wanted)
        except RecursionError:
            return False

    def implies(self, given: Expr, wanted: Expr) -> bool:
        given, wanted = _bare(given), _bare(wanted)
        key = (id(given), id(wanted))
        if key not in self.known:
            self.steps += 1
            self.known[key] = self.steps < _MOST_STEPS and self._implies(given, wanted)
        return self.known[key]

    def _implies(self, given: Expr, wanted: Expr) -> bool:
        if isinstance(wanted, AndExpr):
            return all(self.implies(given, part) for part in wanted.children)
        if isinstance(given, OrExpr):
            return all(self.implies(part, wanted) for part in given.children)
        if isinstance(wanted, OrExpr) and any(self.implies(given, part) for part in wanted.children):
            return True
        if isinstance(given, AndExpr):
            return any(self.implies(part, wanted) for part in given.children)
        if isinstance(given, NotExpr) and isinstance(wanted, NotExpr):
            return self.implies(wanted.child, given.child)
        if isinstance(given, BinaryCheckExpr) and isinstance(wanted, BinaryCheckExpr) and self._narrower(given, wanted):
            return True
        return self._text(given) == self._text(wanted)

    def _narrower(self, given: BinaryCheckExpr, wanted: BinaryCheckExpr) -> bool:
        """``f = a`` and ``f in (a)`` imply ``f in (a, b)``."""
        if given.modifier or wanted.modifier or self._text(given.left) != self._text(wanted.left):
            return False
        if isinstance(given.left, FieldExpr) and given.left.name in _ODD_LISTS:
            return False
        few, many = _choices(given), _choices(wanted)
        return bool(few) and few <= many

    def _text(self, expr: Node) -> str:
        if id(expr) not in self.texts:
            self.texts[id(expr)] = to_string(expr)
        return self.texts[id(expr)]


def _demands(expr: Expr) -> Iterator[UnaryCheckExpr | BinaryCheckExpr]:
    """Checks without which the condition cannot hold."""
    pending = [expr]
    while pending:
        node = _bare(pending.pop())
        if isinstance(node, AndExpr):
            pending.extend(node.children)
        elif isinstance(node, UnaryCheckExpr | BinaryCheckExpr):
            yield node


def _bare(expr: Expr) -> Expr:
    while isinstance(expr, MacroExpr):
        expr = expr.body
    return expr


def _choices(check: UnaryCheckExpr | BinaryCheckExpr) -> frozenset[str]:
    """Values of which a check takes any one; none for other operators."""
    if isinstance(check, UnaryCheckExpr):
        return frozenset()
    if check.operator in ("=", "==") and isinstance(check.right, ValueExpr):
        return frozenset((check.right.text,))
    if check.operator == "in" and isinstance(check.right, ListExpr):
        return frozenset(value.text for value in check.right.items)
    return frozenset()
