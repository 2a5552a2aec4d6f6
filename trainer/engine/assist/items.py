"""The item of a rules file around an offset, read line by line, so that a file which is no YAML at the moment has items too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

KINDS: Final = ("required_engine_version", "required_plugin_versions", "list", "macro", "rule")
"""What an item can be, in the order in which Falco looks for the key."""

_FIRST_DASH = re.compile(r"^([ \t]*)-(?=[ \t\r]*$|[ \t]+\S)", re.MULTILINE)
_KEY = re.compile(r"""("[^"\n]*"|'[^'\n]*'|[^\s:#"'\[\]{},\-&*!|>%@`][^\s:#]*(?:[ \t]+[^\s:#]+)*)[ \t]*:(?=[ \t\r\n]|$)""")
_DASHES = re.compile(r"-(?=[ \t\r\n]|$)[ \t]*")
_NAMED = re.compile(r"^[ \t]*-[ \t]+(macro|list|rule)[ \t]*:[ \t]*(\S[^\n]*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line taken apart: columns of its dashes, and where its content stands."""

    start: int
    end: int
    dashes: tuple[int, ...]
    content: int
    """Offset of the first character that is neither blank nor a dash; the end of the line where there is none."""
    key: str | None = None
    key_end: int = 0
    value: int = 0
    """Offset behind the colon, where there is a key."""

    @property
    def column(self) -> int:
        return self.content - self.start

    @property
    def first_column(self) -> int:
        return self.dashes[0] if self.dashes else self.column


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of an item, and the text up to the next one."""

    key: str
    start: int
    key_end: int
    value: int
    end: int


@dataclass(frozen=True, slots=True)
class ItemView:
    text: str
    start: int
    end: int
    dash: int
    """Column of the item's dash."""
    indent: int
    """Column of its keys."""
    entries: tuple[Entry, ...]

    @property
    def kind(self) -> str:
        keys = self.keys
        return next((kind for kind in KINDS if kind in keys), "")

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(entry.key for entry in self.entries)

    @property
    def name(self) -> str:
        return self.value_of(self.kind)

    def entry(self, key: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.key == key), None)

    def value_of(self, key: str) -> str:
        """The value on the key's own line, without quotes."""
        entry = self.entry(key)
        return "" if entry is None else unquoted(self.text[entry.value : line_end(self.text, entry.value)])


def unquoted(raw: str) -> str:
    raw = raw.strip()
    if raw[:1] in ("'", '"'):
        end = raw.find(raw[0], 1)
        return raw[1:end] if end > 0 else raw[1:]
    return re.split(r"\s+#", raw, maxsplit=1)[0].strip() if "#" in raw else raw


def line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end


def line_at(text: str, offset: int) -> Line:
    start = line_start(text, offset)
    end = line_end(text, start)
    if text[end - 1 : end] == "\r" and end > start:
        end -= 1
    pos, dashes = _skip(text, start, end), list[int]()
    while pos < end and (found := _DASHES.match(text, pos)):
        dashes.append(pos - start)
        pos = min(found.end(), end)
    key = _KEY.match(text, pos, end)
    if key is None:
        return Line(start, end, tuple(dashes), pos)
    return Line(start, end, tuple(dashes), pos, key.group(1).strip("\"'"), key.end(1), key.end())


def _skip(text: str, pos: int, end: int) -> int:
    while pos < end and text[pos] in " \t":
        pos += 1
    return pos


def lines(text: str, start: int, end: int) -> Iterator[Line]:
    while start < end:
        line = line_at(text, start)
        yield line
        start = line_end(text, start) + 1


def is_comment(text: str, line: Line) -> bool:
    return text[line.content : line.content + 1] == "#"


def is_blank(line: Line) -> bool:
    return not line.dashes and line.content == line.end


def top_column(text: str) -> int | None:
    """Column of the items' dashes: that of the first dash."""
    found = _FIRST_DASH.search(text)
    return len(found.group(1)) if found else None


def item_at(text: str, offset: int) -> ItemView | None:
    """The item that holds the line of ``offset``; None before the first."""
    top = top_column(text)
    if top is None:
        return None
    starts = re.compile(rf"^[ \t]{{0,{top}}}-(?=[ \t\r]*$|[ \t]+\S)", re.MULTILINE)
    start = line_start(text, offset)
    while starts.match(text, start) is None:
        if start == 0:
            return None
        start = line_start(text, start - 1)
    return _read(text, start, starts)


def _read(text: str, start: int, starts: re.Pattern[str]) -> ItemView:
    after = line_end(text, start)
    following = starts.search(text, after + 1) if after < len(text) else None
    end = following.start() if following else len(text)
    entries: list[Entry] = []
    open_entry: Line | None = None
    dash, indent = line_at(text, start).dashes[0], -1

    def close(at: int) -> None:
        if open_entry is not None:
            entries.append(Entry(open_entry.key or "", open_entry.content, open_entry.key_end, open_entry.value, at))

    for line in lines(text, start, end):
        if (
            (line.start > start and is_blank(line))
            or is_comment(text, line)
            or (line.content == line.end and line.start == start)
        ):
            continue
        if indent < 0:
            indent = max(line.column, dash + 1)
        column = line.column if line.start == start else line.first_column
        if column > indent or (line.dashes and line.start > start):
            continue
        if line.key is None and open_entry is not None and _unclosed(text, open_entry.value, line.start):
            continue
        close(line.start)
        open_entry = line if line.key is not None else None
    close(end)
    return ItemView(text, start, end, dash, indent if indent >= 0 else dash + 2, tuple(entries))


def _unclosed(text: str, value: int, end: int) -> bool:
    """Whether a quoted value that starts behind ``value`` is still open at ``end``."""
    raw = text[value:end].lstrip(" \t")
    return raw[:1] in ("'", '"') and raw.count(raw[0]) % 2 == 1


@dataclass(frozen=True, slots=True)
class Definition:
    """Where the file itself defines or extends a name."""

    kind: str
    name: str
    start: int
    """Offset of the name."""
    end: int


def definitions(text: str) -> list[Definition]:
    """Macros, lists and rules of the file, in order."""
    return [
        Definition(found.group(1), unquoted(name), found.start(2), found.start(2) + len(name))
        for found in _NAMED.finditer(text)
        if (name := found.group(2).rstrip())
    ]
