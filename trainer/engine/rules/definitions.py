"""What the reader found in the files: lists, macros and rules as written, before anything is resolved."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from trainer.engine.rules.context import Context
from trainer.source import MappedText, YamlMapping, frozen

ENGINE_VERSION = (0, 62, 0)
SYSCALL = "syscall"


class Priority(IntEnum):
    EMERGENCY = 0
    ALERT = 1
    CRITICAL = 2
    ERROR = 3
    WARNING = 4
    NOTICE = 5
    INFORMATIONAL = 6
    DEBUG = 7

    @property
    def label(self) -> str:
        """As Falco prints it."""
        return self.name.capitalize()

    @classmethod
    def parse(cls, text: str) -> Priority | None:
        lowered = text.lower()
        if lowered == "info":
            return cls.INFORMATIONAL
        return next((priority for priority in cls if priority.name.lower() == lowered), None)


@frozen
class ListDef:
    name: str
    items: tuple[str, ...]
    context: Context
    index: int = field(default=0, compare=False)
    """Position of the first definition."""
    visibility: int = field(default=0, compare=False)
    """Position of the last change: what stands before it may be used."""


@frozen
class MacroDef:
    name: str
    condition: MappedText
    context: Context
    condition_context: Context
    index: int = field(default=0, compare=False)
    visibility: int = field(default=0, compare=False)


@frozen
class Entry:
    """A scalar, or a list of entries, of an exception."""

    text: MappedText | None = None
    items: tuple[Entry, ...] = ()

    @property
    def is_list(self) -> bool:
        return self.text is None

    @property
    def word(self) -> str:
        return self.text.text if self.text is not None else ""


@frozen
class ExceptionDef:
    name: str
    context: Context
    fields: Entry | None = None
    comps: Entry | None = None
    values: tuple[Entry, ...] = ()


@frozen
class RuleDef:
    name: str
    context: Context
    condition: MappedText
    condition_context: Context
    output: MappedText
    output_context: Context
    description: str
    priority: Priority
    node: YamlMapping = field(compare=False)
    source: str = SYSCALL
    enabled: bool = True
    tags: tuple[str, ...] = ()
    exceptions: tuple[ExceptionDef, ...] = ()
    warn_evttypes: bool = True
    skip_unknown: bool = False
    capture: bool = False
    capture_duration: int = 0
    unknown_source: bool = False
    index: int = field(default=0, compare=False)
    visibility: int = field(default=0, compare=False)


@frozen
class RuleUpdate:
    """What an ``append`` or ``override`` item changes; None is 'not named'."""

    name: str
    context: Context
    condition: MappedText | None = None
    condition_context: Context | None = None
    output: MappedText | None = None
    output_context: Context | None = None
    description: str | None = None
    priority: Priority | None = None
    source: str | None = None
    enabled: bool | None = None
    tags: tuple[str, ...] | None = None
    exceptions: tuple[ExceptionDef, ...] | None = None
    warn_evttypes: bool | None = None
    skip_unknown: bool | None = None
    capture: bool | None = None
    capture_duration: int | None = None


@frozen
class PluginRequirement:
    name: str
    version: str
    alternatives: tuple[tuple[str, str], ...]
    context: Context


@dataclass
class Definitions:
    """All that was collected so far, in order of first definition. Values are immutable: a copy of the dicts is a snapshot."""

    lists: dict[str, ListDef] = field(default_factory=dict)
    macros: dict[str, MacroDef] = field(default_factory=dict)
    rules: dict[str, RuleDef] = field(default_factory=dict)
    plugins: list[PluginRequirement] = field(default_factory=list)
    counter: int = 0
    loaded: frozenset[str] = frozenset()
    """Plugins that Falco has besides those that it always has."""

    def copy(self) -> Definitions:
        return Definitions(dict(self.lists), dict(self.macros), dict(self.rules), list(self.plugins), self.counter, self.loaded)

    def tick(self) -> int:
        self.counter += 1
        return self.counter
