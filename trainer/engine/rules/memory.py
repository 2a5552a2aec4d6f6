"""What compilations that are over have made, so that what did not change since is not compiled again (in the learner's mode)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from trainer.diagnostics import Diagnostic
from trainer.engine.evaluate import SharedMacros
from trainer.engine.filter.ast import Expr
from trainer.engine.rules.definitions import MacroDef, RuleDef
from trainer.engine.rules.resolver import ResolvedList
from trainer.engine.rules.ruleset import CompiledRule
from trainer.source import Span, frozen


@frozen
class Done:
    """A compiled macro or rule, what it was made from, and what was said of it."""

    definition: MacroDef | RuleDef
    result: Expr | CompiledRule
    text: str
    """Its condition before and after its lists were put in."""
    macros: frozenset[str]
    lists: frozenset[str]
    warnings: tuple[Diagnostic, ...] = ()


@dataclass
class Memory:
    """A compilation's lists, macros and products."""

    lists: dict[str, ResolvedList] = field(default_factory=dict)
    macros: dict[str, Expr] = field(default_factory=dict)
    done: dict[tuple[str, str], Done] = field(default_factory=dict)
    reported: set[tuple[str, Span | None, str]] = field(default_factory=set)
    """Item, place and message of errors: one of a base rule is not said again for every file after it."""

    shared: SharedMacros = field(default_factory=SharedMacros)

    def copy(self) -> Memory:
        return Memory(dict(self.lists), dict(self.macros), dict(self.done), set(self.reported), self.shared)


@dataclass
class Past:
    """A compilation to take from: that of the files before this one, or this file's own of the last time."""

    memory: Memory
    own: bool
    """This file's: its warnings belong to this load too."""
    changed_lists: frozenset[str] = frozenset()
    changed_macros: frozenset[str] = frozenset()

    def compare_lists(self, lists: Mapping[str, ResolvedList]) -> None:
        names = lists.keys() | self.memory.lists.keys()
        self.changed_lists = frozenset(name for name in names if lists.get(name) != self.memory.lists.get(name))

    def compare_macros(self, macros: Mapping[str, Expr]) -> None:
        names = macros.keys() | self.memory.macros.keys()
        self.changed_macros = frozenset(name for name in names if macros.get(name) is not self.memory.macros.get(name))

    def rule(self, definition: RuleDef) -> Done | None:
        """What was made of the rule, if nothing that it uses has changed."""
        found = self._same("rule", definition)
        return None if found is None or found.macros & self.changed_macros else found

    def _same(self, kind: str, definition: MacroDef | RuleDef) -> Done | None:
        found = self.memory.done.get((kind, definition.name))
        if found is None or found.definition != definition or any(name in found.text for name in self.changed_lists):
            return None
        return found

    def macros(self, known: Mapping[str, MacroDef], taken: Mapping[str, tuple[Past, Done]]) -> dict[str, tuple[Past, Done]]:
        """Macros that can be taken from here; ``taken`` are those that another past gives."""
        usable: dict[str, Done] = {}
        for name, definition in known.items():
            found = self._same("macro", definition)
            if found is None or (name in taken and taken[name][1].result is not found.result):
                continue
            if all(used in known and known[used].index < definition.visibility for used in found.macros):
                usable[name] = found
        # What uses a macro that is made anew is made anew, and so on.
        while gone := [name for name, found in usable.items() if not found.macros <= usable.keys()]:
            for name in gone:
                del usable[name]
        return {name: (self, found) for name, found in usable.items()}


def takeable(pasts: Sequence[Past], known: Mapping[str, MacroDef]) -> dict[str, tuple[Past, Done]]:
    """Macros that need not be made again, and from where they come; the first past that has one gives it."""
    taken: dict[str, tuple[Past, Done]] = {}
    for past in pasts:
        taken = past.macros(known, taken) | taken
    return taken
