"""A YAML scalar as the text that Falco gets, with the place of every character; tolerant of quotes that nothing closes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from trainer.engine.assist.items import line_end, line_start

Style: TypeAlias = Literal["plain", "single", "double", "block"]
_HEADER = re.compile(r"[ \t]*[>|][-+0-9]{0,2}[ \t]*(?:#[^\n]*)?(?=\r?\n|\r?$)")
_COMMENT = re.compile(r"(?:(?<=\s)|^)#[^\n]*", re.MULTILINE)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "a": "\a", "e": "\x1b"}
_LONG = {"x": 2, "u": 4, "U": 8}


@dataclass(frozen=True, slots=True)
class Scalar:
    """Character ``i`` of ``text`` stands at ``starts[i]`` to ``ends[i]`` of the file; ``cursor`` is the place among them."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    cursor: int
    style: Style
    offset: int
    flow: bool = False
    glued: bool = False
    """The value would stand at its colon, without the blank that YAML needs."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the file of a part of the text; an empty part stands at the cursor."""
        if end <= start or start >= len(self.starts):
            return self.offset, self.offset
        return self.starts[start], self.ends[min(end, len(self.ends)) - 1]

    def written(self, insert: str) -> str:
        """A text as it is written inside this scalar."""
        if self.style == "double":
            insert = insert.replace("\\", "\\\\").replace('"', '\\"')
        elif self.style == "single":
            insert = insert.replace("'", "''")
        return f" {insert}" if self.glued else insert


def block_header(text: str, value: int) -> int:
    """The end of a block scalar's header behind ``value``; 0 when there is none."""
    found = _HEADER.match(text, value)
    return found.end() if found else 0


def comment_start(text: str, offset: int) -> bool:
    """Whether the offset is in a comment, as far as its own line shows."""
    return re.search(r"(?:^|\s)#", _outside_quotes(text[line_start(text, offset) : offset])) is not None


def _outside_quotes(line: str) -> str:
    return re.sub(r"\"[^\"]*\"?|'[^']*'?", "", line)


def read_scalar(text: str, value: int, end: int, offset: int, *, flow: bool = False) -> Scalar | None:
    """The scalar behind ``value``, up to ``end``. None when the offset is not in it: in its header, a comment, or behind its quote."""
    if header := block_header(text, value):
        first = line_end(text, header) + 1
        return None if offset < first else _raw(text, first, max(first, end), offset, "block", flow)
    start = _content(text, value, end)
    if text[start:end][:1] in ("'", '"'):
        scalar, closed = _quoted(text, start, end, offset, flow)
        return scalar if start < offset <= closed else None
    glued = offset == value and text[value - 1 : value] == ":"
    scalar = _plain(text, value, end, offset, flow, glued)
    return None if _in_comment(text, value, offset) else scalar


def scalar_text(text: str, value: int, end: int) -> str:
    """The text of the scalar behind ``value``, on one line."""
    if header := block_header(text, value):
        return " ".join(text[min(line_end(text, header) + 1, end) : end].split())
    start = _content(text, value, end)
    if text[start:end][:1] in ("'", '"'):
        return " ".join(_quoted(text, start, end, start, False)[0].text.split())
    return " ".join(_plain(text, value, end, value, False, False).text.split())


def _content(text: str, value: int, end: int) -> int:
    while value < end and text[value].isspace():
        value += 1
    return value


def _raw(text: str, start: int, end: int, offset: int, style: Style, flow: bool, glued: bool = False) -> Scalar:
    places = range(start, end)
    cursor = min(max(offset - start, 0), end - start)
    return Scalar(text[start:end], tuple(places), tuple(place + 1 for place in places), cursor, style, offset, flow, glued)


def _plain(text: str, value: int, end: int, offset: int, flow: bool, glued: bool) -> Scalar:
    """Comments become blanks."""
    raw = _raw(text, value, max(value, end), offset, "plain", flow, glued)
    blanked = _COMMENT.sub(lambda found: " " * len(found.group()), raw.text)
    return Scalar(blanked, raw.starts, raw.ends, raw.cursor, "plain", offset, flow, glued)


def _in_comment(text: str, value: int, offset: int) -> bool:
    return any(value + found.start() < offset <= value + found.end() for found in _COMMENT.finditer(text[value:offset]))


def _quoted(text: str, start: int, end: int, offset: int, flow: bool) -> tuple[Scalar, int]:
    """The scalar and the place of its closing quote, or of its end where nothing closes it."""
    quote = text[start]
    chars, starts, ends = list[str](), list[int](), list[int]()
    pos = start + 1
    while pos < end:
        char, width = text[pos], 1
        if char == quote:
            if quote == '"' or text[pos + 1 : pos + 2] != "'":
                break
            width = 2
        elif char == "\\" and quote == '"' and pos + 1 < end:
            char, width = _escape(text, pos)
        if char:
            chars.append(char)
            starts.append(pos)
            ends.append(min(pos + width, end))
        pos += width
    cursor = sum(1 for place in starts if place < offset)
    style: Style = "double" if quote == '"' else "single"
    return Scalar("".join(chars), tuple(starts), tuple(ends), cursor, style, offset, flow), min(pos, end)


def _escape(text: str, pos: int) -> tuple[str, int]:
    letter = text[pos + 1]
    if letter == "\n":
        return "", 2
    if letter in _LONG:
        digits = text[pos + 2 : pos + 2 + _LONG[letter]]
        try:
            return chr(int(digits, 16)), 2 + _LONG[letter]
        except (ValueError, OverflowError):
            return " ", 2
    return _ESCAPES.get(letter, letter), 2
