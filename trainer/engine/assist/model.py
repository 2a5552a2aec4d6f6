"""What the editor's help gives back, and what it needs to know of the other files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from trainer.engine.rules.definitions import Definitions
from trainer.engine.rules.ruleset import Ruleset
from trainer.source import Span

Kind: TypeAlias = Literal[
    "field",
    "operator",
    "macro",
    "list",
    "rule",
    "event_type",
    "priority",
    "key",
    "value",
    "transformer",
    "source",
    "tag",
]
FILE_NAME: Final = "falco_rules.local.yaml"


@dataclass(frozen=True, slots=True)
class Item:
    """One proposal: ``insert`` takes the place of the completions' span."""

    label: str
    insert: str
    kind: Kind
    detail: str = ""
    deprecated: bool = False


@dataclass(frozen=True, slots=True)
class Completions:
    """Proposals for ``text[start:end]``, the likeliest first."""

    start: int
    end: int
    items: tuple[Item, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.items)


@dataclass(frozen=True, slots=True)
class Hover:
    """What ``text[start:end]`` means. ``body`` has one statement a line; ``definition`` is where a name was given its meaning."""

    start: int
    end: int
    title: str
    kind: Kind
    body: str
    definition: Span | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A macro, list or rule: ``text`` is a macro's or rule's condition, ``items`` a list's."""

    name: str
    text: str = ""
    items: tuple[str, ...] = ()
    span: Span | None = None
    detail: str = ""
    """A rule's description."""
    source: str = ""


@dataclass(frozen=True)
class Known:
    """The names that other files define."""

    macros: Mapping[str, Named] = field(default_factory=dict)
    lists: Mapping[str, Named] = field(default_factory=dict)
    rules: Mapping[str, Named] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    plugins: frozenset[str] = frozenset()
    """Plugins that this Falco has loaded besides container."""

    @classmethod
    def of_definitions(cls, known: Definitions) -> Known:
        return cls(
            {name: Named(name, found.condition.text, span=found.context.span) for name, found in known.macros.items()},
            {name: Named(name, items=found.items, span=found.context.span) for name, found in known.lists.items()},
            {
                name: Named(name, found.condition.text, span=found.context.span, detail=found.description, source=found.source)
                for name, found in known.rules.items()
            },
            _tags(found.tags for found in known.rules.values()),
            known.loaded,
        )

    @classmethod
    def of_ruleset(cls, ruleset: Ruleset, without: str = "", plugins: Iterable[str] = ()) -> Known:
        """Names of a loaded rule set; what stands in the file named ``without`` is left out, being older than its text."""
        rules = [rule for rule in ruleset.rules if rule.file.name != without]
        return cls(
            {
                name: Named(name, found.condition, span=found.span)
                for name, found in ruleset.macros.items()
                if found.file.name != without
            },
            {
                name: Named(name, items=found.items, span=found.span)
                for name, found in ruleset.lists.items()
                if found.file.name != without
            },
            {
                rule.name: Named(rule.name, rule.condition_text, span=rule.span, detail=rule.desc, source=rule.source)
                for rule in rules
            },
            _tags(rule.tags for rule in rules),
            frozenset(plugins),
        )


def _tags(tags: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({tag for row in tags for tag in row}))


NOTHING: Final = Known()


@dataclass(frozen=True, slots=True)
class _Identity:
    """A rule set as a cache key: the same object is the same rule set."""

    ruleset: Ruleset

    def __hash__(self) -> int:
        return id(self.ruleset)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.ruleset is self.ruleset


@lru_cache(maxsize=4)
def _of_ruleset(holder: _Identity) -> Known:
    return Known.of_ruleset(holder.ruleset)


def as_known(known: Known | Definitions | Ruleset | None) -> Known:
    """Whatever the caller has, as Known. A rule set is turned once."""
    if known is None:
        return NOTHING
    if isinstance(known, Known):
        return known
    if isinstance(known, Ruleset):
        return _of_ruleset(_Identity(known))
    return Known.of_definitions(known)
