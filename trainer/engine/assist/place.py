"""What part of a rules file an offset is in: a new item, a key, or a value with the way to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from trainer.engine.assist.items import (
    Entry,
    ItemView,
    Line,
    is_blank,
    is_comment,
    item_at,
    line_at,
    line_end,
    lines,
)
from trainer.engine.assist.scalar import Scalar, block_header, comment_start, read_scalar

Role: TypeAlias = Literal["start", "key", "value", "none"]
STRUCTURED: Final = frozenset({"override", "exceptions", "tags", "items", "required_plugin_versions"})
_MAPPINGS: Final = frozenset(
    {("exceptions", "*"), ("required_plugin_versions", "*"), ("required_plugin_versions", "*", "alternatives", "*")}
)
"""Elements of sequences that are mappings; all others are scalars or sequences."""
_WORD = re.compile(r"[\w\-]*")


@dataclass(frozen=True, slots=True)
class Place:
    """``path`` leads from the item to the cursor, ``*`` being an element of a sequence; a key place's path ends before the key."""

    role: Role
    start: int
    end: int
    path: tuple[str, ...] = ()
    item: ItemView | None = None
    siblings: tuple[str, ...] = ()
    """Keys that are there already."""
    scalar: Scalar | None = None
    column: int = 0
    """Where keys of this mapping stand."""
    flow: bool = False

    @property
    def has_colon(self) -> bool:
        return self.item is not None and self.item.text[self.end : self.end + 1] == ":"


def place_at(text: str, offset: int) -> Place:
    nowhere = Place("none", offset, offset)
    line = line_at(text, offset)
    item = item_at(text, offset)
    if item is None:
        return _new_item(text, offset, line, 0) or nowhere
    if line.start == item.start:
        return _first_line(text, offset, line, item) or nowhere
    column = offset - line.start if is_blank(line) else line.first_column
    entry = next((entry for entry in item.entries if entry.start <= offset <= entry.end), None)
    entry = entry or next((entry for entry in reversed(item.entries) if entry.start <= offset), None)
    inside = entry is not None and offset < entry.end and bool(text[offset : entry.end].strip())
    if is_blank(line) and inside and entry is not None and entry.key not in STRUCTURED and column <= item.indent:
        return _value(text, offset, item, entry)
    if column <= item.dash:
        return _new_item(text, offset, line, item.dash) or nowhere
    if entry is not None and line.start <= entry.start < line.end and offset > entry.key_end:
        return _value(text, offset, item, entry)
    if column <= item.indent and not (line.dashes and entry is not None and entry.key in STRUCTURED):
        return _key(text, offset, line, item) or nowhere
    if entry is None:
        return nowhere
    return _value(text, offset, item, entry)


def _new_item(text: str, offset: int, line: Line, column: int) -> Place | None:
    """A line that holds nothing but the beginning of an item."""
    if line.key is not None or is_comment(text, line) or (line.start + column < line.content and line.dashes == ()):
        if not is_blank(line):
            return None
    rest = text[line.content : line.end]
    if _WORD.fullmatch(rest.rstrip()) is None:
        return None
    start = line.start + line.first_column if not is_blank(line) else offset
    if offset < start:
        return None
    return Place("start", start, max(offset, line.content + len(rest.rstrip())), column=column)


def _first_line(text: str, offset: int, line: Line, item: ItemView) -> Place | None:
    if line.key is not None and len(line.dashes) == 1:
        if offset > line.key_end and item.entries and offset >= line.value:
            return _value(text, offset, item, item.entries[0])
        if line.content <= offset <= line.key_end:
            return Place("key", line.content, line.key_end, (), item, item.keys, column=item.indent)
        return None
    if len(line.dashes) != 1 or offset <= line.start + line.dashes[0]:
        return None
    return _new_item(text, offset, line, item.dash)


def _key(text: str, offset: int, line: Line, item: ItemView) -> Place | None:
    if is_blank(line):
        return Place("key", offset, offset, (), item, item.keys, column=offset - line.start)
    return _word_key(text, offset, line, item, (), item.keys)


def _word_key(
    text: str, offset: int, line: Line, item: ItemView, path: tuple[str, ...], siblings: tuple[str, ...]
) -> Place | None:
    end = line.key_end if line.key is not None else line.content + len(text[line.content : line.end].rstrip())
    if not line.content <= offset <= end or is_comment(text, line) or (line.key is None and " " in text[line.content : end]):
        return None
    return Place("key", line.content, end, path, item, siblings, column=line.column)


def _value(text: str, offset: int, item: ItemView, entry: Entry) -> Place:
    nowhere = Place("none", offset, offset, item=item)
    if offset < entry.value:
        return nowhere
    if entry.key in STRUCTURED:
        return _nested(text, offset, item, entry) or nowhere
    return _scalar_place(text, offset, item, (entry.key,), entry.value, entry.end) or nowhere


def _scalar_place(text: str, offset: int, item: ItemView, path: tuple[str, ...], value: int, end: int) -> Place | None:
    flow = _flow(text, offset, item, path, value)
    if flow is not None:
        return flow
    scalar = read_scalar(text, value, end, offset)
    return None if scalar is None else Place("value", offset, offset, path, item, scalar=scalar)


# Mappings and sequences below a key.


def _nested(text: str, offset: int, item: ItemView, entry: Entry) -> Place | None:
    line = line_at(text, offset)
    path, flow, block = _ancestors(text, offset, item, entry, line)
    if flow is not None:
        return _flow(text, offset, item, *flow)
    if block is not None:
        return _scalar_place(text, offset, item, *block)
    if line.start <= entry.start:
        return _scalar_place(text, offset, item, (entry.key,), entry.value, line.end)
    if line.key is not None and offset > line.key_end:
        if offset < line.value:
            return None
        end = _end_of_value(text, line, entry.end)
        return _scalar_place(text, offset, item, (*path, line.key), line.value, end)
    if path[-1] == "*" and path not in _MAPPINGS and offset >= line.content:
        return _scalar_place(text, offset, item, path, line.content, max(line.content, line.end))
    siblings = _siblings(text, item, entry, line, offset)
    if is_blank(line) or (line.content == line.end and offset >= line.content):
        return Place("key", offset, offset, path, item, siblings, column=offset - line.start)
    if offset < line.content:
        return None
    if (opening := _flow(text, offset, item, path, line.content)) is not None:
        return opening
    return _word_key(text, offset, line, item, path, siblings)


_Way: TypeAlias = tuple[tuple[str, ...], int]


def _ancestors(
    text: str, offset: int, item: ItemView, entry: Entry, line: Line
) -> tuple[tuple[str, ...], _Way | None, tuple[tuple[str, ...], int, int] | None]:
    """The path to the node of the line; the flow collection, or else the block scalar, above that the offset is inside of."""
    column = offset - line.start if is_blank(line) or offset < line.content else line.column
    way: list[str] = []
    limit, below_dash = column, False
    if line.start > entry.start and not is_blank(line) and offset >= line.content:
        for dash in reversed(line.dashes):
            way.append("*")
            limit, below_dash = dash, True
    pending: list[tuple[int, int, int]] = []
    at = line.start
    while at > entry.start:
        above = line_at(text, at - 1)
        at = above.start
        if above.start <= entry.start:
            break
        if is_blank(above) or is_comment(text, above):
            continue
        if above.key is not None and (above.column < limit or (below_dash and above.column == limit)):
            pending.append((len(way), above.value, above.column))
            way.append(above.key)
            limit, below_dash = above.column, False
        elif above.key is None and above.content < above.end and above.column < limit:
            pending.append((len(way) - 1, above.content, above.column))
        for dash in reversed(above.dashes):
            if dash < limit:
                way.append("*")
                limit, below_dash = dash, True
    path = (entry.key, *reversed(way))
    pending.append((len(way), entry.value, item.indent))
    for depth, value, _ in reversed(pending):
        here = path[: len(path) - depth]
        if text[value:offset].lstrip(" \t")[:1] in ("[", "{") and _open_flow(text, value, offset):
            return path, (here, value), None
        if block_header(text, value) and value < line.start:
            return path, None, (here, value, entry.end)
    return path, None, None


def _end_of_value(text: str, line: Line, limit: int) -> int:
    """Where the value of a nested key ends: at the next line that is not deeper."""
    for following in lines(text, line_end(text, line.start) + 1, limit):
        if not is_blank(following) and following.first_column <= line.column:
            return following.start
    return limit


def _siblings(text: str, item: ItemView, entry: Entry, line: Line, offset: int) -> tuple[str, ...]:
    """Keys of the mapping that the line is in, its own left out."""
    column = offset - line.start if is_blank(line) else line.column
    found: list[str] = []
    at = line.start
    started = bool(line.dashes)
    while not started and at > entry.start:
        above = line_at(text, at - 1)
        at = above.start
        if is_blank(above) or is_comment(text, above) or above.start <= entry.start:
            continue
        if above.column == column and above.key is not None:
            found.append(above.key)
        started = above.first_column < column
    for below in lines(text, line_end(text, line.start) + 1, entry.end):
        if is_blank(below) or is_comment(text, below):
            continue
        if below.first_column < column:
            break
        if below.column == column and below.key is not None and not below.dashes:
            found.append(below.key)
    return tuple(found)


# Flow collections: [a, b] and {a: b}.


@dataclass
class _Frame:
    bracket: str
    token: int
    key: str | None = None
    keys: tuple[str, ...] = ()


def _frames(text: str, start: int, offset: int) -> list[_Frame]:
    """The brackets that are open at the offset; the last frame's token is the one that the offset is in."""
    stack: list[_Frame] = []
    pos = start
    while pos < offset:
        char = text[pos]
        fresh = not stack or not text[stack[-1].token : pos].strip()
        if char in "\"'" and fresh and stack:
            end = pos + 1
            while end < offset and text[end] != char:
                end += 2 if char == '"' and text[end] == "\\" else 1
            pos = end
        elif char in "[{" and fresh:
            stack.append(_Frame(char, pos + 1))
        elif char in "]}" and stack:
            stack.pop()
            if not stack:
                return []
        elif char == "," and stack:
            stack[-1].token, stack[-1].key = pos + 1, None
        elif char == ":" and stack and stack[-1].bracket == "{" and (pos + 1 == offset or text[pos + 1].isspace()):
            frame = stack[-1]
            frame.key = text[frame.token : pos].strip().strip("\"'")
            frame.keys, frame.token = (*frame.keys, frame.key), pos + 1
        elif char == "#" and pos and text[pos - 1].isspace():
            pos = line_end(text, pos)
        pos += 1
    return stack


def _open_flow(text: str, start: int, offset: int) -> bool:
    return bool(_frames(text, start, offset))


def _flow(text: str, offset: int, item: ItemView, path: tuple[str, ...], value: int) -> Place | None:
    """The place inside a flow collection that starts at ``value``; None when there is none, or it is closed."""
    if text[value:offset].lstrip(" \t\r\n")[:1] not in ("[", "{") or comment_start(text, offset):
        return None
    stack = _frames(text, value, offset)
    if not stack:
        return None
    way = list(path)
    for frame in stack[:-1]:
        way.append("*" if frame.bracket == "[" else frame.key or "")
    last = stack[-1]
    start = min(_skip_blanks(text, last.token, offset), offset)
    end = offset
    while end < len(text) and text[end] not in ",]}\n" and not (text[end] == ":" and last.bracket == "{"):
        end += 1
    end = max(offset, start + len(text[start:end].rstrip()))
    if last.bracket == "{" and last.key is None:
        ahead = _frames_keys_after(text, end)
        return Place("key", start, end, tuple(way), item, (*last.keys, *ahead), flow=True)
    way.append("*" if last.bracket == "[" else last.key or "")
    scalar = read_scalar(text, start, end, offset, flow=True)
    return None if scalar is None else Place("value", start, end, tuple(way), item, scalar=scalar, flow=True)


def _skip_blanks(text: str, pos: int, end: int) -> int:
    while pos < end and text[pos].isspace():
        pos += 1
    return pos


def _frames_keys_after(text: str, pos: int) -> tuple[str, ...]:
    """Keys that follow in the same flow mapping, on the same line."""
    rest = text[pos : line_end(text, pos)].partition("}")[0]
    return tuple(found.group(1) for found in re.finditer(r",\s*([\w-]+)\s*:", rest))
