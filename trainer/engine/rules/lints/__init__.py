"""What Falco accepts and a learner should still know about: looked at in the last file only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from trainer.diagnostics import Code, Diagnostic
from trainer.engine.rules.definitions import Definitions
from trainer.engine.rules.lints.conditions import CONDITION_LINTS, macro_as_event_type
from trainer.engine.rules.lints.impossible import never_matches
from trainer.engine.rules.lints.items import item_lints
from trainer.engine.rules.lints.notes import RuleLint, Subject
from trainer.engine.rules.lints.outputs import client_side, extended_outputs, field_tail
from trainer.engine.rules.lints.shadowing import Proofs, shadowed
from trainer.engine.rules.ruleset import Ruleset
from trainer.source import SourceFile

_RULE_LINTS: tuple[RuleLint, ...] = (*CONDITION_LINTS, never_matches, client_side, field_tail)


def lint(
    own: Sequence[SourceFile],
    before: Definitions,
    known: Definitions,
    ruleset: Ruleset,
    matching: str = "first",
    proofs: Proofs | None = None,
) -> list[Diagnostic]:
    """Notes on the learner's file, given as its excerpts in order or as a whole.

    ``before`` is what the files before it defined, ``matching`` Falco's ``rule_matching``, ``proofs`` what the lints found out before.
    """
    order = {file: number for number, file in enumerate(own)}
    found = [note for file in own for note in item_lints(file, before)]
    subjects = list(_subjects(order, before, known, ruleset))
    for subject in subjects:
        for check in _RULE_LINTS:
            found.extend(check(subject))
    if matching == "first":
        found.extend(shadowed(subjects, ruleset, proofs or Proofs()))
    unique: dict[tuple[Code, int, int, int], Diagnostic] = {}
    for diagnostic in found:
        span = diagnostic.span
        if span is not None and span.file in order:
            unique.setdefault((diagnostic.code, order[span.file], span.start, span.end), diagnostic)
    return [unique[key] for key in sorted(unique, key=lambda key: key[1:3])]


def _subjects(own: Collection[SourceFile], before: Definitions, known: Definitions, ruleset: Ruleset) -> Iterator[Subject]:
    """The rules that the learner's file defines or changes."""
    for rule in ruleset.rules:
        definition = known.rules.get(rule.name)
        if definition is not None and definition is not before.rules.get(rule.name):
            yield Subject(rule, definition, own)


__all__ = ["Proofs", "extended_outputs", "lint", "macro_as_event_type"]
