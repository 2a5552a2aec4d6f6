"""The names that may be used at a place of the file: its own ones and those of the files before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from trainer.engine.assist.items import Definition, ItemView, definitions, item_at
from trainer.engine.assist.model import Known, Named
from trainer.engine.assist.scalar import scalar_text
from trainer.engine.fields import FieldCatalogue
from trainer.engine.rules.plugins import catalogue_of, sources_of
from trainer.source import SourceFile

_CONDITION = re.compile(r"^[ \t]+condition[ \t]*:[ \t]*(?:[>|][-+0-9]*)?", re.MULTILINE)
_ITEMS = re.compile(r"^[ \t]+items[ \t]*:", re.MULTILINE)
_NEXT_KEY = re.compile(r"\n[ \t]*[a-z][\w\-]*:(?=\s|$)")
_ITEM = re.compile(r""""[^"\n]*"|'[^'\n]*'|[^\s,\[\]"'#][^,\[\]\n#]*""")
_APPENDS = re.compile(
    r"^[ \t]+(?:append[ \t]*:[ \t]*true|(?:condition|items)[ \t]*:[ \t]*append)\b|\{[^}\n]*:[ \t]*append", re.MULTILINE
)
_PREVIEW = 200
"""Characters of a condition that a proposal's one line is made from."""


@dataclass(frozen=True)
class Scope:
    text: str
    known: Known
    language: str
    item: ItemView | None = None
    file_name: str = ""

    @cached_property
    def own(self) -> list[Definition]:
        return definitions(self.text)

    @cached_property
    def file(self) -> SourceFile:
        return SourceFile(self.file_name, self.text)

    @property
    def catalogue(self) -> FieldCatalogue:
        return catalogue_of(self.known.plugins)

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The sources whose fields may stand here: a macro's rules are not known."""
        if self.item is not None and self.item.kind == "rule":
            found = self.item.value_of("source")
            return (found or self._source_before(self.item.name) or "syscall",)
        return tuple(sorted(sources_of(self.known.plugins), reverse=True))

    def _source_before(self, name: str) -> str:
        known = self.known.rules.get(name)
        return known.source if known is not None else ""

    @cached_property
    def macros(self) -> Mapping[str, Named]:
        return self._names("macro", self.known.macros)

    @cached_property
    def lists(self) -> Mapping[str, Named]:
        return self._names("list", self.known.lists)

    @cached_property
    def rules(self) -> Mapping[str, Named]:
        return self._names("rule", self.known.rules)

    def _names(self, kind: str, known: Mapping[str, Named]) -> Mapping[str, Named]:
        """The file's own names first, then the known ones; a macro sees only macros before it, and so do lists."""
        here = self.item.start if self.item is not None and self.item.kind == kind and kind != "rule" else len(self.text)
        me = self.item.name if self.item is not None and self.item.kind == kind and kind != "rule" else None
        last = {
            definition.name: index
            for index, definition in enumerate(self.own)
            if definition.kind == kind and definition.start < here and definition.name not in ("", me)
        }
        found = {name: self._named(index, known.get(name)) for name, index in last.items()}
        for name, named in known.items():
            if name != me:
                found.setdefault(name, named)
        return found

    def _named(self, index: int, before: Named | None) -> Named:
        """One of the file's own names, with a short text."""
        definition = self.own[index]
        end = self.own[index + 1].start if index + 1 < len(self.own) else len(self.text)
        pattern = _ITEMS if definition.kind == "list" else _CONDITION
        found = pattern.search(self.text, definition.end, end)
        if found is None:
            return before or Named(definition.name)
        appends = before is not None and _APPENDS.search(self.text, definition.end, end) is not None
        if definition.kind == "list":
            items = self._items(found.end(), end)
            return Named(definition.name, items=(*before.items, *items) if before is not None and appends else items)
        shown = self.text[found.end() : min(end, found.end() + _PREVIEW)]
        stop = _NEXT_KEY.search(shown)
        shown = shown[: stop.start()] if stop else shown
        return Named(definition.name, f"{before.text} {shown}" if before is not None and appends else shown)

    def _items(self, start: int, end: int) -> tuple[str, ...]:
        stop = _NEXT_KEY.search(self.text, start, end)
        raw = self.text[start : stop.start() if stop else end]
        raw = re.sub(r"(?m)^[ \t]*- |(?:^|(?<=\s))#[^\n]*", "", raw)
        return tuple(found.group().strip().strip("\"'") for found in _ITEM.finditer(raw))

    def whole_condition(self, definition: Definition) -> str:
        """A macro's or rule's condition as its own item has it."""
        return self.own_value(definition, "condition")

    def item_condition(self) -> str:
        """The condition of the item that the place is in."""
        entry = self.item.entry("condition") if self.item is not None else None
        return scalar_text(self.text, entry.value, entry.end) if entry is not None else ""

    def own_value(self, definition: Definition, key: str) -> str:
        """Another key's text of the item of a definition."""
        item = item_at(self.text, definition.start)
        entry = item.entry(key) if item is not None else None
        return scalar_text(self.text, entry.value, entry.end) if entry is not None else ""

    def own_items(self, definition: Definition) -> tuple[str, ...]:
        item = item_at(self.text, definition.start)
        entry = item.entry("items") if item is not None else None
        return self._items(entry.value, entry.end) if entry is not None else ()

    def appends(self, definition: Definition) -> bool:
        item = item_at(self.text, definition.start)
        return item is not None and _APPENDS.search(self.text, item.start, item.end) is not None

    def redefines(self, definition: Definition) -> bool:
        """Whether the item gives the name a meaning of its own, and does not only change a part of one."""
        item = item_at(self.text, definition.start)
        if item is None or item.entry("items" if definition.kind == "list" else "condition") is None:
            return False
        return not self.appends(definition) and (definition.kind != "rule" or item.entry("override") is None)
